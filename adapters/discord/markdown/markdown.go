// Package markdown writes text for Discord, which reads markup in message content, embed titles,
// descriptions and fields. Text from outside is escaped so that it reads as it stood: it cannot
// format, mention, link or quote. (That it cannot ping is the business of allowed_mentions, which
// every message carries.) Lengths are in UTF-16 units.
package markdown

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

var (
	bareLink  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)https?://[^\s<>]+`) })
	scheme    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)https?://`) })
	listStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d+)[.)](\s|$)`) })
	lineStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(#{1,3}|-#|[-+])(\s|$)`) })
	loudName  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`@(everyone|here)`) })
)

// PlainLine makes text of an outlet fit for a line: one line, no control
// characters, and no addresses that Discord would turn into links, for an alert
// links to its article once.
func PlainLine(s string) string { return WithoutSchemes(OneLine(StripControls(s))) }

// WithoutSchemes returns s without what makes its addresses links.
func WithoutSchemes(s string) string { return scheme().ReplaceAllString(s, "") }

// StripControls drops characters that show nothing and could hide or turn round what
// follows: controls other than the newline, and the overrides of direction.
func StripControls(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r == '\u2066', r == '\u2067', r == '\ufeff', r == '\u200b':
			return -1
		case r == unicode.ReplacementChar:
			return '?'
		}

		return r
	}, strings.ToValidUTF8(s, "?"))
}

// OneLine returns s with each run of white space as one space.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Escape returns s so that every character of it stands for itself. Bare links are left
// as they are, for Discord reads no markup in them.
func Escape(s string) string {
	lines := strings.Split(StripControls(s), "\n")
	for i, line := range lines {
		lines[i] = escapeLine(line)
	}

	return strings.Join(lines, "\n")
}

func escapeLine(line string) string {
	var b strings.Builder

	for {
		at := bareLink().FindStringIndex(line)
		if at == nil {
			break
		}

		b.WriteString(escapeWords(line[:at[0]], b.Len() == 0))
		b.WriteString(line[at[0]:at[1]])
		line = line[at[1]:]
	}

	b.WriteString(escapeWords(line, b.Len() == 0))

	return b.String()
}

// escapeWords escapes what would be read as markup where it stands, and leaves
// the rest as it is: a title's " | ", "[Video]" or "snake_case" needs nothing.
// start says that s begins its line.
func escapeWords(s string, start bool) string {
	s = loudName().ReplaceAllString(s, "@\u200b$1")

	var b strings.Builder

	if start {
		body := strings.TrimLeft(s, " ")
		b.WriteString(s[:len(s)-len(body)])

		if m := listStart().FindStringSubmatch(body); m != nil {
			b.WriteString(m[1] + `\`) // Discord would count the lines anew
			body = body[len(m[1]):]
		} else if lineStart().MatchString(body) {
			b.WriteByte('\\')
		}

		s = body
	}

	masks := strings.Contains(s, "](")
	before := ' '

	for i, r := range s {
		after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if isMarkup(before, r, after, masks) {
			b.WriteByte('\\')
		}

		b.WriteRune(r)
		before = r
	}

	return b.String()
}

// isMarkup reports whether r is read as markup between its neighbours; masks says that
// there is a masked link in the line.
func isMarkup(before, r, after rune, masks bool) bool {
	switch r {
	case '\\', '*', '`', '<', '>':
		return true
	case '|', '~':
		return before == r || after == r
	case '_':
		return !isWordRune(before) || !isWordRune(after)
	case '[':
		return masks
	}

	return false
}

func isWordRune(r rune) bool { return r != '_' && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// escapedLen returns at least the length of one rune after escaping, away from the start of
// a line.
func escapedLen(r rune) int {
	if r < 0x80 && strings.IndexByte("\\*_~`|<>[", byte(r)) >= 0 {
		return 2
	}

	return runeLen(r)
}

// EscapeTo returns s escaped, in at most n units: the text is cut, never an escape in two.
func EscapeTo(s string, n int) string {
	s = StripControls(s)
	if Len(s) <= n { // escaping only adds
		if out := Escape(s); Len(out) <= n {
			return out
		}
	}
	// What a line's start and a loud name add is bounded by 2 in all that is cut
	// to one line; a text of many lines asks again with less.
	for room := n - 2; room > 0; room -= 16 {
		if out := Escape(truncateBy(s, room, escapedLen)); Len(out) <= n {
			return out
		}
	}

	return ""
}

// Link returns a link whose text takes at most n units. Brackets would end it early, so they
// become round ones.
func Link(text, address string, n int) string {
	text = strings.NewReplacer("[", "(", "]", ")").Replace(text)
	return "[" + EscapeTo(text, n) + "](" + LinkTarget(address) + ")"
}

// LinkTarget returns an address as it stands in a Markdown link. One level of round
// brackets is read as part of it; anything else that would end it is encoded.
func LinkTarget(address string) string {
	r := strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", "\\", "%5C", "\n", "", "\r", "", "\t", "")
	address = r.Replace(address)
	depth := 0

	for _, c := range address {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}

		if depth < 0 || depth > 1 {
			depth = -1
			break
		}
	}

	if depth != 0 {
		address = strings.NewReplacer("(", "%28", ")", "%29").Replace(address)
	}

	return address
}

// Code returns a span of fixed width, to be typed or copied.
func Code(s string) string {
	s = OneLine(StripControls(s))
	switch {
	case s == "":
		return ""
	case !strings.Contains(s, "`"):
		return "`" + s + "`"
	case !strings.Contains(s, "``"):
		return "`` " + s + " ``"
	}

	return "`" + strings.ReplaceAll(s, "`", "'") + "`"
}

// CodeBlock returns a block of fixed width.
func CodeBlock(lines []string) string {
	body := strings.ReplaceAll(StripControls(strings.Join(lines, "\n")), "```", "`\u200b`\u200b`")
	return "```\n" + body + "\n```"
}

// Unescape undoes Escape, where no markup is read.
func Unescape(s string) string {
	var b strings.Builder

	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && s[i+1] < 0x80 {
			i++
		}

		b.WriteByte(s[i])
	}

	return strings.ReplaceAll(b.String(), "\u200b", "")
}
