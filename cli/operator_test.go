package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/cli/backup"
	"newsbell/locales"
	"newsbell/store"
)

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
