package terminal

import (
	"fmt"
	"strings"
	"time"

	"newsbell/adapters"
)

// What stands before an alert, and before the lines below its first. A bell is two
// columns wide.
const (
	bell   = "🔔 "
	indent = "   "
)

// message writes a message without its buttons, ending with a line break.
func (s style) message(m *adapters.Message) string {
	switch {
	case m.Alert != nil:
		return s.alert(m.In(), m.Alert)
	case m.Digest != nil:
		return s.digest(m.In(), m.Digest)
	default:
		return s.text(m.Text)
	}
}

func (s style) alert(w adapters.Words, a *adapters.Alert) string {
	var b strings.Builder

	inner := s.width - columnWidth(indent)

	b.WriteString(s.opening(a.Opening))

	for i, line := range wrapText(stripControls(a.Title), inner) {
		if i == 0 {
			b.WriteString(bell)
		} else {
			b.WriteString(indent)
		}

		b.WriteString(s.paint(bold, line) + "\n")
	}

	b.WriteString(indent + s.paint(green, renderByline(w, a)) + "\n")

	for _, line := range wrapText(stripControls(adapters.Text{a.Note}.String()), inner) {
		b.WriteString(indent + line + "\n")
	}

	for _, line := range wrapText(stripControls(a.Summary), inner) {
		b.WriteString(indent + line + "\n")
	}

	for _, line := range wrapText(stripControls(renderReason(w, a)), inner) {
		b.WriteString(indent + s.paint(dim, line) + "\n")
	}

	if a.URL != "" {
		b.WriteString(indent + s.paint(cyan, a.URL) + "\n")
	}

	for _, f := range a.Follows {
		b.WriteString(indent + s.paint(dim, fmt.Sprintf("#%d %s", f.Number, f.Name())) + "\n")
	}

	return b.String()
}

// renderReason is "matched drone · also in Gazette".
func renderReason(w adapters.Words, a *adapters.Alert) string {
	var parts []string
	if len(a.Matched) > 0 {
		parts = append(parts, w.Say("alert.matched_words", "words", strings.Join(a.MatchedWords(), ", ")))
	}

	if len(a.Also) > 0 {
		parts = append(parts, w.Say("alert.also_outlets", "outlets", stripControls(a.AlsoText())))
	}

	return strings.Join(parts, " · ")
}

// update returns what an edited alert has that it had not: another outlet's words, and who else tells the
// story, each with a link.
func (s style) update(w adapters.Words, a *adapters.Alert) string {
	var b strings.Builder

	b.WriteString(s.paint(bold, "↻ "+stripControls(a.Title)) + "\n")

	if note := (adapters.Text{a.Note}).String(); note != "" {
		b.WriteString(indent + stripControls(note) + "\n")
	}

	if a.Retold {
		for _, line := range wrapText(stripControls(a.Summary), s.width-columnWidth(indent)) {
			b.WriteString(indent + line + "\n")
		}
	}

	for _, other := range a.Also {
		b.WriteString(indent + w.Say("alert.also_outlets", "outlets", stripControls(other.Outlet)) + ": " + s.paint(cyan, other.URL) + "\n")
	}

	if a.AlsoMore > 0 {
		b.WriteString(indent + w.Say("alert.more_outlets", "n", a.AlsoMore) + "\n")
	}

	return b.String()
}

// renderByline is "UPI · 5 min ago".
func renderByline(w adapters.Words, a *adapters.Alert) string {
	parts := make([]string, 0, 2)
	if a.Outlet != "" {
		parts = append(parts, stripControls(a.Outlet))
	}

	if !a.Published.IsZero() {
		parts = append(parts, w.Ago(time.Since(a.Published)))
	}

	return strings.Join(parts, " · ")
}

// opening returns the line before an alert or a digest.
func (s style) opening(line string) string {
	var b strings.Builder
	for _, part := range wrapText(stripControls(line), s.width) {
		b.WriteString(part + "\n")
	}

	return b.String()
}

func (s style) digest(w adapters.Words, d *adapters.Digest) string {
	var b strings.Builder

	b.WriteString(s.opening(d.Opening))

	heading := bell + d.Heading
	if d.Parts > 1 {
		heading = w.Say("alert.part", "heading", heading, "part", d.Part, "parts", d.Parts)
	}

	b.WriteString(s.paint(bold, heading) + "\n")

	if d.Intro != "" {
		for line := range strings.SplitSeq(d.Intro, "\n") {
			b.WriteString(indent + stripControls(line) + "\n")
		}
	}

	for i := range d.Alerts {
		a := &d.Alerts[i]
		if group := d.Group(i); group != "" {
			b.WriteString(indent + s.paint(bold, stripControls(group)) + "\n")
		}

		b.WriteString(indent + stripControls(a.Title) + " " + s.paint(green, renderByline(w, a)) + "\n")
		b.WriteString(indent + s.paint(cyan, a.URL) + "\n")
	}

	if d.More > 0 {
		b.WriteString(s.paint(dim, indent+w.Say("alert.more", "n", d.More)) + "\n")
	}

	return b.String()
}

func (s style) text(t adapters.Text) string {
	var b strings.Builder

	for _, line := range t {
		for _, row := range s.wrapLine(line) {
			for _, p := range row {
				b.WriteString(s.paint(p.code, p.text))
			}

			b.WriteByte('\n')
		}
	}

	return b.String()
}

// painted is text with its style's code, "" for none.
type painted struct {
	text string
	code string
}

// wrapLine turns a line into rows. Lines of fixed width stay as they are, and so
// does every line where texts are not wrapped.
func (s style) wrapLine(line adapters.Line) [][]painted {
	var whole []painted

	fixed := false

	for _, span := range line {
		fixed = fixed || span.Style == adapters.StylePre
		whole = append(whole, paintedSpans(span)...)
	}

	if fixed || !s.wrapText {
		return [][]painted{whole}
	}

	return wrapPainted(whole, s.width)
}

// paintedSpans returns a span, and its address if that says more than the text.
func paintedSpans(span adapters.Span) []painted {
	switch {
	case span.URL != "" && span.URL != span.Text:
		return []painted{{span.Text + " ", ""}, {span.URL, cyan}}
	case span.URL != "":
		return []painted{{span.Text, cyan}}
	}

	switch span.Style {
	case adapters.StyleBold:
		return []painted{{span.Text, bold}}
	case adapters.StyleCode:
		return []painted{{span.Text, cyan}}
	case adapters.StyleDim:
		return []painted{{span.Text, dim}}
	default:
		return []painted{{span.Text, ""}}
	}
}
