package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/cli/command"
)

// TestDemoShowsWhatAModelAdds: with --model the demo says what its model is, and at its terminal a
// story is told in short by it: sentences of two outlets that passed the check, labelled.
func TestDemoShowsWhatAModelAdds(t *testing.T) {
	var out, logs lockedBuffer

	news := t.TempDir() // two of the sample's outlets, and two of their days

	for state, from := range map[string]string{"000": "000", "001": "004"} {
		for _, feed := range []string{"herald.xml", "meridian.atom"} {
			copyFile(t, filepath.Join(news, state, feed), filepath.Join("demo", "sample", from, feed))
		}
	}

	stdin, keyboard := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)

	go func() {
		f := &demoFlags{news: news, pace: time.Millisecond, model: true, verbose: true}
		ended <- f.runAt(ctx, command.Stdio{In: stdin, Out: &out, Err: &logs}, true)
	}()

	out.await(t, "no language model: it picks sentences")
	logs.await(t, "the language model works")

	out.await(t, demoEndText)

	for _, step := range [][2]string{
		{"/subscribe shoigu", "You now follow"},
		{"/story https://www.meridianwire.example/news/shoigu", "[2] In short"},
		{"2", "AI, from "},
	} {
		if _, err := io.WriteString(keyboard, step[0]+"\n"); err != nil {
			t.Fatal(err)
		}

		out.await(t, step[1])
	}

	_, answer, _ := strings.Cut(out.String(), "[2] In short")
	for _, want := range []string{"The two met in Pyongyang", "unconditionally back Russia", "Meridian Wire", "Continental Herald"} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %q in:\n%s", want, answer)
		}
	}

	stop()
	keyboard.Close()

	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()

	content, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}

	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}

	if err != nil {
		t.Fatal(err)
	}
}
