package development

import (
	"maps"
	"slices"
	"time"

	"newsbell/news"
	"newsbell/news/story"
)

// How near an article that opened a story of its own is to a followed one, at least, to go on
// with it: the cosine of the beginnings, and telling words that both have. Chosen on the half of
// the labels for choosing.
const (
	leastKin    = 0.28
	leastShared = 3
)

// Set holds the followed stories. It is not safe for concurrent use.
type Set struct {
	stories map[int64]map[int64]*Story // by story and source; source 0: those that everybody reads
	root    map[int64]int64            // a story that goes on with a followed one: which
	with    map[uint64]map[int64]bool  // a telling word: the followed stories that have it
}

// NewSet returns a set of no stories.
func NewSet() *Set {
	return &Set{stories: map[int64]map[int64]*Story{}, root: map[int64]int64{}, with: map[uint64]map[int64]bool{}}
}

// Len is how many stories are followed.
func (s *Set) Len() int { return len(s.stories) }

// Has reports whether a story is followed.
func (s *Set) Has(id int64) bool { return s.stories[id] != nil }

// Keep forgets all stories but some.
func (s *Set) Keep(ids map[int64]bool) {
	for id := range s.stories {
		if ids[id] {
			continue
		}

		delete(s.stories, id)

		for part, root := range s.root {
			if root == id {
				delete(s.root, part)
			}
		}

		for stem, with := range s.with {
			if delete(with, id); len(with) == 0 {
				delete(s.with, stem)
			}
		}
	}
}

// Join notes that a story goes on with a followed one.
func (s *Set) Join(part, root int64) { s.root[part] = root }

// Roots lists the followed stories that articles of a story belong to.
func (s *Set) Roots(id int64) []int64 {
	var roots []int64
	if s.Has(id) {
		roots = append(roots, id)
	}

	if root, ok := s.root[id]; ok && root != id && s.Has(root) {
		roots = append(roots, root)
	}

	return roots
}

// Sources lists the sources that reported a followed story and that not everybody reads,
// ascending.
func (s *Set) Sources(id int64) []int64 {
	var sources []int64

	for source := range s.stories[id] {
		if source != 0 {
			sources = append(sources, source)
		}
	}

	slices.Sort(sources)

	return sources
}

// Add notes that an article of a source (0: one that everybody reads) told a followed story; a
// story not known yet is followed from now on.
func (s *Set) Add(id, source int64, a *news.Article, at time.Time) {
	if s.stories[id] == nil {
		s.stories[id] = map[int64]*Story{}
	}

	st := s.stories[id][source]
	if st == nil {
		st = &Story{}
		s.stories[id][source] = st
	}

	t := readTelling(a, at)
	for _, w := range t.head {
		if w.Weight < leastTelling {
			continue
		}

		if s.with[w.Stem] == nil {
			s.with[w.Stem] = map[int64]bool{}
		}

		s.with[w.Stem][id] = true
	}

	st.add(t)
}

// Judge says whether an article tells something new of a followed story to those who read some
// sources; they read source 0 in any case. To those who read none that told it, all of them
// count.
func (s *Set) Judge(id int64, a *news.Article, at time.Time, reads func(source int64) bool) Verdict {
	var known []*Story

	for _, source := range append([]int64{0}, s.Sources(id)...) {
		if st := s.stories[id][source]; st != nil && (source == 0 || reads(source)) {
			known = append(known, st)
		}
	}

	if len(known) == 0 {
		known = slices.Collect(maps.Values(s.stories[id]))
	}

	return judgeTelling(known, readTelling(a, at))
}

// Find returns the followed story that an article goes on with though it opened a story of its
// own, 0 for none: the nearest one, the older of two.
func (s *Set) Find(a *news.Article, at time.Time) int64 {
	t := readTelling(a, at)
	shared := map[int64]int{}
	seen := map[uint64]bool{}

	for _, w := range t.head {
		if w.Weight < leastTelling || seen[w.Stem] {
			continue
		}

		seen[w.Stem] = true

		for id := range s.with[w.Stem] {
			shared[id]++
		}
	}

	best, nearest := int64(0), leastKin

	for id, n := range shared {
		if n < leastShared {
			continue
		}

		for _, st := range s.stories[id] {
			if kin := st.nearestShare(t); kin > nearest || kin == nearest && id < best {
				best, nearest = id, kin
			}
		}
	}

	return best
}

// nearestShare is how near an article is to the nearest article of the story that shares enough telling
// words with it.
func (s *Story) nearestShare(t *telling) float64 {
	nearest := 0.0

	for _, told := range s.told {
		if sharedTelling(t.headBag, told.head) >= leastShared {
			nearest = max(nearest, cosine(t.headBag, told.headBag))
		}
	}

	return nearest
}

func sharedTelling(in bag, words []story.Word) int {
	n := 0
	seen := map[uint64]bool{}

	for _, w := range words {
		if w.Weight >= leastTelling && in[w.Stem] > 0 && !seen[w.Stem] {
			seen[w.Stem] = true
			n++
		}
	}

	return n
}
