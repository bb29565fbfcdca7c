package engine

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// What a copy is written in: rowsInCopy rows are a statement (SQLite takes 32,766 arguments), and
// rowsInPage rows are committed together, so that a log of the target does not grow to the size
// of all.
const (
	rowsInCopy = 100
	rowsInPage = 2_000
)

// partlyFact marks, in the table facts, a database that a copy into was begun and not completed. The
// transaction that completes the copy replaces the facts by those of the original.
const (
	partlyFact = "partly_copied"
	factsTable = "facts"
)

// CheckWhole is an [ErrSetup] for a database that a copy was begun into and not ended.
func CheckWhole(ctx context.Context, e Engine, db *sql.DB) error {
	partly, err := isPartly(ctx, db)
	if err == nil && partly {
		err = setupError(nil, "%s holds a part of another database only: a move was interrupted. Run `newsbell move` again, which begins anew; the other database is as it was", e.Name())
	}

	return err
}

func isPartly(ctx context.Context, db *sql.DB) (partly bool, err error) {
	var n int

	err = db.QueryRowContext(ctx, "SELECT count(*) FROM facts WHERE name = '"+partlyFact+"'").Scan(&n)

	return n > 0, err
}

// IsPartly reports whether a copy into the database was begun and not ended.
func (t *Tables) IsPartly(ctx context.Context) (bool, error) { return isPartly(ctx, t.db) }

// CopyTables copies every row to a database with the same tables, which is empty or holds a copy that
// was interrupted. Until it has returned nil the target is not to be used: see [CheckWhole]. each is
// called with how many rows were written.
func CopyTables(ctx context.Context, from, to *Tables, each func(rows int)) error {
	names, err := from.Names(ctx)
	if err != nil {
		return err
	}

	parents, err := from.parents(ctx)
	if err != nil {
		return fmt.Errorf("read which table points to which: %w", err)
	}

	conn, err := to.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	snapshot, err := from.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = snapshot.Rollback() }() // nothing was written

	c := &tableCopy{ctx: ctx, from: from, to: to, source: snapshot, conn: conn, names: inOrder(names, parents), each: each}

	if !to.isPostgres() {
		// What points to what is looked at again when everything is there.
		if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
			return err
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA foreign_keys = ON") }()
	}

	err = c.run()
	if err != nil {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // the first error is the one to tell
	}

	return err
}

// tableCopy is a copy that is being made.
type tableCopy struct {
	ctx      context.Context //nolint:containedctx // it lives within one call of CopyTables
	from, to *Tables
	source   *sql.Tx
	conn     *sql.Conn // to the target
	names    []string
	page     int // rows that are not committed yet
	each     func(rows int)
}

func (c *tableCopy) run() error {
	if err := c.empty(); err != nil {
		return err
	}

	if err := c.exec(c.to.beginWrite()); err != nil {
		return err
	}

	for _, name := range c.names {
		if name == factsTable { // a new database has some of its own
			if err := c.exec("DELETE FROM " + factsTable); err != nil {
				return err
			}
		}

		if err := c.copyTable(name); err != nil {
			return fmt.Errorf("copy table %s: %w", name, err)
		}
	}

	if err := copyCounters(c.ctx, c.from, c.to, c.source, c.conn, c.names); err != nil {
		return err
	}

	if p, is := c.to.engine.(*postgres); is && p.knows >= oldestKnown {
		if err := p.sayOldest(c.ctx, c.conn); err != nil {
			return err
		}
	}

	return c.exec("COMMIT")
}

func (c *tableCopy) exec(statement string) error {
	_, err := c.conn.ExecContext(c.ctx, statement)
	return err
}

// empty notes that a copy begins, and deletes what one before has left, or a new database
// begins with.
func (c *tableCopy) empty() error {
	data := slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return name == factsTable })
	statements := []string{
		c.to.beginWrite(),
		"INSERT INTO facts (name, value) VALUES ('" + partlyFact + "', 1) ON CONFLICT (name) DO NOTHING",
	}

	if c.to.isPostgres() {
		statements = append(statements, "TRUNCATE "+strings.Join(data, ", "))
	} else {
		for _, name := range data {
			statements = append(statements, "DELETE FROM "+name)
		}
	}

	for _, statement := range append(statements, "COMMIT") {
		if err := c.exec(statement); err != nil {
			return fmt.Errorf("empty the tables: %w", err)
		}
	}

	return nil
}

// beginWrite is how a transaction that writes begins.
func (t *Tables) beginWrite() string {
	if t.isPostgres() {
		return "BEGIN"
	}

	return "BEGIN IMMEDIATE"
}

// snapshot begins to read one state of all tables.
func (t *Tables) snapshot(ctx context.Context) (*sql.Tx, error) {
	options := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if !t.isPostgres() {
		options = nil // SQLite knows no other
	}

	return t.db.BeginTx(ctx, options)
}

// copyTable copies a table. What is not of the facts is committed in pages.
func (c *tableCopy) copyTable(table string) error {
	columns, err := c.from.Columns(c.ctx, table)
	if err != nil {
		return err
	}

	rows, err := c.source.QueryContext(c.ctx, `SELECT "`+strings.Join(columns, `", "`)+`" FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()

	var batch []any

	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}

		if err := rows.Scan(into...); err != nil {
			return err
		}

		for i, v := range values {
			if bytes, is := v.([]byte); is && bytes == nil {
				values[i] = []byte{} // SQLite's driver reads an empty blob so, which is not NULL
			}
		}

		if batch = append(batch, values...); len(batch) == rowsInCopy*len(columns) {
			if err := c.write(table, columns, batch); err != nil {
				return err
			}

			batch = batch[:0]
		}
	}

	if err := rows.Err(); err != nil || len(batch) == 0 {
		return err
	}

	return c.write(table, columns, batch)
}

// write writes rows, and commits them with those before where they are a page.
func (c *tableCopy) write(table string, columns []string, values []any) error {
	if err := c.to.insertRows(c.ctx, c.conn, table, columns, values); err != nil {
		return err
	}

	n := len(values) / len(columns)
	c.page += n
	c.each(n)

	if c.page < rowsInPage || table == factsTable {
		return nil
	}

	c.page = 0

	if err := c.exec("COMMIT"); err != nil {
		return err
	}

	return c.exec(c.to.beginWrite())
}

// inOrder puts tables that others point to before those, and last the one that says whether all is there.
func inOrder(names []string, parents map[string][]string) (ordered []string) {
	done := map[string]bool{factsTable: true}

	var add func(name string)

	add = func(name string) {
		if done[name] {
			return
		}

		done[name] = true // first, since a table may point to itself

		for _, parent := range parents[name] {
			add(parent)
		}

		ordered = append(ordered, name)
	}

	for _, name := range names {
		add(name)
	}

	return append(ordered, factsTable)
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

// copyCounters makes the ids of rows continue where they were, so that none is given twice, not even
// that of a row that was deleted.
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
