package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The types of values are structs, because go-toml asks only structs to decode
// themselves. Their errors become sentences after "file:line: key:".

type Duration time.Duration

func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration; write one such as \"90s\", \"5m\" or \"48h\"", text)
	}

	*d = Duration(parsed)

	return nil
}

func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

type Zone struct{ *time.Location }

func (z *Zone) UnmarshalText(text []byte) error {
	location, err := time.LoadLocation(string(text))
	if err != nil {
		return fmt.Errorf("%q is no time zone; write one such as \"Europe/Warsaw\" or \"UTC\"", text)
	}

	z.Location = location

	return nil
}

type Access struct{ s string }

func (a Access) String() string { return a.s }

func (a *Access) UnmarshalText(text []byte) error {
	switch string(text) {
	case "open", "listed", "operators":
		a.s = string(text)
		return nil
	}

	return fmt.Errorf("%q is none of \"open\", \"listed\", \"operators\"", text)
}

type Prefix struct{ netip.Prefix }

func (p *Prefix) UnmarshalText(text []byte) error {
	parsed, err := netip.ParsePrefix(string(text))
	if err != nil {
		return fmt.Errorf("%q is no address range; write one such as \"10.0.0.0/8\"", text)
	}

	p.Prefix = parsed

	return nil
}

// address is an absolute http, https, ws, wss or socks5 address.
type Address struct{ s string }

func (a Address) String() string { return a.s }

// Base returns the address without a slash at its end, for paths to be appended.
func (a Address) Base() string { return strings.TrimSuffix(a.s, "/") }

func (a *Address) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		a.s = ""
		return nil
	}

	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || !strings.Contains(" http https ws wss socks5 ", " "+u.Scheme+" ") {
		return fmt.Errorf("this is no address; write one that begins with https:// or http://")
	}

	a.s = string(text)

	return nil
}

var operatorForm = regexp.MustCompile(`^(telegram|discord|terminal):[0-9A-Za-z_@-]+$`)

// operator is a person, "telegram:4711".
type Operator struct{ s string }

func (o Operator) String() string { return o.s }

func (o *Operator) UnmarshalText(text []byte) error {
	if !operatorForm.Match(text) {
		return fmt.Errorf("%q is no operator; write \"telegram:\" or \"discord:\" and the person's number", text)
	}

	o.s = string(text)

	return nil
}

// listed is a person, a chat or a server that may use the bot: "discord:4711".
type Listed struct{ s string }

func (l Listed) String() string { return l.s }

func (l *Listed) UnmarshalText(text []byte) error {
	if !operatorForm.Match(text) {
		return fmt.Errorf("%q is nobody; write \"telegram:\" or \"discord:\" and the number of a person, a chat or a server", text)
	}

	l.s = string(text)

	return nil
}

// chatAddress is a chat, "telegram:-100123" or "discord:@4711".
type ChatAddress struct{ s string }

func (c ChatAddress) String() string { return c.s }

func (c *ChatAddress) UnmarshalText(text []byte) error {
	platform, rest, _ := strings.Cut(string(text), ":")
	if len(text) > 0 && (rest == "" || platform != "telegram" && platform != "discord" && platform != "terminal") {
		return fmt.Errorf("%q is no chat; write \"telegram:\" or \"discord:\" and the chat's number", text)
	}

	c.s = string(text)

	return nil
}
