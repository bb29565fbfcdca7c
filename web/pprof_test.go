package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestProfilesAreLocal: this machine gets them, a site whose name leads here does not, and
// the pages have none.
func TestProfilesAreLocal(t *testing.T) {
	ask := func(host string) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/pprof/goroutine?debug=1", nil)
		r.Host = host
		w := httptest.NewRecorder()
		profileHandler().ServeHTTP(w, r)

		return w.Result()
	}

	for _, host := range []string{"127.0.0.1:6060", "localhost:6060", "[::1]:6060"} {
		if resp := ask(host); resp.StatusCode != http.StatusOK || !strings.Contains(read(t, resp), "TestProfilesAreLocal") {
			t.Errorf("%s: %d", host, resp.StatusCode)
		}
	}

	for _, host := range []string{"evil.example:6060", "evil.example", "10.0.0.1:6060", ""} {
		if resp := ask(host); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %d", host, resp.StatusCode)
		}
	}

	if resp := get(t, newServer(t, Config{}), "/debug/pprof/goroutine"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("among the pages: %d", resp.StatusCode)
	}
}
