package gateway

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// logSessions also reaches the operator's chat, in its language.
const logSessions = "Discord allows no more new sessions today; waiting until tomorrow"

// MaxStartsPerDay is our own limit of new sessions, or half of what Discord allows
// where that is more; at 1,000 it takes the token of a small bot away. Source:
// "Session Start Limit" in its documentation.
const MaxStartsPerDay = 500

// One in startsKept of the sessions that Discord allows in a day is never started, whoever has
// started the others: processes that take over from each other see what is left a moment late.
const startsKept = 20

// starts paces the new sessions of all shards: Discord counts a shard into the bucket
// of its number modulo max_concurrency, and takes one IDENTIFY of a bucket in five
// seconds. Source: "Max Concurrency" in its documentation. Safe for concurrent use.
type starts struct {
	every time.Duration // between two of one bucket
	log   *slog.Logger

	mu      sync.Mutex
	perDay  int
	times   []time.Time // of the last 24 hours
	last    time.Time   // of the newest, also of a process before this one; zero: not known
	left    int         // sessions that may still be started until resets, by whoever has this token
	resets  time.Time   // when Discord counts anew; zero: it has not said
	buckets []*bucket
}

// bucket lets one shard after the other start its session.
type bucket struct {
	turn chan struct{} // holds one value while a shard has the turn
	last time.Time     // of the last IDENTIFY; of who has the turn
}

func newStarts(c Config) *starts {
	s := &starts{every: c.Times.IdentifyEvery, log: c.Log, perDay: MaxStartsPerDay, last: c.LastStart}
	if now := time.Now(); s.last.After(now) { // the clock was set back
		s.last = now
	}

	s.addBuckets(1)

	return s
}

// hear takes in how many sessions Discord has counted: a process that takes the bot over knows of
// none that were started before.
func (s *starts) hear(at Location) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.perDay = max(MaxStartsPerDay, at.StartsPerDay/2)
	s.resets = time.Time{}

	if at.StartsLeft != nil {
		s.left, s.resets = *at.StartsLeft-at.StartsPerDay/startsKept, time.Now().Add(min(max(at.ResetAfter, 0), 24*time.Hour))
	}
}

// allow takes in how many sessions may start at once. No session may be starting.
func (s *starts) allow(at Location) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if n := min(max(at.AtOnce, 1), maxShards); n != len(s.buckets) {
		s.buckets = nil
		s.addBuckets(n)
	}
}

// addBuckets adds so many, each as if the newest session were its own.
func (s *starts) addBuckets(n int) {
	for range n {
		s.buckets = append(s.buckets, &bucket{turn: make(chan struct{}, 1), last: s.last})
	}
}

// await waits until a shard may start one more session, and keeps the turn until the
// returned function is called: when IDENTIFY was sent (see note), or when it came to
// nothing. It may be called more than once.
func (s *starts) await(ctx context.Context, shard int) (done func()) {
	s.mu.Lock()
	b := s.buckets[shard%len(s.buckets)]
	s.mu.Unlock()

	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return func() {}
	}

	if !b.last.IsZero() {
		Sleep(ctx, s.every-time.Since(b.last))
	}

	if wait := s.untilTomorrow(); wait > 0 {
		s.log.Error(logSessions, "wait", wait)
		Sleep(ctx, wait)
	}

	return sync.OnceFunc(func() { <-b.turn })
}

// untilTomorrow returns how long the day's sessions are used up.
func (s *starts) untilTomorrow() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()
	for len(s.times) > 0 && now.Sub(s.times[0]) > 24*time.Hour {
		s.times = s.times[1:]
	}

	switch own := len(s.times); {
	case own >= s.perDay:
		return 24*time.Hour - now.Sub(s.times[own-s.perDay])
	case s.left <= 0 && !s.resets.IsZero():
		return s.resets.Sub(now)
	}

	return 0
}

// note counts a session that is being started by who has the turn.
func (s *starts) note(shard int) {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()
	s.left--
	s.times, s.last = append(s.times, now), now
	s.buckets[shard%len(s.buckets)].last = now
}
