package engine

import (
	"context"
	"database/sql"
	"fmt"
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

// parents returns which tables a table's foreign keys point to.
func (t *Tables) parents(ctx context.Context) (map[string][]string, error) {
	query := `SELECT m.name, f."table" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id`
	if t.isPostgres() {
		query = "SELECT c.relname::text, p.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace ORDER BY c.relname, k.conname"
	}

	of := map[string][]string{}

	var name, parent string

	err := scanAll(ctx, t.db, query, []any{&name, &parent}, func() { of[name] = append(of[name], parent) })

	return of, err
}
