package wish

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
)

//go:embed unwanted.txt
var unwantedLines string

// refusal is how one says that something is not wanted: what stands before it, and behind it.
type refusal struct{ before, after string }

// refusals are those of a language, and what may follow them.
type refusals struct {
	all    []refusal
	ends   []refusal // how one ends what one follows
	tail   []string
	missed []string // "I don't want to miss …": it is wanted
}

// refusalsByLanguage are those of each language, by its code.
var refusalsByLanguage = sync.OnceValue(func() map[string]*refusals {
	all := map[string]*refusals{}

	for line := range strings.Lines(unwantedLines) {
		of, phrases, ok := strings.Cut(line, ":")
		if !ok || line[0] == '#' {
			continue
		}

		code, kind, _ := strings.Cut(of, " ")
		if all[code] == nil {
			all[code] = &refusals{}
		}

		for phrase := range strings.SplitSeq(phrases, ",") {
			phrase = strings.TrimSpace(phrase)
			before, after, _ := strings.Cut(phrase, "*")

			switch kind {
			case "~":
				all[code].tail = append(all[code].tail, phrase)
			case "!":
				all[code].missed = append(all[code].missed, phrase)
			case "-":
				all[code].ends = append(all[code].ends, refusal{before, after})
			default:
				all[code].all = append(all[code].all, refusal{before, after})
			}
		}
	}

	return all
})

// mostUnwanted is how many words are taken for what somebody does not want. A longer text is a
// query that begins like a refusal.
const mostUnwanted = 4

// Unwanted returns what a text says that its writer does not want to read of: Trump of "no more Trump
// please", in the language that code names or in English. ok is false where it
// says no such thing.
func Unwanted(text, code string) (what string, ok bool) {
	if len(text) > maxLength || looksLikeQuery(text) {
		return "", false
	}

	typed := text
	text = normalize(text)

	for _, language := range []string{news.BaseLanguage(code), "en"} {
		r := refusalsByLanguage()[language]
		if r == nil || r.missedIn(text) != "" {
			continue
		}

		if what = r.cut(text, r.all); what != "" && len(strings.Fields(what)) <= mostUnwanted {
			return asTyped(what, typed), true
		}
	}

	return "", false
}

// normalize returns a text in small letters, with single spaces and without what ends its sentence.
func normalize(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " "))

	return strings.TrimRightFunc(text, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) })
}

// missedIn returns which of the words for missing something a text has, "" for none.
func (r *refusals) missedIn(text string) string {
	for _, m := range r.missed {
		if strings.Contains(text, m) {
			return m
		}
	}

	return ""
}

// notToMiss returns what somebody does not want to miss, with the words that go with it: "any news on Trump" of "I
// don't want to miss any news on Trump". "" where a text says no such thing.
func notToMiss(text, code string) string {
	typed, text := text, normalize(text)

	for _, language := range append([]string{news.BaseLanguage(code)}, slices.Sorted(maps.Keys(refusalsByLanguage()))...) {
		r := refusalsByLanguage()[language]
		if r == nil {
			continue
		}

		missed := r.missedIn(text)
		if missed == "" {
			continue
		}

		before, behind, ok := strings.Cut(r.cut(text, r.all), missed)
		if !ok {
			continue
		}

		if end := strings.IndexByte(behind, ' '); end >= 0 { // perderme
			behind = behind[end:]
		} else {
			behind = ""
		}

		if rest := strings.TrimSpace(strings.TrimSpace(before) + behind); rest != "" {
			return asTyped(rest, typed)
		}
	}

	return ""
}

// asTyped is a part of a text, in small letters, with its capitals.
func asTyped(part, typed string) string {
	words, n := strings.Fields(typed), len(strings.Fields(part))
	for i := range max(0, len(words)-n+1) {
		if s := strings.TrimFunc(strings.Join(words[i:i+n], " "), unicode.IsPunct); strings.EqualFold(s, part) {
			return s
		}
	}

	return part
}

// Ended returns what a text may ask to end, in the language that code names or in English: flood of
// "delete flood". It may as well be a query, such as "stop oil". "" where it says no such thing.
func Ended(text, code string) (what string) {
	if len(text) > maxLength || looksLikeQuery(text) {
		return ""
	}

	plain := normalize(text)

	for _, language := range []string{news.BaseLanguage(code), "en"} {
		if r := refusalsByLanguage()[language]; r != nil {
			if what = r.cut(plain, r.ends); what != "" {
				return asTyped(what, text)
			}
		}
	}

	return ""
}

// cut takes the longest of some refusals off a text, and returns what is left; "" if it has none.
func (r *refusals) cut(text string, some []refusal) (what string) {
	longest := 0

	for ok := true; ok; text, ok = r.cutTail(text) {
		for _, one := range some {
			rest, begins := strings.CutPrefix(text, one.before)
			rest, ends := strings.CutSuffix(rest, one.after)

			if n := len(one.before) + len(one.after); begins && ends && n > longest {
				longest, what = n, strings.TrimSpace(rest)
			}
		}
	}

	for ok := true; ok; {
		what, ok = r.cutTail(what)
	}

	return what
}

// cutTail drops one of the things that people add: "please", "any more".
func (r *refusals) cutTail(text string) (rest string, ok bool) {
	for _, t := range r.tail {
		rest, ok = strings.CutSuffix(text, t)
		if ok && (strings.HasSuffix(rest, " ") || t[0] >= utf8.RuneSelf && !strings.ContainsRune(text, ' ')) {
			return strings.TrimRight(rest, " ,"), true
		}
	}

	return text, false
}
