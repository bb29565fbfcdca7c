package storytest

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Text is how much of its text an article of a stream has.
type Text string

// How much text there is.
const (
	Whole Text = "text"
	Short Text = "200 characters" // as many feeds give
	Bare  Text = "bare"           // the headline alone
)

// Cut returns the items with that much text.
func Cut(items []Item, t Text) []Item {
	out := make([]Item, len(items))
	for i, it := range items {
		switch t {
		case Bare:
			it.Text = ""
		case Short:
			it.Text = truncate(it.Text, 200)
		case Whole:
		}

		out[i] = it
	}

	return out
}

func truncate(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}

	return s
}

// Recipe makes a dense stream.
type Recipe struct {
	PerDay  int // articles a day
	PerItem int // at most so many articles of an event, 0: all
	Within  int // hours in which the articles of one event come, 0: 6
	Seed    uint64
}

// Dense mixes the events into the singles, at random moments and so close that PerDay articles
// come a day. The same arguments make the same stream.
func (r Recipe) Dense(events, singles []Item) []Item {
	random := rand.New(rand.NewPCG(r.Seed, 7))
	groups, order := byEvent(events)

	n := len(singles)
	for _, event := range order {
		random.Shuffle(len(groups[event]), func(i, k int) {
			groups[event][i], groups[event][k] = groups[event][k], groups[event][i]
		})

		if r.PerItem > 0 && len(groups[event]) > r.PerItem {
			groups[event] = groups[event][:r.PerItem]
		}

		n += len(groups[event])
	}

	start := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)
	length := time.Duration(float64(n) / float64(r.PerDay) * 24 * float64(time.Hour))
	moment := func(within time.Duration) time.Duration {
		return time.Duration(random.Float64() * float64(within)).Truncate(time.Second)
	}
	within := time.Duration(max(r.Within, 0)) * time.Hour

	if within == 0 {
		within = 6 * time.Hour
	}

	within = min(within, length/2)

	var out []Item

	for _, event := range order {
		first := start.Add(moment(length - within))
		for _, it := range groups[event] {
			it.At = first.Add(moment(within))
			out = append(out, it)
		}

		moveWeekdays(out[len(out)-len(groups[event]):])
	}

	for _, it := range singles {
		it.At = start.Add(moment(length))
		out = append(out, it)
		moveWeekdays(out[len(out)-1:])
	}

	return byTime(out)
}

// WithoutResults leaves out companies' results, which one agency sends by the hundred.
func WithoutResults(items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return slices.Contains(it.Labels.Topics, "earn") })
}

func byEvent(items []Item) (groups map[string][]Item, order []string) {
	groups = map[string][]Item{}
	for _, it := range items {
		if groups[it.Event] == nil {
			order = append(order, it.Event)
		}

		groups[it.Event] = append(groups[it.Event], it)
	}

	return groups, order
}

// tooAlike is the cosine of two bags of words from which on they may tell one event.
const tooAlike = 0.15

// dropAlike drops events that are like an earlier one, and singles that are like anything kept.
func dropAlike(groups map[string][]Item, order []string, singles []Item) (map[string][]Item, []string, []Item) {
	all := make([]Item, 0, len(singles))
	for _, event := range order {
		all = append(all, groups[event]...)
	}

	index := newBags(append(all, singles...))

	var keptOrder []string

	for _, event := range order {
		alike := false
		for i := range groups[event] {
			alike = alike || index.alike(&groups[event][i])
		}

		if alike {
			continue
		}

		keptOrder = append(keptOrder, event)

		for i := range groups[event] {
			index.add(&groups[event][i])
		}
	}

	var kept []Item

	for i := range singles {
		if !index.alike(&singles[i]) {
			kept = append(kept, singles[i])
			index.add(&singles[i])
		}
	}

	return groups, keptOrder, kept
}

// bags finds articles that share words, in the plainest way.
type bags struct {
	all   float64
	df    map[string]float64
	index map[string][]weighted
	n     int
}

type weighted struct {
	bag    int
	weight float64
}

func newBags(items []Item) *bags {
	b := &bags{df: map[string]float64{}, index: map[string][]weighted{}, all: float64(len(items))}
	for i := range items {
		for w := range wordsOf(&items[i]) {
			b.df[w]++
		}
	}

	return b
}

// weigh returns the words of an article in a fixed order, and their weights: the sums are of
// floating point.
func (b *bags) weigh(it *Item) (words []string, weights []float64) {
	times := wordsOf(it)
	sum := 0.0

	for w := range times {
		words = append(words, w)
	}

	slices.Sort(words)

	for _, w := range words {
		v := times[w] * math.Log(b.all/b.df[w])
		weights = append(weights, v)
		sum += v * v
	}

	for i := range weights {
		weights[i] /= math.Sqrt(sum)
	}

	return words, weights
}

func (b *bags) alike(it *Item) bool {
	dots := map[int]float64{}

	words, weights := b.weigh(it)
	for i, w := range words {
		if b.df[w] > b.all/20 {
			continue
		}

		for _, other := range b.index[w] {
			if dots[other.bag] += weights[i] * other.weight; dots[other.bag] > tooAlike {
				return true
			}
		}
	}

	return false
}

func (b *bags) add(it *Item) {
	words, weights := b.weigh(it)
	for i, w := range words {
		b.index[w] = append(b.index[w], weighted{b.n, weights[i]})
	}

	b.n++
}

// Thin leaves out events that are like an earlier one by their words, and singles that are like anything kept:
// real duplicates, sequels.
func Thin(events, singles []Item) (keptEvents, keptSingles []Item) {
	groups, order := byEvent(events)

	groups, order, keptSingles = dropAlike(groups, order, singles)
	for _, event := range order {
		keptEvents = append(keptEvents, groups[event]...)
	}

	return keptEvents, keptSingles
}

// Unlike returns the singles that are not like any event nor like each other by their words.
func Unlike(events, singles []Item) []Item {
	_, kept := Thin(events, singles)

	return kept
}

// Neighbours pairs each article with the one that is most like it by its words, up to a cosine of
// alike, and puts each pair days from the others: what is alike in a window that is nearly empty.
func Neighbours(items []Item, alike float64) []Item {
	index := newBags(items)
	for i := range items {
		index.add(&items[i])
	}

	start := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)
	taken := make([]bool, len(items))

	var out []Item

	for i := range items {
		k := index.nearest(i, &items[i], taken, alike)
		if taken[i] || k < 0 {
			continue
		}

		taken[i], taken[k] = true, true
		a, b := items[i], items[k]

		a.At = start
		b.At = start.Add(pseudoTime(b.Title, 6*time.Hour))
		start = start.Add(100 * time.Hour)

		out = append(out, a, b)
		moveWeekdays(out[len(out)-2 : len(out)-1])
		moveWeekdays(out[len(out)-1:])
	}

	return out
}

// nearest returns the article most like an article, among those not taken; -1: none.
func (b *bags) nearest(i int, it *Item, taken []bool, alike float64) int {
	dots := make(map[int]float64)

	words, weights := b.weigh(it)
	for n, w := range words {
		if b.df[w] > b.all/20 {
			continue
		}

		for _, other := range b.index[w] {
			dots[other.bag] += weights[n] * other.weight
		}
	}

	best, most := -1, 0.0

	for k, v := range dots {
		if k != i && !taken[k] && v < alike && (v > most || v == most && k < best) {
			best, most = k, v
		}
	}

	return best
}

func wordsOf(it *Item) map[string]float64 {
	out := map[string]float64{}

	between := func(r rune) bool { return r < utf8.RuneSelf && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
	for i, text := range []string{truncate(it.Text, 400), it.Title} {
		for w := range strings.FieldsFuncSeq(strings.ToLower(text), between) {
			if len(w) > 2 {
				out[w] = float64(i + 1) // a word of the title counts twice
			}
		}
	}

	return out
}

// Dense returns the dense stream of a half at a rate, as bench/stories measures it.
func (d Data) Dense(h Half, perDay int, t Text) ([]Item, error) {
	roundups, err1 := d.Roundups(h)
	triplets, err2 := d.Triplets(h)
	wire, err3 := d.Wire(h)
	briefs, err4 := d.Briefs(h)

	r := Recipe{PerDay: perDay, PerItem: 4, Seed: 99}
	events, singles := Thin(slices.Concat(roundups, triplets), slices.Concat(WithoutResults(wire), briefs))

	return Cut(r.Dense(events, singles), t), errors.Join(err1, err2, err3, err4)
}
