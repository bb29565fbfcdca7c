package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/bot/search"
	"newsbell/cli/command"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// previewDays is how far a preview looks back if nothing is said.
const previewDays = 7

func previewCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "preview QUERY",
		Short:   "Show what a query would have matched in the last few days",
		Example: "  newsbell preview --json 'flood -insurance'",
		Args:    command.Args(cobra.ExactArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	days := c.Flags().Int("days", previewDays, "how many days to look back")
	asJSON := c.Flags().Bool("json", false, "print one JSON object")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *days < 1 {
			return command.Usage(fmt.Errorf("--days takes 1 or more, not %d", *days))
		}

		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return previewQuery(c.Context(), s, args[0], time.Duration(*days)*24*time.Hour, *asJSON, c.OutOrStdout())
		})
	}

	return c
}

// previewed is the answer of `newsbell preview --json`.
type previewed struct {
	Articles int            `json:"articles"`
	Stories  int            `json:"stories"`
	Outlets  int            `json:"outlets"`
	Newest   []news.Article `json:"newest"`
}

// newestShown is how many articles a preview shows.
const newestShown = 10

// previewQuery runs a query over the stored articles, with the very matcher that
// alerts are made with.
func previewQuery(ctx context.Context, s *store.Store, text string, back time.Duration, asJSON bool, out io.Writer) error {
	q, err := query.Parse(text)
	if err != nil {
		if e, ok := errors.AsType[*query.Error](err); ok {
			return command.Usage(fmt.Errorf("%s\n%s\nTry: %s", e.Error(), e.Caret(text), e.Suggestion))
		}

		return command.Usage(err)
	}

	found, err := store.Read(ctx, s, func(t *store.Tx) (*search.Result, error) {
		return search.Run(ctx, t, 0, q, back, search.Limits{Latest: newestShown})
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}

	p := previewed{Articles: found.Articles, Stories: found.Stories, Outlets: found.Outlets, Newest: []news.Article{}}
	for _, a := range found.Latest {
		p.Newest = append(p.Newest, a.News)
	}

	if asJSON {
		return command.PrintJSON(out, p)
	}

	if found.Articles == 0 {
		_, err := io.WriteString(out, nothingFound(q, found, back))
		return err
	}

	return p.print(q, out)
}

// nothingFound says that a query matches nothing, and what to do.
func nothingFound(q *query.Query, found *search.Result, back time.Duration) string {
	if found.Looked == 0 {
		return "No articles have been read yet: start `newsbell run`, give it a minute, and ask again.\n"
	}

	return fmt.Sprintf("%s: none of the %s of the last %s matches.\n",
		q.Words(), countOf(found.Looked, "article", "articles"), countOf(int(back/(24*time.Hour)), "day", "days"))
}

func (p *previewed) print(q *query.Query, out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s, %s\n", q.Words(),
		countOf(p.Articles, "article", "articles"), countOf(p.Stories, "story", "stories"), countOf(p.Outlets, "outlet", "outlets"))

	for _, a := range p.Newest {
		fmt.Fprintf(&b, "  %s (%s)\n  %s\n", a.Title, a.Outlet, a.URL)
	}

	_, err := io.WriteString(out, b.String())

	return err
}

// countOf names a number of things.
func countOf(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}

	return fmt.Sprintf("%d %s", n, several)
}
