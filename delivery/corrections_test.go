package delivery

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// A headline that an outlet changes after it was told is shown by an edit, with the old one and
// when; one that is changed back is no correction.
func TestACorrectedHeadlineIsSaid(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		stop := d.deliverEdits(p, nil)
		d.ring("Storm kills 30 in Varna", chat, sub)
		time.Sleep(time.Second)
		synctest.Wait()

		var told news.Article

		d.update(func(tx *store.Tx) error {
			a, err := tx.LastAlert(chat)
			told = a.Article.News

			return err
		})

		change := func(title string) {
			t.Helper()
			time.Sleep(2 * time.Minute)
			synctest.Wait()

			told.Title = title

			d.update(func(tx *store.Tx) error {
				return storetest.Poll(tx, d.source, told)
			})
			time.Sleep(2 * time.Minute)
			synctest.Wait()
		}

		change("Storm kills 3 in Varna")
		stop()

		if len(p.edited()) != 1 || len(p.told()) != 1 {
			t.Fatalf("%d edits, %d messages", len(p.edited()), len(p.told()))
		}

		a := p.edited()[0].m.Alert
		at := time.Now().Add(-2 * time.Minute).UTC().Format("15:04")

		if note := a.Note; a.Title != "Storm kills 3 in Varna" || len(note) == 0 {
			t.Errorf("title %q, note %v", a.Title, note)
		}

		text := p.edited()[0].m.String()
		if want := "Updated " + at + ": the headline was “Storm kills 30 in Varna”"; !strings.Contains(text, want) {
			t.Errorf("%s\nwant %q", text, want)
		}

		stop = d.deliverEdits(p, nil)
		defer stop()

		d.join(2, "Herald")
		time.Sleep(2 * time.Minute)
		synctest.Wait()

		synctest.Wait()

		if text := p.edited()[len(p.edited())-1].m.String(); !strings.Contains(text, "Updated "+at) || !strings.Contains(text, "Herald") {
			t.Errorf("the next edit forgets the correction:\n%s", text)
		}

		change("Storm kills 30 in Varna")
		synctest.Wait()

		if text := p.edited()[len(p.edited())-1].m.String(); strings.Contains(text, "Updated") {
			t.Errorf("changed back, and yet:\n%s", text)
		}
	})
}

// An article that nobody was told of yet is not corrected: it is told as it is now.
func TestAHeadlineThatChangesBeforeItIsToldIsNoCorrection(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		d.ring("Storm ahead", chat, sub)

		var told news.Article

		d.update(func(tx *store.Tx) error {
			waiting, err := tx.WaitingAlerts(chat, 1)
			if err != nil {
				return err
			}

			told = waiting[0].Article.News
			told.Title = "Storm over"

			return storetest.Poll(tx, d.source, told)
		})

		stop := d.deliverEdits(p, nil)

		time.Sleep(10 * time.Minute)
		stop()

		if len(p.told()) != 1 || len(p.edited()) != 0 || strings.Contains(p.told()[0].m.String(), "Updated") {
			t.Errorf("%d messages, %d edits", len(p.told()), len(p.edited()))
		}
	})
}

// TestAnEditWithoutOthers: where no other outlet tells the story, "also" is an empty list.
func TestAnEditWithoutOthers(t *testing.T) {
	line, err := json.Marshal(EditEvent{Message: 1, Alerts: []int64{1}, Also: alsoNames(nil)})
	if err != nil || !strings.Contains(string(line), `"also":[]`) {
		t.Errorf("%s, %v", line, err)
	}
}
