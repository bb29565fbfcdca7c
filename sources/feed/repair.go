package feed

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// repairXML makes text fit for an XML parser: what stands before the first "<" is
// cut off, the XML declaration and the document type go (the text is UTF-8 by
// now, and entities declared there are the way to entity bombs), entities that
// XML does not know become their characters. Small declared entities without
// others inside are honoured. What is fine already is not copied.
func repairXML(text []byte) []byte {
	start := bytes.IndexByte(text, '<')
	if start < 0 {
		return text
	}

	text = text[start:]

	var declared map[string]string

	for range maxProlog {
		text = bytes.TrimLeft(text, " \t\r\n\x00\ufeff")
		switch {
		case bytes.HasPrefix(text, []byte("<?")):
			i := bytes.Index(text[:min(len(text), 2050)], []byte("?>"))
			if i < 0 {
				if i = bytes.IndexByte(text, '>'); i < 0 {
					return text
				}

				i--
			}

			text = text[i+2:]
		case bytes.HasPrefix(text, []byte("<!--")):
			i := bytes.Index(text, []byte("-->"))
			if i < 0 {
				return text[4:]
			}

			text = text[i+3:]
		case hasPrefixFold(text, "<!doctype"):
			var n int

			n, declared = parseDoctype(text)
			text = text[n:]
		default:
			return replaceEntities(text, declared)
		}
	}

	return replaceEntities(text, declared)
}

// maxProlog bounds the pieces before a feed's root, each of which may be looked
// for to the end of the text.
const maxProlog = 50

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// maxDeclared bounds what declared entities may hold together.
const maxDeclared = 4 << 10

// parseDoctype returns the length of the document type declaration and the plain entities
// that it declares.
func parseDoctype(text []byte) (int, map[string]string) {
	end := bytes.IndexByte(text, '>')
	if end < 0 {
		return len(text), nil
	}

	subset := bytes.IndexByte(text[:end+1], '[')
	if subset < 0 {
		return end + 1, nil
	}

	stop := bytes.Index(text, []byte("]>"))
	if stop < 0 {
		if i := bytes.IndexByte(text, ']'); i >= 0 {
			if j := bytes.IndexByte(text[i:], '>'); j >= 0 {
				return i + j + 1, nil
			}
		}

		return end + 1, nil
	}

	declared := make(map[string]string)
	size := 0

	for part := range strings.SplitSeq(string(text[subset:min(stop, subset+64<<10)]), "<!ENTITY") {
		fields := strings.Fields(part)
		if len(fields) < 2 {
			continue
		}

		_, value, _ := strings.Cut(part, fields[0])

		value = strings.TrimSpace(value)
		if len(value) < 2 || value[0] != '"' && value[0] != '\'' {
			continue
		}

		i := strings.IndexByte(value[1:], value[0])
		if i < 0 {
			continue
		}

		value = html.UnescapeString(value[1 : 1+i]) // character references only: names inside stay as they are
		if size += len(value); size > maxDeclared || strings.ContainsAny(value, "&<") {
			continue
		}

		declared[fields[0]] = value
	}

	return stop + 2, declared
}

// replaceEntities replaces references that XML does not know, outside of CDATA:
// "&nbsp;" is HTML's, "&#0;" nobody's.
func replaceEntities(text []byte, declared map[string]string) []byte {
	var out []byte

	done := 0
	budget := 16 * maxDeclared // an entity used often enough is a bomb too

	section := cdata{text: text}
	for i := 0; i < len(text); {
		next := bytes.IndexByte(text[i:], '&')
		if next < 0 {
			break
		}

		i += next

		end := bytes.IndexByte(text[i:min(len(text), i+40)], ';')
		if end < 2 || plainReference(text[i+1:i+end]) || bytes.ContainsAny(text[i+1:i+end], notInNames) {
			i++
			continue
		}

		if past := section.endOf(i); past > i {
			i = past
			continue
		}

		name := string(text[i+1 : i+end])

		value, replace := resolveReference(name, declared)
		if !replace {
			i++
			continue
		}

		if declared[name] != "" {
			if budget -= len(value); budget < 0 {
				value = ""
			}
		}

		out = append(append(out, text[done:i]...), value...)
		i += end + 1
		done = i
	}

	if done == 0 {
		return text
	}

	return append(out, text[done:]...)
}

// notInNames cannot stand in the name of a reference: the "&" before it is a bare one.
const notInNames = " \t\r\n&<>="

// plainReference: the references of XML itself, which are nearly all there are.
func plainReference(name []byte) bool {
	switch string(name) {
	case "lt", "gt", "amp", "quot", "apos":
		return true
	}

	return false
}

// cdata finds out whether a place is inside of a CDATA section, for places that
// come in order.
type cdata struct {
	text     []byte
	from, to int // the section that was found last
}

// endOf is where the section ends that the place is in, or the place itself.
func (c *cdata) endOf(at int) int {
	for c.to <= at && c.from >= 0 {
		start := bytes.Index(c.text[c.to:], []byte("<![CDATA["))
		if start < 0 {
			c.from = -1
			break
		}

		c.from = c.to + start

		end := bytes.Index(c.text[c.from:], []byte("]]>"))
		if end < 0 {
			c.to = len(c.text)
			break
		}

		c.to = c.from + end + len("]]>")
	}

	if c.from >= 0 && at >= c.from && at < c.to {
		return c.to
	}

	return at
}

// resolveReference returns what to write instead of &name;.
func resolveReference(name string, declared map[string]string) (string, bool) {
	if name[0] == '#' {
		return characterReference(name[1:])
	}

	if v, ok := declared[name]; ok {
		return v, true
	}

	full := "&" + name + ";"
	if s := html.UnescapeString(full); s != full && !strings.HasSuffix(s, ";") {
		return xmlEscaper().Replace(s), true
	}

	return "", false
}

func xmlEscaper() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
}

// characterReference keeps what names a character of XML.
func characterReference(s string) (string, bool) {
	base := 10
	if strings.HasPrefix(s, "x") || strings.HasPrefix(s, "X") {
		s, base = s[1:], 16
	}

	n, err := strconv.ParseUint(s, base, 32)
	if err != nil {
		return "", false
	}

	r := rune(n)
	switch {
	case n >= 0x80 && n < 0xa0: // Windows-1252 by number: browsers read it so, and so do we
		return html.UnescapeString("&#" + strconv.FormatUint(n, 10) + ";"), true
	case r == '\t' || r == '\n' || r == '\r' || n >= 0x20 && n <= utf8.MaxRune && utf8.ValidRune(r) && r != 0xfffe && r != 0xffff:
		return "", false
	}

	return "", true
}
