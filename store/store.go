// Package store is the database: every table, every statement.
//
// One SQLite file is the border between the loops of the program. Each loop
// takes its work from a table and leaves its result in a table, in one
// transaction, so that it can be killed between any two instructions: what was
// taken is taken again, what was done is not done twice.
//
// There is one writer and a few readers. [Store.Update] runs a function in a
// write transaction, one at a time and durable when it returns; [Store.View]
// runs one on a consistent snapshot and never waits for the writer. All that is
// known about a table stands in the file named after it, as methods of [Tx], so
// that operations compose into one transaction.
//
// Times are integer milliseconds since 1970, UTC; NULL or 0 is "not known". SQL
// keeps to what SQLite and PostgreSQL share ($1, ON CONFLICT, RETURNING).
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"

	"newsbell/internal/failpoint"
	"newsbell/store/dbfile"
)

//go:embed migrations/*.sql
var migrations embed.FS

// snapshots is how many may be read at once.
const snapshots = 4

// Store is an open database. It is safe for concurrent use.
type Store struct {
	path    string
	pools   []*sql.DB
	writer  *session // synchronous=FULL; of the writing goroutine
	readers chan *session
	writes  chan *write
	closed  chan struct{}                   // the writing goroutine is done
	unlock  func() error                    // see Lock
	opened  atomic.Pointer[dbfile.Identity] // the file that is locked
	unclean bool                            // the last process did not close the file, or has it open
	signal  signals
	onDrop  func(Drop)
}

// Option changes how a store is opened.
type Option func(*Store)

// ErrNotFound is what a look-up of one row answers when there is none.
var ErrNotFound = errors.New("not found")

// Open opens the database file, creating or migrating it as needed. Before a
// migration of existing data a copy is kept beside it (path.before-N). A database
// of a newer Newsbell is an error and stays untouched.
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	s := &Store{path: path, unclean: dbfile.Unclean(path), readers: make(chan *session, snapshots), writes: make(chan *write, mostTogether), closed: make(chan struct{})}
	s.signal.init()

	for _, set := range options {
		set(s)
	}

	if err := s.open(ctx); err != nil {
		return nil, errors.Join(dbfile.Explain(err, path), s.closePools())
	}
	go s.write()

	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	db, err := dbfile.Open(s.path, dbfile.Options{Size: 1, MaxPages: failpoint.DiskPages()})
	if err != nil {
		return err
	}

	s.pools = append(s.pools, db)
	if err := s.migrate(ctx, db); err != nil {
		return err
	}

	if s.writer, err = newSession(ctx, db); err != nil {
		return fmt.Errorf("open the database %s: %w", s.path, err)
	}

	if db, err = dbfile.Open(s.path, dbfile.Options{Size: snapshots, ReadOnly: true}); err != nil {
		return err
	}

	s.pools = append(s.pools, db)
	for range snapshots {
		reader, err := newSession(ctx, db)
		if err != nil {
			return fmt.Errorf("open the database %s: %w", s.path, err)
		}

		s.readers <- reader
	}

	return nil
}

func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}

	provider, err := goose.NewProvider(goose.DialectSQLite3, db, dir)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}

	have, err := version(ctx, db)
	known := provider.ListSources()

	want := known[len(known)-1].Version
	switch {
	case err != nil:
		return fmt.Errorf("open the database %s: %w", s.path, err)
	case have > want:
		return fmt.Errorf("the database %s was made by a newer Newsbell (version %d of its tables, this program knows %d): update the program", s.path, have, want)
	case have == want:
		return nil
	}

	if have > 0 {
		if err := s.keepCopy(ctx, db, have, fmt.Sprintf("%s.before-%d", s.path, want)); err != nil {
			return fmt.Errorf("keep a copy before the migration: %w", err)
		}
	}

	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database %s: %w", s.path, err)
	}

	return nil
}

// keepCopy copies the database before it is migrated from a version. A process may
// have been killed before or between the migrations: the copy that it made is kept
// if it is of an older version than what the tables are by now.
func (s *Store) keepCopy(ctx context.Context, db *sql.DB, have int64, to string) error {
	if _, err := os.Stat(to); err == nil {
		old, err := dbfile.Open(to, dbfile.Options{Size: 1, ReadOnly: true})
		if err != nil {
			return err
		}

		kept, err := version(ctx, old)
		if errors.Join(err, old.Close()) == nil && kept > 0 && kept < have {
			return nil
		}
	}

	return dbfile.Copy(ctx, db, s.path, to)
}

// version is that of the tables, 0 if there are none. Goose would take the write
// lock to tell.
func version(ctx context.Context, db *sql.DB) (version int64, err error) {
	const tables = "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'"
	if err := db.QueryRowContext(ctx, tables).Scan(&version); err != nil || version == 0 {
		return 0, err
	}

	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)

	return version, err
}

// Close waits for running transactions and closes the file. Nothing may use the
// store any more.
func (s *Store) Close() error {
	close(s.writes)
	<-s.closed

	errs := []error{s.writer.close()}
	for range snapshots {
		errs = append(errs, (<-s.readers).close())
	}

	errs = append(errs, s.closePools())
	if s.unlock != nil {
		errs = append(errs, s.unlock())
	}

	return errors.Join(errs...)
}

func (s *Store) closePools() error {
	var errs []error
	for _, db := range s.pools {
		errs = append(errs, db.Close())
	}

	return errors.Join(errs...)
}

// explain turns an error of SQLite into a sentence that says what to do.
func (s *Store) explain(err error) error { return dbfile.Explain(err, s.path) }

// The errors that people can do something about; see package dbfile.
var (
	ErrStop  = dbfile.ErrStop // what every error is after which the program has to stop
	ErrBusy  = dbfile.ErrBusy
	ErrInUse = dbfile.ErrInUse
)

// More of them, which are constants there.
const (
	ErrFull     = dbfile.ErrFull
	ErrReplaced = dbfile.ErrReplaced
)

// Lock makes this process the only one that runs on the database, until Close or
// the end of the process, however that comes. Reading (check, preview, backup)
// needs no lock. From here on a file that is deleted or replaced is noticed.
func (s *Store) Lock(ctx context.Context) error {
	unlock, err := dbfile.Lock(ctx, s.path)
	if err != nil {
		return err
	}

	if s.unclean {
		err = dbfile.CheckQuickly(ctx, s.path)
	}

	var opened dbfile.Identity
	if err == nil {
		opened, err = dbfile.Identify(s.path)
	}

	if err == nil {
		err = s.Update(ctx, (*Tx).begin)
	}

	if err != nil {
		return errors.Join(err, unlock())
	}

	s.unlock = unlock
	s.opened.Store(&opened)

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
	fixed := int64(0)

	for _, statement := range []string{
		"UPDATE sources SET next_poll_at = $1, last_poll_at = $1 WHERE last_poll_at > $2",
		"UPDATE messages SET next_attempt_at = $1, created_at = $1 WHERE state = 'open' AND created_at > $2",
		"UPDATE alerts SET due_at = $1, created_at = $1 WHERE state = 'waiting' AND bundle <> 'digest' AND created_at > $2",
	} {
		n, err := t.exec(statement, millis(t.Now), millis(t.Now.Add(time.Minute)))
		if err != nil {
			return fmt.Errorf("fix the clock: %w", err)
		}

		fixed += n
	}

	if fixed > 0 {
		t.raise(NewSources)
		t.raise(ClockFixed)
	}

	return nil
}

// Path is the name of the database file.
func (s *Store) Path() string { return s.path }

// Backup writes a consistent copy to a new file, while the program runs. The file
// must not exist.
func (s *Store) Backup(ctx context.Context, to string) error {
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s exists already: name a new file", to)
	}

	db, err := dbfile.Open(s.path, dbfile.Options{Size: 1, ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()

	return dbfile.Copy(ctx, db, s.path, to)
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
