package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"newsbell/news"
	"newsbell/subscriptions"
)

func matchCommand() *cobra.Command {
	var queries, articles string
	c := &cobra.Command{
		Use:   "match --queries FILE [--articles FILE]",
		Short: "Say which queries which articles answer",
		Long: "Say which queries which articles answer: one line of JSON a pair, ordered by article and query.\n" +
			"Lines are counted from 0 in both files, blank ones too, and in what is said of a query that cannot be read.",
		Example: "  newsbell match --queries queries.txt --articles articles.jsonl\n" +
			"  newsbell fetch https://example.com/feed.xml | newsbell match --queries queries.txt",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case queries == "":
				return usageError{errors.New("please say --queries FILE, a file with one query a line")}
			case queries == "-" && articles == "-":
				return usageError{errors.New("only one of --queries and --articles can be standard input")}
			}
			return match(c.Context(), queries, articles, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&queries, "queries", "", "file with one query a line (.gz accepted)")
	c.Flags().StringVar(&articles, "articles", "-", "file with one article a line as JSON (.gz accepted)")
	return c
}

// pairLine is one line of `newsbell match`.
type pairLine struct {
	Article int              `json:"article"`
	Query   subscriptions.ID `json:"query"`
	Matched []string         `json:"matched"`
}

// match reads all queries and then one article after the other.
func match(ctx context.Context, queries, articles string, w io.Writer) error {
	ix, wrong, err := readQueries(queries)
	if err != nil {
		return err
	}
	f, err := openInput(articles)
	if err != nil {
		return fmt.Errorf("read the articles: %w", err)
	}
	defer f.Close()
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = eachLine(f, func(n int, line []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var a news.Article
		if err := readArticle(line, &a); err != nil {
			wrong = true
			fmt.Fprintf(os.Stderr, "article on line %d: %v\n", n, err)
			return nil
		}
		for _, hit := range ix.Match(&a) {
			if err := enc.Encode(pairLine{n, hit.ID, hit.Matched}); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if wrong {
		return errReported
	}
	return nil
}

// readQueries fills an index; a query that does not parse is told on stderr.
func readQueries(name string) (ix *subscriptions.Index, wrong bool, err error) {
	ix = subscriptions.NewIndex()
	errs := bufio.NewWriter(os.Stderr)
	defer errs.Flush()
	err = eachQuery(name, func(n int, text string) error {
		q, err := subscriptions.Parse(text)
		if err != nil {
			wrong = true
			fmt.Fprintf(errs, "line %d: %v\n", n, err)
			return nil
		}
		ix.Add(subscriptions.ID(n), q)
		return nil
	})
	return ix, wrong, err
}

// matchable is what matching reads of an article. Dates are not among it: a
// wrong one harms nothing here.
type matchable struct {
	Source, Title, URL, Language, Country, Outlet, Summary, Text string
	Authors, Tags                                                []string
}

// readArticle reads an article as leniently as may be: a field of a wrong kind
// is as if it were not there.
func readArticle(line []byte, a *news.Article) error {
	var m matchable
	err := json.Unmarshal(line, &m)
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if err = nil; kind.Field == "" {
			err = errors.New("this is no JSON object")
		}
	}
	*a = news.Article{
		Source: m.Source, Title: m.Title, URL: m.URL, Language: m.Language, Country: m.Country, Outlet: m.Outlet,
		Summary: m.Summary, Text: m.Text, Authors: m.Authors, Tags: m.Tags,
	}
	return err
}

// eachLine calls do with the lines that are not blank, numbered from 0.
func eachLine(r io.Reader, do func(n int, line []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<20)
	var long []byte
	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		for long = long[:0]; errors.Is(err, bufio.ErrBufferFull); {
			long = append(long, line...)
			line, err = in.ReadSlice('\n')
		}
		if len(long) > 0 {
			line = slices.Concat(long, line)
		}
		if n == 0 {
			line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
		}
		if line = bytes.TrimRight(line, "\r\n"); len(bytes.TrimSpace(line)) > 0 {
			if err := do(n, line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
