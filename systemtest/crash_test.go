package systemtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
)

var (
	crashKills = flag.Int("crash.kills", 20, "how often TestCrash kills the program at random moments")
	crashBugs  = flag.Bool("crash.bugs", false, "plant bugs and see that the crash tests find each of them")
)

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

// plantedBugs are mistakes that other bots make, as changes of our source. The
// crash tests are worth something only if they find each.
var plantedBugs = []struct {
	name, file, old, new string
}{
	{
		"sent is marked before sending", "delivery/serve.go",
		"	failpoint.Hit(failpoint.Claimed)\n",
		"	_ = l.settle(ctx, out, store.Outcome{Message: out.ID, Sent: true}, nil)\n	failpoint.Hit(failpoint.Claimed)\n",
	},
	{
		"a message that meets a 429 is dropped", "delivery/serve.go",
		"	case adapters.Later:\n		o.Again = time.Now().Add(failed.After)\n",
		"	case adapters.Later:\n		o.Sent = true\n",
	},
	{
		"a digest is made anew after a crash", "store/claim.go",
		"	m.Unsure = m.boot != \"\" && m.boot != claim.Boot\n",
		"	if m.Digest && m.boot != \"\" && m.boot != claim.Boot {\n" +
			"		_, err = t.exec(\"UPDATE alerts SET message = NULL WHERE message = $1\", m.ID)\n" +
			"		if err == nil {\n			_, err = t.exec(\"UPDATE messages SET state = 'failed' WHERE id = $1\", m.ID)\n		}\n" +
			"		return nil, err\n	}\n	m.Unsure = m.boot != \"\" && m.boot != claim.Boot\n",
	},
}

func TestPlantedBugsAreFound(t *testing.T) {
	if !*crashBugs {
		t.Skip("run with -crash.bugs")
	}

	for _, bug := range plantedBugs {
		t.Run(bug.name, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join("..", bug.file))
			if err != nil {
				t.Fatal(err)
			}

			if strings.Count(string(source), bug.old) != 1 {
				t.Fatalf("%s does not hold what is to be broken: %q", bug.file, bug.old)
			}

			broken := filepath.Join(t.TempDir(), filepath.Base(bug.file))
			if err := os.WriteFile(broken, []byte(strings.Replace(string(source), bug.old, bug.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}

			original, err := filepath.Abs(filepath.Join("..", bug.file))
			if err != nil {
				t.Fatal(err)
			}

			r := newCrashRig(t, buildBroken(t, map[string]string{original: broken}), 2)
			r.storm()

			found := false

			for platform, sum := range r.finish(10 * time.Second) {
				t.Logf("%-8s %s: %d expected, %d lost, %d doubled", platform, bug.name, sum.expected, sum.lost, sum.doubled)
				found = found || sum.wrong(platform, r.inFlight())
			}

			if !found {
				t.Error("the crash test does not find it")
			}
		})
	}
}
