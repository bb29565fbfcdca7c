package scheduler

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestHangingHostsLoseTheirPlace polls a thousand hosts for a simulated hour, once as
// they are and once with a hundred of them hanging until the time-out: the others are
// asked at most twice as late.
func TestHangingHostsLoseTheirPlace(t *testing.T) {
	without, _ := simulateDelays(t, 0)
	with, most := simulateDelays(t, 100)

	t.Logf("mean delay of the others %s without hanging hosts, %s with them; at most %d visits under way", without, with, most)

	// The step of the simulation is what a delay is at least.
	if with > 2*without+10*time.Millisecond {
		t.Errorf("with hanging hosts the others are asked %s late, without %s", with, without)
	}

	if most > DefaultAtOnce*(1+hangingShare) {
		t.Errorf("%d visits were under way", most)
	}
}

// simulateDelays returns how late the hosts that answer are asked on average, and how
// many visits were under way at most.
func simulateDelays(t *testing.T, hanging int64) (mean time.Duration, most int) {
	t.Helper()

	const (
		hosts    = 1000
		step     = 10 * time.Millisecond
		interval = 20 * time.Second // so that the others fill most of the places
		answer   = time.Second
		timeout  = 30 * time.Second
	)

	type flight struct {
		source int64
		ends   time.Time
	}

	a, p := newAgenda(), newPollSlots(DefaultAtOnce)
	start := time.Now().Add(-2 * time.Hour)
	random := rand.New(rand.NewPCG(1, 2))
	due := map[int64]time.Time{}

	for id := range int64(hosts) {
		due[id] = start.Add(time.Duration(random.Int64N(int64(interval))))
		a.set(id, fmt.Sprintf("https://host-%d.example/feed", id), due[id])
	}

	var (
		flights []flight
		total   time.Duration
		asked   int
	)

	for now := start; now.Before(start.Add(time.Hour)); now = now.Add(step) {
		flights = slices.DeleteFunc(flights, func(f flight) bool {
			if f.ends.After(now) {
				return false
			}

			due[f.source] = now.Add(interval)
			p.leave(f.source, now)
			a.endRequest(f.source, now)
			a.putBack(f.source, due[f.source])

			return true
		})

		for {
			h, wait := a.first(now)
			if h == nil || wait > 0 {
				break
			}

			if !p.hasRoom(h, now) {
				if !h.hangs {
					break
				}

				a.postpone(h, now.Add(checkInterval))

				continue
			}

			source := a.take(h)
			p.take(source, h, now)

			ends := now.Add(answer)
			if source < hanging {
				ends = now.Add(timeout)
			} else {
				total += now.Sub(due[source])
				asked++
			}

			flights = append(flights, flight{source, ends})
			most = max(most, len(flights))
		}
	}

	return total / time.Duration(asked), most
}

// TestAHostThatAnswersAgainCounts: a host that hung has places of its own, until it
// answers in time.
func TestAHostThatAnswersAgainCounts(t *testing.T) {
	p, h, other := newPollSlots(1), &host{}, &host{}
	now := time.Now()

	p.take(1, h, now)

	if p.hasRoom(other, now.Add(hangsAfter-1)) {
		t.Error("a second visit has room beside one that does not hang yet")
	}

	now = now.Add(hangsAfter)
	if !p.hasRoom(other, now) {
		t.Error("a host that hangs keeps its place")
	}

	p.leave(1, now)
	p.take(2, other, now)

	if !h.hangs || !p.hasRoom(h, now) {
		t.Error("a host that hung needs a place of the others")
	}

	p.take(1, h, now)
	p.leave(1, now.Add(time.Second))

	if h.hangs || p.hasRoom(h, now) {
		t.Error("a host that answers again counts with those that hang")
	}
}

// TestPollsThatAreDueTogetherBeginTogether: the loop sleeps until a little after the first is due, so that
// one wake-up begins the others too; none begins before it is due.
func TestPollsThatAreDueTogetherBeginTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPoller(Config{}, nil)
		for id, late := range []time.Duration{20, 35, 55, 75} {
			p.agenda.set(int64(id+1), fmt.Sprintf("https://host-%d.example/feed", id), time.Now().Add(late*time.Millisecond))
		}

		wait := p.start(t.Context(), nil)
		if wait < 20*time.Millisecond || wait > 20*time.Millisecond+pollsTogether {
			t.Errorf("the loop sleeps %s", wait)
		}

		time.Sleep(wait)

		due := 0
		for ; ; due++ {
			h, wait := p.agenda.first(time.Now())
			if h == nil || wait > 0 {
				break
			}

			p.agenda.take(h)
		}

		if due != 3 {
			t.Errorf("%d polls begin together, want 3", due)
		}
	})
}
