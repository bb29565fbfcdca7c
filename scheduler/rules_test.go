package scheduler

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
	"newsbell/store"
)

// desk is a matcher on a real database, with sources of several outlets that a test
// publishes in.
type desk struct {
	t     *testing.T
	store *store.Store
	*matcher
	chat *store.Chat
}

var outletNames = []string{"Harbour Courier", "Northern Gazette", "Plain Wire", "Valley Post", "Island Times", "Coast Radio"}

func newDesk(t *testing.T, path string) *desk {
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	d := &desk{t: t, store: s, matcher: newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC, Group: true})}

	d.update(func(tx *store.Tx) error {
		var list []news.Source
		for i, name := range outletNames {
			list = append(list, news.Source{URL: fmt.Sprintf("https://o%d.example/feed", i), Outlet: name, Title: name})
		}

		if err := tx.Configure(list); err != nil {
			return err
		}

		d.chat, err = tx.EnsureChat(store.Chat{Platform: "test", Address: "ada", Kind: "private"})

		return err
	})

	for i := range outletNames {
		d.publish(i, "First edition of "+outletNames[i]) // the baseline
	}

	if err := d.load(t.Context()); err != nil {
		t.Fatal(err)
	}

	return d
}

func (d *desk) update(do func(*store.Tx) error) {
	d.t.Helper()

	if err := d.store.Update(d.t.Context(), do); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) follow(query, delivery string, outlets int) {
	d.update(func(tx *store.Tx) error {
		_, _, err := tx.AddSubscription(store.Subscription{Chat: d.chat.ID, Query: query, Canonical: query, Delivery: delivery, Outlets: outlets})
		return err
	})
}

// publish has an outlet publish an article, which is matched.
func (d *desk) publish(outlet int, title string) {
	d.t.Helper()

	d.update(func(tx *store.Tx) error {
		_, err := tx.SavePoll(store.PollResult{Source: int64(outlet + 1), Next: time.Now().Add(time.Hour), Articles: []news.Article{{
			Key: title, URL: fmt.Sprintf("https://o%d.example/%x", outlet, title), Title: title, Outlet: outletNames[outlet],
			Summary: title + ", as officials confirmed this morning.", Published: time.Now().Add(-time.Minute), Language: "en",
		}}}, 48*time.Hour)

		return err
	})

	if _, err := d.match(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// waiting lists when what waits comes, and why it waits: "08:00 quiet", "now".
func (d *desk) waiting() (list []string) {
	err := d.store.View(d.t.Context(), func(tx *store.Tx) error {
		alerts, err := tx.WaitingAlerts(d.chat.ID, 100)
		for _, a := range alerts {
			when := "now"
			if a.DueAt.After(tx.Now) {
				when = a.DueAt.UTC().Format("2 15:04")
			}

			line := when

			for _, part := range []string{a.Bundle, a.Rule} {
				if part != "" {
					line += " " + part
				}
			}

			list = append(list, line)
		}

		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}

	return list
}

func (d *desk) wants(want ...string) {
	d.t.Helper()

	if got := d.waiting(); fmt.Sprint(got) != fmt.Sprint(want) {
		d.t.Errorf("what waits is %q, want %q", got, want)
	}
}

func atDesk(t *testing.T, do func(d *desk)) {
	path := filepath.Join(t.TempDir(), "test.db")

	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, path)
		do(d)

		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

const flood = "Flood closes the bridge over the river Elbow near Marlow"

// TestMinWaitsForOutlets: with min:3 a story rings when its third outlet joins, whether
// its article matches or not.
func TestMinWaitsForOutlets(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.follow("flood", "", 3)
		d.publish(0, flood)
		d.wants("4 00:00 few")
		d.publish(1, flood+" and road")
		d.wants("4 00:00 few")
		d.publish(2, "High water closes the bridge over the river Elbow near Marlow") // does not match
		d.wants("now")
	})
}

// TestMinThatIsNeverReached: when the story is closed the alert is dropped, and says why.
func TestMinThatIsNeverReached(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.follow("flood", "", 3)
		d.publish(0, flood)
		time.Sleep(73 * time.Hour)

		d.update(func(tx *store.Tx) error {
			out, err := tx.Claim(d.chat.ID, store.Claim{Run: "test", Burst: 10, Again: time.Minute})
			if out != nil {
				t.Errorf("it is sent: %+v", out)
			}

			return err
		})
		d.wants()

		err := d.store.View(d.t.Context(), func(tx *store.Tx) error {
			a, err := tx.AlertByID(1)
			if err == nil && (a.State != "dropped" || a.Reason != store.DroppedFew) {
				t.Errorf("it is %s for %q", a.State, a.Reason)
			}

			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestQuietLetsThroughWhatManyTell: a story held at night rings as soon as so many
// outlets tell it; others stay until the morning.
func TestQuietLetsThroughWhatManyTell(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.update(func(tx *store.Tx) error { return tx.SetQuiet(d.chat.ID, "22:00-07:00 except 3 outlets") })
		d.follow("flood", "", 0)
		d.follow("museum", "urgent", 0)
		d.publish(0, flood)
		d.publish(1, flood+" and road")
		d.wants("1 07:00 quiet")
		d.publish(2, flood+" for days")
		d.wants("now outlets 3")
		d.publish(3, "Museum of clocks reopens in Upper Wexley after the fire")
		d.wants("now outlets 3", "now urgent")
	})
}

// TestMaxLeavesTheRestToADigest: after so many alerts a day the others come in the
// morning, also for a matcher that has just started; the next day begins anew.
func TestMaxLeavesTheRestToADigest(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.follow("council OR museum OR bridge OR harbour", "max:2", 0)
		d.publish(0, "Council of Ashby raises the parking fee")
		d.publish(1, "Museum of clocks reopens in Upper Wexley")
		d.wants("now", "now")

		again := newMatcher(d.Config)
		if err := again.load(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}

		d.matcher = again
		d.publish(2, "Old bridge of Tarn to be painted green")
		d.wants("now", "now", "1 08:00 digest max 2")
		time.Sleep(25 * time.Hour)
		d.publish(3, "Harbour dredging in Port Lune begins in May")

		if got := d.waiting(); len(got) != 4 || got[3] != "now" {
			t.Errorf("the next day %q waits", got)
		}
	})
}

// TestSettingsMoveWhatWaits: what waits comes when the new setting says.
func TestSettingsMoveWhatWaits(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.follow("flood", "", 0)

		set := func(do func(*store.Tx) error) {
			t.Helper()
			d.update(func(tx *store.Tx) error {
				if err := do(tx); err != nil {
					return err
				}

				return tx.Reschedule(d.chat.ID, time.UTC, nil)
			})
		}

		set(func(tx *store.Tx) error { return tx.SetDigest(d.chat.ID, "daily 18:00") })
		d.publish(0, flood)
		d.wants("1 18:00 digest")
		set(func(tx *store.Tx) error { return tx.SetTimeZone(d.chat.ID, "Asia/Tokyo") })
		d.wants("1 09:00 digest")
		set(func(tx *store.Tx) error { return tx.SetDigest(d.chat.ID, "weekly tuesday 08:00") }) // 1 January 2000 is a Saturday
		d.wants("3 23:00 digest")
		set(func(tx *store.Tx) error { return tx.SetDigest(d.chat.ID, "") })
		d.wants("now digest")
	})
}
