package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/follow"
	"newsbell/bot/inline"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/search"
	"newsbell/bot/start"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions/query"
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

// finishStart subscribes to what was chosen, and shows what that brings.
func (b *Bot) finishStart(ctx context.Context, t *turn.Turn, dest turn.Target, when string) (*adapters.Message, error) {
	read, err := b.reading.BundlesOf(ctx, dest)
	if err != nil {
		return nil, err
	}

	if len(read) == 0 {
		return t.Message("start.nothing_chosen"), nil
	}

	wanted := &follow.Wanted{Target: dest, Text: bundlesQuery(read), Min: start.BigStory}
	if wanted.Query, err = query.Parse(wanted.Text); err != nil {
		return nil, err
	}

	limits := search.Quick()
	limits.Stories = 0

	seen, err := b.trial.Search(ctx, t, dest, wanted.Query, limits)
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		s, u, err := b.saveChoices(tx, t, c, wanted, when)
		if err != nil {
			return nil, err
		}

		m := b.startedReply(t, wanted, s, c, read, seen, when, u)
		if dest.Here || !dest.Own {
			return &turn.Reply{Answer: m}, nil
		}

		return turn.SendPrivately(t, dest, m, t.Message("subscribe.sent_direct"), m), nil
	})
}

// saveChoices saves what a first run chose, and returns what there is to take back; s is nil
// without alerts.
func (b *Bot) saveChoices(tx *store.Tx, t *turn.Turn, c *store.Chat, wanted *follow.Wanted, when string) (s *store.Subscription, u startUndo, err error) {
	if when == whenBig || when == whenBoth {
		var added bool
		if s, added, err = b.saveStart(tx, t, c, wanted); err != nil {
			return nil, u, err
		}

		if added {
			u.number = s.Number
		}
	}

	if err := u.noteBundles(tx, c, t.Now); err != nil {
		return nil, u, err
	}

	u.briefed = (when == whenMorning || when == whenBoth) && c.Brief == ""
	if u.briefed {
		c.Brief = morning
		err = b.settings.SaveBrief(tx, t, c, c.Brief)
	}

	return s, u, err
}

// startUndo is what a first run brought that was not there before it.
type startUndo struct {
	number  int // of the subscription; 0: none
	briefed bool
	bundles []string
}

// noteBundles notes the bundles that came with the first run. Those that an older
// subscription names stay.
func (u *startUndo) noteBundles(tx *store.Tx, c *store.Chat, now time.Time) (err error) {
	if u.bundles, err = tx.BundlesSince(c.ID, now.Add(-firstRun)); err != nil || u.number > 0 {
		return err
	}

	named, err := reading.BundlesNamed(tx, c)
	u.bundles = slices.DeleteFunc(u.bundles, func(id string) bool { return slices.Contains(named, id) })

	return err
}

// isEmpty reports whether there is nothing to take back.
func (u *startUndo) isEmpty() bool { return u.number == 0 && !u.briefed && len(u.bundles) == 0 }

// firstRun is how long a first run takes at most: what was chosen within it is taken back
// with it.
const firstRun = time.Hour

// morning is when the brief of a first run comes.
const morning = "daily 8:00"

// bundlesQuery is the query for all of some bundles.
func bundlesQuery(ids []string) string {
	ids = ids[:min(len(ids), query.MaxTerms)]

	return "bundle:" + strings.Join(ids, " OR bundle:")
}

// saveStart subscribes a chat to the bundles it chose. What it followed already stays as
// it is.
func (b *Bot) saveStart(tx *store.Tx, t *turn.Turn, c *store.Chat, wanted *follow.Wanted) (s *store.Subscription, added bool, err error) {
	over, err := b.follow.OverLimit(tx, t, c)
	if err != nil || over != nil {
		return nil, false, cmp.Or(err, over)
	}

	s, added, err = tx.AddSubscription(store.Subscription{
		Chat: c.ID, Query: wanted.Text, Canonical: wanted.Query.String(), CreatedBy: t.Request.User.ID, Server: t.Request.Chat.Server, Delivery: wanted.Delivery.String(), Outlets: wanted.Min,
	})
	if err != nil || !added {
		return s, false, err
	}

	return s, true, tx.Log(c.ID, t.PersonID(), fmt.Sprintf("subscribed to #%d", s.Number))
}

// startedReply says what is followed now and what it brings; s is nil without alerts.
func (b *Bot) startedReply(t *turn.Turn, wanted *follow.Wanted, s *store.Subscription, c *store.Chat, read []string, seen *search.Result, when string, u startUndo) *adapters.Message {
	var (
		names  []string
		picked []bundles.Bundle
	)

	for _, id := range read {
		if one := bundles.ByID(id); one != nil {
			picked = append(picked, *one)
			names = append(names, t.Say("start.with_outlets", "name", one.Name(t.Tag()), "n", len(one.Sources)))
		}
	}

	key := "start.done"
	if when == whenNever {
		key = "start.done_reading"
	}

	m := &adapters.Message{Text: adapters.Text{t.Line(key, "names", adapters.Bold(t.And(names)))}, Replace: t.Request.Kind == adapters.PressRequest && wanted.Target.Here}
	m.Text = append(m.Text, reading.ForeignLines(t, picked)...)
	row := []adapters.Button{t.Button(t.Say("button.latest"), "news", wanted.Text)}

	if s != nil {
		m.Text = append(m.Text, t.Line("bundle.min_outlets", "n", s.Outlets))
		row = append(row, t.ConfirmedButton(t.Say("button.quieter"), "subscribe", turn.Join(turn.ToOption(wanted.Target), "min:"+strconv.Itoa(quieterStory), wanted.Text)))
	}

	if when == whenMorning || when == whenBoth {
		m.Text = append(m.Text, b.settings.ScheduleLine(t, "settings.brief_set", c.Brief, c))
	}

	undo := stepUndo + " " + strconv.Itoa(u.number)
	if u.briefed {
		undo += " " + input.KeyBrief
	}

	if !u.isEmpty() {
		row = append(row, stepButton(t, t.Say("button.undo"), undo, strings.Join(u.bundles, " ")))
	}

	m.Text = append(m.Text, foundAtStart(t, seen, wanted.Min)...)
	m.Buttons = [][]adapters.Button{row}

	if wanted.Target.IsShared() {
		m.Buttons = append(m.Buttons, []adapters.Button{t.Button(t.Say("button.sample"), "test", turn.ToOption(wanted.Target))})
		m.Menus = listing.PingMenu(t, wanted.Target, s)
	}

	return m
}

// quieterStory is how many outlets have to report a story before somebody who wants less is alerted.
const quieterStory = 5

// foundAtStart says how much the last days had of what is followed, and the newest. What
// nobody read before has nothing yet.
func foundAtStart(t *turn.Turn, seen *search.Result, least int) adapters.Text {
	if seen.Articles == 0 {
		return t.Lines("start.first_read")
	}

	counted := *seen
	if least > 1 {
		counted.Newest = slices.DeleteFunc(slices.Clone(seen.Newest), func(s *search.Story) bool { return len(s.Outlets)+1 < least })
		counted.Stories = len(counted.Newest)
	}

	text := adapters.Text{{adapters.Plain(storyCounts(t, &counted))}}
	if len(seen.Newest) > 0 {
		text = append(text, t.Line("search.newest", "article", search.ArticleLine(t.Words, seen.Newest[0].Article)))
	}

	return text
}

// storyCounts is "Last 7 days: 41 stories, about 6 a day."
func storyCounts(t *turn.Turn, c *search.Result) string {
	period := t.Say("search.last_days", "n", int(c.Span/(24*time.Hour)))
	if rate := c.PerDay(t.Now); rate > 0 {
		return t.Say("start.found_rate", "period", period, "n", c.Stories, "rate", rate)
	}

	return t.Say("start.found", "period", period, "n", c.Stories)
}

// undoStart takes back what a first run chose: "3 brief pl ai" is a subscription's number
// (0: none), the brief if it was new, and bundles.
func (b *Bot) undoStart(tx *store.Tx, t *turn.Turn, c *store.Chat, m *adapters.Message, rest string) error {
	first, ids := input.CutWord(rest)
	if left, briefed := strings.CutPrefix(ids, input.KeyBrief); briefed {
		ids = left

		if err := tx.SetBrief(c.ID, "", time.Time{}); err != nil {
			return err
		}
	}

	if n, err := strconv.Atoi(first); err == nil && n > 0 {
		s, err := tx.Subscription(c.ID, n)
		if err == nil && s.RemovedAt.IsZero() {
			err = tx.RemoveSubscription(s.ID)
		}

		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}

	if _, err := reading.UnfollowUnnamed(tx, t, c, strings.Fields(ids)); err != nil {
		return err
	}

	m.Text = t.Lines("start.undone")
	m.Buttons = [][]adapters.Button{{stepButton(t, t.Say("button.start_again"), stepWhat, "")}}

	return tx.Log(c.ID, t.PersonID(), "took back the first run")
}
