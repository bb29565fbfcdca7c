package systemtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/cli/demo"
	"newsbell/store"
)

// newsbell runs the real program in a folder and returns what it wrote.
func newsbell(t *testing.T, dir, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := exec.Command(testBinary(t), args...)

	var out, errs bytes.Buffer

	c.Dir, c.Stdin, c.Stdout, c.Stderr = dir, strings.NewReader(stdin), &out, &errs

	c.Env = append(os.Environ(), "NEWSBELL_TELEGRAM_TOKEN=", "NEWSBELL_DISCORD_TOKEN=")

	err := c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}

	return out.String(), errs.String(), code
}

func TestExitCodesAndSentences(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("bad.toml", "[alerts]\nburts = 3\n")
	write("queries.txt", "storm\n(open\n")
	write("articles.jsonl", `{"title":"Storm ahead"}`+"\n")
	write("feed.xml", `<rss version="2.0"><channel><title>F</title><item><title>Storm</title><link>https://a.example/1</link></item></channel></rss>`)
	write("page.html", "<!doctype html><html><body>Hello</body></html>")

	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"version", 0, "newsbell ", ""},
		{"--help", 0, "Available Commands", ""},
		{"nonsense", 2, "", "nonsense"},
		{"run --nonsense", 2, "", "unknown flag: --nonsense"},
		{"run --config none.toml", 2, "", "none.toml"},
		{"run --config bad.toml", 2, "", `bad.toml:2: there is no setting "alerts.burts"`},
		{"demo --news none", 2, "", "--news takes a folder"},
		{"preview storm", 1, "", "there is no database"},
		{"backup", 2, "", "accepts 1 arg"},
		{"check --json", 0, `{"what":"configuration","ok":true,`, ""},
		{"match --queries queries.txt --articles articles.jsonl", 1, `{"article":0,"query":0,"matched":["Storm"]}`, "line 1: "},
		{"query --queries queries.txt", 0, `{"query":1,"error":{"at":0,`, ""},
		{"group --articles articles.jsonl", 0, `{"article":0,"story":0}`, ""},
		{"fetch feed.xml", 0, `"title":"Storm"`, ""},
		{"fetch feed.xml page.html missing.xml", 1, `"title":"Storm"`, "missing.xml"},
		{"fetch --url nowhere feed.xml", 2, "", "--url takes an address"},
		{"fetch --feeds feed.xml page.html", 1, `"source":"page.html"`, ""},
	} {
		t.Run(c.args, func(t *testing.T) {
			stdout, stderr, code := newsbell(t, dir, "", strings.Fields(c.args)...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
			}

			if strings.Contains(stderr, "panic") || strings.Contains(stderr, "goroutine ") {
				t.Errorf("it panics: %s", stderr)
			}
		})
	}
}

// events are the JSON lines of a run, by their name.
func eventsOf(t *testing.T, stdout string) map[string][]map[string]any {
	t.Helper()

	events := map[string][]map[string]any{}

	for line := range strings.Lines(stdout) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("not a JSON line: %q", line)
		}

		name, _ := e["event"].(string)
		if _, err := time.Parse(time.RFC3339, fmt.Sprint(e["time"])); err != nil || name == "" {
			t.Errorf("no event or time in %s", line)
		}

		events[name] = append(events[name], e)
	}

	return events
}

func TestDemoTourAndEvents(t *testing.T) {
	stdout, stderr, code := newsbell(t, t.TempDir(), "", "demo", "--json")

	events := eventsOf(t, stdout)
	if code != 0 || len(events["alert"]) < 3 || len(events["reply"]) < 6 || len(events["poll"]) < 20 {
		t.Errorf("exit %d, %d alerts, %d replies, %d polls\n%s", code, len(events["alert"]), len(events["reply"]), len(events["poll"]), stderr)
	}
}

// TestDemoRingsOncePerStory is what this program is for, on the sample news: one
// event that three outlets tell rings once, the other stories of the same
// countries ring on their own, for one subscription.
func TestDemoRingsOncePerStory(t *testing.T) {
	stdout, _, code := newsbell(t, t.TempDir(), "", "demo", "--json", "--subscribe", `"north korea" OR pyongyang OR kim`)
	alerts := eventsOf(t, stdout)["alert"]
	shoigu := 0

	for _, a := range alerts {
		summary := fmt.Sprint(a["title"], a["summary"])
		if strings.Contains(summary, "Shoigu") {
			shoigu++
		}
	}

	if code != 0 || shoigu != 1 || len(alerts) != 3 {
		t.Errorf("exit %d, %d alerts, %d of the visit:\n%s", code, len(alerts), shoigu, stdout)
	}
}

// TestDemoTellsLikeTitlesApart: items of one feed that differ in a number or a
// place are as many stories.
func TestDemoTellsLikeTitlesApart(t *testing.T) {
	folder := writeNews(t, []string{"Calm weather"}, []string{"Storm news item 0", "Storm news item 1", "Storm news item 2", "Big storm hits the coast of Spain", "Big storm hits the coast of Chile"})

	stdout, stderr, _ := newsbell(t, t.TempDir(), "", "demo", "--news", folder, "--subscribe", "storm", "--json")
	if alerts := eventsOf(t, stdout)["alert"]; len(alerts) != 5 {
		t.Errorf("%d alerts, want 5:\n%s%s", len(alerts), stdout, stderr)
	}
}

// TestDemoOfAGrowingFeedAndOfARelaunch: 25 new items without dates ring, unless
// they stand in place of as many others; then the poll says so.
func TestDemoOfAGrowingFeedAndOfARelaunch(t *testing.T) {
	titles := func(name string) (out []string) {
		for i := range 25 {
			out = append(out, fmt.Sprintf("%s of the storm, item %d", name, i))
		}

		return out
	}

	alerts := func(folder string) (rang, relaunches int) {
		stdout, stderr, code := newsbell(t, t.TempDir(), "", "demo", "--news", folder, "--subscribe", "storm", "--json")
		if code != 0 {
			t.Errorf("exit %d: %s", code, stderr)
		}

		events := eventsOf(t, stdout)
		for _, e := range events["poll"] {
			if e["relaunch"] == true {
				relaunches++
			}
		}

		return len(events["alert"]), relaunches
	}
	if rang, relaunches := alerts(writeNews(t, []string{"Calm"}, titles("News"))); rang != 25 || relaunches != 0 {
		t.Errorf("a feed that grew: %d rang, %d relaunches", rang, relaunches)
	}

	old, replaced := writeNews(t, titles("Days"), nil), writeNews(t, titles("Nights"), nil)
	if err := os.Rename(filepath.Join(replaced, "001", "paper.xml"), filepath.Join(old, "001", "paper.xml")); err != nil {
		t.Fatal(err)
	}

	if rang, relaunches := alerts(old); rang != 0 || relaunches != 1 {
		t.Errorf("a relaunch: %d rang, %d relaunches", rang, relaunches)
	}
}

// writeNews makes a folder for demo --news: each state lists the titles so far.
func writeNews(t *testing.T, states ...[]string) string {
	t.Helper()
	dir := t.TempDir()

	var listed []string
	for i, titles := range states {
		listed = append(listed, titles...)

		var b strings.Builder
		b.WriteString(`<rss version="2.0"><channel><title>Paper</title>`)

		for _, title := range listed {
			id := strings.ReplaceAll(title, " ", "-")
			fmt.Fprintf(&b, `<item><title>%s</title><link>https://paper.example/%s</link><guid>%s</guid></item>`, title, id, id)
		}

		b.WriteString(`</channel></rss>`)

		folder := filepath.Join(dir, fmt.Sprintf("%03d", i))
		if err := errors.Join(os.Mkdir(folder, 0o750), os.WriteFile(filepath.Join(folder, "paper.xml"), []byte(b.String()), 0o600)); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

func TestDemoReadsSubfolders(t *testing.T) {
	folder := writeNews(t, []string{"Calm"}, []string{"Storm in the north"})
	for _, state := range []string{"000", "001"} {
		below := filepath.Join(folder, state, "regions east", "x")
		if err := errors.Join(os.MkdirAll(below, 0o750), os.Rename(filepath.Join(folder, state, "paper.xml"), filepath.Join(below, "a.xml"))); err != nil {
			t.Fatal(err)
		}
	}

	stdout, stderr, _ := newsbell(t, t.TempDir(), "", "demo", "--news", folder, "--subscribe", "storm", "--json")
	if events := eventsOf(t, stdout); len(events["alert"]) != 1 || events["poll"][0]["source"] != "http://"+demo.Host+"/regions%20east/x/a.xml" {
		t.Errorf("%s%s", stdout, stderr)
	}
}

func TestDemoOverAFolderKeepsItsDatabase(t *testing.T) {
	news := writeNews(t, []string{"Storm of yesterday"}, []string{"Storm in the north"}, nil, []string{"Calm weather", "Storm in the south harbour"})
	dir := t.TempDir()

	titles := func(news string, args ...string) (rung []string) {
		stdout, stderr, code := newsbell(t, dir, "", append([]string{"demo", "--news", news, "--database", "kept.db", "--json"}, args...)...)
		if code != 0 {
			t.Errorf("exit %d: %s", code, stderr)
		}

		for _, a := range eventsOf(t, stdout)["alert"] {
			rung = append(rung, fmt.Sprint(a["title"]))
		}

		return rung
	}
	if got := fmt.Sprint(titles(news, "--subscribe", "storm")); got != "[Storm in the north Storm in the south harbour]" {
		t.Errorf("rang %s", got)
	}

	if again := titles(news); len(again) > 0 {
		t.Errorf("at the second start rang %s", again)
	}

	if other := titles(writeNews(t, []string{"Storm warning for tomorrow"})); len(other) != 1 {
		t.Errorf("with other news at the same addresses rang %s", other)
	}
}

func TestAStatusFileAnswersInPlaceOfAFeed(t *testing.T) {
	news := writeNews(t, []string{"Start"}, []string{"Storm"})
	if err := errors.Join(
		os.WriteFile(filepath.Join(news, "001", "broken.xml.status"), []byte("503 Service Unavailable\nRetry-After: 120\n"), 0o600),
		os.WriteFile(filepath.Join(news, "000", "gone feed.xml.status"), []byte("410"), 0o600),
		os.WriteFile(filepath.Join(news, "001", "page.xml"), []byte("<html>"), 0o600)); err != nil {
		t.Fatal(err)
	}

	stdout, _, code := newsbell(t, t.TempDir(), "", "demo", "--news", news, "--subscribe", "storm", "--json")
	events := eventsOf(t, stdout)
	failed := map[string]float64{}

	for _, e := range events["poll"] {
		if e["error"] != nil {
			failed[fmt.Sprint(e["source"])] = e["status"].(float64)
		}
	}

	if code != 0 || len(events["alert"]) != 1 || failed["http://"+demo.Host+"/broken.xml"] != 503 || len(failed) != 3 {
		t.Errorf("exit %d, %d alerts, failed %v", code, len(events["alert"]), failed)
	}
}

func TestRunTypesItsInputInTheTerminalChat(t *testing.T) {
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>F</title></channel></rss>`)
	}))
	defer feed.Close()

	dir := t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[[sources]]\nurl = %q\n", feed.URL)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	stdout, stderr, code := newsbell(t, dir, "/subscribe storm\n/list\n", "run", "--json", "--for", "2s")

	events := eventsOf(t, stdout)
	if code != 0 || len(events["reply"]) != 2 || len(events["poll"]) != 1 {
		t.Errorf("exit %d: %v\n%s", code, events, stderr)
	}

	for _, e := range events["reply"] {
		if e["chat"] != "terminal" || !strings.Contains(fmt.Sprint(e["text"]), "#1") {
			t.Errorf("reply %v", e)
		}
	}

	if !strings.Contains(stderr, "No token") {
		t.Errorf("it does not say that there is no token: %s", stderr)
	}
}

func TestASecondInstanceIsKeptOut(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), filepath.Join(dir, "newsbell.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	_, stderr, code := newsbell(t, dir, "", "run", "--for", "5s")
	if code != 1 || !strings.Contains(stderr, "another Newsbell") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestAWrongTokenStopsOnlyThatAdapter: the rest of the program goes on.
func TestAWrongTokenStopsOnlyThatAdapter(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"ok":false,"error_code":401,"description":"Unauthorized","message":"401: Unauthorized","code":0}`)
	}))
	defer server.Close()

	dir := t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[telegram]\ntoken = \"123:wrong\"\napi_url = %q\n[discord]\ntoken = \"secret.wrong\"\napi_url = %q\n", server.URL, server.URL)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	stdout, stderr, code := newsbell(t, dir, "/subscribe storm\n", "run", "--json", "--for", "3s")
	if code != 0 || len(eventsOf(t, stdout)["reply"]) != 1 {
		t.Errorf("exit %d: %s\n%s", code, stdout, stderr)
	}

	for _, want := range []string{"telegram stopped", "discord stopped"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("the log does not say %q:\n%s", want, stderr)
		}
	}

	if strings.Contains(stderr, "123:wrong") || strings.Contains(stderr, "secret.wrong") {
		t.Errorf("the log holds a token:\n%s", stderr)
	}
}

func TestOPMLInAndOutUnchanged(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("default_sources = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	opml := `<opml version="2.0"><body><outline text="World"><outline text="A &amp; B" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2"/></outline><outline text="C" type="rss" xmlUrl="https://c.example/feed"/></body></opml>`
	if err := os.WriteFile(filepath.Join(dir, "in.opml"), []byte(opml), 0o600); err != nil {
		t.Fatal(err)
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "in.opml"); code != 0 || !strings.Contains(stderr, "2 sources read, 2 of them new") {
		t.Fatalf("exit %d: %s", code, stderr)
	}

	first, _, _ := newsbell(t, dir, "", "export")
	if err := os.WriteFile(filepath.Join(dir, "out.opml"), []byte(first), 0o600); err != nil {
		t.Fatal(err)
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "out.opml"); code != 0 || !strings.Contains(stderr, "2 sources read, 0 of them new") {
		t.Errorf("exit %d: %s", code, stderr)
	}

	second, _, _ := newsbell(t, dir, "", "export")
	if first != second || !strings.Contains(first, "World") || !strings.Contains(first, "A &amp; B") {
		t.Errorf("first:\n%s\nsecond:\n%s", first, second)
	}

	if _, stderr, code := newsbell(t, dir, "", "import", "config.toml"); code != 1 || !strings.Contains(stderr, "Nothing was imported") {
		t.Errorf("a file that is no OPML: exit %d: %s", code, stderr)
	}
}
