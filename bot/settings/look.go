package settings

import (
	"cmp"
	"context"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// showLook adds how the alerts of a chat look, with the buttons that change it.
func showLook(t *turn.Turn, m *adapters.Message, dest turn.Target, c *store.Chat, button func(label, key, value string) adapters.Button) {
	look := []adapters.Button{button("button.opening", input.KeyOpening, "")}

	if c.Opening != "" {
		m.Text = append(m.Text, t.Line("settings.opening", "line", c.Opening))
	}

	if dest.Platform == turn.Discord {
		look = append(look, button("button.color", input.KeyColor, ""))

		if c.Color != "" {
			m.Text = append(m.Text, t.Line("settings.color", "color", c.Color))
		}
	}

	if dest.Platform == turn.Discord && dest.IsShared() && !c.Publish {
		m.Text = append(m.Text, t.Line("settings.by_outlet_"+input.OnOff(c.ByOutlet)))
		look = append(look, button("button.outlet_"+input.OnOff(!c.ByOutlet), input.KeyOutlet, input.OnOff(!c.ByOutlet)))
	}

	m.Buttons = append(m.Buttons, look)
}

// canHaveTopics reports whether each subscription of a chat can have a topic of its own: it
// is a private chat, with a bot that has topics.
func (h *Handler) canHaveTopics(dest turn.Target) bool {
	a, ok := h.Adapters[dest.Platform].(interface{ Topics() bool })
	return ok && dest.Kind == adapters.Private && a.Topics()
}

// checkSender refuses to have alerts come in the names of their outlets where they can't, or the
// bot lacks a right for it. What is on can be turned off.
func (h *Handler) checkSender(ctx context.Context, t *turn.Turn, s settingOf) error {
	a, ok := h.Adapters[s.target.Platform].(interface {
		CheckSender(ctx context.Context, chat adapters.Chat) (can bool, missing []string)
	})
	if s.before.ByOutlet {
		return nil
	}

	if s.before.Publish {
		return t.Refuse("settings.outlet_published")
	}

	if !ok || !s.target.IsShared() {
		return t.Refuse("settings.outlet_only")
	}

	can, missing := a.CheckSender(ctx, s.target.Chat)

	switch where := cmp.Or(s.target.Name(t.Words), s.target.Title); {
	case !can:
		return t.Refuse("settings.outlet_only")
	case len(missing) > 0:
		return t.Refuse("settings.outlet_rights", "where", where, "rights", t.And(missing))
	}

	return nil
}

// canPublish reports whether a chat is one of those whose messages are published to who
// follows it: Discord's announcement channels.
func canPublish(c *store.Chat) bool {
	return c.Platform == turn.Discord && c.Kind == string(adapters.Channel)
}

// styleKey picks the text for how much a chat's alerts show.
func styleKey(key string, c *store.Chat) string {
	switch {
	case c.Style != store.StyleFull:
		return key + "_" + string(c.Style)
	case c.Pictures:
		return key + "_full"
	default:
		return key + "_no_pictures"
	}
}

func soundKey(key string, silent bool) string {
	if silent {
		return key + "_off"
	}

	return key + "_on"
}

// setOrder sets in what order a chat's digests show their stories.
func (h *Handler) setOrder(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	order, ok := input.ParseOrder(s.value)

	switch {
	case s.value == "":
		return s.offer(t, "ask.order", choice{"choice.subscription", "subscription"}, choice{"choice.told", "told"}, choice{"choice.time", "time"}), nil
	case !ok:
		t.AskAgain()
		return t.Message("settings.order_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return h.change(ctx, t, s, "set order to "+input.OrderWord(order), input.OrderWord(s.before.Order), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		return t.Lines("settings.order_set_" + input.OrderWord(order)), nil, tx.SetOrder(c.ID, order)
	})
}

// setStyle sets how much a chat's alerts show.
func (h *Handler) setStyle(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	style, ok := input.ParseStyle(s.value)

	switch {
	case s.value == "":
		return s.offer(t, "ask.style", choice{"choice.full", "full"}, choice{"choice.compact", "compact"}, choice{"choice.title", "title"}), nil
	case !ok:
		t.AskAgain()
		return t.Message("settings.style_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return h.change(ctx, t, s, "set style to "+input.StyleWord(style), input.StyleWord(s.before.Style), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		return t.Lines("settings.style_set_" + input.StyleWord(style)), nil, tx.SetStyle(c.ID, style)
	})
}

// setColor sets the colour of a chat's alerts.
func (h *Handler) setColor(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	color := ""

	switch {
	case s.target.Platform != turn.Discord:
		return t.Message("settings.color_only"), nil
	case s.value == "":
		return t.Ask(t.Say("ask.color"), "#1abc9c", turn.Join(turn.ToOption(s.target), input.KeyColor)), nil
	case input.IsOff(s.value):
	default:
		var err error
		if color, err = subscriptions.ParseColor(s.value); err != nil {
			t.AskAgain()
			return t.Message("settings.color_unknown", "typed", news.Shorten(s.value, 60)), nil // the reply says it
		}
	}

	return h.change(ctx, t, s, "set color to "+input.OrDefault(color), input.OrOff(s.before.Color), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		lines := t.Lines("settings.color_set_off")
		if color != "" {
			lines = t.Lines("settings.color_set", "color", color)
		}

		return lines, nil, tx.SetColor(c.ID, color)
	})
}

// setOpening sets the line before each of a chat's alerts.
func (h *Handler) setOpening(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	opening := ""

	switch {
	case s.value == "":
		return t.Ask(t.Say("ask.opening"), t.Say("button.opening"), turn.Join(turn.ToOption(s.target), input.KeyOpening)), nil
	case input.IsOff(s.value):
	default:
		var err error
		if opening, err = subscriptions.ParseOpening(s.value); err != nil {
			t.AskAgain()
			return t.Message("settings.opening_how", "n", subscriptions.LongestOpening), nil // the reply says it
		}
	}

	return h.change(ctx, t, s, "set line to "+input.OrDefault(opening), input.OrOff(s.before.Opening), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		lines := t.Lines("settings.opening_set_off")
		if opening != "" {
			lines = t.Lines("settings.opening_set", "line", opening)
		}

		return lines, nil, tx.SetOpening(c.ID, opening)
	})
}

// setSwitch sets what is on or off: pictures, translations, publishing, topics, and whether alerts make
// no sound.
func (h *Handler) setSwitch(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	on, ok := input.ParseSwitch(s.value)

	switch {
	case s.value == "":
		return s.offer(t, "ask."+s.key, choice{"choice.on", "on"}, choice{"choice.off", "off"}), nil
	case !ok:
		t.AskAgain()
		return t.Message("settings.switch_unknown", "typed", news.Shorten(s.value, 60), "key", input.KeyName(s.key, t.Code())), nil
	}

	before := map[string]bool{input.KeyPictures: s.before.Pictures, input.KeySilent: s.before.Silent, input.KeyTranslate: s.before.Translate, input.KeyOutlet: s.before.ByOutlet, input.KeyPublish: s.before.Publish, input.KeyTopics: s.before.Topics}[s.key]

	return h.change(ctx, t, s, "set "+s.key+" to "+input.OnOff(on), input.OnOff(before), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		set := map[string]func(int64, bool) error{input.KeyPictures: tx.SetPictures, input.KeySilent: tx.SetSilent, input.KeyTranslate: tx.SetTranslate, input.KeyOutlet: tx.SetByOutlet, input.KeyPublish: tx.SetPublish, input.KeyTopics: tx.SetTopics}[s.key]

		return t.Lines("settings." + s.key + "_" + input.OnOff(on)), nil, set(c.ID, on)
	})
}
