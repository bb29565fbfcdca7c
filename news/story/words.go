package story

import (
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"newsbell/subscriptions/text"
)

// word is a word as it is compared: a stem, or two neighbouring signs of a script that puts no
// spaces between words.
type word struct {
	stem     uint64 // hash
	from     int32  // where it stands in its text
	to       int32
	name     bool // a name: written with a capital that tells something
	capital  bool // written with a capital
	capitals bool // and with nothing else
	next     bool // follows the word before with no more than a space between
	first    bool // begins a sentence, where a capital tells nothing
	number   bool // begins with a digit
	letter   byte // that it begins with, in lower case; of ASCII
	signs    uint8
	land     uint8 // the country that it names in a language other than English, see landNames
}

// reader makes words of what package text finds in a text. There, U.S. and 3.5 may be read in
// several ways, or are several words, for whatever a person may type; here each is one thing
// with one reading. A reader is reused from article to article, so that reading allocates
// nothing.
type reader struct {
	words  []word
	runs   []run
	tokens []int // of the document, one a position, in its barest reading
	doc    *text.Document
	key    []byte

	language uint16 // of what is read, whose endings are cut; 0: not known
	skipped  bool   // the word before was a letter, which stands between two names: Adiós a Ana
}

// run is what stands in a text without a space: a word, or the words that hyphens and points
// join, or the signs of a script without spaces.
type run struct {
	from, to     int  // where it stands in its text
	first, after int  // of reader.tokens
	dense        bool // signs of a script without spaces
	letters      int  // of a Turkish name, before the sign that parts it from its ending; 0: all
}

// readers are for callers that have no reader of their own: see readWords.
var readers = sync.Pool{New: func() any { return new(reader) }}

// readWords calls use with the first limit words of a text of a language that is not known; they
// are gone when it returns.
func readWords(s string, limit int, use func([]word)) { readWordsIn(0, s, limit, use) }

func readWordsIn(language uint16, s string, limit int, use func([]word)) {
	r := readers.Get().(*reader)
	defer readers.Put(r)

	r.language = language
	r.words = r.words[:0]
	r.read(s, limit)
	use(r.words)
}

// read appends the first limit words of a text to r.words.
func (r *reader) read(s string, limit int) {
	r.findRuns(s)
	r.addWords(s, limit)
}

// addWords appends the first limit words of the text that findRuns has read to r.words.
func (r *reader) addWords(s string, limit int) {
	start, count, end := len(r.words), 0, 0
	r.skipped = false

	for i := 0; i < len(r.runs) && count < limit; i++ {
		u := &r.runs[i]
		gap, first := readGap(s[min(end, u.from):u.from]) // one sign may be two words: ㍜
		end = u.to

		if u.dense {
			count += (r.emitSigns(u) + 1) / 2
			continue
		}

		initial, _ := utf8.DecodeRuneInString(s[u.from:])
		w := word{
			from: int32(u.from), to: int32(u.to), name: unicode.IsUpper(initial), capital: unicode.IsUpper(initial),
			next: !gap && len(r.words) > start && !r.skipped, first: first || i == 0,
		}
		r.skipped = false
		w.capitals = w.capital && isAcronym(s[u.from:u.to])
		r.emit(u, w)

		count++
	}
}

// readGap says of what stands between two words whether it is more than a space, and whether
// it ends a sentence.
func readGap(s string) (gap, ends bool) {
	for _, c := range s {
		gap = gap || c != ' ' && (c < utf8.RuneSelf || !unicode.IsSpace(c))
		ends = ends || strings.ContainsRune(".!?:\n。！？؟।：", c)
	}

	return gap, ends
}

// findRuns reads a text into r.runs.
func (r *reader) findRuns(s string) {
	if r.doc == nil {
		r.doc = text.NewDocument(0)
	}

	d := r.doc
	d.Reset()
	d.Add(0, s)
	d.Tokenize()

	r.runs, r.tokens = r.runs[:0], r.tokens[:0]

	var last *text.Token // the first reading of the position before

	for i := 0; i < len(d.Tokens); i++ {
		t := &d.Tokens[i]
		if t.Alternative || last != nil && t.From < last.To { // within a tag
			continue
		}

		barest := i
		for i+1 < len(d.Tokens) && d.Tokens[i+1].Alternative && d.Tokens[i+1].Pos == t.Pos {
			if i++; d.Tokens[i].Width == 1 {
				barest = i
			}
		}

		r.tokens = append(r.tokens, barest)
		r.addToRuns(s, t, last)
		last = t
	}
}

// addToRuns adds a position, whose first reading is t, to the last run, or begins another with it.
func (r *reader) addToRuns(s string, t, last *text.Token) {
	d := r.doc
	_, from, to := d.Source(t.From, t.To)
	dense := isDense(d.Buf[t.Key:])

	if n := len(r.runs); n > 0 {
		if u := &r.runs[n-1]; u.dense == dense && (dense && last.To == t.From || !dense && joins(s, u.to, from)) {
			u.to, u.after = to, len(r.tokens)
			return
		}
	}

	for from+1 < to && strings.IndexByte("$@#.", s[from]) >= 0 { // a sign before it is none of it
		from++
	}

	u := run{from: from, to: to, first: len(r.tokens) - 1, after: len(r.tokens), dense: dense}

	if r.language == turkish { // Ankara'ya: to Ankara
		if name, _, ok := strings.Cut(strings.ReplaceAll(s[from:to], "’", "'"), "'"); ok {
			u.letters = utf8.RuneCountInString(name)
		}
	}

	r.runs = append(r.runs, u)
}

// cutName cuts the ending off a Turkish name.
func (u *run) cutName(key []byte) []byte {
	if u.letters == 0 || u.after > u.first+1 {
		return key
	}

	n := 0
	for i := range string(key) {
		if n == u.letters {
			return key[:i]
		}

		n++
	}

	return key
}

// joins reports whether the sign between two words makes one of them: co-operate, 3.5, 3,5.
func joins(s string, to, from int) bool {
	if from != to+1 {
		return false
	}

	switch s[to] {
	case '-', '.':
		return true
	case ',':
		return s[from] >= '0' && s[from] <= '9'
	}

	return false
}

// isDense reports whether folded text begins with a script whose words are written together
// or, as in Korean, carry their particles.
func isDense(b []byte) bool {
	if b[0] < 0xe0 {
		return false
	}

	c, _ := utf8.DecodeRune(b)
	class := text.Classify(c)

	return class == text.Dense || class == text.Hangul
}

// emit appends the parts of a run that hyphens part.
func (r *reader) emit(u *run, w word) {
	d := r.doc

	for i := u.first; i < u.after; {
		r.key = r.key[:0]

		for {
			t := &d.Tokens[r.tokens[i]]
			r.key = append(r.key, d.Buf[t.Key:t.Key+t.KeyLen]...)

			if i++; i == u.after || d.Buf[d.Tokens[r.tokens[i]].From-1] == '-' {
				break
			}
		}

		r.key = u.cutName(r.key)

		initial, _ := utf8.DecodeRune(r.key)
		w.number = unicode.IsDigit(initial)
		w.letter = r.key[0]
		w.signs = uint8(min(len(r.key), math.MaxUint8))

		if stem := stemOf(r.key, r.language); len(stem) > 1 || len(stem) == 1 && w.number {
			w.stem = hashOf(stem)
			r.words = append(r.words, w)
			w.next = true
		} else if r.language != 0 && r.language != english {
			r.skipped = true
		}
	}
}

// emitSigns appends each sign of a run with its neighbour, and returns how many signs it has.
func (r *reader) emitSigns(u *run) int {
	d, n := r.doc, 0

	for at, end := r.bounds(u); at < end; n++ {
		_, size := utf8.DecodeRune(d.Buf[at:end])
		_, next := utf8.DecodeRune(d.Buf[at+uint32(size) : end])

		if next == 0 && n > 0 {
			n++
			break
		}

		to := at + uint32(size+next)
		_, from, after := d.Source(at, to)
		r.words = append(r.words, word{stem: hashOf(d.Buf[at:to]), from: int32(from), to: int32(after), signs: 2, next: n > 0})
		at += uint32(size)
	}

	return n
}

// A script without spaces does not say where its words end, so every two neighbouring signs are a
// term, also those of which one ends a word and the other begins the next. What the window has
// read tells most of them: a pair that hardly any story has, beside one that many have.

const (
	manyTold = 3 // stories that have a pair of signs, at least, when it is a word of the language
	fewTold  = 1 // and at most, when it may be chance
)

// spansWords reports whether a pair of signs is likely the end of a word and the beginning of
// another: rare, once in the article, and overlapping a pair that is common. A name that is new
// stands in its article more than once, or among signs that are as rare.
func (g *Grouper) spansWords(words []word, i int) bool {
	if g.tellers(words[i].stem) > fewTold {
		return false
	}

	before := i > 0 && words[i].next && g.tellers(words[i-1].stem) >= manyTold
	after := i+1 < len(words) && words[i+1].next && g.tellers(words[i+1].stem) >= manyTold

	if !before && !after {
		return false
	}

	for k := range words {
		if k != i && words[k].stem == words[i].stem {
			return false
		}
	}

	return true
}

// tellers returns how many stories of the window have a stem.
func (g *Grouper) tellers(stem uint64) uint32 {
	if i := g.terms.index[stem]; i != 0 {
		return g.terms.terms[i].told
	}

	return 0
}

// bounds are the bytes of the document's buffer that a run stands in.
func (r *reader) bounds(u *run) (from, to uint32) {
	return r.doc.Tokens[r.tokens[u.first]].From, r.doc.Tokens[r.tokens[u.after-1]].To
}

// stemOfWord is the hash of a single word.
func stemOfWord(w string) (stem uint64) {
	readWords(w, 1, func(words []word) {
		if len(words) > 0 {
			stem = words[0].stem
		}
	})

	return stem
}

// hashOf is FNV-1a with its bits mixed.
func hashOf(b []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}

	h ^= h >> 32
	h *= 0xd6e8feb86659fd93

	return h ^ h>>32
}
