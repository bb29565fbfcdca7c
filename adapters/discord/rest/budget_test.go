package rest

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Ten thousand refused requests in ten minutes would ban the address.
func TestRefusedRequestsAreCounted(t *testing.T) {
	t.Parallel()

	calls := 0

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++

		w.WriteHeader(403)
		fmt.Fprint(w, `{"code":50013}`)
	}))
	defer s.Close()

	c := New("t", s.URL, http.DefaultTransport)

	var last error
	for range budgetMax + 100 {
		_, last = c.Call(t.Context(), http.MethodGet, "/channels/1", nil, nil)
	}

	if calls != budgetMax {
		t.Errorf("%d calls went out", calls)
	}

	e, ok := errors.AsType[*BudgetError](last)
	if !ok || e.Wait <= 0 || e.Wait > budgetWindow+time.Minute {
		t.Errorf("the last error is %v", last)
	}
}

func TestTheBudgetForgets(t *testing.T) {
	t.Parallel()

	b := newBudget()
	now := time.Unix(1_800_000_000, 0)

	refused := &Response{Status: 403, Header: http.Header{}}
	for i := range budgetMax {
		b.count(now.Add(time.Duration(i)*10*time.Millisecond), refused)
	}

	b.count(now, &Response{Status: 429, Header: http.Header{"X-Ratelimit-Scope": {"shared"}}})
	b.count(now, &Response{Status: 404, Header: http.Header{}})
	at := now.Add(30 * time.Second)

	wait := b.wait(at)
	if wait <= 0 || wait > budgetWindow {
		t.Fatalf("wait %v", wait)
	}

	if again := b.wait(at.Add(wait)); again != 0 {
		t.Errorf("after the wait: %v", again)
	}

	if wait := b.wait(at.Add(-time.Hour)); wait > budgetWindow {
		t.Errorf("after the clock was set back: %v", wait)
	}

	if wait := b.wait(at.Add(time.Hour)); wait != 0 {
		t.Errorf("an hour later: %v", wait)
	}
}

// TestTheOldestRefusalsLeaveFirst: what was refused nearly ten minutes ago holds up for the rest of them alone.
func TestTheOldestRefusalsLeaveFirst(t *testing.T) {
	t.Parallel()

	b := newBudget()
	now := time.Unix(1_800_000_000, 0)

	for range budgetMax {
		b.count(now, &Response{Status: 403, Header: http.Header{}})
	}

	late := now.Add(budgetWindow - time.Minute/2)
	if wait := b.wait(late); wait <= 0 || wait > time.Minute/2+time.Nanosecond {
		t.Errorf("half a minute before the end of the window: %v", wait)
	}
}
