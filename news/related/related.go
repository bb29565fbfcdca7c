// Package related says which articles are neighbours: not the same story, but about
// the same people, places and things, whenever they appeared.
//
// An article is kept as a handful of terms, its most telling words and names, so
// that a year of news fits beside the database (Terms). Whoever holds many articles
// looks the terms up and lets Score judge each one found: the share of the
// article's weight that the other has in common, where a term weighs the more the
// rarer it is among all that is held, and names weigh double. It is TF-IDF with the
// document frequencies of the moment, so nothing has to be learned or shipped.
//
// The package is pure.
package related

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// MaxTerms is how many terms an article is kept as.
const MaxTerms = 12

// leading is how much of an article is read for its terms, in bytes: news says what
// it is about first.
const leading = 1200

// Term is a word or a name of several words, as a hash of 31 bits: a year of news
// has some 100,000 terms, so two of them rarely share one, and two shared by chance
// in one pair of articles never do.
type Term struct {
	Hash int64
	Name bool // it is written as a name
}

// Terms returns what an article is about, the most telling first, at most MaxTerms
// and none twice. The result depends on title and text alone.
func Terms(a *news.Article) []Term {
	candidates := make(map[string]*candidate, leading/8)

	countTerms(candidates, a.Title, 3)
	countTerms(candidates, news.Truncate(bodyOf(a), leading), 1)

	all := make([]*candidate, 0, len(candidates))
	for _, c := range candidates {
		c.weight = c.weigh()
		all = append(all, c)
	}

	slices.SortFunc(all, func(a, b *candidate) int {
		return cmp.Or(b.weight-a.weight, strings.Compare(a.key, b.key))
	})

	terms := make([]Term, 0, MaxTerms)

	for _, c := range all {
		term := Term{hashOf(c.key), c.isName()}

		if slices.ContainsFunc(terms, func(t Term) bool { return t.Hash == term.Hash }) {
			continue
		}

		if terms = append(terms, term); len(terms) == MaxTerms {
			break
		}
	}

	return terms
}

func bodyOf(a *news.Article) string {
	if a.Text != "" {
		return a.Text
	}

	return a.Summary
}

// candidate is a word, or a name of two words, and how it was used.
type candidate struct {
	key             string
	count           int // of uses, those in the title threefold
	capitals, lower int // how it was written where that tells
	weight          int // see weigh
}

func (c *candidate) isName() bool { return c.capitals > c.lower }

// weigh returns what orders candidates: names first among equals, longer words before shorter,
// since short ones are rarely telling.
func (c *candidate) weigh() int {
	w := 2*min(c.count, 6) + min(utf8.RuneCountInString(c.key), 12)/2
	if c.isName() {
		w += 8
	}

	return w
}

// countTerms counts the words of a text, and the names of two words in it.
func countTerms(into map[string]*candidate, s string, times int) {
	words := slices.DeleteFunc(text.Words(s), func(w text.Word) bool { return w.Alternative })

	for i, w := range words {
		upper := startsUpper(s[w.Start:])

		if isTelling(w.Key) {
			c := addTerm(into, w.Key, times)

			switch {
			case !upper:
				c.lower++
			case i > 0 && followsOn(s[words[i-1].End:w.Start]):
				c.capitals++
			}
		}

		if i+1 < len(words) && upper && startsUpper(s[words[i+1].Start:]) && s[w.End:words[i+1].Start] == " " &&
			len(w.Key) > 2 && len(words[i+1].Key) > 2 && !common[w.Key] && !common[words[i+1].Key] {
			addTerm(into, w.Key+" "+words[i+1].Key, times).capitals++
		}
	}
}

func addTerm(into map[string]*candidate, key string, times int) *candidate {
	c := into[key]
	if c == nil {
		c = &candidate{key: key}
		into[key] = c
	}

	c.count += times

	return c
}

// isTelling reports whether a word can say what an article is about: no number, no
// common word, and of at least four letters where a script has letters.
func isTelling(key string) bool {
	if common[key] {
		return false
	}

	first, _ := utf8.DecodeRuneInString(key)
	if unicode.IsDigit(first) {
		return false
	}

	return len(key) > 3 || text.IsDense(key)
}

func startsUpper(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(first)
}

// followsOn reports whether what stands between two words leaves them in one
// sentence, so that a capital of the second tells.
func followsOn(between string) bool { return !strings.ContainsAny(between, ".!?:\n“\"") }

func hashOf(key string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))

	return int64(h.Sum64() >> 33)
}

// Weights returns how much each of an article's terms tells, from the share of all
// articles that have it (0 to 1, at least one of them: itself).
func Weights(terms []Term, share []float64) []float64 {
	weights := make([]float64, len(terms))

	for i, t := range terms {
		weights[i] = -math.Log(min(max(share[i], 1e-7), 1))
		if t.Name {
			weights[i] *= 2
		}
	}

	return weights
}

// Least values of what is offered as related.
const (
	leastScore  = 0.18
	leastShared = 2
)

// Score says how near an article is that shares some of the terms: 0 (nothing to do
// with it) to 1. shared holds their indexes in the weights.
func Score(weights []float64, shared []int) float64 {
	if len(shared) < leastShared {
		return 0
	}

	var all, both float64
	for _, w := range weights {
		all += w
	}

	for _, i := range shared {
		both += weights[i]
	}

	if all == 0 || both/all < leastScore {
		return 0
	}

	return both / all
}
