package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
)

// openTest opens a new database in a file.
func openTest(t *testing.T, options ...Option) *Store {
	t.Helper()

	s, err := Open(t.Context(), enginetest.Migrated(t, filepath.Join(t.TempDir(), "a folder", "test?.db"), createEmpty), options...)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})

	return s
}

// createEmpty makes a database with all tables and no rows.
func createEmpty(path string) error {
	s, err := Open(context.Background(), path)
	if err != nil {
		return err
	}

	return s.Close()
}

// update runs do or fails the test.
func (s *Store) update(t *testing.T, do func(*Tx) error) {
	t.Helper()

	if err := s.Update(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// chat makes a chat that follows queries.
func (s *Store) chat(t *testing.T, address string, queries ...string) (*Chat, []*Subscription) {
	t.Helper()

	var (
		chat     *Chat
		followed []*Subscription
	)

	s.update(t, func(tx *Tx) (err error) {
		if chat, err = tx.EnsureChat(Chat{Platform: "test", Address: address, Kind: "private"}); err != nil {
			return err
		}

		for _, q := range queries {
			sub, added, err := tx.AddSubscription(Subscription{Chat: chat.ID, Query: q, Canonical: q, CreatedBy: "me"})
			if err != nil || !added {
				return fmt.Errorf("add %s: %v, %w", q, added, err)
			}

			followed = append(followed, sub)
		}

		return nil
	})

	return chat, followed
}

func TestOpenRefusesNewerTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
		return err
	})

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	if s, err = Open(t.Context(), path); err == nil {
		s.Close()
		t.Fatal("a database of a newer version was opened")
	}

	t.Log(err)
}

// TestOpenRefusesTheTablesOfOthers: the file of another program gets no tables.
func TestOpenRefusesTheTablesOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bookmarks.db")

	db, err := engine.OpenFile(path, engine.FileOptions{Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	if _, err := db.ExecContext(t.Context(), "CREATE TABLE bookmarks (url TEXT)"); err != nil {
		t.Fatal(err)
	}

	if s, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "bookmarks.db is the database of another program (it has a table bookmarks)") {
		t.Errorf("%v, %v", s, err)
	}

	var tables int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil || tables != 1 {
		t.Errorf("it has %d tables afterwards, %v", tables, err)
	}
}

func TestPragmasHoldOnEveryConnection(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)

	for _, c := range []struct{ pragma, want string }{{"synchronous", "2"}, {"foreign_keys", "1"}, {"journal_mode", "wal"}, {"auto_vacuum", "2"}} {
		var got string

		for name, run := range map[string]func(context.Context, func(*Tx) error) error{"writer": s.Update, "reader": s.View} {
			err := run(t.Context(), func(tx *Tx) error { return tx.one("PRAGMA "+c.pragma, nil, &got) })
			if err != nil || got != c.want {
				t.Errorf("%s: %s is %s, want %s (%v)", name, c.pragma, got, c.want, err)
			}
		}
	}
}

// TestWhatSomebodyIsToldIsOnDisk: a transaction is synced unless all that is written in it is lazy. An answer, a
// claim and an outcome never wait in one that is not.
func TestWhatSomebodyIsToldIsOnDisk(t *testing.T) {
	enginetest.NeedsFile(t)

	const lazy, synced = "1", "2"

	s := openTest(t)

	var levels []string

	note := func(tx *Tx) error {
		var level string

		err := tx.one("PRAGMA synchronous", nil, &level)
		levels = append(levels, level)

		return err
	}

	writes := func(lazies ...bool) (all []*write) {
		for _, is := range lazies {
			all = append(all, &write{ctx: t.Context(), do: note, lazy: is})
		}

		return all
	}

	for _, c := range []struct {
		what   string
		writes []*write
		want   []string
	}{
		{"lazy ones alone", writes(true, true), []string{lazy, lazy}},
		{"after them another", writes(true, false, true), []string{lazy, synced, synced}},
		{"another first", writes(false, true), []string{synced, synced}},
	} {
		levels = nil

		hold, held := make(chan struct{}), make(chan struct{})

		var all sync.WaitGroup
		all.Go(func() {
			_ = s.Update(t.Context(), func(*Tx) error {
				close(held)
				<-hold

				return errAlone
			})
		})

		<-held

		for _, w := range c.writes {
			if err := s.queue(w); err != nil {
				t.Fatal(err)
			}
		}

		close(hold)
		all.Wait()

		for _, w := range c.writes {
			if err := s.await(w); err != nil {
				t.Fatal(err)
			}
		}

		if !slices.Equal(levels, c.want) {
			t.Errorf("%s: synchronous is %q, want %q", c.what, levels, c.want)
		}
	}
}

// errAlone undoes a write, which then shares its transaction with nobody.
var errAlone = errors.New("undone")

func TestLockKeepsASecondInstanceOut(t *testing.T) {
	s := openTest(t)

	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Lock(ctx); err != nil {
		t.Fatal(err)
	}

	cancel() // the lock is not tied to the context

	other, err := Open(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()

	if err := other.Lock(t.Context()); !errors.Is(err, ErrInUse) {
		t.Errorf("a second lock: %v, want ErrInUse", err)
	}
}

func TestWritesTogetherFailAlone(t *testing.T) {
	s := openTest(t)
	bad := errors.New("no")

	var all sync.WaitGroup

	errs := make([]error, 100)
	for i := range errs {
		all.Go(func() {
			errs[i] = s.Update(t.Context(), func(tx *Tx) error {
				if err := tx.SetFact(fmt.Sprintf("n%d", i), int64(i)); err != nil {
					return err
				}

				if i%3 == 0 {
					return bad
				}

				return nil
			})
		})
	}

	all.Wait()

	err := s.View(t.Context(), func(tx *Tx) error {
		for i, err := range errs {
			n, readErr := tx.Fact(fmt.Sprintf("n%d", i))
			if readErr != nil {
				return readErr
			}

			if i%3 == 0 && (!errors.Is(err, bad) || n != 0) {
				t.Errorf("write %d failed with %v and left %d", i, err, n)
			}

			if i%3 != 0 && (err != nil || n != int64(i)) {
				t.Errorf("write %d: %v, left %d", i, err, n)
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBackupWhileWriting(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)
	ctx, stop := context.WithCancel(t.Context())

	var writing sync.WaitGroup
	writing.Go(func() {
		// Two facts that always agree: a copy that shows them differ is torn.
		for i := int64(1); ctx.Err() == nil; i++ {
			err := s.Update(t.Context(), func(tx *Tx) error {
				return errors.Join(tx.SetFact("a", i), tx.SetFact("b", i))
			})
			if err != nil {
				t.Error(err)
			}
		}
	})

	for i := range 5 {
		to := filepath.Join(t.TempDir(), "copy.db")
		if err := s.Backup(t.Context(), to); err != nil {
			t.Fatal(err)
		}

		if err := s.Backup(t.Context(), to); err == nil {
			t.Fatal("a backup wrote over a file")
		}

		copied, err := Open(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}

		var a, b int64

		err = copied.View(t.Context(), func(tx *Tx) (err error) {
			if a, err = tx.Fact("a"); err == nil {
				b, err = tx.Fact("b")
			}

			return err
		})

		broken, checkErr := copied.Check(t.Context())
		if err != nil || checkErr != nil || a != b || len(broken) > 0 {
			t.Errorf("copy %d: a=%d b=%d %v %v %v", i, a, b, err, checkErr, broken)
		}

		copied.Close()
	}

	stop()
	writing.Wait()
}

// item makes an article of a feed: its keys are those of its address and its guid, and
// for a front page, which names no article, only of its guid. A guid may be an address.
func item(guid, url, title string, published time.Time) news.Article {
	canonical := news.Canonical(url)

	a := news.Article{Key: "address " + canonical, AltKey: "guid " + guid, URL: url, Title: title, Summary: title + ".", Outlet: "The Outlet", Published: published}
	if strings.Count(canonical, "/") == 2 {
		a.Key, a.AltKey = a.AltKey, ""
	} else if page := news.Canonical(guid); page != "" {
		a.AltPage = "address " + page
	}

	return a
}

// poll saves articles as a source's poll.
func (s *Store) poll(t *testing.T, source int64, articles ...news.Article) PollChanges {
	t.Helper()
	return s.pollAfter(t, source, 0, articles...)
}

// pollAfter saves a poll of a source that listed so many items the last time.
func (s *Store) pollAfter(t *testing.T, source int64, before int, articles ...news.Article) PollChanges {
	t.Helper()

	var saved PollChanges

	s.update(t, func(tx *Tx) (err error) {
		saved, err = tx.SavePoll(s.PreparePoll(PollResult{Source: source, Next: tx.Now, Articles: articles, Before: before}), 48*time.Hour)
		return err
	})

	return saved
}

// match saves what articles matched.
func (s *Store) match(t *testing.T, decided ...Match) {
	t.Helper()

	if err := s.SaveMatches(t.Context(), decided); err != nil {
		t.Fatal(err)
	}
}

// configure makes sources and returns their rows.
func (s *Store) configure(t *testing.T, urls ...string) []int64 {
	t.Helper()

	var list []news.Source
	for _, u := range urls {
		list = append(list, news.Source{URL: u, Outlet: "The Outlet"})
	}

	ids := make([]int64, len(urls))

	s.update(t, func(tx *Tx) error {
		if err := tx.Configure(list); err != nil {
			return err
		}

		for i, u := range urls {
			found, err := tx.sourcesWhere("url = $1", u)
			if err != nil || len(found) != 1 {
				return fmt.Errorf("%d sources at %s: %w", len(found), u, err)
			}

			ids[i] = found[0].ID
		}

		return nil
	})

	return ids
}

// unmatched lists what waits to be matched and may ring.
func (s *Store) ringing(t *testing.T) (titles []string) {
	t.Helper()

	err := s.View(t.Context(), func(tx *Tx) error {
		articles, err := tx.Unmatched(1000)
		for _, a := range articles {
			if a.Quiet == "" {
				titles = append(titles, a.News.Title)
			}
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return titles
}

func TestFullDiskIsASentenceAndNothingIsHalfDone(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)

	var pages int

	s.update(t, func(tx *Tx) error { return tx.one("PRAGMA page_count", nil, &pages) })
	s.update(t, func(tx *Tx) error { // as if the disk ended there
		return tx.one(fmt.Sprintf("PRAGMA max_page_count = %d", pages+5), nil, &pages)
	})

	var err error

	saved := 0
	for ; err == nil && saved < 10_000; saved++ {
		err = s.Update(t.Context(), func(tx *Tx) error {
			name := fmt.Sprintf("fact %d, with a long name so that pages fill", saved)
			return errors.Join(tx.SetFact(name, 1), tx.SetFact(name+" too", 1))
		})
	}

	if !errors.Is(err, ErrFull) {
		t.Fatalf("after %d facts: %v, want ErrFull", saved, err)
	}

	s.update(t, func(tx *Tx) error { // room again: all goes on
		return tx.one("PRAGMA max_page_count = 1000000", nil, &pages)
	})
	s.update(t, func(tx *Tx) error { return tx.SetFact("after", 1) })

	var odd int

	err = s.View(t.Context(), func(tx *Tx) error {
		return tx.one("SELECT count(*) % 2 FROM facts WHERE name LIKE 'fact %'", nil, &odd)
	})

	broken, checkErr := s.Check(t.Context())
	if err != nil || checkErr != nil || odd != 0 || len(broken) > 0 {
		t.Errorf("half a transaction was kept: %d, %v, %v, %v", odd, err, checkErr, broken)
	}
}

func TestAnotherProcessHoldsTheDatabase(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)

	db, err := engine.OpenFile(s.path, engine.FileOptions{Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	other, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}

	ended := make(chan error)
	go func() {
		ended <- s.Update(context.Background(), func(tx *Tx) error { return tx.SetFact("waited", 1) })
	}()
	// Reading does not wait for a writer elsewhere.
	if err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Fact("waited"); return err }); err != nil {
		t.Error(err)
	}

	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}

	if err := <-ended; err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestSweepKeepsWhatItMust(t *testing.T) {
	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm", "rain")
	source := s.configure(t, "https://example.org/feed")[0]
	s.poll(t, source, item("1", "https://example.org/1", "Old", time.Now()), item("2", "https://example.org/2", "Gone from the feed", time.Now()))
	s.ring(t, chat, subs[0], 2)
	out, _ := s.claim(t, chat, "boot-1")
	s.settle(t, Outcome{Message: out.ID, Sent: true})
	s.update(t, func(tx *Tx) error { return tx.RemoveSubscription(subs[1].ID) })

	month := 40 * 24 * time.Hour

	age := func(statement string) {
		s.update(t, func(tx *Tx) error {
			_, err := tx.exec(statement, toMillis(tx.Now.Add(-month)))
			return err
		})
	}
	for _, statement := range []string{
		"UPDATE articles SET seen_at = $1, matched_at = 1", "UPDATE stories SET last_at = $1", "UPDATE messages SET done_at = $1 WHERE done_at IS NOT NULL",
		"UPDATE alerts SET done_at = $1 WHERE done_at IS NOT NULL", "UPDATE subscriptions SET removed_at = $1 WHERE removed_at IS NOT NULL",
		"UPDATE seen SET last_listed_at = $1",
	} {
		age(statement)
	}
	// The first item is still listed, the second left long ago.
	s.poll(t, source, item("1", "https://example.org/1", "Old", time.Now()))

	if _, err := s.Sweep(t.Context(), Retention{Articles: 30 * 24 * time.Hour, Seen: 30 * 24 * time.Hour, Left: month}); err != nil {
		t.Fatal(err)
	}

	for table, want := range map[string]int{"alerts": 1, "messages": 0, "alert_matches": 1, "subscriptions": 1, "seen": 2, "articles": 1} {
		var n int

		s.update(t, func(tx *Tx) error { return tx.one("SELECT count(*) FROM "+table, nil, &n) })

		if n != want {
			t.Errorf("%s keeps %d rows, want %d", table, n, want)
		}
	}
	// What waits can still be told, and what was listed never rings again.
	if out, _ := s.claim(t, chat, "boot-1"); out == nil {
		t.Error("what waited is gone")
	}

	if got := s.poll(t, source, item("1", "https://example.org/1", "Old", time.Now())); got.New != 0 {
		t.Errorf("a listed item is new again: %+v", got)
	}
}

// TestHotQueriesUseTheirIndexes looks at how SQLite means to answer what is asked
// all the time: a scan of a table that grows is a mistake that no small test shows.
func TestHotQueriesUseTheirIndexes(t *testing.T) {
	enginetest.NeedsFile(t)

	s := openTest(t)
	chat, subs := s.chat(t, "1", "storm")
	source := s.configure(t, "https://example.org/feed")[0]
	scans := map[string]string{}

	s.update(t, func(tx *Tx) error {
		tx.session.Watch = func(query string) { scans[query] = "" }
		defer func() { tx.session.Watch = nil }()

		if _, err := tx.SavePoll(PreparePoll(PollResult{Source: source, Next: tx.Now, Articles: []news.Article{item("1", "https://example.org/1", "Start", tx.Now)}, Listed: []string{"x"}}), time.Hour); err != nil {
			return err
		}

		if _, err := tx.Unmatched(10); err != nil {
			return err
		}

		if err := tx.insertAlerts(Match{Article: 1, Story: 1}, []PendingAlert{{Chat: chat.ID, Due: tx.Now, Hits: []Hit{{Subscription: subs[0].ID}}}}); err != nil {
			return err
		}

		out, err := tx.Claim(chat.ID, claimAll)
		if err != nil {
			return err
		}

		if _, err := tx.NextDue(); err != nil {
			return err
		}

		if _, err := tx.SubscriptionChanges(0, func(SubscriptionChange) error { return nil }); err != nil {
			return err
		}

		if _, err = tx.Settle(Outcome{Message: out.ID, Sent: true}); err != nil {
			return err
		}

		return askAll(tx, chat.ID, subs[0].ID)
	})
	s.crowd(t, 1)
	s.update(t, func(tx *Tx) error { // in a batch
		tx.session.Watch = func(query string) { scans[query] = "" }
		defer func() { tx.session.Watch = nil }()

		many := []*claimRequest{{chat: chat.ID, claim: claimAll}}
		for other := range int64(200) {
			many = append(many, &claimRequest{chat: other, claim: claimAll})
		}

		if err := tx.claim(many); err != nil {
			return err
		}

		var results []*settleRequest

		for _, c := range many {
			if c.out != nil {
				results = append(results, &settleRequest{outcome: Outcome{Message: c.out.ID, Sent: true}})
			}
		}

		if len(results) < 5 {
			t.Errorf("only %d were claimed together", len(results))
		}

		return tx.settle(results)
	})

	if len(scans) < 35 {
		t.Fatalf("only %d statements were seen", len(scans))
	}

	large := regexp.MustCompile(`SCAN (a|articles|alerts|messages|m|alert_matches|seen|s|subscriptions|c|chats|source_chats|chat_bundles)\b`)
	// Only what is still to be done is ever looked over whole.
	whole := regexp.MustCompile(`INDEX (alerts_waiting|messages_open|articles_unmatched)$`)

	for query := range scans {
		s.update(t, func(tx *Tx) error {
			return tx.rows("EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "$")+strings.Count(query, "?")), func(scan scanFunc) error {
				var (
					id, parent, unused int
					detail             string
				)

				err := scan(&id, &parent, &unused, &detail)
				if large.MatchString(detail) && !whole.MatchString(detail) {
					t.Errorf("%s\n\t%s", query, detail)
				}

				return err
			})
		})
	}
}

// askAll asks what people ask with /status and /why, what a lane asks, and who still reads a source.
func askAll(tx *Tx, chat, subscription int64) error {
	_, err1 := tx.CountChat(chat, tx.Now.Add(-time.Hour))
	_, err2 := tx.CountRecent(tx.Now.Add(-time.Hour))
	_, err3 := tx.LastAlert(chat)
	_, err4 := tx.LastFor(chat, subscription)
	_, err5 := tx.AlertOf(chat, 1)
	_, err6 := tx.AlertsIn(chat, "ref")
	_, err7 := tx.ArticlesAt("https://example.org/1")
	_, err8 := tx.Waiting(0, func(Waiting) error { return nil })
	_, err9 := tx.Waiting(1, func(Waiting) error { return nil })

	err10 := tx.disableOrphans()
	err11 := tx.enableBundle("world")
	_, err12 := tx.MeasureSamples()

	return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12)
}

// TestAGroupThatIsRolledBackFailsWhole: SQLite may roll back more than the
// statement that failed; then nobody of the group may believe that it is done.
func TestAGroupThatIsRolledBackFailsWhole(t *testing.T) {
	s := openTest(t)
	began, queued := make(chan struct{}), make(chan struct{})

	var all sync.WaitGroup

	errs := make([]error, 4)
	write := func(i int, do func(*Tx) error) {
		all.Go(func() { errs[i] = s.Update(t.Context(), do) })
	}
	fact := func(name string) func(*Tx) error { return func(tx *Tx) error { return tx.SetFact(name, 1) } }

	write(0, func(tx *Tx) error {
		close(began)
		<-queued

		return fact("first")(tx)
	})
	<-began
	write(1, func(tx *Tx) error {
		if err := tx.session.Command(tx.ctx, "ROLLBACK"); err != nil {
			return err
		}

		return errors.New("the disk is broken")
	})

	for len(s.writes) < 1 {
		runtime.Gosched()
	}

	write(2, fact("after"))

	for len(s.writes) < 2 {
		runtime.Gosched()
	}

	close(queued)
	all.Wait()

	for i, name := range []string{"first", "", "after"} {
		if name == "" {
			continue
		}

		s.update(t, func(tx *Tx) error {
			value, err := tx.Fact(name)
			if (errs[i] == nil) != (value == 1) {
				t.Errorf("%s: %d, but its writer heard %v", name, value, errs[i])
			}

			return err
		})
	}

	if errs[1] == nil {
		t.Error("whose transaction was gone heard nothing of it")
	}
}
