package scheduler

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestSlowRegexesHoldNobodyUp: one person's hundred expensive regexes are skipped and
// counted, their chat is told once, and a word of somebody else alerts.
func TestSlowRegexesHoldNobodyUp(t *testing.T) {
	s := storetest.Open(t)

	var hostile, innocent *store.Chat

	follow := func(tx *store.Tx, chat *store.Chat, person, typed string) error {
		_, _, err := tx.AddSubscription(store.Subscription{Chat: chat.ID, Query: typed, Canonical: typed, CreatedBy: person})
		return err
	}

	err := s.Update(t.Context(), func(tx *store.Tx) (err error) {
		if hostile, err = tx.EnsureChat(store.Chat{Platform: "test", Address: "mallory", Kind: "private"}); err != nil {
			return err
		}

		if innocent, err = tx.EnsureChat(store.Chat{Platform: "test", Address: "ada", Kind: "private"}); err != nil {
			return err
		}

		for i := range 100 {
			if err := follow(tx, hostile, "mallory", fmt.Sprintf("/aaa[abx]{0,%d}c0/ | /aaa[abx]{0,%d}c1/", 116-i, 116-i)); err != nil {
				return err
			}
		}

		if err := follow(tx, innocent, "ada", "/quak[es]+/"); err != nil {
			return err
		}

		return follow(tx, innocent, "ada", "earthquake")
	})
	if err != nil {
		t.Fatal(err)
	}

	m := newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC, Texts: locales.Builtin()})
	if err := m.load(t.Context()); err != nil {
		t.Fatal(err)
	}

	articles := 3
	if testing.Short() {
		articles = 1
	}

	for i := range articles {
		d, err := m.decide(t.Context(), &store.Article{ID: int64(i + 1), SourceOrigin: store.FromConfig, SeenAt: time.Now(), News: news.Article{
			Title: fmt.Sprintf("Earthquake number %d", i), Text: "quakes " + strings.Repeat("a", 1<<20),
		}})
		if err != nil {
			t.Fatal(err)
		}

		if len(d.Alerts) != 1 || d.Alerts[0].Chat != innocent.ID || len(d.Alerts[0].Hits) != 2 {
			t.Fatalf("article %d alerts %+v", i, d.Alerts)
		}

		if err := m.reportSkipped(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	err = s.View(t.Context(), func(tx *store.Tx) error {
		for _, chat := range []*store.Chat{hostile, innocent} {
			all, err := tx.Subscriptions(chat.ID)
			if err != nil {
				return err
			}

			for _, sub := range all {
				if want := map[*store.Chat]int{hostile: articles}[chat]; sub.Skipped != want {
					t.Errorf("%s: %d articles skipped, want %d", sub.Query, sub.Skipped, want)
				}
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	notices := 0

	err = s.Update(t.Context(), func(tx *store.Tx) error {
		for {
			out, err := tx.Claim(hostile.ID, store.Claim{Run: "b", Burst: 100, RetryAfter: time.Hour, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }})
			if err != nil || out == nil {
				return err
			}

			if !strings.Contains(out.Notice, "and 99 more subscriptions take too long") {
				t.Errorf("said %q", out.Notice)
			}

			notices++

			if _, err := tx.Settle(store.Outcome{Message: out.ID, Sent: true}); err != nil {
				return err
			}
		}
	})
	if err != nil || notices != 1 {
		t.Errorf("%d notices, want 1: %v", notices, err)
	}
}
