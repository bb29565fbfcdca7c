package render

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
)

// maxTextEntities leaves the server's limit some air for blocks of Pre.
const maxTextEntities = maxEntities - 5

// renderText writes a text, broken between lines into as many parts as it
// needs; a line that is longer than a message is broken at a sentence end.
func (r Renderer) renderText(t adapters.Text, now time.Time) []Part {
	var parts []Part

	m := r.markup(now)

	flush := func() {
		if isVisible(m.plain.String()) {
			parts = append(parts, m.part())
		}

		m = r.markup(now)
	}

	for _, block := range groupLines(t, r.pieces()) {
		b := r.markup(now)
		block.write(b)

		fits := m.runes+b.runes+1 <= MaxText && m.html.Len()+b.html.Len()+1 <= r.maxRaw() && m.entities+b.entities <= maxTextEntities
		if !fits {
			flush()
		}

		if m.html.Len() > 0 {
			m.newline()
		}

		block.write(m)
	}

	flush()

	return parts
}

// block is what stays together: a line, or adjoining lines of fixed width.
type block struct {
	line adapters.Line
	pre  []string
}

func (b block) write(m *markup) {
	if len(b.pre) > 0 {
		m.styled("pre", strings.Join(b.pre, "\n"))
		return
	}

	for _, s := range b.line {
		writeSpan(m, s)
	}
}

func writeSpan(m *markup, s adapters.Span) {
	text := strings.ReplaceAll(s.Text, "\n", " ")
	if s.URL != "" {
		if strings.TrimSpace(text) == "" {
			text = s.URL
		}

		if s.Style == adapters.StyleBold {
			m.bold(func() { m.link(text, s.URL) })
			return
		}

		m.link(text, s.URL)

		return
	}

	if !s.Time.IsZero() {
		format := momentFormat(s.Time, m.now)
		if s.Style == adapters.StyleClock {
			format = "dt"
		}

		m.moment(s.Time, format, text)

		return
	}

	switch s.Style {
	case adapters.StyleBold:
		m.styled("b", text)
	case adapters.StyleCode, adapters.StylePre:
		m.styled("code", text)
	case adapters.StyleDim:
		m.styled("i", text)
	case adapters.StyleQuote:
		m.quote(text)
	default:
		m.text(text)
	}
}

// momentFormat shows what is past by its age, the next day by its time, and what is
// later with the date.
func momentFormat(t, now time.Time) string {
	switch {
	case t.Before(now):
		return "r"
	case t.Sub(now) < 24*time.Hour:
		return "t"
	}

	return "Dt"
}

// groupLines groups the lines of a text into what stays together, each small
// enough for one message.
func groupLines(t adapters.Text, size pieces) []block {
	var out []block

	for _, l := range t {
		if s, ok := preLine(l); ok {
			out = addPre(out, s, size.runes)
			continue
		}

		for _, piece := range breakLine(l, size) {
			out = append(out, block{line: piece})
		}
	}

	return out
}

// addPre puts a line of Pre into the block before it, if that is one and has room.
func addPre(out []block, s string, limit int) []block {
	for s != "" {
		line := firstRunes(s, limit)
		s = s[len(line):]

		last := len(out) - 1
		if last >= 0 && len(out[last].pre) > 0 && preSize(out[last].pre)+utf8.RuneCountInString(line) < limit {
			out[last].pre = append(out[last].pre, line)
		} else {
			out = append(out, block{pre: []string{line}})
		}
	}

	return out
}

// preLine returns the text of a line that is all Pre.
func preLine(l adapters.Line) (string, bool) {
	var b strings.Builder

	for _, s := range l {
		if s.Style != adapters.StylePre || s.URL != "" {
			return "", false
		}

		b.WriteString(s.Text)
	}

	return stripControls(b.String()), b.Len() > 0
}

func preSize(lines []string) int {
	n := 0
	for _, l := range lines {
		n += utf8.RuneCountInString(l) + 1
	}

	return n
}

// pieces is how large a block may be: its text in code points and the HTML of its
// links in bytes. With up to six bytes of HTML for each code point a block stays
// within a message.
type pieces struct {
	runes int
	links int
}

func (r Renderer) pieces() pieces {
	if r.CountsRaw {
		return pieces{runes: 400, links: 1200}
	}

	return pieces{runes: 3500, links: 4096}
}

// maxRawPiece bounds what is sent without markup, in code points, to a server that
// counts bytes, of which a code point may have six.
const maxRawPiece = MaxText / 6

// breakLine breaks a line that is longer than a message, within its spans.
func breakLine(l adapters.Line, size pieces) []adapters.Line {
	var (
		out []adapters.Line
		cur adapters.Line
	)

	used, links := 0, 0

	for _, s := range l {
		s.Text = stripControls(s.Text)

		url := len(escape(s.URL))
		if url > size.links {
			url = 0
			s.Text, s.URL = strings.TrimSpace(s.Text+" "+s.URL), ""
		}

		for {
			n := utf8.RuneCountInString(s.Text)
			if used+n <= size.runes && links+url <= size.links && len(cur) < maxTextEntities {
				cur = append(cur, s)
				used += n
				links += url

				break
			}

			if n > size.runes && used < size.runes/2 && s.URL == "" {
				head := breakText(s.Text, size.runes-used)
				piece := s
				piece.Text, s.Text = head, strings.TrimLeftFunc(s.Text[len(head):], unicode.IsSpace)
				cur = append(cur, piece)
			} else if n > size.runes && s.URL != "" {
				s.Text, s.URL, url = s.Text+" "+s.URL, "", 0 // no article's title is this long
				continue
			}

			out = append(out, cur)
			cur, used, links = nil, 0, 0
		}
	}

	return append(out, cur)
}

// breakText returns the longest start of s within n code points that ends at a
// sentence, else at a blank, else anywhere.
func breakText(s string, n int) string {
	head := firstRunes(s, n)
	if i := lastSentenceEnd(head); i > len(head)/3 {
		return head[:i]
	}

	if i := strings.LastIndexFunc(head, unicode.IsSpace); i > len(head)/2 {
		return head[:i]
	}

	return head
}
