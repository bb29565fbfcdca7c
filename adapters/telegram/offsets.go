package telegram

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

// offsets tracks which updates were taken and which of them are still being
// handled, and hence up to where the server may forget. It is safe for concurrent
// use.
type offsets struct {
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

// newOffsets goes on from a cursor.
func newOffsets(saved string) *offsets {
	o := &offsets{open: map[int64]chan struct{}{}, recent: map[int64]struct{}{}, changed: make(chan struct{}, 1)}

	var s savedOffset
	if json.Unmarshal([]byte(saved), &s) == nil && time.Since(time.Unix(s.At, 0)) < maxQuiet {
		o.next, o.newest = s.Offset, time.Unix(s.At, 0)
	}

	return o
}

// take reports whether the update is new; if so it counts as open.
func (o *offsets) take(id int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()

	o.newest = time.Now()
	if _, known := o.recent[id]; known {
		return false
	}

	o.recent[id] = struct{}{}

	o.order = append(o.order, id)
	if len(o.order) > keepIDs {
		delete(o.recent, o.order[0])
		o.order = o.order[1:]
	}

	o.open[id] = make(chan struct{})
	o.next = max(o.next, id+1)

	return true
}

// markHandled records that the update will not be needed again.
func (o *offsets) markHandled(id int64) {
	o.mu.Lock()

	if done := o.open[id]; done != nil {
		close(done)
		delete(o.open, id)
	}

	o.mu.Unlock()

	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// handled is closed once an update that was taken has been handled; nil: it has been.
func (o *offsets) handled(id int64) <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.open[id]
}

// lowest returns the lowest id that the server must still keep, 0 for "whatever
// there is". After quiet days it starts again at 0.
func (o *offsets) lowest() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()

	if len(o.open) == 0 && o.next != 0 && time.Since(o.newest) >= maxQuiet {
		o.next = 0
		o.order = nil
		clear(o.recent)
	}

	low := o.next
	for id := range o.open {
		low = min(low, id)
	}

	return low
}

// openCount returns how many updates are being handled.
func (o *offsets) openCount() int {
	o.mu.Lock()
	defer o.mu.Unlock()

	return len(o.open)
}

// cursor returns what newOffsets goes on from.
func (o *offsets) cursor() string {
	s := savedOffset{Offset: o.lowest()}

	o.mu.Lock()
	defer o.mu.Unlock()

	if !o.newest.IsZero() {
		s.At = o.newest.Unix()
	}

	return toJSON(s)
}
