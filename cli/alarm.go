package cli

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// alarm is a log whose errors the operator's chat hears too, each sentence once a
// day: an adapter logs as an error what it cannot mend by itself. Only the
// sentence is told; what stands beside it may be private.
type alarm struct {
	slog.Handler
	heard *heard
}

// heard is what was told when.
type heard struct {
	mu   sync.Mutex
	at   map[string]time.Time
	tell func(ctx context.Context, text string)
}

// alarmEvery is how often the same trouble is told.
const alarmEvery = 24 * time.Hour

// newAlarm is log, with tell called for its errors.
func newAlarm(log *slog.Logger, platform string, tell func(ctx context.Context, text string)) *slog.Logger {
	told := &heard{at: map[string]time.Time{}, tell: func(ctx context.Context, text string) { tell(ctx, platform+": "+text) }}
	return slog.New(alarm{log.With("platform", platform).Handler(), told})
}

func (a alarm) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError && a.heard.first(r.Message) {
		a.heard.tell(ctx, r.Message)
	}

	return a.Handler.Handle(ctx, r)
}

func (a alarm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return alarm{a.Handler.WithAttrs(attrs), a.heard}
}

func (a alarm) WithGroup(name string) slog.Handler {
	return alarm{a.Handler.WithGroup(name), a.heard}
}

// first reports whether a text was not told for a day, and notes that it is now.
func (h *heard) first(text string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()

	if at, ok := h.at[text]; ok && time.Since(at) < alarmEvery {
		return false
	}

	h.at[text] = time.Now()

	return true
}

// Enabled lets errors through whatever the log's level is.
func (a alarm) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || a.Handler.Enabled(ctx, level)
}
