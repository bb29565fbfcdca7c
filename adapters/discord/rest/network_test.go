package rest

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/internal/porttest"
)

// TestASilentConnectionIsLeft: the calls after the one that it cost go over another one.
func TestASilentConnectionIsLeft(t *testing.T) {
	certified := httptest.NewTLSServer(nil) // for its certificate
	certified.Close()

	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())

	synctest.Test(t, func(t *testing.T) {
		network := porttest.NewPipes()

		var major atomic.Int32

		server := &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				major.Store(int32(r.ProtoMajor))
				w.WriteHeader(http.StatusNoContent)
			}),
			TLSConfig: &tls.Config{Certificates: certified.TLS.Certificates},
		}

		go func() { _ = server.ServeTLS(network, "", "") }() // it ends when it is closed

		defer server.Close()

		transport := Network{Direct: network.Dial}.Transport()
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}

		defer transport.CloseIdleConnections()

		client := New("t", "https://example.com/api", transport)

		if _, err := client.Call(t.Context(), http.MethodGet, "/a", nil, nil); err != nil || major.Load() != 2 {
			t.Fatalf("%v, HTTP/%d", err, major.Load())
		}

		network.Die()

		if _, err := client.Call(t.Context(), http.MethodGet, "/a", nil, nil); err == nil {
			t.Fatal("the connection is not dead")
		}

		time.Sleep(2 * pingLimit)

		if _, err := client.Call(t.Context(), http.MethodGet, "/a", nil, nil); err != nil {
			t.Error(err)
		}
	})
}
