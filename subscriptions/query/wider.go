package query

import (
	"slices"
	"strings"

	"newsbell/subscriptions/text"
)

// WithAdjectives returns a query that finds the adjectives of the countries in q too:
// for "north korea" also North Korean. ok is false when q names no country or has the
// adjective already. Matching is exact, so this is something to offer.
func (q *Query) WithAdjectives() (wider *Query, ok bool) {
	printed := q.root.withAdjectives(q.String()).print(nil, 0)

	wider, err := ParseCanonical(string(printed))
	if err != nil || wider.String() == q.String() {
		return nil, false
	}

	return wider, true
}

// withAdjectives copies a tree and puts the choice of a country and its adjectives
// in the place of the country, unless one of them is in the whole query.
func (n *Node) withAdjectives(whole string) *Node {
	switch n.Op {
	case OpTerm:
		if choice := countryChoice([]*Node{n}, whole); choice != nil {
			return choice
		}

		return n
	case OpNot:
		return n
	case OpOr:
		var kids []*Node
		for _, k := range n.Children {
			kids = append(kids, k.withAdjectives(whole))
		}

		return joinNodes(OpOr, kids, n.at)
	}

	var kids []*Node

	for rest := n.Children; len(rest) > 0; {
		taken := 1
		next := rest[0].withAdjectives(whole)

		for words := min(len(rest), 4); words > 1; words-- { // north korea, typed as two words
			if choice := countryChoice(rest[:words], whole); choice != nil {
				next, taken = choice, words
				break
			}
		}

		kids = append(kids, next)
		rest = rest[taken:]
	}

	return joinNodes(OpAnd, kids, n.at)
}

// countryChoice returns the choice for terms that are the words of a country's name,
// nil when they are not.
func countryChoice(terms []*Node, whole string) *Node {
	var words []string

	for _, n := range terms {
		if n.Op != OpTerm || n.Term.Field != AnyField || n.Term.Exact || n.Term.Near >= 0 || n.Term.Regexp != nil {
			return nil
		}

		words = append(words, n.Term.Text)
	}

	name := strings.Join(words, " ")

	for _, c := range countries() {
		if len(c.adjectives) == 0 || !slices.ContainsFunc(c.names, func(n string) bool { return text.Fold(n) == name }) {
			continue
		}

		choices := []string{`"` + name + `"`}

		for _, a := range c.adjectives {
			folded := text.Fold(a)
			if strings.Contains(" "+whole+" ", folded) {
				return nil
			}

			choices = append(choices, `"`+folded+`"`)
		}

		if q, err := parsePrintable(strings.Join(choices, " | "), true); err == nil {
			return q.root
		}
	}

	return nil
}

// WithWord returns q with another word or phrase in the place of one.
func (q *Query) WithWord(old, replacement string) (*Query, error) {
	by, err := parsePrintable(replacement, true)
	if err != nil {
		return nil, err
	}

	return ParseCanonical(string(q.root.withWord(old, by.root).print(nil, 0)))
}

func (n *Node) withWord(old string, by *Node) *Node {
	if n.Op == OpTerm {
		if n.Term.Field == AnyField && !n.Term.Exact && n.Term.Text == old {
			return by
		}

		return n
	}

	out := &Node{Op: n.Op, at: n.at}
	for _, k := range n.Children {
		out.Children = append(out.Children, k.withWord(old, by))
	}

	if n.Op == OpNot {
		return out
	}

	return joinNodes(n.Op, out.Children, n.at)
}

// Word returns the one word that the whole query looks for, "" when it looks for
// anything else.
func (q *Query) Word() string {
	t := q.root.Term
	if q.root.Op != OpTerm || t.Field != AnyField || t.Exact || t.Regexp != nil || len(t.Items) != 1 || len(t.Items[0]) != 1 || len(t.Items[0][0]) != 1 ||
		t.Items[0][0][0].Kind != WordElement {
		return ""
	}

	return t.Items[0][0][0].Key
}
