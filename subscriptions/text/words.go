package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Word is one reading of a piece of text: a key at a position. Most words have one
// reading; "U.S." is u.s and us, "Covid-19" is covid, 19 and covid19.
type Word struct {
	Key         string // folded: what is compared
	Pos, Width  int    // the position in the sequence of words, and how many it covers
	Start, End  int    // bytes of the text
	Alternative bool   // not the first reading of its position
	Adjacent    bool   // it begins where the word before it ends
}

// Words reads a short text exactly as a Document reads an article's, in order of
// position. An alternative follows the first reading of its position, or the last
// of the words that it joins.
func Words(text string) []Word {
	d := NewDocument(0)
	d.Reset()
	d.Tokens = slices.Grow(d.Tokens, len(text)/5) // a word of English and the space behind it are longer
	d.Add(0, text)
	d.Tokenize()

	keys := string(d.Buf)

	out := make([]Word, len(d.Tokens))
	for i, t := range d.Tokens {
		_, start, end := d.Source(t.From, t.To)
		out[i] = Word{
			Key: keys[t.Key : t.Key+t.KeyLen], Pos: int(t.Pos), Width: int(t.Width),
			Start: start, End: end, Alternative: t.Alternative, Adjacent: d.Touches(uint32(i)),
		}
	}

	return out
}

// FoldedRune is a character as it is compared.
type FoldedRune struct {
	Rune       rune
	Class      Class
	Upper      bool // it was a capital
	Start, End int  // bytes of the text
}

// Fold returns a text as it is compared: without case, accents and compatibility
// forms. Signs stay; apostrophes, hyphens and spaces are unified.
func Fold(text string) string {
	var b strings.Builder

	for _, r := range FoldRunes(text) {
		b.WriteRune(r.Rune)
	}

	return b.String()
}

// FoldRunes returns the characters of a text as they are compared.
func FoldRunes(text string) []FoldedRune {
	var out []FoldedRune

	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if p, ok := UnifyPunctuation(r); ok {
			out = append(out, FoldedRune{Rune: p, Class: Separator, Start: at, End: at + size})
			at += size

			continue
		}

		n := norm.NFKC.NextBoundaryInString(text[at:], true)
		if n <= 0 {
			n = size
		}

		for _, r := range norm.NFKC.String(text[at : at+n]) {
			if c := Classify(r); c == Dropped {
				continue
			}

			for _, f := range foldRune(r) {
				if c := Classify(f); c != Dropped {
					out = append(out, FoldedRune{f, c, unicode.IsUpper(r), at, at + n})
				}
			}
		}

		at += n
	}

	return out
}

// UnifyPunctuation returns the one form of an apostrophe, a hyphen or a similar sign.
// It goes first, since Unicode's compatibility forms make something else of them.
func UnifyPunctuation(r rune) (rune, bool) {
	switch r {
	case '\'', '’', '‘', 'ʼ', '´', '′', '＇', 'ʻ', '׳', '‛':
		return '\'', true
	case '-', '‐', '‑', '–', '−', '－', '﹣':
		return '-', true
	case '™', '®', '©', '℠', '℗':
		return ' ', true
	case '\u00A0', '\u202F', '\u2009':
		return '\u00A0', true
	case '״':
		return '"', true
	case '٫': // within Arabic digits
		return '.', true
	case '٬':
		return ',', true
	case utf8.RuneError:
		return ' ', true
	}

	return 0, false
}

// IsHebrew reports whether r is a Hebrew letter.
func IsHebrew(r rune) bool { return r >= 0x5D0 && r <= 0x5EA }

// IsQuote reports whether r is a double quote of any language.
func IsQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '〝', '〞', '〟', '「', '」', '『', '』', '《', '》', '‹', '›', '❝', '❞', '｢', '｣':
		return true
	}

	return false
}
