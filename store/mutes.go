package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// MuteKind says what a mute is about.
type MuteKind string

// The kinds of mutes.
const (
	MuteStory  MuteKind = "story"
	MuteOutlet MuteKind = "outlet"
	MuteWord   MuteKind = "word" // of a subscription
)

// Mute is what a chat does not want to hear of, though it matches.
type Mute struct {
	ID        int64
	Chat      int64
	Kind      MuteKind
	Value     string // of a story its id, of an outlet its name in lower case, of a word subscription:word
	Label     string // as people know it: the story's title, the outlet's name
	Until     time.Time
	CreatedBy string // platform's id of the person
	CreatedAt time.Time
	again     bool // it was there: the same press came again
}

// StoryMute mutes a story, OutletMute an outlet, for ever.
func StoryMute(chat, story int64, title string) Mute {
	return Mute{Chat: chat, Kind: MuteStory, Value: strconv.FormatInt(story, 10), Label: title}
}

// OutletMute mutes an outlet.
func OutletMute(chat int64, outlet string) Mute {
	return Mute{Chat: chat, Kind: MuteOutlet, Value: strings.ToLower(outlet), Label: outlet}
}

// wordMute mutes a word of a subscription.
func wordMute(s *Subscription, word string) Mute {
	return Mute{Chat: s.Chat, Kind: MuteWord, Value: strconv.FormatInt(s.ID, 10) + ":" + word, Label: word}
}

// Subscription is what a mute of a word belongs to, 0 for other mutes.
func (m *Mute) Subscription() int64 {
	id, _, ok := strings.Cut(m.Value, ":")
	if m.Kind != MuteWord || !ok {
		return 0
	}

	n, _ := strconv.ParseInt(id, 10, 64) // 0 is none

	return n
}

// Mutes reports whether a mute is about an alert.
func (m *Mute) Mutes(a *Alert) bool {
	switch m.Kind {
	case MuteStory:
		return m.Value == strconv.FormatInt(a.Story, 10)
	case MuteOutlet:
		return a.Article != nil && m.mutesOutlet(a.Article.News.Outlet)
	}

	return false
}

func (m *Mute) mutesOutlet(outlet string) bool {
	return m.Kind == MuteOutlet && m.Value == strings.ToLower(outlet)
}

// mutesOutlet reports whether an outlet is muted.
func mutesOutlet(mutes []*Mute, outlet string) bool {
	return slices.ContainsFunc(mutes, func(m *Mute) bool { return m.mutesOutlet(outlet) })
}

// doubleTap is within what time the same mute by the same person is the same press.
const doubleTap = time.Minute

// AddMute adds a mute and returns it. Each has its own end and undo: the thing is muted while
// one of them lasts. What is muted for ever already is not muted again: then added is false.
func (t *Tx) AddMute(m Mute) (got *Mute, added bool, err error) {
	byChat, err := t.mutesOf([]int64{m.Chat})
	if err != nil {
		return nil, false, err
	}

	for _, have := range byChat[m.Chat] {
		switch {
		case !have.isAbout(&m):
		case have.CreatedBy == m.CreatedBy && t.Now.Sub(have.CreatedAt) < doubleTap && have.Until.IsZero() == m.Until.IsZero() &&
			m.Until.Sub(have.Until).Abs() < doubleTap:
			have.again = true
			return have, true, nil
		case have.Until.IsZero():
			return have, false, nil
		}
	}

	err = t.one("INSERT INTO mutes (chat, kind, value, label, until, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
		[]any{m.Chat, string(m.Kind), m.Value, m.Label, nullMillis(m.Until), m.CreatedBy, toMillis(t.Now)}, &m.ID)

	m.CreatedAt = t.Now

	return &m, true, err
}

// isAbout reports whether two mutes are about the same.
func (m *Mute) isAbout(other *Mute) bool { return m.Kind == other.Kind && m.Value == other.Value }

// UndoMute takes back one mute of a chat. It returns what it was, and what of the same is in
// force still (nil: nothing), or ErrNotFound.
func (t *Tx) UndoMute(chat, id int64, leaveOut LeaveOut) (ended, left *Mute, err error) {
	return t.endMute(chat, id, leaveOut, func(m *Mute) bool { return m.ID == id })
}

// EndMute ends what a mute of a chat is about, also by its other mutes, or returns ErrNotFound.
func (t *Tx) EndMute(chat, id int64, leaveOut LeaveOut) (ended *Mute, err error) {
	ended, _, err = t.endMute(chat, id, leaveOut, func(*Mute) bool { return true })
	return ended, err
}

// UnmuteStory ends the mutes of a story in a chat, and returns the one that lasted longest; nil: there
// was none.
func (t *Tx) UnmuteStory(chat, story int64) (ended *Mute, err error) {
	mutes, err := t.Mutes(chat)
	about := StoryMute(chat, story, "")

	i := slices.IndexFunc(mutes, about.isAbout)
	if err != nil || i < 0 {
		return nil, err
	}

	return t.EndMute(chat, mutes[i].ID, nil)
}

// endMute ends those mutes about the same as one that are to go.
func (t *Tx) endMute(chat, id int64, leaveOut LeaveOut, goes func(*Mute) bool) (ended, left *Mute, err error) {
	byChat, err := t.mutesOf([]int64{chat})
	if err != nil {
		return nil, nil, err
	}

	i := slices.IndexFunc(byChat[chat], func(m *Mute) bool { return m.ID == id })
	if i < 0 {
		return nil, nil, ErrNotFound
	}

	ended = byChat[chat][i]

	for _, m := range byChat[chat] {
		switch {
		case !m.isAbout(ended):
		case !goes(m):
			left = longerMute(left, m)
		default:
			if _, err := t.exec("DELETE FROM mutes WHERE id = $1", m.ID); err != nil {
				return nil, nil, err
			}
		}
	}

	if ended.Kind == MuteWord {
		if _, err := t.composeQuery(ended.Subscription(), leaveOut); err != nil && !errors.Is(err, ErrNotFound) {
			return nil, nil, err
		}
	}

	return ended, left, nil
}

// longerMute is the mute that lasts longer; the first may be nil.
func longerMute(m, n *Mute) *Mute {
	if m == nil || !m.Until.IsZero() && (n.Until.IsZero() || n.Until.After(m.Until)) {
		return n
	}

	return m
}

// Mutes lists what is muted in a chat now, the oldest first, each thing once by the mute that
// lasts longest.
func (t *Tx) Mutes(chat int64) ([]*Mute, error) {
	byChat, err := t.mutesOf([]int64{chat})

	var list []*Mute

	for _, m := range byChat[chat] {
		i := slices.IndexFunc(list, m.isAbout)
		if i < 0 {
			list = append(list, m)
		} else {
			list[i] = longerMute(list[i], m)
		}
	}

	return list, err
}

// mutesOf lists what is muted in some chats; in a target what is in the chat whose it is.
func (t *Tx) mutesOf(chats []int64) (map[int64][]*Mute, error) {
	byChat := map[int64][]*Mute{}

	for part := range slices.Chunk(chats, mostSlots) {
		text, args := inList(part)

		err := t.rows("SELECT id, chat, kind, value, label, until, created_by, created_at FROM mutes WHERE chat IN "+text+" AND (until IS NULL OR until > ?)"+
			" UNION ALL SELECT m.id, g.chat, kind, value, label, until, created_by, created_at FROM targets g JOIN mutes m ON m.chat = g.owner WHERE g.chat IN "+text+" AND (until IS NULL OR until > ?) ORDER BY 1",
			slices.Concat(args, []any{toMillis(t.Now)}, args, []any{toMillis(t.Now)}), func(scan scanFunc) error {
				var (
					m     Mute
					until sql.NullInt64
					at    int64
				)

				err := scan(&m.ID, &m.Chat, &m.Kind, &m.Value, &m.Label, &until, &m.CreatedBy, &at)
				m.Until, m.CreatedAt = fromNull(until), fromMillis(at)
				byChat[m.Chat] = append(byChat[m.Chat], &m)

				return err
			})
		if err != nil {
			return nil, err
		}
	}

	return byChat, nil
}

// findMutes notes which waiting alerts are muted.
func (t *Tx) findMutes(alerts []*Alert) error {
	var chats []int64

	for _, a := range alerts {
		if a.State == "waiting" {
			chats = append(chats, a.Chat)
		}
	}

	slices.Sort(chats)

	byChat, err := t.mutesOf(slices.Compact(chats))

	for _, a := range alerts {
		for _, m := range byChat[a.Chat] {
			if a.Muted == nil && m.Mutes(a) {
				a.Muted = m
			}
		}

		if a.Muted == nil {
			a.Muted = mutedWord(a, byChat[a.Chat])
		}
	}

	return err
}

// mutedWord is a muted word of an alert, if each subscription that it matches has one in its
// article: the words were muted after it had matched.
func mutedWord(a *Alert, mutes []*Mute) (found *Mute) {
	if a.Article == nil {
		return nil
	}

	for _, h := range a.Hits {
		if !h.Applies() {
			continue
		}

		i := slices.IndexFunc(mutes, func(m *Mute) bool {
			return m.Kind == MuteWord && m.Subscription() == h.Subscription && hasWord(&a.Article.News, m.Label)
		})
		if i < 0 {
			return nil
		}

		found = mutes[i]
	}

	return found
}

// hasWord reports whether an article has a word, as a query means it.
func hasWord(a *news.Article, word string) bool {
	keys := text.Words(word)
	if len(keys) == 0 {
		return false
	}

	return slices.ContainsFunc([]string{a.Title, a.Summary, a.Text}, func(s string) bool {
		return slices.ContainsFunc(text.Words(s), func(w text.Word) bool { return w.Key == keys[0].Key })
	})
}

// MuteWord has a subscription leave out the articles that have a word, until then or, if until is
// zero, for good. It returns the mute and the subscription as it is then; added is false if the
// word was left out for good already.
func (t *Tx) MuteWord(s *Subscription, word string, until time.Time, by string, leaveOut LeaveOut) (m *Mute, changed *Subscription, added bool, err error) {
	mute := wordMute(s, word)
	mute.Until, mute.CreatedBy = until, by

	if err := t.keepBase(s.ID); err != nil {
		return nil, nil, false, err
	}

	if m, added, err = t.AddMute(mute); err != nil || !added || m.again {
		return m, s, added, err
	}

	var base, canonical string
	if err = t.one("SELECT base, base_canonical FROM subscriptions WHERE id = $1", []any{s.ID}, &base, &canonical); err != nil {
		return nil, nil, false, err
	}

	_, without, err := leaveOut(base, canonical, " -"+word)
	if err != nil {
		return nil, nil, false, fmt.Errorf("leave out %q: %w", word, err)
	}

	if without != canonical {
		changed, err = t.composeQuery(s.ID, leaveOut)
		return m, changed, err == nil, err
	}

	_, _, err = t.UndoMute(s.Chat, m.ID, leaveOut) // it says so itself

	return nil, s, false, err
}

// EndMutes forgets the mutes whose time is over and has subscriptions match again what was
// left out of them so long. It returns how many words came back.
func (t *Tx) EndMutes(leaveOut LeaveOut) (words int, err error) {
	values, err := readColumn[string](t, "SELECT value FROM mutes WHERE until <= $1 AND kind = 'word'", toMillis(t.Now))
	if err != nil {
		return 0, err
	}

	of := make([]int64, len(values))
	for i, value := range values {
		of[i] = (&Mute{Kind: MuteWord, Value: value}).Subscription()
	}

	if _, err := t.exec("DELETE FROM mutes WHERE until <= $1", toMillis(t.Now)); err != nil {
		return 0, err
	}

	slices.Sort(of)

	for _, id := range slices.Compact(of) {
		if _, err := t.composeQuery(id, leaveOut); err != nil && !errors.Is(err, ErrNotFound) {
			return 0, err
		}
	}

	return len(of), nil
}
