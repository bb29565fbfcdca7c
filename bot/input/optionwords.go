package input

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/subscriptions"
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

	for rest := v.joinValue(text, code); rest != ""; {
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

// joinValue joins the option at the front of a text with a value that stands behind a space, "an: hier". What is no
// value of it is news: "Max: Moritz", "Solo: A Star Wars Story".
func (v *vocabulary) joinValue(text, code string) string {
	name, behind := CutWord(text)
	if option, value := v.cutOption(name); option != "" && value == "" && v.isValue(option, behind, code) {
		return name + behind
	}

	return text
}

// cutOption takes a word such as "an:hier" apart into the English for its option, "" if it is none, and
// its value.
func (v *vocabulary) cutOption(word string) (option, value string) {
	name, value, ok := strings.Cut(strings.Replace(word, "：", ":", 1), ":")
	if !ok {
		return "", ""
	}

	return v.options[querytext.Fold(name)], value
}

// isOwnChat reports whether what follows to: is the chat itself, or whoever types it.
func isOwnChat(value string) bool { return value == "me" || value == "here" }

// isValue reports whether a text begins with what an option takes. An option without a value takes none.
func (v *vocabulary) isValue(option, text, code string) bool {
	first, _ := CutWord(text)
	said := ValueInEnglish(first, code)

	switch option {
	case "to":
		return isOwnChat(said) || first != "" && strings.ContainsAny(first[:1], "@#-0123456789")
	case "when":
		words := strings.Fields(text)
		for n := min(scheduleWords, len(words)); n > 0; n-- {
			if _, err := subscriptions.ParseSchedule(ScheduleInEnglish(strings.Join(words[:n], " "), code)); err == nil {
				return true
			}
		}

		return false
	case OptionOnly:
		r, _ := utf8.DecodeRuneInString(text)
		return querytext.IsQuote(r)
	case "min", "max":
		return IsDigits(first) || IsOff(said)
	default:
		return false
	}
}

// optionInEnglish is OptionsInEnglish for a word. One without a value is an option at the front alone, where it needs
// none: "dringend: tsunami".
func (v *vocabulary) optionInEnglish(word, code string, front bool) string {
	english, value := v.cutOption(word)
	if english == "" || value == "" && (!front || !slices.Contains(flagNames(), english)) {
		return word
	}

	said := ValueInEnglish(value, code)
	if english == "to" && isOwnChat(said) || english != "to" && IsOff(said) {
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
