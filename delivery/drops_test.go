package delivery

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/store"
)

// TestADroppedAlertIsReportedAndLogged: also when it is not delivery that
// decides so.
func TestADroppedAlertIsReportedAndLogged(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		var (
			log    bytes.Buffer
			events []Event
		)

		store.OnDrop(DropReporter(slog.New(slog.NewTextHandler(&log, nil)), func(e Event) { events = append(events, e) }))(d.store)
		chat, sub := d.follower("1")
		d.update(func(tx *store.Tx) error { return tx.Pause(chat, time.Time{}) })
		d.ring("Storm", chat, sub)
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		d.update(func(tx *store.Tx) error { _, err := tx.MarkAway(); return err })

		if len(events) != 1 || events[0] != Event(DropEvent{ID: 1, Reason: store.DroppedAway}) {
			t.Errorf("events: %+v", events)
		}

		if !strings.Contains(log.String(), "alert=1 reason=away") {
			t.Errorf("the log: %s", &log)
		}
	})
}
