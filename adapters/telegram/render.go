package telegram

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

// part is one message in both forms: HTML, and plain for a server that could
// not read the HTML.
type part struct {
	html  string
	plain string
	runes int // of the HTML once it is parsed
}

func (m *markup) part() part { return part{m.html.String(), m.plain.String(), m.runes} }

func plainPart(s string) part { return part{escape(s), s, utf8.RuneCountInString(s)} }

// render writes a message, in several parts if a text is longer than a message
// may be. Alerts and digests are always one part. It is pure but for now, from
// which ages are counted.
func render(m *adapters.Message, now time.Time) []part {
	switch {
	case m.Alert != nil:
		return []part{renderAlert(m.Alert, now)}
	case m.Digest != nil:
		return []part{renderDigest(m.Digest, now)}
	}

	return renderText(m.Text)
}

// renderAlert: the linked title, outlet and age, the summary, the words that
// matched, who else tells it, and for which subscriptions.
func renderAlert(a *adapters.Alert, now time.Time) part {
	var m markup
	m.bold(func() { m.link(titleOf(a, maxTitle), linkOf(a)) })

	if line := furniture(a, now, maxOutlet); line != "" {
		m.newline()
		m.text(line)
	}

	var tail markup
	if words := list(a.Matched, maxMatched); words != "" {
		tail.newline()
		tail.text(sayMatched + words)
	}

	if also := list(a.Also, maxAlso); also != "" {
		tail.newline()
		tail.text(sayAlso + also)
	}

	if line := follows(a.Follows); line != "" {
		tail.newline()
		tail.styled("i", line)
	}

	if s := strings.TrimSpace(clean(a.Summary)); s != "" {
		m.newline()
		m.newline()
		// Every character may become five bytes of HTML (&amp;, &quot; six).
		room := min(maxText-m.runes-tail.runes-1, (maxRaw-m.html.Len()-tail.html.Len()-1)/6)
		m.text(cutSentences(s, room))
	}

	if tail.runes > 0 {
		m.newline()
		m.html.WriteString(tail.html.String())
		m.plain.WriteString(tail.plain.String())
		m.runes += tail.runes
	}

	return m.part()
}

func titleOf(a *adapters.Alert, limit int) string {
	if t := cutWords(oneLine(a.Title), limit); visible(t) {
		return t
	}

	return sayNoTitle
}

func linkOf(a *adapters.Alert) string {
	if len(escape(a.URL)) > maxURL {
		return ""
	}

	return a.URL
}

// furniture is "Outlet · 5 min ago" with what of it is known.
func furniture(a *adapters.Alert, now time.Time, limit int) string {
	outlet, age := cutWords(oneLine(a.Outlet), limit), age(a.Published, now)
	if outlet == "" || age == "" {
		return outlet + age
	}

	return outlet + " · " + age
}

// age says how long ago something was, "" for what is not known or lies in the
// future.
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

// list joins words by commas within n code points; what does not fit is counted.
func list(words []string, n int) string {
	var b strings.Builder

	used := 0

	for i, w := range words {
		w = cutWords(oneLine(w), n/2)
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

// follows is "#2 drone strike · #5 navy".
func follows(fs []adapters.Follow) string {
	var b strings.Builder

	for i, f := range fs {
		s := "#" + strconv.Itoa(f.Number)
		if q := cutWords(oneLine(f.Query), maxFollows/2); q != "" {
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
