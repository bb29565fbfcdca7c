package cli

import (
	"log/slog"
	"maps"
	"slices"
	"sync"

	"newsbell/bot"
	"newsbell/delivery"
	"newsbell/scheduler"
)

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
