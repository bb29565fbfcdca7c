package cli

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// alarm is a log handler that also notifies the operator's chat of errors, each
// message once a day: an adapter logs as an error what only an operator can fix.
// Attributes are left out, for they may be private.
type alarm struct {
	slog.Handler
	sent *sentNotices
}

// sentNotices remembers when each message was sent. It is safe for concurrent use.
type sentNotices struct {
	mu     sync.Mutex
	at     map[string]time.Time
	notify func(ctx context.Context, text string)
}

// noticeEvery is how often the same problem is reported.
const noticeEvery = 24 * time.Hour

// newAlarm returns log with notify called for the errors of a platform.
func newAlarm(log *slog.Logger, platform string, notify func(ctx context.Context, text string)) *slog.Logger {
	sent := &sentNotices{at: map[string]time.Time{}, notify: func(ctx context.Context, text string) { notify(ctx, platform+": "+text) }}
	return slog.New(alarm{log.With("platform", platform).Handler(), sent})
}

func (a alarm) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError && a.sent.isDue(r.Message) {
		a.sent.notify(ctx, r.Message)
	}

	return a.Handler.Handle(ctx, r)
}

func (a alarm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return alarm{a.Handler.WithAttrs(attrs), a.sent}
}

func (a alarm) WithGroup(name string) slog.Handler {
	return alarm{a.Handler.WithGroup(name), a.sent}
}

// Enabled lets errors through whatever the level of the log is.
func (a alarm) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || a.Handler.Enabled(ctx, level)
}

// isDue reports whether a message was not sent for a day, and marks it as sent now.
func (s *sentNotices) isDue(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	if at, ok := s.at[text]; ok && time.Since(at) < noticeEvery {
		return false
	}

	s.at[text] = time.Now()

	return true
}
