package delivery

import (
	"context"
	"errors"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/store"
)

const (
	// editFor is how long after it was sent an alert is edited. Discord refuses many
	// edits of messages older than an hour (error 30046); that ends them earlier.
	editFor = 6 * time.Hour
	// editPage is how many messages are read at a time.
	editPage = 100
	// editAgain is the pause after an edit that a platform could not take.
	editAgain = 30 * time.Second
)

// edit keeps sent alerts up to date: when another outlet joins a story, the messages
// that told it are edited to name it too, without another notification.
//
// Nothing is claimed: an edit says how the message is to read, so doing it twice is
// doing it once, and a process that was killed before it noted an edit does it again.
// Only the newest state is ever sent. Edits pass the gate below everything else.
func (d *Delivery) edit(ctx context.Context) error {
	again := time.NewTimer(0)
	defer again.Stop()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.Store.Wait(store.Grown):
		case <-again.C:
		}

		next, err := d.editAll(ctx)
		if errors.Is(err, store.ErrStop) {
			return err
		}

		if err != nil && ctx.Err() == nil {
			d.Log.Error("edit alerts", "error", err)
		}

		again.Reset(next)
	}
}

// editAll edits what is outdated and returns when to look again.
func (d *Delivery) editAll(ctx context.Context) (next time.Duration, err error) {
	next = time.Hour
	since := time.Now().Add(-editFor)

	var stories []store.GrownStory

	err = d.Store.View(ctx, func(t *store.Tx) (err error) {
		stories, err = t.GrownStories(since)
		return err
	})
	if err != nil {
		return editAgain, err
	}

	for _, story := range stories {
		wait, err := d.editStory(ctx, story, since)
		if err != nil || ctx.Err() != nil {
			return editAgain, err
		}

		next = min(next, wait)
	}

	return next, nil
}

// editStory edits the messages of a story and returns when to look at it again.
func (d *Delivery) editStory(ctx context.Context, story store.GrownStory, since time.Time) (next time.Duration, err error) {
	next = time.Hour

	for after := int64(0); ; {
		var page []store.Edit

		asOf := time.Now()

		err := d.Store.View(ctx, func(t *store.Tx) (err error) {
			page, err = t.Edits(story, since, after, editPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return next, err
		}

		for i := range page {
			e := &page[i]
			after = e.Chat.ID

			wait, err := d.editOne(ctx, e, asOf)
			if err != nil || ctx.Err() != nil {
				return editAgain, err
			}

			if wait > 0 {
				next = min(next, wait)
			}
		}
	}
}

// editOne brings one message up to date. wait is when to try again, 0 for never.
func (d *Delivery) editOne(ctx context.Context, e *store.Edit, asOf time.Time) (wait time.Duration, err error) {
	l := d.laneOf(e.Chat.Platform)
	if l == nil {
		return 0, nil
	}

	if wait := time.Until(e.Shown.Add(d.EditGap)); wait > 0 {
		return wait, nil
	}

	to := adapters.Chat{Platform: e.Chat.Platform, Address: e.Chat.Address}

	err = l.Gate.Take(ctx, gate.Key(to), adapters.Kind(e.Chat.Kind) != adapters.Private, gate.ClassEdit)
	if errors.Is(err, gate.ErrNotYet) {
		return time.Second, nil
	}

	if err != nil {
		return editAgain, ctx.Err()
	}

	if e.Alerts[0] == nil || e.Alerts[0].Article == nil {
		return 0, d.noteEdit(ctx, func(t *store.Tx) error { return t.EndEdits(e.ID) })
	}

	return d.sendEdit(ctx, l, to, e, asOf)
}

// sendEdit makes one edit and notes what came of it, also while stopping.
func (d *Delivery) sendEdit(stop context.Context, l *lane, to adapters.Chat, e *store.Edit, asOf time.Time) (wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(stop), sendTimeout)
	defer cancel()

	err = l.Adapter.Edit(ctx, to, e.Ref, d.message(&e.Outgoing))

	var failed *adapters.SendError

	switch {
	case err == nil:
		err = d.noteEdit(ctx, func(t *store.Tx) error { return t.Edited(e.ID, asOf) })
		if err == nil && d.Event != nil {
			d.Event(EditEvent{Message: e.ID, Alerts: []int64{e.Alerts[0].ID}, Also: alsoNames(e.Alerts[0].Also)})
		}

		return 0, err
	case errors.As(err, &failed) && (failed.Fate == adapters.Retry || failed.Fate == adapters.Unsure || failed.Fate == adapters.Later):
		return max(failed.After, editAgain), nil
	}

	// It is gone, too old or cannot be edited: what was told stays as it is.
	d.Log.Debug("a message is edited no more", "message", e.ID, "error", err)

	return 0, d.noteEdit(ctx, func(t *store.Tx) error { return t.EndEdits(e.ID) })
}

func (d *Delivery) noteEdit(ctx context.Context, note func(*store.Tx) error) error {
	return d.Store.Update(context.WithoutCancel(ctx), note)
}

func (d *Delivery) laneOf(platform string) *lane {
	for _, l := range d.lanes {
		if l.Adapter.Platform() == platform {
			return l
		}
	}

	return nil
}
