package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/cli/config"
	"newsbell/store"
	"newsbell/store/engine"
	"newsbell/store/engine/enginetest"
	"newsbell/store/storetest"
)

// What the running process found of its platforms, check says.
func TestCheckSaysWhetherAPlatformListens(t *testing.T) {
	s := storetest.Open(t)

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

// TestCheckKnowsThatAProcessStopped at once, and that the next one runs.
func TestCheckKnowsThatAProcessStopped(t *testing.T) {
	enginetest.NeedsFile(t) // in a bubble there are no sockets

	synctest.Test(t, func(t *testing.T) {
		s := storetest.Open(t)

		if err := s.Lock(t.Context()); err != nil {
			t.Fatal(err)
		}

		check := func() string { return checkedProcess(t, s) }

		for range 2 {
			a := &app{store: s}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})

			go func() {
				defer close(ended)

				a.noteAlive(ctx)
			}()

			synctest.Wait()
			time.Sleep(time.Second)

			if got := check(); !strings.Contains(got, "It is running.") {
				t.Errorf("while it runs: %s", got)
			}

			stop()
			<-ended

			if got := check(); !strings.Contains(got, "it was stopped at") {
				t.Errorf("after its stop: %s", got)
			}

			time.Sleep(time.Second)
		}
	})
}

// TestCheckKnowsThatAProcessWasKilled at once: it can't say so, but it has the database no more.
func TestCheckKnowsThatAProcessWasKilled(t *testing.T) {
	enginetest.NeedsFile(t)

	path := filepath.Join(t.TempDir(), "newsbell.db")

	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	unlock, err := engine.LockFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	err = s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetFact(aliveFact, tx.Now.UnixMilli()) })
	if err != nil {
		t.Fatal(err)
	}

	check := func() string { return checkedProcess(t, s) }

	if got := check(); !strings.Contains(got, "It is running.") {
		t.Errorf("while it has the database: %s", got)
	}

	if err := unlock(); err != nil {
		t.Fatal(err)
	}

	if got := check(); !strings.Contains(got, "it ended without a word") {
		t.Errorf("after it was killed: %s", got)
	}
}

// TestCheckNamesTheProcesses that share a database, what each does, and what nobody does.
func TestCheckNamesTheProcesses(t *testing.T) {
	enginetest.NeedsPostgres(t)

	dir := t.TempDir()
	database := storetest.Database(t, filepath.Join(dir, "newsbell.db"))

	if err := os.WriteFile(filepath.Join(dir, "config.toml"), fmt.Appendf(nil, "database = %q\ndefault_sources = false\n", database), 0o600); err != nil {
		t.Fatal(err)
	}

	join := func(name, version string) *store.Process {
		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})

		p, err := s.Join(t.Context(), store.Member{Name: name, Version: version, Roles: "poll,match,speak", Warn: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}

		return p
	}

	one := join("one", "1.0")
	join("two", "1.1")

	if got := describeProcess(store.Running{Name: "three"}); !strings.Contains(got, "It takes no work, because its clock") {
		t.Errorf("of a process whose clock is off: %s", got)
	}

	if err := one.Add(t.Context(), "match", "speak:telegram", "poll:00", "poll:01"); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		takes []string
		code  int
		wants []string
	}{
		{[]string{"poll:00"}, 1, []string{
			"process one: It polls 1 of 64 parts; its leases were renewed", "process two: It stands by (poll,match,speak)", "version 1.0.", "different versions",
			"no process does this now: matching, polling 1 of 64 parts",
		}},
		{[]string{"match", "poll:01"}, 0, []string{"process one: It matches, polls 2 of 64 parts", "ok    matching: It keeps up."}},
	} {
		if _, err := one.Take(t.Context(), c.takes...); err != nil {
			t.Fatal(err)
		}

		stdout, _, code := newsbell(t, dir, "", "check")
		for _, want := range c.wants {
			if code != c.code || !strings.Contains(stdout, want) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, c.code, want, stdout)
			}
		}
	}
}

// TestCheckKnowsWhichProcessStopped of those that share a database, at once.
func TestCheckKnowsWhichProcessStopped(t *testing.T) {
	enginetest.NeedsPostgres(t)

	dir := t.TempDir()
	database := storetest.Database(t, filepath.Join(dir, "newsbell.db"))

	host, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}

	join := func(name string) (leave func()) {
		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}

		if _, err := s.Join(t.Context(), store.Member{Name: name, Roles: "poll,match,speak", Warn: func(string) {}}); err != nil {
			t.Fatal(err)
		}

		leave = sync.OnceFunc(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		t.Cleanup(leave)

		return leave
	}

	live := func(name string, code int, want string) {
		t.Helper()

		config := fmt.Sprintf("database = %q\ndefault_sources = false\n[process]\nname = %q\n", database, name)
		if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}

		if stdout, _, got := newsbell(t, dir, "", "check", "--live"); got != code || !strings.Contains(stdout, want) {
			t.Errorf("%q: exit %d, want %d and %q:\n%s", name, got, code, want, stdout)
		}
	}

	one, two := join("one"), join("elsewhere/7")

	live("one", 0, "one is running.")
	live("", 0, "one is running.")

	one()
	live("one", 1, "no process called one is running on this database; there are: elsewhere/7")
	live("elsewhere/7", 0, "elsewhere/7 is running.")
	live("", 1, "no process of this machine is running on this database; there are: elsewhere/7")

	join(host + "/8")
	live("", 0, host+"/8 is running.")

	two()
	live("elsewhere/7", 1, "no process called elsewhere/7")
}

// checkedProcess returns what a look at a running program says of its process.
func checkedProcess(t *testing.T, s *store.Store) (process string) {
	t.Helper()

	err := checkLive(t.Context(), "", s, func(what string, err error, sentence string) {
		if what == "process" {
			process = sentence + fmt.Sprint(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}

	return process
}
