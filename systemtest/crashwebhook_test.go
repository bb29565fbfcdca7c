package systemtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// allHear lists the readers of stories who have no message that names the other outlet.
func (r *crashRig) allHear(stories []echoed) (missing []string) {
	for _, reader := range r.readers {
		texts := reader.read()

		for _, s := range stories {
			told := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, s.title) })
			named := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, s.title) && strings.Contains(text, s.outlet) })

			if told && !named {
				missing = append(missing, fmt.Sprintf("%s: no message on %q names %s", reader.name, s.title, s.outlet))
			}
		}
	}

	return missing
}

// TestCrashWithAWebhookWhileAlertsAreEdited kills the program where Telegram posts its updates
// and outlets join stories: while an alert is claimed or sent, while an edit is taken, while a
// question is answered, and at random. Nothing is lost, what stands twice on Telegram was under
// way at a death, every question is answered, and in the end every story names the outlet that
// joined it.
func TestCrashWithAWebhookWhileAlertsAreEdited(t *testing.T) {
	startLong(t)

	r := editingRig(t)
	r.useWebhook()
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	steps := []string{"claimed:2", "sent:3", "edited:2", "answered:1", "settled:2", ""}
	deaths, asked := 0, 0

	var stories []echoed

	for deaths < 2*len(steps) {
		told := r.publishLong(crashFeeds)

		r.settled(5 * time.Second)

		stories = append(stories, r.echoAll(told)...)

		r.kill()

		step := steps[deaths%len(steps)]
		r.start(step)

		asked++
		r.telegram.NewUser(fmt.Sprintf("Eve%d", asked)).Says("/help")

		for range 3 {
			r.feeds.publish()
		}

		if step == "" {
			<-time.After(time.Duration(rand.N(2000)) * time.Millisecond)
			r.kill()
		} else if !r.died(time.Minute) {
			t.Logf("the program did not die at %s", step)
		}

		deaths++

		r.start("")
	}

	r.awaitNone(func() []string { return r.allHear(stories) })

	if n := len(r.telegram.Calls("getUpdates")); n > 0 || r.telegram.Unconfirmed() > 0 {
		t.Errorf("%d times asked for updates, %d updates not taken", n, r.telegram.Unconfirmed())
	}

	r.kill()
	r.judge(fmt.Sprintf("%d deaths with a webhook, %d stories of two outlets, %d questions", deaths, len(stories), asked))
}
