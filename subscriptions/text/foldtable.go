package text

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The table of letters says of each character of the basic plane what an
// article's text becomes: one load a character instead of four library calls.
// It is computed once from fold.go's rules and never changes.

// glyph is what one character becomes.
type glyph uint32

const (
	glyphSeparator glyph = iota << 24 // low bits: the ASCII sign that is read
	glyphLetter                       // low bits: the folded character
	glyphHangul
	glyphDense
	glyphDropped
	glyphMany // low bits: index into expansions
	glyphSlow // only the library knows

	glyphKind  glyph = 0xF << 24
	glyphValue glyph = 1<<24 - 1

	glyphJoins    glyph = 1 << 30 // normalisation may move or merge it with what is before
	glyphComposes glyph = 1 << 31 // normalisation may merge it
	glyphSign     glyph = 1 << 29 // an apostrophe, a hyphen …: never joined by what follows
)

type foldTable struct {
	pages      [256]*[256]glyph
	expansions [][]foldedRune
}

// foldedRune is one character of an expansion.
type foldedRune struct {
	r     rune
	class Class
}

// loadFoldTable returns the table, made when it is first needed.
var loadFoldTable = sync.OnceValue(newFoldTable)

func newFoldTable() *foldTable {
	t := &foldTable{}
	composing := composingMarks()

	for hi := range t.pages {
		if isUniformPage(rune(hi) << 8) {
			continue
		}

		p := new([256]glyph)
		for lo := range p {
			p[lo] = t.glyphOf(rune(hi)<<8|rune(lo), composing)
		}

		t.pages[hi] = p
	}

	return t
}

// isUniformPage reports whether the 256 characters from r on are all ideographs, Korean
// syllables or surrogates, which need no table.
func isUniformPage(r rune) bool {
	return r >= 0x3400 && r < 0x4D00 || r >= 0x4E00 && r < 0x9F00 || r >= 0xAC00 && r < 0xD700 || r >= 0xD800 && r < 0xF900
}

// composingMarks are the characters that normalisation may merge with the one
// before them.
func composingMarks() map[rune]bool {
	m := map[rune]bool{}

	for r := rune(0xC0); r < 0x12000; r++ {
		d := []rune(norm.NFD.String(string(r)))
		if len(d) > 1 && !(r >= 0xAC00 && r <= 0xD7A3) && norm.NFC.String(string(d)) == string(r) {
			m[d[len(d)-1]] = true
		}
	}

	for r := rune(0x1161); r <= 0x11C2; r++ {
		m[r] = true
	}

	return m
}

func (t *foldTable) glyphOf(r rune, composing map[rune]bool) glyph {
	if p, ok := UnifyPunctuation(r); ok {
		return glyphSeparator | glyphSign | glyph(separatorByte(p))
	}

	if r >= 0xD800 && r < 0xE000 {
		return glyphSeparator | ' '
	}

	var flags glyph
	if !norm.NFKC.PropertiesString(string(r)).BoundaryBefore() {
		flags = glyphJoins
		if first, _ := utf8.DecodeRuneInString(norm.NFKD.String(string(r))); composing[first] {
			flags |= glyphComposes
		}
	}

	out := foldAll(nil, string(r))
	switch {
	case len(out) == 0:
		return glyphDropped | flags
	case len(out) > 1:
		t.expansions = append(t.expansions, out)
		return glyphMany | glyph(len(t.expansions)-1) | flags
	}

	switch f := out[0]; f.class {
	case Letter:
		return glyphLetter | glyph(f.r) | flags
	case Hangul:
		return glyphHangul | glyph(f.r) | flags
	case Dense:
		return glyphDense | glyph(f.r) | flags
	default:
		return glyphSeparator | glyph(separatorByte(f.r)) | flags
	}
}

// nbsp stands for the spaces that may stand within a number.
const nbsp = 0xFF

// separatorByte is the byte that stands for a separator in folded text.
func separatorByte(r rune) byte {
	switch {
	case r == '\u00A0':
		return nbsp
	case r < utf8.RuneSelf:
		return byte(r)
	case IsQuote(r):
		return '"'
	}

	return ' '
}

// foldAll folds a piece of text by the library, in full.
func foldAll(out []foldedRune, s string) []foldedRune {
	for _, r := range norm.NFKC.String(s) {
		if Classify(r) == Dropped {
			continue
		}

		for _, f := range foldRune(r) {
			if c := Classify(f); c != Dropped {
				out = append(out, foldedRune{f, c})
			}
		}
	}

	return out
}

// glyph looks a character up.
func (t *foldTable) glyph(r rune) glyph {
	if r < 0x10000 {
		if p := t.pages[r>>8]; p != nil {
			return p[r&0xFF]
		}

		switch {
		case r < 0xA000:
			return glyphDense | glyph(r)
		case r < 0xD800:
			return glyphHangul | glyph(r)
		}

		return glyphSeparator | ' '
	}

	switch {
	case r >= 0x1F200 && r < 0x1FB00 && !unicode.IsLetter(r):
		if r < 0x1F300 {
			return glyphSlow
		}

		return glyphSeparator | ' '
	case r >= 0x20000 && r < 0x2F800 && unicode.Is(unicode.Han, r):
		return glyphDense | glyph(r)
	}

	return glyphSlow
}
