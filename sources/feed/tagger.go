package feed

import (
	"bytes"
	"slices"
)

// tagger walks over the tags of XML or something like it, past comments, CDATA
// sections and processing instructions.
type tagger struct {
	text []byte
	at   int
	cut  bool // it ended inside of something
	// missing are closings that do not occur any more: looking for them again
	// at each opening would be quadratic.
	missing []string
}

type tag struct {
	name     []byte // as written, part of the text
	from, to int
	end      bool // </name>
	empty    bool // <name/>
}

func (t *tagger) next() (tag, bool) {
	for {
		i := bytes.IndexByte(t.text[t.at:], '<')
		if i < 0 {
			return tag{}, false
		}

		t.at += i

		rest := t.text[t.at:]
		if len(rest) < 2 {
			t.cut = true
			return tag{}, false
		}

		if closing := closingOf(rest); closing != "" {
			if end := t.find(rest, closing); end >= 0 {
				t.at += end + len(closing)
			} else if closing == "]]>" {
				t.cut = true
				return tag{}, false
			} else {
				t.at += 2
			}

			continue
		}

		found, ok := t.tag(rest)
		if ok {
			return found, true
		}

		if t.cut {
			return tag{}, false
		}

		t.at++
	}
}

// closingOf is how what begins here ends, when it is no tag.
func closingOf(rest []byte) string {
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return "]]>"
	case bytes.HasPrefix(rest, []byte("<!--")):
		return "-->"
	case rest[1] == '?':
		return "?>"
	case rest[1] == '!':
		return ">"
	}

	return ""
}

func (t *tagger) find(rest []byte, closing string) int {
	if slices.Contains(t.missing, closing) {
		return -1
	}

	end := bytes.Index(rest, []byte(closing))
	if end < 0 {
		t.missing = append(t.missing, closing)
	}

	return end
}

// tag reads the tag at the start of rest. Not ok: this "<" opens none.
func (t *tagger) tag(rest []byte) (tag, bool) {
	i := 1

	end := rest[1] == '/'
	if end {
		i = 2
	}

	j := i
	for j < len(rest) && nameByte(rest[j]) {
		j++
	}

	if j == i || rest[i] >= '0' && rest[i] <= '9' || rest[i] == '-' || rest[i] == '.' {
		return tag{}, false
	}

	to := tagEnd(rest)
	if to < 0 {
		t.cut = true
		return tag{}, false
	}

	found := tag{name: rest[i:j], from: t.at, to: t.at + to, end: end, empty: !end && rest[to-2] == '/'}
	t.at += to

	return found, true
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':' || c == '_' || c == '-' || c == '.' || c >= 0x80
}

// tagEnd is the offset behind the tag's ">", which may stand in a quoted value
// too; where the quotes do not pair up, the first ">" ends the tag.
func tagEnd(rest []byte) int {
	first := bytes.IndexByte(rest, '>')
	if first < 0 {
		return -1
	}

	var quote byte

	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case quote != 0:
			switch c {
			case quote:
				quote = 0
			case '<':
				return first + 1
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}

	return first + 1
}
