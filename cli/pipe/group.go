package pipe

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/news"
	"newsbell/news/story"
)

func groupCommand() *cobra.Command {
	var (
		articles string
		explain  bool
	)

	c := &cobra.Command{
		Use:   "group [--articles FILE] [--explain]",
		Short: "Group articles by the story they report",
		Long: "Group articles by the story they report. It reads them as JSON, one per line, in the order in which\n" +
			"they come in, and prints for each the line of the first article of its story. Lines are numbered\n" +
			"from 0. An article without a date counts as old as the one before it.\n\n" +
			"With --explain, each line also has the articles that it was compared with, the most likely first:\n" +
			"the logarithm of the odds that both report one story, the words they share, what rules it out, and\n" +
			"the numbers behind the odds; and, where it's in doubt, the story that it looks related to.",
		Example: "  newsbell group --articles articles.jsonl\n" +
			"  newsbell fetch https://a.example/feed.xml https://b.example/feed.xml | newsbell group",
		Args: command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return groupArticles(c.Context(), command.StdioOf(c), articles, explain)
		},
	}
	c.Flags().StringVar(&articles, "articles", "-", "file with one article per line as JSON (.gz accepted)")

	c.Flags().BoolVar(&explain, "explain", false, "say why: the articles compared with, the words they share, and the odds")

	return c
}

// storyLine is one line of `newsbell group`.
type storyLine struct {
	Article  int        `json:"article"`
	Story    int64      `json:"story"`
	Joined   []int64    `json:"joined,omitempty"` // with --explain, as all below
	Related  *related   `json:"related,omitempty"`
	Evidence []evidence `json:"evidence,omitempty"`
}

// related is a story that an article may tell, too doubtful to join it.
type related struct {
	Story   int64   `json:"story"`
	Article int64   `json:"article"`
	LogOdds float64 `json:"log_odds"`
}

// evidence is a comparison with an earlier article.
type evidence struct {
	Article  int64              `json:"article"`
	Story    int64              `json:"story"`
	LogOdds  float64            `json:"log_odds"`
	Veto     string             `json:"veto,omitempty"`
	Words    []string           `json:"words"`
	Likeness map[string]float64 `json:"likeness"`
}

// mostEvidence is how many comparisons a line shows.
const mostEvidence = 3

// explainStory makes a line that says why. The best comparisons are shown.
func explainStory(n int, d story.Decision, compared []story.Evidence) storyLine {
	line := storyLine{Article: n, Story: d.Story, Joined: d.Joined}
	if d.Related != nil {
		line.Related = &related{d.Related.Story, d.Related.Article, roundCents(d.Related.LogOdds)}
	}

	slices.SortStableFunc(compared, func(a, b story.Evidence) int { return cmp.Compare(b.LogOdds, a.LogOdds) })

	for _, e := range compared[:min(len(compared), mostEvidence)] {
		v := evidence{e.Article, e.Story, roundCents(e.LogOdds), e.Veto, append([]string{}, e.Words...), map[string]float64{}}
		for _, l := range e.Likeness {
			v.Likeness[l.Name] = roundCents(l.Value)
		}

		line.Evidence = append(line.Evidence, v)
	}

	return line
}

func roundCents(v float64) float64 { return math.Round(v*100) / 100 }

// groupArticles places one article after the other, as the match loop does.
func groupArticles(ctx context.Context, std command.Stdio, articles string, explain bool) error {
	f, err := std.OpenInput(articles)
	if err != nil {
		return fmt.Errorf("read the articles: %w", err)
	}
	defer f.Close()

	out := bufio.NewWriterSize(std.Out, 1<<16)
	enc := json.NewEncoder(out)
	stories := story.New()
	wrong := false

	var compared []story.Evidence

	if explain {
		stories.Observe(func(e story.Evidence) { compared = append(compared, e) })
	}

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

		compared = compared[:0]

		d := stories.Assign(int64(n), a, at)
		if explain {
			return enc.Encode(explainStory(n, d, compared))
		}

		return enc.Encode(storyLine{Article: n, Story: d.Story})
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
