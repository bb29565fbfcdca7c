package store

import (
	"database/sql"
	"fmt"
	"time"
)

// noMoreEdits is messages.edited_at of a message that is not edited again.
const noMoreEdits = int64(1) << 62

// GrownStory is a story that another outlet joined.
type GrownStory struct {
	ID     int64
	Joined time.Time // the latest time
}

// GrownStories lists the stories that another outlet joined since a moment, the
// latest first.
func (t *Tx) GrownStories(since time.Time) ([]GrownStory, error) {
	var grown []GrownStory

	err := t.rows("SELECT id, joined_at FROM stories WHERE joined_at >= $1 ORDER BY joined_at DESC, id DESC", []any{millis(since)}, func(scan func(...any) error) error {
		var (
			s  GrownStory
			at int64
		)

		err := scan(&s.ID, &at)
		s.Joined = fromMillis(at)
		grown = append(grown, s)

		return err
	})

	return grown, err
}

// Edit is a sent alert that no longer shows everyone who tells its story, as it is to
// read now. Its Message holds one alert.
type Edit struct {
	Outgoing
	Ref   string    // the platform's reference of the message
	Shown time.Time // as of when it shows them
}

// whereOutdated finds the sent alerts of a story ($1) in messages sent since $2 that
// show it as it was before $3.
const whereOutdated = `a.story = $1 AND a.state = 'sent' AND m.kind = 'alert' AND m.state = 'sent' AND m.ref <> '' AND m.done_at >= $2
	AND coalesce(m.edited_at, m.first_attempt_at, m.created_at) < $3`

// Edits lists alerts of a story, in messages sent since a moment, that do not show the
// newest outlet yet: at most limit, of chats above after, ascending by chat.
func (t *Tx) Edits(story GrownStory, sentSince time.Time, after int64, limit int) ([]Edit, error) {
	var (
		edits  []Edit
		alerts []int64
	)

	err := t.rows("SELECT "+chatColumns+`, a.id, m.id, m.ref, m.form, coalesce(m.edited_at, m.first_attempt_at, m.created_at)
		FROM alerts a JOIN messages m ON m.id = a.message JOIN chats ON chats.id = a.chat
		WHERE `+whereOutdated+" AND a.chat > $4 ORDER BY a.chat LIMIT $5",
		[]any{story.ID, millis(sentSince), millis(story.Joined), after, limit}, func(scan func(...any) error) error {
			var (
				e            Edit
				alert, shown int64
				ref          sql.NullString
			)

			chat, err := scanChat(scan, &alert, &e.ID, &ref, &e.Form, &shown)
			e.Chat, e.Ref, e.Shown = chat, ref.String, fromMillis(shown)
			edits, alerts = append(edits, e), append(alerts, alert)

			return err
		})
	if err != nil || len(edits) == 0 {
		return nil, err
	}

	text, args := list(alerts)

	found, err := t.alertsWhere("a.id IN "+text+" ORDER BY a.chat", args...)
	if err != nil {
		return nil, fmt.Errorf("read the alerts to edit: %w", err)
	}

	byID := make(map[int64]*Alert, len(found))
	for _, a := range found {
		byID[a.ID] = a
	}

	for i, id := range alerts {
		edits[i].Alerts = []*Alert{byID[id]}
	}

	return edits, nil
}

// Edited notes that a message shows its story as of a moment.
func (t *Tx) Edited(message int64, asOf time.Time) error {
	_, err := t.exec("UPDATE messages SET edited_at = $2 WHERE id = $1", message, millis(asOf))
	return err
}

// EndEdits notes that a message is not to be edited again: it is gone, too old, or the
// platform cannot.
func (t *Tx) EndEdits(message int64) error {
	_, err := t.exec("UPDATE messages SET edited_at = $2 WHERE id = $1", message, noMoreEdits)
	return err
}
