package scheduler

import (
	"slices"
	"time"

	"newsbell/store"
)

// storyOutlets knows which outlets tell the open stories, and in which sources, for subscriptions to
// what several outlets report. Only the match loop uses it.
type storyOutlets struct {
	stories map[int64]*outletSet
	kept    int // stories after the last prune
}

// outletSet is the outlets that tell one story.
type outletSet struct {
	outlets []outletSources
	newest  time.Time // when the newest of the story's articles came in
}

// outletSources is an outlet with the sources in which it tells a story.
type outletSources struct {
	outlet  string
	sources []origin
}

// origin is a source with who named it.
type origin struct {
	source int64
	from   store.Origin
}

func originOf(a *store.Article) origin { return origin{a.SourceID, a.SourceOrigin} }

func newStoryOutlets() *storyOutlets { return &storyOutlets{stories: map[int64]*outletSet{}} }

// add notes the outlet of an article of a story. joined are the stories that turned out to be that
// story.
func (s *storyOutlets) add(story int64, joined []int64, a *store.Article) {
	for _, other := range joined {
		s.join(story, other)
	}

	t := s.of(story)
	t.add(a.News.Outlet, originOf(a))
	t.newest = a.SeenAt

	if len(s.stories) > 2*s.kept+1000 {
		s.prune(a.SeenAt.Add(-2 * storyWindow))
	}
}

func (s *storyOutlets) of(story int64) *outletSet {
	t := s.stories[story]
	if t == nil {
		t = &outletSet{}
		s.stories[story] = t
	}

	return t
}

// join makes another story a part of one.
func (s *storyOutlets) join(story, other int64) {
	o := s.stories[other]
	if o == nil || other == story {
		return
	}

	t := s.of(story)

	for _, one := range o.outlets {
		for _, source := range one.sources {
			t.add(one.outlet, source)
		}
	}

	if t.newest.Before(o.newest) {
		t.newest = o.newest
	}

	delete(s.stories, other)
}

// add notes a source of an outlet. An article without an outlet does not count.
func (t *outletSet) add(outlet string, source origin) {
	if outlet == "" {
		return
	}

	i := slices.IndexFunc(t.outlets, func(o outletSources) bool { return o.outlet == outlet })
	if i < 0 {
		t.outlets = append(t.outlets, outletSources{outlet: outlet, sources: []origin{source}})
		return
	}

	if known := &t.outlets[i]; !slices.Contains(known.sources, source) {
		known.sources = append(known.sources, source)
	}
}

// all returns how many outlets report a story, whoever may read them.
func (s *storyOutlets) all(story int64) int {
	if t := s.stories[story]; t != nil {
		return len(t.outlets)
	}

	return 0
}

// count returns how many outlets report a story in sources that may accepts, at least one. The store
// counts by the same rule in SQL (countOutlets).
func (s *storyOutlets) count(story int64, may func(origin) bool) int {
	t, n := s.stories[story], 0
	if t == nil {
		return 1
	}

	for _, one := range t.outlets {
		if slices.ContainsFunc(one.sources, may) {
			n++
		}
	}

	return max(n, 1)
}

// prune forgets the stories that nothing joins any more.
func (s *storyOutlets) prune(before time.Time) {
	for id, t := range s.stories {
		if t.newest.Before(before) {
			delete(s.stories, id)
		}
	}

	s.kept = len(s.stories)
}
