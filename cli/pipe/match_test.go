package pipe

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
