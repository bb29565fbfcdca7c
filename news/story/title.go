package story

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Titles are looked at word by word beside the cosine, which does not know the
// word that matters: "Storm leaves 3 dead in Peru" and "… 30 dead …", "near Tokyo"
// and "near Lima" are as alike as two titles can be.

// titleString is a title as it is compared: words folded and parted by spaces, but
// a name keeps its capital and a number its point, and "three" is 3.
// The title is the text that findRuns has read.
func (r *reader) titleString(title string) string {
	var b strings.Builder

	for i := range r.runs {
		u := &r.runs[i]
		initial, _ := utf8.DecodeRuneInString(title[u.from:])
		word := title[u.from:u.to]

		if unicode.IsDigit(initial) {
			word = strings.ToLower(strings.ReplaceAll(word, ",", ""))
		} else {
			acronym := b.Len() == 0 && isAcronym(word)

			word = r.foldRun(u)
			if n := slices.Index(numberWords, word); n >= 0 {
				word = strconv.Itoa(n + 2)
			} else if unicode.IsUpper(initial) && (b.Len() > 0 || acronym) {
				first, n := utf8.DecodeRuneInString(word)
				word = string(unicode.ToUpper(first)) + word[n:]
			}
		}

		if u.dense {
			writeSigns(&b, word)
			continue
		}

		b.WriteString(word)
		b.WriteByte(' ')
	}

	return b.String()
}

// writeSigns writes each sign of a script without spaces as a word.
func writeSigns(b *strings.Builder, word string) {
	for _, sign := range word {
		b.WriteRune(sign)
		b.WriteByte(' ')
	}
}

// countWords counts the words of a title as it is compared; two signs of a script without spaces
// are one.
func countWords(title string) int {
	n, signs := 0, 0

	for w := range strings.FieldsSeq(title) {
		if isDense([]byte(w)) {
			signs++
		} else {
			n++
		}
	}

	return n + signs/2
}

// foldRun returns the words of a run as one.
func (r *reader) foldRun(u *run) string {
	d := r.doc
	if u.dense {
		from, to := r.bounds(u)
		return string(d.Buf[from:to])
	}

	r.key = r.key[:0]
	for _, i := range r.tokens[u.first:u.after] {
		r.key = append(r.key, d.Buf[d.Tokens[i].Key:][:d.Tokens[i].KeyLen]...)
	}

	return string(u.cutName(r.key))
}

// isAcronym reports whether a word is written in capitals alone.
func isAcronym(word string) bool {
	return len(word) > 1 && strings.ToUpper(word) == word
}

// plainShare is the part of articles that a word is in at least when it is no name, in a title
// With Capitals Throughout.
const plainShare = 0.002

// fewWords is how many words two titles of one sentence differ in, at most.
const fewWords = 3

// numberWords begin at two: one is a pronoun as well.
var (
	numberWords  = strings.Fields("two three four five six seven eight nine ten eleven twelve")
	ordinalWords = strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth")
)

// sameTitle reports whether two titles are one but for typos. A number, a place
// or a short word is never a typo of another.
func (bg *background) sameTitle(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)

	return len(x) > 0 && slices.EqualFunc(x, y, func(v, w string) bool {
		return strings.EqualFold(v, w) || !(bg.isPlaceName(v) && bg.isPlaceName(w)) && isTypo(strings.ToLower(v), strings.ToLower(w))
	})
}

// typoWord is the least length of a word that may be a typo of another: Iran and
// Iraq, dead and deaf are not.
const typoWord = 5

// isTypo reports whether one letter is wrong, too many or exchanged with its
// neighbour, other than the first.
func isTypo(v, w string) bool {
	x, y := []rune(v), []rune(w)
	if len(x) > len(y) {
		x, y = y, x
	}

	if len(x) < typoWord || len(y) > len(x)+1 || x[0] != y[0] || strings.ContainsFunc(v+w, func(r rune) bool { return unicode.IsDigit(r) || isDense(utf8.AppendRune(nil, r)) }) {
		return false
	}

	i := 1
	for i < len(x) && x[i] == y[i] {
		i++
	}

	switch restX, restY := x[i:], y[i:]; {
	case len(x) < len(y):
		return slices.Equal(restX, restY[1:])
	case len(restX) > 1 && restX[0] == restY[1] && restX[1] == restY[0]:
		return slices.Equal(restX[2:], restY[2:])
	default:
		return slices.Equal(restX[min(1, len(restX)):], restY[min(1, len(restY)):])
	}
}

// contradict reports whether two titles tell of different events however alike
// they are: all that differs is names and numbers; or they are one sentence with
// words exchanged (who praises and who rejects) and the texts are not nearly one;
// or, where the titles are all there is (bare), no place is in both, or no number
// and much else is. Of a language whose common words are not known (foreign), a word without a
// capital is a common one.
func (bg *background) contradict(a, b string, foreign, bare, near bool) bool {
	x, y := strings.Fields(a), strings.Fields(b)

	onlyX, onlyY := subtractWords(x, y), subtractWords(y, x)
	if len(onlyX) == 0 || len(onlyY) == 0 {
		return false
	}

	onlyX, onlyY = dropSame(onlyX, onlyY)
	if len(onlyX) == 0 || len(onlyY) == 0 {
		return false
	}

	shared := len(x) - len(onlyX)
	capitals := !isTitleCase(x) && !isTitleCase(y)

	plain := func(w string) bool {
		r, _ := utf8.DecodeRuneInString(w)
		return leadingNumber(w) == "" && !slices.Contains(ordinalWords, strings.ToLower(w)) && !(capitals && unicode.IsUpper(r)) && !bg.isPlaceName(w) && (foreign || bg.share(stemOfWord(w)) > plainShare)
	}
	if shared > 0 && (!slices.ContainsFunc(onlyX, plain) && !slices.ContainsFunc(onlyY, plain) || !near && len(onlyX) <= fewWords && shared >= len(onlyX) && swapsWords(x, y)) {
		return true
	}

	return bare && (bg.arePlacesApart(x, y) || shared >= max(len(onlyX), len(onlyY)) && numbersDiffer(x, y))
}

// dropSame drops the words of each that say what a word of the other says too.
func dropSame(x, y []string) (onlyX, onlyY []string) {
	verbsX, verbsY := verbsOf(x), verbsOf(y)

	for i, v := range verbsX {
		if !slices.ContainsFunc(verbsY, v.meansSame) {
			onlyX = append(onlyX, x[i])
		}
	}

	for i, w := range verbsY {
		if !slices.ContainsFunc(verbsX, w.meansSame) {
			onlyY = append(onlyY, y[i])
		}
	}

	return onlyX, onlyY
}

// swapsWords reports whether two titles are the same words in the same places but
// for some that only one of them has.
func swapsWords(x, y []string) bool {
	stem := stemOfWord
	differs := false

	return slices.EqualFunc(x, y, func(v, w string) bool {
		if strings.EqualFold(v, w) || stem(v) == stem(w) || verbOf(v).meansSame(verbOf(w)) {
			return true
		}

		differs = true

		return !containsFold(y, v) && !containsFold(x, w)
	}) && differs
}

func containsFold(words []string, w string) bool {
	return slices.ContainsFunc(words, func(v string) bool { return strings.EqualFold(v, w) })
}

// numbersDiffer reports whether both titles have numbers, but none in common.
func numbersDiffer(x, y []string) bool {
	of := map[string]bool{}
	for _, w := range x {
		of[leadingNumber(w)] = true
	}

	others := slices.DeleteFunc(slices.Clone(y), func(w string) bool { return leadingNumber(w) == "" })

	delete(of, "")

	return len(of) > 0 && len(others) > 0 && !slices.ContainsFunc(others, func(w string) bool { return of[leadingNumber(w)] })
}

// isPlaceName reports whether a word of a title is a place or a leader.
func (bg *background) isPlaceName(word string) bool { return bg.daily[stemOfWord(word)] }

// arePlacesApart reports whether both titles have places or leaders, and none of one goes with one of
// the other.
func (bg *background) arePlacesApart(x, y []string) bool {
	x, y = bg.places(x), bg.places(y)

	return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(v string) bool {
		return slices.ContainsFunc(y, func(w string) bool { return bg.isRelated(v, w) })
	})
}

func (bg *background) places(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !bg.isPlaceName(w) })
}

// isRelated reports whether two places or leaders go together, as do Japan and Japanese, Tokyo and Japan.
func (bg *background) isRelated(v, w string) bool {
	a, b := bg.lands[stemOfWord(v)], bg.lands[stemOfWord(w)]
	if a.country != 0 && a.country == b.country && !(a.town && b.town) {
		return true
	}

	return strings.EqualFold(v[:min(len(v), 4)], w[:min(len(w), 4)])
}

// leadingNumber is the number that a word begins with, "" if none.
func leadingNumber(word string) string {
	n := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
	if n < 0 {
		return word
	}

	return strings.TrimRight(word[:n], ".")
}

// isTitleCase reports whether most words have a capital, so that it tells nothing.
func isTitleCase(words []string) bool {
	n := 0

	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(r) {
			n++
		}
	}

	return 2*n > len(words)
}

// subtractWords returns the words of x that y does not have.
func subtractWords(x, y []string) []string {
	var out []string

	for _, v := range x {
		if !containsFold(y, v) {
			out = append(out, v)
		}
	}

	return out
}

// version is a number that a title gives a thing, so that another number is another thing: behind a name
// (Firefox 132.1), or in one word with letters (CVE-2026-1234, flight LH441).
type version struct {
	of, number string
	behind     bool // the number is a word of its own
}

// How many letters and digits a word has, at least, in which they number a thing: a G20 and a G7, an
// A320 and an A321, Q3 and Q4 may be of one event.
const (
	versionLetters = 2
	versionDigits  = 3
)

// readVersions returns the versions in a title as titleString writes it.
func readVersions(title string) []version {
	var (
		out  []version
		last string
	)

	for word := range strings.FieldsSeq(title) {
		at := strings.IndexFunc(word, unicode.IsDigit)

		switch {
		case at == 0 && last != "" && strings.Contains(leadingNumber(word), "."):
			out = append(out, version{of: last, number: leadingNumber(word), behind: true})
		case at >= versionLetters && len(word)-at >= versionDigits:
			out = append(out, version{of: word[:at], number: word[at:]})
		}

		last = word
	}

	return out
}

// versionsDiffer reports whether the titles of two articles number one thing, and no number of it is in both. Where
// the number stands behind a word, that is a name in both articles and no place: what a magnitude is, or a
// rate of Japan's, outlets tell in more than one way.
func (g *Grouper) versionsDiffer(a, b *entry) bool {
	x := readVersions(a.title)
	if len(x) == 0 {
		return false
	}

	y := readVersions(b.title)
	differ := false

	for _, v := range x {
		other := func(w version) bool { return v.behind == w.behind && strings.EqualFold(v.of, w.of) }
		if !slices.ContainsFunc(y, other) || v.behind && !g.isThing(v.of, a, b) {
			continue
		}

		if slices.ContainsFunc(y, func(w version) bool { return other(w) && v.number == w.number }) {
			return false
		}

		differ = true
	}

	return differ
}

// isThing reports whether a word is a name in two articles, and no place or leader.
func (g *Grouper) isThing(word string, a, b *entry) bool {
	index := g.terms.index[stemOfWord(word)]

	return !g.background.isPlaceName(word) && a.find(index)&isName != 0 && b.find(index)&isName != 0
}
