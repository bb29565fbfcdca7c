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

// Lease is the right to do something that only one process at a time may do; see [Process.Take]. The
// zero Lease belongs to no process.
type Lease struct {
	process *Process
	Name    string
	token   int64
}

type leaseKey struct{}

// Within returns a context for what is done under the lease: transactions with it are refused once
// another process has taken the lease.
func (l Lease) Within(ctx context.Context) context.Context {
	return context.WithValue(ctx, leaseKey{}, l)
}

// LeaseOf returns the lease under which something is done.
func LeaseOf(ctx context.Context) (l Lease, ok bool) {
	l, ok = ctx.Value(leaseKey{}).(Lease)
	return l, ok
}

// IsTrusted reports whether the lease of ctx may still be this process's; without a lease it is true. It
// is asked before anything that the database cannot refuse, such as sending a message, since the
// process may have been frozen. The machine may have slept, which the monotonic clock does not show
// on every system: neither that nor the wall clock may be past the end of the lease.
func IsTrusted(ctx context.Context) bool {
	l, ok := LeaseOf(ctx)

	return !ok || l.process != nil && l.process.trusts(time.Now())
}

// trusts reports whether the leases are this process's at a moment.
func (x *Process) trusts(now time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()

	return x.why == nil && now.Sub(x.renewed) < leaseTrust && now.Round(0).Sub(x.renewed.Round(0)) < leaseTrust
}

// Fence refuses a transaction if another process has taken a lease of this one over, which deletes
// this one's row in processes. It locks that row until the transaction ends, so that whoever takes
// over waits for transactions that have begun; a renewal does not wait.
func (s *Session) Fence(ctx context.Context, l Lease) error {
	listed, err := s.finds(ctx, "SELECT 1 FROM processes WHERE id = $1 FOR KEY SHARE", l.process.id)
	if err == nil && !listed {
		l.process.lose(ErrFenced)

		err = ErrFenced
	}

	return err
}

// finds reports whether a query has a row.
func (s *Session) finds(ctx context.Context, query string, args ...any) (found bool, err error) {
	err = s.Query(ctx, query, args, func(func(...any) error) error {
		found = true
		return nil
	})

	return found, err
}

// program is the name of the lease of a process that has the whole database for itself.
const program = "program"

// serverNow is the server's clock in milliseconds.
const serverNow = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

// errTaken means that another process has the database now.
var errTaken = explained{errors.New("another Newsbell has taken this database over while it could not be reached from here: stop one of them"), []error{ErrStop}}

// alone is the lease of a process that has the whole database for itself. A goroutine renews it until it
// is released or lost.
type alone struct {
	db    *sql.DB
	token int64
	lost  atomic.Bool
	stop  context.CancelFunc
	done  chan struct{}
}

// Lock takes the whole database. After a kill it waits for the end of the old lease; it
// gives up when an owner renews one.
func (p *postgres) Lock(ctx context.Context) (unlock func() error, err error) {
	db := p.pool(1)

	token, err := takeAll(ctx, db)
	if err != nil {
		return nil, errors.Join(p.Explain(err), db.Close())
	}

	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &alone{db: db, token: token, stop: stop, done: make(chan struct{})}

	go l.renew(renewing)

	p.alone.Store(l)

	return l.release, nil
}

// takeAll returns the token of the lease, or ErrInUse if somebody renews one.
func takeAll(ctx context.Context, db *sql.DB) (token int64, err error) {
	if _, err := db.ExecContext(ctx, "INSERT INTO leases (name, owner, token, until) VALUES ($1, '', 0, 0) ON CONFLICT DO NOTHING", program); err != nil {
		return 0, fmt.Errorf("lock the database: %w", err)
	}

	host, _ := os.Hostname() // an unknown host is no error
	owner := fmt.Sprintf("%s/%d", host, os.Getpid())

	for first := int64(0); ; {
		err := db.QueryRowContext(ctx, `UPDATE leases SET owner = $2, token = token + 1, until = `+serverNow+` + $3
			WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.until >= `+serverNow+`)
			RETURNING token`, program, owner, leaseTime.Milliseconds()).Scan(&token)
		if !errors.Is(err, sql.ErrNoRows) {
			return token, err
		}

		var until int64
		if err := db.QueryRowContext(ctx, "SELECT max(until) FROM leases").Scan(&until); err != nil {
			return 0, fmt.Errorf("lock the database: %w", err)
		}

		if first == 0 {
			first = until
		}

		if until > first {
			return 0, ErrInUse
		}

		if !sleep(ctx, leaseTry) {
			return 0, ctx.Err()
		}
	}
}

// renew moves the end of the lease on until it is stopped or the lease is lost.
func (l *alone) renew(ctx context.Context) {
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

// fence refuses a write once another process has the database.
func (l *alone) fence(ctx context.Context, s *Session) error {
	if l.lost.Load() {
		return errTaken
	}

	held, err := s.finds(ctx, "SELECT token FROM leases WHERE name = $1 AND token = $2 FOR KEY SHARE", program, l.token)
	if err == nil && !held {
		l.lost.Store(true)

		err = errTaken
	}

	return err
}

// release ends the lease, so that the next process need not wait for its end.
func (l *alone) release() error {
	l.stop()
	<-l.done

	ctx, cancel := context.WithTimeout(context.Background(), leaseRenewal)
	defer cancel()

	// Where this fails, the lease ends by itself.
	_, _ = l.db.ExecContext(ctx, "UPDATE leases SET until = 0 WHERE name = $1 AND token = $2", program, l.token)

	return l.db.Close()
}
