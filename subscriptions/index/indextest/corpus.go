// Package indextest has what benchmarks of matching share, here and in the module bench:
// the queries and articles they run on, and the processor's time.
package indextest

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/news"
)

// DataFolder is where the corpora are; a test that needs them is skipped
// without, visibly.
func DataFolder(t testing.TB) string {
	t.Helper()

	dir := os.Getenv("NEWSBELL_DATA")
	if dir == "" {
		t.Skip("NEWSBELL_DATA is not set: 0 articles read")
	}

	return dir
}

// Queries are those of NEWSBELL_QUERIES, one query a line: the first column of keywords/gen_keywords.py's
// output, made by docs/performance-matching.md's command.
func Queries(t testing.TB) []string {
	t.Helper()

	name := os.Getenv("NEWSBELL_QUERIES")
	if name == "" {
		t.Skip("NEWSBELL_QUERIES is not set: 0 queries read")
	}

	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var out []string

	for lines := bufio.NewScanner(f); lines.Scan(); {
		q, _, _ := strings.Cut(lines.Text(), "\t")
		out = append(out, q)
	}

	return out
}

// Articles are the corpus' stories as articles of about 160 words.
func Articles(t testing.TB, limit int) []*news.Article {
	t.Helper()

	f, err := os.Open(filepath.Join(DataFolder(t), "stories-allsides", "stories_a.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()

	var out []*news.Article

	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		var a news.Article
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}

		a.Text = firstWords(a.Text, limit)
		out = append(out, &a)
	}

	return out
}

func firstWords(s string, n int) string {
	fields := 0

	for i, r := range s {
		if r == ' ' {
			if fields++; fields == n {
				return s[:i]
			}
		}
	}

	return s
}
