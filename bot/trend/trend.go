// Package trend counts what matches a query day by day, and draws it: bars for the
// stories, coloured by how many outlets report them, and a line for the articles.
//
// The picture has no words, only numbers: what it shows is said below it, in the reader's
// language. It is drawn on a dark ground of its own, so that it reads the same in a light
// and in a dark chat.
package trend

import (
	"cmp"
	"slices"
	"time"

	"newsbell/store"
)

// Days is how many days a trend covers.
const Days = 30

// Stories are grouped by how many outlets report them: one, some or many.
const (
	some = 2
	many = 5
)

// Trend is what a query has matched, day by day.
type Trend struct {
	Days []Day // the oldest first
}

// Day is what was published on one day of the reader's zone.
type Day struct {
	At       time.Time // its first instant
	Articles int
	Stories  [3]int // that began on it, reported by one outlet, by two to four, by five and more
}

// Total is how many stories began on a day.
func (d *Day) Total() int { return d.Stories[0] + d.Stories[1] + d.Stories[2] }

// Peak is the day with the most stories; of several the one with the most articles, then
// the latest.
func (t *Trend) Peak() int {
	best := 0

	for i := range t.Days {
		if cmp.Or(cmp.Compare(t.Days[i].Total(), t.Days[best].Total()), cmp.Compare(t.Days[i].Articles, t.Days[best].Articles)) >= 0 {
			best = i
		}
	}

	return best
}

// Counter takes in the articles that matched. It is not safe for concurrent use.
type Counter struct {
	articles []time.Time
	stories  map[int64]*storyCount
}

// storyCount counts the matched articles of one story, and the outlets that published them.
type storyCount struct {
	first    *store.Article // the earliest
	outlets  map[string]bool
	articles int
}

// NewCounter makes a Counter.
func NewCounter() *Counter { return &Counter{stories: map[int64]*storyCount{}} }

// Add takes in an article. outlet is its outlet's name; its text is not kept.
func (c *Counter) Add(a *store.Article, outlet string) {
	c.articles = append(c.articles, a.At())

	id := cmp.Or(a.Story, -a.ID) // one that is not grouped yet is a story of its own

	s := c.stories[id]
	if s == nil {
		s = &storyCount{first: a, outlets: map[string]bool{}}
		c.stories[id] = s
	}

	if a.At().Before(s.first.At()) {
		s.first = a
	}

	s.outlets[outlet] = true
	s.articles++
}

// Trend counts what was added by the days of a zone, the last of which is that of now. It
// begins with the day of since, if that is later than the first of them.
func (c *Counter) Trend(since, now time.Time, zone *time.Location) *Trend {
	t := &Trend{}

	year, month, day := now.In(zone).Date()
	for i := Days - 1; i >= 0; i-- {
		at := time.Date(year, month, day-i, 0, 0, 0, 0, zone)
		if next := time.Date(year, month, day-i+1, 0, 0, 0, 0, zone); since.Before(next) {
			t.Days = append(t.Days, Day{At: at})
		}
	}

	for _, at := range c.articles {
		if d := t.day(at); d != nil {
			d.Articles++
		}
	}

	for _, s := range c.stories {
		if d := t.day(s.first.At()); d != nil {
			d.Stories[outletGroup(len(s.outlets))]++
		}
	}

	return t
}

// outletGroup is which of a day's counts a story belongs to.
func outletGroup(outlets int) int {
	switch {
	case outlets >= many:
		return 2
	case outlets >= some:
		return 1
	default:
		return 0
	}
}

// day finds the day of a moment, nil if it is none of them. What a feed dates into the
// future is of the last.
func (t *Trend) day(at time.Time) *Day {
	i, found := slices.BinarySearchFunc(t.Days, at, func(d Day, at time.Time) int { return d.At.Compare(at) })
	if !found {
		i--
	}

	if i < 0 {
		return nil
	}

	return &t.Days[i]
}

// Headline is the first article of the story that most outlets report on a day; nil: it had none.
func (c *Counter) Headline(t *Trend, day int) *store.Article {
	var best *storyCount

	for _, s := range c.stories {
		if t.day(s.first.At()) == &t.Days[day] && (best == nil || s.outranks(best)) {
			best = s
		}
	}

	if best == nil {
		return nil
	}

	return best.first
}

// outranks orders stories by their outlets, then by their articles, then the older one first.
func (s *storyCount) outranks(other *storyCount) bool {
	return cmp.Or(cmp.Compare(len(s.outlets), len(other.outlets)), cmp.Compare(s.articles, other.articles), cmp.Compare(other.first.ID, s.first.ID)) > 0
}

// Sparkline is the stories of each day as a line of bars.
func (t *Trend) Sparkline() string {
	const bars = "▁▂▃▄▅▆▇█"

	levels := []rune(bars)
	top := t.Days[t.Peak()].Total()

	line := make([]rune, 0, len(t.Days))

	for i := range t.Days {
		level := 0
		if n := t.Days[i].Total(); n > 0 {
			level = max(1, n*(len(levels)-1)/top)
		}

		line = append(line, levels[level])
	}

	return string(line)
}
