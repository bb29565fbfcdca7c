package feed

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
	"pgregory.net/rapid"

	"newsbell/sources/charset"
	"newsbell/sources/feed/items"
)

// unread is what nobody reads of an item, see package items.
var unread = cmp.Options{
	cmpopts.IgnoreFields(rss.Item{}, "PubDateParsed", "ITunesExt", "DublinCoreExt"),
	cmpopts.IgnoreFields(atom.Entry{}, "PublishedParsed", "UpdatedParsed"),
	cmpopts.EquateEmpty(),
}

// plainDiffers compares a feed of which package items reads what it can with the same one read
// whole by gofeed. plain: how many items it read.
func plainDiffers(d *document) (diff string, plain int) {
	switch d.kind() {
	case "rss":
		return formatDiffers(d, rssFormat(), func(r *rss.Feed) { r.Items = nil })
	case "atom":
		d.ownNamespace()
		d.unescapeMode()

		return formatDiffers(d, atomFormat(), func(a *atom.Feed) { a.Entries = nil })
	}

	return "", 0
}

func formatDiffers[F, I any](d *document, f format[F, I], cutItems func(*F)) (diff string, plain int) {
	own := f.readItem
	f.readItem = func(text []byte, prefixes items.Prefixes) (*I, bool) {
		item, ok := own(text, prefixes)
		if ok {
			plain++
		}

		return item, ok
	}

	head, list := readPlain(d, f)
	if head == nil {
		return "", 0
	}

	whole, err := f.read(d.text[d.start:])
	if err != nil {
		return err.Error(), plain
	}

	if !cmp.Equal(f.items(whole), list, unread) {
		diff = cmp.Diff(f.items(whole), list, unread)
	}

	cutItems(head)
	cutItems(whole)

	if !cmp.Equal(whole, head, unread) {
		diff += cmp.Diff(whole, head, unread)
	}

	return diff, plain
}

// TestPlainItemsOverCorpora: all public feeds read the same.
func TestPlainItemsOverCorpora(t *testing.T) {
	feeds, list, plain := 0, 0, 0

	for _, path := range corpora(t) {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		d, err := scanDocument(repairXML(charset.ToUTF8(body, "")))
		if err != nil || d.kind() != "rss" && d.kind() != "atom" || len(d.items) == 0 {
			continue
		}

		feeds++
		list += len(d.items)

		diff, n := plainDiffers(d)
		if diff != "" {
			t.Errorf("%s: gofeed (-) and ours (+):\n%s", filepath.Base(path), diff)
		}

		plain += n
	}

	t.Logf("%d feeds, %d items, %d of them plain", feeds, list, plain)

	if plain < list/2 {
		t.Error("hardly any item is plain")
	}
}

// rssParts and atomParts are what items are put together from at random: what feeds are made of,
// and what a parser may stumble over.
var (
	rssParts = []string{
		"<title>T</title>", "<title> A &amp; B &#39;c&#39; &#x20AC; </title>", "<title/>", "<TITLE>x</TITLE>", "<description>", "</description>", "<content:encoded>", "</content:encoded>",
		"<![CDATA[", "]]>", "<!-- ", " -->", "<media:group>", "</media:group>", "<description> &lt;b&gt; &amp;amp; &apos;&quot; &copy=2; &nbsp; &copy </description>",
		"<description><![CDATA[ <p>\r\n]]> </description>", "<description>a &lt; <![CDATA[<b>&amp;]]> &gt; <![CDATA[c]]></description>", "<content:encoded><![CDATA[<p>&amp;</p>]]></content:encoded>",
		"<description>text <b>x</b></description>", "<description>\r\n x\r\n</description>", "<description>]]></description>", `<description type="html">x</description>`,
		"<image><url>x</url></image>", "<x><y/></x>", "<encoded>x</encoded>", "<dc:encoded>x</dc:encoded>", "text", "&", "&lt;", " ", "\x00", "\uffff", "\u0085", "&#0;", "&#xFFFF;",
		`<link>http://x.example/a?b&c</link>`, `<link href="/a b"/>`, `<link href='HTTP://X.example/%zz'>x</link>`, `<atom:link href="http://x.example/a b&amp;c" rel=alternate />`,
		`<guid isPermaLink="false">1</guid>`, `<guid ispermalink="false">1</guid>`, "<guid>2</guid>", `<source url="http://x.example/?a&b">S</source>`, `<enclosure url="a.jpg" type="image/jpeg" length="1"/>`,
		`<enclosure url="&quot;"></enclosure>`, "<enclosure><b/></enclosure>", `<category domain="d">C</category>`, `<category x:domain="d">C</category>`, "<dc:creator>A\r\nB &#38; C</dc:creator>",
		"<DC:creator>A</DC:creator>", "<un:known>x</un:known>", `<own:a b="1" c:d="2">x<own:b>y</own:b><![CDATA[z]]></own:a>`, `<media:content url="u" width="1"><media:title>t</media:title></media:content>`,
		`<media:thumbnail url='a"b'/>`, "<pubDate>Mon, 23 Nov 2026 07:05:25 GMT</pubDate>", "<pubDate>soon</pubDate>", `<p xmlns:p="q"><p:a/></p>`, `<id xmlns="com-wordpress:feed-additions:1">1</id>`, `<title xmlns="">T</title>`, `<title xmlns="http://purl.org/rss/1.0/">T</title>`,
		`<encoded xmlns="http://purl.org/rss/1.0/modules/content/">x</encoded>`, `<d:creator xmlns:d="http://purl.org/dc/elements/1.1/">x</d:creator>`, `<media:x xmlns:media="urn:m" xmlns="urn:n"/>`, `<media:x xmlns:media='urn:m'>x</media:x>`,
		"<description><p>x</p> &lt; <br/></description>", "<description><p>x</description></p>", "<description><i xmlns='urn:i'>x</i><b:c xmlns:b='urn:b'/></description>", "<x><item/></x>", `<link xml:base="http://b.example/">c</link>`, "<item>", "</item>", "<item/>", "<br>",
	}
	atomParts = []string{
		"<title>T</title>", `<title type="text">A &amp;amp; B</title>`, `<title type="html">&lt;b&gt;x&lt;/b&gt; &amp;amp;</title>`, `<title type="xhtml">x &amp; y</title>`, `<summary type="application/xml">&amp;</summary>`,
		`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>`, `<content type="html"><![CDATA[<p>x</p>]]> &amp;</content>`, `<content type="image/png">eA==</content>`,
		`<content src="http://x.example/a b"/>`, `<summary mode="escaped">x &amp;</summary>`, `<summary mode="base64">eA==</summary>`, "<id>tag:x.example,2026:1</id>", "<id> http://x.example/a b </id>", "<id/>",
		`<link href="/a b&amp;c" rel="enclosure" type="image/png"/>`, `<link href="HTTP://x.example/%zz"></link>`, `<link>x</link>`, `<link x:href="y"/>`, `<category term="t" scheme=" HTTP://X/" label="l"/>`,
		"<author><name>A</name><email>a@x.example</email><uri>HTTP://X</uri></author>", "<author>A</author>", "<author><name>A</name><dc:x>y<b/></dc:x></author>", `<author><name xmlns="urn:n">A</name></author>`, "<author><dc:name>A</dc:name></author>", `<title xmlns="urn:t">T</title>`, `<title xmlns="http://www.w3.org/2005/Atom">T</title>`,
		`<m:title xmlns:m="http://search.yahoo.com/mrss/">T</m:title>`, `<a:title xmlns:a="http://www.w3.org/2005/Atom">T</a:title>`, "<title>x<b>y</b></title>", "<category><b/></category>", "<x><title/></x>", "<author/>", "<contributor><homepage>h</homepage></contributor>",
		"<updated>2026-11-23T07:05:25Z</updated>", "<published>soon</published>", "<modified>2026</modified>", "<source><title>S</title></source>", "<other>x</other>", "<rights>&copy; x</rights>",
		"<dc:creator>A</dc:creator>", `<media:group><media:title>x &lt;</media:title><media:thumbnail url="u"/></media:group>`, "<media:group>", "</media:group>", "<!-- x -->", "<entry>", "</entry>", "<entry/>", "text", "&", "\x00", "\uffff", "]]>",
	}
)

// TestPlainItems: the same over feeds put together at random.
func TestPlainItems(t *testing.T) {
	for _, kind := range []struct {
		name, open, item, between, end string
		parts                          []string
	}{
		{"RSS", `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:DC="http://purl.org/dc/elements/1.1/"><channel xmlns:media="http://search.yahoo.com/mrss/" xmlns:own="urn:x" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:c="urn:c"><title>F</title>`, "item", "</channel><channel>", "</channel></rss>", rssParts},
		{"RDF", `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>F</title></channel>`, "item", "<image/>", "</r:RDF>", rssParts},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"><title>F</title>`, "entry", "<title>G</title>", "</feed>", atomParts},
	} {
		t.Run(kind.name, func(t *testing.T) {
			plain := 0

			rapid.Check(t, func(t *rapid.T) {
				var b strings.Builder
				b.WriteString(kind.open)

				for range rapid.IntRange(1, 4).Draw(t, "items") {
					b.WriteString("<" + kind.item + rapid.SampledFrom([]string{">", ">", ">", ` a="b">`, ` xmlns="">`}).Draw(t, "open"))
					b.WriteString(strings.Join(rapid.SliceOfN(rapid.SampledFrom(kind.parts), 0, 4).Draw(t, "parts"), ""))
					b.WriteString("</" + kind.item + ">" + rapid.SampledFrom([]string{"", "", "\n", "<!-- x -->", kind.between}).Draw(t, "between"))
				}

				b.WriteString(kind.end)

				d, err := scanDocument(repairXML([]byte(b.String())))
				if err != nil {
					return
				}

				diff, n := plainDiffers(d)
				if diff != "" {
					t.Fatalf("%s\ngofeed (-) and ours (+):\n%s", b.String(), diff)
				}

				plain += n
			})

			if plain == 0 {
				t.Error("no item was plain")
			}
		})
	}
}

// FuzzPlainItems: and over whatever comes.
func FuzzPlainItems(f *testing.F) {
	for _, s := range rssParts {
		f.Add([]byte(`<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item>` + s + "</item><item/></channel></rss>"))
	}

	for _, s := range atomParts {
		f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry>` + s + "</entry></feed>"))
	}

	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := scanDocument(repairXML(bytes.ToValidUTF8(body, nil)))
		if err != nil {
			return
		}

		if diff, _ := plainDiffers(d); diff != "" {
			t.Errorf("gofeed (-) and ours (+):\n%s", diff)
		}
	})
}
