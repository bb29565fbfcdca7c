package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"newsbell/locales"
	"newsbell/news"
	"newsbell/news/development"
	"newsbell/store"
)

const (
	// matchedOfStory is how many articles of a followed story, or of one that goes on with it,
	// are read when somebody begins to follow it.
	matchedOfStory = 200
	// endedAtOnce is how many followed stories end in one transaction.
	endedAtOnce = 500
)

// syncFollowed brings the followed stories to those of the snapshot.
func (m *matcher) syncFollowed(t *store.Tx) error {
	followed, err := t.FollowedStories()
	if err != nil {
		return fmt.Errorf("read the followed stories: %w", err)
	}

	ids := make(map[int64]bool, len(followed))
	for id := range followed {
		ids[id] = true
	}

	m.followed.Keep(ids)

	for id, parts := range followed {
		if m.followed.Has(id) {
			continue
		}

		for _, part := range append([]int64{id}, parts...) {
			m.followed.Join(part, id)

			articles, err := t.MatchedOf(part, matchedOfStory)
			if err != nil {
				return fmt.Errorf("read what was told of a followed story: %w", err)
			}

			for _, a := range articles {
				m.followed.Add(id, sourceToldIn(a), &a.News, a.At())
			}
		}
	}

	return nil
}

// sourceToldIn returns the source that an article counts as told in, for those who follow its story: 0 is
// one that every chat reads.
func sourceToldIn(a *store.Article) int64 {
	if a.SourceOrigin == store.FromConfig {
		return 0
	}

	return a.SourceID
}

// developments returns what an article tells that is new of the followed stories it belongs to, with the
// alerts for it. From then on it counts as known. A baseline tells nothing new, nor does an article
// that was changed, unless it was noted as a development before: perhaps not everybody was alerted.
func (m *matcher) developments(ctx context.Context, a *store.Article, story int64, joined []int64) ([]store.Development, error) {
	if m.followed.Len() == 0 || a.Quiet != "" {
		return nil, nil
	}

	roots := m.followedOf(a, story, joined)
	if len(roots) == 0 {
		return nil, nil
	}

	all := make([]store.Development, 0, len(roots))

	err := m.Store.View(ctx, func(t *store.Tx) error {
		for _, root := range roots {
			d := store.Development{Story: root, Part: root != story}
			if err := m.judge(t, &d, a); err != nil {
				return err
			}

			all = append(all, d)
		}

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("judge what is new of a followed story: %w", err)
	}

	for _, d := range all {
		m.followed.Add(d.Story, sourceToldIn(a), &a.News, a.At())
	}

	return all, nil
}

// followedOf lists the followed stories that an article belongs to, each once.
func (m *matcher) followedOf(a *store.Article, story int64, joined []int64) []int64 {
	roots := m.followed.Roots(story)
	for _, other := range joined {
		roots = append(roots, m.followed.Roots(other)...)
	}

	if story == a.ID && a.Story == 0 && len(roots) == 0 {
		if root := m.followed.Find(&a.News, a.At()); root != 0 {
			m.followed.Join(story, root)
			roots = append(roots, root)
		}
	}

	slices.Sort(roots)

	return slices.Compact(roots)
}

// judge fills in what is new in an article, and the alerts for the followers. What a chat knows is what
// the sources reported that it reads.
func (m *matcher) judge(t *store.Tx, d *store.Development, a *store.Article) error {
	if a.Story != 0 {
		if noted, err := t.IsDevelopment(a.ID, d.Story); err != nil || !noted {
			return err
		}
	}

	verdict := m.verdicts(d.Story, a)
	plans := map[[2]string]schedule{}

	return t.Followers(d.Story, sourceToldIn(a), a.SeenAt, func(f store.Follower) error {
		v := verdict(f.Chat)
		if !v.New {
			return nil
		}

		// What is new to those who know most is new to all.
		if len(d.Details) == 0 || len(v.Details) < len(d.Details) {
			d.Details = v.Details
		}

		alert, err := m.alertFollower(f, plans)
		d.Alerts = append(d.Alerts, alert)

		return err
	})
}

// verdicts returns a function that judges what is new in an article for a chat. Chats that read the same
// sources of the story share a verdict.
func (m *matcher) verdicts(story int64, a *store.Article) func(chat int64) development.Verdict {
	sources := m.followed.Sources(story)
	known := map[string]development.Verdict{}

	return func(chat int64) development.Verdict {
		read := make([]byte, len(sources))
		for i, source := range sources {
			if m.readers.reads(origin{source, ""}, chat) {
				read[i] = 1
			}
		}

		v, ok := known[string(read)]
		if !ok {
			v = m.followed.Judge(story, &a.News, a.At(), func(source int64) bool {
				i := slices.Index(sources, source)
				return i < 0 || read[i] == 1
			})
			known[string(read)] = v
		}

		return v
	}
}

// alertFollower is the alert of a development for a chat: at once, but not in its quiet hours.
func (m *matcher) alertFollower(f store.Follower, plans map[[2]string]schedule) (store.PendingAlert, error) {
	name := [2]string{f.Quiet, f.TimeZone}

	s, known := plans[name]
	if !known {
		var err error
		if s, err = newSchedule(store.SubscriptionChange{Quiet: f.Quiet, TimeZone: f.TimeZone}, m.TimeZone); err != nil {
			return store.PendingAlert{}, fmt.Errorf("read when a chat is told: %w", err)
		}

		plans[name] = s
	}

	t := s.At(time.Now(), 1, false, false)

	return store.PendingAlert{Chat: f.Chat, Due: t.Due, Bundle: string(t.Hold)}, nil
}

// endFollows ends the following of stories that brought nothing new for a week, and tells the chats.
func endFollows(t *store.Tx, texts *locales.Catalog) error {
	ended, err := t.EndFollows(endedAtOnce)
	if err != nil {
		return fmt.Errorf("end followed stories: %w", err)
	}

	for _, e := range ended {
		w := texts.Find(e.ReadIn...)

		text := w.Say("follow.quiet_untitled")
		if e.Title != "" {
			text = w.Say("follow.quiet", "title", news.Shorten(e.Title, endedTitle))
		}

		if err := t.Notify(e.Chat, text); err != nil {
			return err
		}
	}

	return nil
}

// endedTitle is how much of a title is shown, in characters.
const endedTitle = 120
