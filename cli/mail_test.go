package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/adapters/mailtest"
	"newsbell/internal/porttest"
	"newsbell/sources/websubtest"
)

// awaitLetters waits until a server has taken so many mails.
func awaitLetters(t *testing.T, s *mailtest.Server, n int) []mailtest.Letter {
	t.Helper()

	for deadline := time.Now().Add(patience); len(s.Letters()) < n; <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d letters, want %d: %+v", len(s.Letters()), n, s.Letters())
		}
	}

	return s.Letters()
}

// TestAlertsByMail goes through the whole program: an address gets a code and nothing else until
// the code is said in the chat, then alerts, and one press in a mail ends them and tells the chat.
func TestAlertsByMail(t *testing.T) {
	server := mailtest.New(t, false)
	server.Behave(mailtest.Rules{Open: true})

	var news atomic.Int32 // that have been published since the start

	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		titles := []string{"Ferry captain elected mayor", "Ferry line opens", "Ferry strike ends"}
		fmt.Fprint(w, websubtest.Feed("", "", titles[2-news.Load():]...))
	}))
	defer feed.Close()

	address, dir := porttest.Address(t), t.TempDir()
	t.Chdir(dir)
	t.Setenv("NEWSBELL_TELEGRAM_TOKEN", "")
	t.Setenv("NEWSBELL_DISCORD_TOKEN", "")
	t.Setenv("NEWSBELL_MAIL_FROM", "Newsbell <news@example.org>")

	config := fmt.Sprintf("default_sources = false\n[polling]\nmin_interval = \"1s\"\nmax_interval = \"1s\"\nhost_gap = \"0s\"\n[web]\nlisten = %q\nurl = \"http://%[1]s\"\n[mail]\nserver = %q\ntls = \"none\"\n[[sources]]\nurl = %q\n", address, server.Address, feed.URL)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	var out, errs lockedBuffer

	in, typed := io.Pipe()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	ended := make(chan int, 1)

	go func() { ended <- Run(ctx, []string{"run", "--json"}, in, &out, &errs) }()

	defer func() {
		stop()

		if code := <-ended; code != 0 {
			t.Errorf("exit %d: %s", code, &errs)
		}
	}()

	says := func(line, reply string) {
		t.Helper()
		fmt.Fprintln(typed, line)
		out.await(t, reply)
	}

	says("/subscribe ferry", "You now follow #1 ferry")
	says("/targets add Ann@Reader.example", "I've sent a code to Ann@reader.example")
	out.await(t, `"event":"poll"`)
	news.Store(1)
	out.await(t, `"event":"alert"`) // in the chat alone

	letters := awaitLetters(t, server, 1)
	code := regexp.MustCompile(`/targets confirm ([A-Z2-7]{8})`).FindStringSubmatch(letters[0].Body)

	if code == nil || letters[0].To != "Ann@reader.example" || strings.Contains(letters[0].Body, "Ferry") {
		t.Fatalf("%+v", letters)
	}

	says("/targets confirm WRONGONE", "That isn't a code I've sent")
	says("/targets confirm "+code[1], "Alerts now also go to Ann@reader.example")

	letters = awaitLetters(t, server, 2)
	if !strings.Contains(letters[1].Body, "This is a test.") {
		t.Errorf("%+v", letters[1])
	}

	// With a time of its own, the mail waits for that, and comes when it is to come at once again.
	says("/targets when 1 daily 8:00", "alerts go there as one digest, daily at 8:00")
	news.Store(2)
	out.await(t, "Ferry captain elected mayor") // in the chat
	says("/targets when 1 now", "at the same time as here")

	letters = awaitLetters(t, server, 3)
	if l := letters[2]; l.Header.Get("Subject") != "Ferry captain elected mayor" || !strings.Contains(l.Body, "https://harbourpost.example/Ferry-captain-elected-mayor") {
		t.Errorf("%+v", l)
	}

	link := strings.Trim(letters[1].Header.Get("List-Unsubscribe"), "<>")

	// A program that looks into mails opens its links: that ends nothing.
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		r, err := http.NewRequestWithContext(ctx, method, link, strings.NewReader("List-Unsubscribe=One-Click"))
		if err != nil {
			t.Fatal(err)
		}

		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}

		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()

		want := map[string]string{http.MethodGet: "Remove Ann@reader.example", http.MethodPost: "No more alerts go to Ann@reader.example."}[method]
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v\n%s", method, resp.StatusCode, err, body)
		}
	}

	says("/targets", "Alerts come only here.")

	if log := errs.String(); strings.Contains(log, "reader.example") || strings.Contains(log, code[1]) {
		t.Errorf("the log tells the address or the code:\n%s", log)
	}
}
