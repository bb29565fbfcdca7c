// Package config reads the configuration: a file in TOML, strictly, and tokens from
// files or the environment. Its errors are sentences for whoever wrote the file,
// "file:line: what is wrong".
package config

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
	TimeZone       Zone        `toml:"time_zone"`
	DefaultSources bool        `toml:"default_sources"`
	Operators      []Operator  `toml:"operators"`
	OperatorChat   ChatAddress `toml:"operator_chat"`
	Access         Access      `toml:"access"`
	Allowed        []Listed    `toml:"allowed"`
	Contact        string      `toml:"contact"`

	Sources   []Source  `toml:"sources"`
	Polling   Polling   `toml:"polling"`
	Network   Network   `toml:"network"`
	Alerts    Alerts    `toml:"alerts"`
	Limits    Limits    `toml:"limits"`
	Retention Retention `toml:"retention"`
	Telegram  Telegram  `toml:"telegram"`
	Discord   Discord   `toml:"discord"`
}

// Source is a source of the configuration.
type Source struct {
	URL      Address `toml:"url"`
	Title    string  `toml:"title"`
	Outlet   string  `toml:"outlet"`
	Language string  `toml:"language"`
	Country  string  `toml:"country"`
}

// FeedAt returns a source of which only the address is known.
func FeedAt(url string) Source { return Source{URL: Address{url}} }

// Polling is how often sources are asked.
type Polling struct {
	AtOnce      int      `toml:"at_once"`
	MinInterval Duration `toml:"min_interval"`
	MaxInterval Duration `toml:"max_interval"`
	HostGap     Duration `toml:"host_gap"`
}

// Network is what sources that chats add may reach.
type Network struct {
	Allow []Prefix `toml:"allow"`
}

// Alerts is what alerts look like and when they are made.
type Alerts struct {
	Group   bool     `toml:"group"`
	MaxAge  Duration `toml:"max_age"`
	Burst   int      `toml:"burst"`
	Summary int      `toml:"summary"`
	Update  bool     `toml:"update"`
}

// Limits is what one person or chat may have.
type Limits struct {
	Subscriptions int `toml:"subscriptions"`
}

// Retention is how long things are kept.
type Retention struct {
	Articles Duration `toml:"articles"`
	Left     Duration `toml:"left"`
	Related  Duration `toml:"related"`
}

// Telegram is the connection with Telegram.
type Telegram struct {
	Token     string  `toml:"token"`
	TokenFile string  `toml:"token_file"`
	APIURL    Address `toml:"api_url"`
	Proxy     Address `toml:"proxy"`
}

// Discord is the connection with Discord.
type Discord struct {
	Token      string  `toml:"token"`
	TokenFile  string  `toml:"token_file"`
	APIURL     Address `toml:"api_url"`
	GatewayURL Address `toml:"gateway_url"`
	Proxy      Address `toml:"proxy"`
}

// Default returns what holds where the file says nothing.
func Default() Config {
	return Config{
		Database: "newsbell.db", TimeZone: Zone{time.UTC}, DefaultSources: true, Access: Access{"open"},
		Polling:   Polling{64, Duration(5 * time.Minute), Duration(time.Hour), Duration(2 * time.Second)},
		Alerts:    Alerts{Group: true, MaxAge: Duration(48 * time.Hour), Burst: 10, Summary: 300, Update: true},
		Limits:    Limits{Subscriptions: 100},
		Retention: Retention{Duration(30 * 24 * time.Hour), Duration(30 * 24 * time.Hour), Duration(365 * 24 * time.Hour)},
		Telegram:  Telegram{APIURL: Address{"https://api.telegram.org"}},
		Discord:   Discord{APIURL: Address{"https://discord.com/api/v10"}},
	}
}

// DefaultFile is read when it is there and none is named.
const DefaultFile = "config.toml"

// Load reads the file, or DefaultFile if name is "", and the tokens
// that it points to. Errors say "file:line: sentence".
func Load(name string) (Config, error) {
	c := Default()

	explicit := name != ""
	if !explicit {
		name = DefaultFile
	}

	body, err := os.ReadFile(name)
	switch {
	case err == nil:
		if c, err = parse(name, body); err != nil {
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

// parse decodes strictly: every key has to be known and every value right.
func parse(name string, body []byte) (Config, error) {
	c := Default()
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
	case strings.HasPrefix(kind, "config."):
		wants = "a section in brackets"
	}

	return "this takes " + wants + ", not a TOML " + is
}

// follow has the interval that the file does not name go with the one it does.
func (p *Polling) follow(namesMin, namesMax bool) {
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

// SourceList returns every source that the configuration asks for.
func (c *Config) SourceList() []news.Source {
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
