//go:build unix

package systemtest

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/store"
	"newsbell/store/engine/enginetest"
)

// takeOvers is how often TestTakeOverTimes ends a process in each way.
var takeOvers = flag.Int("takeover.times", 10, "how often TestTakeOverTimes ends each process in each way")

// TestTakeOverTimes measures how long nobody matches or speaks when the process that does is ended,
// and how long the next alert takes. It judges nothing but that all alerts come: see
// docs/scaling.md for what it has found.
func TestTakeOverTimes(t *testing.T) {
	startLong(t)

	server := enginetest.NewServer(t, "fsync=on", "full_page_writes=on")
	c := newClusterOn(t, testBinary(t), server.Address("postgres"), "", "")
	c.server = server

	s, err := store.Open(t.Context(), server.Address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	for _, way := range []struct {
		name string
		end  func(*member)
	}{{"kill -9", c.kill}, {"clean stop", c.end}} {
		for _, lease := range []string{"match", "speak:discord"} {
			var taken, alert []time.Duration

			for range *takeOvers {
				m := c.owner(s, lease, "")
				if m == nil {
					return
				}

				began := time.Now()

				way.end(m)

				at := c.publishFor(t)
				c.owner(s, lease, m.name)

				taken = append(taken, time.Since(began))

				c.awaitDiscord(at)

				alert = append(alert, time.Since(began))

				c.run(m)
			}

			report(t, way.name+" of who has "+lease+": until another one has it", taken)
			report(t, way.name+" of who has "+lease+": until the next alert", alert)
		}
	}

	var alert []time.Duration

	for range *takeOvers {
		server.Crash()

		began := time.Now()

		server.Start()
		c.awaitDiscord(c.publishFor(t))

		alert = append(alert, time.Since(began))
	}

	report(t, "crash and start of the server: until the next alert", alert)
	c.judge("take-overs")
}

// owner waits until a process other than not has a lease, and returns it.
func (c *cluster) owner(s *store.Store, lease, not string) *member {
	c.t.Helper()

	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		survey, err := s.Survey(c.t.Context())
		if err != nil {
			continue // the server is away
		}

		for _, p := range survey.Processes {
			has := slices.ContainsFunc(p.Has, func(h store.Held) bool { return h.Name == lease })
			if i := slices.IndexFunc(c.members, func(m *member) bool { return m.name == p.Name }); has && i >= 0 && p.Name != not {
				return c.members[i]
			}
		}
	}

	c.t.Errorf("nobody has %s", lease)

	return nil
}

// publishFor publishes a story that somebody on Discord follows, and returns its title.
func (c *cluster) publishFor(t *testing.T) string {
	t.Helper()

	for range 1000 {
		c.feeds.publish()

		title := c.feeds.last().title
		if slices.ContainsFunc(c.readers, func(r *reader) bool {
			return r.name == "discord" && slices.Contains(c.feeds.expected(r.queries), title)
		}) {
			return title
		}
	}

	t.Fatal("nobody follows anything")

	return ""
}

// awaitDiscord waits until a story was told on Discord.
func (c *cluster) awaitDiscord(title string) {
	c.t.Helper()

	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		for _, r := range c.readers {
			if r.name == "discord" && strings.Contains(strings.Join(r.read(), "\n"), title) {
				return
			}
		}
	}

	c.t.Errorf("%q did not come", title)
}

// report logs the median and the most of times.
func report(t *testing.T, what string, times []time.Duration) {
	t.Helper()

	slices.Sort(times)
	t.Logf("%s: p50 %.1f s, p100 %.1f s (%d times)", what, times[len(times)/2].Seconds(), times[len(times)-1].Seconds(), len(times))
}

// TestShardsAreTakenOver: whoever speaks on Discord has all sessions that Discord wants, and when it
// is killed, another process has them, each once at a time.
func TestShardsAreTakenOver(t *testing.T) {
	startLong(t)

	const shards = 3

	c := newCluster(t, "", "")
	c.discord.NeedShards(shards)

	connected := func() bool {
		for i := range shards {
			if !c.discord.Shard(i).Connected() {
				return false
			}
		}

		return true
	}

	for range 2 { // each takes over from the other one
		speaker := c.watch.now()["speak:discord"].name
		i := slices.IndexFunc(c.members, func(m *member) bool { return m.name == speaker })

		if i < 0 {
			t.Fatal("nobody speaks on Discord")
		}

		m := c.members[i]
		c.losesWork("kill", m, 0, func() { c.kill(m) })

		for deadline := time.Now().Add(2 * time.Minute); !connected(); <-time.After(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("not all shards are connected")
			}
		}

		c.awaitDiscord(c.publishFor(t))
		c.run(m)
	}

	for i := range shards {
		t.Logf("shard %d: %d new sessions, %d resumed", i, len(c.discord.Shard(i).Identifies()), c.discord.Shard(i).Resumes())
	}

	c.judge("three shards")
}
