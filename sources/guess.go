package sources

import (
	"bytes"
	"unicode"

	"golang.org/x/net/html/charset"
)

// guessCharset names the likeliest charset of text that is not UTF-8 and says
// nothing true about itself. It decodes a sample in each charset that feeds were
// seen in and takes the one that reads most like writing: letters of one script,
// words that do not change from small to capital letters in their middle, common
// characters rather than rare ones. Windows-1252, the commonest by far, wins ties.
func guessCharset(body []byte) string {
	sample := guessSample(body)
	best, most := "windows-1252", 0
	for _, label := range []string{"windows-1252", "utf-8", "windows-1251", "koi8-r", "windows-1250", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr", "windows-1253", "windows-1256", "windows-1255", "windows-1254"} {
		enc, _ := charset.Lookup(label)
		if score := readable(string(decode(enc, sample)), label); score > most {
			best, most = label, score
		}
	}
	return best
}

// guessSample is the part of the body around its first bytes above ASCII.
func guessSample(body []byte) []byte {
	i := bytes.IndexFunc(body, func(r rune) bool { return r >= 0x80 })
	if i < 0 {
		return nil
	}
	for i > 0 && body[i-1] >= 0x80 {
		i--
	}
	return body[i:min(len(body), i+16<<10)]
}

func readable(s, label string) int {
	score := 0
	prev := rune(' ')
	for _, r := range s {
		switch {
		case r < 0x80:
		case r == unicode.ReplacementChar:
			score -= 20
		case unicode.IsLetter(r) && label != "windows-1252" && !unicode.In(r, unicode.Latin, unicode.Han) && asciiLetter(prev):
			score -= 6 // a script begins its own words: "inten" + Cyrillic is an accent misread
		case label == "windows-1251" || label == "koi8-r":
			score += cyrillic(prev, r)
		case unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) && r < 0xff00:
			score += 8
		case unicode.Is(unicode.Hangul, r):
			score += 7
		case unicode.Is(unicode.Han, r):
			score += han(r, label)
		case unicode.IsLetter(r):
			score += letter(prev, r, label)
		case unicode.IsControl(r) || unicode.Is(unicode.Co, r) || !unicode.IsPrint(r) && r != 0xa0:
			score -= 10
		case r >= 0x3000 && r < 0x3030 || r >= 0x2010 && r <= 0x2030 || r >= 0xff00 && r < 0xff60 || r == 0xab || r == 0xbb || r == 0xa0:
			score++ // punctuation of running text
		default:
			score -= 3
		}
		prev = r
	}
	return score
}

func asciiLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// cyrillic: small letters follow letters, capitals begin words. Read in the
// wrong one of the two charsets, small and capital letters change places.
func cyrillic(prev, r rune) int {
	switch {
	case r >= 'а' && r <= 'я' || r == 'ё':
		return 4
	case r >= 'А' && r <= 'Я':
		if unicode.IsLower(prev) {
			return -8
		}
		return 1
	case unicode.IsLetter(r):
		return 0
	case r == 0xa0 || r == '«' || r == '»' || r == '—' || r == '–' || r == '№' || r == '…':
		return 1
	}
	return -4
}

// han: the first plane of each charset holds the common characters; Japanese
// without kana and rare characters are misreadings.
func han(r rune, label string) int {
	if label == "shift_jis" || label == "euc-jp" || label == "euc-kr" {
		return 1
	}
	if r >= 0x4e00 && r <= 0x9fa5 {
		return 5
	}
	return -5
}

func letter(prev, r rune, label string) int {
	switch {
	case unicode.IsUpper(r) && unicode.IsLower(prev):
		return -4
	case label == "windows-1252" && r <= 0xff:
		return 3
	case label == "windows-1250" && unicode.Is(unicode.Latin, r):
		return 2
	case label == "windows-1254" && (r == 'ı' || r == 'ş' || r == 'ğ' || r == 'İ' || r == 'Ş' || r == 'Ğ'):
		return 4
	case label == "windows-1253" && unicode.Is(unicode.Greek, r), label == "windows-1256" && unicode.Is(unicode.Arabic, r), label == "windows-1255" && unicode.Is(unicode.Hebrew, r):
		return 3
	}
	return -1
}
