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
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"newsbell/internal/failpoint"
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
	closed  chan struct{} // the writing goroutine is done
	unlock  func() error  // see Lock
	signal  signals
	onDrop  func(Drop)
}

// Option changes how a store is opened.
type Option func(*Store)

// ErrFull means that the disk has no room: nothing was changed, and the program
// has to stop rather than promise what it cannot keep.
var ErrFull = errors.New("the disk is full: free some space and start again; nothing was lost")

// ErrBusy means that another program writes to the database, and for long.
var ErrBusy = errors.New("another program holds the database: stop it, or wait until it is done")

// ErrNotFound is what a look-up of one row answers when there is none.
var ErrNotFound = errors.New("not found")

// Open opens the database file, creating or migrating it as needed. Before a
// migration of existing data a copy is kept beside it (path.before-N). A database
// of a newer Newsbell is an error and stays untouched.
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}

	s := &Store{path: path, readers: make(chan *session, snapshots), writes: make(chan *write, mostTogether), closed: make(chan struct{})}
	s.signal.init()

	for _, set := range options {
		set(s)
	}

	if err := s.open(ctx); err != nil {
		return nil, errors.Join(plainly(err), s.closePools())
	}
	go s.write()

	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	// Only who makes a database says that freed pages can be given back: saying it
	// takes the write lock. A database that is as it should be is opened without,
	// so that check and backup work whoever writes.
	option := ""
	if pages := failpoint.DiskPages(); pages > 0 {
		option = fmt.Sprintf("&_pragma=max_page_count(%d)", pages)
	}

	if file, err := os.Stat(s.path); err != nil || file.Size() == 0 {
		option += "&_auto_vacuum=2"
	}

	db, err := s.pool(1, option)
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

	if db, err = s.pool(snapshots, "&_query_only=1"); err != nil {
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

// pool opens connections; all but the last option hold for every one of them.
func (s *Store) pool(size int, option string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+escapePath(s.path)+
		"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=1&_dqs=0&_defensive=1&_error_rc=1"+
		"&_pragma=temp_store(2)&_pragma=cache_size(-16000)&_txlock=immediate"+option)
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", s.path, err)
	}

	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)

	return db, nil
}

// escapePath is a file name as it may stand in a SQLite address.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

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
		if err := backup(ctx, db, fmt.Sprintf("%s.before-%d", s.path, want)); err != nil {
			return fmt.Errorf("keep a copy before the migration: %w", err)
		}
	}

	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database %s: %w", s.path, err)
	}

	return nil
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

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}

	return err
}

// plainly turns what SQLite says of a full disk and of a lock into a sentence that
// says what to do.
func plainly(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}

	switch e.Code() & 0xff { // https://www.sqlite.org/rescode.html
	case codeFull:
		return fmt.Errorf("%w (%w)", ErrFull, err)
	case codeBusy:
		return fmt.Errorf("%w (%w)", ErrBusy, err)
	}

	return err
}

const (
	codeBusy = 5
	codeFull = 13
)
