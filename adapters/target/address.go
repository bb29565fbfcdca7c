package target

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Kind is the kind of service that a target is at.
type Kind string

// The kinds, and how their addresses are written.
const (
	Webhook  Kind = "webhook"  // https://example.org/hook
	Ntfy     Kind = "ntfy"     // https://ntfy.sh/topic, ntfy://your.host/topic, ntfy://your.host/topic/TOKEN
	Slack    Kind = "slack"    // https://hooks.slack.com/services/…
	Discord  Kind = "discord"  // https://discord.com/api/webhooks/…
	Gotify   Kind = "gotify"   // gotify://your.host/TOKEN
	Pushover Kind = "pushover" // pushover://USER/TOKEN
	Matrix   Kind = "matrix"   // matrix://your.host/!room:your.host/TOKEN
	Mail     Kind = "mail"     // you@example.org, mailto:you@example.org
)

// overHTTP is behind the scheme of an ntfy, Gotify or Matrix server that does without TLS, as in a
// network of one's own: ntfy+http://192.168.1.10:8080/topic.
const overHTTP = "+http"

// longestAddress bounds what is kept of an address.
const longestAddress = 1000

// Target is where alerts go beside a chat.
type Target struct {
	Kind Kind
	URL  *url.URL // as it was written
	base string   // how its server is reached: https:// or http://
	path []string // its parts, unescaped
	mail string   // the address, of Mail
}

// Address returns the address as it is kept: one spelling for each target.
func (t Target) Address() string {
	if t.Kind == Mail {
		return "mailto:" + t.mail
	}

	return t.URL.String()
}

// ErrAddress says that an address is of no kind that is known.
var ErrAddress = errors.New("that is not an address of a webhook, ntfy, Slack, Discord, Gotify, Pushover, Matrix or e-mail")

var (
	topic  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`) })
	token  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-_.A-Za-z0-9]{1,200}$`) })
	access = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^tk_[A-Za-z0-9]{1,64}$`) }) // of ntfy
	roomID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^![^/\s]{1,200}:[-.:A-Za-z0-9]{1,200}$`) })
)

// Parse reads an address as people write it. The error is ErrAddress.
func Parse(address string) (Target, error) {
	if to, err := parseMail(address); err == nil {
		return Target{Kind: Mail, mail: to}, nil
	}

	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || len(address) > longestAddress || u.Host == "" || u.User != nil || u.Fragment != "" {
		return Target{}, ErrAddress
	}

	t := Target{URL: u, base: "https://"}

	scheme, plain := strings.CutSuffix(u.Scheme, overHTTP)
	if plain {
		t.base = "http://"
	}

	for part := range strings.SplitSeq(strings.Trim(u.Path, "/"), "/") {
		t.path = append(t.path, part)
	}

	first, last := t.path[0], t.path[len(t.path)-1]

	switch {
	case scheme == "ntfy" && topic().MatchString(first) && (len(t.path) == 1 || len(t.path) == 2 && access().MatchString(last)),
		u.Scheme == "https" && u.Host == "ntfy.sh" && len(t.path) == 1 && topic().MatchString(first):
		t.Kind = Ntfy
	case scheme == "gotify" && token().MatchString(last):
		t.Kind = Gotify
	case u.Scheme == "pushover" && len(t.path) == 1 && token().MatchString(u.Host) && token().MatchString(first):
		t.Kind = Pushover
	case scheme == "matrix" && len(t.path) == 2 && roomID().MatchString(first) && token().MatchString(last):
		t.Kind = Matrix
	case u.Scheme == "https" && u.Host == "hooks.slack.com" && len(t.path) > 1:
		t.Kind = Slack
	case u.Scheme == "https" && (u.Host == "discord.com" || u.Host == "discordapp.com") && strings.HasPrefix(u.Path, "/api/webhooks/"):
		t.Kind = Discord
	case u.Scheme == "https" || u.Scheme == "http":
		t.Kind = Webhook
	default:
		return Target{}, ErrAddress
	}

	return t, nil
}

// Name returns the target as others may read it, without what is secret of its address.
func (t Target) Name() string {
	switch t.Kind {
	case Mail:
		return t.mail
	case Webhook:
		return t.URL.Host
	case Ntfy:
		return "ntfy: " + t.URL.Host + "/" + t.path[0]
	case Gotify:
		return "Gotify: " + t.URL.Host
	case Matrix:
		return "Matrix: " + t.path[0]
	case Pushover:
		return "Pushover"
	case Slack:
		return "Slack"
	default:
		return "Discord"
	}
}
