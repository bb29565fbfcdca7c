// Package render writes messages as Telegram reads them: its HTML, within its
// limits, and its keyboards. It is pure; ages are counted from the time it is
// given.
//
// Everything that comes from outside is cleaned, escaped and cut here, so that no
// title, query or address can break a message. The limits are those of the Bot
// API's page, and where that is silent, of the server's source (tdlib/td).
package render

import (
	"time"
	"unicode/utf8"

	"newsbell/adapters"
)

// Part is one message of the platform in both forms: HTML, and plain for a server
// that cannot read the HTML.
type Part struct {
	HTML  string
	Plain string
	Runes int // code points of the HTML once it is parsed
}

// Message writes a message, in several parts if a text is longer than a message
// may be, in none if there is nothing to see. Alerts and digests are always one
// part.
func Message(m *adapters.Message, now time.Time) []Part {
	switch {
	case m.Alert != nil:
		return []Part{renderAlert(m.Alert, now)}
	case m.Digest != nil:
		return []Part{renderDigest(m.Digest, now)}
	}

	return renderText(m.Text)
}

// Plain returns a part without markup.
func Plain(s string) Part { return Part{escape(s), s, utf8.RuneCountInString(s)} }

// Cut returns the beginning of a part, with a word about the rest, for where only
// one message is possible.
func (p Part) Cut() Part {
	return Plain(CutSentences(p.Plain, MaxText-len(sayCut)-1) + "\n" + sayCut)
}

func (m *markup) part() Part { return Part{m.html.String(), m.plain.String(), m.runes} }
