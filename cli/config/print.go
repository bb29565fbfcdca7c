package config

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes every setting that is in force and where it came from, as a
// configuration file would have it. Tokens are hidden.
func (c *Config) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	section := ""

	for _, s := range allSettings() {
		if s.show == nil {
			continue
		}

		if in, _, below := strings.Cut(s.key, "."); below && in != section {
			section = in
			fmt.Fprintf(table, "\n[%s]\n", section)
		}

		origin := c.origins[s.key]
		if origin == "" {
			origin = "default"
		}

		if s.key == "sources" {
			for _, source := range c.Sources {
				fmt.Fprintf(table, "# [[sources]] url = %q\t# %s\n", source.URL, origin)
			}

			continue
		}

		fmt.Fprintf(table, "%s = %s\t# %s\n", nameOf(s.key), s.show(c), origin)
	}

	return table.Flush()
}
