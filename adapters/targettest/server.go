// Package targettest has the places beside chats that alerts go to, as strict as their documents:
// ntfy, Matrix, Slack, Gotify, Pushover and Discord's webhooks, all behind one TLS server. Whatever none of them would
// take is refused with the service's own error and fails the test. It shares no code with package
// target.
package targettest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The services.
const (
	Ntfy     = "ntfy"
	Matrix   = "matrix"
	Slack    = "slack"
	Gotify   = "gotify"
	Pushover = "pushover"
	Discord  = "discord"
)

// Services returns all of them.
func Services() []string { return []string{Ntfy, Matrix, Slack, Gotify, Pushover, Discord} }

// Hosts that services have for everybody.
const (
	slackHost    = "hooks.slack.com"
	pushoverHost = "api.pushover.net"
	discordHost  = "discord.com"
)

// Message is what was taken.
type Message struct {
	Title, Text, Link string
	// ID is what the sender names it, so that it is shown once though it comes twice; "" where a
	// service has no such name.
	ID string
}

// Answer stands in for a service's own.
type Answer struct {
	Status int // 0: the connection breaks off
	Header map[string]string
	Body   string
	Takes  bool // it takes the message first
}

// Server is a running server. It is safe for concurrent use.
type Server struct {
	Address  string // host and port
	CertFile string // whom to trust, for SSL_CERT_FILE

	t       testing.TB
	mu      sync.Mutex
	taken   map[string][]Message
	answers map[string][]Answer
}

// New starts a server on this machine that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()

	s := &Server{t: t, CertFile: filepath.Join(t.TempDir(), "authority.pem"), taken: map[string][]Message{}, answers: map[string][]Answer{}}

	certificate, trusted := newCertificate(t)
	if err := os.WriteFile(s.CertFile, trusted, 0o600); err != nil {
		t.Fatal(err)
	}

	web := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	web.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	web.StartTLS()
	t.Cleanup(web.Close)

	s.Address = web.Listener.Addr().String()

	return s
}

// newCertificate returns a certificate for all the hosts, which is its own authority.
func newCertificate(t testing.TB) (own tls.Certificate, trusted []byte) {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "targettest"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{slackHost, pushoverHost, discordHost}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}

	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}

	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// Client reaches the server under all of its names.
func (s *Server) Client() *http.Client {
	trusted, err := os.ReadFile(s.CertFile)
	if err != nil {
		s.t.Error(err)
	}

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(trusted)

	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Address)
		},
	}}
}

// Rewire says, for NEWSBELL_REWIRE, that the hosts that services have for everybody are here.
func (s *Server) Rewire() string {
	return fmt.Sprintf("%s:443=%s,%s:443=%s,%s:443=%s", slackHost, s.Address, pushoverHost, s.Address, discordHost, s.Address)
}

// Target returns what one writes after `/targets add` for a service.
func (s *Server) Target(service string) string {
	switch service {
	case Ntfy:
		return "ntfy://" + s.Address + "/" + ntfyTopic + "/" + ntfyToken
	case Matrix:
		return "matrix://" + s.Address + "/" + matrixRoom + "/" + matrixToken
	case Slack:
		return "https://" + slackHost + slackPath
	case Gotify:
		return "gotify://" + s.Address + "/" + gotifyToken
	case Discord:
		return "https://" + discordHost + discordPath
	default:
		return "pushover://" + pushoverUser + "/" + pushoverToken
	}
}

// Answer has the next requests to a service get these answers, one each.
func (s *Server) Answer(service string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.answers[service] = append(s.answers[service], answers...)
}

// Shown returns the messages that people see at a service, in order: what came twice under one name
// stands there once.
func (s *Server) Shown(service string) (shown []Message) {
	s.mu.Lock()
	defer s.mu.Unlock()

	seen := map[string]bool{}

	for _, m := range s.taken[service] {
		if m.ID == "" || !seen[m.ID] {
			shown = append(shown, m)
		}

		seen[m.ID] = true
	}

	return shown
}

// Taken counts the messages that a service took, also again.
func (s *Server) Taken(service string) int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return len(s.taken[service])
}

// refusal is a service's answer to a request that it does not take.
type refusal struct {
	status int
	body   any    // as JSON, or a text
	why    string // for whoever reads the test
}

// mostBody is more than any service takes.
const mostBody = 1 << 20

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	if err != nil {
		return // whoever sent it is gone
	}

	service, take := route(r)
	message, answer, refused := take(r, body)

	if refused != nil {
		s.t.Errorf("%s refuses %s %s: %s\n%s", service, r.Method, r.URL.Path, refused.why, body)
		write(w, refused.status, refused.body)

		return
	}

	instead, ok := s.take(service, message)
	switch {
	case !ok:
		write(w, http.StatusOK, answer)
	case instead.Status == 0:
		panic(http.ErrAbortHandler)
	default:
		for name, value := range instead.Header {
			w.Header().Set(name, value)
		}

		write(w, instead.Status, instead.Body)
	}
}

// take keeps a message, unless it is to get another answer.
func (s *Server) take(service string, m Message) (instead Answer, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if next := s.answers[service]; len(next) > 0 {
		instead, ok, s.answers[service] = next[0], true, next[1:]
	}

	if !ok || instead.Takes {
		s.taken[service] = append(s.taken[service], m)
	}

	return instead, ok
}

// route returns whose request it is.
func route(r *http.Request) (service string, take func(*http.Request, []byte) (Message, any, *refusal)) {
	host, _, _ := strings.Cut(r.Host, ":")

	switch {
	case host == slackHost:
		return Slack, takeSlack
	case host == pushoverHost:
		return Pushover, takePushover
	case host == discordHost:
		return Discord, takeDiscord
	case strings.HasPrefix(r.URL.Path, "/_matrix/"):
		return Matrix, takeMatrix
	case r.URL.Path == "/message":
		return Gotify, takeGotify
	default:
		return Ntfy, takeNtfy
	}
}

func write(w http.ResponseWriter, status int, answer any) {
	text, isText := answer.(string)
	if !isText {
		body, err := json.Marshal(answer)
		if err != nil {
			body = nil // our own values always encode
		}

		text = string(body)

		w.Header().Set("Content-Type", "application/json")
	}

	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // whoever asked may be gone
}

// parse reads JSON that has no field that the service doesn't know.
func parse(r *http.Request, body []byte, into any) error {
	if kind := r.Header.Get("Content-Type"); kind != "application/json" {
		return fmt.Errorf("its content type is %q", kind)
	}

	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()

	if err := d.Decode(into); err != nil {
		return err
	}

	if d.More() {
		return errors.New("something follows the JSON")
	}

	return nil
}
