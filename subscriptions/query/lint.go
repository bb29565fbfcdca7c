package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"newsbell/subscriptions/text"
)

// joinNodes makes an operator of its parts: flat, nothing twice.
func joinNodes(o Op, kids []*Node, at int) *Node {
	if len(kids) == 1 {
		return kids[0]
	}

	flat := make([]*Node, 0, len(kids))
	for _, k := range kids {
		sub := []*Node{k}
		if k.Op == o {
			sub = k.Children
		}

		for _, s := range sub {
			if !slices.ContainsFunc(flat, s.equal) {
				flat = append(flat, s)
			}
		}
	}

	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}

	return &Node{Op: o, Children: flat, at: at}
}

// equal reports whether two trees ask for the same.
func (n *Node) equal(o *Node) bool {
	if n.Op != o.Op || len(n.Children) != len(o.Children) {
		return false
	}

	if n.Op == OpTerm {
		a, b := n.Term, o.Term
		return a.Field == b.Field && a.Exact == b.Exact && a.Near == b.Near && a.Text == b.Text && (a.Regexp == nil) == (b.Regexp == nil)
	}

	for i, k := range n.Children {
		if !k.equal(o.Children[i]) {
			return false
		}
	}

	return true
}

// negateNode returns NOT n and collapses a double negation.
func negateNode(n *Node, at int) *Node {
	if n.Op == OpNot {
		return n.Children[0]
	}

	return &Node{Op: OpNot, Children: []*Node{n}, at: at}
}

// lint warns of queries that can never, or will nearly always, match.
func (q *Query) lint() {
	if q.root.isCommon() {
		q.warnings = append(q.warnings, Warning{At: q.root.at, Message: msgCommon})
	}

	if !q.root.isPositive() {
		q.warnings = append(q.warnings, Warning{At: q.root.at, Message: msgNothingWanted})
	}

	q.root.findContradictions(func(n *Node, without string) {
		q.warnings = append(q.warnings, Warning{At: n.at, Message: fmt.Sprintf(msgContradiction, n.Children[0].words(sayEnglish, true)), Suggestion: without})
	})
}

// isCommon reports whether all that n looks for is words that nearly every article
// has.
func (n *Node) isCommon() bool {
	switch n.Op {
	case OpTerm:
		return n.Term.Field == AnyField && !n.Term.Exact && isOneOf(n.Term.Text, " the a an of to in and for on is it with as at by that from was be are this ")
	case OpNot:
		return false
	case OpOr:
		return slices.ContainsFunc(n.Children, (*Node).isCommon)
	}

	return !slices.ContainsFunc(n.Children, func(k *Node) bool { return !k.isCommon() })
}

// isPositive reports whether every way to match n needs something to be there that
// tells articles apart: not a language or a country.
func (n *Node) isPositive() bool {
	switch n.Op {
	case OpTerm:
		return n.Term.Field != LangField && n.Term.Field != CountryField
	case OpNot:
		return false
	case OpAnd:
		for _, k := range n.Children {
			if k.isPositive() {
				return true
			}
		}

		return false
	}

	return !slices.ContainsFunc(n.Children, func(k *Node) bool { return !k.isPositive() })
}

// findContradictions finds what is both wanted and left out.
func (n *Node) findContradictions(found func(not *Node, without string)) {
	if n.Op == OpAnd {
		for _, k := range n.Children {
			if k.Op == OpNot && k.Children[0].followsFrom(n.Children) {
				found(k, n.without(k))
				return
			}
		}

		for _, k := range n.Children {
			if not := k.refutedBy(n.Children); not != nil && k.Op == OpOr {
				found(not, n.without(not))
				return
			}
		}
	}

	for _, k := range n.Children {
		k.findContradictions(found)
	}
}

// refutedBy returns what is left out among clauses so that n cannot be, nil when
// nothing is.
func (n *Node) refutedBy(clauses []*Node) (not *Node) {
	if n.Op == OpOr {
		for _, k := range n.Children {
			if not = k.refutedBy(clauses); not == nil {
				return nil
			}
		}

		return not
	}

	for _, c := range clauses {
		if c.Op == OpNot && c.Children[0].followsFrom([]*Node{n}) {
			return c
		}
	}

	return nil
}

// followsFrom reports whether n must be there where all of want is. False means
// unknown.
func (n *Node) followsFrom(want []*Node) bool {
	follows := func(k *Node) bool { return k.followsFrom(want) }

	switch {
	case slices.ContainsFunc(want, n.equal):
		return true
	case n.Op == OpOr:
		return slices.ContainsFunc(n.Children, follows)
	case n.Op == OpAnd:
		return !slices.ContainsFunc(n.Children, func(k *Node) bool { return !follows(k) })
	case n.Op == OpNot:
		return false
	}

	return slices.ContainsFunc(want, func(w *Node) bool { return w.Op == OpTerm && n.Term.isWithin(w.Term) })
}

// isWithin reports whether t is a word that is there wherever o is: in a phrase, in
// the title, as a plural, as the beginning of a word.
func (t *Term) isWithin(o *Term) bool {
	if t.Field != o.Field && !(t.Field == AnyField && o.Field.IsText()) || t.Regexp != nil || o.Regexp != nil || !t.Field.IsText() {
		return false
	}

	if t.Exact || len(t.Items) != 1 || len(t.Items[0]) != 1 || len(t.Items[0][0]) != 1 {
		return false
	}

	word := t.Items[0][0][0]

	return slices.ContainsFunc(o.Items, func(it Item) bool {
		return !slices.ContainsFunc(it, func(s Sequence) bool { return !slices.ContainsFunc(s, word.covers) })
	})
}

// covers reports whether each spelling of o is one of e.
func (e Element) covers(o Element) bool {
	all := []string{o.Key}
	switch o.Kind {
	case WordElement:
		all = text.Spellings(o.Key)
	case ExactElement:
	default:
		return e == o
	}

	return !slices.ContainsFunc(all, func(s string) bool {
		switch e.Kind {
		case PrefixElement:
			return !strings.HasPrefix(s, e.Key)
		case PartElement:
			return !strings.Contains(s, e.Key)
		}

		return !slices.Contains(text.Spellings(e.Key), s)
	})
}

// without prints an and without one of its parts.
func (n *Node) without(drop *Node) string {
	var keep []*Node

	for _, k := range n.Children {
		if k != drop {
			keep = append(keep, k)
		}
	}

	return string(joinNodes(OpAnd, keep, n.at).print(nil, 0))
}

// warnCapitals says how to ask for the capitals of US or WHO only.
func (p *parser) warnCapitals(at int, w string) {
	w = strings.TrimRightFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if p.field.IsText() && isAlsoWord(w) {
		from := at + strings.Index(p.input[at:p.pos], w)
		p.warn(at, fmt.Sprintf(msgCapitals, w, strings.ToLower(w), w), p.replaced(from, from+len(w), "="+w))
	}
}

// isAlsoWord reports whether capitals name something and are an everyday word too.
func isAlsoWord(w string) bool {
	switch w {
	case "US", "WHO", "IT", "AIDS", "ICE", "WAS", "HAS", "IS", "AM", "AN", "AS", "AT", "BE", "BY", "DO", "GO", "HE", "IF", "IN", "ME",
		"MY", "NO", "OF", "ON", "SO", "TO", "UP", "WE", "ALL", "ANY", "ARE", "CAN", "MAY", "NOW", "ONE", "OUT", "SHE", "THE", "TOO",
		"ACT", "AIM", "ARM", "BAT", "CAP", "CAR", "CAT", "COP", "CUP", "FAR", "FAST", "FIT", "GAP", "GAS", "GEM", "HELP", "HIT",
		"CARE", "DOGE", "EDGE", "HOPE", "LOVE", "MAC", "MAN", "MAP", "MAT", "MET", "MOB", "NICE", "PIN", "PET", "RAM", "RICE",
		"SALT", "SAT", "SEAL", "SHARE", "SMART", "START", "STEM", "TAG", "TEAM", "VISA", "WILL", "AID", "FED", "NET", "SAD", "LET":
		return true
	}

	return false
}
