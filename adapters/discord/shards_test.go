package discord

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// serverOf makes a server whose events come to a shard. Its number has the time in
// milliseconds, so that it takes a few tries.
func (r *rig) serverOf(t *testing.T, shard int) *discordtest.Server {
	t.Helper()

	for i := range 1000 {
		s := r.f.Server(fmt.Sprintf("Desk %d of shard %d", i, shard))
		if s.Shard() == shard {
			return s
		}

		time.Sleep(time.Millisecond)
	}

	t.Fatalf("no server of shard %d in a thousand", shard)

	return nil
}

// answersIn checks that a command in a server is answered.
func (r *rig) answersIn(t *testing.T, s *discordtest.Server) {
	t.Helper()

	ada := s.Join(r.f.Person("Ada")).In(s.Text("general"))
	if got := ada.Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
		t.Errorf("in %s: %q", s.Name, got)
	}
}

// gaps returns the times between the first identifies of so many shards.
func (r *rig) gaps(shards int) []time.Duration {
	var starts []time.Time
	for i := range shards {
		starts = append(starts, r.f.Shard(i).Identifies()[0])
	}

	slices.SortFunc(starts, time.Time.Compare)

	var out []time.Duration
	for i := 1; i < len(starts); i++ {
		out = append(out, starts[i].Sub(starts[i-1]))
	}

	return out
}

// TestThreeShards: each shard has its own session, heartbeats and events; they identify five
// seconds apart, and one that is cut off or has lost its session comes back by itself.
func TestThreeShards(t *testing.T) {
	inBubble(t, discordtest.Options{Shards: 3, IdentifyEvery: 5 * time.Second}, func(t *testing.T, r *rig) {
		var servers []*discordtest.Server
		for i := range 3 {
			servers = append(servers, r.serverOf(t, i))
		}

		r.run(t)

		if gaps := r.gaps(3); gaps[0] < 5*time.Second || gaps[1] < 5*time.Second {
			t.Errorf("between identifies: %v", gaps)
		}

		for _, s := range servers {
			r.answersIn(t, s)
		}

		if got := r.f.Person("Ben").Alone().Runs("/subscribe", "query", "kyiv"); got != "You said subscribe kyiv" {
			t.Errorf("alone: %q", got)
		}

		time.Sleep(10 * time.Minute)

		if s := r.f.Stats(); s.Dials != 3 || s.Heartbeats < 3*14 {
			t.Errorf("ten quiet minutes: %+v", s)
		}

		r.f.Shard(1).Drop()
		r.f.Shard(2).Invalidate(false)
		time.Sleep(time.Minute)

		for i, want := range []struct{ identifies, resumes int }{{1, 0}, {1, 1}, {2, 0}} {
			if s := r.f.Shard(i); len(s.Identifies()) != want.identifies || s.Resumes() != want.resumes {
				t.Errorf("shard %d: %d identifies, %d resumes, want %+v", i, len(s.Identifies()), s.Resumes(), want)
			}
		}

		for _, s := range servers {
			r.answersIn(t, s)
		}
	})
}

// TestShardsOfOneBucketWait: with max_concurrency two shards identify at once, the others of
// their buckets five seconds later, and half a second more, since the way to Discord is not always as
// quick.
func TestShardsOfOneBucketWait(t *testing.T) {
	inBubble(t, discordtest.Options{Shards: 5, AtOnce: 2, IdentifyEvery: 5 * time.Second}, func(t *testing.T, r *rig) {
		r.run(t)

		if n := r.f.Stats().Identifies; n != 5 {
			t.Fatalf("%d identifies of 5 shards", n)
		}

		// Three shards are even, two odd: two together, two together, and the last.
		got := fmt.Sprint(r.gaps(5))
		if got != "[0s 5.5s 0s 5.5s]" {
			t.Errorf("between identifies: %s", got)
		}
	})
}

// TestAShardThatHangsHoldsNoOther: while one shard gets no HELLO, those of other buckets connect.
func TestAShardThatHangsHoldsNoOther(t *testing.T) {
	inBubble(t, discordtest.Options{Shards: 3, IdentifyEvery: 5 * time.Second}, func(t *testing.T, r *rig) {
		r.f.Next(discordtest.NoHello, discordtest.RefuseUpgrade, discordtest.InvalidAtOnce)
		r.start(t)
		time.Sleep(5 * time.Minute)
		synctest.Wait()

		if !r.f.Connected() {
			t.Errorf("not all shards are back: %+v", r.f.Stats())
		}
	})
}

// TestMoreShardsAreNeeded: a bot that has grown is told so by the gateway and begins again
// with as many shards as Discord wants; no server seems left, none is greeted again.
func TestMoreShardsAreNeeded(t *testing.T) {
	inBubble(t, discordtest.Options{IdentifyEvery: 5 * time.Second}, func(t *testing.T, r *rig) {
		first := r.f.Server("Desk")

		r.run(t)
		synctest.Wait()
		r.f.NeedShards(3)

		var servers []*discordtest.Server
		for i := range 3 {
			servers = append(servers, r.serverOf(t, i))
		}

		r.f.CloseGateway(4011)
		time.Sleep(time.Minute)
		synctest.Wait()

		if !r.f.Connected() {
			t.Fatalf("it does not come back: %+v", r.f.Stats())
		}

		for _, s := range append(servers, first) {
			r.answersIn(t, s)
		}

		r.b.mu.Lock()
		defer r.b.mu.Unlock()

		joined := map[string]int{}

		for _, e := range r.b.events {
			switch e.Kind {
			case adapters.Left:
				t.Errorf("server %s seems left", e.Chat.Server)
			case adapters.Joined:
				joined[e.Chat.Server]++
			}
		}

		for server, n := range joined {
			if n != 1 {
				t.Errorf("server %s was greeted %d times", server, n)
			}
		}
	})
}

// TestShardsKnowWhoIsGone: a shard's list of servers says nothing about those of the others;
// one that removed the bot while it was away is missed once.
func TestShardsKnowWhoIsGone(t *testing.T) {
	inBubble(t, discordtest.Options{Shards: 3}, func(t *testing.T, r *rig) {
		var servers []*discordtest.Server
		for i := range 3 {
			servers = append(servers, r.serverOf(t, i))
		}

		r.run(t)
		synctest.Wait()

		if err := r.stop(); err != nil {
			t.Fatal(err)
		}

		servers[1].Kick()

		r.a, r.b.events = r.adapter(), nil
		r.run(t)
		synctest.Wait()

		r.b.mu.Lock()
		defer r.b.mu.Unlock()

		var left []string

		for _, e := range r.b.events {
			switch e.Kind {
			case adapters.Left:
				left = append(left, e.Chat.Server)
			case adapters.Joined:
				t.Errorf("server %s is greeted again", e.Chat.Server)
			}
		}

		if len(left) != 1 || left[0] != servers[1].ID {
			t.Errorf("left: %v, want %s", left, servers[1].ID)
		}
	})
}
