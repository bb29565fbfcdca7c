package query

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateTyped = flag.Bool("update", false, "write what typed queries mean into testdata/typed.txt")

// TestTyped walks what people type: the query that it is read as or why it is none,
// what is said about it, and what is offered first since it was probably meant.
func TestTyped(t *testing.T) {
	const name = "testdata/typed.txt"

	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}

	var out strings.Builder

	typed := 0

	for line := range strings.Lines(string(page)) {
		text, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> ")
		if strings.HasPrefix(line, "#") {
			out.WriteString(line)
		}

		if ok {
			typed++

			out.WriteString(meaningOf(t, text))
		}
	}

	if typed < 150 {
		t.Errorf("%d texts, want 150", typed)
	}

	if *updateTyped {
		if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	if out.String() != string(page) {
		want := strings.Split(string(page), "\n")

		for i, line := range strings.Split(out.String(), "\n") {
			if i >= len(want) || line != want[i] {
				t.Fatalf("line %d is %q, want %q (go test -run TestTyped -update, then read the difference)", i+1, line, want[min(i, len(want)-1)])
			}
		}

		t.Fatal("lines are missing")
	}
}

func meaningOf(t *testing.T, typed string) string {
	t.Helper()

	var out strings.Builder

	fmt.Fprintf(&out, "> %s\n", typed)

	suggest := func(sign, message, suggestion string) {
		fmt.Fprintf(&out, "%s %s\n", sign, message)

		if suggestion != "" {
			fmt.Fprintf(&out, "  %s\n", suggestion)
		}
	}

	q, err := Parse(typed)
	if err != nil {
		e := err.(*Error)
		suggest("x", e.Message, e.Suggestion)

		return out.String()
	}

	fmt.Fprintf(&out, "= %s\n", q)

	for _, w := range q.Warnings() {
		suggest("!", w.Message, w.Suggestion)
	}

	for _, p := range Propose(typed) {
		suggest("?", p.Message, p.Query)

		if again, err := Parse(p.Query); err != nil || again.String() == q.String() {
			t.Errorf("%q: the proposal %q is no other query: %v", typed, p.Query, err)
		}
	}

	return out.String()
}

// FuzzPropose: whatever is typed, what is proposed parses and is another query.
func FuzzPropose(f *testing.F) {
	f.Add("tell me when there is an earthquake in Chile, without stock prices")
	f.Add("news about a/b tesla/spacex except for")

	f.Fuzz(func(t *testing.T, typed string) { meaningOf(t, typed) })
}
