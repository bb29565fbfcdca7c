package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/news"
	"newsbell/sources/opml"
	"newsbell/store"
)

func exportCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the sources as OPML",
		Long: `Print the sources as OPML: those of the configuration and those imported. Sources
that single chats added are theirs and are not printed.`,
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
		if _, err := os.Stat(settings.Database); err == nil {
			s, err := store.Open(c.Context(), settings.Database)
			if err != nil {
				return err
			}

			imported, err := importedSources(c.Context(), s)
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}

			list = append(list, imported...)
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

func importedSources(ctx context.Context, s *store.Store) (list []news.Source, err error) {
	err = s.View(ctx, func(t *store.Tx) error {
		imported, err := t.Imported()
		for _, i := range imported {
			list = append(list, i.Source)
		}

		return err
	})

	return list, err
}

func importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the sources of an OPML file for everybody",
		Long: `Add the sources of an OPML file for everybody. A line that cannot be read is reported
and left out; with --strict nothing is added then. A running bot takes them up within
a minute.`,
		Example: "  newsbell import subscriptions.opml",
		Args:    command.Args(cobra.ExactArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	strict := c.Flags().Bool("strict", false, "add nothing if a line cannot be read")
	c.RunE = func(c *cobra.Command, args []string) error {
		list, wrong, err := readOPMLFile(command.StdioOf(c), args[0])
		if err != nil {
			return err
		}

		if wrong > 0 && (*strict || len(list) == 0) {
			fmt.Fprintln(c.ErrOrStderr(), "Nothing was imported: fix or remove these lines first.")
			return command.ErrReported
		}

		err = flags.withStore(c.Context(), flags.config == "", func(s *store.Store) error {
			added, err := addImported(c.Context(), s, list)
			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "%d sources read, %d of them new.\n", len(list), added)
			}

			return err
		})
		if err == nil && wrong > 0 {
			lines := "1 line"
			if wrong > 1 {
				lines = fmt.Sprintf("%d lines", wrong)
			}

			fmt.Fprintln(c.ErrOrStderr(), lines+" couldn't be read; the rest was imported.")
			err = command.ErrReported
		}

		return err
	}

	return c
}

// readOPMLFile reads a list and reports the lines that cannot be read.
func readOPMLFile(std command.Stdio, name string) (list []news.Source, wrong int, err error) {
	f, err := std.OpenInput(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()

	list, bad := opml.Read(f)
	for _, err := range bad {
		fmt.Fprintf(std.Err, "%s: %v\n", name, err)
	}

	return list, len(bad), nil
}

func addImported(ctx context.Context, s *store.Store, list []news.Source) (added int, err error) {
	err = s.Update(ctx, func(t *store.Tx) error {
		for _, i := range list {
			fresh, err := t.Import(i)
			if err != nil {
				return err
			}

			if fresh {
				added++
			}
		}

		return nil
	})

	return added, err
}
