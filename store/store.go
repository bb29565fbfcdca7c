// Package store is the database: every table, every statement.
//
// One SQLite file, or one database on a PostgreSQL server, is the border between the loops of the
// program. Each loop takes its work from a table and leaves its result in a table, with "done" in
// the transaction of the last of it.
//
// # Transactions
//
// [Store.Update] runs a function in a write transaction. There is one writer at a time, on a
// server also among the processes that share the database, and what it wrote is on disk when
// Update returns nil. Calls that wait at the same time are committed together, each in a savepoint
// of its own: one that fails is undone alone. A server may undo a transaction for the sake of
// another one; then the function runs again, so it assigns its results and never adds to them.
//
// [Store.View] runs a function on a snapshot. It never waits for the writer.
//
// Most operations are methods of [Tx], so that they compose into one transaction. What takes
// several transactions (SaveMatches, JoinStories, Sweep) is a method of [Store]; it goes on where
// it was interrupted. Signals to the other loops are given after the commit. They may be lost:
// every loop looks on a timer too.
//
// # States
//
//	alert    waiting → sent, folded (a digest only counts it) or dropped (with a reason)
//	message  open → sent or failed
//	chat     active ↔ paused (somebody asked for it) or asleep (the platform lets nothing in)
//
// An alert is unique by story, chat and edition, so writing one again adds nothing. [Store.Claim]
// puts a chat's due alerts into a message and writes the attempt, its nonce and the time of the
// next attempt before anything is sent; [Store.Settle] writes the outcome. A chat has one message
// under way at a time. No alert ends but in settle.go.
//
// # After a kill
//
//	killed while                     what follows
//	a poll is saved                  the source is due as before and is polled again
//	the alerts of an article are     the article is unmatched still and is matched again: what was
//	written                          written stays as it is
//	a message is sent                its claim has no outcome: the next claimer is told so
//	                                 (Outgoing.Unsure) and looks in the chat first
//	old rows are deleted             the next sweep deletes the rest
//
// # Files
//
// A table stands in the file named after it, a small one in that of what it belongs to:
//
//	alerts.go         alerts, alert_matches, reactions, declined
//	articles.go       articles, briefed, dictionaries
//	bundles.go        bundle_sources, chat_bundles
//	chats.go          chats, managers, server_roles, blocked
//	messages.go       messages, crossposts, threads
//	mutes.go          mutes
//	polls.go          seen, source_states
//	related.go        related, related_postings, related_terms, vectors
//	requests.go       requests, tokens, cursors, facts, log, server_logs, answers, model_tokens, web_keys, web_feeds
//	sources.go        sources, source_chats, hubs
//	statistics.go     tallies, subscription_days, sizes, samples
//	stories.go        stories, story_parts, story_followers, developments, corrections, doubts, joins, learned_words
//	subscriptions.go  subscriptions, topics, tombstones
//	targets.go        targets, target_codes
//	engine/           leases, processes
//
// A step that writes several tables stands in a file of its own: polls.go saves what a poll
// brought, matches.go what a batch of articles matched, claim.go takes alerts for sending,
// settle.go writes what became of them or ends them unsent, sweep.go deletes what is old. tx.go has
// the transactions themselves.
//
// Times are integer milliseconds since 1970, UTC; NULL or 0 is "not known". SQL keeps to what
// SQLite and PostgreSQL share ($1, ON CONFLICT, RETURNING).
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"newsbell/internal/failpoint"
	"newsbell/store/engine"
)

//go:embed migrations/*.sql migrations/postgres/*.sql
var migrations embed.FS

// Store is an open database. It is safe for concurrent use.
type Store struct {
	path     string // or address; the name of the engine is for people
	engine   engine.Engine
	pools    []*sql.DB
	writer   *session // of the writing goroutine
	readers  *readers
	writes   chan *write
	held     *write        // of the writing goroutine: it begins the next group
	together *engine.Pace  // of the writing goroutine: how many claims and outcomes are written at once
	closed   chan struct{} // the writing goroutine is done
	unlock   func() error  // see Lock
	signal   signals
	process  atomic.Pointer[Process] // see Join
	partly   bool                    // it may be one that a move was begun into: see Move
	onDrop   func(Drop)

	dictionaries *dictionaries // that it knows; texts are packed with the newest
}

// Option changes how a store is opened.
type Option func(*Store)

// ErrNotFound means that the row that was looked for is not there.
var ErrNotFound = errors.New("not found")

// Open opens a database, a SQLite file or postgres://…, creating or migrating its tables
// as needed. Before a migration of a file with data a copy is kept beside it
// (path.before-N). A database of a newer Newsbell is an error and stays untouched.
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	e, err := engine.New(path, failpoint.DiskPages())
	if err != nil {
		return nil, err
	}

	s := &Store{path: path, engine: e, writes: make(chan *write, mostTogether), together: engine.NewPace(longestBatch), closed: make(chan struct{})}
	s.signal.init()

	for _, set := range options {
		set(s)
	}

	if err := s.open(ctx); err != nil {
		return nil, errors.Join(s.explain(err), s.closePools())
	}
	go s.write()

	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}

	writer, readers, err := s.engine.Open(ctx, dir)
	for _, pool := range []*sql.DB{writer, readers} {
		if pool != nil {
			s.pools = append(s.pools, pool)
		}
	}

	if err == nil && !s.partly {
		err = engine.CheckWhole(ctx, s.engine, writer)
	}

	if err != nil {
		return err
	}

	s.dictionaries = newDictionaries()
	s.writer = &session{Session: engine.NewSession(s.engine, writer), dictionaries: s.dictionaries}
	s.readers = newReaders(s.engine, readers, s.dictionaries)

	return nil
}

// Exists reports whether Newsbell has been on a database before.
func Exists(ctx context.Context, path string) (bool, error) {
	e, err := engine.New(path, 0)
	if err != nil {
		return false, err
	}

	return e.Exists(ctx)
}

// DisplayName says which database one is, as people know it: without a password.
func DisplayName(path string) string {
	e, err := engine.New(path, 0)
	if err != nil {
		return "the database"
	}

	return e.Name()
}

// Move copies everything of a database to another, empty one, which may be of the other kind:
// the same rows with the same ids, and ids go on where they were. No Newsbell may run on
// either. The first stays as it was. What is written to the other is of no use until Move has
// returned nil: until then nothing but Move opens it, which begins anew. begin is told how many rows
// there are, and returns what is told of them as they are written.
func Move(ctx context.Context, from, to string, begin func(rows int64) (each func(rows int))) (err error) {
	var (
		tables  [2]*engine.Tables
		engines [2]engine.Engine
	)

	for i, path := range []string{from, to} {
		var options []Option
		if i == 1 {
			options = append(options, func(s *Store) { s.partly = true })
		}

		s, err := Open(ctx, path, options...)
		if err != nil {
			return err
		}
		defer s.Close()

		engines[i] = s.engine

		unlock, err := s.engine.Lock(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.engine.Name(), s.explain(err))
		}
		defer func() { err = errors.Join(err, unlock()) }()

		if tables[i], err = engine.OpenTables(s.engine); err != nil {
			return err
		}
		defer tables[i].Close()
	}

	if err := isEmpty(ctx, tables[1], engines[1].Name()); err != nil {
		return err
	}

	counts, total, err := countRows(ctx, tables[0])
	if err != nil {
		return err
	}

	if err := engine.CopyTables(ctx, tables[0], tables[1], begin(total)); err != nil {
		return fmt.Errorf("move to %s: %w", engines[1].Name(), engines[1].Explain(err))
	}

	return compareCounts(ctx, counts, tables[1])
}

func isEmpty(ctx context.Context, tables *engine.Tables, name string) error {
	if partly, err := tables.IsPartly(ctx); err != nil || partly {
		return err // what is there is of a move that was interrupted
	}

	for _, table := range []string{"sources", "chats", "articles"} {
		n, err := tables.Count(ctx, table)
		if err != nil {
			return err
		}

		if n > 0 {
			return fmt.Errorf("%s: there is something in it already: name an empty database or a new file", name)
		}
	}

	return nil
}

// countRows counts the rows of each table.
func countRows(ctx context.Context, tables *engine.Tables) (counts map[string]int64, total int64, err error) {
	names, err := tables.Names(ctx)
	if err != nil {
		return nil, 0, err
	}

	counts = map[string]int64{}
	for _, name := range names {
		if counts[name], err = tables.Count(ctx, name); err != nil {
			return nil, 0, err
		}

		total += counts[name]
	}

	return counts, total, nil
}

// compareCounts makes sure that a copy has as many rows as its original had.
func compareCounts(ctx context.Context, had map[string]int64, to *engine.Tables) error {
	has, _, err := countRows(ctx, to)
	if err != nil {
		return err
	}

	for name, n := range had {
		// A server's database has facts of its own.
		if has[name] < n || has[name] > n && name != "facts" {
			return fmt.Errorf("table %s has %d rows there and %d here: do not use the copy", name, n, has[name])
		}
	}

	return nil
}

// Close waits for running transactions and closes the database. Nothing may use the
// store any more.
func (s *Store) Close() error {
	close(s.writes)
	<-s.closed

	errs := []error{s.writer.Close(), s.readers.close(), s.closePools()}
	if process := s.process.Load(); process != nil {
		errs = append(errs, process.Leave())
	}

	if s.unlock != nil {
		errs = append(errs, s.unlock())
	}

	return errors.Join(errs...)
}

func (s *Store) closePools() error {
	var errs []error
	for _, db := range s.pools {
		errs = append(errs, db.Close())
	}

	return errors.Join(errs...)
}

// explain turns an error of the database into a sentence that says what to do.
func (s *Store) explain(err error) error { return s.engine.Explain(err) }

// The errors that people can do something about; package engine says what of each.
var (
	ErrStop  = engine.ErrStop // what every error is after which the program has to stop
	ErrBusy  = engine.ErrBusy
	ErrInUse = engine.ErrInUse
	ErrAway  = engine.ErrAway  // the server cannot be reached for now
	ErrSetup = engine.ErrSetup // the configuration, or the server's, has to change
)

// The errors that people can do something about and that are constants in package engine.
const (
	ErrFull        = engine.ErrFull
	ErrReplaced    = engine.ErrReplaced
	ErrLogReplaced = engine.ErrLogReplaced
)

// Lock makes this process the only one that runs on the database, until Close or
// the end of the process, however that comes. Reading (check, preview, backup)
// needs no lock. From here on a file that is deleted or replaced is noticed, and so is
// another process that has taken over a database on a server.
func (s *Store) Lock(ctx context.Context) error {
	unlock, err := s.engine.Lock(ctx)
	if err != nil {
		return err
	}

	if err = s.Update(ctx, func(t *Tx) error { return t.cleanUpStart(t.Now) }); err != nil {
		return errors.Join(err, unlock())
	}

	if err = s.View(ctx, (*Tx).readDictionaries); err != nil {
		return errors.Join(err, unlock())
	}

	s.unlock = unlock
	s.dictionaries.complete.Store(true) // from here on only this process adds one

	return nil
}

// TombstonesFor is how long a matcher that stands by hears of subscriptions that are gone.
const TombstonesFor = 24 * time.Hour

// BeginMatching is what Lock puts right, for a process that shares the database and has
// become the one that matches.
func (s *Store) BeginMatching(ctx context.Context) error {
	return s.Update(ctx, func(t *Tx) error { return t.cleanUpStart(t.Now.Add(-TombstonesFor)) })
}

// cleanUpStart is what a new run puts right: tombstones that no running matcher needs, and
// moments of a clock that was ahead.
func (t *Tx) cleanUpStart(gone time.Time) error {
	if _, err := t.exec("DELETE FROM tombstones WHERE at <= $1", toMillis(gone)); err != nil {
		return err
	}

	return t.FixClock()
}

// Process is this process among those that share a database.
type Process = engine.Process

// Member is what a process says of itself to the others.
type Member = engine.Member

// Survey is who works on a database; that of a file is empty.
type Survey = engine.Survey

// Running is a process that shares a database, and what it does.
type Running = engine.Running

// Held is a lease that a process has.
type Held = engine.Held

// Lease is what one process at a time may do.
type Lease = engine.Lease

// IsTrusted reports whether this process may still do what it does under the lease of ctx (Lease.Within);
// under none it may. It is asked before what no database can refuse: a request to a host, a message.
func IsTrusted(ctx context.Context) bool { return engine.IsTrusted(ctx) }

// ErrNotShared means that a database is a file.
var ErrNotShared = engine.ErrNotShared

// Why a process lost its leases; see [Process.Err].
var (
	ErrFenced = engine.ErrFenced
	ErrUnsure = engine.ErrUnsure
	ErrClock  = engine.ErrClock
)

// Join makes this process one of those that share a database on a server, until Close. What
// is done under one of its leases (Lease.Within) is written only as long as it has it,
// and the signals of one process reach all. Heard of m is not used.
func (s *Store) Join(ctx context.Context, m Member) (*Process, error) {
	m.Heard = func(bits uint64) {
		for signal := range signalCount {
			if bits&(1<<signal) != 0 {
				s.signal.raise([]Signal{signal})
			}
		}
	}

	process, err := s.engine.Join(ctx, m)
	if err == nil {
		s.process.Store(process)
	}

	return process, err
}

// What a clock that ran ahead has written, by what is a minute from now ($2).
const (
	sourcesAhead  = "last_poll_at > $2"
	hubsAhead     = "asked_at > $2"
	messagesAhead = "state = 'open' AND (created_at > $2 OR first_attempt_at > $2)"
	alertsAhead   = "state = 'waiting' AND (bundle NOT IN (" + heldForAnHour + ") AND created_at > $2 OR bundle IN ('', 'held', 'downtime', 'burst') AND due_at > $2)"
	// What RescheduleAhead works out anew.
	alertsToReschedule = "state = 'waiting' AND bundle IN (" + heldForAnHour + ") AND created_at > $2"

	heldForAnHour = "'digest', 'quiet', 'few', 'spike'"
)

// ClockWasAhead reports whether there is anything for [Tx.FixClock] or [Tx.RescheduleAhead] to do. They look
// through all that waits while nobody else writes; this is for a reader.
func (t *Tx) ClockWasAhead() (is bool, err error) {
	err = t.one("SELECT CAST($1 AS BIGINT) < CAST($2 AS BIGINT) AND (EXISTS (SELECT 1 FROM sources WHERE "+sourcesAhead+") OR EXISTS (SELECT 1 FROM hubs WHERE "+hubsAhead+
		") OR EXISTS (SELECT 1 FROM messages WHERE "+messagesAhead+") OR EXISTS (SELECT 1 FROM alerts WHERE ("+alertsAhead+") OR "+alertsToReschedule+"))",
		[]any{toMillis(t.Now), toMillis(t.Now.Add(time.Minute))}, &is)

	return is, err
}

// FixClock makes due what a clock that ran ahead has put into the future: it was
// written or tried after now, so its time is not to be believed. What waits for a digest, the end of
// quiet hours or further outlets is left to [Tx.RescheduleAhead]. What nothing holds but a moment is due within a minute: if
// it is not, the clock was set between its decision and its writing. A message that is under way keeps
// its moment, at most a minute from now: who sends it is about to write what became of it, and what a
// dead run has left is not looked for before it can have arrived (see Release).
func (t *Tx) FixClock() error {
	fixed := int64(0)

	for _, statement := range []string{
		"UPDATE sources SET next_poll_at = $1, last_poll_at = $1 WHERE " + sourcesAhead,
		"UPDATE hubs SET next_at = $1, asked_at = $1 WHERE " + hubsAhead,
		"UPDATE messages SET next_attempt_at = CASE WHEN claimed_by = '' THEN $1 WHEN next_attempt_at > $2 THEN $2 ELSE next_attempt_at END, created_at = $1," +
			" first_attempt_at = CASE WHEN first_attempt_at > $1 THEN $1 ELSE first_attempt_at END" +
			" WHERE " + messagesAhead,
		"UPDATE alerts SET due_at = $1, created_at = $1 WHERE " + alertsAhead,
	} {
		n, err := t.exec(statement, toMillis(t.Now), toMillis(t.Now.Add(time.Minute)))
		if err != nil {
			return fmt.Errorf("fix the clock: %w", err)
		}

		fixed += n
	}

	if fixed > 0 {
		t.raise(NewSources)
		t.raise(ClockFixed)
	}

	return nil
}

// Path is the name of the database file; of a database on a server its address, without
// the password.
func (s *Store) Path() string { return s.engine.Name() }

// Backup writes a consistent copy to a new file, while the program runs. The file
// must not exist. A database on a server says what to do instead.
func (s *Store) Backup(ctx context.Context, to string) error { return s.engine.Backup(ctx, to) }

// Check reads the whole database for damage and broken references. An empty answer
// is a sound database.
func (s *Store) Check(ctx context.Context) ([]string, error) { return s.engine.Check(ctx) }

// Survey says who works on a database that several processes share, and what its server
// risks.
func (s *Store) Survey(ctx context.Context) (Survey, error) { return s.engine.Survey(ctx) }

// Size returns how large the database is, in bytes; on a server with whatever else is in it.
func (s *Store) Size(ctx context.Context) (int64, error) { return s.engine.Size(ctx) }

// Compact gives free pages back to the disk. It leaves the statistics of the
// query planner alone: what was learned on a quiet night would make it scan on a
// busy day, and the plans that are tested are those without.
func (s *Store) Compact(ctx context.Context) error { return s.engine.Compact(ctx) }
