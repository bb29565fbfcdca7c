package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/cli/config"
	"newsbell/store"
)

// finding is a line of `newsbell check`.
type finding struct {
	What     string `json:"what"`
	OK       bool   `json:"ok"`
	Sentence string `json:"sentence"`
}

// alertCounts is the line of `newsbell check --alerts`.
type alertCounts struct {
	Waiting int            `json:"waiting"`
	Sent    int            `json:"sent"`
	Folded  int            `json:"folded"`
	Dropped map[string]int `json:"dropped"`
}

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, the database and the sources",
		Long: `Check the configuration, the database and the sources, and say of each in a
sentence whether it is well. With --alerts it counts the alerts that wait, were
sent, were folded into a digest's count, and were dropped, by reason.`,
		Example: "  newsbell check\n  newsbell check --json --alerts",
		Args:    usageArgs(cobra.NoArgs),
	}

	var flags databaseFlags
	flags.add(c)
	asJSON := c.Flags().Bool("json", false, "print a JSON object a line")
	alerts := c.Flags().Bool("alerts", false, "count the alerts by what became of them")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *alerts {
			return flags.withStore(c.Context(), false, func(s *store.Store) error {
				return checkAlerts(c.Context(), s, *asJSON, c.OutOrStdout())
			})
		}

		return checkAll(c.Context(), flags, *asJSON, c.OutOrStdout())
	}

	return c
}

func checkAlerts(ctx context.Context, s *store.Store, asJSON bool, out io.Writer) error {
	var counts store.Counts

	err := s.View(ctx, func(t *store.Tx) (err error) {
		counts, err = t.CountAlerts()
		return err
	})
	if err != nil {
		return err
	}

	if asJSON {
		body, err := marshal(alertCounts(counts))
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", body)
		}

		return err
	}

	dropped := 0

	var reasons []string

	for reason, n := range counts.Dropped {
		dropped += n
		reasons = append(reasons, fmt.Sprintf("%s %d", reason, n))
	}

	why := ""
	if dropped > 0 {
		why = " (" + strings.Join(reasons, ", ") + ")"
	}

	_, err = fmt.Fprintf(out, "%d waiting, %d sent, %d folded, %d dropped%s\n", counts.Waiting, counts.Sent, counts.Folded, dropped, why)

	return err
}

func checkAll(ctx context.Context, flags databaseFlags, asJSON bool, out io.Writer) error {
	var findings []finding

	report := func(what string, err error, well string) {
		f := finding{what, err == nil, well}
		if err != nil {
			f.Sentence = err.Error()
		}

		findings = append(findings, f)
	}
	c, wrong := flags.load()
	report("configuration", wrong, "It reads well.")

	if wrong == nil {
		checkTokens(c, report)
		checkDatabase(ctx, c, report)
	}

	failed := 0

	for _, f := range findings {
		if !f.OK {
			failed++
		}

		line := []byte(map[bool]string{true: "ok    ", false: "wrong "}[f.OK] + f.What + ": " + f.Sentence)

		if asJSON {
			var err error
			if line, err = marshal(f); err != nil {
				return err
			}
		}

		if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
			return err
		}
	}

	if wrong == nil && failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(findings))
	}

	return wrong
}

func checkTokens(c config.Config, report func(string, error, string)) {
	for _, t := range []struct{ platform, token string }{{"telegram", c.Telegram.Token}, {"discord", c.Discord.Token}} {
		sentence := "A token is configured; `newsbell run` tells whether the platform takes it."
		if t.token == "" {
			sentence = "No token is configured: it is off."
		}

		report(t.platform, nil, sentence)
	}
}

func checkDatabase(ctx context.Context, c config.Config, report func(string, error, string)) {
	if _, err := os.Stat(c.Database); errors.Is(err, os.ErrNotExist) {
		report("database", nil, "There is none yet; `newsbell run` makes it.")
		return
	}

	s, err := store.Open(ctx, c.Database)
	if err != nil {
		report("database", err, "")
		return
	}
	defer s.Close()

	damage, err := s.Check(ctx)
	if err == nil && len(damage) > 0 {
		err = fmt.Errorf("it is damaged: %s. Stop the bot and put a backup in its place", strings.Join(damage, "; "))
	}

	report("database", err, "It is sound.")

	if err == nil {
		checkListening(ctx, c, s, report)
		checkSources(ctx, s, report)
	}
}

func checkSources(ctx context.Context, s *store.Store, report func(string, error, string)) {
	var all []*store.Source

	err := s.View(ctx, func(t *store.Tx) (err error) {
		all, err = t.Sources()
		return err
	})
	if err != nil {
		report("sources", err, "")
		return
	}

	failing := 0

	for _, source := range all {
		if source.Error != "" {
			failing++

			report("source "+source.URL, fmt.Errorf("%s, %d times in a row since %s", source.Error, source.ErrorCount, source.ErrorSince.Format(time.RFC3339)), "")
		}
	}

	report("sources", nil, fmt.Sprintf("%d of %d answer.", len(all)-failing, len(all)))
}
