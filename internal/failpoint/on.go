//go:build crashtest

package failpoint

import (
	"context"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// hits counts how often the failpoint that NEWSBELL_DIE_AT names was hit.
var hits atomic.Int64

// Hit kills the process with SIGKILL if NEWSBELL_DIE_AT names this failpoint and
// this is the hit that it asks for.
func Hit(name string) {
	wanted, count, _ := strings.Cut(os.Getenv("NEWSBELL_DIE_AT"), ":")
	if wanted != name {
		return
	}

	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		n = 1
	}

	if hits.Add(1) == n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)

		select {} // the signal is on its way
	}
}

// EditGap returns how often an alert is edited at most, 0 for what is usual.
func EditGap() time.Duration {
	gap, _ := time.ParseDuration(os.Getenv("NEWSBELL_EDIT_GAP"))
	return gap
}

// IdentifyGap returns the least time between two new sessions with Discord's gateway, 0 for
// what is usual.
func IdentifyGap() time.Duration {
	gap, _ := time.ParseDuration(os.Getenv("NEWSBELL_IDENTIFY_GAP"))
	return gap
}

// DiskPages returns how many pages the database file may have, 0 for any number. A file may name the
// number, so that there is room again.
func DiskPages() int {
	pages := os.Getenv("NEWSBELL_PAGES")
	if body, err := os.ReadFile(pages); err == nil {
		pages = strings.TrimSpace(string(body))
	}

	n, _ := strconv.Atoi(pages)

	return n
}

// Dial returns a network in which the addresses that NEWSBELL_REWIRE names lead elsewhere
// ("hooks.slack.com:443=127.0.0.1:4711,…"), nil if it names none: the network as it is.
func Dial() func(ctx context.Context, network, address string) (net.Conn, error) {
	rewired := map[string]string{}

	for pair := range strings.SplitSeq(os.Getenv("NEWSBELL_REWIRE"), ",") {
		if from, to, ok := strings.Cut(pair, "="); ok {
			rewired[from] = to
		}
	}

	if len(rewired) == 0 {
		return nil
	}

	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if to, ok := rewired[address]; ok {
			address = to
		}

		return new(net.Dialer).DialContext(ctx, network, address)
	}
}
