package web

import (
	"context"
	"sync"
	"time"
)

// How many pages that are kept are sent in a second. Sending one takes microseconds, but ten
// thousand take the processor from the alerts where it is busy with other things, too.
const (
	paceMost  = 10000
	paceLeast = 200
	paceStep  = 20                   // more after each look
	paceBurst = 5 * time.Millisecond // that may be ahead of the pace
	lookAfter = 5 * time.Millisecond
	mostLate  = 2 * time.Millisecond // that a timer may be, as everything else that waits for the processor
)

// pacer slows pages down while timers of this process are late: what delays them delays alerts.
// While pages are asked for it looks every few milliseconds; a late timer halves the pace. It is
// safe for concurrent use.
type pacer struct {
	mu      sync.Mutex
	slower  float64   // pages a second below paceMost
	next    time.Time // when the next page may go
	looking bool
}

// wait waits for the turn of a page, at most turnTime; false: it did not come, or ctx ended. Who is
// refused waits, too: answers that come at once make visitors ask again at once.
func (p *pacer) wait(ctx context.Context) bool {
	d, ok := p.reserve(time.Now())
	if d <= 0 {
		return true
	}

	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return ok
	case <-ctx.Done():
		return false
	}
}

// reserve returns how long a page that is asked for now has to wait; false: its turn does not come
// in that time.
func (p *pacer) reserve(now time.Time) (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	if !p.looking {
		p.looking = true

		time.AfterFunc(lookAfter, func() { p.measure(now) })
	}

	if earliest := now.Add(-paceBurst); p.next.Before(earliest) {
		p.next = earliest
	}

	d := p.next.Sub(now)
	if d > turnTime {
		return turnTime, false
	}

	p.next = p.next.Add(time.Duration(float64(time.Second) / (paceMost - p.slower)))

	return d, true
}

// measure sees how late its timer is, and sets the pace.
func (p *pacer) measure(since time.Time) { p.adjust(time.Since(since) - lookAfter) }

// adjust sets the pace after a timer was late.
func (p *pacer) adjust(late time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.looking = false

	if late > mostLate {
		p.slower = min(paceMost-(paceMost-p.slower)/2, paceMost-paceLeast)
	} else {
		p.slower = max(p.slower-paceStep, 0)
	}
}
