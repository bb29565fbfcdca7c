// Package offsets keeps count of the updates that a bot has taken and handled, and so knows up to
// where the server may forget them: a kill at any moment loses none.
package offsets

import (
	"encoding/json"
	"sync"
	"time"
)

const (
	// After a quiet week the server starts its ids again at random, and an old
	// offset would hide the new updates.
	maxQuiet = 6 * 24 * time.Hour
	// How many ids are kept to recognise repeats; the server hands out 100 at a time.
	keepIDs = 4096
)

// Tracker tracks which updates were taken and which of them are still being
// Handled, and hence up to where the server may forget. It is safe for concurrent
// use.
type Tracker struct {
	mu      sync.Mutex
	open    map[int64]chan struct{} // taken and not yet handled; closed then
	next    int64                   // one above the highest id taken, 0 at first
	newest  time.Time               // when the newest update was taken
	recent  map[int64]struct{}      // taken lately
	order   []int64                 // the same, oldest first
	changed chan struct{}           // a token whenever an update was handled
}

// savedOffset is what the cursor holds.
type savedOffset struct {
	Offset int64 `json:"offset"`
	At     int64 `json:"at"` // unix seconds of the newest update
}

// New returns a Tracker that goes on from what Cursor returned before a restart, "" for nothing.
func New(saved string) *Tracker {
	t := &Tracker{open: map[int64]chan struct{}{}, recent: map[int64]struct{}{}, changed: make(chan struct{}, 1)}

	var s savedOffset
	if json.Unmarshal([]byte(saved), &s) == nil && time.Since(time.Unix(s.At, 0)) < maxQuiet {
		t.next, t.newest = s.Offset, time.Unix(s.At, 0)
	}

	return t
}

// Take takes an update and reports whether it is new: one that was taken lately is not. A new one
// is open until MarkHandled.
func (t *Tracker) Take(id int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()

	t.newest = time.Now()
	if _, known := t.recent[id]; known {
		return false
	}

	t.recent[id] = struct{}{}

	t.order = append(t.order, id)
	if len(t.order) > keepIDs {
		delete(t.recent, t.order[0])
		t.order = t.order[1:]
	}

	t.open[id] = make(chan struct{})
	t.next = max(t.next, id+1)

	return true
}

// MarkHandled records that an update will not be needed again.
func (t *Tracker) MarkHandled(id int64) {
	t.mu.Lock()

	if done := t.open[id]; done != nil {
		close(done)
		delete(t.open, id)
	}

	t.mu.Unlock()

	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// Handled returns what is closed once an update that was taken has been handled; nil if it has been.
func (t *Tracker) Handled(id int64) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()

	return t.open[id]
}

// Lowest returns the lowest id that the server must still keep, 0 for "whatever
// there is". After six quiet days it starts again at 0.
func (t *Tracker) Lowest() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()

	if len(t.open) == 0 && t.next != 0 && time.Since(t.newest) >= maxQuiet {
		t.next = 0
		t.order = nil
		clear(t.recent)
	}

	low := t.next
	for id := range t.open {
		low = min(low, id)
	}

	return low
}

// Changed returns what receives a token whenever an update was handled; several may make one.
func (t *Tracker) Changed() <-chan struct{} { return t.changed }

// OpenCount returns how many updates are being handled.
func (t *Tracker) OpenCount() int {
	t.mu.Lock()
	defer t.mu.Unlock()

	return len(t.open)
}

// Cursor returns what New goes on from, as JSON.
func (t *Tracker) Cursor() string {
	s := savedOffset{Offset: t.Lowest()}

	t.mu.Lock()
	defer t.mu.Unlock()

	if !t.newest.IsZero() {
		s.At = t.newest.Unix()
	}

	saved, err := json.Marshal(s)
	if err != nil {
		return "" // two numbers always marshal
	}

	return string(saved)
}
