package store

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbell/store/engine/enginetest"
)

// TestAServerLooksUpByID: a server plans by its statistics. Those of a quiet night say that nothing
// waits, so that the index of what waits seems to be the shortest way to anything; then a story
// comes that thousands follow. Every statement of claiming and settling has to look up what it is
// about, and walk through nothing.
func TestAServerLooksUpByID(t *testing.T) {
	enginetest.NeedsPostgres(t)

	s := openTest(t)

	const chats = 1000

	s.fillQuiet(t, chats)

	s.match(t, Match{Article: 1, Story: 1, At: time.Now(), Alerts: ringsFor(chats)})

	s.update(t, func(tx *Tx) error { return tx.claimAndSettleSome(chats) })

	for statement, plan := range s.serverPlans(t) {
		if walked := walkedIn(plan); walked != "" {
			t.Errorf("%s\n%s\n%s", walked, statement, plan)
		}
	}
}

// fillQuiet writes chats with ten alerts that were sent each, and has the server learn that.
func (s *Store) fillQuiet(t *testing.T, chats int) {
	t.Helper()
	s.configure(t, "https://example.org/feed")
	s.update(t, func(tx *Tx) error {
		for _, statement := range []string{
			fmt.Sprintf("INSERT INTO chats (platform, address, kind, state_since, created_at, next_number) SELECT 'test', CAST(i AS TEXT), 'private', 0, 0, 2 FROM generate_series(1, %d) i", chats),
			"INSERT INTO subscriptions (chat, number, query, canonical, version, created_at) SELECT id, 1, 'storm', 'storm', 1, 0 FROM chats",
			"INSERT INTO messages (chat, nonce, kind, state, created_at, done_at, ref, next_attempt_at) SELECT id, '', 'alert', 'sent', 0, 1, 'r', 0 FROM chats, generate_series(1, 10)",
			"INSERT INTO alerts (story, chat, article, due_at, bundle, created_at, state, message, done_at) SELECT 1000 + id, chat, 1, 0, '', 0, 'sent', id, 1 FROM messages",
		} {
			if err := tx.session.Command(tx.ctx, statement); err != nil {
				return err
			}
		}

		_, err := tx.insertArticle(1, itemOf(item("1", "", "Storm", tx.Now)), "")

		return err
	})
	s.update(t, func(tx *Tx) error { return tx.session.Command(tx.ctx, "ANALYZE") })
}

// claimAndSettleSome claims for chats, in one batch and then one by one, and settles in every way.
func (t *Tx) claimAndSettleSome(chats int64) error {
	var many []*claimRequest
	for chat := range int64(60) {
		many = append(many, &claimRequest{chat: chats - chat, claim: claimAll})
	}

	if err := t.claim(many); err != nil {
		return err
	}

	var results []*settleRequest

	for i, c := range many {
		if c.out == nil {
			return fmt.Errorf("nothing was claimed for chat %d", c.chat)
		}

		o := Outcome{Message: c.out.ID, Run: claimAll.Run, Sent: true, Ref: "1", Thread: i == 0, Publish: i == 1}
		if i%3 == 0 {
			o = Outcome{Message: c.out.ID, Run: claimAll.Run, RetryAt: t.Now.Add(-time.Second)}
		}

		results = append(results, &settleRequest{outcome: o})
	}

	if err := t.settle(results); err != nil {
		return err
	}

	for _, c := range many { // those that were not sent are claimed again
		if err := t.claim([]*claimRequest{{chat: c.chat, claim: claimAll}}); err != nil {
			return err
		}
	}

	return nil
}

// serverPlans says how the server runs each statement that the writer has prepared, whatever
// its arguments are.
func (s *Store) serverPlans(t *testing.T) (plans map[string]string) {
	t.Helper()

	type prepared struct {
		name, text string
		arguments  int
	}

	var all []prepared

	plans = map[string]string{}

	s.update(t, func(tx *Tx) error {
		err := tx.rows("SELECT name, statement, coalesce(array_length(parameter_types, 1), 0) FROM pg_prepared_statements WHERE statement LIKE '%alerts%' OR statement LIKE '%messages%'", nil,
			func(scan scanFunc) error {
				var p prepared

				err := scan(&p.name, &p.text, &p.arguments)
				all = append(all, p)

				return err
			})
		if err != nil {
			return err
		}

		if err := tx.session.Command(tx.ctx, "SET LOCAL plan_cache_mode = force_generic_plan"); err != nil {
			return err
		}

		for _, p := range all {
			query := `EXPLAIN (COSTS OFF) EXECUTE "` + p.name + `"`
			if p.arguments > 0 {
				query += "(NULL" + strings.Repeat(", NULL", p.arguments-1) + ")"
			}

			if err := tx.rows(query, nil, func(scan scanFunc) error {
				var line string

				err := scan(&line)
				plans[p.text] += line + "\n"

				return err
			}); err != nil {
				return err
			}
		}

		return nil
	})

	if len(plans) < 8 {
		t.Fatalf("only %d statements were seen", len(plans))
	}

	return plans
}

// planStep is where a plan reads a table.
var planStep = regexp.MustCompile(`(Seq Scan|Index Scan|Index Only Scan|Bitmap Index Scan)[^\n]* on [^\n]*`)

// walkedIn names the step of a plan that reads all of a large table or index, "" for none.
func walkedIn(plan string) string {
	steps := planStep.FindAllStringIndex(plan, -1)

	for i, at := range steps {
		end := len(plan)
		if i+1 < len(steps) {
			end = steps[i+1][0]
		}

		name := plan[at[0]:at[1]]
		if strings.Contains(name, "Seq Scan on") || !strings.Contains(plan[at[1]:end], "Index Cond") {
			return name
		}
	}

	return ""
}
