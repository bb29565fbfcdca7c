package adapters

import (
	"fmt"
	"slices"
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
	also := ""
	if len(a.Also) > 0 {
		also = w.Say("alert.also_short", "outlets", a.AlsoText())
	}

	return JoinPresent("\n", a.Opening, a.Title, a.byline(w, now), Text{a.Note}.String(), a.Summary, a.matches(w), also, a.URL)
}

// JoinPresent joins the parts in which there is something.
func JoinPresent(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(part string) bool { return part == "" }), by)
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
	ago := ""
	if !a.Published.IsZero() {
		ago = w.Ago(now.Sub(a.Published))
	}

	return JoinPresent(" · ", a.Outlet, ago)
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
