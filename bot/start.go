package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/inline"
	"newsbell/bot/input"
	"newsbell/bot/reading"
	"newsbell/bot/start"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/sources/bundles"
	"newsbell/store"
)

// The steps of the first run, as the words after /start. None can be the word of a
// token, which is longer.
const (
	stepWhat   = "what"   // which countries and topics
	stepPick   = "pick"   // which channel or group to set up
	stepShared = "shared" // how to post in one
	stepToggle = "toggle" // one of them, on or off
	stepWhen   = "when"   // when alerts come
	stepDone   = "done"   // big stories at once, a brief every morning, or both
	stepUndo   = "undo"   // takes back what was chosen
)

// When alerts of the first run come.
const (
	whenBig     = "big"     // big stories at once
	whenMorning = "morning" // a brief, every morning
	whenBoth    = "both"    // both
	whenNever   = "never"   // only what keywords find
)

// start greets and asks what to follow, goes on with what was asked in a group, or does
// a step of the first run.
func (b *Bot) start(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	word, rest := input.CutWord(t.Text)

	switch word {
	case stepWhat, stepToggle, stepWhen, stepDone, stepUndo:
		return b.startStep(ctx, t, word, rest)
	case stepPick:
		return askWhere(t), nil
	case stepShared:
		return offerShared(t), nil
	case "", "help", "setup":
		return b.greet(ctx, t, nil, nil)
	}

	if one := start.BundleOfLink(word); one != nil {
		return b.greet(ctx, t, nil, one)
	}

	if !t.IsPrivate() {
		return b.greet(ctx, t, nil, nil)
	}

	if id, ok := strings.CutPrefix(word, story.LinkPrefix); ok { // from a story's page in a browser
		return b.story.ShowLinked(ctx, t, id)
	}

	if text, ok := inline.TextOfLink(word); ok { // whoever made the link, it only proposes
		return b.offerQuery(t, text), nil
	}

	k, err := b.LoadToken(ctx, t, word)
	if err != nil {
		return nil, err
	}

	if k != nil && k.Command != "start" {
		return b.command(ctx, t, k.Command, k.Text)
	}

	return b.greet(ctx, t, adapters.Text{t.Line("start.link_expired"), {}}, nil)
}

// greet says hello after what is to be said before, and asks what to follow. A private
// chat gets its row, so that it can be sent messages; linked is a bundle that a link
// chose, nil none. Who may not set up a shared chat is only greeted.
func (b *Bot) greet(ctx context.Context, t *turn.Turn, before adapters.Text, linked *bundles.Bundle) (*adapters.Message, error) {
	m := &adapters.Message{Text: append(before, adapters.Line{adapters.Bold(t.Say("start.hello"))}, t.Line("start.what"))}

	dest, err := b.FindTarget(ctx, t)
	if err != nil && t.Request.Picked != "" {
		return nil, err // it says why that chat cannot be set up
	}

	if err != nil {
		return introduce(t, before), nil
	}

	setUp, err := b.setUpButton(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := turn.FindChat(tx, dest)
		if err == nil && (dest.Own || linked != nil) {
			c, err = t.EnsureChat(tx, dest)
		}

		if err != nil {
			return nil, err
		}

		if linked != nil {
			if _, err := b.reading.FollowBundle(tx, t, c, *linked); err != nil {
				return nil, err
			}
		}

		read, err := tx.BundlesOf(c.ID)
		if err != nil {
			return nil, err
		}

		askWhat(t, m, dest, read)
		m.Buttons = append(m.Buttons, setUp...)

		return &turn.Reply{Answer: m}, nil
	})
}

// introduce says who the bot is, after what is to be said before, and how to begin.
func introduce(t *turn.Turn, before adapters.Text) *adapters.Message {
	m := &adapters.Message{Text: append(before, adapters.Line{adapters.Bold(t.Say("start.hello"))}, t.Line("start.what"), adapters.Line{})}
	m.Text = append(m.Text, t.Line("start.follow", "command", adapters.Code(t.Say("start.follow_command"))), t.Line("start.help"))
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.news"), "news", ""), t.Button(t.Say("button.help"), "help", "")}}

	return m
}

// greetAgain says hello: to whoever follows something already, without the questions of the first run.
func (b *Bot) greetAgain(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	_, _, all, err := b.listing.OfTarget(ctx, t)
	if err != nil || len(all) == 0 {
		return b.greet(ctx, t, nil, nil)
	}

	m := t.Message("chatter.hello_again", "n", len(all))
	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.news"), "news", ""), t.Button(t.Say("button.help"), "help", "")}}

	return m, nil
}

// setUpButton is a row that leads to setting up the channel of a server in which the
// person asks, or to adding the bot elsewhere; none where neither can be.
func (b *Bot) setUpButton(ctx context.Context, t *turn.Turn) ([][]adapters.Button, error) {
	switch {
	case t.Request.Chat.Platform == turn.Telegram && t.IsPrivate():
		if t.Options["to"] != "" {
			return nil, nil
		}

		return [][]adapters.Button{{t.Button(t.Say("button.elsewhere"), "start", stepShared)}}, nil
	case t.Request.Chat.Platform != turn.Discord || t.IsPrivate() || t.Options["to"] != "":
		return nil, nil
	}

	may, err := b.RightsIn(ctx, t, t.Request.Chat)
	if _, refused := errors.AsType[*turn.RefusalError](err); err != nil && !refused {
		return nil, err
	}

	if err != nil || !may.Manage || may.Absent {
		return nil, nil
	}

	return [][]adapters.Button{{t.Button(t.Say("button.set_up_here"), "start", "to:here"), t.Button(t.Say("button.pick"), "start", stepPick)}}, nil
}

// offerShared offers to add the bot to a group or channel, and to choose one that it is in.
func offerShared(t *turn.Turn) *adapters.Message {
	m := t.Message("start.elsewhere")
	m.Buttons = [][]adapters.Button{{
		{Label: t.Say("button.add_to_group"), Start: "setup", In: adapters.Group},
		{Label: t.Say("button.add_to_channel"), Start: "setup", In: adapters.Channel},
	}, {t.Button(t.Say("button.pick"), "start", stepPick)}}

	return m
}

// askWhere asks which channel or group to set up. What is chosen is set up next.
func askWhere(t *turn.Turn) *adapters.Message {
	m := t.Message("start.pick")
	m.Pick = &adapters.Pick{Channel: t.Say("button.pick_channel"), Group: t.Say("button.pick_group")}
	m.Private = !t.IsPrivate()

	return m
}

// askWhat adds the question what to follow, with a switch for each answer.
func askWhat(t *turn.Turn, m *adapters.Message, dest turn.Target, read []string) {
	ask := t.Line("start.ask_what")

	switch {
	case dest.IsShared() && dest.Here:
		ask = t.Line("start.ask_what_shared")
	case dest.IsShared():
		ask = t.Line("start.ask_what_in", "name", adapters.Bold(dest.Name(t.Words)), "command", adapters.Code("/subscribe "+turn.ToTyped(dest, t.Words)))
	}

	m.Text = append(m.Text, adapters.Line{}, ask, t.Line("start.help"))

	offer := start.BundlesFor(t.Request.User.Language)
	for _, id := range read {
		if one := bundles.ByID(id); one != nil && !slices.ContainsFunc(offer, func(o bundles.Bundle) bool { return o.ID == id }) {
			offer = slices.Insert(offer, 0, *one)
		}
	}

	offer = offer[:min(len(offer), mostSwitches)]

	for part := range slices.Chunk(offer, 3) {
		var row []adapters.Button

		for _, one := range part {
			label := one.Name(t.Tag())
			if slices.Contains(read, one.ID) {
				label = "✓ " + label
			}

			row = append(row, stepButton(t, button.Label(label), stepToggle, one.ID))
		}

		m.Buttons = append(m.Buttons, row)
	}

	last := []adapters.Button{reading.BrowseButton(t, t.Say("button.something_else"), "")}
	if len(read) > 0 {
		last = append([]adapters.Button{stepButton(t, t.Say("button.go_on"), stepWhen, "")}, last...)
	} else {
		last = append(last, t.Button(t.Say("button.news"), "news", ""))
	}

	m.Buttons = append(m.Buttons, last)
}

// mostSwitches is how many countries and topics the first question has at most: three
// rows of three, so that Discord has room for the rows below.
const mostSwitches = 9

// stepButton leads to a step of the first run.
func stepButton(t *turn.Turn, label, step, rest string) adapters.Button {
	return t.ConfirmedButton(label, "start", turn.Join(t.OptionsText(), step, rest))
}

// startStep does a step of the first run.
func (b *Bot) startStep(ctx context.Context, t *turn.Turn, step, rest string) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(dest.Missing) > 0 {
		return nil, turn.AsRefusal(t.MissingRights(dest.Name(t.Words), dest.Missing))
	}

	if step == stepDone {
		return b.finishStart(ctx, t, dest, rest)
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		m := &adapters.Message{Replace: t.Request.Kind == adapters.PressRequest}

		switch step {
		case stepToggle:
			err = b.toggleBundle(tx, t, c, rest)
		case stepWhen:
			return &turn.Reply{Answer: m}, b.askWhen(tx, t, dest, c, m)
		case stepUndo:
			return &turn.Reply{Answer: m}, b.undoStart(tx, t, c, m, rest)
		}

		if err != nil {
			return nil, err
		}

		read, err := tx.BundlesOf(c.ID)
		if err != nil {
			return nil, err
		}

		m.Text = adapters.Text{{adapters.Bold(t.Say("start.hello"))}, t.Line("start.what")}
		askWhat(t, m, dest, read)

		return &turn.Reply{Answer: m}, nil
	})
}

// toggleBundle has a chat read a bundle, or no longer.
func (b *Bot) toggleBundle(tx *store.Tx, t *turn.Turn, c *store.Chat, id string) error {
	one := bundles.ByID(id)
	if one == nil {
		return store.ErrNotFound
	}

	read, err := tx.BundlesOf(c.ID)
	if err != nil {
		return err
	}

	if slices.Contains(read, id) {
		return tx.UnfollowBundle(c.ID, id)
	}

	_, err = b.reading.FollowBundle(tx, t, c, *one)

	return err
}

// askWhen asks when alerts come. A person's time zone is guessed by their language, and
// the guess is shown.
func (b *Bot) askWhen(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, m *adapters.Message) error {
	if _, err := b.settings.GuessZone(tx, t, dest, c); err != nil {
		return err
	}

	m.Text = adapters.Text{{adapters.Bold(t.Say("start.ask_when"))}, {adapters.Plain(t.ZoneLine(b.ZoneOf(c), c.TimeZone != "", t.Now))}}
	m.Buttons = [][]adapters.Button{
		{stepButton(t, t.Say("button.big_stories"), stepDone, whenBig)},
		{stepButton(t, t.Say("button.every_morning"), stepDone, whenMorning), stepButton(t, t.Say("button.big_and_daily"), stepDone, whenBoth)},
		{stepButton(t, t.Say("button.only_keywords"), stepDone, whenNever)},
		{stepButton(t, t.Say("button.back"), stepWhat, ""), t.Button(t.Say("button.zone"), "settings", turn.Join(t.OptionsText(), input.KeyZone))},
	}

	return nil
}
