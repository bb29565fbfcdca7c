// Package search is what a query would have matched: the stories of the last days that /preview,
// /news, /trend, `newsbell preview` and the reply to /subscribe show and count. sentences.go says
// it in words.
package search

import (
	"context"
	"slices"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// OutletOf is who published an article, as people know it.
func OutletOf(a *news.Article) string {
	if a.Outlet != "" {
		return a.Outlet
	}

	return news.Host(a.URL)
}

// Limits bound a search of past articles. Zero is no limit.
type Limits struct {
	Span     time.Duration // how far back; as far as a preview
	Time     time.Duration // somebody is waiting
	Articles int           // looked at
	Stories  int           // returned
	Latest   int           // articles returned; zero is none

	Everywhere bool // not only what the chat reads (store.ScopeEverywhere)
	Outlets    int  // that have to tell a story; zero is one

	// Each is called for every article looked at, with whether it matches; may be nil.
	Each func(a *store.Article, matches bool)
}

// Result is what a query would have matched.
type Result struct {
	Articles, Stories, Outlets int
	Newest                     []*Story         // one a story, newest first
	Latest                     []*store.Article // as they were found, newest first
	Looked                     int              // articles that the query was asked about
	WithMin                    int              // stories that at least suggestedMin outlets report
	FirstSeen                  time.Time        // of these: the earliest sight
	// Cut: the search ended early, so it is complete only from Since on.
	Cut   bool
	Since time.Time
	Span  time.Duration // that was asked for

	// Zone is the one that the result is told in; nil is UTC.
	Zone *time.Location

	oldest time.Time // the earliest publication
}

// Story is a story of which an article matched.
type Story struct {
	Article *store.Article // the newest that matched
	Matched []string       // what the query found in Article
	Outlets []string       // who else tells it, as far as matched
}

// Run finds what a query (nil: any) matches among the articles that a chat gets
// (0: of the configured sources) and that were published within span, newest first.
// It is what /preview, /news and `newsbell preview` show.
func Run(ctx context.Context, tx *store.Tx, chat int64, q *query.Query, span time.Duration, limits Limits) (*Result, error) {
	since := tx.Now.Add(-span)
	found := &Result{Span: span}
	seen := sightings{stories: map[int64]*Story{}, outlets: map[string]bool{}}

	how := store.Search{
		Chat: chat, Everywhere: limits.Everywhere, Since: since, Published: since, Articles: limits.Articles, Time: limits.Time,
	}
	if q != nil {
		how.Match = index.NewSingle(q).Match
	}

	all, err := tx.Search(ctx, how, func(a store.Found) {
		found.note(a.Article)

		if limits.Each != nil {
			limits.Each(a.Article, a.Matches)
		}

		if !a.Matches {
			return
		}

		found.Articles++
		if len(found.Latest) < limits.Latest {
			found.Latest = append(found.Latest, a.Article)
		}

		if s := seen.note(a.Article, a.Matched); s != nil {
			found.Newest = append(found.Newest, s)
		}
	})

	found.Since, found.Cut = all, !all.Equal(since)
	found.Outlets = len(seen.outlets)
	found.chooseStories(limits)

	return found, err
}

// chooseStories counts the stories that enough outlets tell, and keeps as many of the newest
// as are wanted.
func (c *Result) chooseStories(limits Limits) {
	if limits.Outlets > 1 {
		c.Newest = slices.DeleteFunc(c.Newest, func(s *Story) bool { return len(s.Outlets)+1 < limits.Outlets })
	}

	c.Stories = len(c.Newest)

	for _, s := range c.Newest {
		if len(s.Outlets)+1 >= suggestedMin {
			c.WithMin++
		}
	}

	slices.SortStableFunc(c.Newest, func(a, b *Story) int { return b.Article.At().Compare(a.Article.At()) })

	if limits.Stories > 0 && len(c.Newest) > limits.Stories {
		c.Newest = c.Newest[:limits.Stories]
	}
}

// sightings are the stories and outlets of the articles that a search has matched.
type sightings struct {
	stories map[int64]*Story
	outlets map[string]bool
}

// note takes in a matched article. It returns its story if that is a new one.
func (s *sightings) note(a *store.Article, matched []string) *Story {
	s.outlets[OutletOf(&a.News)] = true

	story := a.Story
	if story == 0 { // not grouped yet: a story of its own
		story = -a.ID
	}

	if known := s.stories[story]; known != nil {
		known.add(a)
		return nil
	}

	s.stories[story] = &Story{Article: a, Matched: matched}

	return s.stories[story]
}

// note counts an article that the query is asked about.
func (c *Result) note(a *store.Article) {
	c.Looked++

	if at := a.At(); c.oldest.IsZero() || at.Before(c.oldest) {
		c.oldest = at
	}

	if c.FirstSeen.IsZero() || a.SeenAt.Before(c.FirstSeen) {
		c.FirstSeen = a.SeenAt
	}
}

// suggestedMin is the value of min: that a preview suggests, with the number of stories that it
// would leave.
const suggestedMin = 3

// PerDay estimates how many stories a day match; 0 if there is too little to tell.
func (c *Result) PerDay(now time.Time) int { return c.rate(c.Stories, now) }

// rate is so many stories as a number a day; 0 if they are too few to tell.
func (c *Result) rate(stories int, now time.Time) int {
	if stories < enoughStories {
		return 0
	}

	covered := max(now.Sub(c.oldest), 24*time.Hour)

	return int(float64(stories)*float64(24*time.Hour)/float64(covered) + 0.5)
}

// enoughStories are needed to say how many there are a day.
const enoughStories = 5

// When a query matches so much that a person is asked first.
const (
	askAbove    = 50  // stories a day
	askShare    = 0.4 // of all articles
	enoughToAsk = 50  // articles are needed to judge by the share
)

// MatchesTooMuch reports whether a query matches so much that it is probably not meant.
func (c *Result) MatchesTooMuch(now time.Time) bool {
	return c.PerDay(now) > askAbove || c.Looked >= enoughToAsk && float64(c.Articles) >= askShare*float64(c.Looked)
}

// add notes who else tells the story.
func (s *Story) add(a *store.Article) {
	if name := OutletOf(&a.News); name != OutletOf(&s.Article.News) && !slices.Contains(s.Outlets, name) {
		s.Outlets = append(s.Outlets, name)
	}
}
