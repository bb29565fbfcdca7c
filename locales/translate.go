package locales

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// knownSections hold sentences that other packages say in English: what is wrong with a
// query, why a chat or a source does not work, what somebody changed. They are kept in the database as they
// were said, and are put into a reader's language when they are shown.
func knownSections() []string { return []string{"query.", "reason.", "problem.", "change."} }

// known is an English sentence that comes from elsewhere.
type known struct {
	key     string
	form    *regexp.Regexp
	names   []string
	literal int // bytes that are not placeholders
}

// knownSentences returns what Translate can translate, the most certain first. An operator who
// changes an English text does not change what other packages say.
var knownSentences = sync.OnceValue(func() (all []known) {
	for key, t := range builtinFiles()[English]() {
		if !slices.ContainsFunc(knownSections(), func(section string) bool { return strings.HasPrefix(key, section) }) {
			continue
		}

		k := known{key: key}
		form := "(?s)^"

		for _, p := range t.message {
			if p.name == "" {
				form += regexp.QuoteMeta(p.text)
				k.literal += len(p.text)
			} else {
				form += "(.*?)"

				k.names = append(k.names, p.name)
			}
		}

		k.form = regexp.MustCompile(form + "$")
		all = append(all, k)
	}

	slices.SortFunc(all, func(a, b known) int { return cmp.Or(b.literal-a.literal, strings.Compare(a.key, b.key)) })

	return all
})

// Knows reports whether Translate knows a sentence of another package.
func (t *Texts) Knows(sentence string) bool {
	k, _ := t.find(sentence)
	return k != nil
}

// Translate says a sentence of another package in this language. One that it does not
// know stays as it is, in English.
func (t *Texts) Translate(sentence string) string {
	k, values := t.find(sentence)
	if k == nil {
		return sentence
	}

	var pairs []any
	for i, name := range k.names {
		pairs = append(pairs, name, values[i])
	}

	return t.Say(k.key, pairs...)
}

// find returns the known sentence that a sentence is, nil: none, and the values in it.
func (t *Texts) find(sentence string) (*known, []string) {
	all := knownSentences()

	for i := range all {
		if m := all[i].form.FindStringSubmatch(sentence); m != nil {
			return &all[i], m[1:]
		}
	}

	return nil, nil
}
