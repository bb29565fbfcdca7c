//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbell/adapters/telegramtest"
	"newsbell/cli/config"
)

// TestHangUpReloadsTheConfiguration: SIGHUP reads it anew, a mistake in it changes
// nothing, and the program goes on.
func TestHangUpReloadsTheConfiguration(t *testing.T) {
	asked := make(chan string, 16)

	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path

		fmt.Fprint(w, `<rss version="2.0"><channel><title>F</title></channel></rss>`)
	}))
	defer feed.Close()

	file := filepath.Join(t.TempDir(), "config.toml")
	write := func(text string) { replaceFile(t, file, "default_sources = false\n"+text) }
	write("")

	log, stop := startRun(t, "--config", file, "--json")

	log.await(t, "running")
	write("access = \"shut\"\n")

	hangUp := func(until string) {
		for deadline := time.Now().Add(patience); !strings.Contains(log.String(), until) && time.Now().Before(deadline); {
			if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}

			<-time.After(50 * time.Millisecond)
		}

		log.await(t, until)
	}
	hangUp("the configuration was not reloaded")
	replaceFile(t, file, " \n") // as while it is being written
	hangUp("config.toml is empty or gone; put its settings back")
	write(fmt.Sprintf("operators = [\"telegram:7\"]\n[log]\nlevel = \"debug\"\n[alerts]\nburst = 3\n[[sources]]\nurl = \"%s/new.xml\"\n", feed.URL))
	hangUp("configuration reloaded")

	log.await(t, "only a restart takes it over: alerts.burst\"") // and nothing else

	if path := <-asked; path != "/new.xml" {
		t.Errorf("asked for %s", path)
	}

	log.await(t, "msg=polled") // the level is reloaded too
	stop()
}

// TestHangUpReadsNoPipeAgain: a configuration that came through a pipe holds; nothing waits for another one,
// nor the stop for that.
func TestHangUpReadsNoPipeAgain(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "config.toml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}

	log, stop := startRun(t, "--config", pipe, "--json")

	database := filepath.Join(t.TempDir(), "n.db")
	if err := os.WriteFile(pipe, fmt.Appendf(nil, "default_sources = false\ndatabase = %q\n", database), 0o600); err != nil {
		t.Fatal(err)
	}

	log.await(t, "running")

	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}

	log.await(t, "is a pipe, which is read at the start only")
	stop()
}

// TestWhatCameThroughAPipe: later nothing waits for it to come again. A secret stays as it was until the
// next start, also when another file is named.
func TestWhatCameThroughAPipe(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "c.toml"), filepath.Join(dir, "pipe")

	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}

	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}

	write(file, "[telegram]\ntoken_file = \"pipe\"\n")

	go write(pipe, "1:first")

	c, err := config.Load(file, nil)
	if err != nil || c.Telegram.Token != "1:first" {
		t.Fatal(c.Telegram.Token, err)
	}

	later, err := c.LoadLater(file, nil)
	if err != nil || later.Telegram.Token != "1:first" || len(c.NeedStart(&later)) > 0 {
		t.Errorf("the token is %q, a start is needed for %v: %v", later.Telegram.Token, c.NeedStart(&later), err)
	}

	write(file, "[telegram]\ntoken_file = \"other\"\n")

	if later, err = c.LoadLater(file, nil); err != nil || !slices.Equal(c.NeedStart(&later), []string{"telegram.token_file"}) {
		t.Errorf("a start is needed for %v: %v", c.NeedStart(&later), err)
	}

	t.Chdir(dir)

	if err := syscall.Mkfifo(config.DefaultFile, 0o600); err != nil {
		t.Fatal(err)
	}

	if _, err := c.LoadLater("", nil); err == nil {
		t.Error("a pipe of the usual name was read")
	}
}

// TestHangUpChangesWhoMayUseTheBot: access, operators and limits hold from then on, and whoever writes
// meanwhile is answered, once.
func TestHangUpChangesWhoMayUseTheBot(t *testing.T) {
	tg := telegramtest.New(telegramtest.Options{})
	defer tg.Close()

	address, err := tg.Listen()
	if err != nil {
		t.Fatal(err)
	}

	ann, bob, carl := tg.NewUser("Ann"), tg.NewUser("Bob"), tg.NewUser("Carl")
	file := filepath.Join(t.TempDir(), "config.toml")
	write := func(text string) {
		replaceFile(t, file, text+fmt.Sprintf("default_sources = false\n[telegram]\ntoken = %q\napi_url = %q\n", tg.Token(), address))
	}
	write("")

	log, stop := startRun(t, "--config", file)

	// answers waits until somebody has been answered so often, and returns the last answer.
	answers := func(who *telegramtest.User, n int) string {
		t.Helper()

		for deadline := time.Now().Add(patience); ; <-time.After(5 * time.Millisecond) {
			var said []string

			for _, m := range who.Private().Messages() {
				if m.From == "bot" {
					said = append(said, m.Text)
				}
			}

			if len(said) >= n {
				return strings.Join(said[n-1:], "\n")
			}

			if time.Now().After(deadline) {
				t.Fatalf("%s has %d answers of %d:\n%s", who.Name, len(said), n, log)
			}
		}
	}

	ann.Says("/subscribe storm")
	carl.Says("/list")
	answers(ann, 1)

	if answer := answers(carl, 1); strings.Contains(answer, "invite-only") {
		t.Errorf("before: %s", answer)
	}

	write(fmt.Sprintf("access = \"listed\"\nallowed = [\"telegram:%d\"]\noperators = [\"telegram:%d\"]\nlimits.subscriptions = 1\n", ann.ID, bob.ID))

	var many []*telegramtest.User

	for i := 0; i < 12 || !strings.Contains(log.String(), "configuration reloaded"); i++ {
		if i < 12 {
			many = append(many, tg.NewUser(fmt.Sprint("Reader ", i)))
			many[i].Says("/list")
		}

		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}

		<-time.After(10 * time.Millisecond)
	}

	ann.Says("/subscribe flood")
	bob.Says("/stats")
	carl.Says("/list")

	for what, c := range map[string]struct{ answer, want string }{
		"a listed person at the new limit": {answers(ann, 2), "the limit of 1 subscription"},
		"an operator":                      {answers(bob, 1), "0 chats got an alert"},
		"a stranger":                       {answers(carl, 2), "invite-only"},
	} {
		if !strings.Contains(c.answer, c.want) {
			t.Errorf("%s is told %q, want %q", what, c.answer, c.want)
		}
	}

	for _, who := range many {
		answers(who, 1)

		if said := who.Private().Messages(); len(said) != 2 {
			t.Errorf("%s has %d messages, want theirs and one answer", who.Name, len(said))
		}
	}

	stop()
}

// startRun starts the program, and returns its log and what stops it. No hang-up ends the test.
func startRun(t *testing.T, args ...string) (log *lockedBuffer, stop func()) {
	t.Helper()

	hangUps := make(chan os.Signal, 8)
	signal.Notify(hangUps, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangUps) })

	log = new(lockedBuffer)
	code := make(chan int, 1)
	ctx, cancel := context.WithCancel(t.Context())

	go func() { code <- Run(ctx, append([]string{"run"}, args...), strings.NewReader(""), io.Discard, log) }()

	return log, func() {
		t.Helper()
		cancel()

		if got := <-code; got != 0 {
			t.Errorf("exit %d:\n%s", got, log)
		}
	}
}

// replaceFile writes a file that is never half there: a hang-up may still be on its way meanwhile.
func replaceFile(t *testing.T, file, text string) {
	t.Helper()

	if err := errors.Join(os.WriteFile(file+".new", []byte(text), 0o600), os.Rename(file+".new", file)); err != nil {
		t.Fatal(err)
	}
}
