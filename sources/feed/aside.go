package feed

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed/rss"
)

// A feed's texts are most of its bytes, and encoding/xml looks at each byte of them
// several times. Those that are plain enough to say without a parser what they
// hold are set aside: gofeed reads the feed with a mark in the place of each, and
// the texts go where the marks come out. Whenever something does not fit (a mark
// that does not come out, one that comes out elsewhere) the feed is read as it is.

// aside is a feed without its plain texts.
type aside struct {
	text  []byte
	texts []string
}

// asideMark parts a mark from the text around it: a character for private use,
// which no feed has; one that does is read as it is.
const asideMark = "\ue0f1"

// asideFrom is how long a text must be to be worth it.
const asideFrom = 48

// setAside takes the plain texts out of the items. nil: it is not worth it.
func (d *document) setAside() *aside {
	if d.deep || d.rest < len(d.text) || bytes.Contains(d.text, []byte(asideMark)) {
		return nil
	}

	a := &aside{text: make([]byte, 0, len(d.text)/2)}

	at := d.start
	for _, s := range d.items {
		for i := s.from; i < s.to; {
			inner, end := nextText(d.text[i:s.to])
			if end == 0 {
				break
			}

			from := i + inner
			if value, length, ok := plainText(d.text[from:s.to], end); ok && length >= asideFrom {
				a.text = append(a.text, d.text[at:from]...)
				a.text = append(a.text, asideMark...)
				a.text = strconv.AppendInt(a.text, int64(len(a.texts)), 10)
				a.text = append(a.text, asideMark...)
				a.texts = append(a.texts, value)
				at = from + length
				from = at
			}

			i = from
		}
	}

	if len(a.texts) == 0 {
		return nil
	}

	a.text = append(a.text, d.text[at:]...)

	return a
}

const (
	descriptionTag = "<description>"
	encodedTag     = "<content:encoded>"
)

// nextText is where the next text of an item begins, and the length of its tag; 0:
// there is none.
func nextText(item []byte) (inner, tag int) {
	for i := 0; ; {
		n := bytes.IndexByte(item[i:], '<')
		if n < 0 {
			return 0, 0
		}

		i += n
		switch rest := item[i:]; {
		case bytes.HasPrefix(rest, []byte(descriptionTag)):
			return i + len(descriptionTag), len(descriptionTag)
		case bytes.HasPrefix(rest, []byte(encodedTag)):
			return i + len(encodedTag), len(encodedTag)
		case bytes.HasPrefix(rest, []byte("<!")): // a text that is elsewhere, or a comment: tags inside are none
			closing := closingOf(rest)

			n := bytes.Index(rest, []byte(closing))
			if n < 0 {
				return 0, 0
			}

			i += n + len(closing)
		default:
			i++
		}
	}
}

// plainText is what an element holds that goes on like this, and how long that is
// in the feed: characters without markup and with no other references than XML's
// own, or one CDATA section.
func plainText(rest []byte, tag int) (value string, length int, ok bool) {
	start := skipSpace(rest)
	if section, found := bytes.CutPrefix(rest[start:], []byte("<![CDATA[")); found {
		end := bytes.Index(section, []byte("]]>"))
		if end < 0 || !isHarmless(section[:end]) || bytes.Contains(section[:end], []byte("<![CDATA[")) {
			return "", 0, false
		}

		after := start + len("<![CDATA[") + end + len("]]>")
		after += skipSpace(rest[after:])

		return string(section[:end]), after, closesElement(rest[after:], tag)
	}

	end := bytes.IndexByte(rest, '<')
	if end < 0 || !closesElement(rest[end:], tag) || !isHarmless(rest[:end]) || bytes.Contains(rest[:end], []byte("]]>")) {
		return "", 0, false
	}

	value, ok = unescapeXML(string(bytes.TrimSpace(rest[:end])))

	return value, end, ok
}

// closesElement reports whether the element ends here.
func closesElement(rest []byte, tag int) bool {
	name := descriptionTag
	if tag == len(encodedTag) {
		name = encodedTag
	}

	return bytes.HasPrefix(rest, []byte("</")) && bytes.HasPrefix(rest[2:], []byte(name[1:]))
}

func skipSpace(b []byte) (n int) {
	for n < len(b) && (b[n] == ' ' || b[n] == '\n' || b[n] == '\t') {
		n++
	}

	return n
}

// isHarmless reports whether there is nothing that a parser changes, drops or refuses.
func isHarmless(b []byte) bool {
	for i, c := range b {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}

		if c == 0xef && bytes.HasPrefix(b[i:], []byte("\xef\xbf")) || c == 0xc2 && i+1 < len(b) && b[i+1] < 0xa1 {
			return false
		}
	}

	return true
}

// unescapeXML decodes XML's own five references; others are left to the parser.
func unescapeXML(s string) (string, bool) {
	if strings.IndexByte(s, '&') < 0 {
		return s, true
	}

	var b strings.Builder
	b.Grow(len(s))

	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String(), true
		}

		b.WriteString(s[:i])

		name, _, found := strings.Cut(s[i+1:min(len(s), i+7)], ";")
		if !found {
			return "", false
		}

		switch name {
		case "lt":
			b.WriteByte('<')
		case "gt":
			b.WriteByte('>')
		case "amp":
			b.WriteByte('&')
		case "quot":
			b.WriteByte('"')
		case "apos":
			b.WriteByte('\'')
		default:
			return "", false
		}

		s = s[i+1+len(name)+1:]
	}
}

// putBack puts the texts in the places of their marks. It reports whether each of
// them has one, and only one.
func (a *aside) putBack(items []*rss.Item) bool {
	left := len(a.texts)
	used := make([]bool, left)

	for _, it := range items {
		for _, field := range []*string{&it.Description, &it.Content} {
			if !strings.Contains(*field, asideMark) {
				continue
			}

			n, err := strconv.Atoi(strings.Trim(*field, asideMark))
			if err != nil || n < 0 || n >= len(used) || used[n] {
				return false
			}

			*field, used[n] = a.texts[n], true
			left--
		}
	}

	return left == 0
}

// parseAside reads a feed without its plain texts and puts them back. nil: it has
// to be read as it is.
func (d *document) parseAside(parser *rss.Parser) *rss.Feed {
	a := d.setAside()
	if a == nil {
		return nil
	}

	parsed, err := parser.Parse(bytes.NewReader(a.text))
	if err != nil || len(parsed.Items) < len(d.items) || !a.putBack(parsed.Items) {
		return nil
	}

	return parsed
}
