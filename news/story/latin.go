package story

import (
	"strings"
	"unicode/utf8"

	"newsbell/subscriptions/text"
)

// latinLetters write letters of other alphabets in Latin ones: of Cyrillic as BGN/PCGN 1947 and
// 1965 have it for Russian and Ukrainian, of Greek as ISO 843 has it, without accents.
var latinLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh",
	'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya", 'ё': "yo",
	'і': "i", 'ї': "yi", 'є': "ye", 'ґ': "g", 'ў': "w", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'ђ': "dj", 'џ': "dz", 'ѓ': "g", 'ќ': "k", 'ѕ': "z",
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m",
	'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
}

// cyrillicCases are endings of names' cases that have a consonant, the longest first; vowels are
// no part of a name's sound anyway.
var cyrillicCases = strings.Fields("ого его ому ему ыми ими ами ями ым им ом ем ям ам ых их ах ях")

// latinOf writes a name in Latin letters, folded; "" for one of a script that has none here.
func latinOf(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) { // folding takes memory
		return strings.TrimSuffix(strings.ToLower(name), "'s")
	}

	folded := strings.TrimSuffix(text.Fold(name), "'s")

	first, _ := utf8.DecodeRuneInString(folded)
	if first < utf8.RuneSelf {
		return folded
	}

	if first >= 'а' && first <= 'џ' {
		for _, e := range cyrillicCases {
			if cut, ok := strings.CutSuffix(folded, e); ok && utf8.RuneCountInString(cut) >= 4 {
				folded = cut
				break
			}
		}
	}

	var b strings.Builder

	for _, r := range folded {
		s, ok := latinLetters[r]
		if !ok && r >= utf8.RuneSelf {
			return ""
		}

		if !ok {
			s = string(r)
		}

		b.WriteString(s)
	}

	return b.String()
}

// sounds replaces what languages spell differently. What is left of a name are its consonants.
var sounds = strings.NewReplacer("shch", "s", "tsch", "s", "sch", "s", "tch", "s", "zh", "s", "sh", "s", "ch", "s", "cz", "s", "sz", "s",
	"kh", "k", "gh", "g", "ph", "f", "th", "t", "ts", "s", "tz", "s", "ck", "k", "qu", "k", "ce", "se", "ci", "si", "cy", "sy",
	"c", "k", "q", "k", "x", "s", "z", "s", "w", "v", "j", "", "h", "", "y", "")

// leastSounds is how many consonants a name has, at least, that is known by them.
const leastSounds = 4

// soundOf is what a name in Latin letters has in common with its spellings in other languages.
func soundOf(latin string) string {
	s := latin
	if n := len(s); n > 4 && s[n-1] == 's' {
		s = s[:n-1]
	}

	s = sounds.Replace(s)

	var out []byte

	for _, c := range []byte(s) {
		if strings.IndexByte("aeiou", c) >= 0 {
			continue
		}

		if n := len(out); n == 0 || out[n-1] != c {
			out = append(out, c)
		}
	}

	if len(out) < leastSounds {
		return s
	}

	return string(out)
}
