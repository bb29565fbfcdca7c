package cli

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"newsbell/store"
)

// addLabels gives `newsbell group` the flag that prints what people said of pairs of articles,
// for whoever wants to measure or train with it. Nothing is sent anywhere.
func addLabels(group *cobra.Command) {
	var flags databaseFlags

	flags.add(group)
	labels := group.Flags().Bool("labels", false, "print the pairs of articles of which people said whether they tell one story, from the database")
	run := group.RunE
	group.RunE = func(c *cobra.Command, args []string) error {
		if !*labels {
			return run(c, args)
		}

		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return printLabels(c.Context(), s, c.OutOrStdout())
		})
	}
}

func printLabels(ctx context.Context, s *store.Store, out io.Writer) error {
	enc := json.NewEncoder(out)

	return s.View(ctx, func(t *store.Tx) error {
		return t.Labels(func(l store.Label) error { return enc.Encode(l) })
	})
}
