package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// machine is one whose network can be taken away.
type machine struct {
	t       *testing.T
	fetcher *Fetcher
	away    atomic.Bool
	log     strings.Builder
	states  map[string]State
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, states: map[string]State{}}
	p := newPlanet(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.Host, "dead"):
			panic(http.ErrAbortHandler)
		case strings.HasPrefix(r.Host, "broken"):
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			fmt.Fprint(w, oneItem)
		}
	})
	m.fetcher = newTestFetcher(t, Options{Log: slog.New(slog.NewTextHandler(&m.log, nil)), Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if m.away.Load() && !strings.HasPrefix(address, "127.") && !strings.HasPrefix(address, "bridge:") {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ENETUNREACH}
		}

		return new(net.Dialer).DialContext(ctx, network, p.Listener.Addr().String())
	}})

	return m
}

// visit asks sources in turn, and returns in how long each is due again at the latest.
func (m *machine) visit(hosts ...string) (longest time.Duration) {
	m.t.Helper()

	for _, host := range hosts {
		m.fetcher.Close() // a connection that is kept open is none in an outage

		r, err := m.fetcher.Fetch(m.t.Context(), FetchRequest{URL: "http://" + host + "/feed", State: m.states[host]})
		if err == nil {
			m.states[host] = r.State
		} else {
			m.states[host] = err.(*Error).State()
		}

		now := time.Now()
		longest = max(longest, m.states[host].Next(now, r, err, 5*time.Minute, time.Hour).Sub(now))
	}

	return longest
}

// TestAnOutageIsNoSourcesFault: however long this machine has no network, its sources are read
// soon after it is back, and the log has two lines of it.
func TestAnOutageIsNoSourcesFault(t *testing.T) {
	m := newMachine(t)
	all := []string{"a.example", "b.example", "c.example", "d.example"}

	m.visit(all...)
	m.away.Store(true)
	m.visit(all...)
	m.fetcher.outage.since = time.Now().Add(-outageLogged)

	for range 50 {
		// One on this machine, or in its network, answers all the time.
		if longest := m.visit(append(all, "127.0.0.1:8080", "bridge:1200")...); longest > time.Hour {
			t.Fatalf("asked again in %v", longest)
		}

		if longest := m.visit(all...); longest > 6*time.Minute {
			t.Fatalf("asked again in %v", longest)
		}
	}

	if got := m.log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "no source can be reached") {
		t.Errorf("the log has: %s", got)
	}

	m.away.Store(false)
	m.visit(all...)
	m.visit(all...)

	for _, host := range all {
		if n := m.states[host].Failures; n != 0 {
			t.Errorf("%s failed %d times", host, n)
		}
	}

	if got := m.log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "sources can be reached again") {
		t.Errorf("the log has: %s", got)
	}
}

// TestAnOutageSaysHowLongItLasts, so that sources that may all be dead can be told apart from it.
func TestAnOutageSaysHowLongItLasts(t *testing.T) {
	m := newMachine(t)
	m.away.Store(true)
	m.visit("a.example", "b.example", "c.example")

	m.fetcher.outage.since = time.Now().Add(-25 * time.Hour)

	_, err := m.fetcher.Fetch(t.Context(), FetchRequest{URL: "http://d.example/feed"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Outage < 25*time.Hour || e.State().Failures != 0 {
		t.Errorf("%+v", err)
	}
}

// TestDeadSourcesAreNoOutage: they are asked ever more rarely while another one answers, were it
// only that it is broken, and while there are too few to tell.
func TestDeadSourcesAreNoOutage(t *testing.T) {
	for name, rounds := range map[string][]string{
		"one works":     {"dead1.example", "dead2.example", "a.example", "dead3.example", "dead4.example"},
		"one is broken": {"dead1.example", "dead2.example", "broken.example", "dead3.example", "dead4.example"},
		"two":           {"dead1.example", "dead2.example"},
		"near":          {"127.0.0.1:8081", "127.0.0.1:8082", "dead:8083", "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.away.Store(name == "near")

			for range 6 {
				m.visit(rounds...)
			}

			for host, state := range m.states {
				if strings.HasPrefix(host, "dead") && state.Failures != 6 {
					t.Errorf("%s failed %d times", host, state.Failures)
				}
			}

			if m.log.Len() > 0 {
				t.Errorf("the log has: %s", m.log.String())
			}
		})
	}
}
