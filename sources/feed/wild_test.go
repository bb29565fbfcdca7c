package feed

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"newsbell/news"
)

// one parses a feed and returns its articles.
func parsed(t *testing.T, body string, contentType ...string) (*Feed, []news.Article) {
	t.Helper()

	f, list, err := parseAt([]byte(body), "https://planet.example/feeds/all.xml", strings.Join(contentType, ""))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}

	return f, list
}

// TestLanguageOfAnItem: a feed in one language may hold items in others.
func TestLanguageOfAnItem(t *testing.T) {
	for _, body := range []string{
		`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>F</title>
			<entry xml:lang="fr-CA"><id>1</id><title>Un titre</title></entry>
			<entry><id>2</id><title>Ein Titel</title></entry></feed>`,
		`<rss version="2.0"><channel><title>F</title><language>de</language>
			<item xml:lang='fr'><guid>1</guid><title>Un titre</title></item>
			<item><guid>2</guid><title>Ein Titel</title></item></channel></rss>`,
	} {
		if _, list := parsed(t, body); len(list) != 2 || list[0].Language != "fr" || list[1].Language != "de" {
			t.Errorf("%+v, want fr and de, of\n%s", list, body)
		}
	}
}

// TestOldCharsets: those that browsers have given up.
func TestOldCharsets(t *testing.T) {
	for label, enc := range map[string]*charmap.Charmap{"IBM850": charmap.CodePage850, "cp437": charmap.CodePage437} {
		body, err := enc.NewEncoder().String(`<?xml version="1.0" encoding="` + label + `"?><rss version="2.0"><channel><item><title>Über Öl</title></item></channel></rss>`)
		if err != nil {
			t.Fatal(err)
		}

		if _, list := parsed(t, body); len(list) != 1 || list[0].Title != "Über Öl" {
			t.Errorf("%s: %+v", label, list)
		}
	}
}

func TestCharsets(t *testing.T) {
	const (
		german   = "Überschwemmung in Köln: Größte Fluten seit Jahren, sagt der Bürgermeister"
		polish   = "Żółta łódź płynie przez gęstą mgłę, mówią świadkowie zdarzenia"
		russian  = "Президент объявил о новых мерах поддержки промышленности страны"
		greek    = "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία της χώρας"
		japanesE = "首相は新しい経済対策を発表し、来週の国会で説明する予定です"
		chinese  = "总统宣布新的经济措施，将于下周在议会说明，预计影响很大"
		taiwan   = "總統宣布新的經濟措施，將於下週在議會說明，預計影響很大"
		koreaN   = "대통령이 새로운 경제 대책을 발표하고 다음 주 국회에서 설명할 예정이다"
		arabic   = "أعلن الرئيس عن تدابير جديدة لدعم الاقتصاد في البلاد"
	)
	for _, c := range []struct {
		name  string
		text  string
		enc   encoding.Encoding
		guess bool // also without any declaration
	}{
		{"utf-8", german, encoding.Nop, true},
		{"iso-8859-1", german, charmap.ISO8859_1, true},
		{"windows-1252", german + " “so”", charmap.Windows1252, true},
		{"iso-8859-2", polish, charmap.ISO8859_2, false},
		{"windows-1250", polish, charmap.Windows1250, false},
		{"windows-1251", russian, charmap.Windows1251, true},
		{"koi8-r", russian, charmap.KOI8R, true},
		{"windows-1253", greek, charmap.Windows1253, true},
		{"windows-1256", arabic, charmap.Windows1256, false},
		{"shift_jis", japanesE, japanese.ShiftJIS, true},
		{"euc-jp", japanesE, japanese.EUCJP, true},
		{"iso-2022-jp", japanesE, japanese.ISO2022JP, false},
		{"gb2312", chinese, simplifiedchinese.GBK, true},
		{"gb18030", chinese, simplifiedchinese.GB18030, false},
		{"big5", taiwan, traditionalchinese.Big5, true},
		{"euc-kr", koreaN, korean.EUCKR, true},
	} {
		feed := func(prolog string) string {
			out, err := c.enc.NewEncoder().String(prolog + "<rss version=\"2.0\"><channel><title>x</title><item><title>" + c.text + "</title><link>https://planet.example/1</link></item></channel></rss>")
			if err != nil {
				t.Fatal(c.name, err)
			}

			return out
		}
		check := func(how, body, contentType string) {
			t.Helper()

			if _, list := parsed(t, body, contentType); list[0].Title != c.text {
				t.Errorf("%s, %s: %q", c.name, how, list[0].Title)
			}
		}
		check("in the prolog", feed(`<?xml version="1.0" encoding="`+c.name+`"?>`), "")
		check("in the header", feed(`<?xml version="1.0"?>`), "text/xml; charset="+c.name)
		check("in the header, prolog wrong", feed(`<?xml version="1.0" encoding="utf-8"?>`), "text/xml; charset="+c.name)
		check("in the prolog, header a server's default", feed(`<?xml version="1.0" encoding="`+c.name+`"?>`), "text/html; charset=iso-8859-1")
		check("in the prolog, header wrong", feed(`<?xml version="1.0" encoding="`+c.name+`"?>`), "text/xml; charset=utf-8")

		if c.guess {
			check("nowhere", feed(""), "")
			check("wrongly", feed(`<?xml version="1.0" encoding="utf-8"?>`), "")
		}
	}

	for name, enc := range map[string]encoding.Encoding{
		"UTF-16 with mark":   unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"UTF-16 big, mark":   unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"UTF-16 without":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		"UTF-16 big without": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"UTF-32":             utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
		"UTF-8 with mark":    unicode.UTF8BOM,
	} {
		body, err := enc.NewEncoder().String(`<?xml version="1.0" encoding="UTF-8"?><rss><channel><title>x</title><item><title>` + russian + `</title></item></channel></rss>`)
		if err != nil {
			t.Fatal(err)
		}

		if _, list := parsed(t, body); list[0].Title != russian {
			t.Errorf("%s: %q", name, list[0].Title)
		}
	}
	// UTF-8 that calls itself Latin-1, and UTF-8 cut in the middle of a letter.
	if _, list := parsed(t, `<?xml version="1.0" encoding="ISO-8859-1"?><rss><channel><item><title>`+german+`</title></item></channel></rss>`); list[0].Title != german {
		t.Errorf("%q", list[0].Title)
	}

	if _, list := parsed(t, "<rss><channel><item><title>"+german+" \xc3</title></item></channel></rss>"); !strings.HasPrefix(list[0].Title, german) {
		t.Errorf("%q", list[0].Title)
	}
}

// TestWildFeeds: what is wrong with feeds, and what is read all the same.
// TestLoneAccents: Latin-1 with a letter or two above ASCII, which calls itself
// UTF-8 or nothing.
func TestLoneAccents(t *testing.T) {
	for latin, want := range map[string]string{
		"Caf\xe9": "Café", "Fire in Z\xfcrich": "Fire in Zürich", "El Ni\xf1o returns": "El Niño returns", "It\x92s over": "It’s over",
		"Storm hits M\xe1laga and C\xe1diz": "Storm hits Málaga and Cádiz", "\xd6l wird teuer": "Öl wird teuer", "Le pr\xe9sident est l\xe0": "Le président est là",
		"\x93So\x94, he said": "“So”, he said", "20 \xb0C in May": "20 °C in May", "A na\xefve plan \x96 again": "A naïve plan – again", "\xa35bn for trains": "£5bn for trains",
		"Bj\xf6rk sings": "Björk sings", "S\xe3o Paulo": "São Paulo", "\xc1lvaro wins": "Álvaro wins", "Stra\xdfe gesperrt": "Straße gesperrt", "K\xf8benhavn": "København",
	} {
		for _, prolog := range []string{"", `<?xml version="1.0"?>`, `<?xml version="1.0" encoding="UTF-8"?>`} {
			if _, list := parsed(t, prolog+"<rss><channel><title>x</title><item><title>"+latin+"</title></item></channel></rss>"); list[0].Title != want {
				t.Errorf("%s: %q, want %q", prolog, list[0].Title, want)
			}
		}
	}
}

// TestUTF8BelievedTwice: two say UTF-8, the bytes are UTF-8, the prolog says otherwise.
func TestUTF8BelievedTwice(t *testing.T) {
	for _, prolog := range []string{"gbk", "shift_jis", "euc-kr"} {
		feed := `<?xml version="1.0" encoding="` + prolog + `"?><rss><channel><title>x</title><item><title>Café in Zürich</title></item></channel></rss>`
		for mark, contentType := range map[string]string{"\ufeff": "", "": "text/xml; charset=utf-8"} {
			if _, list := parsed(t, mark+feed, contentType); list[0].Title != "Café in Zürich" {
				t.Errorf("%s, mark %q: %q", prolog, mark, list[0].Title)
			}
		}
	}
}

func TestWildFeeds(t *testing.T) {
	const good = "<item><title>Good</title><link>https://planet.example/good</link></item>"
	for name, c := range map[string]struct {
		body   string
		titles string // joined by |
		urls   string
	}{
		"junk in front":               {"Warning: mysql_connect() failed on line 3\n<br/>\n<?xml version='1.0'?><rss><channel>" + good + "</channel></rss>", "Good", "https://planet.example/good"},
		"blank lines in front":        {"\n\n \t<?xml version='1.0'?><rss><channel>" + good + "</channel></rss>", "Good", ""},
		"junk behind":                 {"<rss><channel>" + good + "</channel></rss><!-- cached --><script>x</script>", "Good", ""},
		"cut in an item":              {"<rss><channel>" + good + "<item><title>Half a ti", "Good", ""},
		"cut in CDATA":                {"<rss><channel>" + good + "<item><title><![CDATA[Half", "Good", ""},
		"cut between items":           {"<rss><channel><title>x</title>" + good, "Good", ""},
		"cut in the end tag":          {"<rss><channel>" + good + "</chan", "Good", ""},
		"channel never closed":        {"<rss><channel>" + good + "</rss>", "Good", ""},
		"rss never opened":            {"<channel><title>x</title>" + good + "</channel>", "Good", ""},
		"undeclared namespaces":       {"<rss><channel><item><title>A</title><dc:creator>Me</dc:creator><content:encoded><![CDATA[<p>B</p>]]></content:encoded><media:thumbnail url='x.jpg'/></item></channel></rss>", "A", ""},
		"undeclared entities":         {"<rss><channel><item><title>Caf&eacute; &ndash; bar&nbsp;&hellip; &amp; &unknown;</title></item></channel></rss>", "Café – bar … & &unknown;", ""},
		"bare ampersands":             {"<rss><channel><item><title>Q&A: AT&T & R&D</title><link>https://planet.example/?a=1&b=2</link></item></channel></rss>", "Q&A: AT&T & R&D", "https://planet.example/?a=1&b=2"},
		"ampersand, then a reference": {"<rss><channel><item><title>A</title><link>https://planet.example/?a=1&b=2</link><description>x &nbsp; y</description></item>" + good + "</channel></rss>", "A|Good", "https://planet.example/?a=1&b=2|https://planet.example/good"},
		"parameter like a reference":  {"<rss><channel><item><title>Q &amp; A</title><link>https://planet.example/?a=1&copy=2&b=3;c</link></item></channel></rss>", "Q & A", "https://planet.example/?a=1&copy=2&b=3;c"},
		"smaller than":                {"<rss><channel><item><title>5 < 6 and 7 > 3</title></item>" + good + "</channel></rss>", "5 < 6 and 7 > 3|Good", ""},
		"control characters":          {"<rss><channel><item><title>A\x00B\x01C\x0b\x1f D</title></item></channel></rss>", "ABC D", ""},
		"control references":          {"<rss><channel><item><title>A&#0;B&#x1F;C&#11; D&#xFFFF;</title></item></channel></rss>", "ABC D", ""},
		"windows references":          {"<rss><channel><item><title>It&#146;s &#147;so&#148; &#150; he said</title></item></channel></rss>", "It’s “so” – he said", ""},
		"escaped twice":               {"<rss><channel><item><title>AT&amp;amp;T &amp;#8217;s &amp;quot;x&amp;quot;</title></item></channel></rss>", "AT&T ’s \"x\"", ""},
		"escaped once more is text":   {"<rss><channel><item><title>Use &amp;amp;lt;b&amp;amp;gt; here</title></item></channel></rss>", "Use &lt;b&gt; here", ""},
		"HTML in the title":           {"<rss><channel><item><title><![CDATA[<b>Bold</b> and <i>it</i>alic<br>line]]></title></item></channel></rss>", "Bold and italic line", ""},
		"tags in the title":           {"<rss><channel><item><title>A <b>bold</b> title</title></item></channel></rss>", "A bold title", ""},
		"CDATA in pieces":             {"<rss><channel><item><title>One <![CDATA[two]]> three<![CDATA[ &amp; four]]></title></item></channel></rss>", "One two three & four", ""},
		"CDATA around the link":       {"<rss><channel><item><title>A</title><link><![CDATA[ https://planet.example/a ]]></link></item></channel></rss>", "A", "https://planet.example/a"},
		"CDATA around all":            {"<rss><channel><item><![CDATA[x]]><title>A</title></item></channel></rss>", "A", ""},
		"relative link":               {"<rss><channel><item><title>A</title><link>/news/a</link></item><item><title>B</title><link>b.html</link></item></channel></rss>", "A|B", "https://planet.example/news/a|https://planet.example/feeds/b.html"},
		"link without scheme":         {"<rss><channel><item><title>A</title><link>//planet.example/a</link></item></channel></rss>", "A", "https://planet.example/a"},
		"link with a host alone":      {"<rss><channel><item><title>A</title><link>www.planet.example/a</link></item><item><title>B</title><link>www.html</link></item></channel></rss>", "A|B", "https://www.planet.example/a|https://planet.example/feeds/www.html"},
		"link without a host":         {"<rss><channel><item><title>A</title><link>http:///a</link></item>" + good + "</channel></rss>", "A|Good", "|https://planet.example/good"},
		"spaces in the link":          {"<rss><channel><item><title>A</title><link>\n https://planet.example/a b\n</link></item></channel></rss>", "A", "https://planet.example/a%20b"},
		"guid as link":                {"<rss><channel><item><title>A</title><guid>https://planet.example/a</guid></item></channel></rss>", "A", "https://planet.example/a"},
		"atom link in RSS":            {"<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><atom:link rel='self' href='https://planet.example/feed'/><item><title>A</title><atom:link href='https://planet.example/a'/></item></channel></rss>", "A", "https://planet.example/a"},
		"link as attribute":           {"<rss><channel><item><title>A</title><link href='https://planet.example/a'/></item></channel></rss>", "A", "https://planet.example/a"},
		"only text":                   {"<rss><channel><item><description>Only a text without a title. And more.</description><guid>1</guid></item></channel></rss>", "Only a text without a title. And more.", ""},
		"capital tags":                {"<RSS><CHANNEL><ITEM><TITLE>A</TITLE><LINK>https://planet.example/a</LINK></ITEM></CHANNEL></RSS>", "A", "https://planet.example/a"},
		"unclosed tag in text":        {"<rss><channel><item><title>A</title><description>x<br>y<p>z</description></item>" + good + "</channel></rss>", "A|Good", ""},
		"wrong end tag":               {"<rss><channel><item><title>A</title><description>x</b></description></item>" + good + "</channel></rss>", "A|Good", ""},
		"unclosed tags in titles":     {"<rss><channel><item><title>A<br>b</title></item><item><title>C <b>d</title></item><item><title>The &lt;/title></title></item>" + good + "</channel></rss>", "A b|C d|The </title>|Good", ""},
		"unclosed tag in an entry":    {`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A<br>b</title><id>urn:1</id></entry></feed>`, "A b", ""},
		"item never closed":           {"<rss><channel><item><title>A</title><item><title>B</title></item>" + good + "</channel></rss>", "B|Good", ""},
		"attribute without quotes":    {"<rss version=2.0><channel><item><title lang=en>A</title></item></channel></rss>", "A", ""},
		"stylesheet and doctype":      {"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><!DOCTYPE rss PUBLIC \"-//N\" \"http://my.netscape.com/publish/formats/rss-0.91.dtd\"><rss version='0.91'><channel>" + good + "</channel></rss>", "Good", ""},
		"declared entity":             {"<!DOCTYPE rss [<!ENTITY company 'ACME Ltd'>]><rss><channel><item><title>&company; sold</title></item></channel></rss>", "ACME Ltd sold", ""},
		"prefixed RSS":                {"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:r='http://purl.org/rss/1.0/'><r:channel><r:title>x</r:title></r:channel><r:item><r:title>A</r:title><r:link>https://planet.example/a</r:link></r:item></rdf:RDF>", "A", "https://planet.example/a"},
		"prefixed Atom":               {"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>A</a:title><a:link href='https://planet.example/a'/></a:entry></a:feed>", "A", "https://planet.example/a"},
		"Atom without namespace":      {"<feed><title>x</title><entry><title>A</title><link href='/a'/></entry></feed>", "A", "https://planet.example/a"},
		"Atom 0.3":                    {"<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped'>A &amp;amp; B</title><link rel='alternate' type='text/html' href='https://planet.example/a'/><issued>2004-01-01T10:00:00Z</issued></entry></feed>", "A & B", "https://planet.example/a"},
		"Atom, links of all kinds":    {"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link rel='self' href='https://planet.example/self'/><link rel='enclosure' href='https://planet.example/x.mp3'/><link rel='replies' href='https://planet.example/r'/><link rel='alternate' href='https://planet.example/a'/></entry></feed>", "A", "https://planet.example/a"},
		"Atom, relation in full":      {"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link rel='http://www.iana.org/assignments/relation/alternate' href='https://planet.example/a'/></entry></feed>", "A", "https://planet.example/a"},
		"Atom, XHTML title":           {"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <em>b</em></div></title></entry></feed>", "A b", ""},
		"Atom, cut":                   {"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title><entry><title>A</title></entry><entry><title>B", "A", ""},
		"xml:base":                    {"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://base.example/x/'><entry><title>A</title><link href='a'/></entry></feed>", "A", "https://base.example/x/a"},
		"JSON Feed":                   {`{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":1,"title":"A & B <c>","url":"/a"},{"id":"2","content_text":"x < y"}]}`, "A & B <c>|x < y", "https://planet.example/a|"},
		"JSON Feed, wrong types":      {`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":"A","url":"https://planet.example/a","tags":"not a list","authors":{"name":"x"}},"nonsense",null,{"title":"B","date_published":5}]}`, "A|B", ""},
		"JSON Feed, numbers":          {`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":2026,"url":5,"tags":[null]}]}`, "2026", ""},
		"JSON Feed, cut":              {`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"A"},{"id":"2","ti`, "A", ""},
		"JSON Feed behind a guard":    {")]}'\n" + `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"A"}]}`, "A", ""},
		"news sitemap":                {`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://planet.example/a</loc><news:news><news:publication><news:name>Daily Planet</news:name><news:language>en</news:language></news:publication><news:publication_date>2026-11-23</news:publication_date><news:title>A &amp; B</news:title></news:news></url><url><loc>https://planet.example/about</loc></url></urlset>`, "A & B", "https://planet.example/a"},
		"news sitemap, undeclared":    {`<urlset><url><loc>https://planet.example/a</loc><news:news><news:title>A</news:title></news:news></url></urlset>`, "A", "https://planet.example/a"},
		"repeated items":              {"<rss><channel>" + good + good + "</channel></rss>", "Good", ""},
		"empty items":                 {"<rss><channel><item></item><item/>" + good + "</channel></rss>", "Good", ""},
		"no items":                    {"<rss><channel><title>x</title></channel></rss>", "", ""},
		"a feed in a web page's type": {"<html><head></head></html>" + "<rss><channel>" + good + "</channel></rss>", "", ""},
	} {
		f, list, err := parseAt([]byte(c.body), "https://planet.example/feeds/all.xml", "text/html")
		if strings.HasPrefix(c.body, "<html>") {
			if err == nil {
				t.Errorf("%s: read as a feed", name)
			}

			continue
		}

		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}

		var titles, urls []string
		for _, a := range list {
			titles, urls = append(titles, a.Title), append(urls, a.URL)
		}

		if got := strings.Join(titles, "|"); got != c.titles {
			t.Errorf("%s: titles %q, want %q (%+v)", name, got, c.titles, *f)
		}

		if got := strings.Join(urls, "|"); c.urls != "" && got != c.urls {
			t.Errorf("%s: addresses %q, want %q", name, got, c.urls)
		}
	}
}

// TestMendedJSON: of a list with a wrong value, the right ones are there, and a value where a
// list belongs is a list of one.
func TestMendedJSON(t *testing.T) {
	for body, want := range map[string]string{
		`"tags":[1,null,"sea",{"x":1}],"authors":"Ann"`:           "[1 sea] [Ann]",
		`"tags":"sea","authors":["Ann",{"name":"Kim"},true,[],5]`: "[sea] [Ann Kim 5]",
		`"tags":true,"author":"Zed","attachments":"no"`:           "[] [Zed]",
		`"tags":{"a":1},"language":["en"]`:                        "[] []",
		`"tags":[],"url":5,"image":5,"authors":[null]`:            "[] []",
	} {
		_, list, err := parseAt([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":"A",`+body+`}]}`), "https://planet.example/feed", "")
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %d articles, %v", body, len(list), err)
			continue
		}

		if got := fmt.Sprint(list[0].Tags, list[0].Authors); got != want || list[0].URL != "" || list[0].Image != "" {
			t.Errorf("%s: %s, want %s, at %q", body, got, want, list[0].URL+list[0].Image)
		}
	}
}

func TestFields(t *testing.T) {
	const body = `<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Daily Planet - World</title><link>https://www.dailyplanet.example/world</link><language>en-GB</language>
<image><url>/logo.png</url></image>
<item>
 <title>Dam breaks above Veles - Daily Planet</title>
 <link>https://counter.example/~r/1</link>
 <feedburner:origLink>https://www.dailyplanet.example/dam?utm_source=rss&amp;id=7</feedburner:origLink>
 <pubDate>Mon, 23 Nov 2026 08:00:00 +0100</pubDate>
 <dc:creator>By Lois Lane</dc:creator><author>clark@dailyplanet.example (Clark Kent)</author>
 <category>Disasters</category><category domain="x"><![CDATA[ North&nbsp;Macedonia ]]></category><category>Disasters</category>
 <description><![CDATA[<p>The dam gave way at dawn.</p><p>Hundreds fled.</p><img src="https://dailyplanet.example/pixel.gif" width="1" height="1">]]></description>
 <content:encoded><![CDATA[<p>The dam gave way at dawn.</p><script>evil()</script><p>Hundreds fled. The water reached the <b>old</b> town at seven.</p>]]></content:encoded>
 <media:group><media:content url="small.jpg" medium="image" width="100"/><media:content url="https://dailyplanet.example/large.jpg" medium="image" width="1000"/><media:content url="v.mp4" type="video/mp4" width="2000"/></media:group>
</item>
<item><title>Wire copy</title><link>https://www.dailyplanet.example/wire</link><source url="https://wire.example/feed">Example Wire</source><enclosure url="/p.jpg" type="image/jpeg" length="1"/></item>
</channel></rss>`

	f, list, err := parseAt([]byte(body), "https://www.dailyplanet.example/rss", "")
	if err != nil || len(list) != 2 {
		t.Fatal(err, len(list))
	}

	a := list[0]

	want := news.Article{
		Source: "https://www.dailyplanet.example/rss", Key: a.Key,
		Title: "Dam breaks above Veles", URL: "https://www.dailyplanet.example/dam?id=7",
		Published: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC),
		Authors:   []string{"Clark Kent", "Lois Lane"}, Tags: []string{"Disasters", "North Macedonia"},
		Language: "en", Image: "https://dailyplanet.example/large.jpg", Outlet: "Daily Planet",
		Summary: a.Summary,
		Text:    "The dam gave way at dawn. Hundreds fled. The water reached the old town at seven.",
	}
	if a.Key == "" || !equalArticles(a, want) {
		t.Errorf("\n got %+v\nwant %+v", a, want)
	}

	if !strings.HasPrefix(a.Summary, "The dam gave way at dawn. Hundreds fled.") {
		t.Errorf("summary %q", a.Summary)
	}

	if b := list[1]; b.Outlet != "Example Wire" || b.Image != "https://www.dailyplanet.example/p.jpg" {
		t.Errorf("%+v", b)
	}

	if f.Title != "Daily Planet - World" || f.Kind != "rss" || f.Link != "https://www.dailyplanet.example/world" || f.Language != "en" {
		t.Errorf("%+v", f)
	}
}

func equalArticles(a, b news.Article) bool {
	return a.Title == b.Title && a.URL == b.URL && a.Published.Equal(b.Published) && strings.Join(a.Authors, "|") == strings.Join(b.Authors, "|") &&
		strings.Join(a.Tags, "|") == strings.Join(b.Tags, "|") && a.Language == b.Language && a.Image == b.Image && a.Outlet == b.Outlet && a.Text == b.Text
}

// TestContentThatIsNoText: an entry's content may be a file, written in base64.
func TestContentThatIsNoText(t *testing.T) {
	for _, c := range []struct{ kind, content, want string }{
		{"image/png", "Zm9vYmFy", ""},
		{"Audio/MPEG", "Zm9vYmFy", ""},
		{"application/pdf", "JVBERi0xLjQKAAECAwQF", ""},
		{"application/octet-stream", "Zm9vYmFy", "foobar"},
		{"application/xml", "foobar", "foobar"},
		{"", "foobar", "foobar"},
		{"text", "foobar", "foobar"},
		{"html", "foobar", "foobar"},
		{"Text/HTML; charset=utf-8", "foobar", "foobar"},
	} {
		_, list := parsed(t, `<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>1</id><title>Storm over Ghent</title><content type="`+c.kind+`">`+c.content+`</content></entry></feed>`)
		if len(list) != 1 || list[0].Title != "Storm over Ghent" || list[0].Text != c.want {
			t.Errorf("%q: %+v, want the text %q", c.kind, list, c.want)
		}
	}
}

func TestDatesFromBeforeFeeds(t *testing.T) {
	for _, date := range []string{"Wed, 30 Nov -0001 00:00:00 +0000", "1601-01-01T00:00:00Z", "Thu, 01 Jan 1970 01:00:00 +0000"} {
		if _, list := parsed(t, `<rss><channel><title>x</title><item><title>Storm</title><pubDate>`+date+`</pubDate></item></channel></rss>`); !list[0].Published.IsZero() {
			t.Errorf("%s: %s", date, list[0].Published)
		}
	}
}

// TestTitleWithTheSitesName: the feed's title is a section, and the titles end with
// what people call the site.
func TestTitleWithTheSitesName(t *testing.T) {
	for _, c := range [][4]string{
		{"World", "https://www.bbc.co.uk/news/1", "Storm hits coast | BBC News", "Storm hits coast"},
		{"World", "https://www.bbc.co.uk/news/1", "Storm hits coast - BBC", "Storm hits coast"},
		{"DER SPIEGEL - International", "https://www.spiegel.de/1", "Storm hits coast - DER SPIEGEL", "Storm hits coast"},
		{"World", "https://news.orf.at/1", "Storm hits coast - ORF", "Storm hits coast"},
		{"World", "https://www.planet.example/1", "Storm hits coast - what we know", "Storm hits coast - what we know"},
	} {
		_, list := parsed(t, `<rss><channel><title>`+c[0]+`</title><link>`+c[1]+`</link><item><title>`+c[2]+`</title><link>`+c[1]+`</link></item></channel></rss>`)
		if list[0].Title != c[3] {
			t.Errorf("%s: %q", c[2], list[0].Title)
		}
	}
}

// TestCutInItsFirstItem: nothing to read is not the same as nothing new.
func TestCutInItsFirstItem(t *testing.T) {
	for _, body := range []string{"<rss version=\"2.0\"><channel><title>x</title><item><title>Storm hits the coa", "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title><entry><title>Storm"} {
		if _, list, err := parseAt([]byte(body), "", ""); err == nil {
			t.Errorf("%s: %d articles and no error", body, len(list))
		}
	}
}

// TestPictureNames: a picture is not a counter of visitors for its name alone.
func TestPictureNames(t *testing.T) {
	for src, want := range map[string]string{
		"https://x.example/google-pixel-9.jpg": "https://x.example/google-pixel-9.jpg", "https://x.example/contact-tracking.jpg": "https://x.example/contact-tracking.jpg",
		"https://x.example/pixel?id=1": "", "https://x.example/tracking.gif": "", "/100%.jpg": "https://planet.example/100%25.jpg",
	} {
		_, list := parsed(t, `<rss><channel><title>x</title><item><title>Storm</title><description><![CDATA[<img src="`+src+`" width="600">The dam broke.]]></description></item></channel></rss>`)
		if list[0].Image != want {
			t.Errorf("%s: %q", src, list[0].Image)
		}
	}
}

// TestPictureOfAnItem: an item may have its picture where a channel has it.
func TestPictureOfAnItem(t *testing.T) {
	for _, image := range []string{"https://x.example/a.jpg?w=1&amp;h=2", "<url>https://x.example/a.jpg?w=1&amp;h=2</url><title>Storm</title>"} {
		_, list := parsed(t, `<rss><channel><title>x</title><item><title>Storm</title><image>`+image+`</image></item></channel></rss>`)
		if len(list) != 1 || list[0].Image != "https://x.example/a.jpg?w=1&h=2" {
			t.Errorf("%s: %+v", image, list)
		}
	}
}

// TestEscapedTwice: markup behind two escapes is markup, a tag that is shown is text.
func TestEscapedTwice(t *testing.T) {
	for description, want := range map[string]string{
		`&amp;lt;div class="md"&amp;gt;&amp;lt;p&amp;gt;The dam broke &amp;amp;amp; fell.&amp;lt;/p&amp;gt;&amp;lt;/div&amp;gt;`: "The dam broke & fell.",
		`&lt;p&gt;A paragraph begins with &amp;lt;p&amp;gt; and ends with &amp;lt;/p&amp;gt; here.&lt;/p&gt;`:                    "A paragraph begins with <p> and ends with </p> here.",
		`The tag &amp;lt;canvas&amp;gt; is for drawing.`:                                                                         "The tag <canvas> is for drawing.",
	} {
		if _, list := parsed(t, `<rss><channel><title>x</title><item><title>Storm</title><description>`+description+`</description></item></channel></rss>`); list[0].Text != want {
			t.Errorf("%s: %q", description, list[0].Text)
		}
	}
}

// TestRawIsWhatTheFeedHad: text that is no HTML is not made HTML, what is not
// there is not there.
func TestRawIsWhatTheFeedHad(t *testing.T) {
	raw := func(body string) news.Article {
		_, list, err := Parse(Input{Body: []byte(body), Address: "https://planet.example/map.xml", Raw: true})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d articles, %v", len(list), err)
		}

		return list[0]
	}
	if a := raw(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_text":"Plain & simple <tag>"}]}`); a.Text != "Plain & simple <tag>" {
		t.Errorf("text %q", a.Text)
	}

	a := raw(`<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>/1</loc><news:news><news:title>x</news:title></news:news><image:image><image:loc>/photo.jpg</image:loc></image:image></url></urlset>`)
	if len(a.Tags) > 0 || a.Image != "https://planet.example/photo.jpg" {
		t.Errorf("tags %q, image %q", a.Tags, a.Image)
	}
}

// TestGoogleNews: titles end with the outlet, which is the item's own source.
func TestGoogleNews(t *testing.T) {
	body := `<rss version="2.0"><channel><title>"dam" - Google News</title><link>https://news.google.com/search?q=dam</link><language>en-US</language>`

	for _, s := range []string{"Dam breaks - Reuters|Reuters", "Dam breaks in Veles - what we know - The Guardian|The Guardian", "Sino-Russian talks|AP News"} {
		title, outlet, _ := strings.Cut(s, "|")
		body += `<item><title>` + title + `</title><link>https://news.google.com/rss/articles/CBMi` + outlet + `?oc=5</link><guid isPermaLink="false">CBMi` + title + `</guid><source url="https://x.example">` + outlet + `</source></item>`
	}

	_, list := parsed(t, body+"</channel></rss>")
	for i, want := range []string{"Dam breaks", "Dam breaks in Veles - what we know", "Sino-Russian talks"} {
		if list[i].Title != want {
			t.Errorf("%q, want %q", list[i].Title, want)
		}
	}

	if list[0].Outlet != "Reuters" {
		t.Errorf("%+v", list[0])
	}

	for description, want := range map[string]string{
		`<a href="https://x.example/1">Dam breaks</a>&nbsp;&nbsp;<font color="#6f6f6f">The New York Times</font>`:                                                                                                          "",
		`<ol><li><a href="https://x.example/1">Dam breaks</a>&nbsp;<font color="#6f6f6f">Reuters</font></li><li><a href="https://x.example/2">Japan quake kills 5</a>&nbsp;<font color="#6f6f6f">BBC.com</font></li></ol>`: "",
		`<font size="2"><a href="https://x.example/1">The mayor</a> says that the dam had been old.</font>`:                                                                                                                "The mayor says that the dam had been old.",
		`<a href="https://x.example/1">The mayor says that the dam had been old.</a>`:                                                                                                                                      "The mayor says that the dam had been old.",
	} {
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(description)

		_, list := parsed(t, `<rss><channel><title>"dam" - Google News</title><item><title>Dam breaks - Reuters</title><link>https://x.example/1</link><source url="https://x.example">Reuters</source><description>`+escaped+`</description></item></channel></rss>`)
		if list[0].Summary != want || want == "" && list[0].Text != "" {
			t.Errorf("%s: summary %q, text %q", description, list[0].Summary, list[0].Text)
		}
	}
}

func TestOldestFirst(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(h int) time.Time { return now.Add(time.Duration(h) * time.Hour) }
	list := []news.Article{{Title: "4", Published: at(-1)}, {Title: "3"}, {Title: "2", Published: at(-2)}, {Title: "5", Published: at(0)}, {Title: "1", Published: at(-5)}, {Title: "0", Published: at(1000)}}
	SortOldestFirst(list, now)

	var b bytes.Buffer
	for _, a := range list {
		b.WriteString(a.Title)
	}

	if b.String() != "012345" {
		t.Errorf("%s", b.String())
	}
}
