package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/news"

	"github.com/google/go-cmp/cmp"
)

// crowd makes chats in all states that a claim can meet, the same for the same
// seed: single alerts, bursts, digests, ended subscriptions, missing articles,
// open messages, pauses, stories of somebody's own source.
func (s *Store) crowd(t *testing.T, seed uint64) (chats []int64) {
	t.Helper()

	random := rand.New(rand.NewPCG(seed, seed))
	source := s.configure(t, "https://example.org/feed")[0]

	var articles []int64

	s.update(t, func(tx *Tx) error {
		for i := range 12 {
			id, err := tx.insertArticle(source, itemOf(item(fmt.Sprint(i), "", fmt.Sprintf("Story %d", i), tx.Now)), "")
			if err != nil {
				return err
			}

			articles = append(articles, id)
		}

		return nil
	})

	rings := map[int64][]PendingAlert{}
	due := time.Now().Add(-time.Hour)

	for i := range 60 {
		chat, subs := s.chat(t, fmt.Sprintf("crowd-%d", i), "storm", "flood")
		chats = append(chats, chat.ID)

		if i%7 == 0 {
			s.update(t, func(tx *Tx) error {
				_, _, err := tx.AddSource(chat.ID, "me", news.Source{URL: fmt.Sprintf("https://own.example/%d", i)})
				return err
			})
		}

		for _, n := range random.Perm(len(articles))[:random.IntN(9)] {
			rings[articles[n]] = append(rings[articles[n]], PendingAlert{
				Chat: chat.ID, Due: due.Add(time.Duration(random.IntN(1000)) * time.Millisecond),
				Bundle: []string{"", "", "", BundleDigest, BundleHeld}[random.IntN(5)],
				Hits:   []Hit{{Subscription: subs[random.IntN(2)].ID, Matched: []string{"Story"}}},
			})
		}

		if random.IntN(4) == 0 {
			s.update(t, func(tx *Tx) error { return tx.RemoveSubscription(subs[random.IntN(2)].ID) })
		}
	}

	for _, id := range articles {
		s.match(t, Match{Article: id, Story: id, At: due, Alerts: rings[id]})
	}

	s.update(t, func(tx *Tx) error {
		for _, chat := range chats {
			switch random.IntN(8) {
			case 0:
				if err := tx.Pause(chat, time.Time{}); err != nil {
					return err
				}
			case 1:
				if err := tx.Notify(chat, "A notice."); err != nil {
					return err
				}
			case 2: // an attempt of a killed run
				c := claimAll

				c.Run = "killed"
				if _, err := tx.Claim(chat, c); err != nil {
					return err
				}
			}
		}

		if err := tx.Release(claimAll.Run, "test", tx.Now); err != nil {
			return err
		}

		_, err := tx.exec("DELETE FROM articles WHERE id = $1", articles[0])

		return err
	})

	return chats
}

// tellAll claims for all chats and settles as sent, until nothing is left, and
// returns what each was told, in order.
func (s *Store) tellAll(t *testing.T, chats []int64, claim func(*Tx, []*claimRequest) error) map[int64][]string {
	t.Helper()

	said := map[int64][]string{}
	quiet := map[int64]bool{}

	for again := true; again; {
		again = false

		s.update(t, func(tx *Tx) error {
			var claims []*claimRequest
			for _, chat := range chats {
				claims = append(claims, &claimRequest{chat: chat, claim: claimAll})
			}

			if err := claim(tx, claims); err != nil {
				return err
			}

			for _, c := range claims {
				if c.out == nil {
					continue
				}

				if again = true; quiet[c.chat] {
					t.Errorf("chat %d has more, though its last message said that nothing is left", c.chat)
				}

				quiet[c.chat] = !c.out.Left

				what := fmt.Sprintf("%s digest %v %s %d/%d +%d attempt %d unsure %v:", c.out.Notice, c.out.Digest, c.out.Bundle, c.out.Part, c.out.Parts, c.out.More, c.out.Attempt, c.out.Unsure)
				for _, a := range c.out.Alerts {
					if a.Article != nil { // frozen before its article went
						what += " " + a.Article.News.Title + fmt.Sprint(a.Hits, a.Also)
					}
				}

				said[c.chat] = append(said[c.chat], what)
				if _, err := tx.Settle(Outcome{Message: c.out.ID, Sent: true}); err != nil {
					return err
				}
			}

			return nil
		})
	}

	return said
}

// TestABatchOfClaimsIsClaimsOneByOne compares what all chats are sent when they are
// claimed for in one batch and in batches of one.
func TestABatchOfClaimsIsClaimsOneByOne(t *testing.T) {
	for seed := range uint64(4) {
		one, many := openTest(t), openTest(t)
		chats := one.crowd(t, seed)
		many.crowd(t, seed)

		alone := func(tx *Tx, claims []*claimRequest) error {
			for _, c := range claims {
				var err error
				if c.out, err = tx.Claim(c.chat, c.claim); err != nil {
					return err
				}
			}

			return nil
		}
		want := one.tellAll(t, chats, alone)

		got := many.tellAll(t, chats, (*Tx).claim)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}

		if diff := cmp.Diff(one.counts(t), many.counts(t)); diff != "" {
			t.Errorf("seed %d: %s", seed, diff)
		}
	}
}

// TestManyHandsClaimAndSettle runs claims and results of all kinds through the
// writer at once: each chat hears everything once, in order.
func TestManyHandsClaimAndSettle(t *testing.T) {
	s := openTest(t)
	chats := s.crowd(t, 1)
	before := s.counts(t)

	var hands sync.WaitGroup
	for _, chat := range chats {
		hands.Go(func() {
			random := rand.New(rand.NewPCG(2, uint64(chat)))
			for {
				out, err := s.Claim(context.Background(), chat, claimAll)
				if err != nil {
					t.Error(err)
				}

				if err != nil || out == nil {
					return
				}

				o := Outcome{Message: out.ID, Sent: true, Ref: "r"}
				if random.IntN(4) == 0 {
					o = Outcome{Message: out.ID, RetryAt: time.Now().Add(-time.Millisecond), Unsure: random.IntN(2) == 0}
				}

				if _, err := s.Settle(context.Background(), o); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}

	hands.Wait()
	s.update(t, func(tx *Tx) error {
		var open int

		err := tx.one(`SELECT count(*) FROM messages m JOIN chats c ON c.id = m.chat WHERE m.state = 'open' AND c.state = 'active'`, nil, &open)
		if open > 0 {
			t.Errorf("%d messages are still open", open)
		}

		return err
	})

	after := s.counts(t)
	if diff := cmp.Diff(after, s.recent(t)); diff != "" {
		t.Errorf("counted one by one, and as they ended: %s", diff)
	}

	ended := 0
	for _, n := range after.Dropped {
		ended += n
	}

	if total := after.Waiting + after.Sent + after.Folded + ended; total != before.Waiting+before.Sent+before.Dropped[DroppedUnsubscribed]+before.Dropped[DroppedGone]+before.Folded || after.Sent == 0 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// TestClaimsOfTwoRunsInOneBatch: where each platform is spoken on by a run of its own, what they claim
// and settle at the same moment is written together, and each outcome counts.
func TestClaimsOfTwoRunsInOneBatch(t *testing.T) {
	s := openTest(t)

	var claims []*claimRequest

	for i := range 4 {
		chat, subs := s.chat(t, fmt.Sprint("of two runs ", i), "storm")
		s.ring(t, chat, subs[0], 1)

		claim := claimAll
		claim.Run = fmt.Sprint("run-", i%2)
		claims = append(claims, &claimRequest{chat: chat.ID, claim: claim})
	}

	s.update(t, func(tx *Tx) error { return tx.claim(claims) })

	var outcomes []*settleRequest
	for _, c := range claims {
		outcomes = append(outcomes, &settleRequest{outcome: Outcome{Message: c.out.ID, Run: c.claim.Run, Sent: true, Ref: "1"}})
	}

	s.update(t, func(tx *Tx) error { return tx.settle(outcomes) })

	s.update(t, func(tx *Tx) error {
		var open, sent int
		if err := tx.one("SELECT count(CASE WHEN state = 'open' THEN 1 END), count(CASE WHEN state = 'sent' THEN 1 END) FROM messages", nil, &open, &sent); err != nil {
			return err
		}

		if open != 0 || sent != len(claims) {
			t.Errorf("%d messages were sent and %d are open, want %d and none", sent, open, len(claims))
		}

		return nil
	})
}

// TestALoneClaimIsItsTransaction: a claim that nothing else is written with needs no savepoint. If it
// fails, nothing of it stays, and the next one takes what it would have taken.
func TestALoneClaimIsItsTransaction(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	s.ring(t, chat, subs[0], 1)

	fails, statements := "", map[string]int{}

	s.update(t, func(tx *Tx) error {
		tx.session.Refuse = func(query string) error {
			word, _, _ := strings.Cut(query, " ")
			statements[word]++

			if fails != "" && strings.HasPrefix(query, fails) {
				return errors.New("refused")
			}

			return nil
		}

		return nil
	})

	fails = "WITH new (alert"

	if out, err := s.Claim(t.Context(), chat.ID, claimAll); err == nil {
		t.Errorf("claimed %v", out)
	}

	if fails = ""; s.counts(t).Waiting != 1 {
		t.Errorf("%+v", s.counts(t))
	}

	clear(statements)

	out, err := s.Claim(t.Context(), chat.ID, claimAll)
	if err != nil || out == nil || len(out.Alerts) != 1 {
		t.Fatalf("%v, %v", out, err)
	}

	if _, err := s.Settle(t.Context(), Outcome{Message: out.ID, Run: claimAll.Run, Sent: true}); err != nil {
		t.Fatal(err)
	}

	if statements["COMMIT"] != 2 || statements["SAVEPOINT"] != 0 {
		t.Errorf("%v", statements)
	}
}
