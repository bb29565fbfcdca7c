package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"newsbell/store/engine"
)

// valueTuples is "(?, ?), (?, ?)" for rows of width columns. SQLite looks named
// parameters up one by one: with the hundreds of a multi-row insert that would
// be most of its work.
func valueTuples(width, rows int) string {
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// session is a connection with what a group of writes keeps meanwhile.
type session struct {
	*engine.Session

	// shared is what a group of writes has read of articles (Tx.sharedContexts);
	// nil: it is not kept.
	shared map[int64]sharedContext
	// tallies are what the group of writes has counted.
	tallies map[tally]int64
	// gone: the transaction was rolled back underneath a group of writes.
	gone bool
}

// typedTuples is tuples where nothing else says of which types the columns are: "BIGINT"
// or "TEXT".
func typedTuples(rows int, types ...string) string {
	first := make([]string, len(types))
	for i, t := range types {
		first[i] = "CAST(? AS " + t + ")"
	}

	text := "(" + strings.Join(first, ", ") + ")"
	if rows > 1 {
		text += ", " + valueTuples(len(types), rows-1)
	}

	return text
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
	// logged are the changes that were noted.
	logged []Change
	// tallies count what ended, to be written with the group.
	tallies map[tally]int64
}

func (t *Tx) exec(query string, args ...any) (int64, error) {
	return t.session.Exec(t.ctx, query, args)
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
	return t.session.Query(t.ctx, query, args, each)
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

	if err := beginToRead(ctx, reader); err != nil {
		return s.explain(fmt.Errorf("begin to read: %w", err))
	}

	defer func() {
		if end := reader.Rollback(ctx); end != nil && err == nil {
			err = fmt.Errorf("end reading: %w", end)
		}
	}()

	return s.explain(do(&Tx{session: reader, ctx: ctx, Now: time.Now().UTC()}))
}

// longestAway is how long a look at the database waits for a server that is away: a person
// or a page waits for it.
const longestAway = 5 * time.Second

func beginToRead(ctx context.Context, reader *session) error {
	ctx, cancel := context.WithTimeout(ctx, longestAway)
	defer cancel()

	return reader.Begin(ctx, false)
}

// toMillis is how a time stands in a table.
func toMillis(t time.Time) int64 { return t.UnixMilli() }

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

// slotCount is how long a list has to be in a statement to hold n: few lengths, so
// that each text is parsed once. What is not needed is filled up with zeros, which
// no row is named.
func slotCount(n int) int {
	for _, size := range [...]int{1, 4, 16, 64} {
		if n <= size {
			return size
		}
	}

	return mostSlots
}

// inList is "(?, ?, ?)" for numbers, and the numbers.
func inList(numbers []int64) (text string, args []any) {
	n := slotCount(len(numbers))

	args = make([]any, n)
	for i := range args {
		args[i] = int64(0)
		if i < len(numbers) {
			args[i] = numbers[i]
		}
	}

	return valueTuples(n, 1), args
}
