package scheduler

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
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
	s, err := store.Open(t.Context(), storetest.Database(t, path))
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
	d.publishIn(int64(outlet+1), outletNames[outlet], title)
}

func (d *desk) publishIn(source int64, outlet, title string) {
	d.t.Helper()
	d.publishUnmatched(source, outlet, title)

	if _, err := d.match(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) publishUnmatched(source int64, outlet, title string) {
	d.t.Helper()

	d.update(func(tx *store.Tx) error {
		return storetest.Poll(tx, source, news.Article{
			Key: title, URL: fmt.Sprintf("https://o%d.example/%x", source-1, title), Title: title, Outlet: outlet,
			Summary: title + ", as officials confirmed this morning.", Published: time.Now().Add(-time.Minute), Language: "en",
		})
	})
}

// waiting lists when what waits comes, and why it waits: "08:00 quiet", "now".
func (d *desk) waiting() []string { return d.waitingFor(d.chat.ID) }

func (d *desk) waitingFor(chat int64) (list []string) {
	err := d.store.View(d.t.Context(), func(tx *store.Tx) error {
		alerts, err := tx.WaitingAlerts(chat, 100)
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
			out, err := tx.Claim(d.chat.ID, store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute})
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

// TestOutletsOfOthersDoNotCount: what only other chats read doesn't count for min: and for
// quiet hours, neither when an article comes nor when what waits is looked at again or moved.
func TestOutletsOfOthersDoNotCount(t *testing.T) {
	for _, kind := range []string{"another chat's own", "a bundle of another chat"} {
		atDesk(t, func(d *desk) {
			own := d.addOthers(kind)

			d.update(func(tx *store.Tx) error { return tx.SetQuiet(d.chat.ID, "22:00-07:00 except 3 outlets") })
			d.follow("flood", "", 3)
			d.follow("bridge", "", 0)
			d.publish(0, flood)
			d.publishIn(own, "Backyard Blog", flood+" and road")
			d.publish(1, flood+" for days")
			d.wants("1 07:00 quiet")

			d.update(func(tx *store.Tx) error { return tx.Reschedule(d.chat.ID, time.UTC, nil) })
			d.wants("1 07:00 quiet")

			d.publish(2, flood+", say officials")
			d.wants("now outlets 3")
		})
	}
}

// TestEverywhereCountsBundles: a subscription to what is told everywhere counts the outlets
// of bundles that its chat doesn't read, also when settings move what waits.
func TestEverywhereCountsBundles(t *testing.T) {
	for _, moved := range []bool{false, true} {
		atDesk(t, func(d *desk) {
			bundle := d.addOthers("a bundle of another chat")

			d.update(func(tx *store.Tx) error {
				_, _, err := tx.AddSubscription(store.Subscription{Chat: d.chat.ID, Query: "flood", Canonical: "flood", Outlets: 3, Scope: store.ScopeEverywhere})
				return err
			})
			d.publish(0, flood)
			d.publish(1, flood+" and road")
			d.wants("4 00:00 few")

			if moved { // the third outlet is there by then, and the matcher does not look again
				d.publishUnmatched(bundle, "Backyard Blog", flood+" for days")
				d.saveUnlooked()
				d.update(func(tx *store.Tx) error { return tx.Reschedule(d.chat.ID, time.UTC, nil) })
			} else {
				d.publishIn(bundle, "Backyard Blog", flood+" for days")
			}

			d.wants("now")
		})
	}
}

// saveUnlooked puts the article that waits to be matched into the first story, and leaves what
// waits for its outlets as it is.
func (d *desk) saveUnlooked() {
	var m store.Match

	err := d.store.View(d.t.Context(), func(tx *store.Tx) error {
		alerts, err := tx.WaitingAlerts(d.chat.ID, 1)
		if err != nil {
			return err
		}

		articles, err := tx.Unmatched(1)
		m = store.Match{Article: articles[0].ID, At: articles[0].At(), Story: alerts[0].Story}

		return err
	})
	if err == nil {
		err = d.store.SaveMatches(d.t.Context(), []store.Match{m})
	}

	if err != nil {
		d.t.Fatal(err)
	}
}

// addOthers adds a source that the desk's chat does not read, after its baseline.
func (d *desk) addOthers(kind string) (source int64) {
	feed := news.Source{URL: "https://backyard.example/feed", Outlet: "Backyard Blog", Title: "Backyard Blog"}

	d.update(func(tx *store.Tx) error {
		other, err := tx.EnsureChat(store.Chat{Platform: "test", Address: "bob", Kind: "private"})
		if err != nil {
			return err
		}

		if kind == "another chat's own" {
			got, _, err := tx.AddSource(other.ID, "bob", feed)
			source = got.ID

			return err
		}

		if _, err := tx.FollowBundle(other.ID, "bob", "local", []news.Source{feed}); err != nil {
			return err
		}

		all, err := tx.Sources()
		for _, s := range all {
			if s.URL == feed.URL {
				source = s.ID
			}
		}

		return err
	})
	d.publishIn(source, feed.Outlet, "First edition of the Backyard Blog")

	return source
}

// TestReleasedAlertsCountForMax: what had to wait for outlets counts on the day on which it
// comes, also for a matcher that has just started.
func TestReleasedAlertsCountForMax(t *testing.T) {
	for _, restart := range []bool{false, true} {
		atDesk(t, func(d *desk) {
			d.update(func(tx *store.Tx) error {
				_, _, err := tx.AddSubscription(store.Subscription{Chat: d.chat.ID, Query: "flood", Canonical: "flood", Delivery: "max:1", Outlets: 2})
				return err
			})

			const other = "Flood drowns the orchard of Saint Brannoc in Upper Wexley"

			time.Sleep(23 * time.Hour)
			d.publish(0, flood)
			d.publish(0, other)
			time.Sleep(2 * time.Hour)
			d.publish(1, flood+" and road")
			d.wants("now", "4 23:00 few")

			if restart {
				d.matcher = newMatcher(d.Config)
				if err := d.load(d.t.Context()); err != nil {
					d.t.Fatal(err)
				}
			}

			d.publish(1, other+" again")
			d.wants("now", "2 08:00 digest max 1")
		})
	}
}

// TestReleasedAlertsAreSparedByAWord: what waited for outlets and has the word that quiet
// hours let through comes in them.
func TestReleasedAlertsAreSparedByAWord(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.update(func(tx *store.Tx) error { return tx.SetQuiet(d.chat.ID, "22:00-07:00 except flood") })
		d.follow("bridge", "", 2)
		d.publish(0, flood)
		d.wants("4 00:00 few")
		d.publish(1, flood+" and road")
		d.wants("now word flood")
	})
}

// TestSchedulesAreReused: a schedule that nobody has any more leaves room, however often
// people change theirs.
func TestSchedulesAreReused(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.follow("flood", "", 0)

		for i := range 100 {
			d.update(func(tx *store.Tx) error {
				return tx.SetDelivery(1, fmt.Sprintf("daily %02d:%02d", i/60, i%60), "")
			})

			if err := d.store.View(d.t.Context(), d.catchUp); err != nil {
				t.Fatal(err)
			}
		}

		if n := len(d.schedules.all); n > 2 {
			t.Errorf("one subscription has left %d schedules", n-1)
		}

		d.publish(0, flood)
		d.wants("1 01:39 digest")
	})

	all := newSchedules(time.UTC)

	for i := range 1 << 16 {
		number, err := all.join(store.SubscriptionChange{Delivery: fmt.Sprintf("weekly monday %02d:%02d", i/60%24, i%60), Outlets: i / 1440})
		if got := all.all[number]; err != nil || got.Min != i/1440 || got.Delivery.When.Minute != i%1440 {
			t.Fatalf("schedule %d is %+v, %v", i, got.Plan, err)
		}
	}
}

// TestWhatEnoughOutletsToldStaysTold: raising min: holds back what comes, not what enough
// outlets told already and that waits for its digest.
func TestWhatEnoughOutletsToldStaysTold(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.follow("flood", "daily 18:00", 2)
		d.publish(0, flood)
		d.publish(1, flood+" for days")
		d.wants("1 18:00 digest")

		d.update(func(tx *store.Tx) error {
			all, err := tx.Subscriptions(d.chat.ID)
			if err != nil {
				return err
			}

			if err := tx.SetScope(all[0].ID, all[0].Scope, 5); err != nil {
				return err
			}

			return tx.Reschedule(d.chat.ID, time.UTC, nil)
		})
		d.wants("1 18:00 digest")
	})
}

// TestSettingsMoveWhatTargetsWaitFor: what a chat also sends elsewhere comes there when the
// chat's own settings say.
func TestSettingsMoveWhatTargetsWaitFor(t *testing.T) {
	atDesk(t, func(d *desk) {
		var target *store.Target

		d.follow("flood", "daily 18:00", 0)
		d.update(func(tx *store.Tx) (err error) {
			target, err = tx.AddTarget(d.chat, store.Target{URL: "https://example.org/hook"})
			return err
		})
		d.publish(0, flood)
		d.update(func(tx *store.Tx) error {
			if err := tx.SetTimeZone(d.chat.ID, "Asia/Tokyo"); err != nil {
				return err
			}

			return tx.Reschedule(d.chat.ID, time.UTC, nil)
		})

		for _, chat := range []int64{d.chat.ID, target.Chat} {
			if got := d.waitingFor(chat); len(got) != 1 || got[0] != "1 09:00 digest" {
				t.Errorf("for chat %d %q waits", chat, got)
			}
		}
	})
}

// TestMinTakesNothingFromADigest: that one subscription waits for outlets takes nothing from
// the weekly digest of another, which comes later; and what waited for outlets goes into its
// weekly digest.
func TestMinTakesNothingFromADigest(t *testing.T) {
	for name, digest := range map[string]string{"after": "weekly friday 08:00", "at once": ""} {
		atDesk(t, func(d *desk) {
			d.follow("flood", digest, 0)
			d.follow("bridge", "", 5)
			d.publish(0, flood)

			if got := d.waiting(); len(got) != 1 || strings.Contains(got[0], "few") {
				t.Errorf("%s: %q waits", name, got)
			}
		})
	}

	atDesk(t, func(d *desk) {
		d.follow("flood", "weekly friday 08:00", 2)
		d.publish(0, flood)
		d.wants("4 00:00 few")
		d.publish(1, flood+" for days")
		d.wants("7 08:00 digest")
	})
}

// TestDigestsComeInTheOrderOfTheChat: by subscription with the most-told stories of each first,
// the top first, or the newest first; a second attempt shows the same, whatever the
// order is by then.
func TestDigestsComeInTheOrderOfTheChat(t *testing.T) {
	const (
		quiet   = "Harbour dredging in Port Lune begins in May"
		museum  = "Museum of clocks reopens in Upper Wexley after the fire"
		council = "Council of Ashby raises the parking fee"
	)

	for order, want := range map[store.Order][]string{
		store.OrderSubscription: {quiet, flood, museum, council},
		store.OrderTold:         {flood, museum, quiet, council},
		store.OrderTime:         {council, flood, museum, quiet},
	} {
		atDesk(t, func(d *desk) {
			d.update(func(tx *store.Tx) error { return tx.SetOrder(d.chat.ID, order) })
			d.follow("harbour", "daily 18:00", 0)
			d.follow("museum OR flood OR council", "daily 18:00", 0)

			for outlet, title := range []string{quiet, museum, flood, council} {
				time.Sleep(time.Minute)
				d.publish(outlet, title)
			}

			d.publish(4, museum+" of last year")
			d.publish(4, flood+" for days")
			d.publish(5, flood+", say officials")
			time.Sleep(19 * time.Hour)

			first := d.claim()
			d.update(func(tx *store.Tx) error {
				_, err := tx.Settle(store.Outcome{Message: first.ID, RetryAt: tx.Now.Add(time.Second)})
				return errors.Join(err, tx.SetOrder(d.chat.ID, store.OrderTime))
			})
			time.Sleep(time.Minute)

			for attempt, out := range []*store.Outgoing{first, d.claim()} {
				var got []string
				for _, a := range out.Alerts {
					got = append(got, a.Article.News.Title)
				}

				if !slices.Equal(got, want) {
					t.Errorf("attempt %d in the order %q shows %q", attempt+1, order, got)
				}
			}
		})
	}
}

// TestOnlyWaitsToBeJudged: what a subscription with only: matches waits a minute, open to be
// judged; a story that was judged is not judged again, and rings for a subscription that
// nobody judges.
func TestOnlyWaitsToBeJudged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, path)
		d.follow("harbour", "only", 0)

		open := func() (all []*store.Case) {
			d.update(func(tx *store.Tx) (err error) {
				all, err = tx.OpenCases(10)
				return err
			})

			return all
		}

		began := time.Now()

		d.publish(0, "Crane topples in the harbour of Varna injuring three dockers")

		cases := open()
		if len(cases) != 1 || cases[0].Due.Sub(began) < time.Minute || cases[0].Article == nil {
			t.Fatalf("open: %+v", cases)
		}

		d.update(func(tx *store.Tx) error { return tx.Judge(cases[0], store.Differs, time.UTC, nil) })

		state := func() (a *store.Alert) {
			d.update(func(tx *store.Tx) (err error) {
				a, err = tx.AlertOf(d.chat.ID, cases[0].Story)
				return err
			})

			return a
		}

		d.publish(1, "Crane topples in the harbour of Varna, injuring three dockers")

		if a := state(); a.Reason != store.DroppedJudged || len(open()) != 0 {
			t.Errorf("after another outlet told it: %s %s, %d open", a.State, a.Reason, len(open()))
		}

		d.follow("dockers", "", 0)
		d.publish(2, "Three dockers injured: crane topples in the harbour of Varna")

		if a := state(); a.State != "waiting" || a.DueAt.After(time.Now()) {
			t.Errorf("for a subscription without only: it is %s %s, due %s", a.State, a.Reason, a.DueAt)
		}

		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
}
