package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reading is one way to read a place of a query's text: a key at a position.
// Most words have one reading; "U.S." is u.s and us, "Covid-19" is covid, 19 and
// covid19.
type Word struct {
	Key         string // folded
	Pos, Width  int    // the position in the row of words, and how many it covers
	Start, End  int    // bytes of the text
	Alternative bool   // not the first choice: a query does not look for it by itself
	Adjacent    bool   // nothing stands between it and the position before
}

// readings reads a query's text exactly as an article's is read.
func Words(text string) []Word {
	p := NewDocument(0)
	p.Reset()
	p.Add(0, text)
	p.Tokenize()

	out := make([]Word, len(p.Tokens))
	for i, t := range p.Tokens {
		_, start, end := p.Source(t.From, t.To)
		out[i] = Word{
			Key: string(p.Buf[t.Key : t.Key+t.KeyLen]), Pos: int(t.Pos), Width: int(t.Width),
			Start: start, End: end, Alternative: t.alternative, Adjacent: p.Touches(uint32(i)),
		}
	}

	return out
}

type FoldedRune struct {
	Rune       rune
	Class      Class
	Upper      bool
	Start, End int
}

// cells are the characters of a text as matching sees them.
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

// punctuation unifies the apostrophes and hyphens, before Unicode's own
// compatibility forms make something else of them.
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
	case utf8.RuneError:
		return ' ', true
	}

	return 0, false
}

func IsHebrew(r rune) bool { return r >= 0x5D0 && r <= 0x5EA }

func IsQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '〝', '〞', '〟', '「', '」', '『', '』', '《', '》', '‹', '›', '❝', '❞', '｢', '｣':
		return true
	}

	return false
}
