package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"newsbell/subscriptions/query"
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

		q, err := query.Parse(typed)
		if err != nil {
			if m := err.Error(); strings.Contains(m, "more than") || strings.Contains(m, "longer than") || strings.Contains(m, "At most") {
				t.Skip("beyond a limit")
			}

			t.Fatalf("%q: %v", typed, err)
		}

		want := tidied(meant)
		if meantShape(q.Root()) != meantShape(want) {
			t.Fatalf("%q is read as\n%s, meant is\n%s", typed, meantShape(q.Root()), meantShape(want))
		}

		a := anyArticle().Draw(t, "article")

		_, ok := NewSingle(q).Match(a)
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

func (m meaning) term(f query.Field) *query.Node {
	t := &query.Term{Field: f, Near: -1, Text: m.word()}
	switch m.upTo(9) {
	case 0:
		t.Text += " " + m.word()
	case 1:
		if f.IsText() {
			t.Text, t.Near = t.Text+" "+m.word()+" "+m.word(), 1+m.upTo(query.MaxNear-1)
		}
	case 2:
		t.Exact, t.Text = true, strings.ReplaceAll(t.Text, "’", "'") // apostrophes are one
	case 3:
		t.Text = m.pick("tes*", "dron*", "comp*", "ёлк*")
	case 4:
		t.Text = m.pick("*esla*", "*rone*", "*ompan*")
	}

	return &query.Node{Op: query.OpTerm, Term: t}
}

// list is a tree of some depth: alternatives of groups.
func (m meaning) list(depth int) *query.Node { return m.join(query.OpOr, depth, m.group) }

func (m meaning) group(depth int) *query.Node {
	return m.join(query.OpAnd, depth, func(depth int) *query.Node {
		n := m.join(query.OpOr, depth, m.atom)
		if m.upTo(4) == 0 {
			n = &query.Node{Op: query.OpNot, Children: []*query.Node{n}}
		}

		return n
	})
}

func (m meaning) join(o query.Op, depth int, kid func(int) *query.Node) *query.Node {
	n := &query.Node{Op: o}
	for range 1 + m.upTo(2)*m.upTo(1) {
		n.Children = append(n.Children, kid(depth))
	}

	return n
}

func (m meaning) atom(depth int) *query.Node {
	switch k := m.upTo(9); {
	case k == 0 && depth > 0:
		return &query.Node{Op: query.OpAnd, Children: []*query.Node{m.list(depth - 2)}} // a bracket
	case k == 1:
		return m.term(query.TitleField)
	case k == 2:
		return m.term(query.OutletField)
	}

	return m.term(query.AnyField)
}

func (m meaning) typeList(n *query.Node) string {
	var b strings.Builder

	for i, k := range n.Children {
		if i > 0 {
			b.WriteString(m.pick(", ", ",", "\n", "、", "，"))
			b.WriteString(m.pick("", " "))
		}

		b.WriteString(m.typeGroup(k))
	}

	return b.String()
}

func (m meaning) typeGroup(n *query.Node) string {
	var b strings.Builder

	for i, k := range n.Children {
		if i > 0 {
			b.WriteString(m.pick(" ", "  ", "\u00A0", "\u3000", " AND ", " && ", " and "))
		}

		if k.Op == query.OpNot {
			b.WriteString(m.pick("-", "–", "−", "NOT ", "－"))

			k = k.Children[0]
			if len(k.Children) > 1 {
				b.WriteString(m.pick("(", "（") + m.typeAlternatives(k) + ")")
				continue
			}
		}

		b.WriteString(m.typeAlternatives(k))
	}

	return b.String()
}

func (m meaning) typeAlternatives(n *query.Node) string {
	var kids []string

	for _, k := range n.Children {
		if k.Op == query.OpTerm {
			kids = append(kids, m.typeTerm(k.Term))
		} else {
			kids = append(kids, "("+m.typeList(k.Children[0])+")")
		}
	}

	return strings.Join(kids, m.pick(" OR ", " or ", " | ", "|", "｜"))
}

func (m meaning) typeTerm(t *query.Term) string {
	s := t.Text
	quoted := func() string {
		q := []rune(m.pick(`""`, "“”", "„“", "«»", "「」"))
		return string(q[0]) + s + string(q[1])
	}

	switch {
	case t.Near >= 0:
		s = quoted() + m.pick("~", "～") + fmt.Sprint(t.Near)
	case strings.Contains(s, " "), m.upTo(5) == 0 && !strings.HasPrefix(s, "*"):
		s = quoted()
	}

	if t.Exact {
		s = "=" + s
	}

	switch t.Field {
	case query.TitleField:
		return m.pick("title:", "Title: ", "title：", "intitle:") + s
	case query.OutletField:
		return m.pick("outlet:", "outlet: ") + s
	}

	return s
}

// tidied is a tree without brackets that change nothing and without repeats.
func tidied(n *query.Node) *query.Node {
	if n.Op == query.OpTerm {
		return n
	}

	out := &query.Node{Op: n.Op}
	for _, k := range n.Children {
		k = tidied(k)

		sub := []*query.Node{k}
		if k.Op == n.Op && n.Op != query.OpNot {
			sub = k.Children
		}

		for _, s := range sub {
			if !slices.ContainsFunc(out.Children, func(o *query.Node) bool { return meantShape(o) == meantShape(s) }) {
				out.Children = append(out.Children, s)
			}
		}
	}

	if len(out.Children) == 1 && n.Op != query.OpNot {
		return out.Children[0]
	}

	if n.Op == query.OpNot && out.Children[0].Op == query.OpNot {
		return out.Children[0].Children[0]
	}

	return out
}

// meantShape is a tree as text, its words as the plain reader reads them.
func meantShape(n *query.Node) string {
	if n.Op != query.OpTerm {
		var kids []string
		for _, k := range n.Children {
			kids = append(kids, meantShape(k))
		}

		return fmt.Sprint(n.Op, kids)
	}

	t, words := n.Term, []string{}
	for _, r := range plainReadings(t.Text) {
		if w := r.key; t.Exact {
			words = append(words, t.Text[r.start:r.end])
		} else {
			words = append(words, w)
		}
	}

	return fmt.Sprintf("%v:%v%q~%d%d", t.Field, t.Exact, words, t.Near, strings.Count(t.Text, "*"))
}
