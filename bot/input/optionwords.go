package input

import (
	"slices"
	"strings"
	"unicode"

	querytext "newsbell/subscriptions/text"
)

// OptionsInEnglish writes the names of options in a language ("wann:8:00 an:hier hochwasser") as the English
// that options are read in. code is that of the chat's language.
func OptionsInEnglish(text, code string) string {
	v := vocabularyOf(code)
	if v == nil {
		return text
	}

	var out strings.Builder

	for rest := text; rest != ""; {
		end := strings.IndexFunc(rest, unicode.IsSpace)
		if end < 0 {
			end = len(rest)
		}

		word := rest[:end]
		out.WriteString(v.optionInEnglish(word, code, out.Len() == 0))

		if strings.ContainsFunc(word, querytext.IsQuote) { // what is quoted is no option
			out.WriteString(rest[end:])
			break
		}

		behind := strings.TrimLeftFunc(rest[end:], unicode.IsSpace)
		out.WriteString(rest[end : len(rest)-len(behind)])
		rest = behind
	}

	return out.String()
}

// optionInEnglish is OptionsInEnglish for a word. One without a value is an option at the front alone.
func (v *vocabulary) optionInEnglish(word, code string, front bool) string {
	name, value, ok := strings.Cut(strings.Replace(word, "：", ":", 1), ":")

	english := v.options[querytext.Fold(name)]
	if !ok || english == "" || value == "" && !front {
		return word
	}

	said := ValueInEnglish(value, code)
	if english == "to" && slices.Contains([]string{"me", "here"}, said) || english != "to" && IsOff(said) {
		value = said
	}

	return english + ":" + value
}

// OptionsInWords writes the options of an example as people may type them in the language that code
// names: "/subscribe wann:8:00 wahl*".
func OptionsInWords(example, code string) string {
	v := vocabularyOf(code)
	if v == nil {
		return example
	}

	words := strings.Split(example, " ")
	for i, word := range words {
		name, value, ok := strings.Cut(word, ":")
		if theirs := v.names[optionMark+name]; ok && theirs != "" && slices.Contains(OptionNames(), name) {
			words[i] = theirs + ":" + value
		}
	}

	return strings.Join(words, " ")
}

// OptionNamed is the English for the name of an option in the language that code names; "" if it is none.
func OptionNamed(name, code string) string {
	if slices.Contains(OptionNames(), name) {
		return name
	}

	if v := vocabularyOf(code); v != nil {
		return v.options[querytext.Fold(name)]
	}

	return ""
}
