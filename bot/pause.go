package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/input"
	"newsbell/bot/taste"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// pause holds the alerts of a target for a time, or asks for how long.
func (b *Bot) pause(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return nothingFollowed(t.Words, dest.Name(t.Words)), nil
	}

	until, ok := subscriptions.ParseUntil(t.Text, t.Now, b.ZoneOf(c))
	if !ok {
		until, ok = subscriptions.ParseUntil(input.TimeInEnglish(t.Text, t.Code()), t.Now, b.ZoneOf(c))
	}

	if !ok {
		return t.Message("pause.how"), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		return b.pauseChat(tx, t, c, dest.Name(t.Words), until, false)
	})
}

// pauseChat pauses a chat and makes the reply.
func (b *Bot) pauseChat(tx *store.Tx, t *turn.Turn, c *store.Chat, where string, until time.Time, replace bool) (*turn.Reply, error) {
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
	m.Text = adapters.Text{t.Paused(where, until, t.Now, b.ZoneOf(c))}
	row := []adapters.Button{{Label: t.Say("button.resume"), Data: button.Resume + button.ID(c.ID)}}

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

// resume lets the alerts of a target come again.
func (b *Bot) resume(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.resumeChat(ctx, t, dest, false)
}

// resumeChat wakes a chat that is paused or asleep. replace: the reply takes the place of the message
// whose button was pressed.
func (b *Bot) resumeChat(ctx context.Context, t *turn.Turn, dest turn.Target, replace bool) (*adapters.Message, error) {
	c, all, err := b.loadSubscriptions(ctx, dest)
	if err != nil {
		return nil, err
	}

	if c.State == store.Active {
		if len(all) == 0 {
			return nothingFollowed(t.Words, dest.Name(t.Words)), nil
		}

		return t.Message(wording.PickVariant("pause.not_paused", dest.Name(t.Words)), "where", dest.Name(t.Words)), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
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

// muteHours is how long a story, an outlet or a word is muted by one press, if not for good.
const muteHours = 8

// muteMenu asks what of an alert is to be muted, and for how long.
func muteMenu(t *turn.Turn, c *store.Chat, a *store.Alert) *adapters.Message {
	rows := [][]adapters.Button{muteButtons(t, a, t.Say("button.mute_story"), store.MuteStory, "")}

	if a.Article != nil && a.Article.News.Outlet != "" {
		rows = append(rows, muteButtons(t, a, a.Article.News.Outlet, store.MuteOutlet, ""))
	}

	for _, word := range wordsToMute(a) {
		rows = append(rows, muteButtons(t, a, t.Say("button.mute_word", "word", word), store.MuteWord, word))
	}

	if t.Request.Chat.Platform == turn.Discord && len(rows) >= button.DiscordRows {
		rows[1] = slices.Concat(rows[0], rows[1])
		rows = rows[1:]
	}

	all := []adapters.Button{{Label: t.Say("button.mute_all"), Data: button.Pause + button.ID(c.ID) + ":" + strconv.Itoa(muteHours) + "h"}, {Label: t.Say("button.cancel"), Data: button.Nothing}}

	return &adapters.Message{Private: true, Text: t.Lines("mute.what"), Buttons: append(rows, all)}
}

// muteButtons mute one thing: for some hours, and for good. word is empty but for words.
func muteButtons(t *turn.Turn, a *store.Alert, what string, kind store.MuteKind, word string) []adapters.Button {
	data := button.MuteOne + button.ID(a.ID) + ":" + string(kind)
	hours, forGood := ":"+strconv.Itoa(muteHours), ""

	if kind == store.MuteWord {
		hours, forGood = hours+":"+word, ":"+word
	}

	return []adapters.Button{
		{Label: button.Cut(t.Say("button.mute_for", "what", what, "hours", muteHours)), Data: data + hours},
		{Label: button.Cut(what), Data: data + forGood},
	}
}

// wordsOffered is how many words of an alert can be muted.
const wordsOffered = 3

// wordsToMute are the words of an alert's title that tell the most, but not those that matched.
func wordsToMute(a *store.Alert) []string {
	if a.Article == nil || a.Edition != 0 {
		return nil
	}

	words := taste.DistinctiveWords(a.Article.News.Title, matchedWords(a))

	return words[:min(len(words), wordsOffered)]
}

// matchedWords are the words that an alert matched.
func matchedWords(a *store.Alert) (all []string) {
	for _, h := range a.Hits {
		all = append(all, h.Matched...)
	}

	return all
}

// muteFromAlert mutes the story, the outlet or a word of an alert; how is "story", "outlet" or
// "word:…", and with the hours that it lasts "story:8", "outlet:8" or "word:8:…".
func (b *Bot) muteFromAlert(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, how string) (*adapters.Message, error) {
	if a.Article == nil {
		return t.OldButton(), nil
	}

	kind, rest, _ := strings.Cut(how, ":")
	hours, word, timed := strings.Cut(rest, ":")

	var until time.Time
	if n, err := strconv.Atoi(hours); err == nil && n > 0 && n <= 24*366 {
		until = t.Now.Add(time.Duration(n) * time.Hour)
	}

	if kind == string(store.MuteWord) {
		if !timed {
			word = rest
		}

		return b.muteWord(ctx, t, c, a, word, until)
	}

	m := store.OutletMute(c.ID, a.Article.News.Outlet)
	if kind == string(store.MuteStory) {
		m = store.StoryMute(c.ID, a.Story, a.Article.News.Title)
	}

	m.Until = until

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if m.Kind == store.MuteStory {
			story, err := tx.StoryNow(a.Story)
			if err != nil {
				return nil, err
			}

			m.Value = store.StoryMute(c.ID, story, "").Value
		}

		return b.addMute(tx, t, c, m)
	})
}

// addMute mutes a story or an outlet, and makes the reply.
func (b *Bot) addMute(tx *store.Tx, t *turn.Turn, c *store.Chat, m store.Mute) (*turn.Reply, error) {
	m.CreatedBy = t.PersonID()

	muted, added, err := tx.AddMute(m)
	if err != nil {
		return nil, err
	}

	r := &adapters.Message{Replace: true, Text: adapters.Say(t.Mute("mute.muted", 0, muted, b.ZoneOf(c)))}
	r.Buttons = [][]adapters.Button{{undoMutes(t, c, added, muted)}}

	if added {
		err = tx.Log(c.ID, t.PersonID(), "muted "+muted.Label)
	}

	return &turn.Reply{Answer: r}, err
}

// undoMutes is the button that takes mutes back, or, if they were there before, ends the first.
func undoMutes(t *turn.Turn, c *store.Chat, added bool, mutes ...*store.Mute) adapters.Button {
	ids := make([]string, 0, len(mutes))
	for _, m := range mutes {
		ids = append(ids, button.ID(m.ID))
	}

	if !added {
		return adapters.Button{Label: button.Cut(t.Say("button.end_mute", "n", 1, "what", mutes[0].Label)), Data: button.EndMute + button.ID(c.ID) + ":" + ids[0]}
	}

	return adapters.Button{Label: t.Say("button.undo"), Data: button.UndoMute + button.ID(c.ID) + ":" + strings.Join(ids, ",")}
}

// muteWord has the subscriptions that an alert matches leave out a word; a zero until is for good.
func (b *Bot) muteWord(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, word string, until time.Time) (*adapters.Message, error) {
	if !taste.IsPlain(word) {
		return t.OldButton(), nil
	}

	var of []int64

	for _, h := range a.Hits[:min(len(a.Hits), taste.Most)] {
		if h.Live {
			of = append(of, h.Subscription)
		}
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return b.muteWordIn(tx, t, c, of, word, until) })
}

// muteWordIn has subscriptions leave out a word, and makes the reply. They are at most
// taste.Most: their mutes go into the data of one button.
func (b *Bot) muteWordIn(tx *store.Tx, t *turn.Turn, c *store.Chat, of []int64, word string, until time.Time) (*turn.Reply, error) {
	m := &adapters.Message{Replace: true}

	var mutes []*store.Mute

	for _, id := range of {
		s, err := tx.SubscriptionByID(id)
		if err != nil {
			return nil, err
		}

		mute, s, added, err := tx.MuteWord(s, word, until, t.PersonID(), query.LeaveOut)
		if err != nil {
			return nil, err
		}

		if !added {
			m.Text = append(m.Text, t.Line("mute.word_already", "word", wording.Unquote(word), "rule", ruleSpan(s)))
			continue
		}

		mutes = append(mutes, mute)
		m.Text = append(m.Text, mutedWordLine(t, mute, s, b.ZoneOf(c)))
	}

	if len(m.Text) == 0 {
		return &turn.Reply{Answer: t.Message("unsubscribe.all_ended")}, nil
	}

	if len(mutes) == 0 {
		return &turn.Reply{Answer: m}, nil
	}

	m.Buttons = [][]adapters.Button{{undoMutes(t, c, true, mutes...)}}

	return &turn.Reply{Answer: m}, tx.Log(c.ID, t.PersonID(), "muted the word "+wording.Unquote(word))
}

// commandLeaveOut stands in the token of a button that leaves words out of subscriptions: their
// rows, a space, and the words.
const commandLeaveOut = "leave_out"

// longestUnwanted is the longest text that is left out of subscriptions, in bytes.
const longestUnwanted = 60

// offerWithout answers somebody who does not want to read of something: it offers to end what looks
// for it, or else to leave it out of what the chat follows.
func (b *Bot) offerWithout(ctx context.Context, t *turn.Turn, typed, unwanted string) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return nothingFollowed(t.Words, dest.Name(t.Words)), nil
	}

	if about := lookingFor(all, unwanted); len(about) > 0 {
		return chooseSubscription(t, c, about, turn.Page{}), nil
	}

	m := t.Message("mute.offer", "word", unwanted)
	if len(all) <= taste.Most {
		m.Buttons = [][]adapters.Button{{button.AsMain(t.ConfirmedButton(t.Say("button.apply_rule"), commandLeaveOut, idList(all)+" "+unwanted))}}
	} else {
		m.Text = t.Lines("mute.offer_of", "word", unwanted)

		for _, s := range all[:min(len(all), chooseSize)] {
			m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton("#"+strconv.Itoa(s.Number)+" "+t.Spell(s.Query), commandLeaveOut, button.ID(s.ID)+" "+unwanted)})
		}
	}

	m.Buttons = append(m.Buttons, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}, t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", typed)})

	return m, nil
}

// lookingFor are the subscriptions that have to find something, not those that leave it out.
func lookingFor(all []*store.Subscription, what string) (found []*store.Subscription) {
	for _, s := range all {
		q, err := query.ParseCanonical(s.Canonical)
		if err != nil {
			continue
		}

		if slices.ContainsFunc(q.Clauses(), func(c query.Clause) bool {
			_, finds := index.Match(c.Query, &news.Article{Title: what})
			return finds && !c.Excluded
		}) {
			found = append(found, s)
		}
	}

	return found
}

// leaveOut leaves words out of subscriptions of the chat, as a button of offerWithout says.
func (b *Bot) leaveOut(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	ids, words := input.CutWord(text)

	_, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	var of []int64

	for _, s := range all {
		if slices.Contains(strings.Split(ids, ","), button.ID(s.ID)) {
			of = append(of, s.ID)
		}
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		return b.muteWordIn(tx, t, c, of, unwantedTerm(words), time.Time{})
	})
}

// unwantedTerm returns words that are to be left out as a query has them; "" if none of them is a word.
func unwantedTerm(words string) string {
	if strings.ContainsFunc(words, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		words = `"` + words + `"`
	}

	if _, err := query.Parse(words); err != nil {
		return ""
	}

	return words
}

// mutedWordLine says what a subscription is while a word is muted, and until when.
func mutedWordLine(t *turn.Turn, m *store.Mute, s *store.Subscription, zone *time.Location) adapters.Line {
	if m.Until.IsZero() {
		return t.Line("mute.word", "word", wording.Unquote(m.Label), "rule", ruleSpan(s))
	}

	return t.Line("mute.word_until", "word", wording.Unquote(m.Label), "until", t.Moment(m.Until, t.Now, zone), "rule", ruleSpan(s))
}

// ruleSpan is a subscription as it stands: its number and its query, to be read and copied.
func ruleSpan(s *store.Subscription) adapters.Span {
	return adapters.Code("#" + strconv.Itoa(s.Number) + " " + s.Query)
}

// pressUndoMutes takes back what one press muted.
func (b *Bot) pressUndoMutes(ctx context.Context, t *turn.Turn, c *store.Chat, ids string) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		m := &adapters.Message{Replace: true}

		for one := range strings.SplitSeq(ids, ",") {
			id, err := strconv.ParseInt(one, 10, 64)
			if err != nil {
				return &turn.Reply{Answer: t.OldButton()}, nil
			}

			ended, left, err := tx.UndoMute(c.ID, id, query.LeaveOut)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}

			if err != nil {
				return nil, err
			}

			line, err := b.logUnmute(tx, t, c, ended, left)
			if err != nil {
				return nil, err
			}

			m.Text = append(m.Text, line)
		}

		if len(m.Text) == 0 {
			m.Text = t.Lines("mute.gone")
		}

		return &turn.Reply{Answer: m}, nil
	})
}

// pressEndMute ends what a mute is about, from the list.
func (b *Bot) pressEndMute(ctx context.Context, t *turn.Turn, c *store.Chat, mute string) (*adapters.Message, error) {
	id, err := strconv.ParseInt(mute, 10, 64)
	if err != nil {
		return t.OldButton(), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		m, err := tx.EndMute(c.ID, id, query.LeaveOut)
		if errors.Is(err, store.ErrNotFound) {
			return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: t.Lines("mute.gone")}}, nil
		}

		if err != nil {
			return nil, err
		}

		line, err := b.logUnmute(tx, t, c, m, nil)

		return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: adapters.Text{line}}}, err
	})
}

// logUnmute logs the end of a mute and says what is in force now: what is left of it, or for a word
// the rule as it is again.
func (b *Bot) logUnmute(tx *store.Tx, t *turn.Turn, c *store.Chat, ended, left *store.Mute) (adapters.Line, error) {
	if err := tx.Log(c.ID, t.PersonID(), "unmuted "+ended.Label); err != nil {
		return nil, err
	}

	if left != nil && left.Kind != store.MuteWord {
		return adapters.Line{adapters.Plain(t.Mute("mute.muted", 0, left, b.ZoneOf(c)))}, nil
	}

	if ended.Kind == store.MuteWord {
		s, err := tx.SubscriptionByID(ended.Subscription())
		if err == nil && left != nil {
			return mutedWordLine(t, left, s, b.ZoneOf(c)), nil
		}

		if err == nil {
			return t.Line("mute.word_back", "word", wording.Unquote(ended.Label), "rule", ruleSpan(s)), nil
		}

		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}

	return adapters.Line{adapters.Plain(t.Mute("mute.unmuted", 0, ended, b.ZoneOf(c)))}, nil
}

// mutesShown is how many mutes are listed, each with a button.
const mutesShown = 10

// listMutes lists what is muted in a chat.
func (b *Bot) listMutes(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var (
		c     *store.Chat
		mutes []*store.Mute
	)

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = turn.FindChat(tx, dest); err == nil {
			mutes, err = tx.Mutes(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if len(mutes) == 0 {
		return t.Message("mute.nothing"), nil
	}

	m := &adapters.Message{}

	var offered []adapters.Button

	for i, mute := range mutes[:min(len(mutes), mutesShown)] {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(t.Mute("mute.line", i+1, mute, b.ZoneOf(c)))})
		offered = append(offered, adapters.Button{Label: button.Cut(t.Say("button.end_mute", "n", i+1, "what", wording.Unquote(mute.Label))), Data: button.EndMute + button.ID(c.ID) + ":" + button.ID(mute.ID)})
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, nil)

	if more := len(mutes) - mutesShown; more > 0 {
		m.Text = append(m.Text, t.Line("list.more", "n", more))
	}

	return m, nil
}

// react keeps what a chat thinks of an alert. When enough alerts that it wants less of share
// something, one rule is proposed with what it would have done.
func (b *Bot) react(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, kind store.Reaction) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if err := tx.React(a.ID, kind); err != nil {
			return nil, err
		}

		m := &adapters.Message{Private: true}
		undo := adapters.Button{Label: t.Say("button.undo"), Data: button.Unreact + button.ID(a.ID) + ":" + string(kind)}

		if kind == store.More {
			m.Text, m.Buttons = t.Lines("taste.more"), [][]adapters.Button{{undo}}
			return &turn.Reply{Answer: m}, nil
		}

		p, found, err := proposeRule(tx, c.ID)
		if err != nil {
			return nil, err
		}

		m.Text, m.Buttons = t.Lines("taste.less"), [][]adapters.Button{{undo}}
		if found {
			m.Text = t.Lines("taste."+string(p.Kind), "shared", p.Less, "what", p.Value, "n", p.Dropped, "all", p.Of)
			rule := button.ID(a.ID) + ":" + string(p.Kind) + ":"

			if p.Kind == taste.Word { // an outlet is the alert's own: a name may be too long for a button
				rule += p.Value
			}

			m.Buttons = [][]adapters.Button{
				{{Label: t.Say("button.apply_rule"), Data: button.Rule + rule}, {Label: t.Say("button.no_thanks"), Data: button.NoRule + rule}},
				{undo},
			}
		}

		return &turn.Reply{Answer: m}, nil
	})
}

// proposeRule finds the rule that the alerts ask for that a chat wants less of.
func proposeRule(tx *store.Tx, chat int64) (p taste.Proposal, found bool, err error) {
	unwanted, err := tasteAlerts(tx.Unwanted(chat))
	if err != nil || len(unwanted) < taste.Needed {
		return p, false, err
	}

	latest, err := tasteAlerts(tx.LatestAlerts(chat, taste.Latest))
	if err != nil {
		return p, false, err
	}

	follows, err := tx.Subscriptions(chat)
	if err != nil {
		return p, false, err
	}

	queries := taste.Queries{}

	for _, s := range follows {
		if q, err := query.ParseCanonical(s.Canonical); err == nil {
			queries[s.ID] = q
		}
	}

	settled, err := tx.SettledRules(chat)
	if err != nil {
		return p, false, err
	}

	p, found = taste.Propose(unwanted, latest, queries, func(kind taste.Kind, value string) bool {
		return settled[store.MuteKind(kind)][strings.ToLower(value)]
	})

	return p, found, nil
}

// tasteAlerts converts alerts to what package taste takes. Those whose subscriptions have all
// ended are left out.
func tasteAlerts(alerts []*store.Alert, err error) (converted []taste.Alert, _ error) {
	for _, a := range alerts {
		if a.Article == nil {
			continue
		}

		one := taste.Alert{Article: &a.Article.News, Matched: matchedWords(a), Less: a.Reactions[store.Less], Kept: a.Reactions[store.More] || a.Reactions[store.Opened]}

		for _, h := range a.Hits {
			if h.Live {
				one.Follows = append(one.Follows, h.Subscription)
			}
		}

		if len(one.Follows) > 0 {
			converted = append(converted, one)
		}
	}

	return converted, err
}

// unreact takes back what a chat thought of an alert.
func (b *Bot) unreact(ctx context.Context, t *turn.Turn, a *store.Alert, kind string) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		err := tx.Unreact(a.ID, store.Reaction(kind))
		return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: t.Lines("taste.undone")}}, err
	})
}

// settleRule applies a rule that was proposed ("word:football", "outlet:"), or never proposes it
// again. How far it reaches is worked out anew: subscriptions may have ended since.
func (b *Bot) settleRule(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, apply bool, rule string) (*adapters.Message, error) {
	kind, value, _ := strings.Cut(rule, ":")
	if a.Article == nil || kind == string(store.MuteWord) && !taste.IsPlain(value) {
		return t.OldButton(), nil
	}

	if kind == string(store.MuteOutlet) {
		value = a.Article.News.Outlet
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if !apply {
			err := tx.DeclineRule(c.ID, store.MuteKind(kind), strings.ToLower(value))
			return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: t.Lines("taste.declined")}}, err
		}

		if kind == string(store.MuteOutlet) {
			return b.addMute(tx, t, c, store.OutletMute(c.ID, value))
		}

		unwanted, err := tasteAlerts(tx.Unwanted(c.ID))
		if err != nil {
			return nil, err
		}

		return b.muteWordIn(tx, t, c, taste.WordRule(value, unwanted).Subscriptions, value, time.Time{})
	})
}
