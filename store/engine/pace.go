package engine

import "time"

// A long write is taken in steps of some rows, several in a transaction, and whoever else writes waits for
// one transaction at most. How many rows a machine writes in a millisecond nobody knows beforehand (a
// disk that syncs slowly, a core that ten others share), so that a bound in rows bounds nothing that
// anybody waits for: a [Pace] learns from each step how large the next one may be, and a transaction
// ends when its time is over.

// How long a transaction of a long write takes: no step begins after LongestTransaction, and a
// step takes about LongestStep. With a commit of a few milliseconds the 50 ms hold that docs/performance.md
// promises to another writer.
const (
	LongestTransaction = 20 * time.Millisecond
	LongestStep        = 5 * time.Millisecond
)

// pause is how long a long write stays away from a database that one process at a time writes to,
// whenever it has written for LongestTransaction: others look every LookInterval whether they may.
const (
	pause        = 2 * time.Millisecond
	LookInterval = time.Millisecond
)

// firstLevel is that of a pace that has seen no step yet: a sixteenth of the rows, so that the first
// step is short on a slow machine too.
const firstLevel = 4

// Pace is how many rows a step takes. It halves them when a step took too long, however
// often that is needed, and doubles them when one took less than a third of the time. It is for
// one goroutine.
type Pace struct {
	goal  time.Duration
	level int // how often the rows are halved
}

// NewPace returns a pace whose steps are to take goal at most.
func NewPace(goal time.Duration) *Pace { return &Pace{goal, firstLevel} }

// Rows returns how many rows the next step takes, of most that it may take: at least one.
func (p *Pace) Rows(most int) int { return max(1, most>>p.level) }

// Note tells how long a step took. One that was not full, of fewer rows than the pace let it have,
// says nothing of larger ones.
func (p *Pace) Note(took time.Duration, full bool) {
	switch {
	case took > p.goal:
		for ; took > p.goal && p.level < 16; took /= 2 {
			p.level++
		}
	case full && took < p.goal/3:
		p.level = max(0, p.level-1)
	}
}
