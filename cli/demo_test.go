package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbell/cli/demo"
)

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

// TestDemoSaysAtOnceWhatHappens, before it opens a database; JSON stays JSON.
func TestDemoSaysAtOnceWhatHappens(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())

	var out lockedBuffer

	stopping := &stopsAtFirstWrite{&out, stop}
	if code := Run(ctx, []string{"demo"}, strings.NewReader(""), stopping, io.Discard); code != 0 {
		t.Errorf("exit %d when it is stopped at its first line", code)
	}

	if got := out.String(); !strings.HasPrefix(got, "Newsbell demo: ") || strings.Count(got, "\n") != 1 {
		t.Errorf("it begins with %q", got)
	}
}

// stopsAtFirstWrite is an output whose reader stops the program at once.
type stopsAtFirstWrite struct {
	io.Writer

	stop func()
}

func (w *stopsAtFirstWrite) Write(p []byte) (int, error) {
	w.stop()
	return w.Writer.Write(p)
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
