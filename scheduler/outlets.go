package scheduler

import (
	"slices"
	"time"

	"newsbell/store"
)

// tellers are the outlets that tell the open stories, for subscriptions to what several
// outlets report. Only the match loop uses it.
type tellers struct {
	stories map[int64]*teller
	kept    int // stories after the last prune
}

type teller struct {
	outlets []telling
	last    time.Time // when the newest of the articles came in
}

// telling is an outlet that tells a story, and the sources that it does so in.
type telling struct {
	outlet  string
	sources []origin
}

// origin is a source with who named it.
type origin struct {
	source int64
	from   store.Origin
}

func originOf(a *store.Article) origin { return origin{a.SourceID, a.SourceOrigin} }

func newTellers() *tellers { return &tellers{stories: map[int64]*teller{}} }

// add takes in that an article tells a story, after others turned out to be that story.
func (s *tellers) add(story int64, joined []int64, a *store.Article) {
	for _, other := range joined {
		s.join(story, other)
	}

	t := s.of(story)
	t.add(a.News.Outlet, originOf(a))
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

	for _, told := range o.outlets {
		for _, source := range told.sources {
			t.add(told.outlet, source)
		}
	}

	if t.last.Before(o.last) {
		t.last = o.last
	}

	delete(s.stories, other)
}

// add notes a source of an outlet. What nobody is named as the publisher of counts for none.
func (t *teller) add(outlet string, source origin) {
	if outlet == "" {
		return
	}

	i := slices.IndexFunc(t.outlets, func(o telling) bool { return o.outlet == outlet })
	if i < 0 {
		t.outlets = append(t.outlets, telling{outlet: outlet, sources: []origin{source}})
		return
	}

	if told := &t.outlets[i]; !slices.Contains(told.sources, source) {
		told.sources = append(told.sources, source)
	}
}

// all is how many outlets report a story, whoever may read them.
func (s *tellers) all(story int64) int {
	if t := s.stories[story]; t != nil {
		return len(t.outlets)
	}

	return 0
}

// count is how many outlets report a story as far as may is true of their sources, at least
// one. The store counts by the same rule in SQL (countOutlets).
func (s *tellers) count(story int64, may func(origin) bool) int {
	t, n := s.stories[story], 0
	if t == nil {
		return 1
	}

	for _, told := range t.outlets {
		if slices.ContainsFunc(told.sources, may) {
			n++
		}
	}

	return max(n, 1)
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
