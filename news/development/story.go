// Package development says whether an article tells something new of a story that somebody
// follows, and whether an article that opened a story of its own goes on with it.
//
// What was told of a story is kept as the words of its articles with their weights
// (story.Weigh). A further article is judged by how much of its headline and beginning one of
// the articles told already, and by how late it comes: within hours another outlet says the
// same in its own words, days later it rarely does (Story.Judge). The weights were fitted on
// pairs of articles that were read and judged by hand (testdata/labels.txt). Whatever the sum
// says, an article that has no telling word, name or number that was not told is nothing new.
//
// The package is pure, and deterministic: the same articles in the same order give the same
// judgements, after a restart too.
package development

import (
	"math"
	"slices"
	"time"

	"newsbell/news"
	"newsbell/news/story"
)

// Bounds of what is read of an article and kept of a story. News says what is new first; later
// come the background and what was known.
const (
	titleWords = 30
	headWords  = 80
	leadWords  = 30
	textWords  = 700
	mostTold   = 40     // articles of a story that are compared: the first, and the newest
	mostWords  = 50_000 // words of a story
)

// telling is an article as far as it matters for what is new.
type telling struct {
	title, lead []story.Word
	head        []story.Word // the title and the first words
	all         []story.Word
	headline    string
	text        string
	at          time.Time
	titleBag    bag
	headBag     bag
}

func read(a *news.Article, at time.Time) *telling {
	t := &telling{headline: story.StripLabel(a.Title), text: a.Text, at: at}
	if len(t.text) < len(a.Summary) {
		t.text = a.Summary
	}

	t.title = story.Weigh(t.headline, titleWords)
	body := story.Weigh(t.text, textWords)
	t.lead = body[:min(len(body), leadWords)]
	t.head = slices.Concat(t.title, body[:min(len(body), headWords)])
	t.all = slices.Concat(t.title, body)
	t.titleBag, t.headBag = bagOf(t.title), bagOf(t.head)

	return t
}

// Story is what was told of a story. The zero value is one of which nothing was told. It is not
// safe for concurrent use.
type Story struct {
	told  []*telling
	words map[uint64]bool
	last  time.Time // of the newest article
}

// Add notes that an article told the story, at the time when it came out.
func (s *Story) Add(a *news.Article, at time.Time) { s.add(read(a, at)) }

func (s *Story) add(t *telling) {
	if s.words == nil {
		s.words = map[uint64]bool{}
	}

	for _, w := range t.all {
		if len(s.words) == mostWords {
			break
		}

		s.words[w.Stem] = true
	}

	t.all, t.lead = nil, nil // only an article that is being judged needs them

	if s.told = append(s.told, t); len(s.told) > mostTold {
		s.told = slices.Delete(s.told, 1, 2)
	}

	if t.at.After(s.last) {
		s.last = t.at
	}
}

// Verdict is what an article has that was not told.
type Verdict struct {
	New     bool     // it is a development
	LogOdds float64  // that it is one
	Facts   []string // names, numbers and telling words that were not told, as they stand there, at most five
}

// The weights of what an article is judged by, fitted on the half of the labels for choosing
// and rounded; oddsNone is the least at which four in five developments of that half are told.
// The figures are in docs/performance-news.md.
const (
	oddsNone  = -0.1
	oddsKnown = -1.5 // share of the headline that one article has in its beginning
	oddsHeads = -4.5 // cosine with the most similar beginning
	oddsTitle = -3.0 // cosine with the most similar headline
	oddsTold  = 0.1  // how many words were told, as a logarithm
	oddsLate  = 1.6  // hours since the newest article beyond graceHours, as a logarithm
)

const (
	graceHours = 3
	// telling words are those that fewer than one article in 150 has.
	leastTelling = 5
	mostFacts    = 5
)

// Judge says whether an article that came out at a time tells something new. It does not note it
// as told: Add does.
func (s *Story) Judge(a *news.Article, at time.Time) Verdict {
	return judge([]*Story{s}, read(a, at))
}

// judge judges an article by all that was told in the parts of a story.
func judge(parts []*Story, t *telling) Verdict {
	var (
		known, heads, titles float64
		last                 time.Time
		told, words          int
	)

	for i, s := range parts {
		for _, told := range s.told {
			known = max(known, told.headBag.cover(t.title))
			heads = max(heads, cosine(t.headBag, told.headBag))
			titles = max(titles, cosine(t.titleBag, told.titleBag))
		}

		if s.last.After(last) {
			last = s.last
		}

		told += len(s.told)

		words += len(s.words)

		for stem := range s.words {
			if i > 0 && wasTold(parts[:i], stem) {
				words--
			}
		}
	}

	late := math.Log1p(max(0, t.at.Sub(last).Hours()-graceHours))
	v := Verdict{
		LogOdds: oddsNone + oddsKnown*known + oddsHeads*heads + oddsTitle*titles +
			oddsTold*math.Log1p(float64(words)) + oddsLate*late,
		Facts: untold(parts, t),
	}
	v.New = v.LogOdds > 0 && len(v.Facts) > 0 && told > 0

	return v
}

// wasTold reports whether a word was told in a part of a story.
func wasTold(parts []*Story, stem uint64) bool {
	return slices.ContainsFunc(parts, func(s *Story) bool { return s.words[stem] })
}

// untold lists what title and first words of an article have that was not told, names and
// numbers first.
func untold(parts []*Story, t *telling) []string {
	var marked, others []string

	seen := map[uint64]bool{}
	collect := func(words []story.Word, text string) {
		for _, w := range words {
			if seen[w.Stem] || w.Weight < leastTelling && !w.Number || wasTold(parts, w.Stem) {
				continue
			}

			seen[w.Stem] = true

			if w.Name || w.Number {
				marked = append(marked, text[w.From:w.To])
			} else {
				others = append(others, text[w.From:w.To])
			}
		}
	}

	collect(t.title, t.headline)
	collect(t.lead, t.text)

	all := append(marked, others...)

	return all[:min(len(all), mostFacts)]
}

// bag is the weights of an article's words.
type bag map[uint64]float64

func bagOf(words []story.Word) bag {
	b := make(bag, len(words))
	for _, w := range words {
		b[w.Stem] = w.Weight
	}

	return b
}

// cover returns the share of the words' weight that is in the bag.
func (b bag) cover(words []story.Word) float64 {
	var all, both float64

	for _, w := range words {
		all += w.Weight
		if b[w.Stem] > 0 {
			both += w.Weight
		}
	}

	if all == 0 {
		return 0
	}

	return both / all
}

// cosine adds up in the order of the larger parts first, whatever order a map has, so that it is
// the same every time.
func cosine(a, b bag) float64 {
	var dot, x, y []float64

	for stem, w := range a {
		if v := b[stem]; v > 0 {
			dot = append(dot, w*v)
		}

		x = append(x, w*w)
	}

	for _, w := range b {
		y = append(y, w*w)
	}

	if len(x) == 0 || len(y) == 0 {
		return 0
	}

	return sum(dot) / math.Sqrt(sum(x)*sum(y))
}

func sum(parts []float64) float64 {
	slices.Sort(parts)

	all := 0.0
	for _, v := range parts {
		all += v
	}

	return all
}
