package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// TestSourcesCommand lists, searches, turns off and on.
func TestSourcesCommand(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), databaseIn(t, dir))
	if err != nil {
		t.Fatal(err)
	}

	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://a.example/1", Title: "Harbour Courier"}, {URL: "https://me:hunter2@b.example/2", Title: "Gazette"}}); err != nil {
			return err
		}

		_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 2, Next: tx.Now, Error: "it is HTML"}), time.Hour)

		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	run := func(want string, code int, args ...string) {
		t.Helper()

		stdout, stderr, got := newsbell(t, dir, "", append([]string{"sources"}, args...)...)
		if got != code || stdout != want {
			t.Errorf("%v: exit %d, want %d:\n%s%s", args, got, code, stdout, stderr)
		}
	}

	run("failing  Gazette  https://b.example/2  it is HTML\nunread   Harbour Courier  https://a.example/1\n", 0)
	run("unread   Harbour Courier  https://a.example/1\n", 0, "COURIER", "a.example")
	run("", 1, "off", "https://a.example/1") // as it isn't written: nothing is turned off, and that is said
	run("", 0, "--off", "https://a.example/1")
	run("off      Harbour Courier  https://a.example/1\n", 0, "courier")
	run("", 0, "--on", "https://a.example/1")
	run("", 1, "--on", "https://c.example/3")
	run("", 2, "--on", "x", "--off", "y")

	if stdout, _, _ := newsbell(t, dir, "", "sources", "--json", "courier"); strings.TrimSpace(stdout) != `{"url":"https://a.example/1","title":"Harbour Courier","state":"unread"}` {
		t.Errorf("JSON: %s", stdout)
	}
}
