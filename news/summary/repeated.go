package summary

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Repeated is what several articles of a source begin or end with, or have as a sentence of their
// own: its boilerplate, in whatever language and words. It holds hashes of words, no text. The
// zero value knows nothing.
type Repeated struct {
	heads, tails map[uint64]bool
}

const (
	// repeatedBy is how many articles share what is boilerplate, repeatedWords of how many words
	// it is at least.
	repeatedBy    = 3
	repeatedWords = 3
	// unmarkedWords is how many words it is at least where no sign parts it from what stands before
	// it, so that only what differs there tells where it begins.
	unmarkedWords = 5
	// bylineWords is how many words a byline has at most that stands before it.
	bylineWords = 8
	// repeatedReach is how many words it has at most, and repeatedRounds how many pieces are
	// taken off one end.
	repeatedReach  = 60
	repeatedRounds = 4
	// mostRepeated bounds what is kept of a source, to about 1 KB.
	mostRepeated = 48
)

// piece is a word of a text.
type piece struct {
	from, to int    // where it stands
	sum      uint64 // hash of it in lower case
}

// Learn finds what the texts of a source repeat, with what was known of it before. Texts have
// blank lines between their paragraphs; those that are the same as a whole count once.
func (r *Repeated) Learn(texts []string) {
	heads, tails := map[uint64]int{}, map[uint64]int{}
	before := map[uint64]int{} // how many words stand before what may be a tail
	told := map[[2]uint64]bool{}
	seen := map[string]bool{}

	words := make([]piece, 0, repeatedReach)

	for _, text := range texts {
		if text == "" || seen[text] {
			continue
		}

		seen[text] = true

		words = firstWords(words[:0], text)
		for _, from := range headStarts(text, words) {
			countHeads(heads, text, words[from:])
		}

		words = lastWords(words[:0], text)
		for _, start := range tailStarts(text, words) {
			tails[sumOf(words[start:])]++
		}

		for _, start := range unmarkedStarts(text, words) {
			pair := [2]uint64{sumOf(words[start:]), words[start-1].sum}
			if !told[pair] {
				told[pair] = true
				before[pair[0]]++
			}
		}
	}

	for sum, n := range before {
		if tails[sum] < repeatedBy {
			tails[sum] = n
		}
	}

	r.heads, r.tails = keepRepeated(r.heads, heads), keepRepeated(r.tails, tails)
}

// countHeads counts what may be a head, each going on from the one before.
func countHeads(heads map[uint64]int, text string, words []piece) {
	sum, summed := hashStart, 0

	for _, end := range headEnds(text, words) {
		sum = addSum(sum, words[summed:end])
		summed = end
		heads[sum]++
	}
}

func keepRepeated(known map[uint64]bool, counts map[uint64]int) map[uint64]bool {
	var found []uint64

	for sum, n := range counts {
		if n >= repeatedBy && !known[sum] {
			found = append(found, sum)
		}
	}

	slices.Sort(found) // for the bound

	for _, sum := range found {
		if known == nil {
			known = map[uint64]bool{}
		}

		if len(known) < mostRepeated {
			known[sum] = true
		}
	}

	return known
}

// Strip returns a text without what its source repeats at its ends. A text of nothing else comes
// back as it is.
func (r *Repeated) Strip(text string) string {
	if len(r.heads) == 0 && len(r.tails) == 0 {
		return text
	}

	stripped := text

	for range repeatedRounds {
		shorter := r.stripTail(r.stripHead(stripped))
		if shorter == stripped {
			break
		}

		stripped = shorter
	}

	if strings.IndexFunc(stripped, unicode.IsLetter) < 0 {
		return text
	}

	return stripped
}

func (r *Repeated) stripHead(text string) string {
	if len(r.heads) == 0 {
		return text
	}

	words := firstWords(make([]piece, 0, repeatedReach), text)

	for _, from := range headStarts(text, words) {
		head := words[from:]
		ends := headEnds(text, head)

		for _, end := range slices.Backward(ends) { // the longest first
			if r.heads[sumOf(head[:end])] {
				return text[:head[0].from] + strings.TrimLeftFunc(text[head[end-1].to:], isBetween)
			}
		}
	}

	return text
}

// headStarts returns at which words a repeated opening may begin: at the first one, or behind a
// short piece that differs, such as who wrote the article.
func headStarts(text string, words []piece) []int {
	starts := []int{0}

	for n := 1; n < len(words) && n <= bylineWords; n++ {
		if isBreak(text[words[n-1].to:words[n].from]) {
			return append(starts, n)
		}
	}

	return starts
}

func (r *Repeated) stripTail(text string) string {
	if len(r.tails) == 0 {
		return text
	}

	words := lastWords(make([]piece, 0, repeatedReach), text)

	starts, unmarked := tailStarts(text, words), unmarkedStarts(text, words)
	slices.Reverse(unmarked) // the shortest first: what stands before it may be repeated by chance

	for _, start := range append(starts, unmarked...) { // the longest first
		if r.tails[sumOf(words[start:])] {
			return strings.TrimRightFunc(text[:words[start].from], func(r rune) bool {
				return isBetween(r) && !endsSentence(r) && !unicode.In(r, unicode.Pe, unicode.Pf) && r != '"'
			})
		}
	}

	return text
}

// headEnds returns after how many words a piece of its own may end: before a stop, a dash or the
// end of a paragraph.
func headEnds(text string, words []piece) (ends []int) {
	for n := repeatedWords; n <= len(words); n++ {
		after := text[words[n-1].to:]
		if n < len(words) {
			after = text[words[n-1].to:words[n].from]
		}

		if n == len(words) && strings.IndexFunc(after, unicode.IsLetter) < 0 || isBreak(after) {
			ends = append(ends, n)
		}
	}

	return ends
}

// tailStarts returns at which words a piece of its own may begin, that goes to the end.
func tailStarts(text string, words []piece) (starts []int) {
	for i := 0; i+repeatedWords <= len(words); i++ {
		if words[i].from == 0 || i > 0 && isBreak(text[words[i-1].to:words[i].from]) {
			starts = append(starts, i)
		}
	}

	return starts
}

// unmarkedStarts returns at which words a piece of several words may begin, that goes to the end, where
// nothing but its capital says so.
func unmarkedStarts(text string, words []piece) (starts []int) {
	for i := 1; i+unmarkedWords <= len(words); i++ {
		first, _ := utf8.DecodeRuneInString(text[words[i].from:])
		if unicode.IsUpper(first) && !isBreak(text[words[i-1].to:words[i].from]) {
			starts = append(starts, i)
		}
	}

	return starts
}

// isBreak reports whether what stands between two words parts two pieces of a text.
func isBreak(between string) bool {
	if strings.Contains(between, "\n\n") {
		return true
	}

	stop := -1

	for i, r := range between {
		if endsSentence(r) || strings.ContainsRune("|·•–—»>]", r) {
			stop = i
		}
	}

	if stop < 0 {
		return false
	}

	r, size := utf8.DecodeRuneInString(between[stop:])

	return stop+size < len(between) || needsNoSpace(r) // no point or hyphen within a word
}

func isBetween(r rune) bool {
	return unicode.IsSpace(r) || endsSentence(r) || strings.ContainsRune(":|·•–—-»>])\"”", r)
}

// FNV-1a, 64 bits: hashes of it are kept with each source.
const (
	hashStart uint64 = 14695981039346656037
	hashPrime uint64 = 1099511628211
)

// sumOf is the hash of words in their order.
func sumOf(words []piece) uint64 { return addSum(hashStart, words) }

// addSum is the hash of words that stand behind those of another hash.
func addSum(h uint64, words []piece) uint64 {
	for _, w := range words {
		for sum, n := w.sum, 0; n < 8; sum, n = sum>>8, n+1 {
			h = (h ^ sum&0xff) * hashPrime
		}
	}

	return h
}

// firstWords appends the first words of a text to words, as long as there is room.
func firstWords(words []piece, text string) []piece {
	for from := 0; len(words) < cap(words); {
		from += signsLength(text[from:], false)

		length := signsLength(text[from:], true)
		if length == 0 {
			break
		}

		words = append(words, newPiece(text, from, from+length))
		from += length
	}

	return words
}

// signsLength is the length of the signs that a text begins with: those of a word, or all others.
func signsLength(text string, word bool) int {
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}

		if isWordSign(r) != word {
			return i
		}

		i += size
	}

	return len(text)
}

// lastWords appends the last words of a text to words, in their order, as long as there is room.
func lastWords(words []piece, text string) []piece {
	for to := len(text); len(words) < cap(words); {
		to = signsStart(text[:to], false)

		from := signsStart(text[:to], true)
		if from == to {
			break
		}

		words = append(words, newPiece(text, from, to))
		to = from
	}

	slices.Reverse(words)

	return words
}

// signsStart is where the signs begin that a text ends with: those of a word, or all others.
func signsStart(text string, word bool) int {
	for i := len(text); i > 0; {
		r, size := rune(text[i-1]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeLastRuneInString(text[:i])
		}

		if isWordSign(r) != word {
			return i
		}

		i -= size
	}

	return 0
}

func newPiece(text string, from, to int) piece {
	h := hashStart

	for i := from; i < to; i++ {
		c := text[i]
		if c >= utf8.RuneSelf {
			return piece{from, to, hashOf(strings.ToLower(text[from:to]))}
		}

		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}

		h = (h ^ uint64(c)) * hashPrime
	}

	return piece{from, to, h}
}

func hashOf(word string) uint64 {
	h := hashStart

	for _, c := range []byte(word) {
		h = (h ^ uint64(c)) * hashPrime
	}

	return h
}

func isWordSign(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
	}

	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// String returns what is known in a form for ParseRepeated; "" when that is nothing.
func (r *Repeated) String() string {
	if len(r.heads) == 0 && len(r.tails) == 0 {
		return ""
	}

	var b []byte

	for _, sums := range []map[uint64]bool{r.heads, r.tails} {
		list := make([]uint64, 0, len(sums))
		for sum := range sums {
			list = append(list, sum)
		}

		slices.Sort(list)

		b = append(b, byte(len(list)))
		for _, sum := range list {
			b = binary.LittleEndian.AppendUint64(b, sum)
		}
	}

	return base64.RawStdEncoding.EncodeToString(b)
}

// ParseRepeated reads what String wrote. What it cannot read is as if nothing were known.
func ParseRepeated(s string) Repeated {
	var sets [2]map[uint64]bool

	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return Repeated{}
	}

	for i := range sets {
		if len(b) == 0 || len(b)-1 < int(b[0])*8 {
			return Repeated{}
		}

		n := int(b[0])
		b = b[1:]
		sets[i] = make(map[uint64]bool, n)

		for range n {
			sets[i][binary.LittleEndian.Uint64(b)] = true
			b = b[8:]
		}
	}

	return Repeated{sets[0], sets[1]}
}
