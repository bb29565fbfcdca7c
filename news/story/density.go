package story

import (
	"math"
	"time"
)

// rate is how fast articles come, so that a window that is still filling counts as the one that
// it is going to be: the prior of "same" falls as the stream gets denser.
type rate struct {
	last int64   // seconds; of the article before
	gap  float64 // mean seconds between two articles, of late
	seen int
}

const (
	rateMemory = 32  // articles that the mean is of, about
	rateLeast  = 8   // articles before which there is no rate
	rateMost   = 20  // times the stories of the window
	fewest     = 20  // stories that a window counts as, at least
	unknown    = 200 // and as long as there is no rate
	many       = 2000
)

// clock is the time that it is by the dates of articles: the latest, but one that is far ahead of what
// came before counts only when others are. A single wrong date would put everything out of the
// window.
type clock struct {
	now             time.Time
	agreed          int       // articles within a window of it since it was set
	ahead, behind   int       // articles in a row that are further ahead, or back, than a window
	least, farthest time.Time // the earliest of those ahead, the latest of those behind
}

// How many articles in a row say that it is later than was thought, or earlier: a first poll brings
// a week of old ones. As many as say that it is later are enough for both if fewer have agreed.
const (
	aheadLeast  = 3
	behindLeast = Retained
)

func (c *clock) unix() int64 { return c.now.Unix() }

// add takes in the time of an article.
func (c *clock) add(at time.Time) {
	early, late := at.Sub(c.now) > Window, c.now.Sub(at) > Window

	switch {
	case c.now.IsZero():
		c.now, early = at, false
	case early:
		if c.ahead++; c.ahead == 1 || at.Before(c.least) {
			c.least = at
		}

		if c.ahead == aheadLeast {
			c.now, c.agreed, early = c.least, aheadLeast-1, false
		}
	case late:
		if c.behind++; c.behind == 1 || at.After(c.farthest) {
			c.farthest = at
		}

		if c.behind == behindLeast || c.behind == aheadLeast && c.agreed < aheadLeast {
			c.now, c.agreed, late = c.farthest, aheadLeast-1, false
		}
	case at.After(c.now):
		c.now = at
	}

	if !early {
		c.ahead = 0
	}

	if !late {
		c.behind = 0
	}

	if !early && !late {
		c.agreed = min(c.agreed+1, aheadLeast)
	}
}

// relief is how much less than sameOdds is enough in a window of the fewest stories; from many on
// it is nothing. Chance makes hardly two that look alike among few; but what is as likely another
// story as the same one alerts, however few there are.
const relief = 1.1

func (r *rate) add(at int64) {
	gap := float64(at - r.last)
	if gap < 0 {
		gap = -gap
	}

	if r.seen++; r.seen > 1 {
		r.gap += (gap - r.gap) / float64(min(r.seen-1, rateMemory))
	}

	r.last = at
}

// density is how many stories a full window has at this rate, but no fewer than it has now.
func (g *Grouper) density() int {
	if g.rate.seen < rateLeast {
		return max(g.stories, unknown)
	}

	full := Window.Seconds() / max(g.rate.gap, time.Second.Seconds())

	return max(g.stories, fewest, int(min(full, float64(rateMost*g.stories))))
}

// densityFor is the density of what an article could be mistaken for: of the stories in its language, and of
// those whose language is not known. Where no capital marks the names that tell two stories apart, all of
// the window counts.
func (g *Grouper) densityFor(p *probe) int {
	all := g.density()
	if p.language == 0 || p.isCaseless() {
		return all
	}

	own := g.spoken[p.language] + g.spoken[0]
	if own < rateLeast { // no rate of its own is known
		return min(all, unknown)
	}

	return max(all*own/g.stories, fewest)
}

// enough returns the log odds from which on an article tells a story, never less than even.
func (g *Grouper) enough(p *probe) float32 {
	same := float32(sameOdds)
	if p.bare {
		same = bareOdds
	}

	sparse := math.Log(many/float64(p.density)) / math.Log(many/fewest)

	return max(same-relief*float32(min(max(sparse, 0), 1)), 0)
}
