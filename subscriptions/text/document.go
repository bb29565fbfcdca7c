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

// Document is an article's text, folded: the bytes that matching reads, and a bit
// for each that belongs to a word. Words are found by counting bits, not by
// looking at bytes one by one, which is where the speed of tokenise comes from.
// A document is reused from article to article.
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

// NewDocument returns a document whose words are hashed with seed.
func NewDocument(seed uint64) *Document { return &Document{table: loadFoldTable(), Seed: seed} }

// Section is one text of the article: its title, its summary …
type Section struct {
	Text        string
	Kind        uint8
	from, to    int // bytes of buf
	base        int // of text among all texts
	Pos, endPos int // positions of its words
}

// offset says that from byte f of buf on, text stands at s; end is 0 where bytes
// of text and buf go together, else where the one character there ends.
type offset struct{ folded, source, sourceEnd uint32 }

// Token is one reading of a place of the page.
type Token struct {
	Hash        uint64
	From, To    uint32 // bytes of buf: what is shown as matched
	Key         uint32 // bytes of buf: what was hashed
	KeyLen      uint32
	Pos         uint32
	Width       uint8
	Alternative bool // not the first reading of its position, see Word
}

// sectionGap is between the positions of two sections: nothing that is near
// reaches over it.
const sectionGap = 42

// Slack is what may be read behind the end of buf.
const Slack = 16

// Reset makes the document ready for another article; its memory is kept.
func (d *Document) Reset() {
	d.Buf = append(d.Buf[:0], ' ', ' ') // what stands before a word is looked at
	d.wordBits, d.splitBits = append(d.wordBits[:0], 0), append(d.splitBits[:0], 0)
	d.hasDense = false
	d.Sections, d.offsets, d.Tokens = d.Sections[:0], d.offsets[:0], d.Tokens[:0]
	d.sourceBase, d.NextPos, d.Len, d.tokenized, d.keysEnd = 0, 0, 2, 0, 0
	d.grow(Slack)
}

// Add folds one text of the article.
func (d *Document) Add(kind uint8, text string) {
	if text == "" {
		return
	}

	from := d.Len
	d.offsets = append(d.offsets, offset{folded: uint32(from), source: uint32(d.sourceBase)})
	d.offsetStale, d.sectionStart, d.lastFolded = false, from, 0
	d.grow(len(text) + Slack)
	d.foldText(text)
	d.Sections = append(d.Sections, Section{Text: text, Kind: kind, from: from, to: d.Len, base: d.sourceBase})
	d.sourceBase += len(text)
	d.writeSeparator(' ')
}

// grow makes room for n more bytes of folded text.
func (d *Document) grow(n int) {
	need := d.Len + n
	for len(d.Buf) < need {
		d.Buf = append(d.Buf[:cap(d.Buf)], make([]byte, max(need-cap(d.Buf), 0))...)
	}

	for len(d.wordBits)*64 < need+64 {
		d.wordBits = append(d.wordBits, 0)
		d.splitBits = append(d.splitBits, 0)
	}
}

// writeSeparator writes a separator.
func (d *Document) writeSeparator(b byte) {
	d.grow(1 + Slack)
	d.Buf[d.Len] = b
	d.Len++
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// foldText writes text folded to buf.
func (d *Document) foldText(text string) {
	i := 0
	for i < len(text) {
		if i = d.foldASCII(text, i); i < len(text) {
			i = d.foldRuneAt(text, i)
		}
	}
}

// foldASCII takes eight bytes at a time, until a byte is not ASCII.
func (d *Document) foldASCII(text string, i int) int {
	if text[i] >= utf8.RuneSelf {
		return i
	}

	if d.offsetStale {
		d.syncOffset(i)
	}

	d.grow(len(text) - i + Slack)

	n := d.Len
	for ; i+8 <= len(text); i, n = i+8, n+8 {
		x := loadWord(text, i)
		if x&highBits != 0 {
			break
		}

		x, m := foldEight(x)
		binary.LittleEndian.PutUint64(d.Buf[n:n+8], x)
		d.wordBits[n>>6] |= m << (n & 63)
		d.wordBits[n>>6+1] |= m >> (64 - n&63)
	}

	for ; i < len(text) && text[i] < utf8.RuneSelf; i, n = i+1, n+1 {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}

		d.Buf[n] = c
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			d.wordBits[n>>6] |= 1 << (n & 63)
		}
	}

	if n > d.Len {
		d.lastFolded, d.lastSource = n-1, i-1
	}

	d.Len = n

	return i
}

func loadWord(s string, i int) uint64 {
	_ = s[i+7]

	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// foldEight puts eight ASCII bytes in small letters and returns a bit for each that
// is a letter or digit.
func foldEight(x uint64) (folded, mask uint64) {
	upper := (x + (0x80-'A')*lowBits) &^ (x + (0x80-'Z'-1)*lowBits) & highBits
	x |= upper >> 2
	letters := (x + (0x80-'a')*lowBits) &^ (x + (0x80-'z'-1)*lowBits)
	digits := (x + (0x80-'0')*lowBits) &^ (x + (0x80-'9'-1)*lowBits)
	m := (letters | digits) & highBits

	return x, (m >> 7) * 0x0102040810204080 >> 56
}

// syncOffset notes that folded and original text go together from i on.
func (d *Document) syncOffset(i int) {
	d.offsets = append(d.offsets, offset{folded: uint32(d.Len), source: uint32(d.sourceBase + i)})
	d.offsetStale = false
}

// foldRuneAt folds the character at i and returns where the next one begins.
func (d *Document) foldRuneAt(text string, i int) int {
	r, size := utf8.DecodeRuneInString(text[i:])
	if r < utf8.RuneSelf {
		return i
	}

	if r == utf8.RuneError && size <= 1 {
		d.writeOne(' ', Separator, i, 1)
		return i + 1
	}

	g := d.table.glyph(r)

	next := i + size
	if g&glyphSign == 0 && next < len(text) && text[next] >= utf8.RuneSelf {
		n, nsize := utf8.DecodeRuneInString(text[next:])
		if j := d.table.glyph(n); j&glyphKind == glyphSlow || j&glyphComposes != 0 ||
			j&glyphJoins != 0 && d.marksMayReorder(text, next+nsize, g, j) {
			return d.foldSlow(text, i)
		}
	}

	if g&glyphKind == glyphSlow {
		return d.foldSlow(text, i)
	}

	d.foldGlyph(g, i, size)

	return next
}

// foldGlyph folds the character at i by itself.
func (d *Document) foldGlyph(g glyph, i, size int) {
	switch v := rune(g & glyphValue); g & glyphKind {
	case glyphSeparator:
		d.writeOne(v, Separator, i, size)
	case glyphLetter:
		d.writeOne(v, Letter, i, size)
	case glyphHangul:
		d.writeOne(v, Hangul, i, size)
	case glyphDense:
		d.writeOne(v, Dense, i, size)
	case glyphDropped:
		d.dropMark(g&glyphJoins != 0, i+size)
	case glyphMany:
		d.writeMany(d.table.expansions[v], i, i+size)
	}
}

// marksMayReorder reports whether the marks that follow may change places.
func (d *Document) marksMayReorder(text string, i int, base, mark glyph) bool {
	if base&glyphKind == glyphMany || base&glyphJoins != 0 && base&glyphKind != glyphDropped {
		return true
	}

	if i >= len(text) || text[i] < utf8.RuneSelf {
		return false
	}

	r, _ := utf8.DecodeRuneInString(text[i:])

	g := d.table.glyph(r)
	if g&glyphJoins == 0 && g&glyphKind != glyphSlow {
		return false
	}

	return !(mark&glyphKind == glyphDropped && g&glyphKind == glyphDropped && g&glyphComposes == 0)
}

// foldSlow folds a character with its marks by the library.
func (d *Document) foldSlow(text string, i int) int {
	n := norm.NFKC.NextBoundaryInString(text[i:], true)
	if n <= 0 {
		_, n = utf8.DecodeRuneInString(text[i:])
	}

	if norm.NFKC.IsNormalString(text[i : i+n]) {
		d.foldEach(text[:i+n], i)
		return i + n
	}

	out := foldAll(nil, text[i:i+n])
	if len(out) == 0 {
		d.dropMark(!norm.NFKC.PropertiesString(text[i:]).BoundaryBefore(), i+n)
		return i + n
	}

	d.writeMany(out, i, i+n)

	return i + n
}

// foldEach folds the characters from i on one by one.
func (d *Document) foldEach(text string, i int) {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if g := d.table.glyph(r); g&glyphKind != glyphSlow && r >= utf8.RuneSelf {
			d.foldGlyph(g, i, size)
		} else if out := foldAll(nil, text[i:i+size]); len(out) == 0 {
			d.dropMark(!norm.NFKC.PropertiesString(text[i:]).BoundaryBefore(), i+size)
		} else {
			d.writeMany(out, i, i+size)
		}

		i += size
	}
}

// writeOne writes the character that stands at i.
func (d *Document) writeOne(r rune, c Class, i, size int) {
	if d.offsetStale {
		d.syncOffset(i)
	}

	f := d.Len
	n := d.writeRune(r, c)

	d.lastFolded, d.lastSource = f, i
	if n != size {
		d.offsets = append(d.offsets, offset{folded: uint32(f), source: uint32(d.sourceBase + i), sourceEnd: uint32(d.sourceBase + i + size)})
		d.offsetStale = true
	}
}

func (d *Document) writeRune(r rune, c Class) int {
	if d.Len+utf8.UTFMax+Slack > len(d.Buf) || (d.Len+128)>>6 >= len(d.wordBits) {
		d.grow(64 + Slack)
	}

	n := d.Len
	size := 1

	if r < utf8.RuneSelf || c == Separator {
		d.Buf[n] = byte(r)
	} else {
		size = utf8.EncodeRune(d.Buf[n:n+utf8.UTFMax], r)
	}

	d.Len += size
	if c == Separator {
		return size
	}

	m := uint64(1)<<size - 1
	d.wordBits[n>>6] |= m << (n & 63)

	d.wordBits[n>>6+1] |= m >> (64 - n&63)
	if c != Letter {
		d.hasDense = true
		d.splitBits[n>>6] |= m << (n & 63)
		d.splitBits[n>>6+1] |= m >> (64 - n&63)
	}

	return size
}

// writeMany writes what the characters from i to end become together.
func (d *Document) writeMany(out []foldedRune, i, end int) {
	d.offsets = append(d.offsets, offset{folded: uint32(d.Len), source: uint32(d.sourceBase + i), sourceEnd: uint32(d.sourceBase + end)})
	d.offsetStale = true
	d.lastFolded, d.lastSource = d.Len, i

	for _, f := range out {
		r := f.r
		if f.class == Separator {
			r = rune(separatorByte(r))
		}

		d.writeRune(r, f.class)
	}
}

// dropMark leaves out what stands up to end; a mark belongs to the character before.
func (d *Document) dropMark(mark bool, end int) {
	d.offsetStale = true
	if !mark || d.lastFolded < d.sectionStart {
		return
	}

	last := &d.offsets[len(d.offsets)-1]
	if last.folded == uint32(d.lastFolded) {
		last.sourceEnd = uint32(d.sourceBase + end)
		return
	}

	d.offsets = append(d.offsets, offset{folded: uint32(d.lastFolded), source: uint32(d.sourceBase + d.lastSource), sourceEnd: uint32(d.sourceBase + end)})
}

// Source returns where in its text a piece of buf stands; nil when nowhere.
func (d *Document) Source(from, to uint32) (sec *Section, start, end int) {
	i, start, end := d.SourceIndex(from, to)
	if i < 0 {
		return nil, 0, 0
	}

	return &d.Sections[i], start, end
}

// SourceIndex is Source with the index of the section, -1 for none.
func (d *Document) SourceIndex(from, to uint32) (i, start, end int) {
	i = len(d.Sections) - 1
	for i >= 0 && int(from) < d.Sections[i].from {
		i--
	}

	if i < 0 {
		return -1, 0, 0
	}

	m := d.offsetAt(from)

	start = int(m.source)
	if m.sourceEnd == 0 {
		start += int(from - m.folded)
	}

	m = d.offsetAt(to - 1)

	end = int(m.sourceEnd)
	if end == 0 {
		end = int(m.source + to - m.folded)
	}

	return i, start - d.Sections[i].base, end - d.Sections[i].base
}

func (d *Document) offsetAt(f uint32) offset {
	i := sort.Search(len(d.offsets), func(i int) bool { return d.offsets[i].folded > f })
	return d.offsets[i-1]
}

// wordStart is the first byte of a word at or after i, or something past the end.
func (d *Document) wordStart(i, end int) int {
	for i < end {
		if w := d.wordBits[i>>6] >> (i & 63); w != 0 {
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
