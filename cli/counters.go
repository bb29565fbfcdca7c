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

// counters are what has happened since the start, in one place: a metrics
// endpoint will read them here. Names are those of the events.
type counters struct {
	mu sync.Mutex
	n  map[string]int64
}

// count takes in an event.
func (c *counters) count(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.n == nil {
		c.n = map[string]int64{}
	}

	switch e := event.(type) {
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

// LogValue is the counters in a log, by name.
func (c *counters) LogValue() slog.Value {
	c.mu.Lock()
	defer c.mu.Unlock()

	var values []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(c.n)) {
		values = append(values, slog.Int64(name, c.n[name]))
	}

	return slog.GroupValue(values...)
}
