package scheduler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/news"
	"newsbell/news/development"
	"newsbell/news/story"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
)

const (
	// batch is how many articles are decided together, alertsInBatch how many
	// alerts at most before they are saved.
	batch         = 200
	alertsInBatch = 5000
	// matchInterval is how often the match loop looks even if no signal came.
	matchInterval = 5 * time.Second
	// learnedAtStart is how many of the latest articles tell the index which words are frequent.
	learnedAtStart = 1000
	// storyWindow is how long an article can be joined by others (story.Grouper).
	storyWindow = 72 * time.Hour
	// downtime is how long the program must have been away for what came in meanwhile to be
	// a digest, and catchUp how long after the start it is collected.
	downtime = time.Hour
	catchUp  = 90 * time.Second
	aliveAt  = "alive_at" // the fact that holds when the program last ran
)

// matcher is the match loop. It is used by one goroutine. All it keeps in memory is read from the
// database at the start and follows it: see the comment of the package.
type matcher struct {
	Config

	// The subscriptions, as of version.
	index     *index.Index
	version   int64
	followers []follower // by subscription id
	schedules schedules
	readers   *readers
	work      regexWork
	alerted   *alertCounter
	loaded    bool // they have been read

	// The open stories.
	stories   *story.Grouper
	outletsOf *storyOutlets
	followed  *development.Set
	joined    time.Time // when people last joined two of them
	stale     bool      // a batch was not saved: they are to be read anew

	late time.Time // what comes until then came in during our downtime

	// Upkeep, see maintain.
	refiledAll bool      // the index has looked at every subscription once
	unrelated  int       // matched articles whose short form is not saved yet
	related    time.Time // when short forms were last saved
	learnedAt  time.Time // when it was last saved how common words are
	learnedTo  int64     // the last article that was learned from then
}

// follower is whom a subscription alerts: 16 bytes, a million of them are kept.
type follower struct {
	chat       int64 // 0: not in the index
	schedule   uint32
	everywhere bool  // what its chat does not read counts too
	outlets    uint8 // that have to tell a story; 0: one
}

func newMatcher(c Config) *matcher {
	return &matcher{
		Config:  c,
		version: -1, index: index.NewIndex(), schedules: newSchedules(c.TimeZone), readers: newReaders(), work: newRegexWork(), alerted: newAlertCounter(),
		stories: story.New(), outletsOf: newStoryOutlets(), followed: development.NewSet(),
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

// lateUntil reports whether what comes now counts as come in during our downtime, and until when. The clock
// may have been set since the start.
func (m *matcher) lateUntil(now time.Time) (until time.Time, is bool) {
	left := m.late.Sub(now)

	return now.Add(left), 0 < left && left <= catchUp
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

// joinStories takes over which stories people have joined since the last batch, and shortly before
// it: clocks differ, and joining twice changes nothing.
func (m *matcher) joinStories(t *store.Tx) error {
	joins, err := t.JoinedSince(m.joined.Add(-time.Minute))
	for _, j := range joins {
		m.stories.Join(j.Story, j.Other)
		m.outletsOf.join(j.Story, j.Other)
		m.joined = j.At
	}

	return err
}

// joinAsked joins the stories that people and an embedding model ask to be joined. What fails is tried
// again: articles come first.
func (m *matcher) joinAsked(ctx context.Context) {
	err := m.Store.JoinStories(ctx, m.lookAtJoin)
	if err == nil {
		return
	}

	m.stale = true // the stories in memory may be joined already
	m.alerted.reset()

	if ctx.Err() == nil {
		m.Log.Error("join stories", "error", err)
	}
}

// lookAtJoin does in memory the join of two stories that is about to be saved, and has the alerts looked at
// again that wait for as many outlets as tell the joined story. Joining twice changes nothing.
func (m *matcher) lookAtJoin(t *store.Tx, one *store.Match) error {
	if m.stale {
		if err := m.regroup(t); err != nil {
			return err
		}
	}

	for _, other := range one.Joined {
		m.stories.Join(one.Story, other)
		m.outletsOf.join(one.Story, other)
	}

	one.Zone, one.Outlets, one.Retime = m.TimeZone, m.outletsOf.all(one.Story), m.retimeWaiting

	return m.catchUp(t)
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
		m.schedules.leave(m.followers[f.ID].schedule)
		m.followers[f.ID] = follower{}
	}

	if f.err != nil { // a newer program reads another query language
		m.Log.Error("a stored subscription can no longer be read, so it sends no alerts", "subscription", f.ID, "error", f.err)
	}

	if f.query == nil {
		return
	}

	m.index.Add(id, f.query)

	// Of a bundle's articles, one that too few outlets tell makes no alert that waits for others: there
	// would be too many of them.
	least := 0
	if len(f.query.Bundles()) > 0 {
		least, f.Outlets = f.Outlets, 0
	}

	number, err := m.schedules.join(f.SubscriptionChange)
	if err != nil {
		m.Log.Error("a subscription's schedule can no longer be read: its alerts come at once", "subscription", f.ID, "error", err)
	}

	m.followers[f.ID] = follower{f.Chat, number, f.Scope == store.ScopeEverywhere, uint8(min(least, 255))}
}

// followerOf is whom a subscription alerts; one that is not in the index has no chat.
func (m *matcher) followerOf(id index.ID) follower {
	if int64(id) >= int64(len(m.followers)) {
		return follower{}
	}

	return m.followers[id]
}

// run matches articles as they come in, until ctx ends, and then saves what is kept beside them.
func (m *matcher) run(ctx context.Context) error {
	if !m.loaded {
		if err := m.load(ctx); err != nil {
			return fmt.Errorf("start to match: %w", err)
		}
	}

	if err := m.matchAll(ctx); err != nil {
		return err
	}

	m.maintainAtStop(ctx)

	return nil
}

// matchAll matches until ctx ends: at a signal, and from time to time.
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

		pause := matchInterval
		matched, err := m.matchUnmatched(ctx)

		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrStop):
			return err
		case err != nil:
			m.Log.Error("match", "error", err)

			pause = retryPause
		}

		m.maintain(ctx, matched)
		timer.Reset(pause)
	}
}

// matchUnmatched matches batch after batch until nothing is left, and returns how many articles it
// matched.
func (m *matcher) matchUnmatched(ctx context.Context) (matched int, err error) {
	for {
		n, err := m.match(ctx)
		matched += n

		if err != nil || n < batch {
			return matched, err
		}
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
	articles, err := m.readUnmatched(ctx)
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

// readUnmatched reads the oldest unmatched articles, and brings all that is kept in memory to the same
// moment. Stories that are to be joined are joined before.
func (m *matcher) readUnmatched(ctx context.Context) (articles []*store.Article, err error) {
	join, read := false, func(t *store.Tx) (err error) {
		articles, err = m.readSnapshot(t)
		return err
	}

	err = m.Store.View(ctx, func(t *store.Tx) (err error) {
		if join, err = t.AwaitsJoin(); err != nil || join {
			return err
		}

		return read(t)
	})
	if err != nil || !join {
		return articles, err
	}

	m.joinAsked(ctx)

	err = m.Store.View(ctx, read)

	return articles, err
}

// readSnapshot is [matcher.readUnmatched] in a snapshot.
func (m *matcher) readSnapshot(t *store.Tx) (articles []*store.Article, err error) {
	if m.stale {
		if err := m.regroup(t); err != nil {
			return nil, err
		}
	}

	if err := m.joinStories(t); err != nil {
		return nil, err
	}

	if articles, err = t.Unmatched(batch); err != nil || len(articles) == 0 {
		return nil, err
	}

	if err := m.syncFollowed(t); err != nil {
		return nil, err
	}

	return articles, m.catchUp(t)
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
	times := alertTimes{m: m, now: now, story: story, article: func() (*news.Article, error) { return &a.News, nil }}

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

			timing, err := times.timing(h.ID, f)
			if err != nil {
				return nil, err
			}

			best = best.Earlier(timing)
			matched[next] = store.Hit{Subscription: int64(h.ID), Matched: h.Matched, Judge: m.schedules.all[f.schedule].Delivery.Only}
		}

		alerts = append(alerts, store.PendingAlert{
			Chat: chat, Due: best.Due, Bundle: string(best.Hold), Rule: best.Rule, Awaits: best.Awaits, Hits: matched[first:next],
		})
		first = next
	}

	return alerts, nil
}
