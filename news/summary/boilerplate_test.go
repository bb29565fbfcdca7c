package summary

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode"
)

// example writes to out a text that a pattern matches, letters in either case where it takes both.
func example(out *strings.Builder, p *syntax.Regexp, random *rand.Rand) {
	again := func(least, most int) {
		for range least + random.IntN(most-least+1) {
			example(out, p.Sub[0], random)
		}
	}

	switch p.Op {
	case syntax.OpLiteral:
		for _, r := range p.Rune {
			if p.Flags&syntax.FoldCase != 0 {
				r = unicode.To(random.IntN(2), r) // upper or lower case
			}

			out.WriteRune(r)
		}
	case syntax.OpCharClass:
		pair := 2 * random.IntN(len(p.Rune)/2)
		from, to := p.Rune[pair], p.Rune[pair+1]
		out.WriteRune(from + random.Int32N(min(to-from, 100)+1))
	case syntax.OpAnyCharNotNL, syntax.OpAnyChar:
		out.WriteByte('x')
	case syntax.OpStar:
		again(0, 2)
	case syntax.OpPlus:
		again(1, 2)
	case syntax.OpQuest:
		again(0, 1)
	case syntax.OpRepeat:
		again(p.Min, p.Min+2)
	case syntax.OpAlternate:
		example(out, p.Sub[random.IntN(len(p.Sub))], random)
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range p.Sub {
			example(out, sub, random)
		}
	}
}

// examples returns texts that a pattern matches.
func examples(t *testing.T, pattern *regexp.Regexp, n int) (list []string) {
	parsed, err := syntax.Parse(pattern.String(), syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}

	random := rand.New(rand.NewPCG(1, 2))

	for range n {
		var out strings.Builder

		example(&out, parsed, random)

		if pattern.MatchString(out.String()) { // but for \b
			list = append(list, out.String())
		}
	}

	if len(list) < n/2 {
		t.Fatalf("%d of %d examples of %s match", len(list), n, pattern)
	}

	return list
}

// What looks whether a pattern is worth trying never says no where it matches.
func TestWhatAPatternMatchesIsLookedFor(t *testing.T) {
	others := strings.NewReplacer("s", "ſ", "k", "\u212a") // which fold to these

	for _, p := range sentenceBoilerplate() {
		for _, s := range examples(t, p, 5000) {
			if !mayBeBoilerplate(s) {
				t.Errorf("%q is not tried", s)
			}

			if s = others.Replace(s); p.MatchString(s) && !mayBeBoilerplate(s) {
				t.Errorf("%q is not tried", s)
			}
		}
	}
}

// The words that a phrase has one of, before its pattern is tried, stand in all that it matches.
func TestWhatAPhraseMatchesHasItsWords(t *testing.T) {
	for i, p := range inlineBoilerplate() {
		for _, s := range examples(t, p.pattern, 2000) {
			if bodyWords().in(strings.ToLower(s))>>i&1 == 0 {
				t.Errorf("%q has none of %q", s, p.words)
			}
		}
	}

	for i, p := range tailBoilerplate() {
		for _, s := range examples(t, p.pattern, 2000) {
			if tailHas(s)>>i&1 == 0 {
				t.Errorf("%q has none of %q", s, p.words)
			}
		}
	}
}

// A mark at the end of a text is found without reading all of it, where its pattern finds it.
func TestCutMarkStart(t *testing.T) {
	for _, mark := range append(examples(t, cutMark(), 5000), "", ".", "]", "…]", "[…", "....…", "…… »") {
		for _, before := range []string{"", "A ship.", "One chars", "A ship [1] …", "a ...\n", "鉄道 ", "a\u00a0"} {
			text, want := before+mark, -1
			if loc := cutMark().FindStringIndex(text); loc != nil {
				want = loc[0]
			}

			if got := cutMarkStart(text); got != want {
				t.Errorf("the mark of %q begins at %d, want %d", text, got, want)
			}
		}
	}
}
