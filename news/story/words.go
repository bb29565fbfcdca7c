package story

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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
}

// reader splits texts into words. It is reused from article to article, so that reading
// allocates nothing.
type reader struct {
	words []word
	buf   []byte
}

// read appends the first limit words of a text to r.words.
func (r *reader) read(text string, limit int) {
	count, gap, first := 0, false, true
	start := len(r.words)

	for i := 0; i < len(text) && count < limit; {
		c := text[i]
		if c < utf8.RuneSelf && !asciiWord(c) {
			gap = gap || c != ' '
			first = first || c == '.' || c == '!' || c == '?' || c == ':' || c == '\n'
			i++

			continue
		}

		if c >= utf8.RuneSelf {
			if s, size := utf8.DecodeRuneInString(text[i:]); !wordRune(s) {
				gap = gap || !unicode.IsSpace(s)
				first = first || s == '。' || s == '！' || s == '？' || s == '؟' || s == '।' || s == '：'
				i += size

				continue
			}
		}

		flags := word{next: !gap && len(r.words) > start, first: first}

		end, ascii := r.fold(text, i)
		if !ascii {
			var n int

			end, n = r.readForeign(text, i, flags)
			count += n
			i, gap, first = end, false, false

			continue
		}

		flags.name, flags.number = c >= 'A' && c <= 'Z', c <= '9'
		flags.capital = flags.name
		flags.capitals = flags.name && isAcronym(text[i:end])
		flags.from, flags.to = int32(i), int32(end)
		r.emit(flags)

		count++
		i, gap, first = end, false, false
	}
}

// fold puts the word at text[i:] into r.buf in lower case and returns where it ends. Signs
// between two letters or digits belong to it: U.S., 3.5, O'Brien, COVID-19; a hyphen stays in
// the buffer. It reports false for a word that is not of ASCII.
func (r *reader) fold(text string, i int) (end int, ascii bool) {
	b := r.buf[:0]

	for ; i < len(text); i++ {
		c := text[i]

		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case c >= utf8.RuneSelf:
			if s, size := utf8.DecodeRuneInString(text[i:]); wordRune(s) || s == '’' && wordAt(text[i+size:]) {
				return 0, false
			}

			r.buf = b

			return i, true
		case (c == '.' || c == '\'' || c == '-' || c == ',') && i+1 < len(text):
			next := text[i+1]
			if next >= utf8.RuneSelf && wordAt(text[i+1:]) {
				return 0, false
			}

			if !asciiWord(next) || c == ',' && (next < '0' || next > '9') {
				r.buf = b
				return i, true
			}

			if c == '.' || c == ',' {
				continue
			}
		default:
			r.buf = b
			return i, true
		}

		b = append(b, c)
	}

	r.buf = b

	return i, true
}

func asciiWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func wordAt(text string) bool {
	s, _ := utf8.DecodeRuneInString(text)
	return wordRune(s)
}

// emit appends the parts of the word in r.buf that a hyphen or an apostrophe parts.
func (r *reader) emit(flags word) {
	b := r.buf

	for len(b) > 0 {
		end, sign := 0, byte(0)
		for end < len(b) && b[end] != '-' && b[end] != '\'' {
			end++
		}

		if end < len(b) {
			sign = b[end]
		}

		part := b[:end]
		b = b[min(end+1, len(b)):]

		switch {
		case sign == '\'' && len(b) == 1 && b[0] == 's': // a possessive
			b = nil
		case sign == '\'' && end <= 2 && len(b) > 1: // l'accord, d'un, O'Brien
			continue
		case sign == '\'' && len(b) <= 2: // don't, they're
			part = append(part, b...)
			b = nil
		}

		first, _ := utf8.DecodeRune(part)
		flags.number = unicode.IsDigit(first)
		flags.letter = byte(first)
		flags.signs = uint8(min(len(part), math.MaxUint8))

		if stem := stemOf(part); len(stem) > 1 || len(stem) == 1 && flags.number {
			flags.stem = hashOf(stem)
			r.words = append(r.words, flags)
			flags.next = true
		}
	}
}

// readForeign reads the word at text[i:] that is not of ASCII; it returns where it ends and as
// how many words it counts.
func (r *reader) readForeign(text string, i int, flags word) (end, n int) {
	text = text[:min(len(text), i+400)]
	end = i + wordEnd(text[i:])

	first, _ := utf8.DecodeRuneInString(text[i:])
	if unbroken(first) {
		return end, (r.readSigns(text, i, end) + 1) / 2
	}

	flags.name, flags.number = unicode.IsUpper(first), unicode.IsDigit(first)
	flags.capital = flags.name
	flags.from, flags.to = int32(i), int32(end)

	r.buf = append(r.buf[:0], foldWord(text[i:end])...)
	r.emit(flags)

	return end, 1
}

// readSigns appends each sign of a run with its neighbour.
func (r *reader) readSigns(text string, i, end int) int {
	n := 0

	for at := i; at < end; n++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		_, next := utf8.DecodeRuneInString(text[at+size : end])

		if next == 0 && n > 0 {
			break
		}

		to := at + size + next
		r.words = append(r.words, word{stem: hashOf([]byte(text[at:to])), from: int32(at), to: int32(to)})
		at += size
	}

	return n
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// wordEnd is where the word at the head of text ends.
func wordEnd(text string) int {
	first, _ := utf8.DecodeRuneInString(text)

	run := unbroken(first)
	for i, r := range text {
		if wordRune(r) && unbroken(r) == run {
			continue
		}

		if !run && strings.ContainsRune(".,'’-", r) {
			next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if wordRune(next) && (r != ',' || unicode.IsDigit(next)) && !unbroken(next) {
				continue
			}
		}

		return i
	}

	return len(text)
}

// unbroken reports whether r is of a script whose words are written together, or,
// as in Korean, carry their particles.
func unbroken(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// foldWord makes a word comparable: lower case, no accents, no dots or commas within. A hyphen
// and an apostrophe stay.
func foldWord(word string) string {
	word = strings.ToLower(norm.NFKD.String(strings.ReplaceAll(word, "’", "'")))

	return strings.Map(func(r rune) rune {
		if r == '.' || r == ',' || unicode.Is(unicode.Mn, r) {
			return -1
		}

		return r
	}, word)
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
