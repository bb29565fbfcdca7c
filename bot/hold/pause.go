package hold

import (
	"context"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions"
)

// Pause holds the alerts of a target for a time, or asks for how long.
func (h *Handler) Pause(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return listing.NothingFollowed(t.Words, dest.Name(t.Words)), nil
	}

	until, ok := subscriptions.ParseUntil(t.Text, t.Now, h.ZoneOf(c))
	if !ok {
		until, ok = subscriptions.ParseUntil(input.PauseInEnglish(t.Text, t.Code()), t.Now, h.ZoneOf(c))
	}

	if !ok {
		return t.Message("pause.how"), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		return h.PauseChat(tx, t, c, dest.Name(t.Words), until, false)
	})
}

// PauseChat pauses a chat and makes the reply.
func (h *Handler) PauseChat(tx *store.Tx, t *turn.Turn, c *store.Chat, where string, until time.Time, replace bool) (*turn.Reply, error) {
	if c.State == store.Asleep {
		return nil, turn.RefuseSaying(events.WhyAsleep(t.Texts, c.Reason))
	}

	if err := tx.Pause(c.ID, until); err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.PersonID(), "paused"); err != nil {
		return nil, err
	}

	m := &adapters.Message{Replace: replace}
	m.Text = adapters.Text{t.Paused(where, until, t.Now, h.ZoneOf(c))}
	resume := adapters.Button{Label: t.Say("button.resume"), Data: button.Resume + button.ID(c.ID)}
	row := []adapters.Button{resume}

	t.KeepUndo(resume.Data)

	if until.IsZero() {
		for _, d := range []string{"1h", "8h", "1d"} {
			row = append(row, adapters.Button{Label: pauseLabel(t.Words, d), Data: button.Pause + button.ID(c.ID) + ":" + d})
		}
	}

	m.Buttons = [][]adapters.Button{row}

	return &turn.Reply{Answer: m}, nil
}

// pauseLabel labels a button that pauses for a length such as "8h".
func pauseLabel(w wording.Words, d string) string {
	length, _ := subscriptions.ParseLength(d)
	return w.Span("pause_for", length)
}

// Resume lets the alerts of a target come again.
func (h *Handler) Resume(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return h.ResumeChat(ctx, t, dest, false)
}

// ResumeChat wakes a chat that is paused or asleep. replace: the reply takes the place of the message
// whose button was pressed.
func (h *Handler) ResumeChat(ctx context.Context, t *turn.Turn, dest turn.Target, replace bool) (*adapters.Message, error) {
	c, all, err := h.Listing.Load(ctx, dest)
	if err != nil {
		return nil, err
	}

	if c.State == store.Active {
		if len(all) == 0 {
			return listing.NothingFollowed(t.Words, dest.Name(t.Words)), nil
		}

		return t.Message(wording.PickVariant("pause.not_paused", dest.Name(t.Words)), "where", dest.Name(t.Words)), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		held, away, err := tx.Wake(c.ID)
		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.PersonID(), "resumed"); err != nil {
			return nil, err
		}

		if !dest.Here && dest.Own && c.State == store.Asleep { // whether it arrives shows if they are open now
			return turn.SendPrivately(t, dest, turn.Say(t.Resumed("", held, away)), t.Message("state.opened"), t.Message("state.closed")), nil
		}

		return &turn.Reply{Answer: &adapters.Message{Replace: replace, Text: adapters.Say(t.Resumed(dest.Name(t.Words), held, away))}}, nil
	})
}
