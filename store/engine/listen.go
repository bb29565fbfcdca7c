package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// Signals go from process to process by NOTIFY: after the commit, outside of the
// transaction (inside, commits would stand in line: research of PostgreSQL's own), and not
// more often than announceGap. Where no notification comes through, as with PgBouncer that
// pools by transaction, every process looks every lookGap.
const (
	announceGap = 50 * time.Millisecond
	lookGap     = time.Second
	echoTime    = 5 * time.Second
)

// allSignals wakes everybody.
const allSignals = ^uint64(0)

// signals are those that are to be announced.
type signals struct {
	bits *atomic.Uint64
	kick chan struct{}
}

func newSignals() signals { return signals{new(atomic.Uint64), make(chan struct{}, 1)} }

// Announce tells the other processes of signals, a bit for each. It does not wait.
func (x *Process) Announce(signals uint64) {
	if signals == 0 {
		return
	}

	x.signals.bits.Or(signals)

	select {
	case x.signals.kick <- struct{}{}:
	default:
	}
}

// announce sends what is to be announced, until ctx ends.
func (x *Process) announce(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.signals.kick:
		}

		// One that is lost costs the others a look at a timer.
		_, _ = x.db.ExecContext(ctx, "SELECT pg_notify("+channel+", $1)", x.id+":"+strconv.FormatUint(x.signals.bits.Swap(0), 16))

		if !sleep(ctx, announceGap) {
			return
		}
	}
}

// channel names the notifications of one database.
const channel = "'newsbell_' || current_schema()"

// listen hears what other processes announce, until ctx ends.
func (x *Process) listen(ctx context.Context) {
	for warned := false; ctx.Err() == nil; {
		err := x.hear(ctx)
		if ctx.Err() != nil {
			return
		}

		if errors.Is(err, errNoEcho) && !warned {
			warned = true

			x.member.Warn("the server passes no notifications on (PgBouncer that pools by transaction?): Newsbell looks every second instead")
		}

		// What was announced meanwhile is not known.
		x.member.Heard(allSignals)

		if !sleep(ctx, lookGap) {
			return
		}
	}
}

var errNoEcho = fmt.Errorf("%w: no notification comes through", ErrAway)

// hear listens on a connection of its own until that breaks. It returns errNoEcho if it
// does not even hear itself.
func (x *Process) hear(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, x.postgres.config.Copy())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()

	var name string
	if err := conn.QueryRow(ctx, "SELECT "+channel).Scan(&name); err != nil {
		return err
	}

	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{name}.Sanitize()); err != nil {
		return err
	}

	if _, err := x.db.ExecContext(ctx, "SELECT pg_notify($1, $2)", name, x.id+":0"); err != nil {
		return err
	}

	echo, cancel := context.WithTimeout(ctx, echoTime)
	defer cancel()

	for heard := false; ; heard = true {
		waiting := ctx
		if !heard {
			waiting = echo
		}

		n, err := conn.WaitForNotification(waiting)
		if err != nil && !heard && echo.Err() != nil {
			return errNoEcho
		}

		if err != nil {
			return err
		}

		// A process that begins to listen sends itself no signal at all, to hear whether it hears.
		from, bits, _ := strings.Cut(n.Payload, ":")
		if signals, err := strconv.ParseUint(bits, 16, 64); err == nil && signals != 0 && from != x.id {
			x.member.Heard(signals)
		}
	}
}
