package index

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// TestEqualQueriesAreOne: whatever comes and goes, under crowded words and under
// others, as many queries are filed as differ, and each of their IDs answers.
func TestEqualQueriesAreOne(t *testing.T) {
	shapes := []string{"alpha -w%d", "w%d -alpha", "alpha w%d", "w%d", "alpha beta w%d", "gamma w%d alpha beta", `"alpha w%d"`, "alpha, w%d"}
	ix, in, r := NewIndex(), map[ID]string{}, rand.New(rand.NewPCG(1, 2))
	check := func() {
		differ, leaders := map[string]bool{}, 0
		for _, s := range in {
			differ[s] = true
		}

		for _, row := range ix.registry.all() {
			if k := row.kind(); k != locatedNowhere && k != locatedCopy {
				leaders++
			}
		}

		if leaders != len(differ) {
			t.Fatalf("%d queries are filed, %d differ", leaders, len(differ))
		}

		want := 0

		for _, s := range in {
			q, err := query.Parse(s)
			if err != nil {
				t.Fatal(err)
			}

			a := &news.Article{Title: "alpha w7", Text: "w9 and beta. gamma w11"}
			if _, ok := NewSingle(q).Match(a); ok {
				want++
			}
		}

		if got := len(ix.Match(&news.Article{Title: "alpha w7", Text: "w9 and beta. gamma w11"})); got != want {
			t.Fatalf("%d hits, want %d", got, want)
		}
	}

	for i := range 20_000 {
		id := ID(r.IntN(9000))
		if r.IntN(3) == 0 {
			ix.Remove(id)
			delete(in, id)
		} else {
			s := fmt.Sprintf(shapes[r.IntN(len(shapes))], r.IntN(700))

			q, err := query.Parse(s)
			if err != nil {
				t.Fatal(err)
			}

			ix.Add(id, q)
			in[id] = s
		}

		if i == 3000 {
			check()
		}
	}

	check()

	crowded := 0

	for id := range ix.lists.n.Load() {
		if ix.isCrowded(id) {
			crowded++
		}
	}

	if crowded == 0 {
		t.Fatal("no word was crowded")
	}

	for id := range in {
		ix.Remove(id)
	}

	in = map[ID]string{}

	check()
}
