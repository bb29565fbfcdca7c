package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/feed"
	"newsbell/sources/websub"
	"newsbell/store"
)

const (
	// askEvery is how often it is looked which hubs are to be asked, and asksAtOnce how many
	// of them are asked then, asksBeside of those at the same time: one that hangs holds up few.
	askEvery   = time.Minute
	asksAtOnce = 50
	asksBeside = 8
	// leaseWanted is for how long a hub is asked to push; what it grants is between the others.
	leaseWanted   = 5 * 24 * time.Hour
	leaseShortest = 10 * time.Minute
	leaseLongest  = 30 * 24 * time.Hour
	// askAgain is the pause before a hub that has not agreed is asked again; it doubles.
	askAgain        = 10 * time.Minute
	askAgainLongest = 24 * time.Hour
	// pushGap is the least time between two pushes of a source, and pushedMost how many
	// articles one may bring: what is more comes with the next poll, which alone can tell a
	// relaunched feed.
	pushGap    = time.Second
	pushedMost = store.RelaunchItems - 1
)

// Hubs has hubs push what is new in the feeds that name them (WebSub), so that nobody waits for
// the next poll. Polls go on as ever: what a hub keeps silent about comes with them.
//
// A push is taken only with the signature of its source's own secret, and only for that
// source: whoever may push one feed can say nothing in the name of another.
type Hubs struct {
	Config

	address   func(token string) string
	userAgent string

	mu     sync.Mutex
	pushed map[int64]time.Time // by source: when it was last pushed
}

// NewHubs makes Hubs. address is where a hub pushes to; userAgent says who asks.
func NewHubs(c Config, address func(token string) string, userAgent string) *Hubs {
	return &Hubs{Config: c, address: address, userAgent: userAgent, pushed: map[int64]time.Time{}}
}

// Run asks hubs for their pushes, and again before what they agreed to ends, until ctx ends.
// One process at a time does.
func (h *Hubs) Run(ctx context.Context) {
	look := time.NewTicker(askEvery)
	defer look.Stop()

	for {
		if err := h.askDue(ctx); err != nil && ctx.Err() == nil {
			h.Log.Warn("ask hubs for their pushes", "error", err)
		}

		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-h.Store.Wait(store.NewHubs):
		}
	}
}

// askDue asks the hubs that are to be asked now.
func (h *Hubs) askDue(ctx context.Context) error {
	due, err := store.Read(ctx, h.Store, func(t *store.Tx) ([]store.Hub, error) { return t.HubsDue(asksAtOnce) })
	if err != nil {
		return err
	}

	asks, ctx := errgroup.WithContext(ctx)
	asks.SetLimit(asksBeside)

	for _, one := range due {
		asks.Go(func() error { return h.ask(ctx, one) })
	}

	return asks.Wait()
}

// ask asks one hub. That it was asked is written first: it may ask us back before it answers.
func (h *Hubs) ask(ctx context.Context, hub store.Hub) error {
	pause := min(askAgainLongest, askAgain<<min(hub.Failures, 10))

	hub.AskedAt = time.Now()
	hub.NextAt = hub.AskedAt.Add(pause + rand.N(pause/5))
	hub.Failures++

	if err := h.note(ctx, hub); err != nil {
		return err
	}

	failed := websub.Ask(ctx, h.Fetcher.Guarded(), h.userAgent, websub.Subscription{
		Hub: hub.URL, Topic: hub.Topic, Callback: h.address(hub.Token), Secret: hub.Secret, Lease: leaseWanted,
	})
	if failed == nil || ctx.Err() != nil {
		return nil
	}

	h.Log.Info("a hub could not be asked for its pushes; the source is polled as ever", "source", hub.Source, "host", news.Host(hub.URL), "reason", failed)

	return h.Store.Update(ctx, func(t *store.Tx) error {
		return changeHub(t, hub.Token, func(now *store.Hub) error {
			now.Error = failed.Error()
			return nil
		})
	})
}

// changeHub changes what is kept of the hub that pushes to a token. Of one that is gone meanwhile
// nothing is changed.
func changeHub(t *store.Tx, token string, change func(*store.Hub) error) error {
	hub, err := t.HubAt(token)
	if err != nil {
		return ignoreMissing(err)
	}

	if err := change(&hub); err != nil {
		return err
	}

	return t.NoteHub(hub)
}

func (h *Hubs) note(ctx context.Context, hub store.Hub) error {
	return h.Store.Update(ctx, func(t *store.Tx) error { return t.NoteHub(hub) })
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}

	return err
}

// IsAwaited reports whether a hub pushes to a token. It only reads: anybody may ask.
func (h *Hubs) IsAwaited(ctx context.Context, token string) (awaited bool, err error) {
	err = h.Store.View(ctx, func(t *store.Tx) error {
		_, err := t.HubAt(token)
		awaited = err == nil

		return ignoreMissing(err)
	})

	return awaited, err
}

// Verify answers a hub that asks whether we want its pushes: with its challenge, if we asked
// for just those.
func (h *Hubs) Verify(ctx context.Context, token string, asks url.Values) (challenge string, ok bool) {
	awaited, err := h.IsAwaited(ctx, token)

	switch {
	case err != nil:
		h.Log.Warn("look up which hub asks", "error", err)
		return "", false
	case !awaited:
		return asks.Get("hub.challenge"), asks.Get("hub.mode") == "unsubscribe" // we read it no more
	}

	if ok, err = h.confirmIntent(ctx, token, asks); err != nil {
		h.Log.Warn("agree with a hub", "error", err)
		return "", false
	}

	return asks.Get("hub.challenge"), ok
}

// confirmIntent notes what a hub says that it will do, and reports whether that is what it was asked for.
func (h *Hubs) confirmIntent(ctx context.Context, token string, asks url.Values) (ok bool, err error) {
	mode, topic := asks.Get("hub.mode"), asks.Get("hub.topic")

	err = h.Store.Update(ctx, func(t *store.Tx) error {
		ok = false
		hub, err := t.HubAt(token)

		switch {
		case err != nil:
			return ignoreMissing(err)
		case hub.AskedAt.IsZero() || topic != hub.Topic:
			return nil
		case mode == "denied":
			hub.Error, hub.LeaseUntil, hub.NextAt = "it will not push this feed", time.Time{}, t.Now.Add(askAgainLongest)
			return t.NoteHub(hub)
		case mode != "subscribe":
			return nil
		}

		ok = true
		lease := leaseOf(asks.Get("hub.lease_seconds"))
		hub.Error, hub.Failures, hub.LeaseUntil, hub.NextAt = "", 0, t.Now.Add(lease), t.Now.Add(lease/2+rand.N(lease/4))

		return t.NoteHub(hub)
	})

	return ok, err
}

// leaseOf is for how long a hub says it will push, in seconds.
func leaseOf(seconds string) time.Duration {
	n, err := strconv.Atoi(seconds)
	if err != nil || n <= 0 {
		return leaseWanted
	}

	return max(leaseShortest, time.Duration(min(n, int(leaseLongest.Seconds())))*time.Second)
}

// Receive takes a push and returns the status to answer with. What is not signed as agreed is
// taken and forgotten: whoever sent it learns nothing.
func (h *Hubs) Receive(ctx context.Context, token string, header http.Header, body []byte) (status int) {
	hub, source, state, err := h.lookUp(ctx, token)

	switch {
	case errors.Is(err, store.ErrNotFound):
		return http.StatusGone
	case err != nil:
		h.Log.Warn("look up who pushes", "error", err)
		return http.StatusServiceUnavailable
	case !websub.IsSigned(header.Get("X-Hub-Signature"), hub.Secret, body):
		h.Log.Debug("a push is not signed as agreed", "source", hub.Source)
		return http.StatusAccepted
	case h.comesTooSoon(hub.Source, time.Now()):
		return http.StatusTooManyRequests
	}

	if _, topic := websub.Links(header); topic != "" && topic != hub.Topic {
		h.Log.Debug("a push is about another feed", "source", hub.Source)
		return http.StatusAccepted
	}

	if err := h.take(ctx, hub, source, state, header.Get("Content-Type"), body); err != nil {
		h.Log.Warn("take a push", "source", hub.Source, "error", err)
		return http.StatusServiceUnavailable
	}

	return http.StatusOK
}

// lookUp finds who pushes to a token, for which source, and what is remembered of that.
func (h *Hubs) lookUp(ctx context.Context, token string) (hub store.Hub, source *store.Source, state string, err error) {
	err = h.Store.View(ctx, func(t *store.Tx) error {
		if hub, err = t.HubAt(token); err != nil {
			return err
		}

		if source, err = t.Source(hub.Source); err != nil {
			return err
		}

		state, err = t.SourceState(hub.Source)

		return err
	})

	return hub, source, state, err
}

// comesTooSoon reports whether the last push of a source is too short ago, and notes this one.
func (h *Hubs) comesTooSoon(source int64, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()

	if now.Sub(h.pushed[source]) < pushGap {
		return true
	}

	h.pushed[source] = now

	return false
}

// take saves what a push brings. What is no part of a feed says at least that there is
// something new: then the source is polled.
func (h *Hubs) take(ctx context.Context, hub store.Hub, source *store.Source, text, contentType string, body []byte) error {
	var state sources.State
	if text != "" && json.Unmarshal([]byte(text), &state) != nil {
		state = sources.State{}
	}

	known := state.Fingerprints

	list, articles, err := feed.ParseChanged(feed.Input{Body: body, Address: hub.Topic, ContentType: contentType, Source: source.Source}, &known)
	if err != nil || len(list.Listed) == 0 || len(articles) > pushedMost || source.BaselineAt.IsZero() {
		return h.poll(ctx, hub)
	}

	feed.SortOldestFirst(articles, time.Now())

	var changes store.PollChanges

	poll := h.Store.PreparePoll(store.PollResult{Source: source.ID, Articles: articles, Pushed: true})

	err = h.Store.Update(ctx, func(t *store.Tx) error {
		return changeHub(t, hub.Token, func(now *store.Hub) (err error) {
			changes, err = t.SavePoll(poll, h.MaxAge)
			now.PushedAt = t.Now

			return err
		})
	})
	if err != nil {
		return fmt.Errorf("save a push: %w", err)
	}

	h.Log.Debug("pushed", "source", source.ID, "articles", len(articles), "new", changes.New, "updated", changes.Updated)

	if h.Event != nil {
		h.Event(PollEvent{Source: source.URL, Articles: max(len(list.Listed), len(articles)), New: changes.New, Updated: changes.Updated, Pushed: true})
	}

	return nil
}

// poll makes a source due that was pushed without its news.
func (h *Hubs) poll(ctx context.Context, hub store.Hub) error {
	return h.Store.Update(ctx, func(t *store.Tx) error {
		return changeHub(t, hub.Token, func(now *store.Hub) error {
			now.PushedAt = t.Now
			return t.PollSource(hub.Source)
		})
	})
}
