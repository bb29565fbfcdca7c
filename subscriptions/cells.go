package subscriptions

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reading is one way to read a place of a query's text: a key at a position.
// Most words have one reading; "U.S." is u.s and us, "Covid-19" is covid, 19 and
// covid19.
type reading struct {
	key        string // folded
	pos, width int    // the position in the row of words, and how many it covers
	start, end int    // bytes of the text
	other      bool   // not the first choice: a query does not look for it by itself
	touches    bool   // nothing stands between it and the position before
}

// readings reads a query's text exactly as an article's is read.
func readings(text string) []reading {
	p := newPage(0)
	p.reset()
	p.add(anywhere, text)
	p.tokenise()

	out := make([]reading, len(p.tokens))
	for i, t := range p.tokens {
		_, start, end := p.source(t.from, t.to)
		out[i] = reading{
			key: string(p.buf[t.key : t.key+t.keyLen]), pos: int(t.pos), width: int(t.width),
			start: start, end: end, other: t.other, touches: p.touches(uint32(i)),
		}
	}

	return out
}

type cell struct {
	r          rune
	class      class
	upper      bool
	start, end int
}

// cells are the characters of a text as matching sees them.
func cells(text string) []cell {
	var out []cell

	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if p, ok := punctuation(r); ok {
			out = append(out, cell{r: p, class: separator, start: at, end: at + size})
			at += size

			continue
		}

		n := norm.NFKC.NextBoundaryInString(text[at:], true)
		if n <= 0 {
			n = size
		}

		for _, r := range norm.NFKC.String(text[at : at+n]) {
			if c := classify(r); c == dropped {
				continue
			}

			for _, f := range foldRune(r) {
				if c := classify(f); c != dropped {
					out = append(out, cell{f, c, unicode.IsUpper(r), at, at + n})
				}
			}
		}

		at += n
	}

	return out
}

// punctuation unifies the apostrophes and hyphens, before Unicode's own
// compatibility forms make something else of them.
func punctuation(r rune) (rune, bool) {
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

func hebrew(r rune) bool { return r >= 0x5D0 && r <= 0x5EA }
