package systemtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
)

// TestCrashBetweenAThreadAndItsNote kills the program when Discord has opened a thread below an
// alert and nothing is noted (talk:thread): in the end each alert stands in the channel once, with
// one thread of its name.
func TestCrashBetweenAThreadAndItsNote(t *testing.T) {
	startParallel(t)

	r := newCrashRig(t, testBinary(t), 10)
	r.start("")
	r.discord.AwaitCommands()

	desk := r.discord.Server("Desk")
	talk := desk.Text("talk")
	boss := desk.Join(r.discord.Person("Boss"), discordtest.ManageServer).In(desk.Text("general"))

	all := strings.Join(keywords, " OR ")
	if got := boss.Runs("/subscribe", "query", "talk:thread "+all, "to", talk.ID); !strings.Contains(got, "now follows") {
		t.Fatalf("/subscribe to #talk: %q", got)
	}

	r.waitForBaseline()

	var (
		told   []string
		deaths int
	)

	for n := range map[bool]int{true: 6, false: 2}[isLong()] {
		r.kill()
		r.start(fmt.Sprintf("threaded:%d", n%2+1))

		for feed := range 3 {
			told = append(told, r.feeds.publishLong(feed).title)
		}

		if r.died(5 * time.Minute) { // it comes: three alerts open three threads
			deaths++
		}

		r.start("")
		r.threadsStand(talk, told)
	}

	if deaths == 0 {
		t.Error("the program never died at a thread")
	}

	r.kill()
	r.sound(true)
}

// threadsStand waits until each title stands in a channel with a thread, and checks that it does
// once.
func (r *crashRig) threadsStand(channel *discordtest.Channel, titles []string) {
	r.t.Helper()

	names := func() (names []string) {
		for _, thread := range channel.Posts() {
			names = append(names, thread.Name)
		}

		slices.Sort(names)

		return names
	}

	want := slices.Sorted(slices.Values(titles))

	for end := time.Now().Add(5 * time.Minute); !slices.Equal(names(), want) && time.Now().Before(end); {
		<-time.After(100 * time.Millisecond)
	}

	if got := names(); !slices.Equal(got, want) {
		r.t.Fatalf("threads %q, want %q", got, want)
	}

	text := strings.Join(channel.Messages(), "\n\x00\n")
	for _, title := range titles {
		if n := strings.Count(text, title); n != 1 {
			r.t.Errorf("%q stands in the channel %d times", title, n)
		}
	}
}
