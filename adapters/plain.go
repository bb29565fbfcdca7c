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
		return m.Alert.plain(time.Now())
	case m.Digest != nil:
		return m.Digest.plain(time.Now())
	}

	text := m.Text.String()
	if m.File != nil {
		text = strings.TrimSpace(text + "\n" + m.File.Name)
	}

	return text
}

func (a *Alert) plain(now time.Time) string {
	lines := []string{a.Title}
	if from := a.byline(now); from != "" {
		lines = append(lines, from)
	}

	if a.Summary != "" {
		lines = append(lines, a.Summary)
	}

	if matched := a.matches(); matched != "" {
		lines = append(lines, matched)
	}

	if len(a.Also) > 0 {
		lines = append(lines, "Also: "+a.AlsoText())
	}

	if a.URL != "" {
		lines = append(lines, a.URL)
	}

	return strings.Join(lines, "\n")
}

// matches names the words that matched and the subscriptions they match.
func (a *Alert) matches() string {
	var follows []string
	for _, f := range a.Follows {
		follows = append(follows, "#"+strconv.Itoa(f.Number)+" "+f.Query)
	}

	words := strings.Join(a.MatchedWords(), ", ")
	if len(follows) == 0 {
		if words == "" {
			return ""
		}

		return "Matched: " + words
	}

	if words == "" {
		return "For " + strings.Join(follows, ", ")
	}

	return "Matched: " + words + " (" + strings.Join(follows, ", ") + ")"
}

// byline is "UPI · 5 min ago".
func (a *Alert) byline(now time.Time) string {
	parts := make([]string, 0, 2)
	if a.Outlet != "" {
		parts = append(parts, a.Outlet)
	}

	if !a.Published.IsZero() {
		parts = append(parts, Ago(now.Sub(a.Published)))
	}

	return strings.Join(parts, " · ")
}

func (d *Digest) plain(now time.Time) string {
	heading := d.Heading
	if d.Parts > 1 {
		heading += fmt.Sprintf(" (%d of %d)", d.Part, d.Parts)
	}

	lines := []string{heading}

	for i := range d.Alerts {
		a := &d.Alerts[i]

		line := "• " + a.Title
		if from := a.byline(now); from != "" {
			line += " (" + from + ")"
		}

		if a.URL != "" {
			line += " <" + a.URL + ">"
		}

		lines = append(lines, line)
	}

	if d.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", d.More))
	}

	return strings.Join(lines, "\n")
}

// Ago returns how long ago something was, in words that stay true for a while. A
// moment in the future (of a clock that is wrong) is "just now".
func Ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min ago"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h ago"
	default:
		return strconv.Itoa(int(d/(24*time.Hour))) + " days ago"
	}
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
