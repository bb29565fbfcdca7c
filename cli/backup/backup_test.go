package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/store"
	"newsbell/store/engine"
)

// world is a folder, a Timer over it, and what it told.
type world struct {
	Timer

	t      *testing.T
	told   []string
	copies int
	tries  int       // copies that were tried while the disk was full
	full   time.Time // until then it is
	kept   []string  // what was there at the last try
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	w.Timer = Timer{
		Folder: filepath.Join(t.TempDir(), "backups"), Name: "newsbell", Every: 6 * time.Hour, Keep: 3,
		Lock: func(context.Context, string) (func() error, error) { return func() error { return nil }, nil }, Log: slog.New(slog.DiscardHandler),
		Notify: func(_ context.Context, text string) { w.told = append(w.told, text) },
		Copy: func(_ context.Context, to string) error {
			if time.Now().Before(w.full) {
				w.tries++
				w.kept = w.names()

				return fmt.Errorf("copy: %w", store.ErrFull)
			}

			w.copies++

			return os.WriteFile(to, fmt.Append(nil, w.copies), 0o600)
		},
	}

	return w
}

// runs runs the timer for a time, as a process does that is then stopped.
func (w *world) runs(d time.Duration) {
	ctx, stop := context.WithTimeout(w.t.Context(), d)
	defer stop()

	w.Run(ctx)
}

func (w *world) names() (names []string) {
	files, err := os.ReadDir(w.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.t.Fatal(err)
	}

	for _, f := range files {
		names = append(names, f.Name())
	}

	return names
}

// TestNewestAreKept: at the start of an empty folder and then at its times a copy is made,
// and the oldest go, but nothing that is not ours.
func TestNewestAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.runs(time.Minute)

		const mine = "newsbell-before-the-upgrade.db"
		if err := os.WriteFile(filepath.Join(w.Folder, mine), nil, 0o600); err != nil {
			t.Fatal(err)
		}

		w.runs(24*time.Hour + time.Minute)

		got := strings.Join(w.names(), " ")
		if want := "newsbell-20000101-120000.db newsbell-20000101-180000.db newsbell-20000102-000000.db " + mine; got != want || w.copies != 5 {
			t.Errorf("after %d copies: %s", w.copies, got)
		}
	})
}

// TestPartsOfAKilledCopyAreRemoved: what a copy left that was killed goes with the next copy, which is
// made in the first try; what somebody else has written in part stays.
func TestPartsOfAKilledCopyAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.runs(time.Minute)

		const theirs = "newsbell-by-hand.db.partial"
		for _, name := range []string{"newsbell-20000101-000001.db.partial", theirs} {
			if err := os.WriteFile(filepath.Join(w.Folder, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}

		w.runs(6 * time.Hour)

		if got := strings.Join(w.names(), " "); got != "newsbell-20000101-000000.db newsbell-20000101-060000.db "+theirs || len(w.told) > 0 {
			t.Errorf("%s, the operator was told %q", got, w.told)
		}
	})
}

// TestRestartsChangeNothing: however often the process starts, a copy is made when it is
// due, also after a time in which nothing ran.
func TestRestartsChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range 25 * 60 {
			w.runs(time.Minute)
		}

		if w.copies != 5 { // at 0, 6, 12, 18 and 24 hours
			t.Errorf("%d copies in 25 hours", w.copies)
		}

		time.Sleep(20 * time.Hour)
		w.runs(time.Minute)

		if w.copies != 6 {
			t.Errorf("%d copies after a rest", w.copies)
		}
	})
}

// TestProgramsThatShareAFolder: copies of databases of other names are neither counted nor
// removed. Of two programs with one name the second makes none and says so, until the first
// has ended.
func TestProgramsThatShareAFolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, other, second := newWorld(t), newWorld(t), newWorld(t)
		other.Folder, second.Folder, other.Name = first.Folder, first.Folder, "archive"
		first.Lock, other.Lock, second.Lock = engine.LockName, engine.LockName, engine.LockName

		var running sync.WaitGroup
		defer running.Wait()

		running.Go(func() { first.runs(24*time.Hour + time.Minute) })
		synctest.Wait()
		running.Go(func() { other.runs(24*time.Hour + time.Minute) })
		synctest.Wait()
		second.runs(23 * time.Hour)

		if second.copies != 0 || len(second.told) != 1 || !strings.Contains(second.told[0], "another Newsbell") {
			t.Errorf("the second made %d copies and told %q", second.copies, second.told)
		}

		time.Sleep(2 * time.Hour)
		second.runs(6 * time.Hour)
		running.Wait()

		if second.copies != 1 || first.copies != 5 || other.copies != 5 {
			t.Errorf("%d and %d copies of two databases, and %d of one that came free", first.copies, other.copies, second.copies)
		}
	})
}

// TestAFailureIsToldOnceADay, tried again every hour, costs no older copy, and its end is
// told too.
func TestAFailureIsToldOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.runs(13 * time.Hour)

		before := w.names()
		w.full = time.Now().Add(31 * time.Hour)
		w.runs(33 * time.Hour)

		if len(w.told) != 3 || !strings.Contains(w.told[0], "no room left") || w.told[2] != "Backups work again." || w.tries < 26 {
			t.Errorf("told %q in %d tries", w.told, w.tries)
		}

		if !slices.Equal(w.kept, before) {
			t.Errorf("kept %s, had %s", w.kept, before)
		}
	})
}

// TestAClockThatWasAhead: a copy dated in the future holds nothing up.
func TestAClockThatWasAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if err := errors.Join(os.Mkdir(w.Folder, 0o700), os.WriteFile(filepath.Join(w.Folder, "newsbell-20380101-000000.db"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}

		w.runs(7 * time.Hour)

		if w.copies != 2 {
			t.Errorf("%d copies in 7 hours", w.copies)
		}
	})
}

// TestCopiesOfTheFutureTakeNoPlace: they are left alone, and so is what is made beside them; a
// part that a killed copy left goes.
func TestCopiesOfTheFutureTakeNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		err := os.Mkdir(w.Folder, 0o700)

		left := []string{"newsbell-19990101-000000.db.partial", "another-19990101-000000.db.partial", "newsbell-20380101-000000.db", "newsbell-20380101-060000.db", "newsbell-20380101-120000.db", "newsbell-20380101-180000.db"}
		for _, name := range left {
			err = errors.Join(err, os.WriteFile(filepath.Join(w.Folder, name), nil, 0o600))
		}

		if err != nil {
			t.Fatal(err)
		}

		w.runs(7 * time.Hour)

		if got := w.names(); len(got) != 7 || slices.Contains(got, left[0]) || !slices.Contains(got, left[1]) {
			t.Errorf("beside 4 copies of the future there are %q", got)
		}
	})
}

// TestACopyOpens: what the timer leaves is a database, of what was there.
func TestACopyOpens(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "newsbell.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetFact("backed_up", 7) }); err != nil {
		t.Fatal(err)
	}

	w := newWorld(t)

	w.Copy = s.Backup
	if _, err := w.lock(t.Context()); err != nil {
		t.Fatal(err)
	}

	if err := w.copy(t.Context()); err != nil {
		t.Fatal(err)
	}

	c, err := store.Open(t.Context(), filepath.Join(w.Folder, w.names()[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()

	err = c.View(t.Context(), func(tx *store.Tx) error {
		n, err := tx.Fact("backed_up")
		if n != 7 {
			t.Errorf("the copy has %d", n)
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}
