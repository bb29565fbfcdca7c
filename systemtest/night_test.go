package systemtest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/bot"
	"newsbell/bot/turn"
	"newsbell/internal/porttest"
	"newsbell/news"
	"newsbell/scheduler"
	"newsbell/sources"
	"newsbell/store"
)

// night is one person's chat with the whole program, over outlets that a test writes for.
type night struct {
	t        *testing.T
	store    *store.Store
	bot      *bot.Bot
	chat     *adapterstest.Fake
	listener *porttest.Pipes
	asked    int

	mu    sync.Mutex
	feeds [4][]string // titles, by outlet
}

// TestANight: in quiet hours an urgent subscription, what three outlets tell and a word that
// is let through ring at once; the rest comes as one digest when they end. /why names the
// rule for each.
func TestANight(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "night.db")

	synctest.Test(t, func(t *testing.T) {
		n := newNight(t, path)
		ctx, stop := context.WithCancel(t.Context())

		var running sync.WaitGroup

		n.sleepUntil(1, 20, 0)
		running.Go(func() { n.run(ctx) })
		time.Sleep(10 * time.Minute)
		n.asks("settings", "zone Warsaw") // an hour before UTC in winter
		n.asks("settings", "quiet 22:00-3:00 except 3 outlets or earthquake")

		for _, query := range []string{"harbour", "flood", "earthquake", "urgent: dam"} {
			n.asks("subscribe", query)
		}

		evening := "Harbour of Port Lune opens a second pier"
		held := "Harbour crane of Tarn painted green overnight"
		flood := "Flood closes the bridge over the river Elbow near Marlow"
		word := "Earthquake shakes the valley of Upper Wexley"
		urgent := "Old dam above Corran loses water, engineers say"

		n.publishes(0, evening)
		n.wants("in the evening", evening)

		n.sleepUntil(1, 23, 0) // midnight in Warsaw
		n.publishes(0, held, flood)
		n.wants("one outlet at night")
		n.publishes(1, flood+" and road")
		n.publishes(2, urgent)
		n.wants("an urgent one", urgent)
		n.publishes(3, word)
		n.wants("a word", word)
		n.publishes(2, flood+" for days")
		n.wants("three outlets", flood)

		for title, why := range map[string]string{
			evening: "Sent.", urgent: "Your quiet hours let it through: its subscription is urgent.", word: "Your quiet hours let it through: it has earthquake.",
			flood: "Your quiet hours let it through: 3 outlets report it.", held: "Held by your quiet hours until 03:00 CET, or until 3 outlets report it.",
		} {
			if got := n.asks("why", link(title)); !strings.Contains(got, why) {
				t.Errorf("why %q: %q, want %q", title, got, why)
			}
		}

		n.publishes(3, "Harbour pilots of Ashby end their strike")
		n.sleepUntil(2, 1, 50)
		n.wants("before the quiet hours end")
		n.sleepUntil(2, 2, 5)
		n.wants("when they end", held, "Harbour pilots of Ashby end their strike")

		if got := n.asks("why", link(held)); !strings.Contains(got, "Sent.") {
			t.Errorf("why %q in the morning: %q", held, got)
		}

		stop()
		running.Wait()

		if err := n.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func newNight(t *testing.T, path string) *night {
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	n := &night{t: t, store: s, chat: adapterstest.New("test"), listener: porttest.NewPipes()}

	n.bot = bot.New(bot.Config{Config: turn.Config{Store: s, Log: slog.New(slog.DiscardHandler), Adapters: map[string]adapters.Adapter{"test": n.chat}, TimeZone: time.UTC}})

	err = s.Update(t.Context(), func(tx *store.Tx) error {
		var list []news.Source

		for i := range n.feeds {
			n.feeds[i] = []string{fmt.Sprintf("First edition of paper %d", i)}
			list = append(list, news.Source{URL: fmt.Sprintf("http://paper%d.example/%d", i, i), Outlet: fmt.Sprintf("Paper %d", i)})
		}

		return tx.Configure(list)
	})
	if err != nil {
		t.Fatal(err)
	}

	return n
}

// run runs the loops until ctx ends.
func (n *night) run(ctx context.Context) { n.runWith(ctx, true, n, n.chat) }

// runWith runs the loops for platforms until ctx ends; group has outlets tell one story.
func (n *night) runWith(ctx context.Context, group bool, outlets http.Handler, platforms ...adapters.Adapter) {
	runLoops(ctx, n.t, n.store, outlets, n.listener, platforms, scheduler.Config{MinInterval: 10 * time.Minute, MaxInterval: 10 * time.Minute, Group: group}, sources.Options{})
}

func link(title string) string {
	return "http://papers.example/" + strings.ReplaceAll(title, " ", "-")
}

// ServeHTTP is every outlet.
func (n *night) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var feed int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &feed); err != nil {
		http.NotFound(w, r)
		return
	}

	n.mu.Lock()
	defer n.mu.Unlock()

	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>`)

	for _, title := range n.feeds[feed] {
		fmt.Fprintf(w, `<item><title>%s</title><description>%s, as officials confirmed this morning.</description><link>%s</link></item>`, title, title, link(title))
	}

	fmt.Fprint(w, `</channel></rss>`)
}

// publishes has an outlet publish, and waits until it is polled and told.
func (n *night) publishes(outlet int, titles ...string) {
	n.mu.Lock()
	n.feeds[outlet] = append(n.feeds[outlet], titles...)
	n.mu.Unlock()
	time.Sleep(20 * time.Minute)
}

func (n *night) sleepUntil(day, hour, minute int) {
	time.Sleep(time.Until(time.Date(2000, time.January, day, hour, minute, 0, 0, time.UTC)))
}

// asks sends a command and returns the answer's text.
func (n *night) asks(command, text string) string {
	n.t.Helper()
	n.asked++

	m := n.bot.Answer(n.t.Context(), &adapters.Request{
		Key: fmt.Sprint("test:", n.asked), Kind: adapters.CommandRequest, Command: command, Text: text, User: adapters.User{ID: "1", Language: "en"},
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: "test", Address: "1"}, Kind: adapters.Private},
	})
	if m == nil {
		n.t.Fatalf("/%s %s has no answer", command, text)
	}

	return m.String()
}

// wants checks what was sent since the last look: alerts in one message each, or several in
// one digest.
func (n *night) wants(when string, titles ...string) {
	n.t.Helper()
	synctest.Wait()

	sent := n.chat.Take()

	var got []string

	for _, s := range sent {
		if s.Edited != "" {
			continue
		}

		switch m := s.Message; {
		case m.Alert != nil:
			got = append(got, m.Alert.Title)
		case m.Digest != nil:
			for i := range m.Digest.Alerts {
				got = append(got, m.Digest.Alerts[i].Title)
			}
		}
	}

	if fmt.Sprint(got) != fmt.Sprint(titles) {
		n.t.Errorf("%s comes %q, want %q", when, got, titles)
	}
}
