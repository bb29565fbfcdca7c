package suggest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"newsbell/bot/suggest"
)

// TestBest: what stands with a word much more often than elsewhere is found, a name as a
// whole; what stands everywhere, in few stories, or in the query is not.
func TestBest(t *testing.T) {
	c := suggest.NewCounter()

	for i := range 60 {
		c.Add(fmt.Sprintf("Council talks about bridge number %d", i), "The weather stays mild on Monday.", int64(1000+i), false)
	}

	for i := range 8 {
		c.Add(fmt.Sprintf("Harbour strike enters day %d on Monday", i), "Union leader Maria Lindqvist spoke of containers and pay.", int64(i), true)
	}

	c.Add("Harbour strike: the unicorn case", "A unicorn was seen.", 20, true)

	for range 10 { // one story told again and again
		c.Add("Harbour strike and a walrus", "The walrus swims.", 30, true)
	}

	var got []string
	for _, w := range c.Best([]string{"strike"}, 4) {
		got = append(got, w.Text)
	}

	if !slices.Contains(got, "Maria Lindqvist") || !slices.Contains(got, "containers") {
		t.Errorf("%q", got)
	}

	for _, wrong := range []string{"Monday", "unicorn", "walrus", "strike", "Lindqvist", "Maria"} {
		if slices.Contains(got, wrong) {
			t.Errorf("%q has %s", got, wrong)
		}
	}

	if best := suggest.NewCounter().Best(nil, 3); len(best) > 0 {
		t.Errorf("of nothing: %v", best)
	}
}

// TestWorkIsBounded: neither a long text nor many articles are counted without end.
func TestWorkIsBounded(t *testing.T) {
	c := suggest.NewCounter()
	for i := range 6000 {
		c.Add(strings.Repeat(fmt.Sprintf("W%dx ", i), 40), strings.Repeat("ß", 100_000), int64(i), i%2 == 0)
	}

	if best := c.Best(nil, 3); len(best) > 0 {
		t.Errorf("words of one article each: %v", best)
	}
}

// BenchmarkAdd counts as many articles as are counted at most.
func BenchmarkAdd(b *testing.B) {
	text := strings.Repeat("Council of Ministers meets about harbour works in Gdansk, ", 6)

	for b.Loop() {
		c := suggest.NewCounter()
		for i := range 2000 {
			c.Add(fmt.Sprintf("Day %d of the talks between Union and Port", i), text, int64(i), i%50 == 0)
		}

		c.Best([]string{"talks"}, 3)
	}
}
