package store

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"newsbell/subscriptions"
)

// Alert is an alert with what is needed to show it.
type Alert struct {
	ID        int64
	Story     int64
	Chat      int64
	Bundle    string
	DueAt     time.Time
	State     string
	Reason    string
	Rule      string // see subscriptions.Timing
	Awaits    int    // see subscriptions.Timing
	Article   *Article
	Hits      []AlertHit        // the subscriptions that it matches, ascending by number
	Also      []Also            // other outlets that tell the story, oldest first, as far as the chat gets them
	Followed  bool              // of a development: the chat follows the story still
	Muted     *Mute             // of a waiting alert: what mutes it
	Reactions map[Reaction]bool // of [Tx.LatestAlerts] and [Tx.Unwanted]
	Edition   int64             // of a development: the article that tells it; 0: the story's first alert
	Details   []string          // of a development: what is new
	Threaded  bool              // a thread is open below that message
	First     string            // of a development: the platform's reference of the message that told the story, "" none
	Corrected Correction        // the headline was changed since the alert was sent; zero: it was not
	Tellings  []*Article        // of [Tx.Edits]: the article and those of other outlets whose words the alert may show, oldest first; nil: only its own
	Related   string            // title of the article that it may tell the same as; "" when there is no doubt
	article   int64
	doneAt    int64 // 0: it waits
	message   int64 // 0: none yet
}

// Also is another outlet's telling of a story: its first article about it.
type Also struct {
	Outlet, URL       string
	Language, Country string
	Words             int // length of its text in characters
	At                time.Time
	article           int64
}

// AlertHit is a subscription that an alert matches.
type AlertHit struct {
	Subscription int64
	Number       int
	Query        string
	Ping         string // see RolesOf
	Label        string // as of [Subscription]
	Matched      []string
	Thread       bool // a thread is to open below the alert
	Live         bool
	Only         string  // what a language model judges by; "": nothing
	Verdict      Verdict // on the alert's article, where Only is
}

// Applies reports whether the alert is sent for the subscription: it was not removed since, and no
// language model judged against it.
func (h AlertHit) Applies() bool { return h.Live && h.Verdict != Differs }

// FirstHit is the first subscription for which an alert comes, nil if there is none: in a
// digest the alert stands below that one, and in a chat with topics in its topic.
func (a *Alert) FirstHit() *AlertHit {
	for i := range a.Hits {
		if a.Hits[i].Applies() {
			return &a.Hits[i]
		}
	}

	return nil
}

// dead returns why an alert must not be sent any more, "" if it may.
func (a *Alert) dead() string {
	switch {
	case a.Article == nil:
		return DroppedGone
	case a.Muted != nil:
		return DroppedMuted
	case a.Edition != 0 && !a.Followed:
		return DroppedUnfollowed
	case a.Edition != 0:
		return ""
	case a.Bundle == BundleFew: // its story is closed
		return DroppedFew
	case a.Bundle == BundleSpike: // its hour is over
		return DroppedCalm
	}

	reason := DroppedUnsubscribed

	for _, h := range a.Hits {
		if h.Applies() {
			return ""
		}

		if h.Live {
			reason = DroppedJudged
		}
	}

	return reason
}

// splitDead separates the alerts that may be sent from those that must not any more.
func splitDead(alerts []*Alert) (live, dead []*Alert) {
	for _, a := range alerts {
		if a.dead() == "" {
			live = append(live, a)
		} else {
			dead = append(dead, a)
		}
	}

	return live, dead
}

// AlertByID finds an alert by its row.
func (t *Tx) AlertByID(id int64) (*Alert, error) { return t.alertWhere("a.id = $1", id) }

// NextDue returns when the next alert falls due that is not due yet, zero if there
// is none.
func (t *Tx) NextDue() (time.Time, error) {
	var next sql.NullInt64

	err := t.one("SELECT min(due_at) FROM alerts WHERE state = 'waiting' AND message IS NULL AND due_at > $1", []any{toMillis(t.Now)}, &next)

	return fromNull(next), err
}

// AlertsIn lists the alerts of a message, by the platform's reference.
func (t *Tx) AlertsIn(chat int64, ref string) ([]*Alert, error) {
	return t.alertsWhere("a.message IN (SELECT id FROM messages WHERE chat = $1 AND ref = $2 AND ref <> '') ORDER BY a.due_at, a.id", chat, ref)
}

// Folded lists the alerts that a digest only counts, oldest first, and how many they
// are in all. The message has to be one of the chat's.
func (t *Tx) Folded(chat, message int64, offset, limit int) (page []*Alert, total int, err error) {
	const folded = "a.message = $1 AND a.chat = $2 AND a.state = 'folded'"

	err = t.one("SELECT count(*) FROM alerts a WHERE "+folded, []any{message, chat}, &total)
	if err != nil {
		return nil, 0, err
	}

	page, err = t.alertsWhere(folded+" ORDER BY a.due_at, a.id LIMIT $3 OFFSET $4", message, chat, limit, offset)

	return page, total, err
}

// WaitingAlerts lists what a chat is still to get, the earliest first.
func (t *Tx) WaitingAlerts(chat int64, limit int) ([]*Alert, error) {
	return t.alertsWhere("a.chat = $1 AND a.state = 'waiting' ORDER BY a.due_at, a.id LIMIT $2", chat, limit)
}

// AlertsBefore lists a chat's alerts, whatever became of them, the newest first; before is
// the row of the last one seen, 0 none.
func (t *Tx) AlertsBefore(chat, before int64, limit int) ([]*Alert, error) {
	if before == 0 {
		before = math.MaxInt64
	}

	return t.alertsWhere("a.chat = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3", chat, before, limit)
}

// SentAlerts lists the alerts that a chat was sent last, the newest first.
func (t *Tx) SentAlerts(chat int64, limit int) ([]*Alert, error) {
	return t.alertsWhere("a.chat = $1 AND a.state = 'sent' ORDER BY a.id DESC LIMIT $2", chat, limit)
}

// AlertOf finds a chat's alert of a story, or returns ErrNotFound.
func (t *Tx) AlertOf(chat, story int64) (*Alert, error) {
	return t.alertWhere("a.story = $2 AND a.chat = $1 AND a.edition = 0", chat, story)
}

// LastAlert finds the newest alert that was sent to a chat, or returns ErrNotFound.
func (t *Tx) LastAlert(chat int64) (*Alert, error) {
	return t.alertWhere(`a.message = (SELECT m.id FROM messages m WHERE m.chat = $1 AND m.state = 'sent' AND m.kind IN ('alert', 'digest') ORDER BY m.id DESC LIMIT 1)
		AND a.state = 'sent' ORDER BY a.id DESC LIMIT 1`, chat)
}

// LastFor finds the newest alert of a chat that matches a subscription, whatever
// became of it, among its latest ten thousand.
func (t *Tx) LastFor(chat, subscription int64) (*Alert, error) {
	var id int64

	err := t.one(`SELECT id FROM (SELECT id, story FROM alerts WHERE chat = $1 AND edition = 0 ORDER BY id DESC LIMIT 10000) latest
		WHERE EXISTS (SELECT 1 FROM alert_matches m WHERE m.story = latest.story AND m.chat = $1 AND m.subscription = $2)
		ORDER BY id DESC LIMIT 1`, []any{chat, subscription}, &id)
	if err != nil {
		return nil, err
	}

	return t.AlertByID(id)
}

// Delay is how long alerts took that were sent at once: from the first sight of the
// article to the platform's answer.
type Delay struct {
	Alerts        int           // the newest ones, this many
	Sum           time.Duration // of all of them
	P50, P95, P99 time.Duration
}

// sampled is how many of the newest messages Delays reads, and sampledFrom among how many of the newest rows
// it looks for them: it is called several times a minute.
const (
	sampled     = 500
	sampledFrom = 10 * sampled
)

// Delays measures the newest alerts that were sent alone since a moment, or ever for the zero time.
func (t *Tx) Delays(since time.Time) (d Delay, err error) {
	all, err := readColumn[int64](t, `SELECT a.done_at - r.seen_at FROM (SELECT id FROM messages
			WHERE id > (SELECT max(id) FROM messages) - $3 AND done_at >= $2 ORDER BY id DESC LIMIT $1) newest
		CROSS JOIN alerts a CROSS JOIN articles r
		WHERE a.message = newest.id AND r.id = a.article AND a.state = 'sent' AND a.bundle = '' AND a.done_at >= r.seen_at`, sampled, toMillis(since), sampledFrom)
	if err != nil || len(all) == 0 {
		return d, err
	}

	slices.Sort(all)

	at := func(percent int) time.Duration {
		return time.Duration(all[(len(all)-1)*percent/100]) * time.Millisecond
	}

	d = Delay{Alerts: len(all), P50: at(50), P95: at(95), P99: at(99)}
	for _, ms := range all {
		d.Sum += time.Duration(ms) * time.Millisecond
	}

	return d, nil
}

// Lag is how far the loops behind the poll loop are behind; zero: they keep up.
type Lag struct {
	Matching   time.Duration            // since the article that waits longest came in
	Delivering map[string]time.Duration // by platform: since what is due longest, and may be sent, was due
}

// Lag measures how far the loops are behind. What waits for a chat's quiet hours, for a chat that is
// paused or for the next attempt of a message is not late.
func (t *Tx) Lag() (Lag, error) {
	l := Lag{Delivering: map[string]time.Duration{}}

	var seen int64

	switch err := t.one("SELECT seen_at FROM articles WHERE matched_at IS NULL ORDER BY id LIMIT 1", nil, &seen); {
	case err == nil:
		l.Matching = max(t.Now.Sub(fromMillis(seen)), 0)
	case !errors.Is(err, ErrNotFound):
		return l, err
	}

	due, err := readMap[string, int64](t, `SELECT c.platform, min(due.at) FROM chats c JOIN (
			SELECT chat, next_attempt_at AS at FROM messages WHERE state = 'open' AND next_attempt_at <= $1
			UNION ALL SELECT a.chat, min(a.due_at) FROM alerts a WHERE a.state = 'waiting' AND a.message IS NULL AND a.due_at <= $1
				AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat = a.chat AND m.state = 'open') GROUP BY a.chat
		) due ON due.chat = c.id WHERE c.state = 'active' GROUP BY c.platform`, toMillis(t.Now))
	for platform, at := range due {
		l.Delivering[platform] = t.Now.Sub(fromMillis(at))
	}

	return l, err
}

// alertWhere finds one alert, or returns ErrNotFound.
func (t *Tx) alertWhere(where string, args ...any) (*Alert, error) {
	return firstOf(t.alertsWhere(where, args...))
}

// alertsWhere reads alerts with their articles and matches. An article that is
// gone is nil.
func (t *Tx) alertsWhere(where string, args ...any) ([]*Alert, error) {
	found, err := t.bareAlerts(where, args...)
	if err == nil {
		err = t.loadContext(found)
	}

	return found, err
}

// bareAlerts reads alerts without what loadContext adds.
func (t *Tx) bareAlerts(where string, args ...any) ([]*Alert, error) {
	return readAll(t, "SELECT a.id, a.story, a.chat, a.bundle, a.due_at, a.state, a.reason, a.rule, a.awaits, a.article, coalesce(a.message, 0), a.edition, coalesce(a.done_at, 0) FROM alerts a WHERE "+where, args,
		func(scan scanFunc) (*Alert, error) {
			var (
				a   Alert
				due int64
			)

			err := scan(&a.ID, &a.Story, &a.Chat, &a.Bundle, &due, &a.State, &a.Reason, &a.Rule, &a.Awaits, &a.article, &a.message, &a.Edition, &a.doneAt)
			a.DueAt = fromMillis(due)

			return &a, err
		})
}

// loadContext adds to alerts their articles, outlets and matches.
func (t *Tx) loadContext(alerts []*Alert) error {
	var articles []int64
	for _, a := range alerts {
		articles = append(articles, a.article)
	}

	shared, err := t.sharedContexts(articles)
	if err != nil {
		return err
	}

	for _, a := range alerts {
		context := shared[a.article]
		if a.Article = context.article; a.Article == nil {
			continue
		}

		if c := context.corrected; a.State == "sent" && toMillis(c.At) > a.doneAt {
			a.Corrected = c
		}

		if context.forAll {
			a.Also, a.Related = context.also, context.related
		} else if a.Also, err = t.Outlets(a.Article.Story, a.Chat, a.Article.News.Outlet); err != nil {
			return fmt.Errorf("read alert %d: %w", a.ID, err)
		}
	}

	if err := t.findFollowed(alerts); err != nil {
		return err
	}

	for part := range slices.Chunk(alerts, mostSlots) {
		if err := t.addHits(part); err != nil {
			return fmt.Errorf("read the matches of alerts: %w", err)
		}
	}

	if err := t.findMutes(alerts); err != nil {
		return fmt.Errorf("read what is muted: %w", err)
	}

	return nil
}

// addHits adds to alerts which subscriptions they match.
func (t *Tx) addHits(alerts []*Alert) error {
	type key struct{ story, chat int64 }

	of := make(map[key]*Alert, len(alerts))

	args := make([]any, 0, 2*slotCount(len(alerts)))
	for _, a := range alerts {
		if a.Edition != 0 {
			continue // it matches nothing
		}

		of[key{a.Story, a.Chat}] = a
		args = append(args, a.Story, a.Chat)
	}

	for len(args) < cap(args) {
		args = append(args, int64(0))
	}
	// CROSS JOIN: SQLite then takes the tables in this order.
	return t.rows("WITH want (story, chat) AS (VALUES "+typedTuples(len(args)/2, "BIGINT", "BIGINT")+`)
		SELECT m.story, m.chat, s.id, s.number, s.query, s.ping, s.delivery, m.matched, s.removed_at IS NULL, s.only_about, m.verdict, s.label
		FROM want CROSS JOIN alert_matches m CROSS JOIN subscriptions s
		WHERE m.story = want.story AND m.chat = want.chat AND s.id = m.subscription ORDER BY s.number`, args, func(scan scanFunc) error {
		var (
			k                 key
			h                 AlertHit
			delivery, matched string
		)

		err := scan(&k.story, &k.chat, &h.Subscription, &h.Number, &h.Query, &h.Ping, &delivery, &matched, &h.Live, &h.Only, &h.Verdict, &h.Label)
		if h.Thread = subscriptions.WantsThread(delivery); matched != "" {
			h.Matched = strings.Split(matched, "\n")
		}

		a := of[k]
		a.Hits = append(a.Hits, h)

		return err
	})
}

// sharedContext is the part of an alert that is identical for every chat.
type sharedContext struct {
	article   *Article   // nil: it is gone
	also      []Also     // other outlets of the story
	forAll    bool       // every chat gets all sources that tell the story
	related   string     // see Alert.Related
	corrected Correction // the latest; zero: none
}

// sharedContexts reads articles with their context once for all the claims that are
// committed together: a story is for many chats.
func (t *Tx) sharedContexts(articles []int64) (map[int64]sharedContext, error) {
	known := t.session.shared
	if known == nil {
		known = map[int64]sharedContext{}
	}

	var missing []int64

	for _, id := range articles {
		if _, ok := known[id]; !ok {
			known[id] = sharedContext{} // until it is found
			missing = append(missing, id)
		}
	}

	for part := range slices.Chunk(missing, mostSlots) {
		if err := t.readShared(part, known); err != nil {
			for _, id := range missing {
				delete(known, id)
			}

			return nil, fmt.Errorf("read the articles of alerts: %w", err)
		}
	}

	return known, nil
}

// readShared adds the context of articles to known.
func (t *Tx) readShared(articles []int64, known map[int64]sharedContext) error {
	text, args := inList(articles)

	found, err := t.articlesWhere("a.id IN "+text, args...)
	if err != nil || len(found) == 0 {
		return err
	}

	stories := make([]int64, len(found))
	for i, a := range found {
		stories[i] = a.Story
	}

	private, err := t.privateStories(stories)
	if err != nil {
		return err
	}

	outlets, err := t.outletsOf(stories)
	if err != nil {
		return err
	}

	related, err := t.relatedTitles(articles)
	if err != nil {
		return err
	}

	corrected, err := t.correctionsOf(articles)
	if err != nil {
		return err
	}

	for _, a := range found {
		shared := sharedContext{article: a, forAll: !private[a.Story], related: related[a.ID], corrected: corrected[a.ID]}
		for _, also := range outlets[a.Story] {
			if also.Outlet != a.News.Outlet {
				shared.also = append(shared.also, also)
			}
		}

		known[a.ID] = shared
	}

	return nil
}

// privateStories returns which of some stories are told in a source that not every chat reads.
func (t *Tx) privateStories(stories []int64) (map[int64]bool, error) {
	text, args := inList(stories)

	return readSet[int64](t, "SELECT DISTINCT a.story"+fromArticles+"WHERE a.story IN "+text+" AND o.origin <> 'config'", args...)
}

// outletsOf returns who tells stories, in the order in which they did.
func (t *Tx) outletsOf(stories []int64) (map[int64][]Also, error) {
	text, args := inList(stories)
	outlets := map[int64][]Also{}

	err := t.rowsOfTexts("SELECT "+alsoColumns+", a.story FROM articles a WHERE a.id IN (SELECT min(id) FROM articles WHERE story IN "+text+" AND outlet <> '' GROUP BY story, outlet) ORDER BY a.id", args,
		func(scan textScan) error {
			var story int64

			also, err := scanAlso(scan, &story)
			outlets[story] = append(outlets[story], also)

			return err
		})

	return outlets, err
}

// Reaction is what a chat thinks of an alert.
type Reaction string

// The reactions. That its story is followed counts as opened.
const (
	Less   Reaction = "less"
	More   Reaction = "more"
	Opened Reaction = "opened"
)

// React keeps a reaction to an alert. Less takes the place of more, and the other way round.
func (t *Tx) React(alert int64, r Reaction) error {
	opposite := map[Reaction]Reaction{Less: More, More: Less}[r]
	if err := t.Unreact(alert, opposite); err != nil {
		return err
	}

	return t.run("INSERT INTO reactions (alert, kind, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", alert, string(r), toMillis(t.Now))
}

// Unreact takes a reaction back; that there was none is no error.
func (t *Tx) Unreact(alert int64, r Reaction) error {
	return t.run("DELETE FROM reactions WHERE alert = $1 AND kind = $2", alert, string(r))
}

// latestReactions is among how many of a chat's newest alerts reactions are looked for.
const latestReactions = 1000

// Unwanted lists the alerts of which a chat wants less, the newest first.
func (t *Tx) Unwanted(chat int64) ([]*Alert, error) {
	return t.withReactions(t.alertsWhere(`a.id IN (SELECT id FROM alerts WHERE chat = $1 ORDER BY id DESC LIMIT $2)
		AND EXISTS (SELECT 1 FROM reactions r WHERE r.alert = a.id AND r.kind = $3) ORDER BY a.id DESC`, chat, latestReactions, string(Less)))
}

// LatestAlerts lists the newest alerts that a chat got, but no developments.
func (t *Tx) LatestAlerts(chat int64, limit int) ([]*Alert, error) {
	return t.withReactions(t.alertsWhere("a.chat = $1 AND a.state IN ('sent', 'folded') AND a.edition = 0 ORDER BY a.id DESC LIMIT $2", chat, limit))
}

// withReactions adds to alerts what their chat thinks of them.
func (t *Tx) withReactions(alerts []*Alert, err error) ([]*Alert, error) {
	if err != nil {
		return nil, err
	}

	byID, ids := map[int64]*Alert{}, make([]int64, 0, len(alerts))

	for _, a := range alerts {
		a.Reactions = map[Reaction]bool{}
		byID[a.ID], ids = a, append(ids, a.ID)
	}

	for part := range slices.Chunk(ids, mostSlots) {
		text, args := inList(part)

		err := eachPair(t, `SELECT alert, kind FROM reactions WHERE alert IN `+text+` UNION ALL
			SELECT a.id, 'opened' FROM alerts a JOIN story_followers f ON f.chat = a.chat AND f.story = a.story WHERE a.id IN `+text,
			append(args, args...), func(id int64, kind Reaction) {
				if a := byID[id]; a != nil {
					a.Reactions[kind] = true
				}
			})
		if err != nil {
			return nil, fmt.Errorf("read reactions: %w", err)
		}
	}

	return alerts, nil
}

// DeclineRule notes that a chat declined to have a word or an outlet (in lower case) left out.
func (t *Tx) DeclineRule(chat int64, kind MuteKind, value string) error {
	return t.run("INSERT INTO declined (chat, kind, value, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", chat, string(kind), value, toMillis(t.Now))
}

// SettledRules returns the rules that are not to be proposed to a chat: those that it declined, and
// the outlets that it has muted.
func (t *Tx) SettledRules(chat int64) (map[MuteKind]map[string]bool, error) {
	settled := map[MuteKind]map[string]bool{MuteWord: {}, MuteOutlet: {}}

	return settled, eachPair(t, `SELECT kind, value FROM declined WHERE chat = $1 UNION ALL
		SELECT kind, value FROM mutes WHERE chat = $1 AND kind = 'outlet' AND until IS NULL`, []any{chat}, func(kind MuteKind, value string) {
		if settled[kind] != nil {
			settled[kind][value] = true
		}
	})
}

// Verdict is what a language model says of an article and what a subscription asks for with
// only: (alert_matches.verdict).
type Verdict string

// The verdicts.
const (
	Unasked  Verdict = ""         // the subscription asks for none
	ToJudge  Verdict = "open"     // it is to be judged
	Fits     Verdict = "fits"     // it is what the subscription asks for
	Differs  Verdict = "other"    // it is not
	Unjudged Verdict = "unjudged" // the model was away
)

// openVerdicts notes which matches of alerts are to be judged. What was judged for an earlier
// article of the story stays so.
func (t *Tx) openVerdicts(story int64, alerts []PendingAlert) error {
	for _, a := range alerts {
		for _, h := range a.Hits {
			if !h.Judge {
				continue
			}

			if _, err := t.exec("UPDATE alert_matches SET verdict = 'open' WHERE story = $1 AND chat = $2 AND subscription = $3 AND verdict = ''",
				story, a.Chat, h.Subscription); err != nil {
				return err
			}
		}
	}

	return nil
}

// Case is a match that a language model is to judge: once for a subscription's chat and the
// targets of that.
type Case struct {
	Alert, Story, Subscription int64

	Chat    int64     // whose subscription it is
	Only    string    // what the subscription asks for
	Article *Article  // nil: there is nothing to judge any more, the alert went out or ended
	Due     time.Time // when the alert comes unjudged
}

// OpenCases lists matches that are to be judged, those whose alert comes first before others.
// What waits for further outlets is judged once they tell its story. An alert that goes to a
// target of the chat, too, is a case of its own only where that of the chat is none.
func (t *Tx) OpenCases(limit int) ([]*Case, error) {
	var (
		all      []*Case
		articles []int64
	)

	err := t.rows(`SELECT a.id, a.story, s.chat, m.subscription, s.only_about, a.due_at, CASE WHEN a.state = 'waiting' AND a.message IS NULL THEN a.article ELSE 0 END
		FROM alert_matches m CROSS JOIN alerts a CROSS JOIN subscriptions s
		WHERE m.verdict = 'open' AND a.story = m.story AND a.chat = m.chat AND a.edition = 0 AND s.id = m.subscription AND NOT (a.state = 'waiting' AND a.bundle = 'few')
			AND (m.chat = s.chat OR NOT EXISTS (SELECT 1 FROM alert_matches own WHERE own.story = m.story AND own.chat = s.chat AND own.subscription = s.id AND own.verdict = 'open')) ORDER BY a.due_at, a.id LIMIT $1`, []any{limit},
		func(scan scanFunc) error {
			var (
				c            Case
				due, article int64
			)

			err := scan(&c.Alert, &c.Story, &c.Chat, &c.Subscription, &c.Only, &due, &article)
			c.Due = fromMillis(due)
			all, articles = append(all, &c), append(articles, article)

			return err
		})
	if err != nil || len(all) == 0 {
		return nil, err
	}

	text, args := inList(articles)

	found, err := t.articlesWhere("a.id IN "+text, args...)
	if err != nil {
		return nil, fmt.Errorf("read what is to be judged: %w", err)
	}

	byID := make(map[int64]*Article, len(found))
	for _, a := range found {
		byID[a.ID] = a
	}

	for i, id := range articles {
		all[i].Article = byID[id]
	}

	return all, nil
}

// Judge writes a verdict, for the chat of a case and its targets. A waiting alert then comes
// when what is left of its subscriptions says; of none it is dropped. One that went out
// meanwhile was not judged. A case without an article ends alone: its target may still wait.
func (t *Tx) Judge(c *Case, v Verdict, zone *time.Location, spared Spared) error {
	var waiting, gone []int64

	err := eachPair(t, `SELECT a.id, a.state = 'waiting' AND a.message IS NULL FROM alert_matches m JOIN alerts a ON a.story = m.story AND a.chat = m.chat AND a.edition = 0
		WHERE m.story = $1 AND m.subscription = $2 AND m.verdict = 'open' ORDER BY a.id`, []any{c.Story, c.Subscription},
		func(id int64, waits bool) {
			switch {
			case !waits:
				gone = append(gone, id)
			case c.Article != nil || id == c.Alert:
				waiting = append(waiting, id)
			}
		})
	if err != nil {
		return err
	}

	if err := t.writeVerdict(c, Unjudged, gone); err != nil {
		return err
	}

	if err := t.writeVerdict(c, v, waiting); err != nil {
		return err
	}

	all, err := t.waitingTimes(waiting)

	for i := 0; i < len(all) && err == nil; i++ {
		err = t.retimeJudged(all[i], zone, spared)
	}

	return err
}

// writeVerdict writes a verdict into the matches of some alerts with the subscription of a case.
func (t *Tx) writeVerdict(c *Case, v Verdict, alerts []int64) error {
	if len(alerts) == 0 {
		return nil
	}

	text, args := inList(alerts)

	return t.run("UPDATE alert_matches SET verdict = ? WHERE story = ? AND subscription = ? AND verdict = 'open' AND chat IN (SELECT chat FROM alerts WHERE id IN "+text+")",
		append([]any{string(v), c.Story, c.Subscription}, args...)...)
}

// retimeJudged has an alert come when what a judgement left of its subscriptions says.
func (t *Tx) retimeJudged(w *waitingTime, zone *time.Location, spared Spared) error {
	w.follows = slices.DeleteFunc(w.follows, func(f follow) bool { return f.verdict == Differs })

	if len(w.follows) == 0 {
		_, err := t.drop(DroppedJudged, "id = $3 AND message IS NULL", w.ID)
		return err
	}

	switch w.Bundle {
	case "", BundleDigest, BundleQuiet: // others come as they are
		return t.updateDue(w, zone, spared)
	default:
		return nil
	}
}
