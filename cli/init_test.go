package cli

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"newsbell/adapters/telegramtest"
	"newsbell/cli/config"
)

// TestInitWithoutANetwork: that a platform can't be asked is not the token's fault. It can be kept,
// and is asked for again otherwise.
func TestInitWithoutANetwork(t *testing.T) {
	const nobody = "http://127.0.0.1:1" // no program listens there

	for typed, kept := range map[string]bool{"y": true, "": false} {
		var out lockedBuffer

		file := filepath.Join(t.TempDir(), "config.toml")

		s := &setup{
			in: bufio.NewReader(strings.NewReader("4200:right\n" + typed + "\n" + strings.Repeat("\n", 3))), out: &out,
			hello: patience, telegramAPIURL: nobody, discordAPIURL: nobody,
		}
		if err := s.run(t.Context(), file); err != nil {
			t.Fatal(err)
		}

		c, err := config.Load(file, nil)
		if err != nil || (c.Telegram.Token == "4200:right") != kept {
			t.Errorf("%q: the token is %q (%v)", typed, c.Telegram.Token, err)
		}

		if !strings.Contains(out.String(), "Telegram can't be reached") || strings.Contains(out.String(), "I'm waiting") {
			t.Errorf("%q: it says\n%s", typed, &out)
		}
	}
}

// TestInitAsksNothingWhereItCannotWrite: answers would be lost.
func TestInitAsksNothingWhereItCannotWrite(t *testing.T) {
	stdout, stderr, code := newsbell(t, t.TempDir(), "\n\n\n\n", "init", "--config", "missing/config.toml")
	if code != 1 || stdout != "" || !strings.Contains(stderr, "nothing can be written to the folder missing: ") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
}

// TestInitWritesAConfigurationThatWorks: it refuses a wrong token, and learns the
// operator's number from the first message.
func TestInitWritesAConfigurationThatWorks(t *testing.T) {
	tg := telegramtest.New(telegramtest.Options{})
	defer tg.Close()

	address, err := tg.Listen()
	if err != nil {
		t.Fatal(err)
	}

	var out lockedBuffer

	file := filepath.Join(t.TempDir(), "config.toml")
	s := &setup{in: bufio.NewReader(strings.NewReader("1:wrong\n" + tg.Token() + "\nno\ny\n\nnobody\nme\nAtlantis\nwarsaw\n")), out: &out, hello: patience, telegramAPIURL: address}
	ended := make(chan error)

	go func() { ended <- s.run(t.Context(), file) }()

	out.await(t, "I'm waiting")

	tg.NewUser("Stranger").Says("/start")
	out.await(t, `"Stranger" has written to it. Is that you?`)
	tg.NewUser("Olga").Says("/start")

	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	for _, said := range []string{"That doesn't work: ", `"nobody" is neither. Type everybody or me.`, `I know no time zone "Atlantis". Try`} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("it doesn't say %q:\n%s", said, &out)
		}
	}

	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}

	c, err := config.Load(file, nil)
	if err != nil || len(c.Warnings) > 0 || c.Telegram.Token != tg.Token() || len(c.Operators) != 1 || c.OperatorChat != c.Operators[0] || c.Operators[0] != "telegram:7002" || c.Discord.Token != "" || c.Access != "operators" || c.TimeZone.String() != "Europe/Warsaw" {
		t.Errorf("%+v, %v", c, err)
	}

	if err := (&setup{in: bufio.NewReader(strings.NewReader("")), out: &out}).run(t.Context(), file); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("it would replace a configuration: %v", err)
	}
}

// TestInitExplainsEverySetting: each line of the file is explained above it, and what is commented
// out is the default, so that taking away the marks changes nothing.
func TestInitExplainsEverySetting(t *testing.T) {
	setting := regexp.MustCompile(`^(# )?([a-z_]+ = .*|\[[a-z]+\])$`)

	var out lockedBuffer

	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")

	s := &setup{in: bufio.NewReader(strings.NewReader("\n\nme\n")), out: &out, hello: patience} // no tokens, and the pipe ends
	if err := s.run(t.Context(), file); err != nil || !strings.Contains(out.String(), "I don't know yet who you are") {
		t.Fatalf("%v\n%s", err, &out)
	}

	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	var all []string

	explained := false

	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)

		switch {
		case setting.MatchString(line):
			if !explained && strings.Contains(line, " = ") {
				t.Errorf("nothing explains %s", line)
			}

			all = append(all, strings.TrimPrefix(line, "# "))
		case strings.HasPrefix(line, "# "):
			explained = true
		default:
			explained = false
		}
	}

	if err := os.WriteFile(filepath.Join(dir, "all.toml"), []byte(strings.Join(all, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}

	want, err := config.Load(file, nil)
	got, errAll := config.Load(filepath.Join(dir, "all.toml"), nil)

	if err != nil || errAll != nil || got.Polling != want.Polling || got.Alerts != want.Alerts || got.Backup != want.Backup || got.Web != want.Web ||
		got.Access != "open" || got.TimeZone.String() != "UTC" || len(all) < 18 {
		t.Errorf("%v, %v\n%+v\n%+v", err, errAll, want, got)
	}
}
