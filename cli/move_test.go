package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/store/storetest"
)

// output runs the command line and returns what it printed, its complaints and exit code.
func output(t *testing.T, args ...string) (out, complaint string, code int) {
	t.Helper()

	var stdout, stderr bytes.Buffer

	code = Run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)

	return stdout.String(), stderr.String(), code
}

// TestAMovedDatabaseIsTheSame moves a demo's database, to a server if there is one, and
// back: alerts and previews are those of before, and the first stays as it was.
func TestAMovedDatabaseIsTheSame(t *testing.T) {
	dir := t.TempDir()
	first, second, third := filepath.Join(dir, "first.db"), storetest.Database(t, filepath.Join(dir, "second.db")), filepath.Join(dir, "third.db")

	if code := Run(t.Context(), []string{"demo", "--json", "--database", first}, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
		t.Fatal("the demo failed")
	}

	look := func(database string) string {
		alerts, _, _ := output(t, "check", "--alerts", "--json", "--database", database)
		preview, _, _ := output(t, "preview", "--json", "--days", "9000", "--database", database, "Kim")

		return alerts + preview
	}

	before := look(first)
	if !strings.Contains(before, "Kim") {
		t.Fatalf("the demo left nothing to move: %s", before)
	}

	for _, step := range [][2]string{{first, second}, {second, third}} {
		if _, complaint, code := output(t, "move", "--database", step[0], "--to", step[1]); code != 0 {
			t.Fatal(complaint)
		}
	}

	for _, database := range []string{first, second, third} {
		if after := look(database); after != before {
			t.Errorf("%s is\n%s, was\n%s", filepath.Base(database), after, before)
		}
	}

	_, complaint, code := output(t, "move", "--database", first, "--to", third)
	if code != 2 || !strings.Contains(complaint, "there is something in it already") {
		t.Errorf("into what holds something: exit %d, %s", code, complaint)
	}
}

func TestAServerThatIsNotThereIsASentenceWithoutThePassword(t *testing.T) {
	for _, c := range []struct{ address, says string }{
		{"postgres://newsbell:sekrit@127.0.0.1:1/news", "cannot be reached"},
		{"postgres://newsbell:sekrit@127.0.0.1:notaport/news", "the address in `database` is not one"},
	} {
		_, complaint, code := output(t, "preview", "--database", c.address, "storm")
		if code != 2 || !strings.Contains(complaint, c.says) || strings.Contains(complaint, "sekrit") || strings.Count(complaint, "\n") != 1 {
			t.Errorf("%s: exit %d, %s", c.says, code, complaint)
		}
	}
}
