package adapters

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Words are the texts that an adapter adds to a message, in the language of those who
// read it. They are named by keys, those of [EnglishTexts], and take the values of
// their placeholders as pairs of name and value.
type Words interface {
	Say(key string, pairs ...any) string
	Ago(d time.Duration) string // "5 min ago"
	Date(t time.Time) string    // "2 Jan 2006"
}

// EnglishTexts returns the texts that adapters add, in English.
func EnglishTexts() map[string]string {
	return map[string]string{
		"alert.matched":        "Matched:",
		"alert.matched_label":  "Matched",
		"alert.matched_words":  "matched {words}",
		"alert.matched_for":    "Matched: {words} ({subscriptions})",
		"alert.for":            "For {subscriptions}",
		"alert.also":           "Also in:",
		"alert.also_label":     "Also in",
		"alert.also_outlets":   "also in {outlets}",
		"alert.also_short":     "Also: {outlets}",
		"alert.photo":          "Photo:",
		"alert.untitled":       "(no title)",
		"alert.untitled_label": "Untitled",
		"alert.read":           "Read it",
		"alert.more":           "and {n} more",
		"alert.more_lines":     "… and {n} more",
		"alert.more_outlets":   "and in {n} more",
		"alert.name_more":      "{title} and {n} more",
		"alert.part":           "{heading} ({part} of {parts})",
		"alert.part_short":     "{heading} ({part}/{parts})",
		"alert.cut":            "… (the rest doesn't fit in one message)",
		"alert.cut_label":      "There's more than fits here.",
		"alert.digest":         "News for you",
		"alert.no_file":        "(I couldn't send the file here.)",
		"alert.bad_file":       "I couldn't read that file. Please send it again.",
		"alert.big_file":       "That file is too big for me: at most 2 MB, please.",
		"alert.answer":         "Answer",
		"alert.trouble":        "Sorry, something went wrong on my side. Please try again in a moment.",
		"ago.now":              "just now",
		"ago.minutes":          "{n} min ago",
		"ago.hours":            "{n} h ago",
		"ago.days":             "{n} days ago",
	}
}

// In returns the words of a message's language; without one, English.
func (m *Message) In() Words {
	if m != nil && m.Words != nil {
		return m.Words
	}

	return english{EnglishTexts()}
}

// English returns the words for messages of no known language.
func English() Words { return english{EnglishTexts()} }

type english struct{ texts map[string]string }

func (e english) Say(key string, pairs ...any) string {
	values := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		values = append(values, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}

	return strings.NewReplacer(values...).Replace(e.texts[key])
}

func (e english) Ago(d time.Duration) string { return Ago(e.Say, d) }

// Ago says how long ago something was, in words that stay true for a while. A moment in the future (of
// a clock that is wrong) is "just now".
func Ago(say func(key string, pairs ...any) string, d time.Duration) string {
	switch {
	case d < time.Minute:
		return say("ago.now")
	case d < time.Hour:
		return say("ago.minutes", "n", int(d/time.Minute))
	case d < 48*time.Hour:
		return say("ago.hours", "n", int(d/time.Hour))
	default:
		return say("ago.days", "n", int(d/(24*time.Hour)))
	}
}

func (e english) Date(t time.Time) string {
	return strconv.Itoa(t.Day()) + t.Format(" Jan 2006")
}
