package scheduler

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// BenchmarkLoad makes the matcher's index of a million subscriptions as a start
// does, and beside it the same out of a bare read: their rows stepped through,
// parsed and added, without chats, schedules and what else a start looks at.
func BenchmarkLoad(b *testing.B) {
	const subscribed = 1_000_000

	path := filepath.Join(b.TempDir(), "bench.db")

	s, err := store.Open(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()

	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()

	for _, statement := range []string{
		`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200000)
			INSERT INTO chats (platform, address, kind, state_since, created_at, next_number) SELECT 'test', i, 'private', 0, 0, 6 FROM c`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
			INSERT INTO subscriptions (chat, number, query, canonical, version, created_at)
			SELECT 1 + (i - 1) / 5, 1 + i % 5, 'storm' || (i % 50000) || ' flood' || (i % 777), 'storm' || (i % 50000) || ' flood' || (i % 777), i, 0 FROM n`,
		"UPDATE facts SET value = 1000000 WHERE name = 'version'",
	} {
		if _, err := db.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}

	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			m := newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC})
			if err := m.load(context.Background()); err != nil {
				b.Fatal(err)
			}

			if last := m.followers[len(m.followers)-1]; last.chat == 0 || len(m.followers) != subscribed+1 {
				b.Fatalf("%d followers", len(m.followers))
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			ix := index.NewIndex()

			rows, err := db.Query("SELECT id, chat, canonical FROM subscriptions")
			if err != nil {
				b.Fatal(err)
			}

			for rows.Next() {
				var (
					id, chat  int64
					canonical string
				)
				if err := rows.Scan(&id, &chat, &canonical); err != nil {
					b.Fatal(err)
				}

				q, err := query.Parse(canonical)
				if err != nil {
					b.Fatal(err)
				}

				ix.Add(index.ID(id), q)
			}

			if err := rows.Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
