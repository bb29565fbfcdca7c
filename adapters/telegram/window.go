package telegram

import (
	"encoding/json"
	"sync"
	"time"
)

const (
	// After a quiet week the server starts its ids again at random, and an old
	// offset would hide the new updates.
	quietDays = 6 * 24 * time.Hour
	// How many ids are remembered against repeats; the server hands out 100 at a time.
	recentIDs = 4096
)

// window is the adapter's place in the stream of updates: what was taken, what
// of it is still in work, and hence up to where the server may forget.
type window struct {
	mu     sync.Mutex
	open   map[int64]bool     // taken and not yet done
	next   int64              // one above the highest id taken, 0 at first
	last   time.Time          // when the newest update was taken
	recent map[int64]struct{} // taken lately
	order  []int64            // the same, oldest first
	moved  chan struct{}      // a token whenever something was done
}

// place is a window over a restart.
type place struct {
	Offset int64 `json:"offset"`
	At     int64 `json:"at"` // unix seconds of the newest update
}

func newWindow(saved string) *window {
	w := &window{open: map[int64]bool{}, recent: map[int64]struct{}{}, moved: make(chan struct{}, 1)}

	var p place
	if json.Unmarshal([]byte(saved), &p) == nil && time.Since(time.Unix(p.At, 0)) < quietDays {
		w.next, w.last = p.Offset, time.Unix(p.At, 0)
	}

	return w
}

// take reports whether the update is new, and if so puts it in work.
func (w *window) take(id int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()

	w.last = time.Now()
	if _, known := w.recent[id]; known {
		return false
	}

	w.recent[id] = struct{}{}

	w.order = append(w.order, id)
	if len(w.order) > recentIDs {
		delete(w.recent, w.order[0])
		w.order = w.order[1:]
	}

	w.open[id] = true
	w.next = max(w.next, id+1)

	return true
}

// done says that the update will not be needed again.
func (w *window) done(id int64) {
	w.mu.Lock()
	delete(w.open, id)
	w.mu.Unlock()

	select {
	case w.moved <- struct{}{}:
	default:
	}
}

// offset is the lowest id that the server must still keep, 0 for "whatever
// there is". After quiet days it starts anew.
func (w *window) offset() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()

	if len(w.open) == 0 && w.next != 0 && time.Since(w.last) >= quietDays {
		w.next = 0
		w.order = nil
		clear(w.recent)
	}

	low := w.next
	for id := range w.open {
		low = min(low, id)
	}

	return low
}

// working is how many updates are in work.
func (w *window) working() int {
	w.mu.Lock()
	defer w.mu.Unlock()

	return len(w.open)
}

// save is the window for a cursor.
func (w *window) save() string {
	p := place{Offset: w.offset()}
	w.mu.Lock()
	defer w.mu.Unlock()

	if !w.last.IsZero() {
		p.At = w.last.Unix()
	}

	return jsonText(p)
}
