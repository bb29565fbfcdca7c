package subscriptions

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestReadsWhatWasMeant makes a tree first and then one of the many ways to type
// it, so that nothing of the parser is trusted: the parsed query must be that
// tree, and an article must answer it as the plain evaluator, which never sees
// what was typed, answers the tree.
func TestReadsWhatWasMeant(t *testing.T) {
	hits := 0

	rapid.Check(t, func(t *rapid.T) {
		m := meaning{t}
		meant := m.list(3)
		typed := m.typeList(meant)

		q, err := Parse(typed)
		if err != nil {
			if slices.Contains([]string{msgTooWild, msgTooMany, msgTooLong}, err.Error()) {
				t.Skip("beyond a limit")
			}

			t.Fatalf("%q: %v", typed, err)
		}

		want := tidied(meant)
		if meantShape(q.root) != meantShape(want) {
			t.Fatalf("%q is read as\n%s, meant is\n%s", typed, meantShape(q.root), meantShape(want))
		}

		a := anyArticle().Draw(t, "article")

		_, ok := q.Match(a)
		if plain := readPlain(a).match(want, nil); ok != plain {
			t.Fatalf("%q on %+v: %v, plainly %v", typed, a, ok, plain)
		} else if ok {
			hits++
		}
	})

	if hits == 0 {
		t.Error("no article answered any query")
	}
}

// meaning draws trees and ways to type them.
type meaning struct{ *rapid.T }

func (m meaning) pick(of ...string) string { return rapid.SampledFrom(of).Draw(m.T, "pick") }
func (m meaning) upTo(n int) int           { return rapid.IntRange(0, n).Draw(m.T, "number") }

func (m meaning) word() string {
	return m.pick("tesla", "Tesla", "musk", "drone", "drones", "companies", "zürich", "ёлка", "東京", "삼성", "ไทย", "covid-19", "O’Brien",
		"U.S.", "1,000", "5G", "news", "the", "bbc", "العربية")
}

func (m meaning) term(f field) *node {
	t := &term{field: f, near: -1, text: m.word()}
	switch m.upTo(9) {
	case 0:
		t.text += " " + m.word()
	case 1:
		if f.isText() {
			t.text, t.near = t.text+" "+m.word()+" "+m.word(), 1+m.upTo(MaxNear-1)
		}
	case 2:
		t.exact, t.text = true, strings.ReplaceAll(t.text, "’", "'") // apostrophes are one
	case 3:
		t.text = m.pick("tes*", "dron*", "comp*", "ёлк*")
	case 4:
		t.text = m.pick("*esla*", "*rone*", "*ompan*")
	}

	return &node{op: opTerm, term: t}
}

// list is a tree of some depth: alternatives of groups.
func (m meaning) list(depth int) *node { return m.join(opOr, depth, m.group) }

func (m meaning) group(depth int) *node {
	return m.join(opAnd, depth, func(depth int) *node {
		n := m.join(opOr, depth, m.atom)
		if m.upTo(4) == 0 {
			n = &node{op: opNot, kids: []*node{n}}
		}

		return n
	})
}

func (m meaning) join(o op, depth int, kid func(int) *node) *node {
	n := &node{op: o}
	for range 1 + m.upTo(2)*m.upTo(1) {
		n.kids = append(n.kids, kid(depth))
	}

	return n
}

func (m meaning) atom(depth int) *node {
	switch k := m.upTo(9); {
	case k == 0 && depth > 0:
		return &node{op: opAnd, kids: []*node{m.list(depth - 2)}} // a bracket
	case k == 1:
		return m.term(inTitle)
	case k == 2:
		return m.term(inOutlet)
	}

	return m.term(anywhere)
}

func (m meaning) typeList(n *node) string {
	var b strings.Builder

	for i, k := range n.kids {
		if i > 0 {
			b.WriteString(m.pick(", ", ",", "\n", "、", "，"))
			b.WriteString(m.pick("", " "))
		}

		b.WriteString(m.typeGroup(k))
	}

	return b.String()
}

func (m meaning) typeGroup(n *node) string {
	var b strings.Builder

	for i, k := range n.kids {
		if i > 0 {
			b.WriteString(m.pick(" ", "  ", "\u00A0", "\u3000", " AND ", " && ", " and "))
		}

		if k.op == opNot {
			b.WriteString(m.pick("-", "–", "−", "NOT ", "－"))

			k = k.kids[0]
			if len(k.kids) > 1 {
				b.WriteString(m.pick("(", "（") + m.typeAlternatives(k) + ")")
				continue
			}
		}

		b.WriteString(m.typeAlternatives(k))
	}

	return b.String()
}

func (m meaning) typeAlternatives(n *node) string {
	var kids []string
	for _, k := range n.kids {
		if k.op == opTerm {
			kids = append(kids, m.typeTerm(k.term))
		} else {
			kids = append(kids, "("+m.typeList(k.kids[0])+")")
		}
	}

	return strings.Join(kids, m.pick(" OR ", " or ", " | ", "|", "｜"))
}

func (m meaning) typeTerm(t *term) string {
	s := t.text
	quoted := func() string {
		q := []rune(m.pick(`""`, "“”", "„“", "«»", "「」"))
		return string(q[0]) + s + string(q[1])
	}

	switch {
	case t.near >= 0:
		s = quoted() + m.pick("~", "～") + fmt.Sprint(t.near)
	case strings.Contains(s, " "), m.upTo(5) == 0 && !strings.HasPrefix(s, "*"):
		s = quoted()
	}

	if t.exact {
		s = "=" + s
	}

	switch t.field {
	case inTitle:
		return m.pick("title:", "Title: ", "title：", "intitle:") + s
	case inOutlet:
		return m.pick("outlet:", "outlet: ") + s
	}

	return s
}

// tidied is a tree without brackets that change nothing and without repeats.
func tidied(n *node) *node {
	if n.op == opTerm {
		return n
	}

	out := &node{op: n.op}
	for _, k := range n.kids {
		k = tidied(k)

		sub := []*node{k}
		if k.op == n.op && n.op != opNot {
			sub = k.kids
		}

		for _, s := range sub {
			if !slices.ContainsFunc(out.kids, func(o *node) bool { return meantShape(o) == meantShape(s) }) {
				out.kids = append(out.kids, s)
			}
		}
	}

	if len(out.kids) == 1 && n.op != opNot {
		return out.kids[0]
	}

	if n.op == opNot && out.kids[0].op == opNot {
		return out.kids[0].kids[0]
	}

	return out
}

// meantShape is a tree as text, its words as the plain reader reads them.
func meantShape(n *node) string {
	if n.op != opTerm {
		var kids []string
		for _, k := range n.kids {
			kids = append(kids, meantShape(k))
		}

		return fmt.Sprint(n.op, kids)
	}

	t, words := n.term, []string{}
	for _, r := range plainReadings(t.text) {
		if w := r.key; t.exact {
			words = append(words, t.text[r.start:r.end])
		} else {
			words = append(words, w)
		}
	}

	return fmt.Sprintf("%v:%v%q~%d%d", t.field, t.exact, words, t.near, strings.Count(t.text, "*"))
}
