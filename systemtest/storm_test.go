package systemtest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/discordtest"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
	"newsbell/delivery"
	"newsbell/internal/porttest"
	"newsbell/news"
	"newsbell/store"
)

const (
	stormChats = 20
	stormGap   = 7 * time.Second // between two stories
)

// stormStories is how many stories come: with the race detector, which the short form is for, fewer.
func stormStories() int {
	if testing.Short() {
		return 8
	}

	return 24
}

// TestNoAlertIsLaterForEdits: while a platform turns every edit away with "too many requests", and
// after it, no alert arrives later than it does without edits, but for the turn at the gate that an
// edit has taken when the alert falls due.
func TestNoAlertIsLaterForEdits(t *testing.T) {
	t.Parallel()

	for name, open := range map[string]func(*testing.T) *stormy{"telegram": openTelegram, "discord": openDiscord} {
		t.Run(name, func(t *testing.T) {
			var arrivals [2]map[string][]time.Duration

			alerts, edits := 0, 0

			for i, update := range []bool{false, true} {
				path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".db"))
				synctest.Test(t, func(t *testing.T) {
					s := open(t)
					arrivals[i] = s.play(path, update)

					if update {
						edits = s.edits
					}
				})
			}

			late := time.Duration(0)

			for story, without := range arrivals[0] {
				with := arrivals[1][story]
				if len(with) != len(without) {
					t.Fatalf("%s: %d alerts with edits, %d without", story, len(with), len(without))
				}

				slices.Sort(with)
				slices.Sort(without)

				for i := range with { // which chat is first is chance
					late = max(late, with[i]-without[i])
				}

				alerts += len(with)
			}

			t.Logf("%d alerts, %d edits tried; the latest comes %s later with edits", alerts, edits, late)

			if want := stormStories() * stormChats / 2; alerts != want || edits < stormChats {
				t.Errorf("%d alerts, want %d, and %d edits: the storm is none", alerts, want, edits)
			}

			if late > time.Second/20 {
				t.Errorf("an alert comes %s later with edits", late)
			}
		})
	}
}

// stormy is a platform that turns edits away for the first half of the test.
type stormy struct {
	adapters.Adapter

	t     *testing.T
	gate  *gate.Gate
	chats []string // addresses
	calm  func()
	close func()

	mu    sync.Mutex
	began time.Time
	came  map[string][]time.Duration
	edits int
}

// Send notes when an alert arrives.
func (s *stormy) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	ref, err := s.Adapter.Send(ctx, to, m)
	if err == nil && m.Alert != nil {
		s.mu.Lock()
		defer s.mu.Unlock()

		s.came[m.Alert.Title] = append(s.came[m.Alert.Title], time.Since(s.began))
	}

	return ref, err
}

// Edit counts edits.
func (s *stormy) Edit(ctx context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	s.mu.Lock()
	s.edits++
	s.mu.Unlock()

	return s.Adapter.Edit(ctx, to, ref, m)
}

func openTelegram(t *testing.T) *stormy {
	server := telegramtest.New(telegramtest.Options{Flood: true})
	transport := server.Transport()
	pace := gate.New(gate.TelegramLimits())
	s := &stormy{t: t, gate: pace, came: map[string][]time.Duration{}, calm: server.Heals, close: func() {
		transport.CloseIdleConnections()
		server.Close()
	}}

	ann := server.NewUser("Ann")

	for i := range stormChats {
		group := server.NewSupergroup(fmt.Sprint("Group ", i), ann)
		ann.AddBot(group)

		s.chats = append(s.chats, fmt.Sprint(group.ID))
	}

	server.Fails(telegramtest.Fault{Method: "editMessageText", Code: 429, After: 20, Text: "Too Many Requests: retry after 20"})

	s.Adapter = telegram.New(telegram.Config{Token: server.Token(), APIURL: "http://telegram.test", Transport: transport, Gate: pace})

	return s
}

func openDiscord(t *testing.T) *stormy {
	wire := porttest.NewPipes()
	server := discordtest.Start(discordtest.Options{Listener: wire})
	pace := gate.New(gate.DiscordLimits())
	s := &stormy{t: t, gate: pace, came: map[string][]time.Duration{}, close: server.Close}
	desk := server.Server("Desk")

	for i := range stormChats {
		s.chats = append(s.chats, desk.Text(fmt.Sprint("channel-", i)).ID)
	}

	storm := make([]discordtest.Fault, 600)
	for i := range storm {
		storm[i] = discordtest.Fault{Status: 429, Body: `{"message":"You are being rate limited.","retry_after":40,"global":false}`, Header: map[string]string{"Retry-After": "40", "X-RateLimit-Scope": "shared"}}
	}

	server.Fail("PATCH /channels/{channel}/messages/{message}", storm...)

	s.Adapter = discord.New(discord.Config{Token: server.Token, APIURL: server.APIURL, Dial: wire.Dial, Pace: pace})
	s.calm = func() {} // it ends with the faults

	return s
}

// play has stories come and grow, and returns when each alert arrived.
func (s *stormy) play(path string, update bool) map[string][]time.Duration {
	db, err := store.Open(context.Background(), path)
	if err != nil {
		s.t.Fatal(err)
	}

	d := &stormDesk{stormy: s, store: db}
	d.setUp()

	ctx, stop := context.WithCancel(context.Background())
	loop := delivery.New(delivery.Config{
		Store: db, Lanes: []delivery.Lane{{Adapter: s, Gate: s.gate}}, Burst: 10, Summary: 300, Log: slog.New(slog.DiscardHandler),
		Update: update, EditGap: time.Minute,
	})

	var running sync.WaitGroup

	running.Go(func() {
		if err := loop.Run(ctx); err != nil {
			s.t.Error(err)
		}
	})

	s.began = time.Now()

	for i := range stormStories() {
		d.tell(i)
		time.Sleep(stormGap / 2)

		for back := range 3 { // other outlets tell the latest stories
			if i >= back {
				d.join(i-back, fmt.Sprintf("Outlet %d-%d", i, back))
			}
		}

		time.Sleep(stormGap / 2)

		if i == stormStories()/2 {
			s.calm()
		}
	}

	time.Sleep(3 * time.Minute)
	stop()
	running.Wait()
	s.close()

	if err := db.Close(); err != nil {
		s.t.Error(err)
	}

	return s.came
}

// stormDesk is the database of the test.
type stormDesk struct {
	*stormy

	store   *store.Store
	ids     []int64 // of the chats, as of their subscriptions
	stories []int64
	n       int
}

func (d *stormDesk) update(do func(*store.Tx) error) {
	if err := d.store.Update(context.Background(), do); err != nil {
		d.t.Fatal(err)
	}
}

func (d *stormDesk) setUp() {
	d.update(func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "http://press.example/feed"}}); err != nil {
			return err
		}

		for _, address := range d.chats {
			c, err := tx.EnsureChat(store.Chat{Platform: d.Platform(), Address: address, Kind: "group"})
			if err != nil {
				return err
			}

			if _, _, err := tx.AddSubscription(store.Subscription{Chat: c.ID, Query: "storm", Canonical: "storm"}); err != nil {
				return err
			}

			d.ids = append(d.ids, c.ID)
		}

		return nil
	})
	d.publish("The first edition", "Baseline")
}

// publish has an article come in.
func (d *stormDesk) publish(title, outlet string) *store.Article {
	d.n++
	address := fmt.Sprintf("http://press.example/%d", d.n)

	var found []*store.Article

	d.update(func(tx *store.Tx) error {
		_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: tx.Now, Articles: []news.Article{{
			Key: address, URL: address, Title: title, Outlet: outlet, Published: tx.Now,
		}}}), time.Hour)
		if err != nil {
			return err
		}

		found, err = tx.ArticlesAt(address)

		return err
	})

	return found[0]
}

// tell has a story alert half of the chats.
func (d *stormDesk) tell(story int) {
	a := d.publish(fmt.Sprintf("Storm %d ahead", story), "Harbour Courier")
	m := store.Match{Article: a.ID, Story: a.ID, At: a.At()}
	d.stories = append(d.stories, a.ID)

	for i, chat := range d.ids {
		if (i+story)%2 == 0 {
			m.Alerts = append(m.Alerts, store.PendingAlert{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: chat}}})
		}
	}

	slices.SortFunc(m.Alerts, func(a, b store.PendingAlert) int { return int(a.Chat - b.Chat) })
	d.save(m)
}

// join has another outlet tell a story.
func (d *stormDesk) join(story int, outlet string) {
	a := d.publish(fmt.Sprintf("Storm %d, says %s", story, outlet), outlet)
	d.save(store.Match{Article: a.ID, Story: d.stories[story], At: a.At()})
}

func (d *stormDesk) save(m store.Match) {
	if err := d.store.SaveMatches(context.Background(), []store.Match{m}); err != nil {
		d.t.Fatal(err)
	}
}
