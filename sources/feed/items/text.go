package items

import (
	"bytes"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	sectionStart = []byte("<![CDATA[")
	sectionEnd   = []byte("]]>")
)

// contents are what is in a text beside characters.
type contents struct{ sections, markup bool }

// raw is what stands in the element that was opened last, to its end tag. The elements
// inside of it are whole.
func (r *reader) raw(e element) (inner []byte, has contents) {
	if e.empty || r.doubt {
		return nil, has
	}

	from := r.at

	open := append(make([]element, 0, maxDepth), e)

	for {
		has.sections = r.skipText() || has.sections
		inner = r.text[from:r.at]

		inside := r.next()

		switch {
		case r.doubt:
			return nil, has
		case inside.empty:
		case !inside.end && len(open) < maxDepth:
			open = append(open, inside)
		case inside.closes(open[len(open)-1]):
			open = open[:len(open)-1]
		default:
			r.doubt = true
			return nil, has
		}

		if len(open) == 0 {
			return inner, has
		}

		has.markup = true
	}
}

// skipText skips text and CDATA sections. It reports whether there were any sections.
func (r *reader) skipText() (sections bool) {
	for {
		n := bytes.IndexByte(r.text[r.at:], '<')
		if n < 0 {
			r.doubt = true
			return sections
		}

		r.checkText(r.text[r.at : r.at+n])
		r.at += n

		if !bytes.HasPrefix(r.text[r.at:], sectionStart) {
			return sections
		}

		end := bytes.Index(r.text[r.at:], sectionEnd)
		if end < 0 {
			r.doubt = true
			return sections
		}

		r.at += end + len(sectionEnd)
		sections = true
	}
}

// skip reads an element of which nothing is needed.
func (r *reader) skip(e element) { r.raw(e) }

// checkText looks for what encoding/xml refuses in text outside of a section.
func (r *reader) checkText(text []byte) {
	if bytes.Contains(text, sectionEnd) {
		r.doubt = true
	}

	if bytes.Contains(text, []byte("&#")) {
		r.decode(text)
	}
}

// content is the text of an element as gofeed's ParseText reads it.
func (r *reader) content(e element) string {
	inner, has := r.raw(e)

	text := bytes.TrimSpace(inner)
	if !has.sections {
		return decodeEntities(text)
	}

	return withoutSections(text)
}

// withoutSections is text with its CDATA sections opened; other references than in these are decoded.
func withoutSections(text []byte) string {
	if rest, found := bytes.CutPrefix(text, sectionStart); found {
		if one, rest, _ := bytes.Cut(rest, sectionEnd); len(rest) == 0 {
			return string(one) // nearly always
		}
	}

	var b strings.Builder

	for len(text) > 0 {
		before, rest, found := bytes.Cut(text, sectionStart)
		b.WriteString(decodeEntities(before))

		if !found {
			break
		}

		one, rest, _ := bytes.Cut(rest, sectionEnd)
		b.Write(one)

		text = rest
	}

	return b.String()
}

// longestReference is how far from its "&" gofeed looks for the end of a reference, in bytes.
const longestReference = 64

// decodeEntities decodes HTML's references as gofeed does: only those that end with
// a semicolon.
func decodeEntities(text []byte) string {
	i := bytes.IndexByte(text, '&')
	if i < 0 {
		return string(text)
	}

	out := make([]byte, 0, len(text))

	for i >= 0 {
		out = append(out, text[:i]...)
		text = text[i:]

		value, n := reference(text)
		if n == 0 {
			value, n = "&", 1
		}

		out = append(out, value...)
		text = text[n:]
		i = bytes.IndexByte(text, '&')
	}

	return string(append(out, text...))
}

// reference is what the reference that text begins with stands for, and its length; 0: it is none.
func reference(text []byte) (value string, length int) {
	end := bytes.IndexByte(text[:min(len(text), longestReference)], ';')
	if end < 0 || bytes.ContainsAny(text[1:end], " \t\r\n") {
		return "", 0
	}

	if value = plainReference(text[1:end]); value != "" {
		return value, end + 1
	}

	// HTML decodes some references without a semicolon too ("&copy=2;"): then it was none of theirs.
	value = html.UnescapeString(string(text[:end+1]))
	if value == html.UnescapeString(string(text[:end]))+";" {
		return "", 0
	}

	return value, end + 1
}

// plainReference is what one of XML's own references stands for, "" if it is another.
func plainReference(name []byte) string {
	switch string(name) {
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "amp":
		return "&"
	case "quot":
		return `"`
	case "apos":
		return "'"
	}

	return ""
}

// decode is text outside of sections, or the value of an attribute, as encoding/xml
// reads it when it is not strict: a reference that it does not know stays.
func (r *reader) decode(text []byte) string {
	if bytes.IndexByte(text, '&') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return string(text)
	}

	out := make([]byte, 0, len(text))

	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\r':
			out = append(out, '\n')

			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
		case '&':
			value, n := r.strictReference(text[i+1:])
			if n == 0 {
				out = append(out, '&')
				break
			}

			out = append(out, value...)
			i += n
		default:
			out = append(out, c)
		}
	}

	return string(out)
}

// strictReference is a reference of XML, given from behind its "&", and its length with
// the semicolon; 0: it is none.
func (r *reader) strictReference(text []byte) (value string, length int) {
	end := bytes.IndexByte(text[:min(len(text), longestReference)], ';')
	if end < 0 {
		if bytes.HasPrefix(text, []byte("#")) && len(text) > longestReference {
			r.doubt = true // it may be longer than anybody writes it
		}

		return "", 0
	}

	name := text[:end]
	if value = plainReference(name); value != "" {
		return value, end + 1
	}

	digits, found := bytes.CutPrefix(name, []byte("#"))
	if !found {
		return "", 0
	}

	base := 10
	if hex, found := bytes.CutPrefix(digits, []byte("x")); found {
		digits, base = hex, 16
	}

	n, err := strconv.ParseUint(string(digits), base, 64)
	if err != nil || n > utf8.MaxRune {
		return "", 0
	}

	if c := rune(n); c < ' ' || c == 0xfffe || c == 0xffff || !utf8.ValidRune(c) {
		r.doubt = true
	}

	return string(rune(n)), end + 1
}

// resolveAttrs rewrites attributes that are addresses as gofeed does for the children
// of items, without a base.
func (r *reader) resolveAttrs() {
	for i := range r.attrs {
		switch a := &r.attrs[i]; string(r.lowerName(a.name)) {
		case "href", "scheme", "src", "uri":
			a.value = rewriteAddress(a.value)
		}
	}
}

// rewriteAddress is an address as package url writes it, if it can read it.
func rewriteAddress(address string) string {
	u, err := url.Parse(strings.TrimLeft(address, " "))
	if err != nil {
		return address
	}

	return u.String()
}
