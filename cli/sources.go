package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/cli/progress"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/opml"
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
		Short: "List the sources and their health; turn one off or on",
		Long: `List the sources whose name or address has all of the words, failing ones first. --off
turns one off for everyone, even if the configuration or an imported list names it;
--on turns it back on. A running bot notices within a minute.`,
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
		if s.URL == address || s.URL == news.SourceAddress(address) {
			return t.TurnSource(s.ID, on)
		}
	}

	return fmt.Errorf("there is no source at %s; newsbell sources lists them", sources.RedactURL(address))
}

func printSources(t *store.Tx, out io.Writer, words []string, asJSON bool) error {
	all, err := allSources(t)
	if err != nil {
		return err
	}

	none := len(words) > 0

	for _, s := range all {
		text := strings.ToLower(strings.Join([]string{s.Title, s.Outlet, s.URL, s.Folder}, " "))

		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) }) {
			continue
		}

		none = false

		line := sourceLine{URL: s.URL, Title: s.Title, Outlet: s.Outlet, State: sourceState(s), Error: s.Error, Failing: s.ErrorCount, LastOK: s.LastOKAt}

		if asJSON {
			err = command.PrintJSON(out, line)
		} else {
			parts := slices.DeleteFunc([]string{s.Title, sources.RedactURL(s.URL), s.Error}, func(part string) bool { return part == "" })
			_, err = fmt.Fprintf(out, "%-8s %s\n", line.State, strings.Join(parts, "  "))
		}

		if err != nil {
			return err
		}
	}

	if none {
		return errors.New("no source has all of these words in its name or address; to turn one off: newsbell sources --off ADDRESS")
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

func exportCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the sources as OPML",
		Long: `Print the sources as OPML: those of the configuration, those imported and
those that the bot polls for every chat. Sources that chats added for themselves are left out.`,
		Example: "  newsbell export > sources.opml",
		Args:    command.Args(cobra.NoArgs),
	}

	var flags databaseFlags
	flags.add(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := flags.load()
		if err != nil {
			return err
		}

		list := settings.SourceList()

		exists, err := store.Exists(c.Context(), settings.Database)
		if err != nil {
			return usageOfServer(err)
		}

		if exists {
			s, err := openStore(c.Context(), settings.Database)
			if err != nil {
				return err
			}

			known, err := sourcesForAll(c.Context(), s)
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}

			list = append(list, known...)
		}

		seen := map[string]bool{}
		list = slices.DeleteFunc(list, func(s news.Source) bool {
			before := seen[s.URL]
			seen[s.URL] = true

			return before
		})

		return opml.Write(c.OutOrStdout(), "Newsbell", list)
	}

	return c
}

// sourcesForAll lists what the bot polls for every chat: what was imported, and what the
// configuration named when it last ran.
func sourcesForAll(ctx context.Context, s *store.Store) (list []news.Source, err error) {
	err = s.View(ctx, func(t *store.Tx) error {
		all, err := t.SourcesForAll()
		for _, s := range all {
			list = append(list, s.Source)
		}

		return err
	})

	return list, err
}

func importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the sources of an OPML file for everyone",
		Long: `Add the sources of an OPML file for everyone. A line that can't be read is reported and
left out; with --strict nothing is added then. A running bot notices within a minute.`,
		Example: "  newsbell import subscriptions.opml",
		Args:    command.Args(cobra.ExactArgs(1), command.NotEmpty),
	}

	var flags databaseFlags
	flags.add(c)
	strict := c.Flags().Bool("strict", false, "add nothing if a line can't be read")
	c.RunE = func(c *cobra.Command, args []string) error {
		list, wrong, err := readOPMLFile(c.Context(), command.StdioOf(c), args[0])
		if err != nil {
			return err
		}

		if wrong > 0 && (*strict || len(list) == 0) {
			fmt.Fprintln(c.ErrOrStderr(), "Nothing imported. Fix or remove these lines and try again.")
			return command.ErrReported
		}

		err = flags.withStore(c.Context(), true, func(s *store.Store) error {
			line := progress.Start(c.ErrOrStderr(), progress.Work{What: "Importing", Unit: progress.Sources, Total: int64(len(list))})
			added, err := addImported(c.Context(), s, list, line)

			line.Stop()

			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "%s read, %d of them new.\n", countOf(len(list), "source", "sources"), added)
			}

			return err
		})
		if err == nil && wrong > 0 {
			fmt.Fprintln(c.ErrOrStderr(), countOf(wrong, "line", "lines")+" couldn't be read; the rest was imported.")

			err = command.ErrReported
		}

		return err
	}

	return c
}

// readOPMLFile reads a list and reports the lines that cannot be read.
func readOPMLFile(ctx context.Context, std command.Stdio, name string) (list []news.Source, wrong int, err error) {
	f, err := std.OpenInput(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()

	list, bad := opml.Read(f)

	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}

	for _, err := range bad {
		fmt.Fprintf(std.Err, "%s: %v\n", name, err)
	}

	return list, len(bad), nil
}

func addImported(ctx context.Context, s *store.Store, list []news.Source, line *progress.Line) (added int, err error) {
	err = s.Update(ctx, func(t *store.Tx) error {
		added = 0

		for _, i := range list {
			fresh, err := t.Import(i)
			if err != nil {
				return err
			}

			if fresh {
				added++
			}

			line.Add(1)
		}

		return nil
	})

	return added, err
}
