package charset

import (
	"bytes"
	"strings"
	"unicode"

	htmlcharset "golang.org/x/net/html/charset"
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
		enc, _ := htmlcharset.Lookup(label)
		if score := scoreText(string(decode(enc, sample)), label); score > most {
			best, most = label, score
		}
	}

	return best
}

// guessSample is the part of the body from the word on that has its first bytes
// above ASCII: a lone accent is known by the letters around it.
func guessSample(body []byte) []byte {
	i := bytes.IndexFunc(body, func(r rune) bool { return r >= 0x80 })
	if i < 0 {
		return nil
	}

	for i > 0 && (body[i-1] >= 0x80 || asciiLetter(rune(body[i-1]))) {
		i--
	}

	return body[i:min(len(body), i+16<<10)]
}

func scoreText(s, label string) int {
	score := 0
	prev := rune(' ')

	for _, r := range s {
		switch {
		case asciiLetter(r) && unicode.Is(unicode.Han, prev):
			score -= 3 // "Kö" + "ln" misread; "iPhone" in Chinese is the exception
		case asciiLetter(r) && unicode.IsLetter(prev) && !unicode.In(prev, unicode.Latin, unicode.Han):
			score -= 6 // likewise in the scripts that are written beside ours even less
		case r < 0x80:
		case r == unicode.ReplacementChar:
			score -= 20
		case unicode.IsLetter(r) && label != "windows-1252" && !unicode.In(r, unicode.Latin, unicode.Han) && asciiLetter(prev):
			score -= 6 // a script begins its own words: "inten" + Cyrillic is an accent misread
		case label == "windows-1251" || label == "koi8-r":
			score += scoreCyrillic(prev, r)
		case unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) && r < 0xff00:
			if label == "shift_jis" || label == "euc-jp" { // the Chinese charsets hold kana too, Chinese texts do not
				score += 8
			}
		case unicode.Is(unicode.Hangul, r):
			score += scoreHangul(r)
		case unicode.Is(unicode.Han, r):
			score += scoreHan(r, label)
			if asciiLetter(prev) {
				score -= 3
			}
		case label == "windows-1252" && prev < 0x80 && strings.ContainsRune("£§°½¡¿", r):
			score += 4 // a lone sign beside words and numbers
		case unicode.IsLetter(r):
			score += scoreLetter(prev, r, label)
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

// scoreCyrillic: small letters follow letters, capitals begin words. Read in the
// wrong one of the two charsets, small and capital letters change places.
func scoreCyrillic(prev, r rune) int {
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

// scoreHangul: every text is full of the endings, misreadings are of rare syllables.
func scoreHangul(r rune) int {
	if strings.ContainsRune("이다는의에을를가고로지도한하사기자대정부국인으서아일시원은과해", r) {
		return 12
	}

	return 4
}

// scoreHan: the first plane of each charset holds the common characters; Japanese
// without kana and rare characters are misreadings.
func scoreHan(r rune, label string) int {
	if label == "shift_jis" || label == "euc-jp" || label == "euc-kr" {
		return 1
	}

	switch {
	case strings.ContainsRune(commonHan, r):
		return 8
	case r >= 0x4e00 && r <= 0x9fa5:
		return 2
	}

	return -5
}

// commonHan are the commonest characters of Chinese news, in both scripts.
const commonHan = "的一是不了在人有我他這这為为之大來来以個个中上們们到說说國国和地也子時时道出而要於于就下得可年生自會会那後后能對对着事其里所去行過过家十用發发天如然作方成者多日都三小軍军二無无同么經经法當当起與与好看學学進进種种將将還还分此心前面又定見见只主沒没公從从新部長长市民政府總总統统美京報报記记業业電电重要明全外議议"

func scoreLetter(prev, r rune, label string) int {
	switch {
	case unicode.IsUpper(r) && unicode.IsLower(prev):
		return -4
	case label == "windows-1252" && r <= 0xff:
		return 3
	case label == "windows-1250" && unicode.Is(unicode.Latin, r):
		return 2
	case label == "windows-1254" && strings.ContainsRune("ışğİŞĞ", r):
		return 4
	case label == "windows-1254" && strings.ContainsRune("çöüâîûÇÖÜ", r): // and none that Icelandic has beside þ, ð and ý
		return 3
	case label == "windows-1253" && unicode.Is(unicode.Greek, r), label == "windows-1256" && unicode.Is(unicode.Arabic, r), label == "windows-1255" && unicode.Is(unicode.Hebrew, r):
		return 3
	}

	return -1
}
