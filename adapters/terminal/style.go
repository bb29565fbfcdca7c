package terminal

import "strings"

// style is how messages look on one terminal.
type style struct {
	color    bool
	width    int  // columns to wrap at
	wrapText bool // wrap texts too, not only alerts
}

// ANSI styles, https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
const (
	bold  = "1"
	dim   = "2"
	green = "32"
	cyan  = "36"
)

// paint puts a text in a style, "" for none. What comes from outside cannot carry escapes of its own.
func (s style) paint(code, text string) string {
	text = stripControls(text)
	if !s.color || code == "" || text == "" {
		return text
	}

	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// stripControls drops control characters: a headline must not move the cursor.
func stripControls(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return -1
		}

		return r
	}, s)
}
