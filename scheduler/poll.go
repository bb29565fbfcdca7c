package scheduler

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/internal/failpoint"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
)

const (
	// readInterval is how often the agenda is read from the database even if nothing
	// signals a change.
	readInterval = time.Minute
	// checkInterval is how often pollDue looks at the agenda even if no poll has ended.
	checkInterval = time.Second
	// pollsTogether is how long a poll that is due waits for others: those that begin together wake the
	// process up once, which costs as much as a third of an unchanged poll.
	pollsTogether = 40 * time.Millisecond
	// longestBeat is how far apart at most the moments are at which polls fall due, and beatsInInterval how many
	// there are in the shortest interval: a second where sources are visited every minute or less often.
	longestBeat     = time.Second
	beatsInInterval = 50
	// retryPause is the pause after a failure of the database.
	retryPause = 2 * time.Second
)

// PollEvent reports one poll.
type PollEvent struct {
	Source   string `json:"source"`
	Status   int    `json:"status,omitempty"` // of HTTP; 0: no answer
	Articles int    `json:"articles"`         // listed in the answer
	New      int    `json:"new"`
	Updated  int    `json:"updated"`
	Relaunch bool   `json:"relaunch,omitempty"` // nearly all is unknown: nothing of it alerts
	Error    string `json:"error,omitempty"`
	Pushed   bool   `json:"pushed,omitempty"` // a hub brought it: nothing was asked
}

// EventName returns "poll".
func (PollEvent) EventName() string { return "poll" }

// poller is the poll loop.
type poller struct {
	Config
	ours      func(host string) bool // nil: all
	changed   *batcher[*changedPoll]
	unchanged *batcher[unchangedPoll]
	ended     chan struct{} // signals that a poll has ended

	beat, phase time.Duration // see fallDueTogether

	mu     sync.Mutex
	agenda *agenda
	slots  *pollSlots
	cache  map[int64]*cachedSource
	era    int // counts how often the cache was cleared: what was read before is not cached after
}

// cachedSource is what an unchanged poll needs of a source, so that it reads nothing
// from the database.
type cachedSource struct {
	*store.Source

	state sources.State // brief
	era   int
}

// awaitsBaseline reports whether a source was read before and then turned off: that it lists what it
// listed then has to be kept, for what comes after that is news.
func (s *cachedSource) awaitsBaseline() bool { return s.BaselineAt.IsZero() && !s.ListedAt.IsZero() }

func newPoller(c Config, ours func(host string) bool) *poller {
	p := &poller{
		Config: c, ours: ours, agenda: newAgenda(), slots: newPollSlots(cmp.Or(c.AtOnce, DefaultAtOnce)),
		cache: map[int64]*cachedSource{}, ended: make(chan struct{}, 1),
		beat: min(max(c.MinInterval/beatsInInterval, time.Millisecond).Truncate(time.Millisecond), longestBeat),
	}
	p.phase = rand.N(p.beat).Truncate(time.Millisecond)
	p.changed = newBatcher(changedInterval, changedArticles, changedPolls, p.saveChanged)
	p.changed.weigh = (*changedPoll).weight
	p.unchanged = newBatcher(unchangedInterval, unchangedPolls, 2*unchangedPolls, p.saveUnchanged)

	return p
}

// run polls until ctx ends, waits for the polls under way and saves what they bring.
func (p *poller) run(ctx context.Context) error {
	saving := context.WithoutCancel(ctx)
	polled := make(chan struct{}) // closed when no poll is under way any more

	loops, ctx := errgroup.WithContext(ctx)
	loops.Go(func() error { return p.changed.run(saving, polled) })
	loops.Go(func() error { return p.unchanged.run(saving, polled) })
	loops.Go(func() error {
		defer close(polled)
		return p.pollDue(ctx)
	})

	return loops.Wait()
}

// pollDue starts polls when they are due, until ctx ends.
func (p *poller) pollDue(ctx context.Context) error {
	polls, ctx := errgroup.WithContext(ctx)

	read := time.NewTimer(0)
	defer read.Stop()

	next := time.NewTimer(0)
	defer next.Stop()

	for {
		select {
		case <-ctx.Done():
			return polls.Wait()
		case <-p.Store.Wait(store.NewSources):
			p.forget()
			p.readAgenda(ctx)
		case <-read.C:
			p.readAgenda(ctx)
			read.Reset(readInterval)
		case <-next.C:
		case <-p.ended:
		}

		next.Reset(p.start(ctx, polls))
	}
}

// forget empties the cache, because sources were changed.
func (p *poller) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()

	clear(p.cache)
	p.era++
}

// readAgenda brings the agenda in line with the database.
func (p *poller) readAgenda(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()

	err := p.Store.View(ctx, func(t *store.Tx) error {
		keep := map[int64]bool{}

		err := t.Agenda(func(source int64, address string, due time.Time) {
			if p.ours == nil || p.ours(sources.HostOf(address)) {
				keep[source] = true
				p.agenda.set(source, address, due)
			}
		})
		if err == nil {
			p.agenda.retain(keep)
			maps.DeleteFunc(p.cache, func(id int64, _ *cachedSource) bool { return !keep[id] })
			p.agenda.spreadLate(time.Now())
		}

		return err
	})
	if err != nil && ctx.Err() == nil {
		p.Log.Error("read the sources", "error", err)
	}
}

// start begins the polls that may begin and returns how long to wait for the next.
func (p *poller) start(ctx context.Context, polls *errgroup.Group) time.Duration {
	for {
		source, turn, wait := p.next()
		if source == 0 {
			return min(wait+pollsTogether, checkInterval) // a poll that ends wakes us too
		}

		polls.Go(func() error {
			defer wakeWaiter(p.ended)

			// One after the other as long as something is due: a goroutine for each
			// poll costs a fifth of an unchanged one.
			for source != 0 {
				if err := p.poll(ctx, source, turn); err != nil {
					return err
				}

				if ctx.Err() != nil {
					return nil
				}

				source, turn, _ = p.next()
			}

			return nil
		})
	}
}

// next takes a source that may be polled now with its host's turn, 0: none, and how
// long to wait.
func (p *poller) next() (source int64, turn sources.Turn, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for now := time.Now(); ; {
		h, wait := p.agenda.first(now)

		switch {
		case h == nil || wait > 0:
			return 0, sources.Turn{}, wait
		case p.slots.hasRoom(h, now):
		case h.hangs:
			p.agenda.postpone(h, now.Add(checkInterval))
			continue
		default:
			return 0, sources.Turn{}, checkInterval
		}

		turn, wait := p.Fetcher.TryTurn(h.address)
		if wait > 0 { // a preview or a search for a feed is asking the host
			p.agenda.postpone(h, now.Add(wait))
			continue
		}

		source = p.agenda.take(h)
		p.slots.take(source, h, now)

		return source, turn, 0
	}
}

// poll asks one source and hands on what it brought. An error ends the loop.
func (p *poller) poll(ctx context.Context, id int64, turn sources.Turn) error {
	o, next, err := p.visit(ctx, id, turn)
	free := turn.End()

	p.mu.Lock()
	p.slots.leave(id, time.Now())
	p.agenda.endRequest(id, free)

	if o == nil || o.unchanged {
		p.agenda.putBack(id, next)
	}

	p.mu.Unlock()

	switch {
	case err != nil:
		return err
	case o == nil:
	case o.unchanged:
		p.unchanged.add(unchangedPoll{store.UnchangedPoll{Source: id, At: time.Now(), Next: next}, o.event})
	default:
		p.changed.add(prepareChanged(p.Store, o))
	}

	return nil
}

// outcome is what a poll brought.
type outcome struct {
	source    *cachedSource
	result    store.PollResult
	state     sources.State
	event     PollEvent
	unchanged bool // nothing has to be kept but that the poll took place
	outage    bool // it failed because no source can be reached
}

// visit asks one source. The outcome is nil if there is nothing to save. next is when the source is due
// again, zero for never.
func (p *poller) visit(ctx context.Context, id int64, turn sources.Turn) (o *outcome, next time.Time, err error) {
	source, whole, err := p.lookUp(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !source.Enabled) {
		return nil, time.Time{}, nil
	}

	if err != nil {
		next, err = p.retryLater(ctx, "read a source", err)
		return nil, next, err
	}

	if !store.IsTrusted(ctx) { // another process may ask the host by now
		return nil, time.Now().Add(retryPause), nil
	}

	o, err = p.fetch(ctx, source, whole, turn)
	if ctx.Err() != nil {
		return nil, time.Now().Add(retryPause), nil // stopped: due as before
	}

	if err != nil {
		next, err = p.retryLater(ctx, "read the state of a source", err)
		return nil, next, err
	}

	failpoint.Hit(failpoint.Fetched)

	if o.unchanged && whole { // else it is remembered, or was forgotten meanwhile
		p.remember(source.Source, source.state, source.era)
	}

	return o, o.result.Next, nil
}

// lookUp finds a source in the cache or the database; whole reports that its state is
// complete.
func (p *poller) lookUp(ctx context.Context, id int64) (_ *cachedSource, whole bool, err error) {
	p.mu.Lock()
	source, era := p.cache[id], p.era
	p.mu.Unlock()

	if source != nil {
		return source, false, nil
	}

	source = &cachedSource{era: era}

	var state string

	err = p.Store.View(ctx, func(t *store.Tx) (err error) {
		if source.Source, err = t.Source(id); err == nil {
			state, err = t.SourceState(id)
		}

		return err
	})
	if err == nil {
		source.state = p.decode(id, state)
	}

	return source, true, err
}

// remember caches what the next poll needs if it finds nothing new, unless sources were changed since
// era.
func (p *poller) remember(source *store.Source, state sources.State, era int) {
	cached := &cachedSource{source, state.Brief(), era}

	p.mu.Lock()
	defer p.mu.Unlock()

	if era == p.era {
		p.cache[source.ID] = cached
	}
}

func (p *poller) decode(id int64, state string) (s sources.State) {
	if state == "" {
		return s
	}

	if err := json.Unmarshal([]byte(state), &s); err != nil {
		p.Log.Error("the state of a source is not readable and begins anew", "source", id, "error", err)
		return sources.State{}
	}

	return s
}

// retryLater puts a poll off after a failure of the database; a full disk stops all.
func (p *poller) retryLater(ctx context.Context, doing string, err error) (time.Time, error) {
	if errors.Is(err, store.ErrStop) {
		return time.Time{}, err
	}

	if ctx.Err() == nil {
		p.Log.Error(doing, "error", err)
	}

	return time.Now().Add(retryPause + rand.N(retryPause)), nil
}

// fetch asks the source's server. An error is one of our database.
func (p *poller) fetch(ctx context.Context, source *cachedSource, whole bool, turn sources.Turn) (*outcome, error) {
	request := sources.FetchRequest{
		URL: cmp.Or(source.MovedTo, source.URL), Guarded: source.Origin != store.FromConfig, Turn: turn,
		State: source.state, Source: source.Source.Source,
	}

	var unread error

	if !whole {
		request.WholeState = func() (sources.State, error) {
			var s string

			unread = p.Store.View(ctx, func(t *store.Tx) (err error) {
				s, err = t.SourceState(source.ID)
				return err
			})

			return p.decode(source.ID, s), unread
		}
	}

	result, err := p.Fetcher.Fetch(ctx, request)

	if unread != nil {
		return nil, unread
	}

	o := &outcome{source: source, state: source.state, result: store.PollResult{Source: source.ID}, event: PollEvent{Source: source.URL}}
	if err != nil {
		o.fail(err)
	} else {
		o.succeed(result)
	}

	o.result.Decided = time.Now()

	o.result.Next = p.fallDueTogether(o.state.Next(o.result.Decided, result, err, p.MinInterval, p.MaxInterval))
	if o.unchanged {
		return o, nil
	}

	encoded, err := json.Marshal(o.state)
	if err != nil {
		p.Log.Error("the state of a source cannot be kept", "source", source.ID, "error", err)
	}

	o.result.State = string(encoded)

	return o, nil
}

// fallDueTogether puts a poll off, by a beat at most, until others fall due too: what wakes the process up costs
// more than an unchanged poll, and polls that run together cost half. Other processes have another phase, so
// that servers are not asked by all of them at the same moment.
func (p *poller) fallDueTogether(next time.Time) time.Time {
	return next.Add(-p.phase).Truncate(p.beat).Add(p.beat + p.phase)
}

// fail makes the outcome that of a visit that failed.
func (o *outcome) fail(err error) {
	failed, ok := errors.AsType[*sources.Error](err)
	if !ok {
		failed = &sources.Error{Reason: "it could not be read", Cause: err}
	} else {
		o.state = failed.State()
	}

	o.event.Status, o.event.Error = failed.Status, failed.Reason
	o.result.Error, o.result.Gone, o.outage = failed.Reason, failed.Gone, failed.Outage > 0
	// Sources that all fail for a day may be dead all the same, and whoever added them is to hear of it.
	o.result.Outage = o.outage && failed.Outage < failingFor
}

// succeed makes the outcome that of a visit that worked.
func (o *outcome) succeed(r *sources.Result) {
	o.state = r.State
	o.event.Status, o.event.Articles = r.Status, max(len(r.Feed.Listed), len(r.Articles))
	o.result.Title, o.result.Articles, o.result.MovedTo = r.Feed.Title, r.Articles, r.MovedTo
	o.result.Listed, o.result.Before, o.result.Same = unchangedKeys(r), r.Before, r.NotModified
	o.result.At = r.AnsweredAt
	o.result.Hub, o.result.Topic = r.State.Hub()
	hub, topic := o.source.state.Hub()
	o.result.NewHub = o.result.Hub != hub || o.result.Topic != topic
	o.unchanged = r.Same && o.source.ErrorCount == 0 && !o.source.awaitsBaseline()
}

// unchangedKeys are the keys of listed items that the result does not bring again.
func unchangedKeys(r *sources.Result) []string {
	brought := make(map[string]bool, len(r.Articles))
	for _, a := range r.Articles {
		brought[a.Key] = true
	}

	return slices.DeleteFunc(slices.Clone(r.Feed.Listed), func(key string) bool { return brought[key] })
}

// outages are which failures of a source are for an outage: that is logged once for all sources.
type outages struct{ before, now bool }

// outages tells whether the source fails, and failed before, because no source can be reached.
func (o *outcome) outages() outages {
	return outages{before: o.source.state.Failures == 0 && sources.IsNoAnswer(o.source.Error), now: o.outage}
}

func (p *poller) report(source *store.Source, event PollEvent, changes store.PollChanges, outage outages) {
	switch {
	case event.Error != "" && (source.ErrorCount == 0 || outage.before) && !outage.now:
		p.Log.Warn("a source fails", "source", source.ID, "host", news.Host(source.URL), "status", event.Status, "reason", event.Error)
	case event.Error != "":
		p.Log.Debug("a source still fails", "source", source.ID, "status", event.Status, "reason", event.Error, "failures", source.ErrorCount+1)
	case source.ErrorCount > 0 && !outage.before:
		p.Log.Info("a source works again", "source", source.ID, "host", news.Host(source.URL), "failures", source.ErrorCount)
	case changes.Relaunch:
		p.Log.Warn("nearly all items of a source are unknown: taken as a relaunch, nothing of it alerts", "source", source.ID, "items", event.Articles)
	default:
		p.Log.Debug("polled", "source", source.ID, "status", event.Status, "articles", event.Articles, "new", changes.New, "updated", changes.Updated)
	}

	if p.Event != nil {
		p.Event(event)
	}
}
