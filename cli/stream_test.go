package cli

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestAnswersBeforeMoreIsAsked sends a question through a pipe that stays open. A
// command that waits for the end of its input makes this test wait for ever.
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
			stdin, ask := io.Pipe()
			answers, stdout := io.Pipe()
			code := make(chan int)

			go func() {
				code <- Run(t.Context(), c.args, stdin, stdout, io.Discard)
			}()

			if _, err := io.WriteString(ask, c.ask+"\n"); err != nil {
				t.Fatal(err)
			}

			if line, _, err := bufio.NewReader(answers).ReadLine(); err != nil || string(line) != c.want {
				t.Errorf("answered %s (%v), want %s", line, err, c.want)
			}

			ask.Close()

			if got := <-code; got != 0 {
				t.Errorf("exit %d", got)
			}
		})
	}
}
