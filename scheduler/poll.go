package scheduler

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"newsbell/sources"
	"newsbell/store"
)

const (
	// pollers is how many hosts are asked at once.
	pollers = 16
	// readAgain is how often the agenda is read from the database, whatever
	// signals came.
	readAgain = time.Minute
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
	Error    string `json:"error,omitempty"`
}

// poller is the poll loop.
type poller struct {
	Config
	mu     sync.Mutex
	agenda *agenda
	stale  bool // the agenda has to be read again
	places chan struct{}
	landed chan struct{} // a poll ended
}

func newPoller(c Config) *poller {
	return &poller{Config: c, agenda: newAgenda(), places: make(chan struct{}, pollers), landed: make(chan struct{}, 1)}
}

func (p *poller) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
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
			p.read(ctx)
		case <-read.C:
			p.read(ctx)
			read.Reset(readAgain)
		case <-next.C:
		case <-p.landed:
			if p.isStale() {
				p.read(ctx)
			}
		}
		next.Reset(p.start(ctx, &polls, stop))
	}
}

func (p *poller) isStale() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stale
}

// read brings the agenda in line with the database.
func (p *poller) read(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stale = false
	err := p.Store.View(ctx, func(t *store.Tx) error {
		keep := map[int64]bool{}
		err := t.Agenda(func(source int64, address string, due time.Time) {
			keep[source] = true
			p.agenda.set(source, address, due)
		})
		if err == nil {
			p.agenda.keep(keep)
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
			return time.Hour // one that lands wakes us
		}
		p.mu.Lock()
		source, wait, ok := p.agenda.next(time.Now())
		p.mu.Unlock()
		if !ok {
			<-p.places
			return wait
		}
		polls.Go(func() {
			due, err := p.poll(ctx, source)
			if err != nil {
				stop(failed{err})
			}
			p.mu.Lock()
			p.stale = p.agenda.done(source, due, time.Now().Add(p.HostGap)) || p.stale
			p.mu.Unlock()
			<-p.places
			select {
			case p.landed <- struct{}{}:
			default:
			}
		})
	}
}

// poll asks one source and saves what it brought. It returns when the source is
// due again, zero: not at all.
func (p *poller) poll(ctx context.Context, id int64) (due time.Time, err error) {
	var source *store.Source
	err = p.Store.View(ctx, func(t *store.Tx) (err error) {
		source, err = t.Source(id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || (err == nil && !source.Enabled) {
		return time.Time{}, nil
	}
	if err != nil {
		return p.later(ctx, "read a source", err)
	}
	outcome, event := p.fetch(ctx, source)
	if ctx.Err() != nil {
		return time.Now().Add(busyAgain), nil // stopped: due as before
	}
	store.Moment("fetched")
	var saved store.Saved
	err = p.Store.Update(ctx, func(t *store.Tx) (err error) {
		saved, err = t.SavePoll(outcome, p.MaxAge)
		return err
	})
	if err != nil {
		return p.later(ctx, "save a poll", err)
	}
	store.Moment("saved")
	event.New, event.Updated = saved.New, saved.Updated
	p.report(source, event, saved)
	if saved.Relaunch && p.Operator != nil {
		p.Operator(ctx, relaunchText(source))
	}
	if outcome.Gone {
		return time.Time{}, nil
	}
	return outcome.Next, nil
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

// fetch asks the source's server.
func (p *poller) fetch(ctx context.Context, source *store.Source) (store.Poll, PollEvent) {
	var state sources.State
	if source.State != "" {
		if err := json.Unmarshal([]byte(source.State), &state); err != nil {
			p.Log.Error("the state of a source is not readable and begins anew", "source", source.ID, "error", err)
		}
	}
	result, err := p.Fetcher.Fetch(ctx, sources.Poll{
		URL: cmp.Or(source.MovedTo, source.URL), Guarded: source.Origin == store.FromChat, State: state,
		Source: sources.Source{URL: source.URL, Title: source.Title, Outlet: source.Outlet, Language: source.Language, Country: source.Country},
	})
	outcome := store.Poll{Source: source.ID}
	event := PollEvent{Source: source.URL}
	if err != nil {
		failed, ok := errors.AsType[*sources.Error](err)
		if !ok {
			failed = &sources.Error{Reason: "it could not be read", Cause: err}
		} else {
			state = failed.State()
		}
		event.Status, event.Error = failed.Status, failed.Reason
		outcome.Error, outcome.Gone = failed.Reason, failed.Gone
	} else {
		state = result.State
		event.Status, event.Articles = result.Status, max(len(result.Listed), len(result.Articles))
		outcome.Title, outcome.Articles, outcome.MovedTo = result.Feed.Title, result.Articles, result.MovedTo
		outcome.Listed = unchanged(result)
	}
	outcome.Next = state.Next(time.Now(), result, err, p.MinInterval, p.MaxInterval)
	encoded, failed := json.Marshal(state)
	if failed != nil {
		p.Log.Error("the state of a source cannot be kept", "source", source.ID, "error", failed)
	}
	outcome.State = string(encoded)
	return outcome, event
}

// unchanged are the keys of listed items that the result does not bring again.
func unchanged(r *sources.Result) []string {
	brought := make(map[string]bool, len(r.Articles))
	for _, a := range r.Articles {
		brought[a.Key] = true
	}
	return slices.DeleteFunc(slices.Clone(r.Listed), func(key string) bool { return brought[key] })
}

func (p *poller) report(source *store.Source, event PollEvent, saved store.Saved) {
	log := p.Log.With("source", source.ID, "status", event.Status)
	switch {
	case event.Error != "":
		log.Warn("a source failed", "reason", event.Error, "failures", source.ErrorCount+1)
	case saved.Relaunch:
		log.Warn("nearly all items of a source are unknown: taken as a relaunch, nothing of it rings", "items", event.Articles)
	default:
		log.Debug("polled", "articles", event.Articles, "new", saved.New, "updated", saved.Updated)
	}
	if p.Event != nil {
		p.Event(event)
	}
}
