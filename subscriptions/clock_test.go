package subscriptions

import (
	"testing"
	"time"
)

func TestParseUntil(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}

	now := time.Date(2026, 3, 4, 20, 0, 0, 0, zone) // a Wednesday
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, zone) }

	for s, want := range map[string]time.Time{
		"":                      {},
		"forever":               {},
		"2h":                    now.Add(2 * time.Hour),
		"for 90 min":            now.Add(90 * time.Minute),
		"1h30":                  now.Add(90 * time.Minute),
		"1h 30m":                now.Add(90 * time.Minute),
		"2 hours 30 minutes":    now.Add(150 * time.Minute),
		"2 hours and 5 minutes": now.Add(125 * time.Minute),
		"half an hour":          now.Add(30 * time.Minute),
		"1.5 hours":             now.Add(90 * time.Minute),
		"a day":                 now.Add(24 * time.Hour),
		"1 Week":                now.Add(7 * 24 * time.Hour),
		"two weeks":             now.Add(14 * 24 * time.Hour),
		"until 21:30":           at(4, 21, 30),
		"9:30 pm":               at(4, 21, 30),
		"until 8am":             at(5, 8, 0),
		"8:00":                  at(5, 8, 0),
		"until 18h30":           at(5, 18, 30),
		"midnight":              at(5, 0, 0),
		"tomorrow":              at(5, 8, 0),
		"tomorrow 9:00":         at(5, 9, 0),
		"tomorrow at 9am":       at(5, 9, 0),
		"tomorrow morning":      at(5, 8, 0),
		"until friday evening":  at(6, 18, 0),
		"until monday":          at(9, 8, 0),
		"until mon 7:15":        at(9, 7, 15),
		"wednesday":             at(11, 8, 0),
		"next week":             at(9, 8, 0),
		"next friday 18:00":     at(6, 18, 0),
		"10 March":              at(10, 8, 0),
		"mar 10 noon":           at(10, 12, 0),
		"2026-03-20":            at(20, 8, 0),
		"2 march":               time.Date(2027, 3, 2, 8, 0, 0, 0, zone),
		"until 29 march 2:30":   time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), // which the clock leaps over
	} {
		if got, ok := ParseUntil(s, now, zone); !ok || !got.Equal(want) {
			t.Errorf("%q: %s %t, want %s", s, got, ok, want)
		}
	}

	for _, s := range []string{"0h", "soon", "2", "25:00", "900 days", "-1h", "2h and", "h", "monday week", "today 8am", "1d30", "13:00 pm", "31 february", "for", "until the cows come home"} {
		if got, ok := ParseUntil(s, now, zone); ok {
			t.Errorf("%q: %s", s, got)
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{"2h", "1h30", "until 18:30", "tomorrow 9am", "next week", "weekly fri 8:00", "5 march", "99999 w", "0.01 min"} {
		f.Add(s)
	}

	now := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)

	f.Fuzz(func(t *testing.T, s string) {
		if until, ok := ParseUntil(s, now, time.UTC); ok && !until.IsZero() && (!until.After(now) || until.Sub(now) > LongestPause) {
			t.Errorf("%q: until %s", s, until)
		}

		if minute, ok := ParseClock(s); ok && (minute < 0 || minute >= 24*60) {
			t.Errorf("%q: minute %d", s, minute)
		}

		d, err := ParseSchedule(s)
		if err != nil {
			return
		}

		if again, err := ParseSchedule(d.String()); err != nil || again != d {
			t.Errorf("%q is %q, which reads back as %v, %v", s, d, again, err)
		}

		if next := d.Next(now, time.UTC); d.Kind != AtOnce && (!next.After(now) || next.Sub(now) > 8*24*time.Hour) {
			t.Errorf("%q: next %s", s, next)
		}
	})
}
