package ai

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"newsbell/subscriptions/text"
)

// numberForm is a number as texts write it: with groups of three in any of the signs
// that languages use, or with a decimal part.
var numberForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\d{1,3}(?:[.,'’\x{00A0}\x{202F} ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?`)
})

// scales are words and signs after a number that multiply it.
var scales = map[string]float64{
	"hundred": 100, "thousand": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6, "mio": 1e6,
	"billion": 1e9, "billions": 1e9, "bn": 1e9, "trillion": 1e12, "trn": 1e12, "tn": 1e12,
	"tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9,
	"mil": 1e3, "millon": 1e6, "millones": 1e6, "milhao": 1e6, "milhoes": 1e6, "bilhao": 1e9, "bilhoes": 1e9,
	"mille": 1e3, "milliard": 1e9, "milliards": 1e9, "mila": 1e3, "milione": 1e6, "milioni": 1e6, "miliardo": 1e9, "miliardi": 1e9,
	"tys": 1e3, "tysiecy": 1e3, "milion": 1e6, "miliony": 1e6, "milionow": 1e6, "miliard": 1e9, "miliardow": 1e9, "miliardy": 1e9,
	"тыс": 1e3, "тысяч": 1e3, "млн": 1e6, "миллион": 1e6, "миллионов": 1e6, "миллиона": 1e6, "млрд": 1e9, "миллиард": 1e9, "миллиардов": 1e9, "миллиарда": 1e9,
	"bin": 1e3, "milyon": 1e6, "milyar": 1e9, "juta": 1e6, "miliar": 1e9,
	"万": 1e4, "萬": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8,
}

// numberWords are numbers that English writes as words. "One" is left out: it is a pronoun.
var numberWords = map[string]float64{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}

// percents say that a number is a share.
var percents = map[string]bool{
	"%": true, "percent": true, "pct": true, "prozent": true, "procent": true, "proc": true, "pourcent": true,
	"процентов": true, "процента": true, "процент": true,
}

// numbersOf returns the numbers of a text in one form: "9000000" for 9 million, "5%"
// for five per cent.
func numbersOf(s string) []string {
	var out []string

	for _, at := range numberForm().FindAllStringIndex(s, -1) {
		out = append(out, withUnit(parseNumber(s[at[0]:at[1]]), s[at[1]:]))
	}

	for _, w := range text.Words(s) {
		if n, ok := numberWords[w.Key]; ok && !w.Alternative {
			out = append(out, withUnit(n, s[w.End:]))
		}
	}

	return out
}

// parseNumber reads what numberForm found.
func parseNumber(s string) float64 {
	decimal := ""

	if i := strings.LastIndexAny(s, ".,"); i >= 0 && len(s)-i-1 != 3 {
		s, decimal = s[:i], s[i+1:]
	}

	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}

		return r
	}, s)

	n, _ := strconv.ParseFloat(digits+"."+decimal+"0", 64) // digits alone always parse

	return n
}

// withUnit returns a number with the scale or the per cent that follows it.
func withUnit(n float64, rest string) string {
	rest = strings.TrimLeft(rest, " \u00a0\u202f-")

	for _, percent := range []string{"%", "per cent", "por ciento", "por cento", "pour cent", "per cento"} {
		if strings.HasPrefix(rest, percent) {
			return formatNumber(n) + "%"
		}
	}

	unit := text.Words(firstWord(rest))
	switch {
	case len(unit) == 0:
	case percents[unit[0].Key]:
		return formatNumber(n) + "%"
	case scales[unit[0].Key] > 0:
		n *= scales[unit[0].Key]
	}

	return formatNumber(n)
}

// firstWord returns the start of a text, up to the first space or stop.
func firstWord(s string) string {
	if i := strings.IndexAny(s, " \u00a0\n.,;:!?)"); i >= 0 {
		s = s[:i]
	}

	return s
}

func formatNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
