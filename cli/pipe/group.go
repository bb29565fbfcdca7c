package pipe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/news"
	"newsbell/news/story"
)

func groupCommand() *cobra.Command {
	var articles string

	c := &cobra.Command{
		Use:   "group [--articles FILE]",
		Short: "Say which articles tell the same story",
		Long: "Group reads articles, one a line as JSON, in the order in which they would come in, and prints\n" +
			"for each the line of the article that opened its story. Lines are numbered from 0. An article\n" +
			"without a date is taken to be as old as the one before it.",
		Example: "  newsbell group --articles articles.jsonl\n" +
			"  newsbell fetch https://a.example/feed.xml https://b.example/feed.xml | newsbell group",
		Args: command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return group(c.Context(), command.StdioOf(c), articles)
		},
	}
	c.Flags().StringVar(&articles, "articles", "-", "file with one article a line as JSON (.gz accepted)")

	return c
}

// storyLine is one line of `newsbell group`.
type storyLine struct {
	Article int   `json:"article"`
	Story   int64 `json:"story"`
}

// group places one article after the other, as the match loop does.
func group(ctx context.Context, std command.Stdio, articles string) error {
	f, err := std.OpenInput(articles)
	if err != nil {
		return fmt.Errorf("read the articles: %w", err)
	}
	defer f.Close()

	out := bufio.NewWriterSize(std.Out, 1<<16)
	enc := json.NewEncoder(out)
	stories := story.New()
	wrong := false

	var at time.Time

	err = command.EachLine(command.FlushFirst{In: f, Out: out}, func(n int, line []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}

		a, err := readGroupArticle(line)
		if err != nil {
			wrong = true

			fmt.Fprintf(std.Err, "line %d: %v\n", n, err)

			return nil
		}

		if !a.Published.IsZero() {
			at = a.Published
		}

		return enc.Encode(storyLine{n, stories.Assign(int64(n), a, at).Story})
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}

	if wrong {
		return command.ErrReported
	}

	return nil
}

// readGroupArticle reads an article as readArticle does, and its date. A date in
// an unknown form is as if it were absent.
func readGroupArticle(line []byte) (*news.Article, error) {
	var a news.Article
	if err := readArticle(line, &a); err != nil {
		return nil, err
	}

	var dates struct{ Published any }
	if json.Unmarshal(line, &dates) == nil {
		if s, ok := dates.Published.(string); ok {
			a.Published = groupDate(s)
		}
	}

	return &a, nil
}

// groupDate reads a date in the form that `newsbell fetch` prints, and in the
// nearest relatives of that form; zero when it is none of them.
func groupDate(s string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly, time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t
		}
	}

	return time.Time{}
}
