package feed

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbell/sources/sourcestest"
)

// TestHostileFeeds: bodies that are small on the wire and large in the parser.
func TestHostileFeeds(t *testing.T) {
	item := func(s string) string {
		return `<rss version="2.0" xmlns:x="urn:x"><channel><title>t</title><item><title>Good</title><link>https://planet.example/1</link></item><item>` + s + `</item></channel></rss>`
	}
	for name, body := range map[string]string{
		"entity bomb":                `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>` + item("<title>&c;</title>"),
		"quadratic":                  `<!DOCTYPE x [<!ENTITY a "` + strings.Repeat("a", 4000) + `">]>` + item("<title>"+strings.Repeat("&a;", sourcestest.Many(200000))+"</title>"),
		"outside entity":             `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + item("<title>&a;</title>"),
		"deep tags":                  item("<title>x</title>" + strings.Repeat("<a>", sourcestest.Many(500000))),
		"deep extension":             item(strings.Repeat("<x:a>", sourcestest.Many(500000)) + strings.Repeat("</x:a>", sourcestest.Many(500000))),
		"deep HTML":                  item("<title>x</title><description><![CDATA[" + strings.Repeat("<div>", sourcestest.Many(500000)) + "]]></description>"),
		"many attributes":            item("<title " + strings.Repeat(`a="b" `, sourcestest.Many(200000)) + ">x</title>"),
		"one long tag":               item("<" + strings.Repeat("a", sourcestest.Many(4<<20)) + ">"),
		"open brackets":              item("<title>" + strings.Repeat("<", sourcestest.Many(2<<20)) + "</title>"),
		"open comments":              item(strings.Repeat("<!--", sourcestest.Many(500000))),
		"open CDATA":                 item(strings.Repeat("<![CDATA[", sourcestest.Many(300000))),
		"ampersands":                 item("<title>" + strings.Repeat("&", sourcestest.Many(3<<20)) + "</title>"),
		"open quotes":                item(strings.Repeat(`<a b="`, sourcestest.Many(300000))),
		"deep JSON":                  `{"version":"https://jsonfeed.org/version/1.1","items":[` + strings.Repeat(`[`, sourcestest.Many(500000)),
		"open items":                 `<rss><channel>` + strings.Repeat("<item><title>x</title>", sourcestest.Many(200000)),
		"open elements of an item":   `<rss><channel><item>` + strings.Repeat("<title>", sourcestest.Many(100000)) + `</item></channel></rss>`,
		"broken elements of an item": `<rss><channel><item>` + strings.Repeat("<title>a < b</title>", sourcestest.Many(100000)) + `</item></channel></rss>`,
		"broken items":               `<rss><channel>` + strings.Repeat("<item><title>a < b</title></item>", sourcestest.Many(50000)) + `</channel></rss>`,
		"open instructions":          item(strings.Repeat("<?a", sourcestest.Many(500000))),
		"open declarations":          `<!DOCTYPE x [` + strings.Repeat("<!ENTITY a ", sourcestest.Many(500000)),
		"many instructions":          strings.Repeat("<?x>", sourcestest.Many(200000)) + item("<title>x</title>"),
		"many document types":        strings.Repeat("<!DOCTYPE a[ >", sourcestest.Many(100000)) + item("<title>x</title>"),
		"many authors":               item("<title>x</title>" + numbered("<author>A %d</author>", sourcestest.Many(150000))),
		"many authors in JSON":       `{"version":"https://jsonfeed.org/version/1.1","items":[{"title":"x","authors":[{}` + numbered(`,{"name":"A %d"}`, sourcestest.Many(200000)) + `]}]}`,
		"open elements of items":     `<rss><channel>` + strings.Repeat("<item><title>x<link>y<description>", sourcestest.Many(20000)),
	} {
		t.Run(name, func(t *testing.T) {
			sourcestest.Bounded(t, time.Minute, 700, func() {
				f, list, err := parseAt([]byte(body), "https://planet.example/feed", "")
				if err == nil {
					for _, a := range list {
						if len(a.Title) > 8<<20 || strings.Contains(a.Title, "root:") {
							t.Errorf("title of %d bytes", len(a.Title))
						}
					}
				}

				t.Logf("%d articles, %v, %+v", len(list), err, f != nil)
			})
		})
	}
}

// numbered is a piece n times, each with another number.
func numbered(piece string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, piece, i)
	}

	return b.String()
}

// TestMoreItemsThanAreRead: a visit reads the newest, in whatever order they are listed.
func TestMoreItemsThanAreRead(t *testing.T) {
	const n = MaxItems + 1000

	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

	for name, c := range map[string]struct {
		head, item, tail string
	}{
		"RSS":  {"<rss><channel><title>x</title>", "<item><title>Title %d</title><link>https://planet.example/%[1]d</link>%[2]s</item>", "</channel></rss>"},
		"JSON": {`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"x"}`, `,{"title":"Title %d","url":"https://planet.example/%[1]d"%[3]s}`, "]}"},
	} {
		for order, at := range map[string]func(i int) time.Duration{
			"the newest first": func(i int) time.Duration { return time.Duration(n-i) * time.Minute },
			"the oldest first": func(i int) time.Duration { return time.Duration(i) * time.Minute },
			"undated":          nil,
		} {
			var b strings.Builder
			b.WriteString(c.head)

			for i := range n {
				rss, json := "", ""
				if at != nil {
					rss = "<pubDate>" + start.Add(at(i)).Format(time.RFC1123Z) + "</pubDate>"
					json = `,"date_published":"` + start.Add(at(i)).Format(time.RFC3339) + `"`
				}

				text := fmt.Sprintf(strings.ReplaceAll(strings.ReplaceAll(c.item, "%[2]s", rss), "%[3]s", json), i)
				b.WriteString(text)
			}

			b.WriteString(c.tail)

			_, list, err := ParseChanged(Input{Body: []byte(strings.Replace(b.String(), `{"id":"x"},`, "", 1))}, new(Fingerprints))
			if err != nil || len(list) != MaxItems {
				t.Errorf("%s, %s: %d articles, %v", name, order, len(list), err)
				continue
			}

			want := "Title 0"
			if order == "the oldest first" {
				want = fmt.Sprint("Title ", n-MaxItems)
			}

			if list[0].Title != want {
				t.Errorf("%s, %s: the first is %q, want %q", name, order, list[0].Title, want)
			}
		}
	}
}

// TestLongTexts: what is longer than any article is cut, at a word.
func TestLongTexts(t *testing.T) {
	body := sourcestest.RSSItems("1|https://planet.example/1|One")
	body = bytes.Replace(body, []byte("</item>"), []byte("<description>"+strings.Repeat("storm é ", MaxText/8)+"</description></item>"), 1)

	_, list, err := ParseChanged(Input{Body: body}, new(Fingerprints))
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}

	if got := list[0].Text; len(got) > MaxText || len(got) < MaxText-20 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes, %q at the end", len(got), got[len(got)-20:])
	}
}

// TestManyItems: five thousand items are read.
func TestManyItems(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("<rss><channel><title>x</title>")

	for i := range sourcestest.Many(100_000) / 20 {
		fmt.Fprintf(&b, "<item><title>Title number %d</title><link>https://planet.example/%d</link><description>Text %d</description></item>", i, i, i)
	}

	b.WriteString("</channel></rss>")
	sourcestest.Bounded(t, time.Minute, 1000, func() {
		if _, list, err := parseAt(b.Bytes(), "", ""); err != nil || len(list) != sourcestest.Many(100_000)/20 {
			t.Errorf("%d articles, %v", len(list), err)
		}
	})
}

// TestLinksHoldNoKeyOfTheSource: who reads an article of a source behind a password or a key gets neither.
func TestLinksHoldNoKeyOfTheSource(t *testing.T) {
	for name, body := range map[string]string{
		"RSS":         `<rss version="2.0"><channel><title>C</title><link>/</link><item><title>A</title><link>/a</link><description>&lt;img src="b.jpg"&gt; text</description></item><item><title>B</title><link>#b</link></item></channel></rss>`,
		"Atom":        `<feed xmlns="http://www.w3.org/2005/Atom"><title>C</title><link href="/"/><entry><id>1</id><title>A</title><link href="a"/></entry><entry><id>2</id><title>B</title><link href="#b"/></entry></feed>`,
		"JSON Feed":   `{"version":"https://jsonfeed.org/version/1.1","title":"C","home_page_url":"/","items":[{"id":"1","title":"A","url":"a","image":"a.jpg"},{"id":"2","title":"B","url":"#b"}]}`,
		"with a base": `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/news/"><title>C</title><entry><id>1</id><title>A</title><link href="a"/></entry></feed>`,
	} {
		f, articles, err := Parse(Input{Body: []byte(body), Address: "https://me:hunter2@planet.example/feed?key=hunter2"})
		if err != nil || len(articles) == 0 {
			t.Errorf("%s: %d articles, %v", name, len(articles), err)
			continue
		}

		for _, a := range articles {
			if !strings.HasPrefix(a.URL, "https://planet.example/") || strings.Contains(f.Link+a.URL+a.Image+a.Text+a.Summary, "hunter2") {
				t.Errorf("%s: link %q, picture %q, of the feed %q", name, a.URL, a.Image, f.Link)
			}
		}
	}
}
