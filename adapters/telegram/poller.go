package telegram

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/offsets"
)

const (
	pollSeconds = 25               // how long the server holds a poll; it allows 50
	pollTimeout = 60 * time.Second // for the whole request
	// After an answer that brought nothing new at once, and while updates are being
	// handled: asking the same again within half a second is throttled by the server.
	pollPause = time.Second
	// While more updates than this are being handled, no more are asked for.
	maxOpen = 500
)

const updatesCursor = "updates"

// poller asks for updates until its context ends, whatever the server answers.
type poller struct {
	a       *Adapter
	workers *workers
	offsets *offsets.Tracker
	health  *health
	saved   string // the cursor as last saved

	hookStays bool // the operator was told that a webhook of ours could not be ended

	receiving sync.Mutex // while a posted update is handed to the workers
}

func (p *poller) run(ctx context.Context) {
	for ctx.Err() == nil {
		p.saveOffset(ctx)

		began := time.Now()

		batch, err := p.poll(ctx)
		if ctx.Err() != nil {
			break
		}

		if err != nil {
			if isWebhookConflict(err) {
				p.endWebhook(ctx, 1) // it may be ours that stayed
			}

			sleep(ctx, p.health.noteFailure(ctx, err))

			continue
		}

		p.health.noteSuccess(ctx)

		fresh := p.dispatch(ctx, batch)

		switch {
		case p.offsets.OpenCount() > 0:
			p.awaitWorkers(ctx)
		case fresh == 0 && time.Since(began) < pollPause:
			sleep(ctx, pollPause)
		}
	}
}

func (p *poller) poll(ctx context.Context) ([]json.RawMessage, error) {
	me := p.a.identity()
	form := botapi.Params{"timeout": strconv.Itoa(pollSeconds), "limit": "100", "allowed_updates": botapi.AllowedUpdates(&me)}
	form.AddNonZero64("offset", p.offsets.Lowest())

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
			if ok && p.offsets.Take(id) {
				p.a.log.Warn("skipping an update that cannot be read", "update", id, "err", err)
				p.offsets.MarkHandled(id)
			}

			continue
		}

		if !p.offsets.Take(u.ID) {
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
	for n := p.offsets.OpenCount(); n > 0 && (!late || n > maxOpen); n = p.offsets.OpenCount() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			late = true
		case <-p.offsets.Changed():
		}
	}
}

func (p *poller) saveOffset(ctx context.Context) {
	if s := p.offsets.Cursor(); s != p.saved {
		p.a.saveCursor(ctx, updatesCursor, s)
		p.saved = s
	}
}

const (
	// webhookCursor holds the address that we have the server post to, "" none: only such
	// a webhook is ours to end.
	webhookCursor = "webhook"
	// webhookPosts is how many updates the server posts at the same time; it allows 100.
	webhookPosts = "40"
)
