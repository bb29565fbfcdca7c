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

	"newsbell/internal/failpoint"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
)

const (
	// pollers is how many hosts are asked at once.
	pollers = 16
	// readAgain is how often the agenda is read from the database, whatever
	// signals came.
	readAgain = time.Minute
	// lookAgain is how often the agenda is looked at, whoever is under way.
	lookAgain = time.Second
	// busyAgain is the pause after trouble with the database.
	busyAgain = 2 * time.Second
)

// PollEvent tells of one poll.
type PollEvent struct {
	Source   string `json:"source"`
	Status   int    `json:"status,omitempty"` // of HTTP; 0: no answer
	Articles int    `json:"articles"`         // listed in the answer
	New      int    `json:"new"`
	Updated  int    `json:"updated"`
	Relaunch bool   `json:"relaunch,omitempty"` // nearly all is unknown: nothing of it rings
	Error    string `json:"error,omitempty"`
}

// EventName returns "poll".
func (PollEvent) EventName() string { return "poll" }

// poller is the poll loop.
type poller struct {
	Config
	mu     sync.Mutex
	agenda *agenda
	known  map[int64]*known
	era    int // how often known was forgotten
	visits *visits
	saves  *saves
	places chan struct{}
	landed chan struct{} // a poll ended
}

// known is what an unchanged poll needs of a source, so that it reads nothing.
type known struct {
	source *store.Source
	state  sources.State // brief
	era    int
}

func newPoller(c Config) *poller {
	p := &poller{Config: c, agenda: newAgenda(), known: map[int64]*known{}, places: make(chan struct{}, pollers), landed: make(chan struct{}, 1)}
	p.visits, p.saves = newVisits(p), newSaves(p)

	return p
}

func (p *poller) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer p.visits.begin(context.WithoutCancel(ctx), stop)()
	defer p.saves.begin(context.WithoutCancel(ctx), stop)()

	var polls sync.WaitGroup
	defer polls.Wait()

	read := time.NewTimer(0)
	defer read.Stop()

	next := time.NewTimer(0)
	defer next.Stop()

	for {
		select {
		case <-ctx.Done():
			return failure(ctx)
		case <-p.Store.Wait(store.NewSources):
			p.forget()
			p.read(ctx)
		case <-read.C:
			p.read(ctx)
			read.Reset(readAgain)
		case <-next.C:
		case <-p.landed:
		}

		next.Reset(p.start(ctx, &polls, stop))
	}
}

// forget has sources read anew: somebody changed some.
func (p *poller) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()

	clear(p.known)
	p.era++
}

// read brings the agenda in line with the database.
func (p *poller) read(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()

	err := p.Store.View(ctx, func(t *store.Tx) error {
		keep := map[int64]bool{}

		err := t.Agenda(func(source int64, address string, due time.Time) {
			keep[source] = true
			p.agenda.set(source, address, due)
		})
		if err == nil {
			p.agenda.keep(keep)
			maps.DeleteFunc(p.known, func(id int64, _ *known) bool { return !keep[id] })
			p.agenda.spread(time.Now())
		}

		return err
	})
	if err != nil && ctx.Err() == nil {
		p.Log.Error("read the sources", "error", err)
	}
}

// start begins the polls that may begin and returns how long to wait for the next.
func (p *poller) start(ctx context.Context, polls *sync.WaitGroup, stop func(error)) time.Duration {
	for {
		select {
		case p.places <- struct{}{}:
		default:
			return lookAgain // one that lands wakes us
		}

		source, wait := p.next()
		if source == 0 {
			<-p.places
			return min(wait, lookAgain)
		}

		polls.Go(func() {
			// One after the other as long as something is due: a goroutine for each
			// poll costs a fifth of an unchanged one.
			for source != 0 && ctx.Err() == nil {
				due, brought, err := p.poll(ctx, source)
				if err != nil {
					stop(failed{err})
				}

				p.mu.Lock()
				p.agenda.answered(source, time.Now().Add(p.HostGap))

				if brought == nil {
					p.agenda.back(source, due)
				}
				p.mu.Unlock()

				if brought != nil {
					p.saves.add(brought)
				}

				source, _ = p.next()
			}

			<-p.places
			signal(p.landed)
		})
	}
}

// next takes a source that may be polled now, 0: none, and how long to wait.
func (p *poller) next() (source int64, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	source, wait, _ = p.agenda.next(time.Now())

	return source, wait
}

// poll asks one source. It returns when the source is due again, zero: not at
// all; or what is to be saved before that is known.
func (p *poller) poll(ctx context.Context, id int64) (due time.Time, brought *save, err error) {
	k, whole, err := p.recall(ctx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !k.source.Enabled) {
		return time.Time{}, nil, nil
	}

	if err != nil {
		due, err = p.later(ctx, "read a source", err)
		return due, nil, err
	}

	found, err := p.fetch(ctx, k, whole)
	if ctx.Err() != nil {
		return time.Now().Add(busyAgain), nil, nil // stopped: due as before
	}

	if err != nil {
		due, err = p.later(ctx, "read the state of a source", err)
		return due, nil, err
	}

	failpoint.Hit(failpoint.Fetched)

	if found.same {
		p.remember(k.source, k.state, k.era)
		p.visits.add(visit{store.UnchangedPoll{Source: id, At: time.Now(), Next: found.poll.Next}, found.event})

		return found.poll.Next, nil, nil
	}

	p.visits.drop(id)

	return time.Time{}, &save{found: found, known: k}, nil
}

// recall is what is known of a source, from memory or the database; whole tells
// that its state is complete.
func (p *poller) recall(ctx context.Context, id int64) (_ *known, whole bool, err error) {
	p.mu.Lock()
	k, era := p.known[id], p.era
	p.mu.Unlock()

	if k != nil {
		return k, false, nil
	}

	k = &known{era: era}

	var state string

	err = p.Store.View(ctx, func(t *store.Tx) (err error) {
		if k.source, err = t.Source(id); err == nil {
			state, err = t.SourceState(id)
		}

		return err
	})
	if err == nil {
		k.state = p.decode(id, state)
	}

	return k, true, err
}

// remember keeps what the next poll needs if it finds nothing new, unless
// somebody has changed sources meanwhile.
func (p *poller) remember(source *store.Source, state sources.State, era int) {
	k := &known{source, state.Brief(), era}

	p.mu.Lock()
	defer p.mu.Unlock()

	if era == p.era {
		p.known[source.ID] = k
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

// later puts a poll off after trouble with the database; a full disk stops all.
func (p *poller) later(ctx context.Context, doing string, err error) (time.Time, error) {
	if errors.Is(err, store.ErrFull) {
		return time.Time{}, err
	}

	if ctx.Err() == nil {
		p.Log.Error(doing, "error", err)
	}

	return time.Now().Add(busyAgain + rand.N(busyAgain)), nil
}

// found is what a poll brought. same: nothing, and nothing has to be kept but
// that it took place.
type found struct {
	poll  store.PollResult
	state sources.State
	event PollEvent
	same  bool
}

// fetch asks the source's server. An error is one of our database.
func (p *poller) fetch(ctx context.Context, k *known, whole bool) (found, error) {
	source, state := k.source, k.state
	ask := sources.FetchRequest{
		URL: cmp.Or(source.MovedTo, source.URL), Guarded: source.Origin == store.FromChat, State: state,
		Source: news.Source{URL: source.URL, Title: source.Title, Outlet: source.Outlet, Language: source.Language, Country: source.Country},
	}

	var trouble error

	if !whole {
		ask.Recall = func() (sources.State, error) {
			var s string

			trouble = p.Store.View(ctx, func(t *store.Tx) (err error) {
				s, err = t.SourceState(source.ID)
				return err
			})

			return p.decode(source.ID, s), trouble
		}
	}

	result, err := p.Fetcher.Fetch(ctx, ask)

	if trouble != nil {
		return found{}, trouble
	}

	f := found{poll: store.PollResult{Source: source.ID}, event: PollEvent{Source: source.URL}}

	if err != nil {
		failed, ok := errors.AsType[*sources.Error](err)
		if !ok {
			failed = &sources.Error{Reason: "it could not be read", Cause: err}
		} else {
			state = failed.State()
		}

		f.event.Status, f.event.Error = failed.Status, failed.Reason
		f.poll.Error, f.poll.Gone = failed.Reason, failed.Gone
	} else {
		state = result.State
		f.event.Status, f.event.Articles = result.Status, max(len(result.Feed.Listed), len(result.Articles))
		f.poll.Title, f.poll.Articles, f.poll.MovedTo = result.Feed.Title, result.Articles, result.MovedTo
		f.poll.Listed, f.poll.Before = unchanged(result), result.Before
		f.same = result.Same && source.ErrorCount == 0
	}

	f.poll.Next = state.Next(time.Now(), result, err, p.MinInterval, p.MaxInterval).Truncate(time.Millisecond)

	f.state = state
	if f.same {
		return f, nil
	}

	encoded, failed := json.Marshal(state)
	if failed != nil {
		p.Log.Error("the state of a source cannot be kept", "source", source.ID, "error", failed)
	}

	f.poll.State = string(encoded)

	return f, nil
}

// unchanged are the keys of listed items that the result does not bring again.
func unchanged(r *sources.Result) []string {
	brought := make(map[string]bool, len(r.Articles))
	for _, a := range r.Articles {
		brought[a.Key] = true
	}

	return slices.DeleteFunc(slices.Clone(r.Feed.Listed), func(key string) bool { return brought[key] })
}

func (p *poller) report(source *store.Source, event PollEvent, saved store.PollChanges) {
	switch {
	case event.Error != "":
		p.Log.Warn("a source failed", "source", source.ID, "status", event.Status, "reason", event.Error, "failures", source.ErrorCount+1)
	case saved.Relaunch:
		p.Log.Warn("nearly all items of a source are unknown: taken as a relaunch, nothing of it rings", "source", source.ID, "items", event.Articles)
	default:
		p.Log.Debug("polled", "source", source.ID, "status", event.Status, "articles", event.Articles, "new", saved.New, "updated", saved.Updated)
	}

	if p.Event != nil {
		p.Event(event)
	}
}
