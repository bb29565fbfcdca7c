package story

import (
	"bytes"
	"unicode/utf8"
)

// stemOf cuts a folded word's endings, in place: those that English adds, so that promised,
// promises and promising are one term; the inflections of Cyrillic scripts; the article of
// Arabic. It is right enough for comparing.
func stemOf(w []byte) []byte {
	n := len(w)
	if n < 4 {
		return w
	}

	switch last := w[n-1]; {
	case last >= 'a' && last <= 'z':
		return stemLatin(w)
	case w[0] == 0xd0 || w[0] == 0xd1 || w[0] == 0xd2:
		return stemCyrillic(w)
	case w[0] == 0xd8 || w[0] == 0xd9:
		return stemArabic(w)
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

// cyrillicEndings are inflections without accents, the longest first.
func cyrillicEndings() [24]string {
	return [...]string{
		"иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "ией", "иях",
		"ах", "ях", "ов", "ев", "еи", "ои", "ии", "ыи", "ом", "ем", "ых", "их", "ию",
	}
}

// stemCyrillic cuts one inflection and the vowels before it, but leaves four letters.
func stemCyrillic(w []byte) []byte {
	const least = 8 // bytes

	for _, e := range cyrillicEndings() {
		if len(w)-len(e) >= least && hasSuffix(w, e) {
			w = w[:len(w)-len(e)]
			break
		}
	}

	for len(w) > least {
		last, size := utf8.DecodeLastRune(w)

		switch last {
		case 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'ь', 'ъ', 'і':
			w = w[:len(w)-size]
		default:
			return w
		}
	}

	return w
}

// stemArabic cuts the article, also behind "and", "with" and "for".
func stemArabic(w []byte) []byte {
	const least = 6 // bytes

	for _, head := range [...]string{"وال", "بال", "لل", "ال"} {
		if len(w)-len(head) >= least && bytes.HasPrefix(w, []byte(head)) {
			return w[len(head):]
		}
	}

	return w
}
