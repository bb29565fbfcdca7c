package systemtest

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/telegramtest"
)

// versionsBack is how many earlier versions of the tables TestUpgradeAndBack goes back; each is
// a program to build.
var versionsBack = flag.Int("upgrade.back", 1, "versions of the tables that the test of upgrades goes back")

// TestUpgradeAndBack has the programs of the last versions of the tables, built from the
// repository's history, make a database of the sample news; the program of today takes
// it over with every alert, an older program refuses it then, and with the copy that was
// kept the older one goes on as if nothing had been.
func TestUpgradeAndBack(t *testing.T) {
	startLong(t)

	log, err := exec.CommandContext(t.Context(), "git", "log", "--format=%H", "--diff-filter=A", "--", "../store/migrations/*.sql").Output()

	changes := strings.Fields(string(log))
	if err != nil || len(changes) <= *versionsBack {
		t.Skipf("there is no history of so many changes of the tables: %d, %v", len(changes), err)
	}

	today := testBinary(t)

	for _, change := range changes[:*versionsBack] {
		t.Run(change[:8], func(t *testing.T) {
			before := buildOf(t, change+"^")

			upgradeAndBack(t, before, today)
			upgradeAfterAKill(t, before, today)
		})
	}
}

// upgradeAfterAKill has an older program run with its readers, and kills it while one platform takes nothing and
// alerts wait. The program of today tells them, and what came meanwhile, and nothing again.
func upgradeAfterAKill(t *testing.T, before, today string) {
	r := newCrashRig(t, before, 10)
	r.start("")
	r.subscribe()
	r.waitForBaseline()

	for range 20 {
		r.feeds.publish()
	}

	r.settled(time.Minute)
	r.telegram.Fails(telegramtest.Fault{Method: "sendMessage", Every: 1, HTML: http.StatusBadGateway})

	for range 10 {
		r.feeds.publish()
	}

	r.logHas(1, "msg=claimed")
	<-time.After(3 * time.Second)
	r.kill()

	if counts, err := r.counts(); err != nil || counts.Waiting == 0 || counts.Sent == 0 {
		t.Fatalf("the older program leaves %+v, %v", counts, err)
	}

	for range 5 {
		r.feeds.publish()
	}

	r.telegram.Heals()
	r.binary = today
	r.judge("upgrade after a kill")

	if copies, err := filepath.Glob(r.path("crash.db.before-*")); err != nil || len(copies) != 1 {
		t.Errorf("copies of before: %v, %v", copies, err)
	}
}

func upgradeAndBack(t *testing.T, before, today string) {
	path := filepath.Join(t.TempDir(), "newsbell.db")
	alerts := []string{"check", "--alerts", "--json", "--database", path}

	run(t, true, before, "demo", "--json", "--database", path, "--subscribe", `kim OR "north korea"`)

	had := run(t, true, before, alerts...)
	if !strings.Contains(had, "sent") {
		t.Fatalf("the older program has sent nothing: %s", had)
	}

	if has := run(t, true, today, alerts...); has != had {
		t.Errorf("after the upgrade:\n%swas:\n%s", has, had)
	}

	if checked := run(t, true, today, "check", "--database", path); !strings.Contains(checked, "database") {
		t.Errorf("check says %q", checked)
	}

	if said := run(t, false, before, alerts...); !strings.Contains(said, "newer Newsbell") {
		t.Errorf("the older program says %q of the newer database", said)
	}

	copies, err := filepath.Glob(path + ".before-*")
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies of before: %v, %v", copies, err)
	}

	for _, left := range []string{path + "-wal", path + "-shm"} {
		_ = os.Remove(left) // it need not be there
	}

	if err := os.Rename(copies[0], path); err != nil {
		t.Fatal(err)
	}

	if has := run(t, true, before, alerts...); has != had {
		t.Errorf("back again:\n%swas:\n%s", has, had)
	}
}

// run runs a program and returns what it prints. It has to succeed, or to fail.
func run(t *testing.T, succeeds bool, name string, args ...string) string {
	t.Helper()

	var out, said bytes.Buffer

	c := exec.CommandContext(t.Context(), name, args...)
	c.Stdout, c.Stderr = &out, &said

	if err := c.Run(); (err == nil) != succeeds {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, &said)
	}

	if !succeeds {
		return said.String()
	}

	return out.String()
}

// buildOf builds the program of a commit, with what later commits mend.
func buildOf(t *testing.T, commit string, mends ...string) string {
	t.Helper()
	dir := t.TempDir()

	tree := filepath.Join(dir, "tree.tar")
	run(t, true, "git", "-C", "..", "archive", "--output", tree, commit)

	src := filepath.Join(dir, "src")
	if err := os.Mkdir(src, 0o755); err != nil {
		t.Fatal(err)
	}

	run(t, true, "tar", "-xf", tree, "-C", src)

	for i, mend := range mends {
		if exec.CommandContext(t.Context(), "git", "merge-base", "--is-ancestor", mend, commit).Run() == nil {
			continue // it has it
		}

		patch := filepath.Join(dir, fmt.Sprintf("%d.patch", i))
		run(t, true, "git", "-C", "..", "format-patch", "-1", "--output", patch, mend)
		run(t, true, "git", "-C", src, "apply", patch)
	}

	run(t, true, "go", "-C", src, "build", "-o", filepath.Join(dir, "newsbell"), ".")

	return filepath.Join(dir, "newsbell")
}
