package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"

	"modernc.org/sqlite"
)

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
