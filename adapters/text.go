package adapters

import (
	"strings"
	"time"
)

// Text is lines of styled spans. An adapter decides how a style looks, and escapes
// every character that its platform would read as markup.
type Text []Line

// Line is one line. A line without spans is a blank one.
type Line []Span

// Style is how a span stands out.
type Style int

// The styles.
const (
	StylePlain Style = iota
	StyleBold
	StyleCode  // to be typed or copied as it is
	StylePre   // a line of fixed width, such as a caret below a query; adjoining lines form one block
	StyleDim   // secondary: it may look fainter
	StyleQuote // all of a line: a paragraph of somebody else's words, which may be folded
	StyleClock // of a moment: its day and time of day, and not its age
)

// Span is a run of text in one style.
type Span struct {
	Text   string
	Style  Style
	URL    string    // a link, if set
	Time   time.Time // if set, a platform that can shows this moment in the reader's own zone
	Person string    // the id of a person; a platform that knows it shows the name, and pings nobody
	Role   string    // the id of a role; a platform that knows it shows its name, and pings nobody
}

// Say returns a text of plain lines; one that holds line breaks is several.
func Say(lines ...string) Text {
	t := make(Text, 0, len(lines))

	for _, several := range lines {
		for s := range strings.SplitSeq(several, "\n") {
			if s == "" {
				t = append(t, nil)
				continue
			}

			t = append(t, Line{{Text: s}})
		}
	}

	return t
}

// Plain returns a span in the style of the text around it.
func Plain(s string) Span { return Span{Text: s} }

// Bold returns a span that stands out.
func Bold(s string) Span { return Span{Text: s, Style: StyleBold} }

// Code returns a span that people type or copy as it is.
func Code(s string) Span { return Span{Text: s, Style: StyleCode} }

// Link returns a span that opens url.
func Link(s, url string) Span { return Span{Text: s, URL: url} }

// String returns the text without its styles. Links keep their address, once.
func (t Text) String() string {
	var b strings.Builder

	for i, line := range t {
		if i > 0 {
			b.WriteByte('\n')
		}

		for _, s := range line {
			b.WriteString(s.Text)

			if s.URL != "" && s.URL != s.Text {
				b.WriteString(" <" + s.URL + ">")
			}
		}
	}

	return b.String()
}
