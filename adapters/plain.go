package adapters

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String returns the message as plain text, for logs and events: what people read,
// each address once, without buttons.
func (m *Message) String() string {
	switch {
	case m == nil:
		return ""
	case m.Alert != nil:
		return m.Alert.plain(m.In(), time.Now())
	case m.Digest != nil:
		return m.Digest.plain(m.In(), time.Now())
	}

	text := m.Text.String()
	if m.File != nil {
		text = strings.TrimSpace(text + "\n" + m.File.Name)
	}

	return text
}

func (a *Alert) plain(w Words, now time.Time) string {
	lines := []string{a.Title}
	if a.Opening != "" {
		lines = []string{a.Opening, a.Title}
	}

	if from := a.byline(w, now); from != "" {
		lines = append(lines, from)
	}

	if note := (Text{a.Note}).String(); note != "" {
		lines = append(lines, note)
	}

	if a.Summary != "" {
		lines = append(lines, a.Summary)
	}

	if matched := a.matches(w); matched != "" {
		lines = append(lines, matched)
	}

	if len(a.Also) > 0 {
		lines = append(lines, w.Say("alert.also_short", "outlets", a.AlsoText()))
	}

	if a.URL != "" {
		lines = append(lines, a.URL)
	}

	return strings.Join(lines, "\n")
}

// matches names the words that matched and the subscriptions they match.
func (a *Alert) matches(w Words) string {
	var follows []string
	for _, f := range a.Follows {
		follows = append(follows, "#"+strconv.Itoa(f.Number)+" "+f.Name())
	}

	words := strings.Join(a.MatchedWords(), ", ")
	if len(follows) == 0 {
		if words == "" {
			return ""
		}

		return w.Say("alert.matched") + " " + words
	}

	if words == "" {
		return w.Say("alert.for", "subscriptions", strings.Join(follows, ", "))
	}

	return w.Say("alert.matched_for", "words", words, "subscriptions", strings.Join(follows, ", "))
}

// byline is "UPI · 5 min ago".
func (a *Alert) byline(w Words, now time.Time) string {
	parts := make([]string, 0, 2)
	if a.Outlet != "" {
		parts = append(parts, a.Outlet)
	}

	if !a.Published.IsZero() {
		parts = append(parts, w.Ago(now.Sub(a.Published)))
	}

	return strings.Join(parts, " · ")
}

func (d *Digest) plain(w Words, now time.Time) string {
	heading := d.Heading
	if d.Parts > 1 {
		heading = w.Say("alert.part", "heading", heading, "part", d.Part, "parts", d.Parts)
	}

	lines := []string{heading}
	if d.Opening != "" {
		lines = []string{d.Opening, heading}
	}

	if d.Intro != "" {
		lines = append(lines, d.Intro, "")
	}

	for i := range d.Alerts {
		a := &d.Alerts[i]

		line := "• " + a.Title
		if from := a.byline(w, now); from != "" {
			line += " (" + from + ")"
		}

		if a.URL != "" {
			line += " <" + a.URL + ">"
		}

		lines = append(lines, line)
	}

	if d.More > 0 {
		lines = append(lines, w.Say("alert.more", "n", d.More))
	}

	return strings.Join(lines, "\n")
}

// AlsoText names the outlets of Also, and counts those that are not named: "Gazette,
// Herald +2".
func (a *Alert) AlsoText() string {
	names := make([]string, 0, len(a.Also))
	for _, other := range a.Also {
		names = append(names, other.Outlet)
	}

	text := strings.Join(names, ", ")
	if a.AlsoMore > 0 {
		text += fmt.Sprintf(" +%d", a.AlsoMore)
	}

	return text
}
