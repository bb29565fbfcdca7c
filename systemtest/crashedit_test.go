package systemtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/telegramtest"
)

// editingRig is a rig whose program groups stories and edits its alerts within a second, not
// within a minute.
func editingRig(t *testing.T) *crashRig {
	t.Helper()

	r := newCrashRig(t, testBinary(t), 50)
	r.env = []string{"NEWSBELL_EDIT_GAP=1s"}

	config, err := os.ReadFile(r.path("config.toml"))
	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(r.path("config.toml"), []byte(strings.Replace(string(config), "group = false", "group = true", 1)), 0o600); err != nil {
		t.Fatal(err)
	}

	return r
}

// echoed is a story that another outlet tells too.
type echoed struct{ title, outlet string }

// publishLong publishes a story in each of the first feeds.
func (r *crashRig) publishLong(feeds int) (told []story) {
	for feed := range feeds {
		told = append(told, r.feeds.publishLong(feed))
	}

	return told
}

// echoAll has another outlet tell each story.
func (r *crashRig) echoAll(told []story) (stories []echoed) {
	for _, s := range told {
		stories = append(stories, echoed{s.title, fmt.Sprintf("Feed %d", r.feeds.echo(s))})
	}

	return stories
}

// awaitNone waits, at most two minutes, until nothing is wrong, and reports what still is.
func (r *crashRig) awaitNone(listWrong func() []string) {
	r.t.Helper()

	for end := time.Now().Add(2 * time.Minute); len(listWrong()) > 0 && time.Now().Before(end); {
		<-time.After(100 * time.Millisecond)
	}

	for _, wrong := range listWrong() {
		r.t.Error(wrong)
	}
}

// unnamed lists the messages that tell a story and do not name the other outlet, and those that
// tell it a second time.
func (r *crashRig) unnamed(stories []echoed) (wrong []string) {
	for _, reader := range r.readers {
		for _, s := range stories {
			n := 0

			for _, text := range reader.read() {
				if !strings.Contains(text, s.title) {
					continue
				}

				if n++; n > 1 || !strings.Contains(text, s.outlet) {
					wrong = append(wrong, fmt.Sprintf("%s: %s (want one message that names %s)\n%s", reader.name, s.title, s.outlet, text))
				}
			}
		}
	}

	return wrong
}

// TestCrashBetweenAnEditAndItsNote kills the program when a platform has taken an edit and nothing
// is noted, and at random while edits flow: no alert is lost, no story comes in a second message,
// and in the end every message names the outlet that joined.
func TestCrashBetweenAnEditAndItsNote(t *testing.T) {
	startParallel(t)

	r := editingRig(t)
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	deaths := 0

	var stories []echoed

	for n := range map[bool]int{true: 6, false: 2}[isLong()] {
		told := r.publishLong(crashFeeds)

		r.settled(10 * time.Second)

		stories = append(stories, r.echoAll(told)...)

		r.kill()
		r.start(fmt.Sprintf("edited:%d", 2*n+1))

		if r.died(5 * time.Minute) { // it comes: each story is edited
			deaths++
		}

		r.start("")

		for range 3 { // while the others are edited
			<-time.After(time.Duration(50+rand.N(1500)) * time.Millisecond)
			r.kill()
			r.start("")
		}
	}

	if deaths == 0 {
		t.Error("the program never died at an edit")
	}

	r.awaitNone(func() []string { return r.unnamed(stories) })

	r.kill()
	r.judge(fmt.Sprintf("%d deaths at an edit, %d stories of two outlets", deaths, len(stories)))
}

// TestEditsThatAreTurnedAwayDelayNoAlert has Telegram answer every edit with "too many requests":
// what is new is told all the same.
func TestEditsThatAreTurnedAwayDelayNoAlert(t *testing.T) {
	startLong(t)

	r := editingRig(t)
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	var told []story
	for feed := range crashFeeds {
		told = append(told, r.feeds.publishLong(feed))
	}

	r.settled(10 * time.Second)
	r.telegram.Fails(telegramtest.Fault{Method: "editMessageText", Every: 1, Code: 429, Text: "Too Many Requests: retry after 3600", After: 3600})

	for _, s := range told {
		r.feeds.echo(s)
	}

	<-time.After(3 * time.Second) // the edits are under way, and turned away

	for range 10 {
		r.feeds.publish()
	}

	r.kill()
	r.judge("edits are turned away for an hour")
}
