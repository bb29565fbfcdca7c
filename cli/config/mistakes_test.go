package config

import (
	"regexp"
	"strings"
	"testing"
)

// mistakes are what people write into a configuration, and the sentence that helps.
var mistakes = []struct{ text, want string }{
	{"[telegram]\nwebhook = \"https://news.example/tg\"", `c.toml:2: telegram.webhook needs telegram.webhook_listen beside it`},
	{"[telegram]\nwebhook = \"http://news.example/tg\"\nwebhook_listen = \"127.0.0.1:1\"", `c.toml:2: telegram.webhook begins with https://`},
	// What is not TOML.
	{"[telegram]\ntoken = 123456:ABC-def", `c.toml:2: put the value in quotes: token = "…"`},
	{"[ai]\nkey = sk-secret", `c.toml:2: put the value in quotes: key = "…"`},
	{"[mail]\npassword = 1234", `c.toml:2: mail.password needs quotes: password = "…"`},
	{"access = open", `c.toml:1: put the value in quotes: access = "open"`},
	{`database = "mysql://me:secret@db/news"`, `c.toml:1: database takes the name of a file, or postgres://USER:PASSWORD@HOST:5432/DATABASE`},
	{`database = "sqlite:///news.db"`, `c.toml:1: database takes the name of a file, or postgres://`},
	{`database = "file:news.db"`, `c.toml:1: database takes the name of a file, or postgres://`},
	{`database = "Postgres://db/news"`, `c.toml:1: database takes the name of a file, or postgres://`},
	{`database = ":memory:"`, `c.toml:1: database takes the name of a file, or postgres://`},
	{"database = newsbell.db", `c.toml:1: put the value in quotes: database = "newsbell.db"`},
	{"time_zone = Europe/Warsaw", `c.toml:1: put the value in quotes: time_zone = "Europe/Warsaw"`},
	{"operators = telegram:4711", `c.toml:1: put the value in quotes: operators = "telegram:4711"`},
	{"default_sources = yes", "c.toml:1: write true or false, in small letters: default_sources = true"},
	{"default_sources = off", "c.toml:1: write true or false, in small letters: default_sources = false"},
	{"default_sources = True", "c.toml:1: write true or false, in small letters: default_sources = true"},
	{"[polling]\nmin_interval = 5m", `c.toml:2: put it in quotes: min_interval = "5m"`},
	{"[alerts]\nmax_age = 48 h", `c.toml:2: put it in quotes: max_age = "48h"`},
	{"database = “newsbell.db”", `c.toml:1: these quotes are curly; type straight ones: "`},
	{"database = „newsbell.db“", "c.toml:1: these quotes are curly"},
	{"\n\ndatabase = \"newsbell.db\naccess = \"open\"", "c.toml:3: the quote at the beginning is never closed"},
	{"database = newsbell.db\"", "c.toml:1: the quote at the beginning is missing"},
	{"database = 'newsbell.db\n", "c.toml:1: the quote at the beginning is never closed"},
	{"database: newsbell.db", "c.toml:1: write database = …, with an = and not a colon"},
	{"alerts:\n  burst: 3", "c.toml:1: write alerts = …, with an = and not a colon"},
	{"operators = [\"telegram:1\"]\n- telegram:2", "c.toml:2: a list is written in brackets"},
	{"database \"newsbell.db\"", "c.toml:1: an = is missing: database = …"},
	{"database", "c.toml:1: a value is missing: database = …"},
	{"database =", "c.toml:1: a value is missing after the ="},
	{"contact = # nobody", `c.toml:1: a value is missing after the =; for none write contact = ""`},
	{"= \"newsbell.db\"", "c.toml:1: the name of the setting is missing before the ="},
	{"time zone = \"UTC\"", `c.toml:1: a setting is one word before the =, and this is "time zone"`},
	{"database == \"x\"", "c.toml:1: one = is enough: database = …"},
	{"// my settings\ndatabase = \"x\"", "c.toml:1: a comment begins with #"},
	{"; my settings", "c.toml:1: a comment begins with #"},
	{"[telegram\ntoken = \"1:a\"", "c.toml:1: the ] of this section is missing: [telegram]"},
	{"[[sources]\nurl = \"https://a.example\"", "c.toml:1: two brackets are opened and one is closed: write [[sources]]"},
	{"operators = \"telegram:1\", \"telegram:2\"", `c.toml:1: several values stand in brackets: operators = ["telegram:1", "telegram:2"]`},
	{"operators = [\"telegram:1\" \"telegram:2\"]", "c.toml:1: a comma, a quote or the ] is missing in this list"},
	{"operators = [\"telegram:1\"\n[alerts]\nburst = 3", "c.toml:"},
	{`database = "C:\Users\me\news.db"`, "c.toml:1: a backslash in \"…\" is special"},
	{"database = \"x\" the file", "c.toml:1: something follows the closing quote; a comment begins with #"},
	{"\xFF\xFEd\x00", "c.toml:1: the file is written in UTF-16; save it as UTF-8"},
	{"access = \"open\"\n[[sources]]\nurl = \"https://a.example\"\noutlet = \"Th\xFCringer Blatt\"", "c.toml:4: a character of this line isn't UTF-8; save the file as UTF-8"},
	{"# f\xFCr mich\nburst = 3", "c.toml:1: a character of this line isn't UTF-8"},

	// Names.
	{"\ndatbase = \"x\"", `c.toml:2: there is no setting "datbase"; did you mean database?`},
	{"databse = \"x\"", "did you mean database?"},
	{"Database = \"x\"", "did you mean database?"},
	{"[alerts]\nbursts = 3", `c.toml:2: there is no setting "alerts.bursts"; did you mean alerts.burst?`},
	{"[alerts]\nmax-age = \"48h\"", "did you mean alerts.max_age?"},
	{"[alerts]\nmaxage = \"48h\"", "did you mean alerts.max_age?"},
	{"[telegram]\ntoken = \"1:a\"\noperators = [\"telegram:1\"]", `c.toml:3: there is no setting "telegram.operators": put operators above the first [section]`},
	{"burst = 3", `c.toml:1: there is no setting "burst": burst belongs below [alerts]`},
	{"[telegram]\nburst = 3", "burst belongs below [alerts]"},
	{"colour = \"red\"", `there is no setting "colour"; config.example.toml lists them all`},
	{"[telegramm]\ntoken = \"1:a\"", "c.toml:1: there is no section [telegramm]; did you mean [telegram]?"},
	{"[Telegram]\ntoken = \"1:a\"", "c.toml:1: there is no section [Telegram]; did you mean [telegram]?"},
	{"[colours]\nred = 1", "c.toml:1: there is no section [colours]; there are [polling]"},
	{"[sources]\nurl = \"https://a.example\"", "c.toml:1: write [[sources]], with two brackets"},
	{"[[alerts]]\nburst = 3", "c.toml:1: write [alerts], with one bracket on each side"},
	{"access = \"open\"\naccess = \"listed\"", "c.toml:2: access is here a second time; the first is on line 1"},
	{"[alerts]\nburst = 3\n[polling]\n[alerts]\nsummary = 3", "c.toml:4: [alerts] is here a second time; the first is on line 1"},

	// Values.
	{"[alerts]\nmax_age = 48", `c.toml:2: alerts.max_age needs a unit, in quotes: max_age = "48h"`},
	{"[alerts]\nmax_age = \"48\"", `c.toml:2: alerts.max_age needs a unit, in quotes: max_age = "48h"`},
	{"[polling]\nmax_interval = 60", `c.toml:2: polling.max_interval needs a unit, in quotes: max_interval = "60m"`},
	{"[polling]\nhost_gap = 2", `c.toml:2: polling.host_gap needs a unit, in quotes: host_gap = "2s"`},
	{"[retention]\nleft = 720", `c.toml:2: retention.left needs a unit, in quotes: left = "720h"`},
	{"[polling]\nmin_interval = \"soon\"", `c.toml:2: polling.min_interval takes a time such as "90s", "5m", "48h" or "30d", not "soon"`},
	{"[polling]\nmin_interval = \"10ms\"", `c.toml:2: polling.min_interval is at least "1s"`},
	{"[process]\nroles = [\"poll\", \"speak\"]", `c.toml:2: process.roles leaves "match" out, and only processes that share a database on a PostgreSQL server can part the work`},
	{"database = \"postgres://h/d\"\n[process]\nroles = []", "c.toml:3: process.roles is empty: name at least one of poll, match and speak"},
	{"[process]\nroles = [\"polls\"]", `c.toml:2: process.roles is "poll" or "match" or "speak", not "polls"`},
	{"[backup]\nevery = \"5s\"", `c.toml:2: backup.every is at least "1m", or "0s" for no backups`},
	{"[backup]\nkeep = 0", "c.toml:2: backup.keep is 1 to 10000"},
	{"[backup]\nfolder = \"\"", "c.toml:2: backup.folder is empty"},
	{"database = \"postgres://db.example/n\"\n[backup]\nevery = \"24h\"", "c.toml:3: backup.every is for a database that is a file"},
	{"[web]\npprof = \"0.0.0.0:6060\"", "c.toml:2: web.pprof is for this machine only"},
	{"[polling]\nmax_interval = \"60d\"", `c.toml:2: polling.max_interval is at most "30d"`},
	{"[polling]\nmin_interval = true", `c.toml:2: polling.min_interval takes a time in quotes: min_interval = "5m"`},
	{"[polling]\nmin_interval = \"2m\"\nmax_interval = \"1m\"", "c.toml:3: polling.max_interval is shorter than min_interval"},
	{"[alerts]\n\nburst = 0", "c.toml:3: alerts.burst is 1 to"},
	{"[alerts]\nburst = \"3\"", "c.toml:2: alerts.burst takes a number without quotes: burst = 3"},
	{"[alerts]\nburst = \"many\"", "c.toml:2: alerts.burst takes a whole number: burst = 10"},
	{"[alerts]\nburst = 1.5", "c.toml:2: alerts.burst takes a whole number: burst = 10"},
	{"database = 7", `c.toml:1: database needs quotes: database = "7"`},
	{"database = true", `c.toml:1: database needs quotes: database = "true"`},
	{"database = [\"x\"]", "c.toml:1: database takes one value, not a list"},
	{"database = \"\"", "c.toml:1: database needs the name of a file"},
	{"database = \"/var/lib/\"", "c.toml:1: database is the name of a file, not of a folder"},
	{"database = \"postgres:x\"", "c.toml:1: database takes the name of a file, or postgres://"},
	{"default_sources = \"no\"", "c.toml:1: default_sources takes true or false, without quotes"},
	{"default_sources = 1", "c.toml:1: default_sources takes true or false, without quotes"},
	{"operators = \"telegram:1\"", `c.toml:1: operators takes a list, in brackets: operators = ["telegram:1"]`},
	{"operators = [4711]", `c.toml:1: operators holds 4711 without its platform; write "telegram:4711" or "discord:4711"`},
	{"operators = [\"me\"]", `c.toml:1: operators holds "me"; write a platform and a number`},
	{"operators = [\"telegram:@anna\"]", `c.toml:1: operators holds a name, "telegram:@anna"; write the number`},
	{"allowed = [\"us\"]", `c.toml:1: allowed holds "us"`},
	{"operator_chat = \"4711\"", `c.toml:1: operator_chat is a platform and a number; write "telegram:4711"`},
	{"time_zone = \"Mars/Olympus\"", `c.toml:1: time_zone takes a time zone such as "Europe/Warsaw"`},
	{"access = \"closed\"", `c.toml:1: access is "open" or "listed" or "operators", not "closed"`},
	{"alerts = 3", `c.toml:1: there is no setting "alerts"`},
	{"[network]\nallow = [\"everything\"]", `c.toml:2: network.allow holds "everything"; write a range`},
	{"[telegram]\napi_url = \"api.telegram.org\"", "c.toml:2: telegram.api_url is an address that begins with https://"},
	{"[telegram]\nproxy = \"localhost:1080\"", "c.toml:2: telegram.proxy is an address that begins with socks5://"},
	{"[discord]\ngateway_url = \"https://x.example\"", "c.toml:2: discord.gateway_url is an address that begins with wss://"},
	{"[telegram]\ntoken = \"123456:ABC…\"", "c.toml:2: telegram.token is the example"},
	{"[discord]\ntoken = \"Bot abc\"", "c.toml:2: discord.token begins with the word Bot; leave that out"},
	{"[log]\nlevel = \"loud\"", `c.toml:2: log.level is "debug" or "info" or "warn" or "error", not "loud"`},
	{"[ai]\nurl = \"http://127.0.0.1:1\"", "c.toml:2: ai.url needs ai.model beside it"},
	{"[ai]\nurl = \"127.0.0.1:1\"", "c.toml:2: ai.url is an address that begins with https:// or http://"},
	{"[ai]\nurl = \"http://127.0.0.1:1\"\nembed_model = \"x\"", "c.toml:2: ai.url needs ai.model beside it"},
	{"[web]\nlisten = \"8090\"", "c.toml:2: web.listen is a host and a port"},
	{"[web]\nlisten = \"127.0.0.1:http\"", "c.toml:2: web.listen is a host and a port"},
	{"[web]\nurl = \"news.example\"", "c.toml:2: web.url is an address that begins with https:// or http://"},
	{"[[sources]]\nurl = \"ws://a.example/feed\"", "c.toml:2: url is an address that begins with https://"},
	{"[[sources]]\nurl = \"https://a.example\"\n\n[[sources]]\noutlet = \"x\"", "c.toml:4: this source has no url"},
	{"[[sources]]\nurl = \"https://a.example\"\nlanguage = \"english\"", "c.toml:3: language is a code of two letters"},
	{"[[sources]]\nurl = \"https://a.example\"\ncountry = \"zz\"", "c.toml:3: country is a code of two letters"},
	{"[[sources]]\nurl = \"https://a.example\"\nurl = \"https://b.example\"", "c.toml:3: url is here a second time; a new source begins with [[sources]]"},
	{"sources = [\"https://a.example\"]", "c.toml:1: sources are written as [[sources]]"},
}

func TestMistakesGetASentence(t *testing.T) {
	goWords := regexp.MustCompile(`U\+[0-9A-F]{4}|unmarshal|strconv|toml:\s|newline|reflect`)

	for _, m := range mistakes {
		_, err := readConfig("c.toml", []byte(m.text), nil)
		if err == nil || !strings.Contains(err.Error(), m.want) {
			t.Errorf("%q:\n  got  %v\n  want %s", m.text, err, m.want)
			continue
		}

		if word := goWords.FindString(err.Error()); word != "" {
			t.Errorf("%q: %v speaks of %q", m.text, err, word)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	_, err := readConfig("c.toml", []byte("datbase = \"x\"\naccess = \"shut\"\n[alerts]\nburst = 0\n"), []string{"NEWSBELL_ALERTS_MAX_AGE=48"})
	if err == nil || strings.Count(err.Error(), "\n") != 3 || !strings.Contains(err.Error(), `NEWSBELL_ALERTS_MAX_AGE: alerts.max_age needs a unit`) {
		t.Error(err)
	}
}

// TestValuesOfTheEnvironment: quotes are TOML's; a shell would take them away, and env files keep them.
func TestValuesOfTheEnvironment(t *testing.T) {
	for variable, want := range map[string]string{
		"NEWSBELL_POLLING_MIN_INTERVAL=5":         "polling.min_interval needs a unit: NEWSBELL_POLLING_MIN_INTERVAL=5m",
		"NEWSBELL_POLLING_MIN_INTERVAL=5 minutes": "polling.min_interval takes a time such as 90s, 5m, 48h or 30d, not 5 minutes",
		"NEWSBELL_POLLING_AT_ONCE=many":           "polling.at_once takes a whole number: NEWSBELL_POLLING_AT_ONCE=64",
	} {
		_, err := readConfig("c.toml", nil, []string{variable})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want … %s", variable, err, want)
		}
	}
}

func TestHarmlessFormsAreAccepted(t *testing.T) {
	for _, text := range []string{
		"\xEF\xBB\xBFaccess = \"open\"\r\n[alerts]\r\nburst = 3\r\n",
		"alerts.burst = 3",
		"alerts = \t{burst = 3}",
		"[alerts]\nmax_age = \"1d12h\"",
		"[alerts]\nmax_age = '48h' # two days",
		"access = \"Open\"",
		"database = 'C:\\news\\newsbell.db'",
		"database = \"news:bell.db\"",
		"alerts.burst = 0x10",
		"[polling]\nat_once = +1_0",
		"[[sources]]\nurl = \"https://a.example\"\nlanguage = \"pt-BR\"",
		"[[sources]]\nurl = \"https://a.example\"\nlanguage = \"en_us\"",
		"operators = [\n  \"telegram:1\", # me\n]\n",
		"[network]\nallow = [\"192.168.0.1\"]",
		"[ai]\nurl = \"\"\n[web]\nlisten = \"\"\n[process]\nname = \"\"\nroles = [\"poll\", \"match\", \"speak\"]",
	} {
		if _, err := readConfig("c.toml", []byte(text), nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
