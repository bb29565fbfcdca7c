//go:build unix

package systemtest

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"newsbell/store/engine/enginetest"
)

// plantBugs has TestPlantedBugsAreFound and TestTheRigFindsPlantedBugs run.
var plantBugs = flag.Bool("planted", false, "run the tests of planted bugs")

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

	// The test that runs processes and finds it, and what it says then. With more edits a bug shows from
	// outside: those take away what stands behind what the bug takes away.
	rig, says string
	more      []edit
}{
	{"no fence", []edit{{"store/tx.go", "err = s.writer.Fence(ctx, l)", "err = nil"}}, "TestWhoHasLostItsLeaseWritesNothing", "store", "TestShortChaos", "a process writes whose work others have taken over", []edit{
		{"store/engine/process.go", "leaseTrust   = 5 * time.Second", "leaseTrust   = time.Hour"},
		{"store/engine/process.go", "case renewed < int64(len(names)) || listed == 0:", "case false:"},
	}},
	{"an outcome of whatever run", []edit{
		{"store/settle.go", "AND m.state = 'open' AND (m.claimed_by = ? OR m.claimed_by = '' OR ? = '')", "AND m.state = 'open' AND (m.claimed_by = ? OR true OR ? = '')"},
		{"store/settle.go", "AND (messages.claimed_by = ? OR messages.claimed_by = '' OR ? = '')", "AND (messages.claimed_by = ? OR true OR ? = '')"},
	}, "TestALateOutcomeCountsUntilAnotherRunClaims", "store", "TestShortChaos", "an outcome is written by who has not claimed it", nil},
	{"claims of all runs are released", []edit{{
		"store/messages.go", "NOT IN ('', $1))\n\t\tAND chat IN (SELECT id FROM chats WHERE platform = $3)`",
		"NOT IN ('', $1))\n\t\tAND $3 <> ''`",
	}}, "TestOnlyThatPlatformsClaimsAreReleased", "store", "TestShortChaos", "a claim is released of who speaks there", nil},
	{"a claim without a turn", []edit{noTurns}, "TestTwoProcessesClaimAnAlertOnce", "store", "TestShortChaos", "two transactions write at once", nil},
	{"a version that is taken early and committed late", []edit{
		noTurns,
		{
			"store/subscriptions.go", "UPDATE facts SET value = value + 1 WHERE name = 'version' RETURNING value",
			"UPDATE facts SET value = greatest(value, pg_current_xact_id()::text::bigint) WHERE name = 'version' RETURNING pg_current_xact_id()::text::bigint",
		},
	}, "TestAFollowerMissesNoSubscription", "store", "TestShortChaos", "two transactions write at once", nil},
	{"notifications as the only wake-up", []edit{{"store/engine/listen.go", "x.member.Heard(allSignals)", "_ = allSignals"}}, "TestWhereNoNotificationComesThroughEachLooks", "store/engine", "TestProcessesBehindAPooler", "after it was published", nil},
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

// TestTheRigFindsPlantedBugs runs processes of a program with a bug at a time, and of one without any.
func TestTheRigFindsPlantedBugs(t *testing.T) {
	enginetest.NeedsPostgres(t)

	if !*plantBugs {
		t.Skip("it builds programs with bugs, and runs them: run it with -planted")
	}

	for _, rig := range []string{"TestShortChaos", "TestProcessesBehindAPooler"} {
		if out, err := runRig(t, rig, testBinary(t)); err != nil {
			t.Fatalf("%s of a program without bugs: %v\n%s", rig, err, out)
		}
	}

	for _, bug := range plantedBugs {
		t.Run(bug.name, func(t *testing.T) {
			out, err := runRig(t, bug.rig, buildPlanted(t, plant(t, slices.Concat(bug.edits, bug.more))))
			if err == nil || !strings.Contains(out, "--- FAIL: "+bug.rig) || !strings.Contains(out, bug.says) {
				t.Errorf("%s does not say %q: %v\n%s", bug.rig, bug.says, err, out)
			}

			for line := range strings.Lines(out) {
				if strings.Contains(line, bug.says) {
					t.Log(strings.TrimSpace(line))
				}
			}
		})
	}
}

// runRig runs a test of processes with another program.
func runRig(t *testing.T, test, binary string) (out string, err error) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+test+"$", "-test.v", "-test.timeout", "15m", "-program", binary)

	cmd.Env = append(os.Environ(), "NEWSBELL_LONG=1")

	body, err := cmd.CombinedOutput()

	return string(body), err
}

// buildPlanted builds the program with an overlay of [plant].
func buildPlanted(t *testing.T, overlay string) (binary string) {
	t.Helper()

	binary = filepath.Join(t.TempDir(), "newsbell")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-tags", "crashtest", "-overlay", overlay, "-o", binary, "newsbell").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}

	return binary
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
