package sources

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// clockHosts is of how many hosts at most it is known what time it is there.
const clockHosts = 31

// clock knows what time it is by the servers that brought something, for when our own clock is ahead.
type clock struct {
	since time.Time // what is measured from, by the monotonic clock

	mu    sync.Mutex
	hosts []hostClock // the latest answer of each host, newest last
}

// hostClock is what time it was at since by a host's clock.
type hostClock struct {
	host string
	at   time.Time
}

// answeredAt is when a host has answered: the latest of what it says itself and the median of what the last
// hosts have said since, and never after now; zero where nobody has said anything. A machine that was asleep
// has measured nothing meanwhile: therefore the latest of both.
func (c *clock) answeredAt(host string, h http.Header, now time.Time) time.Time {
	passed := now.Sub(c.since)

	c.mu.Lock()
	defer c.mu.Unlock()

	said, err := http.ParseTime(h.Get("Date"))
	if err == nil {
		c.hosts = slices.DeleteFunc(c.hosts, func(o hostClock) bool { return o.host == host })
		if len(c.hosts) == clockHosts {
			c.hosts = slices.Delete(c.hosts, 0, 1)
		}

		c.hosts = append(c.hosts, hostClock{host, said.Add(-passed)})
	}

	if len(c.hosts) == 0 {
		return time.Time{}
	}

	all := slices.Clone(c.hosts)
	slices.SortFunc(all, func(a, b hostClock) int { return a.at.Compare(b.at) })

	median := all[len(all)/2].at.Add(passed)
	if said.After(median) {
		median = said
	}

	if median.After(now) {
		return now
	}

	return median
}
