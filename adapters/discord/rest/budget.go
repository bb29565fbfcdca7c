package rest

import (
	"net/http"
	"sync"
	"time"
)

// Discord bans an address for a while after 10,000 requests within 10 minutes
// that were answered 401, 403 or 429 (a 429 of a limit shared with others does
// not count). Source: "Invalid Request Limit" in its documentation. We stop far
// below it: other bots may live at the same address.
const (
	budgetWindow = 10 * time.Minute
	budgetMax    = 2500
	budgetSlots  = 20
)

// budget counts refused requests over the last ten minutes, in slots of half a
// minute. It is safe for concurrent use.
type budget struct {
	mu    sync.Mutex
	slots [budgetSlots]int
	at    int64 // the number of the newest slot
}

func newBudget() *budget { return &budget{} }

const budgetSlot = int64(budgetWindow / budgetSlots)

// count takes an answer in.
func (b *budget) count(now time.Time, r *Response) {
	switch {
	case r.Status == http.StatusTooManyRequests && r.Header.Get("X-RateLimit-Scope") == "shared":
		return
	case r.Status == http.StatusUnauthorized, r.Status == http.StatusForbidden, r.Status == http.StatusTooManyRequests:
	default:
		return
	}

	b.mu.Lock()
	defer b.mu.Unlock()

	b.turn(now)
	b.slots[b.at%budgetSlots]++
}

// wait returns how long to send nothing; 0 while there is room.
func (b *budget) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()

	b.turn(now)

	sum := 0
	for _, n := range b.slots {
		sum += n
	}

	if sum < budgetMax {
		return 0
	}
	// Wait until enough of the oldest have left the window.
	for i := int64(1); i <= budgetSlots; i++ {
		sum -= b.slots[(b.at+i)%budgetSlots]
		if sum < budgetMax {
			return time.Duration((b.at+i)*budgetSlot - now.UnixNano() + 1)
		}
	}

	return budgetWindow
}

// turn empties the slots that time has passed over.
func (b *budget) turn(now time.Time) {
	at := now.UnixNano() / budgetSlot
	if at-b.at >= budgetSlots || at < b.at {
		if at-b.at >= budgetSlots {
			b.slots = [budgetSlots]int{}
		}

		b.at = at

		return
	}

	for b.at < at {
		b.at++
		b.slots[b.at%budgetSlots] = 0
	}
}
