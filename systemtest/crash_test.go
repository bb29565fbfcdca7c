package systemtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
)

var crashKills = flag.Int("crash.kills", 20, "how often TestCrash kills the program at random moments")

func TestCrash(t *testing.T) {
	r := runningRig(t, 10)

	for range *crashKills {
		for range 1 + rand.N(3) {
			r.press.publish()
		}

		<-time.After(time.Duration(50+rand.N(900)) * time.Millisecond)
		r.kill()
		r.start("")
	}

	r.kill()
	r.judge(fmt.Sprintf("%d kills at random", *crashKills))
}

func TestCrashAtEveryStep(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and kills the program")
	}

	t.Parallel()

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

			for n := range 3 {
				for range 4 {
					r.press.publish()
				}

				r.start(fmt.Sprintf("%s:%d", step, n+1))

				if step == "answered" {
					r.telegram.NewUser(fmt.Sprintf("Eve%d", n)).Says("/help")
				}
				// The first death is sure to come, however slow the machine is.
				if r.died(map[bool]time.Duration{true: 30 * time.Second, false: 5 * time.Second}[n == 0]) {
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
			r.press.publish()
		}

		r.start(step)
		r.died(6 * time.Second)
	}
}

func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and kills the program")
	}

	t.Parallel()
	r := newCrashRig(t, testBinary(t), 2)
	r.storm()
	r.judge("storm")
}
