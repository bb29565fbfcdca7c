// Package config reads the configuration: a TOML file, strictly, and the
// environment, which overrides it. Its errors are sentences for whoever wrote the
// file, "config.toml:3: what is wrong and what to write instead"; all of them are
// reported at once.
//
// Every setting is one entry of one table (settings.go). From it come the names in
// the file and in the environment, the checks, and what `newsbell config` prints.
package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"newsbell/news"
	"newsbell/sources"
)

// Config is what is configured; config.example.toml explains every setting.
type Config struct {
	// Locales is a folder of texts that take the place of those that come with the
	// program, "" none.
	Locales string
	// Database is the path of a file, as seen from the working directory.
	Database       string
	TimeZone       *time.Location // of chats that have not set theirs
	DefaultSources bool
	Operators      []string // "telegram:4711"
	OperatorChat   string   // "telegram:-100123", "discord:@4711", "" for none
	Access         string   // "open", "listed" or "operators"
	Allowed        []string // people, chats and servers, with access "listed"
	Contact        string   // for the User-Agent

	Sources   []news.Source // those of the file; see SourceList
	Polling   Polling
	Network   Network
	Alerts    Alerts
	Limits    Limits
	Retention Retention
	Backup    Backup
	AI        AI
	Web       Web
	Mail      Mail
	Log       Log
	Process   Process
	Telegram  Platform
	Discord   Platform

	// Warnings are sentences about what is allowed and probably not meant.
	Warnings []string

	origins map[string]string // by key: where the value came from
	file    string            // the file it was read from, "" for none
	blank   bool              // there is none, or nothing stands in it, not even a comment
}

// SetDatabase has another database than the configuration's, which where says: a flag.
func (c *Config) SetDatabase(database, where string) {
	c.Database = database
	c.origins["database"] = where
}

// Polling is how often sources are asked.
type Polling struct {
	AtOnce                            int // polls under way at the same time
	MinInterval, MaxInterval, HostGap time.Duration
}

// Network is what sources that chats add may reach.
type Network struct {
	Allow []netip.Prefix // private ranges
}

// Alerts is which alerts are made, and what they look like.
type Alerts struct {
	Group   bool // one alert per story
	MaxAge  time.Duration
	Burst   int  // more than this waiting for a chat become a digest
	Summary int  // characters
	Update  bool // edit sent alerts when more outlets report the story
}

// Limits is what one person or chat may have.
type Limits struct {
	Subscriptions int
}

// Retention is how long things are kept.
type Retention struct {
	Articles, Left, Related time.Duration
}

// Backup is when the database is copied, and how many copies are kept. With an Every of 0
// it is not.
type Backup struct {
	Every  time.Duration
	Keep   int
	Folder string // as seen from the working directory
}

// AI is the language model that answers about stories. Without a URL there is none.
type AI struct {
	URL                   string // without a slash at its end
	Model                 string
	Key                   string // resolved: also from a file or the environment
	KeyFile               string
	CheckModel            string
	EmbedModel            string
	TokensPerDay, PerChat int    // 0: no bound
	Price                 string // of a million tokens, a decimal; "": not known
	Timeout               time.Duration
	Parallel              int
}

// Web is the pages and what machines ask. Without Listen there are none.
type Web struct {
	Listen string // host and port
	URL    string // how people reach it; "": links to pages are not shown
	Pprof  string // host and port of Go's profiles, on this machine only; "": off
	// Pictures is how pages show those of articles: "pass", through us, or "link", from their
	// publisher.
	Pictures string
}

// Mail is the server that e-mail is sent by. Without Server there is none.
type Mail struct {
	Server       string // host and port
	TLS          string // "starttls", "implicit" or "none"
	From         string // "Newsbell <news@example.org>"
	User         string // "": it asks for none
	Password     string // resolved: also from a file or the environment
	PasswordFile string
}

// Process is what this process does of what all on a database do.
type Process struct {
	Name  string // for people; "": host and process
	Roles []string
}

// Roles returns what a process may do, each once.
func Roles() []string { return []string{"poll", "match", "speak"} }

// CheckRoles says what is wrong with the roles for the database.
func (c *Config) CheckRoles() error {
	if len(c.Process.Roles) == 0 {
		return errors.New("process.roles is empty: name at least one of poll, match and speak")
	}

	for _, role := range Roles() {
		if !slices.Contains(c.Process.Roles, role) && !isServer(c.Database) {
			return fmt.Errorf("process.roles leaves %q out, and only processes that share a database on a PostgreSQL server can part the work: leave process.roles out, or see docs/postgres.md", role)
		}
	}

	return nil
}

// Log is what is logged, and how.
type Log struct {
	Format string // "text" or "json"
	Level  string // "debug", "info", "warn" or "error"
}

// Platform is the connection with a chat platform. Without a Token it is off.
type Platform struct {
	Token      string // resolved: also from a file or the environment
	TokenFile  string
	APIURL     string // without a slash at its end
	GatewayURL string // Discord only
	Proxy      string
	// Webhook is where the server posts updates, and WebhookListen the host and port at which
	// they arrive here (Telegram only); "": we ask for them.
	Webhook, WebhookListen string
}

// Default returns what holds where nothing is configured.
func Default() Config {
	return Config{
		Database: "newsbell.db", TimeZone: time.UTC, DefaultSources: true, Access: "open",
		Polling:   Polling{AtOnce: 64, MinInterval: 5 * time.Minute, MaxInterval: time.Hour, HostGap: 2 * time.Second},
		Alerts:    Alerts{Group: true, MaxAge: 48 * time.Hour, Burst: 10, Summary: 300, Update: true},
		Limits:    Limits{Subscriptions: 100},
		Retention: Retention{Articles: 30 * day, Left: 30 * day, Related: 365 * day},
		Backup:    Backup{Keep: 7, Folder: "backups"},
		AI:        AI{TokensPerDay: 500_000, PerChat: 20_000, Timeout: time.Minute, Parallel: 1},
		Mail:      Mail{TLS: "starttls"},
		Web:       Web{Pictures: "pass"},
		Log:       Log{Format: "text", Level: "info"},
		Process:   Process{Roles: Roles()},
		Telegram:  Platform{APIURL: "https://api.telegram.org"},
		Discord:   Platform{APIURL: "https://discord.com/api/v10"},
	}
}

// DefaultFile is read if it is there and no file is named.
const DefaultFile = "config.toml"

// Load reads a file, or DefaultFile if name is "", and the environment, in the form
// of os.Environ. An error holds a sentence for each mistake.
func Load(name string, environ []string) (Config, error) {
	explicit := name != ""
	name = cmp.Or(name, DefaultFile)

	body, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !explicit {
		return readConfig("", nil, environ)
	}

	if err != nil {
		return Default(), fmt.Errorf("read the configuration: %w", err)
	}

	c, err := readConfig(name, body, environ)
	if info, statErr := os.Stat(name); statErr == nil {
		c.warnOfReaders(name, body, info)
	}

	return c, err
}

// LoadLater reads the configuration again, as Load does. It doesn't wait for what once came through a pipe, and
// keeps the secrets that did.
func (c *Config) LoadLater(name string, environ []string) (Config, error) {
	if file := cmp.Or(name, DefaultFile); isPipe(file) {
		return Default(), fmt.Errorf("%s is a pipe, which is read at the start only", file)
	}

	later, err := Load(name, slices.Concat(environ, c.pipedSecrets()))
	if err == nil {
		err = c.checkLater(&later)
	}

	return later, err
}

// pipedSecrets returns the secrets that came through pipes, as the environment would have them.
func (c *Config) pipedSecrets() (environ []string) {
	for _, s := range fileSecrets() {
		from := c.origins[s.key+"_file"]
		if from != "" && c.origins[s.key] == from && isPipe(resolvePath(filepath.Dir(c.file), s.file(c))) {
			environ = append(environ, variableOf(s.key)+"="+*s.field(c))
		}
	}

	return environ
}

func isPipe(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// FromEnvironment makes a Config of the environment alone, in the form of os.Environ. An error
// holds a sentence for each mistake.
func FromEnvironment(environ []string) (Config, error) { return readConfig("", nil, environ) }

// readConfig makes a Config of the text of a file and the environment. Without a name
// there is no file.
func readConfig(name string, body []byte, environ []string) (Config, error) {
	c := Default()
	c.origins, c.file, c.blank = map[string]string{}, name, len(bytes.TrimSpace(body)) == 0

	entries, mistakes := parseFile(name, body)
	for _, e := range entries {
		mistakes = append(mistakes, c.apply(e)...)
	}

	mistakes = append(mistakes, c.readEnvironment(environ)...)
	mistakes = append(mistakes, c.check()...)
	c.followInterval()

	dir := filepath.Dir(name)

	for _, s := range fileSecrets() {
		mistakes = append(mistakes, c.readSecret(s, dir))
	}

	c.warnOfNobody()

	if !isServer(c.Database) {
		c.Database = resolvePath(dir, c.Database)
	}

	c.Backup.Folder = resolvePath(dir, c.Backup.Folder)
	if c.Locales != "" {
		c.Locales = resolvePath(dir, c.Locales)
	}

	return c, errors.Join(mistakes...)
}

// followInterval moves the interval that nobody named along with the one that is
// named: who wants "2h" at least need not say "2h" at most.
func (c *Config) followInterval() {
	p := &c.Polling

	switch {
	case p.MaxInterval >= p.MinInterval:
	case c.origins["polling.min_interval"] == "":
		p.MinInterval = p.MaxInterval
	case c.origins["polling.max_interval"] == "":
		p.MaxInterval = p.MinInterval
	}
}

// fileSecret is a token, key or password that may stand in a file of its own.
type fileSecret struct {
	key   string                // "telegram.token"; its file is "telegram.token_file"
	field func(*Config) *string // the secret
	file  func(*Config) string  // the file that is named, "" none
}

// fileSecrets returns all secrets that may stand in files.
func fileSecrets() []fileSecret {
	return []fileSecret{
		{"telegram.token", func(c *Config) *string { return &c.Telegram.Token }, func(c *Config) string { return c.Telegram.TokenFile }},
		{"discord.token", func(c *Config) *string { return &c.Discord.Token }, func(c *Config) string { return c.Discord.TokenFile }},
		{"ai.key", func(c *Config) *string { return &c.AI.Key }, func(c *Config) string { return c.AI.KeyFile }},
		{"mail.password", func(c *Config) *string { return &c.Mail.Password }, func(c *Config) string { return c.Mail.PasswordFile }},
	}
}

// readSecret reads a secret from its file if it does not stand in the configuration itself.
func (c *Config) readSecret(s fileSecret, dir string) error {
	secret, file, where := s.field(c), s.file(c), c.origins[s.key+"_file"]
	if *secret != "" && file != "" && !strings.HasPrefix(c.origins[s.key], prefix) {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: %s_file has no effect beside %[2]s", where, s.key))
	}

	if *secret != "" || file == "" {
		return nil
	}

	body, err := os.ReadFile(resolvePath(dir, file))
	if err != nil {
		return fmt.Errorf("%s: %s_file: %w", where, nameOf(s.key), err)
	}

	if *secret = strings.TrimSpace(string(body)); *secret == "" {
		return fmt.Errorf("%s: %s_file: %s is empty; put the %s into it", where, nameOf(s.key), file, nameOf(s.key))
	}

	c.origins[s.key] = where

	return nil
}

// resolvePath returns a path as seen from the working directory: it is written as seen
// from dir, and "~/" is the home folder.
func resolvePath(dir, path string) string {
	if below, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, below)
		}
	}

	if filepath.IsAbs(path) {
		return path
	}

	return filepath.Join(dir, path)
}

// warnOfReaders warns of a file that holds a token and can be read by others.
func (c *Config) warnOfReaders(name string, body []byte, info fs.FileInfo) {
	if info.Mode().Perm()&0o077 == 0 || os.PathSeparator == '\\' {
		return
	}

	for _, s := range fileSecrets() {
		if secret := *s.field(c); secret != "" && strings.Contains(string(body), secret) {
			c.Warnings = append(c.Warnings, fmt.Sprintf("%s holds a token and other people on this machine can read it: chmod 600 %s", name, name))
			return
		}
	}
}

// SourceList returns every source that the configuration asks for: its own, and the
// built-in ones that it does not name itself.
func (c *Config) SourceList() []news.Source {
	list := slices.Clone(c.Sources)

	if c.DefaultSources {
		for _, s := range sources.BuiltIn() {
			if !slices.ContainsFunc(list, func(own news.Source) bool { return news.SourceAddress(own.URL) == s.URL }) {
				list = append(list, s)
			}
		}
	}

	return list
}
