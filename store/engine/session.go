package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"
)

// Session is a connection with the statements prepared on it. Parsing is most of the
// cost of a small statement, so each text is parsed once, unless the engine prepares none.
// A session serves one transaction at a time and is used by one goroutine at a time.
type Session struct {
	engine     Engine
	pool       *sql.DB
	conn       *sql.Conn // nil: there is none yet, or it was lost
	fresh      bool      // it has not been used
	statements map[string]*statement
	id         string // of the transaction, where the engine can say later what became of it
	lazy       bool   // see IsLazy

	// Watch is called with every statement, for tests.
	Watch func(query string)
	// Refuse is asked before every statement, BEGIN and COMMIT among them, and an error is that of
	// the statement, for tests; nil: nothing is refused.
	Refuse func(query string) error
}

// statement is prepared, or plain; busy while its rows are being read.
type statement struct {
	runner

	arguments func([]any) ([]any, error)
	busy      bool
}

// runner runs one statement. It is a [sql.Stmt] where statements are prepared.
type runner interface {
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
	Close() error
}

// plain is a statement that is not prepared.
type plain struct {
	conn *sql.Conn
	text string
}

func (p plain) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return p.conn.ExecContext(ctx, p.text, args...)
}

func (p plain) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return p.conn.QueryContext(ctx, p.text, args...)
}

func (p plain) Close() error { return nil }

// mostStatements bounds what a session keeps: there are many texts with lists of varying length.
const mostStatements = 300

// How long to wait before a lost connection is opened again.
const (
	firstReopen = 50 * time.Millisecond
	lastReopen  = 2 * time.Second
)

// NewSession returns a session on a pool of an engine. It opens a connection when it first begins
// a transaction.
func NewSession(e Engine, pool *sql.DB) *Session { return &Session{engine: e, pool: pool} }

func (s *Session) open(ctx context.Context) (err error) {
	s.conn, err = s.pool.Conn(ctx)
	s.statements, s.fresh, s.lazy = map[string]*statement{}, true, false

	return err
}

// Mode is what a transaction does.
type Mode int

// The modes.
const (
	Read      Mode = iota // it reads a snapshot
	Write                 // what it writes is on disk once it is committed
	WriteLazy             // what it writes is on disk with the next Write; until then a power failure undoes it
)

// IsLazy reports whether the transaction that was begun last is one of WriteLazy, which a server takes for
// Write: the programs outlive its crash, and what they have read and written before has to be there still.
func (s *Session) IsLazy() bool { return s.lazy }

// Begin begins a transaction. It waits for a lost connection until ctx ends; once it has begun, the
// end of ctx means nothing.
func (s *Session) Begin(ctx context.Context, mode Mode) error {
	if err := s.refused("BEGIN"); err != nil {
		return err
	}

	for pause := time.Duration(0); ; pause = min(max(2*pause, firstReopen), lastReopen) {
		err := s.begin(ctx, mode)
		if err == nil || !s.engine.isLost(s, err) {
			return err
		}

		s.drop()

		if !sleep(ctx, pause) {
			return err
		}
	}
}

func (s *Session) begin(ctx context.Context, mode Mode) error {
	if s.conn == nil {
		if err := s.open(ctx); err != nil {
			return err
		}
	}

	err := s.engine.begin(context.WithoutCancel(ctx), s, mode)
	s.fresh = false

	return err
}

// sleep waits; it reports false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// drop gives a lost connection up.
func (s *Session) drop() {
	if s.conn == nil {
		return
	}

	// The pool is not to hand it out again.
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.conn.Close()
	s.conn, s.statements = nil, nil
}

// Commit commits. Where the connection is lost meanwhile, it waits until ctx ends to
// learn whether the transaction was committed.
func (s *Session) Commit(ctx context.Context) error {
	if err := s.refused("COMMIT"); err != nil {
		return err
	}

	return s.engine.commit(ctx, s)
}

func (s *Session) refused(query string) error {
	if s.Refuse == nil {
		return nil
	}

	return s.Refuse(query)
}

// Rollback rolls back. It fails where the engine has done so by itself.
func (s *Session) Rollback(ctx context.Context) error {
	return s.engine.rollback(context.WithoutCancel(ctx), s)
}

// Command runs a statement that is not worth keeping.
func (s *Session) Command(ctx context.Context, text string) error {
	if s.conn == nil {
		return ErrAway
	}

	_, err := s.conn.ExecContext(ctx, text)

	return err
}

// repeat runs a statement that is worth keeping, and of which Watch and Refuse are not told.
func (s *Session) repeat(ctx context.Context, text string) error {
	st, done, err := s.keep(ctx, text)
	if err != nil {
		return err
	}
	defer done()

	_, err = st.ExecContext(ctx)

	return err
}

// Exec runs a statement and returns how many rows it changed.
func (s *Session) Exec(ctx context.Context, query string, args []any) (int64, error) {
	st, done, err := s.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	defer done()

	if st.arguments != nil {
		if args, err = st.arguments(args); err != nil {
			return 0, err
		}
	}

	r, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}

	return r.RowsAffected()
}

// Query calls each for every row, until ctx ends.
func (s *Session) Query(ctx context.Context, query string, args []any, each func(scan func(...any) error) error) error {
	st, done, err := s.statement(ctx, query)
	if err != nil {
		return err
	}
	defer done()

	if st.arguments != nil {
		if args, err = st.arguments(args); err != nil {
			return err
		}
	}

	if err := ctx.Err(); err != nil {
		return err
	}

	rows, err := st.QueryContext(s.engine.whileReading(ctx), args...)
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}

		if err := each(rows.Scan); err != nil {
			return err
		}
	}

	return rows.Err()
}

// statement returns a prepared statement to use until done is called.
func (s *Session) statement(ctx context.Context, query string) (st *statement, done func(), err error) {
	if s.Watch != nil {
		s.Watch(query)
	}

	if err := s.refused(query); err != nil {
		return nil, nil, err
	}

	return s.keep(ctx, query)
}

// keep returns a statement that is prepared once, where the engine prepares any.
func (s *Session) keep(ctx context.Context, query string) (st *statement, done func(), err error) {
	if s.conn == nil {
		return nil, nil, ErrAway
	}

	if kept := s.statements[query]; kept != nil && !kept.busy {
		kept.busy = true

		return kept, func() { kept.busy = false }, nil
	}

	text := s.engine.translate(query)

	var run runner = plain{s.conn, text.text}

	if s.engine.prepares() {
		if run, err = s.conn.PrepareContext(context.WithoutCancel(ctx), text.text); err != nil {
			return nil, nil, err
		}
	}

	st = &statement{run, text.arguments, true}
	if s.statements[query] != nil {
		return st, func() { st.Close() }, nil
	}

	if len(s.statements) >= mostStatements {
		s.forgetOne()
	}

	s.statements[query] = st

	return st, func() { st.busy = false }, nil
}

// forgetOne makes room for a statement. Any that is not in use may go: what is used often is soon back.
func (s *Session) forgetOne() {
	for text, st := range s.statements {
		if !st.busy {
			delete(s.statements, text)
			st.Close()

			return
		}
	}
}

// Close closes the session's connection.
func (s *Session) Close() error {
	if s.conn == nil {
		return nil
	}

	var errs []error
	for _, st := range s.statements {
		errs = append(errs, st.Close())
	}

	err := errors.Join(append(errs, s.conn.Close())...)
	if err != nil && s.engine.isLost(s, err) {
		return nil // it is closed
	}

	return err
}
