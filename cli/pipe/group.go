package pipe

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
			"from 0. Dates are read as newsbell fetch prints them, or as seconds or milliseconds since 1970. An\n" +
			"article without a date counts as old as the one before it; where none has one yet, articles count as\n" +
			"coming one after the other, 5,000 a day.\n\n" +
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

// grouping is one run over the lines of a file.
type grouping struct {
	stories  *story.Grouper
	out      *json.Encoder
	errs     io.Writer
	explain  bool
	compared []story.Evidence // with the article that is being placed
	at       time.Time        // of the article before
	dated    bool             // an article had a date
	undated  unreadDates
	wrong    bool // a line is no article
}

// groupArticles places one article after the other, as the match loop does.
func groupArticles(ctx context.Context, std command.Stdio, articles string, explain bool) error {
	f, err := std.OpenInput(ctx, articles)
	if err != nil {
		return fmt.Errorf("read the articles: %w", err)
	}
	defer f.Close()

	out := bufio.NewWriterSize(std.Out, 1<<16)
	g := &grouping{stories: story.New(), out: json.NewEncoder(out), errs: std.Err, explain: explain}

	if explain {
		g.stories.Observe(func(e story.Evidence) { g.compared = append(g.compared, e) })
	}

	err = command.EachLine(command.FlushFirst{In: f, Out: out}, func(n int, line []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}

		return g.assign(n, line)
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}

	g.undated.report(std.Err)

	if g.wrong {
		return command.ErrReported
	}

	return nil
}

// undatedPace is the time from an article to the next where none has a date: as if 5,000 came a day, in
// the middle of what installations read. Without any time a story would stay open for all of a file, and
// the stream would count as denser than any is.
const undatedPace = 24 * time.Hour / 5000

// assign finds the story of the article of a line.
func (g *grouping) assign(n int, line []byte) error {
	a, dated, err := readGroupArticle(line)
	if err != nil {
		g.wrong = true

		fmt.Fprintf(g.errs, "line %d: %v\n", n, err)

		return nil
	}

	if !dated {
		g.undated.add(n)
	}

	switch {
	case !a.Published.IsZero():
		g.at, g.dated = a.Published, true
	case !g.dated:
		g.at = g.at.Add(undatedPace)
	}

	g.compared = g.compared[:0]

	d := g.stories.Assign(int64(n), a, g.at)
	if g.explain {
		return g.out.Encode(explainStory(n, d, g.compared))
	}

	return g.out.Encode(storyLine{Article: n, Story: d.Story})
}

// unreadDates counts the dates that could not be read.
type unreadDates struct{ n, first int }

// add counts that of a line.
func (u *unreadDates) add(line int) {
	if u.n++; u.n == 1 {
		u.first = line
	}
}

// report says in one line that dates could not be read.
func (u *unreadDates) report(w io.Writer) {
	more := ""

	switch {
	case u.n == 0:
		return
	case u.n > 1:
		more = fmt.Sprintf(", nor those of %d more", u.n-1)
	}

	fmt.Fprintf(w, "line %d: its date can't be read%s; such an article counts as old as the one before it\n", u.first, more)
}

// readGroupArticle reads an article as readArticle does, and its date, also one that is a number. A date
// in an unknown form is as if it were absent, and dated is false.
func readGroupArticle(line []byte) (article *news.Article, dated bool, err error) {
	var a news.Article
	if err := readArticle(line, &a); err != nil {
		return nil, false, err
	}

	var dates struct{ Published any }
	if json.Unmarshal(withExactNames(line), &dates) == nil {
		switch at := dates.Published.(type) {
		case nil:
			return &a, true, nil
		case string:
			a.Published = groupDate(at)
			dated = at == ""
		case float64:
			a.Published = sinceEpoch(at)
		}
	}

	return &a, dated || !a.Published.IsZero(), nil
}

// sinceEpoch reads a number as the seconds since 1970, or as the milliseconds if these are of our
// time: zero for a number that is neither.
func sinceEpoch(n float64) time.Time {
	const mostSeconds = 1e11 // in the year 5138; in milliseconds it is in 1973

	switch {
	case n <= 0 || n >= 1000*mostSeconds:
		return time.Time{}
	case n < mostSeconds:
		return time.UnixMilli(int64(n * 1000)).UTC()
	default:
		return time.UnixMilli(int64(n)).UTC()
	}
}

// groupDate reads a date in the form that `newsbell fetch` prints, and in the
// nearest relatives of that form; zero when it is none of them.
func groupDate(s string) time.Time {
	for _, form := range []string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly, time.RFC1123Z, time.RFC1123,
		"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t
		}
	}

	return time.Time{}
}
