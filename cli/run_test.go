package cli

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/cli/config"
	"newsbell/store"
	"newsbell/store/engine/enginetest"
)

func TestRunTypesItsInputInTheTerminalChat(t *testing.T) {
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>F</title></channel></rss>`)
	}))
	defer feed.Close()

	dir := t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[[sources]]\nurl = %q\n", feed.URL)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	isAll := func(stdout, _ string) bool {
		return strings.Count(stdout, `"event":"reply"`) == 2 && strings.Contains(stdout, `"event":"poll"`)
	}
	stdout, stderr, code := newsbellUntil(t, dir, "/subscribe storm\n/list\n", isAll, "run", "--json")

	events := eventsOf(t, stdout)
	if code != 0 || len(events["reply"]) != 2 || len(events["poll"]) != 1 {
		t.Errorf("exit %d: %v\n%s", code, events, stderr)
	}

	for _, e := range events["reply"] {
		if e["chat"] != "terminal" || !strings.Contains(fmt.Sprint(e["text"]), "#1") {
			t.Errorf("reply %v", e)
		}
	}

	if !strings.Contains(stderr, "No token") {
		t.Errorf("it does not say that there is no token: %s", stderr)
	}
}

// TestForTakesDurations as the configuration does.
func TestForTakesDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"1d": 24 * time.Hour, "1d12h": 36 * time.Hour, "90s": 90 * time.Second} {
		if got := durationFlag(-1); got.Set(text) != nil || time.Duration(got) != want {
			t.Errorf("--for %s is %v, want %v", text, time.Duration(got), want)
		}
	}

	for _, text := range []string{"", "90", "-5s", "0s", "1x", "d"} {
		_, stderr, code := newsbell(t, t.TempDir(), "", "run", "--for", text)
		if code != exitUsage || !strings.Contains(stderr, errNoDuration.Error()) {
			t.Errorf("--for %q: exit %d: %s", text, code, stderr)
		}
	}
}

// TestALogInJSONIsNothingElse: a program that reads it trips over no sentence.
// TestAFullDiskStartsFewSessions: at 1,000 in a day Discord takes the token of a small bot away. Where there was
// room meanwhile, the first pause is short again.
func TestAFullDiskStartsFewSessions(t *testing.T) {
	const ran = time.Second

	begun, day, pause := 0, time.Duration(0), time.Duration(0)
	for ; day < 24*time.Hour; day += ran + pause {
		pause = pauseAfter(store.ErrFull, ran, pause)
		begun++
	}

	if begun > 300 {
		t.Errorf("it begins %d times in a day", begun)
	}

	if got := pauseAfter(store.ErrFull, time.Hour, pause); got != shortestFull {
		t.Errorf("after an hour with room it waits %s", got)
	}

	if got := pauseAfter(store.ErrAway, ran, 0); got != 0 {
		t.Errorf("it waits %s for a server", got)
	}
}

func TestALogInJSONIsNothingElse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n[log]\nformat = \"json\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	_, stderr, code := newsbell(t, dir, "", "run", "--for", "100ms")
	if code != 0 || !strings.Contains(stderr, noTokenText) {
		t.Errorf("exit %d, and no word of the missing tokens: %s", code, stderr)
	}

	for line := range strings.Lines(stderr) {
		if !json.Valid([]byte(line)) {
			t.Errorf("this line is no JSON: %s", line)
		}
	}
}

// TestAStopAtTheStartIsClean, at whatever moment of the start it comes.
func TestAStopAtTheStartIsClean(t *testing.T) {
	for after := range 12 {
		if testing.Short() && after%5 != 0 {
			continue
		}

		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
			t.Fatal(err)
		}

		if after%2 == 1 { // the database is there already
			s, err := store.Open(t.Context(), filepath.Join(dir, "newsbell.db"))
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
		}

		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(after)*9*time.Millisecond, stop)

		var out, errs lockedBuffer
		if code := Run(ctx, []string{"run", "--config", filepath.Join(dir, "config.toml")}, strings.NewReader(""), &out, &errs); code != 0 {
			t.Errorf("stopped after %d ms: exit %d: %s", 9*after, code, errs.String())
		}
	}
}

// TestAStopIsNoFailure: also where a migration notices only that its transaction is over.
func TestAStopIsNoFailure(t *testing.T) {
	t.Parallel()

	running := t.Context()
	ended, stop := context.WithCancel(running)
	stop()

	for _, one := range []struct {
		ctx  context.Context
		err  error
		want bool
	}{
		{ended, nil, false},
		{ended, fmt.Errorf("open: %w", context.Canceled), true},
		{ended, fmt.Errorf("migrate: %w", sql.ErrTxDone), true},
		{ended, errors.New("disk full"), false},
		{running, fmt.Errorf("migrate: %w", sql.ErrTxDone), false},
	} {
		if got := isStopped(one.ctx, one.err); got != one.want {
			t.Errorf("%v: a stop: %v", one.err, got)
		}
	}
}

func TestASecondInstanceIsKeptOut(t *testing.T) {
	enginetest.NeedsFile(t) // a server takes several

	dir := t.TempDir()

	s, err := store.Open(t.Context(), databaseIn(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	_, stderr, code := newsbell(t, dir, "", "run", "--for", patience.String())
	if code != 1 || !strings.Contains(stderr, "another Newsbell") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestAWrongTokenStopsOnlyThatAdapter: the rest of the program goes on.
func TestAWrongTokenStopsOnlyThatAdapter(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"ok":false,"error_code":401,"description":"Unauthorized","message":"401: Unauthorized","code":0}`)
	}))
	defer server.Close()

	dir := t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[telegram]\ntoken = \"123:wrong\"\napi_url = %q\n[discord]\ntoken = \"secret.wrong\"\napi_url = %q\n", server.URL, server.URL)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	isAll := func(stdout, stderr string) bool {
		return strings.Contains(stdout, `"event":"reply"`) && strings.Contains(stderr, "Telegram doesn't know this token") && strings.Contains(stderr, "discord stopped")
	}

	stdout, stderr, code := newsbellUntil(t, dir, "/subscribe storm\n", isAll, "run", "--json")
	if code != 0 || len(eventsOf(t, stdout)["reply"]) != 1 {
		t.Errorf("exit %d: %s\n%s", code, stdout, stderr)
	}

	for _, want := range []string{"Telegram doesn't know this token", "discord stopped"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("the log does not say %q:\n%s", want, stderr)
		}
	}

	if strings.Contains(stderr, "123:wrong") || strings.Contains(stderr, "secret.wrong") {
		t.Errorf("the log holds a token:\n%s", stderr)
	}
}

// TestNoPlatformLeftEndsTheProgram, so that whoever supervises it notices.
func TestNoPlatformLeftEndsTheProgram(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"message":"401: Unauthorized","code":0}`)
	}))
	defer server.Close()

	dir := t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[discord]\ntoken = \"wrong\"\napi_url = %q\n", server.URL)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	_, stderr, code := newsbell(t, dir, "", "run", "--json", "--for", patience.String())
	if code != exitFailed || !strings.Contains(stderr, "newsbell: discord stopped: ") || !strings.Contains(stderr, "no platform is left") {
		t.Errorf("exit %d:\n%s", code, stderr)
	}
}

// TestRetentionIsNeverShorterThanAStory is open: what it told would be told again.
func TestRetentionIsNeverShorterThanAStory(t *testing.T) {
	c := config.Default()
	c.Retention.Articles, c.Retention.Related = time.Second, time.Second

	if kept := retentionOf(c); kept.Articles != leastRetention || kept.Related != leastRetention {
		t.Errorf("articles %v, short forms %v", kept.Articles, kept.Related)
	}

	c.Retention.Articles = 400 * 24 * time.Hour
	if kept := retentionOf(c); kept.Articles != 400*24*time.Hour || kept.Related != kept.Articles {
		t.Errorf("articles %v, short forms %v", kept.Articles, kept.Related)
	}
}
