package scheduler

import (
	"context"
	"fmt"
	"time"

	"newsbell/news"
	"newsbell/store"
)

const (
	// toldOfStory is how many articles of a followed story, or of one that goes on with it,
	// are read when somebody begins to follow it.
	toldOfStory = 200
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

			articles, err := t.ArticlesOfStory(store.AllChats, part, toldOfStory)
			if err != nil {
				return fmt.Errorf("read what was told of a followed story: %w", err)
			}

			for _, a := range articles {
				m.followed.Add(id, &a.News, a.At())
			}
		}
	}

	return nil
}

// developments says what an article tells that is new of the followed stories it belongs to, and
// notes it as told. A baseline, and an article that was changed, tells nothing new.
func (m *matcher) developments(a *store.Article, story int64, joined []int64) []store.Development {
	if m.followed.Len() == 0 || a.Story != 0 || a.Quiet != "" {
		return nil
	}

	roots := m.followed.Roots(story)
	for _, other := range joined {
		roots = append(roots, m.followed.Roots(other)...)
	}

	if story == a.ID && len(roots) == 0 {
		if root := m.followed.Find(&a.News, a.At()); root != 0 {
			m.followed.Join(story, root)
			roots = append(roots, root)
		}
	}

	var all []store.Development

	for _, root := range roots {
		d := store.Development{Story: root, Part: root != story}

		if v := m.followed.Judge(root, &a.News, a.At()); v.New {
			d.Facts = v.Facts
		}

		m.followed.Add(root, &a.News, a.At())

		all = append(all, d)
	}

	return all
}

// alertFollowers fills in who is to be told of developments, and when.
func (m *matcher) alertFollowers(ctx context.Context, decided []store.Match, articles map[int64]*store.Article) error {
	return m.Store.View(ctx, func(t *store.Tx) error {
		for i := range decided {
			for j := range decided[i].Developments {
				d := &decided[i].Developments[j]
				if len(d.Facts) == 0 {
					continue
				}

				a := articles[decided[i].Article]

				source := a.SourceID
				if a.SourceOrigin == store.FromConfig {
					source = 0
				}

				followers, err := t.Followers(d.Story, source)
				if err != nil {
					return fmt.Errorf("read who follows a story: %w", err)
				}

				for _, f := range followers {
					d.Alerts = append(d.Alerts, m.alertFollower(f))
				}
			}
		}

		return nil
	})
}

// endFollows ends the stories that brought nothing new for a week, and says so.
func endFollows(t *store.Tx) error {
	ended, err := t.EndFollows(endedAtOnce)
	if err != nil {
		return fmt.Errorf("end followed stories: %w", err)
	}

	for _, e := range ended {
		if err := t.Notify(e.Chat, followEndedText(e.Title)); err != nil {
			return err
		}
	}

	return nil
}

// alertFollower is the alert of a development for a chat: at once, but not in its quiet hours.
func (m *matcher) alertFollower(f store.Follower) store.PendingAlert {
	s := m.schedules[m.scheduleOf(store.SubscriptionChange{Quiet: f.Quiet, TimeZone: f.TimeZone})]
	t := s.At(time.Now(), 1, false, false)

	return store.PendingAlert{Chat: f.Chat, Due: t.Due, Bundle: string(t.Hold)}
}

// followEndedText says that a followed story has ended.
func followEndedText(title string) string {
	if title == "" {
		return "A story you followed has brought nothing new for a week, so I've stopped following it."
	}

	return fmt.Sprintf("Nothing new for a week on “%s”, so I've stopped following that story.", news.Shorten(title, endedTitle))
}

// endedTitle is how much of a title is shown, in characters.
const endedTitle = 120
