package store

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbell/store/engine/enginetest"
)

// writesOfStore are the methods of a Store that write, each with the one of undoneOperations that calls it.
var writesOfStore = map[string]string{
	"Update": "a command", "UpdateAll": "a group", "UpdateLazily": "match", "SaveMatches": "match", "Claim": "claim and settle", "Settle": "claim and settle",
	"JoinStories": "join stories", "BeginMatching": "begin to match", "SetCursor": "a cursor", "Sweep": "sweep", "SaveRelated": "related",
	"LearnDictionary": "dictionary",
}

// othersOfStore are those that write nothing, or by the means of an engine that tests it itself.
var othersOfStore = []string{
	"Backup", "Check", "Close", "Compact", "Cursor", "Join", "Lock", "Path", "PreparePoll", "Size", "Subscribe", "Survey", "View", "Wait",
}

// TestEveryWriteIsUndoneAndLost: whoever adds a method that writes has what a server undoes, and a COMMIT
// whose answer is lost, tried with it.
func TestEveryWriteIsUndoneAndLost(t *testing.T) {
	for method := range reflect.TypeFor[*Store]().Methods() {
		operation, writes := writesOfStore[method.Name]

		if writes == slices.Contains(othersOfStore, method.Name) {
			t.Errorf("Store.%s has to stand in writesOfStore or in othersOfStore", method.Name)
		}

		if writes && undoneOperations[operation] == nil {
			t.Errorf("Store.%s: there is no operation %q", method.Name, operation)
		}
	}
}

// TestACommitWhoseAnswerIsLostHasDoneWhatItDid: the connection breaks at one COMMIT of an operation after
// another, the server having committed or not. In the first case nobody notices; in the second
// the write fails, and nothing of it is there.
func TestACommitWhoseAnswerIsLostHasDoneWhatItDid(t *testing.T) {
	enginetest.NeedsPostgres(t)

	for name, do := range undoneOperations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := openUndone(t)
			before := s.rowsWithoutTimes(t)
			commits := s.loseCommit(t, -1, false)

			if err := do(t, s); err != nil {
				t.Fatal(err)
			}

			want := s.rowsWithoutTimes(t)

			every := 4 // each of them makes a database
			if os.Getenv("NEWSBELL_LONG") != "" {
				every = 1
			}

			for at := 0; at < *commits; at += every {
				s := openUndone(t)
				s.loseCommit(t, at, true)

				if err := do(t, s); err != nil {
					t.Fatalf("committed, and the answer to COMMIT %d is lost: %v", at, err)
				}

				if got := s.rowsWithoutTimes(t); got != want {
					t.Fatalf("committed, and the answer to COMMIT %d is lost: %s", at, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
				}
			}

			s = openUndone(t)
			s.loseCommit(t, 0, false)

			if err := do(t, s); err == nil {
				t.Error("not committed, and it says that it is")
			}

			// The writes of a group fail one by one: some may have had a COMMIT of their own.
			if got := s.rowsWithoutTimes(t); got != before && name != "a group" {
				t.Errorf("not committed: %s", cmp.Diff(strings.Split(before, "\n"), strings.Split(got, "\n")))
			}

			if err := do(t, s); err != nil {
				t.Errorf("once more: %v", err)
			}

			if got := s.rowsWithoutTimes(t); got != want {
				t.Errorf("once more: %s", cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
		})
	}
}

// loseCommit breaks the writer's connection at a COMMIT, counted from 0, once; with arrives the server has
// committed by then. It returns how many there were.
func (s *Store) loseCommit(t *testing.T, at int, arrives bool) (seen *int) {
	t.Helper()

	seen = new(int)
	armed := false // not before the transaction in which this is said has ended

	s.update(t, func(tx *Tx) error {
		session, pid := tx.session, int64(0)
		session.Refuse = func(query string) error {
			switch {
			case query != "COMMIT":
				return nil
			case !armed:
				armed = true
				return nil
			}

			*seen++
			if *seen-1 != at {
				return nil
			}

			if arrives {
				if err := session.Command(t.Context(), "COMMIT"); err != nil {
					return err
				}
			}

			return s.View(t.Context(), func(tx *Tx) error {
				gone := false
				return tx.one("SELECT pg_terminate_backend($1::integer, 10000)", []any{pid}, &gone)
			})
		}

		return tx.one("SELECT pg_backend_pid()", nil, &pid)
	})

	return seen
}
