package scheduler

import (
	"slices"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// tellers are the outlets that tell the open stories, for subscriptions to what several
// outlets tell. Only the match loop uses it.
type tellers struct {
	stories map[int64]*teller
	kept    int // stories after the last prune
}

type teller struct {
	outlets []string
	last    time.Time // when the newest of the articles came in
}

func newTellers() *tellers { return &tellers{stories: map[int64]*teller{}} }

// add takes in that an article tells a story, after others turned out to be that story.
func (s *tellers) add(story int64, joined []int64, a *store.Article) {
	for _, other := range joined {
		s.join(story, other)
	}

	t := s.of(story)
	t.add(outletName(a))
	t.last = a.SeenAt

	if len(s.stories) > 2*s.kept+1000 {
		s.prune(a.SeenAt.Add(-2 * storyWindow))
	}
}

func (s *tellers) of(story int64) *teller {
	t := s.stories[story]
	if t == nil {
		t = &teller{}
		s.stories[story] = t
	}

	return t
}

// join takes in that another story is a part of one.
func (s *tellers) join(story, other int64) {
	o := s.stories[other]
	if o == nil || other == story {
		return
	}

	t := s.of(story)
	for _, name := range o.outlets {
		t.add(name)
	}

	if t.last.Before(o.last) {
		t.last = o.last
	}

	delete(s.stories, other)
}

func (t *teller) add(outlet string) {
	if !slices.Contains(t.outlets, outlet) {
		t.outlets = append(t.outlets, outlet)
	}
}

// count is how many outlets tell a story.
func (s *tellers) count(story int64) int {
	if t := s.stories[story]; t != nil {
		return len(t.outlets)
	}

	return 0
}

// prune forgets the stories that nothing joins any more.
func (s *tellers) prune(before time.Time) {
	for id, t := range s.stories {
		if t.last.Before(before) {
			delete(s.stories, id)
		}
	}

	s.kept = len(s.stories)
}

// outletName is who published an article; one that is not named is its host.
func outletName(a *store.Article) string {
	if a.News.Outlet != "" {
		return a.News.Outlet
	}

	return news.Host(a.News.URL)
}
