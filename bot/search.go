package bot

import (
	"context"
	"slices"
	"time"

	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// SearchLimits bound a search of past articles. Zero is no limit.
type SearchLimits struct {
	Time     time.Duration // somebody is waiting
	Articles int           // looked at
	Stories  int           // returned
	Latest   int           // articles returned; zero is none
}

// previewLimits are for /preview and for /news with a query.
func previewLimits() SearchLimits {
	return SearchLimits{Time: 2 * time.Second, Articles: 20_000, Stories: 60}
}

// newsLimits are for /news without a query: enough for its pages.
func newsLimits() SearchLimits { return SearchLimits{Time: time.Second, Articles: 2000, Stories: 60} }

// quickLimits are for the counts in a reply to /subscribe.
func quickLimits() SearchLimits { return SearchLimits{Time: time.Second, Articles: 20_000, Stories: 1} }

// SearchResult is what a query would have matched.
type SearchResult struct {
	Articles, Stories, Outlets int
	Newest                     []*StoryMatch    // one a story, newest first
	Latest                     []*store.Article // as they were found, newest first
	// cut: the search ended early, so it is complete only from since on.
	cut   bool
	since time.Time
	span  time.Duration
}

// StoryMatch is a story of which an article matched.
type StoryMatch struct {
	Article *store.Article // the newest that matched
	Matched []string       // what the query found in Article
	Outlets []string       // who else tells it, as far as matched
}

// search finds what a query (nil: any) would have matched among the articles
// that a target gets.
func (b *Bot) search(ctx context.Context, p target, q *query.Query, limits SearchLimits) (*SearchResult, error) {
	var found *SearchResult

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, p)
		if err != nil {
			return err
		}

		found, err = Search(ctx, tx, c.ID, q, lookBack, limits)

		return err
	})

	return found, err
}

// Search finds what a query (nil: any) matches among the articles that a chat gets
// (0: of the configured sources) and that were published within span, newest first.
// It is what /preview, /news and `newsbell preview` show.
func Search(ctx context.Context, tx *store.Tx, chat int64, q *query.Query, span time.Duration, limits SearchLimits) (*SearchResult, error) {
	var single *index.Single
	if q != nil {
		single = index.NewSingle(q)
	}

	began, looked := time.Now(), 0
	since := tx.Now.Add(-span)
	found := &SearchResult{since: since, span: span}
	stories := map[int64]*StoryMatch{}
	outlets := map[string]bool{}

	err := tx.Recent(chat, since, func(a *store.Article) bool {
		looked++
		if limits.Articles > 0 && looked > limits.Articles || limits.Time > 0 && time.Since(began) > limits.Time {
			found.cut, found.since = true, a.SeenAt
			return false
		}

		// A feed may list for the first time what was published long ago.
		if a.At().Before(since) {
			return ctx.Err() == nil
		}

		var matched []string

		if single != nil {
			var ok bool
			if matched, ok = single.Match(&a.News); !ok {
				return ctx.Err() == nil
			}
		}

		found.Articles++
		if len(found.Latest) < limits.Latest {
			found.Latest = append(found.Latest, a)
		}

		outlets[outlet(&a.News)] = true

		story := a.Story
		if story == 0 { // not grouped yet: a story of its own
			story = -a.ID
		}

		if s := stories[story]; s != nil {
			s.add(a)
			return ctx.Err() == nil
		}

		s := &StoryMatch{Article: a, Matched: matched}
		stories[story] = s
		found.Newest = append(found.Newest, s)

		return ctx.Err() == nil
	})

	found.Stories, found.Outlets = len(stories), len(outlets)
	slices.SortStableFunc(found.Newest, func(a, b *StoryMatch) int { return b.Article.At().Compare(a.Article.At()) })

	if limits.Stories > 0 && len(found.Newest) > limits.Stories {
		found.Newest = found.Newest[:limits.Stories]
	}

	return found, err
}

// add notes who else tells the story.
func (s *StoryMatch) add(a *store.Article) {
	if name := outlet(&a.News); name != outlet(&s.Article.News) && !slices.Contains(s.Outlets, name) {
		s.Outlets = append(s.Outlets, name)
	}
}
