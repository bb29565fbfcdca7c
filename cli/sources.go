package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/sources"
	"newsbell/store"
)

// sourceLine is a line of `newsbell sources --json`.
type sourceLine struct {
	URL     string    `json:"url"`
	Title   string    `json:"title,omitempty"`
	Outlet  string    `json:"outlet,omitempty"`
	State   string    `json:"state"` // ok, unread, failing or off
	Error   string    `json:"error,omitempty"`
	Failing int       `json:"failures,omitempty"` // in a row
	LastOK  time.Time `json:"last_ok,omitzero"`
}

func sourcesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sources [WORD...]",
		Short: "List the sources and their health, turn one off or on",
		Long: `List the sources whose name or address has all of the words, failing ones first. --off
turns one off for everybody, although the configuration or an imported list names it;
--on turns it on again. A running bot takes that up within a minute.`,
		Example: "  newsbell sources bbc\n  newsbell sources --off https://feeds.bbci.co.uk/news/rss.xml",
	}

	var flags databaseFlags
	flags.add(c)
	asJSON := c.Flags().Bool("json", false, "print JSON lines with whole addresses")
	off := c.Flags().String("off", "", "turn the source at this `address` off")
	on := c.Flags().String("on", "", "turn the source at this `address` on")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case *off != "" && *on != "":
			return command.Usage(errors.New("only one of --off and --on at a time"))
		case *off != "" || *on != "":
			return flags.withStore(c.Context(), false, func(s *store.Store) error {
				return s.Update(c.Context(), func(t *store.Tx) error { return turnSource(t, *off+*on, *on != "") })
			})
		}

		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return s.View(c.Context(), func(t *store.Tx) error { return printSources(t, c.OutOrStdout(), args, *asJSON) })
		})
	}

	return c
}

// allSources lists what is polled and what is turned off, failing ones first.
func allSources(t *store.Tx) ([]*store.Source, error) {
	all, err := t.Sources()
	if err != nil {
		return nil, err
	}

	off, err := t.SourcesOff()
	all = append(all, off...)

	slices.SortStableFunc(all, func(a, b *store.Source) int { return b.ErrorCount - a.ErrorCount })

	return all, err
}

func turnSource(t *store.Tx, address string, on bool) error {
	all, err := allSources(t)
	if err != nil {
		return err
	}

	for _, s := range all {
		if s.URL == address {
			return t.TurnSource(s.ID, on)
		}
	}

	return fmt.Errorf("there is no source at %s; newsbell sources lists them", sources.Shown(address))
}

func printSources(t *store.Tx, out io.Writer, words []string, asJSON bool) error {
	all, err := allSources(t)
	if err != nil {
		return err
	}

	for _, s := range all {
		text := strings.ToLower(strings.Join([]string{s.Title, s.Outlet, s.URL, s.Folder}, " "))
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) }) {
			continue
		}

		line := sourceLine{URL: s.URL, Title: s.Title, Outlet: s.Outlet, State: sourceState(s), Error: s.Error, Failing: s.ErrorCount, LastOK: s.LastOKAt}

		printed := []byte(fmt.Sprintf("%-8s %s", line.State, strings.Join(slices.DeleteFunc([]string{s.Title, sources.Shown(s.URL), s.Error}, func(part string) bool { return part == "" }), "  ")))
		if asJSON {
			if printed, err = command.Marshal(line); err != nil {
				return err
			}
		}

		if _, err := fmt.Fprintf(out, "%s\n", printed); err != nil {
			return err
		}
	}

	return nil
}

func sourceState(s *store.Source) string {
	switch {
	case !s.OffAt.IsZero():
		return "off"
	case s.Error != "":
		return "failing"
	case s.LastPollAt.IsZero():
		return "unread"
	default:
		return "ok"
	}
}
