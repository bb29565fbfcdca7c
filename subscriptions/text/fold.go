package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Class is what a character means to the reading of words.
type Class uint8

// The classes.
const (
	Separator Class = iota // ends a word
	Letter                 // letters, digits and the marks that belong to them
	Hangul                 // Korean: words that carry particles
	Dense                  // scripts written without spaces: each character is a word
	Dropped                // marks and invisible characters: as if not there
)

// foldRune returns what one character of normalised (NFKC) text is read as.
// Marks are dropped before this is asked; see isDroppedMark.
func foldRune(r rune) string {
	if s, ok := replaceStroke(r); ok {
		return s
	}

	if digit := DigitOf(r); digit >= 0 {
		return string('0' + rune(digit))
	}

	folded := cases.Fold().String(string(r))
	if unicode.Is(unicode.Cherokee, r) {
		folded = string(unicode.ToUpper(r)) // the one script that folds to capitals; cases does not agree with itself there
	}

	var b strings.Builder

	for _, f := range norm.NFC.String(stripAccents(folded)) {
		if s, ok := replaceStroke(f); ok {
			b.WriteString(s)
			continue
		}

		b.WriteRune(f)
	}

	return b.String()
}

// stripAccents takes accents off, but not those that make another letter in the
// eyes of its readers (й is not и, が is not か).
func stripAccents(s string) string {
	if keepsAccent(s) {
		return s
	}

	var b strings.Builder

	for _, r := range norm.NFD.String(s) {
		if !isDroppedMark(r) {
			b.WriteRune(r)
		}
	}

	return b.String()
}

func keepsAccent(s string) bool {
	switch s {
	case "й", "ї", "ў":
		return true
	}

	return false
}

// DigitOf returns what a decimal digit of any script is worth, -1 for others. The digits of a
// script follow each other from 0 on.
func DigitOf(r rune) int {
	if r < 0x80 {
		if r < '0' || r > '9' {
			return -1
		}

		return int(r - '0')
	}

	for _, in := range unicode.Nd.R16 {
		if r >= rune(in.Lo) && r <= rune(in.Hi) {
			return int(r-rune(in.Lo)) % 10
		}
	}

	for _, in := range unicode.Nd.R32 {
		if r >= rune(in.Lo) && r <= rune(in.Hi) {
			return int(r-rune(in.Lo)) % 10
		}
	}

	return -1
}

// replaceStroke are the letters that Unicode does not decompose but that people type
// without their stroke, ligatures, and the letters that keyboards for Arabic and for
// Persian write differently.
func replaceStroke(r rune) (string, bool) {
	switch r {
	case 'ł', 'Ł':
		return "l", true
	case 'ø', 'Ø', 'ǿ', 'Ǿ':
		return "o", true
	case 'đ', 'Đ', 'ð', 'Ð', 'ɖ', 'Ɖ':
		return "d", true
	case 'ħ', 'Ħ':
		return "h", true
	case 'ŧ', 'Ŧ':
		return "t", true
	case 'ı', 'İ', 'I':
		return "i", true
	case 'æ', 'Æ', 'ǽ', 'Ǽ', 'ǣ', 'Ǣ':
		return "ae", true
	case 'œ', 'Œ':
		return "oe", true
	case 'þ', 'Þ':
		return "th", true
	case 'ŋ', 'Ŋ':
		return "n", true
	case 'ĸ':
		return "k", true
	case 'ə', 'Ə':
		return "e", true
	case 'ک':
		return "ك", true
	case 'ی':
		return "ي", true
	case 'ɓ', 'Ɓ':
		return "b", true
	case 'ɗ', 'Ɗ':
		return "d", true
	case 'ƙ', 'Ƙ':
		return "k", true
	case 'ƴ', 'Ƴ':
		return "y", true
	}

	return "", false
}

// isDroppedMark reports whether matching ignores a mark: accents of Latin, Greek and
// Cyrillic, the points of Hebrew, the vowel signs of Arabic. The vowel signs of
// Indic scripts are no accents: they stay.
func isDroppedMark(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F, r >= 0x483 && r <= 0x489:
		return true
	case r >= 0x591 && r <= 0x5C7:
		return unicode.Is(unicode.Mn, r)
	case r >= 0x610 && r <= 0x61A, r >= 0x64B && r <= 0x65F, r == 0x670,
		r >= 0x6D6 && r <= 0x6DC, r >= 0x6DF && r <= 0x6E4, r == 0x6E7, r == 0x6E8, r >= 0x6EA && r <= 0x6ED,
		r >= 0x8D3 && r <= 0x8FF && r != 0x8E2:
		return true
	case r >= 0x1AB0 && r <= 0x1AFF, r >= 0x1DC0 && r <= 0x1DFF, r >= 0x20D0 && r <= 0x20FF, r >= 0xFE20 && r <= 0xFE2F:
		return true
	}

	return false
}

// IsInvisible reports whether nobody sees a character: joiners, soft hyphens,
// direction marks, tatweel, variation selectors.
func IsInvisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x640, r == 0x17B4, r == 0x17B5, r == 0x180E:
		return true
	case r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}

	return false
}

// IsMark reports whether r is a mark that belongs to the character before it.
func IsMark(r rune) bool { return r >= 0x300 && unicode.Is(unicode.M, r) }

// Classify says what a folded character is.
func Classify(r rune) Class {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return Letter
		}

		return Separator
	case isDroppedMark(r), IsInvisible(r):
		return Dropped
	case isDense(r):
		return Dense
	case unicode.Is(unicode.Hangul, r):
		if unicode.IsLetter(r) {
			return Hangul
		}

		return Separator
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.M, r):
		return Letter
	}

	return Separator
}

// isDense reports whether r is of a script written without spaces between words.
func isDense(r rune) bool {
	if r < 0xE00 {
		return false
	}

	if r == 'ー' || r == '々' || r == '〆' || r == '〇' || r == 0x3099 || r == 0x309A {
		return true
	}

	if !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		return false
	}

	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r)
}

// ClassOf returns the class of a key's first character.
func ClassOf(key string) Class {
	r, _ := utf8.DecodeRuneInString(key)
	return Classify(r)
}

// IsDense reports whether a key is of a script that is written without spaces.
func IsDense(key string) bool { return ClassOf(key) == Dense }
