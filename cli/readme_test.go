package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"newsbell/bot"
	"newsbell/locales"
)

var updateReadme = flag.Bool("update", false, "write what the demo prints into the README")

func readReadme(t *testing.T) (path, body string) {
	t.Helper()

	path, err := filepath.Abs("../README.md") // the tests change directories
	if err != nil {
		t.Fatal(err)
	}

	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	return path, string(raw)
}

// The picture in the README is what the demo prints, but for the ages.
func TestReadmeShowsTheDemo(t *testing.T) {
	const query = `"north korea" OR pyongyang`

	path, body := readReadme(t)

	stdout, stderr, code := newsbell(t, t.TempDir(), "", "demo", "--subscribe", query)
	if code != 0 {
		t.Fatal(stderr)
	}

	var alert, update string // the alert, and how it reads in the end

	blocks := strings.Split(strings.TrimRight(stdout, "\n"), "\n\n")
	for _, block := range blocks {
		switch {
		case strings.HasPrefix(block, "🔔 Kim pledges"):
			alert += block + "\n"
		case strings.HasPrefix(block, "↻ Kim pledges"):
			update = block + "\n"
		}
	}

	for _, link := range []string{"also in Pacific Ledger: https://", "also in Continental Herald: https://"} {
		if strings.Count(alert, "🔔") != 1 || !strings.Contains(update, link) {
			t.Errorf("want one alert that in the end names both other outlets:\n%s%s", alert, update)
		}
	}

	picture := fmt.Sprintf("$ newsbell demo --subscribe '%s'\n%s\n\n%s\n%s", query, blocks[0], alert, update)

	before, rest, _ := strings.Cut(body, "```\n$ newsbell demo ")
	shown, after, _ := strings.Cut("$ newsbell demo "+rest, "```\n")

	if *updateReadme {
		if err := os.WriteFile(path, []byte(before+"```\n"+picture+"```\n"+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	age := regexp.MustCompile(`\d+ min ago`)
	if age.ReplaceAllString(shown, "") != age.ReplaceAllString(picture, "") {
		t.Errorf("the README shows\n%s\nthe demo prints\n%s", shown, picture)
	}
}

// The README's table of commands is the bot's.
func TestReadmeListsTheCommands(t *testing.T) {
	path, body := readReadme(t)

	table := ""
	for _, c := range bot.Commands(locales.Builtin().English(), bot.Pages, bot.Targets) {
		table += fmt.Sprintf("| `/%s` | %s |\n", c.Name, c.Summary)
	}

	row := regexp.MustCompile("(?m)(^\\| `/.*\\n)+")
	if *updateReadme {
		body = row.ReplaceAllLiteralString(body, table)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if got := row.FindString(body); got != table {
		t.Errorf("the README lists\n%s\nthe bot has\n%s", got, table)
	}
}
