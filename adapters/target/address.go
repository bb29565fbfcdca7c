package target

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Kind is what sort of target one is.
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
	access = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^tk_[A-Za-z0-9]{1,64}$`) }) // of ntfy
	roomID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^![^/\s]{1,200}:[-.:A-Za-z0-9]{1,200}$`) })
)

// Parse reads an address as people write it.
func Parse(address string) (Target, error) {
	if to, err := parseMail(address); err == nil {
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
	case u.Scheme == "ntfy" && topic().MatchString(first) && (len(p.path) == 1 || len(p.path) == 2 && access().MatchString(last)),
		u.Scheme == "https" && u.Host == "ntfy.sh" && len(p.path) == 1 && topic().MatchString(first):
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
