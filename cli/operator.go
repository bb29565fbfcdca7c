package cli

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram"
	"newsbell/locales"
	"newsbell/store"
)

// stoppingText is what the operator's chat reads when its language can't be read any more.
const stoppingText = "Newsbell is stopping: it can't use its database any more."

// pausedText is what it reads, once, when the disk is full; fullAgain is how long there must have been room
// for it to be said anew.
const (
	pausedText = "The disk is full, so Newsbell has paused. Free some space, and it goes on by itself; nothing was lost."
	fullAgain  = time.Hour
)

// notifyOperator adds a notice to the operator's chat, if one is configured, in its language if
// the text is one of those that can be translated.
func (a *app) notifyOperator(ctx context.Context, text string) {
	a.tellOperator(ctx, func(t *locales.Texts) string { return t.Translate(text) })
}

// notifyOf is notifyOperator for what an adapter says is wrong. A sentence that is no text of
// ours is about our own program: before it stands the platform. That a platform can't be reached is
// not told there: it would arrive when it is no longer true.
func (a *app) notifyOf(platform string) func(ctx context.Context, text string) {
	chat, _ := adapters.ParseChat(a.config.OperatorChat)

	return func(ctx context.Context, text string) {
		if chat.Platform == platform && text == telegram.LogUnreachable {
			return
		}

		a.tellOperator(ctx, func(t *locales.Texts) string {
			if !t.Knows(text) {
				return platform + ": " + strings.TrimPrefix(text, platform+": ")
			}

			return t.Translate(text)
		})
	}
}

// tellOperator adds a notice to the operator's chat, if one is configured, in its language.
func (a *app) tellOperator(ctx context.Context, say func(*locales.Texts) string) {
	chat, ok := adapters.ParseChat(a.config.OperatorChat)
	if !ok {
		return
	}

	err := a.store.Update(context.WithoutCancel(ctx), func(t *store.Tx) error {
		return addNotice(t, chat, func(c *store.Chat) string { return say(a.texts.Find(c.ReadIn()...)) })
	})
	if err != nil {
		a.Log.Error("notify the operator", "error", err)
	}
}

// addNotice adds a notice to the outbox of a chat, which is made if it is new.
func addNotice(t *store.Tx, chat adapters.Chat, say func(*store.Chat) string) error {
	c, err := t.Chat(chat.Platform, chat.Address)
	if errors.Is(err, store.ErrNotFound) {
		c, err = t.EnsureChat(store.Chat{Platform: chat.Platform, Address: chat.Address, Kind: string(adapters.Private)})
	}

	if err != nil {
		return err
	}

	return t.Notify(c.ID, say(c))
}

// notifyOfSecondInstance leaves a notice about this process, which must not run, in
// the outbox of the one that does: once a day, however often it is started.
func (a *app) notifyOfSecondInstance(ctx context.Context) {
	chat, ok := adapters.ParseChat(a.config.OperatorChat)
	if !ok {
		return
	}

	const noticedAt = "second_told_at"

	err := a.store.Update(ctx, func(t *store.Tx) error {
		at, err := t.Fact(noticedAt)
		if err != nil || t.Now.Sub(time.UnixMilli(at)) < noticeEvery {
			return err
		}

		if err := t.SetFact(noticedAt, t.Now.UnixMilli()); err != nil {
			return err
		}

		return addNotice(t, chat, func(c *store.Chat) string { return a.texts.Find(c.ReadIn()...).Say("problem.operator_second") })
	})
	if err != nil {
		a.Log.Error("notify the operator of a second instance", "error", err)
	}
}

// sendLastNotice tells the operator, past the outbox, that the database can't be
// used any more: the outbox is part of it.
func (a *app) sendLastNotice(ctx context.Context, why error) {
	chat, ok := adapters.ParseChat(a.config.OperatorChat)
	if !ok || a.adapters[chat.Platform] == nil {
		return
	}

	if errors.Is(why, store.ErrFull) && a.wasFull != nil && !a.AtTerminal {
		now := time.Now()
		last := a.wasFull.Swap(now.Unix())

		if now.Sub(time.Unix(last, 0)) >= fullAgain && !a.say(ctx, chat, pausedText) {
			a.wasFull.Store(last) // it is said with the next try to begin again
		}

		return
	}

	text := stoppingText

	for _, known := range []error{store.ErrFull, store.ErrReplaced, store.ErrLogReplaced} {
		if errors.Is(why, known) {
			text = "Newsbell is stopping: " + known.Error()
		}
	}

	a.say(ctx, chat, text)
}

// say sends the operator's chat a text past the outbox, and reports whether it arrived.
func (a *app) say(ctx context.Context, chat adapters.Chat, text string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()

	if _, err := a.adapters[chat.Platform].Send(ctx, chat, &adapters.Message{Text: adapters.Say(text)}); err != nil {
		a.Log.Error("notify the operator", "error", err)
		return false
	}

	return true
}

// notifyingHandler is a log handler that also notifies the operator's chat of errors, each
// message once a day: an adapter logs as an error what only an operator can fix.
// Attributes are left out, for they may be private.
type notifyingHandler struct {
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

// logAndNotify returns log with notify called for the errors of a platform.
func logAndNotify(log *slog.Logger, platform string, notify func(ctx context.Context, text string)) *slog.Logger {
	sent := &sentNotices{at: map[string]time.Time{}, notify: notify}
	return slog.New(notifyingHandler{log.With("platform", platform).Handler(), sent})
}

func (a notifyingHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError && a.sent.isDue(r.Message) {
		a.sent.notify(ctx, r.Message)
	}

	return a.Handler.Handle(ctx, r)
}

func (a notifyingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return notifyingHandler{a.Handler.WithAttrs(attrs), a.sent}
}

func (a notifyingHandler) WithGroup(name string) slog.Handler {
	return notifyingHandler{a.Handler.WithGroup(name), a.sent}
}

// Enabled lets errors through whatever the level of the log is.
func (a notifyingHandler) Enabled(ctx context.Context, level slog.Level) bool {
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
