package discord

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Discord reads markup in message content, embed titles, descriptions and
// fields. Text from outside is escaped so that it reads as it stood: it cannot
// format, mention, link or quote. (That it cannot ping is the business of
// allowed_mentions, which every message carries.)

var (
	bareLink  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)https?://[^\s<>]+`) })
	scheme    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)https?://`) })
	listStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d+)[.)](\s|$)`) })
	lineStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(#{1,3}|-#|[-+])(\s|$)`) })
	loudName  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`@(everyone|here)`) })
)

// newsText makes text of an outlet fit for a line: one line, no control
// characters, and no addresses that Discord would turn into links, for an alert
// links to its article once.
func newsText(s string) string {
	return scheme().ReplaceAllString(oneLine(stripControls(s)), "")
}

// stripControls drops characters that show nothing and could hide or turn round what
// follows: controls other than the newline, and the overrides of direction.
func stripControls(s string) string {
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

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// escape makes every character of s stand for itself. Bare links are left as
// they are, for Discord reads no markup in them.
func escape(s string) string {
	lines := strings.Split(stripControls(s), "\n")
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
// start reports whether s begins its line.
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

// escapedLen is at least the length of one rune after escaping, away from a line's
// start.
func escapedLen(r rune) int {
	if r < 0x80 && strings.IndexByte("\\*_~`|<>[", byte(r)) >= 0 {
		return 2
	}

	return runeUnits(r)
}

// escapeTo escapes s and keeps the result within n units, cutting the text and
// never an escape in two.
func escapeTo(s string, n int) string {
	s = stripControls(s)
	if utf16Len(s) <= n { // escaping only adds
		if out := escape(s); utf16Len(out) <= n {
			return out
		}
	}
	// What a line's start and a loud name add is bounded by 2 in all that is cut
	// to one line; a text of many lines asks again with less.
	for room := n - 2; room > 0; room -= 16 {
		if out := escape(truncateBy(s, room, escapedLen)); utf16Len(out) <= n {
			return out
		}
	}

	return ""
}

// maskedLink is text that is a link. Brackets would end it early, so they are round
// here.
func maskedLink(text, address string, n int) string {
	text = strings.NewReplacer("[", "(", "]", ")").Replace(text)
	return "[" + escapeTo(text, n) + "](" + linkTarget(address) + ")"
}

// linkTarget is the address as it stands in a Markdown link. One level of round
// brackets is read as part of it; anything else that would end it is encoded.
func linkTarget(address string) string {
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

// codeSpan is a span to be typed or copied.
func codeSpan(s string) string {
	s = oneLine(stripControls(s))
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

// codeBlock is a block of fixed width.
func codeBlock(lines []string) string {
	body := strings.ReplaceAll(stripControls(strings.Join(lines, "\n")), "```", "`\u200b`\u200b`")
	return "```\n" + body + "\n```"
}
