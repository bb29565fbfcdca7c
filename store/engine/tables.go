package engine

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Tables are what a database holds, for who copies it to another engine.
type Tables struct {
	engine Engine
	db     *sql.DB
}

// OpenTables opens the tables of a database that was opened before: they are up to date.
func OpenTables(e Engine) (*Tables, error) {
	const connections = 3 // one reads or writes, one looks up the columns meanwhile

	switch e := e.(type) {
	case *postgres:
		return &Tables{e, e.pool(connections)}, nil
	case *sqliteFile:
		db, err := OpenFile(e.path, FileOptions{Size: connections})
		return &Tables{e, db}, err
	}

	return nil, fmt.Errorf("no tables of %T", e)
}

// Close closes them.
func (t *Tables) Close() error { return t.db.Close() }

// Count counts the rows of a table.
func (t *Tables) Count(ctx context.Context, table string) (n int64, err error) {
	err = t.db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}

// isPostgres reports whether the tables are on a server.
func (t *Tables) isPostgres() bool {
	_, is := t.engine.(*postgres)
	return is
}

// Names lists the tables with data, in the order of their names. Who works on a database
// (leases) is none of it.
func (t *Tables) Names(ctx context.Context) (names []string, err error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('goose_db_version', 'leases', 'processes') ORDER BY name"
	if t.isPostgres() {
		query = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname NOT IN ('goose_db_version', 'leases', 'processes') ORDER BY relname"
	}

	var name string

	err = scanAll(ctx, t.db, query, []any{&name}, func() { names = append(names, name) })

	return names, err
}

// Columns lists the columns of a table, in the order of their names.
func (t *Tables) Columns(ctx context.Context, table string) (columns []string, err error) {
	query := fmt.Sprintf("SELECT name FROM pragma_table_info('%s') ORDER BY name", table)
	if t.isPostgres() {
		query = fmt.Sprintf("SELECT attname::text FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname", table)
	}

	var name string

	err = scanAll(ctx, t.db, query, []any{&name}, func() { columns = append(columns, name) })

	return columns, err
}

// rowsInCopy is how many rows one statement writes; SQLite takes 32,766 arguments.
const rowsInCopy = 100

// CopyTables copies every row to an empty database with the same tables, in one
// transaction. each is told of every table's rows as they are written.
func CopyTables(ctx context.Context, from, to *Tables, each func(table string, rows int)) error {
	names, err := from.Names(ctx)
	if err != nil {
		return err
	}

	conn, err := to.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	// What points to what is looked at again when everything is there.
	begin, end := []string{"PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"}, "PRAGMA foreign_keys = ON"
	if to.isPostgres() {
		begin, end = []string{"BEGIN"}, ""
	}

	for _, statement := range begin {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}

	err = copyAll(ctx, from, to, conn, inOrder(names), each)

	lasting := context.WithoutCancel(ctx)
	if err == nil {
		_, err = conn.ExecContext(lasting, "COMMIT")
	}

	if err != nil {
		_, _ = conn.ExecContext(lasting, "ROLLBACK") // the first error is the one to tell
	}

	if end != "" {
		_, _ = conn.ExecContext(lasting, end)
	}

	return err
}

// inOrder puts tables that others point to first.
func inOrder(names []string) []string {
	first := []string{"sources", "chats", "articles", "stories", "messages"}
	order := append([]string(nil), first...)

	for _, name := range names {
		known := false
		for _, f := range first {
			known = known || f == name
		}

		if !known {
			order = append(order, name)
		}
	}

	return order
}

func copyAll(ctx context.Context, from, to *Tables, conn *sql.Conn, names []string, each func(string, int)) error {
	snapshot, err := from.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = snapshot.Rollback() }() // nothing was written

	for _, name := range names {
		// What a new database begins with: its own facts.
		if _, err := conn.ExecContext(ctx, "DELETE FROM "+name); err != nil {
			return fmt.Errorf("empty table %s: %w", name, err)
		}
	}

	for _, name := range names {
		columns, err := from.Columns(ctx, name)
		if err != nil {
			return err
		}

		if err := to.copyTable(ctx, snapshot, conn, name, columns, each); err != nil {
			return fmt.Errorf("copy table %s: %w", name, err)
		}
	}

	return copyCounters(ctx, from, to, snapshot, conn, names)
}

// snapshot begins to read one state of all tables.
func (t *Tables) snapshot(ctx context.Context) (*sql.Tx, error) {
	options := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if !t.isPostgres() {
		options = nil // SQLite knows no other
	}

	return t.db.BeginTx(ctx, options)
}

func (t *Tables) copyTable(ctx context.Context, from *sql.Tx, to *sql.Conn, table string, columns []string, each func(string, int)) error {
	rows, err := from.QueryContext(ctx, `SELECT "`+strings.Join(columns, `", "`)+`" FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()

	var (
		batch []any
		n     int
	)

	write := func() error {
		if n == 0 {
			return nil
		}

		err := t.insertRows(ctx, to, table, columns, batch)
		each(table, n)

		batch, n = batch[:0], 0

		return err
	}

	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}

		if err := rows.Scan(into...); err != nil {
			return err
		}

		batch = append(batch, values...)

		if n++; n == rowsInCopy {
			if err := write(); err != nil {
				return err
			}
		}
	}

	if err := rows.Err(); err != nil {
		return err
	}

	return write()
}

// insertRows inserts rows, whose values follow each other.
func (t *Tables) insertRows(ctx context.Context, to *sql.Conn, table string, columns []string, values []any) error {
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	all := row + strings.Repeat(", "+row, len(values)/len(columns)-1)

	into := t.engine.translate("INSERT INTO " + table + ` ("` + strings.Join(columns, `", "`) + `") VALUES ` + all)

	if into.arguments != nil {
		var err error
		if values, err = into.arguments(values); err != nil {
			return err
		}
	}

	_, err := to.ExecContext(ctx, into.text, values...)

	return err
}

// copyCounters takes the numbers of rows on where they were: none is given again, also of
// a row that is gone.
func copyCounters(ctx context.Context, from, to *Tables, source *sql.Tx, target *sql.Conn, names []string) error {
	for _, name := range names {
		var last sql.NullInt64

		query := "SELECT max(seq) FROM sqlite_sequence WHERE name = '" + name + "'"

		if from.isPostgres() {
			var sequence sql.NullString
			if err := source.QueryRowContext(ctx, "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = 'id' AND attidentity <> '') THEN pg_get_serial_sequence($1::text, 'id') END", name).Scan(&sequence); err != nil {
				return err
			}

			if !sequence.Valid {
				continue
			}

			query = "SELECT CASE WHEN is_called THEN last_value END FROM " + sequence.String
		}

		if err := source.QueryRowContext(ctx, query).Scan(&last); err != nil {
			return err
		}

		if !last.Valid || last.Int64 == 0 {
			continue
		}

		if err := to.setCounter(ctx, target, name, last.Int64); err != nil {
			return fmt.Errorf("count on in table %s: %w", name, err)
		}
	}

	return nil
}

func (t *Tables) setCounter(ctx context.Context, target *sql.Conn, table string, last int64) error {
	if t.isPostgres() {
		_, err := target.ExecContext(ctx, "SELECT setval(pg_get_serial_sequence($1::text, 'id'), $2)", table, last)
		return err
	}

	if _, err := target.ExecContext(ctx, "DELETE FROM sqlite_sequence WHERE name = ?", table); err != nil {
		return err
	}

	_, err := target.ExecContext(ctx, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last)

	return err
}
