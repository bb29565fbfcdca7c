//go:build unix

package systemtest

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"newsbell/store/engine/enginetest"
)

// mends are commits that an older program is built with: without them it doubles alerts all by itself, and
// the test is about what two versions do to each other.
var mends = []string{"58a4ee5e1b" /* store: claims of two platforms' runs in one batch keep their owners */}

// TestTwoVersionsSideBySide updates two processes one after the other: the program of before the
// last change of the tables, built from the repository's history, and that of today work on one
// database, and each takes over from the other, in both directions.
func TestTwoVersionsSideBySide(t *testing.T) {
	enginetest.NeedsPostgres(t)
	startLong(t)

	change, err := exec.CommandContext(t.Context(), "git", "log", "-1", "--format=%H", "--diff-filter=A", "--", "../store/migrations/*.sql").Output()
	if err != nil || len(change) == 0 {
		t.Skipf("SKIP: there is no history to build an older program from: %v", err)
	}

	before, today := buildOf(t, strings.TrimSpace(string(change))+"^", mends...), testBinary(t)

	c := newClusterOn(t, before, "", "", "")
	one, two := c.members[0], c.members[1]

	c.keepPublishing(2 * time.Second)

	// The first is updated, and changes the tables below the other.
	c.end(one)
	c.keepPublishing(2 * time.Second)

	one.binary = today
	c.run(one)
	c.keepPublishing(3 * time.Second)

	// The older one takes over from the newer one, on newer tables, and gives back.
	c.kill(one)
	c.keepPublishing(longerThanTrust)
	c.run(one)
	c.keepPublishing(3 * time.Second)

	// The older one may also begin there.
	c.kill(two)
	c.keepPublishing(longerThanTrust)
	c.run(two)
	c.keepPublishing(3 * time.Second)

	c.end(two)

	two.binary = today
	c.run(two)
	c.keepPublishing(3 * time.Second)

	c.judge("two versions side by side")
}

// TestARestoredDumpSpeaksAnew: a dump of a database in use takes its place after a kill. What
// was sent after it is told again, nothing is lost, and no message has the nonce of another one:
// Discord would answer with the old message, and the alert would count as sent.
func TestARestoredDumpSpeaksAnew(t *testing.T) {
	startParallel(t)

	server := enginetest.NewServer(t)
	server.Do("postgres", "CREATE DATABASE news")

	c := newClusterOn(t, testBinary(t), server.Address("news"), "", "")
	c.keepPublishing(2 * time.Second)

	dump := server.Dump("news")

	c.keepPublishing(2 * time.Second)
	c.awaitDiscord(c.publishFor(t))

	for _, m := range c.members {
		c.kill(m)
	}

	server.Restore("news", dump)

	for _, m := range c.members {
		c.run(m)
	}

	c.keepPublishing(2 * time.Second)
	c.settled(60 * time.Second)

	again := 0

	for platform, sum := range c.tally() {
		t.Logf("%-8s restored: %d expected, %d lost, %d told again", platform, sum.expected, sum.lost, sum.doubled)

		again += sum.doubled

		if sum.expected == 0 || sum.lost > 0 {
			t.Errorf("%s: %d of %d lost", platform, sum.lost, sum.expected)
		}
	}

	if again == 0 {
		t.Error("what was sent after the dump was not told again")
	}
}
