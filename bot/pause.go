package bot

import (
	"context"
	"time"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions"
)

func (b *Bot) pause(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return say(textNothingFollowed(p.name())), nil
	}

	until, ok := subscriptions.ParseUntil(t.text, t.now, b.zoneOf(c))
	if !ok {
		return say(textPauseHow), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.pauseChat(tx, t, c, p.name(), until, false) })
}

// pauseChat pauses a chat and makes the reply.
func (b *Bot) pauseChat(tx *store.Tx, t *turn, c *store.Chat, where string, until time.Time, replace bool) (*reply, error) {
	if c.State == store.Asleep {
		return nil, refuse(textAsleep(c.Reason))
	}

	if err := tx.Pause(c.ID, until); err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.personID(), "paused"); err != nil {
		return nil, err
	}

	m := &adapters.Message{Replace: replace}
	m.Text = adapters.Say(textPaused(where, until, t.now, b.zoneOf(c)))
	row := []adapters.Button{{Label: btnResume, Data: pressResume + formatID(c.ID)}}

	if until.IsZero() {
		for _, d := range []string{"1h", "8h", "1d"} {
			row = append(row, adapters.Button{Label: btnPauseFor + pauseLabel(d), Data: pressPause + formatID(c.ID) + ":" + d})
		}
	}

	m.Buttons = [][]adapters.Button{row}

	return &reply{Answer: m}, nil
}

func pauseLabel(d string) string {
	length, _ := subscriptions.ParseLength(d)
	return durationText(length)
}

func (b *Bot) resume(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.resumeChat(ctx, t, p, false)
}

func (b *Bot) resumeChat(ctx context.Context, t *turn, p target, replace bool) (*adapters.Message, error) {
	c, all, err := b.loadSubscriptions(ctx, p)
	if err != nil {
		return nil, err
	}

	if c.State == store.Active {
		if len(all) == 0 {
			return say(textNothingFollowed(p.name())), nil
		}

		return say(textNotPaused(p.name())), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		held, away, err := tx.Wake(c.ID)
		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "resumed"); err != nil {
			return nil, err
		}

		if !p.here && p.own && c.State == store.Asleep { // whether it arrives shows if they are open now
			return sendPrivately(t, p, say(textResumed("", held, away)), say(textOpened), say(textClosed)), nil
		}

		return &reply{Answer: &adapters.Message{Replace: replace, Text: adapters.Say(textResumed(p.name(), held, away))}}, nil
	})
}
