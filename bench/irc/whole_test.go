package irc

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// twoLines are all that the program needs beside the package itself, and its import.
const twoLines = `
	a.gates[irc.Platform] = gate.New(gate.Limits{PerChat: time.Second})
	a.adapters[irc.Platform] = irc.New(irc.Config{Server: os.Getenv("IRC_SERVER"), Nick: "newsbell", Channels: []string{"#news"}, Log: a.Log})
`

// build builds the whole program with the package where adapters are, and two lines in
// cli/connect.go. Nothing in the repository is changed.
func build(t *testing.T) string {
	t.Helper()

	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}

	wiring := filepath.Join(root, "cli", "connect.go")

	source, err := os.ReadFile(wiring)
	if err != nil {
		t.Fatal(err)
	}

	const before, imports = "\n\tfor _, platform := range []string{target.Platform,", "\n\t\"newsbell/adapters/telegram\"\n"

	text := string(source)
	if strings.Count(text, before) != 1 || strings.Count(text, imports) != 1 {
		t.Fatal("cli/connect.go has changed: say where the two lines go now")
	}

	text = strings.Replace(text, before, twoLines+before, 1)
	text = strings.Replace(text, imports, "\n\t\"os\"\n\t\"newsbell/adapters/irc\""+imports, 1)

	dir := t.TempDir()
	changed := filepath.Join(dir, "connect.go")
	overlay, _ := json.Marshal(map[string]any{"Replace": map[string]string{
		wiring: changed, filepath.Join(root, "adapters", "irc", "irc.go"): filepath.Join(root, "bench", "irc", "irc.go"),
	}})

	for file, body := range map[string]string{changed: text, filepath.Join(dir, "overlay.json"): string(overlay)} {
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	program := filepath.Join(dir, "newsbell")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	cmd.Dir = root

	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	return program
}

// outlet is a feed that grows.
type outlet struct {
	mu     sync.Mutex
	titles []string
}

func (o *outlet) publish(title string) {
	o.mu.Lock()
	defer o.mu.Unlock()

	o.titles = append(o.titles, title)
}

func (o *outlet) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()

	w.Header().Set("Content-Type", "application/rss+xml")
	io.WriteString(w, `<rss version="2.0"><channel><title>Coast Courier</title><link>https://coast.example/</link>`)

	for i, title := range o.titles {
		fmt.Fprintf(w, "<item><title>%s</title><link>https://coast.example/%d</link><guid>%d</guid><pubDate>%s</pubDate></item>", title, i, i, time.Now().UTC().Format(time.RFC1123Z))
	}

	io.WriteString(w, "</channel></rss>")
}

// TestTheWholeProgramOnIRC: with the package and two lines the program follows, lists, alerts
// in private and in a channel, keeps who may do what, and goes on after it was killed.
func TestTheWholeProgramOnIRC(t *testing.T) {
	program := build(t)

	servers(t, func(t *testing.T, address string) {
		feed := &outlet{}
		feed.publish("Harbour reopens after repairs")

		web := httptest.NewServer(feed)
		defer web.Close()

		dir := t.TempDir()
		config := filepath.Join(dir, "newsbell.toml")
		body := fmt.Sprintf("default_sources = false\n[[sources]]\nurl = %q\n[polling]\nmin_interval = \"1s\"\nmax_interval = \"1s\"\nhost_gap = \"0s\"\n[network]\nallow = [\"127.0.0.0/8\"]\n", web.URL+"/feed.xml")

		if err := os.WriteFile(config, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}

		ada, bob := connect(t, address, "ada"), connect(t, address, "bob")
		for _, p := range []*person{ada, bob} { // who comes first is an operator
			p.does("JOIN #news")
			p.hears("JOIN", "#news")
		}

		kill := run(t, program, config, address)

		for ada.hears("JOIN", "#news").from != "newsbell" { // others are heard, too
		}

		ada.does("PRIVMSG newsbell :!subscribe ferry")
		ada.hears("PRIVMSG", "You now follow #1 ferry")
		ada.does("PRIVMSG #news :!subscribe storm")
		ada.hears("PRIVMSG", "now follows #1 storm")
		bob.does("PRIVMSG #news :!unsubscribe 1")
		ada.does("PRIVMSG newsbell :!status") // by then a poll was the baseline, or /status says not yet
		ada.hears("PRIVMSG", "source")

		waitForBaseline(t, ada)
		feed.publish("Ferry rescued off the coast")
		ada.hears("PRIVMSG", "Ferry rescued off the coast")
		ada.hears("PRIVMSG", "https://coast.example/1")

		kill()
		feed.publish("Storm reaches the islands")

		kill = run(t, program, config, address)
		defer kill()

		bob.hears("PRIVMSG", "Storm reaches the islands")
	})
}

// waitForBaseline waits until the feed has been read once.
func waitForBaseline(t *testing.T, p *person) {
	t.Helper()

	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); time.Sleep(200 * time.Millisecond) {
		p.does("PRIVMSG newsbell :!news")

		if l := p.hears("PRIVMSG", ""); strings.Contains(l.arg(1), "Latest news") {
			return
		}
	}

	t.Fatal("the feed is not read")
}

// run starts the program; the returned function kills it.
func run(t *testing.T, program, config, address string) (kill func()) {
	t.Helper()

	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "run", "--config", config, "--json")
	cmd.Env = append(os.Environ(), "IRC_SERVER="+address)

	var log strings.Builder

	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	kill = sync.OnceFunc(func() {
		cancel()
		_ = cmd.Wait()

		if t.Failed() {
			for line := range strings.Lines(log.String()) {
				if !strings.Contains(line, `"event":"poll"`) {
					t.Log(strings.TrimSpace(line))
				}
			}
		}
	})
	t.Cleanup(kill)

	return kill
}
