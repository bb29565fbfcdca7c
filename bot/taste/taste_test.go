package taste_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"newsbell/bot/taste"
	"newsbell/news"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

func parse(t *testing.T, text string) *query.Query {
	t.Helper()

	q, err := query.Parse(text)
	if err != nil {
		t.Fatal(err)
	}

	return q
}

func nothingSettled(taste.Kind, string) bool { return false }

// randomChat is forty alerts of a few outlets about a few words, some of them unwanted.
func randomChat(t *testing.T, r *rand.Rand) (unwanted, latest []taste.Alert, queries taste.Queries) {
	t.Helper()

	queries = taste.Queries{1: parse(t, "harbour"), 2: parse(t, "harbour OR ferry"), 3: parse(t, "title:ferry -harbour")}
	words := []string{"football", "quokka", "regatta", "dredging"}
	outlets := []string{"Harbour Courier", "Northern Gazette", "Plain Wire", ""}

	singles := map[int64]*index.Single{}
	for id, q := range queries {
		singles[id] = index.NewSingle(q)
	}

	for range 40 {
		place := []string{"Harbour", "Ferry", "Harbour ferry"}[r.IntN(3)]
		told := taste.Alert{
			Article: &news.Article{Title: fmt.Sprintf("%s sees %s", place, words[r.IntN(len(words))]), Summary: words[r.IntN(len(words))], Outlet: outlets[r.IntN(len(outlets))]},
			Kept:    r.IntN(8) == 0,
		}

		for id, single := range singles {
			if matched, ok := single.Match(told.Article); ok {
				told.Follows, told.Matched = append(told.Follows, id), append(told.Matched, matched...)
			}
		}

		slices.Sort(told.Follows)

		if len(told.Follows) == 0 {
			continue
		}

		told.Less = !told.Kept && r.IntN(2) == 0
		latest = append(latest, told)

		if told.Less {
			unwanted = append(unwanted, told)
		}
	}

	return unwanted, latest[:min(len(latest), taste.Latest)], queries
}

// What a proposal claims is what one counts who changes the queries as typed, or mutes the
// outlet, and looks at every alert again.
func TestClaimsCanBeCountedAgain(t *testing.T) {
	kinds := map[taste.Kind]int{}

	for seed := range uint64(100) {
		unwanted, latest, queries := randomChat(t, rand.New(rand.NewPCG(seed, 1)))

		p, found := taste.Propose(unwanted, latest, queries, nothingSettled)
		if !found {
			continue
		}

		kinds[p.Kind]++

		var changed []*index.Single

		for id, q := range queries {
			if slices.Contains(p.Subscriptions, id) {
				q = parse(t, "("+q.String()+") -"+p.Value)
			}

			changed = append(changed, index.NewSingle(q))
		}

		comes := func(told taste.Alert) bool {
			if p.Kind == taste.Outlet {
				return told.Article.Outlet != p.Value
			}

			return slices.ContainsFunc(changed, func(q *index.Single) bool {
				_, ok := q.Match(told.Article)
				return ok
			})
		}

		dropped, less := 0, 0

		for _, told := range latest {
			if !comes(told) {
				dropped++

				if told.Kept {
					t.Errorf("seed %d: %v drops what was kept: %v", seed, p.Rule, told.Article.Title)
				}
			}
		}

		for _, told := range unwanted {
			if !comes(told) {
				less++
			}
		}

		if dropped != p.Dropped || less != p.Less || p.Of != len(latest) || less < taste.Needed {
			t.Errorf("seed %d: %v claims %d of %d and %d unwanted, counted are %d of %d and %d", seed, p.Rule, p.Dropped, p.Of, p.Less, dropped, len(latest), less)
		}

		if again, _ := taste.Propose(unwanted, latest, queries, nothingSettled); fmt.Sprint(again) != fmt.Sprint(p) {
			t.Errorf("seed %d: proposed %v, then %v", seed, p, again)
		}
	}

	if kinds[taste.Word] < 5 || kinds[taste.Outlet] < 5 {
		t.Errorf("of 100 chats %v got a rule: too few to say anything", kinds)
	}
}

func TestProposals(t *testing.T) {
	queries := taste.Queries{1: parse(t, "harbour")}

	told := func(title, outlet string) taste.Alert {
		return taste.Alert{Article: &news.Article{Title: "Harbour " + title, Outlet: outlet}, Matched: []string{"Harbour"}, Follows: []int64{1}, Less: true}
	}

	var five []taste.Alert
	for i := range 5 {
		five = append(five, told("hosts regatta", fmt.Sprint("Outlet ", i)))
	}

	var sameOutlet []taste.Alert
	for _, title := range []string{"opens", "gets quays", "sells cranes", "hires pilots", "wants dredging"} {
		sameOutlet = append(sameOutlet, told(title, "Plain Wire"))
	}

	kept := told("hosts regatta again", "Other")
	kept.Kept, kept.Less = true, false

	for _, c := range []struct {
		name     string
		unwanted []taste.Alert
		latest   []taste.Alert
		settled  string
		want     string
	}{
		{"a word that five share", five, five, "", "word regatta"},
		{"four are too few", five[:4], five, "", ""},
		{"an outlet that five share", sameOutlet, sameOutlet, "", "outlet Plain Wire"},
		{"what would drop an alert that was kept", five, append(slices.Clone(five), kept), "", ""},
		{"what was declined", five, five, "regatta", ""},
	} {
		got := ""
		if p, found := taste.Propose(c.unwanted, c.latest, queries, func(_ taste.Kind, value string) bool { return value == c.settled || value == "hosts" }); found {
			got = string(p.Kind) + " " + p.Value
		}

		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWordsFitIntoAButton(t *testing.T) {
	for _, word := range taste.DistinctiveWords("Harbour regatta "+strings.Repeat("x", 30)+" covid-19 9 km", []string{"harbour"}) {
		if !taste.IsPlain(word) || word == "harbour" {
			t.Errorf("%q is offered", word)
		}
	}
}
