package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"newsbell/cli/config"
	"newsbell/news"
	"newsbell/sources/opml"
	"newsbell/store"
)

// databaseFlags say which database a command is about.
type databaseFlags struct{ config, database string }

func (f *databaseFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", "configuration file (default "+config.DefaultFile+" if it is there)")
	c.Flags().StringVar(&f.database, "database", "", "database file, in place of the configuration's")
}

// load reads the configuration. An error is a usageError.
func (f *databaseFlags) load() (config.Config, error) {
	c, err := config.Load(f.config)
	if err != nil {
		return c, usageError{err}
	}

	if f.database != "" {
		c.Database = f.database
	}

	return c, nil
}

// withStore runs do on the database, which must exist already unless create is
// set.
func (f *databaseFlags) withStore(ctx context.Context, create bool, do func(*store.Store) error) error {
	c, err := f.load()
	if err != nil {
		return err
	}

	if _, err := os.Stat(c.Database); !create && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no database at %s yet: start `newsbell run` once, or name the configuration with --config", c.Database)
	}

	s, err := store.Open(ctx, c.Database)
	if err != nil {
		return err
	}

	return errors.Join(do(s), s.Close())
}

func backupCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "backup FILE",
		Short:   "Copy the database to a new file, also while the bot runs",
		Example: "  newsbell backup /var/backups/newsbell-monday.db",
		Args:    usageArgs(cobra.ExactArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return s.Backup(c.Context(), args[0])
		})
	}

	return c
}

func exportCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the sources as OPML",
		Long: `Print the sources as OPML: those of the configuration and those imported. Sources
that single chats added are theirs and are not printed.`,
		Example: "  newsbell export > sources.opml",
		Args:    usageArgs(cobra.NoArgs),
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
		Long: `Add the sources of an OPML file for everybody. A line that cannot be read is
reported and then nothing is added. A running bot takes them up within a minute.`,
		Example: "  newsbell import subscriptions.opml",
		Args:    usageArgs(cobra.ExactArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		list, err := readOPMLFile(stdioOf(c), args[0])
		if err != nil {
			return err
		}

		return flags.withStore(c.Context(), true, func(s *store.Store) error {
			added, err := addImported(c.Context(), s, list)
			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "%d sources read, %d of them new.\n", len(list), added)
			}

			return err
		})
	}

	return c
}

func readOPMLFile(std stdio, name string) ([]news.Source, error) {
	f, err := std.openInput(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()

	list, wrong := opml.Read(f)
	for _, err := range wrong {
		fmt.Fprintf(std.err, "%s: %v\n", name, err)
	}

	if len(wrong) > 0 {
		fmt.Fprintln(std.err, "Nothing was imported: fix or remove these lines first.")
		return nil, errReported
	}

	return list, nil
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

// previewDays is how far a preview looks back if nothing is said.
const previewDays = 7

func previewCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "preview QUERY",
		Short:   "Show what a query would have caught in the last days",
		Example: "  newsbell preview --json 'flood -insurance'",
		Args:    usageArgs(cobra.ExactArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	days := c.Flags().Int("days", previewDays, "how many days to look back")
	asJSON := c.Flags().Bool("json", false, "print one JSON object")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *days < 1 {
			return usageError{fmt.Errorf("--days takes 1 or more, not %d", *days)}
		}

		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return preview(c.Context(), s, args[0], time.Duration(*days)*24*time.Hour, *asJSON, c.OutOrStdout())
		})
	}

	return c
}
