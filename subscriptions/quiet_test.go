package subscriptions

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseQuiet(t *testing.T) {
	for text, want := range map[string]string{
		"22:00-7:00": "22:00-07:00", "22:00 – 07:00": "22:00-07:00", "10pm to 7am": "22:00-07:00", "from 22 to 7": "22:00-07:00",
		"22-7": "22:00-07:00", "22:00-24:00": "22:00-00:00", "20-24": "20:00-00:00", "between 9:30 pm and 6": "21:30-06:00", "12:00-13:00": "12:00-13:00", "off": "", "": "", "None": "",
	} {
		q, err := ParseQuiet(text)
		if err != nil || q.String() != want {
			t.Errorf("%q is %q, %v; want %q", text, q, err, want)
		}

		if again, err := ParseQuiet(q.String()); err != nil || again != q {
			t.Errorf("%q is read back as %v, %v", q, again, err)
		}
	}

	for _, text := range []string{"25:00-7:00", "night", "22:00", "7:00-7:00", "0-24", "-"} {
		if q, err := ParseQuiet(text); err == nil {
			t.Errorf("%q is taken as %q", text, q)
		}
	}
}

func TestQuietEnds(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}

	night := Quiet{From: 22 * 60, To: 7 * 60}

	for _, c := range []struct {
		name     string
		quiet    Quiet
		at, ends string // local; "" not quiet
	}{
		{"before midnight", night, "2025-06-10 23:30", "2025-06-11 07:00"},
		{"after midnight", night, "2025-06-11 03:00", "2025-06-11 07:00"},
		{"by day", night, "2025-06-11 12:00", ""},
		{"the first minute", night, "2025-06-11 22:00", "2025-06-12 07:00"},
		{"the end", night, "2025-06-11 07:00", ""},
		{"at noon", Quiet{From: 12 * 60, To: 13 * 60}, "2025-06-11 12:59", "2025-06-11 13:00"},
		{"the night the clock leaps", night, "2025-03-30 01:30", "2025-03-30 07:00"},
		{"an end that is leapt over", Quiet{From: 22 * 60, To: 2*60 + 30}, "2025-03-30 01:30", "2025-03-30 03:00"},
		{"the night with an hour more", night, "2025-10-26 01:30", "2025-10-26 07:00"},
		{"none", Quiet{}, "2025-06-11 03:00", ""},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, warsaw)
		if err != nil {
			t.Fatal(err)
		}

		got := ""
		if end := c.quiet.Ends(at, warsaw); !end.IsZero() {
			got = end.Format("2006-01-02 15:04")
		}

		if got != c.ends {
			t.Errorf("%s: it ends %q, want %q", c.name, got, c.ends)
		}
	}
}

// TestNothingIsQuietWhenQuietEnds: what is held comes out at a moment that is not quiet,
// within a day and an hour, in every zone and over every change of the clock.
func TestNothingIsQuietWhenQuietEnds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"}).Draw(r, "zone"))
		if err != nil {
			r.Fatal(err)
		}

		q := Quiet{From: rapid.IntRange(0, 1439).Draw(r, "from"), To: rapid.IntRange(0, 1439).Draw(r, "to")}
		at := time.Unix(1735689600+rapid.Int64Range(0, 2*366*86400).Draw(r, "at"), 0)

		end := q.Ends(at, zone)
		if end.IsZero() {
			return
		}

		if !end.After(at) || end.Sub(at) > 25*time.Hour {
			r.Fatalf("quiet at %s ends at %s", at, end)
		}
	})
}
