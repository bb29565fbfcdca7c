package gate

import "time"

// Even spacing at the sender is not even at the server: the spacing has a margin
// for how much one message can catch up with the one before it. Until enough
// round trips are known, the margin makes 28 a second out of 30 (docs/performance.md);
// it never goes below a fortieth of a second, because a process and a server are
// not punctual either.
const (
	initialJitter = 2 * time.Second / 28
	minJitter     = 25 * time.Millisecond
	maxJitter     = 80 * time.Millisecond
	minMargin     = 40 * time.Millisecond
)

// roundTrips are the latest round trips of a bot, a ring buffer.
type roundTrips struct {
	latest [64]time.Duration
	n      int
}

func (t *roundTrips) add(d time.Duration) {
	t.latest[t.n%len(t.latest)] = d
	t.n++
}

// jitter returns the spread of the latest round trips.
func (t *roundTrips) jitter() time.Duration {
	if t.n < len(t.latest) {
		return initialJitter
	}

	low, high := t.latest[0], t.latest[0]
	for _, d := range t.latest {
		low, high = min(low, d), max(high, d)
	}

	return min(max(high-low, minJitter), maxJitter)
}
