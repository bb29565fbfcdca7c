package systemtest

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestTheOperatorHearsOnce is about what only an operator can mend: an adapter
// whose token is refused, another program that takes the bot's updates, a second
// instance, a source that is dead for a day. Each is told once, in a sentence.
// TestDiskFull is about the full disk.
func TestTheOperatorHearsOnce(t *testing.T) {
	startLong(t)
	r := newCrashRig(t, jumpingBinary(t), 10)

	config, err := os.ReadFile(r.path("config.toml"))
	if err != nil {
		t.Fatal(err)
	}

	wrong := strings.Replace(string(config), r.discord.Token, r.discord.Token+"wrong", 1)
	if err := os.WriteFile(r.path("config.toml"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}

	r.start("")
	r.waitForBaseline()
	r.hears("discord stopped: ", 1)

	for range 2 {
		out, err := exec.Command(r.binary, "run", "--config", r.path("config.toml"), "--for", "1s").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "another Newsbell") {
			t.Errorf("a second instance: %v\n%s", err, out)
		}
	}

	r.hears(secondInstance, 1)
	// Whoever asks for updates takes them from the one who waits for them.
	rival, stop := time.After(2*time.Minute), false
	for !stop && r.heardBy("program is receiving this bot's updates") == 0 {
		address := r.telegramURL + "/bot" + r.telegram.Token() + "/getUpdates?timeout=1"
		if answer, err := http.Get(address); err == nil {
			answer.Body.Close()
		}

		select {
		case <-rival:
			stop = true
		case <-time.After(100 * time.Millisecond):
		}
	}

	r.hears("program is receiving this bot's updates", 1)
	r.feeds.Close()
	r.logHas(5, "a source fails")
	r.stop()
	r.startWith("NEWSBELL_CLOCK=0:90000") // a day and an hour later
	r.hears("discord stopped: ", 2)
	r.hears("hasn't answered for a day", crashFeeds)
	<-time.After(3 * time.Second) // what is one too many would come within a second
	r.stop()

	for _, text := range []string{"discord stopped: ", secondInstance, "program is receiving this bot's updates", "hasn't answered for a day"} {
		want := map[string]int{
			"discord stopped: ":         2, // once by each run
			"hasn't answered for a day": crashFeeds,
		}[text]

		want = max(want, 1)
		if n := r.heardBy(text); n != want {
			t.Errorf("the operator heard %q %d times, want %d", text, n, want)
		}
	}
}

// secondInstance begins what the operator is told of a second program on the
// same database.
const secondInstance = "Somebody started a second Newsbell on this database."

// heardBy is how often the operator was told a text.
func (r *crashRig) heardBy(text string) (n int) {
	for _, m := range r.operator.Private().Messages() {
		if m.From == "bot" && strings.Contains(m.Text, text) {
			n++
		}
	}

	return n
}

// hears waits until the operator was told a text so often.
func (r *crashRig) hears(text string, times int) {
	r.t.Helper()

	for deadline := time.Now().Add(2 * time.Minute); r.heardBy(text) < times; {
		if time.Now().After(deadline) {
			r.t.Errorf("the operator does not hear %q %d times", text, times)
			return
		}

		<-time.After(50 * time.Millisecond)
	}
}
