// Package text reads texts as words that can be compared: it folds letters (case,
// accents, compatibility forms), finds words, numbers and signs that belong to
// them, and knows the simple English plural. Queries and articles are read by the
// same code, so a query finds what it shows.
//
// Words is for short texts: each Word with its folded key, its position and its
// place in the text. Document is the same for whole articles at full speed: it
// folds eight bytes at a time into a buffer, keeps a bit for each byte that
// belongs to a word, and finds words by counting bits. It is reused from article
// to article and allocates nothing once it has grown.
//
// A word may be read in more than one way: "Covid-19" is covid, 19 and, as an
// alternative of width two, covid19. docs/queries.md has the rules for people.
package text

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
type Document struct {
	table *foldTable

	Buf       []byte   // folded text, then the keys that do not stand in it
	wordBits  []uint64 // bit i: buf[i] belongs to a word
	splitBits []uint64 // bit i: … of Korean or of a script without spaces
	hasDense  bool     // any bit of split is set
	Len       int      // bytes of buf that are folded text

	Sections []Section
	offsets  []offset
	Tokens   []Token

	sourceBase   int // of the section that is being folded, in the source
	sectionStart int // and in buf
	lastFolded   int // where the last character folded to
	lastSource   int // and where it stood
	offsetStale  bool
	Seed         uint64
	tokenized    int // sections done
	NextPos      int // the next position
	sectionEnd   int // of the section that is being read
	keysEnd      int // end of the keys that were built behind the text
}

// newPage is a page whose words are hashed with seed.
func NewDocument(seed uint64) *Document { return &Document{table: loadFoldTable(), Seed: seed} }

// section is one text of the article: its title, its summary …
type Section struct {
	Text        string
	Kind        uint8
	from, to    int // bytes of buf
	base        int // of text among all texts
	Pos, endPos int // positions of its words
}

// move says that from byte f of buf on, text stands at s; end is 0 where bytes
// of text and buf go together, else where the one character there ends.
type offset struct{ folded, source, sourceEnd uint32 }

// token is one reading of a place of the page.
type Token struct {
	Hash        uint64
	From, To    uint32 // bytes of buf: what is shown as matched
	Key         uint32 // bytes of buf: what was hashed
	KeyLen      uint32
	Pos         uint32
	Width       uint8
	alternative bool // not the first choice, see reading
}

// sectionGap is between the positions of two sections: nothing that is near
// reaches over it.
const sectionGap = 42

// slack is what may be read behind the end of buf.
const Slack = 16

func (p *Document) Reset() {
	p.Buf = append(p.Buf[:0], ' ', ' ') // what stands before a word is looked at
	p.wordBits, p.splitBits = append(p.wordBits[:0], 0), append(p.splitBits[:0], 0)
	p.hasDense = false
	p.Sections, p.offsets, p.Tokens = p.Sections[:0], p.offsets[:0], p.Tokens[:0]
	p.sourceBase, p.NextPos, p.Len, p.tokenized, p.keysEnd = 0, 0, 2, 0, 0
	p.grow(Slack)
}

// add folds one text of the article.
func (p *Document) Add(kind uint8, text string) {
	if text == "" {
		return
	}

	from := p.Len
	p.offsets = append(p.offsets, offset{folded: uint32(from), source: uint32(p.sourceBase)})
	p.offsetStale, p.sectionStart, p.lastFolded = false, from, 0
	p.grow(len(text) + Slack)
	p.foldText(text)
	p.Sections = append(p.Sections, Section{Text: text, Kind: kind, from: from, to: p.Len, base: p.sourceBase})
	p.sourceBase += len(text)
	p.writeSeparator(' ')
}

// grow makes room for n more bytes of folded text.
func (p *Document) grow(n int) {
	need := p.Len + n
	for len(p.Buf) < need {
		p.Buf = append(p.Buf[:cap(p.Buf)], make([]byte, max(need-cap(p.Buf), 0))...)
	}

	for len(p.wordBits)*64 < need+64 {
		p.wordBits = append(p.wordBits, 0)
		p.splitBits = append(p.splitBits, 0)
	}
}

// put writes a separator.
func (p *Document) writeSeparator(b byte) {
	p.grow(1 + Slack)
	p.Buf[p.Len] = b
	p.Len++
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// fold writes text folded to buf.
func (p *Document) foldText(text string) {
	i := 0
	for i < len(text) {
		if i = p.foldASCII(text, i); i < len(text) {
			i = p.foldRuneAt(text, i)
		}
	}
}

// foldASCII takes eight bytes at a time, until a byte is not ASCII.
func (p *Document) foldASCII(text string, i int) int {
	if text[i] >= utf8.RuneSelf {
		return i
	}

	if p.offsetStale {
		p.syncOffset(i)
	}

	p.grow(len(text) - i + Slack)

	n := p.Len
	for ; i+8 <= len(text); i, n = i+8, n+8 {
		x := load8(text, i)
		if x&highBits != 0 {
			break
		}

		x, m := foldEight(x)
		binary.LittleEndian.PutUint64(p.Buf[n:n+8], x)
		p.wordBits[n>>6] |= m << (n & 63)
		p.wordBits[n>>6+1] |= m >> (64 - n&63)
	}

	for ; i < len(text) && text[i] < utf8.RuneSelf; i, n = i+1, n+1 {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}

		p.Buf[n] = c
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			p.wordBits[n>>6] |= 1 << (n & 63)
		}
	}

	if n > p.Len {
		p.lastFolded, p.lastSource = n-1, i-1
	}

	p.Len = n

	return i
}

func load8(s string, i int) uint64 {
	_ = s[i+7]

	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// foldWord puts eight ASCII bytes in small letters and gives a bit for each that
// is a letter or digit.
func foldEight(x uint64) (folded, mask uint64) {
	upper := (x + (0x80-'A')*lowBits) &^ (x + (0x80-'Z'-1)*lowBits) & highBits
	x |= upper >> 2
	letters := (x + (0x80-'a')*lowBits) &^ (x + (0x80-'z'-1)*lowBits)
	digits := (x + (0x80-'0')*lowBits) &^ (x + (0x80-'9'-1)*lowBits)
	m := (letters | digits) & highBits

	return x, (m >> 7) * 0x0102040810204080 >> 56
}

// here notes that folded and original text go together from i on.
func (p *Document) syncOffset(i int) {
	p.offsets = append(p.offsets, offset{folded: uint32(p.Len), source: uint32(p.sourceBase + i)})
	p.offsetStale = false
}

// foldRune folds the character at i and gives where the next one begins.
func (p *Document) foldRuneAt(text string, i int) int {
	r, size := utf8.DecodeRuneInString(text[i:])
	if r < utf8.RuneSelf {
		return i
	}

	if r == utf8.RuneError && size <= 1 {
		p.writeOne(' ', Separator, i, 1)
		return i + 1
	}

	g := p.table.glyph(r)

	next := i + size
	if g&glyphSign == 0 && next < len(text) && text[next] >= utf8.RuneSelf {
		n, nsize := utf8.DecodeRuneInString(text[next:])
		if j := p.table.glyph(n); j&glyphKind == glyphSlow || j&glyphComposes != 0 ||
			j&glyphJoins != 0 && p.marksMayReorder(text, next+nsize, g, j) {
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
func (p *Document) foldGlyph(g glyph, i, size int) {
	switch v := rune(g & glyphValue); g & glyphKind {
	case glyphSeparator:
		p.writeOne(v, Separator, i, size)
	case glyphLetter:
		p.writeOne(v, Letter, i, size)
	case glyphHangul:
		p.writeOne(v, Hangul, i, size)
	case glyphDense:
		p.writeOne(v, Dense, i, size)
	case glyphDropped:
		p.dropMark(g&glyphJoins != 0, i+size)
	case glyphMany:
		p.writeMany(p.table.expansions[v], i, i+size)
	}
}

// joinsMore tells whether the marks that follow may change places.
func (p *Document) marksMayReorder(text string, i int, base, mark glyph) bool {
	if base&glyphKind == glyphMany || base&glyphJoins != 0 && base&glyphKind != glyphDropped {
		return true
	}

	if i >= len(text) || text[i] < utf8.RuneSelf {
		return false
	}

	r, _ := utf8.DecodeRuneInString(text[i:])

	g := p.table.glyph(r)
	if g&glyphJoins == 0 && g&glyphKind != glyphSlow {
		return false
	}

	return !(mark&glyphKind == glyphDropped && g&glyphKind == glyphDropped && g&glyphComposes == 0)
}

// foldSlow folds a character with its marks by the library.
func (p *Document) foldSlow(text string, i int) int {
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
		p.dropMark(!norm.NFKC.PropertiesString(text[i:]).BoundaryBefore(), i+n)
		return i + n
	}

	p.writeMany(out, i, i+n)

	return i + n
}

// foldEach folds the characters from i on one by one.
func (p *Document) foldEach(text string, i int) {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if g := p.table.glyph(r); g&glyphKind != glyphSlow && r >= utf8.RuneSelf {
			p.foldGlyph(g, i, size)
		} else if out := foldAll(nil, text[i:i+size]); len(out) == 0 {
			p.dropMark(!norm.NFKC.PropertiesString(text[i:]).BoundaryBefore(), i+size)
		} else {
			p.writeMany(out, i, i+size)
		}

		i += size
	}
}

// one writes the character that stands at i.
func (p *Document) writeOne(r rune, c Class, i, size int) {
	if p.offsetStale {
		p.syncOffset(i)
	}

	f := p.Len
	n := p.writeRune(r, c)

	p.lastFolded, p.lastSource = f, i
	if n != size {
		p.offsets = append(p.offsets, offset{folded: uint32(f), source: uint32(p.sourceBase + i), sourceEnd: uint32(p.sourceBase + i + size)})
		p.offsetStale = true
	}
}

func (p *Document) writeRune(r rune, c Class) int {
	if p.Len+utf8.UTFMax+Slack > len(p.Buf) || (p.Len+128)>>6 >= len(p.wordBits) {
		p.grow(64 + Slack)
	}

	n := p.Len
	size := 1

	if r < utf8.RuneSelf || c == Separator {
		p.Buf[n] = byte(r)
	} else {
		size = utf8.EncodeRune(p.Buf[n:n+utf8.UTFMax], r)
	}

	p.Len += size
	if c == Separator {
		return size
	}

	m := uint64(1)<<size - 1
	p.wordBits[n>>6] |= m << (n & 63)

	p.wordBits[n>>6+1] |= m >> (64 - n&63)
	if c != Letter {
		p.hasDense = true
		p.splitBits[n>>6] |= m << (n & 63)
		p.splitBits[n>>6+1] |= m >> (64 - n&63)
	}

	return size
}

// many writes what the characters from i to end become together.
func (p *Document) writeMany(out []foldedRune, i, end int) {
	p.offsets = append(p.offsets, offset{folded: uint32(p.Len), source: uint32(p.sourceBase + i), sourceEnd: uint32(p.sourceBase + end)})
	p.offsetStale = true
	p.lastFolded, p.lastSource = p.Len, i

	for _, f := range out {
		r := f.r
		if f.class == Separator {
			r = rune(separatorByte(r))
		}

		p.writeRune(r, f.class)
	}
}

// drop leaves out what stands up to end; a mark belongs to the character before.
func (p *Document) dropMark(mark bool, end int) {
	p.offsetStale = true
	if !mark || p.lastFolded < p.sectionStart {
		return
	}

	last := &p.offsets[len(p.offsets)-1]
	if last.folded == uint32(p.lastFolded) {
		last.sourceEnd = uint32(p.sourceBase + end)
		return
	}

	p.offsets = append(p.offsets, offset{folded: uint32(p.lastFolded), source: uint32(p.sourceBase + p.lastSource), sourceEnd: uint32(p.sourceBase + end)})
}

// source gives where in its text a piece of buf stands; nil when nowhere.
func (p *Document) Source(from, to uint32) (sec *Section, start, end int) {
	i, start, end := p.SourceIndex(from, to)
	if i < 0 {
		return nil, 0, 0
	}

	return &p.Sections[i], start, end
}

func (p *Document) SourceIndex(from, to uint32) (i, start, end int) {
	i = len(p.Sections) - 1
	for i >= 0 && int(from) < p.Sections[i].from {
		i--
	}

	if i < 0 {
		return -1, 0, 0
	}

	m := p.offsetAt(from)

	start = int(m.source)
	if m.sourceEnd == 0 {
		start += int(from - m.folded)
	}

	m = p.offsetAt(to - 1)

	end = int(m.sourceEnd)
	if end == 0 {
		end = int(m.source + to - m.folded)
	}

	return i, start - p.Sections[i].base, end - p.Sections[i].base
}

func (p *Document) offsetAt(f uint32) offset {
	i := sort.Search(len(p.offsets), func(i int) bool { return p.offsets[i].folded > f })
	return p.offsets[i-1]
}

// wordStart is the first byte of a word at or after i, or something past the end.
func (p *Document) wordStart(i, end int) int {
	for i < end {
		if w := p.wordBits[i>>6] >> (i & 63); w != 0 {
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
