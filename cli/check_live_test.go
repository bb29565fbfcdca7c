package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/cli/config"
	"newsbell/store"
	"newsbell/store/storetest"
)

// What the running process found of its platforms, check says.
func TestCheckSaysWhetherAPlatformListens(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "newsbell.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	var c config.Config

	c.Telegram.Token = "1:x"

	check := func() (lines []string) {
		checkListening(t.Context(), c, s, func(what string, err error, sentence string) {
			if err != nil {
				sentence = "wrong: " + err.Error()
			}

			lines = append(lines, what+": "+sentence)
		})

		return lines
	}

	if got := check(); len(got) != 0 {
		t.Errorf("before the first run: %q", got)
	}

	for _, test := range []struct {
		l    adapters.Listening
		want string
	}{
		{adapters.Listening{At: time.Now()}, "telegram listens: It receives what people write."},
		{adapters.Listening{At: time.Now().Add(-3 * time.Hour)}, "telegram listens: It last listened 3 h ago; `newsbell run` isn't running."},
		{adapters.Listening{At: time.Now(), Problem: "the token is wrong"}, "telegram listens: wrong: it doesn't receive what people write (just now): the token is wrong"},
	} {
		if err := adapters.SaveListening(t.Context(), s, "telegram", test.l); err != nil {
			t.Fatal(err)
		}

		if got := strings.Join(check(), "\n"); got != test.want {
			t.Errorf("%+v: %q, want %q", test.l, got, test.want)
		}
	}
}
