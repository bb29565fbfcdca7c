// Package hold keeps alerts back: /pause and /resume, mutes of stories, outlets and words (/mutes), and
// rules from what people want less of.
package hold

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/listing"
	"newsbell/bot/taste"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Handler answers what holds alerts. It is safe for concurrent use.
type Handler struct {
	*turn.Services
	Listing *listing.Reader
}

// muteHours is how long a story, an outlet or a word is muted by one press, if not for good.
const muteHours = 8

// MuteMenu asks what of an alert is to be muted, and for how long.
func MuteMenu(t *turn.Turn, c *store.Chat, a *store.Alert) *adapters.Message {
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

// MuteFromAlert mutes the story, the outlet or a word of an alert; how is "story", "outlet" or
// "word:…", and with the hours that it lasts "story:8", "outlet:8" or "word:8:…".
func (h *Handler) MuteFromAlert(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, how string) (*adapters.Message, error) {
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

		return h.muteWord(ctx, t, c, a, word, until)
	}

	m := store.OutletMute(c.ID, a.Article.News.Outlet)
	if kind == string(store.MuteStory) {
		m = store.StoryMute(c.ID, a.Story, a.Article.News.Title)
	}

	m.Until = until

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if m.Kind == store.MuteStory {
			story, err := tx.StoryNow(a.Story)
			if err != nil {
				return nil, err
			}

			m.Value = store.StoryMute(c.ID, story, "").Value
		}

		return h.addMute(tx, t, c, m)
	})
}

// addMute mutes a story or an outlet, and makes the reply.
func (h *Handler) addMute(tx *store.Tx, t *turn.Turn, c *store.Chat, m store.Mute) (*turn.Reply, error) {
	m.CreatedBy = t.PersonID()

	muted, added, err := tx.AddMute(m)
	if err != nil {
		return nil, err
	}

	r := &adapters.Message{Replace: true, Text: adapters.Say(t.Mute("mute.muted", 0, muted, h.ZoneOf(c)))}
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
func (h *Handler) muteWord(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, word string, until time.Time) (*adapters.Message, error) {
	if !taste.IsPlain(word) {
		return t.OldButton(), nil
	}

	var of []int64

	for _, h := range a.Hits[:min(len(a.Hits), taste.Most)] {
		if h.Live {
			of = append(of, h.Subscription)
		}
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return h.muteWordIn(tx, t, c, of, word, until) })
}

// muteWordIn has subscriptions leave out a word, and makes the reply. They are at most
// taste.Most: their mutes go into the data of one button.
func (h *Handler) muteWordIn(tx *store.Tx, t *turn.Turn, c *store.Chat, of []int64, word string, until time.Time) (*turn.Reply, error) {
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
		m.Text = append(m.Text, mutedWordLine(t, mute, s, h.ZoneOf(c)))
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

// PressUndoMutes takes back what one press muted.
func (h *Handler) PressUndoMutes(ctx context.Context, t *turn.Turn, c *store.Chat, ids string) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
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

			line, err := h.logUnmute(tx, t, c, ended, left)
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

// PressEndMute ends what a mute is about, from the list.
func (h *Handler) PressEndMute(ctx context.Context, t *turn.Turn, c *store.Chat, mute string) (*adapters.Message, error) {
	id, err := strconv.ParseInt(mute, 10, 64)
	if err != nil {
		return t.OldButton(), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		m, err := tx.EndMute(c.ID, id, query.LeaveOut)
		if errors.Is(err, store.ErrNotFound) {
			return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: t.Lines("mute.gone")}}, nil
		}

		if err != nil {
			return nil, err
		}

		line, err := h.logUnmute(tx, t, c, m, nil)

		return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: adapters.Text{line}}}, err
	})
}

// logUnmute logs the end of a mute and says what is in force now: what is left of it, or for a word
// the rule as it is again.
func (h *Handler) logUnmute(tx *store.Tx, t *turn.Turn, c *store.Chat, ended, left *store.Mute) (adapters.Line, error) {
	if err := tx.Log(c.ID, t.PersonID(), "unmuted "+ended.Label); err != nil {
		return nil, err
	}

	if left != nil && left.Kind != store.MuteWord {
		return adapters.Line{adapters.Plain(t.Mute("mute.muted", 0, left, h.ZoneOf(c)))}, nil
	}

	if ended.Kind == store.MuteWord {
		s, err := tx.SubscriptionByID(ended.Subscription())
		if err == nil && left != nil {
			return mutedWordLine(t, left, s, h.ZoneOf(c)), nil
		}

		if err == nil {
			return t.Line("mute.word_back", "word", wording.Unquote(ended.Label), "rule", ruleSpan(s)), nil
		}

		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}

	return adapters.Line{adapters.Plain(t.Mute("mute.unmuted", 0, ended, h.ZoneOf(c)))}, nil
}

// mutesShown is how many mutes are listed, each with a button.
const mutesShown = 10

// ListMutes lists what is muted in a chat.
func (h *Handler) ListMutes(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var (
		c     *store.Chat
		mutes []*store.Mute
	)

	err = h.Store.View(ctx, func(tx *store.Tx) (err error) {
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
		m.Text = append(m.Text, adapters.Line{adapters.Plain(t.Mute("mute.line", i+1, mute, h.ZoneOf(c)))})
		offered = append(offered, adapters.Button{Label: button.Cut(t.Say("button.end_mute", "n", i+1, "what", wording.Unquote(mute.Label))), Data: button.EndMute + button.ID(c.ID) + ":" + button.ID(mute.ID)})
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, nil)

	if more := len(mutes) - mutesShown; more > 0 {
		m.Text = append(m.Text, t.Line("list.more", "n", more))
	}

	return m, nil
}
