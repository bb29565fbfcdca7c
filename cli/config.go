package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"newsbell/news"
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
	Update  bool     `toml:"update"`
}

type limitsConfig struct {
	Subscriptions int `toml:"subscriptions"`
}

type retentionConfig struct {
	Articles duration `toml:"articles"`
	Left     duration `toml:"left"`
	Related  duration `toml:"related"`
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
		Alerts:    alertsConfig{Group: true, MaxAge: duration(48 * time.Hour), Burst: 10, Summary: 300, Update: true},
		Limits:    limitsConfig{Subscriptions: 100},
		Retention: retentionConfig{duration(30 * 24 * time.Hour), duration(30 * 24 * time.Hour), duration(365 * 24 * time.Hour)},
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
func (c *Config) sourceList() []news.Source {
	var list []news.Source
	for _, s := range c.Sources {
		list = append(list, news.Source{URL: s.URL.s, Title: s.Title, Outlet: s.Outlet, Language: s.Language, Country: s.Country})
	}

	if c.DefaultSources {
		for _, s := range sources.BuiltIn() {
			if !slices.ContainsFunc(list, func(own news.Source) bool { return own.URL == s.URL }) {
				list = append(list, s)
			}
		}
	}

	return list
}
