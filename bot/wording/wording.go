// Package wording puts what the bot knows into sentences of a language: moments, when alerts
// come, how sources and chats do, which subscriptions are meant.
//
// It is the layer between package locales, which holds the sentences, and package bot, which
// decides what to say: given facts, it picks the sentence and fills it in. It reads no
// database and changes nothing.
package wording

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/sources/bundles"
	"newsbell/subscriptions/query"
)

// Words are the texts of one language, with what picks among them.
type Words struct{ *locales.Texts }

// Lines is a text line by line.
func (w Words) Lines(key string, pairs ...any) adapters.Text {
	text := adapters.Text{nil}

	for _, span := range w.Line(key, pairs...) {
		for i, part := range strings.Split(span.Text, "\n") {
			if i > 0 {
				text = append(text, nil)
			}

			span.Text = part
			text[len(text)-1] = append(text[len(text)-1], span)
		}
	}

	return text
}

// Translated is a sentence that another package said in English.
func (w Words) Translated(err error) string { return AsSentence(w.Translate(AsSentence(err.Error()))) }

// MomentSpan is a time of day, with its date if it is not today; a platform that can shows
// it in the reader's own zone.
func (w Words) MomentSpan(at time.Time, zone *time.Location) adapters.Span {
	return adapters.Span{Text: w.Moment(at, time.Now(), zone), Time: at}
}

// AgoSpan is the age of a moment; a platform that can shows the moment itself.
func (w Words) AgoSpan(at time.Time) adapters.Span {
	if time.Since(at) > longAgo {
		return adapters.Span{Text: w.Date(at), Time: at}
	}

	return adapters.Span{Text: w.Ago(time.Since(at)), Time: at}
}

// longAgo is from when on a day says more than how many days have passed since.
const longAgo = 60 * 24 * time.Hour

// InWords is a query in plain words: "(tesla or spacex) and musk, not stock".
func (w Words) InWords(q *query.Query) string {
	return q.InWords(func(key string, pairs ...any) string {
		if key == "words.bundle" || key == "words.feed" {
			for i := 1; i < len(pairs); i += 2 {
				field := strings.TrimPrefix(key, "words.") + ":"
				typed := field + fmt.Sprint(pairs[i])

				pairs[i] = strings.TrimPrefix(w.Spell(typed), field)
				if key == "words.bundle" && pairs[i] != strings.TrimPrefix(typed, field) {
					return fmt.Sprint(pairs[i])
				}
			}
		}

		return w.Say(key, pairs...)
	})
}

// Spell is a query as it was typed, but for what only machines read well.
func (w Words) Spell(typed string) string { return bundles.Spell(typed, w.Tag()) }

// WarningLines are the parser's warnings about a query, a line each.
func (w Words) WarningLines(q *query.Query) adapters.Text {
	var lines adapters.Text

	for _, warning := range q.Warnings() {
		note := w.Translate(warning.Message)
		if warning.Suggestion == "" {
			lines = append(lines, w.Line("subscribe.note", "note", note))
			continue
		}

		lines = append(lines, w.Line("subscribe.note_suggestion", "note", note, "query", adapters.Code(warning.Suggestion)))
	}

	return lines
}

// PickVariant picks the text for a place that has a name, or for the chat itself.
func PickVariant(key, where string) string {
	if where == "" {
		return key + "_here"
	}

	return key + "_in"
}

// Paged is the head of a page; page counts from 0.
func (w Words) Paged(head string, page, pages int) string {
	if pages > 1 {
		return w.Say("list.end_page", "head", head, "page", page+1, "pages", pages)
	}

	return w.Say("list.end", "head", head)
}

// AsSentence gives a clause its capital and its full stop.
func AsSentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}

	first, size := utf8.DecodeRuneInString(s)
	if word, _, _ := strings.Cut(s, " "); !strings.Contains(word, ":") { // "when: takes …" and "when:25:00 …" keep the name
		s = string(unicode.ToUpper(first)) + s[size:]
	}

	if last, _ := utf8.DecodeLastRuneInString(s); !strings.ContainsRune(".!?…)。।؟", last) {
		s += "."
	}

	return s
}

// Cut cuts s to n characters, of which the last is then an ellipsis.
func Cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}

	return s
}

// Message is a message of one text.
func (w Words) Message(key string, pairs ...any) *adapters.Message {
	return &adapters.Message{Text: w.Lines(key, pairs...)}
}
