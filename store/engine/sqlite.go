package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

// sqliteFile is a SQLite file.
type sqliteFile struct {
	path     string
	maxPages int  // see FileOptions
	unclean  bool // the last process did not close the file, or has it open
	locked   atomic.Pointer[locked]
}

// locked is what a process has for itself: the file, and the log of what was written last (-wal), whose
// zero value is none.
type locked struct{ file, log Identity }

func (f *sqliteFile) Name() string { return f.path }

func (f *sqliteFile) Exists(context.Context) (bool, error) {
	_, err := os.Stat(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}

	return true, nil // what else is wrong with it is said by who opens it
}

func (f *sqliteFile) Open(ctx context.Context, migrations fs.FS) (writer, readers *sql.DB, err error) {
	if writer, err = OpenFile(f.path, FileOptions{Size: 1, MaxPages: f.maxPages}); err != nil {
		return nil, nil, err
	}

	if err = f.migrate(ctx, writer, migrations); err != nil {
		return writer, nil, err
	}

	readers, err = OpenFile(f.path, FileOptions{Size: Readers, ReadOnly: true})

	return writer, readers, err
}

func (f *sqliteFile) migrate(ctx context.Context, db *sql.DB, migrations fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, migrations, goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}

	have, err := appliedMigrations(ctx, db)
	known := versionsOf(provider)

	switch unknown := subtractIDs(have, known); {
	case err != nil:
		return fmt.Errorf("open the database %s: %w", f.path, err)
	case len(unknown) > 0:
		return newerError(f.path, unknown[0])
	case len(have) == len(known):
		return nil
	}

	if len(have) == 0 {
		err = f.refuseForeign(ctx, db)
	} else if err = f.keepCopy(ctx, db, have, f.copyName(have, known)); err != nil {
		err = fmt.Errorf("keep a copy before the migration: %w", err)
	}

	if err != nil {
		return err
	}

	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database %s: %w", f.path, err)
	}

	return nil
}

// refuseForeign is an error if a file that has no migration has tables: another program's.
func (f *sqliteFile) refuseForeign(ctx context.Context, db *sql.DB) error {
	var table string

	err := db.QueryRowContext(ctx, "SELECT coalesce(min(name), '') FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'").Scan(&table)
	switch {
	case err != nil:
		return fmt.Errorf("open the database %s: %w", f.path, err)
	case table != "":
		return fmt.Errorf("%s is the database of another program (it has a table %s): name a file of its own for Newsbell", f.path, table)
	}

	return nil
}

// copyName is the name of the copy of before a migration: one for each set of migrations that
// a program brings. One whose newest is applied already brings others with lower numbers.
func (f *sqliteFile) copyName(have, known []int64) string {
	want := known[len(known)-1]
	if have[len(have)-1] == want {
		return fmt.Sprintf("%s.before-%d-%d", f.path, want, len(known))
	}

	return fmt.Sprintf("%s.before-%d", f.path, want)
}

// versionsOf lists the migrations that a program has, in order.
func versionsOf(provider *goose.Provider) (known []int64) {
	for _, source := range provider.ListSources() {
		known = append(known, source.Version)
	}

	return known
}

// subtractIDs returns what of a is not in b.
func subtractIDs(a, b []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(a), func(one int64) bool { return slices.Contains(b, one) })
}

// newerError is the error of a database that a newer program has migrated to a version.
func newerError(name string, version int64) error {
	return fmt.Errorf("the database %s was made by a newer Newsbell (this program doesn't know version %d of its tables): update the program", name, version)
}

// keepCopy copies the database before it is migrated. A process may have been killed before
// or between the migrations: the copy that it made is kept if some that the tables have by
// now are not applied in it.
func (f *sqliteFile) keepCopy(ctx context.Context, db *sql.DB, have []int64, to string) error {
	if _, err := os.Stat(to); err == nil {
		old, err := OpenFile(to, FileOptions{Size: 1, ReadOnly: true})
		if err != nil {
			return err
		}

		kept, err := appliedMigrations(ctx, old)
		if errors.Join(err, old.Close()) == nil && 0 < len(kept) && len(kept) < len(have) {
			return nil
		}
	}

	return CopyFile(ctx, db, f.path, to)
}

// appliedMigrations lists the migrations that the tables have, in order. Goose would take the write
// lock to tell.
func appliedMigrations(ctx context.Context, db *sql.DB) (have []int64, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'").Scan(&tables); err != nil || tables == 0 {
		return nil, err
	}

	return appliedOf(ctx, db)
}

// appliedOf lists the migrations in goose's table, in order.
func appliedOf(ctx context.Context, db *sql.DB) (have []int64, err error) {
	var version int64

	err = scanAll(ctx, db, "SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id",
		[]any{&version}, func() { have = append(have, version) })

	return have, err
}

func (f *sqliteFile) Lock(ctx context.Context) (unlock func() error, err error) {
	if unlock, err = LockFile(ctx, f.path); err != nil {
		return nil, err
	}

	if f.unclean {
		err = CheckFile(ctx, f.path)
	}

	var opened locked
	if err == nil {
		opened.file, err = Identify(f.path)
	}

	if err == nil {
		opened.log, err = Identify(f.path + "-wal")
		if errors.Is(err, fs.ErrNotExist) { // not on this kind of disk
			opened.log, err = Identity{}, nil
		}
	}

	if err != nil {
		return nil, errors.Join(err, unlock())
	}

	f.locked.Store(&opened)

	return unlock, nil
}

func (f *sqliteFile) Check(ctx context.Context) (found []string, err error) {
	db, err := OpenFile(f.path, FileOptions{Size: 1, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer db.Close()

	var line string

	err = scanAll(ctx, db, "PRAGMA integrity_check(20)", []any{&line}, func() {
		if line != "ok" {
			found = append(found, line)
		}
	})
	if err != nil {
		return found, err
	}

	var (
		table, parent string
		row, key      any
	)

	err = scanAll(ctx, db, "PRAGMA foreign_key_check", []any{&table, &row, &parent, &key}, func() {
		found = append(found, fmt.Sprintf("%s row %v points to a missing row of %s", table, row, parent))
	})

	return found, err
}

// scanAll reads every row of a query into the same variables.
func scanAll(ctx context.Context, db *sql.DB, query string, into []any, each func(), args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}

		each()
	}

	return rows.Err()
}

func (f *sqliteFile) Backup(ctx context.Context, to string) error {
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s already exists: name a new file", to)
	}

	db, err := OpenFile(f.path, FileOptions{Size: 1, ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()

	return CopyFile(ctx, db, f.path, to)
}

// Size is that of the file and of what is to be written into it.
func (f *sqliteFile) Size(context.Context) (size int64, err error) {
	for _, name := range []string{f.path, f.path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, f.Explain(err)
		}

		if err == nil {
			size += info.Size()
		}
	}

	return size, nil
}

// Compacting takes pages off the file, pagesAtOnce at most in a transaction, as time allows, and
// pagesCompacted in all: a night's.
const (
	pagesCompacted = 2000
	pagesAtOnce    = 500
)

func (f *sqliteFile) Compact(ctx context.Context) error {
	db, err := OpenFile(f.path, FileOptions{Size: 1})
	if err != nil {
		return err
	}
	defer db.Close()

	pace := NewPace(LongestTransaction)

	for left := pagesCompacted; left > 0; f.LetOthersWrite() {
		var free int
		if err := db.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&free); err != nil {
			return f.Explain(fmt.Errorf("compact the database: %w", err))
		}

		if free == 0 {
			return nil
		}

		pages := min(left, pace.Rows(pagesAtOnce))
		began := time.Now()

		if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages)); err != nil {
			return f.Explain(fmt.Errorf("compact the database: %w", err))
		}

		pace.Note(time.Since(began), true)

		left -= pages
	}

	return nil
}

func (f *sqliteFile) Explain(err error) error { return explainFile(err, f.path) }

func (f *sqliteFile) prepares() bool { return true }

func (f *sqliteFile) translate(query string) translation { return translation{text: query} }

func (f *sqliteFile) begin(ctx context.Context, s *Session, mode Mode) error {
	// What is written to a file that has lost its name is lost with it, and a connection that was
	// opened since then is one to another file.
	if locked := f.locked.Load(); locked != nil && (mode != Read || s.fresh) {
		if err := locked.check(); err != nil {
			return err
		}
	}

	if mode == Read {
		return s.repeat(ctx, "BEGIN")
	}

	if s.fresh {
		if err := s.Command(ctx, "PRAGMA busy_timeout = 0"); err != nil {
			return err
		}
	}

	if err := setLazy(ctx, s, mode == WriteLazy); err != nil {
		return err
	}

	return waitForTurn(func() error { return s.repeat(ctx, "BEGIN IMMEDIATE") })
}

// setLazy has SQLite sync its log at the end of each transaction, or leave that to a later one. What lies
// in the log behind something that did not reach the disk does not count, so nothing is there without
// what was written before it.
func setLazy(ctx context.Context, s *Session, lazy bool) error {
	if s.lazy == lazy {
		return nil
	}

	level := "FULL"
	if lazy {
		level = "NORMAL"
	}

	err := s.Command(ctx, "PRAGMA synchronous = "+level)
	if err == nil {
		s.lazy = lazy
	}

	return err
}

// longestBusy is how long a writer waits for another process.
const longestBusy = 10 * time.Second

// waitForTurn begins to write as soon as no other process does. SQLite's own way to wait looks
// after longer and longer pauses, up to 100 ms: beside a process that writes one transaction after
// the other it finds none of the gaps.
func waitForTurn(begin func() error) error {
	for began := time.Now(); ; time.Sleep(LookInterval) {
		err := begin()
		if !isBusy(err) || time.Since(began) > longestBusy {
			return err
		}
	}
}

// isBusy reports whether another process is writing.
func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqliteBusy
}

func (f *sqliteFile) LetOthersWrite() { time.Sleep(pause) }

func (f *sqliteFile) commit(ctx context.Context, s *Session) error {
	return s.repeat(context.WithoutCancel(ctx), "COMMIT")
}

func (f *sqliteFile) rollback(ctx context.Context, s *Session) error {
	return s.repeat(ctx, "ROLLBACK")
}

// whileReading leaves out when ctx ends: two goroutines would wait for it beside each query, and cost as
// much as a small one does. A file is no server that might never answer, and whoever waits looks at the
// context again with each row.
func (f *sqliteFile) whileReading(ctx context.Context) context.Context {
	return context.WithoutCancel(ctx)
}

func (f *sqliteFile) isLost(*Session, error) bool { return false }

// Join refuses.
func (f *sqliteFile) Join(context.Context, Member) (*Process, error) { return nil, ErrNotShared }
