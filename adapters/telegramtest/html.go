package telegramtest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Entity is a stretch of a message's text that looks or acts differently.
// Offset and Length are in UTF-16 units, as the server counts.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
	Unix     int64  `json:"unix_time,omitempty"`
	Format   string `json:"date_time_format,omitempty"`
}

// tags are the tags that the server knows, with the entity that each makes.
var tags = map[string]string{
	"a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "s": "strikethrough", "strike": "strikethrough",
	"del": "strikethrough", "u": "underline", "ins": "underline", "tg-spoiler": "spoiler", "span": "spoiler", "tg-emoji": "custom_emoji",
	"tg-time": "date_time", "pre": "pre", "code": "code", "blockquote": "blockquote",
}

// parseError is what the real server says, in its own spelling.
type parseError string

func (e parseError) Error() string { return string(e) }

func parseErrorf(format string, args ...any) error { return parseError(fmt.Sprintf(format, args...)) }

// htmlParser reads HTML by the rules of tdlib/td's parse_html, with its errors:
// bytes, not characters, and offsets where the tag began.
type htmlParser struct {
	in    string
	at    int
	out   strings.Builder
	units int // UTF-16 units written
	open  []openTag
	found []Entity

	halves bool // half of a surrogate pair was written by number
}

type openTag struct {
	name, argument string
	offset         int
	start          int // in out
}

// ParseHTML reads a text with parse_mode HTML as the real server does and returns
// what a reader sees, or the server's error text without its prefix.
func ParseHTML(s string) (string, []Entity, error) {
	p := &htmlParser{in: s}
	for p.at < len(p.in) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}

	if n := len(p.open); n > 0 {
		return "", nil, parseErrorf("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}

	if p.halves {
		return "", nil, parseErrorf("Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units")
	}

	slices.SortStableFunc(p.found, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}

		return b.Length - a.Length
	})

	return p.out.String(), p.found, nil
}

func (p *htmlParser) step() error {
	switch c := p.in[p.at]; {
	case c == '&':
		if r, n := decodeEntity(p.in[p.at:]); n > 0 {
			p.at += n
			p.write(r)

			return nil
		}
	case c == '<' && p.byteAt(p.at+1) == '/':
		return p.endTag()
	case c == '<':
		return p.startTag()
	}

	r, n := utf8.DecodeRuneInString(p.in[p.at:])
	p.at += n
	p.write(r)

	return nil
}

func (p *htmlParser) write(r rune) {
	p.halves = p.halves || r >= 0xd800 && r < 0xe000
	p.out.WriteRune(r)

	p.units++
	if r > 0xffff {
		p.units++
	}
}

// byteAt is 0 behind the end, as in the original.
func (p *htmlParser) byteAt(i int) byte {
	if i < len(p.in) {
		return p.in[i]
	}

	return 0
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'
}

func (p *htmlParser) skipSpace() {
	for isSpace(p.byteAt(p.at)) {
		p.at++
	}
}

func (p *htmlParser) startTag() error {
	begin := p.at
	p.at++

	name := p.word("")
	if p.byteAt(p.at) == 0 {
		return parseErrorf("Unclosed start tag at byte offset %d", begin)
	}

	if _, ok := tags[name]; !ok {
		return parseErrorf("Unsupported start tag %q at byte offset %d", name, begin)
	}

	argument, err := p.attributes(name, begin)
	if err != nil {
		return err
	}

	if name == "span" && argument != "tg-spoiler" {
		return parseErrorf(`Tag "span" must have class "tg-spoiler" at byte offset %d`, begin)
	}

	if _, _, ok := readTime(argument); name == "tg-time" && !ok {
		return parseErrorf("telegramtest: a tg-time without a moment at byte offset %d", begin)
	}

	p.open = append(p.open, openTag{name, argument, p.units, p.out.Len()})

	return nil
}

// word reads up to a blank, ">" or one of stop, in lower case.
func (p *htmlParser) word(stop string) string {
	start := p.at
	for c := p.byteAt(p.at); c != 0 && c != '>' && !isSpace(c) && strings.IndexByte(stop, c) < 0; c = p.byteAt(p.at) {
		p.at++
	}

	return strings.ToLower(p.in[start:p.at])
}

// attributes reads up to and with ">" and returns the one that matters.
func (p *htmlParser) attributes(tag string, begin int) (argument string, err error) {
	for {
		p.skipSpace()

		switch p.byteAt(p.at) {
		case 0:
			return "", parseErrorf("Unclosed start tag at byte offset %d", begin)
		case '>':
			p.at++
			return argument, nil
		}

		name := p.word("=")
		if name == "" {
			return "", parseErrorf("Empty attribute name in the tag %q at byte offset %d", tag, begin)
		}

		p.skipSpace()

		if p.byteAt(p.at) != '=' {
			continue // without a value, as in <blockquote expandable>
		}

		p.at++
		p.skipSpace()

		if p.byteAt(p.at) == 0 {
			return "", parseErrorf("Unclosed start tag %q at byte offset %d", tag, begin)
		}

		value, err := p.value(begin)
		if err != nil {
			return "", err
		}

		switch {
		case tag == "tg-time":
			argument += name + "=" + value + " "
		case tag == "a" && name == "href", tag == "span" && name == "class",
			tag == "tg-emoji" && name == "emoji-id", tag == "code" && name == "class":
			argument = value
		}
	}
}

func (p *htmlParser) value(begin int) (string, error) {
	quote := p.byteAt(p.at)
	if quote != '"' && quote != '\'' {
		return p.bareValue()
	}

	p.at++

	var b strings.Builder

	for p.byteAt(p.at) != quote {
		if p.at >= len(p.in) {
			return "", parseErrorf("Unclosed start tag at byte offset %d", begin)
		}

		if r, n := decodeEntity(p.in[p.at:]); n > 0 {
			b.WriteRune(r)

			p.at += n

			continue
		}

		b.WriteByte(p.in[p.at])
		p.at++
	}

	p.at++
	if p.at >= len(p.in) {
		return "", parseErrorf("Unclosed start tag at byte offset %d", begin)
	}

	return b.String(), nil
}

func (p *htmlParser) bareValue() (string, error) {
	start := p.at
	for c := p.byteAt(p.at); isAlnum(c) || c == '.' || c == '-'; c = p.byteAt(p.at) {
		p.at++
	}

	if c := p.byteAt(p.at); !isSpace(c) && c != '>' {
		return "", parseErrorf("Unexpected end of name token at byte offset %d", start)
	}

	return strings.ToLower(p.in[start:p.at]), nil
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *htmlParser) endTag() error {
	begin := p.at
	if len(p.open) == 0 {
		return parseErrorf("Unexpected end tag at byte offset %d", begin)
	}

	p.at += 2
	name := p.word("")
	p.skipSpace()

	if p.byteAt(p.at) != '>' {
		return parseErrorf("Unclosed end tag at byte offset %d", begin)
	}

	p.at++

	top := p.open[len(p.open)-1]
	if name != "" && name != top.name {
		return parseErrorf(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, begin, top.name, name)
	}

	p.open = p.open[:len(p.open)-1]
	if p.units > top.offset {
		p.close(top)
	}

	return nil
}

// close turns a tag into its entity. A link to what is no address is dropped,
// as the real server does it: without a word.
func (p *htmlParser) close(t openTag) {
	e := Entity{Type: tags[t.name], Offset: t.offset, Length: p.units - t.offset}
	switch t.name {
	case "a":
		e.URL = t.argument
		if e.URL == "" {
			e.URL = p.out.String()[t.start:]
		}

		if !plausibleLink(e.URL) {
			return
		}
	case "tg-time":
		e.Unix, e.Format, _ = readTime(t.argument)
	case "code":
		e.Language, _ = strings.CutPrefix(t.argument, "language-")
	}

	p.found = append(p.found, e)
}

var timeFormat = regexp.MustCompile(`^(?:r|w?[dD]?[tT]?)$`)

// readTime reads the attributes of a tg-time; ok is false for what is no time.
func readTime(attributes string) (unix int64, format string, ok bool) {
	for a := range strings.FieldsSeq(attributes) {
		name, value, _ := strings.Cut(a, "=")
		switch name {
		case "unix":
			unix, _ = strconv.ParseInt(value, 10, 64)
		case "format":
			format = value
		}
	}

	return unix, format, unix > 0 && timeFormat.MatchString(format)
}

func plausibleLink(s string) bool {
	rest, ok := strings.CutPrefix(s, "http://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "https://")
	}

	if !ok {
		return strings.HasPrefix(s, "tg://") || strings.Contains(s, ".") && !strings.ContainsAny(s, " \n")
	}

	host, _, _ := strings.Cut(rest, "/")

	return host != "" && !strings.ContainsAny(rest, " \n")
}

// decodeEntity reads an entity at the start of s; n is 0 if there is none that
// the server knows: it then stays as it is.
func decodeEntity(s string) (r rune, n int) {
	if s == "" || s[0] != '&' {
		return 0, 0
	}

	end := 1

	if len(s) > 1 && s[1] == '#' {
		return decodeNumber(s)
	}

	for end < len(s) && isAlnum(s[end]) && s[end] > '9' {
		end++
	}

	switch s[1:end] {
	case "lt":
		r = '<'
	case "gt":
		r = '>'
	case "amp":
		r = '&'
	case "quot":
		r = '"'
	default:
		return 0, 0
	}

	if end < len(s) && s[end] == ';' {
		end++
	}

	return r, end
}

func decodeNumber(s string) (r rune, n int) {
	digits, base := s[2:], 10
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}

	end := 0
	for end < len(digits) && (base == 10 && digits[end] >= '0' && digits[end] <= '9' || base == 16 && strings.IndexByte("0123456789abcdefABCDEF", digits[end]) >= 0) {
		end++
	}

	v, err := strconv.ParseUint(digits[:end], base, 32)

	n = len(s) - len(digits) + end
	if err != nil || v == 0 || v >= 0x10ffff || n >= 10 {
		return 0, 0
	}

	if n < len(s) && s[n] == ';' {
		n++
	}

	return rune(v), n
}
