package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/adapters/terminal"
	"newsbell/cli/config"
	"newsbell/sources/bundles"
	"newsbell/store"
)

// awaitMatched waits until all that was polled is matched.
func awaitMatched(t *testing.T, s *store.Store) {
	t.Helper()

	for deadline, waits := time.Now().Add(patience), true; waits; <-time.After(10 * time.Millisecond) {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			list, err := tx.Unmatched(1)
			waits = len(list) > 0

			return err
		})

		if err != nil || time.Now().After(deadline) {
			t.Fatalf("not everything is matched: %v", err)
		}
	}
}

// runOver runs an app until the test ends, all of whose polls reach one server, whatever their
// addresses. It returns what the terminal shows, and the address of each poll once that is saved.
func runOver(t *testing.T, c config.Config, outlets *httptest.Server) (a *app, out *lockedBuffer, polled <-chan string) {
	t.Helper()

	polls := make(chan string, 10_000)
	out = &lockedBuffer{}

	a, err := newApp(t.Context(), c, options{
		In: strings.NewReader(""), Out: out, Log: slog.New(slog.DiscardHandler), Logs: terminal.NewLogWriter(out),
		Polled: func(address string) { polls <- address },
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", outlets.Listener.Addr().String())
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	ended := make(chan error, 1)

	go func() { ended <- a.Run(t.Context()) }()

	t.Cleanup(func() {
		if err := errors.Join(<-ended, a.Close()); err != nil { // the test's context has ended
			t.Error(err)
		}
	})

	return a, out, polls
}

// TestANewcomerGetsHeadlines: from a link to a country to a headline of it, with real
// polls; when nobody reads the country any more its sources are polled no more.
func TestANewcomerGetsHeadlines(t *testing.T) {
	outlets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>%[1]s</title><item><title>New bridge opens, says %[1]s</title><link>http://%[1]s/1</link></item></channel></rss>`, r.Host)
	}))
	t.Cleanup(outlets.Close)

	c := config.Default()
	c.DefaultSources, c.Database = false, filepath.Join(t.TempDir(), "newsbell.db")

	a, out, polled := runOver(t, c, outlets)
	ctx := t.Context()

	a.Type(ctx, "/start bundle-austria")

	plain := 0 // feeds without TLS, which the test's server can be

	for _, s := range bundles.ByID("at").Sources {
		if strings.HasPrefix(s.URL, "http://") {
			plain++
		}
	}

	for waits := time.After(patience); plain > 0; {
		select {
		case address := <-polled:
			if strings.HasPrefix(address, "http://") {
				plain--
			}
		case <-waits:
			t.Fatalf("%d sources of the country were not polled", plain)
		}
	}

	awaitMatched(t, a.store)
	a.Type(ctx, "/start when")
	a.Type(ctx, "/start done big")

	if said := out.String(); !strings.Contains(said, "You follow Austria (24 outlets).") || !strings.Contains(said, "New bridge opens, says") {
		t.Errorf("no headline of the country:\n%s", said)
	}

	sources := func() (all []*store.Source) {
		if err := a.store.View(ctx, func(tx *store.Tx) (err error) { all, err = tx.Sources(); return err }); err != nil {
			t.Fatal(err)
		}

		return all
	}

	if n := len(sources()); n != len(bundles.ByID("at").Sources) {
		t.Errorf("%d sources are polled", n)
	}

	a.Type(ctx, "/sources remove austria")

	if left := sources(); len(left) > 0 {
		t.Errorf("%d sources are polled that nobody reads, such as %s", len(left), left[0].URL)
	}
}
