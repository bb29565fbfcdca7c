package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"newsbell/store/engine"
)

// valueTuples is "(?, ?), (?, ?)" for rows of width columns. SQLite looks named
// parameters up one by one: with the hundreds of a multi-row insert that would
// be most of its work.
func valueTuples(width, rows int) string {
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// session is a connection with what a group of writes keeps meanwhile.
type session struct {
	*engine.Session

	// shared is what a group of writes has read of articles (Tx.sharedContexts);
	// nil: it is not kept.
	shared map[int64]sharedContext
	// tallies are what the group of writes has counted.
	tallies map[tally]int64
	// began is when the group's transaction did.
	began time.Time
	// gone: the transaction was rolled back underneath a group of writes.
	gone bool

	dictionaries *dictionaries // of the store
}

// typedTuples is tuples where nothing else says of which types the columns are: "BIGINT"
// or "TEXT".
func typedTuples(rows int, types ...string) string {
	first := make([]string, len(types))
	for i, t := range types {
		first[i] = "CAST(? AS " + t + ")"
	}

	text := "(" + strings.Join(first, ", ") + ")"
	if rows > 1 {
		text += ", " + valueTuples(len(types), rows-1)
	}

	return text
}

// Tx is a transaction. It must not outlive the function it was given to, nor be
// used by two goroutines.
type Tx struct {
	session *session
	ctx     context.Context //nolint:containedctx // as sql.Tx keeps its own: a Tx lives within one call of Update or View
	// Now is the moment of the transaction: one time for all its rows.
	Now time.Time
	// raised are the signals to give, drops the alerts to tell of, after the commit.
	raised []Signal
	drops  []Drop
	// logged are the changes that were noted.
	logged []Change
	// tallies count what ended, to be written with the group.
	tallies map[tally]int64
	// changed is how many rows its statements have changed.
	changed int64
	// snapshot: it reads, what is committed alone. knowsDictionaries: see readDictionaries.
	snapshot, knowsDictionaries bool
}

func (t *Tx) exec(query string, args ...any) (int64, error) {
	n, err := t.session.Exec(t.ctx, query, args)
	t.changed += n

	return n, err
}

// run is exec where it does not matter how many rows a statement changes.
func (t *Tx) run(statement string, args ...any) error {
	_, err := t.exec(statement, args...)
	return err
}

// execAll runs statements that take the same arguments.
func (t *Tx) execAll(args []any, statements ...string) error {
	for _, statement := range statements {
		if _, err := t.exec(statement, args...); err != nil {
			return err
		}
	}

	return nil
}

// one reads a row; a missing one is ErrNotFound.
func (t *Tx) one(query string, args []any, into ...any) error {
	found := false

	err := t.rows(query, args, func(scan scanFunc) error {
		if found {
			return nil
		}

		found = true

		return scan(into...)
	})
	if err == nil && !found {
		err = ErrNotFound
	}

	return err
}

// oneOrNone is one, but a missing row is no error: it leaves into as it is.
func (t *Tx) oneOrNone(query string, args []any, into ...any) error {
	err := t.one(query, args, into...)
	if errors.Is(err, ErrNotFound) {
		return nil
	}

	return err
}

// scanFunc reads the columns of the current row, as [sql.Rows.Scan] does.
type scanFunc = func(into ...any) error

// rows calls each for every row.
func (t *Tx) rows(query string, args []any, each func(scan scanFunc) error) error {
	return t.session.Query(t.ctx, query, args, each)
}

// change changes a row, or returns ErrNotFound if there is none to change.
func (t *Tx) change(statement string, args ...any) error {
	n, err := t.exec(statement, args...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}

	return err
}

// readAll reads every row of a query with read.
func readAll[T any](t *Tx, query string, args []any, read func(scan scanFunc) (T, error)) (all []T, err error) {
	err = t.rows(query, args, func(scan scanFunc) error {
		one, err := read(scan)
		all = append(all, one)

		return err
	})

	return all, err
}

// readColumn reads a query of one column.
func readColumn[T any](t *Tx, query string, args ...any) ([]T, error) {
	return readAll(t, query, args, func(scan scanFunc) (value T, err error) {
		err = scan(&value)
		return value, err
	})
}

// readSet reads a query of one column as a set.
func readSet[T comparable](t *Tx, query string, args ...any) (map[T]bool, error) {
	values, err := readColumn[T](t, query, args...)

	set := make(map[T]bool, len(values))
	for _, value := range values {
		set[value] = true
	}

	return set, err
}

// readMap reads a query of two columns, a unique key and its value.
func readMap[K comparable, V any](t *Tx, query string, args ...any) (map[K]V, error) {
	values := map[K]V{}

	return values, eachPair(t, query, args, func(key K, value V) { values[key] = value })
}

// readLists reads a query of two columns, a key and one of its values.
func readLists[K comparable, V any](t *Tx, query string, args ...any) (map[K][]V, error) {
	lists := map[K][]V{}

	return lists, eachPair(t, query, args, func(key K, value V) { lists[key] = append(lists[key], value) })
}

// eachPair calls each for every row of a query of two columns.
func eachPair[A, B any](t *Tx, query string, args []any, each func(A, B)) error {
	return t.rows(query, args, func(scan scanFunc) error {
		var (
			a A
			b B
		)

		err := scan(&a, &b)
		if err == nil {
			each(a, b)
		}

		return err
	})
}

// eachTriple calls each for every row of a query of three columns.
func eachTriple[A, B, C any](t *Tx, query string, args []any, each func(A, B, C)) error {
	return t.rows(query, args, func(scan scanFunc) error {
		var (
			a A
			b B
			c C
		)

		err := scan(&a, &b, &c)
		if err == nil {
			each(a, b, c)
		}

		return err
	})
}

// firstOf returns the first of what a query found, or ErrNotFound.
func firstOf[T any](found []T, err error) (first T, _ error) {
	if err != nil {
		return first, err
	}

	if len(found) == 0 {
		return first, ErrNotFound
	}

	return found[0], nil
}

// View runs do on a snapshot that does not change underneath it.
func (s *Store) View(ctx context.Context, do func(*Tx) error) (err error) {
	reader, err := s.readers.take(ctx)
	if err != nil {
		return err
	}
	defer s.readers.giveBack(reader)

	if err := beginToRead(ctx, reader); err != nil {
		return s.explain(fmt.Errorf("begin to read: %w", err))
	}

	defer func() {
		if end := reader.Rollback(ctx); end != nil && err == nil {
			err = fmt.Errorf("end reading: %w", end)
		}
	}()

	return s.explain(do(&Tx{session: reader, ctx: ctx, Now: time.Now().UTC(), snapshot: true}))
}

// Read returns what a function reads in a View of its own.
func Read[T any](ctx context.Context, s *Store, read func(*Tx) (T, error)) (found T, err error) {
	err = s.View(ctx, func(t *Tx) (err error) {
		found, err = read(t)
		return err
	})

	return found, err
}

// readers are the sessions that read. The one that was used last is taken first: its statements
// are prepared already, and the others have connections only when many read at once.
type readers struct {
	slots chan struct{} // one for each that is free

	mu   sync.Mutex
	free []*session
}

func newReaders(e engine.Engine, pool *sql.DB, known *dictionaries) *readers {
	r := &readers{slots: make(chan struct{}, engine.Readers)}

	for range engine.Readers {
		r.giveBack(&session{Session: engine.NewSession(e, pool), dictionaries: known})
	}

	return r
}

// take waits until one is free or ctx ends.
func (r *readers) take(ctx context.Context) (*session, error) {
	select {
	case <-r.slots:
	case <-ctx.Done():
		return nil, ctx.Err()
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	last := len(r.free) - 1
	one := r.free[last]
	r.free = r.free[:last]

	return one, nil
}

func (r *readers) giveBack(one *session) {
	r.mu.Lock()
	r.free = append(r.free, one)
	r.mu.Unlock()

	r.slots <- struct{}{}
}

// close waits until nobody reads, and closes the connections.
func (r *readers) close() error {
	for range engine.Readers {
		<-r.slots
	}

	var errs []error
	for _, one := range r.free {
		errs = append(errs, one.Close())
	}

	return errors.Join(errs...)
}

// longestAway is how long a look at the database waits for a server that is away: a person
// or a page waits for it.
const longestAway = 5 * time.Second

func beginToRead(ctx context.Context, reader *session) error {
	ctx, cancel := context.WithTimeout(ctx, longestAway)
	defer cancel()

	return reader.Begin(ctx, engine.Read)
}

// toMillis is how a time stands in a table.
func toMillis(t time.Time) int64 { return t.UnixMilli() }

// nullMillis is NULL for the zero time.
func nullMillis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func fromNull(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}

	return fromMillis(ms.Int64)
}

// mostSlots is the length of the longest list that one statement takes.
const mostSlots = 256

// slotCount is how long a list has to be in a statement to hold n: few lengths, so
// that each text is parsed once. What is not needed is filled up with zeros, which
// no row is named.
func slotCount(n int) int {
	for _, size := range [...]int{1, 4, 16, 64} {
		if n <= size {
			return size
		}
	}

	return mostSlots
}

// inList is "(?, ?, ?)" for numbers, and the numbers.
func inList(numbers []int64) (text string, args []any) {
	n := slotCount(len(numbers))

	args = make([]any, n)
	for i := range args {
		args[i] = int64(0)
		if i < len(numbers) {
			args[i] = numbers[i]
		}
	}

	return valueTuples(n, 1), args
}

// Signal says that a table has new work. It only wakes a loop, which looks on a timer too: a signal
// that is lost costs seconds, never an alert.
type Signal int

// The signals.
const (
	NewArticles   Signal = iota // articles to match
	NewAlerts                   // alerts or messages to deliver
	OutletsJoined               // stories that another outlet tells: their alerts are to be edited
	NewThreads                  // messages below which a thread is to open
	NewCrossposts               // messages that are to be published
	NewSources                  // sources to poll
	ChatsWoken                  // chats for which old alerts wait
	ClockFixed                  // the clock was set back: times that were noted are void
	NewHubs                     // hubs to ask for pushes
	signalCount
)

// Wakes are the signals for one consumer: a channel for each that holds one, so that many changes are
// one wake-up.
type Wakes struct {
	channels [signalCount]chan struct{}
}

func newWakes() *Wakes {
	w := &Wakes{}
	for i := range w.channels {
		w.channels[i] = make(chan struct{}, 1)
	}

	return w
}

// Wait is the channel on which a signal arrives.
func (w *Wakes) Wait(signal Signal) <-chan struct{} { return w.channels[signal] }

// signals passes signals on to their consumers.
type signals struct {
	common *Wakes // of whoever calls Store.Wait

	mu    sync.Mutex
	wakes []*Wakes
}

func (s *signals) init() {
	s.common = newWakes()
	s.wakes = []*Wakes{s.common}
}

func (s *signals) raise(raised []Signal) {
	if len(raised) == 0 {
		return
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	for _, w := range s.wakes {
		for _, r := range raised {
			select {
			case w.channels[r] <- struct{}{}:
			default:
			}
		}
	}
}

// Wait is the channel on which a signal arrives. Each signal has one consumer; others
// Subscribe.
func (s *Store) Wait(signal Signal) <-chan struct{} { return s.signal.common.Wait(signal) }

// Subscribe returns the signals for another consumer, until it calls end.
func (s *Store) Subscribe() (w *Wakes, end func()) {
	w = newWakes()

	s.signal.mu.Lock()
	defer s.signal.mu.Unlock()

	s.signal.wakes = append(s.signal.wakes, w)

	return w, func() {
		s.signal.mu.Lock()
		defer s.signal.mu.Unlock()

		s.signal.wakes = slices.DeleteFunc(s.signal.wakes, func(other *Wakes) bool { return other == w })
	}
}

func (t *Tx) raise(s Signal) { t.raised = append(t.raised, s) }

// One goroutine writes, over one connection. Calls of Update queue up for it, and those that wait
// together are committed together, each in a savepoint of its own, so that one that fails is undone
// alone. On a disk that syncs in a fraction of a millisecond this makes ten and more times as many
// small transactions a second.

// tx is a transaction of the writer's that begins now.
func (s *Store) tx(ctx context.Context) *Tx {
	return &Tx{session: s.writer, ctx: ctx, Now: time.Now().UTC()}
}

// mostTogether and longestTogether bound a group: the writer is never held for long at a stretch.
// longestBatch is how long the claims and outcomes take that are then written together: how many
// those are is learned (Store.together).
const (
	mostTogether    = 256
	longestTogether = 10 * time.Millisecond
	longestBatch    = engine.LongestTransaction
)

// write is one call of Update.
type write struct {
	ctx context.Context //nolint:containedctx // of the caller, who waits until it is written
	do  func(*Tx) error
	// claim and settle, in place of do: it is written in one batch with the others
	// of the group.
	claim  *claimRequest
	settle *settleRequest
	lazy   bool // see Store.UpdateLazily

	raised []Signal
	drops  []Drop
	err    error
	done   chan struct{}
}

// Update runs do in a write transaction, waiting for its turn. An error of do
// rolls its changes back and is returned as it is. The changes are on disk when
// Update returns nil. Once do has begun, the end of ctx does not stop it: what
// is being decided is decided. A server may undo a transaction (engine.IsAgain): then do is run
// again. So it assigns what it finds, and adds to nothing that was there before it
// (TestUpdatesMayRunAgain).
func (s *Store) Update(ctx context.Context, do func(*Tx) error) error {
	return s.submit(&write{ctx: ctx, do: do})
}

// UpdateLazily is Update for what nobody has been told of: it is on disk with the next Update or Claim
// that writes anything, and until then a power failure undoes it, as if what it is about had not happened yet.
func (s *Store) UpdateLazily(ctx context.Context, do func(*Tx) error) error {
	return s.submit(&write{ctx: ctx, do: do, lazy: true})
}

// UpdateAll is Update for many that nobody waits for one by one: they are committed together as far as
// one group takes them, and each fails by itself. They may be undone as in UpdateLazily.
func (s *Store) UpdateAll(ctx context.Context, all []func(*Tx) error) []error {
	writes := make([]*write, len(all))

	errs := make([]error, len(all))
	for i, do := range all {
		writes[i] = &write{ctx: ctx, do: do, lazy: true}
		errs[i] = s.queue(writes[i])
	}

	for i, w := range writes {
		if errs[i] == nil {
			errs[i] = s.await(w)
		}
	}

	return errs
}

// submit waits until a write is done.
func (s *Store) submit(w *write) error {
	if err := s.queue(w); err != nil {
		return err
	}

	return s.await(w)
}

func (s *Store) queue(w *write) error {
	w.done = make(chan struct{})
	select {
	case s.writes <- w:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

func (s *Store) await(w *write) error {
	<-w.done

	if w.err == nil && s.onDrop != nil {
		for _, d := range w.drops {
			s.onDrop(d)
		}
	}

	return w.err
}

func (s *Store) write() {
	defer close(s.closed)

	for w := <-s.writes; w != nil; w = s.waitForWrite() {
		group := s.commitGroup(w, s.nextWrite)
		s.runAgain(group)

		for _, w := range group {
			if w.err == nil {
				s.signal.raise(w.raised)
				s.announce(w.raised)
			}

			w.err = s.explain(w.err)
			close(w.done)
		}
	}
}

// announce raises signals in the other processes on the database.
func (s *Store) announce(raised []Signal) {
	process := s.process.Load()
	if process == nil {
		return
	}

	bits := uint64(0)
	for _, r := range raised {
		bits |= 1 << r
	}

	process.Announce(bits)
}

// fence refuses a write whose lease another process has taken. An outcome is what has
// happened: it is written, unless the message was claimed again (see settleSent).
func (s *Store) fence(ctx context.Context, w *write, held map[engine.Lease]error) error {
	l, ok := engine.LeaseOf(w.ctx)
	if !ok || w.settle != nil {
		return nil
	}

	err, asked := held[l]
	if !asked {
		err = s.writer.Fence(ctx, l)
		held[l] = err
	}

	return err
}

// mostRuns is how often a write is run that the server undoes, and longestPause how long the
// longest pause between two is.
const (
	mostRuns     = 5
	longestPause = 50 * time.Millisecond
)

// runAgain runs again what the server has undone for the sake of another transaction.
func (s *Store) runAgain(group []*write) {
	undone := group

	for range mostRuns - 1 {
		undone = slices.DeleteFunc(slices.Clone(undone), func(w *write) bool { return !engine.IsAgain(w.err) })
		if len(undone) == 0 {
			return
		}

		time.Sleep(rand.N(longestPause))

		rest := undone
		next := func(int, time.Time) (w *write) {
			if len(rest) > 0 {
				w, rest = rest[0], rest[1:]
			}

			return w
		}

		for w := next(0, time.Time{}); w != nil; w = next(0, time.Time{}) {
			s.commitGroup(w, next)
		}
	}
}

// commitGroup runs a write, and those that come next, in one transaction. It returns those
// that it ran.
func (s *Store) commitGroup(first *write, next func(size int, began time.Time) *write) []*write {
	group := []*write{first}

	ctx := context.WithoutCancel(first.ctx)

	mode := engine.Write
	if first.lazy {
		mode = engine.WriteLazy
	}

	if err := s.writer.Begin(first.ctx, mode); err != nil {
		first.err = fmt.Errorf("begin a transaction: %w", err)
		return group
	}

	s.writer.shared, s.writer.tallies, s.writer.gone = map[int64]sharedContext{}, map[tally]int64{}, false
	s.writer.began = time.Now()
	held := map[engine.Lease]error{}

	var batch []*write

	for w := first; w != nil; {
		if w.err = w.ctx.Err(); w.err == nil {
			w.err = s.fence(ctx, w, held)
		}

		switch {
		case w.err != nil:
		case w.do == nil:
			batch = append(batch, w)
		case w == first:
			// With nobody else in the transaction yet, all of it is undone if this one fails.
			if w.err = w.runAlone(s.tx(ctx)); w.err != nil {
				_ = s.writer.Rollback(ctx) // it fails where the engine has rolled back by itself
				return group
			}
		default:
			w.err = w.run(s.tx(ctx))
		}

		if s.writer.gone {
			break
		}

		if w = next(len(group), s.writer.began); w != nil {
			group = append(group, w)
		}
	}

	s.endGroup(ctx, group, batch)

	return group
}

// endGroup runs the writes of a group that share a statement, and commits it.
func (s *Store) endGroup(ctx context.Context, group, batch []*write) {
	alone := len(group) == 1
	if !s.writer.gone {
		s.runBatch(ctx, batch, alone)
	}

	if alone && group[0].err != nil { // as the first of commitGroup
		_ = s.writer.Rollback(ctx)
		return
	}

	if err := s.commitWritten(group[0].ctx); err != nil {
		// The rollback fails where the engine has rolled back by itself.
		_ = s.writer.Rollback(ctx)

		for _, w := range group {
			if w.err == nil {
				w.err = fmt.Errorf("commit: %w", err)
			}
		}
	}
}

// commitWritten commits what a group has written, with what it has counted.
func (s *Store) commitWritten(ctx context.Context) error {
	if s.writer.gone {
		return errRolledBack
	}

	t := s.tx(context.WithoutCancel(ctx))
	t.tallies = s.writer.tallies

	if err := t.saveTallies(); err != nil {
		return err
	}

	return s.writer.Commit(ctx)
}

// runBatch runs the claims and outcomes of a group, all by the same few statements
// or, if that fails, each by itself. alone: there is one, and it has the transaction for itself.
func (s *Store) runBatch(ctx context.Context, batch []*write, alone bool) {
	if len(batch) == 0 {
		return
	}

	most := s.together.Rows(mostTogether)
	began := time.Now()
	all := &write{do: func(t *Tx) error { return t.claimAndSettle(batch) }}

	run := all.run
	if alone {
		run = all.runAlone
	}

	err := run(s.tx(ctx))

	s.together.Note(time.Since(began), len(batch) >= most)

	if err == nil || len(batch) == 1 {
		batch[0].err, batch[0].raised, batch[0].drops = err, all.raised, all.drops
		return
	}

	for _, w := range batch {
		if s.writer.gone {
			return
		}

		alone := &write{do: func(t *Tx) error { return t.claimAndSettle([]*write{w}) }}
		w.err = alone.run(s.tx(ctx))
		w.raised, w.drops = alone.raised, alone.drops
	}
}

func (t *Tx) claimAndSettle(batch []*write) error {
	var (
		claims   []*claimRequest
		outcomes []*settleRequest
	)

	for _, w := range batch {
		if w.claim != nil {
			w.claim.out = nil // of a run that was undone
			claims = append(claims, w.claim)
		} else {
			w.settle.slept = false
			outcomes = append(outcomes, w.settle)
		}
	}
	// Outcomes first: a chat whose message is settled may be claimed for.
	if err := t.settle(outcomes); err != nil {
		return err
	}

	return t.claim(claims)
}

// errRolledBack: a full disk or a failing one can make SQLite roll the whole
// transaction back, and what would be written after that would be committed by
// itself. Nothing of the group has happened.
var errRolledBack = errors.New("the transaction was rolled back by the failure of another write")

// waitForWrite waits for the first write of a group; it is nil once the store is closed.
func (s *Store) waitForWrite() *write {
	if w := s.held; w != nil {
		s.held = nil
		return w
	}

	return <-s.writes
}

// nextWrite is the next write of a group, nil if nobody waits or it is large enough. A lazy group is left
// to the lazy, so that what has to be on disk begins the next one.
func (s *Store) nextWrite(size int, began time.Time) *write {
	if size >= s.together.Rows(mostTogether) || time.Since(began) > longestTogether {
		return nil
	}

	select {
	case w := <-s.writes: // nil once closed
		if w != nil && !w.lazy && s.writer.IsLazy() {
			s.held = w
			return nil
		}

		return w
	default:
		return nil
	}
}

func (w *write) run(t *Tx) error {
	if _, err := t.exec("SAVEPOINT one"); err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}

	err := w.do(t)
	if err != nil {
		if _, undo := t.exec("ROLLBACK TO one"); undo != nil {
			t.session.gone = true
			return errors.Join(err, undo)
		}
	}

	if _, end := t.exec("RELEASE one"); end != nil {
		t.session.gone = true
		return errors.Join(err, end)
	}

	if err == nil {
		w.keep(t)
	}

	return err
}

// runAlone runs a write that has the transaction for itself.
func (w *write) runAlone(t *Tx) error {
	err := w.do(t)
	if err == nil {
		w.keep(t)
	}

	return err
}

// keep keeps what is to be done once the write is committed.
func (w *write) keep(t *Tx) {
	w.raised, w.drops = t.raised, t.drops

	for what, n := range t.tallies {
		t.session.tallies[what] += n
	}
}
