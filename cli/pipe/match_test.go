package pipe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"newsbell/cli/command"
)

// TestMatchManyQueries: queries are parsed beside one another, and what is wrong with some of them is said
// in the order of their lines; the others match whatever batch they are in.
func TestMatchManyQueries(t *testing.T) {
	var queries, wrong, want strings.Builder

	const lines = 5*queriesAtOnce + 17

	for n := range lines {
		switch {
		case n%700 == 3:
			fmt.Fprintln(&queries, `harbour (`)
			fmt.Fprintf(&wrong, "line %d:\n", n)
		case n%500 == 0 || n == lines-1:
			fmt.Fprintln(&queries, "harbour")
			fmt.Fprintf(&want, `{"article":0,"query":%d,"matched":["harbour"]}`+"\n", n)
		case n%50 == 0:
			fmt.Fprintln(&queries)
		default:
			fmt.Fprintf(&queries, "harbour place%d\n", n)
		}
	}

	folder := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}

		return file
	}

	var out, errs bytes.Buffer

	err := matchArticles(t.Context(), command.Stdio{Out: &out, Err: &errs},
		write("queries.txt", queries.String()), write("articles.jsonl", `{"title":"Rain closes the harbour road"}`))
	if !errors.Is(err, command.ErrReported) {
		t.Errorf("error %v, want command.ErrReported for the wrong queries", err)
	}

	if out.String() != want.String() {
		t.Errorf("matched\n%s\nwant\n%s", out.String(), want.String())
	}

	var said strings.Builder

	for line := range strings.Lines(errs.String()) {
		at, _, _ := strings.Cut(strings.TrimPrefix(line, "line "), ":")
		fmt.Fprintf(&said, "line %s:\n", at)
	}

	if said.String() != wrong.String() {
		t.Errorf("said\n%s\nwant\n%s", errs.String(), wrong.String())
	}
}

// TestLongLinesWait: a file with long lines is not read into memory beside the parsing of its first ones.
func TestLongLinesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		most := (2*runtime.GOMAXPROCS(0) + 4) * bytesAtOnce
		file := &longLines{left: 3 * most}
		pass := make(chan struct{})

		var parsing sync.WaitGroup

		parsing.Go(func() {
			if err := parseLines(t.Context(), file, func(*typedQuery) { <-pass }); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()

		if read := 3*most - file.left; read > most {
			t.Errorf("%d bytes are read ahead, want %d at most", read, most)
		}

		close(pass)
		parsing.Wait()

		if file.left > 0 {
			t.Errorf("%d bytes are not read", file.left)
		}
	})
}

// TestReadingQueriesStops: of queries without end, such as those of a program that writes on and on.
func TestReadingQueriesStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()

	const last = 3 * queriesAtOnce

	file := &longLines{left: 10 * last * (16 << 10)}

	err := parseLines(ctx, file, func(q *typedQuery) {
		if q.line == last {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || file.left == 0 {
		t.Errorf("error %v with %d bytes left", err, file.left)
	}
}

// longLines is a file of lines of 16 KB.
type longLines struct{ left int }

func (f *longLines) Read(p []byte) (n int, err error) {
	if f.left == 0 {
		return 0, io.EOF
	}

	for ; n < len(p) && f.left > 0; n++ {
		p[n] = 'x'
		if f.left--; f.left%(16<<10) == 0 {
			p[n] = '\n'
		}
	}

	return n, nil
}

// TestFieldsOfOtherCase: an unknown field is passed over, also one that differs from ours in capitals alone,
// wherever it stands.
func TestFieldsOfOtherCase(t *testing.T) {
	for line, title := range map[string]string{
		`{"title":"ours","TITLE":"theirs"}`:            "ours",
		`{"Title":"theirs", "title" : "ours"}`:         "ours",
		`{"Title":"theirs"}`:                           "",
		`{"title":"Title","tags":["Title"]}`:           "Title",
		`{"title":"a \"Title\": <b> & so on"}`:         `a "Title": <b> & so on`,
		`{"title":"ours","Published":"2026-01-01"}`:    "ours",
		`{"title":"ours","nested":{"Title":"theirs"}}`: "ours",
		`{"Text":1,"title":"ours"}`:                    "ours",
	} {
		a, dated, err := readGroupArticle([]byte(line))
		if err != nil || a.Title != title || a.Text != "" || !dated || !a.Published.IsZero() {
			t.Errorf("%s: title %q, text %q, published %v, %v", line, a.Title, a.Text, a.Published, err)
		}
	}

	if _, _, err := readGroupArticle([]byte(`{"Title":"cut`)); err == nil {
		t.Error("a line that is cut off is an article")
	}
}
