package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/start"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
	zonefinder "newsbell/subscriptions/zone"
)

// settings shows what is set in a chat, or sets it: "zone Warsaw", "quiet 22:00-7:00", or in the
// words of the chat's language: "Zeitzone Wien".
func (b *Bot) settings(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	typed := t.Text
	if named := t.Options["key"]; named != "" { // a slash command
		typed = turn.Join(named, strings.TrimSpace(t.Options["value"]))
	}

	key, value := input.CutKey(typed, t.Code())
	if key == input.KeyManagers {
		return b.setManagers(ctx, t, value)
	}

	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	c, err := b.LoadChat(ctx, dest)
	if err != nil {
		return nil, err
	}

	if typed == "" {
		return b.showSettings(t, dest, c), nil
	}

	return b.set(ctx, t, settingOf{target: dest, before: c, key: key, value: valueInEnglish(t, key, value)})
}

// valueInEnglish is the value of a setting as the code knows it, where it was said in the words of
// the chat's language, such as the label of a button that sets it. What is free text stays as typed.
func valueInEnglish(t *turn.Turn, key, value string) string {
	switch key {
	case input.KeyQuiet:
		if _, err := subscriptions.ParseQuiet(value); err != nil {
			return input.QuietInEnglish(value, t.Code())
		}

		return value
	case input.KeyDigest:
		value = choiceNamed(t, value, "now", "hourly")
	case input.KeyStyle:
		value = choiceNamed(t, value, "full", "compact", "title")
	case input.KeyOrder:
		value = choiceNamed(t, value, "subscription", "told", "time")
	}

	english := input.ValueInEnglish(value, t.Code())

	switch key {
	case input.KeyOpening, input.KeyColor, input.KeyZone, input.KeyLanguage:
		if !input.IsOff(english) {
			return value
		}
	}

	return english
}

// choiceNamed is the one of some choices whose label a person typed, else what they typed.
func choiceNamed(t *turn.Turn, typed string, choices ...string) string {
	for _, c := range choices {
		if strings.EqualFold(typed, t.Say("choice."+c)) {
			return c
		}
	}

	return typed
}

// set sets one thing in a chat.
func (b *Bot) set(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	switch s.key {
	case input.KeyZone:
		return b.setZone(ctx, t, s)
	case input.KeyQuiet:
		return b.setQuiet(ctx, t, s)
	case input.KeyDigest:
		return b.setDigest(ctx, t, s)
	case input.KeyOrder:
		return b.setOrder(ctx, t, s)
	case input.KeyStyle:
		return b.setStyle(ctx, t, s)
	case input.KeyColor:
		return b.setColor(ctx, t, s)
	case input.KeyOpening:
		return b.setOpening(ctx, t, s)
	case input.KeyPictures, input.KeySilent:
		return b.setSwitch(ctx, t, s)
	case input.KeyOutlet:
		if err := b.checkSender(ctx, t, s); err != nil {
			return nil, err
		}

		return b.setSwitch(ctx, t, s)
	case input.KeyPublish:
		if !canPublish(s.before) {
			return t.Message("settings.publish_only"), nil
		}

		return b.setSwitch(ctx, t, s)
	case input.KeyTopics:
		if !b.canHaveTopics(s.target) && !s.before.Topics { // what is on can be turned off
			return t.Message("settings.topics_none"), nil
		}

		return b.setSwitch(ctx, t, s)
	case input.KeyTranslate:
		if !b.Writer.Works() && !s.before.Translate { // what is on can be turned off
			return t.Message("settings.no_model"), nil
		}

		return b.setSwitch(ctx, t, s)
	case input.KeyBrief:
		return b.setBrief(ctx, t, s)
	case input.KeyLanguage:
		return b.setLanguage(ctx, t, s)
	}

	return t.Message("settings.how"), nil
}

// settingOf is a setting that somebody asks for.
type settingOf struct {
	target turn.Target
	before *store.Chat // as it is set now; one that is new has no ID
	key    string
	value  string // as typed, "" not said
}

// button makes a button that sets something in the same chat.
func (s *settingOf) button(t *turn.Turn, label, key, value string) adapters.Button {
	return settingsButton(t, s.target, label, key, value)
}

// settingsButton is a button that sets something for a target.
func settingsButton(t *turn.Turn, dest turn.Target, label, key, value string) adapters.Button {
	return t.Button(label, "settings", turn.Join(turn.ToOption(dest), key, value))
}

// showSettings shows what is set in a chat, with a button for each setting.
func (b *Bot) showSettings(t *turn.Turn, dest turn.Target, c *store.Chat) *adapters.Message {
	language, pictures, sound := "settings.language_unset", "button.pictures_off", "button.silent"
	if c.ChosenLanguage != "" {
		language = "settings.language"
	}

	if !c.Pictures {
		pictures = "button.pictures_on"
	}

	if c.Silent {
		sound = "button.sound"
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.Say("settings.head"))}}, Replace: t.Request.Kind == adapters.PressRequest}
	m.Text = append(m.Text, t.Line(language, "name", t.Say("language.name")))
	m.Text = append(m.Text, adapters.Say(t.ZoneLine(b.ZoneOf(c), c.TimeZone != "", t.Now), t.Quiet(c.Quiet))...)
	m.Text = append(m.Text, b.scheduleLine(t, "settings.digest", c.Digest, c), t.Line("settings.order_"+input.OrderWord(c.Order)), t.Line(styleKey("settings.style", c)), t.Line(soundKey("settings.sound", c.Silent)),
		b.scheduleLine(t, "settings.brief", c.Brief, c))

	button := func(label, key, value string) adapters.Button {
		return settingsButton(t, dest, t.Say(label), key, value)
	}
	m.Buttons = [][]adapters.Button{
		{button("button.language", input.KeyLanguage, ""), button("button.zone", input.KeyZone, ""), button("button.quiet", input.KeyQuiet, "")},
		{button("button.digest", input.KeyDigest, ""), button("button.brief", input.KeyBrief, ""), button("button.style", input.KeyStyle, "")},
		{button(pictures, input.KeyPictures, input.OnOff(!c.Pictures)), button(sound, input.KeySilent, input.OnOff(!c.Silent)), button("button.order", input.KeyOrder, "")},
	}

	showLook(t, m, dest, c, button)

	if b.Writer.Works() || c.Translate {
		m.Buttons = append(m.Buttons, []adapters.Button{button("button.translate_"+input.OnOff(!c.Translate), input.KeyTranslate, input.OnOff(!c.Translate))})
	}

	if canPublish(c) {
		m.Text = append(m.Text, t.Line("settings.publishing_"+input.OnOff(c.Publish)))
		m.Buttons = append(m.Buttons, []adapters.Button{button("button.publish_"+input.OnOff(!c.Publish), input.KeyPublish, input.OnOff(!c.Publish))})
	}

	if b.canHaveTopics(dest) || c.Topics {
		m.Text = append(m.Text, t.Line("settings.by_topic_"+input.OnOff(c.Topics)))
		m.Buttons = append(m.Buttons, []adapters.Button{button("button.topics_"+input.OnOff(!c.Topics), input.KeyTopics, input.OnOff(!c.Topics))})
	}

	return m
}

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

// completeKey offers what can be set, each with what /help says of it, or by its name in the
// person's language. Which chat it is for may not have been typed yet.
func (b *Bot) completeKey(t *turn.Turn) []adapters.Choice {
	labels := map[string]string{}

	for line := range strings.Lines(t.Say("usage.settings")) {
		example := strings.TrimSpace(strings.TrimPrefix(line, "/settings "))
		if key, _ := input.CutKey(example, t.Code()); labels[key] == "" {
			labels[key] = example
		}
	}

	var all []adapters.Choice

	for _, key := range input.Keys() {
		if b.isSettableFrom(t, key) {
			all = append(all, adapters.Choice{Label: cmp.Or(labels[key], input.KeyName(key, t.Code())), Value: key})
		}
	}

	return all
}

// isSettableFrom reports whether a setting means anything to whoever types in a chat.
func (b *Bot) isSettableFrom(t *turn.Turn, key string) bool {
	switch key {
	case input.KeyColor:
		return t.Request.Chat.Platform == turn.Discord
	case input.KeyOutlet, input.KeyPublish:
		return t.Request.Chat.Platform == turn.Discord && !t.IsPrivate()
	case input.KeyManagers:
		return !t.IsPrivate()
	case input.KeyTranslate:
		return b.Writer.Works()
	case input.KeyTopics:
		return b.canHaveTopics(turn.Target{ChatInfo: t.Request.Chat})
	default:
		return true
	}
}

// canHaveTopics reports whether each subscription of a chat can have a topic of its own: it
// is a private chat, with a bot that has topics.
func (b *Bot) canHaveTopics(dest turn.Target) bool {
	a, ok := b.Adapters[dest.Platform].(interface{ Topics() bool })
	return ok && dest.Kind == adapters.Private && a.Topics()
}

// checkSender refuses to have alerts come in the names of their outlets where they can't, or the
// bot lacks a right for it. What is on can be turned off.
func (b *Bot) checkSender(ctx context.Context, t *turn.Turn, s settingOf) error {
	a, ok := b.Adapters[s.target.Platform].(interface {
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

// scheduleLine says when something comes, or that it does not (key_off).
func (b *Bot) scheduleLine(t *turn.Turn, key, schedule string, c *store.Chat) adapters.Line {
	when, err := subscriptions.ParseSchedule(schedule)
	if err != nil || when.Kind == subscriptions.AtOnce {
		return t.Line(key + "_off")
	}

	return t.Line(key, "when", t.Schedule("schedule", when, b.ZoneOf(c)))
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

// change sets something in a chat, logs it, moves what waits, and replies with what
// holds now and a way back: undo is the value that was set before.
func (b *Bot) change(ctx context.Context, t *turn.Turn, s settingOf, logged, undo string, set func(*store.Tx, *store.Chat) (lines adapters.Text, more []adapters.Button, err error)) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, s.target)
		if err != nil {
			return nil, err
		}

		lines, more, err := set(tx, c)
		if err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.PersonID(), logged); err != nil {
			return nil, err
		}

		if err := tx.Reschedule(c.ID, b.TimeZone, turn.IsSpared); err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: lines}
		m.Buttons = [][]adapters.Button{append([]adapters.Button{s.button(t, t.Say("button.undo"), s.key, undo)}, more...)}

		return &turn.Reply{Answer: m}, nil
	})
}

// choice is a value with the key of the words it is offered by.
type choice struct{ label, value string }

// offer asks for a value by buttons; what the person types next is one, too.
func (s *settingOf) offer(t *turn.Turn, question string, choices ...choice) *adapters.Message {
	m := t.Message(question)
	m.Replace = t.Request.Kind == adapters.PressRequest

	for pair := range slices.Chunk(choices, 3) {
		var row []adapters.Button
		for _, c := range pair {
			row = append(row, s.button(t, t.Say(c.label), s.key, c.value))
		}

		m.Buttons = append(m.Buttons, row)
	}

	t.KeepToken(turn.QuestionWord(t.Request), turn.Token{Who: t.PersonID(), Command: t.Command, Text: turn.Join(turn.ToOption(s.target), s.key)})

	return m
}

// setZone sets a chat's zone, asking where the text leaves it open.
func (b *Bot) setZone(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return t.Ask(t.Say("ask.zone"), t.Say("hint.zone"), turn.Join(turn.ToOption(s.target), input.KeyZone)), nil
	}

	zones := zonefinder.Find(s.value, t.Now)
	switch {
	case strings.EqualFold(s.value, input.Default):
		zones = []string{""}
	case len(zones) == 0:
		t.AskAgain()
		return t.Message("settings.zone_unknown", "typed", news.Shorten(s.value, 60)), nil
	case len(zones) > 1:
		return s.chooseZone(t, zones), nil
	}

	return b.change(ctx, t, s, "set zone to "+input.OrDefault(zones[0]), input.OrDefault(s.before.TimeZone), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		if err := tx.SetTimeZone(c.ID, zones[0]); err != nil {
			return nil, nil, err
		}

		c.TimeZone = zones[0]
		lines := t.Lines("settings.zone_set", "zone", zonefinder.LabelOf(b.ZoneOf(c).String(), t.Code()), "time", t.Clock(t.Now.In(b.ZoneOf(c))))

		if c.Brief == "" {
			return lines, nil, nil
		}

		return append(lines, b.scheduleLine(t, "settings.brief", c.Brief, c)), nil, b.saveBrief(tx, t, c, c.Brief)
	})
}

// chooseZone offers the zones that a text may mean.
func (s *settingOf) chooseZone(t *turn.Turn, zones []string) *adapters.Message {
	m := t.Message("settings.which_zone")

	var offered []adapters.Button

	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue
		}

		label := zonefinder.LabelOf(name, t.Code()) + " " + t.Clock(t.Now.In(zone))
		offered = append(offered, s.button(t, button.Cut(label), input.KeyZone, name))
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, nil)

	return m
}

// setQuiet sets a chat's quiet hours.
func (b *Bot) setQuiet(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return t.Ask(t.Say("ask.quiet"), t.Say("hint.quiet"), turn.Join(turn.ToOption(s.target), input.KeyQuiet)), nil
	}

	quiet, err := subscriptions.ParseQuiet(s.value)
	if err != nil {
		t.AskAgain()
		return turn.Say(t.Translated(err)), nil
	}

	if _, err := query.Parse(quiet.Except); err != nil && quiet.Except != "" {
		t.AskAgain()
		return t.Message("settings.except_unknown", "typed", news.Shorten(quiet.Except, 60)), nil
	}

	return b.change(ctx, t, s, "set quiet to "+input.OrOff(quiet.String()), input.OrOff(s.before.Quiet), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		lines := adapters.Say(t.QuietSet(quiet))

		if quiet.String() != "" {
			guessed, err := b.guessZone(tx, t, s.target, c)

			switch {
			case err != nil:
				return nil, nil, err
			case guessed:
				lines = append(lines, b.guessedZone(t, c)...)
			default:
				lines = append(lines, adapters.Say(t.ZoneLine(b.ZoneOf(c), c.TimeZone != "", t.Now))...)
			}
		}

		return lines, []adapters.Button{s.button(t, t.Say("button.zone"), input.KeyZone, "")}, tx.SetQuiet(c.ID, quiet.String())
	})
}

// setDigest sets when a chat's alerts come unless a subscription says so itself.
func (b *Bot) setDigest(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return s.offer(t, "ask.digest", choice{"choice.now", "now"}, choice{"choice.hourly", "hourly"}, choice{"choice.morning", "daily 8:00"},
			choice{"choice.evening", "daily 18:00"}, choice{"choice.workdays", "weekdays 8:00"}, choice{"choice.monday", "weekly monday 8:00"}), nil
	}

	value := s.value
	if strings.EqualFold(value, "off") {
		value = "now"
	}

	digest, err := subscriptions.ParseSchedule(input.ScheduleInEnglish(value, t.Code()))
	if err != nil {
		t.AskAgain()
		return t.Message("settings.digest_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return b.change(ctx, t, s, "set digest to "+input.OrNow(digest.String()), input.OrNow(s.before.Digest), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		c.Digest = digest.String()

		lines, more, err := b.askZoneOnce(tx, t, s, c, digest)
		if err != nil {
			return nil, nil, err
		}

		return append(adapters.Text{b.scheduleLine(t, "settings.digest_set", c.Digest, c)}, lines...), more, tx.SetDigest(c.ID, c.Digest)
	})
}

// guessZone takes the time zone of a person's own chat to be the one that the language of
// their client says, where a time of day is used and none is set, and moves what waits. It
// reports whether it did.
func (b *Bot) guessZone(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat) (bool, error) {
	guess := start.GuessZone(t.Request.User.Language, t.Now)
	if c.TimeZone != "" || guess == "" || !dest.Own {
		return false, nil
	}

	if err := tx.SetTimeZone(c.ID, guess); err != nil {
		return false, err
	}

	c.TimeZone = guess

	if c.Brief != "" {
		if err := b.saveBrief(tx, t, c, c.Brief); err != nil {
			return false, err
		}
	}

	return true, tx.Reschedule(c.ID, b.TimeZone, turn.IsSpared)
}

// guessedZone says which time zone was guessed.
func (b *Bot) guessedZone(t *turn.Turn, c *store.Chat) adapters.Text {
	zone := b.ZoneOf(c)
	return t.Lines("subscribe.zone_guessed", "zone", zonefinder.LabelOf(zone.String(), t.Code()), "time", t.Clock(t.Now.In(zone)))
}

// askZoneOnce guesses the zone of a chat when a time of day is used first, and adds to the
// reply what was guessed, or that the zone is not known.
func (b *Bot) askZoneOnce(tx *store.Tx, t *turn.Turn, s settingOf, c *store.Chat, when subscriptions.Schedule) (adapters.Text, []adapters.Button, error) {
	if c.TimeZone != "" || !when.HasTime() {
		return nil, nil, nil
	}

	guessed, err := b.guessZone(tx, t, s.target, c)
	if err != nil {
		return nil, nil, err
	}

	lines := t.Lines("subscribe.zone_unset")
	if guessed {
		lines = b.guessedZone(t, c)
	}

	return lines, []adapters.Button{s.button(t, t.Say("button.zone"), input.KeyZone, "")}, nil
}

// setOrder sets in what order a chat's digests show their stories.
func (b *Bot) setOrder(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	order, ok := input.ParseOrder(s.value)

	switch {
	case s.value == "":
		return s.offer(t, "ask.order", choice{"choice.subscription", "subscription"}, choice{"choice.told", "told"}, choice{"choice.time", "time"}), nil
	case !ok:
		t.AskAgain()
		return t.Message("settings.order_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return b.change(ctx, t, s, "set order to "+input.OrderWord(order), input.OrderWord(s.before.Order), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		return t.Lines("settings.order_set_" + input.OrderWord(order)), nil, tx.SetOrder(c.ID, order)
	})
}

// setStyle sets how much a chat's alerts show.
func (b *Bot) setStyle(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	style, ok := input.ParseStyle(s.value)

	switch {
	case s.value == "":
		return s.offer(t, "ask.style", choice{"choice.full", "full"}, choice{"choice.compact", "compact"}, choice{"choice.title", "title"}), nil
	case !ok:
		t.AskAgain()
		return t.Message("settings.style_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return b.change(ctx, t, s, "set style to "+input.StyleWord(style), input.StyleWord(s.before.Style), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		return t.Lines("settings.style_set_" + input.StyleWord(style)), nil, tx.SetStyle(c.ID, style)
	})
}

// setColor sets the colour of a chat's alerts.
func (b *Bot) setColor(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
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

	return b.change(ctx, t, s, "set color to "+input.OrDefault(color), input.OrOff(s.before.Color), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		lines := t.Lines("settings.color_set_off")
		if color != "" {
			lines = t.Lines("settings.color_set", "color", color)
		}

		return lines, nil, tx.SetColor(c.ID, color)
	})
}

// setOpening sets the line before each of a chat's alerts.
func (b *Bot) setOpening(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
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

	return b.change(ctx, t, s, "set line to "+input.OrDefault(opening), input.OrOff(s.before.Opening), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		lines := t.Lines("settings.opening_set_off")
		if opening != "" {
			lines = t.Lines("settings.opening_set", "line", opening)
		}

		return lines, nil, tx.SetOpening(c.ID, opening)
	})
}

// setSwitch sets what is on or off: pictures, translations, publishing, topics, and whether alerts make
// no sound.
func (b *Bot) setSwitch(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	on, ok := input.ParseSwitch(s.value)

	switch {
	case s.value == "":
		return s.offer(t, "ask."+s.key, choice{"choice.on", "on"}, choice{"choice.off", "off"}), nil
	case !ok:
		t.AskAgain()
		return t.Message("settings.switch_unknown", "typed", news.Shorten(s.value, 60), "key", input.KeyName(s.key, t.Code())), nil
	}

	before := map[string]bool{input.KeyPictures: s.before.Pictures, input.KeySilent: s.before.Silent, input.KeyTranslate: s.before.Translate, input.KeyOutlet: s.before.ByOutlet, input.KeyPublish: s.before.Publish, input.KeyTopics: s.before.Topics}[s.key]

	return b.change(ctx, t, s, "set "+s.key+" to "+input.OnOff(on), input.OnOff(before), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		set := map[string]func(int64, bool) error{input.KeyPictures: tx.SetPictures, input.KeySilent: tx.SetSilent, input.KeyTranslate: tx.SetTranslate, input.KeyOutlet: tx.SetByOutlet, input.KeyPublish: tx.SetPublish, input.KeyTopics: tx.SetTopics}[s.key]

		return t.Lines("settings." + s.key + "_" + input.OnOff(on)), nil, set(c.ID, on)
	})
}

// setBrief sets when a chat's brief comes.
func (b *Bot) setBrief(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return s.offer(t, "ask.brief", choice{"choice.morning", "daily 8:00"}, choice{"choice.evening", "daily 18:00"}, choice{"choice.workdays", "weekdays 8:00"},
			choice{"choice.off", "off"}), nil
	}

	when, err := input.ParseBriefTime(input.BriefTimeInEnglish(s.value, t.Code()))
	if err != nil {
		t.AskAgain()
		return t.Message("settings.brief_unknown", "typed", news.Shorten(s.value, 60)), nil
	}

	return b.change(ctx, t, s, "set brief to "+input.OrOff(when.String()), input.OrOff(s.before.Brief), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		c.Brief = when.String()

		lines, more, err := b.askZoneOnce(tx, t, s, c, when)
		if err != nil {
			return nil, nil, err
		}

		return append(adapters.Text{b.scheduleLine(t, "settings.brief_set", c.Brief, c)}, lines...), more, b.saveBrief(tx, t, c, c.Brief)
	})
}

// saveBrief saves when a chat's brief comes, and when the next one is due.
func (b *Bot) saveBrief(tx *store.Tx, t *turn.Turn, c *store.Chat, brief string) error {
	when, err := subscriptions.ParseSchedule(brief)
	if err != nil {
		return err
	}

	return tx.SetBrief(c.ID, brief, when.Next(t.Now, b.ZoneOf(c)))
}

// setLanguage sets the language that a chat is written to in. Its reply is in that
// language already.
func (b *Bot) setLanguage(ctx context.Context, t *turn.Turn, s settingOf) (*adapters.Message, error) {
	if s.value == "" {
		return b.chooseLanguage(t, s), nil
	}

	code := ""

	if !strings.EqualFold(s.value, input.Default) {
		texts := b.Texts.NamedIn(t.Texts, s.value)
		if texts == nil {
			t.AskAgain()
			return t.Message("settings.language_unknown", "typed", news.Shorten(s.value, 60), "names", t.And(b.languageNames())), nil
		}

		code = texts.Code()
	}

	return b.change(ctx, t, s, "set language to "+input.OrDefault(code), input.OrDefault(s.before.ChosenLanguage), func(tx *store.Tx, c *store.Chat) (adapters.Text, []adapters.Button, error) {
		c.ChosenLanguage = code
		t.Words = b.WordsOf(c)

		lines := t.Lines("settings.language_set")
		if code == "" {
			lines = t.Lines("settings.language_follow", "name", t.Say("language.name"))
		}

		return lines, nil, tx.SetLanguage(c.ID, code)
	})
}

// chooseLanguage offers the languages that there are, each by its own name.
func (b *Bot) chooseLanguage(t *turn.Turn, s settingOf) *adapters.Message {
	m := t.Message("ask.language")

	var offered []adapters.Button
	for _, texts := range b.Texts.All() {
		offered = append(offered, s.button(t, texts.Say("language.name"), input.KeyLanguage, texts.Code()))
	}

	for row := range slices.Chunk(offered, 4) {
		m.Buttons = append(m.Buttons, row)
	}

	return m
}

func (b *Bot) languageNames() (names []string) {
	for _, texts := range b.Texts.All() {
		names = append(names, texts.Say("language.name"))
	}

	return names
}
