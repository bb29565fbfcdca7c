package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"newsbell/news"
)

// NeedStart returns the settings, such as telegram.token, that differ in c and a configuration that
// was read later, and that hold from the next start on only.
func (c *Config) NeedStart(later *Config) (keys []string) {
	for _, s := range allSettings() {
		section, _, _ := strings.Cut(s.key, ".")
		if slices.Contains([]string{"sources", "default_sources", "operators", "access", "allowed", "limits"}, section) || s.key == "log.level" || s.show == nil {
			continue
		}

		if !s.secret && s.show(c) != s.show(later) {
			keys = append(keys, s.key)
		}
	}

	for _, s := range fileSecrets() {
		if *s.field(c) != *s.field(later) {
			keys = append(keys, s.key)
		}
	}

	return keys
}

// checkLater refuses a configuration that was read later from a file in which nothing stands, unless
// nothing stood there before: it is being written, or was lost.
func (c *Config) checkLater(later *Config) error {
	if !c.blank && later.blank {
		return fmt.Errorf("%s is empty or gone; put its settings back, then reload again", c.file)
	}

	return nil
}

// TakeOver takes from a configuration that was read later what holds without a restart.
func (c *Config) TakeOver(later *Config) {
	c.DefaultSources, c.Sources, c.Operators, c.Access, c.Allowed, c.Limits = later.DefaultSources, later.Sources, later.Operators, later.Access, later.Allowed, later.Limits
	c.Log.Level = later.Log.Level
	c.file, c.blank = later.file, later.blank
}

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
				fmt.Fprintf(table, "# [[sources]] %s\t# %s\n", showSource(source), c.origins[source.URL])
			}

			continue
		}

		fmt.Fprintf(table, "%s = %s\t# %s\n", nameOf(s.key), s.show(c), origin)
	}

	return table.Flush()
}

// showSource returns what a source is set to, in one line and without a password.
func showSource(s news.Source) string {
	shown := "url = " + quote(shownAddress(s.URL))

	for _, field := range []struct{ name, value string }{{"title", s.Title}, {"outlet", s.Outlet}, {"language", s.Language}, {"country", s.Country}} {
		if field.value != "" {
			shown += fmt.Sprintf(", %s = %s", field.name, quote(field.value))
		}
	}

	return shown
}
