package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/cli/config"
	"newsbell/subscriptions/query"
)

// TestFiftyWishes reads wishes in five languages by a model's server. What it answers was
// written by hand, as models answer: with thoughts, in a fence, a refusal, a query that does
// not parse, an address. What is no query is left to the rules.
func TestFiftyWishes(t *testing.T) {
	file, err := os.ReadFile("testdata/wishes.jsonl")
	if err != nil {
		t.Fatal(err)
	}

	server := aitest.Honest(t)
	by := map[string]int{}
	languages := map[string]int{}

	for lines := bufio.NewScanner(bytes.NewReader(file)); lines.Scan(); {
		var one struct{ Language, Wish, Reply string }
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}

		server.Record(one.Wish, one.Reply)

		made, who, ok := readWish(t.Context(), config.AI{URL: server.URL, Model: "recorded"}, one.Wish)
		if ok && !query.Valid(made) {
			t.Errorf("%q became %q", one.Wish, made)
		}

		if ok {
			by[who]++
		}

		languages[one.Language]++
	}

	if len(languages) != 5 || languages["pl"] != 10 || by[ai.ByModel] < 45 {
		t.Errorf("of %v wishes %v became queries", languages, by)
	}

	t.Logf("%v", by)
}
