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
	"newsbell/bot/follow"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/search"
	"newsbell/bot/start"
	"newsbell/bot/turn"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

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
