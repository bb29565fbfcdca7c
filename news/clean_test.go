package news

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"
)

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                                 "",
		"  a \n\t b  ":                                     "a b",
		"a&nbsp;b\u00a0c\u2003d\u3000e":                    "a b c d e",
		"<p>One.</p><p>Two.</p>":                           "One. Two.",
		"One<br>Two<br/>Three":                             "One Two Three",
		"<b>f</b>oo<i>bar</i>":                             "foobar",
		"<ul><li>a</li><li>b</li></ul>":                    "a b",
		"<td>1</td><td>2</td>":                             "1 2",
		"a<script>alert('<p>x</p>')</script>b":             "a b",
		"<style>p{}</style>x<!-- hidden -->y":              "xy",
		"R&amp;D &lt;b&gt; &#8217;&#x2019; &eacute;":       "R&D <b> ’’ é",
		"&amp;lt;b&amp;gt;":                                "&lt;b&gt;",
		"5 < 6 & 7 > 3":                                    "5 < 6 & 7 > 3",
		"AT&T and Q&A":                                     "AT&T and Q&A",
		"so\u00adft hy\u200bphen":                          "soft hyphen",
		"family 👨\u200d👩\u200d👧 emoji":                     "family 👨\u200d👩\u200d👧 emoji",
		"<xhtml:div>a</xhtml:div><xhtml:div>b</xhtml:div>": "a b",
		"<p>unclosed <b>tags":                              "unclosed tags",
		"</p></div>stray":                                  "stray",
		"text <":                                           "text <",
		"<img src='x' alt='no'>caption":                    "caption",
		"bad \xff utf8":                                    "bad utf8",
		"don\u0092t \u0093so\u0094 \u0081x":                "don’t “so” x",
		"a\x00b\x07c":                                      "a b c",
	} {
		if got := PlainText(in); got != want {
			t.Errorf("PlainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	for in, want := range map[string]string{
		"<p>One</p>\n<p>Two <b>x</b></p>y<br>z": "One\n\nTwo x\n\ny z",
		"<h2>One</h2><div><p> Two</p></div>":    "One\n\nTwo",
		"One\n\nline":                           "One line",
		"<p></p><li>One</li> <td>two</td>":      "One\n\ntwo",
	} {
		if got := Paragraphs(in); got != want || OneLine(got) != PlainText(in) {
			t.Errorf("Paragraphs(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanTitle(t *testing.T) {
	for _, c := range []struct {
		in      string
		outlets []string
		want    string
	}{
		{"Dam breaks - Reuters", []string{"Reuters"}, "Dam breaks"},
		{"Dam breaks | BBC News", []string{"BBC News"}, "Dam breaks"},
		{"Dam breaks – The Guardian", []string{"Guardian"}, "Dam breaks"},
		{"Dam breaks - theguardian.com", []string{"https://www.theguardian.com/world"}, "Dam breaks"},
		{"Dam breaks - CNN.com", []string{"CNN"}, "Dam breaks"},
		{"Dam breaks - what we know - AP News", []string{"AP News"}, "Dam breaks - what we know"},
		{"Sino-Russian talks", []string{"Russian talks"}, "Sino-Russian talks"},
		{"Why Reuters - and others - left", []string{"Reuters"}, "Why Reuters - and others - left"},
		{"Reuters", []string{"Reuters"}, "Reuters"},
		{"- Reuters", []string{"Reuters"}, "- Reuters"},
		{"Dam breaks - Reuters", nil, "Dam breaks - Reuters"},
		{"Dam breaks - Reuters", []string{"", "AP"}, "Dam breaks - Reuters"},
		{"Match ends 3:2 - Kicker", []string{"kicker"}, "Match ends 3:2"},
		{"<b>Bold</b> &amp; free", nil, "Bold & free"},
		{"Why <canvas> matters", nil, "Why <canvas> matters"},
		{"a < b and c > d", nil, "a < b and c > d"},
		{"Line<br/>break", nil, "Line break"},
		{"Heat: 3<b and c", nil, "Heat: 3<b and c"},
		{"What a <b", nil, "What a <b"},
		{"Heat: 3<b &amp; &quot;c&quot;", nil, `Heat: 3<b & "c"`},
		{`Dam breaks <a href="https://dam.exam`, nil, "Dam breaks"},
		{"Dam breaks</b", nil, "Dam breaks"},
		{"首相が発表 - NHKニュース", []string{"NHKニュース"}, "首相が発表"},
	} {
		if got := CleanTitle(c.in, c.outlets...); got != c.want {
			t.Errorf("CleanTitle(%q, %q) = %q, want %q", c.in, c.outlets, got, c.want)
		}
	}
}

// tidyText holds for whatever comes out of the cleaning.
func tidyText(s string) bool {
	return utf8.ValidString(s) && s == strings.Join(strings.Fields(s), " ") && !strings.ContainsAny(s, "\x00\u200b\u00ad\ufeff")
}

func TestCleanIsTidy(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom([]string{"<p>", "</p>", "<br/>", "&amp;", "&lt;", "<b", ">", "<!--", "-->", "<script>", "</script>", " ", "\u00a0", "\u200b", "&#0;", "&nbsp;", "Ä", "中", " - ", "Reuters"}), rapid.String())

	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "s"), "")
		for name, got := range map[string]string{"PlainText": PlainText(s), "Spaces": CollapseSpaces(s), "CleanTitle": CleanTitle(s, "Reuters")} {
			if !tidyText(got) {
				t.Fatalf("%s(%q) = %q", name, s, got)
			}
		}

		if s := CollapseSpaces(s); CollapseSpaces(s) != s {
			t.Fatalf("Spaces is not stable on %q", s)
		}
	})
}

func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "a &lt; b", "<script><p>", "<a b='>'>", "\xff\xfe"} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		checkPlain(t, s)

		if got := PlainText(s); !tidyText(got) {
			t.Errorf("PlainText(%q) = %q", s, got)
		}

		if got := CleanTitle(s, s, "x"); !tidyText(got) {
			t.Errorf("CleanTitle(%q) = %q", s, got)
		}
	})
}

// TestPlainMarkupReadsAsAny: what is read without a tokenizer is what the tokenizer reads, of markup that is
// as plain as feeds have it, and of what is nearly so.
func TestPlainMarkupReadsAsAny(t *testing.T) {
	for _, s := range []string{
		`<p>One <b class="x">two</b></p><img src="/a?b=1&amp;c" alt='a > "b"'/>three<br />four`, "<P ID=\"a\"\n>x</P\n>",
		"<p hidden>a</p>", "<img alt/>b<br/><hr/>c", "a &lt;b&gt; &copy &#8217;\r\n<i>c</i>", "<h1>a</h1 ><xelement>b",
	} {
		if !checkPlain(t, s) {
			t.Errorf("%q is not read as plain", s)
		}
	}

	for _, s := range []string{
		"<xmp>a<p>b</xmp>", "<plaintext>a<p>b", "<title>a<p>b</title>", "<i b=c>d<p>c>e", "a<br b=c/>d", "<p b='>c<p>d", "a<p>b</p c=d", "a</>b<p>c",
	} {
		if checkPlain(t, s) {
			t.Errorf("%q is read as plain", s)
		}
	}

	piece := rapid.OneOf(rapid.SampledFrom([]string{
		"<p>", "</p>", "</p ", "<br/>", "<br / >", "<p a=b/>", "<p a/>", `<p a="b>"/>`, "<i a='b' c>", "<i\n", `a="b"`, `"`, "=", "/", ">", "<", " ", "x", "&amp;", "&am", "&#x41;", "\r",
		"<script>", "</script>", "<TITLE>", "<plaintext>", "<xmp>", "</xmp>", "<svg:p>", "<p:svg>", "<!--", "-->", "<?", "<h1>", "<1>", "<p\x00>", "<ſ>", "<unknown-tag>", "<unknown2 b-c:d_e=''>", "\x00", "Ä",
	}), rapid.String())

	plain := 0

	rapid.Check(t, func(r *rapid.T) {
		if checkPlain(r, strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(r, "s"), "")) {
			plain++
		}
	})

	if plain == 0 {
		t.Error("nothing was plain")
	}
}

// checkPlain fails where plain markup is read otherwise than any. It reports whether s is plain.
func checkPlain(t interface{ Errorf(string, ...any) }, s string) bool {
	got, ok := readPlain(s)
	if want := readMarkup(s); ok && got != want {
		t.Errorf("%q reads %q, want %q", s, got, want)
	}

	return ok
}

func TestRepairEncoding(t *testing.T) {
	for in, want := range map[string]string{
		"erhÃ¤ltst":                         "erhältst",
		"donâ€™t":                           "don’t",
		"SÃO PAULO":                         "SÃO PAULO",
		"Ã la carte":                        "Ã la carte",
		"Zürich":                            "Zürich",
		"CES 2017, touch Ã\u00a0 Las Vegas": "CES 2017, touch à Las Vegas",
		"SÃ\u00a0o «ManhÃ»":                 "SÃ\u00a0o «ManhÃ»",
		"a bÃªnÃ§Ã£o atÃ© Ã\u00a0s 21h, em…":       "a bênção até às 21h, em…",
		"PolÃ\u00adcia: â€œsegue estÃ¡velâ€\u009d": "Polícia: “segue estável”",
		"Ð¡Ðš Ñ\u0081Ð¾Ð¾Ð±Ñ‰Ð¸Ð»: 日本":             "СК сообщил: 日本",
		"ÃƒÂ¼ber":               "über",
		"Ä°stanbul und mehr 日本": "Ä°stanbul und mehr 日本",
		"":                      "",
	} {
		if got := RepairEncoding(in); got != want {
			t.Errorf("RepairEncoding(%q) = %q, want %q", in, got, want)
		}
	}
}

// tagName reads what the tokenizer's own TagName copies.
func TestTagName(t *testing.T) {
	const page = `<p>a</p><DIV id=1>b</Div ><br/><xhtml:P>c</xhtml:p><a:b:i><svg:unknown><blink/x><h1
		title=":"><x-element-that-has-a-name-longer-than-any><ſ><b` + "\x00" + `><IMG src="a>b"><!doctype html><?php ?></ p></`

	z := html.NewTokenizer(strings.NewReader(page))
	for n := 0; ; n++ {
		switch z.Next() {
		case html.ErrorToken:
			if n < 20 {
				t.Errorf("%d tokens", n)
			}

			return
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			got := tagName(z)

			full, _ := z.TagName()
			if _, local, found := bytes.Cut(full, []byte(":")); found {
				full = local
			}

			if want := atom.Lookup(full); got != want {
				t.Errorf("<%s> is %q, want %q", full, got, want)
			}
		}
	}
}
