package engine

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Member is what a process tells the others that share its database, and how it hears from them.
type Member struct {
	Name    string // for people; "": host and process
	Version string // of the program
	Roles   string // what it may do
	Sources string // names the list of sources that it was configured with

	// Heard is called with signals of other processes; see [Process.Announce].
	Heard func(signals uint64)
	// Warn is called with a sentence that the operator should read.
	Warn func(sentence string)
}

// Process is this process among those that share a database on a server.
//
// What only one of them may do at a time has a lease: a row with an expiry, by the server's clock, that
// its owner extends every leaseRenewal. A process that finds it expired may take it. Each taking
// increments its token (a fencing token).
//
// A process trusts its leases until leaseTrust after the last renewal that the server answered, by the
// monotonic clock, which is less than they last on the server. After that, and when another process
// has taken one, all of them are lost (Lost, Err) and the process has to join again. What it still
// tries to write is refused: see [Session.Fence].
type Process struct {
	postgres *postgres
	member   Member
	id       string
	db       *sql.DB
	now      func() time.Time // the wall clock

	asking  sync.Mutex // one question about leases at a time; it guards the next two
	said    string     // the roles in this process's row
	retires bool       // it takes no more leases

	mu      sync.Mutex
	held    map[string]int64 // token by lease
	renewed time.Time        // when the last renewal that was answered began
	trust   *time.Timer
	why     error

	lost    chan struct{} // closed when why is set
	signals signals
	stop    context.CancelFunc
	working sync.WaitGroup
}

// How long a lease lasts on the server, how long its owner trusts it, and how often it is
// renewed.
const (
	leaseTime    = 6 * time.Second
	leaseTrust   = 5 * time.Second
	leaseRenewal = 2 * time.Second
	leaseTry     = 250 * time.Millisecond
)

// mostSkew is how far a process's clock may be from the server's.
const mostSkew = 2 * time.Second

// Why a process lost its leases.
var (
	ErrFenced = errors.New("another process has taken this one's work over")
	ErrUnsure = errors.New("the database server was out of reach for too long to be sure that nobody else has taken over")
	ErrClock  = errors.New("the clock of this machine is not the database server's: set both by NTP")
)

// errTooOld is an [ErrStop]: a newer program needs tables that this one does not know.
var errTooOld = explained{errors.New("a newer Newsbell on this database does without programs as old as this one: update it"), []error{ErrStop, ErrSetup}}

// Join makes this process one of those that share the database.
func (p *postgres) Join(ctx context.Context, m Member) (*Process, error) {
	return p.join(ctx, m, time.Now)
}

func (p *postgres) join(ctx context.Context, m Member, now func() time.Time) (*Process, error) {
	if m.Name == "" {
		host, _ := os.Hostname() // an unknown host is no error
		m.Name = fmt.Sprintf("%s/%d", host, os.Getpid())
	}

	x := &Process{
		postgres: p, member: m, id: rand.Text(), db: p.pool(2), now: now, said: m.Roles,
		held: map[string]int64{}, lost: make(chan struct{}), signals: newSignals(),
	}
	x.trust = time.AfterFunc(leaseTrust, func() { x.expire() })

	if err := x.enter(ctx); err != nil {
		return nil, errors.Join(p.Explain(fmt.Errorf("join the processes on the database: %w", err)), x.db.Close())
	}

	if err := x.ask(ctx, x.renewAll); err != nil && !errors.Is(err, ErrClock) {
		return nil, errors.Join(p.Explain(err), x.db.Close())
	}

	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	x.stop = stop

	x.working.Go(func() { x.renew(working) })
	x.working.Go(func() { x.announce(working) })
	x.working.Go(func() { x.listen(working) })

	return x, nil
}

// enter writes the row of the process, and what programs may run beside it.
func (x *Process) enter(ctx context.Context) error {
	_, err := x.db.ExecContext(ctx, `INSERT INTO processes (id, name, version, roles, sources, knows, started_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, `+serverNow+`, `+serverNow+`)`, x.id, x.member.Name, x.member.Version, x.member.Roles, x.member.Sources, x.postgres.knows)
	if err != nil {
		return err
	}

	_, err = x.db.ExecContext(ctx, "DELETE FROM processes WHERE seen_at < "+serverNow+" - $1", (24 * time.Hour).Milliseconds())

	return err
}

// Name is what people call the process.
func (x *Process) Name() string { return x.member.Name }

// Lost is closed when all leases are lost; see [Process.Err].
func (x *Process) Lost() <-chan struct{} { return x.lost }

// Err says why the leases are lost, nil: they are not.
func (x *Process) Err() error {
	x.mu.Lock()
	defer x.mu.Unlock()

	return x.why
}

// lose gives all leases up for a reason. Only the first reason counts.
func (x *Process) lose(why error) {
	x.mu.Lock()
	defer x.mu.Unlock()

	if x.why != nil {
		return
	}

	x.why = why
	clear(x.held)
	close(x.lost)
}

// expire loses the leases if there are any: their last renewal is too long ago.
func (x *Process) expire() {
	x.mu.Lock()
	none := len(x.held) == 0
	x.mu.Unlock()

	if !none {
		x.lose(ErrUnsure)
	}
}

// ask asks the server about leases, one question at a time, and none for longer than the
// time between two renewals.
func (x *Process) ask(ctx context.Context, question func(context.Context) error) error {
	x.asking.Lock()
	defer x.asking.Unlock()

	ctx, cancel := context.WithTimeout(ctx, leaseRenewal)
	defer cancel()

	return question(ctx)
}

// renew moves the end of the leases on until the process leaves.
func (x *Process) renew(ctx context.Context) {
	for pause := leaseRenewal; sleep(ctx, pause); {
		switch err := x.ask(ctx, x.renewAll); {
		case err == nil:
			pause = leaseRenewal
		case errors.Is(err, ErrClock) && x.holds() || errors.Is(err, ErrFenced) || errors.Is(err, ErrStop):
			x.lose(err)
			x.free(ctx)

			return
		default:
			pause = leaseTry // the server is away: the next one may get through
		}
	}
}

// Has lists the leases that this process has, in no order, and says when they were last renewed.
func (x *Process) Has() (names []string, renewed time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()

	for name := range x.held {
		names = append(names, name)
	}

	return names, x.renewed
}

func (x *Process) holds() bool {
	x.mu.Lock()
	defer x.mu.Unlock()

	return len(x.held) > 0
}

// renewAll renews all leases by one statement, compares the clocks and hears whether this
// program is too old.
func (x *Process) renewAll(ctx context.Context) error {
	x.mu.Lock()

	var (
		names  []string
		tokens []int64
	)

	for name, token := range x.held {
		names, tokens = append(names, name), append(tokens, token)
	}

	x.mu.Unlock()

	began, asked := time.Now(), x.now()

	var renewed, listed, server, oldest int64

	// A lease that has ended and that nobody took is still ours.
	err := x.db.QueryRowContext(ctx, `WITH ours AS (UPDATE leases SET until = `+serverNow+` + $3
			WHERE (name, token) IN (SELECT * FROM unnest($1::text[], $2::bigint[])) RETURNING name),
		seen AS (UPDATE processes SET seen_at = `+serverNow+` WHERE id = $4 RETURNING id)
		SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM seen), `+serverNow+`, coalesce((SELECT value FROM facts WHERE name = '`+oldestFact+`'), 0)`,
		names, tokens, leaseTime.Milliseconds(), x.id).Scan(&renewed, &listed, &server, &oldest)

	switch took := time.Since(began); {
	case err != nil:
		return err
	case oldest > x.postgres.knows:
		return errTooOld
	case renewed < int64(len(names)) || listed == 0:
		return ErrFenced
	case time.UnixMilli(server).Sub(asked.Add(took/2)).Abs() > mostSkew+took/2:
		x.sayRoles(ctx, "")
		return ErrClock
	}

	x.trustSince(began)

	if !x.retires {
		x.sayRoles(ctx, x.member.Roles)
	}

	return nil
}

// sayRoles writes which roles this process has into its row: none while its clock is wrong, so that the
// others share the hosts out without it. If that fails, the next renewal does it.
func (x *Process) sayRoles(ctx context.Context, roles string) {
	if roles == x.said {
		return
	}

	if _, err := x.db.ExecContext(ctx, "UPDATE processes SET roles = $2 WHERE id = $1", x.id, roles); err == nil {
		x.said = roles
	}
}

// stopping stands for the roles of a process that takes nothing more.
const stopping = "stopping"

// Retire tells the others that this process takes no more leases, so that they share the work out as if
// it had left. It keeps its leases until it gives them back.
func (x *Process) Retire(ctx context.Context) {
	_ = x.ask(context.WithoutCancel(ctx), func(ctx context.Context) error {
		x.retires = true
		x.sayRoles(ctx, stopping)

		return nil
	})
}

// trustSince notes that the leases held at a moment.
func (x *Process) trustSince(moment time.Time) {
	x.mu.Lock()
	x.renewed = moment
	x.mu.Unlock()

	x.trust.Reset(time.Until(moment.Add(leaseTrust)))
}

// Add makes leases known, so that they can be taken.
func (x *Process) Add(ctx context.Context, names ...string) error {
	return x.postgres.Explain(x.ask(ctx, func(ctx context.Context) error {
		_, err := x.db.ExecContext(ctx, "INSERT INTO leases (name, owner, token, until) SELECT n, '', 0, 0 FROM unnest($1::text[]) n ON CONFLICT DO NOTHING", names)
		return err
	}))
}

// Take takes those of the leases that have ended, and returns them. It takes none while
// the clocks differ ([ErrClock]), nor while one process has the database for itself.
func (x *Process) Take(ctx context.Context, names ...string) (taken []Lease, err error) {
	if err := x.Err(); err != nil || len(names) == 0 {
		return nil, err
	}

	err = x.ask(ctx, func(ctx context.Context) error {
		if !x.holds() {
			if err := x.renewAll(ctx); err != nil {
				return err
			}
		}

		// Who did not give a lease back is off the list: see Session.Fence.
		rows, err := x.db.QueryContext(ctx, `WITH ended AS (SELECT name, owner FROM leases WHERE name = ANY($1) AND until < `+serverNow+`
				AND NOT EXISTS (SELECT 1 FROM leases p WHERE p.name = '`+program+`' AND p.until >= `+serverNow+`) ORDER BY name FOR UPDATE),
			taken AS (UPDATE leases SET owner = $2, token = token + 1, until = `+serverNow+` + $3 FROM ended WHERE leases.name = ended.name RETURNING leases.name, token),
			dead AS (DELETE FROM processes WHERE id <> $2 AND id IN (SELECT owner FROM ended))
			SELECT name, token FROM taken`, names, x.id, leaseTime.Milliseconds())
		if err != nil {
			return err
		}
		defer rows.Close()

		for rows.Next() {
			l := Lease{process: x}
			if err := rows.Scan(&l.Name, &l.token); err != nil {
				return err
			}

			taken = append(taken, l)
		}

		return rows.Err()
	})

	x.mu.Lock()
	defer x.mu.Unlock()

	if x.why != nil {
		return nil, x.why
	}

	for _, l := range taken {
		x.held[l.Name] = l.token
	}

	return taken, x.postgres.Explain(err)
}

// Share returns how many processes have a role, this one included, and which of the leases have
// expired.
func (x *Process) Share(ctx context.Context, role string, names []string) (processes int, free []string, err error) {
	err = x.ask(ctx, func(ctx context.Context) error {
		err := x.db.QueryRowContext(ctx, "SELECT count(*) FROM processes WHERE (id = $1 OR seen_at >= "+serverNow+" - $2) AND ',' || roles || ',' LIKE '%,' || $3 || ',%'",
			x.id, leaseTime.Milliseconds(), role).Scan(&processes)
		if err != nil {
			return err
		}

		var name string

		return scanAll(ctx, x.db, "SELECT name FROM leases WHERE name = ANY($1) AND until < "+serverNow+" ORDER BY name", []any{&name}, func() { free = append(free, name) }, names)
	})

	return processes, free, x.postgres.Explain(err)
}

// GiveBack ends leases, so that others can take them at once.
func (x *Process) GiveBack(ctx context.Context, leases ...Lease) {
	names := make([]string, len(leases))
	tokens := make([]int64, len(leases))

	x.mu.Lock()

	for i, l := range leases {
		names[i], tokens[i] = l.Name, l.token
		delete(x.held, l.Name)
	}

	x.mu.Unlock()

	// Where this fails, the lease ends by itself.
	_ = x.ask(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, err := x.db.ExecContext(ctx, "UPDATE leases SET until = 0, owner = '' WHERE (name, token) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))", names, tokens)
		return err
	})
}

// free ends all leases of this process.
func (x *Process) free(ctx context.Context) {
	x.mu.Lock()
	clear(x.held)
	x.mu.Unlock()

	_ = x.ask(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, err := x.db.ExecContext(ctx, "UPDATE leases SET until = 0, owner = '' WHERE owner = $1", x.id)
		return err
	})
}

// Leave ends the leases and takes the process off the list.
func (x *Process) Leave() error {
	x.stop()
	x.working.Wait()
	x.trust.Stop()
	x.free(context.Background())

	_ = x.ask(context.Background(), func(ctx context.Context) error {
		_, err := x.db.ExecContext(ctx, "DELETE FROM processes WHERE id = $1", x.id)
		return err
	})

	return x.db.Close()
}
