package systemtest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
	"newsbell/store"
)

// Bad weather: what a program that is not killed has to live through, and then it
// is killed all the same. Each of these is judged as the crash tests are.

func TestDiskFull(t *testing.T) {
	startLong(t)
	r := newCrashRig(t, testBinary(t), 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()
	r.stop()

	r.fillDisk()

	told := 0

	for _, m := range r.operator.Private().Messages() {
		if strings.Contains(m.Text, "The disk is full, so Newsbell has paused.") {
			told++
		}
	}

	// An answer that was lost is asked for again: once too often is possible.
	if told < 1 || told > 2 {
		t.Errorf("the operator was told %d times of a full disk", told)
	}

	r.judge("disk full")
}

// fillDisk runs the program until its disk is full, and then with room again, by which it goes on.
func (r *crashRig) fillDisk() {
	r.t.Helper()

	room := func(pages int64) {
		if err := os.WriteFile(r.path("room"), fmt.Append(nil, pages), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}

	room(r.pages() + 8 + rand.Int64N(10))
	r.startWith("NEWSBELL_PAGES=" + r.path("room"))
	r.awaitPolls(1)

	for round := 0; ; round++ {
		log, err := os.ReadFile(r.path("log"))
		if err != nil || round > 400 {
			r.t.Fatal("the disk does not get full: ", err)
		}

		if bytes.Contains(log[r.logged:], []byte("begins again")) {
			break
		}

		for range 5 {
			if round < 40 { // of more, feeds would not list all
				r.feeds.publish()
			}
		}

		<-time.After(500 * time.Millisecond)
	}

	if err := r.child.Process.Signal(syscall.SIGHUP); err != nil { // which is no reason to end
		r.t.Fatal(err)
	}

	room(0)
	r.logHas(2, "msg=running ")
	r.feeds.publish()
	r.stop()
}

// pages is the size of the database.
func (r *crashRig) pages() int64 {
	r.t.Helper()

	body, err := os.ReadFile(r.path("crash.db"))
	if err != nil {
		r.t.Fatal(err)
	}

	size := int64(binary.BigEndian.Uint16(body[16:])) // https://www.sqlite.org/fileformat.html#page_size
	if size == 1 {
		size = 65536
	}

	return int64(len(body)) / size
}

// TestDatabaseLocked has another process hold the database longer than SQLite
// waits for it, while stories flow, and kills the program in the middle.
func TestDatabaseLocked(t *testing.T) {
	startLong(t)
	r := newCrashRig(t, testBinary(t), 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	for range 6 {
		r.feeds.publish()
	}
	// This process is the other one.
	s, err := store.Open(t.Context(), r.path("crash.db"))
	if err != nil {
		t.Fatal(err)
	}

	met := false

	err = s.Update(t.Context(), func(*store.Tx) error {
		for range 90 { // it waits 10 s for a lock; on a busy machine its turn may come late
			r.feeds.publish()
			<-time.After(time.Second)

			log, err := os.ReadFile(r.path("log"))
			if met = bytes.Contains(log, []byte("database is locked")); met || err != nil {
				return err
			}
		}

		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}

	if !met {
		t.Error("the program never met the lock")
	}

	r.kill()
	r.judge("database locked")
}

// TestPlatformsDown has both platforms down for a while, through kills.
func TestPlatformsDown(t *testing.T) {
	startLong(t)
	r := runningRig(t)
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Every: 2, HTML: http.StatusBadGateway})
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Reset: true})

	for range 12 {
		r.discord.Fail("POST /channels/{channel}/messages", discordtest.Error(http.StatusServiceUnavailable, 0, "overloaded"))
	}

	for range 4 {
		for range 5 {
			r.feeds.publish()
		}

		<-time.After(2 * time.Second)
		r.kill()
		r.start("")
	}

	r.telegram.Heals()
	r.awaitPolls(1)
	r.kill()
	r.judge("platforms down")
}

// TestTooManyRequests has every second message refused by a 429, for the chat
// and for all, with and without saying for how long.
func TestTooManyRequests(t *testing.T) {
	startLong(t)
	r := runningRig(t)
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Every: 2, Code: 429, Text: "Too Many Requests: retry after 1", After: 1})
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Every: 5, Code: 429, Text: "Too Many Requests: retry after 1", Bare: true})

	for i := range 12 {
		r.discord.Fail("POST /channels/{channel}/messages", discordtest.TooMany([]string{"user", "global", "shared"}[i%3], 700*time.Millisecond))
	}

	for range 4 {
		for range 5 {
			r.feeds.publish()
		}

		<-time.After(2 * time.Second)
		r.kill()
		r.start("")
	}

	r.awaitPolls(1)
	r.kill()
	r.telegram.Heals()
	r.judge("429 storm")
}

// TestBackupUnderLoad puts a copy that was made while stories flow in the place
// of the database. What was told after the copy is told again: nobody knows it.
func TestBackupUnderLoad(t *testing.T) {
	startLong(t)
	restoreUnderLoad(t, "telegram", "discord")
}

// TestRestoredCopyWithoutTelegram is TestBackupUnderLoad with nothing to do after the
// restore but for Discord, at once: a nonce that was used minutes ago would make Discord
// answer with the old message, and the alert would count as sent.
func TestRestoredCopyWithoutTelegram(t *testing.T) {
	startLong(t)
	restoreUnderLoad(t, "discord")
}

// restoreUnderLoad backs the database up while stories flow, lets the copy take its
// place after a kill, and goes on with some of the platforms.
func restoreUnderLoad(t *testing.T, platforms ...string) {
	t.Helper()
	r := runningRig(t)

	for i := range 40 {
		r.feeds.publish()
		<-time.After(50 * time.Millisecond)

		if i == 20 {
			if out, err := exec.Command(r.binary, "backup", r.path("copy.db"), "--config", r.path("config.toml")).CombinedOutput(); err != nil {
				t.Fatalf("backup: %v\n%s", err, out)
			}
		}
	}

	r.kill()

	for _, ending := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(r.path("crash.db" + ending)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}

	if err := os.Rename(r.path("copy.db"), r.path("crash.db")); err != nil {
		t.Fatal(err)
	}

	if !slices.Contains(platforms, "telegram") {
		r.rewriteConfig(fmt.Sprintf("token = %q", r.telegram.Token()), `token = ""`)
	}

	r.sound(false)

	for _, reader := range r.readers {
		if !slices.Contains(platforms, reader.name) {
			reader.open = nil // nobody listens there
		}
	}

	sums := r.finish(time.Minute)
	for _, platform := range platforms {
		sum := sums[platform]
		t.Logf("%-8s restored: %d expected, %d lost, %d told again", platform, sum.expected, sum.lost, sum.doubled)

		if sum.expected == 0 || sum.lost > 0 {
			t.Errorf("%s: %d of %d lost", platform, sum.lost, sum.expected)
		}
	}

	r.sound(len(platforms) == 2)
}

// rewriteConfig replaces a line of the configuration.
func (r *crashRig) rewriteConfig(old, line string) {
	r.t.Helper()

	config, err := os.ReadFile(r.path("config.toml"))
	if err == nil {
		err = os.WriteFile(r.path("config.toml"), []byte(strings.Replace(string(config), old, line, 1)), 0o600)
	}

	if err != nil {
		r.t.Fatal(err)
	}
}

// TestClockJumps sets the program's wall clock ahead and back by most of a day, while it runs and over
// restarts.
func TestClockJumps(t *testing.T) {
	startLong(t)
	r := newCrashRig(t, jumpingBinary(t), 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()
	r.stop()

	const day = 20 * 60 * 60
	for _, jump := range []string{
		fmt.Sprintf("4:%d", day),  // ahead while it runs
		"0:0",                     // after a restart the clock is right again: all is in the future
		fmt.Sprintf("0:-%d", day), // a start with a clock that is behind
		fmt.Sprintf("4:-%d", day), // and back while it runs: within a minute it is noticed
	} {
		for range 5 {
			r.feeds.publish()
		}

		r.startWith("NEWSBELL_CLOCK=" + jump)
		<-time.After(3 * time.Second)

		for range 5 {
			r.feeds.publish()
		}

		began := time.Now()

		if !r.settled(3 * time.Minute) {
			t.Errorf("a jump of %s is not got over", jump)
		}

		t.Logf("a jump of %s s, settled after %s", jump, time.Since(began).Round(time.Second))
		r.kill()
	}

	r.judge("clock jumps")
}

// TestClockJumpsByDecades starts a machine without a battery in 1970, which learns the time while a platform can't be
// reached, and lets it be 2099 at a start and while the program runs, each time when old articles and alerts are deleted.
func TestClockJumpsByDecades(t *testing.T) {
	startLong(t)
	r := runningRigOf(t, jumpingBinary(t))

	publish := func() {
		for range 10 {
			r.feeds.publish()
			<-time.After(500 * time.Millisecond)
		}
	}

	publish()
	r.settled(time.Minute)
	r.stop()

	was, err := r.counts()
	if err != nil {
		t.Fatal(err)
	}

	show := func(year, minute int, in time.Duration) string {
		at := time.Date(year, 1, 1, 9, minute, 40, 0, time.UTC)
		return fmt.Sprintf("%d:%d", int(in.Seconds()), int(at.Sub(time.Now().Add(in)).Seconds()))
	}

	for _, now := range []func() string{
		func() string { return show(1970, 5, 0) + ",25:0" },                         // and right after 25 seconds
		func() string { return show(2099, 16, 0) + ",45:0" },                        // the sweep comes at 9:17, after 20 seconds
		func() string { return "0:0," + show(2099, 15, 10*time.Second) + ",100:0" }, // while it runs: noticed within a minute, then it is 9:17
	} {
		clock := now() // the runs before took their time

		r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Every: 1, HTML: http.StatusBadGateway})
		r.startWith("NEWSBELL_CLOCK=" + clock)
		publish()
		r.telegram.Heals()
		<-time.After(40 * time.Second)
		publish()

		if !r.settled(3 * time.Minute) {
			t.Errorf("a clock of %s is not got over", clock)
		}

		r.kill()
	}

	if now, err := r.counts(); err != nil || now.Sent < was.Sent {
		t.Errorf("%d alerts of %d are left, %v", now.Sent, was.Sent, err)
	}

	r.judge("decades")
}

// jumpingBinary is the program with a clock that jumps: NEWSBELL_CLOCK is after
// how many seconds, and by how many, several times with commas between. The standard library's own time.Now is
// changed, so that every part of the program sees it; what is measured between
// two moments does not jump, as on a real machine.
func jumpingBinary(t *testing.T) string {
	t.Helper()

	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}

	place := filepath.Join(strings.TrimSpace(string(root)), "src", "time")

	source, err := os.ReadFile(filepath.Join(place, "time.go"))
	if err != nil {
		t.Fatal(err)
	}

	const now = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(source), now) != 1 {
		t.Fatal("time.Now of this Go is not the one that the test knows how to change")
	}

	return jumping.get(t, map[string]string{
		filepath.Join(place, "time.go"):           strings.Replace(string(source), now, now+"\tsec += jumped(mono)\n", 1),
		filepath.Join(place, "newsbell_clock.go"): clockSource,
	})
}

const clockSource = `package time

import "syscall"

var jumpTimes = readJumps()

type jump struct{ after, by int64 }

func readJumps() (all []jump) {
	text, _ := syscall.Getenv("NEWSBELL_CLOCK")
	j, sign, n := jump{}, int64(1), int64(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ':':
			j.after, n = n*int64(Second), 0
		case '-':
			sign = -1
		case ',':
			j.by = sign * n
			all = append(all, j)
			sign, n = 1, 0
		default:
			n = 10*n + int64(c-'0')
		}
	}
	j.by = sign * n
	return append(all, j)
}

func jumped(mono int64) (by int64) {
	for _, j := range jumpTimes {
		if mono-startNano >= j.after {
			by = j.by
		}
	}
	return by
}
`
