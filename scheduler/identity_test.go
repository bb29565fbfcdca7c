package scheduler

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
	"newsbell/store/storetest"
)

// entry is an item of a feed as its outlet has it.
type entry struct {
	guid, scheme, path, tracking string
	words                        []string
}

func (e *entry) xml() string {
	address := e.scheme + "://planet.example/news/" + e.path + e.tracking

	return fmt.Sprintf("<item><guid isPermaLink=\"false\">%s</guid><link>%s</link><title>%s</title><description>About %s.</description></item>",
		e.guid, html.EscapeString(address), strings.Join(e.words, " "), strings.Join(e.words[:3], " "))
}

// feedOf is a feed of entries.
func feedOf(entries []*entry) *string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Daily Planet</title><link>https://planet.example/</link>`)

	for _, e := range entries {
		b.WriteString(e.xml())
	}

	b.WriteString("</channel></rss>")

	return new(b.String())
}

// TestNothingIsNewTwice: whatever an outlet changes about an item (guid, scheme,
// tracking, a typo, an edit, the address alone), it is no new article, poll after
// poll; an item with another address and another title is one, also under a guid
// that was used before.
func TestNothingIsNewTwice(t *testing.T) {
	var body atomic.Pointer[string]

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, *body.Load())
	}))
	defer server.Close()

	fetcher := sources.NewFetcher(sources.Options{})
	defer fetcher.Close()

	s := storetest.Open(t)

	var last PollEvent

	p := newPoller(Config{
		Store: s, Fetcher: fetcher, Log: slog.New(slog.DiscardHandler), MinInterval: time.Hour, MaxInterval: time.Hour, MaxAge: time.Hour,
		Event: func(e PollEvent) { last = e },
	}, nil)
	feeds := 0

	rapid.Check(t, func(t *rapid.T) {
		feeds++
		made := 0
		fresh := func(guid string) *entry {
			made++
			e := &entry{guid: guid, scheme: "https", path: fmt.Sprintf("%d-%d", feeds, made)}

			letters := rand.New(rand.NewPCG(uint64(feeds), uint64(made)))
			for range 8 {
				word := make([]byte, 4+letters.IntN(6))
				for i := range word {
					word[i] = byte('a' + letters.IntN(26))
				}

				e.words = append(e.words, string(word))
			}

			if guid == "" {
				e.guid = fmt.Sprintf("guid-%d-%d", feeds, made)
			}

			if guid == "" && made%2 == 0 { // as a third of all items have it
				e.guid = "https://planet.example/news/" + e.path
			}

			return e
		}

		var entries []*entry
		for range 6 {
			entries = append(entries, fresh(""))
		}

		address := fmt.Sprintf("%s/%d", server.URL, feeds)

		var id int64

		if err := s.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.Configure([]news.Source{{URL: address}}); err != nil {
				return err
			}

			all, err := tx.Sources()
			for _, source := range all {
				if source.URL == address {
					id = source.ID
				}
			}

			return err
		}); err != nil {
			t.Fatal(err)
		}

		poll := func(want int, what string) {
			last = PollEvent{}

			body.Store(feedOf(entries))

			p.readAgenda(t.Context())
			p.agenda.take(p.agenda.sources[id].host)
			p.slots.take(id, p.agenda.sources[id].host, time.Now())

			if err := p.poll(t.Context(), id, sources.Turn{}); err != nil {
				t.Fatal(err)
			}

			for _, flush := range []func(context.Context) error{p.changed.flush, p.unchanged.flush} {
				if err := flush(t.Context()); err != nil {
					t.Fatal(err)
				}
			}

			if last.Error != "" || last.New != want {
				t.Fatalf("%s: %d new articles, want %d (%s)", what, last.New, want, last.Error)
			}
		}
		poll(6, "the first poll")

		for range rapid.IntRange(1, 8).Draw(t, "polls") {
			e := entries[rapid.IntRange(0, len(entries)-1).Draw(t, "item")]
			want := 0

			what := rapid.SampledFrom([]string{"guid", "scheme", "tracking", "typo", "edit", "guid and typo", "all but the address", "address", "new", "guid used again", "one leaves", "nothing"}).Draw(t, "change")
			switch what {
			case "guid":
				e.guid += "x"
			case "scheme":
				e.scheme = map[string]string{"https": "http", "http": "https"}[e.scheme]
			case "tracking":
				e.tracking = rapid.SampledFrom([]string{"", "?utm_source=rss", "?fbclid=1&utm_medium=x", "#ref=rss"}).Draw(t, "tracking")
			case "typo":
				e.typo()
			case "edit":
				copy(e.words[4:], fresh("").words)
			case "guid and typo":
				e.guid += "y"
				e.typo()
			case "all but the address":
				e.guid += "z"
				e.scheme, e.tracking = "http", "?utm_campaign=9"
				copy(e.words[5:], fresh("").words)
			case "address":
				e.path += "-moved"
			case "new":
				entries = append([]*entry{fresh("")}, entries...)
				want = 1
			case "guid used again":
				*e = *fresh(e.guid)
				want = 1
			case "one leaves":
				entries = entries[:max(3, len(entries)-1)]
			}

			poll(want, what)
		}
	})
}

// typo swaps two letters of a word.
func (e *entry) typo() {
	w := []byte(e.words[3])
	w[1], w[2] = w[2], w[1]
	e.words[3] = string(w)
}
