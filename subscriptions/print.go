package subscriptions

import (
	"strconv"
	"strings"
	"unicode"
)

// String is the canonical form: folded, in one spelling of the operators, with
// the brackets that are needed. Parse(q.String()) gives the same query and the
// same String. Two queries with one canonical form match the same articles.
func (q *Query) String() string { return string(q.root.print(nil, 0)) }

// print levels: what may stand without brackets.
const (
	levelList  = iota // a, b
	levelGroup        // a b
	levelAlt          // a | b
	levelAtom
)

func (n *node) print(b []byte, level int) []byte {
	if f := n.sharedField(); f != anywhere {
		return append(n.printKids(append(append(b, f.String()...), ":("...), " | ", levelAtom), ')')
	}

	mine := n.level()
	if mine < level {
		b = append(b, '(')
	}

	switch n.op {
	case opTerm:
		b = n.term.print(b)
	case opNot:
		b = n.kids[0].print(append(b, '-'), levelAtom)
	case opAnd:
		b = n.printKids(b, " ", levelAlt)
	case opOr:
		if mine == levelAlt {
			b = n.printKids(b, " | ", levelAtom)
		} else {
			b = n.printKids(b, ", ", levelGroup)
		}
	}

	if mine < level {
		b = append(b, ')')
	}

	return b
}

// sharedField is the field of alternatives that all look at one: it is printed
// once, before a bracket.
func (n *node) sharedField() field {
	if n.op != opOr {
		return anywhere
	}

	for _, k := range n.kids {
		if k.op != opTerm || k.term.field != n.kids[0].term.field {
			return anywhere
		}
	}

	return n.kids[0].term.field
}

func (n *node) printKids(b []byte, sep string, level int) []byte {
	for i, k := range n.kids {
		if i > 0 {
			b = append(b, sep...)
		}

		l := level
		if n.op == opAnd && k.op == opOr {
			l = levelAtom // a (b | c): the brackets are not needed, but kind
		} else if k.op == opNot {
			l = levelGroup
		}

		if k.op == opTerm && n.sharedField() != anywhere {
			b = k.term.printValue(b)
			continue
		}

		b = k.print(b, l)
	}

	return b
}

// level is the loosest operator that n shows.
func (n *node) level() int {
	switch n.op {
	case opNot:
		return levelGroup
	case opAnd:
		return levelGroup
	case opOr:
		for _, k := range n.kids {
			if k.op != opTerm {
				return levelList
			}
		}

		return levelAlt
	}

	return levelAtom
}

func (t *term) print(b []byte) []byte {
	if t.field != anywhere {
		b = append(append(b, t.field.String()...), ':')
	}

	return t.printValue(b)
}

func (t *term) printValue(b []byte) []byte {
	if t.re != nil {
		return append(b, t.text...)
	}

	if t.exact {
		b = append(b, '=')
	}

	if t.near < 0 && safeBare(t.text, t.exact) {
		return append(b, t.text...)
	}

	b = append(append(append(b, '"'), t.text...), '"')
	if t.near >= 0 {
		b = strconv.AppendInt(append(b, '~'), int64(t.near), 10)
	}

	return b
}

// safeBare tells the texts that read the same without quotes.
func safeBare(s string, exact bool) bool {
	for i, r := range s {
		switch {
		case classify(unicode.ToLower(r)) != separator && asciiSign(r) == r:
		case r == '*' && !exact && (i == 0 || i == len(s)-1):
		case r == '$' || r == '@' || r == '.' || r == '\'' && i > 0 || r == '-' && i > 0 || r == '&' && i > 0 || r == '+' && i > 0 || r == '/' && i > 0:
		case r == '#' && i > 0:
		case r == '"' && !exact && i > 0: // within a Hebrew acronym
		default:
			return false
		}
	}

	switch strings.ToLower(s) {
	case "or", "and", "not":
		return false
	}

	return !strings.Contains(s, "&&")
}

// Words says the query in plain words with brackets, as a chat echoes it:
// "(tesla or spacex) and musk, not stock".
func (q *Query) Words() string { return q.root.words(false) }

func (n *node) words(inner bool) string {
	switch n.op {
	case opTerm:
		return n.term.words()
	case opNot:
		return "not " + n.kids[0].words(true)
	case opOr:
		var parts []string
		for _, k := range n.kids {
			parts = append(parts, k.words(true))
		}

		return bracketed(strings.Join(parts, " or "), inner)
	}

	var want, not []string

	for _, k := range n.kids {
		if k.op == opNot {
			not = append(not, k.words(true))
		} else {
			want = append(want, k.words(true))
		}
	}

	if len(want) == 0 {
		return bracketed(strings.Join(not, ", "), inner)
	}

	return bracketed(strings.Join(append([]string{strings.Join(want, " and ")}, not...), ", "), inner)
}

func bracketed(s string, inner bool) string {
	if inner {
		return "(" + s + ")"
	}

	return s
}

func (t *term) words() string {
	s := t.plain()
	switch t.field {
	case anywhere:
		return s
	case inTitle, inText:
		return s + " in the " + t.field.String()
	case inSource, inSite:
		return t.field.String() + " " + s
	case inLang:
		return "language " + s
	}

	return t.field.String() + " " + s
}

func (t *term) plain() string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(t.typed, "")), " ")
	switch {
	case t.re != nil:
		return "the regex " + text
	case t.near >= 0:
		return `"` + text + `" within ` + strconv.Itoa(t.near) + " words"
	case t.exact:
		return "exactly " + text
	case t.field == inLang, t.field == inCountry:
		return t.text
	case strings.HasPrefix(t.text, "*"):
		return "a word with " + strings.Trim(text, "*＊∗⁎✱")
	case strings.HasSuffix(t.text, "*") && !strings.Contains(t.text, " "):
		return "words that begin with " + strings.Trim(text, "*＊∗⁎✱")
	case strings.Contains(text, " ") || t.quote && !safeBare(t.text, false):
		return `"` + text + `"`
	}

	return text
}
