package items

import (
	"bytes"
	"unicode/utf8"
)

// Prefixes are the prefixes of a feed's extensions, as its items write them, each with the name
// that gofeed files its elements under.
type Prefixes map[Prefix]string

// Prefix is one that the feed declares, or an element for itself; there it may have no name.
type Prefix struct{ Name, Declared string }

// reader walks over the elements of one item. doubt: something is not plain, and
// nothing that has been read counts.
type reader struct {
	text     []byte
	at       int
	prefixes Prefixes
	doubt    bool

	attrs    []attribute // of the start tag that was read last
	declared string      // what it says its own prefix stands for, "" nothing
	lower    [32]byte    // room for its name in small letters
}

// element is a start or an end tag. Its names are parts of the reader's text.
type element struct {
	prefix, name []byte
	end, empty   bool
}

type attribute struct {
	prefix, name []byte
	value        string
}

// newReader opens an item, whose element has the given name. nil: it is not plain.
func newReader(text []byte, name string, prefixes Prefixes) *reader {
	if !isPlain(text) {
		return nil
	}

	r := &reader{text: text, prefixes: prefixes}

	e := r.next()
	if r.doubt || e.end || e.empty || r.isForeign(e) || string(e.name) != name {
		return nil
	}

	return r
}

// isPlain reports whether all characters are such as XML has, in UTF-8.
func isPlain(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}

	return utf8.Valid(text) && !bytes.Contains(text, []byte("\uffff")) && !bytes.Contains(text, []byte("\ufffe"))
}

// child is the next child of the element that is open, or that element's end tag.
func (r *reader) child() (element, bool) {
	e := r.next()
	return e, !r.doubt && !e.end
}

// next is the next tag, before which nothing but space stands.
func (r *reader) next() element {
	r.space()

	rest := r.text[r.at:]
	if len(rest) < 2 || rest[0] != '<' {
		return r.giveUp()
	}

	if rest[1] == '/' {
		r.at += 2

		e := element{end: true}
		e.prefix, e.name = r.name()
		r.space()
		r.expect('>')

		return e
	}

	r.at++

	return r.startTag()
}

// startTag reads a tag and its attributes, from behind its "<".
func (r *reader) startTag() (e element) {
	e.prefix, e.name = r.name()
	r.attrs, r.declared = r.attrs[:0], ""

	for !r.doubt {
		r.space()

		switch r.peek() {
		case '>':
			r.at++
			return e
		case '/':
			r.at++
			r.expect('>')

			e.empty = true

			return e
		default:
			r.attribute(e)
		}
	}

	return e
}

// attribute reads one of an element. Those that change what others mean are not plain: a
// namespace for another prefix than the element's own, and a base.
func (r *reader) attribute(e element) {
	var a attribute

	a.prefix, a.name = r.name()

	declares := string(a.prefix) == "xmlns" && bytes.Equal(a.name, e.prefix) || len(a.prefix)+len(e.prefix) == 0 && string(a.name) == "xmlns"
	if !declares && (string(a.prefix) == "xmlns" || string(a.name) == "xmlns") || string(a.name) == "base" {
		r.doubt = true
	}

	r.space()
	r.expect('=')
	r.space()

	quote := r.peek()
	if quote != '"' && quote != '\'' || r.doubt {
		r.doubt = true
		return
	}

	value := r.text[r.at+1:]

	n := bytes.IndexByte(value, quote)
	if n < 0 || bytes.IndexByte(value[:n], '<') >= 0 {
		r.doubt = true
		return
	}

	r.at += n + 2

	a.value = r.decode(value[:n])
	if declares {
		r.declared = a.value
		r.doubt = r.doubt || a.value == ""
	}

	r.attrs = append(r.attrs, a)
}

// attr is the value of an attribute of the tag that was read last, "" if it has none.
func (r *reader) attr(name string) string {
	found, value := false, ""

	for _, a := range r.attrs {
		if string(a.name) != name {
			continue
		}

		if found || len(a.prefix) > 0 {
			r.doubt = true
		}

		found, value = true, a.value
	}

	return value
}

// name reads the name of an element or an attribute.
func (r *reader) name() (prefix, name []byte) {
	from, colon := r.at, -1

	for ; r.at < len(r.text) && isNameByte(r.text[r.at]); r.at++ {
		if r.text[r.at] == ':' {
			if colon >= 0 {
				r.doubt = true
			}

			colon = r.at
		}
	}

	name = r.text[from:r.at]
	if colon >= 0 {
		prefix, name = r.text[from:colon], r.text[colon+1:r.at]
		if !startsName(prefix) {
			r.doubt = true
		}
	}

	if !startsName(name) {
		r.doubt = true
	}

	return prefix, name
}

func startsName(name []byte) bool {
	return len(name) > 0 && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z' || name[0] == '_')
}

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == ':' || c == '-' || c == '_' || c == '.'
}

// lowerName is a name in small letters, until it is called again.
func (r *reader) lowerName(name []byte) []byte {
	out := r.lower[:0]

	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}

		out = append(out, c)
	}

	return out
}

// isForeign reports whether the tag that was read last names a namespace of its own.
func (r *reader) isForeign(e element) bool { return len(e.prefix) > 0 || r.declared != "" }

// prefix is what gofeed calls the prefix of the tag that was read last.
func (r *reader) prefix(e element) string {
	prefix, known := r.prefixes[Prefix{string(e.prefix), r.declared}]
	if !known {
		r.doubt = true
	}

	return prefix
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\n', '\r', '\t':
			r.at++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end.
func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}

	return 0
}

func (r *reader) expect(c byte) {
	if r.peek() != c {
		r.doubt = true
		return
	}

	r.at++
}

// giveUp says that nothing that has been read counts.
func (r *reader) giveUp() element {
	r.doubt = true
	return element{end: true}
}

// closes reports whether this is the end of the element.
func (e element) closes(open element) bool {
	return e.end && bytes.Equal(e.name, open.name) && bytes.Equal(e.prefix, open.prefix)
}

// finish reports whether the item ends here, by the given name, and all of it was plain.
func (r *reader) finish(last element, name string) bool {
	return !r.doubt && last.closes(element{name: []byte(name)}) && r.at == len(r.text)
}
