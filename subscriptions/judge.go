package subscriptions

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// join makes an operator of its parts: flat, nothing twice.
func join(o op, kids []*node, at int) *node {
	if len(kids) == 1 {
		return kids[0]
	}

	flat := make([]*node, 0, len(kids))
	for _, k := range kids {
		sub := []*node{k}
		if k.op == o {
			sub = k.kids
		}

		for _, s := range sub {
			if !slices.ContainsFunc(flat, s.same) {
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

	return &node{op: o, kids: flat, at: at}
}

// same tells whether two trees ask for the same.
func (n *node) same(o *node) bool {
	if n.op != o.op || len(n.kids) != len(o.kids) {
		return false
	}

	if n.op == opTerm {
		a, b := n.term, o.term
		return a.field == b.field && a.exact == b.exact && a.near == b.near && a.text == b.text && (a.re == nil) == (b.re == nil)
	}

	for i, k := range n.kids {
		if !k.same(o.kids[i]) {
			return false
		}
	}

	return true
}

// negate is what n leaves out; twice no is yes.
func negate(n *node, at int) *node {
	if n.op == opNot {
		return n.kids[0]
	}

	return &node{op: opNot, kids: []*node{n}, at: at}
}

// judge warns of queries that can never, or will nearly always, match.
func (q *Query) judge(text string) {
	if !q.root.positive() {
		q.warnings = append(q.warnings, Warning{At: q.root.at, Message: msgNothingWanted})
	}

	q.root.contradictions(func(n *node, without string) {
		q.warnings = append(q.warnings, Warning{At: n.at, Message: fmt.Sprintf(msgContradiction, n.kids[0].words(true)), Suggestion: without})
	})
}

// positive tells whether every way to match n needs something to be there that
// tells articles apart: not a language or a country.
func (n *node) positive() bool {
	switch n.op {
	case opTerm:
		return n.term.field != inLang && n.term.field != inCountry
	case opNot:
		return false
	case opAnd:
		for _, k := range n.kids {
			if k.positive() {
				return true
			}
		}

		return false
	}

	for _, k := range n.kids {
		if !k.positive() {
			return false
		}
	}

	return true
}

// contradictions finds what is both wanted and left out.
func (n *node) contradictions(found func(not *node, without string)) {
	if n.op == opAnd {
		for _, k := range n.kids {
			if k.op == opNot && k.kids[0].followsFrom(n.kids) {
				found(k, n.without(k))
				return
			}
		}

		for _, k := range n.kids {
			if not := k.refuted(n.kids); not != nil && k.op == opOr {
				found(not, n.without(not))
				return
			}
		}
	}

	for _, k := range n.kids {
		k.contradictions(found)
	}
}

// refuted gives what is left out among clauses so that n cannot be, nil when
// nothing is.
func (n *node) refuted(clauses []*node) (not *node) {
	if n.op == opOr {
		for _, k := range n.kids {
			if not = k.refuted(clauses); not == nil {
				return nil
			}
		}

		return not
	}

	for _, c := range clauses {
		if c.op == opNot && c.kids[0].followsFrom([]*node{n}) {
			return c
		}
	}

	return nil
}

// followsFrom tells that n must be there where all that is wanted is. When it is
// false nothing is known.
func (n *node) followsFrom(want []*node) bool {
	follows := func(k *node) bool { return k.followsFrom(want) }

	switch {
	case slices.ContainsFunc(want, n.same):
		return true
	case n.op == opOr:
		return slices.ContainsFunc(n.kids, follows)
	case n.op == opAnd:
		return !slices.ContainsFunc(n.kids, func(k *node) bool { return !follows(k) })
	case n.op == opNot:
		return false
	}

	return slices.ContainsFunc(want, func(w *node) bool { return w.op == opTerm && n.term.within(w.term) })
}

// within tells a word that is there wherever o is: in a phrase, in the title, as
// a plural, as the beginning of a word.
func (t *term) within(o *term) bool {
	if t.field != o.field && !(t.field == anywhere && o.field.isText()) || t.re != nil || o.re != nil || !t.field.isText() {
		return false
	}

	if t.exact || len(t.items) != 1 || len(t.items[0]) != 1 || len(t.items[0][0]) != 1 {
		return false
	}

	word := t.items[0][0][0]

	return slices.ContainsFunc(o.items, func(it item) bool {
		return !slices.ContainsFunc(it, func(s sequence) bool { return !slices.ContainsFunc(s, word.holds) })
	})
}

// holds tells whether each spelling of o is one of e.
func (e element) holds(o element) bool {
	all := []string{o.key}
	switch o.kind {
	case wordElement:
		all = spellings(o.key)
	case exactElement:
	default:
		return e == o
	}

	return !slices.ContainsFunc(all, func(s string) bool {
		switch e.kind {
		case prefixElement:
			return !strings.HasPrefix(s, e.key)
		case partElement:
			return !strings.Contains(s, e.key)
		}

		return !slices.Contains(spellings(e.key), s)
	})
}

// without prints an and without one of its parts.
func (n *node) without(drop *node) string {
	var keep []*node

	for _, k := range n.kids {
		if k != drop {
			keep = append(keep, k)
		}
	}

	return string(join(opAnd, keep, n.at).print(nil, 0))
}

// warnCapitals tells the writer of US or WHO how to ask for capitals only.
func (p *parser) warnCapitals(at int, w string) {
	w = strings.TrimRightFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if p.field.isText() && isAlsoAWord(w) {
		from := at + strings.Index(p.src[at:p.i], w)
		p.warn(at, fmt.Sprintf(msgCapitals, w, strings.ToLower(w), w), p.with(from, from+len(w), "="+w))
	}
}

// isAlsoAWord tells the capitals that are names of something as well as
// everyday words.
func isAlsoAWord(w string) bool {
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
