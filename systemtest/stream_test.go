package systemtest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAnswersBeforeMoreIsAsked: what is asked line by line through a pipe that
// stays open is answered line by line. A command that waits for the end of its
// input makes this test wait for ever.
func TestAnswersBeforeMoreIsAsked(t *testing.T) {
	queries := filepath.Join(t.TempDir(), "queries.txt")
	if err := os.WriteFile(queries, []byte("storm\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		args      []string
		ask, want string
	}{
		{[]string{"match", "--queries", queries}, `{"title":"Storm ahead"}`, `{"article":0,"query":0,"matched":["Storm"]}`},
		{[]string{"group"}, `{"title":"Storm ahead"}`, `{"article":0,"story":0}`},
		{[]string{"query", "--queries", "-"}, "storm", `{"query":0,"canonical":"storm","words":"storm","warnings":[]}`},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), testBinary(t), c.args...)

			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}

			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}

			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}

			if _, err := io.WriteString(in, c.ask+"\n"); err != nil {
				t.Fatal(err)
			}

			if line, _, err := bufio.NewReader(out).ReadLine(); err != nil || string(line) != c.want {
				t.Errorf("answered %s (%v), want %s", line, err, c.want)
			}

			in.Close()

			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
