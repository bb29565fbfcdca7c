package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// A lease says which process works on a database. It is a row with an end, on the
// server's clock, that its owner moves on every leaseRenewal; who finds it ended may take
// it. Its token grows with every taking, and every write transaction begins with a look
// at the row with our token in it (see fence): what a process writes that has lost the
// lease meanwhile, stopped or cut off, is refused. Taking it over changes a unique key,
// and so waits for the old owner's transactions that run; renewals do not.
type lease struct {
	db    *sql.DB
	token int64
	lost  atomic.Bool
	stop  context.CancelFunc
	done  chan struct{}
}

// How long a lease lasts on the server, and how often it is renewed.
const (
	leaseTime    = 6 * time.Second
	leaseRenewal = 2 * time.Second
	leaseTry     = 250 * time.Millisecond
)

// program is the lease of the one process that does everything.
const program = "program"

// serverNow is the server's clock in milliseconds.
const serverNow = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

// errTaken means that another process has the lease now.
var errTaken = explained{errors.New("another Newsbell has taken this database over while it could not be reached from here: stop one of them"), []error{ErrStop}}

// Lock takes the lease. After a kill it waits for the end of the old one; it gives up
// when the owner renews it.
func (p *postgres) Lock(ctx context.Context) (unlock func() error, err error) {
	db := p.pool(1, "", "")

	token, err := takeLease(ctx, db)
	if err != nil {
		return nil, errors.Join(p.Explain(err), db.Close())
	}

	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &lease{db: db, token: token, stop: stop, done: make(chan struct{})}

	go l.renew(renewing)

	p.lease.Store(l)

	return l.release, nil
}

// takeLease returns the token of the lease, or ErrInUse if somebody renews it.
func takeLease(ctx context.Context, db *sql.DB) (token int64, err error) {
	if _, err := db.ExecContext(ctx, "INSERT INTO leases (name, owner, token, until) VALUES ($1, '', 0, 0) ON CONFLICT DO NOTHING", program); err != nil {
		return 0, fmt.Errorf("lock the database: %w", err)
	}

	host, _ := os.Hostname() // an unknown host is no error
	owner := fmt.Sprintf("%s/%d", host, os.Getpid())

	for first := int64(0); ; {
		err := db.QueryRowContext(ctx, `UPDATE leases SET owner = $2, token = token + 1, until = `+serverNow+` + $3 WHERE name = $1 AND until < `+serverNow+`
			RETURNING token`, program, owner, leaseTime.Milliseconds()).Scan(&token)
		if !errors.Is(err, sql.ErrNoRows) {
			return token, err
		}

		var until int64
		if err := db.QueryRowContext(ctx, "SELECT until FROM leases WHERE name = $1", program).Scan(&until); err != nil {
			return 0, fmt.Errorf("lock the database: %w", err)
		}

		if first == 0 {
			first = until
		}

		if until != first {
			return 0, ErrInUse
		}

		if !sleep(ctx, leaseTry) {
			return 0, ctx.Err()
		}
	}
}

// renew moves the end of the lease on until it is stopped or the lease is lost.
func (l *lease) renew(ctx context.Context) {
	defer close(l.done)

	for sleep(ctx, leaseRenewal) {
		// A lease that has ended and that nobody took is still ours.
		r, err := l.db.ExecContext(ctx, "UPDATE leases SET until = "+serverNow+" + $3 WHERE name = $1 AND token = $2",
			program, l.token, leaseTime.Milliseconds())
		if err != nil {
			continue // the server is away: the next one may get through
		}

		if n, err := r.RowsAffected(); err == nil && n == 0 {
			l.lost.Store(true)
			return
		}
	}
}

// fence begins a write: it holds the row of the lease with our token until the end of
// the transaction, and reads what the transaction is called.
func (l *lease) fence(ctx context.Context, s *Session) error {
	if l.lost.Load() {
		return errTaken
	}

	held := false

	err := s.Query(ctx, "SELECT pg_current_xact_id()::text FROM leases WHERE name = $1 AND token = $2 FOR KEY SHARE", []any{program, l.token},
		func(scan func(...any) error) error {
			held = true
			return scan(&s.id)
		})
	if err == nil && !held {
		l.lost.Store(true)

		err = errTaken
	}

	return err
}

// release ends the lease, so that the next process need not wait for its end.
func (l *lease) release() error {
	l.stop()
	<-l.done

	ctx, cancel := context.WithTimeout(context.Background(), leaseRenewal)
	defer cancel()

	// Where this fails, the lease ends by itself.
	_, _ = l.db.ExecContext(ctx, "UPDATE leases SET until = 0 WHERE name = $1 AND token = $2", program, l.token)

	return l.db.Close()
}
