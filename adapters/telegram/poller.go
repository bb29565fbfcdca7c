package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"newsbell/adapters/telegram/botapi"
)

const (
	pollSeconds = 25               // how long the server holds a poll; it allows 50
	pollTimeout = 60 * time.Second // for the whole request
	// After an answer that brought nothing new at once, and while updates are being
	// handled: asking the same again within half a second is throttled by the server.
	pollPause = time.Second
	// While more updates than this are being handled, no more are asked for.
	maxOpen = 500

	minBackoff = time.Second
	maxBackoff = 30 * time.Second
	// conflictPause is how long the server delays conflicts itself.
	conflictPause = 3 * time.Second
	// A problem that lasts is logged again this often.
	logAgainAfter = 10 * time.Minute
	// A token is given up only after this many refusals in a row.
	maxRefusals = 3
)

const updatesCursor = "updates"

// poller asks for updates until its context ends.
type poller struct {
	a       *Adapter
	workers *workers
	offsets *offsets
	saved   string // the cursor as last saved

	failures   int       // in a row
	refusals   int       // of the token, in a row
	failingLog time.Time // when a problem was last logged; zero: there is none
	rivalLog   time.Time // when another instance was last logged: between its polls all seems well
}

func (p *poller) run(ctx context.Context) error {
	for ctx.Err() == nil {
		p.saveOffset(ctx)

		began := time.Now()

		batch, err := p.poll(ctx)
		if ctx.Err() != nil {
			break
		}

		if err != nil {
			if err := p.handleFailure(ctx, err); err != nil {
				return err
			}

			continue
		}

		p.noteSuccess()

		fresh := p.dispatch(ctx, batch)

		switch {
		case p.offsets.openCount() > 0:
			p.awaitWorkers(ctx)
		case fresh == 0 && time.Since(began) < pollPause:
			pause(ctx, pollPause)
		}
	}

	return nil
}

func (p *poller) poll(ctx context.Context) ([]json.RawMessage, error) {
	form := botapi.Params{"timeout": strconv.Itoa(pollSeconds), "limit": "100", "allowed_updates": botapi.AllowedUpdates}
	form.AddNonZero64("offset", p.offsets.lowest())

	var batch []json.RawMessage

	err := p.a.client.Call(ctx, pollTimeout, "getUpdates", form, &batch)

	return batch, err
}

// dispatch hands the new updates to the workers and returns how many they were.
// An update that cannot be read is skipped: it never holds up the others.
func (p *poller) dispatch(ctx context.Context, batch []json.RawMessage) int {
	fresh := 0

	for _, raw := range batch {
		var u botapi.Update

		err := json.Unmarshal(raw, &u)
		if err != nil || u.ID == 0 {
			id, ok := botapi.UpdateID(raw)
			if ok && p.offsets.take(id) {
				p.a.log.Warn("skipping an update that cannot be read", "update", id, "err", err)
				p.offsets.markHandled(id)
			}

			continue
		}

		if !p.offsets.take(u.ID) {
			continue
		}

		fresh++

		p.workers.add(ctx, p.a.readUpdate(&u))
	}

	return fresh
}

// awaitWorkers waits until all updates are handled, but not for long: others may
// have written meanwhile. With very many open it waits until they are fewer.
func (p *poller) awaitWorkers(ctx context.Context) {
	t := time.NewTimer(pollPause)
	defer t.Stop()

	late := false
	for n := p.offsets.openCount(); n > 0 && (!late || n > maxOpen); n = p.offsets.openCount() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			late = true
		case <-p.offsets.changed:
		}
	}
}

func (p *poller) saveOffset(ctx context.Context) {
	if s := p.offsets.cursor(); s != p.saved {
		p.a.saveCursor(ctx, updatesCursor, s)
		p.saved = s
	}
}

// handleFailure waits as long as the error asks for. It returns an error when only
// an operator can help.
func (p *poller) handleFailure(ctx context.Context, err error) error {
	p.failures++
	wait := backoff(p.failures)
	problem := logUnreachable

	if api, ok := errors.AsType[*botapi.Error](err); ok {
		switch {
		case isTokenRefused(api):
			if p.refusals++; p.refusals >= maxRefusals {
				return tokenError(api)
			}
		case api.Code == http.StatusConflict:
			wait = max(wait, conflictPause)

			problem = logConflict
			if api.Contains("webhook") {
				problem = logWebhook
			}
		case api.After > 0:
			wait = api.After
			problem = "Telegram asks to slow down"
		}
	}

	p.logProblem(problem, err)
	pause(ctx, wait)

	return nil
}

// logProblem logs a problem when it begins, and again while it lasts.
func (p *poller) logProblem(problem string, err error) {
	last := &p.failingLog
	if problem == logConflict {
		last = &p.rivalLog
	}

	if last.IsZero() || time.Since(*last) >= logAgainAfter {
		*last = time.Now()

		p.a.log.Error(problem, "err", err)
	}
}

func (p *poller) noteSuccess() {
	if !p.failingLog.IsZero() {
		p.a.log.Info("Telegram answers again", "failures", p.failures)
	}

	p.failures, p.refusals, p.failingLog = 0, 0, time.Time{}
}

func isTokenRefused(e *botapi.Error) bool {
	return e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound
}

// tokenError is the sentence for a refused token.
func tokenError(e *botapi.Error) error {
	if e.Code == http.StatusUnauthorized {
		return sentence(sayToken401)
	}

	return sentence(sayToken404)
}

// backoff returns the pause after n failures in a row.
func backoff(n int) time.Duration {
	return min(minBackoff<<min(n-1, 10), maxBackoff)
}

// pause waits for d or for the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
