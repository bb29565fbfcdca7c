package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"newsbell/cli/backup"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/cli/progress"
	"newsbell/store"
	"newsbell/store/engine"
)

// databaseFlags say which database a command is about.
type databaseFlags struct{ config, database string }

func (f *databaseFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", "configuration file (default "+config.DefaultFile+" if it is there)")
	c.Flags().StringVar(&f.database, "database", "", "database file or postgres://…, in place of the configuration's")
}

// load reads the configuration. An error is a usage error.
func (f *databaseFlags) load() (config.Config, error) {
	c, err := config.Load(f.config, os.Environ())
	if err != nil {
		return c, command.Usage(err)
	}

	if f.database != "" {
		if err := config.CheckDatabase(f.database); err != nil {
			return c, command.Usage(fmt.Errorf("--database %w", err))
		}

		c.SetDatabase(f.database, "--database")
	}

	return c, nil
}

// withStore runs do on the database, which must exist already unless create is
// set.
func (f *databaseFlags) withStore(ctx context.Context, create bool, do func(*store.Store) error) error {
	return f.withSettings(ctx, create, func(s *store.Store, _ config.Config) error { return do(s) })
}

// withSettings is withStore for what also needs the configuration.
func (f *databaseFlags) withSettings(ctx context.Context, create bool, do func(*store.Store, config.Config) error) error {
	c, err := f.load()
	if err != nil {
		return err
	}

	if !create {
		if err := mustExist(ctx, c.Database); err != nil {
			return err
		}
	}

	s, err := openStore(ctx, c.Database)
	if err != nil {
		return err
	}

	return errors.Join(do(s, c), s.Close())
}

// mustExist makes sure that there is a database, so that no command makes an empty one.
func mustExist(ctx context.Context, database string) error {
	exists, err := store.Exists(ctx, database)
	if err == nil && !exists {
		err = fmt.Errorf("there is no database at %s yet: start `newsbell run` once, or name the configuration with --config", store.DisplayName(database))
	}

	return usageOfServer(err)
}

// openStore opens a database.
func openStore(ctx context.Context, database string, options ...store.Option) (*store.Store, error) {
	s, err := store.Open(ctx, database, options...)
	return s, usageOfServer(err)
}

// usageOfServer makes a usage error of what only another address, or another setting of the
// server, puts right.
func usageOfServer(err error) error {
	if errors.Is(err, store.ErrSetup) || errors.Is(err, store.ErrAway) {
		return command.Usage(err)
	}

	return err
}

func backupCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "backup FILE",
		Short:   "Copy the database to a new file, even while the bot runs",
		Example: "  newsbell backup /var/backups/newsbell-monday.db",
		Args:    command.Args(cobra.ExactArgs(1), command.NotEmpty),
	}

	var flags databaseFlags
	flags.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return backUp(c.Context(), s, args[0], c.ErrOrStderr())
		})
	}

	return c
}

func moveCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "move",
		Short: "Copy everything to another database: a file, or a PostgreSQL server",
		Long: `Copy everything to another, empty database: a new file, or a database on a PostgreSQL
server. Stop the bot first. The database stays as it was; name the new one in the
configuration before you start the bot again.`,
		Example: `  newsbell move --to postgres://newsbell:SECRET@db.example.org/newsbell
  newsbell move --database postgres://newsbell@db.example.org/newsbell --to newsbell.db`,
		Args: command.Args(cobra.NoArgs),
	}

	var flags databaseFlags

	flags.add(c)
	to := c.Flags().String("to", "", "where to: a new file or postgres://…")
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := flags.load()
		if err != nil {
			return err
		}

		if *to == "" {
			return command.Usage(errors.New("say where to with --to: a new file or postgres://…"))
		}

		if err := checkTarget(settings.Database, *to); err != nil {
			return command.Usage(fmt.Errorf("--to %w", err))
		}

		if err := mustExist(c.Context(), settings.Database); err != nil {
			return err
		}

		return moveDatabase(c.Context(), settings.Database, *to, c.ErrOrStderr())
	}

	return c
}

// checkTarget says what is wrong with a database that another one is to be copied to.
func checkTarget(from, to string) error {
	if err := config.CheckDatabase(to); err != nil {
		return err
	}

	here, err := os.Stat(from)
	if err != nil {
		return nil // a server, or it is missing and the caller says so
	}

	if there, err := os.Stat(to); from == to || err == nil && os.SameFile(here, there) {
		return fmt.Errorf("names the database itself, %s: name an empty database or a new file", to)
	}

	return nil
}

// moveDatabase copies a database to another one and says how much it was.
func moveDatabase(ctx context.Context, from, to string, out io.Writer) error {
	var (
		rows int64
		line *progress.Line
	)

	err := store.Move(ctx, from, to, func(total int64) (each func(int)) {
		rows = total
		line = progress.Start(out, progress.Work{What: "Moving", Unit: progress.Rows, Total: total})

		return func(n int) { line.Add(int64(n)) }
	})

	line.Stop()

	switch {
	case err == nil:
		_, err = fmt.Fprintf(out, "Copied %d rows to %s. %s stays as it was. To use the new one, name it in the configuration: database = …\n", rows, store.DisplayName(to), store.DisplayName(from))
	case ctx.Err() != nil && rows > 0:
		err = fmt.Errorf("interrupted: %s holds a part only, and nothing uses it as it is; run the command again, which begins anew. %s is as it was", store.DisplayName(to), store.DisplayName(from))
	}

	return usageOfServer(err)
}

// backUp copies the database and says what it wrote.
func backUp(ctx context.Context, s *store.Store, to string, out io.Writer) error {
	size := func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			return 0
		}

		return info.Size()
	}

	line := progress.Start(out, progress.Work{
		What: "Copying", Unit: progress.Bytes, Total: size(s.Path()), Measure: func() int64 { return size(to + engine.Partial) },
	})
	err := s.Backup(ctx, to)

	line.Stop()

	if err == nil {
		_, err = fmt.Fprintf(out, "%s: %.1f MB.\n", to, float64(size(to))/1e6)
	}

	return err
}

// backUpAtTimes copies the database at times, where that is configured, until ctx ends.
func (a *app) backUpAtTimes(ctx context.Context) {
	c := a.config.Backup
	if c.Every == 0 {
		return
	}

	file := filepath.Base(a.config.Database)
	timer := backup.Timer{
		Folder: c.Folder, Name: strings.TrimSuffix(file, filepath.Ext(file)), Every: c.Every, Keep: c.Keep,
		Copy: a.store.Backup, Lock: engine.LockName, Notify: a.notifyOperator, Log: a.Log,
	}
	timer.Run(ctx)
}

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force, and where each came from",
		Long: `Print the settings in force, and where each came from: the default, a line of the
configuration file, or a variable of the environment. Tokens are hidden.`,
		Example: "  newsbell config\n  newsbell config --config /etc/newsbell/config.toml",
		Args:    command.Args(cobra.NoArgs),
	}

	var flags databaseFlags
	flags.add(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := flags.load()
		if err != nil {
			return err
		}

		for _, warning := range settings.Warnings {
			fmt.Fprintln(c.ErrOrStderr(), "newsbell: "+warning)
		}

		return settings.Print(c.OutOrStdout())
	}

	return c
}

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
