package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
)

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
