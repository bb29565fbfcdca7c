package scheduler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/news"
	"newsbell/news/development"
	"newsbell/news/story"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

const (
	// batch is how many articles are decided together, alertsInBatch how many
	// alerts at most before they are saved.
	batch         = 200
	alertsInBatch = 5000
	// learnedAtStart is how many of the latest articles tell the index which words are
	// frequent, and refiledAtOnce how many subscriptions it then looks at after each
	// batch, some milliseconds, until it has looked at all of them. From then on what is
	// frequent changes with the articles that pass: refiledAnArticle are looked at for each.
	learnedAtStart   = 1000
	refiledAtOnce    = 10_000
	refiledAnArticle = 500
	// storyWindow is how long an article can be joined by others (story.Grouper).
	storyWindow = 72 * time.Hour
	// downtime is how long we must have been away for what came meanwhile to be
	// a digest, and catchUp how long it is collected after the start.
	downtime = time.Hour
	catchUp  = 90 * time.Second
	aliveAt  = "alive_at" // the fact that tells when we were last running
)

// matcher is the match loop. It owns the index and the open stories.
type matcher struct {
	Config
	index      *index.Index
	version    int64      // of the subscriptions in the index
	followers  []follower // by subscription id
	work       regexWork
	schedules  []schedule        // 0 is at once
	numbers    map[string]uint32 // of the schedules that followers have, by name
	unused     []uint32          // schedules that nobody has any more
	readers    *readers
	outletsOf  *storyOutlets
	followed   *development.Set
	alerted    *alertCounter
	stories    *story.Grouper
	joined     time.Time // when people last joined two of them
	refiledAll bool      // since the index was made every subscription was looked at once, see refile
	unrelated  int       // articles matched that Related does not have yet
	related    time.Time // when it was last given some
	kept       time.Time // when what the stories learned was last kept, see keepLearned
	through    int64     // up to which article that was learned
	stale      bool      // the stories in memory are not those of the database
	late       time.Time // until then, what comes is from our downtime
	loaded     bool      // the subscriptions have been read
}

// follower is whom a subscription alerts: 16 bytes, a million of them are kept.
type follower struct {
	chat       int64 // 0: not in the index
	schedule   uint32
	everywhere bool  // what its chat does not read counts too
	outlets    uint8 // that have to tell a story; 0: one
}

// schedule is when the alerts of a subscription come.
type schedule struct {
	subscriptions.Plan
	except *index.Single // what the chat's quiet hours let through; nil: nothing
	name   string        // see matcher.numbers
	users  int           // followers that have it
}

// counts reports whether the alerts of a day are limited.
func (s *schedule) counts() bool { return s.Delivery.Max > 0 && s.When().Kind == subscriptions.AtOnce }

func newMatcher(c Config) *matcher {
	return &matcher{
		Config: c, version: -1, index: index.NewIndex(), stories: story.New(),
		schedules: []schedule{{Plan: subscriptions.Plan{Zone: c.TimeZone}}}, numbers: map[string]uint32{}, work: newRegexWork(), readers: newReaders(), outletsOf: newStoryOutlets(), alerted: newAlertCounter(), followed: development.NewSet(),
	}
}

// load reads the subscriptions and the open stories.
func (m *matcher) load(ctx context.Context) error {
	err := m.Store.View(ctx, func(t *store.Tx) error {
		alive, err := t.Fact(aliveAt)
		if err != nil {
			return err
		}

		if alive > 0 && time.Since(time.UnixMilli(alive)) > downtime {
			m.late = time.Now().Add(catchUp)
		}

		if err := m.catchUp(t); err != nil {
			return err
		}

		if err := t.Newest(learnedAtStart, func(a *store.Article) { m.index.Learn(&a.News) }); err != nil {
			return fmt.Errorf("learn from the latest articles: %w", err)
		}

		if err := m.readLearned(t); err != nil {
			return fmt.Errorf("read how common words are: %w", err)
		}

		return m.regroup(t)
	})
	if err == nil && time.Now().Before(m.late) {
		err = m.Store.Update(ctx, func(t *store.Tx) error { return t.SetFact(caughtUpAt, m.late.UnixMilli()) })
	}

	m.loaded = err == nil

	return err
}

// regroup rebuilds the open stories as the database has them.
func (m *matcher) regroup(t *store.Tx) error {
	stories, outlets := story.New(), newStoryOutlets()
	if err := stories.Learn(m.stories.Background()); err != nil {
		return err
	}

	err := t.Grouped(time.Now().Add(-2*storyWindow), func(a *store.Article) error {
		stories.Restore(a.ID, articleToGroup(a), a.At(), a.Story)
		outlets.add(a.Story, nil, a)

		return nil
	})
	if err == nil {
		m.stories, m.outletsOf, m.followed, m.stale = stories, outlets, development.NewSet(), false
		m.joined = time.Now()
	}

	return err
}

// joinStories has the open stories follow what people have joined since the last batch, and a
// little before: clocks differ, and to join twice changes nothing.
func (m *matcher) joinStories(t *store.Tx) error {
	joins, err := t.JoinedSince(m.joined.Add(-time.Minute))
	for _, j := range joins {
		m.stories.Join(j.Story, j.Other)
		m.outletsOf.join(j.Story, j.Other)
		m.joined = j.At
	}

	return err
}

// catchUp brings the index to the newest subscription of the snapshot.
func (m *matcher) catchUp(t *store.Tx) error {
	var regexes []int64

	version := m.version

	err := applyChanges(func(each func(store.SubscriptionChange) error) (err error) {
		version, err = t.SubscriptionChanges(m.version, each)
		return err
	}, func(f *parsedChange) {
		m.apply(f)

		if f.query != nil && f.query.HasRegex() {
			regexes = append(regexes, f.ID)
		}
	})
	if err == nil {
		err = m.work.assign(t, regexes)
	}

	if err != nil {
		return fmt.Errorf("read the subscriptions: %w", err)
	}

	m.version = version

	if err := m.readers.catchUp(t); err != nil {
		return fmt.Errorf("read who reads what: %w", err)
	}

	return nil
}

// apply brings a subscription that changed into the index, or takes it out.
func (m *matcher) apply(f *parsedChange) {
	for int64(len(m.followers)) <= f.ID {
		m.followers = append(m.followers, follower{})
	}

	id := index.ID(f.ID)
	if m.followers[f.ID].chat != 0 {
		m.index.Remove(id)
		m.work.forget(id)
		m.alerted.forget(id)
		m.leaveSchedule(m.followers[f.ID].schedule)
		m.followers[f.ID] = follower{}
	}

	if f.err != nil {
		// A language that changed under a stored query: say it, go on.
		m.Log.Error("a stored subscription can no longer be read, so it sends no alerts", "subscription", f.ID, "error", f.err)
	}

	if f.query == nil {
		return
	}

	m.index.Add(id, f.query)

	// An article of a bundle that too few outlets tell is not worth a row that waits.
	least := 0
	if len(f.query.Bundles()) > 0 {
		least, f.Outlets = f.Outlets, 0
	}

	number := m.scheduleOf(f.SubscriptionChange)
	m.schedules[number].users++
	m.followers[f.ID] = follower{f.Chat, number, f.Scope == store.ScopeEverywhere, uint8(min(least, 255))}
}

// followerOf is whom a subscription alerts; one that is not in the index has no chat.
func (m *matcher) followerOf(id index.ID) follower {
	if int64(id) >= int64(len(m.followers)) {
		return follower{}
	}

	return m.followers[id]
}

// scheduleOf is the number of a subscription's schedule. Those that are alike share one.
func (m *matcher) scheduleOf(f store.SubscriptionChange) uint32 {
	if f.Delivery == "" && f.Quiet == "" && f.Digest == "" && f.Outlets < 2 {
		return 0
	}

	name := strings.Join([]string{strconv.Itoa(f.Outlets), f.Delivery, f.Digest, f.Quiet, f.TimeZone}, "\n")
	if n, ok := m.numbers[name]; ok {
		return n
	}

	s, err := m.newSchedule(f)
	if err != nil {
		m.Log.Error("a subscription's schedule can no longer be read: its alerts come at once", "subscription", f.ID, "error", err)
		return 0
	}

	s.name = name
	number := uint32(len(m.schedules))

	if n := len(m.unused); n > 0 {
		number, m.unused = m.unused[n-1], m.unused[:n-1]
		m.schedules[number] = s
	} else {
		m.schedules = append(m.schedules, s)
	}

	m.numbers[name] = number

	return number
}

func (m *matcher) newSchedule(f store.SubscriptionChange) (schedule, error) {
	plan, err := subscriptions.ParsePlan(f.Delivery, f.Digest, f.Quiet, f.TimeZone, m.TimeZone)
	if err != nil {
		return schedule{}, err
	}

	plan.Min = f.Outlets
	s := schedule{Plan: plan}

	if plan.Quiet.Except != "" {
		if q, err := query.Parse(plan.Quiet.Except); err == nil {
			s.except = index.NewSingle(q)
		}
	}

	return s, nil
}

// leaveSchedule frees a schedule that nobody has any more.
func (m *matcher) leaveSchedule(number uint32) {
	s := &m.schedules[number]
	if s.users--; s.users > 0 || number == 0 {
		return
	}

	delete(m.numbers, s.name)
	*s = schedule{}

	m.unused = append(m.unused, number)
}

// run decides articles as they come, until ctx ends; what was decided last is then kept
// for Related too, and what was learned from it for the next start, within relatedAtStop.
func (m *matcher) run(ctx context.Context) error {
	if !m.loaded {
		if err := m.load(ctx); err != nil {
			return fmt.Errorf("start to match: %w", err)
		}
	}

	if err := m.matchAll(ctx); err != nil {
		return err
	}

	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), relatedAtStop)
	defer cancel()

	if err := m.keepRelated(stopping); err != nil {
		m.Log.Warn("keep what related articles need; the next start does", "error", err)
	}

	if err := m.keepLearned(stopping); err != nil {
		m.Log.Warn("keep how common words are; the next start learns it again", "error", err)
	}

	return nil
}

// refile lets the index look at some of its subscriptions after so many articles.
func (m *matcher) refile(articles int) {
	n := refiledAtOnce
	if m.refiledAll {
		n = min(n, articles*refiledAnArticle)
	}

	_, done := m.index.Refile(n)
	m.refiledAll = m.refiledAll || done
}

func (m *matcher) matchAll(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.Store.Wait(store.NewArticles):
		case <-timer.C:
		}

		again, matched := 5*time.Second, 0

		for {
			n, err := m.match(ctx)
			m.unrelated += n
			matched += n

			switch {
			case ctx.Err() != nil:
				return nil
			case errors.Is(err, store.ErrStop):
				return err
			case err != nil:
				m.Log.Error("match", "error", err)

				again = retryPause
			}

			if err != nil || n < batch {
				break
			}
		}

		m.refile(matched)

		if m.unrelated >= batch || time.Since(m.related) >= relatedInterval {
			if err := m.keepRelated(ctx); err != nil && ctx.Err() == nil {
				m.Log.Error("keep what related articles need", "error", err)
			}

			m.unrelated, m.related = 0, time.Now()
		}

		if time.Since(m.kept) >= learnedInterval {
			if err := m.keepLearned(ctx); err != nil && ctx.Err() == nil {
				m.Log.Error("keep how common words are", "error", err)
			}

			m.kept = time.Now()
		}

		timer.Reset(again)
	}
}

// decideSome decides articles from the first on, until their alerts fill a batch.
func (m *matcher) decideSome(ctx context.Context, articles []*store.Article) ([]store.Match, error) {
	var decided []store.Match

	for alerts := 0; len(decided) < len(articles) && alerts < alertsInBatch; {
		a := articles[len(decided)]

		d, err := m.decide(ctx, a)
		if err != nil {
			return nil, err
		}

		decided = append(decided, d)
		alerts += len(d.Alerts)

		for _, development := range d.Developments {
			alerts += len(development.Alerts)
		}
	}

	return decided, nil
}

// match decides the oldest unmatched articles and returns how many there were.
func (m *matcher) match(ctx context.Context) (int, error) {
	if err := m.Store.JoinStories(ctx); err != nil && ctx.Err() == nil { // articles come first
		m.Log.Error("join stories", "error", err)
	}

	var articles []*store.Article

	err := m.Store.View(ctx, func(t *store.Tx) (err error) {
		if m.stale {
			if err = m.regroup(t); err != nil {
				return err
			}
		}

		if err = m.joinStories(t); err != nil {
			return err
		}

		if articles, err = t.Unmatched(batch); err != nil || len(articles) == 0 {
			return err
		}

		if err = m.syncFollowed(t); err != nil {
			return err
		}

		return m.catchUp(t)
	})
	if err != nil {
		return 0, fmt.Errorf("read what is to be matched: %w", err)
	}

	for rest := articles; len(rest) > 0; {
		decided, err := m.decideSome(ctx, rest)
		if err != nil {
			m.stale = true // the stories in memory know it already
			return 0, err
		}

		rest = rest[len(decided):]

		// What is decided is saved, also while stopping: half a batch would be
		// decided again.
		if err := m.Store.SaveMatches(context.WithoutCancel(ctx), decided); err != nil {
			m.stale = true
			m.alerted.reset()

			return 0, fmt.Errorf("save what was matched: %w", err)
		}

		if err := m.reportSkipped(context.WithoutCancel(ctx)); err != nil {
			m.Log.Error("count articles whose regexes take too long", "error", err)
		}

		failpoint.Hit(failpoint.Matched)
	}

	return len(articles), nil
}

func (m *matcher) decide(ctx context.Context, a *store.Article) (d store.Match, err error) {
	d = store.Match{Article: a.ID, At: a.At(), Story: a.Story, Zone: m.TimeZone, Retime: m.retimeWaiting}

	switch {
	case a.Story != 0: // a changed article stays in its story
	case m.Group:
		is := m.stories.Assign(a.ID, articleToGroup(a), a.At())
		d.Story, d.Joined = is.Story, is.Joined

		if is.Related != nil {
			d.Doubt = &store.Doubt{Article: is.Related.Article, LogOdds: is.Related.LogOdds}
		}
	default:
		d.Story = a.ID
	}

	m.outletsOf.add(d.Story, d.Joined, a)
	d.Outlets = m.outletsOf.all(d.Story)

	if d.Developments, err = m.developments(ctx, a, d.Story, d.Joined); err != nil {
		return d, err
	}

	if a.Quiet == "" {
		d.Alerts, err = m.pendingAlerts(ctx, m.hits(a, d.Story), a, d.Story)
	}

	return d, err
}

// articleToGroup returns an article as its story is found by: without its address where other
// articles have the same (a change log, a homepage), which would make them one.
func articleToGroup(a *store.Article) *news.Article {
	if a.OwnPage {
		return &a.News
	}

	n := a.News
	n.URL = ""

	return &n
}

// pendingAlerts makes one alert for each chat of the hits, ascending by chat. Of a chat's
// subscriptions the one whose alert comes first decides when.
func (m *matcher) pendingAlerts(ctx context.Context, hits []index.Hit, a *store.Article, story int64) ([]store.PendingAlert, error) {
	if len(hits) == 0 {
		return nil, nil
	}

	slices.SortFunc(hits, func(x, y index.Hit) int {
		return cmp.Or(cmp.Compare(m.followers[x.ID].chat, m.followers[y.ID].chat), cmp.Compare(x.ID, y.ID))
	})

	now := time.Now()
	times := timer{m: m, now: now, story: story, article: func() (*news.Article, error) { return &a.News, nil }}

	if err := m.readAlerted(ctx, hits, now); err != nil {
		return nil, err
	}

	alerts := make([]store.PendingAlert, 0, len(hits))
	matched := make([]store.Hit, len(hits)) // the alerts share it: a story may be for a hundred thousand chats

	for first := 0; first < len(hits); {
		chat := m.followers[hits[first].ID].chat

		var best subscriptions.Timing

		next := first
		for ; next < len(hits) && m.followers[hits[next].ID].chat == chat; next++ {
			h := hits[next]
			f := m.followers[h.ID]

			timing, err := times.of(h.ID, f)
			if err != nil {
				return nil, err
			}

			best = best.Earlier(timing)
			matched[next] = store.Hit{Subscription: int64(h.ID), Matched: h.Matched, Judge: m.schedules[f.schedule].Delivery.Only}
		}

		alerts = append(alerts, store.PendingAlert{
			Chat: chat, Due: best.Due, Bundle: string(best.Hold), Rule: best.Rule, Awaits: best.Awaits, Hits: matched[first:next],
		})
		first = next
	}

	return alerts, nil
}
