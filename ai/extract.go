package ai

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"newsbell/news"
	"newsbell/news/summary"
	"newsbell/subscriptions/text"
)

// How much is taken from articles where no model writes.
const (
	shortShown    = 3 // sentences of Short and of an answer to a question
	sidesShown    = 8 // outlets
	namesShown    = 8 // names, and as many days
	namesInOne    = 2 // times that a name stands in the only article
	questionShare = 0.5
)

// Extract answers from the articles' own sentences. It always gives the same answer to
// the same task. Without a sentence, Reason says why.
func Extract(t *Task) *Answer {
	a := &Answer{By: ByExtract, Sentences: []Sentence{}}

	switch t.Kind {
	case Short:
		a.Sentences, a.Reason = extractShort(t.Articles), "The articles have no text."
	case Sides:
		a.Sentences, a.Reason = extractSides(t.Articles), "No outlet is known."
	case Background:
		a.Sentences, a.Reason = extractBackground(t.Related), "No related articles are kept."
	case Who:
		a.Sentences, a.Reason = extractNames(t.Articles), "No name or date recurs in the articles."
	case Question:
		a.Sentences, a.Reason = extractReplies(t), "The articles don't say."
	case Connect:
		a.Reason = "Only a language model says what connects stories."
	case Translate:
		a.Reason = "Translating needs a language model, and none is configured."
	default:
		a.Reason = "There is no such kind of answer."
	}

	if len(a.Sentences) > 0 {
		a.Reason = ""
	} else {
		a.Sentences = []Sentence{}
	}

	return a
}

func extractShort(articles []*news.Article) []Sentence {
	var out []Sentence

	for _, s := range summary.Short(articles, shortShown) {
		var addresses []string

		for _, a := range articles {
			if slices.Contains(s.Outlets, a.Outlet) && !slices.Contains(addresses, a.URL) {
				addresses = append(addresses, a.URL)
			}
		}

		out = append(out, Sentence{s.Text, addresses})
	}

	return out
}

// extractSides puts the outlets' own headlines side by side.
func extractSides(articles []*news.Article) []Sentence {
	var (
		out  []Sentence
		seen = map[string]bool{}
	)

	for _, a := range articles {
		name := cmp.Or(a.Outlet, news.Host(a.URL))
		if name == "" || seen[name] || len(out) == sidesShown {
			continue
		}

		seen[name] = true
		out = append(out, Sentence{name + ": " + a.Title, []string{a.URL}})
	}

	return out
}

// extractBackground takes the first sentence of each neighbour, the oldest first.
func extractBackground(related []*news.Article) []Sentence {
	sorted := slices.Clone(firstN(related, mostShown))
	slices.SortStableFunc(sorted, func(x, y *news.Article) int { return x.Published.Compare(y.Published) })

	out := make([]Sentence, 0, len(sorted))

	for _, a := range sorted {
		said := a.Title
		if sentences := summary.Sentences(a); len(sentences) > 0 {
			said = sentences[0]
		}

		if !a.Published.IsZero() {
			said = a.Published.UTC().Format(time.DateOnly) + ": " + said
		}

		out = append(out, Sentence{said, []string{a.URL}})
	}

	return out
}

// recurring is a name, or a day, and the articles that have it.
type recurring struct {
	surface string
	in      []string // addresses
	times   int
}

// extractNames lists the names, and behind them the days, that several articles have, or that
// the only one has more than once.
func extractNames(articles []*news.Article) []Sentence {
	names, days := newRecurrences(), newRecurrences()

	for _, a := range articles {
		for _, name := range namesOf(a) {
			names.add(text.Fold(name), name, a.URL)
		}

		for _, s := range summary.Sentences(a) {
			words := text.Words(s)

			for i := range words {
				if d, from, to := spokenDay(words, i); d != "" {
					days.add(string(d), s[from:to], a.URL)
				}
			}
		}
	}

	return append(names.shown(len(articles)), days.shown(len(articles))...)
}

// recurrences are what articles have in common, in the order in which it was found.
type recurrences struct {
	byKey map[string]*recurring
	order []*recurring
}

func newRecurrences() *recurrences { return &recurrences{byKey: map[string]*recurring{}} }

// add notes that an article has something, as it stands there.
func (c *recurrences) add(key, surface, address string) {
	r := c.byKey[key]
	if r == nil {
		r = &recurring{surface: surface}
		c.byKey[key] = r
		c.order = append(c.order, r)
	}

	if r.times++; !slices.Contains(r.in, address) {
		r.in = append(r.in, address)
	}
}

// shown returns those that recur, what most articles have before others.
func (c *recurrences) shown(articles int) []Sentence {
	kept := slices.DeleteFunc(slices.Clone(c.order), func(r *recurring) bool { return len(r.in) < 2 && (articles > 1 || r.times < namesInOne) })

	slices.SortStableFunc(kept, func(x, y *recurring) int {
		return cmp.Or(cmp.Compare(len(y.in), len(x.in)), cmp.Compare(y.times, x.times))
	})

	out := make([]Sentence, 0, namesShown)
	for _, r := range firstN(kept, namesShown) {
		out = append(out, Sentence{r.surface, r.in})
	}

	return out
}

// namesOf returns the runs of words with a capital within an article's sentences,
// every time that they stand there. The first word of a sentence belongs to none
// unless it is part of one elsewhere.
func namesOf(a *news.Article) []string {
	var names []string

	for _, s := range summary.Sentences(a) {
		words := text.Words(s)
		from, to := -1, -1
		flush := func() {
			if from >= 0 {
				names = append(names, strings.TrimSuffix(strings.TrimSuffix(s[from:to], "'s"), "’s"))
			}

			from = -1
		}

		for _, w := range words {
			if w.Alternative || from >= 0 && w.Start < to { // a part of the word before
				continue
			}

			surface := s[w.Start:w.End]
			isCapital := hasCapital(surface) && !beginsSentence(s, w.Start) && !starters()[w.Key] && months()[w.Key] == 0

			if from >= 0 && (!isCapital || strings.TrimFunc(s[to:w.Start], unicode.IsSpace) != "") {
				flush()
			}

			if isCapital {
				if from < 0 {
					from = w.Start
				}

				to = w.End
			}
		}

		flush()
	}

	return names
}

// extractReplies finds the sentences of the story and its neighbours that have most of
// a question's words, weighed by how few sentences have them.
func extractReplies(t *Task) []Sentence {
	asked := questionWords(t.Question)
	if len(asked) == 0 {
		return nil
	}

	hits := findHits(t.given(), asked)
	slices.SortStableFunc(hits, func(x, y hit) int { return cmp.Compare(y.score, x.score) })

	var out []Sentence

	for _, h := range hits {
		repeats := slices.ContainsFunc(out, func(s Sentence) bool { return news.SimilarTitles(s.Text, h.Text) })
		if len(out) < shortShown && !repeats && float64(len(h.words)) >= questionShare*float64(len(asked)) {
			out = append(out, h.Sentence)
		}
	}

	return out
}

// hit is a sentence with the words of a question that it has.
type hit struct {
	Sentence
	words map[string]bool
	score float64
}

// findHits returns all sentences of articles, scored by the words that were asked: each counts the
// more the fewer sentences have it.
func findHits(articles []*news.Article, asked map[string]bool) (hits []hit) {
	uses := map[string]int{}

	for _, a := range articles {
		for _, s := range append([]string{a.Title}, summary.Sentences(a)...) {
			words := sharedWords(s, asked)
			for w := range words {
				uses[w]++
			}

			hits = append(hits, hit{Sentence: Sentence{s, []string{a.URL}}, words: words})
		}
	}

	for i := range hits {
		for w := range hits[i].words {
			hits[i].score += math.Log(1 + float64(len(hits))/float64(uses[w]))
		}
	}

	return hits
}

// sharedWords returns which of the words that were asked a sentence has, in any spelling.
func sharedWords(sentence string, asked map[string]bool) map[string]bool {
	shared := map[string]bool{}

	for _, w := range text.Words(sentence) {
		for _, form := range text.Spellings(w.Key) {
			if asked[form] {
				shared[form] = true
			}
		}
	}

	return shared
}

// questionWords returns the words of a question that may be found.
func questionWords(question string) map[string]bool {
	asked := map[string]bool{}

	for _, w := range text.Words(news.Truncate(question, questionRead)) {
		if !starters()[w.Key] && !w.Alternative && (len(w.Key) > 2 || text.IsDense(w.Key)) {
			asked[w.Key] = true
		}
	}

	return asked
}
