package pipe

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"newsbell/cli/command"
	"newsbell/news"
	"newsbell/sources/bundles"
	"newsbell/sources/opml"
)

// bundleLine is a line of `newsbell bundles --json`.
type bundleLine struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	Outlets   int      `json:"outlets"`
	Languages []string `json:"languages"`
}

func bundlesCommand() *cobra.Command {
	var asJSON, check, asOPML bool

	c := &cobra.Command{
		Use:   "bundles [NAME...]",
		Short: "List the sources that come with Newsbell, by country and topic",
		Long: `List the sources that come with Newsbell: sets of outlets by country and topic.

NAME is a bundle's ID or a part of its name. With --opml the sources of the named
bundles are printed as OPML, for 'newsbell import'.`,
		Example: "  newsbell bundles poland\n  newsbell bundles --opml pl climate > mine.opml && newsbell import mine.opml",
		RunE: func(c *cobra.Command, args []string) error {
			if asOPML && (asJSON || check) {
				return command.Usage(errors.New("--opml goes with neither --json nor --check"))
			}

			chosen, err := chooseBundles(args)
			if err != nil {
				return err
			}

			out := c.OutOrStdout()

			switch {
			case check:
				return checkBundles(chosen, asJSON, out)
			case asOPML && len(args) == 0:
				return command.Usage(errors.New("--opml needs the names of bundles, such as: newsbell bundles --opml pl climate"))
			case asOPML:
				return opml.Write(out, "Newsbell", bundleSources(chosen))
			case asJSON:
				return printJSONBundles(chosen, out)
			}

			return printBundles(chosen, len(args) > 0, out)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line")
	c.Flags().BoolVar(&check, "check", false, "count by country and topic, and check the catalogue")
	c.Flags().BoolVar(&asOPML, "opml", false, "print the sources of the named bundles as OPML")

	return c
}

// chooseBundles returns the bundles that the names mean, all without a name.
func chooseBundles(names []string) ([]bundles.Bundle, error) {
	if len(names) == 0 {
		return bundles.All(), nil
	}

	var chosen []bundles.Bundle

	for _, name := range names {
		found := bundles.Find(name, language.English)
		if len(found) == 0 {
			return nil, command.Usage(fmt.Errorf("there is no bundle %q; `newsbell bundles` lists them all", name))
		}

		chosen = append(chosen, found...)
	}

	return chosen, nil
}

// bundleSources returns the sources of bundles, each address once.
func bundleSources(chosen []bundles.Bundle) []news.Source {
	var list []news.Source

	seen := map[string]bool{}

	for _, b := range chosen {
		for _, s := range b.Sources {
			if seen[s.URL] {
				continue
			}

			seen[s.URL] = true
			list = append(list, news.Source{URL: s.URL, Title: s.Outlet, Outlet: s.Outlet, Country: s.Country, Folder: b.Name(language.English)})
		}
	}

	return list
}

// checkBundles prints the bundles and fails where the catalogue breaks its promises.
func checkBundles(all []bundles.Bundle, asJSON bool, out io.Writer) error {
	show := printCountedBundles
	if asJSON {
		show = printJSONBundles
	}

	if err := show(all, out); err != nil {
		return err
	}

	return bundles.Check(all)
}

// printCountedBundles prints a table of bundles and how many there are.
func printCountedBundles(all []bundles.Bundle, out io.Writer) error {
	if err := printBundles(all, false, out); err != nil {
		return err
	}

	countries, topics, feeds := 0, 0, 0

	for _, b := range all {
		if b.Kind == bundles.Country {
			countries++
		} else {
			topics++
		}

		feeds += len(b.Sources)
	}

	_, err := fmt.Fprintf(out, "\n%d countries, %d topics, %d sources\n", countries, topics, feeds)

	return err
}

func printJSONBundles(all []bundles.Bundle, out io.Writer) error {
	for _, b := range all {
		if err := command.PrintJSON(out, bundleLine{b.ID, string(b.Kind), b.Name(language.English), len(b.Sources), b.Languages()}); err != nil {
			return err
		}
	}

	return nil
}

// printBundles prints a table of bundles, with every outlet where details are asked for.
func printBundles(all []bundles.Bundle, details bool, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)

	for _, b := range all {
		fmt.Fprintf(table, "%s\t%s\t%d outlets\t%s\n", b.ID, b.Name(language.English), len(b.Sources), strings.Join(b.Languages(), ", "))

		if !details {
			continue
		}

		for _, s := range b.Sources {
			f := bundles.ProfileOf(news.Host(s.URL))
			fmt.Fprintf(table, "\t%s\t%s\t%s\t%s\n", s.Outlet, s.URL, f.Owner, f.Says.Owner)
		}
	}

	return table.Flush()
}
