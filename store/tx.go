package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// tuples is "(?, ?), (?, ?)" for rows of width columns. SQLite looks named
// parameters up one by one: with the hundreds of a multi-row insert that would
// be most of its work.
func tuples(width, rows int) string {
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// session is a connection with the statements prepared on it. Parsing is most of
// the cost of a small statement, so each text is parsed once. A session serves
// one transaction at a time.
type session struct {
	conn       *sql.Conn
	statements map[string]*statement
	// shared is what a group of writes has read of articles (Tx.sharedContexts);
	// nil: it is not kept.
	shared map[int64]sharedContext
	// tallies are what the group of writes has counted.
	tallies map[tally]int64
	// gone: the transaction was rolled back underneath a group of writes.
	gone bool
	// watch is told of every statement, for tests.
	watch func(query string)
}

// statement is prepared; busy while its rows are being read.
type statement struct {
	*sql.Stmt
	busy bool
}

// mostStatements bounds what a session keeps: texts with lists of varying length
// beyond that are parsed each time.
const mostStatements = 300

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}

	return &session{conn: conn, statements: map[string]*statement{}}, nil
}

// statement returns a prepared statement to use until done is called.
func (s *session) statement(ctx context.Context, query string) (st *sql.Stmt, done func(), err error) {
	if s.watch != nil {
		s.watch(query)
	}

	if kept := s.statements[query]; kept != nil && !kept.busy {
		kept.busy = true
		return kept.Stmt, func() { kept.busy = false }, nil
	}

	st, err = s.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, nil, err
	}

	if s.statements[query] != nil || len(s.statements) >= mostStatements {
		return st, func() { st.Close() }, nil
	}

	kept := &statement{st, true}
	s.statements[query] = kept

	return st, func() { kept.busy = false }, nil
}

// command runs a statement that is not worth keeping: BEGIN, COMMIT.
func (s *session) command(ctx context.Context, text string) error {
	_, err := s.conn.ExecContext(ctx, text)
	return err
}

func (s *session) close() error {
	var errs []error
	for _, st := range s.statements {
		errs = append(errs, st.Close())
	}

	return errors.Join(append(errs, s.conn.Close())...)
}

// Tx is a transaction. It must not outlive the function it was given to, nor be
// used by two goroutines.
type Tx struct {
	session *session
	ctx     context.Context //nolint:containedctx // as sql.Tx keeps its own: a Tx lives within one call of Update or View
	// Now is the moment of the transaction: one time for all its rows.
	Now time.Time
	// raised are the signals to give, drops the alerts to tell of, after the commit.
	raised []Signal
	drops  []Drop
	// tallies count what ended, to be written with the group.
	tallies map[tally]int64
}

func (t *Tx) exec(query string, args ...any) (int64, error) {
	st, done, err := t.session.statement(t.ctx, query)
	if err != nil {
		return 0, err
	}
	defer done()

	r, err := st.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}

	return r.RowsAffected()
}

// execAll runs statements that take the same arguments.
func (t *Tx) execAll(args []any, statements ...string) error {
	for _, statement := range statements {
		if _, err := t.exec(statement, args...); err != nil {
			return err
		}
	}

	return nil
}

// one reads a row; a missing one is ErrNotFound.
func (t *Tx) one(query string, args []any, into ...any) error {
	found := false

	err := t.rows(query, args, func(scan func(...any) error) error {
		if found {
			return nil
		}

		found = true

		return scan(into...)
	})
	if err == nil && !found {
		err = ErrNotFound
	}

	return err
}

// rows calls each for every row.
func (t *Tx) rows(query string, args []any, each func(scan func(...any) error) error) error {
	st, done, err := t.session.statement(t.ctx, query)
	if err != nil {
		return err
	}
	defer done()

	rows, err := st.QueryContext(t.ctx, args...)
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

// View runs do on a snapshot that does not change underneath it.
func (s *Store) View(ctx context.Context, do func(*Tx) error) (err error) {
	var reader *session
	select {
	case reader = <-s.readers:
	case <-ctx.Done():
		return ctx.Err()
	}

	defer func() { s.readers <- reader }()

	lasting := context.WithoutCancel(ctx)
	if err := reader.command(lasting, "BEGIN"); err != nil {
		return s.explain(fmt.Errorf("begin to read: %w", err))
	}

	defer func() {
		if end := reader.command(lasting, "ROLLBACK"); end != nil && err == nil {
			err = fmt.Errorf("end reading: %w", end)
		}
	}()

	return s.explain(do(&Tx{session: reader, ctx: ctx, Now: time.Now().UTC()}))
}

// millis is how a time stands in a table.
func millis(t time.Time) int64 { return t.UnixMilli() }

// nullMillis is NULL for the zero time.
func nullMillis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func fromNull(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}

	return fromMillis(ms.Int64)
}

// mostSlots is the length of the longest list that one statement takes.
const mostSlots = 256

// slots is how long a list has to be in a statement to hold n: few lengths, so
// that each text is parsed once. What is not needed is filled up with zeros, which
// no row is named.
func slots(n int) int {
	for _, size := range [...]int{1, 4, 16, 64} {
		if n <= size {
			return size
		}
	}

	return mostSlots
}

// list is "(?, ?, ?)" for numbers, and the numbers.
func list(numbers []int64) (text string, args []any) {
	n := slots(len(numbers))

	args = make([]any, n)
	for i := range args {
		args[i] = int64(0)
		if i < len(numbers) {
			args[i] = numbers[i]
		}
	}

	return tuples(n, 1), args
}
