package terminal

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
)

// look is how messages stand in a terminal.
type look struct {
	color bool
	width int // columns
}

// ANSI styles, https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
const (
	bold  = "1"
	dim   = "2"
	green = "32"
	cyan  = "36"
)

// style puts s in a style; what comes from outside cannot carry escapes of its own.
func (l look) style(code, s string) string {
	s = safe(s)
	if !l.color || s == "" {
		return s
	}

	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// safe drops control characters: a headline must not move the cursor.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return -1
		}

		return r
	}, s)
}

func (l look) message(m *adapters.Message) string {
	switch {
	case m.Alert != nil:
		return l.alert(m.Alert)
	case m.Digest != nil:
		return l.digest(m.Digest)
	default:
		return l.text(m.Text)
	}
}

func (l look) alert(a *adapters.Alert) string {
	var b strings.Builder

	for i, line := range wrap(safe(a.Title), l.width-3) {
		if i == 0 {
			b.WriteString("🔔 ")
		} else {
			b.WriteString("   ")
		}

		b.WriteString(l.style(bold, line) + "\n")
	}

	b.WriteString("   " + l.style(green, outletAndAge(a)) + "\n")

	for _, line := range wrap(safe(a.Summary), l.width-3) {
		b.WriteString("   " + line + "\n")
	}

	var why []string
	if len(a.Matched) > 0 {
		why = append(why, "matched "+strings.Join(a.Matched, ", "))
	}

	if len(a.Also) > 0 {
		why = append(why, "also in "+strings.Join(a.Also, ", "))
	}

	for _, line := range wrap(safe(strings.Join(why, " · ")), l.width-3) {
		b.WriteString("   " + l.style(dim, line) + "\n")
	}

	if a.URL != "" {
		b.WriteString("   " + l.style(cyan, a.URL) + "\n")
	}

	for _, f := range a.Follows {
		b.WriteString("   " + l.style(dim, fmt.Sprintf("#%d %s", f.Number, f.Query)) + "\n")
	}

	return b.String()
}

func outletAndAge(a *adapters.Alert) string {
	parts := make([]string, 0, 2)
	if a.Outlet != "" {
		parts = append(parts, safe(a.Outlet))
	}

	if !a.Published.IsZero() {
		parts = append(parts, adapters.Ago(time.Since(a.Published)))
	}

	return strings.Join(parts, " · ")
}

func (l look) digest(d *adapters.Digest) string {
	var b strings.Builder

	heading := "🔔 " + d.Heading
	if d.Parts > 1 {
		heading += fmt.Sprintf(" (%d of %d)", d.Part, d.Parts)
	}

	b.WriteString(l.style(bold, heading) + "\n")

	for i := range d.Alerts {
		a := &d.Alerts[i]
		b.WriteString("   " + safe(a.Title) + " " + l.style(green, outletAndAge(a)) + "\n")
		b.WriteString("   " + l.style(cyan, a.URL) + "\n")
	}

	if d.More > 0 {
		b.WriteString(l.style(dim, fmt.Sprintf("   %d more: /news", d.More)) + "\n")
	}

	return b.String()
}

func (l look) text(t adapters.Text) string {
	var b strings.Builder

	for _, line := range t {
		var plain strings.Builder

		for _, s := range line {
			text := s.Text
			switch {
			case s.URL != "" && s.URL != s.Text:
				plain.WriteString(safe(text) + " " + l.style(cyan, s.URL))
				continue
			case s.URL != "":
				plain.WriteString(l.style(cyan, text))
				continue
			}

			switch s.Style {
			case adapters.StyleBold:
				plain.WriteString(l.style(bold, text))
			case adapters.StyleCode:
				plain.WriteString(l.style(cyan, text))
			case adapters.StyleDim:
				plain.WriteString(l.style(dim, text))
			default:
				plain.WriteString(safe(text))
			}
		}

		b.WriteString(plain.String() + "\n")
	}

	return b.String()
}

// buttons shows what can be pressed by typing its number.
func (l look) buttons(buttons []adapters.Button) string {
	if len(buttons) == 0 {
		return ""
	}

	labels := make([]string, len(buttons))
	for i, b := range buttons {
		labels[i] = l.style(cyan, fmt.Sprintf("[%d]", i+1)) + " " + safe(b.Label)
	}

	return strings.Join(labels, "  ") + "\n"
}

// wrap breaks a text at spaces; a longer word stays whole.
func wrap(s string, width int) []string {
	var lines []string

	line := ""

	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}

	if line != "" {
		lines = append(lines, line)
	}

	return lines
}
