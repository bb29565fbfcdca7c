package target

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"
	gomail "github.com/wneessen/go-mail"

	"newsbell/adapters"
	"newsbell/adapters/mailtest"
	"newsbell/internal/porttest"
)

// mailTo makes an adapter that mails to an address by a server.
func mailTo(s *mailtest.Server, mode, address string) *Adapter {
	return New(Config{
		Platform: MailPlatform,
		Find: func(context.Context, string) (Found, error) {
			return Found{Address: address, Footer: "To end it: https://news.example/end/TOKEN", End: "https://news.example/end/TOKEN"}, nil
		},
		Client: http.DefaultClient, UserAgent: "Newsbell/test",
		Mail: &MailServer{Address: s.Address, TLS: mode, From: "Newsbell <news@example.org>", User: mailtest.User, Password: mailtest.Password, TLSConfig: s.Trust},
	})
}

// TestMail sends an alert over STARTTLS and TLS, with what a mail of a list has.
func TestMail(t *testing.T) {
	for _, mode := range []string{"starttls", "implicit"} {
		s := mailtest.New(t, mode == "implicit")

		if _, err := mailTo(s, mode, "mailto:ann@Reader.example").Send(t.Context(), adapters.Chat{}, bridgeAlert()); err != nil {
			t.Fatalf("%s: %v", mode, err)
		}

		l := s.Letters()[0]
		for name, want := range map[string]string{
			"To": "<ann@reader.example>", "From": `"Newsbell" <news@example.org>`, "Subject": "Harbour bridge <reopens>", "Message-Id": "<ab-7@example.org>", "Auto-Submitted": "auto-generated",
			"List-Unsubscribe": "<https://news.example/end/TOKEN>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		} {
			if got := l.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", mode, name, got, want)
			}
		}

		text, html := partsOf(t, l)
		if strings.Count(text, "https://a.example/1?a=1&b=2") != 1 || !strings.Contains(text, "After two years.") || !strings.Contains(text, "To end it: https://news.example/end/TOKEN") {
			t.Errorf("%s:\n%s", mode, text)
		}

		for _, want := range []string{`<a href="https://a.example/1?a=1&amp;b=2">Harbour bridge &lt;reopens&gt;</a>`, "After two years.", `To end it: <a href="https://news.example/end/TOKEN">`} {
			if strings.Count(html, want) != 1 {
				t.Errorf("%s: the HTML lacks %s:\n%s", mode, want, html)
			}
		}

		if l.To != "ann@reader.example" {
			t.Errorf("%s: it went to %q", mode, l.To)
		}
	}
}

// partsOf returns the two forms of a mail.
func partsOf(t *testing.T, l mailtest.Letter) (text, html string) {
	t.Helper()

	kind, params, err := mime.ParseMediaType(l.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%q, %v", kind, err)
	}

	parts := map[string]string{}

	for r := multipart.NewReader(strings.NewReader(l.Body), params["boundary"]); ; {
		part, err := r.NextPart() // it decodes quoted-printable
		if err != nil {
			break
		}

		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}

		kind, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";")
		parts[kind] = string(body)
	}

	if len(parts) != 2 {
		t.Fatalf("%d parts: %v", len(parts), parts)
	}

	return parts["text/plain"], parts["text/html"]
}

// TestMailPages: a digest and a text are pages, too, which load nothing, and in which nothing of
// a story is markup or a script.
func TestMailPages(t *testing.T) {
	evil := `<img src="https://evil.example/t.gif"><script>alert(1)</script>`
	digest := &adapters.Message{Digest: &adapters.Digest{Heading: "2 stories " + evil, More: 3, Alerts: []adapters.Alert{
		{Title: "Storm " + evil, URL: "https://a.example/storm", Outlet: "Coast " + evil}, {Title: "Ferry", URL: "javascript:alert(1)"},
	}}}
	notice := &adapters.Message{Text: adapters.Text{{adapters.Plain("Read "), adapters.Link("this", "https://a.example/help")}, {}, {adapters.Bold(evil)}}}
	alert := &adapters.Message{Alert: &adapters.Alert{Title: "Storm\n" + evil, Summary: evil, URL: "https://a.example/storm"}}

	for _, c := range []struct {
		m     *adapters.Message
		wants []string
	}{
		{digest, []string{`<a href="https://a.example/storm">Storm &lt;img`, "<h1"}},
		{notice, []string{`Read <a href="https://a.example/help">this</a>`, "<b>&lt;img"}},
		{alert, []string{`<a href="https://a.example/storm">Storm`}},
	} {
		html, err := renderPage(c.m, Found{Footer: "To end it, send /targets there."})
		if err != nil {
			t.Fatal(err)
		}

		for _, want := range append(c.wants, "To end it, send /targets there.") {
			if strings.Count(html, want) != 1 {
				t.Errorf("it lacks %s:\n%s", want, html)
			}
		}

		if strings.Contains(html, "<img") || strings.Contains(html, "<script") || strings.Contains(html, `"javascript:`) {
			t.Errorf("a story is markup:\n%s", html)
		}
	}
}

// TestMailIsNotSentInTheOpen: without TLS, or to a server that is not the one of the
// certificate, neither password nor mail leaves.
func TestMailIsNotSentInTheOpen(t *testing.T) {
	s := mailtest.New(t, false)

	a := mailTo(s, "starttls", "ann@reader.example")
	a.config.Mail.TLSConfig = nil // nobody vouches for this server

	_, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert())
	if e, ok := errors.AsType[*adapters.SendError](err); !ok || e.Fate != adapters.Retry || len(s.Letters()) != 0 {
		t.Errorf("%v, %d letters", err, len(s.Letters()))
	}

	if err != nil && strings.Contains(err.Error(), mailtest.Password) {
		t.Errorf("the error tells the password: %v", err)
	}
}

// TestHostileMail: nothing in a story makes a header, a recipient or a second mail.
func TestHostileMail(t *testing.T) {
	s := mailtest.New(t, false)
	m := bridgeAlert()
	m.Nonce = "n-1>\r\nBcc: eve@evil.example"
	m.Alert.Title = "Storm\r\nBcc: eve@evil.example\r\n\r\n.\r\nQUIT\u2028 Größe " + strings.Repeat("x", 500)
	m.Alert.Summary = "\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n"
	m.Alert.Outlet = "Coast\r\nX-Evil: 1"

	if _, err := mailTo(s, "starttls", "ann@reader.example").Send(t.Context(), adapters.Chat{}, m); err != nil {
		t.Fatal(err)
	}

	letters := s.Letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}

	h := letters[0].Header
	if h.Get("Bcc") != "" || h.Get("X-Evil") != "" || strings.ContainsAny(h.Get("Message-Id"), "\r\n ") {
		t.Errorf("%v", h)
	}

	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "Storm") || len([]rune(subject)) > longestSubject {
		t.Errorf("%q, %v", subject, err)
	}
}

// TestMailFates: what the server answers is what the outbox does next.
func TestMailFates(t *testing.T) {
	for _, c := range []struct {
		rules mailtest.Rules
		want  adapters.Fate
		taken int
	}{
		{mailtest.Rules{Rcpt: 550}, adapters.Gone, 0},
		{mailtest.Rules{Rcpt: 550, Enhanced: smtp.EnhancedCode{5, 1, 1}}, adapters.Gone, 0},
		{mailtest.Rules{Rcpt: 554, Enhanced: smtp.EnhancedCode{5, 1, 1}}, adapters.Gone, 0},
		{mailtest.Rules{Rcpt: 550, Enhanced: smtp.EnhancedCode{5, 7, 1}}, adapters.Retry, 0}, // a blocklist, or no relay
		{mailtest.Rules{Rcpt: 554}, adapters.Retry, 0},
		{mailtest.Rules{Rcpt: 552, Enhanced: smtp.EnhancedCode{5, 2, 2}}, adapters.Retry, 0}, // full
		{mailtest.Rules{Rcpt: 550, Enhanced: smtp.EnhancedCode{5, 1, 8}}, adapters.Retry, 0}, // it is about the sender
		{mailtest.Rules{Rcpt: 530, Enhanced: smtp.EnhancedCode{5, 7, 0}}, adapters.Retry, 0},
		{mailtest.Rules{Rcpt: 451}, adapters.Later, 0},
		{mailtest.Rules{Mail: 553}, adapters.Retry, 0}, // our own address: the operator's to mend
		{mailtest.Rules{Data: 554}, adapters.Refused, 0},
		{mailtest.Rules{Data: 554, Enhanced: smtp.EnhancedCode{5, 7, 1}}, adapters.Refused, 0}, // what stands in it
		{mailtest.Rules{Data: 550, Enhanced: smtp.EnhancedCode{5, 7, 26}}, adapters.Retry, 0},  // no SPF, no DKIM
		{mailtest.Rules{Data: 552}, adapters.TooLong, 0},
		{mailtest.Rules{Data: 452}, adapters.Later, 0},
		{mailtest.Rules{BreakOff: true}, adapters.Unsure, 1},
	} {
		s := mailtest.New(t, false)
		s.Behave(c.rules)

		_, err := mailTo(s, "starttls", "ann@reader.example").Send(t.Context(), adapters.Chat{}, bridgeAlert())

		e, ok := errors.AsType[*adapters.SendError](err)
		if !ok || e.Fate != c.want || len(s.Letters()) != c.taken || strings.Contains(err.Error(), "ann@") {
			t.Errorf("%+v: %v, want %s; %d letters", c.rules, err, c.want, len(s.Letters()))
		}
	}
}

// TestAServerThatLooksThroughMail: a mail is sent once, however long the server looks through it before it
// says that it has it.
func TestAServerThatLooksThroughMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := porttest.NewPipes()
		s := mailtest.NewOn(t, network)
		s.Behave(mailtest.Rules{Open: true, Looking: 45 * time.Second})

		a := mailTo(s, "none", "ann@reader.example")
		a.config.Mail.User, a.config.Mail.Dial = "", network.Dial

		_, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert())
		if err != nil || len(s.Letters()) != 1 {
			t.Errorf("%v, %d letters", err, len(s.Letters()))
		}
	})
}

// TestTheOperatorHearsOfARefusal: that the server takes no mail at all, for a reason that doesn't go away,
// is told once until it takes one again; what is about one recipient, or passes, isn't.
func TestTheOperatorHearsOfARefusal(t *testing.T) {
	for name, c := range map[string]struct {
		rules    mailtest.Rules
		password string
		told     bool
	}{
		"a wrong password": {password: "wrong", told: true},
		"its sender":       {rules: mailtest.Rules{Mail: 550}, told: true},
		"no SPF":           {rules: mailtest.Rules{Data: 550, Enhanced: smtp.EnhancedCode{5, 7, 23}}, told: true},
		"later":            {rules: mailtest.Rules{Mail: 451}},
		"a recipient":      {rules: mailtest.Rules{Rcpt: 550}},
	} {
		s := mailtest.New(t, false)
		a := mailTo(s, "starttls", "ann@reader.example")

		var log bytes.Buffer

		a.config.Log = slog.New(slog.NewTextHandler(&log, nil))

		for round := range 2 {
			s.Behave(c.rules)

			a.config.Mail.Password = cmp.Or(c.password, mailtest.Password)

			for range 2 {
				if _, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert()); err == nil {
					t.Errorf("%s: it was sent", name)
				}
			}

			if n := strings.Count(log.String(), LogMailRefused); c.told && n != round+1 || !c.told && n != 0 {
				t.Errorf("%s, round %d: told %d times", name, round, n)
			}

			s.Behave(mailtest.Rules{})

			a.config.Mail.Password = mailtest.Password
			if _, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}

		if strings.Contains(log.String(), "ann@") {
			t.Errorf("%s: the log has the address", name)
		}
	}
}

// TestAConnectionThatBreaksIsNoAnswer: people don't read that a server answered 0.
func TestAConnectionThatBreaksIsNoAnswer(t *testing.T) {
	e, ok := errors.AsType[*adapters.SendError](mailFate(&gomail.SendError{Reason: gomail.ErrConnCheck}))
	if !ok || e.Fate != adapters.Retry || e.Reason != "the connection broke off" {
		t.Errorf("%v", e)
	}
}

// TestMailAddresses: one address without a name, options or a second one; one spelling each.
func TestMailAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"ann@reader.example": "ann@reader.example", " Ann.B+news@Reader.EXAMPLE ": "Ann.B+news@reader.example", "MAILTO:ann@reader.example": "ann@reader.example",
	} {
		p, err := Parse(text)
		if err != nil || p.Kind != Mail || p.Name() != want || p.Address() != "mailto:"+want {
			t.Errorf("%q: %+v, %v", text, p, err)
		}
	}

	for _, text := range []string{
		"ann@localhost", "ann@[127.0.0.1]", "Ann <ann@reader.example>", "ann@reader.example,eve@evil.example", "ann@reader.example?bcc=eve@evil.example", "ann@reader.example\r\nBcc: eve@evil.example",
		"\"ann b\"@reader.example", "ann%40evil.example@reader.example", "@reader.example", "ann@", "mailto:", "änn@reader.example", strings.Repeat("a", 250) + "@b.example", "<ann@reader.example>", "ann@reader.example\x00",
	} {
		if p, err := Parse(text); err == nil {
			t.Errorf("%q is %+v", text, p)
		}
	}
}
