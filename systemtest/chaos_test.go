//go:build unix

package systemtest

import (
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
)

// chaosSteps is how many steps TestChaos takes.
var chaosSteps = flag.Int("chaos.steps", 100, "steps of TestChaos")

// serverDisk is how large the disk of the server is that TestChaos fills, in bytes.
const serverDisk = 400 << 20

// chaosMoves are the steps of TestChaos besides those of the other cluster tests.
var chaosMoves = map[string]func(*cluster, *member){
	"shut out": func(c *cluster, m *member) {
		m.proxy.shutOut(true)
		c.keepPublishing(longerThanTrust)
		m.proxy.shutOut(false)
	},
	"slow": func(c *cluster, m *member) {
		m.proxy.slow(300 * time.Millisecond)
		c.keepPublishing(longerThanTrust)
		m.proxy.slow(0)
	},
	"clock an hour ahead": func(c *cluster, m *member) { c.setClock(m, "3:3600") },
	"clock an hour back":  func(c *cluster, m *member) { c.setClock(m, "3:-3600") },
	"crash of the server": func(c *cluster, _ *member) {
		c.server.Crash()
		c.keepPublishing(3 * time.Second)
		c.server.Start()
		c.keepPublishing(time.Second)
	},
	"restart of the server": func(c *cluster, _ *member) {
		c.server.Restart()
		c.keepPublishing(2 * time.Second)
	},
	"full disk of the server": func(c *cluster, _ *member) {
		if !c.server.Fill() {
			c.t.Log("SKIP: a test may not make a disk here, so none is full")
			return
		}

		c.keepPublishing(5 * time.Second)
		c.server.Empty()

		if !strings.Contains(c.server.Log(), "No space left on device") {
			c.t.Error("the disk of the server was not full")
		}

		c.keepPublishing(2 * time.Second)
	},
}

// setClock starts a process anew with a clock that jumps while it runs, and looks that the process
// says so.
func (c *cluster) setClock(m *member, jump string) {
	c.t.Helper()

	c.end(m)

	before := strings.Count(c.log(), engine.ErrClock.Error())
	m.env = []string{"NEWSBELL_CLOCK=" + jump}
	c.run(m)
	c.keepPublishing(longerThanTrust)

	for deadline := time.Now().Add(time.Minute); strings.Count(c.log(), engine.ErrClock.Error()) == before; <-time.After(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Errorf("%s goes on with a clock that is off by %s s", m.name, jump)
			break
		}
	}

	c.end(m)

	m.env = nil
	c.run(m)
}

// TestChaos does every step to three processes and to their server, in an order at random, and then
// begins again.
func TestChaos(t *testing.T) {
	startLong(t)

	server := enginetest.NewSmallServer(t, serverDisk, "max_wal_size=64MB", "min_wal_size=32MB")
	c := newClusterOn(t, jumpingBinary(t), server.Address("postgres"), "", "", "")
	c.server = server

	moves := maps.Clone(clusterSteps)
	maps.Copy(moves, chaosMoves)

	names := slices.Sorted(maps.Keys(moves))
	took := map[string]int{}

	for i := range *chaosSteps {
		if i%len(names) == 0 {
			rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		}

		name, m := names[i%len(names)], c.members[rand.N(len(c.members))]
		took[name]++

		t.Logf("%s: step %d: %s (%s)", time.Now().Format(time.TimeOnly), i+1, name, m.name)
		moves[name](c, m)
	}

	for _, name := range slices.Sorted(maps.Keys(took)) {
		t.Logf("%-24s %d times", name, took[name])
	}

	c.judge("chaos")
}
