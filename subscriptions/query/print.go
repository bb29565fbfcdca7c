package query

import (
	"strconv"
	"strings"
	"unicode"

	"newsbell/subscriptions/text"
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

func (n *Node) print(b []byte, level int) []byte {
	if f := n.sharedField(); f != AnyField {
		return append(n.printKids(append(append(b, f.String()...), ":("...), " | ", levelAtom), ')')
	}

	mine := n.level()
	if mine < level {
		b = append(b, '(')
	}

	switch n.Op {
	case OpTerm:
		b = n.Term.print(b)
	case OpNot:
		b = n.Children[0].print(append(b, '-'), levelAtom)
	case OpAnd:
		b = n.printKids(b, " ", levelAlt)
	case OpOr:
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
func (n *Node) sharedField() Field {
	if n.Op != OpOr {
		return AnyField
	}

	for _, k := range n.Children {
		if k.Op != OpTerm || k.Term.Field != n.Children[0].Term.Field {
			return AnyField
		}
	}

	return n.Children[0].Term.Field
}

func (n *Node) printKids(b []byte, sep string, level int) []byte {
	for i, k := range n.Children {
		if i > 0 {
			b = append(b, sep...)
		}

		l := level
		if n.Op == OpAnd && k.Op == OpOr {
			l = levelAtom // a (b | c): the brackets are not needed, but kind
		} else if k.Op == OpNot {
			l = levelGroup
		}

		if k.Op == OpTerm && n.sharedField() != AnyField {
			b = k.Term.printValue(b)
			continue
		}

		b = k.print(b, l)
	}

	return b
}

// level is the loosest operator that n shows.
func (n *Node) level() int {
	switch n.Op {
	case OpNot:
		return levelGroup
	case OpAnd:
		return levelGroup
	case OpOr:
		for _, k := range n.Children {
			if k.Op != OpTerm {
				return levelList
			}
		}

		return levelAlt
	}

	return levelAtom
}

func (t *Term) print(b []byte) []byte {
	if t.Field != AnyField {
		b = append(append(b, t.Field.String()...), ':')
	}

	return t.printValue(b)
}

func (t *Term) printValue(b []byte) []byte {
	if t.Regexp != nil {
		return append(b, t.Text...)
	}

	if t.Exact {
		b = append(b, '=')
	}

	bareHost := t.Field == AnyField && isHost(t.Text)
	if t.Near < 0 && !bareHost && isSafeBare(t.Text, t.Exact) {
		return append(b, t.Text...)
	}

	b = append(append(append(b, '"'), t.Text...), '"')
	if t.Near >= 0 {
		b = strconv.AppendInt(append(b, '~'), int64(t.Near), 10)
	}

	return b
}

// isSafeBare reports whether a text reads the same without quotes.
func isSafeBare(s string, exact bool) bool {
	for i, r := range s {
		switch {
		case text.Classify(unicode.ToLower(r)) != text.Separator && asciiSign(r) == r:
		case r == '*' && !exact && (i == 0 || i == len(s)-1):
		case r == '$' || r == '@' || r == '.' || r == '\'' && i > 0 || r == '-' && i > 0 || r == '&' && i > 0 || r == '+' && i > 0 || r == '/' && i > 0:
		case r == '#' && i > 0:
		case r == '"' && !exact && i > 0: // within a Hebrew acronym
		default:
			return false
		}
	}

	switch strings.ToLower(s) {
	case "or", "and", "not", "but":
		return false
	}

	return !strings.Contains(s, "&&")
}
