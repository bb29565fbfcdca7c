package target

import (
	"errors"
	"unicode/utf8"

	"newsbell/adapters"
)

// errTooLong says that a message has more in it than its target takes.
var errTooLong = errors.New("the message has more than the target takes")

// limits are how much a kind of target takes; 0: no limit of it is known.
type limits struct {
	characters int // of a text
	bytes      int // of a text, as UTF-8
	body       int // bytes of a request
	title      int // characters
	link       int // characters
}

// limitsOf returns the limits that the services state.
func limitsOf(kind Kind) limits {
	switch kind {
	case Ntfy: // https://docs.ntfy.sh/publish/#limitations; a longer text becomes a file. JSON may be twice as long.
		return limits{bytes: 4096, body: 2 * 4096}
	case Pushover: // https://pushover.net/api#limits
		return limits{characters: 1024, title: 250, link: 512}
	case Discord: // https://discord.com/developers/docs/resources/webhook#execute-webhook
		return limits{characters: 2000}
	case Slack: // https://api.slack.com/changelog/2018-04-truncating-really-long-messages
		return limits{characters: 40_000}
	case Matrix: // 65,536 for the whole event: https://spec.matrix.org/latest/client-server-api/#size-limits
		return limits{body: 60_000}
	default:
		return limits{}
	}
}

// over returns by how much a text is too long, 0 or less if it is not.
func (l limits) over(text string) int {
	over := 0
	if l.characters > 0 {
		over = utf8.RuneCountInString(text) - l.characters
	}

	if l.bytes > 0 {
		over = max(over, len(text)-l.bytes)
	}

	return over
}

// shorten returns a message that is shorter by so much, or nil where nothing may be left out: an
// alert loses what can be read at its address, a plain text its end. try counts the tries before.
func shorten(m *adapters.Message, try, over int) *adapters.Message {
	shorter := *m
	over += len("…") // which stands for what is left out

	switch {
	case m.Alert != nil && try < 4:
		a := *m.Alert

		switch summary := utf8.RuneCountInString(a.Summary); {
		case try == 0 && summary > over:
			a.Summary = truncateChars(a.Summary, summary-over)
		case try <= 1:
			a.Summary, a.Note = "", nil
		case try == 2:
			a.Matched, a.Follows, a.Also, a.AlsoMore = nil, nil, nil, 0
		default:
			a.Title, a.Opening = truncateChars(a.Title, max(1, utf8.RuneCountInString(a.Title)-over)), ""
		}

		shorter.Alert = &a
	case m.Alert == nil && m.Digest == nil && try < 3 && countLinks(m.Text) < 2:
		text := m.String()
		shorter.Text = adapters.Say(truncateChars(text, max(1, utf8.RuneCountInString(text)-over)))
	case m.Digest != nil && try == 0 && len(m.Digest.Alerts) == 1:
		d := *m.Digest
		one := d.Alerts[0]
		one.Title = truncateChars(one.Title, max(1, utf8.RuneCountInString(one.Title)-over))
		d.Alerts, d.Intro = []adapters.Alert{one}, ""
		shorter.Digest = &d
	default:
		return nil
	}

	return &shorter
}

// countLinks returns how many articles a plain text leads to.
func countLinks(text adapters.Text) (n int) {
	for _, line := range text {
		for _, span := range line {
			if span.URL != "" {
				n++
			}
		}
	}

	return n
}

// truncateChars shortens a text to so many characters.
func truncateChars(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}

	return text
}
