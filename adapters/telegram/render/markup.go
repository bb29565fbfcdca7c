package render

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
)

// Limits of one message, from the Bot API's page and tdlib/td.
const (
	MaxText     = 4096  // code points, after the markup is parsed
	maxRaw      = 32768 // bytes, before
	maxEntities = 100   // what is styled or linked beyond that loses its style
)

// markup is a message being written: its HTML, and the plain text that is sent
// should the server not be able to read the HTML.
type markup struct {
	now     time.Time // from which ages are counted
	noTimes bool
	words   adapters.Words

	html     strings.Builder
	plain    strings.Builder
	runes    int
	entities int
}

func (m *markup) text(s string) {
	s = stripControls(s)
	m.html.WriteString(escape(s))
	m.plain.WriteString(s)
	m.runes += utf8.RuneCountInString(s)
}

// styled writes s inside a tag, or without it once the server would drop the tag.
func (m *markup) styled(tag, s string) {
	if s == "" {
		return
	}

	if m.entities >= maxEntities {
		m.text(s)
		return
	}

	m.entities++
	m.html.WriteString("<" + tag + ">")
	m.text(s)
	m.html.WriteString("</" + tag + ">")
}

// quote writes a paragraph of somebody else's words, which the app folds if it is long.
func (m *markup) quote(s string) {
	if m.entities >= maxEntities || !isVisible(s) {
		m.text(s)
		return
	}

	open := "<blockquote>"
	if utf8.RuneCountInString(s) > foldAfter {
		open = "<blockquote expandable>"
	}

	m.entities++
	m.html.WriteString(open)
	m.text(s)
	m.html.WriteString("</blockquote>")
}

// link writes s as a link. The plain form keeps the address, once.
func (m *markup) link(s, url string) { m.linkHighlighted(s, url, nil) }

// linkHighlighted is link with words that stand out.
func (m *markup) linkHighlighted(s, url string, words []string) {
	url = strings.TrimSpace(stripControls(url))
	if url == "" || m.entities >= maxEntities {
		m.highlighted(s, "u", words)
		return
	}

	m.entities++
	m.html.WriteString(`<a href="` + escape(url) + `">`)
	m.highlighted(s, "u", words)
	m.html.WriteString("</a>")
	m.plain.WriteString(" " + url)
}

// moment writes s as a moment that the app shows in the reader's own language and
// zone; the format is Telegram's.
func (m *markup) moment(t time.Time, format, s string) {
	if m.noTimes || m.entities >= maxEntities || t.Unix() <= 0 {
		m.text(s)
		return
	}

	m.entities++
	m.html.WriteString(`<tg-time unix="` + strconv.FormatInt(t.Unix(), 10) + `" format="` + format + `">`)
	m.text(s)
	m.html.WriteString("</tg-time>")
}

// bold opens and closes bold around what f writes.
func (m *markup) bold(f func()) {
	m.entities++
	m.html.WriteString("<b>")
	f()
	m.html.WriteString("</b>")
}

// append adds what another markup holds.
func (m *markup) append(o *markup) {
	m.html.WriteString(o.html.String())
	m.plain.WriteString(o.plain.String())
	m.runes += o.runes
	m.entities += o.entities
}

func (m *markup) newline() {
	m.html.WriteByte('\n')
	m.plain.WriteByte('\n')
	m.runes++
}

// escape makes s safe as text and inside a quoted attribute. The server knows
// exactly these four names.
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// stripControls drops what the server would refuse (bytes that are not UTF-8) or eat
// (control characters, marks that turn the reading direction).
func stripControls(s string) string {
	if strings.IndexFunc(s, isUnprintable) < 0 && utf8.ValidString(s) {
		return s
	}

	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\u2028', r == '\u2029', r == '\t':
			return ' '
		case isUnprintable(r):
			return -1
		}

		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

func isUnprintable(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r == '\u2028' || r == '\u2029')
}

// OneLine returns s without line breaks, doubled blanks, and what the server would
// refuse or eat.
func OneLine(s string) string { return strings.Join(strings.Fields(stripControls(s)), " ") }

// isVisible reports whether a reader sees anything of s; the server refuses a text
// in which there is nothing to see.
func isVisible(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) }) >= 0
}
