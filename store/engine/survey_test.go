//go:build unix

package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/store/engine/enginetest"
)

// TestASurveyNamesWhoDoesWhat: every process that runs is named with its leases and their age, what
// nobody does is named, and a process that was silent for long is not there any more.
func TestASurveyNamesWhoDoesWhat(t *testing.T) {
	join, s := sharedDatabase(t)
	one := join(time.Now)

	take(t, one, "match", "a")

	e := s.engine

	survey, err := e.Survey(t.Context())
	if err != nil || len(survey.Processes) != 1 || !slices.Equal(survey.Idle, []string{"b"}) {
		t.Fatalf("%+v, %v", survey, err)
	}

	p := survey.Processes[0]
	if p.Name != "one" || len(p.Has) != 2 || p.Has[1].Name != "match" || p.Has[1].Renewed < 0 || p.Has[1].Renewed > leaseTime {
		t.Errorf("%+v", p)
	}

	if _, err := one.db.ExecContext(t.Context(), "INSERT INTO processes (id, name, version, roles, sources, knows, started_at, seen_at) VALUES ('x', 'gone', '', 'match', '', 0, 1, 1)"); err != nil {
		t.Fatal(err)
	}

	endLeases(t, one)

	survey, err = e.Survey(t.Context())
	if err != nil || slices.ContainsFunc(survey.Processes, func(r Running) bool { return r.Name == "gone" }) || len(survey.Idle) < 1 {
		t.Errorf("%+v, %v", survey, err)
	}
}

// TestWhatAServerRisksIsSaid, and nothing of one that waits for its disk.
func TestWhatAServerRisksIsSaid(t *testing.T) {
	for settings, wants := range map[string][]string{
		"fsync=on full_page_writes=on":                          nil,
		"fsync=off full_page_writes=off synchronous_commit=off": {"fsync and full_page_writes = off", "synchronous_commit = off"},
	} {
		t.Run(settings, func(t *testing.T) {
			server := enginetest.NewServer(t, strings.Fields(settings)...)

			e, err := New(server.Address("postgres"), 0)
			if err != nil {
				t.Fatal(err)
			}

			db := e.(*postgres).pool(1)
			defer db.Close()

			risks, err := e.(*postgres).risks(t.Context(), db)
			if err != nil || len(risks) != len(wants) {
				t.Fatalf("%q, %v", risks, err)
			}

			for i, want := range wants {
				if !strings.Contains(risks[i], want) {
					t.Errorf("%q does not say %q", risks[i], want)
				}
			}
		})
	}
}
