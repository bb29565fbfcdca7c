package query

import (
	"strings"

	"newsbell/subscriptions/text"
)

// fieldNames are the fields as typed; the first name of a field is its own.
func fieldNames() []struct {
	name  string
	field Field
} {
	return []struct {
		name  string
		field Field
	}{
		{"title", TitleField},
		{"text", TextField},
		{"source", SourceField},
		{"outlet", OutletField},
		{"site", SiteField},
		{"author", AuthorField},
		{"tag", TagField},
		{"lang", LangField},
		{"country", CountryField},
		{"intitle", TitleField},
		{"headline", TitleField},
		{"body", TextField},
		{"intext", TextField},
		{"feed", SourceField},
		{"url", SiteField},
		{"by", AuthorField},
		{"language", LangField},
	}
}

func fieldNamed(name string) (Field, bool) {
	name = strings.ToLower(name)
	for _, f := range fieldNames() {
		if f.name == name {
			return f.field, true
		}
	}

	return AnyField, false
}

func (f Field) String() string {
	for _, n := range fieldNames() {
		if n.field == f {
			return n.name
		}
	}

	return ""
}

// nearestField is the known field that name was meant to be, if any is near.
func nearestField(name string) string {
	best, at := "", 3

	name = strings.ToLower(name)
	for _, f := range fieldNames() {
		if d := editDistance(name, f.name); d < at && d < len(f.name)-1 {
			best, at = f.field.String(), d
		}
	}

	return best
}

// editDistance is how many letters to add, drop, change or swap.
func editDistance(a, b string) int {
	prev2, prev := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}

	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i

		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}

			row[j] = min(row[j-1]+1, prev[j]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}

		prev2, prev = prev, row
	}

	return prev[len(b)]
}

// IsText reports whether terms of the field are looked for in the title and the text.
func (f Field) IsText() bool { return f <= TextField }

// LanguageCode accepts a code or a well-known name.
func LanguageCode(v string) (code string, ok bool) {
	v = strings.ToLower(v)
	if base, _, _ := strings.Cut(strings.ReplaceAll(v, "_", "-"), "-"); len(base) == 2 || len(base) == 3 {
		return base, text.IsLowerLetters(base)
	}

	return "", false
}

// LanguageNamed is the code of a language's English (or own) name, for suggestions.
func LanguageNamed(name string) string {
	return lookUpPair(name, "arabic ar bengali bn bulgarian bg burmese my catalan ca chinese zh croatian hr czech cs danish da "+
		"dutch nl english en estonian et finnish fi french fr francais fr german de deutsch de greek el hebrew he hindi hi "+
		"hungarian hu indonesian id italian it italiano it japanese ja khmer km korean ko lao lo latvian lv lithuanian lt malay ms "+
		"norwegian no persian fa farsi fa polish pl portuguese pt portugues pt romanian ro russian ru serbian sr slovak sk slovenian sl "+
		"spanish es espanol es swedish sv thai th turkish tr ukrainian uk urdu ur vietnamese vi")
}

func CountryCode(v string) (code string, ok bool) {
	v = strings.ToLower(v)
	if v == "uk" {
		return "gb", true
	}

	return v, len(v) == 2 && text.IsLowerLetters(v)
}

func countryNamed(name string) string {
	return lookUpPair(name, "usa us america us britain gb england gb argentina ar australia au austria at belgium be brazil br "+
		"bulgaria bg canada ca chile cl china cn colombia co croatia hr czechia cz denmark dk egypt eg estonia ee finland fi france fr "+
		"germany de deutschland de greece gr hungary hu india in indonesia id iran ir iraq iq ireland ie israel il italy it japan jp kenya ke "+
		"korea kr malaysia my mexico mx netherlands nl nigeria ng norway no pakistan pk peru pe philippines ph poland pl portugal pt "+
		"romania ro russia ru singapore sg slovakia sk slovenia si spain es sweden se switzerland ch taiwan tw thailand th turkey tr "+
		"ukraine ua vietnam vn")
}

func lookUpPair(name, pairs string) string {
	name = strings.ToLower(name)

	words := strings.Fields(pairs)
	for i := 0; i+1 < len(words); i += 2 {
		if words[i] == name {
			return words[i+1]
		}
	}

	return ""
}
