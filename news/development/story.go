// Package development says whether an article tells something new of a story that somebody
// follows, and whether an article that opened a story of its own goes on with it.
//
// What is known of a story is kept as the words of its articles with their weights
// (story.Weigh). News says what is new first and what was known below it; another telling
// of the same begins as the first one did. So a further article is judged by how much of
// its headline and opening was told, by whether what stands below them was, and by how late
// it comes: within hours another outlet says the same in its own words, days later it rarely
// does (Story.Judge). The weights were fitted on pairs of articles that were read and judged
// by hand (testdata/labels.txt). Whatever the sum says, an article that has no telling word,
// name or number that was not told is nothing new.
//
// The package is pure, and deterministic: the same articles in the same order give the same
// judgements, after a restart too.
package development

import (
	"math"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/news/story"
)

// Bounds of what is read of an article and kept of a story. News says what is new first; later
// come the background and what was known.
const (
	titleWords   = 30
	headWords    = 80
	leadWords    = 30
	openingWords = 20
	textWords    = 700
	mostTold     = 40     // articles of a story that are compared: the first, and the newest
	mostWords    = 50_000 // words of a story
)

// telling is an article as far as it matters for what is new.
type telling struct {
	title, lead []story.Word
	sentence    []story.Word // the first one of the text, as far as it is in lead
	opening     []story.Word // the title and the first words: what is said to be new
	head        []story.Word // the title and more words
	all         []story.Word
	headline    string
	text        string
	at          time.Time
	openingBag  bag
	headBag     bag
}

func readTelling(a *news.Article, at time.Time) *telling {
	t := &telling{headline: news.StripLabel(a.Title), text: a.Text, at: at}
	if len(t.text) < len(a.Summary) {
		t.text = a.Summary
	}

	t.title = story.Weigh(t.headline, titleWords)
	body := story.Weigh(t.text, textWords)
	t.lead = body[:min(len(body), leadWords)]
	t.sentence = firstSentence(t.text, t.lead)
	t.opening = slices.Concat(t.title, body[:min(len(body), openingWords)])
	t.head = slices.Concat(t.title, body[:min(len(body), headWords)])
	t.all = slices.Concat(t.title, body)
	t.openingBag, t.headBag = bagOf(t.opening), bagOf(t.head)

	return t
}

// leastSentence is how many bytes a first sentence has: before that, a stop ends a dateline or
// an abbreviation.
const leastSentence = 60

// firstSentence returns the words of the first sentence of a text.
func firstSentence(text string, words []story.Word) []story.Word {
	end := len(text)

	for i, r := range text {
		if i < leastSentence || !unicode.Is(unicode.Sentence_Terminal, r) {
			continue
		}

		// A stop within a number or an address ends nothing; scripts without spaces have other stops.
		if next := i + utf8.RuneLen(r); r > unicode.MaxASCII || next < len(text) && (text[next] == ' ' || text[next] == '\n') {
			end = i
			break
		}
	}

	for i, w := range words {
		if w.From >= end {
			return words[:i]
		}
	}

	return words
}

// Story is what was told of a story. The zero value is one of which nothing was told. It is not
// safe for concurrent use.
type Story struct {
	told  []*telling
	words map[uint64]bool
	last  time.Time // of the newest article
}

// Add notes that an article told the story, at the time when it came out.
func (s *Story) Add(a *news.Article, at time.Time) { s.add(readTelling(a, at)) }

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

	t.all, t.lead, t.sentence, t.title = nil, nil, nil, nil // only an article that is being judged needs them

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
	Details []string // names, numbers and telling words that were not told, as they stand there, at most five
}

// The weights of what an article is judged by, fitted on the half of the labels for choosing
// and rounded. Tellings again of an unknown time of day counted as coming 0, 4, 8 and 12 hours
// late there; at oddsNone one in five of them would be told. The figures are in docs/performance-news.md.
const (
	oddsNone   = -3.9
	oddsNew    = 0.55  // weight of the words of the first sentence that were not told, as a logarithm
	oddsKnown  = -0.8  // share of the headline that one article has in its beginning
	oddsMutual = -0.95 // share that an article's opening and this one's have of each other
	oddsRest   = 0.85  // share of what stands below the opening that was told: background
	oddsLate   = 1.0   // hours since the newest article beyond graceHours, as a logarithm
)

const (
	graceHours = 3
	// telling words are those that fewer than one article in 150 has; of a headline, one in 20.
	leastTelling  = 5
	leastHeadline = 3
	mostFacts     = 5
)

// Judge says whether an article that came out at a time tells something new. It does not note it
// as told: Add does.
func (s *Story) Judge(a *news.Article, at time.Time) Verdict {
	return judgeTelling([]*Story{s}, readTelling(a, at))
}

// judgeTelling judges an article by all that was told in the parts of a story.
func judgeTelling(parts []*Story, t *telling) Verdict {
	var (
		known, mutual float64
		last          time.Time
		told          int
	)

	for _, s := range parts {
		for _, told := range s.told {
			known = max(known, told.headBag.cover(t.title))
			mutual = max(mutual, min(told.openingBag.cover(t.opening), t.openingBag.cover(told.opening)))
		}

		if s.last.After(last) {
			last = s.last
		}

		told += len(s.told)
	}

	late := math.Log1p(max(0, t.at.Sub(last).Hours()-graceHours))
	v := Verdict{
		LogOdds: oddsNone + oddsNew*math.Log1p(untoldWeight(parts, t.sentence)) + oddsKnown*known + oddsMutual*mutual +
			oddsRest*toldShare(parts, t.head[len(t.opening):]) + oddsLate*late,
		Details: listUntold(parts, t),
	}
	v.New = v.LogOdds > 0 && len(v.Details) > 0 && told > 0

	return v
}

// untoldWeight adds up what the words weigh that were not told, each as often as it stands there.
func untoldWeight(parts []*Story, words []story.Word) float64 {
	all := 0.0

	for _, w := range words {
		if !wasTold(parts, w.Stem) {
			all += w.Weight
		}
	}

	return all
}

// toldShare returns the share of the words' weight that was told, 0 of no words.
func toldShare(parts []*Story, words []story.Word) float64 {
	all := 0.0
	for _, w := range words {
		all += w.Weight
	}

	if all == 0 {
		return 0
	}

	return 1 - untoldWeight(parts, words)/all
}

// wasTold reports whether a word was told in a part of a story.
func wasTold(parts []*Story, stem uint64) bool {
	return slices.ContainsFunc(parts, func(s *Story) bool { return s.words[stem] })
}

// listUntold lists what title and first words of an article have that was not told, names and
// numbers first.
func listUntold(parts []*Story, t *telling) []string {
	var marked, others []string

	seen := map[uint64]bool{}
	collect := func(words []story.Word, text string, least float64) {
		for _, w := range words {
			if seen[w.Stem] || w.Weight < least && !w.Number || wasTold(parts, w.Stem) {
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

	collect(t.title, t.headline, leastHeadline)
	collect(t.lead, t.text, leastTelling)

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
