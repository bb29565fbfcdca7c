package cli

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"newsbell/sources"
)

// Config is the configuration file; config.example.toml shows every key with its
// default.
type Config struct {
	Database       string      `toml:"database"`
	TimeZone       zone        `toml:"time_zone"`
	DefaultSources bool        `toml:"default_sources"`
	Operators      []operator  `toml:"operators"`
	OperatorChat   chatAddress `toml:"operator_chat"`
	Access         access      `toml:"access"`
	Allowed        []listed    `toml:"allowed"`
	Contact        string      `toml:"contact"`

	Sources   []sourceConfig  `toml:"sources"`
	Polling   pollingConfig   `toml:"polling"`
	Network   networkConfig   `toml:"network"`
	Alerts    alertsConfig    `toml:"alerts"`
	Limits    limitsConfig    `toml:"limits"`
	Retention retentionConfig `toml:"retention"`
	Telegram  telegramConfig  `toml:"telegram"`
	Discord   discordConfig   `toml:"discord"`
}

type sourceConfig struct {
	URL      address `toml:"url"`
	Title    string  `toml:"title"`
	Outlet   string  `toml:"outlet"`
	Language string  `toml:"language"`
	Country  string  `toml:"country"`
}

type pollingConfig struct {
	MinInterval duration `toml:"min_interval"`
	MaxInterval duration `toml:"max_interval"`
	HostGap     duration `toml:"host_gap"`
}

type networkConfig struct {
	Allow []prefix `toml:"allow"`
}

type alertsConfig struct {
	Group   bool     `toml:"group"`
	MaxAge  duration `toml:"max_age"`
	Burst   int      `toml:"burst"`
	Summary int      `toml:"summary"`
}

type limitsConfig struct {
	Subscriptions int `toml:"subscriptions"`
}

type retentionConfig struct {
	Articles duration `toml:"articles"`
	Left     duration `toml:"left"`
}

type telegramConfig struct {
	Token     string  `toml:"token"`
	TokenFile string  `toml:"token_file"`
	APIURL    address `toml:"api_url"`
	Proxy     address `toml:"proxy"`
}

type discordConfig struct {
	Token      string  `toml:"token"`
	TokenFile  string  `toml:"token_file"`
	APIURL     address `toml:"api_url"`
	GatewayURL address `toml:"gateway_url"`
	Proxy      address `toml:"proxy"`
}

// defaultConfig is what holds where the file says nothing.
func defaultConfig() Config {
	return Config{
		Database: "newsbell.db", TimeZone: zone{time.UTC}, DefaultSources: true, Access: access{"open"},
		Polling:   pollingConfig{duration(5 * time.Minute), duration(time.Hour), duration(2 * time.Second)},
		Alerts:    alertsConfig{Group: true, MaxAge: duration(48 * time.Hour), Burst: 10, Summary: 300},
		Limits:    limitsConfig{Subscriptions: 100},
		Retention: retentionConfig{duration(30 * 24 * time.Hour), duration(30 * 24 * time.Hour)},
		Telegram:  telegramConfig{APIURL: address{"https://api.telegram.org"}},
		Discord:   discordConfig{APIURL: address{"https://discord.com/api/v10"}},
	}
}

// defaultConfigFile is read when it is there and none is named.
const defaultConfigFile = "config.toml"

// loadConfig reads the file, or defaultConfigFile if name is "", and the tokens
// that it points to. Errors say "file:line: sentence".
func loadConfig(name string) (Config, error) {
	c := defaultConfig()

	explicit := name != ""
	if !explicit {
		name = defaultConfigFile
	}

	body, err := os.ReadFile(name)
	switch {
	case err == nil:
		if c, err = parseConfig(name, body); err != nil {
			return c, err
		}
	case explicit || !errors.Is(err, os.ErrNotExist):
		return c, fmt.Errorf("read the configuration: %w", err)
	}

	if err := c.readTokens(filepath.Dir(name)); err != nil {
		return c, err
	}

	return c, nil
}

// parseConfig decodes strictly: every key has to be known and every value right.
func parseConfig(name string, body []byte) (Config, error) {
	c := defaultConfig()
	decoder := toml.NewDecoder(bytes.NewReader(body)).DisallowUnknownFields()

	err := decoder.Decode(&c)
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var all []error

		for i := range unknown.Errors {
			e := &unknown.Errors[i]
			row, _ := e.Position()
			all = append(all, fmt.Errorf("%s:%d: there is no setting %q; config.example.toml lists them all", name, row, strings.Join(e.Key(), ".")))
		}

		return c, errors.Join(all...)
	}

	if wrong, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := wrong.Position()

		sentence := wrongKind(strings.TrimPrefix(wrong.Error(), "toml: "))
		if key := strings.Join(wrong.Key(), "."); key != "" && !strings.Contains(sentence, key) {
			sentence = key + ": " + sentence
		}

		return c, fmt.Errorf("%s:%d: %s", name, row, sentence)
	}

	if err != nil {
		return c, fmt.Errorf("%s:1: %w", name, err)
	}

	c.Polling.follow(lineOf(body, "polling.min_interval") > 0, lineOf(body, "polling.max_interval") > 0)

	if key, sentence := c.wrong(); key != "" {
		return c, fmt.Errorf("%s:%d: %s %s", name, max(lineOf(body, key), 1), key, sentence)
	}

	return c, nil
}

// wrongKind says in plain words what the decoder says in those of Go.
func wrongKind(sentence string) string {
	rest, ok := strings.CutPrefix(sentence, "cannot decode TOML ")
	if !ok {
		return sentence
	}

	is, rest, _ := strings.Cut(rest, " ")
	wants := "text in quotes"

	switch kind := rest[strings.LastIndexByte(rest, ' ')+1:]; {
	case strings.HasPrefix(kind, "[]"):
		wants = "a list"
	case strings.HasPrefix(kind, "int"):
		wants = "a number"
	case kind == "bool":
		wants = "true or false"
	case strings.HasSuffix(kind, "Config"):
		wants = "a section in brackets"
	}

	return "this takes " + wants + ", not a TOML " + is
}

// follow has the interval that the file does not name go with the one it does.
func (p *pollingConfig) follow(namesMin, namesMax bool) {
	switch {
	case p.MaxInterval >= p.MinInterval:
	case !namesMin:
		p.MinInterval = p.MaxInterval
	case !namesMax:
		p.MaxInterval = p.MinInterval
	}
}

// wrong checks what a type cannot: it names the key and what is wrong with it.
func (c *Config) wrong() (key, sentence string) {
	p := c.Polling
	for _, check := range []struct {
		key      string
		bad      bool
		sentence string
	}{
		{"database", c.Database == "", "needs a file name"},
		{"database", strings.HasPrefix(c.Database, "postgres:"), "is a file name for now; PostgreSQL is not built in yet"},
		{"polling.min_interval", time.Duration(p.MinInterval) < time.Second, "is at least \"1s\""},
		{"polling.max_interval", time.Duration(p.MaxInterval) < time.Second, "is at least \"1s\""},
		{"polling.max_interval", p.MaxInterval < p.MinInterval, "is not shorter than min_interval"},
		{"polling.host_gap", p.HostGap < 0, "is not negative"},
		{"alerts.max_age", c.Alerts.MaxAge < 0, "is not negative"},
		{"alerts.burst", c.Alerts.Burst < 1, "is at least 1"},
		{"alerts.summary", c.Alerts.Summary < 0 || c.Alerts.Summary > 2000, "is 0 to 2000 characters"},
		{"limits.subscriptions", c.Limits.Subscriptions < 1, "is at least 1"},
		{"retention.articles", time.Duration(c.Retention.Articles) < 8*24*time.Hour, "is at least \"192h\": previews look a week back"},
		{"retention.left", c.Retention.Left < 0, "is not negative"},
	} {
		if check.bad {
			return check.key, check.sentence
		}
	}

	for _, s := range c.Sources {
		switch {
		case s.URL.s == "":
			return "sources", "needs a url in each entry"
		case !strings.HasPrefix(s.URL.s, "http"):
			return "sources.url", "begins with https:// or http://"
		}
	}

	for key, url := range map[string]address{"telegram.api_url": c.Telegram.APIURL, "discord.api_url": c.Discord.APIURL} {
		if !strings.HasPrefix(url.s, "http") {
			return key, "begins with https:// or http://"
		}
	}

	if g := c.Discord.GatewayURL.s; g != "" && !strings.HasPrefix(g, "ws") {
		return "discord.gateway_url", "begins with wss:// or ws://"
	}

	return "", ""
}

// lineOf finds the line of a key such as "alerts.burst", 0 if it is not there.
func lineOf(body []byte, key string) int {
	table, name := "", key
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		table, name = key[:i], key[i+1:]
	}

	in := ""

	for i, line := range strings.Split(string(body), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = strings.Trim(strings.SplitN(line, "]", 2)[0], "[ ")
			if in == name && table == "" {
				return i + 1
			}

			continue
		}

		before, _, _ := strings.Cut(line, "=")

		before = strings.TrimSpace(before)
		if (in == table && before == name) || (in == "" && before == key) {
			return i + 1
		}
	}

	return 0
}

// readTokens takes each token from the file that is named for it, else from the
// environment, if the configuration holds none itself. Paths are as the
// configuration file sees them.
func (c *Config) readTokens(dir string) error {
	for _, t := range []struct {
		platform, file string
		token          *string
	}{
		{"telegram", c.Telegram.TokenFile, &c.Telegram.Token},
		{"discord", c.Discord.TokenFile, &c.Discord.Token},
	} {
		switch {
		case *t.token != "":
		case t.file != "":
			if !filepath.IsAbs(t.file) {
				t.file = filepath.Join(dir, t.file)
			}

			body, err := os.ReadFile(t.file)
			if err != nil {
				return fmt.Errorf("read %s.token_file: %w", t.platform, err)
			}

			*t.token = string(body)
		default:
			*t.token = os.Getenv("NEWSBELL_" + strings.ToUpper(t.platform) + "_TOKEN")
		}

		*t.token = strings.TrimSpace(*t.token)
	}

	return nil
}

// sourceList is every source that the configuration asks for.
func (c *Config) sourceList() []sources.Source {
	var list []sources.Source
	for _, s := range c.Sources {
		list = append(list, sources.Source{URL: s.URL.s, Title: s.Title, Outlet: s.Outlet, Language: s.Language, Country: s.Country})
	}

	if c.DefaultSources {
		for _, s := range sources.BuiltIn() {
			if !slices.ContainsFunc(list, func(own sources.Source) bool { return own.URL == s.URL }) {
				list = append(list, s)
			}
		}
	}

	return list
}

// The types of values: structs, because go-toml asks only those how they read
// themselves. Their errors become sentences after "file:line: key:".

type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration; write one such as \"90s\", \"5m\" or \"48h\"", text)
	}

	*d = duration(parsed)

	return nil
}

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

type zone struct{ *time.Location }

func (z *zone) UnmarshalText(text []byte) error {
	location, err := time.LoadLocation(string(text))
	if err != nil {
		return fmt.Errorf("%q is no time zone; write one such as \"Europe/Warsaw\" or \"UTC\"", text)
	}

	z.Location = location

	return nil
}

type access struct{ s string }

func (v access) String() string { return v.s }

func (a *access) UnmarshalText(text []byte) error {
	switch string(text) {
	case "open", "listed", "operators":
		a.s = string(text)
		return nil
	}

	return fmt.Errorf("%q is none of \"open\", \"listed\", \"operators\"", text)
}

type prefix struct{ netip.Prefix }

func (p *prefix) UnmarshalText(text []byte) error {
	parsed, err := netip.ParsePrefix(string(text))
	if err != nil {
		return fmt.Errorf("%q is no address range; write one such as \"10.0.0.0/8\"", text)
	}

	p.Prefix = parsed

	return nil
}

// address is an absolute http, https, ws, wss or socks5 address.
type address struct{ s string }

func (v address) String() string { return v.s }

// prefix is an address that paths are hung on.
func (v address) prefix() string { return strings.TrimSuffix(v.s, "/") }

func (a *address) UnmarshalText(text []byte) error {
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
type operator struct{ s string }

func (v operator) String() string { return v.s }

func (o *operator) UnmarshalText(text []byte) error {
	if !operatorForm.Match(text) {
		return fmt.Errorf("%q is no operator; write \"telegram:\" or \"discord:\" and the person's number", text)
	}

	o.s = string(text)

	return nil
}

// listed is a person, a chat or a server that may use the bot: "discord:4711".
type listed struct{ s string }

func (l listed) String() string { return l.s }

func (l *listed) UnmarshalText(text []byte) error {
	if !operatorForm.Match(text) {
		return fmt.Errorf("%q is nobody; write \"telegram:\" or \"discord:\" and the number of a person, a chat or a server", text)
	}

	l.s = string(text)

	return nil
}

// chatAddress is a chat, "telegram:-100123" or "discord:@4711".
type chatAddress struct{ s string }

func (v chatAddress) String() string { return v.s }

func (c *chatAddress) UnmarshalText(text []byte) error {
	platform, rest, _ := strings.Cut(string(text), ":")
	if len(text) > 0 && (rest == "" || platform != "telegram" && platform != "discord" && platform != "terminal") {
		return fmt.Errorf("%q is no chat; write \"telegram:\" or \"discord:\" and the chat's number", text)
	}

	c.s = string(text)

	return nil
}
