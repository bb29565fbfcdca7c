package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// Partial is behind the name of a copy that is being written.
const Partial = ".partial"

// CopyFile writes a consistent copy of the database at path, which db has open, while
// others use it. A file of that name is replaced. A process that is killed leaves the
// name as it was, and perhaps a file with ".partial" behind it, which the next copy
// replaces.
func CopyFile(ctx context.Context, db *sql.DB, path, to string) error {
	partial := to + Partial

	err := copyTo(ctx, db, partial)
	if err == nil {
		// What is left of a file of that name is not of this one.
		_, _ = os.Remove(to+"-wal"), os.Remove(to+"-shm")
		err = os.Rename(partial, to)
	}

	if err == nil {
		err = syncFolder(filepath.Dir(to))
	}

	if err == nil {
		return nil
	}

	err = fmt.Errorf("copy the database to %s: %w", to, explainFile(err, path))
	if left := os.Remove(partial); !errors.Is(left, os.ErrNotExist) {
		err = errors.Join(err, left)
	}

	return err
}

// copyTo writes and syncs a copy.
func copyTo(ctx context.Context, db *sql.DB, to string) error {
	// SQLite opens what is there: it has to be empty, and private from the start.
	file, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_RDWR, private)
	if err != nil {
		return err
	}
	defer file.Close()

	if err := file.Chmod(private); err != nil {
		return err
	}

	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	// Within a transaction, what others write between two steps does not make it begin anew.
	// The writer does not wait for it: there is a write-ahead log.
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }() // nothing was written

	var schema int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&schema); err != nil {
		return err
	}

	err = conn.Raw(func(raw any) error {
		copier, ok := raw.(copier)
		if !ok {
			return fmt.Errorf("the driver %T cannot copy", raw)
		}

		return copyPages(ctx, copier, to)
	})
	if errors.Is(err, driver.ErrBadConn) {
		err = ctx.Err()
	}

	if err != nil {
		return err
	}

	return file.Sync()
}

// copier is a connection of the driver.
type copier interface {
	NewBackup(to string) (*sqlite.Backup, error)
}

// stepPages is how many pages of 4 kB are copied until a stop is looked for.
const stepPages = 1024

// copyPages copies until ctx ends.
func copyPages(ctx context.Context, from copier, to string) error {
	backup, err := from.NewBackup(fileAddress(to))
	if err != nil {
		return err
	}

	for more := true; more && err == nil; {
		if err = ctx.Err(); err == nil {
			more, err = backup.Step(stepPages)
		}
	}

	// A copy that failed fails in the same way when it is ended.
	if ended := backup.Finish(); err == nil {
		err = ended
	}

	return err
}

// syncFolder makes a rename last. Where folders cannot be synced it does nothing.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	defer folder.Close()

	_ = folder.Sync()

	return nil
}
