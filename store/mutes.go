package store

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MuteKind says what a mute is about.
type MuteKind string

// The kinds of mutes.
const (
	MuteStory  MuteKind = "story"
	MuteOutlet MuteKind = "outlet"
)

// Mute is what a chat does not want to hear of, though it matches.
type Mute struct {
	ID        int64
	Chat      int64
	Kind      MuteKind
	Value     string // of a story its id, of an outlet its name in lower case
	Label     string // as people know it: the story's title, the outlet's name
	Until     time.Time
	CreatedBy string // platform's id of the person
}

// StoryMute mutes a story, OutletMute an outlet, for ever.
func StoryMute(chat, story int64, title string) Mute {
	return Mute{Chat: chat, Kind: MuteStory, Value: strconv.FormatInt(story, 10), Label: title}
}

// OutletMute mutes an outlet.
func OutletMute(chat int64, outlet string) Mute {
	return Mute{Chat: chat, Kind: MuteOutlet, Value: strings.ToLower(outlet), Label: outlet}
}

// mutes reports whether a mute is about an alert.
func (m *Mute) mutes(a *Alert) bool {
	switch m.Kind {
	case MuteStory:
		return m.Value == strconv.FormatInt(a.Story, 10)
	case MuteOutlet:
		return a.Article != nil && m.Value == strings.ToLower(a.Article.News.Outlet)
	}

	return false
}

// AddMute adds a mute and returns it. One about the same that is there already is
// returned instead, prolonged if the new one lasts longer.
func (t *Tx) AddMute(m Mute) (*Mute, error) {
	all, err := t.Mutes(m.Chat)
	if err != nil {
		return nil, err
	}

	for _, have := range all {
		if have.Kind != m.Kind || have.Value != m.Value {
			continue
		}

		if have.Until.IsZero() || !m.Until.IsZero() && !m.Until.After(have.Until) {
			return have, nil
		}

		have.Until = m.Until
		_, err := t.exec("UPDATE mutes SET until = $2 WHERE id = $1", have.ID, nullMillis(m.Until))

		return have, err
	}

	err = t.one("INSERT INTO mutes (chat, kind, value, label, until, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
		[]any{m.Chat, string(m.Kind), m.Value, m.Label, nullMillis(m.Until), m.CreatedBy, millis(t.Now)}, &m.ID)

	return &m, err
}

// EndMute ends a mute of a chat and returns what it was, or ErrNotFound.
func (t *Tx) EndMute(chat, id int64) (*Mute, error) {
	all, err := t.Mutes(chat)
	if err != nil {
		return nil, err
	}

	i := slices.IndexFunc(all, func(m *Mute) bool { return m.ID == id })
	if i < 0 {
		return nil, ErrNotFound
	}

	_, err = t.exec("DELETE FROM mutes WHERE id = $1", id)

	return all[i], err
}

// Mutes lists what is muted in a chat now, the oldest first.
func (t *Tx) Mutes(chat int64) ([]*Mute, error) {
	byChat, err := t.mutesOf([]int64{chat})
	return byChat[chat], err
}

// mutesOf lists what is muted in some chats.
func (t *Tx) mutesOf(chats []int64) (map[int64][]*Mute, error) {
	byChat := map[int64][]*Mute{}

	for part := range slices.Chunk(chats, mostSlots) {
		text, args := list(part)

		err := t.rows("SELECT id, chat, kind, value, label, until, created_by FROM mutes WHERE chat IN "+text+" AND (until IS NULL OR until > ?) ORDER BY id",
			append(args, millis(t.Now)), func(scan func(...any) error) error {
				var (
					m     Mute
					until sql.NullInt64
				)

				err := scan(&m.ID, &m.Chat, &m.Kind, &m.Value, &m.Label, &until, &m.CreatedBy)
				m.Until = fromNull(until)
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
			if a.Muted == nil && m.mutes(a) {
				a.Muted = m
			}
		}
	}

	return err
}
