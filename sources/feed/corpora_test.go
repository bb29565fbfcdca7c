package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"newsbell/news"
	"newsbell/sources/charset"
	"newsbell/sources/sourcestest"
)

var updateDifferences = flag.Bool("differences", false, "write testdata/differences.tsv anew; lines without a reason fail the test")

// expectation is what another program read of an item, in its own words.
type expectation struct {
	title, text string
	urls        []string // any of them will do
	published   time.Time
	hasDate     bool
	authors     []string
	tags        []string
}

// difference is a place where we and they do not agree.
type difference struct{ file, field, ours, theirs string }

func (d difference) key() string {
	return strings.Join([]string{d.file, d.field, d.ours, d.theirs}, "\t")
}

// TestExpectedOutput compares our reading with the expected output that comes
// with four public corpora (and, where a corpus has none, with a plain reading
// by encoding/xml). At least 99 % of the feeds must be equal, counting as equal
// those whose every difference stands in testdata/differences.tsv with a reason
// why ours is right; other differences fail.
func TestExpectedOutput(t *testing.T) {
	reasons := readDifferences(t)
	used := make(map[string]bool)

	var lines []string

	for _, c := range []struct {
		name string
		read func(testing.TB, string) map[string][]expectation
	}{
		{"feeds-rss-parser", rssParserOutput},
		{"feeds-feed-rs", feedRsOutput},
		{"feeds-FeedReader-a", plainOutput},
		{"feeds-miniflux", plainOutput},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := sourcestest.Corpus(t, c.name)
			feeds, equal, explained := 0, 0, 0

			expected := c.read(t, dir)
			for _, file := range slices.Sorted(maps.Keys(expected)) {
				feeds++
				found := compareFeed(t, dir, file, expected[file])
				bad := 0

				for _, d := range found {
					why := reasons[d.key()]
					used[d.key()] = true

					lines = append(lines, d.key()+"\t"+why)
					if why == "" {
						bad++

						if !*updateDifferences {
							t.Errorf("%s: %s\n  ours   %s\n  theirs %s", d.file, d.field, d.ours, d.theirs)
						}
					}
				}

				switch {
				case len(found) == 0:
					equal++
				case bad == 0:
					explained++
				}
			}

			t.Logf("%-20s %3d feeds, %3d equal, %2d with listed differences, %d others", c.name, feeds, equal, explained, feeds-equal-explained)
		})
	}

	for key := range reasons {
		if os.Getenv("NEWSBELL_DATA") != "" && !used[key] {
			t.Errorf("differences.tsv lists what is no difference any more: %s", key)
		}
	}

	if *updateDifferences {
		slices.Sort(lines)

		lines = slices.Compact(lines)
		if err := os.WriteFile("testdata/differences.tsv", []byte("file\tfield\tours\ttheirs\twhy\n"+strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readDifferences(t testing.TB) map[string]string {
	t.Helper()

	body, err := os.ReadFile("testdata/differences.tsv")
	if err != nil && !*updateDifferences {
		t.Fatal(err)
	}

	reasons := make(map[string]string)

	for i, line := range strings.Split(strings.TrimSpace(string(body)), "\n") {
		fields := strings.Split(line, "\t")
		if i == 0 || len(fields) != 5 {
			continue
		}

		reasons[strings.Join(fields[:4], "\t")] = fields[4]
	}

	return reasons
}

// compareFeed reads a file and pairs its items with the expected ones.
func compareFeed(t testing.TB, dir, file string, want []expectation) []difference {
	t.Helper()

	body, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}

	feed, err := parseItems(body, "", "", nil)
	if err != nil && len(want) == 0 {
		return nil // XML that is no feed
	}

	if err != nil {
		return []difference{{file, "feed", err.Error(), fmt.Sprint(len(want), " items")}}
	}

	var out []difference

	add := func(field, ours, theirs string) {
		if squeeze(ours) != squeeze(theirs) {
			a, b := apartAt(squeezeKeep(ours), squeezeKeep(theirs))
			out = append(out, difference{file, field, a, b})
		}
	}
	if len(feed.raw) != len(want) {
		add("items", fmt.Sprint(len(feed.raw)), fmt.Sprint(len(want)))
		return out
	}

	for i, w := range want {
		it := feed.raw[i]
		n := fmt.Sprintf("[%d].", i)
		add(n+"title", news.PlainText(it.Title), news.PlainText(w.title))

		text, theirs := news.PlainText(cmp.Or(it.Text, it.Summary)), news.PlainText(w.text)
		if w.text != "" && squeeze(theirs) != squeeze(news.PlainText(it.Summary)) {
			add(n+"text", text, theirs)
		}

		if !slices.ContainsFunc(w.urls, func(u string) bool { return sameLink(u, it.link) || sameLink(u, it.Link) }) && len(w.urls) > 0 {
			add(n+"url", it.Link, w.urls[0])
		}

		if w.hasDate && !it.published.Equal(w.published) {
			add(n+"published", it.published.Format(time.RFC3339), w.published.Format(time.RFC3339))
		}

		if w.authors != nil {
			add(n+"authors", strings.Join(cleanAuthors(it.Authors), ", "), strings.Join(cleanAuthors(w.authors), ", "))
		}

		if w.tags != nil {
			add(n+"tags", strings.Join(cleanTags(it.Tags), ", "), strings.Join(cleanTags(w.tags), ", "))
		}
	}

	return out
}

func sameLink(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b) || news.Canonical(a) != "" && news.Canonical(a) == news.Canonical(b)
}

// squeeze is a text without white space: how words are parted by markup is a
// matter of taste that the comparison leaves out.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func squeezeKeep(s string) string { return strings.Join(strings.Fields(s), " ") }

// apartAt cuts two texts to the place where they part.
func apartAt(a, b string) (string, string) {
	const around = 40

	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}

	from := max(0, i-around/2)
	cut := func(s string) string {
		s = s[min(from, len(s)):]
		if len(s) > around {
			s = s[:around]
		}

		return strings.ToValidUTF8(s, "")
	}

	return cut(a), cut(b)
}

func rssParserOutput(t testing.TB, dir string) map[string][]expectation {
	out := make(map[string][]expectation)

	inputs, err := filepath.Glob(filepath.Join(dir, "test", "input", "*"))
	if err != nil {
		t.Fatal(err)
	}

	for _, in := range inputs {
		name := strings.TrimSuffix(filepath.Base(in), filepath.Ext(in))

		body, err := os.ReadFile(filepath.Join(dir, "test", "output", name+".json"))
		if err != nil {
			continue // two inputs are there to be refused or to be read without a check
		}

		if !json.Valid(body) || !bytes.Equal(body, bytes.ToValidUTF8(body, nil)) {
			body, _ = charmap.ISO8859_1.NewDecoder().Bytes(body)
		}

		var doc struct {
			Feed struct {
				Items []struct {
					Title, Link, IsoDate any
					Content, Summary     any
					Encoded              any `json:"content:encoded"`
				}
			}
		}
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}

		list := []expectation{}

		for _, i := range doc.Feed.Items {
			e := expectation{title: word(i.Title), text: cmp.Or(word(i.Encoded), word(i.Content), word(i.Summary))}
			if l := word(i.Link); l != "" {
				e.urls = []string{l}
			}

			if at, err := time.Parse(time.RFC3339, word(i.IsoDate)); err == nil {
				e.published, e.hasDate = at.Truncate(time.Second), true
			}

			list = append(list, e)
		}

		rel, _ := filepath.Rel(dir, in)
		out[rel] = list
	}

	return out
}

func word(v any) string {
	s, _ := v.(string)
	if s == "EMPTY" { // what that test tells its parser to write for empty elements
		return ""
	}

	return s
}

func feedRsOutput(t testing.TB, dir string) map[string][]expectation {
	out := make(map[string][]expectation)

	outputs, err := filepath.Glob(filepath.Join(dir, "feed-rs", "fixture", "*", "*.serde.json"))
	if err != nil {
		t.Fatal(err)
	}

	for _, path := range outputs {
		in := strings.TrimSuffix(path, ".serde.json")

		ext := ".xml"
		if _, err := os.Stat(in + ext); err != nil {
			ext = ".json"
		}

		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		var doc struct {
			Entries []struct {
				Title     *struct{ Content string }
				Published *time.Time
				Updated   *time.Time
				Authors   []struct{ Name, Email string }
				Links     []struct{ Href string }
				Summary   *struct{ Content string }
				Content   *struct {
					Body string
					Src  *struct{ Href string }
				}
				Categories []struct{ Term, Label string }
			}
		}
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}

		list := []expectation{}

		for _, i := range doc.Entries {
			e := expectation{authors: []string{}, tags: []string{}}
			if i.Title != nil {
				e.title = i.Title.Content
			}

			if i.Summary != nil {
				e.text = i.Summary.Content
			}

			if i.Content != nil && i.Content.Body != "" {
				e.text = i.Content.Body
			}

			for _, l := range i.Links {
				e.urls = append(e.urls, l.Href)
			}

			if i.Published != nil {
				e.published, e.hasDate = i.Published.Truncate(time.Second), true
			} else if i.Updated != nil {
				e.published, e.hasDate = i.Updated.Truncate(time.Second), true
			}

			for _, a := range i.Authors {
				if a.Name == "author" { // it writes the element's name there, and "mail (name)" as the mail
					a.Name = a.Email
				}

				e.authors = append(e.authors, a.Name)
			}

			for _, c := range i.Categories {
				e.tags = append(e.tags, cmp.Or(c.Label, c.Term))
			}

			list = append(list, e)
		}

		rel, _ := filepath.Rel(dir, in+ext)
		out[rel] = list
	}

	return out
}

// plainOutput reads well-formed feeds with encoding/xml and nothing else, for
// corpora that come without expected output.
func plainOutput(t testing.TB, dir string) map[string][]expectation {
	out := make(map[string][]expectation)

	filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || filepath.Ext(path) != ".xml" {
			return err
		}

		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		rel, _ := filepath.Rel(dir, path)
		if list, ok := plainFeed(body); ok {
			out[rel] = list
		} else {
			t.Logf("%s is not well-formed XML: left to the other tests", rel)
		}

		return nil
	})

	return out
}

type plainItem struct {
	Title string `xml:"title"`
	Links []struct {
		Href string `xml:"href,attr"`
		Rel  string `xml:"rel,attr"`
		Text string `xml:",chardata"`
	} `xml:"link"`
	PubDate     string `xml:"pubDate"`
	Date        string `xml:"http://purl.org/dc/elements/1.1/ date"`
	Published   string `xml:"published"`
	Updated     string `xml:"updated"`
	Description string `xml:"description"`
	Encoded     string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
	Summary     string `xml:"http://www.w3.org/2005/Atom summary"`
	Content     struct {
		Type  string `xml:"type,attr"`
		Text  string `xml:",chardata"`
		Inner string `xml:",innerxml"`
	} `xml:"http://www.w3.org/2005/Atom content"`
}

func plainFeed(body []byte) ([]expectation, bool) {
	var doc struct {
		Channel struct {
			Items []plainItem `xml:"item"`
		} `xml:"channel"`
		Items   []plainItem `xml:"item"`
		Entries []plainItem `xml:"entry"`
	}

	if i := bytes.Index(body, []byte("?>")); i >= 0 && bytes.HasPrefix(bytes.TrimSpace(body), []byte("<?xml")) {
		body = charset.ToUTF8(body, "")
		body = body[bytes.Index(body, []byte("?>"))+2:]
	}

	dec := xml.NewDecoder(bytes.NewReader(body))

	dec.Entity = xml.HTMLEntity
	if dec.Decode(&doc) != nil {
		return nil, false
	}

	list := []expectation{}

	for _, i := range slices.Concat(doc.Channel.Items, doc.Items, doc.Entries) {
		e := expectation{title: i.Title, text: cmp.Or(i.Encoded, i.Content.Text, i.Description, i.Summary)}
		if i.Content.Type == "xhtml" {
			e.text = i.Content.Inner
		}

		for _, l := range i.Links {
			if u := cmp.Or(l.Href, strings.TrimSpace(l.Text)); u != "" && (l.Rel == "" || l.Rel == "alternate") {
				e.urls = append(e.urls, u)
			}
		}

		for _, s := range []string{i.PubDate, i.Date, i.Published, i.Updated} {
			for _, layout := range []string{time.RFC1123Z, time.RFC1123, time.RFC3339, "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700"} {
				if at, err := time.Parse(layout, s); err == nil && !e.hasDate && (at.Location() == time.UTC || strings.ContainsAny(s[len(s)-6:], "+-Z")) {
					e.published, e.hasDate = at.UTC().Truncate(time.Second), true
				}
			}
		}

		list = append(list, e)
	}

	return list, true
}
