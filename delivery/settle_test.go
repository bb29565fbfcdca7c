package delivery

import (
	"context"
	"database/sql"
	"log/slog"
	"testing"
	"time"

	"newsbell/adapters/gate"
	"newsbell/store/engine/enginetest"
)

// TestAStopDoesNotWaitForADatabaseThatTakesNoOutcome: what was sent is settled again
// and again, but a stop ends that within its bound, and the attempt stays claimed, so
// that the next start looks for it.
func TestAStopDoesNotWaitForADatabaseThatTakesNoOutcome(t *testing.T) {
	enginetest.NeedsFile(t)

	bubble(t, func(t *testing.T, d *desk) {
		p := &platform{}
		chat, sub := d.follower("1")
		d.ring("Storm", chat, sub)

		db, err := sql.Open("sqlite", d.path)
		if err != nil {
			t.Fatal(err)
		}

		if _, err := db.ExecContext(t.Context(), `CREATE TRIGGER stuck BEFORE UPDATE OF state ON messages BEGIN SELECT RAISE(ABORT, 'stuck'); END`); err != nil {
			t.Fatal(err)
		}

		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)

		delivery := New(Config{Store: d.store, Lanes: []Lane{{Adapter: p, Gate: gate.New(gate.Limits{})}}, Burst: 10, Summary: 300, Log: slog.New(slog.DiscardHandler)})

		go func() { ended <- delivery.Run(ctx) }()

		time.Sleep(time.Minute)
		stop()

		stopped := time.Now()

		if err := <-ended; err == nil {
			t.Error("the run ended as if all was well")
		}

		if waited := time.Since(stopped); len(p.told()) != 1 || waited < settleTimeout || waited > settleTimeout+lastSettlePause {
			t.Errorf("%d sent, the stop took %s", len(p.told()), waited)
		}

		var claimed int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM messages WHERE state = 'open' AND claimed_by <> ''").Scan(&claimed); err != nil || claimed != 1 {
			t.Errorf("%d claimed (%v), want 1", claimed, err)
		}

		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}
