//go:build unix

package systemtest

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// leaseWatch looks all the time who has which lease, past the proxies of the processes.
type leaseWatch struct {
	db *sql.DB

	mu     sync.Mutex
	owners map[string]leaseOwner // by lease, as it was when the server answered last
	known  int                   // leases that there are
	asked  time.Time             // when that look began
}

// leaseOwner is a process that has a lease.
type leaseOwner struct{ id, name string }

// lookPause is how long the watch waits between two looks.
const lookPause = 50 * time.Millisecond

// watchLeases watches the leases of a database until the end of the test.
func watchLeases(t *testing.T, database string) *leaseWatch {
	t.Helper()

	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}

	db.SetMaxOpenConns(1)

	w := &leaseWatch{db: db}
	stop, ended := make(chan struct{}), make(chan struct{})

	t.Cleanup(func() {
		close(stop)
		<-ended
		db.Close()
	})

	go func() {
		defer close(ended)

		for {
			_ = w.look() // where it fails, the server is away

			select {
			case <-stop:
				return
			case <-time.After(lookPause):
			}
		}
	}()

	return w
}

// look asks the server which leases somebody has.
func (w *leaseWatch) look() error {
	asked := time.Now()

	rows, err := w.db.Query(`SELECT l.name, coalesce(p.id, ''), coalesce(p.name, '') FROM leases l
		LEFT JOIN processes p ON p.id = l.owner AND l.until >= extract(epoch FROM clock_timestamp()) * 1000 WHERE l.name <> 'program'`)
	if err != nil {
		return err
	}
	defer rows.Close()

	owners, known := map[string]leaseOwner{}, 0

	for rows.Next() {
		var (
			lease string
			owner leaseOwner
		)

		if err := rows.Scan(&lease, &owner.id, &owner.name); err != nil {
			return err
		}

		if known++; owner.id != "" {
			owners[lease] = owner
		}
	}

	if err := rows.Err(); err != nil {
		return err
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	w.owners, w.known, w.asked = owners, known, asked

	return nil
}

// now is who had which lease at the last look.
func (w *leaseWatch) now() map[string]leaseOwner {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.owners
}

// allOwned reports whether somebody has each lease, by a look that began after a moment.
func (w *leaseWatch) allOwned(after time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.asked.After(after) && len(w.owners) == w.known && w.known > 0
}

// takeOver is how long leases were of no use to anybody.
type takeOver struct {
	step       string
	leases     int           // that the process had
	work, part time.Duration // until another one had the last of its works, of its parts
	missing    []string      // leases that nobody has taken
}

// longest is how long the last lease took.
func (o takeOver) longest() time.Duration { return max(o.work, o.part) }

// takeOverPatience is after how long a lease counts as one that nobody takes.
const takeOverPatience = 60 * time.Second

// awaitTakeOver waits until each lease that a process had is another one's, and tells how long after
// a moment that was.
func (w *leaseWatch) awaitTakeOver(had map[string]leaseOwner, member string, began time.Time) (o takeOver) {
	left := maps.Clone(had)
	maps.DeleteFunc(left, func(_ string, owner leaseOwner) bool { return owner.name != member })

	o.leases = len(left)

	for ; len(left) > 0 && time.Since(began) < takeOverPatience; <-time.After(lookPause) {
		now := w.now()

		for lease, before := range left {
			if owner, taken := now[lease]; !taken || owner.id == before.id {
				continue
			}

			delete(left, lease)

			if strings.HasPrefix(lease, "poll:") {
				o.part = time.Since(began)
			} else {
				o.work = time.Since(began)
			}
		}
	}

	o.missing = slices.Sorted(maps.Keys(left))

	return o
}

// losesWork does something to a process after which others have to do its work, and publishes for a
// time, and until they do it.
func (c *cluster) losesWork(step string, m *member, length time.Duration, harm func()) {
	c.t.Helper()

	had, began := c.watch.now(), time.Now()
	taken := make(chan takeOver, 1)

	go func() { taken <- c.watch.awaitTakeOver(had, m.name, began) }()

	harm()
	c.keepPublishing(length)

	o := <-taken
	o.step = step
	c.takeOvers = append(c.takeOvers, o)

	c.t.Logf("%s of %s, which had %d leases: others had its works after %.1f s, its hosts after %.1f s", step, m.name, o.leases, o.work.Seconds(), o.part.Seconds())

	if len(o.missing) > 0 {
		c.t.Errorf("%s of %s: after %s nobody has %s", step, m.name, takeOverPatience, o.missing)
	}
}

// comesBack publishes until somebody has each lease again after the server came back.
func (c *cluster) comesBack(step string) {
	c.t.Helper()

	began := time.Now()
	for !c.watch.allOwned(began) && time.Since(began) < takeOverPatience {
		c.keepPublishing(100 * time.Millisecond)
	}

	c.takeOvers = append(c.takeOvers, takeOver{step: step, work: time.Since(began)})

	if !c.watch.allOwned(began) {
		c.t.Errorf("%s: %s later nobody does some of the work", step, takeOverPatience)
	}
}

// reportTakeOvers logs how long others took to do the work of a process, by step.
func (c *cluster) reportTakeOvers() {
	byStep := map[string][]takeOver{}
	for _, o := range c.takeOvers {
		byStep[o.step] = append(byStep[o.step], o)
	}

	for _, step := range slices.Sorted(maps.Keys(byStep)) {
		all := byStep[step]
		slices.SortFunc(all, func(a, b takeOver) int { return cmp.Compare(a.longest(), b.longest()) })

		work := slices.MaxFunc(all, func(a, b takeOver) int { return cmp.Compare(a.work, b.work) }).work
		part := slices.MaxFunc(all, func(a, b takeOver) int { return cmp.Compare(a.part, b.part) }).part

		c.t.Logf("%-24s %2d times: taken over after p50 %.1f s, p100 %.1f s (works %.1f s, hosts %.1f s)", step, len(all),
			all[len(all)/2].longest().Seconds(), all[len(all)-1].longest().Seconds(), work.Seconds(), part.Seconds())
	}
}
