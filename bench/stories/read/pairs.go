package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

// losses counts what became of the pairs of articles that tell one event.
type losses struct {
	items   []storytest.Item
	told    []int64           // the story of each article, when it came
	by      map[string][]int  // an event and its articles so far
	joined  map[int64]int64   // a story and the one that it became a part of
	pairs   map[string]int    // by what became of them
	pending map[[2]int]string // pairs that are not in one story yet
}

func newLosses(items []storytest.Item) *losses {
	return &losses{
		items: items, told: make([]int64, len(items)), by: map[string][]int{}, joined: map[int64]int64{}, pairs: map[string]int{},
		pending: map[[2]int]string{},
	}
}

// now returns the story that a story is a part of now.
func (l *losses) now(id int64) int64 {
	for into, ok := l.joined[id]; ok; into, ok = l.joined[id] {
		id = into
	}

	return id
}

// add takes in article n, which told story d.Story after some comparisons.
func (l *losses) add(n int, d story.Decision, seen []story.Evidence) {
	event := l.items[n].Event
	before := map[int]int64{} // the stories that tell the event, before anything was joined

	for _, i := range l.by[event] {
		before[i] = l.now(l.told[i])
	}

	for _, other := range d.Joined {
		l.joined[other] = d.Story
	}

	l.told[n] = d.Story

	for _, i := range l.by[event] {
		if l.now(before[i]) != d.Story {
			l.pending[[2]int{i, n}] = l.why(i, n, before, d, seen)
		} else {
			l.pairs["joined at once"]++
		}
	}

	l.by[event] = append(l.by[event], n)
}

// why says what kept article n out of the story of article i.
func (l *losses) why(i, n int, before map[int]int64, d story.Decision, seen []story.Evidence) string {
	if apart := l.items[n].At.Sub(l.items[before[i]].At); apart > story.Window {
		return "outside the window"
	}

	why := whyMissed(seen, map[int64]bool{before[i]: true})

	for j, id := range before {
		if j != i && id == d.Story {
			return "split: in another story of the event; " + why
		}
	}

	if d.Story != int64(n) {
		return "in a story of another event; " + why
	}

	return why
}

// finish counts the pairs that are apart, and those that were joined in the end.
func (l *losses) finish() {
	for pair, why := range l.pending {
		if l.now(l.told[pair[0]]) == l.now(l.told[pair[1]]) {
			why = "joined later"
		}

		l.pairs[why]++
	}

	all := 0
	for _, n := range l.pairs {
		all += n
	}

	fmt.Printf("of %d pairs of one event:\n", all)

	for _, why := range slices.SortedFunc(maps.Keys(l.pairs), func(a, b string) int {
		return cmp.Or(cmp.Compare(l.pairs[b], l.pairs[a]), cmp.Compare(a, b))
	}) {
		fmt.Printf("%6d  %5.1f %%  %s\n", l.pairs[why], 100*float64(l.pairs[why])/float64(all), why)
	}
}
