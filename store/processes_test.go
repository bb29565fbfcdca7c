package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/store/engine/enginetest"
)

// Two processes on one database. Each test finds one of the bugs that TestPlantedBugsAreFound of
// the package systemtest plants.

// openTwo opens a new database twice, as two processes do.
func openTwo(t *testing.T) (one, two *Store) {
	t.Helper()
	enginetest.NeedsPostgres(t)

	address := enginetest.Migrated(t, filepath.Join(t.TempDir(), "test.db"), createEmpty)
	both := make([]*Store, 2)

	for i := range both {
		var err error
		if both[i], err = Open(t.Context(), address); err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() {
			if err := both[i].Close(); err != nil {
				t.Error(err)
			}
		})
	}

	return both[0], both[1]
}

// TestWhoHasLostItsLeaseWritesNothing: neither what it had begun, nor what it begins.
func TestWhoHasLostItsLeaseWritesNothing(t *testing.T) {
	one, two := openTwo(t)

	var processes []*Process

	for _, s := range []*Store{one, two} {
		p, err := s.Join(t.Context(), Member{Roles: "match", Warn: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = p.Leave() }()

		processes = append(processes, p)
	}

	if err := processes[0].Add(t.Context(), "match"); err != nil {
		t.Fatal(err)
	}

	leases, err := processes[0].Take(t.Context(), "match")
	if err != nil || len(leases) != 1 {
		t.Fatalf("%d leases: %v", len(leases), err)
	}

	within := leases[0].Within(t.Context())
	if err := one.Update(within, func(tx *Tx) error { return tx.SetFact("a", 1) }); err != nil {
		t.Fatalf("who has the lease: %v", err)
	}

	for taken := false; !taken; { // who has it may renew it in between
		two.update(t, func(tx *Tx) error {
			_, err := tx.exec("UPDATE leases SET until = 1 WHERE name = 'match'")
			return err
		})

		got, err := processes[1].Take(t.Context(), "match")
		if err != nil {
			t.Fatal(err)
		}

		taken = len(got) == 1
	}

	if err := one.Update(within, func(tx *Tx) error { return tx.SetFact("a", 2) }); !errors.Is(err, ErrFenced) {
		t.Errorf("who has lost the lease: %v, want ErrFenced", err)
	}

	two.update(t, func(tx *Tx) error {
		if n, err := tx.Fact("a"); n != 1 || err != nil {
			t.Errorf("the fact is %d (%v), want that of before", n, err)
		}

		return nil
	})
}

// TestALateOutcomeCountsUntilAnotherRunClaims: what a run that was cut off tells late is the truth as
// long as nobody has begun anew; then it is somebody else's message.
func TestALateOutcomeCountsUntilAnotherRunClaims(t *testing.T) {
	s := openTest(t)

	for _, again := range []bool{false, true} {
		chat, subs := s.chat(t, fmt.Sprint("1", again), "storm")
		s.ring(t, chat, subs[0], 1)

		first, _ := s.claim(t, chat, "run-1")
		s.update(t, func(tx *Tx) error { return tx.Release("run-2", "test", tx.Now) })

		if again {
			if second, _ := s.claim(t, chat, "run-2"); second == nil || second.ID != first.ID {
				t.Fatalf("the other run claims %+v", second)
			}
		}

		s.settle(t, Outcome{Message: first.ID, Run: "run-1", Sent: true, Ref: "r"})

		s.update(t, func(tx *Tx) error {
			var state string
			if err := tx.one("SELECT state FROM messages WHERE id = $1", []any{first.ID}, &state); err != nil {
				return err
			}

			if (state == "open") != again {
				t.Errorf("claimed again: %v, and it is %s", again, state)
			}

			return nil
		})
	}
}

// TestOnlyThatPlatformsClaimsAreReleased: another process speaks on the other one.
func TestOnlyThatPlatformsClaimsAreReleased(t *testing.T) {
	s := openTest(t)

	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	claimed, _ := s.claim(t, chat, "run-1")
	s.update(t, func(tx *Tx) error { return tx.Release("run-2", "another", tx.Now) })

	if again, _ := s.claim(t, chat, "run-2"); again != nil {
		t.Errorf("what run-1 is sending was taken from it: %+v, was %+v", again, claimed)
	}
}

// TestFixingTheClockLeavesWhatIsUnderWay to who has claimed it: another process, whose clock ran ahead
// when it made the message, may have been taken over from a moment ago, and what it sent last may not
// have arrived yet. A moment of that clock does not hold it for an hour either.
func TestFixingTheClockLeavesWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t)

		chat, subs := s.chat(t, "1", "storm")
		s.ring(t, chat, subs[0], 1)

		claimed, _ := s.claim(t, chat, "run-1")
		s.update(t, func(tx *Tx) error {
			return tx.execAll([]any{claimed.ID, toMillis(tx.Now.Add(time.Hour))}, "UPDATE messages SET created_at = $2, next_attempt_at = $2 WHERE id = $1")
		})

		s.update(t, func(tx *Tx) error { return tx.Release("run-2", "test", tx.Now.Add(5*time.Second)) })
		s.update(t, func(tx *Tx) error { return tx.FixClock() })

		if again, _ := s.claim(t, chat, "run-2"); again != nil {
			t.Errorf("what run-1 may still be sending was taken at once: %+v", again)
		}

		time.Sleep(5 * time.Second)

		if again, _ := s.claim(t, chat, "run-2"); again == nil || !again.Unsure {
			t.Errorf("what run-1 has left is not looked for in time: %+v", again)
		}

		s.update(t, func(tx *Tx) error {
			return tx.execAll([]any{claimed.ID, toMillis(tx.Now.Add(time.Hour))}, "UPDATE messages SET created_at = $2, next_attempt_at = $2 WHERE id = $1")
		})
		s.update(t, func(tx *Tx) error { return tx.FixClock() })

		time.Sleep(time.Minute)

		if again, _ := s.claim(t, chat, "run-2"); again == nil {
			t.Error("a clock that ran ahead holds what is under way for longer than a minute")
		}
	})
}

// TestWhatMayHaveArrivedIsNotLookedForAtOnceWhenThePlatformIsBack: where no nonce keeps it from coming
// twice, it may be under way still. What did not arrive is sent at once.
func TestWhatMayHaveArrivedIsNotLookedForAtOnceWhenThePlatformIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t)

		for _, unsure := range []bool{false, true} {
			chat, subs := s.chat(t, fmt.Sprint(unsure), "storm")
			s.ring(t, chat, subs[0], 1)

			first, _ := s.claim(t, chat, "run-1")
			s.settle(t, Outcome{Message: first.ID, Run: "run-1", Unsure: unsure, Outage: true, RetryAt: time.Now().Add(time.Minute)})
			s.update(t, func(tx *Tx) error {
				_, err := tx.Recover("test", tx.Now.Add(2*time.Second))
				return err
			})

			if again, _ := s.claim(t, chat, "run-1"); (again == nil) != unsure {
				t.Errorf("unsure %v: claimed at once: %+v", unsure, again)
			}

			time.Sleep(2 * time.Second)

			if again, _ := s.claim(t, chat, "run-1"); unsure && again == nil {
				t.Error("it is not looked for two seconds later")
			}
		}
	})
}

// TestTwoProcessesClaimAnAlertOnce, however they meet.
func TestTwoProcessesClaimAnAlertOnce(t *testing.T) {
	one, two := openTwo(t)

	const chats, each = 20, 5

	var all []*Chat

	for i := range chats {
		chat, subs := one.chat(t, fmt.Sprint(i), "storm")
		one.ring(t, chat, subs[0], each)

		all = append(all, chat)
	}

	var (
		mu      sync.Mutex
		claimed = map[int64]int{}
		hands   sync.WaitGroup
	)

	for i, s := range []*Store{one, two} {
		claim := claimAll
		claim.Run = fmt.Sprint("run-", i)

		for _, chat := range all {
			hands.Go(func() {
				for range 2 * each {
					out, err := s.Claim(t.Context(), chat.ID, claim)
					if err != nil {
						t.Error(err)
						return
					}

					if out == nil {
						continue
					}

					mu.Lock()
					for _, a := range out.Alerts {
						claimed[a.ID]++
					}
					mu.Unlock()

					if _, err := s.Settle(t.Context(), Outcome{Message: out.ID, Run: claim.Run, Sent: true, Ref: "r"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}

	hands.Wait()

	for id, n := range claimed {
		if n != 1 {
			t.Errorf("alert %d was claimed %d times", id, n)
		}
	}

	if len(claimed) != chats*each {
		t.Errorf("%d alerts were claimed, want %d", len(claimed), chats*each)
	}
}

// TestAFollowerMissesNoSubscription that two processes make, each at its own pace.
func TestAFollowerMissesNoSubscription(t *testing.T) {
	one, two := openTwo(t)

	const each = 60

	seen := map[int64]bool{}
	newest := int64(0)
	follow := func() {
		err := one.View(t.Context(), func(tx *Tx) (err error) {
			newest, err = tx.SubscriptionChanges(newest, func(c SubscriptionChange) error {
				seen[c.ID] = true
				return nil
			})

			return err
		})
		if err != nil {
			t.Error(err)
		}
	}

	adding, done := context.WithCancel(t.Context())

	var hands sync.WaitGroup

	for i, s := range []*Store{one, two} {
		chat, _ := s.chat(t, fmt.Sprint(i))

		hands.Go(func() {
			for n := range each {
				query := fmt.Sprint("storm", i, "-", n)

				err := s.Update(t.Context(), func(tx *Tx) error {
					// Others come before, if they can.
					if err := tx.one("SELECT pg_sleep(random() * 0.01)::text", nil, new(string)); err != nil {
						return err
					}

					_, _, err := tx.AddSubscription(Subscription{Chat: chat.ID, Query: query, Canonical: query, CreatedBy: "me"})

					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}

	go func() {
		hands.Wait()
		done()
	}()

	for adding.Err() == nil {
		follow()
	}

	follow()

	if len(seen) != 2*each {
		t.Errorf("a follower has seen %d subscriptions of %d", len(seen), 2*each)
	}
}
