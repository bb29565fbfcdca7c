package render

import (
	"fmt"
	"strings"
	"time"

	"newsbell/adapters"
)

const (
	// A line of a digest has one link; the heading is bold.
	maxDigestLines = maxEntities - 1
	maxHeading     = 300
	// The longest age, so that Room does not depend on the time of day.
	longestAge = "30 Sep 2026"
	// The line "… and 4000000000 more: /news" and its line breaks.
	moreRoom = 48
)

// Room returns how many of the digest's first alerts fit one message, by its
// characters, its bytes and the links that it can have. At least one does.
func Room(d *adapters.Digest) int {
	var m markup
	writeHeading(&m, d)

	for i := range d.Alerts {
		writeLine(&m, &d.Alerts[i], longestAge)

		if i > 0 && (i >= maxDigestLines || m.runes+moreRoom > MaxText || m.html.Len()+moreRoom > maxRaw) {
			return i
		}
	}

	return len(d.Alerts)
}

func renderDigest(d *adapters.Digest, now time.Time) Part {
	n := Room(d)

	var m markup
	writeHeading(&m, d)

	for i := range d.Alerts[:n] {
		writeLine(&m, &d.Alerts[i], age(d.Alerts[i].Published, now))
	}

	if more := d.More + len(d.Alerts) - n; more > 0 {
		m.newline()
		m.newline()
		m.text(fmt.Sprintf(sayMoreNews, more))
	}

	return m.part()
}

func writeHeading(m *markup, d *adapters.Digest) {
	h := CutWords(OneLine(d.Heading), maxHeading)
	if d.Parts > 1 {
		h = strings.TrimSpace(fmt.Sprintf("%s (%d/%d)", h, d.Part, d.Parts))
	}

	if h != "" {
		m.styled("b", h)
		m.newline()
	}
}

// writeLine writes "• Title – Outlet · 5 min ago", the title linked.
func writeLine(m *markup, a *adapters.Alert, age string) {
	if m.runes > 0 {
		m.newline()
	}

	m.text("• ")
	m.link(title(a, maxDigestTitle), link(a))

	outlet := CutWords(OneLine(a.Outlet), maxDigestOutlet)
	if s := strings.Trim(outlet+" · "+age, " ·"); s != "" {
		m.text(" – " + s)
	}
}
