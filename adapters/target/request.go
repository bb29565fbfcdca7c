package target

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
)

// request is an HTTP request.
type request struct {
	method, url string
	header      http.Header
	body        []byte
}

// newRequest returns the request that sends a message to the target. What is too long for it is
// shortened, and a digest is refused as TooLong, so that the outbox parts it: no alert of it is
// cut off.
func (t Target) newRequest(m *adapters.Message, secret string, now time.Time) (request, error) {
	limit := limitsOf(t.Kind)

	for try := 0; ; try++ {
		r, over := t.build(m, limit, secret, now)
		if over <= 0 {
			return r, nil
		}

		shorter := shorten(m, try, over)
		if shorter == nil {
			return request{}, &adapters.SendError{Fate: adapters.TooLong, Reason: "the message is too long for it", Cause: errTooLong}
		}

		m = shorter
	}
}

// build returns the request for a message, and by how much it is longer than the target takes.
func (t Target) build(m *adapters.Message, limit limits, secret string, now time.Time) (r request, over int) {
	switch t.Kind {
	case Webhook:
		return webhookRequest(t.URL.String(), m, secret, now), 0
	case Ntfy:
		return t.ntfyRequest(m, limit)
	case Gotify:
		return t.gotifyRequest(m), 0
	case Pushover:
		return t.pushoverRequest(m, limit)
	case Matrix:
		path := fmt.Sprintf("/_matrix/client/v3/rooms/%s/send/m.room.message/%s", url.PathEscape(t.path[0]), url.PathEscape(m.Nonce))
		r = object{"msgtype": "m.text", "body": m.String()}.postTo(t.base + t.URL.Host + path)
		r.method = http.MethodPut
		r.header.Set("Authorization", "Bearer "+t.path[1])

		return r, len(r.body) - limit.body
	case Slack:
		text := slackEscape.Replace(m.String())
		return object{"text": text}.postTo(t.URL.String()), limit.over(text)
	default:
		text := escapeMarkdown(m.String())
		return object{"content": text, "allowed_mentions": object{"parse": []string{}}}.postTo(t.URL.String()), limit.over(text)
	}
}

// ntfyRequest names the message: what has the same sequence_id replaces what was shown before, so that
// one that comes twice after a crash is seen once. Servers before 2.16 ignore it.
func (t Target) ntfyRequest(m *adapters.Message, limit limits) (r request, over int) {
	title, text, link := splitHeadline(m)

	o := object{"topic": t.path[0], "message": text, "sequence_id": m.Nonce}
	o.addTitle(title, text)

	if link != "" {
		o["click"] = link
	}

	r = o.postTo(t.base + t.URL.Host)
	if len(t.path) == 2 {
		r.header.Set("Authorization", "Bearer "+t.path[1])
	}

	return r, max(limit.over(text), len(r.body)-limit.body)
}

func (t Target) gotifyRequest(m *adapters.Message) request {
	title, text, link := splitHeadline(m)
	above := strings.Join(t.path[:len(t.path)-1], "/")

	o := object{"message": text, "priority": 5}
	o.addTitle(title, text)

	if link != "" {
		o["extras"] = object{"client::notification": object{"click": object{"url": link}}}
	}

	r := o.postTo(strings.TrimSuffix(t.base+t.URL.Host+"/"+above, "/") + "/message")
	r.header.Set("X-Gotify-Key", t.path[len(t.path)-1])

	return r
}

// pushoverRequest has the article's address beside the text, if it is not too long for that.
func (t Target) pushoverRequest(m *adapters.Message, limit limits) (r request, over int) {
	link := ""

	if m.Alert != nil && m.Alert.URL != "" && utf8.RuneCountInString(m.Alert.URL) <= limit.link {
		link = m.Alert.URL
		without := *m.Alert
		without.URL = ""
		m = &adapters.Message{Alert: &without, Words: m.Words}
	}

	title, text, _ := splitHeadline(m)

	o := object{"user": t.URL.Host, "token": t.path[0], "message": text}
	o.addTitle(truncateChars(title, limit.title), text)

	if link != "" {
		o["url"] = link
	}

	return o.postTo("https://api.pushover.net/1/messages.json"), limit.over(text)
}

// slackEscape is what Slack asks for: https://docs.slack.dev/messaging/formatting-message-text.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// discordEscape is what Discord reads as markup: https://docs.discord.com/developers/reference#message-formatting.
var discordEscape = strings.NewReplacer(
	"\\", "\\\\", "*", "\\*", "_", "\\_", "~", "\\~", "`", "\\`", "|", "\\|", "<", "\\<", ">", "\\>", "[", "\\[", "]", "\\]", "#", "\\#",
)

var discordAddress = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("https?://[^\\s<>\\[\\]|`\\\\]+") })

// escapeMarkdown returns what Discord shows as the text. Addresses stay: Discord reads no markup in
// them, and would show the escapes.
func escapeMarkdown(text string) string {
	lines := strings.Split(text, "\n")

	for i, line := range lines {
		var b strings.Builder

		end := 0
		for _, at := range discordAddress().FindAllStringIndex(line, -1) {
			b.WriteString(discordEscape.Replace(line[end:at[0]]) + line[at[0]:at[1]])
			end = at[1]
		}

		b.WriteString(discordEscape.Replace(line[end:]))

		lines[i] = b.String()
		if strings.HasPrefix(strings.TrimLeft(line, " "), "-") { // else a list, or small print
			lines[i] = strings.Replace(lines[i], "-", "\\-", 1)
		}
	}

	return strings.Join(lines, "\n")
}

// splitHeadline returns a message as a notification shows it: its first line, the rest, and where
// it leads.
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

// addTitle adds the title of a notification. One of a single line has none: it would be shown twice.
func (o object) addTitle(title, text string) {
	if title != text {
		o["title"] = title
	}
}

// postTo returns the request that posts the object to an address.
func (o object) postTo(to string) request {
	var body bytes.Buffer

	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // no page shows it as it stands, and limits count bytes

	if err := e.Encode(o); err != nil {
		body.Reset() // our own values always encode
	}

	return request{http.MethodPost, to, http.Header{"Content-Type": {"application/json"}}, bytes.TrimSuffix(body.Bytes(), []byte("\n"))}
}

// webhookRequest posts a message as an event, signed: the HMAC-SHA256 of the time, a dot and the body.
// The names are those of the events of `newsbell run --json`.
func webhookRequest(to string, m *adapters.Message, secret string, now time.Time) request {
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

	r := o.postTo(to)
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

	if len(follows) > 0 {
		o["subscriptions"] = follows
	}

	if len(a.Matched) > 0 {
		o["matched"] = a.Matched
	}

	if len(also) > 0 {
		o["also"] = also
	}
}
