package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	pollSeconds = 25               // how long the server holds a poll; it allows 50
	pollTimeout = 60 * time.Second // for the whole request
	// After an answer that brought nothing new at once, and while updates are in
	// work: asking the same again within half a second is throttled by the server.
	pollPause = time.Second
	// More than this in work at once and no more is asked for.
	maxWorking = 500

	firstBackoff = time.Second
	lastBackoff  = 30 * time.Second
	// How often trouble that lasts is said again.
	nagEvery = 10 * time.Minute
	// A token is given up only after this many refusals in a row.
	maxRefusals = 3
)

const updatesCursor = "updates"

// poller asks for updates until its context ends.
type poller struct {
	a      *Adapter
	crew   *crew
	window *window
	saved  string

	failures int       // in a row
	refusals int       // of the token, in a row
	nagged   time.Time // when trouble was last said; zero: all is well
	rival    time.Time // when another instance was last named: between its polls all seems well
}

func (p *poller) run(ctx context.Context) error {
	for ctx.Err() == nil {
		p.save(ctx)

		began := time.Now()

		batch, err := p.ask(ctx)
		if ctx.Err() != nil {
			break
		}

		if err != nil {
			if err := p.trouble(ctx, err); err != nil {
				return err
			}

			continue
		}

		p.well()

		fresh := p.accept(ctx, batch)
		switch {
		case p.window.working() > 0:
			p.letWork(ctx)
		case fresh == 0 && time.Since(began) < pollPause:
			pause(ctx, pollPause)
		}
	}

	return nil
}

func (p *poller) ask(ctx context.Context) ([]json.RawMessage, error) {
	form := params{"timeout": strconv.Itoa(pollSeconds), "limit": "100", "allowed_updates": allowedUpdates}
	if offset := p.window.offset(); offset != 0 {
		form["offset"] = strconv.FormatInt(offset, 10)
	}

	var batch []json.RawMessage

	err := p.a.client.call(ctx, pollTimeout, "getUpdates", form, &batch)

	return batch, err
}

// accept puts what is new to work and says how many that were. An update that
// cannot be read is skipped: it never holds up the others.
func (p *poller) accept(ctx context.Context, batch []json.RawMessage) int {
	fresh := 0

	for _, raw := range batch {
		var u update

		err := json.Unmarshal(raw, &u)
		if err != nil || u.ID == 0 {
			id, ok := looseUpdate(raw)
			if ok && p.window.take(id) {
				p.a.log.Warn("skipping an update that cannot be read", "update", id, "err", err)
				p.window.done(id)
			}

			continue
		}

		if !p.window.take(u.ID) {
			continue
		}

		fresh++

		p.crew.add(ctx, p.a.read(&u), p.window)
	}

	return fresh
}

// letWork waits until all is done, but not long: others may have written
// meanwhile. With very much in work it waits for that.
func (p *poller) letWork(ctx context.Context) {
	t := time.NewTimer(pollPause)
	defer t.Stop()

	late := false
	for n := p.window.working(); n > 0 && (!late || n > maxWorking); n = p.window.working() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			late = true
		case <-p.window.moved:
		}
	}
}

func (p *poller) save(ctx context.Context) {
	if s := p.window.save(); s != p.saved {
		p.a.saveCursor(ctx, updatesCursor, s)
		p.saved = s
	}
}

// trouble waits as long as the error asks for. It returns an error when only an
// operator can help.
func (p *poller) trouble(ctx context.Context, err error) error {
	p.failures++
	wait := backoff(p.failures)
	say := "Telegram cannot be reached; trying again"

	if api, ok := errors.AsType[*apiError](err); ok {
		switch {
		case tokenRefused(api):
			if p.refusals++; p.refusals >= maxRefusals {
				return operatorError(api)
			}
		case api.Code == http.StatusConflict:
			wait = max(wait, 3*time.Second) // the server delays conflicts by as much

			say = sayConflict
			if strings.Contains(strings.ToLower(api.Text), "webhook") {
				say = sayWebhook
			}
		case api.After > 0:
			wait = api.After
			say = "Telegram asks to slow down"
		}
	}

	p.nag(say, err)
	pause(ctx, wait)

	return nil
}

// nag says trouble when it begins, and again while it lasts.
func (p *poller) nag(say string, err error) {
	last := &p.nagged
	if say == sayConflict {
		last = &p.rival
	}

	if last.IsZero() || time.Since(*last) >= nagEvery {
		*last = time.Now()

		p.a.log.Error(say, "err", err)
	}
}

func (p *poller) well() {
	if !p.nagged.IsZero() {
		p.a.log.Info("Telegram answers again", "failures", p.failures)
	}

	p.failures, p.refusals, p.nagged = 0, 0, time.Time{}
}

func tokenRefused(e *apiError) bool {
	return e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound
}

// operatorError is the sentence for a refused token.
func operatorError(e *apiError) error {
	if e.Code == http.StatusUnauthorized {
		return sentence(sayToken401)
	}

	return sentence(sayToken404)
}

// backoff is the pause after n failures in a row.
func backoff(n int) time.Duration {
	return min(firstBackoff<<min(n-1, 10), lastBackoff)
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
