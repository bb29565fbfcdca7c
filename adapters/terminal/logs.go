package terminal

import (
	"io"
	"sync"
)

// LogWriter is where a program logs whose terminal is also a chat: while a line is
// being typed, what is logged is shown above it. It is safe for concurrent use.
type LogWriter struct {
	mu     sync.Mutex
	direct io.Writer
	prompt io.Writer // nil: nothing is being typed
}

// NewLogWriter makes a LogWriter that writes to w.
func NewLogWriter(w io.Writer) *LogWriter { return &LogWriter{direct: w} }

// Write writes whole lines.
func (l *LogWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.prompt != nil {
		return l.prompt.Write(b)
	}

	return l.direct.Write(b)
}

// redirect writes through the prompt, if the log goes to a terminal; nil: directly
// again. A nil LogWriter does nothing.
func (l *LogWriter) redirect(p *prompt) {
	if l == nil {
		return
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	l.prompt = nil
	if p != nil && asTerminal(l.direct) != nil {
		l.prompt = p
	}
}
