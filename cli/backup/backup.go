// Package backup copies the database to a folder at times, and keeps the newest copies.
//
// Copies are named after the database, so that several may share a folder; two programs whose
// databases have the same name may not, and the second is refused.
//
// When the next copy is due follows from the names of those that are there, so that a
// restart neither forgets one nor makes one too many. A copy appears under its name only
// when it is complete, and an older one is removed only after that.
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
	"time"

	"newsbell/store"
)

// layout is the end of the name of a copy: when it was made, in UTC.
const layout = "-20060102-150405.db"

const (
	// retryAfter is when a copy that failed is tried again, or sooner if copies are made
	// more often than that.
	retryAfter = time.Hour
	// noticeEvery is how often the same failure is reported.
	noticeEvery = 24 * time.Hour
)

// Timer makes the copies. All fields are needed.
type Timer struct {
	Folder string // made if it is not there
	Name   string // the database's, without its extension: the beginning of every copy's name
	Every  time.Duration
	Keep   int // how many copies are kept, at least 1

	// Copy writes a consistent copy of the database to a file.
	Copy func(ctx context.Context, to string) error
	// Lock makes this process the only one that has a lock file; store.ErrInUse: another has it.
	Lock func(ctx context.Context, file string) (unlock func() error, err error)
	// Notify tells the operator that copies fail, or that they work again.
	Notify func(ctx context.Context, text string)
	Log    *slog.Logger
}

// Run makes copies until ctx ends.
func (t *Timer) Run(ctx context.Context) {
	var (
		toldAt time.Time // zero: copies work
		unlock func() error
	)

	defer func() {
		if unlock != nil {
			_ = unlock() // the end of the process does it, too
		}
	}()

	for {
		var (
			wait time.Duration
			err  error
		)

		if unlock == nil {
			unlock, err = t.lock(ctx)
		}

		if err == nil {
			wait, err = t.copyIfDue(ctx)
		}

		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			t.Log.Error("back up the database", "folder", t.Folder, "error", err)

			wait = min(t.Every, retryAfter)

			if toldAt.IsZero() || time.Since(toldAt) >= noticeEvery {
				toldAt = time.Now()

				t.Notify(ctx, t.failure(err))
			}
		case !toldAt.IsZero():
			toldAt = time.Time{}

			t.Notify(ctx, "Backups work again.")
		}

		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// lock makes the folder, and keeps others with databases of this name out of it.
func (t *Timer) lock(ctx context.Context) (unlock func() error, err error) {
	if err := os.MkdirAll(t.Folder, 0o700); err != nil {
		return nil, err
	}

	return t.Lock(ctx, filepath.Join(t.Folder, t.Name+".lock"))
}

// copyIfDue makes a copy if one is due, and returns how long it is until the next.
func (t *Timer) copyIfDue(ctx context.Context) (time.Duration, error) {
	wait, err := t.next(time.Now())
	if err != nil || wait > 0 {
		return wait, err
	}

	return t.Every, t.copy(ctx)
}

// failure returns what the operator reads.
func (t *Timer) failure(err error) string {
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Sprintf("There are no backups: another Newsbell keeps its own in %s, and its database has the same name. Set backup.folder to a folder that only this one uses.", t.Folder)
	case errors.Is(err, store.ErrFull):
		return fmt.Sprintf("The backup failed: there's no room left in %s. Free some space or lower backup.keep; the older backups are untouched.", t.Folder)
	}

	return fmt.Sprintf("The backup failed: %v. I'll try again; the older backups are untouched.", err)
}

// next returns how long it is until the next copy is due.
func (t *Timer) next(now time.Time) (time.Duration, error) {
	made, err := t.list(now)
	if err != nil || len(made) == 0 {
		return 0, err
	}

	return made[len(made)-1].Add(t.Every).Sub(now), nil
}

// list returns when the copies in the folder were made, the oldest first. A copy dated in the
// future does not count: the clock was wrong when it was made, or it is now.
func (t *Timer) list(now time.Time) (made []time.Time, err error) {
	files, err := os.ReadDir(t.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}

	for _, f := range files {
		if at, ok := t.madeAt(f.Name()); ok && f.Type().IsRegular() && !at.After(now) {
			made = append(made, at)
		}
	}

	slices.SortFunc(made, time.Time.Compare)

	return made, nil
}

// madeAt returns when a copy was made, by its name; false: it is none of ours.
func (t *Timer) madeAt(file string) (at time.Time, ok bool) {
	rest, ok := strings.CutPrefix(file, t.Name)
	if !ok {
		return at, false
	}

	at, err := time.Parse(layout, rest)

	return at, err == nil
}

// copy makes a copy, and removes those that are too many.
func (t *Timer) copy(ctx context.Context) error {
	if err := t.removeParts(); err != nil {
		return err
	}

	now := time.Now()

	name := t.Name + now.UTC().Format(layout)
	if err := t.Copy(ctx, filepath.Join(t.Folder, name)); err != nil {
		return err
	}

	t.Log.Info("backed up the database", "file", name)

	made, err := t.list(now)
	if err != nil {
		return err
	}

	for _, at := range made[:max(0, len(made)-t.Keep)] {
		if err := os.Remove(filepath.Join(t.Folder, t.Name+at.Format(layout))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an old copy: %w", err)
		}
	}

	return nil
}

// removeParts removes what a copy that was killed has left.
func (t *Timer) removeParts() error {
	files, err := os.ReadDir(t.Folder)
	if err != nil {
		return err
	}

	for _, f := range files {
		name, isPart := strings.CutSuffix(f.Name(), ".partial")
		if _, ours := t.madeAt(name); !isPart || !ours {
			continue
		}

		if err := os.Remove(filepath.Join(t.Folder, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a part of a copy: %w", err)
		}
	}

	return nil
}
