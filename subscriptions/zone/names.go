package zone

import (
	_ "embed"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

//go:embed citynames.tsv
var cityNamesFile string

// LabelOf is a zone as people read it in the language that code names: "Warsaw", "Warschau", "UTC+2".
// A city without a name of its own there has the English one.
func LabelOf(name, code string) string {
	if hours, ok := strings.CutPrefix(name, "Etc/GMT"); ok {
		return "UTC" + strings.NewReplacer("-", "+", "+", "-").Replace(hours)
	}

	language := news.BaseLanguage(code)

	_, after, _ := strings.Cut(cityNamesFile, "\n"+name+"\t")
	names, _, _ := strings.Cut(after, "\n")

	for field := range strings.SplitSeq(names, "\t") {
		if local, ok := strings.CutPrefix(field, language+":"); ok {
			return local
		}
	}

	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
}

// ofCity is the zone of a city by its name in any language, folded; "" none. It reads the whole
// file: people set their zone once, and a table of its names would stay in memory for that.
func ofCity(folded string) string {
	for c := range cityNames() {
		if mayBe(c.name, folded) && text.Fold(c.name) == folded {
			return c.zone
		}
	}

	return ""
}

// cityName is what a language calls the city of a zone.
type cityName struct{ zone, language, name string }

// cityNames are those of the file.
func cityNames() iter.Seq[cityName] {
	return func(yield func(cityName) bool) {
		for line := range strings.Lines(cityNamesFile) {
			zone, names, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if !ok || strings.HasPrefix(line, "#") {
				continue
			}

			for field := range strings.SplitSeq(names, "\t") {
				if language, name, _ := strings.Cut(field, ":"); !yield(cityName{zone, language, name}) {
					return
				}
			}
		}
	}
}

// mayBe reports whether a name may be a folded one: it saves folding most of them.
func mayBe(local, folded string) bool {
	if apart := utf8.RuneCountInString(local) - utf8.RuneCountInString(folded); apart < -2 || apart > 2 {
		return false
	}

	first, _ := utf8.DecodeRuneInString(local)
	want, _ := utf8.DecodeRuneInString(folded)

	return unicode.ToLower(first) == want || first >= utf8.RuneSelf && unicode.In(first, unicode.Latin, unicode.Arabic) // É is folded to e, إ to ا
}

// FindBent is the zone of a city, or the name of a country as Find takes it, that is said with the ending that it has
// after "in" in the language that code names: "Warszawie", "Москве", "Ankara'da"; "" none.
func FindBent(s, code string) string {
	language, s := news.BaseLanguage(code), strings.TrimSpace(text.Fold(s))

	switch language {
	case "tr":
		return findTurkish(s)
	case "pl", "ru", "uk":
		return findSlavic(s, language)
	}

	return ""
}

// findTurkish finds a name without the ending that says where: İzmir'de, Ankarada.
func findTurkish(s string) string {
	t := tables()
	cut, _, _ := strings.Cut(s, "'")

	for _, ending := range []string{"", "de", "da", "te", "ta"} {
		name, ok := strings.CutSuffix(cut, ending)
		if !ok {
			continue
		}

		if zone := t.cities[name]; zone != "" {
			return zone
		}

		if len(t.countries[name]) > 0 {
			return name
		}
	}

	return ""
}

// shortestBent is how many letters of a name have to stay, besides the last.
const shortestBent = 4

// slavicEndings are what names end in after "in" and "from", in place of their last letter or behind it.
var slavicEndings = map[string][]string{
	"pl": {"ie", "iu", "u", "e", "i", "y", "a", "ow", "ach", "cie", "ze", "zech"},
	"ru": {"е", "и", "ии", "у", "ы", "а", "я", "ов", "ах", "ях"},
	"uk": {"і", "ї", "и", "у", "ю", "а", "я", "ів", "ах", "ях", "ові", "еві"},
}

// findSlavic finds the name that a word begins like, all but the ending: "я в восторге", delighted, isn't in Vostok.
// Where several do, the longest is meant.
func findSlavic(s, language string) (zone string) {
	longest := 0
	look := func(name, of string) {
		if same := commonLetters(s, name); isBent(s, name, same, language) && (same > longest || same == longest && of < zone) {
			longest, zone = same, of
		}
	}

	for c := range cityNames() {
		if c.language == language {
			look(text.Fold(c.name), c.zone)
		}
	}

	for name, of := range tables().cities {
		look(name, of)
	}

	for name := range tables().countries {
		look(name, name)
	}

	return zone
}

// isBent reports whether a word is a name with another ending; they begin with the same letters, so many of them.
func isBent(s, name string, same int, language string) bool {
	if s == name {
		return true
	}

	ending := string([]rune(s)[same:])
	last, _ := utf8.DecodeLastRuneInString(name)
	drops := ending == "" && strings.ContainsRune("aeiyаяиеії", last) // Gdynia, Gdyni; but "из суда", from court, isn't from Sudan

	return same >= max(shortestBent, utf8.RuneCountInString(name)-1) && (drops || slices.Contains(slavicEndings[language], ending))
}

// commonLetters is how many letters two words begin alike with.
func commonLetters(a, b string) int {
	n, other := 0, []rune(b)
	for _, r := range a {
		if n == len(other) || r != other[n] {
			break
		}

		n++
	}

	return n
}
