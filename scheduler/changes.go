package scheduler

import (
	"runtime"
	"sync"

	"newsbell/store"
	"newsbell/subscriptions/query"
)

// changesAtOnce is how many changed subscriptions are parsed together.
const changesAtOnce = 512

// parsedChange is a changed subscription with its query; nil where it cannot be read any
// more, or is to leave the index.
type parsedChange struct {
	store.SubscriptionChange

	query *query.Query
	err   error
}

// changes is a group that is parsed together. all may be read when parsed is closed.
type changes struct {
	all    []parsedChange
	parsed chan struct{}
}

func newChanges() *changes {
	return &changes{make([]parsedChange, 0, changesAtOnce), make(chan struct{})}
}

func (c *changes) parse() {
	defer close(c.parsed)

	for i := range c.all {
		f := &c.all[i]
		if !f.Live {
			continue
		}

		if q, err := query.ParseCanonical(f.Canonical); err != nil {
			f.err = err
		} else {
			f.query = q
		}
	}
}

// applyChanges applies the changes that read passes on, one after the other in their order. A start reads
// a million of them, so it is a pipeline: one goroutine reads, one for each group of changesAtOnce
// parses, and one applies the groups in order.
func applyChanges(read func(each func(store.SubscriptionChange) error) error, apply func(*parsedChange)) error {
	waiting := make(chan *changes, 2*runtime.GOMAXPROCS(0))

	var applying sync.WaitGroup

	applying.Go(func() {
		for c := range waiting {
			<-c.parsed

			for i := range c.all {
				apply(&c.all[i])
			}
		}
	})

	var next *changes

	err := read(func(f store.SubscriptionChange) error {
		if next == nil {
			next = newChanges()
		}

		next.all = append(next.all, parsedChange{SubscriptionChange: f})
		if len(next.all) == changesAtOnce {
			waiting <- next
			go next.parse()

			next = nil
		}

		return nil
	})

	if next != nil {
		next.parse()

		waiting <- next
	}

	close(waiting)
	applying.Wait()

	return err
}
