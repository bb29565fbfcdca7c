package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions"
)

func (b *Bot) pause(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return t.nothingFollowed(p.name(t.words)), nil
	}

	until, ok := subscriptions.ParseUntil(t.text, t.now, b.zoneOf(c))
	if !ok {
		return t.say("pause.how"), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.pauseChat(tx, t, c, p.name(t.words), until, false) })
}

// pauseChat pauses a chat and makes the reply.
func (b *Bot) pauseChat(tx *store.Tx, t *turn, c *store.Chat, where string, until time.Time, replace bool) (*reply, error) {
	if c.State == store.Asleep {
		return nil, refuse(t.whyAsleep(c.Reason))
	}

	if err := tx.Pause(c.ID, until); err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.personID(), "paused"); err != nil {
		return nil, err
	}

	m := &adapters.Message{Replace: replace}
	m.Text = adapters.Text{t.paused(where, until, t.now, b.zoneOf(c))}
	row := []adapters.Button{{Label: t.Say("button.resume"), Data: pressResume + formatID(c.ID)}}

	if until.IsZero() {
		for _, d := range []string{"1h", "8h", "1d"} {
			row = append(row, adapters.Button{Label: t.pauseLabel(d), Data: pressPause + formatID(c.ID) + ":" + d})
		}
	}

	m.Buttons = [][]adapters.Button{row}

	return &reply{Answer: m}, nil
}

// pauseLabel labels a button that pauses for a length such as "8h".
func (w words) pauseLabel(d string) string {
	length, _ := subscriptions.ParseLength(d)
	return w.Span("pause_for", length)
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
			return t.nothingFollowed(p.name(t.words)), nil
		}

		return t.say(variant("pause.not_paused", p.name(t.words)), "where", p.name(t.words)), nil
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
			return sendPrivately(t, p, say(t.resumed("", held, away)), t.say("state.opened"), t.say("state.closed")), nil
		}

		return &reply{Answer: &adapters.Message{Replace: replace, Text: adapters.Say(t.resumed(p.name(t.words), held, away))}}, nil
	})
}

// muteHours is how long an outlet is muted by one press.
const muteHours = 8

// muteMenu asks what of an alert is to be muted.
func muteMenu(t *turn, c *store.Chat, a *store.Alert) *adapters.Message {
	one := pressMuteOne + formatID(a.ID) + ":"
	row := []adapters.Button{{Label: t.Say("button.mute_story"), Data: one + string(store.MuteStory)}}

	if a.Article != nil && a.Article.News.Outlet != "" {
		name := a.Article.News.Outlet
		row = append(row, adapters.Button{Label: cutLabel(t.Say("button.mute_for", "outlet", name, "hours", muteHours)), Data: one + string(store.MuteOutlet) + ":" + strconv.Itoa(muteHours)},
			adapters.Button{Label: cutLabel(name), Data: one + string(store.MuteOutlet)})
	}

	all := []adapters.Button{{Label: t.Say("button.mute_all"), Data: pressPause + formatID(c.ID) + ":" + strconv.Itoa(muteHours) + "h"}, {Label: t.Say("button.cancel"), Data: pressNothing}}

	return &adapters.Message{Private: true, Text: t.lines("mute.what"), Buttons: [][]adapters.Button{row, all}}
}

// muteFromAlert mutes the story or the outlet of an alert; how is "story", "outlet" or
// "outlet:8", for so many hours.
func (b *Bot) muteFromAlert(ctx context.Context, t *turn, c *store.Chat, a *store.Alert, how string) (*adapters.Message, error) {
	if a.Article == nil {
		return t.oldButton(), nil
	}

	kind, hours, _ := strings.Cut(how, ":")

	m := store.OutletMute(c.ID, a.Article.News.Outlet)
	if kind == string(store.MuteStory) {
		m = store.StoryMute(c.ID, a.Story, a.Article.News.Title)
	}

	if n, err := strconv.Atoi(hours); err == nil && n > 0 && n <= 24*366 {
		m.Until = t.now.Add(time.Duration(n) * time.Hour)
	}

	m.CreatedBy = t.personID()

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		muted, err := tx.AddMute(m)
		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "muted "+muted.Label); err != nil {
			return nil, err
		}

		undo := adapters.Button{Label: t.Say("button.undo"), Data: pressEndMute + formatID(c.ID) + ":" + formatID(muted.ID)}

		return &reply{Answer: &adapters.Message{
			Replace: true, Text: adapters.Say(t.mute("mute.muted", 0, muted, b.zoneOf(c))), Buttons: [][]adapters.Button{{undo}},
		}}, nil
	})
}

// pressEndMute ends a mute, from [Undo] or from the list.
func (b *Bot) pressEndMute(ctx context.Context, t *turn, c *store.Chat, mute string) (*adapters.Message, error) {
	id, err := strconv.ParseInt(mute, 10, 64)
	if err != nil {
		return t.oldButton(), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		m, err := tx.EndMute(c.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return &reply{Answer: &adapters.Message{Replace: true, Text: t.lines("mute.gone")}}, nil
		}

		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "unmuted "+m.Label); err != nil {
			return nil, err
		}

		return &reply{Answer: &adapters.Message{Replace: true, Text: adapters.Say(t.mute("mute.unmuted", 0, m, b.zoneOf(c)))}}, nil
	})
}

// mutesShown is how many mutes are listed, each with a button.
const mutesShown = 10

// listMutes lists what is muted in a chat.
func (b *Bot) listMutes(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var (
		c     *store.Chat
		mutes []*store.Mute
	)

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = findChat(tx, p); err == nil {
			mutes, err = tx.Mutes(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if len(mutes) == 0 {
		return t.say("mute.nothing"), nil
	}

	m := &adapters.Message{}

	var offered []adapters.Button

	for i, mute := range mutes[:min(len(mutes), mutesShown)] {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(t.mute("mute.line", i+1, mute, b.zoneOf(c)))})
		offered = append(offered, adapters.Button{Label: cutLabel(t.Say("button.end_mute", "n", i+1, "what", mute.Label)), Data: pressEndMute + formatID(c.ID) + ":" + formatID(mute.ID)})
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, nil)

	if more := len(mutes) - mutesShown; more > 0 {
		m.Text = append(m.Text, t.Line("list.more", "n", more))
	}

	return m, nil
}
