package sources

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// TestConnectionsAreKept: visits to one host share a connection, and when that is
// gone the next one resumes its TLS session: a fresh handshake costs ten times
// and more what the rest of an unchanged visit does.
func TestConnectionsAreKept(t *testing.T) {
	feed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)

		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}

		w.Write(rssItems("g|https://planet.example/1|One"))
	})

	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2 %v", http2), func(t *testing.T) {
			var fresh, resumed atomic.Int32

			server := httptest.NewUnstartedServer(feed)
			server.TLS, server.EnableHTTP2 = &tls.Config{VerifyConnection: counts(&fresh, &resumed)}, http2

			server.StartTLS()
			defer server.Close()

			f := NewFetcher(Options{})
			defer f.Close()

			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			f.open.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
			states := map[string]State{}

			visit := func(path string) {
				t.Helper()

				r, err := f.Fetch(t.Context(), FetchRequest{URL: server.URL + path, State: states[path]})
				if err != nil {
					t.Fatal(err)
				}

				states[path] = r.State
			}
			for range 5 {
				visit("/a")
				visit("/b")
			}

			// On a busy machine net/http may not hear in time that a request was written, and
			// then it does not keep the connection.
			before := resumed.Load()
			if fresh.Load() != 1 || before > 2 {
				t.Errorf("ten visits to one host took %d handshakes and %d resumptions, want 1 and none", fresh.Load(), before)
			}

			f.Close() // as a server or an idle time does

			for range 3 {
				visit("/a")
			}

			if more := resumed.Load() - before; fresh.Load() != 1 || more < 1 || more > 2 {
				t.Errorf("with the connection gone: %d handshakes and %d resumptions, want 1 and 1", fresh.Load(), more)
			}
		})
	}
}

func counts(fresh, resumed *atomic.Int32) func(tls.ConnectionState) error {
	return func(c tls.ConnectionState) error {
		if c.DidResume {
			resumed.Add(1)
		} else {
			fresh.Add(1)
		}

		return nil
	}
}
