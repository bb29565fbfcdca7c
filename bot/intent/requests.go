package intent

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
)

// What a request may be about besides a setting: alerts are paused, a source is added, or a subscription gets other
// words.
const (
	KeyPause  = "pause"
	KeySource = "source"
	KeyChange = "change"
)

// Request is what a sentence may ask for: a setting, named as package input does, or one of the keys above.
type Request struct {
	Key   string
	Value string // what it is set to; of a change, what is changed
	By    string // of a change: the new words; "" not said
}

// requestForm is how a request is said: what stands around its values.
type requestForm struct {
	key   string
	parts []string
}

// requestForms are how requests are said in a language, and what may stand around all of it.
type requestForms struct {
	all    []requestForm
	polite []string // the longest first
}

//go:embed requests.txt
var requestLines string

// formsByLanguage are those of each language, by its code, what is said with the most words first.
var formsByLanguage = sync.OnceValue(func() map[string]*requestForms {
	all := map[string]*requestForms{}

	for line := range strings.Lines(requestLines) {
		of, phrases, ok := strings.Cut(line, ":")
		if !ok || line[0] == '#' {
			continue
		}

		code, key, _ := strings.Cut(of, " ")
		if all[code] == nil {
			all[code] = &requestForms{}
		}

		for phrase := range strings.SplitSeq(phrases, ",") {
			phrase = strings.TrimSpace(phrase)
			if key == "~" {
				all[code].polite = append(all[code].polite, phrase)
			} else {
				all[code].all = append(all[code].all, requestForm{key, strings.Split(phrase, "*")})
			}
		}
	}

	for _, f := range all {
		slices.SortStableFunc(f.all, func(a, b requestForm) int { return cmp.Compare(b.length(), a.length()) })
		slices.SortStableFunc(f.polite, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}

	return all
})

// length is how much of a form is said in any case.
func (f *requestForm) length() (n int) {
	for _, p := range f.parts {
		n += len(p)
	}

	return n
}

// longestRequest is how long a text can be to be one, in bytes.
const longestRequest = 200

// Requests are what a whole message may ask for in the language that code names or in English, the
// likeliest first. Whether a value is one is for others to see: "I'm in trouble" names no city.
func Requests(text, code string) []Request {
	if len(text) > longestRequest || strings.ContainsAny(text, "\n") {
		return nil
	}

	var found []Request

	text = strings.TrimRightFunc(strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " "), func(r rune) bool { return strings.ContainsRune(".!?。！？؟।¡¿…", r) })

	for _, language := range slices.Compact([]string{news.BaseLanguage(code), "en"}) {
		forms := formsByLanguage()[language]
		if forms == nil {
			continue
		}

		said := forms.cutPolite(strings.TrimLeft(text, "¡¿"))

		for _, f := range forms.all {
			if values, ok := f.read(said); ok {
				found = append(found, Request{Key: f.key, Value: values[0], By: strings.Join(values[1:], "")})
			}
		}
	}

	return found
}

// cutPolite drops what people say around a request.
func (f *requestForms) cutPolite(text string) string {
	for cut := true; cut; {
		cut = false

		for _, p := range f.polite {
			rest, ok := cutPrefixFold(text, p)
			ok = ok && !cutsWord(p, rest)

			if !ok {
				rest, ok = cutSuffixFold(text, p)
				ok = ok && !cutsWord(rest, p)
			}

			if rest = strings.Trim(rest, " ,،、，"); ok && rest != "" {
				text, cut = rest, true
			}
		}
	}

	return text
}

// withoutPolite drops what people say around a request, and the single words of it anywhere: "nachts bitte nichts".
func (f *requestForms) withoutPolite(text string) string {
	words := strings.Fields(f.cutPolite(text))
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(f.polite, w) })

	if len(kept) == 0 {
		kept = words
	}

	return strings.Join(kept, " ")
}

// saysStop reports whether a word that is dropped means "stop" by itself: "una vez al día basta" is a wish, "basta noticias"
// is none.
func (f *requestForms) saysStop(language, text string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool {
		return slices.Contains(f.polite, w) && phrases()[language+" "+w] == Stop
	})
}

// cutsWord reports whether a word is cut between two parts of a text: *mal* begins *Malta*. Chinese, Japanese and
// Korean write no space there.
func cutsWord(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)

	return unicode.IsLetter(last) && unicode.IsLetter(next) && !unicode.In(last, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// read returns the values that a text has where a form has its stars.
func (f *requestForm) read(text string) (values []string, ok bool) {
	rest, ok := cutPrefixFold(text, f.parts[0])
	if !ok {
		return nil, false
	}

	last := len(f.parts) - 1
	if rest, ok = cutSuffixFold(rest, f.parts[last]); !ok {
		return nil, false
	}

	for _, between := range f.parts[1:last] {
		value, after, ok := cutFold(rest, between)
		if !ok {
			return nil, false
		}

		values, rest = append(values, strings.TrimSpace(value)), after
	}

	values = append(values, strings.TrimSpace(rest))

	return values, !slices.ContainsFunc(values, func(v string) bool { return strings.TrimFunc(v, unicode.IsPunct) == "" })
}

// cutFold is strings.Cut at small letters that a text may have as capitals.
func cutFold(text, sep string) (before, after string, ok bool) {
	for i := range text {
		if after, ok = cutPrefixFold(text[i:], sep); ok {
			return text[:i], after, true
		}
	}

	return text, "", false
}

// cutPrefixFold cuts small letters off the front of a text that may have them as capitals.
func cutPrefixFold(text, prefix string) (rest string, ok bool) {
	at := len(prefix)
	if at > len(text) || !strings.EqualFold(text[:at], prefix) {
		return text, false
	}

	return text[at:], true
}

// cutSuffixFold cuts small letters off the end of a text that may have them as capitals.
func cutSuffixFold(text, suffix string) (rest string, ok bool) {
	at := len(text) - len(suffix)
	if at < 0 || !strings.EqualFold(text[at:], suffix) {
		return text, false
	}

	return text[:at], true
}
