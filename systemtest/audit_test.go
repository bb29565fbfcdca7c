//go:build unix

package systemtest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"newsbell/store/engine/enginetest"
	"newsbell/store/storetest"
)

// The audit watches from within the server, by triggers, that processes keep to what they have agreed
// on: it sees what may go well a thousand times before somebody gets an alert twice.

// auditTables are what the audit notes: what it has found, and whose the runs are that claim.
const auditTables = `
CREATE TABLE audit_faults (what text, who text, place text);
CREATE TABLE audit_runs (run text PRIMARY KEY, who text, process text)`

// auditWrites is called before each statement that writes. A process that others have taken over from is
// off the list, and writes no article and no alert; and one transaction writes at a time. A lock
// outlives its transaction by a moment, so one whose transaction has ended is no fault.
const auditWrites = `
CREATE FUNCTION audit_write() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	who text := current_setting('application_name');
	turn bigint := hashtext(current_schema())::bigint & 2147483647;
BEGIN
	IF NOT pg_try_advisory_xact_lock(turn) AND EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
			WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid::bigint = turn AND l.granted AND l.pid <> pg_backend_pid() AND a.backend_xid IS NOT NULL) THEN
		INSERT INTO audit_faults VALUES ('two transactions write at once', who, TG_TABLE_NAME);
	END IF;

	IF TG_OP = 'INSERT' AND who LIKE 'process-%' AND TG_TABLE_NAME IN ('articles', 'alerts') AND NOT EXISTS (SELECT 1 FROM processes WHERE name = who) THEN
		INSERT INTO audit_faults VALUES ('a process writes whose work others have taken over', who, TG_TABLE_NAME);
	END IF;

	RETURN NULL;
END $$`

// auditClaims is called after each change of a message. An outcome is written by who has claimed it;
// and nobody's claim is released who has the platform's lease: a run that makes another attempt, for
// the answer to its claim was lost, releases nothing; nor does who takes a message back into the
// present that a clock which ran ahead has made, its making included.
const auditClaims = `
CREATE FUNCTION audit_claim() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	writer text := current_setting('application_name');
	claimer record;
BEGIN
	IF NEW.claimed_by <> '' THEN
		INSERT INTO audit_runs SELECT NEW.claimed_by, writer, (SELECT id FROM processes WHERE name = writer ORDER BY started_at DESC LIMIT 1) ON CONFLICT DO NOTHING;
	END IF;

	IF TG_OP = 'INSERT' OR OLD.claimed_by = '' OR OLD.state <> 'open' THEN
		RETURN NULL;
	END IF;

	SELECT * INTO claimer FROM audit_runs WHERE run = OLD.claimed_by;

	IF NEW.claimed_by = '' AND NEW.state IN ('open', 'sent') AND claimer.who <> writer THEN
		INSERT INTO audit_faults VALUES ('an outcome is written by who has not claimed it', writer, NEW.state);
	END IF;

	IF NEW.claimed_by = OLD.claimed_by AND NEW.attempts = OLD.attempts AND NEW.next_attempt_at <> OLD.next_attempt_at AND NEW.created_at = OLD.created_at AND EXISTS (SELECT 1 FROM leases l JOIN chats c ON l.name = 'speak:' || c.platform
			WHERE c.id = NEW.chat AND l.owner = claimer.process AND l.until >= extract(epoch FROM clock_timestamp()) * 1000) THEN
		INSERT INTO audit_faults VALUES ('a claim is released of who speaks there', writer, claimer.who);
	END IF;

	RETURN NULL;
END $$`

// startAudit has the server watch the processes on a database until the end of the test, which fails for
// what was found.
func startAudit(t *testing.T, db *sql.DB) {
	t.Helper()

	statements := []string{
		auditTables, auditWrites, auditClaims,
		"CREATE TRIGGER audit_claim AFTER INSERT OR UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION audit_claim()",
	}
	for _, table := range []string{"articles", "stories", "alerts", "messages", "sources", "subscriptions"} {
		statements = append(statements, "CREATE TRIGGER audit_write BEFORE INSERT OR UPDATE OR DELETE ON "+table+" FOR EACH STATEMENT EXECUTE FUNCTION audit_write()")
	}

	if _, err := db.ExecContext(t.Context(), strings.Join(statements, ";\n")); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		for _, fault := range auditFaults(t, db) {
			t.Error("in the database ", fault)
		}
	})
}

// auditFaults are what the audit has found, how often each.
func auditFaults(t *testing.T, db *sql.DB) (faults []string) {
	t.Helper()

	rows, err := db.QueryContext(context.Background(), "SELECT what, who, place, count(*) FROM audit_faults GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
	if err != nil {
		t.Error(err)
		return nil
	}
	defer rows.Close()

	for rows.Next() {
		var (
			what, who, place string
			times            int
		)

		if err := rows.Scan(&what, &who, &place, &times); err != nil {
			t.Error(err)
		}

		faults = append(faults, fmt.Sprintf("%s: %s, %s, %d times", what, who, place, times))
	}

	if err := rows.Err(); err != nil {
		t.Error(err)
	}

	return faults
}

// TestTheAuditTellsAReleaseFromAnotherAttempt: only who takes the claims of one who still speaks does wrong.
func TestTheAuditTellsAReleaseFromAnotherAttempt(t *testing.T) {
	enginetest.NeedsPostgres(t)

	db, err := sql.Open("pgx", storetest.Database(t, t.TempDir()+"/audit.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	db.SetMaxOpenConns(1) // what it is called is said of one connection

	do := func(statement string) {
		t.Helper()

		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}

	do(strings.Join([]string{
		auditTables, auditClaims, "CREATE TRIGGER audit_claim AFTER INSERT OR UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION audit_claim()",
		`INSERT INTO processes VALUES ('id-1', 'process-1', '', '', '', 0, 0, 0)`,
		`INSERT INTO leases VALUES ('speak:discord', 'id-1', 1, 1e15)`,
		`INSERT INTO chats (id, platform, address, kind, state_since, created_at) VALUES (1, 'discord', '1', 'channel', 0, 0)`,
		`SET application_name = 'process-1'`,
		`INSERT INTO messages (id, chat, kind, state, attempts, next_attempt_at, claimed_by, created_at) VALUES (1, 1, 'alert', 'open', 1, 2000, 'run-1', 0)`,
	}, ";\n"))

	do("UPDATE messages SET attempts = 2, next_attempt_at = 6000") // the answer to its claim was lost

	if found := auditFaults(t, db); found != nil {
		t.Errorf("a run that tries again: %q", found)
	}

	do("UPDATE messages SET next_attempt_at = 5000, created_at = 1") // as store.Tx.FixClock does

	if found := auditFaults(t, db); found != nil {
		t.Errorf("who mends the clock: %q", found)
	}

	do("SET application_name = 'process-2'; UPDATE messages SET next_attempt_at = 0")

	if found, want := auditFaults(t, db), "a claim is released of who speaks there: process-2, process-1, 1 times"; len(found) != 1 || found[0] != want {
		t.Errorf("a run that takes the claim of one that speaks: %q, want %q", found, want)
	}
}
