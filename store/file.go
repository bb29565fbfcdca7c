package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
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

	return t.FixClock()
}

// FixClock makes due what a clock that ran ahead has put into the future: it was
// written after now, so its time is not to be believed. Digests keep the time of day
// that their readers chose.
func (t *Tx) FixClock() error {
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
		t.raise(ClockFixed)
	}

	return nil
}

// Backup writes a consistent copy to a new file, while the program runs. The file
// must not exist.
func (s *Store) Backup(ctx context.Context, to string) error {
	db, err := s.pool(1, "&_query_only=1")
	if err != nil {
		return err
	}
	defer db.Close()

	return backup(ctx, db, to)
}

func backup(ctx context.Context, db *sql.DB, to string) error {
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s exists already: name a new file", to)
	}

	conn, err := db.Conn(ctx)
	if err != nil {
		return plainly(err)
	}
	defer conn.Close()

	err = conn.Raw(func(raw any) error {
		copier, ok := raw.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return fmt.Errorf("the driver %T cannot copy", raw)
		}

		backup, err := copier.NewBackup(to)
		if err != nil {
			return err
		}
		// In one step: a backup in several begins anew whenever somebody writes
		// in between. With a write-ahead log the writer does not wait for it.
		_, err = backup.Step(-1)

		return errors.Join(err, backup.Finish())
	})
	if errors.Is(err, driver.ErrBadConn) {
		err = ctx.Err()
	}

	if err != nil {
		err = fmt.Errorf("copy the database to %s: %w", to, plainly(err))
		if left := os.Remove(to); !errors.Is(left, os.ErrNotExist) {
			err = errors.Join(err, left)
		}

		return err
	}

	return nil
}

// Check reads the whole file for damage and broken references. An empty answer
// is a sound database.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var found []string

	err := s.View(ctx, func(t *Tx) error {
		err := t.rows("PRAGMA integrity_check(20)", nil, func(scan func(...any) error) error {
			var line string
			if err := scan(&line); err != nil || line == "ok" {
				return err
			}

			found = append(found, line)

			return nil
		})
		if err != nil {
			return err
		}

		return t.rows("PRAGMA foreign_key_check", nil, func(scan func(...any) error) error {
			var (
				table, parent string
				row, key      any
			)
			if err := scan(&table, &row, &parent, &key); err != nil {
				return err
			}

			found = append(found, fmt.Sprintf("%s row %v points to a missing row of %s", table, row, parent))

			return nil
		})
	})

	return found, err
}
