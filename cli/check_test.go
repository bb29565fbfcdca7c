package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/telegramtest"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/engine/enginetest"
)

// TestCheckIsAHealthCheck: one broken feed of many is not a broken bot; that every one
// fails is, and those that were never read do not count as working.
func TestCheckIsAHealthCheck(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), databaseIn(t, dir))
	if err != nil {
		t.Fatal(err)
	}

	update := func(do func(tx *store.Tx) error) {
		t.Helper()

		if err := s.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}

	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	update(func(tx *store.Tx) error {
		return tx.Configure([]news.Source{{URL: "https://me:hunter2@a.example/1?key=hunter2"}, {URL: "https://b.example/2"}, {URL: "https://c.example/3"}})
	})

	if stdout, _, code := newsbell(t, dir, "", "check"); code != 0 || !strings.Contains(stdout, "0 of 3 work. 3 haven't been read yet.") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}

	poll := func(source int64, failure string) {
		update(func(tx *store.Tx) error {
			_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: source, Next: tx.Now.Add(time.Hour), Error: failure}), time.Hour)
			return err
		})
	}
	poll(1, "503")

	if stdout, stderr, code := newsbell(t, dir, "", "check"); code != 1 || !strings.Contains(stdout, "wrong sources: every source that was read fails") || !strings.Contains(stdout, ": 503, since ") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit %d:\n%s%s", code, stdout, stderr)
	}

	poll(2, "")
	poll(1, "503")

	if stdout, _, code := newsbell(t, dir, "", "check"); code != 0 || !strings.Contains(stdout, "1 of 3 work. 1 haven't been read yet.") || !strings.Contains(stdout, "fails source https://a.example/1?…: 503, 2 times in a row since ") || strings.Contains(stdout, "hunter2") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}

	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestLiveKnowsWhetherAFilesProcessLives: alive, then stuck, then dead. Those on a server are listed
// (TestCheckKnowsWhichProcessStopped).
func TestLiveKnowsWhetherAFilesProcessLives(t *testing.T) {
	enginetest.NeedsFile(t)

	dir := t.TempDir()

	s, err := store.Open(t.Context(), databaseIn(t, dir))
	if err != nil {
		t.Fatal(err)
	}

	update := func(do func(tx *store.Tx) error) {
		t.Helper()

		if err := s.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}

	update(func(tx *store.Tx) error {
		return tx.Configure([]news.Source{{URL: "https://a.example/1"}, {URL: "https://b.example/2"}, {URL: "https://c.example/3"}})
	})

	if stdout, _, code := newsbell(t, dir, "", "check", "--live"); code != 1 || !strings.Contains(stdout, "none has ever run") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}

	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		alive, polled, due time.Duration
		code               int
		want               string
	}{
		{time.Second, 0, time.Hour, 0, "ok    polling"},
		{time.Second, 2 * time.Hour, -time.Hour, 1, "wrong polling: it is 1h0m0s behind"},
		{time.Second, time.Minute, -time.Hour, 0, "ok    polling"},
		{time.Hour, 0, time.Hour, 1, "wrong process: none has written to this database since"},
	} {
		update(func(tx *store.Tx) error {
			now := tx.Now
			tx.Now = now.Add(-c.polled)

			for source := range int64(3) {
				if _, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: source + 1, Next: now.Add(c.due)}), time.Hour); err != nil {
					return err
				}
			}

			tx.Now = now

			return tx.SetFact(aliveFact, tx.Now.Add(-c.alive).UnixMilli())
		})

		if stdout, _, code := newsbell(t, dir, "", "check", "--live"); code != c.code || !strings.Contains(stdout, c.want) {
			t.Errorf("exit %d, want %d and %q:\n%s", code, c.code, c.want, stdout)
		}
	}

	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestCheckOnlineAsksThePlatform(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "1:right") {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)

			return
		}

		fmt.Fprint(w, `{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"N","username":"my_news_bot"}}`)
	}))
	defer server.Close()

	for token, want := range map[string]string{
		"1:right": "ok    telegram: Telegram: connected as @my_news_bot. Open https://t.me/my_news_bot and send /start.",
		"1:wrong": "wrong telegram: ",
	} {
		dir := t.TempDir()

		config := fmt.Sprintf("default_sources = false\n[telegram]\ntoken = %q\napi_url = %q\n", token, server.URL)
		if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}

		if stdout, _, code := newsbell(t, dir, "", "check", "--online"); (code == 0) != strings.HasPrefix(want, "ok") || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit %d:\n%s", token, code, stdout)
		}
	}
}

// TestRemoveWebhook: a webhook of another program keeps all updates away, and one command
// takes them back.
func TestRemoveWebhook(t *testing.T) {
	server := telegramtest.New(telegramtest.Options{})
	defer server.Close()

	url, err := server.Listen()
	if err != nil {
		t.Fatal(err)
	}

	call := func(method string, form neturl.Values) string {
		t.Helper()

		resp, err := http.PostForm(url+"/bot"+server.Token()+"/"+method, form)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()

		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}

		return string(body)
	}

	call("setWebhook", neturl.Values{"url": {"https://other.example/hook"}})

	if got := call("getUpdates", nil); !strings.Contains(got, "webhook is active") {
		t.Fatalf("with a webhook: %s", got)
	}

	dir := t.TempDir()
	if _, stderr, code := newsbell(t, dir, "", "check", "--remove-webhook"); code != 2 || !strings.Contains(stderr, "needs a Telegram token") {
		t.Errorf("without a token: exit %d: %s", code, stderr)
	}

	config := fmt.Sprintf("default_sources = false\n[telegram]\ntoken = %q\napi_url = %q\n", server.Token(), url)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	if stdout, stderr, code := newsbell(t, dir, "", "check", "--remove-webhook"); code != 0 || !strings.Contains(stdout, "No webhook is set any more") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}

	if got := call("getUpdates", nil); !strings.Contains(got, `"ok":true`) {
		t.Errorf("afterwards: %s", got)
	}
}

// TestCheckNamesFailingTargets: by their rows, since their addresses are their chats' secrets; that one
// person's webhook is down is no failure of the bot.
func TestCheckNamesFailingTargets(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), databaseIn(t, dir))
	if err != nil {
		t.Fatal(err)
	}

	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()

	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	var target *store.Target

	err = s.Update(t.Context(), func(tx *store.Tx) error {
		owner, err := tx.EnsureChat(store.Chat{Platform: "telegram", Address: "1", Kind: "private"})
		if err != nil {
			return err
		}

		if target, err = tx.AddTarget(owner, store.Target{URL: "https://hidden.example/hook/hunter2"}); err != nil {
			return err
		}

		return tx.Notify(target.Chat, "news")
	})
	if err != nil {
		t.Fatal(err)
	}

	if stdout, _, code := newsbell(t, dir, "", "check"); code != 0 || strings.Contains(stdout, "target ") {
		t.Errorf("before it was tried: exit %d\n%s", code, stdout)
	}

	out, err := s.Claim(t.Context(), target.Chat, store.Claim{Run: "r", RetryAfter: time.Second})
	if err == nil {
		_, err = s.Settle(t.Context(), store.Outcome{Message: out.ID, Run: "r", RetryAt: time.Now(), Result: "the server has a problem (500)"})
	}

	if err != nil {
		t.Fatal(err)
	}

	said := fmt.Sprintf("fails target %d: nothing arrives there right now: the server has a problem (500).", target.Chat)

	if stdout, _, code := newsbell(t, dir, "", "check"); code != 0 || !strings.Contains(stdout, said) || strings.Contains(stdout, "hidden") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}
}
