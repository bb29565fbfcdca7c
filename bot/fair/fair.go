// Package fair keeps one person's requests from holding up everybody else's.
package fair

import (
	"context"
	"sync"
	"time"
)

// Limits of what one person may have the bot do, so that nobody keeps others waiting.
const (
	maxWaiting   = 4                // requests that wait for the person's running one
	searchBudget = 20 * time.Second // of searching past articles, at once
	searchRefill = 10               // seconds in which a second of it comes back
)

// Shares keeps the requests of each person to one at a time, and within a budget of
// searching. It is safe for concurrent use.
type Shares struct {
	mu     sync.Mutex
	people map[string]*share
}

// share is what one person uses of the bot.
type share struct {
	running chan struct{} // holds one while a request runs
	users   int           // requests that run or wait
	spent   time.Duration // of the budget, at the time at
	at      time.Time
}

// maxIdle is how many people are remembered of whom nothing runs.
const maxIdle = 10_000

// New returns the shares of people who have used nothing yet.
func New() *Shares { return &Shares{people: map[string]*share{}} }

// Enter waits until no other request of the person runs. ok is false if too many wait
// already, or the context ended.
func (f *Shares) Enter(ctx context.Context, person string) (leave func(), ok bool) {
	f.mu.Lock()
	s := f.shareOf(person)
	busy := s.users > maxWaiting

	if !busy {
		s.users++
	}
	f.mu.Unlock()

	if busy {
		return nil, false
	}

	done := func() {
		f.mu.Lock()
		s.users--
		f.mu.Unlock()
	}

	select {
	case s.running <- struct{}{}:
		return func() { <-s.running; done() }, true
	case <-ctx.Done():
		done()
		return nil, false
	}
}

// MaySearch reports whether the person has budget left.
func (f *Shares) MaySearch(person string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()

	s := f.shareOf(person)
	s.refill(now)

	return s.spent < searchBudget
}

// Charge takes what a search took off the person's budget.
func (f *Shares) Charge(person string, now time.Time, took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()

	s := f.shareOf(person)
	s.refill(now)
	s.spent += took
}

// refill gives back what has come back since the last time.
func (s *share) refill(now time.Time) {
	s.spent = max(0, s.spent-max(0, now.Sub(s.at))/searchRefill)
	s.at = now
}

// shareOf returns the person's share. With many remembered, idle ones are forgotten.
func (f *Shares) shareOf(person string) *share {
	if s := f.people[person]; s != nil {
		return s
	}

	if len(f.people) >= maxIdle {
		for name, s := range f.people {
			if s.users == 0 {
				delete(f.people, name)
			}
		}
	}

	s := &share{running: make(chan struct{}, 1)}
	f.people[person] = s

	return s
}
