package subscriptions

import (
	"encoding/binary"
	"math/bits"
	"sort"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// page is an article's text, folded: the bytes that matching reads, and a bit
// for each that belongs to a word. Words are found by counting bits, not by
// looking at bytes one by one, which is where the speed of tokenise comes from.
// A page is reused from article to article.
type page struct {
	letters *letterTable

	buf   []byte   // folded text, then the keys that do not stand in it
	word  []uint64 // bit i: buf[i] belongs to a word
	split []uint64 // bit i: … of Korean or of a script without spaces
	dense bool     // any bit of split is set
	n     int      // bytes of buf that are folded text

	sections []section
	moves    []move
	tokens   []token

	base      int // of the section that is being folded, in the source
	first     int // and in buf
	lastF     int // where the last character folded to
	lastS     int // and where it stood
	moved     bool
	seed      uint64
	tokenised int // sections done
	pos       int // the next position
	end       int // of the section that is being read
	keys      int // end of the keys that were built behind the text
}

// newPage is a page whose words are hashed with seed.
func newPage(seed uint64) *page { return &page{letters: letters(), seed: seed} }

// section is one text of the article: its title, its summary …
type section struct {
	text     string
	kind     field
	from, to int // bytes of buf
	base     int // of text among all texts
	pos, end int // positions of its words
}

// move says that from byte f of buf on, text stands at s; end is 0 where bytes
// of text and buf go together, else where the one character there ends.
type move struct{ f, s, end uint32 }

// token is one reading of a place of the page.
type token struct {
	hash     uint64
	from, to uint32 // bytes of buf: what is shown as matched
	key      uint32 // bytes of buf: what was hashed
	keyLen   uint32
	pos      uint32
	width    uint8
	other    bool // not the first choice, see reading
}

// sectionGap is between the positions of two sections: nothing that is near
// reaches over it.
const sectionGap = 2*MaxNear + 2

// slack is what may be read behind the end of buf.
const slack = 16

func (p *page) reset() {
	p.buf = append(p.buf[:0], ' ', ' ') // what stands before a word is looked at
	p.word, p.split = append(p.word[:0], 0), append(p.split[:0], 0)
	p.dense = false
	p.sections, p.moves, p.tokens = p.sections[:0], p.moves[:0], p.tokens[:0]
	p.base, p.pos, p.n, p.tokenised, p.keys = 0, 0, 2, 0, 0
	p.grow(slack)
}

// add folds one text of the article.
func (p *page) add(kind field, text string) {
	if text == "" {
		return
	}

	from := p.n
	p.moves = append(p.moves, move{f: uint32(from), s: uint32(p.base)})
	p.moved, p.first, p.lastF = false, from, 0
	p.grow(len(text) + slack)
	p.fold(text)
	p.sections = append(p.sections, section{text: text, kind: kind, from: from, to: p.n, base: p.base})
	p.base += len(text)
	p.put(' ')
}

// grow makes room for n more bytes of folded text.
func (p *page) grow(n int) {
	need := p.n + n
	for len(p.buf) < need {
		p.buf = append(p.buf[:cap(p.buf)], make([]byte, max(need-cap(p.buf), 0))...)
	}

	for len(p.word)*64 < need+64 {
		p.word = append(p.word, 0)
		p.split = append(p.split, 0)
	}
}

// put writes a separator.
func (p *page) put(b byte) {
	p.grow(1 + slack)
	p.buf[p.n] = b
	p.n++
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// fold writes text folded to buf.
func (p *page) fold(text string) {
	i := 0
	for i < len(text) {
		if i = p.foldASCII(text, i); i < len(text) {
			i = p.foldRune(text, i)
		}
	}
}

// foldASCII takes eight bytes at a time, until a byte is not ASCII.
func (p *page) foldASCII(text string, i int) int {
	if text[i] >= utf8.RuneSelf {
		return i
	}

	if p.moved {
		p.here(i)
	}

	p.grow(len(text) - i + slack)

	n := p.n
	for ; i+8 <= len(text); i, n = i+8, n+8 {
		x := load8(text, i)
		if x&highs != 0 {
			break
		}

		x, m := foldWord(x)
		binary.LittleEndian.PutUint64(p.buf[n:n+8], x)
		p.word[n>>6] |= m << (n & 63)
		p.word[n>>6+1] |= m >> (64 - n&63)
	}

	for ; i < len(text) && text[i] < utf8.RuneSelf; i, n = i+1, n+1 {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}

		p.buf[n] = c
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			p.word[n>>6] |= 1 << (n & 63)
		}
	}

	if n > p.n {
		p.lastF, p.lastS = n-1, i-1
	}

	p.n = n

	return i
}

func load8(s string, i int) uint64 {
	_ = s[i+7]

	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// foldWord puts eight ASCII bytes in small letters and gives a bit for each that
// is a letter or digit.
func foldWord(x uint64) (folded, mask uint64) {
	upper := (x + (0x80-'A')*lows) &^ (x + (0x80-'Z'-1)*lows) & highs
	x |= upper >> 2
	letters := (x + (0x80-'a')*lows) &^ (x + (0x80-'z'-1)*lows)
	digits := (x + (0x80-'0')*lows) &^ (x + (0x80-'9'-1)*lows)
	m := (letters | digits) & highs

	return x, (m >> 7) * 0x0102040810204080 >> 56
}

// here notes that folded and original text go together from i on.
func (p *page) here(i int) {
	p.moves = append(p.moves, move{f: uint32(p.n), s: uint32(p.base + i)})
	p.moved = false
}

// foldRune folds the character at i and gives where the next one begins.
func (p *page) foldRune(text string, i int) int {
	r, size := utf8.DecodeRuneInString(text[i:])
	if r < utf8.RuneSelf {
		return i
	}

	if r == utf8.RuneError && size <= 1 {
		p.one(' ', separator, i, 1)
		return i + 1
	}

	g := p.letters.glyph(r)

	next := i + size
	if g&glyphSign == 0 && next < len(text) && text[next] >= utf8.RuneSelf {
		n, nsize := utf8.DecodeRuneInString(text[next:])
		if j := p.letters.glyph(n); j&glyphKind == glyphSlow || j&glyphComposes != 0 ||
			j&glyphJoins != 0 && p.joinsMore(text, next+nsize, g, j) {
			return p.foldSlow(text, i)
		}
	}

	if g&glyphKind == glyphSlow {
		return p.foldSlow(text, i)
	}

	p.foldGlyph(g, i, size)

	return next
}

// foldGlyph folds the character at i by itself.
func (p *page) foldGlyph(g glyph, i, size int) {
	switch v := rune(g & glyphValue); g & glyphKind {
	case glyphSeparator:
		p.one(v, separator, i, size)
	case glyphLetter:
		p.one(v, letter, i, size)
	case glyphHangul:
		p.one(v, hangul, i, size)
	case glyphDense:
		p.one(v, dense, i, size)
	case glyphDropped:
		p.drop(g&glyphJoins != 0, i+size)
	case glyphMany:
		p.many(p.letters.expansions[v], i, i+size)
	}
}

// joinsMore tells whether the marks that follow may change places.
func (p *page) joinsMore(text string, i int, base, mark glyph) bool {
	if base&glyphKind == glyphMany || base&glyphJoins != 0 && base&glyphKind != glyphDropped {
		return true
	}

	if i >= len(text) || text[i] < utf8.RuneSelf {
		return false
	}

	r, _ := utf8.DecodeRuneInString(text[i:])

	g := p.letters.glyph(r)
	if g&glyphJoins == 0 && g&glyphKind != glyphSlow {
		return false
	}

	return !(mark&glyphKind == glyphDropped && g&glyphKind == glyphDropped && g&glyphComposes == 0)
}

// foldSlow folds a character with its marks by the library.
func (p *page) foldSlow(text string, i int) int {
	n := norm.NFKC.NextBoundaryInString(text[i:], true)
	if n <= 0 {
		_, n = utf8.DecodeRuneInString(text[i:])
	}

	if norm.NFKC.IsNormalString(text[i : i+n]) {
		p.foldEach(text[:i+n], i)
		return i + n
	}

	out := foldAll(nil, text[i:i+n])
	if len(out) == 0 {
		p.drop(!norm.NFKC.PropertiesString(text[i:]).BoundaryBefore(), i+n)
		return i + n
	}

	p.many(out, i, i+n)

	return i + n
}

// foldEach folds the characters from i on one by one.
func (p *page) foldEach(text string, i int) {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if g := p.letters.glyph(r); g&glyphKind != glyphSlow && r >= utf8.RuneSelf {
			p.foldGlyph(g, i, size)
		} else if out := foldAll(nil, text[i:i+size]); len(out) == 0 {
			p.drop(!norm.NFKC.PropertiesString(text[i:]).BoundaryBefore(), i+size)
		} else {
			p.many(out, i, i+size)
		}

		i += size
	}
}

// one writes the character that stands at i.
func (p *page) one(r rune, c class, i, size int) {
	if p.moved {
		p.here(i)
	}

	f := p.n
	n := p.writeRune(r, c)

	p.lastF, p.lastS = f, i
	if n != size {
		p.moves = append(p.moves, move{f: uint32(f), s: uint32(p.base + i), end: uint32(p.base + i + size)})
		p.moved = true
	}
}

func (p *page) writeRune(r rune, c class) int {
	if p.n+utf8.UTFMax+slack > len(p.buf) || (p.n+128)>>6 >= len(p.word) {
		p.grow(64 + slack)
	}

	n := p.n
	size := 1

	if r < utf8.RuneSelf || c == separator {
		p.buf[n] = byte(r)
	} else {
		size = utf8.EncodeRune(p.buf[n:n+utf8.UTFMax], r)
	}

	p.n += size
	if c == separator {
		return size
	}

	m := uint64(1)<<size - 1
	p.word[n>>6] |= m << (n & 63)

	p.word[n>>6+1] |= m >> (64 - n&63)
	if c != letter {
		p.dense = true
		p.split[n>>6] |= m << (n & 63)
		p.split[n>>6+1] |= m >> (64 - n&63)
	}

	return size
}

// many writes what the characters from i to end become together.
func (p *page) many(out []folded, i, end int) {
	p.moves = append(p.moves, move{f: uint32(p.n), s: uint32(p.base + i), end: uint32(p.base + end)})
	p.moved = true
	p.lastF, p.lastS = p.n, i

	for _, f := range out {
		r := f.r
		if f.class == separator {
			r = rune(signByte(r))
		}

		p.writeRune(r, f.class)
	}
}

// drop leaves out what stands up to end; a mark belongs to the character before.
func (p *page) drop(mark bool, end int) {
	p.moved = true
	if !mark || p.lastF < p.first {
		return
	}

	last := &p.moves[len(p.moves)-1]
	if last.f == uint32(p.lastF) {
		last.end = uint32(p.base + end)
		return
	}

	p.moves = append(p.moves, move{f: uint32(p.lastF), s: uint32(p.base + p.lastS), end: uint32(p.base + end)})
}

// source gives where in its text a piece of buf stands; nil when nowhere.
func (p *page) source(from, to uint32) (sec *section, start, end int) {
	i, start, end := p.sourceIndex(from, to)
	if i < 0 {
		return nil, 0, 0
	}

	return &p.sections[i], start, end
}

func (p *page) sourceIndex(from, to uint32) (i, start, end int) {
	i = len(p.sections) - 1
	for i >= 0 && int(from) < p.sections[i].from {
		i--
	}

	if i < 0 {
		return -1, 0, 0
	}

	m := p.moveAt(from)

	start = int(m.s)
	if m.end == 0 {
		start += int(from - m.f)
	}

	m = p.moveAt(to - 1)

	end = int(m.end)
	if end == 0 {
		end = int(m.s + to - m.f)
	}

	return i, start - p.sections[i].base, end - p.sections[i].base
}

func (p *page) moveAt(f uint32) move {
	i := sort.Search(len(p.moves), func(i int) bool { return p.moves[i].f > f })
	return p.moves[i-1]
}

// wordStart is the first byte of a word at or after i, or something past the end.
func (p *page) wordStart(i, end int) int {
	for i < end {
		if w := p.word[i>>6] >> (i & 63); w != 0 {
			return i + bits.TrailingZeros64(w)
		}

		i = (i | 63) + 1
	}

	return end
}

// wordEnd is the first byte after i that belongs to no word.
func wordEnd(word []uint64, i int) int {
	w := ^word[i>>6] >> (i & 63)
	for w == 0 {
		i = (i | 63) + 1
		w = ^word[i>>6]
	}

	return i + bits.TrailingZeros64(w)
}
