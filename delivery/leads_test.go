package delivery

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/news/summary"
	"newsbell/store"
)

// A storm is told by an article without a text, and then by these.
const (
	germanStorm = "The storm cut power to 40,000 homes along the coast, the grid operator said on Monday evening there."
	heraldStorm = "The storm cut power to 40,000 homes along the coast, the grid operator said on Monday night."
	ledgerStorm = "The storm cut power to 40,000 homes along the coast, the grid operator said late on Monday."
)

// TestAnEditShowsWhatOutletsAgreeOn: when a further outlet joins a story, the message that is edited anyway
// shows the words that most outlets have, and whose they are, in chats that may see them.
func TestAnEditShowsWhatOutletsAgreeOn(t *testing.T) {
	muteHerald := func(tx *store.Tx, chat int64) error {
		_, _, err := tx.AddMute(store.OutletMute(chat, "Herald"))
		return err
	}
	chats := []struct {
		name, query string
		change      func(tx *store.Tx, chat int64) error
		lead, note  string
	}{
		{"as it is", "storm", nil, heraldStorm, "As Herald tells it:"},
		{"a query for titles", "title:storm | ferries", nil, heraldStorm, "As Herald tells it:"},
		{"a query that excludes words", "storm -harvest", nil, "", ""},
		{"a query for an outlet", `storm outlet:"the outlet"`, nil, "", ""},
		{"an outlet is muted", "storm", muteHerald, "", ""},
		{"only titles", "storm", func(tx *store.Tx, chat int64) error { return tx.SetStyle(chat, store.StyleTitle) }, "", ""},
	}

	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		a := d.list("Ferries stay in port")
		m := store.Match{Article: a.ID, Story: a.ID, At: a.At()}

		for _, c := range chats {
			chat, sub := d.followerOf(c.name, c.query)
			if c.change != nil {
				d.update(func(tx *store.Tx) error { return c.change(tx, chat) })
			}

			m.Alerts = append(m.Alerts, store.PendingAlert{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: sub, Matched: []string{"Storm"}}}})
		}

		if err := d.store.SaveMatches(context.Background(), []store.Match{m}); err != nil {
			t.Fatal(err)
		}

		stop := d.deliverEdits(p, nil)

		for _, n := range []news.Article{
			{Outlet: "Zeitung", Title: "Sturm", Summary: germanStorm, Text: germanStorm, Language: "de"},
			{Outlet: "Herald", Title: "Storm cuts power", Summary: heraldStorm, Text: heraldStorm},
			{Outlet: "Ledger", Title: "Power cut by storm", Summary: ledgerStorm, Text: ledgerStorm},
		} {
			time.Sleep(90 * time.Second)
			synctest.Wait()
			d.joinWith(a.ID, n)
		}

		time.Sleep(90 * time.Second)
		stop()

		shown := map[string][]*adapters.Alert{}
		for _, e := range p.edited() {
			shown[e.chat] = append(shown[e.chat], e.m.Alert)
		}

		for _, c := range chats {
			edits := shown[c.name]
			if len(edits) != 3 {
				t.Fatalf("%s: %d edits, want one for each outlet that joined", c.name, len(edits))
			}

			if edits[1].Summary != "" || edits[1].Note != nil {
				t.Errorf("%s: with nothing that is like the others it says %q, %v", c.name, edits[1].Summary, edits[1].Note)
			}

			got, note := edits[2], adapters.Text{edits[2].Note}.String()
			if got.Summary != c.lead || note != c.note || got.Title != "Ferries stay in port" || got.Outlet != "The Outlet" {
				t.Errorf("%s: %q by %q: %q, %q; want %q, %q", c.name, got.Title, got.Outlet, note, got.Summary, c.note, c.lead)
			}
		}
	})
}

// TestSummariesAreRemembered, of few articles, and made anew when an article changes.
func TestSummariesAreRemembered(t *testing.T) {
	d := New(Config{Summary: 40})

	for i := range 3 * mostSummaries {
		for _, text := range []string{"The bridge of town %d is open. It is long.", "The bridge of town %d is shut. It is long."} {
			a := &news.Article{Title: "Bridge", Text: fmt.Sprintf(text, i)}
			want := summary.Shorten(a.Summary, a.Title, a.Text, 40)

			for range 2 {
				if got := d.summarize(a); got != want {
					t.Fatalf("%q, want %q", got, want)
				}
			}
		}

		if n := len(d.summaries.made); n == 0 || n > mostSummaries {
			t.Fatalf("%d summaries are remembered", n)
		}
	}
}
