package target

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/targettest"
)

// adapterFor sends to a service of a server.
func adapterFor(s *targettest.Server, service string) *Adapter {
	return New(Config{
		Platform: Platform,
		Find: func(context.Context, string) (Found, error) {
			return Found{Address: s.Target(service), Secret: "secret"}, nil
		},
		Client: s.Client(), UserAgent: "Newsbell/test",
	})
}

// digestOf has n alerts with long headlines and addresses.
func digestOf(n int) *adapters.Message {
	d := &adapters.Digest{Heading: "While you were away"}
	for i := range n {
		d.Alerts = append(d.Alerts, adapters.Alert{Title: fmt.Sprintf("Headline %d %s", i, strings.Repeat(`"<ü>&`, 20)+"[*bold*](https://evil.example) #_x_"), URL: fmt.Sprintf("https://a.example/%d/%s", i, strings.Repeat("a", 80))})
	}

	return &adapters.Message{Nonce: fmt.Sprintf("ab-%d", n), Digest: d}
}

// TestServicesTakeWhatIsSent: each strict service takes alerts, digests and notices, with the address of
// every article; a digest that has no room is never cut but parted.
func TestServicesTakeWhatIsSent(t *testing.T) {
	long := bridgeAlert()
	long.Nonce = "ab-8"
	long.Alert.Summary = strings.Repeat(`A "very" <long> sentence & more. `, 3000)

	far := bridgeAlert()
	far.Nonce = "ab-9"
	far.Alert.URL, far.Alert.Title = "https://a.example/"+strings.Repeat("f", 700), strings.Repeat("Headline ", 40)
	far.Alert.Follows[0].Query = strings.Repeat("harbour OR ", 100) + "pier"

	plain := &adapters.Message{Nonce: "p", Text: adapters.Text{{adapters.Link("Harbour bridge reopens", "https://a.example/1?a=1&b=2")}, {adapters.Plain(strings.Repeat("And so on. ", 8000))}}}

	for _, service := range targettest.Services() {
		t.Run(service, func(t *testing.T) {
			s := targettest.New(t)
			a := adapterFor(s, service)

			for _, m := range []*adapters.Message{bridgeAlert(), long, far, plain, {Nonce: "n", Text: adapters.Say("This is a test.")}} {
				if _, err := a.Send(t.Context(), adapters.Chat{}, m); err != nil {
					t.Fatal(err)
				}

				sent := s.Shown(service)
				last := sent[len(sent)-1]

				if m.Alert != nil && !strings.Contains(last.Text+" "+last.Link, m.Alert.URL) {
					t.Errorf("%s is not in %.2000q, %q", m.Alert.URL, last.Text, last.Link)
				}
			}

			sendInParts(t, a, digestOf(20))

			sent := ""
			for _, m := range s.Shown(service) {
				sent += m.Text
			}

			for _, alert := range digestOf(20).Digest.Alerts {
				if !strings.Contains(sent, alert.URL) || !strings.Contains(sent, alert.Title) {
					t.Errorf("no message has %s", alert.Title)
				}
			}
		})
	}
}

// sendInParts sends a digest, halved while it is too long, as the outbox does.
func sendInParts(t *testing.T, a *Adapter, m *adapters.Message) {
	t.Helper()

	_, err := a.Send(t.Context(), adapters.Chat{}, m)
	if failed := adapters.FateOf(err); err != nil && (failed.Fate != adapters.TooLong || len(m.Digest.Alerts) < 2) {
		t.Fatalf("a digest of %d: %v", len(m.Digest.Alerts), err)
	}

	if err == nil {
		return
	}

	half := len(m.Digest.Alerts) / 2
	for i, alerts := range [][]adapters.Alert{m.Digest.Alerts[:half], m.Digest.Alerts[half:]} {
		sendInParts(t, a, &adapters.Message{Nonce: fmt.Sprintf("%s-%d", m.Nonce, i), Digest: &adapters.Digest{Heading: m.Digest.Heading, Alerts: alerts}})
	}
}

// TestServicesShowOnce: a message that comes twice is shown once where the service has names for
// messages.
func TestServicesShowOnce(t *testing.T) {
	for service, shown := range map[string]int{targettest.Ntfy: 1, targettest.Matrix: 1, targettest.Slack: 2, targettest.Gotify: 2, targettest.Pushover: 2, targettest.Discord: 2} {
		s := targettest.New(t)
		s.Answer(service, targettest.Answer{Takes: true}) // it has taken it, and breaks off
		a := adapterFor(s, service)

		_, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert())
		if adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("%s: %v, want unsure", service, err)
		}

		if _, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert()); err != nil {
			t.Errorf("%s: %v", service, err)
		}

		if n := len(s.Shown(service)); n != shown || s.Taken(service) != 2 {
			t.Errorf("%s shows %d messages of %d", service, n, s.Taken(service))
		}
	}
}

// TestServicesSayNo: what each service's own errors mean.
func TestServicesSayNo(t *testing.T) {
	for _, c := range []struct {
		service string
		answer  targettest.Answer
		fate    adapters.Fate
		after   time.Duration
	}{
		{targettest.Ntfy, targettest.Answer{Status: 403, Body: `{"code":40301,"http":403,"error":"forbidden"}`}, adapters.Gone, 0},
		{targettest.Ntfy, targettest.Answer{Status: 429, Body: `{"code":42908,"http":429,"error":"limit reached: daily message quota reached"}`}, adapters.Later, time.Minute},
		{targettest.Ntfy, targettest.Answer{Status: 413, Body: `{"code":41303,"http":413,"error":"JSON body too large"}`}, adapters.TooLong, 0},
		{targettest.Ntfy, targettest.Answer{Status: 500, Body: `{"code":50001,"http":500,"error":"internal server error"}`}, adapters.Retry, 0},
		{targettest.Matrix, targettest.Answer{Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":2500}`}, adapters.Later, 2500 * time.Millisecond},
		{targettest.Matrix, targettest.Answer{Status: 429, Header: map[string]string{"Retry-After": "4"}, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":9000}`}, adapters.Later, 4 * time.Second},
		{targettest.Matrix, targettest.Answer{Status: 401, Body: `{"errcode":"M_UNKNOWN_TOKEN","error":"Invalid access token","soft_logout":false}`}, adapters.Gone, 0},
		{targettest.Matrix, targettest.Answer{Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"User not in room"}`}, adapters.Gone, 0},
		{targettest.Slack, targettest.Answer{Status: 429, Header: map[string]string{"Retry-After": "30"}, Body: "rate_limited"}, adapters.Later, 30 * time.Second},
		{targettest.Slack, targettest.Answer{Status: 410, Body: "channel_is_archived"}, adapters.Gone, 0},
		{targettest.Slack, targettest.Answer{Status: 404, Body: "no_service"}, adapters.Gone, 0},
		{targettest.Slack, targettest.Answer{Status: 400, Body: "invalid_payload"}, adapters.Refused, 0},
		{targettest.Slack, targettest.Answer{Status: 500, Body: "rollup_error"}, adapters.Retry, 0},
		{targettest.Gotify, targettest.Answer{Status: 401, Body: `{"error":"Unauthorized","errorCode":401,"errorDescription":"you need to provide a valid access token"}`}, adapters.Gone, 0},
		{targettest.Gotify, targettest.Answer{Status: 404, Body: "404 page not found\n"}, adapters.Retry, 0}, // of a proxy whose Gotify restarts
		{targettest.Ntfy, targettest.Answer{Status: 403, Body: "<html>Access denied</html>"}, adapters.Retry, 0},
		{targettest.Gotify, targettest.Answer{Status: 502, Body: "Bad Gateway"}, adapters.Retry, 0},
		{targettest.Pushover, targettest.Answer{Status: 400, Body: `{"user":"invalid","errors":["user identifier is invalid"],"status":0}`}, adapters.Gone, 0},
		{targettest.Pushover, targettest.Answer{Status: 400, Body: `{"token":"invalid","errors":["application token is invalid"],"status":0}`}, adapters.Gone, 0},
		{targettest.Pushover, targettest.Answer{Status: 400, Body: `{"message":"cannot be blank","errors":["message cannot be blank"],"status":0}`}, adapters.Refused, 0},
		{targettest.Pushover, targettest.Answer{Status: 429, Header: map[string]string{"X-Limit-App-Remaining": "0", "X-Limit-App-Reset": "4102444800"}, Body: `{"errors":["application is over its message limit"],"status":0}`}, adapters.Later, time.Hour},
		{targettest.Ntfy, targettest.Answer{Status: 401, Body: `{"code":40101,"http":401,"error":"unauthorized"}`}, adapters.Gone, 0},
		{targettest.Discord, targettest.Answer{Status: 404, Body: `{"message":"Unknown Webhook","code":10015}`}, adapters.Gone, 0},
		{targettest.Discord, targettest.Answer{Status: 403, Body: `{"message":"internal network error","code":40333}`}, adapters.Retry, 0}, // Cloudflare's
		{targettest.Discord, targettest.Answer{Status: 403, Body: `<html>1020`}, adapters.Retry, 0},
		{targettest.Discord, targettest.Answer{Status: 401, Body: `{"message":"Invalid Webhook Token","code":50027}`}, adapters.Gone, 0},
		{targettest.Discord, targettest.Answer{Status: 429, Header: map[string]string{"Retry-After": "2"}, Body: `{"message":"You are being rate limited.","retry_after":1.337,"global":false}`}, adapters.Later, 2 * time.Second},
		{targettest.Discord, targettest.Answer{Status: 429, Body: `{"message":"You are being rate limited.","retry_after":0.5,"global":false}`}, adapters.Later, 500 * time.Millisecond},
		{targettest.Discord, targettest.Answer{Status: 400, Body: `{"message":"Cannot send an empty message","code":50006}`}, adapters.Refused, 0},
		{targettest.Discord, targettest.Answer{Status: 500, Body: `{"message":"500: Internal Server Error","code":0}`}, adapters.Retry, 0},
	} {
		s := targettest.New(t)
		s.Answer(c.service, c.answer)
		a := adapterFor(s, c.service)

		_, err := a.Send(t.Context(), adapters.Chat{}, bridgeAlert())
		if e, ok := errors.AsType[*adapters.SendError](err); !ok || e.Fate != c.fate || e.After != c.after {
			t.Errorf("%s, %d %s: %v, want %s after %s", c.service, c.answer.Status, c.answer.Body, err, c.fate, c.after)
		}

		if n := s.Taken(c.service); n != 0 {
			t.Errorf("%s: %d messages were taken", c.service, n)
		}
	}
}

// TestServicesAreStrict: the services refuse what is not as their documents say; else the
// tests above would prove nothing.
func TestServicesAreStrict(t *testing.T) {
	for service, address := range map[string]string{
		targettest.Ntfy: "https://127.0.0.1/", targettest.Matrix: "https://127.0.0.1/_matrix/client/v3/rooms/!rig:127.0.0.1/send/m.room.message/1",
		targettest.Slack: "https://hooks.slack.com/services/T0/B0/x", targettest.Gotify: "https://127.0.0.1/message", targettest.Pushover: "https://api.pushover.net/1/messages.json",
		targettest.Discord: "https://discord.com/api/webhooks/1/x",
	} {
		quiet := &listening{TB: t}
		s := targettest.New(quiet)

		resp, err := s.Client().Post(address, "application/x-www-form-urlencoded", strings.NewReader("message=a"))
		if err != nil {
			t.Fatal(err)
		}

		resp.Body.Close()

		if resp.StatusCode < 400 || resp.StatusCode >= 500 || s.Taken(service) != 0 || quiet.errors.Load() != 1 {
			t.Errorf("%s answers %s, %d errors", service, resp.Status, quiet.errors.Load())
		}
	}
}

// listening is a test that counts what it is told instead of failing.
type listening struct {
	testing.TB

	errors atomic.Int32
}

func (l *listening) Errorf(string, ...any) { l.errors.Add(1) }
