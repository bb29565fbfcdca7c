package wish_test

import (
	"os"
	"strings"
	"testing"

	"newsbell/bot/wish"
	"newsbell/subscriptions/query"
)

// requests reads the table of requests: language, request, query.
func requests(t *testing.T, file string) (rows [][]string) {
	t.Helper()

	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			row := strings.SplitN(line, " | ", 3)
			if len(row) != 3 {
				t.Fatalf("%q has no three fields", line)
			}

			rows = append(rows, row)
		}
	}

	return rows
}

// TestRequests: of the natural requests in the table, of which docs/wishes.md shows some, nearly
// all become the query that a person would write.
func TestObject(t *testing.T) {
	for text, want := range map[string]string{"folge Real Madrid": "Real Madrid", "Śledź dron": "dron", "folge": "folge", "news corp": "news corp", "follow the money": "the money"} {
		if got := wish.Object(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestRequests(t *testing.T) {
	rows := requests(t, "testdata/requests.txt")
	right := 0

	for _, row := range rows {
		w, ok := wish.Understand(row[1], "")
		if ok && w.Query == row[2] && w.Asked && w.Language == row[0] {
			right++
			continue
		}

		t.Logf("%s: %q becomes %q (%s, asked %v), want %q", row[0], row[1], w.Query, w.Language, w.Asked, row[2])
	}

	t.Logf("%d of %d", right, len(rows))

	if len(rows) < 60 || right < len(rows)*9/10 {
		t.Errorf("%d of %d requests lead to a sensible query", right, len(rows))
	}
}

// FuzzUnderstand: whatever is written, a query that comes of it parses.
func FuzzUnderstand(f *testing.F) {
	for _, s := range []string{"tell me about \"x", "новости -", "のニュース", "news or or or", "ohne", "sans l'", "a/b/c", "дай мне", "x OR", "l'", "qu'"} {
		f.Add(s, "de")
	}

	f.Fuzz(func(t *testing.T, text, hint string) {
		w, ok := wish.Understand(text, hint)
		if !ok {
			return
		}

		checkParses(t, text, w.Query)
	})
}

// checkParses fails if what a text became is no query.
func checkParses(t *testing.T, text, became string) {
	t.Helper()

	if _, err := query.Parse(became); err != nil {
		t.Errorf("%q becomes %q, which does not parse: %v", text, became, err)
	}
}

// TestUnseenRequests: requests that were written after the rules and that no rule was
// changed for. The share that comes out right is what to expect of others.
func TestUnseenRequests(t *testing.T) {
	for _, file := range []string{"testdata/unseen.txt", "testdata/second.txt"} {
		t.Run(file, func(t *testing.T) { checkUnseen(t, requests(t, file)) })
	}
}

func checkUnseen(t *testing.T, rows [][]string) {
	t.Helper()

	right := 0

	for _, row := range rows {
		w, ok := wish.Understand(row[1], row[0])
		if ok && w.Query == row[2] {
			right++
			continue
		}

		t.Logf("%s: %q becomes %q, want %q", row[0], row[1], w.Query, row[2])
	}

	t.Logf("%d of %d", right, len(rows))

	if right < len(rows)*2/3 {
		t.Errorf("%d of %d requests lead to the query expected", right, len(rows))
	}
}
