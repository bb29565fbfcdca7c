package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestExampleIsTheDefaults(t *testing.T) {
	body, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	// Only the example of a source is commented out: with it, every key is read.
	got, err := parse("config.example.toml", body)
	if err != nil {
		t.Fatal(err)
	}

	same := cmp.Comparer(func(a, b Zone) bool { return a.String() == b.String() })
	if diff := cmp.Diff(Default(), got, same, cmpopts.EquateEmpty(), cmp.AllowUnexported(Access{}, Address{}, Operator{}, ChatAddress{}, Listed{})); diff != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", diff)
	}

	text := strings.NewReplacer("# [[sources]]", "[[sources]]", "# url =", "url =", "# outlet =", "outlet =",
		"# language =", "language =", "# country =", "country =").Replace(string(body))
	for _, key := range []string{"database", "min_interval", "gateway_url", "country"} {
		if !strings.Contains(text, "\n"+key+" = ") {
			t.Errorf("the example does not show %s", key)
		}
	}
}

func TestWrongConfig(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\ndatbase = \"x\"", `c.toml:2: there is no setting "datbase"`},
		{"[alerts]\nbursts = 3", `c.toml:2: there is no setting "alerts.bursts"`},
		{"[alerts]\n\nburst = 0", "c.toml:3: alerts.burst is at least 1"},
		{"[alerts]\nburst = \"many\"", "c.toml:2: alerts.burst: this takes a number, not a TOML string"},
		{"database = 7", "c.toml:1: database: this takes text in quotes, not a TOML integer"},
		{"default_sources = \"no\"", "c.toml:1: default_sources: this takes true or false, not a TOML string"},
		{"operators = \"telegram:1\"", "c.toml:1: operators: this takes a list, not a TOML string"},
		{"alerts = 3", "c.toml:1: alerts: this takes a section in brackets, not a TOML integer"},
		{"[polling]\nmin_interval = \"2m\"\nmax_interval = \"1m\"", "c.toml:3: polling.max_interval is not shorter than min_interval"},
		{"[polling]\nmin_interval = \"soon\"", `c.toml:2: polling.min_interval: "soon" is no duration`},
		{"[polling]\nmin_interval = \"10ms\"", `c.toml:2: polling.min_interval is at least "1s"`},
		{"time_zone = \"Mars/Olympus\"", `c.toml:1: time_zone: "Mars/Olympus" is no time zone`},
		{"access = \"closed\"", `c.toml:1: access: "closed" is none of`},
		{"operators = [\"me\"]", `"me" is no operator`},
		{"allowed = [\"us\"]", `"us" is nobody`},
		{"[network]\nallow = [\"everything\"]", `"everything" is no address range`},
		{"[telegram]\napi_url = \"api.telegram.org\"", "c.toml:2: telegram.api_url: this is no address"},
		{"database = ", "c.toml:1: "},
		{"[[sources]]\nurl = \"ws://a.example/feed\"", "c.toml:2: sources.url begins with"},
		{"[[sources]]\noutlet = \"x\"", "c.toml:1: sources needs a url"},
	} {
		_, err := parse("c.toml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.text, err, c.want)
		} else if !strings.HasPrefix(err.Error(), "c.toml:") {
			t.Errorf("%q: %v does not begin with file and line", c.text, err)
		}
	}
}

// TestAddressesStayAsTheyAre: /feed/ and /feed are two addresses of a source, and
// one to hang paths on.
func TestAddressesStayAsTheyAre(t *testing.T) {
	c, err := parse("c.toml", []byte("[telegram]\napi_url = \"https://telegram.example/\"\n[[sources]]\nurl = \"https://planet.example/feed/\"\n"))
	if err != nil || c.SourceList()[0].URL != "https://planet.example/feed/" || c.Telegram.APIURL.Base() != "https://telegram.example" {
		t.Errorf("%+v, %+v, %v", c.Sources, c.Telegram, err)
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
	t.Setenv("NEWSBELL_TELEGRAM_TOKEN", "1:from-environment")
	t.Setenv("NEWSBELL_DISCORD_TOKEN", "from-environment")

	c, err := Load(write("c.toml", "[telegram]\ntoken_file = \"token\"\n"))
	if err != nil || c.Telegram.Token != "1:from-file" || c.Discord.Token != "from-environment" {
		t.Errorf("tokens %q and %q, %v", c.Telegram.Token, c.Discord.Token, err)
	}

	c, err = Load(write("c.toml", "[telegram]\ntoken = \"1:here\"\ntoken_file = \"token\"\n"))
	if err != nil || c.Telegram.Token != "1:here" {
		t.Errorf("token %q, %v", c.Telegram.Token, err)
	}

	if _, err := Load(write("c.toml", "[discord]\ntoken_file = \"none\"\n")); err == nil {
		t.Error("a missing token file went unnoticed")
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
		{"[alerts]\nburst = 1000\nmax_age = \"0s\"", 5 * time.Minute, time.Hour},
	} {
		got, err := parse("c.toml", []byte(c.text))
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if p := got.Polling; time.Duration(p.MinInterval) != c.min || time.Duration(p.MaxInterval) != c.max {
			t.Errorf("%q: %v to %v, want %v to %v", c.text, p.MinInterval, p.MaxInterval, c.min, c.max)
		}
	}
}
