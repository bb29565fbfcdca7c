package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store/engine/enginetest"
	"newsbell/subscriptions"
)

// openBench opens a database for a benchmark.
func openBench(b *testing.B) *Store {
	b.Helper()

	return openBenchAt(b, enginetest.Database(b, filepath.Join(b.TempDir(), "bench.db")))
}

func openBenchAt(b *testing.B, database string) *Store {
	b.Helper()

	s, err := Open(context.Background(), database)
	if err != nil {
		b.Fatal(err)
	}

	b.Cleanup(func() { s.Close() })

	return s
}

func (s *Store) must(b *testing.B, do func(*Tx) error) {
	b.Helper()

	if err := s.Update(context.Background(), do); err != nil {
		b.Fatal(err)
	}
}

// manyChats makes n chats with a subscription each; both have the ids 1 to n.
func (s *Store) manyChats(b *testing.B, n int) {
	b.Helper()
	s.must(b, func(t *Tx) error {
		if _, err := t.exec(`WITH RECURSIVE c(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM c WHERE i < $1)
			INSERT INTO chats (platform, address, kind, state_since, created_at, next_number) SELECT 'test', CAST(i AS TEXT), 'private', 0, 0, 2 FROM c`, n); err != nil {
			return err
		}

		_, err := t.exec(`INSERT INTO subscriptions (chat, number, query, canonical, version, created_at)
			SELECT id, 1, 'storm' || (id % 1000), 'storm' || (id % 1000), 1, 0 FROM chats`)

		return err
	})
}

// anArticle makes an article and returns its id.
func (s *Store) anArticle(b *testing.B, i int) (id int64) {
	b.Helper()
	s.must(b, func(t *Tx) error {
		if i == 0 {
			if err := t.Configure([]news.Source{{URL: "https://example.org/feed", Outlet: "The Outlet"}}); err != nil {
				return err
			}
		}

		it := item(fmt.Sprint(i), "", fmt.Sprintf("Storm %d", i), t.Now)
		it.Summary = strings.Repeat("A storm came and went. ", 10)

		var err error

		id, err = t.insertArticle(1, itemOf(it), "")

		return err
	})

	return id
}

func ringsFor(chats int) []PendingAlert {
	rings := make([]PendingAlert, chats)

	now := time.Now()
	for i := range rings {
		rings[i] = PendingAlert{Chat: int64(i + 1), Due: now, Hits: []Hit{{Subscription: int64(i + 1), Matched: []string{"storm"}}}}
	}

	return rings
}

const fanOut = 100_000

// BenchmarkLargeStory has an article join two stories that 100,000 chats were alerted to, release
// their alerts that waited for a second outlet, and tell all of them what is new, while somebody
// else writes too: longest-wait is the longest that such a small transaction took.
func BenchmarkLargeStory(b *testing.B) {
	for b.Loop() {
		b.StopTimer()

		s := openBench(b)
		s.manyChats(b, fanOut)

		m := largeStory(b, s)
		ctx, stop := context.WithCancel(context.Background())

		var (
			others  sync.WaitGroup
			longest time.Duration
		)

		others.Go(func() {
			for ctx.Err() == nil {
				began := time.Now()

				s.must(b, func(t *Tx) error { return t.SetFact("a command's", began.UnixMilli()) })

				longest = max(longest, time.Since(began))

				time.Sleep(5 * time.Millisecond)
			}
		})

		b.StartTimer()

		if err := s.SaveMatches(ctx, []Match{m}); err != nil {
			b.Fatal(err)
		}

		b.StopTimer()
		stop()
		others.Wait()
		b.ReportMetric(float64(longest.Microseconds())/1000, "longest-wait-ms")
		b.StartTimer()
	}
}

// largeStory makes two stories that wait for a second outlet in all chats, and followers of one.
func largeStory(b *testing.B, s *Store) Match {
	b.Helper()

	stories := [2]int64{s.anArticle(b, 0), s.anArticle(b, 1)}
	m := Match{Article: s.anArticle(b, 2), Story: stories[0], At: time.Now(), Joined: stories[1:], Outlets: 2}
	waiting := ringsFor(fanOut)

	for i := range waiting {
		waiting[i].Due, waiting[i].Bundle, waiting[i].Awaits = time.Now().Add(72*time.Hour), BundleFew, 2
	}

	var first []Match
	for _, story := range stories {
		first = append(first, Match{Article: story, Story: story, At: time.Now(), Alerts: waiting[:fanOut/2+int(story)]})
	}

	if err := s.SaveMatches(context.Background(), first); err != nil {
		b.Fatal(err)
	}

	s.must(b, func(t *Tx) error {
		_, err := t.exec("INSERT INTO story_followers (story, chat, told_at, created_at) SELECT $1, id, 0, 0 FROM chats", stories[1])
		return err
	})

	d := Development{Story: stories[0], Details: []string{"new"}}
	for _, a := range waiting {
		d.Alerts = append(d.Alerts, PendingAlert{Chat: a.Chat, Due: time.Now()})
	}

	m.Developments = []Development{d}
	m.Retime = func(t *Tx, waiting []*Awaiting) ([]subscriptions.Timing, error) {
		times := make([]subscriptions.Timing, len(waiting))
		for i := range times {
			times[i].Due = t.Now
		}

		return times, nil
	}

	return m
}

// BenchmarkFanOut saves what one article that 100,000 chats follow rings, while
// somebody else writes too: longest-wait is the longest that such a small
// transaction took.
func BenchmarkFanOut(b *testing.B) {
	s := openBench(b)
	s.manyChats(b, fanOut)
	rings := ringsFor(fanOut)
	ctx, stop := context.WithCancel(context.Background())

	var (
		others  sync.WaitGroup
		longest time.Duration
	)

	others.Go(func() {
		for ctx.Err() == nil {
			began := time.Now()

			s.must(b, func(t *Tx) error { return t.SetFact("a command's", began.UnixMilli()) })

			longest = max(longest, time.Since(began))

			time.Sleep(5 * time.Millisecond)
		}
	})

	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		id := s.anArticle(b, i)
		b.StartTimer()

		if err := s.SaveMatches(context.Background(), []Match{{Article: id, Story: id, At: time.Now(), Alerts: rings}}); err != nil {
			b.Fatal(err)
		}
	}

	stop()
	others.Wait()
	b.ReportMetric(float64(b.N)*fanOut/b.Elapsed().Seconds(), "alerts/s")
	b.ReportMetric(float64(longest.Milliseconds()), "ms-longest-wait")
}

// bare inserts alerts and matches for chats of a story without asking anything.
func (s *Store) bare(b *testing.B, story int64, rings []PendingAlert, perTx int) {
	b.Helper()

	for len(rings) > 0 {
		n := min(perTx, len(rings))

		s.must(b, func(t *Tx) error {
			for i := 0; i < n; i += rowsPerInsert {
				part := rings[i:min(n, i+rowsPerInsert)]

				var alerts, matches []any
				for _, r := range part {
					alerts = append(alerts, story, r.Chat, story, toMillis(r.Due), "", toMillis(t.Now))
					matches = append(matches, story, r.Chat, r.Hits[0].Subscription, "storm")
				}

				if _, err := t.exec("INSERT INTO alerts (story, chat, article, due_at, bundle, created_at) VALUES "+valueTuples(6, len(part)), alerts...); err != nil {
					return err
				}

				if _, err := t.exec("INSERT INTO alert_matches (story, chat, subscription, matched) VALUES "+valueTuples(4, len(part)), matches...); err != nil {
					return err
				}
			}

			return nil
		})

		rings = rings[n:]
	}
}

// BenchmarkFanOutBare inserts the same bytes into the same tables as fast as this
// driver does: sorted, as many rows a statement, in one transaction.
func BenchmarkFanOutBare(b *testing.B) {
	s := openBench(b)
	s.manyChats(b, fanOut)

	rings := ringsFor(fanOut)
	for i := 0; b.Loop(); i++ {
		s.bare(b, int64(i+1), rings, fanOut)
	}

	b.ReportMetric(float64(b.N)*fanOut/b.Elapsed().Seconds(), "alerts/s")
}

// BenchmarkSaveMatches saves 200 articles that ring in 50 chats each, as the match
// loop does; BenchmarkSaveMatchesBare writes the same rows without asking.
func BenchmarkSaveMatches(b *testing.B) {
	s := openBench(b)
	s.manyChats(b, 1000)

	for i := 0; b.Loop(); {
		b.StopTimer()

		batch := make([]Match, 200)
		for j := range batch {
			id := s.anArticle(b, i)
			batch[j] = Match{Article: id, Story: id, At: time.Now(), Alerts: ringsFor(50)}
			i++
		}

		b.StartTimer()

		if err := s.SaveMatches(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}

	b.ReportMetric(float64(b.N)*200*50/b.Elapsed().Seconds(), "alerts/s")
}

func BenchmarkSaveMatchesBare(b *testing.B) {
	s := openBench(b)
	s.manyChats(b, 1000)

	for i := 0; b.Loop(); {
		b.StopTimer()

		stories := make([]int64, 200)
		for j := range stories {
			stories[j] = s.anArticle(b, i)
			i++
		}

		b.StartTimer()
		s.must(b, func(t *Tx) error {
			for _, story := range stories {
				var alerts, matches []any
				for _, r := range ringsFor(50) {
					alerts = append(alerts, story, r.Chat, story, toMillis(r.Due), "", toMillis(t.Now))
					matches = append(matches, story, r.Chat, r.Hits[0].Subscription, "storm")
				}

				if _, err := t.exec("INSERT INTO alerts (story, chat, article, due_at, bundle, created_at) VALUES "+valueTuples(6, 50), alerts...); err != nil {
					return err
				}

				if _, err := t.exec("INSERT INTO alert_matches (story, chat, subscription, matched) VALUES "+valueTuples(4, 50), matches...); err != nil {
					return err
				}

				if _, err := t.exec("INSERT INTO stories (id, first_at, last_at, articles, last) VALUES ($1, 0, 0, 1, $1)", story); err != nil {
					return err
				}
			}

			return nil
		})
	}

	b.ReportMetric(float64(b.N)*200*50/b.Elapsed().Seconds(), "alerts/s")
}

// BenchmarkClaimSettle takes 10,000 waiting chats through claim and settle, 256
// at a time as a lane does, without a platform.
func BenchmarkClaimSettle(b *testing.B) {
	const chats = 10_000

	s := openBench(b)
	s.manyChats(b, chats)
	rings := ringsFor(chats)

	for i := 0; b.Loop(); i++ {
		b.StopTimer()

		id := s.anArticle(b, i)
		if err := s.SaveMatches(context.Background(), []Match{{Article: id, Story: id, At: time.Now(), Alerts: rings}}); err != nil {
			b.Fatal(err)
		}

		b.StartTimer()

		claimSettle(b, []*Store{s}, chats)
	}

	b.ReportMetric(float64(b.N)*chats/b.Elapsed().Seconds(), "messages/s")
}

// claimSettle takes chats through claim and settle, by 256 hands in each of the processes.
func claimSettle(b *testing.B, processes []*Store, chats int64) {
	b.Helper()

	var hands sync.WaitGroup

	work := make(chan int64)

	for i := range 256 * len(processes) {
		s := processes[i%len(processes)]

		hands.Go(func() {
			for chat := range work {
				out, err := s.Claim(context.Background(), chat, claimAll)
				if err != nil || out == nil {
					b.Error("nothing to claim", err)
					continue
				}

				if _, err := s.Settle(context.Background(), Outcome{Message: out.ID, Sent: true, Ref: "1"}); err != nil {
					b.Error(err)
				}
			}
		})
	}

	for chat := range chats {
		work <- chat + 1
	}

	close(work)
	hands.Wait()
}

// BenchmarkProcesses is BenchmarkClaimSettle by one, two and four processes on one server.
func BenchmarkProcesses(b *testing.B) {
	enginetest.NeedsPostgres(b)

	const chats = 10_000

	database := enginetest.Database(b, filepath.Join(b.TempDir(), "bench.db"))

	processes := []*Store{openBenchAt(b, database)}
	for range 3 {
		processes = append(processes, openBenchAt(b, database))
	}

	s := processes[0]
	s.manyChats(b, chats)

	rings := ringsFor(chats)
	articles := 0

	for _, n := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()

				id := s.anArticle(b, articles)
				articles++

				if err := s.SaveMatches(context.Background(), []Match{{Article: id, Story: id, At: time.Now(), Alerts: rings}}); err != nil {
					b.Fatal(err)
				}

				b.StartTimer()
				claimSettle(b, processes[:n], chats)
			}

			b.ReportMetric(float64(b.N)*chats/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkLoad reads a million subscriptions as a start does; its part "bare" only steps
// through their rows.
func BenchmarkLoad(b *testing.B) {
	const n = 1_000_000

	s := openBench(b)
	s.manyChats(b, n)
	b.Run("followers", func(b *testing.B) {
		for b.Loop() {
			if err := s.View(context.Background(), func(t *Tx) error {
				_, err := t.SubscriptionChanges(-1, func(SubscriptionChange) error { return nil })
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			if err := s.View(context.Background(), func(t *Tx) error {
				return t.rows("SELECT id, chat, canonical FROM subscriptions", nil, func(scan scanFunc) error {
					var (
						id, chat  int64
						canonical string
					)

					return scan(&id, &chat, &canonical)
				})
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
