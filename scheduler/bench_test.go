package scheduler

import (
	"database/sql"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/engine/enginetest"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// BenchmarkLoad makes the matcher's index of a million subscriptions as a start does, on a file
// and, in turns with it, on a server where there is one, and beside it the same out of a bare read
// of the file: the rows stepped through, parsed and added, without chats, schedules and what else a
// start looks at.
func BenchmarkLoad(b *testing.B) {
	const subscribed = 1_000_000

	queries := func(yield func(string) bool) {
		for i := range subscribed {
			if !yield(fmt.Sprintf("storm%d flood%d", i%50000, i%777)) {
				return
			}
		}
	}

	file := filepath.Join(b.TempDir(), "bench.db")
	stores := map[string]*store.Store{"file": openFilled(b, file, queries)}

	if enginetest.IsPostgres() {
		stores["server"] = openFilled(b, enginetest.Database(b, file), queries)
	}

	b.Run("start", func(b *testing.B) {
		took := map[string][]time.Duration{}

		for b.Loop() {
			for name, s := range stores {
				began := time.Now()

				if n := len(loadMatcher(b, s).followers); n != subscribed+1 {
					b.Fatalf("%d followers", n)
				}

				took[name] = append(took[name], time.Since(began))
			}
		}

		for name, all := range took {
			slices.Sort(all)
			b.ReportMetric(all[len(all)/2].Seconds(), "s-"+name)
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			loadBare(b, file)
		}
	})
}

func loadMatcher(b *testing.B, s *store.Store) *matcher {
	b.Helper()

	m := newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC})
	if err := m.load(b.Context()); err != nil {
		b.Fatal(err)
	}

	return m
}

func loadBare(b *testing.B, file string) {
	b.Helper()

	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()

	rows, err := db.Query("SELECT id, chat, canonical FROM subscriptions")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()

	for ix := index.NewIndex(); rows.Next(); {
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

// openFilled makes a database with subscriptions to queries, those that can be read, five in a chat.
func openFilled(b *testing.B, database string, queries iter.Seq[string]) *store.Store {
	b.Helper()

	s, err := store.Open(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}

	b.Cleanup(func() { s.Close() })

	driver := "sqlite"
	if enginetest.IsPostgres() && strings.Contains(database, "://") {
		driver = "pgx"
	} else {
		database = "file:" + database
	}

	db, err := sql.Open(driver, database)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()

	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}

	written := insertSubscriptions(b, tx, queries)

	if _, err := tx.Exec("UPDATE facts SET value = $1 WHERE name = 'version'", written); err != nil {
		b.Fatal(err)
	}

	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}

	return s
}

// insertSubscriptions writes five subscriptions for each chat, a hundred chats a statement, and returns
// how many they are. Both have the numbers from 1 on.
func insertSubscriptions(b *testing.B, tx *sql.Tx, queries iter.Seq[string]) (written int) {
	b.Helper()

	var chats, subscriptions []string // rows as SQL has them

	flush := func() {
		for _, one := range []struct {
			into string
			rows []string
		}{
			{"chats (address, platform, kind, state_since, created_at, next_number)", chats},
			{"subscriptions (chat, number, query, canonical, version, created_at)", subscriptions},
		} {
			if len(one.rows) == 0 {
				continue
			}

			if _, err := tx.Exec("INSERT INTO " + one.into + " VALUES " + strings.Join(one.rows, ", ")); err != nil {
				b.Fatal(err)
			}
		}

		chats, subscriptions = chats[:0], subscriptions[:0]
	}

	for text := range queries {
		q, err := query.Parse(text)
		if err != nil {
			continue
		}

		chat := 1 + written/5
		if written%5 == 0 {
			chats = append(chats, fmt.Sprintf("('%d', 'test', 'private', 0, 0, 6)", chat))
		}

		canonical := strings.ReplaceAll(q.String(), "'", "''")
		subscriptions = append(subscriptions, fmt.Sprintf("(%d, %d, '%s', '%[3]s', 1, 0)", chat, 1+written%5, canonical))

		if written++; written%500 == 0 {
			flush()
		}
	}

	flush()

	return written
}

// BenchmarkTenMillion starts a matcher on a file with ten million subscriptions: to the queries of
// NEWSBELL_QUERIES (docs/performance-matching.md), and to queries as people draw them, from one half
// of a corpus. It reports how long the start took, what of the process is resident before and
// after, and in turns with tokenising what an article costs once the index has settled.
func BenchmarkTenMillion(b *testing.B) {
	const subscribed = 10_000_000

	if os.Getenv("NEWSBELL_LONG") == "" {
		b.Skip("SKIP: 0 of 10,000,000 subscriptions loaded: it takes minutes, and 6 GB of disk; run it with NEWSBELL_LONG=1")
	}

	if name := os.Getenv("NEWSBELL_QUERIES"); name != "" {
		b.Run("generator", func(b *testing.B) {
			benchmarkMany(b, slices.Values(indextest.Queries(b)[:subscribed]), nil, indextest.Articles(b, 150)[:200])
		})
	}

	for _, c := range indextest.Corpora(b) {
		b.Run(c.Name, func(b *testing.B) {
			benchmarkMany(b, slices.Values(c.Queries(subscribed)), c.Past, c.Articles[:min(len(c.Articles), 400)])
		})
	}
}

func benchmarkMany(b *testing.B, queries iter.Seq[string], past, articles []*news.Article) {
	b.Helper()

	s := openFilled(b, filepath.Join(b.TempDir(), "bench.db"), queries)
	queries = nil //nolint:ineffassign // their memory is not the matcher's

	debug.FreeOSMemory()

	began, before := time.Now(), residentBytes(b)
	m := loadMatcher(b, s)
	loaded := time.Since(began)
	most := residentBytes(b)

	for _, a := range past {
		m.index.Learn(a)
	}

	for done := false; !done; {
		_, done = m.index.Refile(refiledAtOnce)
	}

	debug.FreeOSMemory()

	after := residentBytes(b)

	matching := m.index.Matcher()
	defer matching.Close()

	b.Run("article", func(b *testing.B) {
		hits := 0
		for _, a := range articles {
			hits += matching.Match(a)
		}

		times := indextest.MeasureInTurns(b, []func(*news.Article){tokenizer(), func(a *news.Article) { matching.Match(a) }}, articles)

		b.ReportMetric(float64(m.index.Len()), "subscriptions")
		b.ReportMetric(loaded.Seconds(), "s-start")
		b.ReportMetric(float64(before)/1e6, "MB-before")
		b.ReportMetric(float64(most)/1e6, "MB-started")
		b.ReportMetric(float64(after)/1e6, "MB-settled")
		b.ReportMetric(times[1], "ns/article")
		b.ReportMetric(times[1]/times[0], "x")
		b.ReportMetric(float64(hits)/float64(len(articles)), "hits")
	})
}

// tokenizer reads an article as the matcher does, and does nothing with it.
func tokenizer() func(*news.Article) {
	page := text.NewDocument(1)

	return func(a *news.Article) {
		page.Reset()
		page.Add(uint8(query.TitleField), a.Title)
		page.Add(uint8(query.TextField), a.Text)
		page.Tokenize()
	}
}

// residentBytes is how much memory of the machine this process has.
func residentBytes(b *testing.B) int64 {
	b.Helper()

	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("it reads /proc: ", err)
	}

	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)

	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		b.Fatal(err)
	}

	return kilobytes << 10
}
