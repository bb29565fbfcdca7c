package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// LockFile makes this process the only one that runs on the file, whatever name it is
// called by, until unlock or the end of the process, however that comes. It returns
// [ErrInUse] if another process has it.
func LockFile(ctx context.Context, path string) (unlock func() error, err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}

	return LockName(ctx, real+lockSuffix)
}

// lockSuffix is what the name of a database's lock file has after the database's own.
const lockSuffix = ".lock"

// lockPatience is how many milliseconds a lock is waited for: isLocked has it for a moment.
const lockPatience = "100"

// isLocked reports whether a process has a file for itself. What cannot be told is taken for yes:
// a process says in the database, too, that it runs.
func isLocked(ctx context.Context, path string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return true
	}

	if _, err := os.Stat(real + lockSuffix); errors.Is(err, os.ErrNotExist) {
		return false // nothing has run on it
	}

	db, err := sql.Open("sqlite", fileAddress(real+lockSuffix)+"?mode=ro&_busy_timeout=0")
	if err != nil {
		return true
	}
	defer db.Close()

	var version int

	return db.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version) != nil
}

// LockName makes this process the only one that has a lock file, which is made if it is not
// there and stays, until unlock or the end of the process. It returns [ErrInUse] if another
// process, or this one, has it.
func LockName(ctx context.Context, name string) (unlock func() error, err error) {
	// Who may read the file could hold the lock.
	if file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, private); err == nil {
		_ = file.Close()
	}

	// A lock of SQLite on a file of its own: it works on every system and is let
	// go with the process.
	db, err := sql.Open("sqlite", fileAddress(name)+"?_pragma=locking_mode(exclusive)&_pragma=journal_mode(delete)&_txlock=exclusive&_busy_timeout="+lockPatience)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}

	db.SetMaxOpenConns(1)
	db.SetConnMaxLifetime(0)

	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // the lock outlives ctx
	if err != nil {
		if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqliteBusy {
			err = ErrInUse
		}

		return nil, errors.Join(explainFile(err, name), db.Close())
	}

	return func() error {
		err := tx.Rollback()
		if errors.Is(err, sql.ErrTxDone) {
			err = nil
		}

		return errors.Join(err, db.Close())
	}, nil
}

// Identity is which file a path led to at a time.
type Identity struct {
	path string
	info os.FileInfo
}

// Identify returns the identity of the file at a path.
func Identify(path string) (Identity, error) {
	info, err := os.Stat(path)
	return Identity{path, info}, err
}

// Check returns [ErrReplaced] if the path leads to another file now, or to none.
func (i Identity) Check() error {
	if info, err := os.Stat(i.path); err != nil || !os.SameFile(info, i.info) {
		return ErrReplaced
	}

	return nil
}

// check returns [ErrReplaced] or [ErrLogReplaced] if a name leads to another file now, or to none.
func (l *locked) check() error {
	if err := l.file.Check(); err != nil {
		return err
	}

	if l.log.info != nil && l.log.Check() != nil {
		return ErrLogReplaced
	}

	return nil
}
