package delivery

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/internal/failpoint"
	"newsbell/store"
)

const (
	// editPage is how many messages are read at a time.
	editPage = 100
	// editRetry is the pause after an edit that a platform could not take.
	editRetry = 30 * time.Second
)

// edit keeps sent alerts up to date: their messages are edited, which notifies no one, when another
// outlet joins a story (with Config.Update) or a translation is ready. Each platform has an editor of
// its own.
//
// An edit is claimed before it is sent: until it is noted, or its claim has expired, no other process
// edits the message, so that an older state never arrives after a newer one. Only the newest state
// is ever sent, and an edit says how the whole message is to read, so it is idempotent: one that was
// not noted because the process was killed is made again. Edits pass the gate after everything else.
func (d *Delivery) edit(ctx context.Context, group *errgroup.Group) error {
	return d.makePasses(ctx, group, store.OutletsJoined, "edit alerts", func(l *lane) pass {
		return (&editor{d: d, lane: l, done: map[int64]time.Time{}}).editAll
	})
}

// editor edits the messages of one platform.
type editor struct {
	d    *Delivery
	lane *lane
	done map[int64]time.Time // by story: the joining that all of its messages show
}

// errPause ends a pass: the platform takes no edits for now.
var errPause = errors.New("the platform takes no edits for now")

// editAll edits what is outdated and returns when to make the next pass.
func (e *editor) editAll(ctx context.Context) (next time.Duration, err error) {
	next, err = e.showTranslations(ctx)
	if errors.Is(err, errPause) {
		return max(next, editRetry), nil
	}

	if err != nil || ctx.Err() != nil {
		return editRetry, err
	}

	if !e.d.Update {
		return next, nil
	}

	return e.showOutlets(ctx, next)
}

// showOutlets edits the messages of all stories that another outlet joined, and returns when to make
// the next pass: after latest, or earlier.
func (e *editor) showOutlets(ctx context.Context, latest time.Duration) (next time.Duration, err error) {
	next = latest
	since := time.Now().Add(-store.EditFor)

	stories, err := store.Read(ctx, e.d.Store, func(t *store.Tx) ([]store.GrownStory, error) { return t.GrownStories(since) })
	if err != nil {
		return editRetry, err
	}

	known := map[int64]time.Time{}

	for _, story := range stories {
		if e.done[story.ID].Equal(story.Joined) {
			known[story.ID] = story.Joined
			continue
		}

		wait, err := e.editStory(ctx, story.ID, since)
		if errors.Is(err, errPause) {
			return max(wait, editRetry), nil
		}

		if err != nil || ctx.Err() != nil {
			return editRetry, err
		}

		// A message that is claimed in the millisecond of the joining may not show it yet.
		if wait == 0 && time.Since(story.Joined) < minPause {
			wait = minPause
		}

		if wait == 0 {
			known[story.ID] = story.Joined
			continue
		}

		next = min(next, wait)
	}

	e.done = known // stories that are too old are forgotten

	return next, nil
}

// showTranslations edits the messages whose translation is ready, and returns when to make the next
// pass.
func (e *editor) showTranslations(ctx context.Context) (next time.Duration, err error) {
	next = time.Hour

	for after := int64(0); ; {
		page, err := store.Read(ctx, e.d.Store, func(t *store.Tx) ([]store.Edit, error) {
			return t.Translated(e.lane.Adapter.Platform(), after, editPage)
		})
		if err != nil || len(page) == 0 {
			return next, err
		}

		for i := range page {
			after = page[i].ID
			page[i].Edited = time.Time{} // a translation comes once, and is not held by EditGap

			wait, err := e.editOne(ctx, &page[i])
			if err != nil || ctx.Err() != nil {
				return wait, err
			}

			if wait > 0 {
				next = min(next, wait)
			}
		}
	}
}

// editStory edits the messages of a story. It returns when to edit it again, 0 when all of them show the
// newest outlet. A message that is still being sent is edited once it is known to have arrived.
func (e *editor) editStory(ctx context.Context, story int64, since time.Time) (next time.Duration, err error) {
	for after := int64(0); ; {
		var page []store.Edit

		err := e.d.Store.View(ctx, func(t *store.Tx) (err error) {
			if page, err = t.Edits(e.lane.Adapter.Platform(), story, since, after, editPage); err != nil || after > 0 {
				return err
			}

			begun, err := t.LastBegun(e.lane.Adapter.Platform(), story)

			switch {
			case begun.IsZero():
			case time.Since(begun) < editRetry:
				next = minPause
			default: // it cannot be sent for a while
				next = editRetry
			}

			return err
		})
		if err != nil || len(page) == 0 {
			return next, err
		}

		for i := range page {
			after = page[i].Chat.ID

			wait, err := e.editOne(ctx, &page[i])
			if err != nil || ctx.Err() != nil {
				return wait, err
			}

			if wait > 0 && (next == 0 || wait < next) {
				next = wait
			}
		}
	}
}

// editOne brings one message up to date. wait is when to try again, 0 if it is done.
func (e *editor) editOne(ctx context.Context, m *store.Edit) (wait time.Duration, err error) {
	if wait := time.Until(m.Edited.Add(e.d.EditGap)); wait > 0 {
		return wait, nil
	}

	if m.Alerts[0] == nil || m.Alerts[0].Article == nil {
		return 0, e.d.update(ctx, func(t *store.Tx) error { return t.EndEdits(m.ID) })
	}

	to := adapters.Chat{Platform: m.Chat.Platform, Address: m.Chat.Address}

	err = e.lane.Gate.Take(ctx, gate.Key(to), adapters.Kind(m.Chat.Kind) != adapters.Private, gate.ClassEdit)
	if errors.Is(err, gate.ErrNotYet) {
		return minPause, nil
	}

	if err != nil {
		return editRetry, ctx.Err()
	}

	ends := time.Now().Add(sendTimeout)

	var (
		taken bool
		until time.Time
	)

	err = e.d.update(ctx, func(t *store.Tx) (err error) {
		taken, until, err = t.ClaimEdit(m.ID, e.d.run, ends)
		return err
	})
	if err != nil || ctx.Err() != nil {
		return editRetry, err
	}

	if !taken {
		return max(time.Until(until), minPause), nil
	}

	return e.send(ctx, to, m, ends)
}

// send makes one edit and notes the result, even if the program is stopping. The context ends with the
// claim: an edit that was not sent by then never is, also if the process was frozen meanwhile.
func (e *editor) send(stop context.Context, to adapters.Chat, m *store.Edit, ends time.Time) (wait time.Duration, err error) {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(stop), ends)
	defer cancel()

	err = e.lane.Adapter.Edit(ctx, to, m.Ref, e.d.message(&m.Outgoing))

	failpoint.Hit(failpoint.Edited)

	failed, typed := errors.AsType[*adapters.SendError](err)

	switch {
	case err == nil:
		err = e.d.update(ctx, func(t *store.Tx) error { return t.Edited(m.ID, m.Joined) })
		if err == nil && e.d.Event != nil {
			e.d.Event(EditEvent{Message: m.ID, Alerts: []int64{m.Alerts[0].ID}, Also: alsoNames(m.Alerts[0].Also)})
		}

		return 0, err
	case typed && (failed.Fate == adapters.Retry || failed.Fate == adapters.Unsure || failed.Fate == adapters.Later && failed.All):
		return failed.After, errPause
	case typed && failed.Fate == adapters.Later:
		return max(failed.After, editRetry), nil
	}

	// It is gone, too old or cannot be edited: what was sent stays as it is.
	e.d.Log.Debug("a message is edited no more", "message", m.ID, "error", err)

	return 0, e.d.update(ctx, func(t *store.Tx) error { return t.EndEdits(m.ID) })
}
