// Package mailtest is a mail server for tests: it takes mail over STARTTLS or TLS, from those
// who sign in, and keeps it. It shares no code with package target.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The one who may send.
const (
	User     = "newsbell"
	Password = "a-very-secret-password"
)

// Letter is a mail that was taken.
type Letter struct {
	To     string
	Header mail.Header
	Body   string
}

// Server is a running server. It is safe for concurrent use.
type Server struct {
	Address string // host and port
	Trust   *tls.Config

	t testing.TB

	mu      sync.Mutex
	letters []Letter
	rules   Rules
}

// Rules are how a server behaves.
type Rules struct {
	Mail, Rcpt, Data int               // answers with such a code; 0: takes it
	Enhanced         smtp.EnhancedCode // stands behind the code; zero: what goes with it
	Open             bool              // anybody may send, without TLS too
	BreakOff         bool              // takes the mail and closes the connection without an answer
	Looking          time.Duration     // how long it looks through a mail that it has before it answers
}

// NewOn starts a server without TLS on a network of the test's, such as one in memory.
func NewOn(t testing.TB, listener net.Listener) *Server {
	t.Helper()

	s := &Server{t: t, Address: "localhost:25", rules: Rules{Open: true}}
	s.serve(listener, nil)

	return s
}

// New starts a server on this machine that ends with the test.
func New(t testing.TB, implicitTLS bool) *Server {
	t.Helper()

	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)

	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())

	s := &Server{t: t, Trust: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}}
	own := &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}

	listener, err := net.Listen("tcp", "127.0.0.1:0") // it ends with the test
	if err != nil {
		t.Fatal(err)
	}

	s.Address = listener.Addr().String()

	if implicitTLS {
		s.serve(tls.NewListener(listener, own), nil)
	} else {
		s.serve(listener, own)
	}

	return s
}

// serve takes mail until the test ends, over STARTTLS if there is a configuration of it.
func (s *Server) serve(listener net.Listener, startTLS *tls.Config) {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{s: s, c: c}, nil }))
	server.Domain, server.TLSConfig = "mail.example.com", startTLS
	server.EnableSMTPUTF8 = true

	go func() { _ = server.Serve(listener) }() // it ends when it is closed

	s.t.Cleanup(func() { _ = server.Close() })
}

// Behave sets the rules from now on.
func (s *Server) Behave(r Rules) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.rules = r
}

// Letters returns the mails that were taken so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]Letter(nil), s.letters...)
}

type session struct {
	s      *Server
	c      *smtp.Conn
	signed bool
	to     string
}

// AuthMechanisms returns how one signs in.
func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth signs in.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if _, safe := x.c.TLSConnectionState(); !safe || user != User || password != Password {
			return smtp.ErrAuthFailed
		}

		x.signed = true

		return nil
	}), nil
}

func (x *session) rules() Rules {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()

	return x.s.rules
}

func (x *session) answer(code int) error {
	if code == 0 {
		return nil
	}

	return &smtp.SMTPError{Code: code, EnhancedCode: x.rules().Enhanced, Message: "as the test wants it"}
}

// Mail begins a mail.
func (x *session) Mail(from string, o *smtp.MailOptions) error {
	if o != nil && o.UTF8 && !strings.ContainsFunc(from, func(r rune) bool { return r > unicode.MaxASCII }) {
		x.s.t.Error("SMTPUTF8 is asked for, which servers on the way may not have, and nothing needs it")
	}

	if !x.signed && !x.rules().Open || !strings.Contains(from, "@") {
		return smtp.ErrAuthRequired
	}

	return x.answer(x.rules().Mail)
}

// Rcpt takes one recipient.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if x.to != "" {
		x.s.t.Errorf("a second recipient: %q", to)
	}

	x.to = to

	return x.answer(x.rules().Rcpt)
}

// Data takes the mail.
func (x *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		x.s.t.Errorf("that is no mail: %v", err)
		return x.answer(554)
	}

	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}

	rules := x.rules()
	if rules.Data != 0 {
		return x.answer(rules.Data)
	}

	x.s.mu.Lock()
	x.s.letters = append(x.s.letters, Letter{x.to, m.Header, string(body)})
	x.s.mu.Unlock()

	time.Sleep(rules.Looking) // in simulated time

	if rules.BreakOff {
		_ = x.c.Conn().Close() // that is what breaking off means
	}

	return nil
}

// Reset forgets the mail that was begun.
func (x *session) Reset() { x.to = "" }

// Logout ends the session.
func (*session) Logout() error { return nil }
