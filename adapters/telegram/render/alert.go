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
	maxCredit  = 100
	maxNote    = 300
	maxOpening = 200
	maxImage   = 2048 // bytes of its address
	// A longer summary is folded: it would push the next messages off the screen.
	foldAfter = 400
	// A digest shows many titles; one line each is enough.
	maxDigestTitle  = 256
	maxDigestOutlet = 60
	// An address whose HTML is longer, in bytes, would push a message over maxRaw.
	maxURL = 16 << 10
)

// renderAlert writes an alert. If a server counts bytes, all of its parts are cut
// until it fits.
func (r Renderer) renderAlert(a *adapters.Alert, now time.Time) Part {
	for scale := 1; ; scale *= 2 {
		p := r.renderScaled(a, now, scale)
		if len(p.HTML) <= r.maxRaw() || scale > 8 {
			return p
		}
	}
}

// renderScaled writes the linked title, outlet and age, the summary, the words that
// matched, which outlets also report it, the subscriptions it is for, and whose the
// picture is, each within its limit divided by scale. Words that matched stand out
// where they are; a line names them only if one of them is not to be seen.
func (r Renderer) renderScaled(a *adapters.Alert, now time.Time, scale int) Part {
	m := r.markup(now)
	words, headline := a.Matched, renderTitle(m.words, a, maxTitle/scale)

	writeOpening(m, a.Opening, scale)
	m.bold(func() { m.linkHighlighted(headline, shortLink(a.URL, maxURL), words) })

	if outlet, age := CutWords(OneLine(a.Outlet), maxOutlet/scale), formatAge(m.words, a.Published, now); outlet+age != "" {
		m.newline()
		m.writeByline(outlet, age, a, true)
	}

	if note := cutNote(a.Note, maxNote/scale); len(note) > 0 {
		m.newline()
		m.writeNote(note)
	}

	tail := r.renderTail(a, now, scale, a.MatchedWords())
	summary := CutSentences(strings.TrimSpace(stripControls(a.Summary)), r.summaryRoom(m, tail))

	if adapters.ShowsAll(words, headline, summary) {
		tail = r.renderTail(a, now, scale, nil)
	}

	if summary != "" {
		m.newline()
		m.newline()
		m.writeSummary(summary, words, !r.NoNewTags)
	}

	if tail.runes > 0 {
		m.newline()
		m.append(tail)
	}

	return m.part()
}

// writeOpening writes the line before an alert or a digest.
func writeOpening(m *markup, line string, scale int) {
	if line = CutWords(OneLine(line), maxOpening/scale); line != "" {
		m.text(line)
		m.newline()
	}
}

// renderTail writes the lines below the summary.
func (r Renderer) renderTail(a *adapters.Alert, now time.Time, scale int, words []string) *markup {
	tail := r.markup(now)

	if words := wordList(tail.words, words, maxMatched/scale); words != "" {
		tail.newline()
		tail.text(tail.words.Say("alert.matched") + " " + words)
	}

	if len(a.Also) > 0 {
		tail.newline()
		tail.alsoIn(a, scale)
	}

	line := subscriptionList(tail.words, a.Follows, maxFollows/scale)
	if credit := CutWords(OneLine(a.Credit), maxCredit/scale); credit != "" && PictureURL(a) != "" {
		line = adapters.JoinPresent(" · ", line, tail.words.Say("alert.photo")+" "+credit)
	}

	if line != "" {
		tail.newline()
		tail.styled("i", line)
	}

	return tail
}

// summaryRoom returns how many code points of a summary fit. Every character may
// become six bytes of HTML (&quot;), and the tags of highlights have their own.
func (r Renderer) summaryRoom(m, tail *markup) int {
	const tags = maxHighlights*len("<b></b>") + len("<blockquote expandable></blockquote>")

	bytes := r.maxRaw() - m.html.Len() - tail.html.Len() - 3
	if !r.CountsRaw {
		bytes -= tags
	}

	return max(min(MaxText-m.runes-tail.runes-3, bytes/6), 0)
}

// writeSummary writes a summary, folded by the app if it is long.
func (m *markup) writeSummary(summary string, words []string, fold bool) {
	if !fold || utf8.RuneCountInString(summary) <= foldAfter || m.entities >= maxEntities {
		m.highlighted(summary, "b", words)
		return
	}

	m.entities++
	m.html.WriteString("<blockquote expandable>")
	m.highlighted(summary, "b", words)
	m.html.WriteString("</blockquote>")
}

// cutNote returns the note of an alert within n code points.
func cutNote(note adapters.Line, n int) adapters.Line {
	var kept adapters.Line

	for _, s := range note {
		if s.Text = CutWords(strings.ReplaceAll(stripControls(s.Text), "\n", " "), n); s.Text == "" {
			break
		}

		n -= utf8.RuneCountInString(s.Text)
		kept = append(kept, s)
	}

	return kept
}

// writeNote writes what is special about an alert; a moment in it is shown as a time of day.
func (m *markup) writeNote(note adapters.Line) {
	for _, s := range note {
		if s.Time.IsZero() {
			m.styled("i", s.Text)
			continue
		}

		m.moment(s.Time, "t", s.Text)
	}
}

// PictureURL returns the address of an alert's picture that an app can show, "" none.
func PictureURL(a *adapters.Alert) string { return PictureAt(a.Image) }

// PictureAt returns an address at which an app can look for a picture, "" if it is none.
func PictureAt(address string) string {
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") || len(address) > maxImage {
		return ""
	}

	return address
}

func renderTitle(w adapters.Words, a *adapters.Alert, limit int) string {
	if t := CutWords(OneLine(a.Title), limit); isVisible(t) {
		return t
	}

	return w.Say("alert.untitled")
}

// shortLink returns an address whose HTML is at most so many bytes long, else "".
func shortLink(url string, limit int) string {
	if len(escape(url)) > limit {
		return ""
	}

	return url
}

// writeByline writes "Outlet · 5 min ago", or as much of it as is known. live: the
// age stays true where the app can do that.
func (m *markup) writeByline(outlet, age string, a *adapters.Alert, live bool) {
	m.text(outlet)

	if outlet != "" && age != "" {
		m.text(" · ")
	}

	m.writeAge(a.Published, age, live)
}

// writeAge writes an age, so that it stays true if it is live.
func (m *markup) writeAge(t time.Time, age string, live bool) {
	if live && age != "" && m.now.Sub(t) < datesAfter {
		m.moment(t, "r", age)
	} else {
		m.text(age)
	}
}

// datesAfter is the age at which a date says more.
const datesAfter = 7 * 24 * time.Hour

// formatAge returns how long ago something was, "" if that is not known or in the future.
func formatAge(w adapters.Words, t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero() || d < -2*time.Minute:
		return ""
	case d < datesAfter:
		return w.Ago(d)
	}

	return w.Date(t.UTC())
}

// unbroken returns a short text that stays on one line.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// alsoIn writes "Also in: NYT 11 min ago · Herald 1 h ago · +2", each name a link,
// within maxAlso code points divided by scale.
func (m *markup) alsoIn(a *adapters.Alert, scale int) {
	m.text(m.words.Say("alert.also") + " ")

	used, more := 0, a.AlsoMore

	for i, other := range a.Also {
		name, when := CutWords(OneLine(other.Outlet), maxOutlet/scale), unbroken(formatAge(m.words, other.Published, m.now))
		if used += utf8.RuneCountInString(name+when) + 4; i > 0 && used > maxAlso/scale {
			more += len(a.Also) - i
			break
		}

		if i > 0 {
			m.text(" · ")
		}

		m.link(name, shortLink(other.URL, maxURL/8/scale))

		if when != "" {
			m.text("\u00a0")
			m.writeAge(other.Published, when, true)
		}
	}

	if more > 0 {
		m.text(fmt.Sprintf(" ·\u00a0+%d", more))
	}
}

// wordList joins words by commas within n code points and counts those that do not
// fit.
func wordList(say adapters.Words, words []string, n int) string {
	var b strings.Builder

	used := 0

	for i, w := range words {
		w = CutWords(OneLine(w), n/2)
		if used > 0 && used+utf8.RuneCountInString(w)+2 > n {
			return b.String() + ", " + say.Say("alert.more", "n", len(words)-i)
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

// subscriptionList is "#2 drone strike · #5 navy" within n code points.
func subscriptionList(say adapters.Words, fs []adapters.Follow, n int) string {
	var b strings.Builder

	for i, f := range fs {
		s := "#" + strconv.Itoa(f.Number)
		if q := CutWords(OneLine(f.Name()), n/2); q != "" {
			s += " " + q
		}

		if i > 0 && utf8.RuneCountInString(b.String())+utf8.RuneCountInString(s)+3 > n {
			return b.String() + " · " + say.Say("alert.more", "n", len(fs)-i)
		}

		if i > 0 {
			b.WriteString(" · ")
		}

		b.WriteString(s)
	}

	return b.String()
}
