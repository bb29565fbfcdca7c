package feed

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"newsbell/sources/charset"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed/rss"
	"pgregory.net/rapid"
)

// asideDiffers compares a feed read with its texts set aside with the same one read
// whole by gofeed. took: the short way was taken.
func asideDiffers(d *document) (diff string, took bool) {
	parser := rss.Parser{}

	short := d.parseAside(&parser)
	if short == nil {
		return "", false
	}

	whole, err := parser.Parse(bytes.NewReader(d.text[d.start:]))
	if err != nil {
		return err.Error(), true
	}

	return cmp.Diff(whole, short), true
}

// TestAsideOverCorpora: with texts set aside all public feeds read the same.
func TestAsideOverCorpora(t *testing.T) {
	feeds, took := 0, 0

	for _, path := range corpora(t) {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		d, err := scanDocument(repairXML(charset.ToUTF8(body, "")))
		if err != nil || d.kind() != "rss" || len(d.items) == 0 {
			continue
		}

		feeds++

		diff, short := asideDiffers(d)
		if diff != "" {
			t.Errorf("%s: whole (-) and with texts set aside (+):\n%s", filepath.Base(path), diff)
		}

		if short {
			took++
		}
	}

	t.Logf("%d feeds, %d with texts set aside", feeds, took)

	if took < feeds/20 {
		t.Error("the short way is hardly ever taken")
	}
}

// TestAside: the same over feeds put together at random from what feeds are made of.
func TestAside(t *testing.T) {
	long := strings.Repeat("many words ", 6)
	took := 0

	check := func(t *rapid.T) {
		var b strings.Builder
		b.WriteString(`<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"><channel><description>` + long + `</description>`)

		for range rapid.IntRange(1, 3).Draw(t, "items") {
			b.WriteString("<item>")

			for _, s := range rapid.SliceOfN(rapid.SampledFrom([]string{
				"<title>T</title>", "<description>", "</description>", "<content:encoded>", "</content:encoded>", "<![CDATA[", "]]>", "<!-- ", " -->", "<media:group>", "</media:group>",
				"<description>" + long + "</description>", "<description> " + long + "&lt;b&gt; &amp;amp; &apos;&quot; </description>", "<description><![CDATA[ " + long + "<p>]]> </description>",
				"<content:encoded><![CDATA[" + long + "<p>&amp;</p>]]></content:encoded>", "<content:encoded>" + long + "&#39; &nbsp;</content:encoded>",
				"<description>" + long + "<b>x</b></description>", "<description>" + long + "\r\n</description>", "<description>" + long + "]]></description>", "<description type=\"html\">" + long + "</description>",
				"<image><description>" + long + "</description></image>", "<x><description>" + long + "</description></x>", long, "&", "&lt;", "\ue0f1", "\ue0f10\ue0f1", " ", "\x00", "\uffff", "\u0085",
			}), 1, 8).Draw(t, "parts") {
				b.WriteString(s)
			}

			b.WriteString("</item>")
		}

		b.WriteString("</channel></rss>")

		d, err := scanDocument(repairXML([]byte(b.String())))
		if err != nil {
			return
		}

		diff, short := asideDiffers(d)
		if diff != "" {
			t.Fatalf("%s\nwhole (-) and with texts set aside (+):\n%s", b.String(), diff)
		}

		if short {
			took++
		}
	}

	for range 10 { // few of the feeds are fit for the short way
		rapid.Check(t, check)
	}

	if took == 0 {
		t.Error("the short way was never taken")
	}
}
