package render

import (
	"strings"
	"time"

	"newsbell/adapters"
)

const (
	// A line of a digest has one link; the heading is bold.
	maxDigestLines = maxEntities - 1
	// With more lines than this, ages that stay true would take the links' place.
	maxLiveLines = maxDigestLines / 2
	maxHeading   = 300
	// The longest age, so that Room does not depend on the time of day.
	longestAge = "30 Sep 2026"
	// The line "… and 4000000000 more" and its line breaks.
	moreRoom = 48
	// The tag around an age, in bytes.
	momentRoom = 64
	// A longer address would leave no room for other lines.
	maxDigestURL = 4096
)

// Room returns how many of the digest's first alerts fit one message, by its
// characters, its bytes and the links that it can have. At least one does.
func (r Renderer) Room(d *adapters.Digest) int {
	m := r.markup(time.Time{})
	writeHeading(m, d)

	raw := moreRoom

	for i := range d.Alerts {
		writeLine(m, &d.Alerts[i], longestAge, false)

		if !r.NoNewTags && i < maxLiveLines {
			raw += momentRoom
		}

		if i > 0 && (i >= maxDigestLines || m.runes+moreRoom > MaxText || m.html.Len()+raw > r.maxRaw()) {
			return i
		}
	}

	return len(d.Alerts)
}

func (r Renderer) renderDigest(d *adapters.Digest, now time.Time) Part {
	n := r.Room(d)
	m := r.markup(now)
	writeHeading(m, d)

	for i := range d.Alerts[:n] {
		a := &d.Alerts[i]
		writeLine(m, a, age(m.words, a.Published, now), n <= maxLiveLines)
	}

	if more := d.More + len(d.Alerts) - n; more > 0 {
		m.newline()
		m.newline()
		m.text(m.words.Say("alert.more_lines", "n", more))
	}

	return m.part()
}

func writeHeading(m *markup, d *adapters.Digest) {
	h := CutWords(OneLine(d.Heading), maxHeading)
	if d.Parts > 1 {
		h = strings.TrimSpace(m.words.Say("alert.part_short", "heading", h, "part", d.Part, "parts", d.Parts))
	}

	if h != "" {
		m.styled("b", h)
		m.newline()
	}
}

// writeLine writes "• Title – Outlet · 5 min ago", the title linked.
func writeLine(m *markup, a *adapters.Alert, age string, live bool) {
	if m.runes > 0 {
		m.newline()
	}

	m.text("• ")
	m.link(title(m.words, a, maxDigestTitle), shortLink(a.URL, maxDigestURL))

	if outlet := CutWords(OneLine(a.Outlet), maxDigestOutlet); outlet+age != "" {
		m.text(" – ")
		m.writeByline(outlet, age, a, live)
	}
}
