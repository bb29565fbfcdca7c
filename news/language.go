package news

import (
	"strings"
	"unicode"
	"unicode/utf8"

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

	if IsASCII(text) {
		return guessLanguage(text)
	}

	for _, tell := range []func(string, int) string{scriptLanguage, cyrillicLanguage, arabicLanguage, latinLanguage} {
		if code := tell(text, letters); code != "" {
			return code
		}
	}

	return correctGuess(guessLanguage(text), text)
}

// guessLanguage guesses by the frequency of trigrams.
func guessLanguage(text string) string {
	info := whatlanggo.Detect(text)
	if info.Lang < 0 || !info.IsReliable() {
		return ""
	}

	return modernCode(info.Lang.Iso6391())
}

// scriptLanguage tells languages that have a script of their own, of those that the guess does not know.
// Japanese has one beside the Chinese, which a text full of names is nearly written in.
func scriptLanguage(text string, letters int) string {
	var armenian, lao, signs, kana int

	for _, r := range text {
		switch {
		case unicode.Is(unicode.Armenian, r):
			armenian++
		case unicode.Is(unicode.Lao, r):
			lao++
		case isIdeographic(r):
			signs += 3 // as in letters

			if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
				kana += 3
			}
		}
	}

	switch {
	case 2*armenian > letters:
		return "hy"
	case 2*lao > letters:
		return "lo"
	case 2*signs > letters && 12*kana > signs:
		return "ja"
	}

	return ""
}

// cyrillicLanguage distinguishes languages by the letters that only some of them have: the trigrams of the
// Slavic ones are too alike for a guess on a headline.
func cyrillicLanguage(text string, _ int) string {
	switch has := func(letters string) bool { return strings.ContainsAny(text, letters) }; {
	case has("ҷҶӯӮӣӢ"):
		return "tg"
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
	case has("қҚ") && has("ұҰәӘ") && has("іІ"):
		return "kk"
	}

	return ""
}

// arabicLanguage tells Persian, which the guess takes for nothing, from its neighbours by the letters that
// Arabic has not, and those that Urdu, Kurdish, Pashto, Sindhi and Uyghur have beside these.
func arabicLanguage(text string, letters int) string {
	if 20*countAny(text, "یکپچژگ") > letters && strings.ContainsAny(text, "پچژگ") && !strings.ContainsAny(text, "ٹڈڑںےہھەێۆڕڵټډړښځڅڼېۍڪٻڀٺۇۈ") {
		return "fa"
	}

	return ""
}

// latinLanguage tells languages that have letters of their own, if they are more than a name in a text of
// another.
func latinLanguage(text string, letters int) string {
	switch {
	case 50*countAny(text, "þÞðÐ") > letters && strings.ContainsAny(text, "þÞ"):
		return "is"
	case 50*countAny(text, "ħĦ") > letters:
		return "mt"
	}

	return ""
}

// correctGuess corrects a guess between two languages of which the guess knows one.
func correctGuess(code, text string) string {
	switch {
	case code == "cs":
		czech, slovak := countAny(text, "ěĚřŘůŮ"), countAny(text, "ľĽĺĹŕŔôÔäÄ")
		if czech == slovak {
			return ""
		}

		if slovak > czech {
			return "sk"
		}
	case code == "tk" && strings.ContainsAny(text, "аеиоАЕИО"): // Turkmen was written in Cyrillic until 1993
		switch {
		case strings.ContainsAny(text, "қҚғҒұҰәӘіІ"):
			return "kk"
		case strings.ContainsAny(text, "өӨүҮңҢ"):
			return "ky"
		}

		return ""
	case code == "es" && countAny(text, "àÀèÈòÒçÇ·") > 1 && !strings.ContainsAny(text, "áÁñÑ¿¡"):
		return "ca"
	}

	return code
}

// countAny counts the letters of a text that are among some beyond ASCII.
func countAny(text, letters string) (n int) {
	for _, r := range text {
		if r >= utf8.RuneSelf && strings.ContainsRune(letters, r) {
			n++
		}
	}

	return n
}

func isIdeographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// BaseLanguage returns a language without its country or script, in lower case.
func BaseLanguage(code string) string {
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	return base
}
