package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
)

// ErrInUse means that another Newsbell works on the database: two would tell
// everything twice.
var ErrInUse = errors.New("another Newsbell is running on this database: stop it first, or name another file")

// Lock makes this process the only one that runs on the database, until Close or
// the end of the process, however that comes. Reading (check, preview, backup)
// needs no lock.
func (s *Store) Lock(ctx context.Context) error {
	// A lock of SQLite on a file of its own: it works on every system and is let
	// go with the process.
	db, err := sql.Open("sqlite", "file:"+escapePath(s.path)+".lock?_pragma=locking_mode(exclusive)&_pragma=journal_mode(delete)&_txlock=exclusive&_busy_timeout=0")
	if err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}

	db.SetMaxOpenConns(1)
	db.SetConnMaxLifetime(0)

	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // the lock outlives ctx
	if err != nil {
		if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == codeBusy {
			err = ErrInUse
		}

		return errors.Join(err, db.Close())
	}

	if err := s.Update(ctx, (*Tx).begin); err != nil {
		return errors.Join(err, tx.Rollback(), db.Close())
	}

	s.unlock = func() error { return errors.Join(ignoreDone(tx.Rollback()), db.Close()) }

	return nil
}

// begin is what a new run puts right: tombstones that only a running matcher
// needs, and moments of a clock that was ahead.
func (t *Tx) begin() error {
	if _, err := t.exec("DELETE FROM tombstones"); err != nil {
		return err
	}

	return t.MendClock()
}

// MendClock makes due what a clock that ran ahead has put into the future: it was
// written after now, so its time is not to be believed. Digests keep the time of day
// that their readers chose.
func (t *Tx) MendClock() error {
	mended := int64(0)

	for _, statement := range []string{
		"UPDATE sources SET next_poll_at = $1, last_poll_at = $1 WHERE last_poll_at > $2",
		"UPDATE messages SET next_attempt_at = $1, created_at = $1 WHERE state = 'open' AND created_at > $2",
		"UPDATE alerts SET due_at = $1, created_at = $1 WHERE state = 'waiting' AND bundle <> 'digest' AND created_at > $2",
	} {
		n, err := t.exec(statement, millis(t.Now), millis(t.Now.Add(time.Minute)))
		if err != nil {
			return fmt.Errorf("mend the clock: %w", err)
		}

		mended += n
	}

	if mended > 0 {
		t.raise(NewSources)
		t.raise(Mended)
	}

	return nil
}
