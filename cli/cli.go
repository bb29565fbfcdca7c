// Package cli is the command line: its commands, the configuration, and the wiring
// that makes one running program of the other packages. Run is the whole program,
// so that a test can run it as a shell does.
//
// A command that fails says so in one sentence on stderr and ends with exit code 1;
// a wrong use of it, or a wrong configuration, ends with 2. JSON goes to stdout, one
// object per line, and logs go to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/cli/pipe"
)

// What `newsbell version` prints; releases set it by -ldflags.
var (
	version = "0.1.0-dev"
	commit  string // "": not known
)

// Exit codes of the command line.
const (
	exitFailed = 1 // something failed
	exitUsage  = 2 // wrong use: arguments, configuration
)

// Run runs the command line args (without the program's name) until it is done or
// ctx ends, and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	log.SetOutput(io.Discard) // net/http writes there what a server sends unasked, such as the rest of a feed

	root := Command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)

	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}

	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("stopped before it was done")
	}

	if !errors.Is(err, command.ErrReported) {
		said := ""

		for line := range strings.Lines(err.Error()) {
			// A writer that failed fails again when it is flushed or closed.
			if line = strings.TrimSuffix(line, "\n"); line != said {
				fmt.Fprintln(stderr, "newsbell: "+line)
			}

			said = line
		}
	}

	if command.IsUsage(err) {
		return exitUsage
	}

	return exitFailed
}

// Command returns the command line, for the manual.
func Command() *cobra.Command {
	var f runFlags

	root := &cobra.Command{
		Use:   "newsbell",
		Short: "News alerts in Discord and Telegram, once per story",
		Long: `News alerts in Discord and Telegram, once per story.

Without a command it runs the bot, as ` + "`newsbell run`" + ` does.`,
		Example:           "  newsbell demo\n  newsbell run --config config.toml",
		RunE:              func(c *cobra.Command, _ []string) error { return f.run(c.Context(), command.StdioOf(c)) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              command.Args(cobra.NoArgs),
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Version:           versionText(),
	}
	f.add(root)
	root.SetVersionTemplate("newsbell {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if wrong, ok := errors.AsType[*strconv.NumError](err); ok {
			what, _, _ := strings.Cut(err.Error(), ": strconv.")
			err = errors.New(what + ": " + valueWanted(wrong))
		}

		return command.Usage(fmt.Errorf("%w; see `%s --help`", err, c.CommandPath()))
	})
	root.AddCommand(initCommand(), runCommand(), demoCommand(), configCommand(), checkCommand(), previewCommand(), briefCommand(), storyCommand(), askCommand(), wishCommand(),
		sourcesCommand(), importCommand(), exportCommand(), backupCommand(), moveCommand(), versionCommand())
	root.AddCommand(peopleCommands()...)
	root.AddCommand(pipe.Commands(userAgent(version, ""))...)

	for _, c := range root.Commands() {
		if c.Name() == "group" {
			addLabels(c)
		}
	}

	return root
}

// valueWanted says what a flag takes whose value is not what strconv reads.
func valueWanted(wrong *strconv.NumError) string {
	switch {
	case wrong.Func == "ParseBool":
		return "it takes true or false"
	case errors.Is(wrong, strconv.ErrRange):
		return "it takes a smaller number"
	}

	return "it takes a number"
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  newsbell version",
		Args:    command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "newsbell "+versionText())
			return err
		},
	}
}

// versionText returns the version, and the commit where it is known.
func versionText() string {
	if commit == "" {
		return version
	}

	return version + " (" + commit + ")"
}
