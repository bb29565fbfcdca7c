package news

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// CleanTitle is a headline as people read it: plain text without the name of
// the outlet that many feeds hang on its end ("… - Reuters", "… | BBC News").
// outlets are the names under which the article's outlet is known (its own, the
// feed's title, a host); a suffix goes only when it is one of them, so a
// headline that happens to hold a dash keeps it.
func CleanTitle(s string, outlets ...string) string {
	s = titleText(s)
	if !strings.ContainsAny(s, separators) {
		return s
	}

	for _, outlet := range outlets {
		if cut, ok := cutOutlet(s, outlet); ok {
			return cut
		}
	}

	return s
}

// titleText is PlainText for titles: what stands in angle brackets and is no
// tag that a headline could carry is text ("Why <canvas> matters", "a <b").
func titleText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return CollapseSpaces(s)
	}

	if strings.IndexByte(s, '<') < 0 {
		return CollapseSpaces(html.UnescapeString(s))
	}

	var out spacer

	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if rest := z.Raw(); !isCutTag(rest) {
				out.text(html.UnescapeString(string(rest)))
			}

			return out.String()
		case html.TextToken:
			out.text(string(z.Text()))
		case html.CommentToken:
		default:
			switch name := tagName(z); {
			case !headlineTag(name):
				out.text(string(z.Raw()))
			case separatesWords(name):
				out.gap()
			}
		}
	}
}

// isCutTag reports whether what begins like a tag and is not closed is one that was cut off, with its
// attributes, and no sign of a headline ("3<b").
func isCutTag(raw []byte) bool {
	return bytes.HasPrefix(raw, []byte("</")) || bytes.HasPrefix(raw, []byte("<!")) || bytes.IndexByte(raw, '=') >= 0
}

// headlineTag are the tags that occur as markup in titles.
func headlineTag(name atom.Atom) bool {
	switch name {
	case atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Big, atom.Blink, atom.Br, atom.Center, atom.Cite, atom.Code,
		atom.Del, atom.Div, atom.Em, atom.Font, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.I, atom.Img,
		atom.Ins, atom.Kbd, atom.Mark, atom.Nobr, atom.P, atom.Q, atom.S, atom.Small, atom.Span, atom.Strike, atom.Strong,
		atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Wbr:
		return true
	}

	return false
}

// longestOutlet is the longest name in bytes that is looked for.
const longestOutlet = 200

// separators stand between a headline and its outlet.
const separators = "-–—|•·:»/"

// cutOutlet takes " - Outlet" off the end of a title.
func cutOutlet(title, outlet string) (string, bool) {
	if len(outlet) > longestOutlet {
		return title, false
	}

	want := outletName(outlet)
	if want == "" {
		return title, false
	}

	for end := len(title); ; {
		i := strings.LastIndexFunc(title[:end], func(r rune) bool { return strings.ContainsRune(separators, r) })
		if i <= 0 {
			return title, false
		}

		r, n := utf8.DecodeRuneInString(title[i:])
		head, tail := title[:i], title[i+n:]
		// "Sino-Russian" and "12:30" hold separators without spaces around them.
		if strings.HasPrefix(tail, " ") && (strings.HasSuffix(head, " ") || r == ':' || r == '|') && outletName(tail) == want {
			head = strings.TrimRight(head, separators+" ")
			return head, head != ""
		}

		if len(title)-i > len(outlet)+24 {
			return title, false
		}

		end = i
	}
}

// outletName is an outlet's name to compare with others: lower case, letters
// and digits only, without an article in front or "online", ".com" behind.
func outletName(s string) string {
	if strings.Contains(s, "://") {
		if u, err := url.Parse(s); err == nil {
			s = u.Hostname()
		}
	}

	s = strings.ToLower(strings.TrimSpace(s))

	s = strings.TrimPrefix(strings.TrimPrefix(s, "www."), "the ")
	for _, tail := range []string{".com", ".co.uk", ".org", ".net", " online"} {
		s = strings.TrimSuffix(s, tail)
	}

	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}

		return -1
	}, s)
}
