package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/bot/page"
	"newsbell/cli/command"
	"newsbell/store"
)

func storyCommand() *cobra.Command {
	var (
		flags  databaseFlags
		asJSON bool
	)

	c := &cobra.Command{
		Use:     "story LINK",
		Short:   "Show a story: who reports it, in short, and what's related",
		Example: "  newsbell story https://outlet.example/news/some-article",
		Args:    command.Args(cobra.ExactArgs(1), command.NotEmpty),
	}
	flags.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = func(c *cobra.Command, args []string) error {
		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return showStory(c.Context(), s, args[0], asJSON, c.OutOrStdout())
		})
	}

	return c
}

// showStory prints the page of the story that an article belongs to.
func showStory(ctx context.Context, s *store.Store, link string, asJSON bool, out io.Writer) error {
	story, err := readStory(ctx, s, link)

	switch {
	case err != nil:
		return err
	case asJSON:
		return command.PrintJSON(out, story)
	default:
		return printStory(story, out)
	}
}

// readStory returns the page of the story that an article belongs to.
func readStory(ctx context.Context, s *store.Store, link string) (*page.Story, error) {
	story, err := store.Read(ctx, s, func(tx *store.Tx) (*page.Story, error) { return page.Read(tx, store.AllChats, link) })
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("there is no article with the address %s in this database", link)
	}

	return story, err
}

// printStory prints a story page as people read it.
func printStory(p *page.Story, out io.Writer) error {
	var b strings.Builder

	fmt.Fprintf(&b, "%s\n%s · %s\n%s\n", p.Title, p.Outlet, shortDate(p.At), p.URL)

	if p.Image != "" {
		fmt.Fprintf(&b, "Picture: %s\n", p.Image)
	}

	if p.Caption != "" {
		fmt.Fprintf(&b, "  %s\n", p.Caption)
	}

	if p.Credit != "" {
		fmt.Fprintf(&b, "  Photo: %s\n", p.Credit)
	}

	if p.Text != "" {
		fmt.Fprintf(&b, "\n%s\n", p.Text)
	}

	if len(p.Short) > 0 {
		b.WriteString("\nIn short\n")
	}

	for _, s := range p.Short {
		fmt.Fprintf(&b, "• %s (%s)\n", s.Text, strings.Join(s.Outlets, ", "))
	}

	b.WriteString("\nWho tells it\n")

	for _, a := range p.Articles {
		fmt.Fprintf(&b, "• %s, %s: %s\n  %s\n", labelOutlet(a), shortDate(a.At), a.Title, a.URL)
	}

	if len(p.Related) > 0 {
		b.WriteString("\nRelated\n")
	}

	for _, r := range p.Related {
		fmt.Fprintf(&b, "• %s, %s: %s\n  %s\n  %s\n", r.Outlet, shortDate(r.At), r.Title, r.Text, r.URL)
	}

	_, err := io.WriteString(out, b.String())

	return err
}

// labelOutlet names an outlet with what a reader should know of it.
func labelOutlet(a page.Article) string {
	var labels []string
	for _, label := range a.Labels() {
		labels = append(labels, label.Text)
	}

	if len(labels) == 0 {
		return a.Outlet
	}

	return a.Outlet + " (" + strings.Join(labels, ", ") + ")"
}

func shortDate(at time.Time) string { return at.UTC().Format("2 Jan 2006 15:04 UTC") }
