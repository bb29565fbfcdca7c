//go:build unix

package systemtest

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/store/engine/enginetest"
)

// plantBugs has TestPlantedBugsAreFound run.
var plantBugs = flag.Bool("planted", false, "run TestPlantedBugsAreFound")

// edit replaces a text of a file, which stands there once.
type edit struct{ file, old, new string }

// noTurns lets two processes write at once.
var noTurns = edit{"store/engine/postgres.go", `"pg_advisory_xact_lock(1852143475, hashtext(current_schema()))::text"`, `"''::text"`}

// plantedBugs are those that a database with many processes is most likely to have, and the
// tests that find them.
var plantedBugs = []struct {
	name  string
	edits []edit
	test  string
	in    string
}{
	{"no fence", []edit{{"store/tx.go", "err = s.writer.Fence(ctx, l)", "err = nil"}}, "TestWhoHasLostItsLeaseWritesNothing", "store"},
	{"an outcome of whatever run", []edit{
		{"store/settle.go", "AND m.state = 'open' AND (m.claimed_by = ? OR m.claimed_by = '' OR ? = '')", "AND m.state = 'open' AND (m.claimed_by = ? OR true OR ? = '')"},
		{"store/settle.go", "AND (messages.claimed_by = ? OR messages.claimed_by = '' OR ? = '')", "AND (messages.claimed_by = ? OR true OR ? = '')"},
	}, "TestALateOutcomeCountsUntilAnotherRunClaims", "store"},
	{"claims of all runs are released", []edit{{"store/messages.go", "AND chat IN (SELECT id FROM chats WHERE platform = $3)`, run", "AND $3 <> ''`, run"}}, "TestOnlyThatPlatformsClaimsAreReleased", "store"},
	{"a claim without a turn", []edit{noTurns}, "TestTwoProcessesClaimAnAlertOnce", "store"},
	{"a version that is taken early and committed late", []edit{
		noTurns,
		{
			"store/subscriptions.go", "UPDATE facts SET value = value + 1 WHERE name = 'version' RETURNING value",
			"UPDATE facts SET value = greatest(value, pg_current_xact_id()::text::bigint) WHERE name = 'version' RETURNING pg_current_xact_id()::text::bigint",
		},
	}, "TestAFollowerMissesNoSubscription", "store"},
	{"notifications as the only wake-up", []edit{{"store/engine/listen.go", "x.member.Heard(allSignals)", "_ = allSignals"}}, "TestWhereNoNotificationComesThroughEachLooks", "store/engine"},
}

// TestPlantedBugsAreFound plants a bug at a time, and has the test that is to find it fail.
func TestPlantedBugsAreFound(t *testing.T) {
	enginetest.NeedsPostgres(t)

	if !*plantBugs {
		t.Skip("it builds the packages with bugs: run it with -planted")
	}

	for _, bug := range plantedBugs {
		t.Run(bug.name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-overlay", plant(t, bug.edits), "-run", "^"+bug.test+"$", "newsbell/"+bug.in).CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: "+bug.test) {
				t.Errorf("%s does not find it: %v\n%s", bug.test, err, out)
			}
		})
	}
}

// plant writes what takes the place of the files of some edits.
func plant(t *testing.T, edits []edit) (overlay string) {
	t.Helper()

	dir, replace := t.TempDir(), map[string]string{}

	for _, e := range edits {
		file, err := filepath.Abs(filepath.Join("..", e.file))
		if err != nil {
			t.Fatal(err)
		}

		read := file
		if replace[file] != "" {
			read = replace[file]
		}

		body, err := os.ReadFile(read)
		if err != nil {
			t.Fatal(err)
		}

		if n := strings.Count(string(body), e.old); n != 1 {
			t.Fatalf("%s has %q %d times, want once", e.file, e.old, n)
		}

		replace[file] = filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(replace[file], []byte(strings.Replace(string(body), e.old, e.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	body, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}

	overlay = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, body, 0o600); err != nil {
		t.Fatal(err)
	}

	return overlay
}
