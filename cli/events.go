package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// event is something that happened and names itself: `--json` prints it with that
// name, its time and its own fields.
type event interface{ EventName() string }

// events counts what happens and writes it as JSON lines.
type events struct {
	counters
	mu  sync.Mutex
	out io.Writer // nil: nobody listens
}

// emit counts and writes one event; its name and the time come first. It is safe
// for concurrent use.
func (e *events) emit(what event) {
	e.count(what)

	if e.out == nil {
		return
	}

	var b bytes.Buffer

	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)

	if err := encoder.Encode(what); err != nil {
		return // our own types always encode
	}

	body := b.Bytes()

	head := fmt.Sprintf(`{"event":%q,"time":%q`, what.EventName(), time.Now().UTC().Format(time.RFC3339Nano))
	if body[1] != '}' {
		head += ","
	}

	e.mu.Lock()
	defer e.mu.Unlock()

	_, _ = io.WriteString(e.out, head+string(body[1:]))
}
