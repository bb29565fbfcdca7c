package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"newsbell/news"
	"newsbell/store/engine"
	"newsbell/subscriptions"
)

// undoneOperations are what the loops write, each as one call of theirs, or a few that follow each
// other. A database has two chats, an article that both are to hear of, and alerts of another one.
var undoneOperations = map[string]func(t *testing.T, s *Store) error{
	"poll": func(t *testing.T, s *Store) error {
		return s.Update(t.Context(), func(tx *Tx) error {
			_, err := tx.SavePoll(PreparePoll(PollResult{
				Source: 1, Next: tx.Now, Articles: []news.Article{item("9", "https://example.org/9", "Flood", tx.Now)}, Listed: []string{"9"},
			}), time.Hour)

			return err
		})
	},
	"match": func(t *testing.T, s *Store) error {
		return s.SaveMatches(t.Context(), []Match{{
			Article: 2, Story: 1, At: time.Now(), Outlets: 2, Retime: retimeToNow, Alerts: ringsFor(undoneChats),
		}})
	},
	"claim and settle": func(t *testing.T, s *Store) error {
		for chat := range int64(3) {
			out, err := s.Claim(t.Context(), chat+1, claimAll)
			if err != nil || out == nil || len(out.Alerts) != 1 {
				return fmt.Errorf("claimed %+v: %w", out, err)
			}

			o := Outcome{Message: out.ID, Run: claimAll.Run}

			switch chat {
			case 0:
				o.Sent, o.Ref, o.Thread, o.Publish = true, "r", true, true
			case 1:
				o.Gone = "left"
			case 2:
				o.RetryAt = time.Now().Add(time.Hour)
			}

			if slept, err := s.Settle(t.Context(), o); err != nil || slept != (chat == 1) {
				return fmt.Errorf("settled, slept %v: %w", slept, err)
			}
		}

		return nil
	},
	"a group": func(t *testing.T, s *Store) error {
		var all []func(*Tx) error
		for chat := range int64(3) {
			all = append(all, func(tx *Tx) error {
				if err := tx.RemoveSubscription(chat + 1); err != nil {
					return err
				}

				_, err := tx.Sleep(chat+1, "left")

				return err
			})
		}

		for _, err := range s.UpdateAll(t.Context(), all) {
			if err != nil {
				return err
			}
		}

		return nil
	},
	"a command": func(t *testing.T, s *Store) error {
		return s.Update(t.Context(), func(tx *Tx) error {
			sub, _, err := tx.AddSubscription(Subscription{Chat: 1, Query: "flood", Canonical: "flood", CreatedBy: "1"})
			if err != nil {
				return err
			}

			_, _, err = tx.AddMute(OutletMute(2, "Herald"))

			return errors.Join(err, tx.SetQuery(sub.ID, "flood rain", "flood rain"), tx.SetToken("word", "test:1", "flood"), tx.Log(1, "test:1", "follows"),
				tx.Pause(3, tx.Now.Add(time.Hour)), tx.SayLater(2, "Done."), tx.SaveModelAnswer("update-1", "Done."))
		})
	},
	"join stories": func(t *testing.T, s *Store) error {
		if err := s.SaveMatches(t.Context(), []Match{{Article: 2, Story: 2, At: time.Now(), Alerts: ringsFor(3)}}); err != nil {
			return err
		}

		if err := s.Update(t.Context(), func(tx *Tx) error {
			_, err := tx.JoinPair(2, 1)
			return err
		}); err != nil {
			return err
		}

		return s.JoinStories(t.Context(), func(_ *Tx, one *Match) error {
			one.Outlets, one.Retime = 2, retimeToNow
			return nil
		})
	},
	"begin to match": func(t *testing.T, s *Store) error {
		if err := s.Update(t.Context(), func(tx *Tx) error {
			_, err := tx.exec("UPDATE alerts SET bundle = '', created_at = $1, due_at = $1", toMillis(tx.Now.Add(time.Hour)))
			return err
		}); err != nil {
			return err
		}

		return s.BeginMatching(t.Context())
	},
	"a cursor": func(t *testing.T, s *Store) error {
		return s.SetCursor(t.Context(), "test:1", "offset", "17")
	},
	"dictionary": func(t *testing.T, s *Store) error { return s.addDictionary(t.Context(), []byte("the council met")) },
	"related": func(t *testing.T, s *Store) error {
		var list []*Article

		err := s.View(t.Context(), func(tx *Tx) (err error) {
			list, err = tx.articlesWhere("a.story IS NOT NULL")
			return err
		})
		if err != nil {
			return err
		}

		return s.SaveRelated(t.Context(), []Shortened{{list[0], []int64{7, 9}}})
	},
	"sweep": func(t *testing.T, s *Store) error {
		_, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour})
		return err
	},
}

// retimeToNow has all that waits come now.
func retimeToNow(t *Tx, waiting []*Awaiting) ([]subscriptions.Timing, error) {
	times := make([]subscriptions.Timing, len(waiting))
	for i := range times {
		times[i].Due = t.Now
	}

	return times, nil
}

// undoneChats are more than one step of a fan-out takes.
const undoneChats = atOnce + 10

// openUndone makes a database of chats with an alert each: three are due, the others wait for
// a second outlet.
func openUndone(t *testing.T) *Store {
	t.Helper()

	s := openTest(t)
	s.configure(t, "https://example.org/feed")
	s.update(t, func(tx *Tx) error {
		if err := tx.execAll([]any{undoneChats}, `WITH RECURSIVE c(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM c WHERE i < $1)
			INSERT INTO chats (platform, address, kind, state_since, created_at, next_number) SELECT 'test', CAST(i AS TEXT), 'private', 0, 0, 2 FROM c`,
			"INSERT INTO subscriptions (chat, number, query, canonical, version, created_at) SELECT id, 1, 'storm', 'storm', 1, 0 FROM chats WHERE id <= $1"); err != nil {
			return err
		}

		for i := range 2 {
			if _, err := tx.insertArticle(1, itemOf(item(fmt.Sprint(i), "", fmt.Sprintf("Storm %d", i), tx.Now)), ""); err != nil {
				return err
			}
		}

		return nil
	})

	waiting := ringsFor(undoneChats)
	for i := range waiting[3:] {
		waiting[3+i].Due, waiting[3+i].Bundle, waiting[3+i].Awaits = time.Now().Add(72*time.Hour), BundleFew, 2
	}

	s.match(t, Match{Article: 1, Story: 1, At: time.Now(), Alerts: waiting})

	return s
}

// undoAt has the server undo the writer's transaction at a statement, counted from BEGIN as 0, once.
// It returns how many statements there were.
func (s *Store) undoAt(t *testing.T, at int, code string) (seen *int) {
	t.Helper()

	seen = new(int)
	armed := false // not before the transaction in which this is said has ended

	s.update(t, func(tx *Tx) error {
		tx.session.Refuse = func(query string) error {
			switch word, _, _ := strings.Cut(query, " "); {
			case !armed:
				armed = query == "COMMIT"
				return nil
			case word == "SAVEPOINT", word == "RELEASE", word == "ROLLBACK":
				return nil
			}

			*seen++
			if *seen-1 != at {
				return nil
			}

			return fmt.Errorf("undone: %w", &pgconn.PgError{Code: code})
		}

		return nil
	})

	return seen
}

// rowsWithoutTimes is what an operation has left, but for times, nonces and ids that are given anew: a
// server gives none twice, also where what had it was undone.
func (s *Store) rowsWithoutTimes(t *testing.T) (all string) {
	t.Helper()

	err := s.View(t.Context(), func(tx *Tx) error {
		for _, columns := range []string{
			"story, chat, article, bundle, awaits, rule, state, reason, CASE WHEN message IS NULL THEN 0 ELSE 1 END, done_at IS NULL FROM alerts",
			"story, chat, subscription, matched, 0, '', '', '', 0, true FROM alert_matches",
			"chat, attempts, part, kind, 0, ref, state, result, 0, done_at IS NULL FROM messages",
			"id, articles, last, '', 0, '', '', '', 0, true FROM stories",
			"coalesce(story, 0), coalesce(source, 0), 0, title, 0, '', '', '', 0, matched_at IS NULL FROM articles",
			"id, next_number, 0, reason, 0, '', state, '', 0, true FROM chats",
			"0, chat, number, canonical, 0, '', '', '', 0, removed_at IS NULL FROM subscriptions",
			"(SELECT chat FROM messages WHERE id = message), 0, 0, '', 0, '', '', '', 0, true FROM threads",
			"(SELECT chat FROM messages WHERE id = message), 0, 0, '', 0, '', '', '', 0, true FROM crossposts",
			"sum(n), 0, 0, state, 0, reason, '', '', 0, true FROM tallies GROUP BY state, reason",
			"count(*), 0, 0, '', 0, '', '', '', 0, true FROM seen",
			"article, story, source, '', 0, '', '', '', 0, true FROM related",
			"length(words), 0, 0, '', 0, '', '', '', 0, true FROM dictionaries",
			"id, length(postings), 0, '', 0, '', '', '', 0, true FROM related_postings",
			"0, 0, 0, bot, 0, name, value, '', 0, true FROM cursors",
			"chat, 0, 0, kind, 0, value, label, '', 0, until IS NULL FROM mutes",
			"0, 0, 0, token, 0, owner, value, '', 0, true FROM tokens",
			"0, 0, 0, key, 0, answer, '', '', 0, true FROM requests",
			"coalesce(chat, 0), 0, 0, actor, 0, what, '', '', 0, true FROM log",
		} {
			table := columns[strings.LastIndex(columns, " FROM ")+len(" FROM "):]

			err := tx.rows("SELECT "+columns+" ORDER BY 1, 2, 3, 4, 6", nil, func(scan scanFunc) error {
				var (
					n    [5]int64
					text [4]string
					flag bool
				)

				err := scan(&n[0], &n[1], &n[2], &text[0], &n[3], &text[1], &text[2], &text[3], &n[4], &flag)
				all += fmt.Sprintln(table, n, text, flag)

				return err
			})
			if err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return all
}

// TestWhatAServerUndoesIsRunAgain: PostgreSQL may undo a transaction at any statement
// for the sake of another program's. Then it is run again, and nobody notices: what is there is
// what is there without.
func TestWhatAServerUndoesIsRunAgain(t *testing.T) {
	every := 9 // each of them makes a database
	if os.Getenv("NEWSBELL_LONG") != "" {
		every = 1
	}

	for name, do := range undoneOperations {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { undoAtEach(t, every, do) }) // the pauses take no time
		})
	}
}

// undoAtEach does something as often as it has statements, and has the server undo it at another
// one each time.
func undoAtEach(t *testing.T, every int, do func(*testing.T, *Store) error) {
	t.Helper()

	s := openUndone(t)
	statements := s.undoAt(t, -1, "")

	if err := do(t, s); err != nil {
		t.Fatal(err)
	}

	want := s.rowsWithoutTimes(t)

	for at := 0; at < *statements; at += every {
		code := []string{"40001", "40P01"}[at/every%2]

		s := openUndone(t)
		s.undoAt(t, at, code)

		if err := do(t, s); err != nil {
			t.Fatalf("%s at statement %d: %v", code, at, err)
		}

		if got := s.rowsWithoutTimes(t); got != want {
			t.Fatalf("%s at statement %d: %s", code, at, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
}

// TestWhatAServerUndoesForEverIsAnError: a write is not run for ever.
func TestWhatAServerUndoesForEverIsAnError(t *testing.T) {
	s := openTest(t)
	runs := 0

	err := s.Update(t.Context(), func(*Tx) error {
		runs++
		return &pgconn.PgError{Code: "40P01"}
	})
	if !engine.IsAgain(err) || runs != mostRuns {
		t.Errorf("after %d runs: %v", runs, err)
	}
}
