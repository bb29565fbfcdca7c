package news

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// RepairEncoding undoes UTF-8 that was read as Windows-1252 and written as UTF-8 again
// ("erhÃ¤ltst" is "erhältst"), also where only a part of the text went that way. A text with other
// letters, in which all that looks so may be a letter before a quote or a space, is left as it is.
func RepairEncoding(s string) string {
	for range 2 { // some went that way twice
		repaired := repairOnce(s)
		if repaired == s {
			break
		}

		s = repaired
	}

	return s
}

// firstDoubled is the byte that a letter which was read so begins with: the first of its bytes, 0xc2 to
// 0xf4, was taken for the letter of that number.
const firstDoubled = 0xc3

// besideLetters are signs that stand right after a letter in texts that are as they should be.
const besideLetters = "\u00a0«»“”‘’„…–—™®°"

func repairOnce(s string) string {
	if !isDoubled(s) {
		return s
	}

	var b strings.Builder
	b.Grow(len(s))

	for i := 0; i < len(s); {
		letter, length, _ := doubled(s[i:])
		if length == 0 {
			_, length = utf8.DecodeRuneInString(s[i:])
			letter = s[i : i+length]
		}

		b.WriteString(letter)

		i += length
	}

	return b.String()
}

// isDoubled reports whether a text has letters that are surely the bytes of another, or none
// that are not.
func isDoubled(s string) bool {
	if strings.IndexByte(s, firstDoubled) < 0 {
		return false
	}

	found, only := false, true

	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}

		_, length, plain := doubled(s[i:])
		if length > 0 && !plain {
			return true
		}

		if length == 0 {
			_, length = utf8.DecodeRuneInString(s[i:])
			only = false
		} else {
			found = true
		}

		i += length
	}

	return found && only
}

// doubled returns the letter that a text begins with when its bytes were taken for letters, and the
// length of those; 0 when it begins otherwise. Plain reports that they are letters that may stand
// so in a text.
func doubled(s string) (letter string, length int, plain bool) {
	var bytes [utf8.UTFMax]byte

	plain = true

	if s[0] != firstDoubled {
		return "", 0, false
	}

	for n := range bytes {
		r, size := utf8.DecodeRuneInString(s[length:])

		b, ok := byteOfWindows1252(r)
		if !ok || n == 0 && (b < 0xc2 || b > 0xf4) || n > 0 && b&0xc0 != 0x80 {
			return "", 0, false
		}

		bytes[n] = b
		length += size

		if n > 0 && !strings.ContainsRune(besideLetters, r) {
			plain = false
		}

		if utf8.FullRune(bytes[:n+1]) {
			if r, size := utf8.DecodeRune(bytes[:n+1]); r == utf8.RuneError || size != n+1 {
				return "", 0, false
			}

			return string(bytes[:n+1]), length, plain
		}
	}

	return "", 0, false
}

// byteOfWindows1252 returns the byte that was read as a letter. The five that Windows-1252 leaves
// open were read as controls.
func byteOfWindows1252(r rune) (byte, bool) {
	if r >= 0x80 && r < 0xa0 {
		return byte(r), true
	}

	return charmap.Windows1252.EncodeRune(r)
}
