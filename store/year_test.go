package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
)

var yearDays = flag.Int("year.days", 0, "how many days of 10,000 articles with 100,000 subscriptions TestYear simulates; 0 skips it")

// TestYear lets a large instance grow old and shows that it does not grow large:
// each day 10,000 new articles, 20,000 alerts, and the sweep.
func TestYear(t *testing.T) {
	if *yearDays == 0 {
		t.Skip("run with -year.days 365")
	}

	path := filepath.Join(t.TempDir(), "year.db")
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}

		y := &year{t: t, s: s, path: path}
		y.populate()

		after60 := int64(0)

		for day := 1; day <= *yearDays; day++ {
			y.day(day)

			size := y.size()
			if day%30 == 0 {
				t.Logf("day %3d: %6.1f MB on disk, %6d articles, %7d alerts", day, float64(size)/1e6, y.count("articles"), y.count("alerts"))
			}

			if day == 60 {
				after60 = size
			}

			if day > 60 && float64(size) > 1.2*float64(after60) {
				t.Fatalf("it grows: %d bytes after 60 days, %d after %d", after60, size, day)
			}
		}

		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})

	began := time.Now()

	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	n := 0

	if err := s.View(context.Background(), func(tx *Tx) error {
		_, err := tx.SubscriptionChanges(0, func(SubscriptionChange) error { n++; return nil })
		return err
	}); err != nil {
		t.Fatal(err)
	}

	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("start: opened and %d subscriptions read in %s, heap %.1f MB", n, time.Since(began).Round(time.Millisecond), float64(m.HeapAlloc)/1e6)
}

type year struct {
	t    *testing.T
	s    *Store
	path string
	told int64 // the last chat that was told something
}

const yearChats, yearSubscriptions = 20_000, 100_000

func (y *year) populate() {
	y.s.update(y.t, func(t *Tx) error {
		var list []news.Source
		for i := range 100 {
			list = append(list, news.Source{URL: fmt.Sprintf("https://press%d.example/feed", i), Outlet: fmt.Sprintf("Press %d", i)})
		}

		if err := t.Configure(list); err != nil {
			return err
		}

		if _, err := t.exec(`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $1)
			INSERT INTO chats (platform, address, kind, state_since, created_at, next_number) SELECT 'test', i, 'private', 0, 0, 9 FROM c`, yearChats); err != nil {
			return err
		}

		_, err := t.exec(`WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < $1 - 1)
			INSERT INTO subscriptions (chat, number, query, canonical, version, created_at)
			SELECT 1 + i / 5, 1 + i % 5, 'word' || i, 'word' || i, 1, 0 FROM c`, yearSubscriptions)
		if err == nil {
			_, err = t.exec("UPDATE facts SET value = 1 WHERE name = 'version'")
		}

		return err
	})
}

func (y *year) day(day int) {
	text := strings.Repeat("What happened, where and to whom, as an outlet tells it. ", 6)

	for poll := range 100 {
		var items []news.Article

		for i := range 100 {
			url := fmt.Sprintf("https://press%d.example/%d/%d", poll, day, i)
			items = append(items, news.Article{Key: url, URL: url, Title: fmt.Sprintf("Story %d of day %d at press %d", i, day, poll), Summary: text[:200], Text: text, Outlet: fmt.Sprintf("Press %d", poll), Published: time.Now()})
		}

		y.s.update(y.t, func(t *Tx) error {
			_, err := t.SavePoll(PreparePoll(PollResult{Source: int64(poll + 1), Next: t.Now, Articles: items}), time.Hour)
			return err
		})
	}

	var ids []int64

	y.s.update(y.t, func(t *Tx) error {
		ids = ids[:0]

		return t.rows("SELECT id FROM articles WHERE matched_at IS NULL ORDER BY id", nil, func(scan scanFunc) error {
			var id int64

			err := scan(&id)
			ids = append(ids, id)

			return err
		})
	})

	var batch []Match

	for _, id := range ids {
		m := Match{Article: id, Story: id, At: time.Now()}

		for range 2 {
			y.told = y.told%yearChats + 1
			m.Alerts = append(m.Alerts, PendingAlert{Chat: y.told, Due: time.Now(), Hits: []Hit{{Subscription: y.told, Matched: []string{"word"}}}})
		}

		batch = append(batch, m)
	}

	for len(batch) > 0 {
		n := min(500, len(batch))
		if err := y.s.SaveMatches(context.Background(), batch[:n]); err != nil {
			y.t.Fatal(err)
		}

		batch = batch[n:]
	}

	y.s.update(y.t, func(t *Tx) error { // sent, one message each
		if _, err := t.exec(`INSERT INTO messages (chat, kind, state, next_attempt_at, created_at, done_at, ref) SELECT chat, 'alert', 'sent', $1, $1, $1, id FROM alerts WHERE state = 'waiting'`, toMillis(t.Now)); err != nil {
			return err
		}

		_, err := t.exec("UPDATE alerts SET state = 'sent', done_at = $1 WHERE state = 'waiting'", toMillis(t.Now))

		return err
	})
	time.Sleep(24 * time.Hour)

	month := 30 * 24 * time.Hour
	if _, err := y.s.Sweep(context.Background(), Retention{Articles: month, Seen: month, Left: month}); err != nil {
		y.t.Fatal(err)
	}

	if err := y.s.Compact(context.Background()); err != nil {
		y.t.Fatal(err)
	}
}

func (y *year) size() int64 {
	info, err := os.Stat(y.path)
	if err != nil {
		y.t.Fatal(err)
	}

	return info.Size()
}

func (y *year) count(table string) (n int) {
	y.s.update(y.t, func(t *Tx) error { return t.one("SELECT count(*) FROM "+table, nil, &n) })
	return n
}
