package cli

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/adapters/telegramtest"
	"newsbell/cli/config"
)

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
	s := &setup{in: bufio.NewReader(strings.NewReader("1:wrong\n" + tg.Token() + "\n\n")), out: &out, hello: patience, telegramAPIURL: address}
	ended := make(chan error)

	go func() { ended <- s.run(t.Context(), file) }()

	out.await(t, "I'm waiting")

	olga := tg.NewUser("Olga")
	olga.Says("/start")

	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	if !strings.Contains(out.String(), "That doesn't work: ") {
		t.Errorf("the wrong token went unnoticed:\n%s", &out)
	}

	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}

	c, err := config.Load(file, nil)
	if err != nil || len(c.Warnings) > 0 || c.Telegram.Token != tg.Token() || len(c.Operators) != 1 || c.OperatorChat != c.Operators[0] || c.Discord.Token != "" {
		t.Errorf("%+v, %v", c, err)
	}

	if err := (&setup{in: bufio.NewReader(strings.NewReader("")), out: &out}).run(t.Context(), file); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("it would replace a configuration: %v", err)
	}
}
