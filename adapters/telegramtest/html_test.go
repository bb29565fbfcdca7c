package telegramtest_test

import (
	"testing"
	"unicode/utf8"

	"newsbell/adapters/telegramtest"
)

func TestParseHTML(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                           "plain",
		"a &lt;b&gt; &amp; &quot;c&quot;": `a <b> & "c"`,
		"&nbsp; &apos; & &;":              "&nbsp; &apos; & &;",
		"&#65;&#x42;&#67":                 "ABC",
		"&lt&gt":                          "<>",
		"<b>x</b><i>y</i>":                "*x*_y_",
		"<b><a href=\"http://x.example/?a&amp;b\">t</a></b>": "[*t*](http://x.example/?a&b)",
		"<a href='http://x.example/'>t</a>":                  "[t](http://x.example/)",
		"<a href=\"javascript:x\">t</a>":                     "t", // not an address: no link, no error
		"<a>http://x.example/</a>":                           "[http://x.example/](http://x.example/)",
		"<b></b>x":                                           "x",
		"<B >x</b >":                                         "*x*",
		"<b>x</>":                                            "*x*",
		"😀<b>ż</b>!":                                         "😀*ż*!",
		"<pre>a\n b</pre>":                                   "```a\n b```",
		"<blockquote expandable>x</blockquote>":              "x",
		"<span class=\"tg-spoiler\">x</span>":                "x",
	} {
		text, found, err := telegramtest.ParseHTML(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}

		if got := telegramtest.FormatEntities(text, found); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func FuzzParseHTML(f *testing.F) {
	for _, s := range []string{"<b>x</b>", `<a href="http://x.example/?a&amp;b">t</a>`, "&#x1F600;<i", "</b>", "<a href=x>", "ż<span class=\"tg-spoiler\">😀</span>"} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) {
			t.Skip() // refused before
		}

		text, found, err := telegramtest.ParseHTML(in)
		if err != nil {
			return
		}

		if len(text) > len(in) || !utf8.ValidString(text) {
			t.Errorf("%q became %q", in, text)
		}

		end := 0
		for _, r := range text {
			end++
			if r > 0xffff {
				end++
			}
		}

		for _, e := range found {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > end {
				t.Errorf("%q: %+v of %d units", in, e, end)
			}
		}

		telegramtest.FormatEntities(text, found)
	})
}
