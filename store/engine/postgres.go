package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgres is a database on a PostgreSQL server.
type postgres struct {
	config *pgx.ConnConfig
	name   string
	knows  int64                 // the version of the tables that this program knows
	alone  atomic.Pointer[alone] // nil: this process has not the database for itself
}

// How long a connection may take to be made, and how long a transaction that writes may do
// nothing.
const (
	connectTimeout = 10 * time.Second
	idleInWrite    = "4s"
)

// oldestServer is the first version that can say what became of a transaction
// (pg_xact_status), as a number and in words.
const (
	oldestServer     = 130000
	oldestServerName = "13"
)

// migrationLock is the advisory lock that whoever migrates holds, for the time of one
// transaction.
const migrationLock = 0x6e657773 // "news"

func newPostgres(address string) (*postgres, error) {
	config, err := pgx.ParseConfig(address)
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, setupError(nil, "the address in `database` names the file %s, which cannot be read: look at sslrootcert, sslcert and sslkey", file.Path)
	}

	if err != nil {
		return nil, setupError(nil, "the address in `database` is not one: write postgres://USER:PASSWORD@HOST:5432/DATABASE, with %%40 for an @ and %%2F for a / in the password")
	}

	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}

	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "newsbell"
	}

	return &postgres{config: config, name: nameOf(config)}, nil
}

// nameOf is an address as people know it, without user and password.
func nameOf(c *pgx.ConnConfig) string {
	host := c.Host
	if c.Port != 5432 {
		host = fmt.Sprintf("%s:%d", c.Host, c.Port)
	}

	return "postgres://" + host + "/" + url.PathEscape(c.Database)
}

// oneWriter begins a write: it waits until no other process writes, and reads what the
// transaction is called. So a transaction that writes is alone, as it is on a file: it may look
// and then write without a thought of others, and no two of them wait for each other. What
// waits together is committed together (package store), so that this is not one disk sync
// a write. A process that is frozen within a transaction does not hold it for ever: it would hold
// up whoever takes over. That is said here, because a pooler between may give each transaction
// another connection. A server as it comes takes it that pages are read one by one at a quarter of
// the pace, as from a turning disk, and so reads a table of tens of thousands of rows whole for
// the 256 that are changed (measured, docs/performance.md). All of it is one round trip.
const oneWriter = "BEGIN; SELECT pg_current_xact_id()::text, set_config('idle_in_transaction_session_timeout', '" + idleInWrite + "', true), " +
	"set_config('random_page_cost', '1.1', true), " +
	"pg_advisory_xact_lock(1852143475, hashtext(current_schema()))::text"

func (p *postgres) Name() string { return p.name }

// prepares is false where the address has pgx keep no statements on its connections
// (default_query_exec_mode), as a pooler may need that hands each transaction another one.
func (p *postgres) prepares() bool {
	return p.config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement
}

// pool returns a pool of connections.
func (p *postgres) pool(size int) *sql.DB {
	db := stdlib.OpenDB(*p.config.Copy())
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)

	return db
}

func (p *postgres) Exists(ctx context.Context) (bool, error) {
	db := p.pool(1)
	defer db.Close()

	have, err := p.applied(ctx, db)

	return len(have) > 0, p.Explain(err)
}

func (p *postgres) Open(ctx context.Context, migrations fs.FS) (writer, readers *sql.DB, err error) {
	writer = p.pool(1)

	if err = p.inspect(ctx, writer); err != nil {
		return writer, nil, err
	}

	if err = p.migrate(ctx, writer, migrations); err != nil {
		return writer, nil, err
	}

	return writer, p.pool(Readers), nil
}

// inspect makes sure that the server is one that the program can use.
func (p *postgres) inspect(ctx context.Context, db *sql.DB) error {
	var (
		version           int
		words, encoding   string
		readOnly, granted bool
	)

	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'),
		current_setting('server_encoding'), pg_is_in_recovery(), coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`).
		Scan(&version, &words, &encoding, &readOnly, &granted)

	switch {
	case err != nil:
		return p.Explain(fmt.Errorf("open the database: %w", err))
	case version < oldestServer:
		return setupError(nil, "the server of %s is PostgreSQL %s, and Newsbell needs %s or later: update the server", p.name, words, oldestServerName)
	case encoding != "UTF8":
		return setupError(nil, "the database %s is encoded in %s, and Newsbell needs UTF-8: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", p.name, encoding)
	case readOnly:
		return setupError(nil, "the server of %s is a replica that may only be read: name the primary one", p.name)
	case !granted:
		return setupError(nil, "the user may not make tables in the database %s: make the user its owner, or GRANT CREATE ON SCHEMA public", p.name)
	}

	return nil
}

// applied lists the migrations that the tables have, in order.
func (p *postgres) applied(ctx context.Context, db *sql.DB) (have []int64, err error) {
	var there bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&there); err != nil || !there {
		return nil, err
	}

	return appliedOf(ctx, db)
}

// migrate brings the tables up to date, one process at a time.
func (p *postgres) migrate(ctx context.Context, writer *sql.DB, files fs.FS) error {
	all, err := goMigrations(files)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}

	p.knows = all[len(all)-1].Version

	if have, err := p.applied(ctx, writer); err == nil && slices.EqualFunc(all, have, func(m *goose.Migration, version int64) bool { return m.Version == version }) {
		return nil
	}

	db := p.pool(2)
	defer db.Close()

	lock, err := db.BeginTx(ctx, nil)
	if err != nil {
		return p.Explain(fmt.Errorf("migrate the database: %w", err))
	}
	defer func() { _ = lock.Rollback() }() // nothing was written

	if _, err := lock.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock); err != nil {
		return p.Explain(fmt.Errorf("migrate the database: %w", err))
	}

	provider, err := goose.NewProvider(goose.DialectPostgres, db, nil, goose.WithGoMigrations(all...), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}

	have, err := p.applied(ctx, db)
	known := versionsOf(provider)
	missing, unknown := subtractIDs(known, have), subtractIDs(have, known)

	switch {
	case err != nil:
		return p.Explain(err)
	case len(unknown) > 0 && len(missing) > 0:
		return setupError(nil, "%w", newerError(p.name, unknown[0]))
	case len(unknown) > 0:
		return p.allowOlder(ctx, db, have[len(have)-1])
	case len(missing) == 0:
		return nil
	}

	if _, err := provider.Up(ctx); err != nil {
		return p.Explain(fmt.Errorf("migrate the database: %w", err))
	}

	if p.knows < oldestKnown {
		return nil
	}

	return p.Explain(p.sayOldest(ctx, db))
}

// Programs of two versions may share a database, so that one process after the other can be
// updated: migrations only add. Whoever brings the tables up to date says which version of
// them a program has to know at least, and for which version that was said.
const (
	oldestKnown   = 158 // which writes no canonical addresses: an older program would not find an article by its page
	oldestFact    = "oldest_program"
	oldestForFact = "oldest_program_for"
)

// execer is a connection, or a pool of some.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (p *postgres) sayOldest(ctx context.Context, db execer) error {
	_, err := db.ExecContext(ctx, "INSERT INTO facts (name, value) VALUES ($1, $2), ($3, $4) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		oldestFact, oldestKnown, oldestForFact, p.knows)

	return err
}

// allowOlder lets this program run on newer tables if they are made for that.
func (p *postgres) allowOlder(ctx context.Context, db *sql.DB, have int64) error {
	var oldest, forVersion int64

	err := db.QueryRowContext(ctx, "SELECT coalesce(max(value) FILTER (WHERE name = $1), 0), coalesce(max(value) FILTER (WHERE name = $2), 0) FROM facts",
		oldestFact, oldestForFact).Scan(&oldest, &forVersion)
	if err == nil && (forVersion != have || oldest > p.knows) {
		err = setupError(nil, "%w", newerError(p.name, have))
	}

	return p.Explain(err)
}

// Check looks for rows that point to missing ones, which the server itself keeps out, and
// for indexes that it has marked as unusable.
func (p *postgres) Check(ctx context.Context) (found []string, err error) {
	db := p.pool(1)
	defer db.Close()

	var what string

	err = scanAll(ctx, db, `SELECT 'the index ' || i.indexrelid::regclass || ' of ' || i.indrelid::regclass || ' is not valid' FROM pg_index i
			JOIN pg_class c ON c.oid = i.indrelid WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
		UNION ALL SELECT 'the constraint ' || conname || ' of ' || conrelid::regclass || ' is not valid' FROM pg_constraint
			WHERE NOT convalidated AND connamespace = current_schema()::regnamespace`, []any{&what}, func() { found = append(found, what) })

	return found, p.Explain(err)
}

// Backup refuses: the server has tools of its own.
func (p *postgres) Backup(context.Context, string) error {
	return fmt.Errorf("%s is on a PostgreSQL server: back it up with pg_dump --format=custom --file=FILE, or copy it into a file with `newsbell move --to FILE`", p.name)
}

// Size is that of the whole database, whatever else is in it.
func (p *postgres) Size(ctx context.Context) (size int64, err error) {
	db := p.pool(1)
	defer db.Close()

	err = db.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&size)

	return size, p.Explain(err)
}

// Compact does nothing: the server vacuums by itself.
func (p *postgres) Compact(context.Context) error { return nil }

// LetOthersWrite does nothing: the writers of a server exclude each other row by row.
func (p *postgres) LetOthersWrite() {}

func (p *postgres) begin(ctx context.Context, s *Session, mode Mode) error {
	if mode == Read {
		return s.Command(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
	}

	err := s.raw(func(c *pgx.Conn) error {
		results, err := c.PgConn().Exec(ctx, oneWriter).ReadAll()
		if err == nil {
			s.id = string(results[1].Rows[0][0])
		}

		return err
	})
	if l := p.alone.Load(); err == nil && l != nil {
		err = l.fence(ctx, s)
	}

	if err != nil && !p.isLost(s, err) {
		err = errors.Join(err, s.Command(ctx, "ROLLBACK"))
	}

	return err
}

// errUnwritten: the connection was lost, and nothing of the transaction was written.
var errUnwritten = fmt.Errorf("%w: the connection was lost, and nothing was changed", ErrAway)

// errAborted: a statement had failed, whatever was made of its error, and so the server answered
// COMMIT with a rollback.
var errAborted = errors.New("a statement of the transaction had failed, and nothing was changed")

func (p *postgres) rollback(ctx context.Context, s *Session) error { return s.Command(ctx, "ROLLBACK") }

func (p *postgres) whileReading(ctx context.Context) context.Context { return ctx }

// commit commits. The answer to a COMMIT may be lost with the connection: then the server is asked
// what became of the transaction until it says so or ctx ends, so that the outcome of every write
// is known.
func (p *postgres) commit(ctx context.Context, s *Session) error {
	err := s.sendCommit(context.WithoutCancel(ctx))
	if err == nil || !p.isLost(s, err) {
		return err
	}

	id := s.id

	for {
		s.drop()

		if !sleep(ctx, firstReopen) {
			return err
		}

		switch status, answered := s.transactionStatus(ctx, id); {
		case !answered, status == "in progress": // the server is away still, or has not noticed the loss
		case status == "committed":
			return nil
		default:
			return errUnwritten
		}
	}
}

// sendCommit sends COMMIT. The server takes one of a transaction in which a statement has failed as a
// ROLLBACK, and says so in nothing but the tag of its answer.
func (s *Session) sendCommit(ctx context.Context) error {
	if s.conn == nil {
		return ErrAway
	}

	return s.raw(func(c *pgx.Conn) error {
		results, err := c.PgConn().Exec(ctx, "COMMIT").ReadAll()
		if err == nil && results[0].CommandTag.String() == "ROLLBACK" {
			err = errAborted
		}

		return err
	})
}

// transactionStatus asks the server over a new connection what became of a transaction:
// "committed", "aborted", "in progress", or "" where the server has never had it, because it came
// back with an older state. answered is false if the server could not be asked.
func (s *Session) transactionStatus(ctx context.Context, id string) (status string, answered bool) {
	if s.open(ctx) != nil {
		return "", false
	}

	err := s.conn.QueryRowContext(ctx, "SELECT coalesce(pg_xact_status($1::text::xid8), '')", id).Scan(&status)
	if err != nil {
		return "", s.isUsable() // an id from the future is an error, over a connection that still works
	}

	return status, true
}

// isUsable reports whether the connection is open.
func (s *Session) isUsable() bool {
	if s.conn == nil {
		return false
	}

	open := false
	err := s.raw(func(c *pgx.Conn) error {
		open = !c.IsClosed()

		return nil
	})

	return err == nil && open
}

// raw gives do the connection as the driver has it.
func (s *Session) raw(do func(*pgx.Conn) error) error {
	return s.conn.Raw(func(raw any) error {
		c, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection of %T", raw)
		}

		return do(c.Conn())
	})
}

// isLost reports whether the connection is gone: it is, or the server would not make one
// for now.
func (p *postgres) isLost(s *Session, err error) bool {
	return err != nil && (s.conn != nil && !s.isUsable() || s.conn == nil && isAway(err))
}
