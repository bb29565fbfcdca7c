package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/store/engine/enginetest"
)

func TestADatabaseThatIsReplacedWhileRunningIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "news.db")

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}

	s.update(t, func(tx *Tx) error { return tx.SetFact("before", 1) })

	if err := os.Rename(path, path+".gone"); err != nil {
		t.Fatal(err)
	}

	err = s.Update(t.Context(), func(tx *Tx) error { return tx.SetFact("after", 1) })
	if !errors.Is(err, ErrReplaced) || !errors.Is(err, ErrStop) {
		t.Errorf("writing to a file without a name: %v, want ErrReplaced", err)
	}

	// Who reads already has the file of before; one more would open another file.
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	if err := s.View(t.Context(), func(*Tx) error { return s.View(t.Context(), func(*Tx) error { return nil }) }); !errors.Is(err, ErrReplaced) {
		t.Errorf("reading another file of that name: %v, want ErrReplaced", err)
	}
}

// TestReadersConnectWhenTheyAreNeeded: who reads takes the connection that was used last, and another
// one is opened only when that is in use.
func TestReadersConnectWhenTheyAreNeeded(t *testing.T) {
	s := openTest(t)
	look := func(do func() error) error {
		return s.View(t.Context(), func(*Tx) error { return do() })
	}
	nothing := func() error { return nil }

	for range 10 {
		if err := look(nothing); err != nil {
			t.Fatal(err)
		}
	}

	if n := s.pools[1].Stats().OpenConnections; n != 1 {
		t.Errorf("%d connections for one reader", n)
	}

	if err := look(func() error { return look(nothing) }); err != nil {
		t.Fatal(err)
	}

	if n := s.pools[1].Stats().OpenConnections; n != 2 {
		t.Errorf("%d connections for two at once", n)
	}
}

// TestDamageIsNoticedAtTheStartAfterAKill: the log that a killed process leaves makes
// the next start look the file over.
func TestDamageIsNoticedAtTheStartAfterAKill(t *testing.T) {
	enginetest.NeedsFile(t)

	running := openTest(t)
	running.configure(t, "https://example.org/feed")

	if err := running.writer.Command(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}

	running.update(t, func(tx *Tx) error { return tx.SetFact("after the checkpoint", 1) })

	// What a kill leaves is what is there while the database is open.
	path := filepath.Join(t.TempDir(), "news.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(running.path + suffix)
		if err != nil {
			t.Fatal(err)
		}

		if suffix == "" {
			copy(content[len(content)/2:], strings.Repeat("z", 8192))
		}

		if err := os.WriteFile(path+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	s, err := Open(t.Context(), path)
	if err == nil {
		defer s.Close()

		err = s.Lock(t.Context())
	}

	if err == nil || !strings.Contains(err.Error(), "is damaged") || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want a sentence that names the file and says that it is damaged", err)
	}
}

// TestALogThatIsDeletedWhileRunningIsNoticed: and what was written before it was deleted, or until that was
// noticed, is there at the next start.
func TestALogThatIsDeletedWhileRunningIsNoticed(t *testing.T) {
	enginetest.NeedsFile(t)

	path := filepath.Join(t.TempDir(), "news.db")

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}

	note := func(value int64) error {
		return s.Update(t.Context(), func(tx *Tx) error { return tx.SetFact("noted", value) })
	}

	if err := note(1); err != nil {
		t.Fatal(err)
	}

	if err := os.Remove(path + "-wal"); err != nil {
		t.Fatal(err)
	}

	if err := note(2); !errors.Is(err, ErrLogReplaced) || !errors.Is(err, ErrStop) {
		t.Errorf("writing to a log without a name: %v, want ErrLogReplaced", err)
	}

	if err := s.Close(); err != nil {
		t.Error(err)
	}

	s, err = Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	defer s.Close()

	err = s.View(t.Context(), func(tx *Tx) error {
		value, err := tx.Fact("noted")
		if value != 1 {
			t.Errorf("what was written before is %d now", value)
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	found, err := s.Check(t.Context())
	if err != nil || len(found) > 0 {
		t.Errorf("%v (%v)", found, err)
	}
}
