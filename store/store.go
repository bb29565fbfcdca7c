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
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is how many snapshots may be read at once.
const readers = 4

// Store is an open database. It is safe for concurrent use.
type Store struct {
	path   string
	writer *sql.DB // one connection, immediate transactions, synchronous=FULL
	reader *sql.DB
	writes chan *write
	closed chan struct{} // the writing goroutine is done
	unlock func() error  // see Lock
	signal signals
}

// ErrFull means that the disk has no room: nothing was changed, and the program
// has to stop rather than promise what it cannot keep.
var ErrFull = errors.New("the disk is full: free some space and start again; nothing was lost")

// ErrNotFound is what a look-up of one row answers when there is none.
var ErrNotFound = errors.New("not found")

// Open opens the database file, creating or migrating it as needed. Before a
// migration of existing data a copy is kept beside it (path.before-N). A database
// of a newer Newsbell is an error and stays untouched.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	s := &Store{path: path}
	s.signal.init()
	var err error
	if s.writer, err = openPool(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		s.writer.Close()
		return nil, plainly(err)
	}
	if s.reader, err = openPool(path, readers, "_query_only=1"); err != nil {
		s.writer.Close()
		return nil, err
	}
	s.writes, s.closed = make(chan *write, mostTogether), make(chan struct{})
	go s.write()
	return s, nil
}

func openPool(path string, size int, option string) (*sql.DB, error) {
	dsn := "file:" + escapePath(path) +
		"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=1&_dqs=0&_defensive=1&_error_rc=1" +
		"&_auto_vacuum=2&_pragma=temp_store(2)&_pragma=cache_size(-16000)&" + option
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// escapePath is a file name as it may stand in a SQLite address.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

func (s *Store) migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writer, dir)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("open the database %s: %w", s.path, err)
	case have > want:
		return fmt.Errorf("the database %s was made by a newer Newsbell (version %d of its tables, this program knows %d): update the program", s.path, have, want)
	case have == want:
		return nil
	}
	if have > 0 {
		if err := s.Backup(ctx, fmt.Sprintf("%s.before-%d", s.path, want)); err != nil {
			return fmt.Errorf("keep a copy before the migration: %w", err)
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database %s: %w", s.path, err)
	}
	return nil
}

// Close waits for running transactions and closes the file. Nothing may call
// Update any more.
func (s *Store) Close() error {
	close(s.writes)
	<-s.closed
	err := errors.Join(s.reader.Close(), s.writer.Close())
	if s.unlock != nil {
		err = errors.Join(err, s.unlock())
	}
	return err
}

// Tx is a transaction. It must not outlive the function it was given to.
type Tx struct {
	tx  *sql.Tx
	ctx context.Context // as sql.Tx keeps its own: a Tx lives within one call of Update or View
	// Now is the moment of the transaction: one time for all its rows.
	Now time.Time
	// raised are the signals to give after the commit.
	raised []Signal
}

// View runs do on a snapshot that does not change underneath it.
func (s *Store) View(ctx context.Context, do func(*Tx) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return plainly(fmt.Errorf("begin to read: %w", err))
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return plainly(do(&Tx{tx: tx, ctx: ctx, Now: time.Now().UTC()}))
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// plainly turns what SQLite says of a full disk into a sentence that says what
// to do.
func plainly(err error) error {
	const full = 13 // SQLITE_FULL, https://www.sqlite.org/rescode.html#full
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == full {
		return fmt.Errorf("%w (%w)", ErrFull, err)
	}
	return err
}

func (t *Tx) exec(query string, args ...any) (int64, error) {
	r, err := t.tx.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// one reads a row; a missing one is ErrNotFound.
func (t *Tx) one(query string, args []any, into ...any) error {
	err := t.tx.QueryRowContext(t.ctx, query, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// rows calls each for every row.
func (t *Tx) rows(query string, args []any, each func(scan func(...any) error) error) error {
	rows, err := t.tx.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
