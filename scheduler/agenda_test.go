package scheduler

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// next takes the source that may be polled now, or says how long to wait for one.
func next(a *agenda, now time.Time) (source int64, wait time.Duration, ok bool) {
	h, wait := a.first(now)
	if h == nil || wait > 0 {
		return 0, wait, false
	}

	return a.take(h), 0, true
}

// TestAgenda polls a thousand sources on fifty hosts for a simulated hour and
// holds the rules of politeness against every poll: never two at once on a
// host, never within the pause after one, never before a source is due.
func TestAgenda(t *testing.T) {
	const gap, took = 2 * time.Second, 300 * time.Millisecond

	a := newAgenda()
	start := time.Now().Add(-2 * time.Hour) // hosts whose pause is over may be forgotten at any time

	due := map[int64]time.Time{}
	for id := range int64(1000) {
		due[id] = start.Add(rand.N(time.Minute))
		a.set(id, fmt.Sprintf("https://host-%d.example/%d", id%50, id), due[id])
	}

	type flight struct {
		source int64
		ends   time.Time
	}

	var flights []flight

	free := map[int64]time.Time{} // by host
	busy := map[int64]bool{}
	polls := 0

	for now := start; now.Before(start.Add(time.Hour)); now = now.Add(100 * time.Millisecond) {
		for len(flights) > 0 && !flights[0].ends.After(now) {
			f := flights[0]
			flights = flights[1:]
			due[f.source] = now.Add(10*time.Minute + rand.N(time.Minute))
			busy[f.source%50], free[f.source%50] = false, now.Add(gap)
			a.endRequest(f.source, now.Add(gap))
			a.putBack(f.source, due[f.source])
		}

		for {
			source, wait, ok := next(a, now)
			if !ok {
				if wait <= 0 {
					t.Fatalf("nothing to do and nothing to wait for")
				}

				break
			}

			host := source % 50
			if busy[host] || now.Before(free[host]) || now.Before(due[source]) {
				t.Fatalf("source %d at %s: host busy %v, free %s, due %s", source, now, busy[host], free[host], due[source])
			}

			busy[host] = true
			polls++

			flights = append(flights, flight{source, now.Add(took)})
		}
	}

	if polls < 5000 || polls > 6200 {
		t.Errorf("%d polls in an hour of a thousand sources every 10 to 11 minutes", polls)
	}
}

func TestAgendaHearsOfAChangeDuringAPoll(t *testing.T) {
	a := newAgenda()
	now := time.Now()
	a.set(1, "https://a.example/1", now)

	if _, _, ok := next(a, now); !ok {
		t.Fatal("a due source is not polled")
	}

	a.set(1, "https://a.example/1", now.Add(time.Millisecond))
	a.endRequest(1, now)
	a.putBack(1, now.Add(time.Hour))

	if _, _, ok := next(a, now.Add(time.Second)); !ok {
		t.Error("the change was lost")
	}
}

// TestAgendaIsAheadOfTheDatabase: reading again what was stored before a poll, while
// it is under way or not yet saved, has nothing polled twice.
func TestAgendaIsAheadOfTheDatabase(t *testing.T) {
	a := newAgenda()
	now := time.Now()
	a.set(1, "https://a.example/1", now)
	next(a, now)
	a.set(1, "https://a.example/1", now)
	a.endRequest(1, now)
	a.putBack(1, now.Add(time.Hour))
	a.set(1, "https://a.example/1", now)

	if _, _, ok := next(a, now.Add(time.Minute)); ok {
		t.Error("polled again at once")
	}

	a.noteSaved(1, now.Add(time.Hour))
	a.set(1, "https://a.example/1", now.Add(time.Second))

	if _, _, ok := next(a, now.Add(time.Minute)); !ok {
		t.Error("a change by somebody else is not heard")
	}
}

func TestAgendaDropsWhatIsDisabled(t *testing.T) {
	a := newAgenda()

	now := time.Now()
	for id := range int64(3) {
		a.set(id, "https://a.example/", now)
	}

	a.retain(map[int64]bool{1: true})

	source, _, ok := next(a, now)
	if !ok || source != 1 {
		t.Errorf("polls %d, %v", source, ok)
	}

	a.endRequest(source, now)
	a.putBack(source, time.Time{})

	if _, _, ok := next(a, now.Add(time.Hour)); ok || len(a.hosts) != 0 {
		t.Errorf("something is left: %v", a.hosts)
	}
}

// TestAgendaSpreadsWhatIsLate: after a long stop, and when a list is imported, all
// are over their time; reading the agenda again does not bring them together.
func TestAgendaSpreadsWhatIsLate(t *testing.T) {
	a := newAgenda()
	now := time.Now()
	set := func() {
		for id := range int64(60) {
			a.set(id, fmt.Sprintf("https://%d.example/", id), now.Add(-time.Hour))
		}
	}
	begun := func(at time.Time) (n int) {
		for {
			if _, _, ok := next(a, at); !ok {
				return n
			}

			n++
		}
	}

	set()
	a.spreadLate(now)
	n := begun(now.Add(lateSpread))

	set()
	a.spreadLate(now)

	if n > 2 {
		t.Errorf("%d begin at once", n)
	}

	if n += begun(now.Add(10 * lateSpread)); n > 11 {
		t.Errorf("%d begin at once after the agenda was read again", n)
	}

	if n += begun(now.Add(2 * time.Second)); n != 60 {
		t.Errorf("%d of 60 have begun after two seconds", n)
	}
}

// TestAgendaKnowsAHostBySpelling: however it is written, it is asked one thing at a time.
func TestAgendaKnowsAHostBySpelling(t *testing.T) {
	a := newAgenda()

	now := time.Now()
	for i, address := range []string{"http://a.example/1", "http://A.Example/2", "http://a.example:80/3"} {
		a.set(int64(i), address, now)
	}

	if _, _, ok := next(a, now); !ok {
		t.Error("nothing is asked")
	}

	if _, _, ok := next(a, now); ok || len(a.hosts) != 1 {
		t.Errorf("%d hosts", len(a.hosts))
	}
}

// TestPollsFallDueTogether, at moments that a database can keep: no poll sooner than it would be by itself, and
// each later by a second at most, or by a fiftieth of a short interval.
func TestPollsFallDueTogether(t *testing.T) {
	for _, c := range []struct{ interval, beat time.Duration }{
		{time.Hour, time.Second}, {5 * time.Minute, time.Second}, {10 * time.Second, 200 * time.Millisecond}, {time.Second, 20 * time.Millisecond}, {time.Nanosecond, time.Millisecond},
	} {
		p := newPoller(Config{MinInterval: c.interval}, nil)
		moments := map[time.Time]bool{}

		for from, i := time.Now(), 0; i < 1000; i++ {
			alone := from.Add(rand.N(10 * c.beat))

			due := p.fallDueTogether(alone)
			if late := due.Sub(alone); late < 0 || late > c.beat || !due.Equal(due.Truncate(time.Millisecond)) {
				t.Errorf("visited each %v: a poll at %v falls due at %v", c.interval, alone, due)
			}

			moments[due] = true
		}

		if len(moments) > 11 {
			t.Errorf("visited each %v: in ten times %v polls begin at %d moments", c.interval, c.beat, len(moments))
		}
	}
}
