package engine

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/store/engine/enginetest"
)

// sharedDatabase is one with all tables, a session that writes to it, and a way to join it.
func sharedDatabase(t *testing.T) (join func(now func() time.Time) *Process, s *Session) {
	t.Helper()
	enginetest.NeedsPostgres(t)

	e, writer := openTest(t)

	s = NewSession(e, writer)

	t.Cleanup(func() { s.Close() })

	join = func(now func() time.Time) *Process {
		x, err := e.join(t.Context(), Member{Name: "one", Roles: "poll,match", Heard: func(uint64) {}, Warn: func(string) {}}, now)
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { _ = x.Leave() })

		if err := x.Add(t.Context(), "match", "a", "b"); err != nil {
			t.Fatal(err)
		}

		return x
	}

	return join, s
}

// openTest opens a database with all tables.
func openTest(t *testing.T) (*postgres, *sql.DB) {
	t.Helper()
	return openTestAt(t, enginetest.Database(t, filepath.Join(t.TempDir(), "a.db")))
}

func openTestAt(t *testing.T, address string) (*postgres, *sql.DB) {
	t.Helper()

	dir, err := os.OpenRoot("../migrations")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()

	e, err := New(address, 0)
	if err != nil {
		t.Fatal(err)
	}

	writer, readers, err := e.Open(t.Context(), dir.FS())
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { writer.Close(); readers.Close() })

	return e.(*postgres), writer
}

// endLeases has the server's clock pass the end of all leases, as after a long silence.
func endLeases(t *testing.T, x *Process) {
	t.Helper()

	if _, err := x.db.ExecContext(t.Context(), "UPDATE leases SET until = 1 WHERE until > 0"); err != nil {
		t.Fatal(err)
	}
}

func take(t *testing.T, x *Process, names ...string) []Lease {
	t.Helper()

	taken, err := x.Take(t.Context(), names...)
	if err != nil {
		t.Fatal(err)
	}

	return taken
}

func write(ctx context.Context, s *Session, l Lease) error {
	if err := s.Begin(ctx, Write); err != nil {
		return err
	}

	if err := s.Fence(ctx, l); err != nil {
		return errors.Join(err, s.Rollback(ctx))
	}

	return s.Commit(ctx)
}

// TestALeaseIsOfOneProcess: who has it writes; another one gets it when it has ended or was given
// back, and after an end by itself what the first one writes is refused.
func TestALeaseIsOfOneProcess(t *testing.T) {
	join, s := sharedDatabase(t)
	one, two := join(time.Now), join(time.Now)

	first := append(take(t, one, "match"), take(t, one, "a")...)
	if len(first) != 2 || len(take(t, two, "match", "a", "b")) != 1 {
		t.Fatalf("the first took %v, or the second more than what was left", first)
	}

	if err := write(t.Context(), s, first[0]); err != nil {
		t.Fatalf("who has the lease: %v", err)
	}

	one.GiveBack(t.Context(), first[1])

	if len(take(t, two, first[1].Name)) != 1 {
		t.Error("what was given back was not to be had")
	}

	if err := write(t.Context(), s, first[0]); err != nil {
		t.Fatalf("after another lease was given back: %v", err)
	}

	var got []Lease

	for range 100 { // who has it may renew it in between
		endLeases(t, one)

		if got = take(t, two, "match"); len(got) == 1 {
			break
		}
	}

	if len(got) != 1 {
		t.Error("what had ended was not to be had")
	}

	if err := write(t.Context(), s, first[0]); !errors.Is(err, ErrFenced) {
		t.Errorf("who has lost the lease: %v, want ErrFenced", err)
	}

	if !errors.Is(one.Err(), ErrFenced) {
		t.Errorf("it does not know: %v", one.Err())
	}
}

// TestAProcessWhoseClockIsOffTakesNothing, and gives up what it has.
func TestAProcessWhoseClockIsOffTakesNothing(t *testing.T) {
	join, _ := sharedDatabase(t)
	off := join(func() time.Time { return time.Now().Add(-time.Hour) })

	if taken, err := off.Take(t.Context(), "match"); !errors.Is(err, ErrClock) || len(taken) > 0 {
		t.Errorf("took %v, %v; want ErrClock", taken, err)
	}

	var ahead atomic.Int64 // of a clock that is set while the process runs

	set := join(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	if len(take(t, set, "match")) != 1 {
		t.Error("a process whose clock is right was refused")
	}

	ahead.Store(int64(mostSkew + time.Second))
	<-set.Lost()

	if err := set.Err(); !errors.Is(err, ErrClock) {
		t.Errorf("it lost its lease for %v, want ErrClock", err)
	}

	good := join(time.Now)

	for taken := 0; taken == 0 && t.Context().Err() == nil; { // it is given back, not left to its end
		taken = len(take(t, good, "match"))
	}
}

// TestAProcessWhoseClockIsOffHasNoShare: the others share the hosts out without it, and with it again
// when its clock is right.
func TestAProcessWhoseClockIsOffHasNoShare(t *testing.T) {
	join, _ := sharedDatabase(t)
	good := join(time.Now)

	var ahead atomic.Int64

	set := join(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })

	for _, c := range []struct {
		ahead time.Duration
		want  int
	}{{0, 2}, {time.Hour, 1}, {0, 2}} {
		ahead.Store(int64(c.ahead))

		_ = set.ask(t.Context(), set.renewAll) // an error where the clock is off

		processes, _, err := good.Share(t.Context(), "poll", []string{"a", "b"})
		if err != nil || processes != c.want {
			t.Errorf("off by %s: %d processes share (%v), want %d", c.ahead, processes, err, c.want)
		}
	}
}

// TestAProcessThatRetiresHasNoShare, also when it has renewed its leases since: it goes on with what is
// under way. What it gives back is shared out as if it had left.
func TestAProcessThatRetiresHasNoShare(t *testing.T) {
	join, _ := sharedDatabase(t)
	stays, leaves := join(time.Now), join(time.Now)

	leaves.Retire(t.Context())

	if err := leaves.ask(t.Context(), leaves.renewAll); err != nil {
		t.Fatal(err)
	}

	processes, _, err := stays.Share(t.Context(), "poll", []string{"a", "b"})
	if err != nil || processes != 1 {
		t.Errorf("%d processes share (%v), want 1", processes, err)
	}
}

// TestAProcessThatIsTooOldStops when a newer one says so.
func TestAProcessThatIsTooOldStops(t *testing.T) {
	join, _ := sharedDatabase(t)

	x := join(time.Now)
	if _, err := x.db.ExecContext(t.Context(), "UPDATE facts SET value = $1 WHERE name = $2", x.postgres.knows+1, oldestFact); err != nil {
		t.Fatal(err)
	}

	<-x.Lost()

	if err := x.Err(); !errors.Is(err, ErrStop) {
		t.Errorf("%v, want an error after which the program stops", err)
	}
}

// TestSignalsReachTheOtherProcesses, and not oneself.
func TestSignalsReachTheOtherProcesses(t *testing.T) {
	enginetest.NeedsPostgres(t)

	e, _ := openTest(t)
	heard := make(chan uint64, 100)

	listener, err := e.Join(t.Context(), Member{Heard: func(bits uint64) { heard <- bits }, Warn: func(s string) { t.Error(s) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Leave() }()

	speaker, err := e.Join(t.Context(), Member{Heard: func(uint64) {}, Warn: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = speaker.Leave() }()

	for {
		speaker.Announce(1 << 3)

		select {
		case bits := <-heard:
			if bits != 1<<3 {
				t.Errorf("heard %b", bits)
			}

			return
		case <-time.After(time.Second): // it did not listen yet
		}
	}
}

// TestWhereNoNotificationComesThroughEachLooks, and says so once; leases need no session.
func TestWhereNoNotificationComesThroughEachLooks(t *testing.T) {
	enginetest.NeedsPostgres(t)

	file := filepath.Join(t.TempDir(), "a.db")
	direct, _ := openTestAt(t, enginetest.Database(t, file))

	e, err := New(enginetest.StartPooler(t, enginetest.Database(t, file)), 0)
	if err != nil {
		t.Fatal(err)
	}

	pooled := e.(*postgres)
	pooled.knows = direct.knows

	heard, warned := make(chan uint64, 100), make(chan string, 100)

	x, err := pooled.Join(t.Context(), Member{Heard: func(bits uint64) { heard <- bits }, Warn: func(s string) { warned <- s }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Leave() }()

	if err := x.Add(t.Context(), "match"); err != nil {
		t.Fatal(err)
	}

	if len(take(t, x, "match")) != 1 {
		t.Error("a lease is not to be had through a pooler")
	}

	for range 3 {
		select {
		case bits := <-heard:
			if bits != allSignals {
				t.Errorf("heard %b", bits)
			}
		case <-time.After(time.Minute):
			t.Fatal("nobody looks by itself")
		}
	}

	if said := <-warned; len(warned) > 0 || !strings.Contains(said, "looks every second") {
		t.Errorf("it says %q, and %d more", said, len(warned))
	}
}

// TestAPoolerThatForgetsStatements is told by a sentence that says what to write, and is enough for
// a session once that is written.
func TestAPoolerThatForgetsStatements(t *testing.T) {
	enginetest.NeedsPostgres(t)

	address := enginetest.StartOldPooler(t, enginetest.Database(t, filepath.Join(t.TempDir(), "a.db")))

	for written, want := range map[string]string{"": "default_query_exec_mode=cache_describe", "&default_query_exec_mode=cache_describe": ""} {
		e, err := New(address+written, 0)
		if err != nil {
			t.Fatal(err)
		}

		pool := e.(*postgres).pool(1)
		defer pool.Close()

		s := NewSession(e, pool)
		defer s.Close()

		for range 3 {
			err = errors.Join(err, s.Begin(t.Context(), Read), s.Query(t.Context(), "SELECT CAST($1 AS BIGINT)", []any{7}, func(scan func(...any) error) error {
				var n int64
				return scan(&n)
			}), s.Commit(t.Context()))
		}

		if err = e.Explain(err); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("with %q behind the address: %v, want %q", written, err, want)
		}
	}
}

// TestProgramsOfTwoVersions: an older program may begin on newer tables only if they say so, and
// say so for themselves.
func TestProgramsOfTwoVersions(t *testing.T) {
	enginetest.NeedsPostgres(t)

	e, writer := openTest(t)

	for _, c := range []struct {
		oldest, forVersion int64
		allowed            bool
	}{{oldestKnown, 9999, true}, {e.knows + 1, 9999, false}, {oldestKnown, e.knows, false}} {
		for name, value := range map[string]int64{oldestFact: c.oldest, oldestForFact: c.forVersion} {
			if _, err := writer.ExecContext(t.Context(), "UPDATE facts SET value = $1 WHERE name = $2", value, name); err != nil {
				t.Fatal(err)
			}
		}

		if err := e.allowOlder(t.Context(), writer, 9999); (err == nil) != c.allowed {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestAFrozenProcessDoesNotTrustItsLease: however it was frozen, it knows before it acts, by either of
// its clocks; what is under no lease may go on.
func TestAFrozenProcessDoesNotTrustItsLease(t *testing.T) {
	for name, c := range map[string]struct {
		renewed time.Time
		why     error
		want    bool
	}{
		"renewed just now":         {time.Now(), nil, true},
		"renewed long ago":         {time.Now().Add(-leaseTrust), nil, false},
		"the wall clock ran on":    {time.Now().Round(0).Add(-leaseTrust), nil, false},
		"lost":                     {time.Now(), ErrUnsure, false},
		"renewed by a second less": {time.Now().Add(time.Second - leaseTrust), nil, true},
	} {
		l := Lease{process: &Process{renewed: c.renewed, why: c.why}}
		if got := IsTrusted(l.Within(t.Context())); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}

	if !IsTrusted(t.Context()) {
		t.Error("what is done under no lease is not to be done")
	}
}
