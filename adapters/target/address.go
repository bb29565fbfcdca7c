package target

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
)

// Kind is what sort of target one is.
type Kind string

// The kinds, and how their addresses are written.
const (
	Webhook  Kind = "webhook"  // https://example.org/hook
	Ntfy     Kind = "ntfy"     // https://ntfy.sh/topic, ntfy://your.host/topic
	Slack    Kind = "slack"    // https://hooks.slack.com/services/…
	Discord  Kind = "discord"  // https://discord.com/api/webhooks/…
	Gotify   Kind = "gotify"   // gotify://your.host/TOKEN
	Pushover Kind = "pushover" // pushover://USER/TOKEN
	Matrix   Kind = "matrix"   // matrix://your.host/!room:your.host/TOKEN
	Mail     Kind = "mail"     // you@example.org, mailto:you@example.org
)

// longestAddress bounds what is kept of an address.
const longestAddress = 1000

// Target is where alerts go beside a chat.
type Target struct {
	Kind Kind
	URL  *url.URL // as it was written
	path []string // its parts, unescaped
	mail string   // the address, of Mail
}

// Address is how the target is kept: one spelling for each.
func (p Target) Address() string {
	if p.Kind == Mail {
		return "mailto:" + p.mail
	}

	return p.URL.String()
}

// ErrAddress is what an address is that is none of a kind that is known.
var ErrAddress = errors.New("that is not an address of a webhook, ntfy, Slack, Discord, Gotify, Pushover, Matrix or e-mail")

var (
	topic  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`) })
	token  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-_.A-Za-z0-9]{1,200}$`) })
	roomID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^![^/\s]{1,200}:[-.:A-Za-z0-9]{1,200}$`) })
)

// Parse reads an address as people write it.
func Parse(address string) (Target, error) {
	if to, err := ParseMail(address); err == nil {
		return Target{Kind: Mail, mail: to}, nil
	}

	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || len(address) > longestAddress || u.Host == "" || u.User != nil || u.Fragment != "" {
		return Target{}, ErrAddress
	}

	p := Target{URL: u}

	for part := range strings.SplitSeq(strings.Trim(u.Path, "/"), "/") {
		p.path = append(p.path, part)
	}

	first, last := p.path[0], p.path[len(p.path)-1]

	switch {
	case u.Scheme == "ntfy" && len(p.path) == 1 && topic().MatchString(first), u.Scheme == "https" && u.Host == "ntfy.sh" && len(p.path) == 1 && topic().MatchString(first):
		p.Kind = Ntfy
	case u.Scheme == "gotify" && token().MatchString(last):
		p.Kind = Gotify
	case u.Scheme == "pushover" && len(p.path) == 1 && token().MatchString(u.Host) && token().MatchString(first):
		p.Kind = Pushover
	case u.Scheme == "matrix" && len(p.path) == 2 && roomID().MatchString(first) && token().MatchString(last):
		p.Kind = Matrix
	case u.Scheme == "https" && u.Host == "hooks.slack.com" && len(p.path) > 1:
		p.Kind = Slack
	case u.Scheme == "https" && (u.Host == "discord.com" || u.Host == "discordapp.com") && strings.HasPrefix(u.Path, "/api/webhooks/"):
		p.Kind = Discord
	case u.Scheme == "https" || u.Scheme == "http":
		p.Kind = Webhook
	default:
		return Target{}, ErrAddress
	}

	return p, nil
}

// Name is the target as others may read it: without what is secret of it.
func (p Target) Name() string {
	switch p.Kind {
	case Mail:
		return p.mail
	case Webhook:
		return p.URL.Host
	case Ntfy:
		return "ntfy: " + p.URL.Host + "/" + p.path[0]
	case Gotify:
		return "Gotify: " + p.URL.Host
	case Matrix:
		return "Matrix: " + p.path[0]
	case Pushover:
		return "Pushover"
	case Slack:
		return "Slack"
	default:
		return "Discord"
	}
}

// post is a request.
type post struct {
	method, url string
	header      http.Header
	body        []byte
}

// request is a message as the target takes it.
func (p Target) request(m *adapters.Message, secret string, now time.Time) post {
	title, text, link := splitHeadline(m)

	switch p.Kind {
	case Webhook:
		return webhookPost(p.URL.String(), m, secret, now)
	case Ntfy:
		o := object{"topic": p.path[0], "title": title, "message": text}
		if link != "" {
			o["click"] = link
		}

		return o.post("https://" + p.URL.Host)
	case Gotify:
		above := strings.Join(p.path[:len(p.path)-1], "/")
		o := object{"title": title, "message": text, "priority": 5, "extras": object{"client::notification": object{"click": object{"url": link}}}}
		r := o.post(strings.TrimSuffix("https://"+p.URL.Host+"/"+above, "/") + "/message")
		r.header.Set("X-Gotify-Key", p.path[len(p.path)-1])

		return r
	case Pushover:
		return object{"user": p.URL.Host, "token": p.path[0], "title": truncate(title, 250), "message": truncate(text, 1024), "url": link}.post("https://api.pushover.net/1/messages.json")
	case Matrix:
		r := object{"msgtype": "m.text", "body": m.String()}.post(fmt.Sprintf("https://%s/_matrix/client/v3/rooms/%s/send/m.room.message/%s", p.URL.Host, url.PathEscape(p.path[0]), url.PathEscape(m.Nonce)))
		r.method = http.MethodPut
		r.header.Set("Authorization", "Bearer "+p.path[1])

		return r
	case Slack:
		return object{"text": slackEscape.Replace(m.String())}.post(p.URL.String())
	default:
		return object{"content": truncate(m.String(), 2000), "allowed_mentions": object{"parse": []string{}}}.post(p.URL.String())
	}
}

// slackEscape is what Slack asks for: https://docs.slack.dev/messaging/formatting-message-text.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// splitHeadline is a message as a notification shows it.
func splitHeadline(m *adapters.Message) (title, text, link string) {
	whole := m.String()
	title, text, _ = strings.Cut(whole, "\n")

	if m.Alert != nil {
		link = m.Alert.URL
	}

	if text == "" {
		text = title
	}

	return title, text, link
}

// object is what is posted as JSON.
type object map[string]any

func (o object) post(to string) post {
	body, err := json.Marshal(o)
	if err != nil {
		body = nil // our own values always encode
	}

	return post{http.MethodPost, to, http.Header{"Content-Type": {"application/json"}}, body}
}

// truncate shortens a text to so many characters.
func truncate(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}

	return text
}

// webhookPost is a message as an event, signed: the HMAC-SHA256 of the time, a dot and the body.
// The names are those of the events of `newsbell run --json`.
func webhookPost(to string, m *adapters.Message, secret string, now time.Time) post {
	o := object{"id": m.Nonce, "time": now.UTC().Format(time.RFC3339)}

	switch {
	case m.Alert != nil:
		o["event"] = "alert"
		addAlert(o, m.Alert)
	case m.Digest != nil:
		var alerts []object

		for i := range m.Digest.Alerts {
			one := object{}
			addAlert(one, &m.Digest.Alerts[i])
			alerts = append(alerts, one)
		}

		o["event"], o["heading"], o["alerts"], o["more"] = "digest", m.Digest.Heading, alerts, m.Digest.More
		if m.Digest.Intro != "" {
			o["intro"] = m.Digest.Intro
		}
	default:
		o["event"], o["text"] = "notice", m.String()
	}

	r := o.post(to)
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", at, r.body)
	r.header.Set("Newsbell-Signature", "t="+at+",v1="+hex.EncodeToString(mac.Sum(nil)))
	r.header.Set("Idempotency-Key", m.Nonce)

	return r
}

// addAlert adds what an alert says. What is not known is absent.
func addAlert(o object, a *adapters.Alert) {
	o["title"], o["url"] = a.Title, a.URL

	for name, value := range map[string]string{"outlet": a.Outlet, "summary": a.Summary, "image": a.Image} {
		if value != "" {
			o[name] = value
		}
	}

	if !a.Published.IsZero() {
		o["published"] = a.Published.UTC().Format(time.RFC3339)
	}

	var follows, also []object
	for _, f := range a.Follows {
		follows = append(follows, object{"number": f.Number, "query": f.Query})
	}

	for _, other := range a.Also {
		also = append(also, object{"outlet": other.Outlet, "url": other.URL})
	}

	o["subscriptions"], o["matched"], o["also"] = follows, a.Matched, also
}
