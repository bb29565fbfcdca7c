package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
)

// slowDown has every statement of the writer take perStatement, and each parameter of those that
// write as many rows as they have parameters perParameter, by the clock of a bubble. It returns how
// long the transactions took.
func (s *Store) slowDown(t *testing.T, perStatement, perParameter time.Duration) (took *[]time.Duration) {
	t.Helper()

	took = new([]time.Duration)

	var began time.Time

	s.update(t, func(tx *Tx) error {
		tx.session.Watch = func(query string) {
			time.Sleep(perStatement + time.Duration(strings.Count(query, "?"))*perParameter)
		}
		tx.session.Refuse = func(query string) error {
			switch {
			case query == "BEGIN":
				began = time.Now()
			case query == "COMMIT" && !began.IsZero():
				*took = append(*took, time.Since(began))
			}

			return nil
		}

		return nil
	})

	return took
}

// longest is the longest transaction of those that slowDown saw.
func longest(took []time.Duration) (most time.Duration) {
	for _, one := range took {
		most = max(most, one)
	}

	return most
}

// TestAFanOutIsBoundedInTime: on a machine where a row takes a millisecond, hundreds of chats are written in
// transactions that take their time and a step more, whatever its statements hold. Killed in
// between it goes on, and no chat has two alerts.
func TestAFanOutIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const chats = 400

		s := openTest(t)
		source := s.configure(t, "https://example.org/feed")[0]

		var article int64

		s.update(t, func(tx *Tx) (err error) {
			article, err = tx.insertArticle(source, itemOf(item("1", "", "Storm", tx.Now)), "")
			return err
		})

		took := s.slowDown(t, 100*time.Microsecond, 125*time.Microsecond) // eight parameters a row

		ctx, kill := context.WithCancel(t.Context())
		defer kill()

		killed := &killingEngine{Engine: s.engine, kill: kill, after: 3}
		s.engine = killed
		m := Match{Article: article, Story: article, At: time.Now(), Alerts: ringsFor(chats)}

		if err := s.SaveMatches(ctx, []Match{m}); !errors.Is(err, context.Canceled) {
			t.Fatalf("killed: %v", err)
		}

		if n := s.countAlerts(t); n == 0 || n >= chats {
			t.Errorf("killed in between, %d alerts of %d are there", n, chats)
		}

		s.match(t, m)

		if n := s.countAlerts(t); n != chats {
			t.Errorf("%d alerts of %d", n, chats)
		}

		after := (*took)[1:]
		if most := longest(after); most > engine.LongestTransaction+2*engine.LongestStep {
			t.Errorf("a transaction takes %v of the simulated time", most)
		}

		if len(after) < chats/40 {
			t.Errorf("%d transactions", len(after))
		}
	})
}

// killingEngine ends a context when a long write has paused so often.
type killingEngine struct {
	engine.Engine

	kill          func()
	pauses, after int
}

func (e *killingEngine) LetOthersWrite() {
	if e.pauses++; e.pauses == e.after {
		e.kill()
	}

	e.Engine.LetOthersWrite()
}

func (s *Store) countAlerts(t *testing.T) (n int) {
	t.Helper()

	s.update(t, func(tx *Tx) error { return tx.one("SELECT count(*) FROM alerts", nil, &n) })

	return n
}

// TestALongWriteLetsOtherProcessesWrite: between two of its transactions the database is free, for as long
// as others need to look.
func TestALongWriteLetsOtherProcessesWrite(t *testing.T) {
	enginetest.NeedsFile(t)

	path := filepath.Join(t.TempDir(), "test.db")
	if err := createEmpty(path); err != nil {
		t.Fatal(err)
	}

	synctest.Test(t, func(t *testing.T) {
		one, other := openFile(t, path), openFile(t, path)
		one.slowDown(t, time.Millisecond, 0)

		var steps, when atomic.Int64

		done := make(chan error, 1)

		todo := make([]step, 200)
		for i := range todo {
			todo[i] = runOnce(func(tx *Tx) error {
				n := steps.Add(1)
				if n == 2 {
					go func() {
						done <- other.Update(t.Context(), func(*Tx) error { when.Store(steps.Load()); return nil })
					}()
				}

				return tx.SetFact("step", n)
			})
		}

		if err := one.takeSteps(t.Context(), todo...); err != nil {
			t.Fatal(err)
		}

		if err := <-done; err != nil {
			t.Fatal(err)
		}

		// Twenty milliseconds have twenty steps.
		if when.Load() > 25 {
			t.Errorf("the other process wrote after %d steps of %d", when.Load(), steps.Load())
		}
	})
}

// TestAWaitingProcessLooksOften: whoever waits for another process writes a moment after that one is done,
// and says after ten seconds that it holds the database.
func TestAWaitingProcessLooksOften(t *testing.T) {
	enginetest.NeedsFile(t)

	path := filepath.Join(t.TempDir(), "test.db")
	if err := createEmpty(path); err != nil {
		t.Fatal(err)
	}

	synctest.Test(t, func(t *testing.T) {
		one, other := openFile(t, path), openFile(t, path)

		for held, want := range map[time.Duration]error{3 * time.Second: nil, time.Minute: ErrBusy} {
			holds := make(chan bool)

			go func() {
				one.update(t, func(*Tx) error {
					close(holds)
					time.Sleep(held)

					return nil
				})
			}()

			<-holds

			began := time.Now()
			err := other.Update(t.Context(), func(*Tx) error { return nil })
			waited := time.Since(began)

			if !errors.Is(err, want) || want == nil && (err != nil || waited > held+2*engine.LookInterval) {
				t.Errorf("the other held the database for %v: waited for %v, %v", held, waited, err)
			}

			one.update(t, func(*Tx) error { return nil })
		}
	})
}

// openFile opens a database until the test ends.
func openFile(t *testing.T, path string) *Store {
	t.Helper()

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = s.Close() })

	return s
}

// TestASweepIsBoundedInTime: what is past its time is found by readers, and deleted in as many statements as
// a slow machine needs.
func TestASweepIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const old, fresh = 600, 20

		s := openTest(t)

		s.update(t, func(tx *Tx) error {
			for i := range old + fresh {
				at := tx.Now
				if i < old {
					at = at.Add(-60 * 24 * time.Hour)
				}

				if _, err := tx.exec("INSERT INTO requests (key, answer, at) VALUES ($1, '', $2)", fmt.Sprint(i), toMillis(at)); err != nil {
					return err
				}
			}

			return nil
		})

		took := s.slowDown(t, 100*time.Microsecond, time.Millisecond)

		rows, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour})
		if err != nil || rows != old {
			t.Errorf("swept %d rows of %d: %v", rows, old, err)
		}

		var left int

		s.update(t, func(tx *Tx) error { return tx.one("SELECT count(*) FROM requests", nil, &left) })

		if left != fresh {
			t.Errorf("%d rows are left of %d", left, fresh)
		}

		if most := longest(*took); most > engine.LongestTransaction+2*engine.LongestStep {
			t.Errorf("of %d transactions one takes %v", len(*took), most)
		}
	})
}

// TestClaimsAreBoundedInTime: how many claims and outcomes are written together follows from how long they
// took.
func TestClaimsAreBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t)
		took := s.slowDown(t, 0, time.Millisecond)

		for range 4 {
			writes := make([]*write, mostTogether)
			for i := range writes {
				writes[i] = &write{ctx: t.Context(), claim: &claimRequest{chat: int64(i + 1), claim: claimAll}}
			}

			for _, w := range writes {
				if err := s.queue(w); err != nil {
					t.Fatal(err)
				}
			}

			for _, w := range writes {
				if err := s.await(w); err != nil {
					t.Fatal(err)
				}
			}
		}

		if last := (*took)[len(*took)/2:]; longest(last) > longestTogether+2*longestBatch {
			t.Errorf("a group of claims takes %v", longest(last))
		}
	})
}
