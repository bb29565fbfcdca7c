package scheduler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbell/store"
)

// burstOf are headlines of different stories about one thing.
var burstOf = []string{
	"Quake shakes the harbour of Port Lune", "Railway stops trains after quake near Ashby", "Hospitals in Tarn count injured after quake",
	"Quake cracks the old dam above Wexley", "Schools of Marlow closed following quake", "Scientists expected no quake under Elbow valley",
	"President cancels visit because of quake", "Insurers estimate losses of quake in millions", "Power plant shut down by quake in Corran",
}

func (d *desk) claim() *store.Outgoing {
	d.t.Helper()
	return d.claimFor(d.chat.ID)
}

func (d *desk) claimFor(chat int64) *store.Outgoing {
	d.t.Helper()

	var out *store.Outgoing

	d.update(func(tx *store.Tx) (err error) {
		out, err = tx.Claim(chat, store.Claim{Run: "test", Burst: 5, RetryAfter: time.Minute, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }})
		return err
	})

	return out
}

func (d *desk) alertSpikes() {
	d.t.Helper()

	s := &Scheduler{Config: d.Config}
	if err := s.alertSpikes(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) burst(n int) {
	for i, title := range burstOf[:n] {
		d.publish(i%len(outletNames), title)
		time.Sleep(5 * time.Minute)
		d.alertSpikes()
	}
}

// A subscription with spike: rings when far more comes in an hour than ever, with all of
// it in one digest; single stories and what comes in its first week do not ring, and after
// a spike it rests.
func TestSpikeAlerts(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.Group = false // each article is a story, whatever the grouping thinks of it
		d.follow("quake", "spike", 0)
		d.burst(6)

		if got := d.waiting(); len(got) != 6 || !strings.HasSuffix(got[0], " spike") {
			t.Errorf("before anything is known of it %q waits", got)
		}

		time.Sleep(61 * time.Minute)

		if out := d.claim(); out != nil {
			t.Errorf("calm hours ring: %+v", out)
		}

		d.wants()
		time.Sleep(8 * 24 * time.Hour)
		d.publish(0, "A lone quake in the far north of Sarn")
		d.alertSpikes()
		d.wants("9 02:31 spike") // it waits for others
		time.Sleep(2 * time.Hour)

		if out := d.claim(); out != nil {
			t.Errorf("a lone story rings: %+v", out)
		}

		time.Sleep(3 * time.Hour)

		for i, title := range burstOf {
			d.publish(i%len(outletNames), "Again: "+strings.ToLower(title)+" "+strings.Repeat("I", i+1))
			d.alertSpikes()
		}

		out := d.claim()
		if out == nil || out.Bundle != store.BundleSpiked || len(out.Alerts) < 5 || out.Alerts[0].Rule != "spike 5 0 1" {
			t.Fatalf("a spike comes as %+v", out)
		}
	})
}

// What a chat also sends elsewhere counts once: three stories with two targets are three.
func TestASpikeCountsStoriesAndNotCopies(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.Group = false
		d.follow("quake", "spike", 0)
		d.update(func(tx *store.Tx) error {
			_, err := tx.AddTarget(d.chat, store.Target{URL: "https://example.org/hook"})
			return err
		})
		d.update(func(tx *store.Tx) error {
			_, err := tx.AddTarget(d.chat, store.Target{URL: "https://example.org/other"})
			return err
		})
		time.Sleep(8 * 24 * time.Hour)
		d.burst(3)

		if got := d.waiting(); len(got) != 3 || !strings.HasSuffix(got[0], " spike") {
			t.Errorf("%q waits", got)
		}
	})
}

// In quiet hours a spike waits for their end, unless it is urgent.
func TestSpikeAtNight(t *testing.T) {
	for delivery, want := range map[string]string{"spike": "9 07:00 spiked spike 5 0 1", "urgent spike": "now spiked spike 5 0 1"} {
		atDesk(t, func(d *desk) {
			d.Group = false
			d.update(func(tx *store.Tx) error { return tx.SetQuiet(d.chat.ID, "22:00-07:00") })
			d.follow("quake", delivery, 0)
			time.Sleep(8 * 24 * time.Hour)

			for i, title := range burstOf[:5] {
				d.publish(i, title)
			}

			d.alertSpikes()

			got := d.waiting()
			if len(got) != 5 || got[0] != want {
				t.Errorf("%s: %q waits, want %q", delivery, got, want)
			}
		})
	}
}

// What another subscription of the chat wants comes as that says, whichever is first.
func TestSpikeTakesNothingFromOthers(t *testing.T) {
	atDesk(t, func(d *desk) {
		const museum = "Museum of clocks reopens in Upper Wexley after the fire"

		d.follow("dredging OR museum", "spike", 0)
		d.follow("harbour", "daily 08:00", 0)
		d.publish(0, "Harbour dredging in Port Lune begins in May") // both
		d.wants("1 08:00 digest")

		d.publish(1, museum) // spike:
		d.wants("1 01:00 spike", "1 08:00 digest")
		d.publish(2, museum+" at the harbour") // the same story, and both
		d.wants("1 08:00 digest", "1 08:00 digest")
	})
}

// A spike rings with all stories of its hour that still wait, whatever another subscription
// of the chat says of them.
func TestSpikeIsNotSilencedByOthers(t *testing.T) {
	for name, other := range map[string]store.Subscription{"digest": {Delivery: "weekly friday 08:00"}, "min": {Outlets: 5}} {
		atDesk(t, func(d *desk) {
			d.Group = false
			d.follow("quake", "spike", 0)
			d.update(func(tx *store.Tx) error {
				other.Chat, other.Query, other.Canonical = d.chat.ID, "quake OR dam", "quake OR dam"
				_, _, err := tx.AddSubscription(other)

				return err
			})
			time.Sleep(8 * 24 * time.Hour)
			d.burst(6)

			out := d.claim()
			if out == nil || out.Bundle != store.BundleSpiked || len(out.Alerts) < 5 {
				t.Errorf("beside %s, a spike comes as %+v", name, out)
			}
		})
	}
}

// What waited before a subscription got spike: is not of the last hour, whenever it was changed.
func TestSpikeCountsNothingOld(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.Group = false
		d.follow("quake", "daily 08:00", 0)
		time.Sleep(8*24*time.Hour + 9*time.Hour)

		for i, title := range burstOf[:6] {
			d.publish(i, title)
			time.Sleep(time.Hour)
		}

		d.update(func(tx *store.Tx) error {
			if err := tx.SetDelivery(1, "spike", ""); err != nil {
				return err
			}

			return tx.Reschedule(d.chat.ID, time.UTC, nil)
		})
		d.alertSpikes()

		if out := d.claim(); out != nil {
			t.Errorf("stories of six hours ring as %+v", out)
		}
	})
}

// What comes at once after a downtime is of all its hours; a spike after it rings.
func TestNoSpikeAfterADowntime(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.Group = false
		d.follow("quake", "spike", 0)
		d.update(func(tx *store.Tx) error { return tx.SetFact(aliveAt, tx.Now.Add(8*24*time.Hour).UnixMilli()) })
		time.Sleep(9 * 24 * time.Hour)

		d.matcher = newMatcher(d.Config)
		if err := d.load(d.t.Context()); err != nil {
			t.Fatal(err)
		}

		for i, title := range burstOf {
			d.publish(i%len(outletNames), title)
		}

		for range 70 {
			d.alertSpikes()
			time.Sleep(time.Minute)
		}

		if out := d.claim(); out != nil {
			t.Errorf("what came after a downtime rings as %+v", out)
		}

		for i, title := range burstOf {
			d.publish(i%len(outletNames), "Again: "+strings.ToLower(title)+" "+strings.Repeat("I", i+1))
		}

		d.alertSpikes()

		if out := d.claim(); out == nil || out.Bundle != store.BundleSpiked {
			t.Errorf("a spike after it comes as %+v", out)
		}
	})
}

// Two spikes in one minute are two digests, each with its own heading; their stories come to
// the chat's target, too.
func TestTwoSpikesAreTwoDigests(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.Group = false
		d.follow("quake", "spike", 0)
		d.follow("strike", "spike", 0)

		var target *store.Target

		d.update(func(tx *store.Tx) (err error) {
			target, err = tx.AddTarget(d.chat, store.Target{URL: "https://example.org/hook"})
			return err
		})
		time.Sleep(8 * 24 * time.Hour)

		for i, title := range burstOf[:5] {
			d.publish(i, title)
			d.publish(i, strings.ReplaceAll(title, "uake", "uay workers on strike"))
		}

		d.alertSpikes()

		for _, chat := range []int64{d.chat.ID, target.Chat} {
			for number := 1; number <= 2; number++ {
				out := d.claimFor(chat)
				if out == nil || out.Bundle != store.BundleSpiked || len(out.Alerts) != 5 || out.Alerts[0].Rule != fmt.Sprintf("spike 5 0 %d", number) {
					t.Fatalf("spike %d of chat %d comes as %+v", number, chat, out)
				}

				for _, a := range out.Alerts {
					if a.Rule != out.Alerts[0].Rule {
						t.Errorf("below %q stands one of %q", out.Alerts[0].Rule, a.Rule)
					}
				}

				d.update(func(tx *store.Tx) error {
					_, err := tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "1"})
					return err
				})
			}
		}
	})
}
