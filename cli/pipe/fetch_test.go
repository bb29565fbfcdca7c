package pipe

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/cli/command"
)

const fetchFeed = `<rss version="2.0"><channel><title>Daily Planet</title><link>https://planet.example/</link><language>en-GB</language>
<item><title>New &amp;amp; shiny - Daily Planet</title><link>/new?utm_source=rss</link><pubDate>Mon, 23 Nov 2026 10:00:00 +0100</pubDate><description>&lt;p&gt;A text.&lt;/p&gt;</description></item>
<item><title>Old</title><link>https://planet.example/old</link><pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate></item>
</channel></rss>`

// fetchLines runs the command and returns its lines.
func fetchLines(t *testing.T, o fetchOptions, args ...string) ([]map[string]any, string, error) {
	t.Helper()

	var stdout, stderr bytes.Buffer

	err := fetchSources(t.Context(), command.Stdio{Out: &stdout, Err: &stderr}, o, args)

	var lines []map[string]any

	for line := range strings.Lines(stdout.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}

		lines = append(lines, m)
	}

	return lines, stderr.String(), err
}

func TestFetchCommand(t *testing.T) {
	dir := t.TempDir()
	plain, packed, page := filepath.Join(dir, "a.xml"), filepath.Join(dir, "a.xml.gz"), filepath.Join(dir, "page.html")

	var b bytes.Buffer

	z := gzip.NewWriter(&b)
	z.Write([]byte(fetchFeed))
	z.Close()

	for name, body := range map[string][]byte{plain: []byte(fetchFeed), packed: b.Bytes(), page: []byte("<html><body>x</body></html>")} {
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(fetchFeed)) }))
	defer server.Close()

	if lines, _, err := fetchLines(t, fetchOptions{}, strings.Replace(server.URL, "http", "HTTP", 1)); err != nil || len(lines) != 2 {
		t.Errorf("an address in capitals: %d lines, %v", len(lines), err)
	}

	if _, stderr, _ := fetchLines(t, fetchOptions{}, filepath.Join(dir, "none.xml")); strings.Count(stderr, "none.xml") != 1 || !strings.Contains(stderr, "https://") {
		t.Errorf("a file that is not there: %s", stderr)
	}

	o := fetchOptions{base: "https://planet.example/feed"}

	lines, stderr, err := fetchLines(t, o, packed, page, plain, server.URL+"/feed?key=secret", "http://user:secret@127.0.0.1:1/?secret")
	if !errors.Is(err, command.ErrReported) || len(lines) != 6 {
		t.Fatalf("%d lines, %v\n%s", len(lines), err, stderr)
	}

	for i, source := range []string{packed, packed, plain, plain, server.URL + "/feed?key=secret", server.URL + "/feed?key=secret"} {
		if lines[i]["source"] != source {
			t.Errorf("line %d is of %v", i, lines[i]["source"])
		}
	}

	first := lines[0]
	for field, want := range map[string]any{"title": "New & shiny", "url": "https://planet.example/new", "published": "2026-11-23T09:00:00Z", "language": "en", "outlet": "Daily Planet", "summary": "A text.", "text": "A text."} {
		if first[field] != want {
			t.Errorf("%s: %v, want %v", field, first[field], want)
		}
	}

	for _, field := range []string{"updated", "authors", "tags", "image", "country"} {
		if v, there := first[field]; there {
			t.Errorf("%s is not known and stands there: %v", field, v)
		}
	}

	if lines[1]["title"] != "Old" || lines[0]["key"] != lines[2]["key"] {
		t.Errorf("%v, %v", lines[1], lines[2])
	}

	if n := strings.Count(stderr, "\n"); n != 2 || !strings.Contains(stderr, "the page is HTML, not a feed") || strings.Contains(stderr, "secret") {
		t.Errorf("stderr: %s", stderr)
	}

	o.raw = true

	lines, _, err = fetchLines(t, o, plain)
	if err != nil || lines[0]["title"] != "New &amp; shiny - Daily Planet" || lines[0]["url"] != "/new?utm_source=rss" || lines[0]["summary"] != "<p>A text.</p>" {
		t.Errorf("%v, %v", lines, err)
	}

	o.raw, o.feeds = false, true

	lines, _, err = fetchLines(t, o, plain, page)
	if !errors.Is(err, command.ErrReported) || len(lines) != 2 || lines[0]["kind"] != "rss" || lines[0]["articles"] != 2.0 || lines[0]["title"] != "Daily Planet" || lines[0]["link"] != "https://planet.example/" || lines[1]["error"] == nil {
		t.Errorf("%v, %v", lines, err)
	}
}

// TestFetchKeepsParagraphsApart: what stands above the text without a stop is not
// run into its first sentence.
func TestFetchKeepsParagraphsApart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed.xml")

	const feed = `<rss version="2.0"><channel><title>Paper</title><item><title>Talks</title><link>https://paper.example/1</link>
		<description>&lt;p&gt;Standfirst without a stop&lt;/p&gt;&lt;p&gt;The government said nothing.&lt;/p&gt;</description></item></channel></rss>`
	if err := os.WriteFile(file, []byte(feed), 0o600); err != nil {
		t.Fatal(err)
	}

	lines, _, err := fetchLines(t, fetchOptions{}, file)
	if err != nil || len(lines) != 1 || lines[0]["summary"] != "The government said nothing." || lines[0]["text"] != "Standfirst without a stop The government said nothing." {
		t.Errorf("%v, %v", lines, err)
	}
}

// TestFetchOfNothingNew: a server that answers "nothing new" to who has nothing yet is no feed without articles.
func TestFetchOfNothingNew(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }))
	defer server.Close()

	for _, o := range []fetchOptions{{}, {raw: true}} {
		if lines, stderr, err := fetchLines(t, o, server.URL); !errors.Is(err, command.ErrReported) || len(lines) > 0 || !strings.Contains(stderr, "304") {
			t.Errorf("%+v: %d lines, %v, %s", o, len(lines), err, stderr)
		}
	}
}
