package systemtest

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
	"newsbell/subscriptions/query"
)

var crashKills = flag.Int("crash.kills", 0, "how often TestCrash kills the program at random moments (default 5, in the long form 20)")

func TestCrash(t *testing.T) {
	startParallel(t)
	r := runningRig(t)

	kills, longest := 5, 900
	if isLong() {
		kills, longest = 20, 2400 // what was under way is looked for after two seconds
	}

	kills = cmp.Or(*crashKills, kills)

	for range kills {
		for range 1 + rand.N(3) {
			r.feeds.publish()
		}

		<-time.After(time.Duration(50+rand.N(longest)) * time.Millisecond)
		r.kill()
		r.start("")
	}

	r.kill()
	r.judge(fmt.Sprintf("%d kills at random", kills))
}

// TestWhatADeadProgramSentMayArriveLater: a platform may be behind. Where no nonce keeps a message from
// coming twice, a start that looks for it at once does not find it yet.
func TestWhatADeadProgramSentMayArriveLater(t *testing.T) {
	startLong(t)
	r := runningRig(t)

	for _, route := range []string{"POST /channels/{channel}/threads", "POST /webhooks/"} {
		came := make(chan struct{})
		r.discord.Fail(route, discordtest.Fault{Behind: behind, Came: came})

		r.publishUntil(came)
		r.kill()
		r.start("")
	}

	r.kill()
	r.judge("deaths of which a platform knew nothing")
}

// publishUntil publishes until something has come of it: not everybody follows every story.
func (r *crashRig) publishUntil(came <-chan struct{}) {
	for {
		r.feeds.publish()

		select {
		case <-came:
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// behind is how long after the death of the program a platform still does what it was asked.
const behind = 1000 * time.Millisecond

func TestCrashAtEveryStep(t *testing.T) {
	startParallel(t)

	binary := testBinary(t)
	for _, step := range []string{"fetched", "saved", "matched", "claimed", "sent", "settled", "answered"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			r := newCrashRig(t, binary, 10)
			r.start("")
			r.subscribe()
			r.waitForBaseline()
			r.stop()

			deaths := 0

			for n := range map[bool]int{true: 3, false: 1}[isLong()] {
				for range 4 {
					r.feeds.publish()
				}

				r.start(fmt.Sprintf("%s:%d", step, n+1))

				if step == "answered" {
					r.telegram.NewUser(fmt.Sprintf("Eve%d", n)).Says("/help")
				}
				// The first death is sure to come, however slow the machine is.
				if r.died(map[bool]time.Duration{true: 5 * time.Minute, false: 5 * time.Second}[n == 0]) {
					deaths++
				}
			}

			if deaths == 0 {
				t.Errorf("the program never died at %q", step)
			}

			r.judge(fmt.Sprintf("%d deaths at %q", deaths, step))
		})
	}
}

// storm is the hardest weather: bursts that become digests, platforms that say
// "too many", answers that are lost, and kills before and after sending.
func (r *crashRig) storm() {
	r.t.Helper()
	r.start("")
	r.subscribe()
	r.waitForBaseline()
	r.stop()
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Every: 5, Code: 429, Text: "Too Many Requests: retry after 1", After: 1})
	// Long enough for digests to gather behind the first message of each chat.
	tooMany := discordtest.TooMany("user", 1500*time.Millisecond)
	r.discord.Fail("POST /channels/{channel}/messages", tooMany, tooMany, tooMany)

	for _, step := range []string{"claimed", "sent:4", "sent:6", "claimed:5", "sent:7", "sent:8", "sent:9"} {
		for range 14 {
			r.feeds.publish()
		}

		r.start(step)
		r.died(6 * time.Second)
	}
}

func TestStorm(t *testing.T) {
	startLong(t)

	r := newCrashRig(t, testBinary(t), 2)
	r.storm()
	r.judge("storm")
}

// TestFlood has so much come at once that digests only count some of it, and kills the
// program while it sends them: everything is shown or opened by a button, each once.
func TestFlood(t *testing.T) {
	startLong(t)

	r := newCrashRig(t, testBinary(t), 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()
	r.stop()

	for i := range crashFeeds * (crashListed - 10) {
		r.feeds.publishOn(i%crashFeeds, false)
	}

	// Nothing goes out before all of it is written: it would trickle on a slow machine.
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Code: http.StatusServiceUnavailable, Text: "Service Unavailable"})
	r.discord.Fail("POST /channels/{channel}/messages", slices.Repeat([]discordtest.Fault{{Status: http.StatusServiceUnavailable}}, 10_000)...)
	r.start("")
	r.awaitWaiting()
	r.kill()
	r.telegram.Heals()
	r.discord.Heal()

	for _, step := range []string{"sent:3", "claimed:7", "settled:5", "sent:6"} {
		r.start(step)
		r.died(20 * time.Second)
	}

	r.judge("flood")

	if counts, err := r.counts(); err != nil || counts.Folded == 0 {
		t.Errorf("nothing was folded: %+v, %v", counts, err)
	}
}

// awaitWaiting waits until all that was published waits to be sent or is counted by a
// digest that waits, but for what was sent before.
func (r *crashRig) awaitWaiting() {
	r.t.Helper()

	expected := 0
	for _, sum := range r.tally() {
		expected += sum.expected
	}

	for deadline := time.Now().Add(3 * time.Minute); ; <-time.After(countsPause) {
		counts, err := r.counts()
		if err == nil && counts.Waiting+counts.Folded+counts.Sent >= expected {
			return
		}

		if time.Now().After(deadline) {
			r.t.Fatalf("of %d alerts: %+v, %v", expected, counts, err)
		}
	}
}

// TestTallyFindsWhatIsLostOrDoubled: a rig that could not fail would prove nothing.
func TestTallyFindsWhatIsLostOrDoubled(t *testing.T) {
	amber, err := query.Parse("amber")
	if err != nil {
		t.Fatal(err)
	}

	r := &crashRig{feeds: &feedServer{published: []story{{title: "amber one"}, {title: "amber two"}, {title: "amber three"}, {title: "basalt"}, {title: "amber old", quiet: true}}}}
	read := func() []string { return []string{"🔔 amber one", "amber one", "a digest: amber two"} }
	r.readers = []*reader{{name: "telegram", queries: []*query.Query{amber}, read: read}}

	if got := *r.tally()["telegram"]; got != (tally{expected: 3, lost: 1, doubled: 1}) {
		t.Errorf("%+v", got)
	}

	// What a digest folds is told if this reader's button opens it, and doubled if it was
	// shown as well. What another reader's opens is lost.
	for opened, want := range map[string]tally{
		"amber three": {expected: 3, folded: 1, doubled: 1},
		"amber two":   {expected: 3, folded: 1, lost: 1, doubled: 2},
		"basalt":      {expected: 3, lost: 1, doubled: 1},
	} {
		r.readers[0].texts = nil
		r.readers[0].open = func() []string { return []string{opened} }
		r.openFolded()

		if got := *r.tally()["telegram"]; got != want {
			t.Errorf("opened %q: %+v, want %+v", opened, got, want)
		}
	}

	if one := (&tally{doubled: 1}); one.wrong("telegram", 1) || !one.wrong("telegram", 0) || !one.wrong("discord", 1) || !(&tally{lost: 1}).wrong("telegram", 1) {
		t.Error("one doubled message is excused on Telegram alone, where it was in flight at a death; a lost one never")
	}
}
