// Package target is the adapter of the further targets of a chat's alerts: a webhook, ntfy,
// Slack, Discord's webhooks, Gotify, Pushover, Matrix, e-mail. Nobody answers there, so it only
// sends.
//
// Each target is a chat of its own to the outbox, which retries, paces and accounts for what
// is sent there as anywhere. Where a target can, two sends of one message make one: a webhook
// gets its name as Idempotency-Key, Matrix as the transaction, a mail as its Message-ID.
// Addresses come from chats: requests go through a guarded client and follow no redirects;
// mail goes through the operator's server alone.
package target

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"

	"newsbell/adapters"
)

// The platforms of the chats that stand for targets: those reached by e-mail, and all others.
const (
	Platform     = "target"
	MailPlatform = "mail"
)

// sendTime bounds one request, and answerBytes what is read of its answer.
const (
	sendTime    = 20 * time.Second
	answerBytes = 4 << 10
)

// longestPause is how long a target may have us wait (Retry-After).
const longestPause = time.Hour

// Config is what an Adapter is made of. All fields are needed but those that may be nil.
type Config struct {
	Platform string // whose chats it sends to
	// Find returns where the chat at an address leads.
	Find func(ctx context.Context, address string) (Found, error)
	// Client sends; it must not reach where people may not. IsForbidden reports whether its error
	// says that an address is such a place; nil: none does.
	Client      *http.Client
	IsForbidden func(error) bool
	UserAgent   string
	// Mail sends e-mail; nil: none is sent. Log takes what an operator has to mend about it; nil: nobody hears it.
	Mail *MailServer
	Log  *slog.Logger
}

// Found is where a target leads.
type Found struct {
	Address string // as people wrote it
	Secret  string // that a webhook's messages are signed with
	// Footer stands below a mail, and End is where one press ends them, "" nowhere.
	Footer, End string
}

// Adapter sends to targets. Make it with New.
type Adapter struct {
	config      Config
	client      http.Client
	mailRefused atomic.Bool // that the mail server takes nothing was logged
}

// New makes the adapter.
func New(c Config) *Adapter {
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}

	return &Adapter{config: c, client: client}
}

// Platform is MailPlatform or "target".
func (a *Adapter) Platform() string { return a.config.Platform }

// Run waits: nothing is received.
func (a *Adapter) Run(ctx context.Context, _ adapters.Handler) error {
	<-ctx.Done()
	return nil
}

// Send posts a message to where a target leads.
func (a *Adapter) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	found, err := a.config.Find(ctx, to.Address)
	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Retry, Reason: "the target could not be read", Cause: err}
	}

	target, err := Parse(found.Address)
	if err != nil {
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: "the address leads nowhere", Cause: err}
	}

	switch {
	case target.Kind != Mail:
		r, err := target.newRequest(m, found.Secret, time.Now())
		if err != nil {
			return "", err
		}

		return "", a.do(ctx, target.Kind, r)
	case a.config.Mail == nil:
		return "", &adapters.SendError{Fate: adapters.Gone, Reason: "no mail is sent any more", Cause: errAddress}
	default:
		err := a.config.Mail.send(ctx, target.mail, found, m)
		a.noteRefusal(err)

		return "", err
	}
}

// do sends a request, once, and says what became of it.
func (a *Adapter) do(ctx context.Context, kind Kind, q request) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()

	var wrote atomic.Bool // the transport may still set it when Do has returned

	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})

	r, err := http.NewRequestWithContext(ctx, q.method, q.url, bytes.NewReader(q.body))
	if err != nil {
		return &adapters.SendError{Fate: adapters.Gone, Reason: "the address leads nowhere", Cause: errAddress}
	}

	r.Header = q.header
	r.Header.Set("User-Agent", a.config.UserAgent)

	resp, err := a.client.Do(r)
	if err != nil && a.config.IsForbidden != nil && a.config.IsForbidden(err) {
		return &adapters.SendError{Fate: adapters.Gone, Reason: "it's at a private address, which this bot doesn't visit", Cause: errPrivate}
	}

	if err != nil {
		fate := adapters.Retry
		if wrote.Load() {
			fate = adapters.Unsure
		}

		return &adapters.SendError{Fate: fate, Reason: reasonOf(err), Cause: withoutAddress(err)}
	}

	defer resp.Body.Close()

	body, _ := io.ReadAll(io.LimitReader(resp.Body, answerBytes)) // also so that the connection can be used again

	return fateOf(kind, resp, body)
}

var (
	errAddress     = errors.New("the address of the target is wrong")
	errPrivate     = errors.New("the guard refuses the address")
	errCertificate = errors.New("the certificate is not valid")
)

// reasonOf returns why a request had no answer, as a clause for people. They are sentences that are
// said of sources, too, and so are in every language.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return "there's no server of that name"
	} else if ok {
		return "its server's name can't be looked up right now"
	}

	timeout, ok := errors.AsType[net.Error](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)

	switch {
	case isCertificate:
		return "the server's certificate isn't valid"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refuses connections"
	case ok && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "it took too long to answer"
	default:
		return "the connection broke off"
	}
}

// withoutAddress returns an error of the client without the address, which may hold a token, and
// without the name and number of the host, which are the chat's secret too.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("look up the host: " + e.Err)
	}

	if e, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}

	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return errCertificate
	}

	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}

	return err
}

// Edit is refused: what was sent stays.
func (a *Adapter) Edit(context.Context, adapters.Chat, string, *adapters.Message) error {
	return &adapters.SendError{Fate: adapters.Refused, Reason: "it takes no edits"}
}

// Find cannot tell.
func (a *Adapter) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// Room returns how many alerts of a digest one message lists: up to what a screen takes, or a mail.
func (a *Adapter) Room(d *adapters.Digest) int {
	if a.config.Platform == MailPlatform {
		return min(len(d.Alerts), mailRoom)
	}

	return min(len(d.Alerts), digestRoom)
}

// How many alerts one message lists, and one mail.
const (
	digestRoom = 20
	mailRoom   = 100
)

// Lookup knows no chats: a target is added with /targets.
func (a *Adapter) Lookup(context.Context, string, *adapters.Request) (adapters.ChatInfo, error) {
	return adapters.ChatInfo{}, errAddress
}

// Rights are all: there is nobody else.
func (a *Adapter) Rights(context.Context, adapters.Chat, string) (adapters.Rights, error) {
	return adapters.Rights{Manage: true}, nil
}
