package cli

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer is written by a program while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.b.String()
}

// patience is how long a test waits for what has to come, on however slow a machine.
const patience = 2 * time.Minute

// await waits until the buffer holds a text.
func (l *lockedBuffer) await(t *testing.T, text string) {
	t.Helper()

	for deadline := time.Now().Add(patience); !strings.Contains(l.String(), text); {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in:\n%s", text, l)
		}

		<-time.After(10 * time.Millisecond)
	}
}
