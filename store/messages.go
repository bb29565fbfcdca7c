package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"newsbell/news"
)

// Form is how plain a message has to be. A message that a platform refuses is tried once in each plainer
// form.
type Form int

// The forms.
const (
	Full Form = iota
	WithoutImage
	PlainText
)

// Outgoing is a claimed message: its members are frozen, and this attempt and
// the next are written.
type Outgoing struct {
	ID     int64
	Chat   *Chat
	Digest bool
	Bundle string // why it is a digest
	Part   int    // of Parts messages of one digest; 0: the only one
	Parts  int
	More   int // stories left out
	// Continues is the platform's reference of the part that begins the digest, "" if it
	// is this one or did not arrive.
	Continues string
	Form      Form
	Nonce     string // names it to the platform, the same at every attempt
	Attempt   int    // 1 the first
	// FirstAttempt is when an earlier attempt was the first; zero: this one is.
	FirstAttempt time.Time
	// Unsure: an earlier attempt was made and its result is not known.
	Unsure bool
	Alerts []*Alert
	// Later are, for the first part of a digest, the alerts of its other parts. They may have nothing but
	// their matches.
	Later []*Alert
	// Left: more waits for this chat, and can be claimed after this message.
	Left bool
	// Notice is what to say, and then there are no alerts. Answer: it is a frozen
	// message of the conversation's.
	Notice string
	Answer bool
	// Translation is what a language model made of its one alert; nil: nothing.
	Translation *Translation
}

// Translation is an alert in the language of its readers, as a language model wrote it.
type Translation struct {
	Of    string `json:"of"` // the title as it was sent: of a changed one it is no translation
	Title string `json:"title"`
	Text  string `json:"text,omitempty"` // its first sentences
}

// Waiting is a chat for which alerts or an open message wait.
type Waiting struct {
	Chat     int64
	Platform string
	Address  string
	Kind     string
	Digest   bool      // it comes as a digest, which gives way to single alerts
	Count    int       // waiting alerts; 0: only an open message
	Due      time.Time // of the earliest
	// Oldest and Newest of the stories that wait; 0: what waits is of no story.
	Oldest, Newest int64
}

// notUnderWay is the condition on an open message m that no attempt of it is under way, as far as is
// known at $1. What follows an attempt is known when it ends.
const notUnderWay = "m.state = 'open' AND (m.next_attempt_at <= $1 OR m.claimed_by = '')"

// Waiting calls each for the active chats that have due alerts with an id above after (0: all) and no
// message that has to wait, and for the chats with an open message, due now or later. It returns the
// highest id of an alert that it has seen, to be after the next time.
func (t *Tx) Waiting(after int64, each func(Waiting) error) (newest int64, err error) {
	newest = after

	// Few alerts wait, and chats are many: CROSS JOIN makes SQLite begin with the alerts.
	where, args := "c.id = a.chat AND a.state = 'waiting' AND a.message IS NULL AND a.due_at <= $1 AND c.state = 'active'"+
		" AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat = c.id AND m.next_attempt_at > $1 AND "+notUnderWay+")", []any{toMillis(t.Now)}
	if after > 0 { // by the id: what waits already need not be looked at
		where, args = where+" AND a.id > $2", append(args, after)
	}

	err = t.rows("SELECT c.id, c.platform, c.address, c.kind, count(*), min(a.due_at), count(*) FILTER (WHERE a.bundle <> '') > 0, max(a.id), min(a.story), max(a.story)"+
		" FROM alerts a CROSS JOIN chats c WHERE "+where+" GROUP BY c.id",
		args, func(scan scanFunc) error {
			var (
				w       Waiting
				due, id int64
			)
			if err := scan(&w.Chat, &w.Platform, &w.Address, &w.Kind, &w.Count, &due, &w.Digest, &id, &w.Oldest, &w.Newest); err != nil {
				return err
			}

			newest, w.Due = max(newest, id), fromMillis(due)

			return each(w)
		})
	if err != nil {
		return after, err
	}
	// The first message of a chat holds those behind it.
	return newest, t.rows(`SELECT c.id, c.platform, c.address, c.kind, m.next_attempt_at, m.kind = 'digest' OR m.bundle = '`+bundleBrief+`',
			coalesce((SELECT min(a.story) FROM alerts a WHERE a.message = m.id), 0)
		FROM messages m JOIN chats c ON c.id = m.chat WHERE `+notUnderWay+` AND (c.state = 'active' OR c.state = 'paused' AND m.kind = 'answer')
		AND NOT EXISTS (SELECT 1 FROM messages b WHERE b.chat = m.chat AND b.state = 'open' AND b.id < m.id
			AND (c.state = 'active' OR b.kind = 'answer'))`, []any{toMillis(t.Now)},
		func(scan scanFunc) error {
			var (
				w   Waiting
				due int64
			)
			if err := scan(&w.Chat, &w.Platform, &w.Address, &w.Kind, &due, &w.Digest, &w.Oldest); err != nil {
				return err
			}

			w.Due, w.Newest = fromMillis(due), w.Oldest

			return each(w)
		})
}

// Notify puts a notice into a chat's outbox: a sentence that nobody asked for.
func (t *Tx) Notify(chat int64, text string) error { return t.saveNotice(chat, "notice", "", text) }

// NotifyReachable puts a notice into the outboxes of up to limit chats with subscriptions that can
// be written to, by their rows, after one. It returns the last of them and how many there were.
func (t *Tx) NotifyReachable(after int64, limit int, text string) (last int64, chats int, err error) {
	told, err := readColumn[int64](t, `INSERT INTO messages (chat, kind, bundle, notice, state, next_attempt_at, created_at)
		SELECT id, 'notice', '', $1, 'open', $2, $2 FROM chats WHERE id > $3 AND `+reachable+` ORDER BY id LIMIT $4 RETURNING chat`,
		text, toMillis(t.Now), after, limit)
	t.raise(NewAlerts)

	return slices.Max(append(told, after)), len(told), err
}

// SayLater puts a reply into a chat's outbox that could not be sent at once. A pause of the chat does not
// hold it.
func (t *Tx) SayLater(chat int64, answer string) error {
	return t.saveNotice(chat, "answer", "", answer)
}

// Brief puts a chat's brief into the outbox. It gives way to alerts, as a digest does: many
// are due in the same minute.
func (t *Tx) Brief(chat int64, brief string) error {
	return t.saveNotice(chat, "answer", bundleBrief, brief)
}

// bundleBrief marks the messages that are briefs (messages.bundle).
const bundleBrief = "brief"

func (t *Tx) saveNotice(chat int64, kind, bundle, what string) error {
	_, err := t.exec("INSERT INTO messages (chat, kind, bundle, notice, state, next_attempt_at, created_at) VALUES ($1, $2, $3, $4, 'open', $5, $5)",
		chat, kind, bundle, what, toMillis(t.Now))
	t.raise(NewAlerts)

	return err
}

// mostRecovered bounds how long a recovery holds the writer.
const mostRecovered = 2000

// Recover makes messages due that wait because a platform was failing, now that it works again: at most
// mostRecovered, more reports that there are others. A message that may have arrived is due at late, since
// it may still arrive until then.
func (t *Tx) Recover(platform string, late time.Time) (more bool, err error) {
	n, err := t.exec(`UPDATE messages SET next_attempt_at = CASE WHEN doubt = 'unsure' THEN CAST($4 AS BIGINT) ELSE CAST($1 AS BIGINT) END
		WHERE id IN (SELECT m.id FROM messages m JOIN chats c ON c.id = m.chat
			WHERE m.state = 'open' AND m.doubt <> '' AND m.next_attempt_at > CASE WHEN m.doubt = 'unsure' THEN CAST($4 AS BIGINT) ELSE CAST($1 AS BIGINT) END AND c.platform = $2 LIMIT $3)`,
		toMillis(t.Now), platform, mostRecovered, toMillis(late))
	if n > 0 {
		t.raise(ChatsWoken)
	}

	return n == mostRecovered, err
}

// Release voids the claims that other runs of the program have on a platform: they have ended, or lost the
// lease for it (see Store.Lock and Store.Join). Messages that they left without an outcome are due at a
// time, and so are those that wait because the platform was failing.
func (t *Tx) Release(run, platform string, at time.Time) error {
	_, err := t.exec(`UPDATE messages SET next_attempt_at = $2 WHERE state = 'open' AND (doubt <> '' OR claimed_by NOT IN ('', $1))
		AND chat IN (SELECT id FROM chats WHERE platform = $3)`, run, toMillis(at), platform)
	if err != nil {
		return err
	}

	return t.run(`UPDATE messages SET edit_ends = $2 WHERE edit_by <> '' AND edit_by <> $1
		AND chat IN (SELECT id FROM chats WHERE platform = $3)`, run, toMillis(at), platform)
}

// Settled reports whether every article is matched, and every active chat was
// told what is due, also of outlets that joined its stories within the hour.
func (t *Tx) Settled() (settled bool, err error) {
	err = t.one(`SELECT NOT EXISTS (SELECT 1 FROM articles WHERE matched_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM alerts a JOIN chats c ON c.id = a.chat WHERE a.state = 'waiting' AND a.due_at <= $1 AND c.state = 'active')
		AND NOT EXISTS (SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat WHERE m.state = 'open' AND c.state = 'active')
		AND NOT EXISTS (SELECT 1 FROM stories s JOIN alerts a ON a.story = s.id JOIN messages m ON m.id = a.message JOIN chats ON chats.id = a.chat
			WHERE s.joined_at >= $3 AND m.done_at >= $2 AND `+outdated+")",
		[]any{toMillis(t.Now), toMillis(t.Now.Add(-EditFor)), toMillis(t.Now.Add(-time.Hour))}, &settled)

	return settled, err
}

// EditFor is how long after it was sent an alert is edited. Discord refuses many edits
// of messages older than an hour (error 30046); that ends them earlier.
const EditFor = 6 * time.Hour

// noMoreEdits is messages.shown_at of a message that is not edited again.
const noMoreEdits = int64(1) << 62

// GrownStory is a story that another outlet joined.
type GrownStory struct {
	ID     int64
	Joined time.Time // the latest time
}

// GrownStories lists the stories that another outlet joined since a moment, the
// latest first.
func (t *Tx) GrownStories(since time.Time) ([]GrownStory, error) {
	return readAll(t, "SELECT id, joined_at FROM stories WHERE joined_at >= $1 ORDER BY joined_at DESC, id DESC", []any{toMillis(since)}, func(scan scanFunc) (s GrownStory, err error) {
		var at int64

		err = scan(&s.ID, &at)
		s.Joined = fromMillis(at)

		return s, err
	})
}

// Edit is a sent alert that no longer shows everyone who tells its story, as it is to
// read now. Its Message holds one alert.
type Edit struct {
	Outgoing
	Ref    string    // the platform's reference of the message
	Joined time.Time // the story's latest joining that Alerts show
	Edited time.Time // the last edit, or when it was sent
}

// outdated finds sent alerts (a, of a story s in a message m and a chat) that do not
// show the latest outlet. A chat that is asleep or has muted the story keeps
// what it has.
const outdated = `a.state = 'sent' AND a.edition = 0 AND m.kind = 'alert' AND m.state = 'sent' AND m.ref <> '' AND chats.state <> 'asleep'
	AND coalesce(m.shown_at + 1, m.first_attempt_at, m.created_at) <= s.joined_at
	AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.chat = a.chat AND u.kind = 'story'
		AND u.value = CAST(coalesce((SELECT f.story FROM articles f WHERE f.id = s.id), s.id) AS TEXT) AND (u.until IS NULL OR u.until > $1))`

// Edits lists alerts of a story on a platform, in messages sent since a moment, that do
// not show the newest outlet yet: at most limit, of chats above after, ascending by chat.
func (t *Tx) Edits(platform string, story int64, sentSince time.Time, after int64, limit int) ([]Edit, error) {
	var (
		edits  []Edit
		alerts []int64
	)

	err := t.rows("SELECT "+chatColumns+editColumns+`
		FROM stories s JOIN alerts a ON a.story = s.id JOIN messages m ON m.id = a.message JOIN chats ON chats.id = a.chat
		WHERE s.id = $2 AND m.done_at >= $3 AND a.chat > $4 AND chats.platform = $6 AND `+outdated+" ORDER BY a.chat LIMIT $5",
		[]any{toMillis(t.Now), story, toMillis(sentSince), after, limit, platform}, scanEdit(&edits, &alerts))
	if err != nil || len(edits) == 0 {
		return nil, err
	}

	if err := t.fillEdits(edits, alerts); err != nil {
		return nil, err
	}

	return edits, t.addTellings(edits)
}

// LastBegun returns when the latest message about a story was begun on a platform of which it is not known
// yet whether it arrived, zero if there is none. When it is known, Edits lists it.
func (t *Tx) LastBegun(platform string, story int64) (time.Time, error) {
	var at int64

	err := t.one(`SELECT coalesce(max(coalesce(m.first_attempt_at, m.created_at)), 0)
		FROM alerts a JOIN messages m ON m.id = a.message JOIN chats ON chats.id = a.chat
		WHERE a.story = $1 AND a.edition = 0 AND m.kind = 'alert' AND m.state = 'open' AND chats.platform = $2`, []any{story, platform}, &at)
	if err != nil || at == 0 {
		return time.Time{}, err
	}

	return fromMillis(at), nil
}

// editColumns are those of an Edit behind its chat's: of a story s, an alert a and a message m.
const editColumns = `, a.id, m.id, m.ref, m.form, m.translation, coalesce(s.joined_at, 0), coalesce(m.edited_at, m.first_attempt_at, m.created_at)`

// scanEdit reads rows of chatColumns and editColumns.
func scanEdit(edits *[]Edit, alerts *[]int64) func(scan scanFunc) error {
	return func(scan scanFunc) error {
		var (
			e                     Edit
			alert, joined, edited int64
			translation           string
		)

		chat, err := scanChat(scan, &alert, &e.ID, &e.Ref, &e.Form, &translation, &joined, &edited)
		e.Chat, e.Joined, e.Edited = chat, fromMillis(joined), fromMillis(edited)

		if err == nil && translation != "" {
			e.Translation = &Translation{}
			err = json.Unmarshal([]byte(translation), e.Translation)
		}

		*edits, *alerts = append(*edits, e), append(*alerts, alert)

		return err
	}
}

// fillEdits reads the alert of each edit.
func (t *Tx) fillEdits(edits []Edit, alerts []int64) error {
	text, args := inList(alerts)

	found, err := t.alertsWhere("a.id IN "+text+" ORDER BY a.chat", args...)
	if err != nil {
		return fmt.Errorf("read the alerts to edit: %w", err)
	}

	byID := make(map[int64]*Alert, len(found))
	for _, a := range found {
		byID[a.ID] = a
	}

	for i, id := range alerts {
		edits[i].Alerts = []*Alert{byID[id]}
	}

	return nil
}

// mostTellings bounds how many articles of a story are read to choose whose words an alert shows; more
// of them hardly change which one is most like the others.
const mostTellings = 12

// addTellings adds to the alerts of messages that are edited whose words they may show.
func (t *Tx) addTellings(edits []Edit) error {
	var (
		chats, ids []int64
		known      = map[int64]*Article{}
	)

	for i := range edits {
		if e := &edits[i]; e.mayShowOthers() {
			chats = append(chats, e.Chat.ID)
			for _, also := range e.Alerts[0].Also[:min(len(e.Alerts[0].Also), mostTellings)] {
				if _, is := known[also.article]; !is {
					known[also.article] = nil
					ids = append(ids, also.article)
				}
			}
		}
	}

	mutes, err := t.mutesOf(chats)
	if err != nil {
		return err
	}

	for part := range slices.Chunk(ids, mostSlots) {
		text, args := inList(part)

		found, err := t.articlesWhere("a.id IN "+text, args...)
		if err != nil {
			return fmt.Errorf("read who tells a story: %w", err)
		}

		for _, a := range found {
			known[a.ID] = a
		}
	}

	for i := range edits {
		if e := &edits[i]; e.mayShowOthers() {
			e.Alerts[0].findTellings(known, mutes[e.Chat.ID])
		}
	}

	return nil
}

// mayShowOthers reports whether an edited alert may have the words of another article than its own:
// not in place of a translation, nor if it shows none.
func (e *Edit) mayShowOthers() bool {
	a := e.Alerts[0]
	return a != nil && a.Article != nil && e.Translation == nil && e.Chat.Style == StyleFull && len(a.Also) > 1
}

// findTellings chooses, of the articles known, those in the alert's language of outlets that are
// not muted.
func (a *Alert) findTellings(known map[int64]*Article, mutes []*Mute) {
	a.Tellings = []*Article{a.Article}

	for _, also := range a.Also[:min(len(a.Also), mostTellings)] {
		other := known[also.article]
		if other == nil || news.BaseLanguage(other.News.Language) != news.BaseLanguage(a.Article.News.Language) {
			continue
		}

		if !mutesOutlet(mutes, other.News.Outlet) {
			a.Tellings = append(a.Tellings, other)
		}
	}
}

// Untranslated lists sent alerts of chats that want them translated, sent since a moment and
// not tried yet: at most limit, the oldest first.
func (t *Tx) Untranslated(sentSince time.Time, limit int) ([]Edit, error) {
	return t.editsWhere(`chats.translate = 1 AND chats.state <> 'asleep' AND m.kind = 'alert' AND m.state = 'sent' AND m.ref <> ''
		AND m.translated_at IS NULL AND m.done_at >= $1 AND a.state = 'sent' ORDER BY m.id LIMIT $2`, toMillis(sentSince), limit)
}

// Translated lists messages of a platform that do not show their translation yet: at most
// limit, above after, ascending.
func (t *Tx) Translated(platform string, after int64, limit int) ([]Edit, error) {
	return t.editsWhere("m.translating = 1 AND m.id > $2 AND chats.platform = $1 AND chats.state <> 'asleep' ORDER BY m.id LIMIT $3", platform, after, limit)
}

func (t *Tx) editsWhere(where string, args ...any) ([]Edit, error) {
	var (
		edits  []Edit
		alerts []int64
	)

	err := t.rows("SELECT "+chatColumns+editColumns+` FROM messages m JOIN chats ON chats.id = m.chat JOIN alerts a ON a.message = m.id
		JOIN stories s ON s.id = a.story WHERE `+where, args, scanEdit(&edits, &alerts))
	if err != nil || len(edits) == 0 {
		return nil, err
	}

	return edits, t.fillEdits(edits, alerts)
}

// SaveTranslation keeps what became of translating a message, nil: nothing. With something,
// the message is to be edited.
func (t *Tx) SaveTranslation(message int64, made *Translation) error {
	text := ""

	if made != nil {
		raw, err := json.Marshal(made)
		if err != nil {
			return err
		}

		text = string(raw)

		t.raise(OutletsJoined)
	}

	return t.run("UPDATE messages SET translation = $2, translated_at = $3, translating = $4 WHERE id = $1", message, text, toMillis(t.Now), made != nil)
}

// ClaimEdit notes that a run of the program is about to edit a message, until ends at the latest. No other
// run edits it until then, so that an older state never arrives after a newer one. If another run has
// claimed the message, taken is false and until is when its claim ends, zero for a message that is
// gone.
func (t *Tx) ClaimEdit(message int64, run string, ends time.Time) (taken bool, until time.Time, err error) {
	n, err := t.exec("UPDATE messages SET edit_by = $2, edit_ends = $3 WHERE id = $1 AND (edit_by = '' OR edit_by = $2 OR edit_ends <= $4)",
		message, run, toMillis(ends), toMillis(t.Now))
	if err != nil || n > 0 {
		return n > 0, time.Time{}, err
	}

	var at sql.NullInt64

	err = t.oneOrNone("SELECT edit_ends FROM messages WHERE id = $1", []any{message}, &at)

	return false, fromNull(at), err
}

// Edited notes that a message shows its story as of a joining.
func (t *Tx) Edited(message int64, joined time.Time) error {
	return t.run("UPDATE messages SET shown_at = $2, edited_at = $3, translating = 0, edit_by = '', edit_ends = NULL WHERE id = $1", message, toMillis(joined), toMillis(t.Now))
}

// EndEdits notes that a message is not to be edited again: it is gone, too old, or the
// platform cannot.
func (t *Tx) EndEdits(message int64) error {
	return t.run("UPDATE messages SET shown_at = $2, translating = 0, edit_by = '', edit_ends = NULL WHERE id = $1", message, noMoreEdits)
}

// Thread is a sent message below which a thread is to open.
type Thread struct {
	Message  int64
	Chat     *Chat
	Ref      string // the platform's reference of the message
	Title    string // of its story
	Attempts int    // so far
}

// threadLife is how long after its message a thread is opened at the latest: nobody talks
// below what is days old.
const threadLife = 24 * time.Hour

// wantMore notes in a table which of some messages, which are being settled as sent, are to have a thread
// or to be published.
func (t *Tx) wantMore(table string, signal Signal, sent []Outcome, wants func(*Outcome) bool) error {
	for i := range sent {
		if !wants(&sent[i]) {
			continue
		}

		_, err := t.exec("INSERT INTO "+table+" (message, due_at) VALUES ($1, $2) ON CONFLICT (message) DO NOTHING", sent[i].Message, toMillis(t.Now))
		if err != nil {
			return fmt.Errorf("note what a message is to have: %w", err)
		}

		t.raise(signal)
	}

	return nil
}

// DueThreads lists the messages of a platform below which a thread is to open by now, and
// returns when the next one is due, zero for none.
func (t *Tx) DueThreads(platform string, limit int) (due []Thread, next time.Time, err error) {
	var at sql.NullInt64

	err = t.one("SELECT min(d.due_at) FROM threads d JOIN messages m ON m.id = d.message JOIN chats ON chats.id = m.chat WHERE chats.platform = $1 AND d.due_at > $2",
		[]any{platform, toMillis(t.Now)}, &at)
	if err != nil {
		return nil, next, fmt.Errorf("read when a thread is to open: %w", err)
	}

	err = t.rowsOfTexts("SELECT "+textColumns+", "+chatColumns+`, d.message, d.attempts, m.ref
		FROM threads d JOIN messages m ON m.id = d.message JOIN chats ON chats.id = m.chat
		LEFT JOIN articles a ON a.id = (SELECT n.id FROM alerts l JOIN articles n ON n.id = l.article WHERE l.message = m.id ORDER BY l.id LIMIT 1)
		WHERE chats.platform = $1 AND d.due_at <= $2 AND m.state = 'sent' AND m.ref <> '' ORDER BY d.due_at, d.message LIMIT $3`,
		[]any{platform, toMillis(t.Now), limit}, func(scan textScan) (err error) {
			var th Thread

			th.Chat, err = scanChat(func(into ...any) error {
				x, err := scan(into...)
				th.Title = x.title

				return err
			}, &th.Message, &th.Attempts, &th.Ref)
			due = append(due, th)

			return err
		})
	if err != nil {
		return nil, next, fmt.Errorf("read which threads are to open: %w", err)
	}

	return due, fromNull(at), nil
}

// PutOffThread has a thread be tried again at a time; one that is tried for too long is given up.
func (t *Tx) PutOffThread(message int64, at time.Time) error {
	_, err := t.exec("UPDATE threads SET due_at = $2, attempts = attempts + 1 WHERE message = $1", message, toMillis(at))
	if err == nil {
		_, err = t.exec("DELETE FROM threads WHERE message = $1 AND message IN (SELECT id FROM messages WHERE done_at < $2)", message, toMillis(t.Now.Add(-threadLife)))
	}

	return err
}

// EndThread notes that a thread is open, or won't be.
func (t *Tx) EndThread(message int64, open bool) error {
	_, err := t.exec("DELETE FROM threads WHERE message = $1", message)
	if err == nil && open {
		_, err = t.exec("UPDATE messages SET threaded = 1 WHERE id = $1", message)
	}

	return err
}

// Crosspost is a sent message that is to be published to those who follow its channel.
type Crosspost struct {
	Message  int64
	Chat     *Chat
	Ref      string // the platform's reference of the message
	Attempts int    // so far
	// Lately is how many messages of the channel were published within an hour, and First
	// when the first of them was; zero for none.
	Lately int
	First  time.Time
}

const (
	// crosspostLife is how long after it was sent a message is published at the latest: by
	// then it is news no more.
	crosspostLife = 24 * time.Hour
	crosspostSpan = time.Hour
)

// DueCrossposts lists the messages of a platform that are to be published by now, the oldest
// first, and returns when the next one is due, zero for none.
func (t *Tx) DueCrossposts(platform string, limit int) (due []Crosspost, next time.Time, err error) {
	var at sql.NullInt64

	err = t.one(`SELECT min(d.due_at) FROM crossposts d JOIN messages m ON m.id = d.message JOIN chats ON chats.id = m.chat
		WHERE chats.platform = $1 AND d.due_at > $2 AND d.done_at IS NULL`, []any{platform, toMillis(t.Now)}, &at)
	if err != nil {
		return nil, next, fmt.Errorf("read when a message is to be published: %w", err)
	}

	const lately = "FROM crossposts x JOIN messages y ON y.id = x.message WHERE y.chat = chats.id AND x.done_at > $4"

	due, err = readAll(t, "SELECT "+chatColumns+", d.message, d.attempts, m.ref, (SELECT count(*) "+lately+"), (SELECT min(x.done_at) "+lately+`)
		FROM crossposts d JOIN messages m ON m.id = d.message JOIN chats ON chats.id = m.chat
		WHERE chats.platform = $1 AND d.due_at <= $2 AND d.done_at IS NULL AND m.state = 'sent' AND m.ref <> '' ORDER BY d.message LIMIT $3`,
		[]any{platform, toMillis(t.Now), limit, toMillis(t.Now.Add(-crosspostSpan))}, func(scan scanFunc) (c Crosspost, err error) {
			var first sql.NullInt64

			c.Chat, err = scanChat(scan, &c.Message, &c.Attempts, &c.Ref, &c.Lately, &first)
			c.First = fromNull(first)

			return c, err
		})
	if err != nil {
		return nil, next, fmt.Errorf("read which messages are to be published: %w", err)
	}

	return due, fromNull(at), nil
}

// PutOffCrosspost has a message be published at a time; one that waits for too long is given
// up. failed counts as an attempt.
func (t *Tx) PutOffCrosspost(message int64, at time.Time, failed bool) error {
	_, err := t.exec("UPDATE crossposts SET due_at = $2, attempts = attempts + $3 WHERE message = $1", message, toMillis(at), failed)
	if err == nil {
		_, err = t.exec("DELETE FROM crossposts WHERE message = $1 AND message IN (SELECT id FROM messages WHERE done_at < $2)", message, toMillis(t.Now.Add(-crosspostLife)))
	}

	return err
}

// EndCrosspost notes that a message is published, or won't be.
func (t *Tx) EndCrosspost(message int64, published bool) error {
	if !published {
		return t.run("DELETE FROM crossposts WHERE message = $1", message)
	}

	_, err := t.exec("UPDATE crossposts SET done_at = $2 WHERE message = $1", message, toMillis(t.Now))
	if err == nil {
		_, err = t.exec("DELETE FROM crossposts WHERE done_at <= $1", toMillis(t.Now.Add(-crosspostSpan)))
	}

	return err
}
