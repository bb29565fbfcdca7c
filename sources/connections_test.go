package sources

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/internal/porttest"
	"newsbell/sources/sourcestest"
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

		w.Write(sourcestest.RSSItems("g|https://planet.example/1|One"))
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

// TestInsecureConnectionsAreExplained: what is wrong with a server's certificate is somebody's to mend, and
// whose it is depends on what.
func TestInsecureConnectionsAreExplained(t *testing.T) {
	feed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(sourcestest.RSSItems("g|https://planet.example/1|One"))
	})

	now := time.Now()
	year := 365 * 24 * time.Hour

	for _, test := range []struct {
		reason         string
		host           string // that the certificate is for
		from, to       time.Time
		trusted, plain bool
		maximum        uint16 // of TLS
	}{
		{reason: "", host: "127.0.0.1", from: now.Add(-year), to: now.Add(year), trusted: true},
		{reason: reasonCertExpired, host: "127.0.0.1", from: now.Add(-2 * year), to: now.Add(-year), trusted: true},
		{reason: reasonCertEarly, host: "127.0.0.1", from: now.Add(year), to: now.Add(2 * year), trusted: true},
		{reason: reasonCertName, host: "127.0.0.2", from: now.Add(-year), to: now.Add(year), trusted: true},
		{reason: reasonCertIssuer, host: "127.0.0.1", from: now.Add(-year), to: now.Add(year)},
		{reason: reasonNoTLS, host: "127.0.0.1", from: now.Add(-year), to: now.Add(year), trusted: true, maximum: tls.VersionTLS11},
		{reason: reasonPlainHTTP, plain: true},
	} {
		t.Run(test.reason, func(t *testing.T) {
			server := httptest.NewUnstartedServer(feed)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.EnableHTTP2 = true

			roots := x509.NewCertPool()

			if test.plain {
				server.Start()
				server.URL = "https" + strings.TrimPrefix(server.URL, "http")
			} else {
				certificate := certify(t, test.host, test.from, test.to)
				if test.trusted {
					roots.AddCert(certificate.Leaf)
				}

				server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MaxVersion: test.maximum, MinVersion: tls.VersionTLS10}
				server.StartTLS()
			}

			defer server.Close()

			f := newTestFetcher(t, Options{})
			f.open.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots

			_, err := f.Fetch(t.Context(), FetchRequest{URL: server.URL})
			if e, _ := errors.AsType[*Error](err); test.reason == "" && err != nil || test.reason != "" && (e == nil || e.Reason != test.reason) {
				t.Errorf("error %v, want %q", err, test.reason)
			}
		})
	}
}

// TestASilentConnectionIsLeft: a host of many sources is read again over another connection, though
// something is asked of it all the time.
func TestASilentConnectionIsLeft(t *testing.T) {
	certified := httptest.NewTLSServer(nil) // for its certificate
	certified.Close()

	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())

	synctest.Test(t, func(t *testing.T) {
		network := porttest.NewPipes()
		server := &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Write(sourcestest.RSSItems("g|https://planet.example/1|One"))
			}),
			TLSConfig: &tls.Config{Certificates: certified.TLS.Certificates},
		}

		go func() { _ = server.ServeTLS(network, "", "") }() // it ends when it is closed

		defer server.Close()

		f := newTestFetcher(t, Options{Dial: network.Dial})
		defer f.Close()

		f.open.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots

		visit := func() error {
			_, err := f.Fetch(t.Context(), FetchRequest{URL: "https://example.com/feed"})
			return err
		}

		if err := visit(); err != nil {
			t.Fatal(err)
		}

		network.Die()

		failed := 0
		for began := time.Now(); time.Since(began) < time.Hour && visit() != nil; failed++ {
			time.Sleep(10 * time.Second)
		}

		if failed == 0 || failed > 4 {
			t.Errorf("%d visits failed", failed)
		}
	})
}

// TestOldCipherSuites: an outlet's server that has none but those of RSA alone is read, as by a browser.
func TestOldCipherSuites(t *testing.T) {
	for _, suite := range []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Write(sourcestest.RSSItems("g|https://planet.example/1|One"))
		}))
		server.TLS = &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()

		roots := x509.NewCertPool()
		roots.AddCert(server.Certificate())

		f := newTestFetcher(t, Options{})
		f.open.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots

		if r, err := f.Fetch(t.Context(), FetchRequest{URL: server.URL}); err != nil || len(r.Articles) != 1 {
			t.Errorf("%s: %v", tls.CipherSuiteName(suite), err)
		}

		server.Close()
	}
}

// TestWhatIsNoWebServer: what answers may be another kind of server, which may speak first.
func TestWhatIsNoWebServer(t *testing.T) {
	for _, answer := range []string{"SSH-2.0-OpenSSH_9.6\r\n", "220 ready\r\n"} {
		for _, first := range []bool{false, true} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}

			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()

				if !first {
					c.Read(make([]byte, 4096))
				}

				io.WriteString(c, answer)
				io.Copy(io.Discard, c)
			}()

			_, err = newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: "http://" + l.Addr().String()})
			if e, _ := errors.AsType[*Error](err); e == nil || e.Reason != reasonNoHTTP || strings.Contains(err.Error(), "%!") {
				t.Errorf("%q, first %v: %v", answer, first, err)
			}

			l.Close()
		}
	}
}

// TestAPortThatIsNone: nobody was asked, so that no connection broke off.
func TestAPortThatIsNone(t *testing.T) {
	_, err := newTestFetcher(t, Options{}).Fetch(t.Context(), FetchRequest{URL: "http://127.0.0.1:99999/"})
	if e, _ := errors.AsType[*Error](err); e == nil || e.Reason != reasonAddress {
		t.Error(err)
	}
}

// certify makes a certificate that is its own issuer.
func certify(t *testing.T, host string, from, to time.Time) tls.Certificate {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.ParseIP(host)}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true,
	}

	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}

	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}

	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
