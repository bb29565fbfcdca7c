package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/news"
	"newsbell/store"
)

// join lists an article of an outlet that tells a story which rang before.
func (d *desk) join(story int64, outlet string) {
	d.t.Helper()
	d.joinWith(story, news.Article{Title: "Storm, says " + outlet, Outlet: outlet})
}

// joinWith lists an article that tells a story which rang before.
func (d *desk) joinWith(story int64, a news.Article) {
	d.t.Helper()
	d.match(d.publish(a), story)
}

// deliverEdits runs a Delivery that edits until stop is called.
func (d *desk) deliverEdits(p adapters.Adapter, event func(Event)) (stop func()) {
	return d.deliverUpdating(p, true, event)
}

// deliverUpdating runs a Delivery that edits as [alerts] update says, until stop is called.
func (d *desk) deliverUpdating(p adapters.Adapter, update bool, event func(Event)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	delivery := New(Config{
		Store: d.store, Lanes: []Lane{{Adapter: p, Gate: gate.New(gate.Limits{})}}, Burst: 10, Summary: 300, Log: slog.New(slog.DiscardHandler),
		Update: update, EditGap: time.Minute, Event: event,
	})

	var running sync.WaitGroup

	running.Go(func() {
		if err := delivery.Run(ctx); err != nil {
			d.t.Error(err)
		}
	})

	return func() { cancel(); running.Wait() }
}

func names(m *adapters.Message) (all []string) {
	for _, also := range m.Alert.Also {
		all = append(all, also.Outlet)
	}

	return all
}

func TestAnAlertGrowsWithItsStory(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")

		var told []EditEvent

		stop := d.deliverEdits(p, func(e Event) {
			if e, ok := e.(EditEvent); ok {
				told = append(told, e)
			}
		})
		d.ring("Storm ahead", chat, sub)
		time.Sleep(2 * time.Minute)
		synctest.Wait()

		story := int64(2) // the article after the baseline
		d.join(story, "Herald")
		time.Sleep(10 * time.Second)
		d.join(story, "Ledger")
		d.join(story, "Ledger") // tells it again: nothing new to show
		time.Sleep(5 * time.Second)
		d.join(story, "Gazette")
		time.Sleep(10 * time.Minute)
		stop()

		if len(p.told()) != 1 {
			t.Fatalf("%d messages, want the one alert", len(p.told()))
		}

		if len(p.edited()) != 2 {
			t.Fatalf("%d edits: %+v", len(p.edited()), p.edited())
		}

		if got := names(p.edited()[0].m); len(got) != 1 || got[0] != "Herald" || p.edited()[0].m.Alert.Also[0].URL == "" {
			t.Errorf("first edit: %v", got)
		}

		if got := names(p.edited()[1].m); len(got) != 3 {
			t.Errorf("second edit: %v", got)
		}

		if gap := p.edited()[1].at.Sub(p.edited()[0].at); gap < time.Minute {
			t.Errorf("two edits %s apart", gap)
		}

		if p.edited()[0].ref != "1" || p.edited()[0].m.Alert.Title != "Storm ahead" {
			t.Errorf("it edits %q to %q", p.edited()[0].ref, p.edited()[0].m.Alert.Title)
		}

		if len(told) != 2 || len(told[1].Also) != 3 || len(told[1].Alerts) != 1 {
			t.Errorf("events: %+v", told)
		}
	})
}

func TestEveryFateOfAnEdit(t *testing.T) {
	fail := func(f adapters.Fate) error { return &adapters.SendError{Fate: f, Reason: "the test wants it so"} }

	for _, c := range []struct {
		name    string
		answers []error
		edits   int // of one outlet that joins, and of one more an hour later
	}{
		{"taken", nil, 2},
		{"retry", []error{fail(adapters.Retry), fail(adapters.Unsure), fail(adapters.Later)}, 2},
		{"gone", []error{fail(adapters.Gone)}, 0},
		{"refused", []error{fail(adapters.Refused)}, 0},
		{"the platform cannot edit", []error{adapters.ErrUnsupported}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, d *desk) {
				p := &platform{editAnswers: c.answers}
				chat, sub := d.follower("1")
				told := 0
				stop := d.deliverEdits(p, func(e Event) {
					if _, ok := e.(EditEvent); ok {
						told++
					}
				})
				d.ring("Storm ahead", chat, sub)
				time.Sleep(2 * time.Minute)
				d.join(2, "Herald")
				time.Sleep(time.Hour)
				d.join(2, "Ledger")
				time.Sleep(time.Hour)
				stop()

				if len(p.edited()) != c.edits || told != c.edits || len(p.told()) != 1 || d.counts().Sent != 1 {
					t.Errorf("%d edits, %d of them told, and %d messages, want %d and 1", len(p.edited()), told, len(p.told()), c.edits)
				}
			})
		})
	}
}

// TestAlertsStayAsTheyCame: [alerts] update = false.
func TestAlertsStayAsTheyCame(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliverUpdating(p, false, nil)
		d.ring("Storm ahead", chat, sub)
		time.Sleep(2 * time.Minute)
		d.join(2, "Herald")
		time.Sleep(time.Hour)
		stop()

		if len(p.edited()) != 0 || len(p.told()) != 1 {
			t.Errorf("%d edits of %d messages", len(p.edited()), len(p.told()))
		}
	})
}

func TestEditsEndAfterHours(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliverEdits(p, nil)
		d.ring("Storm ahead", chat, sub)
		time.Sleep(5*time.Hour + 50*time.Minute)
		d.join(2, "Herald")
		time.Sleep(15 * time.Minute)
		d.join(2, "Ledger")
		time.Sleep(time.Hour)
		stop()

		if len(p.edited()) != 1 {
			t.Errorf("%d edits, want the one in the first six hours", len(p.edited()))
		}
	})
}

// TestAnAlertGrowsThatWasBeingSent: an outlet that joins while the message is on its way is shown
// once the message has arrived.
func TestAnAlertGrowsThatWasBeingSent(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{delay: 5 * time.Second}
		chat, sub := d.follower("1")
		stop := d.deliverEdits(p, nil)
		d.ring("Storm ahead", chat, sub)
		time.Sleep(2 * time.Second)
		d.join(2, "Herald")
		time.Sleep(5 * time.Minute)
		stop()

		if len(p.told()) != 1 || len(p.edited()) != 1 {
			t.Fatalf("%d messages, %d edits, want one of each", len(p.told()), len(p.edited()))
		}

		if got := fmt.Sprint(names(p.edited()[0].m)); got != "[Herald]" {
			t.Errorf("the edit names %v", got)
		}
	})
}

// TestAnEditThatWasNotNotedIsDoneAgain: a process that dies between the edit and the
// note leaves the message outdated for the next one, which says the same again.
func TestAnEditThatWasNotNotedIsDoneAgain(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliverEdits(p, nil)
		d.ring("Storm ahead", chat, sub)
		time.Sleep(2 * time.Minute)
		d.join(2, "Herald")
		time.Sleep(2 * time.Minute)
		stop()
		d.update(func(tx *store.Tx) error { return tx.Edited(1, time.UnixMilli(0)) })

		stop = d.deliverEdits(p, nil)

		time.Sleep(2 * time.Minute)
		stop()

		if len(p.edited()) != 2 || fmt.Sprint(names(p.edited()[0].m)) != fmt.Sprint(names(p.edited()[1].m)) || len(p.told()) != 1 {
			t.Errorf("%d edits, %d messages", len(p.edited()), len(p.told()))
		}
	})
}

// TestAnEditIsClaimed: while another process has an edit of a message under way, this one does
// not edit it, and then shows the newest, unless the other one did.
func TestAnEditIsClaimed(t *testing.T) {
	for _, other := range []struct {
		name   string
		noted  bool
		edits  int
		before time.Duration // from the claim to the edit, at least
	}{{"died", false, 1, sendTimeout}, {"noted it", true, 0, 0}} {
		t.Run(other.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, d *desk) {
				p := &platform{}
				chat, sub := d.follower("1")
				stop := d.deliverEdits(p, nil)
				d.ring("Storm ahead", chat, sub)
				time.Sleep(2 * time.Minute)

				at := time.Now()

				d.update(func(tx *store.Tx) error {
					taken, _, err := tx.ClaimEdit(1, "another run", at.Add(sendTimeout))
					if err == nil && !taken {
						t.Error("the other one could not claim the edit")
					}

					return err
				})
				d.join(2, "Herald")
				time.Sleep(10 * time.Second)

				if len(p.edited()) > 0 {
					t.Error("it was edited while another process did")
				}

				if other.noted {
					d.update(func(tx *store.Tx) error { return tx.Edited(1, time.Now()) })
				}

				time.Sleep(5 * time.Minute)
				stop()

				if len(p.edited()) != other.edits || other.edits > 0 && p.edited()[0].at.Sub(at) < other.before {
					t.Errorf("%d edits: %+v, claimed at %s", len(p.edited()), p.edited(), at)
				}
			})
		})
	}
}

// TestTheClaimOfADeadRunIsVoid: who starts does not wait for an edit of the run before.
func TestTheClaimOfADeadRunIsVoid(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliverUpdating(p, false, nil)
		d.ring("Storm ahead", chat, sub)
		time.Sleep(2 * time.Minute)
		stop()
		d.update(func(tx *store.Tx) error {
			_, _, err := tx.ClaimEdit(1, "the run before", time.Now().Add(time.Hour))
			return err
		})
		d.join(2, "Herald")

		stop = d.deliverEdits(p, nil)

		time.Sleep(10 * time.Second)
		stop()

		if len(p.edited()) != 1 {
			t.Errorf("%d edits, want one", len(p.edited()))
		}
	})
}

// TestBothMessagesOfJoinedStoriesGrow: a chat has the messages of two stories that turn out to be one. Both are
// edited to name all outlets that tell it, then and when another one joins, and nothing alerts again.
func TestBothMessagesOfJoinedStoriesGrow(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliverEdits(p, nil)

		d.ring("Storm ahead", chat, sub)
		d.ring("Gale on its way", chat, sub)
		d.join(2, "Herald")
		d.join(3, "Ledger")
		time.Sleep(5 * time.Minute)
		synctest.Wait()

		before := len(p.edited())

		d.update(func(tx *store.Tx) error {
			_, err := tx.JoinPair(3, 2)
			return err
		})

		if err := d.store.JoinStories(t.Context(), nil); err != nil {
			t.Fatal(err)
		}

		time.Sleep(5 * time.Minute)
		synctest.Wait()
		d.join(2, "Gazette")
		time.Sleep(5 * time.Minute)
		stop()

		if len(p.told()) != 2 {
			t.Fatalf("%d messages, want two", len(p.told()))
		}

		edits := p.edited()[before:]
		if before != 2 || len(edits) != 4 {
			t.Fatalf("%d edits before the stories were joined and %d later, want 2 and 4", before, len(edits))
		}

		for i, e := range edits {
			want := []string{"Herald", "Ledger"}
			if i > 1 {
				want = append(want, "Gazette")
			}

			if got := names(e.m); !slices.Equal(got, want) || e.ref == edits[i^1].ref {
				t.Errorf("edit %d, of message %s: also in %v, want %v", i, e.ref, got, want)
			}
		}
	})
}
