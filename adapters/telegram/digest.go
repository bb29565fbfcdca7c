package telegram

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

// Room says how many of the digest's first alerts fit one message: by the
// characters and by the bytes of it, and by the links that a message can have.
func (a *Adapter) Room(d *adapters.Digest) int { return room(d) }

func room(d *adapters.Digest) int {
	var m markup
	heading(&m, d)

	for i := range d.Alerts {
		line(&m, &d.Alerts[i], longestAge)

		if i > 0 && (i >= maxDigestLines || m.runes+moreRoom > maxText || m.html.Len()+moreRoom > maxRaw) {
			return i
		}
	}

	return len(d.Alerts)
}

func renderDigest(d *adapters.Digest, now time.Time) part {
	n := room(d)

	var m markup
	heading(&m, d)

	for i := range d.Alerts[:n] {
		line(&m, &d.Alerts[i], age(d.Alerts[i].Published, now))
	}

	if more := d.More + len(d.Alerts) - n; more > 0 {
		m.newline()
		m.newline()
		m.text(fmt.Sprintf(sayMoreNews, more))
	}

	return m.part()
}

func heading(m *markup, d *adapters.Digest) {
	h := cutWords(oneLine(d.Heading), maxHeading)
	if d.Parts > 1 {
		h = strings.TrimSpace(fmt.Sprintf("%s (%d/%d)", h, d.Part, d.Parts))
	}

	if h != "" {
		m.styled("b", h)
		m.newline()
	}
}

// line is "• Title – Outlet · 5 min ago", the title linked.
func line(m *markup, a *adapters.Alert, age string) {
	if m.runes > 0 {
		m.newline()
	}

	m.text("• ")
	m.link(titleOf(a, maxDigestTitle), linkOf(a))

	outlet := cutWords(oneLine(a.Outlet), maxDigestOutlet)
	if s := strings.Trim(outlet+" · "+age, " ·"); s != "" {
		m.text(" – " + s)
	}
}
