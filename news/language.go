package news

import (
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

// detectLetters is how many letters a guess needs: below it trigram profiles
// are wrong too often ("Apple unveils new chip" is taken for Italian).
const detectLetters = 60

// Language is the ISO 639-1 code, lower case, of a text: the declared one when
// it is a language tag ("en-GB" is "en"), else what the letters look like when
// there are 60 or more of them and the guess is sure; "" when not known.
func Language(declared, text string) string {
	if code := languageTag(declared); code != "" {
		return code
	}

	return detectLanguage(text)
}

// languageTag reads the language of a BCP 47 tag or of the forms found in feeds
// ("en_US", "EN", "eng", "english", "en-us, de"). "" for anything else.
func languageTag(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))

	end := strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
	if end >= 0 {
		s = s[:end]
	}

	switch len(s) {
	case 2:
		return modernCode(s)
	case 3:
		if lang := whatlanggo.CodeToLang(s); lang >= 0 {
			return modernCode(lang.Iso6391())
		}
	default:
		for lang := whatlanggo.Afr; lang <= whatlanggo.Zul; lang++ {
			if s != "" && strings.ToLower(lang.String()) == s {
				return modernCode(lang.Iso6391())
			}
		}
	}

	return ""
}

// modernCode replaces codes that were withdrawn in 1989 and are still sent, and
// refuses what is a placeholder.
func modernCode(s string) string {
	switch s {
	case "iw":
		return "he"
	case "in":
		return "id"
	case "ji":
		return "yi"
	case "nb", "nn":
		return "no"
	case "ua": // the country, sent by Ukrainian outlets
		return "uk"
	case "cn":
		return "zh"
	case "jp":
		return "ja"
	case "xx", "zz":
		return ""
	}

	return s
}

// maxDetect is how much of a text is looked at: more does not change the guess.
const maxDetect = 600

func detectLanguage(text string) string {
	if len(text) > maxDetect {
		text = strings.ToValidUTF8(text[:maxDetect], "")
	}

	letters := 0

	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if isIdeographic(r) { // one sign says as much as two or three letters
				letters += 2
			}
		}
	}

	if letters < detectLetters {
		return ""
	}

	if code := cyrillicLanguage(text); code != "" {
		return code
	}

	info := whatlanggo.Detect(text)
	if info.Lang < 0 || !info.IsReliable() {
		return ""
	}

	return modernCode(info.Lang.Iso6391())
}

// cyrillicLanguage distinguishes the Slavic languages by the letters that only some
// of them have: their trigrams are too alike for a guess on a headline.
func cyrillicLanguage(text string) string {
	switch has := func(letters string) bool { return strings.ContainsAny(text, letters) }; {
	case has("ўЎ"):
		return "be"
	case has("їЇєЄґҐ") && !has("ыЫэЭ"):
		return "uk"
	case has("ђЂћЋ"):
		return "sr"
	case has("ѓЃќЌѕЅ"):
		return "mk"
	case has("ыЫ") && !has("іІқҚңҢғҒүҮұҰөӨәӘҗҖҡһ"):
		return "ru"
	}

	return ""
}

func isIdeographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// BaseLanguage returns a language without its country or script, in lower case.
func BaseLanguage(code string) string {
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	return base
}
