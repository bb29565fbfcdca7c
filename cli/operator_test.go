package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/target"
	"newsbell/adapters/telegram"
	"newsbell/cli/backup"
	"newsbell/cli/config"
	"newsbell/locales"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestNoticesOfAdaptersAreTranslated: what an adapter says is wrong is told in the language of the
// operator's chat; what is about the program itself stays as it is, with the platform before it.
func TestNoticesOfAdaptersAreTranslated(t *testing.T) {
	s := storetest.Open(t)

	var chat int64

	err := s.Update(t.Context(), func(tx *store.Tx) error {
		c, err := tx.EnsureChat(store.Chat{Platform: "discord", Address: "@7", Kind: "private", Language: "de"})
		chat = c.ID

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	a := &app{store: s, texts: locales.Builtin(), options: options{Log: slog.New(slog.DiscardHandler)}, config: config.Config{OperatorChat: "discord:@7"}}

	for said, want := range map[string]string{
		"Telegram can't be reached; trying again": "Telegram ist nicht erreichbar; ich versuche es weiter",
		"bug: handling an update panicked":        "telegram: bug: handling an update panicked",
	} {
		logAndNotify(a.Log, "telegram", a.notifyOf("telegram")).Error(said, "err", "secret")

		out, err := s.Claim(t.Context(), chat, store.Claim{Run: "r", Burst: 10, RetryAfter: time.Hour, Room: func(*store.Chat, []*store.Alert) int { return 1 }})
		if err != nil || out == nil || out.Notice != want {
			t.Fatalf("%q is told as %+v (%v), want %q", said, out, err, want)
		}

		err = s.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Settle(store.Outcome{Message: out.ID, Run: "r", Sent: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestAPlatformIsNotSaidToBeAwayThere: who reads it reads it when the platform is back.
func TestAPlatformIsNotSaidToBeAwayThere(t *testing.T) {
	s := storetest.Open(t)

	for operator, want := range map[string]int{"telegram:7": 0, "discord:@7": 1} {
		a := &app{store: s, texts: locales.Builtin(), options: options{Log: slog.New(slog.DiscardHandler)}, config: config.Config{OperatorChat: operator}}
		logAndNotify(a.Log, "telegram", a.notifyOf("telegram")).Error(telegram.LogUnreachable, "err", "no answer")

		var waiting int

		err := s.View(t.Context(), func(tx *store.Tx) error {
			platform, address, _ := strings.Cut(operator, ":")

			_, err := tx.Chat(platform, address)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}

			waiting = 1

			return err
		})
		if err != nil || waiting != want {
			t.Errorf("%s: %d notices, %v; want %d", operator, waiting, err, want)
		}
	}
}

// TestNoticesOfMailAreTranslated: what the operator hears of the mail server is in the language of the
// operator's chat.
func TestNoticesOfMailAreTranslated(t *testing.T) {
	texts := locales.Builtin()
	if german := texts.Find("de").Translate(target.LogMailRefused); !texts.English().Knows(target.LogMailRefused) || german == target.LogMailRefused {
		t.Errorf("%q is %q in German", target.LogMailRefused, german)
	}
}

// TestNoticesOfBackupsAreTranslated: whatever the timer of backups tells the operator is in the
// language of the operator's chat.
func TestNoticesOfBackupsAreTranslated(t *testing.T) {
	for _, fails := range []error{store.ErrFull, store.ErrInUse, errors.New("the disk is gone")} {
		dir := t.TempDir()

		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()

			var told []string

			timer := backup.Timer{
				Folder: dir, Name: "newsbell", Every: time.Hour, Keep: 2, Log: slog.New(slog.DiscardHandler),
				Lock: func(context.Context, string) (func() error, error) { return func() error { return nil }, nil },
				Copy: func(_ context.Context, to string) error {
					if len(told) == 0 {
						return fails
					}

					return os.WriteFile(to, nil, 0o600)
				},
				Notify: func(_ context.Context, text string) {
					if told = append(told, text); len(told) == 2 {
						stop()
					}
				},
			}
			timer.Run(ctx)

			for _, texts := range locales.Builtin().All() {
				for _, text := range told {
					got := texts.Translate(text)
					if (got == text) != (texts.Code() == "en") || strings.Contains(text, dir) && !strings.Contains(got, dir) || strings.Contains(got, "{") {
						t.Errorf("%s: %q is told as %q", texts.Code(), text, got)
					}
				}
			}

			if len(told) != 2 {
				t.Errorf("told: %q", told)
			}
		})
	}
}

// TestAFullDiskIsToldOnce: also if the first try to tell it comes to nothing.
func TestAFullDiskIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &unsteady{fails: 1}
		a := &app{
			options:  options{Log: slog.New(slog.DiscardHandler), wasFull: new(atomic.Int64)},
			config:   config.Config{OperatorChat: "test:1"},
			adapters: map[string]adapters.Adapter{"test": to},
		}

		for range 10 {
			a.sendLastNotice(t.Context(), store.ErrFull)
			time.Sleep(longestFull)
		}

		if to.took != 1 {
			t.Errorf("told %d times", to.took)
		}
	})
}

// unsteady takes a message after a few failures.
type unsteady struct {
	adapters.Adapter

	fails, took int
}

func (u *unsteady) Send(context.Context, adapters.Chat, *adapters.Message) (string, error) {
	if u.fails--; u.fails >= 0 {
		return "", errors.New("away")
	}

	u.took++

	return "", nil
}
