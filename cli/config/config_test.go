package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var sameConfig = cmp.Options{
	cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Config{}), cmpopts.IgnoreFields(Config{}, "Warnings"),
	cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
}

func TestExampleIsTheDefaults(t *testing.T) {
	body, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}

	got, err := readConfig("config.example.toml", body, nil)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(Default(), got, sameConfig); diff != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", diff)
	}
}

func TestExampleShowsEverySetting(t *testing.T) {
	body, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}

	section := ""
	shown := map[string]bool{}

	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "# "))
		if name, ok := strings.CutPrefix(line, "["); ok {
			section = strings.Trim(name, "[] ") + "."
		} else if name, _, ok := strings.Cut(line, " = "); ok {
			shown[strings.TrimPrefix(section, ".")+name] = true
		}
	}

	for _, s := range allSettings() {
		if s.show != nil && s.key != "sources" && !shown[s.key] {
			t.Errorf("the example does not show %s", s.key)
		}
	}
}

// TestDatabaseIsRelativeToTheFile: wherever a command is started, it is the same one.
func TestDatabaseIsRelativeToTheFile(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}

	for written, want := range map[string]string{
		"news.db":          "/etc/newsbell/news.db",
		"../news.db":       "/etc/news.db",
		"/var/lib/news.db": "/var/lib/news.db",
		"~/news.db":        filepath.Join(home, "news.db"),
	} {
		c, err := readConfig("/etc/newsbell/config.toml", []byte("database = '"+written+"'"), nil)
		if err != nil || c.Database != want {
			t.Errorf("%s: %s, want %s (%v)", written, c.Database, want, err)
		}
	}
}

func TestAddressesOfSourcesStayAsTheyAre(t *testing.T) {
	c, err := readConfig("c.toml", []byte("[telegram]\napi_url = \"https://telegram.example/\"\n[[sources]]\nurl = \"https://planet.example/feed/\"\n"), nil)
	if err != nil || c.SourceList()[0].URL != "https://planet.example/feed/" || c.Telegram.APIURL != "https://telegram.example" {
		t.Errorf("%+v, %+v, %v", c.Sources, c.Telegram, err)
	}
}

func TestInlineSources(t *testing.T) {
	c, err := readConfig("c.toml", []byte(`sources = [{url = "https://a.example/1", outlet = "A"}, {url = "https://b.example/2"}]`), nil)
	if err != nil || len(c.Sources) != 2 || c.Sources[0].Outlet != "A" {
		t.Errorf("%+v, %v", c.Sources, err)
	}
}

func TestTokens(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}

		return path
	}
	write("token", "1:from-file\n")
	write("empty", "\n")

	for _, c := range []struct {
		file    string
		environ []string
		want    string
	}{
		{"", nil, ""},
		{"token = \"1:here\"", nil, "1:here"},
		{"token_file = \"token\"", nil, "1:from-file"},
		{"token = \"1:here\"\ntoken_file = \"token\"", nil, "1:here"},
		{"token = \"1:here\"", []string{"NEWSBELL_TELEGRAM_TOKEN=1:there"}, "1:there"},
		{"token_file = \"token\"", []string{"NEWSBELL_TELEGRAM_TOKEN=1:there"}, "1:there"},
		{"token = \"1:here\"", []string{"NEWSBELL_TELEGRAM_TOKEN_FILE=token"}, "1:from-file"},
		{"token = \"1:here\"", []string{"NEWSBELL_TELEGRAM_TOKEN_FILE=token", "NEWSBELL_TELEGRAM_TOKEN=1:there"}, "1:there"},
		{"token = \"1:here\"", []string{"NEWSBELL_TELEGRAM_TOKEN="}, "1:here"},
	} {
		got, err := Load(write("c.toml", "[telegram]\n"+c.file+"\n"), c.environ)
		if err != nil || got.Telegram.Token != c.want {
			t.Errorf("%q and %q: token %q, want %q (%v)", c.file, c.environ, got.Telegram.Token, c.want, err)
		}
	}

	for _, name := range []string{"none", "empty"} {
		if _, err := Load(write("c.toml", "\n[discord]\ntoken_file = \""+name+"\"\n"), nil); err == nil || !strings.Contains(err.Error(), "c.toml:3: token_file") {
			t.Errorf("token file %q: %v", name, err)
		}
	}
}

// TestSecretFilesOfTheEnvironment: the environment beats the file for every secret, and what
// is printed says where the one in force came from.
func TestSecretFilesOfTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"there":  "from-file\n",
		"c.toml": "[telegram]\ntoken = \"here\"\n[discord]\ntoken = \"here\"\n[ai]\nkey = \"here\"\n[mail]\npassword = \"here\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for _, s := range fileSecrets() {
		variable := variableOf(s.key + "_file")

		c, err := Load(filepath.Join(dir, "c.toml"), []string{variable + "=there"})
		if err != nil || *s.field(&c) != "from-file" {
			t.Errorf("%s: %q, want what its file holds (%v)", variable, *s.field(&c), err)
		}

		if c.origins[s.key] != variable {
			t.Errorf("%s comes from %q, want %s", s.key, c.origins[s.key], variable)
		}
	}
}

// TestEverySettingFromTheEnvironment also sees that the environment beats the file.
func TestEverySettingFromTheEnvironment(t *testing.T) {
	environ := []string{
		"NEWSBELL_DATABASE=/tmp/other.db", "NEWSBELL_TIME_ZONE=Europe/Warsaw", "NEWSBELL_DEFAULT_SOURCES=no",
		"NEWSBELL_OPERATORS=telegram:1, discord:2", "NEWSBELL_OPERATOR_CHAT=discord:@2", "NEWSBELL_ACCESS=listed", "NEWSBELL_ALLOWED=telegram:-5",
		"NEWSBELL_CONTACT=mailto:me@x.example", "NEWSBELL_LOCALES=texts", "NEWSBELL_SOURCES=https://a.example/1,https://b.example/2",
		"NEWSBELL_POLLING_AT_ONCE=8", "NEWSBELL_POLLING_MIN_INTERVAL=1m", "NEWSBELL_POLLING_MAX_INTERVAL=2h", "NEWSBELL_POLLING_HOST_GAP=5s",
		"NEWSBELL_NETWORK_ALLOW=10.0.0.0/8,192.168.1.1", "NEWSBELL_ALERTS_GROUP=false", "NEWSBELL_ALERTS_MAX_AGE=3d", "NEWSBELL_ALERTS_BURST=5",
		"NEWSBELL_ALERTS_SUMMARY=100", "NEWSBELL_ALERTS_UPDATE=0", "NEWSBELL_LIMITS_SUBSCRIPTIONS=7", "NEWSBELL_RETENTION_ARTICLES=20d",
		"NEWSBELL_RETENTION_LEFT=1d", "NEWSBELL_RETENTION_RELATED=100d", "NEWSBELL_BACKUP_EVERY=6h", "NEWSBELL_BACKUP_KEEP=3", "NEWSBELL_BACKUP_FOLDER=/backups", "NEWSBELL_WEB_PPROF=127.0.0.1:6060", "NEWSBELL_WEB_PICTURES=link", "NEWSBELL_LOG_FORMAT=json", "NEWSBELL_LOG_LEVEL=DEBUG",
		"NEWSBELL_TELEGRAM_TOKEN=1:t", "NEWSBELL_TELEGRAM_TOKEN_FILE=x", "NEWSBELL_TELEGRAM_API_URL=http://127.0.0.1:1", "NEWSBELL_TELEGRAM_PROXY=socks5://127.0.0.1:2", "NEWSBELL_TELEGRAM_WEBHOOK=http://127.0.0.1:7/tg", "NEWSBELL_TELEGRAM_WEBHOOK_LISTEN=127.0.0.1:7",
		"NEWSBELL_DISCORD_TOKEN=d", "NEWSBELL_DISCORD_TOKEN_FILE=x", "NEWSBELL_DISCORD_API_URL=http://127.0.0.1:3", "NEWSBELL_DISCORD_GATEWAY_URL=ws://127.0.0.1:4", "NEWSBELL_DISCORD_PROXY=http://127.0.0.1:5",
		"NEWSBELL_AI_URL=http://127.0.0.1:6/v1", "NEWSBELL_AI_MODEL=m", "NEWSBELL_AI_KEY=k", "NEWSBELL_AI_KEY_FILE=x", "NEWSBELL_AI_CHECK_MODEL=c", "NEWSBELL_AI_EMBED_MODEL=e",
		"NEWSBELL_AI_TOKENS_PER_DAY=1000", "NEWSBELL_AI_PER_CHAT_PER_DAY=100", "NEWSBELL_AI_PRICE=0.40", "NEWSBELL_AI_TIMEOUT=5s", "NEWSBELL_WEB_LISTEN=127.0.0.1:8090", "NEWSBELL_WEB_URL=https://news.example", "NEWSBELL_AI_PARALLEL=2",
		"NEWSBELL_MAIL_SERVER=smtp.example.org:465", "NEWSBELL_MAIL_TLS=implicit", "NEWSBELL_MAIL_FROM=news@example.org", "NEWSBELL_MAIL_USER=u", "NEWSBELL_MAIL_PASSWORD=p", "NEWSBELL_MAIL_PASSWORD_FILE=x",
		"NEWSBELL_PROCESS_NAME=left", "NEWSBELL_PROCESS_ROLES=speak,match,poll", "HOME=/", "NEWSBELL_DATA=x",
	}

	c, err := readConfig("c.toml", []byte("time_zone = \"UTC\"\n[alerts]\nburst = 3\n[[sources]]\nurl = \"https://c.example/3\"\n"), environ)
	if err != nil || len(c.Warnings) > 0 {
		t.Fatalf("%v, %q", err, c.Warnings)
	}

	for _, name := range sameValues("", reflect.ValueOf(Default()), reflect.ValueOf(c)) {
		if name != "Warnings" && name != "Discord.Webhook" && name != "Discord.WebhookListen" && name != "Telegram.GatewayURL" { // of the other platform
			t.Errorf("%s did not come from the environment", name)
		}
	}

	if len(c.Sources) != 2 || c.Alerts.Burst != 5 || len(c.Operators) != 2 || c.Operators[1] != "discord:2" || c.Alerts.MaxAge != 72*time.Hour || c.Log.Level != "debug" {
		t.Errorf("%+v", c)
	}

	set := map[string]bool{}

	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		set[name] = true
	}

	for _, s := range allSettings() {
		if s.show != nil && !set[variableOf(s.key)] {
			t.Errorf("this test does not set %s", variableOf(s.key))
		}
	}
}

// sameValues names the values that two configurations have in common, however deep.
func sameValues(name string, a, b reflect.Value) (same []string) {
	if a.Kind() != reflect.Struct {
		if cmp.Equal(a.Interface(), b.Interface(), sameConfig) {
			return []string{name}
		}

		return nil
	}

	for i := range a.NumField() {
		if field := a.Type().Field(i); field.IsExported() {
			same = append(same, sameValues(strings.TrimPrefix(name+"."+field.Name, "."), a.Field(i), b.Field(i))...)
		}
	}

	return same
}

func TestPrintSaysWhereValuesComeFrom(t *testing.T) {
	c, err := readConfig("c.toml", []byte("[alerts]\nburst = 3\n[telegram]\ntoken = \"123:secret\"\nproxy = \"socks5://u:secret@proxy.example:1080\"\n"+
		"[[sources]]\nurl = \"https://me:secret@a.example/1\"\noutlet = \"A Times\"\nlanguage = \"en\"\n[[sources]]\nurl = \"https://a.example/2\"\n"), []string{"NEWSBELL_ALERTS_MAX_AGE=3d"})
	if err != nil {
		t.Fatal(err)
	}

	c.SetDatabase("other.db", "--database")

	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{
		`"other.db"`, "# --database", "burst = 3", "# c.toml:2", `max_age = "3d"`, "# NEWSBELL_ALERTS_MAX_AGE", `min_interval = "5m"`, `max_interval = "1h"`, "# default", "[telegram]", `token = "…"`, `proxy = "socks5://u:xxxxx@proxy.example:1080"`,
		`url = "https://me:xxxxx@a.example/1", outlet = "A Times", language = "en"`, "# c.toml:6", `url = "https://a.example/2"`, "# c.toml:10",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("it does not show %q:\n%s", want, &b)
		}
	}

	if strings.Contains(b.String(), "secret") {
		t.Error("it shows a token or a password")
	}
}

// TestIntervalsFollow: who names one interval need not name the other.
func TestIntervalsFollow(t *testing.T) {
	for _, c := range []struct {
		text     string
		min, max time.Duration
	}{
		{"[polling]\nmax_interval = \"1s\"", time.Second, time.Second},
		{"[polling]\nmin_interval = \"2h\"", 2 * time.Hour, 2 * time.Hour},
		{"[polling]\nmin_interval = \"1s\"", time.Second, time.Hour},
		{"[alerts]\nburst = 1000", 5 * time.Minute, time.Hour},
	} {
		got, err := readConfig("c.toml", []byte(c.text), nil)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if p := got.Polling; p.MinInterval != c.min || p.MaxInterval != c.max {
			t.Errorf("%q: %v to %v, want %v to %v", c.text, p.MinInterval, p.MaxInterval, c.min, c.max)
		}
	}
}

func TestWarnings(t *testing.T) {
	c, err := readConfig("c.toml", []byte("allowed = [\"telegram:1\"]\n[[sources]]\nurl = \"https://a.example/1\"\n[[sources]]\nurl = \"https://a.example/1\"\n[ai]\nkey = \"a\"\nkey_file = \"none\"\n"), []string{"NEWSBELL_TELEGRAM_TOKN=1:x", "NEWSBELL_COLOUR=red"})
	if err != nil {
		t.Fatal(err)
	}

	got := strings.Join(c.Warnings, "\n")
	for _, want := range []string{"c.toml:4: this source is listed twice", "did you mean NEWSBELL_TELEGRAM_TOKEN?", "NEWSBELL_COLOUR means nothing", "c.toml:1: allowed has no effect", "c.toml:8: ai.key_file has no effect beside ai.key"} {
		if !strings.Contains(got, want) {
			t.Errorf("no warning %q in:\n%s", want, got)
		}
	}

	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("[telegram]\ntoken = \"1:a\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	if c, err := Load(path, nil); err != nil || len(c.Warnings) > 0 {
		t.Errorf("mode 600: %v, %q", err, c.Warnings)
	}

	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}

	if c, err := Load(path, nil); err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "chmod 600") {
		t.Errorf("mode 644: %v, %q", err, c.Warnings)
	}
}

// TestWarningsOfNobody: a chat that can hear nothing, and a bot that answers nobody.
func TestWarningsOfNobody(t *testing.T) {
	for text, want := range map[string]string{
		"operator_chat = \"telegram:4711\"\n":                                                 "c.toml:1: operator_chat hears nothing: there is no token for telegram",
		"operator_chat = \"telegram:4711\"\ndatabase = \"postgres://db/newsbell\"\n":          "",
		"operator_chat = \"telegram:4711\"\n[telegram]\ntoken = \"1:x\"\n":                    "",
		"access = \"operators\"\n":                                                            "",
		"access = \"operators\"\n[telegram]\ntoken = \"1:x\"\n":                               `c.toml:1: access = "operators" lets nobody use the bot: name somebody in operators`,
		"access = \"listed\"\n[telegram]\ntoken = \"1:x\"\n":                                  `c.toml:1: access = "listed" lets nobody use the bot: name somebody in operators`,
		"access = \"listed\"\nallowed = [\"telegram:5\"]\n[telegram]\ntoken = \"1:x\"\n":      "",
		"access = \"operators\"\noperators = [\"telegram:5\"]\n[telegram]\ntoken = \"1:x\"\n": "",
	} {
		c, err := readConfig("c.toml", []byte(text), nil)
		if got := strings.Join(c.Warnings, "\n"); err != nil || got != want {
			t.Errorf("%s: %v, warnings %q, want %q", text, err, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("database = \"x\"\n[alerts]\nburst = 3\n[[sources]]\nurl = \"https://a.example\"\n"))
	f.Add([]byte("sources = [{url = 1}]\noperators = [[\n\xEF\xBB\xBF\"\"\"\n"))

	for _, m := range mistakes {
		f.Add([]byte(m.text))
	}

	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := readConfig("c.toml", body, nil)
		if err == nil {
			return
		}

		for line := range strings.Lines(err.Error()) {
			if !strings.HasPrefix(line, "c.toml:") {
				t.Errorf("%q: %q does not begin with file and line", body, line)
			}
		}
	})
}

// TestNeedStart: a reload takes over what it can, and names the rest.
func TestNeedStart(t *testing.T) {
	before, err := readConfig("c.toml", []byte("[telegram]\ntoken = \"1:old\"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}

	later, err := readConfig("c.toml", []byte("default_sources = false\naccess = \"operators\"\noperators = [\"telegram:7\"]\n[limits]\nsubscriptions = 3\n[alerts]\nburst = 3\n[log]\nlevel = \"debug\"\n[telegram]\ntoken = \"1:new\"\n[[sources]]\nurl = \"https://a.example/feed\"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}

	if got := strings.Join(before.NeedStart(&later), " "); got != "alerts.burst telegram.token" {
		t.Errorf("only a restart takes over %s", got)
	}

	before.TakeOver(&later)
	before.Alerts.Burst, before.Telegram.Token = 3, "1:new"

	if diff := cmp.Diff(before, later, sameConfig); diff != "" {
		t.Errorf("taken over (-got +want):\n%s", diff)
	}
}

// TestAnEmptyFileIsNoReload: what was written before holds, unless nothing was; a comment is something.
func TestAnEmptyFileIsNoReload(t *testing.T) {
	read := func(name, text string) *Config {
		c, err := readConfig(name, []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}

		return &c
	}

	full, blank, comment, gone := read("c.toml", "access = \"open\"\n"), read("c.toml", " \n\t\n"), read("c.toml", "# all as usual\n"), read("", "")

	for _, one := range []struct {
		before, later *Config
		refused       bool
	}{
		{full, blank, true}, {full, gone, true}, {comment, blank, true}, {full, comment, false}, {blank, blank, false}, {gone, full, false}, {gone, gone, false},
	} {
		if err := one.before.checkLater(one.later); (err != nil) != one.refused {
			t.Errorf("%+v, then %+v: %v", one.before, one.later, err)
		}
	}

	blank.TakeOver(full)

	if blank.checkLater(gone) == nil {
		t.Error("what was taken over is forgotten")
	}
}

// TestBoundsBelongToTheirRange: the least and the most that a setting takes are taken, and nothing beyond.
func TestBoundsBelongToTheirRange(t *testing.T) {
	for text, ok := range map[string]bool{
		"[polling]\nat_once = 1": true, "[polling]\nat_once = 10000": true, "[polling]\nat_once = 0": false, "[polling]\nat_once = 10001": false,
		"[alerts]\nsummary = 0": true, "[alerts]\nsummary = 2000": true, "[alerts]\nsummary = -1": false, "[alerts]\nsummary = 2001": false,
		"[polling]\nhost_gap = \"0s\"": true, "[polling]\nhost_gap = \"1h\"": true, "[polling]\nhost_gap = \"1h1s\"": false,
		"[polling]\nmin_interval = \"1s\"": true, "[polling]\nmin_interval = \"999ms\"": false,
	} {
		if _, err := readConfig("c.toml", []byte(text), nil); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
