package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"newsbell/adapters"
	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// minRetry is the pause after a first failure. It doubles (store.Claim) up to maxRetry, or to
	// outageRetry while the platform takes nothing at all: then it is not the message's fault, and
	// the next attempt of any chat finds out for all that the platform is back. Meanwhile there is
	// one attempt in probeEvery.
	minRetry    = 2 * time.Second
	outageRetry = 40 * time.Second
	maxRetry    = 10 * time.Minute
	probeEvery  = time.Second
	// downAfter is after how many failed attempts in a row a platform counts as down.
	downAfter = 3
	// foldAfter is how long a chat waits for its turn before all that is due for it
	// becomes one digest.
	foldAfter = 5 * time.Minute
	// tellAfter is how long a message isn't delivered until that is told: shorter troubles pass unnoticed.
	tellAfter = time.Hour
	// sendTimeout bounds one attempt, whatever the adapter does.
	sendTimeout = 60 * time.Second
	// findTimeout bounds the look for an attempt that may have arrived.
	findTimeout = 15 * time.Second
	// settleTimeout is how long a stop waits for a database that takes no outcomes.
	settleTimeout = 10 * time.Second
	// Between two tries to settle.
	firstSettlePause = 10 * time.Millisecond
	lastSettlePause  = 5 * time.Second
)

// errFrozen means that this process was frozen, and another one may have the message by now: nothing
// was sent.
var errFrozen = errors.New("another process may speak by now")

// serve sends a chat its next message. more is when to serve the chat again, zero for when the outbox
// has something for it. An error is one of the database.
func (l *lane) serve(stop context.Context, e entry) (more time.Time, err error) {
	// From the claim on, a stop must not interrupt: the attempt is written.
	ctx := context.WithoutCancel(stop)
	left := time.Now()

	out, err := l.claim(ctx, &e)
	if err != nil {
		if errors.Is(err, store.ErrStop) {
			return time.Time{}, err
		}

		l.d.Log.Error("claim", "chat", e.chat, "error", err)

		return time.Now().Add(minRetry), nil
	}

	if out == nil {
		return time.Time{}, nil
	}

	l.d.logAlerts("claimed", out)
	failpoint.Hit(failpoint.Claimed)

	ref, sendErr := l.send(ctx, out, left)
	if errors.Is(sendErr, errFrozen) {
		return time.Now().Add(minRetry), nil // whoever has the lease now finds the claim without an outcome
	}

	failpoint.Hit(failpoint.Sent)

	outcome := l.outcome(out, ref, sendErr)
	if err := l.settle(stop, out, outcome, sendErr); err != nil {
		return time.Time{}, err
	}

	failpoint.Hit(failpoint.Settled)

	answered := outcome.Sent || outcome.Gone != "" || outcome.Moved != "" || outcome.Plainer
	if answered && l.noteSuccess() {
		l.catchUp(ctx)
	}

	switch {
	case !outcome.RetryAt.IsZero():
		return outcome.RetryAt, nil
	case out.Left || outcome.Plainer || outcome.Moved != "":
		return time.Now(), nil
	}

	return time.Time{}, nil
}

// claim claims the chat's next message. If the chat has waited for foldAfter, all that is due for it
// becomes one digest, so that no chat waits for more than one round over all chats.
func (l *lane) claim(ctx context.Context, e *entry) (*store.Outgoing, error) {
	burst := l.d.Burst
	if time.Now().UnixMilli()-e.due() > foldAfter.Milliseconds() {
		burst = 1
	}

	return l.d.Store.Claim(ctx, e.chat, store.Claim{
		Run: l.d.run, Burst: burst, RetryAfter: minRetry,
		Room: func(c *store.Chat, alerts []*store.Alert) int {
			return l.Adapter.Room(l.d.digest(l.d.Texts.Find(c.ReadIn()...), &store.Outgoing{Chat: c, Bundle: store.BundleBurst, Part: 1, Parts: 3, More: 999, Alerts: alerts}))
		},
	})
}

// send makes one attempt. If the result of an earlier attempt is not known, it first asks the platform
// whether that arrived. left is when the gate let the message through: the gate is told the round trip
// from there on, with the claim, since that too makes arrivals uneven.
func (l *lane) send(ctx context.Context, out *store.Outgoing, left time.Time) (ref string, err error) {
	to := adapters.Chat{Platform: out.Chat.Platform, Address: out.Chat.Address}

	m := l.d.message(out)
	if out.Unsure {
		ref, found, err := l.find(ctx, to, m)
		if found || err != nil {
			return ref, err
		}

		left = time.Now()
	}

	if !store.IsTrusted(ctx) {
		return "", errFrozen
	}

	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()

	out.Unsure = false

	ref, err = l.sendInTopic(ctx, out, to, m)
	if err == nil {
		l.Gate.ObserveRoundTrip(time.Since(left))
	}

	return ref, err
}

func (l *lane) find(ctx context.Context, to adapters.Chat, m *adapters.Message) (ref string, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()

	ref, found, err = l.Adapter.Find(ctx, to, m)
	if errors.Is(err, adapters.ErrUnsupported) {
		return "", false, nil
	}

	if err != nil {
		return "", false, fmt.Errorf("look whether an earlier attempt arrived: %w", err)
	}

	return ref, found, nil
}

// outcome returns what an attempt's result means for the outbox.
func (l *lane) outcome(out *store.Outgoing, ref string, err error) store.Outcome {
	o := store.Outcome{Message: out.ID, Run: l.d.run}
	if err == nil {
		o.Sent, o.Ref, o.Thread, o.Publish = true, ref, wantsThread(out), out.Chat.Publish && out.Notice == ""
		return o
	}

	failed := adapters.FateOf(err)
	o.Result = failed.Reason

	o.Unsure = out.Unsure || failed.Fate == adapters.Unsure || failed.Doubt
	switch failed.Fate {
	case adapters.Gone:
		o.Gone = failed.Reason
	case adapters.Moved:
		o.Moved = failed.To.Address
	case adapters.Refused, adapters.TooLong:
		o.Plainer, o.TooLong = true, failed.Fate == adapters.TooLong
	case adapters.Later:
		pause := failed.After
		if l.ServerPerChat { // its owner may ask for a second each time, for ever
			pause = max(pause, growingPause(out.Attempt, maxRetry))
		}

		o.RetryAt = time.Now().Add(pause)
	default: // Retry, Unsure: a pause that grows, and never all at the same instant
		pause := growingPause(out.Attempt, l.noteFailure())
		pause = pause/2 + rand.N(pause/2+1)

		if o.Unsure {
			pause = max(pause, l.d.Late)
		}

		o.RetryAt, o.Outage = time.Now().Add(pause), true
	}

	return o
}

// growingPause is the longest pause after an attempt, which doubles with each up to longest.
func growingPause(attempt int, longest time.Duration) time.Duration {
	return min(minRetry<<min(attempt-1, 16), longest)
}

// noteFailure counts an attempt that the platform failed, and returns the longest pause before the
// next one.
func (l *lane) noteFailure() time.Duration {
	if l.ServerPerChat {
		return maxRetry
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if l.failures++; l.failures >= downAfter {
		return outageRetry
	}

	return maxRetry
}

// untilProbe returns how long the next attempt has to wait because the platform is down. l.mu is held.
func (l *lane) untilProbe() time.Duration {
	if l.failures < downAfter {
		return 0
	}

	return time.Until(l.lastAttempt.Add(probeEvery))
}

// noteSuccess notes that the platform answered for a message: took it, or said what is wrong with it.
// back reports that the platform was down before.
func (l *lane) noteSuccess() (back bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	back = l.failures >= downAfter
	l.failures = 0

	return back
}

// catchUp makes the messages due that wait because the platform was down. The gate spreads them.
func (l *lane) catchUp(ctx context.Context) {
	for more := true; more; {
		err := l.d.Store.Update(ctx, func(t *store.Tx) (err error) {
			more, err = t.Recover(l.Adapter.Platform(), t.Now.Add(l.d.Late))
			return err
		})
		if err != nil { // each comes at its own time then
			l.d.Log.Error("make due what waited for a platform", "platform", l.Adapter.Platform(), "error", err)
			return
		}
	}
}

// settle writes the outcome, and tries again while the database fails: a message must not be sent twice
// because nobody noted that it was sent. After stop has ended it goes on for settleTimeout. Then the
// attempt stays without an outcome, as after a kill, and the next start asks whether it arrived.
func (l *lane) settle(stop context.Context, out *store.Outgoing, o store.Outcome, sendErr error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(stop))
	defer cancel()
	defer context.AfterFunc(stop, func() { time.AfterFunc(settleTimeout, cancel) })()

	slept, err := l.d.Store.Settle(ctx, o)
	for pause := firstSettlePause; err != nil; pause = min(2*pause, lastSettlePause) {
		l.d.Log.Error("settle, trying again", "message", out.ID, "error", err)

		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}

		if errors.Is(err, store.ErrStop) || ctx.Err() != nil {
			return fmt.Errorf("settle message %d: %w", out.ID, err)
		}

		slept, err = l.d.Store.Settle(ctx, o)
	}

	l.d.report(out, o, sendErr)

	if slept && l.d.Slept != nil {
		l.d.Slept(ctx, out.Chat, o.Gone)
	}

	if l.d.Failing != nil && !o.RetryAt.IsZero() && !out.FirstAttempt.IsZero() && time.Since(out.FirstAttempt) >= tellAfter {
		l.d.Failing(ctx, out.Chat, out.ID, o.Result)
	}

	return nil
}
