package story

import (
	"context"
	"slices"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/turn"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

// AlertButtons are the buttons below a message: the story, mute, and what leads to all else, for
// an alert, others for a development of a followed story, and for a digest one that opens what it
// only counts. A channel of a Discord server has what its readers can use, a channel elsewhere none.
func AlertButtons(t *locales.Texts, out *store.Outgoing) [][]adapters.Button {
	if out.Chat.Platform == turn.Discord && out.Chat.Server != "" && !out.Digest && len(out.Alerts) == 1 {
		return readerButtons(t, out.Alerts[0])
	}

	if out.Chat.Kind == string(adapters.Channel) || out.Chat.Kind == string(adapters.Forum) {
		return nil
	}

	if out.Digest && out.More > 0 {
		return [][]adapters.Button{{{Label: t.Say("button.folded", "n", out.More), Data: button.Folded + button.ID(out.ID) + ":0"}}}
	}

	if out.Digest || len(out.Alerts) != 1 {
		return nil
	}

	return firstButtons(t, out.Chat.ID, out.Alerts[0])
}

// firstButtons are those that an alert comes with: what a reader wants at once.
func firstButtons(t *locales.Texts, chat int64, a *store.Alert) [][]adapters.Button {
	story := adapters.Button{Label: t.Say("button.story"), Data: button.Story + button.ID(a.ID)}
	more := adapters.Button{Label: t.Say("button.actions"), Data: button.Actions + button.ID(a.ID)}

	if a.Edition != 0 { // a development
		return [][]adapters.Button{{story, followButton(t, chat, a.Story, true)}, {whyButton(t, a)}}
	}

	rows := [][]adapters.Button{{story, muteButton(t, a), more}}
	if a.Related != "" {
		rows = append(rows, []adapters.Button{{Label: news.Shorten(t.Say("button.same", "title", a.Related), relatedLabel), Data: button.Same + button.ID(a.ID)}})
	}

	return rows
}

func muteButton(t *locales.Texts, a *store.Alert) adapters.Button {
	return adapters.Button{Label: t.Say("button.mute"), Data: button.Mute + button.ID(a.ID)}
}

func whyButton(t *locales.Texts, a *store.Alert) adapters.Button {
	return adapters.Button{Label: t.Say("button.why"), Data: button.Why + button.ID(a.ID)}
}

// Actions puts all that can be done about an alert below it, or its first buttons again.
func Actions(t *turn.Turn, a *store.Alert, fewer bool) *adapters.Message {
	m := t.Message("ask.alert")
	m.ButtonsOnly, m.Private = true, true

	if fewer {
		m.Buttons = firstButtons(t.Texts, a.Chat, a)
		return m
	}

	rows := firstButtons(t.Texts, a.Chat, a)
	rows[0] = rows[0][:2] // all but what led here

	m.Buttons = slices.Insert(rows, 1, []adapters.Button{
		followButton(t.Texts, a.Chat, a.Story, false), whyButton(t.Texts, a),
	}, []adapters.Button{
		{Label: t.Say("button.more_like"), Data: button.More + button.ID(a.ID)},
		{Label: t.Say("button.less_like"), Data: button.Less + button.ID(a.ID)},
	}, []adapters.Button{
		{Label: t.Say("button.unsubscribe"), Data: button.AlertOff + button.ID(a.ID)},
		{Label: t.Say("button.back"), Data: button.Actions + button.ID(a.ID) + ":" + button.FewerActions},
	})

	return m
}

// readerButtons are those below an alert in a channel of a server: most who read it may not
// change what comes there.
func readerButtons(t *locales.Texts, a *store.Alert) [][]adapters.Button {
	return [][]adapters.Button{{
		{Label: t.Say("button.story"), Data: button.Story + button.ID(a.ID)},
		{Label: t.Say("button.why"), Data: button.Why + button.ID(a.ID)},
		{Label: t.Say("button.notify_me"), Data: button.Notify + button.ID(a.ID)},
	}}
}

// relatedLabel is the length of a button that names a related story, in characters.
const relatedLabel = 40

// KeepSame keeps that an alert's story is the one that it looked related to, as a label for
// whoever trains the grouping here; nothing is sent anywhere. An operator's press joins the
// stories, for everybody.
func (h *Handler) KeepSame(ctx context.Context, t *turn.Turn, a *store.Alert) (*adapters.Message, error) {
	if a.Article == nil {
		return t.OldButton(), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		ok, err := tx.SettleDoubt(a.Article.ID, true, h.IsOperator(t))
		if err != nil {
			return nil, err
		}

		if !ok {
			return &turn.Reply{Answer: t.OldButton()}, nil
		}

		return &turn.Reply{Answer: &adapters.Message{Private: true, Text: t.Lines("mute.same_kept")}}, nil
	})
}
