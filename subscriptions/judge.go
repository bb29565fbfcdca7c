package subscriptions

import (
	"fmt"
	"strings"
	"unicode"
)

// join makes an operator of its parts: flat, nothing twice.
func join(o op, kids []*node, at int) *node {
	var flat []*node
	seen := map[string]bool{}
	for _, k := range kids {
		sub := []*node{k}
		if k.op == o {
			sub = k.kids
		}
		for _, s := range sub {
			if len(kids) > 1 {
				c := string(s.print(nil, levelAtom))
				if seen[c] {
					continue
				}
				seen[c] = true
			}
			flat = append(flat, s)
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
		want := map[string]bool{}
		for _, k := range n.kids {
			want[string(k.print(nil, levelAtom))] = true
		}
		for _, k := range n.kids {
			if k.op == opNot && k.kids[0].excludes(want) {
				found(k, n.without(k))
			}
		}
	}
	for _, k := range n.kids {
		k.contradictions(found)
	}
}

// excludes tells whether leaving n out leaves a wanted thing out.
func (n *node) excludes(want map[string]bool) bool {
	if want[string(n.print(nil, levelAtom))] {
		return true
	}
	if n.op != opOr {
		return false
	}
	for _, k := range n.kids {
		if want[string(k.print(nil, levelAtom))] {
			return true
		}
	}
	return false
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
	w = strings.TrimRightFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
	if p.field.isText() && w == strings.ToUpper(w) && isAlsoAWord(w) {
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
