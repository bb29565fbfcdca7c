package render

import (
	"strings"
	"time"

	"newsbell/adapters"
)

const (
	// A line of a digest has one link; the heading is bold.
	maxDigestLines = maxEntities - 1
	maxHeading     = 300
	maxIntro       = 1000
	maxGroup       = 100
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

	raw, groups := moreRoom, 0

	for i := range d.Alerts {
		if writeGroup(m, d, i) {
			groups++
		}

		writeLine(m, &d.Alerts[i], longestAge, false)

		if !r.NoNewTags && agesFit(i+1, groups) {
			raw += momentRoom
		}

		if i > 0 && (i+groups >= maxDigestLines || m.runes+moreRoom > MaxText || m.html.Len()+raw > r.maxRaw()) {
			return i
		}
	}

	return len(d.Alerts)
}

func (r Renderer) renderDigest(d *adapters.Digest, now time.Time) Part {
	n := r.Room(d)
	m := r.markup(now)
	writeHeading(m, d)

	groups := 0

	for i := range d.Alerts[:n] {
		if d.Group(i) != "" {
			groups++
		}
	}

	for i := range d.Alerts[:n] {
		a := &d.Alerts[i]
		writeGroup(m, d, i)
		writeLine(m, a, formatAge(m.words, a.Published, now), agesFit(n, groups))
	}

	if more := d.More + len(d.Alerts) - n; more > 0 {
		m.newline()
		m.newline()
		m.text(m.words.Say("alert.more_lines", "n", more))
	}

	return m.part()
}

func writeHeading(m *markup, d *adapters.Digest) {
	writeOpening(m, d.Opening, 1)

	h := CutWords(OneLine(d.Heading), maxHeading)
	if d.Parts > 1 {
		h = strings.TrimSpace(m.words.Say("alert.part_short", "heading", h, "part", d.Part, "parts", d.Parts))
	}

	if h != "" {
		m.styled("b", h)
		m.newline()
	}

	if d.Intro == "" || d.Part > 1 {
		return
	}

	for line := range strings.SplitSeq(CutWords(d.Intro, maxIntro), "\n") {
		m.text(OneLine(line))
		m.newline()
	}

	m.newline()
}

// agesFit reports whether ages that stay true have a place: with more lines they would
// take that of the links.
func agesFit(lines, groups int) bool { return 2*lines+groups <= maxDigestLines }

// writeGroup writes the subscription above the first alert of each, and reports whether
// it did.
func writeGroup(m *markup, d *adapters.Digest, i int) bool {
	group := CutWords(OneLine(d.Group(i)), maxGroup)
	if group == "" {
		return false
	}

	if m.runes > 0 {
		m.newline()
	}

	if i > 0 {
		m.newline()
	}

	m.styled("b", group)

	return true
}

// writeLine writes "• Title", linked, and below it "Outlet · 5 min ago": on a phone a title ends where
// the line does, and the eye goes from title to title.
func writeLine(m *markup, a *adapters.Alert, age string, live bool) {
	if m.runes > 0 {
		m.newline()
	}

	m.text("• ")
	m.link(renderTitle(m.words, a, maxDigestTitle), shortLink(a.URL, maxDigestURL))

	if outlet := CutWords(OneLine(a.Outlet), maxDigestOutlet); outlet+age != "" {
		m.newline()
		m.writeByline(outlet, age, a, live)
	}
}
