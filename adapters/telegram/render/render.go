// Package render writes messages as Telegram reads them: its HTML, within its
// limits, and its keyboards. It is pure; ages are counted from the time it is
// given.
//
// Everything that comes from outside is cleaned, escaped and cut here, so that no
// title, query or address can break a message. The limits are those of the Bot
// API's page, and where that is silent, of the server's source (tdlib/td).
package render

import (
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
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

// Renderer writes messages within what one server accepts. The zero value is for
// Telegram's own.
type Renderer struct {
	// CountsRaw: the server counts a text before it is parsed, in bytes. Telegram
	// counts what is left after that.
	CountsRaw bool
	// NoNewTags: the server does not know tags of later years: <tg-time>, which
	// Telegram's apps show in the reader's own language and zone and keep up to
	// date, and <blockquote expandable>.
	NoNewTags bool

	words adapters.Words // of the message's language; nil: English
}

// in returns the renderer for a language.
func (r Renderer) in(words adapters.Words) Renderer {
	r.words = words
	return r
}

// Message writes a message, in several parts if a text is longer than a message
// may be, in none if there is nothing to see. Alerts and digests are always one
// part.
func (r Renderer) Message(m *adapters.Message, now time.Time) []Part {
	switch {
	case m.Alert != nil:
		return []Part{r.in(m.In()).renderAlert(m.Alert, now)}
	case m.Digest != nil:
		return []Part{r.in(m.In()).renderDigest(listed(m), now)}
	}

	return r.renderText(m.Text, now)
}

// listed returns a message's digest. What a button opens it does not count once more.
func listed(m *adapters.Message) *adapters.Digest {
	d := *m.Digest
	if len(m.Buttons) > 0 {
		d.More = 0
	}

	return &d
}

// maxRaw returns how many bytes a message may have before it is parsed.
func (r Renderer) maxRaw() int {
	if r.CountsRaw {
		return MaxText
	}

	return maxRaw
}

// markup begins a message.
func (r Renderer) markup(now time.Time) *markup {
	m := &markup{now: now, noTimes: r.NoNewTags, words: r.words}
	if m.words == nil {
		m.words = adapters.English()
	}

	return m
}

// TooLong reports whether the part would be too long for a server that counts raw
// bytes, but is not for Telegram's own.
func (p Part) TooLong() bool { return len(p.HTML) > MaxText && p.Runes <= MaxText }

// WithoutNewTags returns the part for a server that does not know them.
func (p Part) WithoutNewTags() Part {
	p.HTML = newTags().ReplaceAllString(p.HTML, "")
	return p
}

// newTags are ours: what comes from outside is escaped.
var newTags = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`</?(?:tg-time|blockquote)[^>]*>`) })

// Pieces returns the part without markup in as many parts as a server that counts
// raw bytes needs.
func (p Part) Pieces() []Part {
	var parts []Part

	for rest := p.Plain; rest != ""; {
		head := breakText(rest, maxRawPiece)
		rest = strings.TrimLeftFunc(rest[len(head):], unicode.IsSpace)

		if isVisible(head) {
			parts = append(parts, PlainPart(head))
		}
	}

	return parts
}

// PlainPart returns a part without markup.
func PlainPart(s string) Part { return Part{escape(s), s, utf8.RuneCountInString(s)} }

// Cut returns the beginning of a part, with a word about the rest in a language, for
// where only one message is possible.
func (p Part) Cut(words adapters.Words) Part {
	rest := words.Say("alert.cut")
	return PlainPart(CutSentences(p.Plain, MaxText-len(rest)-1) + "\n" + rest)
}

func (m *markup) part() Part { return Part{m.html.String(), m.plain.String(), m.runes} }
