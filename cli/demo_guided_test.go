package cli

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"newsbell/cli/command"
)

// TestDemoAtATerminalShowsAnAlertToWhoOnlyLooks, and to who types at once. That it takes
// them less than ten seconds is for a look at a terminal: a test would time the machine.
func TestDemoAtATerminalShowsAnAlertToWhoOnlyLooks(t *testing.T) {
	for _, c := range []struct {
		name, typed, want string
		look              time.Duration
	}{
		{"only looking", "", "> /subscribe " + demoQuery, firstLook},
		{"typing", "/subscribe kim\n", "You now follow #1 kim", patience},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out lockedBuffer

			stdin, keyboard := io.Pipe()
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)

			go func() {
				ended <- (&demoFlags{pace: readingPace, look: c.look}).runAt(ctx, command.Stdio{In: stdin, Out: &out, Err: io.Discard}, true)
			}()

			out.await(t, "Newsbell demo: ")
			out.await(t, "If you only look")

			if _, err := io.WriteString(keyboard, c.typed); err != nil {
				t.Fatal(err)
			}

			out.await(t, "🔔 ")
			out.await(t, "matched ")

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

// TestDemoComesRoundAgain: after the last of the news somebody who subscribes to something
// else gets alerts for it, and none a second time for what they followed before.
func TestDemoComesRoundAgain(t *testing.T) {
	var out lockedBuffer

	stdin, keyboard := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)

	go func() {
		ended <- (&demoFlags{pace: time.Millisecond, look: patience}).runAt(ctx, command.Stdio{In: stdin, Out: &out, Err: io.Discard}, true)
	}()

	say := func(line string) {
		if _, err := io.WriteString(keyboard, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}

	out.await(t, "If you only look")
	say("/subscribe pyongyang")
	out.await(t, demoAgainText)

	first := out.String()

	say("/subscribe chips")
	out.await(t, "You now follow #2 chips")

	for round := 2; strings.Count(out.String(), demoAgainText) < round; {
		select {
		case <-time.After(10 * time.Millisecond):
		case err := <-ended:
			t.Fatalf("the demo ended: %v\n%s", err, &out)
		}
	}

	stop()
	keyboard.Close()

	if err := <-ended; err != nil {
		t.Error(err)
	}

	before, after := first, strings.TrimPrefix(out.String(), first)
	if n := strings.Count(before, "#1 pyongyang"); n < 2 {
		t.Errorf("%d alerts in the first round:\n%s", n, before)
	}

	if !strings.Contains(after, "🔔 ") || !strings.Contains(after, "matched ") {
		t.Errorf("no alert in the second round:\n%s", after)
	}

	if strings.Contains(after, "matched Pyongyang") {
		t.Errorf("a story is alerted twice:\n%s", after)
	}
}
