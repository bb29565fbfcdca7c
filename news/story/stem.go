package story

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// stemOf cuts a folded word's endings, in place: those that its language adds, so that promised,
// promises and promising are one term, or éléve and élevé. A word of Latin letters whose language
// is not known, or has no rule here, is taken for English. It is right enough for comparing.
func stemOf(w []byte, language uint16) []byte {
	n := len(w)
	if n < 4 {
		return w
	}

	switch last := w[n-1]; {
	case last >= 'a' && last <= 'z':
		if language == turkish {
			return stemTurkish(w)
		}

		if endings := endingsOf(language); endings != nil {
			return cutEnding(w, endings, leastLatin)
		}

		return stemLatin(w)
	case w[0] == 0xd0 || w[0] == 0xd1 || w[0] == 0xd2:
		return stemCyrillic(w)
	case w[0] == 0xd8 || w[0] == 0xd9:
		return stemArabic(w)
	}

	return w
}

// endingsOf are the endings that a language written in Latin letters adds, without accents, the
// longest first; nil where English is as good as any.
func endingsOf(language uint16) []string {
	switch language {
	case 'd'<<8 | 'e', 'n'<<8 | 'l':
		return germanEndings
	case 's'<<8 | 'v', 'd'<<8 | 'a', 'n'<<8 | 'b', 'n'<<8 | 'o':
		return nordicEndings
	case 'e'<<8 | 's', 'p'<<8 | 't', 'i'<<8 | 't', 'c'<<8 | 'a':
		return romanceEndings
	case 'f'<<8 | 'r':
		return frenchEndings
	}

	return nil
}

var (
	germanEndings  = strings.Fields("ungen ens ers tete teten tet ten ern em en er es et te e n s t")
	nordicEndings  = strings.Fields("erna arna orna ande ade ar or er en et na a e n t s")
	romanceEndings = strings.Fields(`imientos amientos imiento amiento ieron iendo iamo aron aban ando endo adas ados idas idos aram
		arono arse erse irse ada ado ida ido ato ata ati ate uto ito ita ire are ere aba ara era ira ar er ir es os as is ou io ia o a e i s`)
	frenchEndings = strings.Fields("erent aient ements ement antes ants ante ant eaux ees ent ait eau ee er ez es e s x")
)

const turkish = 't'<<8 | 'r'

// turkishEndings are those of nouns as they are folded, for whose, whom, where, from where and with what.
var turkishEndings = strings.Fields(`larindaki lerindeki larindan lerinden larinda lerinde larinin lerinin larina lerine larini lerini lardan lerden
	sindaki sindeki sindan sinden undaki undeki indaki indeki larin lerin larda lerde sinda sinde daki deki indan inden undan unden
	lari leri lara lere inda inde unda unde sina sine sini sunu yla yle lar ler nin nun dan den tan ten ini unu da de ta te ya ye yi yu si su la le in un i u a e`)

// stemTurkish cuts one ending of a noun, and a vowel before it.
func stemTurkish(w []byte) []byte {
	w = cutEnding(w, turkishEndings, leastLatin)
	if n := len(w); n > leastLatin && strings.IndexByte("aeiou", w[n-1]) >= 0 {
		w = w[:n-1]
	}

	return w
}

// leastLatin is how many letters of a word of Latin letters an ending leaves at least.
const leastLatin = 4

// cutEnding cuts the first of the endings, the longest, that leaves so many bytes.
func cutEnding(w []byte, endings []string, least int) []byte {
	for _, e := range endings {
		if len(w)-len(e) >= least && hasSuffix(w, e) {
			return w[:len(w)-len(e)]
		}
	}

	return w
}

func stemLatin(w []byte) []byte {
	n := len(w)

	if w[n-1] == 's' {
		switch {
		case hasSuffix(w, "ies") && n > 4:
			w = append(w[:n-3], 'y')
		case hasSuffix(w, "sses"), hasSuffix(w, "shes"), hasSuffix(w, "ches"), hasSuffix(w, "xes"):
			w = w[:n-2]
		case w[n-2] == 's', w[n-2] == 'u', w[n-2] == 'i':
		default:
			w = w[:n-1]
		}
	}

	n = len(w)

	switch w[n-1] {
	case 'g':
		if n > 5 && hasSuffix(w, "ing") {
			w = undouble(w[:n-3])
		}
	case 'd':
		if n > 4 && hasSuffix(w, "ied") {
			w = append(w[:n-3], 'y')
		} else if n > 4 && w[n-2] == 'e' {
			w = undouble(w[:n-2])
		}
	}

	if n = len(w); n > 4 && w[n-1] == 'e' {
		w = w[:n-1]
	}

	return w
}

func hasSuffix(w []byte, suffix string) bool {
	return len(w) >= len(suffix) && string(w[len(w)-len(suffix):]) == suffix
}

// undouble takes the doubled letter off planned and stopping.
func undouble(w []byte) []byte {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] && w[n-1] != 'l' && w[n-1] != 's' && w[n-1] != 'z' {
		return w[:n-1]
	}

	return w
}

// cyrillicEndings are inflections as they are folded, the longest first.
var cyrillicEndings = strings.Fields("иями ями ами ого его ому ему ыми ими ией иях ая яя ое ее ах ях ов ев ей ой ий ый ом ем ых их ию ую юю ию ал ил ла ло ли")

// stemCyrillic cuts one inflection and the vowels before it, but leaves four letters.
func stemCyrillic(w []byte) []byte {
	const least = 8 // bytes

	w = cutEnding(w, cyrillicEndings, least)

	for len(w) > least {
		last, size := utf8.DecodeLastRune(w)

		switch last {
		case 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'й', 'ь', 'ъ', 'і':
			w = w[:len(w)-size]
		default:
			return w
		}
	}

	return w
}

// stemArabic cuts what Arabic writes in one with a word: "and" and "so", the article, "with",
// "for" and "as", and behind it the commonest endings of nouns and those that mean "its" and
// "their" (the light stemmer of Larkey, Ballesteros and Connell, 2002). What begins with such a
// letter of its own loses it each time, and so stays one term.
func stemArabic(w []byte) []byte {
	const letter = 2 // bytes

	if len(w) >= 4*letter && (bytes.HasPrefix(w, []byte("و")) || bytes.HasPrefix(w, []byte("ف"))) {
		w = w[letter:]
	}

	for _, head := range arabicHeads {
		if len(w)-len(head) >= 3*letter && bytes.HasPrefix(w, []byte(head)) {
			w = w[len(head):]
			break
		}
	}

	return cutEnding(w, arabicTails, 3*letter)
}

// The folding of package text has made one letter of each of these before: أ إ آ ا, ى ي.
var (
	arabicHeads = strings.Fields("بال كال فال لل ال ب ل ك")
	// The first ones make a people of a country: يابان, ياباني; and يا a country of a people: تركي, تركيا.
	arabicTails = strings.Fields("انية انيه اني يا تها هما ها ات ان ون ين يه ية ته هم ه ة ي ا")
)
