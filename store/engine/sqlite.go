package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/pressly/goose/v3"
)

// sqliteFile is a SQLite file.
type sqliteFile struct {
	path     string
	maxPages int                      // see FileOptions
	unclean  bool                     // the last process did not close the file, or has it open
	locked   atomic.Pointer[Identity] // the file that is locked; nil: none is
}

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

	have, err := version(ctx, db)
	known := provider.ListSources()

	want := known[len(known)-1].Version
	switch {
	case err != nil:
		return fmt.Errorf("open the database %s: %w", f.path, err)
	case have > want:
		return newer(f.path, have, want)
	case have == want:
		if missing, err := isMissing(ctx, db, len(known)); err != nil || !missing {
			return err
		}
	}

	if have > 0 {
		if err := f.keepCopy(ctx, db, have, fmt.Sprintf("%s.before-%d", f.path, want)); err != nil {
			return fmt.Errorf("keep a copy before the migration: %w", err)
		}
	}

	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database %s: %w", f.path, err)
	}

	return nil
}

// isMissing reports whether a migration was never applied: one may have come into the
// program after others with higher numbers.
func isMissing(ctx context.Context, db *sql.DB, known int) (bool, error) {
	var n int

	err := db.QueryRowContext(ctx, "SELECT count(DISTINCT version_id) FROM goose_db_version WHERE is_applied AND version_id > 0").Scan(&n)

	return n < known, err
}

// newer is the error of a database that a newer program has migrated.
func newer(name string, have, want int64) error {
	return fmt.Errorf("the database %s was made by a newer Newsbell (version %d of its tables, this program knows %d): update the program", name, have, want)
}

// keepCopy copies the database before it is migrated from a version. A process may
// have been killed before or between the migrations: the copy that it made is kept
// if it is of an older version than what the tables are by now.
func (f *sqliteFile) keepCopy(ctx context.Context, db *sql.DB, have int64, to string) error {
	if _, err := os.Stat(to); err == nil {
		old, err := OpenFile(to, FileOptions{Size: 1, ReadOnly: true})
		if err != nil {
			return err
		}

		kept, err := version(ctx, old)
		if errors.Join(err, old.Close()) == nil && kept > 0 && kept < have {
			return nil
		}
	}

	return CopyFile(ctx, db, f.path, to)
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

func (f *sqliteFile) Lock(ctx context.Context) (unlock func() error, err error) {
	if unlock, err = LockFile(ctx, f.path); err != nil {
		return nil, err
	}

	if f.unclean {
		err = CheckFile(ctx, f.path)
	}

	var opened Identity
	if err == nil {
		opened, err = Identify(f.path)
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
		return fmt.Errorf("%s exists already: name a new file", to)
	}

	db, err := OpenFile(f.path, FileOptions{Size: 1, ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()

	return CopyFile(ctx, db, f.path, to)
}

func (f *sqliteFile) Compact(ctx context.Context) error {
	db, err := OpenFile(f.path, FileOptions{Size: 1})
	if err != nil {
		return err
	}
	defer db.Close()

	if _, err := db.ExecContext(ctx, "PRAGMA incremental_vacuum(2000)"); err != nil {
		return f.Explain(fmt.Errorf("compact the database: %w", err))
	}

	return nil
}

func (f *sqliteFile) Explain(err error) error { return ExplainFile(err, f.path) }

func (f *sqliteFile) translate(query string) translation { return translation{text: query} }

func (f *sqliteFile) begin(ctx context.Context, s *Session, writes bool) error {
	if !writes {
		return s.Command(ctx, "BEGIN")
	}

	// What is written to a file that has lost its name is lost with it.
	if locked := f.locked.Load(); locked != nil {
		if err := locked.Check(); err != nil {
			return err
		}
	}

	return s.Command(ctx, "BEGIN IMMEDIATE")
}

func (f *sqliteFile) commit(ctx context.Context, s *Session) error {
	return s.Command(context.WithoutCancel(ctx), "COMMIT")
}

func (f *sqliteFile) isLost(*Session, error) bool { return false }

// Join refuses.
func (f *sqliteFile) Join(context.Context, Member) (*Process, error) { return nil, ErrNotShared }
