package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// platform is a chat platform in memory: it answers each attempt as it is told.
type platform struct {
	mu       sync.Mutex
	answers  []error // of the next attempts, in order; then all are taken
	delay    time.Duration
	attempts []attempt
	taken    []attempt
	edits    []edit
	// editAnswers are those of the next edits, in order; then all are taken.
	editAnswers []error
	found       bool // Find finds what is asked for
	asked       int  // how often Find was asked
}

// edit is an edit that was taken.
type edit struct {
	attempt
	ref string
}

type attempt struct {
	chat string
	at   time.Time
	m    *adapters.Message
}

func (p *platform) Platform() string { return "test" }
func (p *platform) Run(ctx context.Context, _ adapters.Handler) error {
	<-ctx.Done()
	return nil
}

func (p *platform) Send(_ context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	time.Sleep(p.delay)
	p.mu.Lock()
	defer p.mu.Unlock()

	a := attempt{to.Address, time.Now(), m}

	p.attempts = append(p.attempts, a)
	if len(p.answers) > 0 {
		err := p.answers[0]
		p.answers = p.answers[1:]

		if err != nil {
			return "", err
		}
	}

	p.taken = append(p.taken, a)

	return fmt.Sprint(len(p.taken)), nil
}

func (p *platform) Edit(_ context.Context, to adapters.Chat, ref string, m *adapters.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()

	if len(p.editAnswers) > 0 {
		err := p.editAnswers[0]
		p.editAnswers = p.editAnswers[1:]

		if err != nil {
			return err
		}
	}

	p.edits = append(p.edits, edit{attempt{to.Address, time.Now(), m}, ref})

	return nil
}

func (p *platform) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.asked++

	return "found", p.found, nil
}

func (p *platform) Room(d *adapters.Digest) int { return min(len(d.Alerts), 10) }

func (p *platform) Lookup(context.Context, string, *adapters.Request) (adapters.ChatInfo, error) {
	return adapters.ChatInfo{}, adapters.ErrUnsupported
}

func (p *platform) Rights(context.Context, adapters.Chat, string) (adapters.Rights, error) {
	return adapters.Rights{}, nil
}

// told returns what has been taken so far, while the delivery runs. A test reads no field: what is
// of one moment has no order.
func (p *platform) told() []attempt {
	p.mu.Lock()
	defer p.mu.Unlock()

	return slices.Clone(p.taken)
}

// edited returns the edits that were taken so far.
func (p *platform) edited() []edit {
	p.mu.Lock()
	defer p.mu.Unlock()

	return slices.Clone(p.edits)
}

// desk is a store with a source and the means to make stories ring.
type desk struct {
	t      *testing.T
	path   string
	store  *store.Store
	source int64
	n      int
	// failing is called with what is not delivered for long; may be nil.
	failing func(ctx context.Context, chat *store.Chat, message int64, reason string)
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "test.db")}

	var err error
	if d.store, err = store.Open(t.Context(), storetest.Database(t, d.path)); err != nil {
		t.Fatal(err)
	}

	d.update(func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "http://example.org/feed", Outlet: "The Outlet"}}); err != nil {
			return err
		}

		all, err := tx.Sources()
		d.source = all[0].ID

		return err
	})
	d.list("start") // the baseline

	return d
}

func (d *desk) update(do func(*store.Tx) error) {
	d.t.Helper()

	if err := d.store.Update(context.Background(), do); err != nil {
		d.t.Fatal(err)
	}
}

// list publishes an article and returns it.
func (d *desk) list(title string) *store.Article {
	d.t.Helper()
	return d.publish(news.Article{Title: title, Outlet: "The Outlet", Image: "http://example.org/i.png"})
}

// publish publishes an article at an address of its own and returns it.
func (d *desk) publish(a news.Article) (got *store.Article) {
	d.t.Helper()
	d.n++
	a.URL = fmt.Sprintf("http://example.org/%d", d.n)
	a.Key = a.URL

	d.update(func(tx *store.Tx) error {
		a.Published = tx.Now
		if err := storetest.Poll(tx, d.source, a); err != nil {
			return err
		}

		found, err := tx.ArticlesAt(a.URL)
		got = found[0]

		return err
	})

	return got
}

// match saves that an article tells a story, with the alerts of it.
func (d *desk) match(a *store.Article, story int64, alerts ...store.PendingAlert) {
	d.t.Helper()

	if err := d.store.SaveMatches(context.Background(), []store.Match{{Article: a.ID, Story: story, At: a.At(), Alerts: alerts}}); err != nil {
		d.t.Fatal(err)
	}
}

// follower makes a chat with a subscription.
func (d *desk) follower(address string) (chat, subscription int64) {
	d.t.Helper()
	return d.followerOf(address, "storm")
}

// followerOf makes a chat with a subscription to a query.
func (d *desk) followerOf(address, query string) (chat, subscription int64) {
	d.t.Helper()
	d.update(func(tx *store.Tx) error {
		c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: address, Kind: "private"})
		if err != nil {
			return err
		}

		s, _, err := tx.AddSubscription(store.Subscription{Chat: c.ID, Query: query, Canonical: query})
		chat, subscription = c.ID, s.ID

		return err
	})

	return chat, subscription
}

// ring makes an article ring in a chat.
func (d *desk) ring(title string, chat, subscription int64) {
	d.t.Helper()
	a := d.list(title)
	d.match(a, a.ID, store.PendingAlert{Chat: chat, Due: time.Now(), Hits: []store.Hit{{Subscription: subscription, Matched: []string{"Storm"}}}})
}

func (d *desk) counts() (c store.Counts) {
	d.update(func(tx *store.Tx) (err error) {
		c, err = tx.CountAlerts()
		return err
	})

	return c
}

// deliver runs a Delivery until stop is called.
func (d *desk) deliver(p adapters.Adapter, limits gate.Limits) (stop func()) {
	return d.deliverBy(Lane{Adapter: p, Gate: gate.New(limits)})
}

func (d *desk) deliverBy(l Lane) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	delivery := New(Config{
		Store: d.store, Lanes: []Lane{l}, Burst: 10, Summary: 300, Log: slog.New(slog.DiscardHandler), Failing: d.failing,
	})

	var running sync.WaitGroup
	running.Go(func() {
		if err := delivery.Run(ctx); err != nil {
			d.t.Error(err)
		}
	})

	return func() { cancel(); running.Wait() }
}

// bubble runs a test with a desk under a simulated clock.
func bubble(t *testing.T, do func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		do(t, d)

		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestEveryFate(t *testing.T) {
	fail := func(f adapters.Fate, after time.Duration) error {
		return &adapters.SendError{Fate: f, After: after, Reason: "the test wants it so", To: adapters.Chat{Platform: "test", Address: "new"}}
	}
	for _, c := range []struct {
		name     string
		answers  []error
		attempts int // within ten minutes
		last     time.Duration
		sent     int
		check    func(t *testing.T, p *platform)
	}{
		{"taken", nil, 1, 0, 1, nil},
		{"retry", []error{fail(adapters.Retry, 0), fail(adapters.Retry, 0)}, 3, 8 * time.Second, 1, nil},
		{"an error of no type", []error{errors.New("?")}, 2, 3 * time.Second, 1, nil},
		{"unsure", []error{fail(adapters.Unsure, 0)}, 2, 3 * time.Second, 1, func(t *testing.T, p *platform) {
			if p.attempts[0].m.Nonce != p.attempts[1].m.Nonce || p.attempts[0].m.Nonce == "" {
				t.Errorf("two attempts have the nonces %q and %q", p.attempts[0].m.Nonce, p.attempts[1].m.Nonce)
			}
		}},
		{"later", []error{fail(adapters.Later, 5*time.Minute)}, 2, 5*time.Minute + time.Second, 1, func(t *testing.T, p *platform) {
			if pause := p.attempts[1].at.Sub(p.attempts[0].at); pause < 5*time.Minute {
				t.Errorf("tried again after %s", pause)
			}
		}},
		{"refused", []error{fail(adapters.Refused, 0), fail(adapters.Refused, 0)}, 3, time.Second, 1, func(t *testing.T, p *platform) {
			if p.attempts[0].m.Alert.Image == "" || p.attempts[1].m.Alert.Image != "" || p.attempts[2].m.Text == nil {
				t.Errorf("the forms are not full, without image, plain: %+v", p.attempts)
			}
		}},
		{"refused in every form", []error{fail(adapters.Refused, 0), fail(adapters.Refused, 0), fail(adapters.Refused, 0)}, 3, time.Second, 0, nil},
		{"gone", []error{fail(adapters.Gone, 0)}, 1, 0, 0, nil},
		{"moved", []error{fail(adapters.Moved, 0)}, 2, time.Second, 1, func(t *testing.T, p *platform) {
			if p.attempts[1].chat != "new" {
				t.Errorf("the second attempt went to %s", p.attempts[1].chat)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, d *desk) {
				p := &platform{answers: c.answers}
				chat, sub := d.follower("1")
				stop := d.deliver(p, gate.Limits{})
				began := time.Now()

				d.ring("Storm ahead", chat, sub)
				time.Sleep(10 * time.Minute)
				stop()

				if len(p.attempts) != c.attempts || len(p.told()) != c.sent || d.counts().Sent != c.sent {
					t.Fatalf("%d attempts, %d taken, %d marked sent; want %d and %d", len(p.attempts), len(p.told()), d.counts().Sent, c.attempts, c.sent)
				}

				if last := p.attempts[len(p.attempts)-1].at.Sub(began); last > c.last {
					t.Errorf("the last attempt came after %s, want at most %s", last, c.last)
				}

				if c.check != nil {
					c.check(t, p)
				}
			})
		})
	}
}

func TestOrderWithinAChatAndNobodyWaitsBehindABacklog(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{delay: 50 * time.Millisecond}
		busy, busySub := d.follower("busy")

		calm, calmSub := d.follower("calm")
		for i := range 8 {
			d.ring(fmt.Sprintf("Storm %d", i), busy, busySub)
		}

		d.ring("Calm", calm, calmSub)
		stop := d.deliver(p, gate.TelegramLimits())

		time.Sleep(time.Minute)
		stop()

		var titles []string

		for i, a := range p.told() {
			if a.chat == "busy" {
				titles = append(titles, a.m.Alert.Title)
			} else if i > 1 {
				t.Errorf("the calm chat came as number %d", i+1)
			}
		}

		if len(titles) != 8 || !slices.IsSorted(titles) {
			t.Errorf("the busy chat got %q", titles)
		}

		for i := 2; i < len(p.told()); i++ {
			if gap := p.told()[i].at.Sub(p.told()[i-1].at); gap < time.Second-p.delay {
				t.Errorf("messages to one chat %s apart", gap)
			}
		}
	})
}

func TestStopFinishesWhatIsInFlight(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{delay: 3 * time.Second}
		chat, sub := d.follower("1")
		d.ring("Storm one", chat, sub)
		d.ring("Storm two", chat, sub)
		stop := d.deliver(p, gate.Limits{})

		time.Sleep(time.Second) // the first is under way
		stop()

		if len(p.told()) != 1 || d.counts().Sent != 1 {
			t.Errorf("%d taken, %d marked sent", len(p.told()), d.counts().Sent)
		}

		stop = d.deliver(p, gate.Limits{})

		time.Sleep(time.Minute)
		stop()

		if len(p.told()) != 2 || p.told()[1].m.Alert.Title != "Storm two" || p.asked != 0 {
			t.Errorf("after the restart: %+v, asked %d times", p.told(), p.asked)
		}
	})
}

func TestAKilledAttemptIsLookedUpBeforeItIsSentAgain(t *testing.T) {
	for _, found := range []bool{true, false} {
		bubble(t, func(t *testing.T, d *desk) {
			p := &platform{found: found}
			chat, sub := d.follower("1")
			d.ring("Storm", chat, sub)
			d.update(func(tx *store.Tx) error { // what a killed process leaves
				_, err := tx.Claim(chat, store.Claim{Run: "killed", Burst: 10, RetryAfter: time.Hour, Room: func(*store.Chat, []*store.Alert) int { return 1 }})
				return err
			})
			stop := d.deliver(p, gate.Limits{})

			time.Sleep(time.Minute)
			stop()

			want := 1
			if found {
				want = 0
			}

			if len(p.told()) != want || p.asked != 1 || d.counts().Sent != 1 {
				t.Errorf("found %v: sent %d times, asked %d, marked %d", found, len(p.told()), p.asked, d.counts().Sent)
			}
		})
	}
}

func TestABurstIsADigestAndAlertsGoFirst(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		busy, busySub := d.follower("busy")

		calm, calmSub := d.follower("calm")
		for i := range 35 {
			d.ring(fmt.Sprintf("Storm %02d", i), busy, busySub)
		}

		d.ring("Calm", calm, calmSub)
		stop := d.deliver(p, gate.Limits{PerSecond: 1})

		time.Sleep(time.Minute)
		stop()

		titles, more := 0, 0

		for _, a := range p.told() {
			if a.m.Digest != nil {
				titles += len(a.m.Digest.Alerts)
				more += a.m.Digest.More
			}
		}

		if titles != 30 || more != 5 || len(p.told()) != 4 {
			t.Errorf("%d messages with %d titles, %d folded", len(p.told()), titles, more)
		}

		if c := d.counts(); c.Sent != 31 || c.Folded != 5 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAnHourWithoutThePlatformLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		for range 12 {
			p.answers = append(p.answers, &adapters.SendError{Fate: adapters.Retry, Reason: "502"})
		}

		chat, sub := d.follower("1")

		stop := d.deliver(p, gate.Limits{})
		for i := range 3 {
			d.ring(fmt.Sprintf("Storm %d", i), chat, sub)
		}

		time.Sleep(12 * time.Hour)
		stop()

		if len(p.told()) != 3 || d.counts().Sent != 3 {
			t.Errorf("%d taken after %d attempts", len(p.told()), len(p.attempts))
		}
	})
}

func TestANoticeIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, _ := d.follower("1")
		stop := d.deliver(p, gate.Limits{})
		d.update(func(tx *store.Tx) error { return tx.Notify(chat, "A source is back.") })
		time.Sleep(time.Second)
		stop()

		if len(p.told()) != 1 || p.told()[0].m.Text.String() != "A source is back." {
			t.Errorf("%+v", p.told())
		}
	})
}

func TestAnUnsureAttemptIsLookedUpHoweverLateTheNextIs(t *testing.T) {
	isLookedUp(t, &adapters.SendError{Fate: adapters.Unsure, Reason: "no answer"})
}

// A proxy that answers 502 may have passed the message on: after a long outage the platform no
// longer knows its nonce, and it would stand there twice.
func TestAFailureOfAProxyIsLookedUp(t *testing.T) {
	isLookedUp(t, &adapters.SendError{Fate: adapters.Retry, Reason: "HTTP 502", Doubt: true})
}

// isLookedUp checks that an attempt with such a result is not made again once it is found.
func isLookedUp(t *testing.T, failed *adapters.SendError) {
	t.Helper()
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{found: true}
		p.answers = append(p.answers, failed)
		chat, sub := d.follower("1")
		stop := d.deliver(p, gate.Limits{})
		d.ring("Storm", chat, sub)
		time.Sleep(time.Hour)
		stop()

		if len(p.attempts) != 1 || p.asked != 1 || d.counts().Sent != 1 {
			t.Errorf("%d attempts, asked %d times, %d marked sent", len(p.attempts), p.asked, d.counts().Sent)
		}
	})
}

func TestHeldAlertsComeAtOnceWhenThePauseEnds(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliver(p, gate.Limits{})
		d.update(func(tx *store.Tx) error { return tx.Pause(chat, time.Time{}) })
		d.ring("Storm one", chat, sub)
		d.ring("Storm two", chat, sub)
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()

		if len(p.told()) > 0 {
			t.Fatal("a paused chat was told")
		}

		began := time.Now()

		d.update(func(tx *store.Tx) error { _, _, err := tx.Wake(chat); return err })
		time.Sleep(time.Minute)
		stop()

		if len(p.told()) != 1 || p.told()[0].m.Digest == nil || p.told()[0].at.Sub(began) > time.Second {
			t.Errorf("%+v", p.told())
		}
	})
}

func TestOneHeldChatDoesNotHoldTheOthers(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		held, heldSub := d.follower("held")
		free, freeSub := d.follower("free")
		pace := gate.New(gate.TelegramLimits())
		pace.Hold(adapters.Chat{}, 2*time.Second)

		ctx, cancel := context.WithCancel(context.Background())
		delivery := New(Config{Store: d.store, Lanes: []Lane{{Adapter: p, Gate: pace}}, Burst: 10, Summary: 300, Log: slog.New(slog.DiscardHandler)})

		var running sync.WaitGroup
		running.Go(func() { _ = delivery.Run(ctx) })
		d.ring("For the held", held, heldSub)
		time.Sleep(time.Second) // the lane waits for the gate now
		pace.Hold(adapters.Chat{Platform: "test", Address: "held"}, 10*time.Minute)
		d.ring("For the free", free, freeSub)
		time.Sleep(5 * time.Second)
		synctest.Wait()

		if told := p.told(); len(told) != 1 || told[0].chat != "free" {
			t.Errorf("%+v", told)
		}

		time.Sleep(11 * time.Minute)
		cancel()
		running.Wait()

		if len(p.told()) != 2 {
			t.Errorf("%d taken", len(p.told()))
		}
	})
}

func TestAnAnswerIsToldWhileTheChatIsPaused(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		d.ring("Storm", chat, sub)
		d.update(func(tx *store.Tx) error {
			if err := tx.Notify(chat, "A notice waits."); err != nil {
				return err
			}

			if err := tx.Pause(chat, time.Time{}); err != nil {
				return err
			}

			return tx.SayLater(chat, `{"Text":[[{"Text":"Paused."}]],"Buttons":[[{"Label":"Resume","Data":"r"}]]}`)
		})
		stop := d.deliver(p, gate.Limits{})

		time.Sleep(time.Minute)
		stop()

		if len(p.told()) != 1 || p.told()[0].m.Text.String() != "Paused." || p.told()[0].m.Buttons[0][0].Data != "r" || p.told()[0].m.Nonce == "" {
			t.Errorf("%+v", p.told())
		}
	})
}

// TestAFrozenProcessSendsNothing: who was frozen between a claim and its message, until another process
// may speak, leaves the message to that one.
func TestAFrozenProcessSendsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		d.ring("Storm", chat, sub)

		var out *store.Outgoing

		d.update(func(tx *store.Tx) (err error) {
			out, err = tx.Claim(chat, store.Claim{Run: "frozen", Burst: 10, RetryAfter: time.Hour, Room: func(*store.Chat, []*store.Alert) int { return 1 }})
			return err
		})

		var lost store.Lease

		l := New(Config{Store: d.store, Lanes: []Lane{{Adapter: p, Gate: gate.New(gate.Limits{})}}, Log: slog.New(slog.DiscardHandler)}).lanes[0]
		if _, err := l.send(lost.Within(t.Context()), out, time.Now()); !errors.Is(err, errFrozen) || len(p.told()) != 0 {
			t.Errorf("%v, and %d messages", err, len(p.told()))
		}

		if _, err := l.send(t.Context(), out, time.Now()); err != nil || len(p.told()) != 1 {
			t.Errorf("who speaks: %v, and %d messages", err, len(p.told()))
		}
	})
}
