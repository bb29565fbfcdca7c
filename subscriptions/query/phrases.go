package query

import (
	"fmt"
	"strings"
)

// Phrases says a query in the words of a language: the text of a key, with the values of
// its placeholders as pairs of name and value. The keys are those of [EnglishPhrases].
type Phrases func(key string, pairs ...any) string

// EnglishPhrases returns what queries are said in, in English.
func EnglishPhrases() map[string]string {
	return map[string]string{
		"words.and":      "{first} and {second}",
		"words.or":       "{first} or {second}",
		"words.not":      "not {what}",
		"words.comma":    "{first}, {second}",
		"words.regex":    "the regex {what}",
		"words.near":     "{what} within {n} words",
		"words.exactly":  "exactly {what}",
		"words.part":     "a word with {what}",
		"words.begin":    "words that begin with {what}",
		"words.title":    "{what} in the title",
		"words.text":     "{what} in the text",
		"words.outlet":   "outlet {what}",
		"words.source":   "source {what}",
		"words.site":     "site {what}",
		"words.feed":     "feed {what}",
		"words.bundle":   "everything from the bundle {what}",
		"words.author":   "author {what}",
		"words.tag":      "tag {what}",
		"words.language": "language {what}",
		"words.country":  "country {what}",
	}
}

// sayEnglish is the Phrases of English.
func sayEnglish(key string, pairs ...any) string {
	values := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		values = append(values, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}

	return strings.NewReplacer(values...).Replace(EnglishPhrases()[key])
}

// Words says the query in plain English with brackets, as a chat echoes it: "(tesla or
// spacex) and musk, not stock".
func (q *Query) Words() string { return q.InWords(sayEnglish) }

// InWords is Words in another language.
func (q *Query) InWords(say Phrases) string { return q.root.words(say, false) }

// list joins parts two by two.
func (say Phrases) list(key string, parts []string) string {
	joined := ""

	for i, part := range parts {
		if i == 0 {
			joined = part
		} else {
			joined = say(key, "first", joined, "second", part)
		}
	}

	return joined
}

func (n *Node) words(say Phrases, inner bool) string {
	switch n.Op {
	case OpTerm:
		return n.Term.words(say)
	case OpNot:
		return say("words.not", "what", n.Children[0].words(say, true))
	case OpOr:
		var parts []string
		for _, k := range n.Children {
			parts = append(parts, k.words(say, true))
		}

		return parenthesize(say.list("words.or", parts), inner)
	}

	var want, not []string

	for _, k := range n.Children {
		if k.Op == OpNot {
			not = append(not, k.words(say, true))
		} else {
			want = append(want, k.words(say, true))
		}
	}

	if len(want) == 0 {
		return parenthesize(say.list("words.comma", not), inner)
	}

	return parenthesize(say.list("words.comma", append([]string{say.list("words.and", want)}, not...)), inner)
}

func parenthesize(s string, inner bool) string {
	if inner {
		return "(" + s + ")"
	}

	return s
}

func (t *Term) words(say Phrases) string {
	s := t.plain(say)
	switch t.Field {
	case AnyField:
		return s
	case LangField:
		return say("words.language", "what", s)
	}

	return say("words."+t.Field.String(), "what", s)
}

func (t *Term) plain(say Phrases) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(t.typed, "")), " ")
	switch {
	case t.Regexp != nil:
		return say("words.regex", "what", text)
	case t.Near >= 0:
		return say("words.near", "what", `"`+text+`"`, "n", t.Near)
	case t.Exact:
		return say("words.exactly", "what", text)
	case t.Field == LangField, t.Field == CountryField:
		return t.Text
	case strings.HasPrefix(t.Text, "*"):
		return say("words.part", "what", strings.Trim(text, "*＊∗⁎✱"))
	case strings.HasSuffix(t.Text, "*") && !strings.Contains(t.Text, " "):
		return say("words.begin", "what", strings.Trim(text, "*＊∗⁎✱"))
	case strings.Contains(text, " ") || t.quoted && !isSafeBare(t.Text, false):
		return `"` + text + `"`
	}

	return text
}
