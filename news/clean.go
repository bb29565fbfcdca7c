package news

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText is what people read of a piece of HTML: tags gone, entities decoded
// exactly once, blocks kept apart by a space, every run of white space one
// space. Scripts, styles and hidden forms are dropped with what they hold. Plain
// text comes back as it is, but for the spaces. It never fails: broken markup is
// read as a browser reads it. Time and memory are linear in the input.
func PlainText(s string) string { return OneLine(Paragraphs(s)) }

// OneLine is the text of Paragraphs without them.
func OneLine(s string) string { return strings.ReplaceAll(s, paragraph, " ") }

// Paragraphs is PlainText with a blank line between two paragraphs.
func Paragraphs(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return CollapseSpaces(s)
	}

	if strings.IndexByte(s, '<') < 0 {
		return CollapseSpaces(html.UnescapeString(s))
	}

	if text, ok := readPlain(s); ok {
		return text
	}

	return readMarkup(s)
}

// readPlain is readMarkup for what is nothing but text and tags that are easy to read, of elements that are
// not dropped: an HTML tokenizer takes four kilobytes for each text, and a map. Not ok: it is something else.
func readPlain(s string) (text string, ok bool) {
	var out spacer
	out.Grow(len(s))

	for {
		before, rest, found := strings.Cut(s, "<")
		out.text(html.UnescapeString(before))

		if !found {
			return out.String(), true
		}

		tag, ok := readPlainTag(rest)
		if !ok {
			return "", false
		}

		name := lookUpTag(tag.name)

		switch {
		case isDropped(name) || name == atom.Xmp || name == atom.Plaintext:
			return "", false
		case !separatesWords(name):
		case tag.closesItself:
			out.gap()
		default:
			out.part(name)
		}

		s = rest[tag.length:]
	}
}

// plainTag is a tag without anything that people get wrong.
type plainTag struct {
	name         string
	closesItself bool
	length       int // behind its "<"
}

// readPlainTag reads a tag behind its "<": a name of ASCII letters and digits, attributes with quoted
// values or none, and nothing but the name where an element ends.
func readPlainTag(s string) (tag plainTag, ok bool) {
	ends := strings.HasPrefix(s, "/")

	at := 0
	if ends {
		at = 1
	}

	from := at
	for at < len(s) && isTagByte(s[at]) {
		at++
	}

	if tag.name = s[from:at]; tag.name == "" || tag.name[0] <= '9' {
		return tag, false
	}

	for {
		behind := at
		for at < len(s) && strings.IndexByte(" \n\r\t\f", s[at]) >= 0 {
			at++
		}

		switch {
		case at == len(s):
			return tag, false
		case s[at] == '>':
			tag.length = at + 1
			return tag, true
		case ends || at == behind && s[at] != '/':
			return tag, false
		case strings.HasPrefix(s[at:], "/>"):
			tag.closesItself, tag.length = true, at+2
			return tag, true
		}

		n := plainAttribute(s[at:])
		if n == 0 {
			return tag, false
		}

		at += n
	}
}

// plainAttribute is the length of the attribute that s begins with, 0 if it is not plain.
func plainAttribute(s string) int {
	n := 0
	for n < len(s) && (isTagByte(s[n]) || s[n] == '-' || s[n] == ':' || s[n] == '_') {
		n++
	}

	if n == 0 || !strings.HasPrefix(s[n:], "=") {
		return n
	}

	value := s[n+1:]
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return 0
	}

	length := strings.IndexByte(value[1:], value[0])
	if length < 0 {
		return 0
	}

	return n + 1 + 1 + length + 1
}

func isTagByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// readMarkup reads HTML whatever it is like.
func readMarkup(s string) string {
	var out spacer
	out.Grow(len(s))
	z := html.NewTokenizer(strings.NewReader(s))
	skip := atom.Atom(0) // the element whose content is dropped
	depth := 0

	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if skip == 0 {
				out.text(string(z.Text()))
			}
		case html.StartTagToken:
			name := tagName(z)
			switch {
			case skip != 0:
				if name == skip {
					depth++
				}
			case isDropped(name):
				skip, depth = name, 1

				out.gap()
			case separatesWords(name):
				out.part(name)
			}
		case html.EndTagToken:
			name := tagName(z)
			if skip != 0 {
				if name == skip {
					if depth--; depth == 0 {
						skip = 0
					}
				}
			} else if separatesWords(name) {
				out.part(name)
			}
		case html.SelfClosingTagToken:
			if name := tagName(z); skip == 0 && separatesWords(name) {
				out.gap()
			}
		}
	}
}

// tagName is the name of the tag that was read last, 0 one that HTML does not know, without the prefix
// that XHTML inside a feed may have ("xhtml:div").
func tagName(z *html.Tokenizer) atom.Atom {
	tag := bytes.TrimPrefix(z.Raw()[1:], []byte("/")) // TagName copies

	if end := bytes.IndexAny(tag, " \n\r\t\f/>"); end >= 0 {
		tag = tag[:end]
	}

	name := tag
	if _, local, found := bytes.Cut(tag, []byte(":")); found {
		name = local
	}

	return lookUpTag(name)
}

// lookUpTag finds the name of an element, in capitals too, 0 one that HTML does not know.
func lookUpTag[T string | []byte](name T) atom.Atom {
	var lower [longestTag]byte
	if len(name) > len(lower) {
		return 0
	}

	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}

		lower[i] = c
	}

	return atom.Lookup(lower[:len(name)])
}

// longestTag is as long as any name of HTML at least.
const longestTag = 32

// isDropped reports whether nobody reads the content of an element as part of the text: a caption
// belongs to its picture.
func isDropped(name atom.Atom) bool {
	switch name {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Svg, atom.Math,
		atom.Select, atom.Textarea, atom.Button, atom.Head, atom.Noframes, atom.Noembed, atom.Title, atom.Figcaption:
		return true
	}

	return false
}

// separatesWords reports whether an element parts words: blocks, breaks, cells, pictures.
func separatesWords(name atom.Atom) bool {
	switch name {
	case atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Data, atom.Del,
		atom.Dfn, atom.Em, atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Mark, atom.Q, atom.Rb, atom.Ruby, atom.S, atom.Samp,
		atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr, atom.Nobr:
		return false
	}

	return true
}

// paragraph stands between two paragraphs.
const paragraph = "\n\n"

// spacer builds text with single spaces.
type spacer struct {
	strings.Builder
	pending bool // a space, before the next letter
	ended   bool // it is the end of a paragraph
}

func (b *spacer) gap() { b.pending = b.Len() > 0 }

// part parts words where an element begins or ends.
func (b *spacer) part(name atom.Atom) {
	b.gap()

	switch name {
	case atom.P, atom.Div, atom.Blockquote, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.ended = b.pending
	}
}

// space writes what is pending.
func (b *spacer) space() {
	switch {
	case b.pending && b.ended:
		b.WriteString(paragraph)
	case b.pending:
		b.WriteByte(' ')
	}

	b.pending, b.ended = false, false
}

func (b *spacer) text(s string) {
	for len(s) > 0 {
		if n := plainRun(s); n > 0 {
			b.space()
			b.WriteString(s[:n])
			s = s[n:]

			continue
		}

		r, n := utf8.DecodeRuneInString(s)
		switch {
		case isBlank(r):
			b.gap()
		case isInvisible(r) || r == utf8.RuneError && n == 1:
		case r >= 0x80 && r < 0xa0:
			b.text(fromWindows(r))
		default:
			b.space()
			b.WriteString(s[:n])
		}

		s = s[n:]
	}
}

// plainRun is the length of the words of ASCII with single spaces between them
// that s begins with.
func plainRun(s string) int {
	end := 0 // behind the last letter

	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 0x7f {
			end = i + 1
		} else if c != ' ' || i == 0 || end != i {
			break
		}
	}

	return end
}

// isBlank reports whether r is white space of any script: a no-break space hides words from whoever
// searches for them.
func isBlank(r rune) bool {
	if r <= unicode.MaxLatin1 {
		return r <= ' ' || r == 0x7f || r == 0xa0
	}

	return unicode.IsSpace(r) || r == '\u2028' || r == '\u2029'
}

// isInvisible reports whether r leaves no trace on paper but breaks words in two for whoever
// compares them. Joiners stay: emoji and several scripts are written with them.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u2060', '\ufeff', '\ufffe', '\uffff', '\ufffc', '\u200e', '\u200f',
		'\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return true
	}

	return false
}

// fromWindows is what a control character of Latin-1 was meant to be: quotes and
// dashes of Windows-1252 that somebody converted as if they were Latin-1.
func fromWindows(r rune) string {
	s := html.UnescapeString("&#" + strconv.Itoa(int(r)) + ";")
	if s == string(r) {
		return ""
	}

	return s
}

// CollapseSpaces makes every run of white space one space, without any at the ends, and
// drops control and invisible characters. Markup is left as it is.
func CollapseSpaces(s string) string {
	if isCollapsed(s) {
		return s
	}

	var b spacer
	b.Grow(len(s))
	b.text(s)

	return b.String()
}

// isCollapsed reports whether CollapseSpaces would change nothing, for ASCII.
func isCollapsed(s string) bool {
	last := byte(' ')

	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7f || c == ' ' && last == ' ' {
			return false
		}

		last = c
	}

	return last != ' ' || s == ""
}

// Truncate returns the first n code points of a text.
func Truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}

	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}

	return text
}

// Shorten cuts a text after its first n code points, at a word where one ends near, and
// says so with an ellipsis.
func Shorten(text string, n int) string {
	cut := Truncate(text, n)
	if len(cut) == len(text) {
		return text
	}

	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}

	return cut + "…"
}

// Words returns the words of s in lower case, to compare two texts of one article.
func Words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), IsBetweenWords)
}

// IsBetweenWords reports whether r belongs to no word.
func IsBetweenWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && (r < utf8.RuneSelf || !unicode.Is(unicode.M, r))
}
