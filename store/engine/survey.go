package engine

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Survey is who works on a database, and what its server risks. Of a file it says whether it is locked.
type Survey struct {
	Locked    bool      // not shared, and as far as can be told a process has it for itself
	Shared    bool      // several processes may work on it: it is on a server
	Processes []Running // those that have said within a lease's time that they run, by name
	Idle      []string  // leases that nobody has, by name
	Risks     []string  // sentences that the operator should read
}

// Running is a process that shares a database.
type Running struct {
	Name    string
	Version string // of the program
	Roles   string // what it may do, with commas between; "": its clock is off, and it takes nothing
	Sources string // names the list of sources that it was configured with

	Up   time.Duration // since it began, on the server's clock
	Seen time.Duration // since it last said that it runs, on the server's clock
	Has  []Held        // by name
}

// Held is a lease that a process has.
type Held struct {
	Name    string
	Renewed time.Duration // since it was last renewed, on the server's clock
}

// Survey implements [Engine].
func (p *postgres) Survey(ctx context.Context) (s Survey, err error) {
	db := p.pool(1)
	defer db.Close()

	s.Shared = true

	if s.Risks, err = p.risks(ctx, db); err != nil {
		return s, p.Explain(err)
	}

	byID := map[string]int{}

	var (
		id       string
		one      Running
		up, seen int64
	)

	err = scanAll(ctx, db, "SELECT id, name, version, roles, sources, "+serverNow+" - started_at, "+serverNow+" - seen_at FROM processes WHERE seen_at >= "+serverNow+" - $1 ORDER BY name, id",
		[]any{&id, &one.Name, &one.Version, &one.Roles, &one.Sources, &up, &seen}, func() {
			byID[id] = len(s.Processes)
			one.Up, one.Seen = time.Duration(up)*time.Millisecond, time.Duration(seen)*time.Millisecond
			s.Processes = append(s.Processes, one)
		}, leaseTime.Milliseconds())
	if err != nil {
		return s, p.Explain(err)
	}

	var (
		name, owner string
		rest        int64
	)

	err = scanAll(ctx, db, "SELECT name, owner, until - "+serverNow+" FROM leases WHERE name <> $1 ORDER BY name",
		[]any{&name, &owner, &rest}, func() {
			left := time.Duration(rest) * time.Millisecond
			if i, known := byID[owner]; known && left >= 0 {
				s.Processes[i].Has = append(s.Processes[i].Has, Held{name, leaseTime - left})
			} else {
				s.Idle = append(s.Idle, name)
			}
		}, program)

	return s, p.Explain(err)
}

// risks says what the server's settings may lose.
func (p *postgres) risks(ctx context.Context, db *sql.DB) (risks []string, err error) {
	var unsynced []string

	var name string

	err = scanAll(ctx, db, "SELECT s FROM unnest(ARRAY['fsync', 'full_page_writes']) s WHERE current_setting(s) = 'off'",
		[]any{&name}, func() { unsynced = append(unsynced, name) })
	if err != nil {
		return nil, err
	}

	if len(unsynced) > 0 {
		risks = append(risks, fmt.Sprintf("the server of %s has %s = off: when its machine crashes, the whole database may be damaged; set it to on in postgresql.conf", p.name, strings.Join(unsynced, " and ")))
	}

	var commit string
	if err := db.QueryRowContext(ctx, "SELECT current_setting('synchronous_commit')").Scan(&commit); err != nil {
		return nil, err
	}

	if commit == "off" {
		risks = append(risks, fmt.Sprintf("the server of %s has synchronous_commit = off: when it crashes, alerts of the last moments may be sent twice; set it to on in postgresql.conf or for the user", p.name))
	}

	return risks, nil
}

// Survey is empty.
func (f *sqliteFile) Survey(ctx context.Context) (Survey, error) {
	return Survey{Locked: isLocked(ctx, f.path)}, nil
}
