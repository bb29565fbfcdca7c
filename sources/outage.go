package sources

import (
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// outageHosts is how many hosts have to be silent, with nobody answering in between, for the
	// trouble to be taken for this machine's own network.
	outageHosts = 3
	// outagePause is the longest pause while nobody answers: nobody is bothered, and what was
	// published meanwhile comes soon after.
	outagePause = 5 * time.Minute
	// outageLogged is how long nobody has answered when that is logged: a few dead sources in a row
	// are no outage.
	outageLogged = time.Minute
)

// outage knows whether this machine reaches anybody. Where it doesn't, no source is to blame for
// being silent: none is left alone for longer and longer, so that all are read soon after the
// network is back. It is safe for concurrent use.
type outage struct {
	log *slog.Logger

	mu     sync.Mutex
	silent map[string]bool // hosts that don't answer, since one did; outageHosts at most
	since  time.Time       // when the first of them didn't
	logged bool            // that nobody answers
}

// note takes in how a visit ended, nil: well, after how many failures of the source in a row. If it
// failed because of an outage, it returns for how long that has been.
func (o *outage) note(address string, failures int, e *Error) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()

	answered := e == nil || e.Status > 0
	if answered && len(o.silent) == 0 || !answered && !IsNoAnswer(e.Reason) || isNear(address) {
		return 0
	}

	if answered {
		if o.logged {
			o.log.Info("sources can be reached again", "after", time.Since(o.since).Round(time.Second))
		}

		clear(o.silent)
		o.logged = false

		return 0
	}

	// One that was silent before says nothing of the network.
	if len(o.silent) < outageHosts && failures == 0 {
		if len(o.silent) == 0 {
			o.since = time.Now()
		}

		o.silent[HostOf(address)] = true
	}

	if len(o.silent) < outageHosts {
		return 0
	}

	lasts := max(time.Since(o.since), 1)
	if !o.logged && lasts >= outageLogged {
		o.logged = true
		o.log.Warn("no source can be reached; is this machine's network down?", "reason", e.Reason)
	}

	return lasts
}

// isNear reports whether an address is on this machine or in its own network, where what answers
// says nothing of all else.
func isNear(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}

	host := strings.TrimSuffix(u.Hostname(), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return !ip.IsGlobalUnicast() || ip.IsPrivate()
	}

	return !strings.Contains(host, ".")
}
