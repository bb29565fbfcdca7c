package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"newsbell/bot"
	"newsbell/delivery"
	"newsbell/scheduler"
)

// event is something that happened and names itself: `--json` prints it with that
// name, its time and its own fields.
type event interface{ EventName() string }

// events counts what happens and writes it as JSON lines.
type events struct {
	counters
	mu     sync.Mutex
	out    io.Writer // nil: nobody listens
	log    *slog.Logger
	failed bool // to write; it is said once
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

	if _, err := io.WriteString(e.out, head+string(body[1:])); err != nil && !e.failed {
		e.failed = true
		e.log.Warn("the events of --json can't be written: what listens to them misses some", "error", err)
	}
}

// counters count what has happened since the start. Their names are those of the
// events.
type counters struct {
	mu sync.Mutex
	n  map[string]int64
}

// count adds an event.
func (c *counters) count(what event) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.n == nil {
		c.n = map[string]int64{}
	}

	switch e := what.(type) {
	case scheduler.PollEvent:
		c.n["polls"]++
		if e.Error != "" {
			c.n["polls_failed"]++
		}

		c.n["articles_new"] += int64(e.New)
		c.n["articles_updated"] += int64(e.Updated)
	case delivery.AlertEvent:
		c.n["alerts"]++
	case delivery.DropEvent:
		c.n["drops_"+e.Reason]++
	case bot.ReplyEvent:
		c.n["replies"]++
	}
}

// LogValue returns the counters for a log, sorted by name.
func (c *counters) LogValue() slog.Value {
	c.mu.Lock()
	defer c.mu.Unlock()

	var values []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(c.n)) {
		values = append(values, slog.Int64(name, c.n[name]))
	}

	return slog.GroupValue(values...)
}

// snapshot returns the counters as they are now.
func (c *counters) snapshot() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()

	return maps.Clone(c.n)
}
