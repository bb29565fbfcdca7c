package aitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// stream sends an answer in parts, as server-sent events.
type stream struct {
	http.ResponseWriter

	server *Server
	gone   <-chan struct{} // closed when whoever asked is gone
	done   <-chan struct{} // closed when the test ends; nil: gone is closed then
}

// send sends a whole answer; nothing if content is nil.
func (w *stream) send(content any) {
	if text, ok := content.(string); ok {
		w.write(text)
		w.event(map[string]any{"id": "1", "object": "chat.completion.chunk", "choices": []any{}, "usage": map[string]int{"total_tokens": 100}})
	}

	fmt.Fprint(w.ResponseWriter, "data: [DONE]\n\n") // a client that is gone reads nothing
	w.flush()
}

// charactersInPart is how much of an answer an event has.
const charactersInPart = 9

// write sends a text in parts, a sentence after the other.
func (w *stream) write(text string) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.flush()

	for one := range strings.SplitAfterSeq(text, "}") {
		if strings.Contains(one, `"text"`) && !w.step() {
			return
		}

		for len(one) > 0 {
			part := one[:min(len(one), charactersInPart)]
			for part != one && one[len(part)]&0xC0 == 0x80 { // not within a character
				part = one[:len(part)+1]
			}

			one = one[len(part):]

			w.event(map[string]any{"id": "1", "object": "chat.completion.chunk", "choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": part}}}})
		}

		w.flush()
	}
}

// step waits until the next sentence may come, and reports whether somebody still reads.
func (w *stream) step() bool {
	w.server.mu.Lock()
	steps, every := w.server.steps, w.server.every
	w.server.mu.Unlock()

	if steps == nil {
		steps = make(chan struct{})

		timer := time.AfterFunc(every, func() { close(steps) })
		defer timer.Stop()
	}

	select {
	case <-steps:
		return true
	case <-w.gone:
	case <-w.done:
	}

	return false
}

// wait waits until whoever asked is gone.
func (w *stream) wait() {
	select {
	case <-w.gone:
	case <-w.done:
	}
}

func (w *stream) event(v any) {
	b, _ := json.Marshal(v)                          // of strings and numbers
	fmt.Fprintf(w.ResponseWriter, "data: %s\n\n", b) // a client that is gone reads nothing
}

func (w *stream) flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }
