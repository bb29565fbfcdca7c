// Newsbell is a self-hosted news alert bot: people tell it in a chat what they
// follow, and it rings once per story. Package main is the command line, the
// configuration and the wiring; ARCHITECTURE.md is the walk through the rest.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version is what `newsbell version` prints; releases set it by -ldflags.
var version = "0.1.0-dev"

// Exit codes of the command line.
const (
	exitFailed = 1 // something failed
	exitUsage  = 2 // wrong use: arguments, configuration
)

// usageError is a wrong use of the command line; it ends with exitUsage.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errReported is a failure that has been told on stderr already.
var errReported = errors.New("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])

	stop()
	os.Exit(code)
}

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string) int {
	root := rootCommand()
	root.SetArgs(args)

	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return exitFailed
	}

	fmt.Fprintln(os.Stderr, "newsbell: "+err.Error())

	if _, wrong := errors.AsType[usageError](err); wrong {
		return exitUsage
	}

	return exitFailed
}

func rootCommand() *cobra.Command {
	var f runFlags

	root := &cobra.Command{
		Use:   "newsbell",
		Short: "News alerts in Discord and Telegram, once per story",
		Long: `News alerts in Discord and Telegram, once per story.

Without a command it runs the bot, as ` + "`newsbell run`" + ` does.`,
		Example:           "  newsbell demo\n  newsbell run --config config.toml",
		RunE:              func(c *cobra.Command, _ []string) error { return f.run(c.Context()) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              usageArgs(cobra.NoArgs),
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	f.add(root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see `%s --help`", err, c.CommandPath())}
	})
	root.AddCommand(runCommand(), demoCommand(), checkCommand(), fetchCommand(), matchCommand(), queryCommand(), groupCommand(),
		previewCommand(), importCommand(), exportCommand(), backupCommand(), versionCommand())

	return root
}

// usageArgs makes a check of arguments end with exitUsage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError{fmt.Errorf("%s; see `%s --help`", strings.TrimSuffix(err.Error(), "\n"), c.CommandPath())}
		}

		return nil
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  newsbell version",
		Args:    usageArgs(cobra.NoArgs),
		Run:     func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "newsbell "+version) },
	}
}
