//go:build unix

package systemtest

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
)

// chaosSteps is how many steps TestChaos takes.
var chaosSteps = flag.Int("chaos.steps", 100, "steps of TestChaos")

// chaosSeed decides the order of the steps and whom they meet.
var chaosSeed = flag.Uint64("chaos.seed", 1, "seed of the order of TestChaos")

// serverDisk is how large the disk of the server is that TestChaos fills, in bytes.
const serverDisk = 400 << 20

// chaosMoves are the steps of TestChaos besides those of the other cluster tests.
var chaosMoves = map[string]func(*cluster, *member){
	"shut out": func(c *cluster, m *member) {
		c.losesWork("shut out", m, longerThanTrust, func() { m.proxy.shutOut(true) })
		m.proxy.shutOut(false)
	},
	"slow": func(c *cluster, m *member) {
		m.proxy.slow(300 * time.Millisecond)
		c.keepPublishing(longerThanTrust)
		m.proxy.slow(0)
	},
	"clock an hour ahead": func(c *cluster, m *member) { c.setClock("clock an hour ahead", m, 3600) },
	"clock an hour back":  func(c *cluster, m *member) { c.setClock("clock an hour back", m, -3600) },
	"crash of the server": func(c *cluster, _ *member) {
		c.server.Crash()
		c.keepPublishing(3 * time.Second)
		c.server.Start()
		c.comesBack("crash of the server")
		c.keepPublishing(time.Second)
	},
	"restart of the server": func(c *cluster, _ *member) {
		c.server.Restart()
		c.comesBack("restart of the server")
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

		c.comesBack("full disk of the server")
		c.keepPublishing(2 * time.Second)
	},
}

// jumpsAfter is how long after its start the clock of a process jumps.
const jumpsAfter = 12 * time.Second

// setClock starts a process anew whose clock will jump while it runs, has it do all the work that one
// process at a time does, and looks that it says so, and that others do the work.
func (c *cluster) setClock(step string, m *member, seconds int) {
	c.t.Helper()

	c.end(m)

	before := strings.Count(c.log(), engine.ErrClock.Error())
	m.env = []string{fmt.Sprintf("NEWSBELL_CLOCK=%d:%d", int(jumpsAfter.Seconds()), seconds)}
	jumps := time.Now().Add(jumpsAfter)

	c.run(m)

	for _, other := range c.members {
		if other != m {
			c.end(other)
		}
	}

	for _, other := range c.members {
		if other != m {
			c.run(other)
		}
	}

	c.keepPublishing(time.Until(jumps))
	c.losesWork(step, m, longerThanTrust, func() {})

	if strings.Count(c.log(), engine.ErrClock.Error()) == before {
		c.t.Errorf("%s does not say that its clock is off by %d s", m.name, seconds)
	}

	c.end(m)

	m.env = nil
	c.run(m)
}

// longestTakeOver is after how long others have to have the work of a process.
func longestTakeOver(step string) time.Duration {
	if step == "stop" {
		return time.Second
	}

	return 10 * time.Second
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
	order := rand.New(rand.NewPCG(*chaosSeed, 0))
	took := map[string]int{}

	for i := range *chaosSteps {
		if i%len(names) == 0 {
			order.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		}

		name, m := names[i%len(names)], c.members[order.IntN(len(c.members))]
		took[name]++

		t.Logf("%s: step %d: %s (%s)", time.Now().Format(time.TimeOnly), i+1, name, m.name)
		moves[name](c, m)
	}

	for _, name := range slices.Sorted(maps.Keys(took)) {
		t.Logf("%-24s %d times", name, took[name])
	}

	t.Logf("%d COMMITs were lost, or answers to them", c.lost)
	c.judge("chaos")

	for _, o := range c.takeOvers {
		if limit := longestTakeOver(o.step); o.longest() >= limit {
			t.Errorf("%s: others had the work after %s, want less than %s", o.step, o.longest(), limit)
		}
	}
}

// TestShortChaos has three processes do what shows the bugs that many processes are most likely to have:
// see TestTheRigFindsPlantedBugs.
func TestShortChaos(t *testing.T) {
	startLong(t)

	c := newCluster(t, "", "", "")

	c.takesOverWhatIsUnderWay()
	c.leavesToOthersWhatIsTheirs()

	for i, step := range []string{"freeze", "kill", "stop"} {
		clusterSteps[step](c, c.members[i])
	}

	c.judge("a short chaos")
}

// takesOverWhatIsUnderWay freezes the process that speaks on Discord while messages of it are under way
// there, and lets it hear that they arrived while the process that has taken over tries again.
func (c *cluster) takesOverWhatIsUnderWay() {
	c.t.Helper()

	m := c.speaker("speak:discord")

	c.hangDiscord(longerThanTrust + 4*time.Second)
	c.publishFor(c.t)
	c.keepPublishing(2 * time.Second)

	c.losesWork("freeze", m, longerThanTrust, func() {
		_ = m.child.Process.Signal(syscall.SIGSTOP)

		c.discord.Heal()
		c.hangDiscord(2 * longerThanTrust) // those of who takes over
	})

	_ = m.child.Process.Signal(syscall.SIGCONT)
	c.frozen++

	c.keepPublishing(longerThanTrust)
	c.discord.Heal()
}

// hangDiscord has every message to Discord take so long, until it is healed.
func (c *cluster) hangDiscord(length time.Duration) {
	for range 200 {
		c.discord.Fail("POST /channels/{channel}/messages", discordtest.Fault{Hang: length})
	}
}

// leavesToOthersWhatIsTheirs ends the process that speaks on Telegram while another one speaks on Discord,
// where messages of it are under way all the time.
func (c *cluster) leavesToOthersWhatIsTheirs() {
	c.t.Helper()

	for range 20 {
		if c.speaker("speak:telegram") != c.speaker("speak:discord") {
			break
		}

		m := c.speaker("speak:telegram")
		c.end(m)
		c.run(m)
	}

	m := c.speaker("speak:telegram")
	if m == c.speaker("speak:discord") {
		c.t.Fatal("one process speaks on both platforms whatever ends")
	}

	c.hangDiscord(3 * time.Second)
	c.keepPublishing(time.Second)
	clusterSteps["kill"](c, m)
	c.discord.Heal()
}

// speaker is the process that has a lease.
func (c *cluster) speaker(lease string) *member {
	c.t.Helper()

	for deadline := time.Now().Add(takeOverPatience); time.Now().Before(deadline); <-time.After(lookPause) {
		owner := c.watch.now()[lease].name
		if i := slices.IndexFunc(c.members, func(m *member) bool { return m.name == owner }); i >= 0 {
			return c.members[i]
		}
	}

	c.t.Fatalf("nobody has %s", lease)

	return nil
}
