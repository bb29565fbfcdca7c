package summary

import (
	"math"
	"slices"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// Sentence is a sentence of a story, with the outlets that have it.
type Sentence struct {
	Text    string   `json:"text"`
	Outlets []string `json:"outlets"`
}

// Bounds of what is read and shown of a story.
const (
	sentencesRead = 12  // of one article: news says what matters first
	shortestTold  = 40  // characters; what is shorter is a heading or a label
	longestTold   = 320 // characters
)

// Short retells a story in at most n sentences of its articles, at most one of each
// article while others have any: the best first, for whoever reads no
// further, and the others in the order of the articles given. They are the
// sentences nearest to the centroid of all that is told, early ones first, and none
// that repeats another: the centroid method of Radev and others (2004), with the
// weight of a word counted once an article.
func Short(articles []*news.Article, n int) []Sentence {
	all := readSentences(articles)
	weights := wordWeights(all, len(articles))

	for i := range all {
		all[i].score = scoreSentence(&all[i], weights)
	}

	var told []*candidate

	for len(told) < n {
		best := bestSentence(all, told)
		if best == nil {
			break
		}

		told = append(told, best)
	}

	slices.SortFunc(told[min(1, len(told)):], func(a, b *candidate) int {
		if a.article != b.article {
			return a.article - b.article
		}

		return a.position - b.position
	})

	short := make([]Sentence, 0, len(told))
	for _, c := range told {
		short = append(short, Sentence{c.text, outletsOf(c, all, articles)})
	}

	return short
}

// Sentences returns what an article says, sentence by sentence, without its title and
// without what its outlet adds to every article.
func Sentences(a *news.Article) []string {
	body := a.Text
	if body == "" {
		body = a.Summary
	}

	kept, _ := tidySentences(normalizeSpace(body), newHeadline(a.Title))

	return kept
}

// candidate is a sentence that may be told.
type candidate struct {
	text              string
	words             map[string]bool
	article, position int
	score             float64
}

func readSentences(articles []*news.Article) []candidate {
	var all []candidate

	for i, a := range articles {
		kept := Sentences(a)
		for position, s := range kept[:min(len(kept), sentencesRead)] {
			if n := utf8.RuneCountInString(s); n < shortestTold && !hasDense(s) || n > longestTold {
				continue
			}

			all = append(all, candidate{text: s, words: wordsOf(s), article: i, position: position})
		}
	}

	return all
}

func hasDense(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return text.Classify(first) == text.Dense
}

func wordsOf(s string) map[string]bool {
	words := map[string]bool{}
	for _, w := range text.Words(s) {
		words[w.Key] = true
	}

	return words
}

// wordWeights is the centroid: what several articles say weighs, what only one says
// weighs little, and short words weigh nothing.
func wordWeights(all []candidate, articles int) map[string]float64 {
	in := map[string]map[int]bool{}

	for _, c := range all {
		for w := range c.words {
			if !weighs(w) {
				continue
			}

			if in[w] == nil {
				in[w] = map[int]bool{}
			}

			in[w][c.article] = true
		}
	}

	weights := make(map[string]float64, len(in))
	for w, found := range in {
		weights[w] = float64(len(found)) / float64(max(articles, 1))
	}

	return weights
}

// weighs reports whether a word says what a text is about: short ones rarely do.
func weighs(key string) bool { return len(key) >= 4 || text.IsDense(key) }

func scoreSentence(c *candidate, weights map[string]float64) float64 {
	var sum float64
	for _, w := range sortedWords(c.words) { // a fixed order: the sum is the same each time
		sum += weights[w] * weights[w]
	}

	return sum/math.Sqrt(float64(len(c.words)+1)) + 1/float64(c.position+1)
}

func sortedWords(set map[string]bool) []string {
	words := make([]string, 0, len(set))
	for w := range set {
		words = append(words, w)
	}

	slices.Sort(words)

	return words
}

// bestSentence returns the best of those that repeat nothing told, of an article that
// told nothing yet if there is one.
func bestSentence(all []candidate, told []*candidate) *candidate {
	var best *candidate

	bestIsNew := false

	for i := range all {
		c := &all[i]

		if slices.ContainsFunc(told, func(t *candidate) bool { return overlapOf(c.words, t.words) > .5 }) {
			continue
		}

		isNew := !slices.ContainsFunc(told, func(t *candidate) bool { return t.article == c.article })
		if best == nil || isNew && !bestIsNew || isNew == bestIsNew && c.score > best.score {
			best, bestIsNew = c, isNew
		}
	}

	return best
}

// overlapOf is the share of the smaller set that the other holds.
func overlapOf(a, b map[string]bool) float64 {
	return float64(countShared(a, b)) / float64(max(min(len(a), len(b)), 1))
}

// countShared counts the words that are in both sets.
func countShared(a, b map[string]bool) (both int) {
	if len(a) > len(b) {
		a, b = b, a
	}

	for w := range a {
		if b[w] {
			both++
		}
	}

	return both
}

// outletsOf names the outlets that have a sentence or nearly so, its own first.
func outletsOf(c *candidate, all []candidate, articles []*news.Article) []string {
	outlets := []string{articles[c.article].Outlet}

	for i := range all {
		other := articles[all[i].article].Outlet
		if other != "" && !slices.Contains(outlets, other) && overlapOf(c.words, all[i].words) > .8 {
			outlets = append(outlets, other)
		}
	}

	return outlets
}
