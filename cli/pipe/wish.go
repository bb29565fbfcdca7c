package pipe

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"newsbell/bot/wish"
	"newsbell/cli/command"
	"newsbell/subscriptions/query"
)

// wishLine is what `newsbell wish` prints.
type wishLine struct {
	Query string `json:"query"`
	Words string `json:"words"`
	By    string `json:"by"` // "rules"
}

func wishCommand() *cobra.Command {
	var asJSON bool

	c := &cobra.Command{
		Use:   "wish TEXT…",
		Short: "Turn a wish in words into a query",
		Long: `Turn a wish in words into a query, as the chat does with what it is told.

It works by rules, in English, German, French, Spanish, Italian, Polish, Russian and
Japanese. Nothing is looked up or sent anywhere.`,
		Example: "  newsbell wish tell me when there is an earthquake in Chile\n  newsbell wish --json 'Nachrichten über die Bahn'",
		Args:    command.Args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			w, ok := wish.Understand(strings.Join(args, " "), "")
			if !ok {
				return errors.New("I found nothing to look for in that. Say what it is about, such as: newsbell wish news about trains")
			}

			q, err := query.Parse(w.Query)
			if err != nil {
				return fmt.Errorf("read the query of the wish: %w", err)
			}

			line := wishLine{Query: w.Query, Words: q.Words(), By: "rules"}
			if asJSON {
				return command.PrintJSON(c.OutOrStdout(), line)
			}

			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", line.Query, line.Words)

			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")

	return c
}
