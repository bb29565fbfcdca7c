package cli

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"newsbell/cli/command"
)

// TestDemoAtATerminalShowsAnAlertToWhoOnlyLooks within ten seconds, and greets at once.
func TestDemoAtATerminalShowsAnAlertToWhoOnlyLooks(t *testing.T) {
	for _, c := range []struct {
		name, typed, want string
		within            time.Duration
	}{
		{"only looking", "", "> /subscribe " + demoQuery, 10 * time.Second},
		{"typing", "/subscribe kim\n", "You now follow #1 kim", 4 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out lockedBuffer

			stdin, keyboard := io.Pipe()
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)
			began := time.Now()

			go func() {
				ended <- (&demoFlags{}).runAt(ctx, command.Stdio{In: stdin, Out: &out, Err: io.Discard}, true)
			}()

			out.await(t, "Newsbell demo: ")
			out.await(t, "If you only look")

			if _, err := io.WriteString(keyboard, c.typed); err != nil {
				t.Fatal(err)
			}

			out.await(t, "🔔 ")
			out.await(t, "matched ")

			if took := time.Since(began); took > c.within {
				t.Errorf("the first alert came after %s", took)
			}

			if !strings.Contains(out.String(), c.want) {
				t.Errorf("no %q in:\n%s", c.want, &out)
			}

			stop()
			keyboard.Close()

			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
