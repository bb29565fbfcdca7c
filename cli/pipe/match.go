package pipe

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/cli/progress"
	"newsbell/news"
	"newsbell/subscriptions/index"
)

func matchCommand() *cobra.Command {
	var queries, articles string

	c := &cobra.Command{
		Use:   "match --queries FILE [--articles FILE]",
		Short: "Show which articles match which queries",
		Long: "Show which articles match which queries: one line of JSON per pair, ordered by article and query.\n" +
			"Line numbers start at 0 and count blank lines, in both files and in error messages.",
		Example: "  newsbell match --queries queries.txt --articles articles.jsonl\n" +
			"  newsbell fetch https://example.com/feed.xml | newsbell match --queries queries.txt",
		Args: command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case queries == "":
				return command.Usage(errors.New("name the queries with --queries FILE, one query per line"))
			case queries == "-" && articles == "-":
				return command.Usage(errors.New("only one of --queries and --articles can be standard input"))
			}

			return matchArticles(c.Context(), command.StdioOf(c), queries, articles)
		},
	}
	c.Flags().StringVar(&queries, "queries", "", "file with one query per line (.gz accepted)")
	c.Flags().StringVar(&articles, "articles", "-", "file with one article per line as JSON (.gz accepted)")

	return c
}

// pairLine is one line of `newsbell match`.
type pairLine struct {
	Article int      `json:"article"`
	Query   index.ID `json:"query"`
	Matched []string `json:"matched"`
}

// matchEarnings is how much regex work an article may cost here, in allowances of a
// running bot: a file is matched once and by its owner.
const matchEarnings = 20

// matchArticles reads all queries and then one article after the other.
func matchArticles(ctx context.Context, std command.Stdio, queries, articles string) error {
	ix, wrong, err := readQueries(ctx, std, queries)
	if err != nil {
		return err
	}

	f, err := std.OpenInput(ctx, articles)
	if err != nil {
		return fmt.Errorf("read the articles: %w", err)
	}
	defer f.Close()

	var line *progress.Line

	if !std.ShowsOutput() {
		line = progress.Start(std.Err, progress.Work{What: "Matching", Unit: progress.Articles})
		defer line.Stop()
	}

	out := bufio.NewWriterSize(std.Out, 1<<16)
	m := matching{ix: ix, out: json.NewEncoder(out), errors: line.Above(std.Err), slow: map[index.ID]bool{}, wrong: wrong}
	m.out.SetEscapeHTML(false)

	err = command.EachLine(command.FlushFirst{In: f, Out: out}, func(n int, text []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}

		line.Add(1)

		return m.matchLine(n, text)
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}

	if m.wrong {
		return command.ErrReported
	}

	return nil
}

// matching is queries that articles are matched against, one after the other.
type matching struct {
	ix     *index.Index
	out    *json.Encoder
	errors io.Writer
	budget index.Allowance
	slow   map[index.ID]bool // queries that some article was not decided for
	wrong  bool              // something was said on errors
}

// matchLine prints the queries that the article on a line answers.
func (m *matching) matchLine(n int, text []byte) error {
	var a news.Article
	if err := readArticle(text, &a); err != nil {
		m.report("article on line %d: %v", n, err)
		return nil
	}

	m.budget.Earn(matchEarnings)

	hits, skipped := m.ix.MatchWithin(&a, func(_ index.ID, steps int) bool { return m.budget.Spend(steps) })
	for _, id := range skipped {
		if !m.slow[id] {
			m.slow[id] = true
			m.report("line %d: its regexes take too long, so it isn't decided for every article (first: article %d)", id, n)
		}
	}

	for _, hit := range hits {
		if err := m.out.Encode(pairLine{n, hit.ID, hit.Matched}); err != nil {
			return err
		}
	}

	return nil
}

func (m *matching) report(format string, args ...any) {
	m.wrong = true

	fmt.Fprintf(m.errors, format+"\n", args...)
}

// matchable is what matching reads of an article. Dates are not among it: a
// wrong one harms nothing here.
type matchable struct {
	Source, Title, URL, Language, Country, Outlet, Summary, Text string
	Authors, Tags                                                []string
}

var errNoObject = errors.New(`this is no JSON object; an article is written {"title":"…"}`)

// explainJSON says in plain words why a line is no JSON.
func explainJSON(line []byte, wrong *json.SyntaxError) error {
	switch {
	case !bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")):
		return errNoObject
	case wrong.Offset >= int64(len(line)) && strings.HasPrefix(wrong.Error(), "unexpected end"):
		return errors.New("its JSON ends too early; an article is one whole line, as newsbell fetch and jq -c print it")
	}

	at := max(wrong.Offset-1, 0)
	near, _, _ := strings.Cut(string(bytes.ToValidUTF8(line[at:], []byte("?"))), " ")

	return fmt.Errorf("its JSON is wrong from byte %d on (%.20q); an article is one object a line, as newsbell fetch and jq -c print it", at, near)
}

// fieldNames are the fields that `newsbell match` and `newsbell group` read.
func fieldNames() [11]string {
	return [...]string{"source", "title", "url", "language", "country", "outlet", "summary", "text", "authors", "tags", "published"}
}

// withExactNames returns a line without fields such as "Title": they are others than ours, and
// encoding/json would read them as these. Most lines have none, and are returned as they are.
func withExactNames(line []byte) []byte {
	names := fieldNames()
	isOther := func(name string) bool {
		return slices.ContainsFunc(names[:], func(n string) bool { return n != name && strings.EqualFold(n, name) })
	}

	var fields map[string]json.RawMessage

	for quoted := range bytes.SplitSeq(line, []byte(`"`)) {
		if len(quoted) <= 2*len("published") && isOther(string(quoted)) {
			if json.Unmarshal(line, &fields) != nil {
				return line
			}

			break
		}
	}

	if fields == nil {
		return line
	}

	maps.DeleteFunc(fields, func(name string, _ json.RawMessage) bool { return isOther(name) })

	exact, err := json.Marshal(fields)
	if err != nil {
		return line
	}

	return exact
}

// readArticle reads an article as leniently as may be: a field of a wrong kind
// is as if it were not there.
func readArticle(line []byte, a *news.Article) error {
	var m matchable

	err := json.Unmarshal(withExactNames(line), &m)
	if string(bytes.TrimSpace(line)) == "null" {
		err = errNoObject
	}

	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		err = explainJSON(line, wrong)
	}

	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if err = nil; kind.Field == "" {
			err = errNoObject
		}
	}

	*a = news.Article{
		Source: m.Source, Title: m.Title, URL: m.URL, Language: m.Language, Country: m.Country, Outlet: m.Outlet,
		Summary: m.Summary, Text: m.Text, Authors: m.Authors, Tags: m.Tags,
	}

	return err
}
