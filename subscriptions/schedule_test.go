package subscriptions

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestDelivery(t *testing.T) {
	for _, c := range []struct{ typed, zone, now, want string }{
		{"now", "UTC", "2026-03-01T10:00:00Z", ""},
		{"hourly", "UTC", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"},
		{"hourly", "Asia/Kolkata", "2026-03-01T10:59:59Z", "2026-03-01T11:30:00Z"},
		{"hourly", "Asia/Kathmandu", "2026-03-01T10:15:00Z", "2026-03-01T11:15:00Z"},
		{"daily", "Europe/Warsaw", "2026-03-01T06:59:00Z", "2026-03-01T07:00:00Z"},
		{"8am", "UTC", "2026-03-01T07:00:00Z", "2026-03-01T08:00:00Z"},
		{"8", "UTC", "2026-03-01T07:00:00Z", "2026-03-01T08:00:00Z"},
		{"daily at noon", "UTC", "2026-03-01T07:00:00Z", "2026-03-01T12:00:00Z"},
		{"6:30 pm", "UTC", "2026-03-01T07:00:00Z", "2026-03-01T18:30:00Z"},
		{"weekly", "UTC", "2026-03-01T07:00:00Z", "2026-03-02T08:00:00Z"}, // 1 March 2026 is a Sunday
		{"weekly on fri 18:00", "Europe/Warsaw", "2026-03-06T16:59:00Z", "2026-03-06T17:00:00Z"},
		{"fridays 6pm", "Europe/Warsaw", "2026-03-06T17:00:00Z", "2026-03-13T17:00:00Z"},
		{"sunday 2:30", "America/New_York", "2026-03-02T05:00:00Z", "2026-03-08T07:00:00Z"},
		{"8:00", "Europe/Warsaw", "2026-03-01T07:00:00Z", "2026-03-02T07:00:00Z"},
		// New York leaps from 02:00 to 03:00 on 8 March 2026.
		{"2:30", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z"},
		{"2:30", "America/New_York", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
		// and shows 01:30 twice on 1 November 2026: 05:30Z and 06:30Z.
		{"1:30", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T05:30:00Z"},
		{"1:30", "America/New_York", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
		{"2:30", "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"},
	} {
		d, err := ParseSchedule(c.typed)
		if err != nil {
			t.Fatalf("%s: %v", c.typed, err)
		}

		if again, err := ParseSchedule(d.String()); err != nil || again != d {
			t.Errorf("%s reads back as %v, %v", d, again, err)
		}

		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}

		now, _ := time.Parse(time.RFC3339, c.now)

		got := ""
		if next := d.Next(now, zone); !next.IsZero() {
			got = next.UTC().Format(time.RFC3339)
		}

		if got != c.want {
			t.Errorf("%s in %s at %s: next %s, want %s", c.typed, c.zone, c.now, got, c.want)
		}
	}

	for _, typed := range []string{"sometimes", "25:00", "13pm", "0am", "8:60", "24", "weekly on tram", "daily 8 ball"} {
		if d, err := ParseSchedule(typed); err == nil {
			t.Errorf("%q was read as %v", typed, d)
		}
	}
}
