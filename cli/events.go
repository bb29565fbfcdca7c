package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// events takes in what happens: it counts, and writes JSON lines.
type events struct {
	counters
	mu  sync.Mutex
	out io.Writer // nil: nobody reads
}

// emit writes one event: the name of its type without "Event" and the time come
// first. It may be called from anywhere at once.
func (e *events) emit(event any) {
	e.count(event)

	if e.out == nil {
		return
	}

	name := strings.ToLower(strings.TrimSuffix(fmt.Sprintf("%T", event)[strings.IndexByte(fmt.Sprintf("%T", event), '.')+1:], "Event"))

	body, err := marshal(event)
	if err != nil || len(body) < 2 {
		return // our own types always encode
	}

	head := fmt.Sprintf(`{"event":%q,"time":%q`, name, time.Now().UTC().Format(time.RFC3339Nano))
	if body[1] != '}' {
		head += ","
	}

	e.mu.Lock()
	defer e.mu.Unlock()

	_, _ = io.WriteString(e.out, head+string(body[1:])+"\n")
}

// marshal is JSON as people read it: "<" stays "<".
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer

	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)

	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
