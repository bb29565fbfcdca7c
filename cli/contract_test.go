package cli

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Programs read what `--json` prints: its names and fields may be added to and never
// change.

// contractFeed has an item with every field that an article can have.
const contractFeed = `<?xml version="1.0"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Daily Planet</title><link>https://planet.example/</link><language>en-GB</language>
<item><title>Storm &lt;b&gt;ahead&lt;/b&gt; &amp;amp; near</title><link>https://planet.example/storm?utm_source=rss</link><guid>planet-1</guid>
<dc:creator>Ann Ode</dc:creator><category>Weather</category><media:content url="https://planet.example/storm.jpg" medium="image"/>
<pubDate>Mon, 23 Nov 2026 10:00:00 +0100</pubDate><atom:updated>2026-11-23T10:00:00Z</atom:updated>
<description>The storm reaches the coast at noon.</description></item>
</channel></rss>`

// contractSentences are the values that are written for people, or that only have to
// stay the same within one database.
var contractSentences = regexp.MustCompile(`"(message|suggestion|words|sentence|error|key|since|until)":"(?:[^"\\]|\\.)*"`)

// TestCommandsArePinned runs every command that prints JSON and compares its lines.
func TestCommandsArePinned(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"config.toml":       "default_sources = false\n",
		"feed.xml":          contractFeed,
		"page.html":         "<!doctype html><html><body>Hello</body></html>",
		"untitled.xml":      "<rss><channel><title>Paper</title><item><link>https://paper.example/2</link></item></channel></rss>",
		"latin1.txt":        "caf\xe9 news\n\xff\n",
		"own.toml":          "default_sources = false\ndatabase = \"newsbell.db\"\n[retention]\narticles = \"1d\"\nrelated = \"1h\"\n",
		"queries.txt":       "storm\n\n(open\ncoast OR outlet:planet\nWHO\n-storm\n",
		"articles.jsonl":    `{"title":"Storm ahead","summary":"A storm.","text":"The coast"}` + "\n" + `{"title":"Calm","outlet":"planet","x":1}` + "\n",
		"news/000/feed.xml": "<rss><channel><title>Paper</title><item><title>Calm</title><link>https://paper.example/0</link></item></channel></rss>",
		"news/001/feed.xml": `<rss><channel><title>Paper</title><item><title>Storm</title><link>https://paper.example/1</link></item></channel></rss>`,
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o750), os.WriteFile(file, []byte(body), 0o600)); err != nil {
			t.Fatal(err)
		}
	}

	if _, stderr, code := newsbell(t, dir, "", "demo", "--news", "news", "--database", "newsbell.db", "--subscribe", "storm", "--json"); code != 0 {
		t.Fatalf("demo: exit %d: %s", code, stderr)
	}

	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{args: "version", want: "newsbell " + version},
		{args: "fetch feed.xml", want: `{"source":"feed.xml","key":…,"title":"Storm ahead & near","url":"https://planet.example/storm","published":"2026-11-23T09:00:00Z","updated":"2026-11-23T10:00:00Z","authors":["Ann Ode"],"tags":["Weather"],"language":"en","image":"https://planet.example/storm.jpg","outlet":"Daily Planet","summary":"The storm reaches the coast at noon.","text":"The storm reaches the coast at noon."}`},
		{args: "fetch --feeds feed.xml page.html", code: exitFailed, want: `{"source":"feed.xml","kind":"rss","title":"Daily Planet","link":"https://planet.example/","language":"en","articles":1}
{"source":"page.html","articles":0,"error":…}`},
		{args: "match --queries queries.txt --articles articles.jsonl", code: exitFailed, want: `{"article":0,"query":0,"matched":["Storm","storm"]}
{"article":0,"query":3,"matched":["coast"]}
{"article":1,"query":3,"matched":[]}
{"article":1,"query":5,"matched":[]}`},
		{args: "query --queries queries.txt", want: `{"query":0,"canonical":"storm","words":…,"warnings":[]}
{"query":2,"error":{"at":0,"message":…,"suggestion":…}}
{"query":3,"canonical":"coast | outlet:planet","words":…,"warnings":[]}
{"query":4,"canonical":"who","words":…,"warnings":[{"at":0,"message":…,"suggestion":…}]}
{"query":5,"canonical":"-storm","words":…,"warnings":[{"at":0,"message":…}]}`},
		{args: "fetch untitled.xml", want: `{"source":"untitled.xml","key":…,"url":"https://paper.example/2","outlet":"Paper"}`},
		{args: "query --queries latin1.txt", want: `{"query":0,"error":{"at":3,"message":…,"suggestion":…}}
{"query":1,"error":{"at":0,"message":…,"suggestion":…}}`},
		{args: "match --queries latin1.txt --articles articles.jsonl", code: exitFailed},
		{args: "export --config own.toml", want: `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
<head><title>Newsbell</title></head>
<body>
<outline type="rss" text="Paper" title="Paper" xmlUrl="http://news.newsbell.example/feed.xml"/>
</body>
</opml>`},
		{args: "group --articles articles.jsonl", want: `{"article":0,"story":0}
{"article":1,"story":1}`},
		{args: "preview --json storm", want: `{"articles":1,"stories":1,"outlets":1,"newest":[{"source":"http://news.newsbell.example/feed.xml","key":…,"title":"Storm","url":"https://paper.example/1","outlet":"Paper"}]}`},
		{args: "story --json https://paper.example/1", want: `{"title":"Storm","url":"https://paper.example/1","outlet":"Paper","short":[],"articles":[{"title":"Storm","url":"https://paper.example/1","outlet":"Paper"}],"related":[]}`},
		{args: "brief --json --chat terminal", want: `{"chat":"terminal:terminal","zone":"UTC","since":…,"until":…,"stories":[{"title":"Storm","url":"https://paper.example/1","outlet":"Paper","outlets":1,"articles":1},{"title":"Calm","url":"https://paper.example/0","outlet":"Paper","outlets":1,"articles":1}]}`},
		{args: "check --json", want: `{"what":"configuration","ok":true,"sentence":…}
{"what":"telegram","ok":true,"sentence":…}
{"what":"discord","ok":true,"sentence":…}
{"what":"database","ok":true,"sentence":…}
{"what":"sources","ok":true,"sentence":…}`},
		{args: "check --json --alerts", want: `{"waiting":0,"sent":1,"folded":0,"dropped":{}}`},
	} {
		t.Run(c.args, func(t *testing.T) {
			stdout, stderr, code := newsbell(t, dir, "", strings.Fields(c.args)...)
			if code != c.code {
				t.Errorf("exit %d, want %d: %s", code, c.code, stderr)
			}

			got := contractSentences.ReplaceAllString(strings.TrimSpace(stdout), `"$1":…`)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-pinned +printed):\n%s", diff)
			}
		})
	}
}
