package index

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

var update = flag.Bool("update", false, "write what the queries say in plain words into testdata/golden.txt")

// TestGolden walks the page of real-life queries.
func TestGolden(t *testing.T) {
	page, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}

	var (
		q   *query.Query
		out []string
	)

	queries := 0

	for n, line := range strings.Split(strings.TrimSuffix(string(page), "\n"), "\n") {
		sign, rest, _ := strings.Cut(line, " ")
		switch sign {
		case "=":
			if !*update && rest != goldenWords(q) {
				t.Errorf("line %d: %q says %q, want %q", n+1, q, goldenWords(q), rest)
			}

			continue
		case ">":
			if q, err = query.Parse(rest); err != nil {
				t.Fatalf("line %d: %q: %v", n+1, rest, err)
			}

			queries++

			out = append(out, line, "= "+goldenWords(q))

			continue
		case "+", "-":
			if matched, ok := NewSingle(q).Match(goldenArticle(rest)); ok != (sign == "+") {
				t.Errorf("line %d: %q and %q: %v %v", n+1, q, rest, ok, matched)
			}
		}

		out = append(out, line)
	}

	if queries < 80 {
		t.Errorf("%d queries, want 80", queries)
	}

	if *update {
		if err := os.WriteFile("testdata/golden.txt", []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// goldenWords is what a chat echoes, with the warnings.
func goldenWords(q *query.Query) string {
	s := q.Words()
	for _, w := range q.Warnings() {
		s += " (! " + w.Message + ")"
	}

	return s
}

// goldenArticle reads "field=value field=value | title".
func goldenArticle(s string) *news.Article {
	fields, title, ok := strings.Cut(s, " | ")
	if !ok {
		return &news.Article{Title: s}
	}

	a := &news.Article{Title: title}

	name, value, _ := strings.Cut(fields, "=")
	switch name {
	case "text":
		a.Text = value
	case "source":
		a.Source = value
	case "url":
		a.URL = value
	case "outlet":
		a.Outlet = value
	case "authors":
		a.Authors = []string{value}
	case "tags":
		a.Tags = []string{value}
	case "language":
		a.Language = value
	case "country":
		a.Country = value
	default:
		panic(fmt.Sprintf("no field %q", name))
	}

	return a
}
