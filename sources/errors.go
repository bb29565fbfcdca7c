package sources

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"newsbell/sources/feed"
)

// Error is why a source could not be read. Neither it nor its Cause holds the
// address: addresses may carry passwords and keys.
type Error struct {
	// Reason is a clause in plain words for /sources and /status: "the page is
	// HTML, not a feed".
	Reason string
	Status int           // of HTTP, 0 if there was no answer
	Wait   time.Duration // Retry-After, at most 7 days: binding; 0 not said
	Gone   bool          // 410: the publisher has ended it
	// Outage is for how long nobody else has answered either, so that it is for this machine's network;
	// 0: somebody has.
	Outage time.Duration
	Cause  error // for the log, may be nil

	state State
}

// Error is the reason with its cause, for the log.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Reason
	}

	return e.Reason + " (" + e.Cause.Error() + ")"
}

func (e *Error) Unwrap() error { return e.Cause }

// State is what to remember after the failure: the validators and the history
// of before, and one failure more.
func (e *Error) State() State { return e.state }

// What happened on the way to a feed, in words.
const (
	reasonTimeout       = "it took too long to answer"
	reasonCanceled      = "the poll was stopped"
	reasonGuard         = "it's at a private address, which this bot doesn't visit"
	reasonRedirectGuard = "it redirects to a private address, which this bot doesn't visit"
	reasonRefused       = "the server refuses connections"
	reasonNoHost        = "there's no server of that name"
	reasonNoDNS         = "its server's name can't be looked up right now"
	reasonTLS           = "the server's certificate isn't valid"
	reasonCertExpired   = "the server's certificate has expired"
	reasonCertEarly     = "the server's certificate isn't valid yet; the bot's clock may be wrong"
	reasonCertName      = "the server's certificate is for another name"
	reasonCertIssuer    = "the server's certificate is from an issuer that this bot doesn't trust"
	reasonNoTLS         = "the server and this bot can't agree on a secure connection"
	reasonPlainHTTP     = "the server speaks http there, not https"
	reasonNoHTTP        = "what answers there isn't a web server"
	reasonNetwork       = "the connection broke off"
	reasonNoNetwork     = "there's no network"
	reasonProxy         = "the bot's proxy can't be reached"
	reasonNoFiles       = "this bot has too many files and connections open"
	reasonLoop          = "it redirects too often"
	reasonRedirect      = "it redirects to something that isn't a web address"
	reasonBig           = "it's larger than %d MiB"
	reasonScheme        = "its address isn't http or https"
	reasonAddress       = "its address isn't valid"
	reasonPacked        = "its compression is broken"
	reasonGone          = "its publisher has ended it (410)"
	reasonLimit         = "it asks to be checked less often (%d)"
	reasonMissing       = "that page doesn't exist (404)"
	reasonForbidden     = "the server doesn't let bots read it (%d)"
	reasonServer        = "the server has a problem (%d)"
	reasonStatus        = "the server answered %d instead of a feed"
)

var (
	errRedirects = errors.New("too many redirects")
	errScheme    = errors.New("redirect to another scheme")
	errTooBig    = errors.New("body too large")
	errPacked    = errors.New("bad compression")

	// errSpeaksFirst stands for an error of net/http in which there is only the name of a function.
	errSpeaksFirst = errors.New("it sends before it is asked")
)

// explainError puts a failed request into words.
func explainError(ctx context.Context, err error) *Error {
	e := &Error{Cause: withoutAddress(err)}

	var (
		dns     *net.DNSError
		address *net.AddrError
	)

	insecure := explainTLS(err)

	switch {
	case IsProhibited(err):
		e.Reason = reasonGuard
	case isOutOfFiles(err):
		e.Reason = reasonNoFiles
	case errors.Is(err, errRedirects):
		e.Reason = reasonLoop
	case errors.Is(err, errScheme), isNowhere(e.Cause):
		e.Reason = reasonRedirect
	case errors.As(err, &address):
		e.Reason = reasonAddress
	case errors.Is(err, errPacked):
		e.Reason = reasonPacked
	case errors.Is(ctx.Err(), context.Canceled):
		e.Reason = reasonCanceled
	case isOfProxy(err):
		e.Reason = reasonProxy
	case errors.As(err, &dns): // also one that took too long
		e.Reason = reasonNoDNS
		if dns.IsNotFound {
			e.Reason = reasonNoHost
		}
	case timedOut(err):
		e.Reason = reasonTimeout
	case insecure != "":
		e.Reason = insecure
	case isNoHTTP(e.Cause):
		e.Reason = reasonNoHTTP
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Reason = reasonRefused
	case errors.Is(err, syscall.ENETUNREACH):
		e.Reason = reasonNoNetwork
	default:
		e.Reason = reasonNetwork
	}

	return e
}

// isOfProxy reports whether the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY) can't be reached:
// that is no fault of the source.
func isOfProxy(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "proxyconnect"
}

// IsNoAnswer reports whether an Error's Reason is that no server answered, as where there is no network.
func IsNoAnswer(reason string) bool {
	switch reason {
	case reasonTimeout, reasonRefused, reasonNoHost, reasonNoDNS, reasonNetwork, reasonNoNetwork, reasonProxy:
		return true
	}

	return false
}

// explainTLS says why a connection is not secure, "" if that is not the trouble.
func explainTLS(err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		if time.Now().Before(invalid.Cert.NotBefore) {
			return reasonCertEarly
		}

		return reasonCertExpired
	}

	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return reasonCertName
	}

	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return reasonCertIssuer
	}

	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return reasonTLS
	}

	if errors.Is(err, http.ErrSchemeMismatch) {
		return reasonPlainHTTP
	}

	// An alert of crypto/tls has no type of its own that others see.
	alert, ok := errors.AsType[*net.OpError](err)
	if _, garbled := errors.AsType[tls.RecordHeaderError](err); garbled || ok && (alert.Op == "remote error" || alert.Op == "local error") {
		return reasonNoTLS
	}

	return ""
}

// isOutOfFiles reports whether this process, or its machine, can open nothing more. A look-up of a
// name has that in words only.
func isOutOfFiles(err error) bool {
	dns, _ := errors.AsType[*net.DNSError](err)

	return slices.ContainsFunc([]syscall.Errno{syscall.EMFILE, syscall.ENFILE}, func(full syscall.Errno) bool {
		return errors.Is(err, full) || dns != nil && strings.Contains(dns.Err, full.Error())
	})
}

// isOurs reports whether the source is not to blame: it was not even asked.
func (e *Error) isOurs() bool { return e.Outage > 0 || e.Reason == reasonNoFiles }

// isNowhere reports whether a redirect led to what is no address. net/http has that in words only.
func isNowhere(cause error) bool {
	return strings.HasPrefix(cause.Error(), "failed to parse Location header") || cause.Error() == "http: no Host in request URL"
}

// isNoHTTP reports whether what answered is another kind of server, such as that of SSH, which speaks
// first. net/http has that in words only.
func isNoHTTP(cause error) bool {
	return errors.Is(cause, errSpeaksFirst) || strings.Contains(cause.Error(), "malformed HTTP")
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// withoutAddress takes the address out of net/http's errors.
func withoutAddress(err error) error {
	for wrapped, ok := errors.AsType[*url.Error](err); ok; wrapped, ok = errors.AsType[*url.Error](err) {
		err = wrapped.Err
	}

	return withoutBytes(err)
}

// withoutBytes takes what a server sent out of an error about it: what net/http quotes, and what it puts
// behind the name of a part that is malformed.
func withoutBytes(err error) error {
	text := err.Error()
	if strings.HasPrefix(text, "readLoopPeekFailLocked") {
		return errSpeaksFirst
	}

	end := strings.IndexByte(text, '"')

	if at := strings.Index(text, "malformed"); at >= 0 {
		if colon := strings.IndexByte(text[at:], ':'); colon >= 0 && (end < 0 || at+colon < end) {
			end = at + colon
		}
	}

	if end < 0 {
		return err
	}

	return errors.New(strings.TrimRight(text[:end], " [:"))
}

// explainStatus puts an answer that is no feed into words.
func explainStatus(status int) *Error {
	e := &Error{Status: status, Gone: status == http.StatusGone}
	switch {
	case status == http.StatusGone:
		e.Reason = reasonGone
	case status == http.StatusTooManyRequests:
		e.Reason = fmt.Sprintf(reasonLimit, status)
	case status == http.StatusNotFound:
		e.Reason = reasonMissing
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusUnavailableForLegalReasons || status == http.StatusPaymentRequired:
		e.Reason = fmt.Sprintf(reasonForbidden, status)
	case status >= 500:
		e.Reason = fmt.Sprintf(reasonServer, status)
	default:
		e.Reason = fmt.Sprintf(reasonStatus, status)
	}

	return e
}

// explainParse puts a body that is no feed into words.
func explainParse(status int, err error) *Error {
	e := &Error{Status: status, Reason: err.Error()}
	if wrong, ok := errors.AsType[*feed.Error](err); ok {
		e.Reason, e.Cause = wrong.Reason, wrong.Cause
	}

	return e
}
