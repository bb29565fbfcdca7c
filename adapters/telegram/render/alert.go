package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
)

// What each part of an alert may take of a message, in code points. Together
// they leave room for a summary of 1000 and more.
const (
	maxTitle   = 512
	maxOutlet  = 100
	maxMatched = 300
	maxAlso    = 300
	maxFollows = 300
	// A digest shows many titles; one line each is enough.
	maxDigestTitle  = 256
	maxDigestOutlet = 60
	// An address whose HTML is longer, in bytes, would push a message over
	// maxRaw; no article's is.
	maxURL = 4096
)

// renderAlert writes the linked title, outlet and age, the summary, the words that
// matched, which outlets also report it, and the subscriptions it is for.
func renderAlert(a *adapters.Alert, now time.Time) Part {
	var m markup
	m.bold(func() { m.link(title(a, maxTitle), link(a)) })

	if line := byline(a, now, maxOutlet); line != "" {
		m.newline()
		m.text(line)
	}

	var tail markup
	if words := wordList(a.Matched, maxMatched); words != "" {
		tail.newline()
		tail.text(sayMatched + words)
	}

	if len(a.Also) > 0 {
		tail.newline()
		tail.alsoIn(a, now)
	}

	if line := subscriptionList(a.Follows); line != "" {
		tail.newline()
		tail.styled("i", line)
	}

	if s := strings.TrimSpace(clean(a.Summary)); s != "" {
		m.newline()
		m.newline()
		// Every character may become five bytes of HTML (&amp;, &quot; six).
		room := min(MaxText-m.runes-tail.runes-1, (maxRaw-m.html.Len()-tail.html.Len()-1)/6)
		m.text(CutSentences(s, room))
	}

	if tail.runes > 0 {
		m.newline()
		m.append(&tail)
	}

	return m.part()
}

func title(a *adapters.Alert, limit int) string {
	if t := CutWords(OneLine(a.Title), limit); visible(t) {
		return t
	}

	return sayNoTitle
}

func link(a *adapters.Alert) string {
	if len(escape(a.URL)) > maxURL {
		return ""
	}

	return a.URL
}

// byline is "Outlet · 5 min ago", or as much of it as is known.
func byline(a *adapters.Alert, now time.Time, limit int) string {
	outlet, age := CutWords(OneLine(a.Outlet), limit), age(a.Published, now)
	if outlet == "" || age == "" {
		return outlet + age
	}

	return outlet + " · " + age
}

// age is how long ago something was, "" if that is not known or in the future.
func age(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero() || d < -2*time.Minute:
		return ""
	case d < time.Minute:
		return sayJustNow
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	case d < 7*24*time.Hour:
		return fmt.Sprintf("%d days ago", d/(24*time.Hour))
	}

	return t.UTC().Format("2 Jan 2006")
}

// alsoIn writes "Also: NYT 11 min ago · Herald 1 h ago · +2", each name a link, within
// maxAlso code points.
func (m *markup) alsoIn(a *adapters.Alert, now time.Time) {
	m.text(sayAlso)

	used, more := 0, a.AlsoMore

	for i, other := range a.Also {
		name := CutWords(OneLine(other.Outlet), maxOutlet)

		when := age(other.Published, now)
		if used += utf8.RuneCountInString(name+when) + 4; i > 0 && used > maxAlso {
			more += len(a.Also) - i
			break
		}

		if i > 0 {
			m.text(" · ")
		}

		m.link(name, link(&adapters.Alert{URL: other.URL}))

		if when != "" {
			m.text(" " + when)
		}
	}

	if more > 0 {
		m.text(fmt.Sprintf(" · +%d", more))
	}
}

// wordList joins words by commas within n code points and counts those that do not
// fit.
func wordList(words []string, n int) string {
	var b strings.Builder

	used := 0

	for i, w := range words {
		w = CutWords(OneLine(w), n/2)
		if used > 0 && used+utf8.RuneCountInString(w)+2 > n {
			return b.String() + ", " + fmt.Sprintf(sayMore, len(words)-i)
		}

		if w == "" {
			continue
		}

		if used > 0 {
			b.WriteString(", ")

			used += 2
		}

		b.WriteString(w)
		used += utf8.RuneCountInString(w)
	}

	return b.String()
}

// subscriptionList is "#2 drone strike · #5 navy".
func subscriptionList(fs []adapters.Follow) string {
	var b strings.Builder

	for i, f := range fs {
		s := "#" + strconv.Itoa(f.Number)
		if q := CutWords(OneLine(f.Query), maxFollows/2); q != "" {
			s += " " + q
		}

		if i > 0 && utf8.RuneCountInString(b.String())+utf8.RuneCountInString(s)+3 > maxFollows {
			return b.String() + " · " + fmt.Sprintf(sayMore, len(fs)-i)
		}

		if i > 0 {
			b.WriteString(" · ")
		}

		b.WriteString(s)
	}

	return b.String()
}
