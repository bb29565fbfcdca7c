package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"newsbell/adapters"
)

// MailServer is the server that e-mail is sent by.
type MailServer struct {
	Address        string // host and port
	TLS            string // "starttls", "implicit" or "none"
	From           string // "Newsbell <news@example.org>"
	User, Password string // "": it asks for none
	// TLSConfig says whom to trust; nil: the system's authorities.
	TLSConfig *tls.Config
	// Dial replaces the network, for tests without TLS.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// mailTime bounds what a server may take for a mail. Some look through it before they say that they have
// it: to send it again meanwhile would double it. (RFC 5321, 4.5.3.2.6 would wait for ten minutes; an
// attempt has one.)
const mailTime = 50 * time.Second

// longestSubject is how many characters of a title a subject has.
const longestSubject = 200

// parseMail reads an e-mail address as people write it, with or without mailto:. It has no
// name, no options and no second recipient.
func parseMail(text string) (address string, err error) {
	text = strings.TrimSpace(text)
	if len(text) > 7 && strings.EqualFold(text[:7], "mailto:") {
		text = text[7:]
	}

	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text || len(text) > 254 {
		return "", ErrAddress
	}

	at := strings.LastIndexByte(text, '@')
	for _, c := range text {
		if isBeyondASCII(c) || c <= ' ' || strings.ContainsRune(`"<>,;:\?&%`, c) {
			return "", ErrAddress
		}
	}

	if host := text[at+1:]; !strings.Contains(host, ".") || strings.HasPrefix(host, "[") {
		return "", ErrAddress
	}

	return text[:at] + "@" + strings.ToLower(text[at+1:]), nil
}

// newMail returns the mail that carries a message.
func (s *MailServer) newMail(to string, found Found, m *adapters.Message) (*gomail.Msg, error) {
	title, _, _ := splitHeadline(m)
	msg := gomail.NewMsg()

	if err := msg.From(s.From); err != nil {
		return nil, fmt.Errorf("mail.from is no address: %w", err)
	}

	if err := msg.To(to); err != nil {
		return nil, ErrAddress
	}

	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("mail.from is no address: %w", err)
	}

	msg.Subject(truncateChars(strings.Map(printableRune, title), longestSubject))
	msg.SetDate()
	msg.SetBulk()
	// A second sending after a crash has the same name, so that a mailbox can tell.
	msg.SetMessageIDWithValue(strings.Map(messageIDRune, m.Nonce) + from.Address[strings.LastIndexByte(from.Address, '@'):])
	msg.SetGenHeader("Auto-Submitted", "auto-generated")

	if found.End != "" {
		msg.SetListUnsubscribe(found.End)

		if strings.HasPrefix(found.End, "https://") { // what RFC 8058 asks for
			msg.SetListUnsubscribePost()
		}
	}

	html, err := renderPage(m, found)
	if err != nil {
		return nil, err
	}

	msg.SetBodyString(gomail.TypeTextPlain, m.String()+"\n\n-- \n"+found.Footer+"\n")
	msg.AddAlternativeString(gomail.TypeTextHTML, html)

	return msg, nil
}

func isBeyondASCII(r rune) bool { return r > unicode.MaxASCII }

// printableRune makes a space of what is no part of one line.
func printableRune(r rune) rune {
	if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
		return ' '
	}

	return r
}

// messageIDRune keeps what a Message-ID may hold.
func messageIDRune(r rune) rune {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '.') {
		return r
	}

	return -1
}

// client returns a client of the server.
func (s *MailServer) client() (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, err
	}

	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}

	options := []gomail.Option{gomail.WithPort(number), gomail.WithTimeout(mailTime)}
	if s.TLSConfig != nil {
		options = append(options, gomail.WithTLSConfig(s.TLSConfig))
	}

	if s.Dial != nil {
		options = append(options, gomail.WithDialContextFunc(s.Dial))
	}

	// A mail that asks for it is refused by servers on its way that don't have it, whatever is in the mail.
	if from, err := mail.ParseAddress(s.From); err == nil && !strings.ContainsFunc(from.Address, isBeyondASCII) {
		options = append(options, gomail.WithoutSMTPUTF8())
	}

	switch s.TLS {
	case "implicit":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}

	if s.User != "" {
		auth := gomail.SMTPAuthAutoDiscover // nothing that shows the password without TLS
		if s.TLS == "none" {
			auth = gomail.SMTPAuthPlainNoEnc
		}

		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}

	return gomail.NewClient(host, options...)
}

// send mails a message, once, and says what became of it.
func (s *MailServer) send(ctx context.Context, to string, found Found, m *adapters.Message) error {
	mail, err := s.newMail(to, found, m)
	if err != nil {
		return &adapters.SendError{Fate: adapters.Refused, Reason: "it could not be written as a mail", Cause: err}
	}

	client, err := s.client()
	if err != nil {
		return &adapters.SendError{Fate: adapters.Retry, Reason: "the mail server's address is wrong", Cause: err}
	}

	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()

	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &adapters.SendError{Fate: adapters.Retry, Reason: "the mail server takes no mail right now", Cause: markRefusal(err)}
	}
	defer func() { _ = client.CloseWithSMTPClient(connection) }() // it has said what became of the mail

	_ = connection.UpdateDeadline(mailTime) // a connection that is gone fails below

	return mailFate(client.SendWithSMTPClient(connection, mail))
}

// LogMailRefused is logged as an error, once until a mail is taken again, when the server takes none for a
// reason that an operator has to mend.
const LogMailRefused = "The mail server takes no mail from Newsbell; check [mail]"

// refusal is the cause of a failure that is for an operator to mend, whoever the mail is for.
type refusal struct{ error }

// markRefusal makes a refusal of an error before any mail was offered if waiting doesn't help: a wrong
// password, a certificate that isn't trusted, no TLS. go-mail has the last one in words only.
func markRefusal(err error) error {
	said, ok := errors.AsType[*textproto.Error](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)

	if ok && said.Code >= 500 || untrusted || strings.Contains(err.Error(), "does not support") {
		return refusal{err}
	}

	return err
}

// noteRefusal tells an operator of a refusal, once until a mail is taken again.
func (a *Adapter) noteRefusal(err error) {
	refused, ok := errors.AsType[refusal](err)

	switch {
	case err == nil:
		a.mailRefused.Store(false)
	case ok && !a.mailRefused.Swap(true):
		a.config.Log.Error(LogMailRefused, "error", refused.error)
	}
}

// isUnknownRecipient reports whether a refusal of a recipient says that there is no such address
// (RFC 3463). That this server may not send there (5.7.x), that our own address is wrong (5.1.7,
// 5.1.8) or a mailbox is full is for the operator or the reader to mend.
func isUnknownRecipient(code int, enhanced string) bool {
	switch {
	case code < 500, strings.HasPrefix(enhanced, "5.7."), enhanced == "5.1.7", enhanced == "5.1.8":
		return false
	case strings.HasPrefix(enhanced, "5.1."):
		return true
	default:
		return code == 550 || code == 551 || code == 553
	}
}

// isOfSender reports whether a refusal is about who sends, by SPF, DKIM, DMARC or the name of our
// server (RFC 7372): no mail of ours is taken until the operator has mended that.
func isOfSender(enhanced string) bool {
	number, ok := strings.CutPrefix(enhanced, "5.7.")
	return ok && len(number) == 2 && number[0] == '2'
}

// mailFate returns what an answer of the server means, as a *SendError; nil for a success.
func mailFate(err error) error {
	if err == nil {
		return nil
	}

	failed, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &adapters.SendError{Fate: adapters.Unsure, Reason: "the connection broke off", Cause: errors.New("the mail server broke off")}
	}

	code, enhanced := failed.ErrorCode(), failed.EnhancedStatusCode()
	e := &adapters.SendError{Fate: adapters.Retry, Reason: "the mail server answered " + strconv.Itoa(code), Cause: fmt.Errorf("SMTP %s: %s", strings.TrimSpace(strconv.Itoa(code)+" "+enhanced), failed.Reason)}
	forGood := code >= 500 && !isOfSender(enhanced)

	if code == 0 {
		e.Reason, e.Cause = "the connection broke off", fmt.Errorf("SMTP: %s", failed.Reason)
	}

	if code >= 500 && failed.Reason == gomail.ErrSMTPMailFrom || isOfSender(enhanced) {
		e.Cause = refusal{e.Cause}
	}

	switch {
	case failed.Reason == gomail.ErrSMTPReset:
		return nil // the mail was taken before
	case failed.Reason == gomail.ErrSMTPRcptTo && isUnknownRecipient(code, enhanced):
		e.Fate = adapters.Gone
	case (failed.Reason == gomail.ErrSMTPData || failed.Reason == gomail.ErrSMTPDataClose) && code == 552:
		e.Fate = adapters.TooLong
	case (failed.Reason == gomail.ErrSMTPData || failed.Reason == gomail.ErrSMTPDataClose) && forGood:
		e.Fate = adapters.Refused
	case failed.Reason == gomail.ErrSMTPDataClose && code == 0:
		e.Fate = adapters.Unsure
	case code == 421 || code == 450 || code == 451 || code == 452:
		e.Fate, e.After = adapters.Later, time.Minute
	}

	return e
}
