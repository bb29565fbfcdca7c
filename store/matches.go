package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbell/news"
	"newsbell/store/engine"
	"newsbell/subscriptions"
)

// Match is what the matcher decided about one article.
type Match struct {
	Article int64
	At      time.Time // Article.At
	Story   int64
	Joined  []int64        // stories that turned out to be Story
	Doubt   *Doubt         // the article that it may tell the same as; nil when there is no doubt
	Alerts  []PendingAlert // one for each chat, ascending by chat

	Zone *time.Location // of chats that have set none; nil: UTC

	Developments []Development // what it tells that is new of followed stories

	// Outlets is how many outlets report the story, whoever may read them.
	Outlets int
	// Retime returns when alerts that waited for further outlets come now: a timing for each, the
	// zero one to leave it as it is. It is called within the transactions of SaveMatches. nil: none
	// is looked at.
	Retime func(t *Tx, waiting []*Awaiting) ([]subscriptions.Timing, error)
}

// Awaiting is an alert that waits for further outlets to tell its story.
type Awaiting struct {
	ID, Story, Chat, Article int64
	Subscriptions            []int64 // that it matches, ascending; those that were removed are left out

	timing subscriptions.Timing // as it waits
}

// PendingAlert is an alert of an article for a chat, not yet written.
type PendingAlert struct {
	Chat   int64
	Due    time.Time
	Bundle string // see alerts.bundle
	Awaits int    // at how many outlets it is to be looked at again, see subscriptions.Timing
	Rule   string // see subscriptions.Timing
	Hits   []Hit  // ascending by subscription
}

// Hit is a subscription that an article matches.
type Hit struct {
	Subscription int64
	Matched      []string
	Judge        bool // a language model is to judge it
}

// Why an alert belongs in a digest (alerts.bundle, messages.bundle).
const (
	BundleHeld     = "held"     // it came while the chat was paused
	BundleDowntime = "downtime" // it came while we were not running
	BundleBurst    = "burst"    // too many at once

	BundleQuiet  = string(subscriptions.HoldQuiet)  // it came in the chat's quiet hours
	BundleDigest = string(subscriptions.HoldDigest) // the subscription is delivered in digests
	BundleFew    = string(subscriptions.HoldFew)    // too few outlets tell its story; it never goes out as this
	BundleSpike  = string(subscriptions.HoldSpike)  // it waits for others like it; it never goes out as this
	BundleSpiked = "spiked"                         // it is one of a spike
)

// chunk is how many rows one transaction of a long write has at most: it ends when its time is
// over (engine.Pace), and when another write waits after the step that it is at. A step writes
// the rows of one statement, rowsPerInsert at most (measured in docs/scaling.md), or atOnce where
// each takes a statement of its own, and as many as its time allows.
const (
	chunk         = 1000
	atOnce        = 50
	rowsPerInsert = 200
)

// step is a part of a long write. take writes some rows, so many at most, from behind a place on, a
// chat or a number of rows; it begins behind 0. It is taken again, perhaps in another transaction, as
// long as it says that there is more, and behind what. It remembers nothing of that: the
// transaction may be undone.
type step struct {
	most int // rows
	take func(t *Tx, behind int64, rows int) (last int64, more bool, err error)
}

// runOnce makes a step that is done when it was taken.
func runOnce(do func(*Tx) error) step {
	return step{1, func(t *Tx, _ int64, _ int) (int64, bool, error) { return 0, false, do(t) }}
}

// runParts makes a step that writes n rows, those from one number up to another at a time.
func runParts(n, most int, do func(t *Tx, from, to int) error) step {
	return step{most, func(t *Tx, behind int64, rows int) (int64, bool, error) {
		from := int(behind)
		to := min(n, from+rows)

		return int64(to), to < n, do(t, from, to)
	}}
}

// SaveMatches saves what the matcher decided about a batch of articles, in transactions
// that are bounded. The story of an article comes first, so that the earliest alerts show
// all that is known of it, and "matched" last. Killed in between, the article is decided and
// written again, and what stands there already stays as it is.
func (s *Store) SaveMatches(ctx context.Context, batch []Match) error {
	var todo []step
	for _, m := range batch {
		todo = append(todo, m.steps()...)
	}

	if slices.ContainsFunc(batch, Match.mayDrop) {
		return s.takeSteps(ctx, todo...)
	}

	return s.takeStepsBy(ctx, s.UpdateLazily, todo)
}

// mayDrop reports whether saving a match may end alerts unsent, of which an event tells as soon as it is
// committed.
func (m Match) mayDrop() bool { return len(m.Joined)+len(m.Developments) > 0 }

// takeSteps takes steps in order, in transactions that are bounded in time. What was taken stays
// when a later step fails.
func (s *Store) takeSteps(ctx context.Context, todo ...step) error {
	return s.takeStepsBy(ctx, s.Update, todo)
}

func (s *Store) takeStepsBy(ctx context.Context, update func(context.Context, func(*Tx) error) error, todo []step) error {
	var (
		behind int64
		wrote  time.Duration // since the last pause
	)

	pace := engine.NewPace(engine.LongestStep)

	for len(todo) > 0 {
		if wrote >= engine.LongestTransaction {
			s.engine.LetOthersWrite()

			wrote = 0
		}

		var (
			taken int
			last  int64
		)

		began := time.Now()

		err := update(ctx, func(t *Tx) (err error) {
			taken, last, err = s.takeSome(t, todo, behind, pace)
			return err
		})
		if err != nil {
			return err
		}

		todo, behind, wrote = todo[taken:], last, wrote+time.Since(began)
	}

	return nil
}

// takeSome takes steps in one transaction, the first from behind a place on. It returns how many are
// done, and behind what the next one goes on.
func (s *Store) takeSome(t *Tx, todo []step, behind int64, pace *engine.Pace) (taken int, last int64, err error) {
	last = behind

	for taken < len(todo) && t.changed < chunk {
		began := time.Now()

		to, more, err := todo[taken].take(t, last, pace.Rows(todo[taken].most))
		if err != nil {
			return taken, last, err
		}

		pace.Note(time.Since(began), more)

		last = to

		if !more {
			taken, last = taken+1, 0
		}

		// The time of the transaction counts, and not that of this write alone: others may have written
		// in it before.
		if len(s.writes) > 0 || time.Since(t.session.began) >= engine.LongestTransaction {
			break
		}
	}

	return taken, last, nil
}

// steps are what a match leads to, in order.
func (m Match) steps() []step { // a copy: its story may turn out to be another one
	found := m.Story
	all := []step{runOnce(func(t *Tx) (err error) {
		m.Story = found // and not what a run that was undone made of it
		m.Story, err = t.currentStory(m)

		return err
	})}

	for _, other := range m.Joined {
		all = append(all, m.moveStory(other))
	}

	all = append(all, runOnce(func(t *Tx) error { return t.assignArticle(m) }))

	for _, d := range m.Developments {
		all = append(all, runParts(len(d.Alerts), atOnce, func(t *Tx, from, to int) error { return t.insertDevelopments(m, d.Story, d.Alerts[from:to]) }))
	}

	return append(all, runParts(len(m.Alerts), rowsPerInsert, func(t *Tx, from, to int) error { return t.insertAlerts(m, m.Alerts[from:to]) }),
		m.retimeWaiting(), runOnce(func(t *Tx) error { return t.markMatched(m) }))
}

// assignArticle puts an article into its story, before the alerts: a chat that was alerted
// to a story that is joined has its alert.
func (t *Tx) assignArticle(m Match) error {
	for _, other := range m.Joined {
		if err := t.joinStory(m.Story, other); err != nil {
			return err
		}
	}

	if err := t.saveDoubt(m); err != nil {
		return fmt.Errorf("save the doubt of article %d: %w", m.Article, err)
	}

	if err := t.saveStory(m); err != nil {
		return fmt.Errorf("save the story of article %d: %w", m.Article, err)
	}

	if err := t.saveDevelopments(m); err != nil {
		return fmt.Errorf("save what article %d tells that is new: %w", m.Article, err)
	}

	return nil
}

// markMatched notes that everything is written that an article leads to.
func (t *Tx) markMatched(m Match) error {
	if _, err := t.exec("UPDATE articles SET matched_at = $2 WHERE id = $1", m.Article, toMillis(t.Now)); err != nil {
		return fmt.Errorf("mark article %d as matched: %w", m.Article, err)
	}

	return nil
}

// onSecondAlert is what becomes of an alert of a story that a chat has one of: nothing,
// unless the first was dropped for a reason that does not hold for this article, or
// still waits and would come later or for more outlets.
const onSecondAlert = ` ON CONFLICT (story, chat, edition) DO UPDATE SET
	article = CASE WHEN alerts.state = 'dropped' THEN excluded.article ELSE alerts.article END,
	due_at = CASE WHEN ` + comesEarlier + ` THEN excluded.due_at ELSE alerts.due_at END,
	bundle = CASE WHEN ` + comesEarlier + ` THEN excluded.bundle ELSE alerts.bundle END,
	rule = CASE WHEN ` + comesEarlier + ` THEN excluded.rule ELSE alerts.rule END,
	created_at = CASE WHEN alerts.state = 'dropped' OR alerts.bundle = 'few' AND excluded.bundle <> 'few' THEN excluded.created_at ELSE alerts.created_at END,
	awaits = CASE WHEN alerts.state = 'dropped' OR ` + awaitsFewer + ` THEN excluded.awaits ELSE alerts.awaits END,
	state = 'waiting', reason = '', message = NULL, done_at = NULL
	WHERE alerts.state = 'dropped' AND alerts.reason IN ('` + DroppedMuted + `', '` + DroppedUnsubscribed + `', '` + DroppedFew + `')
		OR alerts.state = 'dropped' AND alerts.reason = '` + DroppedCalm + `' AND excluded.bundle <> '` + BundleSpike + `'
		OR alerts.state = 'dropped' AND alerts.reason = '` + DroppedJudged + `' AND excluded.rule <> '` + subscriptions.RuleOnly + `'
		OR alerts.state = 'waiting' AND alerts.message IS NULL AND (` + comesEarlier + ` OR ` + awaitsFewer + `)`

const (
	// As subscriptions.Timing.ComesBefore has it (TestTheEarlierAlertComes).
	comesEarlier   = "(alerts.state = 'dropped' OR (" + doubtOfNew + ", excluded.due_at) < (" + doubtOfWaiting + ", alerts.due_at))"
	doubtOfNew     = "CASE excluded.bundle WHEN 'few' THEN 1 WHEN 'spike' THEN 2 ELSE 0 END"
	doubtOfWaiting = "CASE alerts.bundle WHEN 'few' THEN 1 WHEN 'spike' THEN 2 ELSE 0 END"

	awaitsFewer = "(excluded.awaits > 0 AND (alerts.awaits = 0 OR excluded.awaits < alerts.awaits))"
)

// insertAlerts writes the alerts and their matches in multi-row statements. A chat
// that was alerted to the story keeps its alert; the new matches are added for /why.
func (t *Tx) insertAlerts(m Match, alerts []PendingAlert) error {
	if len(alerts) == 0 {
		return nil
	}

	t.raise(NewAlerts)
	now := toMillis(t.Now)

	alerts, err := t.withTargets(alerts, m.Zone)
	if err != nil {
		return fmt.Errorf("find the targets of alerts: %w", err)
	}

	for part := range slices.Chunk(alerts, rowsPerInsert) {
		args := make([]any, 0, 8*len(part))
		for _, r := range part {
			args = append(args, m.Story, r.Chat, m.Article, toMillis(r.Due), r.Bundle, r.Awaits, r.Rule, now)
		}

		if _, err := t.exec("INSERT INTO alerts (story, chat, article, due_at, bundle, awaits, rule, created_at) VALUES "+
			typedTuples(len(part), "BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT")+onSecondAlert, args...); err != nil {
			return fmt.Errorf("save the alerts of article %d: %w", m.Article, err)
		}

		args = args[:0]
		rows := 0

		for _, r := range part {
			for _, h := range r.Hits {
				args = append(args, m.Story, r.Chat, h.Subscription, strings.Join(h.Matched, "\n"))
				rows++
			}
		}

		if err := t.insertHits(args, rows); err != nil {
			return fmt.Errorf("save the matches of article %d: %w", m.Article, err)
		}

		if err := t.openVerdicts(m.Story, part); err != nil {
			return fmt.Errorf("have article %d judged: %w", m.Article, err)
		}
	}

	return nil
}

func (t *Tx) insertHits(args []any, rows int) error {
	for rows > 0 {
		n := min(rows, 2*rowsPerInsert)
		if _, err := t.exec("INSERT INTO alert_matches (story, chat, subscription, matched) VALUES "+
			typedTuples(n, "BIGINT", "BIGINT", "BIGINT", "TEXT")+" ON CONFLICT DO NOTHING",
			args[:4*n]...); err != nil {
			return err
		}

		args, rows = args[4*n:], rows-n
	}

	return nil
}

// retimeWaiting brings forward the alerts of a story that waited for as many outlets as tell
// it now, some at a time.
func (m *Match) retimeWaiting() step {
	return step{atOnce, func(t *Tx, behind int64, rows int) (last int64, more bool, err error) {
		if m.Outlets < 2 || m.Retime == nil {
			return 0, false, nil
		}

		waiting, err := t.waitingAlerts(m.Story, behind, m.Outlets, rows)
		if err != nil || len(waiting) == 0 {
			return 0, false, err
		}

		times, err := m.Retime(t, waiting)
		if err != nil {
			return 0, false, fmt.Errorf("look again at what waits for the story of article %d: %w", m.Article, err)
		}

		chats := make([]int64, len(waiting))
		for i, w := range waiting {
			chats[i] = w.Chat
		}

		own, err := t.ownTimes("chat", chats)
		if err != nil {
			return 0, false, fmt.Errorf("look again at what waits for the story of article %d: %w", m.Article, err)
		}

		for i, w := range waiting {
			if err := t.release(w, own[w.Chat].dueAt(times[i], t.Now, m.Zone)); err != nil {
				return 0, false, fmt.Errorf("look again at what waits for the story of article %d: %w", m.Article, err)
			}
		}

		return waiting[len(waiting)-1].Chat, len(waiting) == rows, nil
	}}
}

// waitingAlerts lists the alerts of a story that wait for so many outlets or fewer, ascending by
// chat from the one after a chat on, most at most.
func (t *Tx) waitingAlerts(story, after int64, outlets, most int) (all []*Awaiting, err error) {
	err = t.rows(`SELECT a.id, a.story, a.chat, a.article, a.due_at, a.bundle, a.awaits, s.id
		FROM (SELECT * FROM alerts WHERE story = $1 AND chat > $2 AND state = 'waiting' AND awaits > 0 AND awaits <= $3 AND message IS NULL AND edition = 0 ORDER BY chat LIMIT $4) a
		LEFT JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat LEFT JOIN subscriptions s ON s.id = m.subscription AND s.removed_at IS NULL
		ORDER BY a.chat, s.id`, []any{story, after, outlets, most}, func(scan scanFunc) error {
		var (
			w            Awaiting
			due          int64
			subscription sql.NullInt64
		)

		err := scan(&w.ID, &w.Story, &w.Chat, &w.Article, &due, &w.timing.Hold, &w.timing.Awaits, &subscription)
		if n := len(all); n == 0 || all[n-1].ID != w.ID {
			w.timing.Due = fromMillis(due)
			all = append(all, &w)
		}

		if subscription.Valid {
			last := all[len(all)-1]
			last.Subscriptions = append(last.Subscriptions, subscription.Int64)
		}

		return err
	})

	return all, err
}

// release has an alert come when it is to come now that more outlets tell its story.
func (t *Tx) release(w *Awaiting, timing subscriptions.Timing) error {
	switch {
	case timing.Due.IsZero():
		return nil
	case timing.ComesBefore(w.timing), w.timing.Hold == subscriptions.HoldFew && timing.Hold != subscriptions.HoldFew:
		return t.setTime(w.ID, timing, string(timing.Hold))
	case timing.Awaits != w.timing.Awaits:
		return t.run("UPDATE alerts SET awaits = $2 WHERE id = $1", w.ID, timing.Awaits)
	default:
		return nil
	}
}

// Spared reports whether an article has what a chat's quiet hours let through.
type Spared func(article *news.Article, except string) bool

// Reschedule works out anew when the waiting alerts of a chat and its targets come, after it has
// changed its zone, its hours or when a subscription is delivered. zone is that of chats
// that have set none. What comes at once now comes in one digest.
func (t *Tx) Reschedule(chat int64, zone *time.Location, spared Spared) error {
	ids, err := readColumn[int64](t, `SELECT id FROM alerts WHERE (chat = $1 OR chat IN (SELECT chat FROM targets WHERE owner = $1)) AND state = 'waiting' AND message IS NULL
		AND bundle IN ('', 'digest', 'quiet', 'few', 'spike') AND edition = 0 AND due_at > $2`, chat, toMillis(t.Now))
	if err != nil {
		return err
	}

	waiting, err := t.waitingTimes(ids)
	if err != nil {
		return err
	}

	for _, w := range waiting {
		if err := t.updateDue(w, zone, spared); err != nil {
			return err
		}
	}

	return nil
}

// RescheduleAhead works out anew when waiting alerts come that a clock was ahead at: they would come
// with the digest, or after the quiet hours, of a day that is still to come. zone is that of chats
// that have set none.
func (t *Tx) RescheduleAhead(zone *time.Location) error {
	args := []any{toMillis(t.Now), toMillis(t.Now.Add(time.Minute))}

	chats, err := readColumn[int64](t, "SELECT DISTINCT coalesce((SELECT owner FROM targets WHERE targets.chat = alerts.chat), chat) FROM alerts WHERE created_at > $1 AND "+alertsToReschedule, args...)
	if err != nil || len(chats) == 0 {
		return err
	}

	if _, err := t.exec("UPDATE alerts SET created_at = $1 WHERE "+alertsToReschedule, args...); err != nil {
		return fmt.Errorf("alerts of a clock that was ahead: %w", err)
	}

	for _, chat := range chats {
		if err := t.Reschedule(chat, zone, nil); err != nil { // what quiet hours spare doesn't wait for their end
			return err
		}
	}

	return nil
}

// updateDue works out anew when a waiting alert comes.
func (t *Tx) updateDue(w *waitingTime, zone *time.Location, spared Spared) error {
	// What enough outlets have reported, as the matcher counts them, stays so.
	if w.Bundle != BundleFew {
		for i := range w.follows {
			w.follows[i].min = 0
		}
	}

	timing, err := t.timeOf(w, zone, spared)
	if err != nil {
		return err
	}

	timing = ownTime{w.schedule, w.zone}.dueAt(timing, t.Now, zone)

	bundle := string(timing.Hold)
	switch {
	case timing.Hold == subscriptions.HoldFew || timing.Hold == subscriptions.HoldSpike && w.Bundle == BundleSpike:
		timing.Due = earlierOf(timing.Due, w.Due) // its story, or its hour, does not last longer
	case timing.Hold == subscriptions.HoldNothing && w.Bundle != BundleFew && w.Bundle != BundleSpike:
		bundle = w.Bundle
	}

	return t.setTime(w.ID, timing, bundle)
}

// earlierOf is the earlier of two moments.
func earlierOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

// setTime has an alert come at another time. One that waited for outlets counts among those
// of the day on which enough of them tell its story (max:).
func (t *Tx) setTime(alert int64, timing subscriptions.Timing, bundle string) error {
	t.raise(ChatsWoken)

	return t.run("UPDATE alerts SET due_at = $2, bundle = $3, rule = $4, awaits = $5, created_at = CASE WHEN bundle = 'few' AND $3 <> 'few' THEN $6 ELSE created_at END WHERE id = $1",
		alert, toMillis(timing.Due), bundle, timing.Rule, timing.Awaits, toMillis(t.Now))
}

// waitingTime is a waiting alert with what says when it comes.
type waitingTime struct {
	ID, Story, Chat, Article int64 // Chat: whose settings hold, also for an alert of its target
	Due                      time.Time
	Bundle, Rule             string
	Awaits                   int
	zone, quiet, digest      string
	schedule                 string   // of the target whose alert it is, see ownTime
	follows                  []follow // the subscriptions that it matches
}

// follow is a subscription with how it is delivered.
type follow struct {
	id       int64
	delivery string
	scope    string
	min      int // outlets that must tell a story
	verdict  Verdict
}

// waitingTimes reads alerts with what says when each comes.
func (t *Tx) waitingTimes(ids []int64) (all []*waitingTime, err error) {
	for part := range slices.Chunk(ids, mostSlots) {
		text, args := inList(part)

		err = t.rows(`SELECT a.id, a.story, c.id, a.article, a.due_at, a.bundle, a.rule, a.awaits, c.time_zone, c.quiet, c.digest, s.id, s.delivery, s.scope, s.outlets, m.verdict, coalesce(g.schedule, '')
			FROM alerts a LEFT JOIN targets g ON g.chat = a.chat JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
			JOIN subscriptions s ON s.id = m.subscription AND s.removed_at IS NULL JOIN chats c ON c.id = s.chat WHERE a.id IN `+text+" ORDER BY a.id", args,
			func(scan scanFunc) error {
				var (
					w   waitingTime
					f   follow
					due int64
				)

				err := scan(&w.ID, &w.Story, &w.Chat, &w.Article, &due, &w.Bundle, &w.Rule, &w.Awaits, &w.zone, &w.quiet, &w.digest, &f.id, &f.delivery, &f.scope, &f.min, &f.verdict, &w.schedule)
				if err != nil {
					return err
				}

				if n := len(all); n == 0 || all[n-1].ID != w.ID {
					w.Due = fromMillis(due)
					all = append(all, &w)
				}

				last := all[len(all)-1]
				last.follows = append(last.follows, f)

				return nil
			})
		if err != nil {
			return nil, fmt.Errorf("read when alerts come: %w", err)
		}
	}

	return all, nil
}

// timeOf works out when an alert comes: by the subscription that brings it first.
func (t *Tx) timeOf(w *waitingTime, zone *time.Location, spared Spared) (best subscriptions.Timing, err error) {
	for _, f := range w.follows {
		outlets, err := t.countOutlets(w.Story, w.Chat, f.scope)
		if err != nil {
			return best, err
		}

		plan, err := subscriptions.ParsePlan(f.delivery, w.digest, w.quiet, w.zone, zone)
		if err != nil {
			return best, fmt.Errorf("read when alert %d comes: %w", w.ID, err)
		}

		plan.Min = f.min
		plan.Delivery.Only = plan.Delivery.Only && f.verdict == ToJudge

		over, err := t.isOver(w, f, &plan)
		if err != nil {
			return best, err
		}

		isSpared := false

		if plan.Quiet.Except != "" && spared != nil {
			found, err := t.articlesWhere("a.id = $1", w.Article)
			if err != nil {
				return best, err
			}

			isSpared = len(found) > 0 && spared(&found[0].News, plan.Quiet.Except)
		}

		best = best.Earlier(plan.At(t.Now, outlets, isSpared, over))
	}

	return best, nil
}

// isOver reports whether an alert is over the limit of alerts a day: one that was, and
// one that had to wait for outlets until now.
func (t *Tx) isOver(w *waitingTime, f follow, plan *subscriptions.Plan) (bool, error) {
	if plan.Delivery.Max == 0 || w.Bundle != BundleFew {
		return plan.Delivery.Max > 0 && strings.HasPrefix(w.Rule, subscriptions.RuleMax), nil
	}

	alerted := 0
	err := t.AlertedStories([]AlertedSince{{w.Chat, f.id, subscriptions.DayStart(t.Now, plan.Zone)}}, func(int64, int64) { alerted++ })

	return alerted >= plan.Delivery.Max, err
}

// countOutlets counts the outlets that tell a story, as far as a subscription of a chat may
// read their sources. The match loop counts by the same rule in memory (scheduler/outlets.go).
func (t *Tx) countOutlets(story, chat int64, scope string) (n int, err error) {
	err = t.one("SELECT count(DISTINCT a.outlet)"+fromArticles+`WHERE a.story = $1 AND a.outlet <> ''
		AND (`+mayRead+` OR $3 = '`+ScopeEverywhere+`' AND o.origin = 'bundle')`, []any{story, chat, scope}, &n)

	return max(n, 1), err
}

// mayRead is the condition that the chat $2 reads the source o.
const mayRead = "(o.origin = 'config' OR o.id IN (SELECT source FROM readers WHERE chat = $2))"

// AlertedSince asks for the stories that a subscription of a chat has alerted of since a moment.
type AlertedSince struct {
	Chat, Subscription int64
	Since              time.Time
}

// AlertedStories calls each for every story that the subscriptions alerted of. What "max:" left to a
// digest does not count.
func (t *Tx) AlertedStories(of []AlertedSince, each func(subscription, story int64)) error {
	if len(of) == 0 {
		return nil
	}

	earliest := slices.MinFunc(of, func(a, b AlertedSince) int { return a.Since.Compare(b.Since) }).Since

	// An alert that waited for outlets may have been made before the day it counts to.
	from, err := t.firstAlert(earliest.Add(-subscriptions.StoryLife - time.Hour))
	if err != nil {
		return err
	}

	for part := range slices.Chunk(of, mostSlots) {
		args := make([]any, 0, 3*slotCount(len(part))+1)
		for _, o := range part {
			args = append(args, o.Chat, o.Subscription, toMillis(o.Since))
		}

		for len(args) < cap(args)-1 {
			args = append(args, int64(0))
		}

		err := eachPair(t, "WITH want (chat, subscription, since) AS (VALUES "+typedTuples(len(args)/3, "BIGINT", "BIGINT", "BIGINT")+`)
			SELECT want.subscription, a.story FROM want CROSS JOIN alerts a CROSS JOIN alert_matches m
			WHERE a.chat = want.chat AND a.id >= ? AND a.created_at >= want.since AND a.rule NOT LIKE 'max %' AND a.bundle <> 'few' AND a.state <> 'dropped' AND a.edition = 0
			AND m.story = a.story AND m.chat = a.chat AND m.subscription = want.subscription`, append(args, from), each)
		if err != nil {
			return fmt.Errorf("read what was alerted: %w", err)
		}
	}

	return nil
}

// firstAlert is an alert from which on those that were made since a moment are, found by
// halving: alerts are numbered as they are made.
func (t *Tx) firstAlert(since time.Time) (int64, error) {
	var last sql.NullInt64
	if err := t.one("SELECT max(id) FROM alerts", nil, &last); err != nil {
		return 0, fmt.Errorf("read the newest alert: %w", err)
	}

	low, high := int64(0), last.Int64+1
	for last.Valid && low < high {
		middle := low + (high-low)/2

		var id, at int64

		err := t.one("SELECT id, created_at FROM alerts WHERE id >= $1 ORDER BY id LIMIT 1", []any{middle}, &id, &at)
		if err != nil {
			return 0, fmt.Errorf("read when an alert was made: %w", err)
		}

		if at < toMillis(since) {
			low = id + 1
		} else {
			high = middle
		}
	}

	return low, nil
}

// BusyHour is a subscription with spike: and how many stories it matched in the last hour,
// whatever became of them.
type BusyHour struct {
	Chat, Subscription    int64
	Number                int // of the subscription in its chat
	Stories               int
	Since                 time.Time // the stories came after it
	Created               time.Time // when it was followed
	Delivery, Quiet, Zone string    // as in subscriptions and chats
}

// countsForSpike is the condition on alerts a that count when a spike is looked for. What is
// muted is nothing that the chat waits for.
const countsForSpike = "a.edition = 0 AND NOT (a.state = 'dropped' AND a.reason = '" + DroppedMuted + "')"

// BusyHours lists the subscriptions with spike: that matched at least so many stories since a
// moment.
func (t *Tx) BusyHours(since time.Time, least int) (all []*BusyHour, err error) {
	// One that waited for outlets may be older than the hour it counts to.
	from, err := t.firstAlert(since.Add(-subscriptions.StoryLife))
	if err != nil {
		return nil, err
	}

	err = t.rows(`SELECT s.chat, s.id, s.number, s.created_at, s.delivery, c.quiet, c.time_zone, count(*)
		FROM subscriptions s JOIN chats c ON c.id = s.chat JOIN alerts a ON a.chat = s.chat AND a.id >= $1 AND a.created_at > $2
		JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat AND m.subscription = s.id
		WHERE s.delivery LIKE '%spike%' AND s.removed_at IS NULL AND c.state = 'active' AND `+countsForSpike+`
		GROUP BY s.chat, s.id, s.number, s.created_at, s.delivery, c.quiet, c.time_zone HAVING count(*) >= $3`,
		[]any{from, toMillis(since), least}, func(scan scanFunc) error {
			h := BusyHour{Since: since}

			var at int64

			err := scan(&h.Chat, &h.Subscription, &h.Number, &at, &h.Delivery, &h.Quiet, &h.Zone, &h.Stories)
			h.Created = fromMillis(at)
			all = append(all, &h)

			return err
		})
	if err != nil {
		return nil, fmt.Errorf("count what came for a spike: %w", err)
	}

	return all, nil
}

// StoriesByHour counts the stories that a subscription matched from a moment on, by hours
// since 1970, and returns when the last spike of it came; the zero time if none did.
func (t *Tx) StoriesByHour(h *BusyHour, from time.Time) (counts map[int64]int, spiked time.Time, err error) {
	counts = map[int64]int{}

	err = eachPair(t, `SELECT a.created_at, a.rule FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat
		WHERE a.chat = $1 AND m.subscription = $2 AND a.created_at >= $3 AND `+countsForSpike, []any{h.Chat, h.Subscription, toMillis(from)}, func(at int64, rule string) {
		when := fromMillis(at)
		counts[hourOf(when)]++

		if s, ok := subscriptions.ParseSpike(rule); ok && s.Number == h.Number && when.After(spiked) {
			spiked = when
		}
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("count the stories of a subscription: %w", err)
	}

	return counts, spiked, nil
}

// ofSpike are the alerts b of a busy hour, of the chat ($1) and its targets, that wait: for a
// subscription ($2), since a moment ($3).
const ofSpike = `SELECT b.id FROM alerts a JOIN alert_matches m ON m.story = a.story AND m.chat = a.chat AND m.subscription = $2
	JOIN alerts b ON b.story = a.story AND b.edition = 0 AND (b.chat = a.chat OR b.chat IN (SELECT chat FROM targets WHERE owner = a.chat))
	WHERE a.chat = $1 AND a.created_at > $3 AND ` + countsForSpike + ` AND b.state = 'waiting' AND b.message IS NULL`

// AlertSpike has those stories of a busy hour come in one digest that would come later or not
// at all, to the chat and its targets; to a target with times of its own they come then. usual
// is how many an hour has otherwise.
func (t *Tx) AlertSpike(h *BusyHour, due time.Time, usual float64, zone *time.Location) error {
	t.raise(ChatsWoken)

	rule := subscriptions.Spike{Stories: h.Stories, Usual: int(usual + 0.5), Number: h.Number}.Rule()

	_, err := t.exec(`UPDATE alerts SET due_at = $4, bundle = '`+BundleSpiked+`', rule = $5, awaits = 0 WHERE id IN (`+ofSpike+`
		AND b.chat NOT IN (SELECT chat FROM targets WHERE schedule <> '')
		AND (b.bundle IN ('`+BundleSpike+"', '"+BundleFew+"') OR b.bundle IN ('"+BundleDigest+"', '"+BundleQuiet+"') AND b.due_at >= $4))",
		h.Chat, h.Subscription, toMillis(h.Since), toMillis(due), rule)
	if err != nil {
		return fmt.Errorf("alert a spike: %w", err)
	}

	own, err := t.ownTimes("owner", []int64{h.Chat})
	if err != nil {
		return fmt.Errorf("find the targets of a spike: %w", err)
	}

	for target, times := range own {
		timing := times.dueAt(subscriptions.Timing{Due: due, Rule: rule}, t.Now, zone)

		_, err := t.exec(`UPDATE alerts SET due_at = $4, bundle = $5, rule = $6, awaits = 0 WHERE id IN (`+ofSpike+` AND b.chat = $7 AND b.bundle IN ('`+BundleSpike+"', '"+BundleFew+"'))",
			h.Chat, h.Subscription, toMillis(h.Since), toMillis(timing.Due), string(timing.Hold), rule, target)
		if err != nil {
			return fmt.Errorf("alert a spike: %w", err)
		}
	}

	return nil
}
