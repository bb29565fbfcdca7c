package subscriptions

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDelivery(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "now": "now", "daily 8:00": "daily 08:00", "max:5 urgent 18:00": "daily 18:00 urgent max:5",
		"mon,wed and fri 7:30": "weekly monday,wednesday,friday 07:30", "weekdays 8:00 urgent": "weekly monday,tuesday,wednesday,thursday,friday 08:00 urgent",
		"weekends": "weekly saturday,sunday 08:00", "hourly urgent": "hourly urgent", "only urgent": "urgent only",
	} {
		d, err := ParseDelivery(text)
		if err != nil || d.String() != want {
			t.Errorf("%q is %q, %v; want %q", text, d, err, want)
		}

		if again, err := ParseDelivery(d.String()); err != nil || again != d {
			t.Errorf("%q reads back as %+v, %v", d, again, err)
		}
	}

	for _, text := range []string{"max:0", "max:9999", "soon", "25:00"} {
		if d, err := ParseDelivery(text); err == nil {
			t.Errorf("%q is taken as %q", text, d)
		}
	}
}

// TestPlanHolds: an alert is never due before it is made, what rings by itself does so at
// once and, unless a rule lets it through, never in quiet hours.
func TestPlanHolds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		delivery := rapid.SampledFrom([]string{"", "now", "hourly", "daily 07:30", "weekly monday,friday 18:00", "urgent", "max:2", "max:2 urgent", "only", "urgent only"}).Draw(r, "delivery")
		digest := rapid.SampledFrom([]string{"", "hourly", "daily 02:30", "weekly sunday 03:00"}).Draw(r, "digest")
		quiet := rapid.SampledFrom([]string{"", "22:00-07:00", "22:00-07:00 except 5 outlets", "13:00-14:00 except earthquake", "00:30-03:30 except 2 outlets or quake"}).Draw(r, "quiet")
		zone := rapid.SampledFrom([]string{"Europe/Warsaw", "America/New_York", "Australia/Lord_Howe"}).Draw(r, "zone")

		p, err := ParsePlan(delivery, digest, quiet, zone, nil)
		if err != nil {
			r.Fatal(err)
		}

		p.Min = rapid.IntRange(0, 4).Draw(r, "min")
		now := time.Unix(1735689600+rapid.Int64Range(0, 2*366*86400).Draw(r, "now"), 0)
		outlets, spared, over := rapid.IntRange(1, 6).Draw(r, "outlets"), rapid.Bool().Draw(r, "spared"), rapid.Bool().Draw(r, "over")
		over = over && p.Delivery.Max > 0
		spared = spared && p.Quiet.Except != ""
		got := p.At(now, outlets, spared, over)

		switch {
		case got.Due.Before(now):
			r.Fatalf("due %s before it is made at %s", got.Due, now)
		case outlets < p.Min != (got.Hold == HoldFew):
			r.Fatalf("%d outlets are held as %q", outlets, got.Hold)
		case p.Delivery.Only && got.Hold == HoldNothing && !got.Due.Equal(now.Add(JudgeTime)):
			r.Fatalf("it waits to be judged until %s", got.Due)
		case !p.Delivery.Only && got.Hold == HoldNothing && !got.Due.Equal(now):
			r.Fatalf("nothing holds it, yet it comes at %s", got.Due)
		case got.Hold != HoldFew && (got.Rule == "" || got.Rule == RuleOnly) && got.Hold != HoldNothing && !p.Quiet.Ends(got.Due, p.Zone).IsZero():
			r.Fatalf("it comes at %s, in quiet hours, by no rule", got.Due.In(p.Zone))
		case got.Hold == HoldQuiet && p.Delivery.Urgent:
			r.Fatal("an urgent one is held")
		}
	})
}
