package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"newsbell/news"
)

// openTest opens a new database in a file.
func openTest(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "a folder", "test?.db"))
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
	var chat *Chat
	var followed []*Subscription
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
		_, err := tx.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
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

func TestPragmasHoldOnEveryConnection(t *testing.T) {
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

// item makes an article of a feed.
func item(key, url, title string, published time.Time) news.Article {
	return news.Article{Key: key, URL: url, Title: title, Summary: title + ".", Outlet: "The Outlet", Published: published}
}

// poll saves articles as a source's poll.
func (s *Store) poll(t *testing.T, source int64, articles ...news.Article) Saved {
	t.Helper()
	var saved Saved
	s.update(t, func(tx *Tx) (err error) {
		saved, err = tx.SavePoll(Poll{Source: source, Next: tx.Now, Articles: articles}, 48*time.Hour)
		return err
	})
	return saved
}

// configure makes sources and returns their rows.
func (s *Store) configure(t *testing.T, urls ...string) []int64 {
	t.Helper()
	var list []Source
	for _, u := range urls {
		list = append(list, Source{URL: u, Outlet: "The Outlet"})
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
