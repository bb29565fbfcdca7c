package zone

import (
	_ "embed"
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
	for line := range strings.Lines(cityNamesFile) {
		name, names, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}

		for field := range strings.SplitSeq(names, "\t") {
			if _, local, _ := strings.Cut(field, ":"); mayBe(local, folded) && text.Fold(local) == folded {
				return name
			}
		}
	}

	return ""
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
