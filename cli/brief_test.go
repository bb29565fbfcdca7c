package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/ai/aitest"
	"newsbell/bot/brief"
	"newsbell/store"
)

// TestBriefIsTheMostToldFirst: over the sample news, the first story of a brief is one that
// several outlets tell, times are of the zone that is named, and asking changes nothing.
func TestBriefIsTheMostToldFirst(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, code := newsbell(t, dir, "", "demo", "--json", "--database", "news.db"); code != 0 {
		t.Fatalf("demo: exit %d: %s", code, stderr)
	}

	args := []string{"brief", "--json", "--database", "news.db", "--chat", "terminal:terminal", "--zone", "Asia/Tokyo", "--n", "4"}

	stdout, stderr, code := newsbell(t, dir, "", args...)
	if code != 0 {
		t.Fatalf("brief: exit %d: %s", code, stderr)
	}

	var b shownBrief
	if err := json.Unmarshal([]byte(stdout), &b); err != nil {
		t.Fatal(err)
	}

	if len(b.Stories) != 4 || b.Stories[0].Outlets < 3 || len(b.Stories[0].Also) != b.Stories[0].Outlets-1 || b.Stories[3].Outlets > b.Stories[0].Outlets {
		t.Errorf("the stories: %+v", b.Stories)
	}

	if _, offset := b.Until.Zone(); offset != 9*3600 {
		t.Errorf("until %s is not of Tokyo", b.Until)
	}

	if again, _, _ := newsbell(t, dir, "", args...); !strings.Contains(again, b.Stories[0].URL) {
		t.Error("the second time the first story is gone")
	}

	checkBriefOfThePast(t, dir, args, b.Stories[0].URL)

	for _, wrong := range []string{"--chat nowhere", "--chat terminal:terminal --zone Atlantis", "--chat terminal:terminal --now noon", "--chat terminal:terminal --n 0"} {
		if _, stderr, code := newsbell(t, dir, "", append([]string{"brief", "--database", "news.db"}, strings.Fields(wrong)...)...); code != 2 || stderr == "" {
			t.Errorf("%s: exit %d, %q", wrong, code, stderr)
		}
	}
}

// checkBriefOfThePast: what a chat was briefed on later was still to be told then.
func checkBriefOfThePast(t *testing.T, dir string, args []string, first string) {
	t.Helper()

	before := time.Now()

	s, err := store.Open(t.Context(), filepath.Join(dir, "news.db"))
	if err != nil {
		t.Fatal(err)
	}

	err = s.Update(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Chat("terminal", "terminal")
		if err != nil {
			return err
		}

		told, err := brief.Read(t.Context(), tx, c, brief.Options{Now: tx.Now, Most: 100})
		if err != nil {
			return err
		}

		var ids []int64
		for _, s := range told.Stories {
			ids = append(ids, s.ID)
		}

		return tx.MarkBriefed(c.ID, ids, told.Until)
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}

	if now, _, _ := newsbell(t, dir, "", args...); strings.Contains(now, first) {
		t.Error("a story is told twice")
	}

	if past, _, _ := newsbell(t, dir, "", append(args, "--now", before.Format(time.RFC3339Nano))...); !strings.Contains(past, first) {
		t.Errorf("the brief of %s lacks what was told after it: %s", before, past)
	}
}

// TestABriefSaysWhatConnectsIt: with a language model, a brief begins with what connects its
// stories; with one that invents, or is not there, it is as without.
func TestABriefSaysWhatConnectsIt(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, code := newsbell(t, dir, "", "demo", "--json", "--database", "news.db"); code != 0 {
		t.Fatalf("demo: exit %d: %s", code, stderr)
	}

	server := aitest.Honest(t)
	config := fmt.Sprintf("database = %q\n[ai]\nurl = %q\nmodel = \"copy\"\n", "news.db", server.URL)

	if err := os.WriteFile(filepath.Join(dir, "with.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	show := func(more ...string) (text string) {
		text, stderr, code := newsbell(t, dir, "", append([]string{"brief", "--chat", "terminal:terminal", "--config", "with.toml"}, more...)...)
		if code != 0 {
			t.Fatalf("brief: exit %d: %s", code, stderr)
		}

		return text
	}

	server.Turn(aitest.Names)

	without := show()

	server.Turn("")

	with := show()
	if strings.Contains(without, "language model") || !strings.Contains(with, "language model") || len(with) <= len(without) {
		t.Errorf("with a model that invents:\n%s\nwith one that does not:\n%s", without, with)
	}

	var b shownBrief
	if err := json.Unmarshal([]byte(show("--json")), &b); err != nil || len(b.Connects) == 0 || len(b.Connects[0].Sources) < 2 {
		t.Errorf("%v: connected by %+v", err, b.Connects)
	}
}
