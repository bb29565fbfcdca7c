package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

func (b *Bot) pause(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, c, all, err := b.targetSubscriptions(ctx, t)
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
	m.Text = adapters.Text{withMoments(textPaused(where, until, t.now, b.zoneOf(c)), b.zoneOf(c), until)}
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

// muteHours is how long an outlet is muted by one press.
const muteHours = 8

// muteMenu asks what of an alert is to be muted.
func muteMenu(c *store.Chat, a *store.Alert) *adapters.Message {
	one := pressMuteOne + formatID(a.ID) + ":"
	row := []adapters.Button{{Label: btnMuteStory, Data: one + string(store.MuteStory)}}

	if a.Article != nil && a.Article.News.Outlet != "" {
		name := a.Article.News.Outlet
		row = append(row, adapters.Button{Label: cutLabel(textMuteFor(name, muteHours)), Data: one + string(store.MuteOutlet) + ":" + strconv.Itoa(muteHours)},
			adapters.Button{Label: cutLabel(name), Data: one + string(store.MuteOutlet)})
	}

	all := []adapters.Button{{Label: btnMuteAll, Data: pressPause + formatID(c.ID) + ":" + strconv.Itoa(muteHours) + "h"}, {Label: btnCancel, Data: pressNothing}}

	return &adapters.Message{Private: true, Text: adapters.Say(textMuteWhat), Buttons: [][]adapters.Button{row, all}}
}

// muteFromAlert mutes the story or the outlet of an alert; how is "story", "outlet" or
// "outlet:8", for so many hours.
func (b *Bot) muteFromAlert(ctx context.Context, t *turn, c *store.Chat, a *store.Alert, how string) (*adapters.Message, error) {
	if a.Article == nil {
		return b.oldButton(), nil
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

		if err := tx.Log(c.ID, t.personID(), "muted "+muteName(muted)); err != nil {
			return nil, err
		}

		undo := adapters.Button{Label: btnUndo, Data: pressEndMute + formatID(c.ID) + ":" + formatID(muted.ID)}

		return &reply{Answer: &adapters.Message{
			Replace: true, Text: adapters.Say(textMuted(muted, t.now, b.zoneOf(c))), Buttons: [][]adapters.Button{{undo}},
		}}, nil
	})
}

// pressEndMute ends a mute, from [Undo] or from the list.
func (b *Bot) pressEndMute(ctx context.Context, t *turn, c *store.Chat, mute string) (*adapters.Message, error) {
	id, err := strconv.ParseInt(mute, 10, 64)
	if err != nil {
		return b.oldButton(), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		m, err := tx.EndMute(c.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return &reply{Answer: &adapters.Message{Replace: true, Text: adapters.Say(textMuteGone)}}, nil
		}

		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "unmuted "+muteName(m)); err != nil {
			return nil, err
		}

		return &reply{Answer: &adapters.Message{Replace: true, Text: adapters.Say(textUnmuted(m))}}, nil
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
		return say(textNothingMuted), nil
	}

	m := &adapters.Message{}

	var offered []adapters.Button

	for i, mute := range mutes[:min(len(mutes), mutesShown)] {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(strconv.Itoa(i+1) + ". " + muteName(mute) + muteEnd(mute, t.now, b.zoneOf(c)))})
		offered = append(offered, adapters.Button{Label: cutLabel(textEndMute(i+1, mute)), Data: pressEndMute + formatID(c.ID) + ":" + formatID(mute.ID)})
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, nil)

	if more := len(mutes) - mutesShown; more > 0 {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textAndMore(more))})
	}

	return m, nil
}

// cutLabel cuts the label of a button to what all platforms show.
func cutLabel(s string) string { return news.Shorten(s, maxLabel) }

// maxLabel is the length of a button's label, in characters.
const maxLabel = 38
