// Package suggest finds the words that go with what somebody follows: those that occur in
// the articles it matches much more often than in others. It counts in the articles that
// are stored here, knows no language, and is pure.
package suggest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is a word, or two that stand together, that goes with what is followed.
type Word struct {
	Text    string // as articles mostly write it
	Stories int    // of what is followed, that have it
}

// Counter counts the words of articles. It is not safe for concurrent use.
type Counter struct {
	words   map[string]*count
	stories map[int64]bool // that match
	all     int            // articles
}

// count is what is known of a word.
type count struct {
	spellings map[string]int
	stories   map[int64]bool // that match and have it
	articles  int            // that have it, matching or not
}

// NewCounter returns a counter that has seen nothing.
func NewCounter() *Counter {
	return &Counter{words: map[string]*count{}, stories: map[int64]bool{}}
}

// Limits of what is counted: bytes of a summary, articles, and words kept in memory.
const (
	mostText     = 300
	mostArticles = 2000
	mostWords    = 200_000
)

// Add counts an article, of which the story tells whether another one says the same again.
func (c *Counter) Add(title, summary string, story int64, matches bool) {
	if c.all >= mostArticles {
		return
	}

	c.all++

	if matches {
		c.stories[story] = true
	}

	seen := map[string]bool{}

	for _, sentence := range []string{title, truncateText(summary)} {
		for _, term := range termsOf(sentence) {
			c.count(term, story, matches, seen)
		}
	}
}

func (c *Counter) count(term string, story int64, matches bool, seen map[string]bool) {
	key := strings.ToLower(term)

	known := c.words[key]
	if known == nil {
		if len(c.words) >= mostWords {
			return
		}

		known = &count{spellings: map[string]int{}, stories: map[int64]bool{}}
		c.words[key] = known
	}

	if matches {
		known.stories[story] = true
		known.spellings[term]++
	}

	if !seen[key] {
		known.articles++
		seen[key] = true
	}
}

// truncateText keeps the beginning of a long text.
func truncateText(s string) string {
	if len(s) <= mostText {
		return s
	}

	return strings.ToValidUTF8(s[:mostText], "")
}

// shortestWord is how many letters a word has at least.
const shortestWord = 4

// termsOf are the words of a text, and the pairs of capitalised ones side by side.
func termsOf(s string) []string {
	var terms []string

	before := ""

	for _, w := range strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '\'' && r != '’' && r != '.' && r != ','
	}) {
		ends := strings.HasSuffix(w, ".") || strings.HasSuffix(w, ",")
		w = strings.Trim(strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s"), "-'’.,")

		if w == "" || strings.ContainsFunc(w, isUnspaced) {
			before = ""
			continue
		}

		if utf8.RuneCountInString(w) >= shortestWord && strings.ContainsFunc(w, unicode.IsLetter) {
			terms = append(terms, w)
		}

		if isCapital(w) && before != "" {
			terms = append(terms, before+" "+w)
		}

		before = ""
		if isCapital(w) && !ends {
			before = w
		}
	}

	return terms
}

// isUnspaced reports whether a letter is of a script that puts no spaces between words.
func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Khmer, unicode.Lao, unicode.Myanmar)
}

func isCapital(w string) bool {
	first, size := utf8.DecodeRuneInString(w)
	return unicode.IsUpper(first) && size < len(w)
}

// How often a word has to be there to be told: in so many stories, in this share of them
// at least, and so many times as often as elsewhere.
const (
	leastStories = 3
	leastShare   = 0.05
	leastLift    = 5
)

// nameWeight is how much more a name says than a word.
const nameWeight = 1.5

// Best returns the words that go with what matched, the best first, without those that
// the query itself has.
func (c *Counter) Best(query []string, most int) []Word {
	type scored struct {
		Word
		key   string
		score float64
	}

	var all []scored

	for key, known := range c.words {
		n := len(known.stories)
		if n < leastStories || float64(n) < leastShare*float64(len(c.stories)) || isIn(key, query) {
			continue
		}

		lift := float64(n) / float64(len(c.stories)) / (float64(known.articles) / float64(c.all))
		if lift < leastLift {
			continue
		}

		score := float64(n) * math.Log(lift)
		if strings.Contains(key, " ") {
			score *= nameWeight
		}

		all = append(all, scored{Word{known.spelling(), n}, key, score})
	}

	slices.SortFunc(all, func(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.key, b.key)) })

	var best []Word

	var keys []string

	for _, s := range all {
		if len(best) == most {
			break
		}

		if slices.ContainsFunc(keys, func(k string) bool { return shareWord(k, s.key) }) {
			continue
		}

		if pair := slices.IndexFunc(all, func(o scored) bool { // a name rather than a part of it
			return strings.Contains(o.key, " ") && shareWord(o.key, s.key) && o.key != s.key && 2*o.Stories >= s.Stories
		}); pair >= 0 {
			s = all[pair]
		}

		best, keys = append(best, s.Word), append(keys, s.key)
	}

	return best
}

// shareWord reports whether two terms share a word.
func shareWord(a, b string) bool {
	for w := range strings.FieldsSeq(a) {
		if slices.Contains(strings.Fields(b), w) {
			return true
		}
	}

	return false
}

// isIn reports whether a term has a word that a query has too, or nearly: one that begins
// like it.
func isIn(key string, query []string) bool {
	for w := range strings.FieldsSeq(key) {
		for _, q := range query {
			q = strings.ToLower(q)
			if q != "" && (strings.HasPrefix(w, q) || strings.HasPrefix(q, w)) {
				return true
			}
		}
	}

	return false
}

// spelling is how articles mostly write a word.
func (k *count) spelling() string {
	best, most := "", 0

	for s, n := range k.spellings {
		if n > most || n == most && s < best {
			best, most = s, n
		}
	}

	return best
}
