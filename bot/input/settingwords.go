package input

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

//go:embed settingwords.txt
var settingWordLines string

// vocabulary is what people call the settings and their values in a language, folded.
type vocabulary struct {
	names   map[string]string // a key to the name it is said by
	keys    map[string]string // a setting's name to its key
	options map[string]string // an option's name to the English for it
	values  map[string]string // a value to the English for it
	except  []string          // before what quiet hours let through
	blank   []string          // says nothing between the hours of a night
}

// vocabularies are those of each language, by its code.
var vocabularies = sync.OnceValue(func() map[string]*vocabulary {
	all := map[string]*vocabulary{}

	eachWord(settingWordLines, func(language, english, theirs string) {
		v := all[language]
		if v == nil {
			v = &vocabulary{names: map[string]string{}, keys: map[string]string{}, options: map[string]string{}, values: map[string]string{}}
			all[language] = v
		}

		if v.names[english] == "" {
			v.names[english] = theirs
		}

		theirs = text.Fold(theirs)

		if option, isOption := strings.CutPrefix(english, optionMark); isOption {
			v.options[theirs] = option
			return
		}

		switch value, isValue := strings.CutPrefix(english, "="); {
		case !isValue:
			v.keys[theirs] = english
		case value == "except":
			v.except = append(v.except, theirs)
		case value == "blank":
			v.blank = append(v.blank, theirs)
		default:
			v.values[theirs] = value
		}
	})

	return all
})

// vocabularyOf is that of a language as locales names it; nil: none is known.
func vocabularyOf(code string) *vocabulary {
	return vocabularies()[news.BaseLanguage(code)]
}

// optionMark begins the names of options among those of settings.
const optionMark = ">"

// keySound is what people turn off for what KeySilent turns on.
const keySound = "sound"

// longestKey is how many words the name of a setting has at most, in any language.
const longestKey = 3

// CutKey takes the name of a setting off the front of a text, in English or in the language that
// code names: "quiet 22-7", "Zeitzone Wien", "heures calmes : 22h à 7h". key is "" if there is none.
func CutKey(typed, code string) (key, value string) {
	words := strings.Fields(typed)

	for n := min(longestKey, len(words)); n > 0; n-- {
		name := strings.TrimRight(strings.Join(words[:n], " "), ":=： ")
		value = strings.TrimLeft(strings.Join(words[n:], " "), ":=： ")

		switch key = keyNamed(name, code); key {
		case "":
			continue
		case keySound:
			return KeySilent, opposite(value, code)
		default:
			return key, value
		}
	}

	return "", ""
}

// keyNamed is the key of a setting, or keySound, by a name of it; "" none.
func keyNamed(name, code string) string {
	if key := ParseKey(name); key != "" {
		return key
	}

	name = text.Fold(name)
	for _, v := range []*vocabulary{vocabularyOf(code), vocabularyOf("en")} {
		if v != nil && v.keys[name] != "" {
			return v.keys[name]
		}
	}

	return ""
}

// KeyName is what a setting is called in the language that code names, as it can be typed.
func KeyName(key, code string) string {
	if v := vocabularyOf(code); v != nil && v.names[key] != "" && !strings.EqualFold(code, "en") {
		return v.names[key]
	}

	return key
}

// opposite is the other value of a switch; what is none stays as it is.
func opposite(value, code string) string {
	on, ok := ParseSwitch(ValueInEnglish(value, code))
	if !ok {
		return value
	}

	return OnOff(!on)
}

// ValueInEnglish is the English for the value of a setting in the language that code names ("aus"),
// or the value itself where there is none.
func ValueInEnglish(value, code string) string {
	if v := vocabularyOf(code); v != nil {
		said := strings.TrimFunc(strings.Join(strings.Fields(value), " "), text.IsQuote) // as an error quotes it
		if english := v.values[text.Fold(said)]; english != "" {
			return english
		}
	}

	return value
}

// MeansAll reports whether a word is "all" in the language that code names, also where it is the one for
// full alerts there.
func MeansAll(word, code string) bool {
	english := ValueInEnglish(word, code)

	return english == "all" || english == "full"
}

// QuietInEnglish writes quiet hours in the words of a language ("von 22 bis 7 Uhr, außer 5 Medien") as
// the English that they are read in.
func QuietInEnglish(value, code string) string {
	v := vocabularyOf(code)
	if v == nil {
		return value
	}

	if english := ValueInEnglish(value, code); english != value {
		return english
	}

	hours, except := v.cutExcept(value)
	if hours = v.hoursOf(hours, code); hours == "" {
		return value
	}

	if except == "" {
		return hours
	}

	return hours + " except " + v.exceptInEnglish(except)
}

// cutExcept divides quiet hours and what they let through.
func (v *vocabulary) cutExcept(value string) (hours, except string) {
	words := strings.Fields(value)

	for i, word := range words {
		if slices.Contains(v.except, text.Fold(strings.Trim(word, ",،、"))) {
			return strings.TrimRight(strings.Join(words[:i], " "), ",،、"), strings.Join(words[i+1:], " ")
		}
	}

	return value, ""
}

// outletsThen is a number of outlets, and a query after them.
var outletsThen = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d{1,4}) ?(\S+)(?: (\S+) (.+))?$`) })

// exceptInEnglish writes "5 Medien oder Erdbeben" in English; a query stays as it is.
func (v *vocabulary) exceptInEnglish(except string) string {
	m := outletsThen().FindStringSubmatch(except)
	if m == nil || v.values[text.Fold(m[2])] != "outlets" {
		return except
	}

	english := m[1] + " outlets"
	if m[4] != "" && v.values[text.Fold(m[3])] == "or" {
		english += " or " + m[4]
	}

	return english
}

// hourWord is a time of day within quiet hours, quietDash what stands between two.
var (
	hourWord  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,2}(?:[:.h]\d\d)?h?$`) })
	quietDash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*[-–—~〜～]\s*`) })
	suffix    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d)['’]\p{L}+`) }) // 22'den
)

// hoursOf reads the two hours of a night, whatever joins them: "22:00-7:00"; "" if they are not two.
func (v *vocabulary) hoursOf(hours, code string) string {
	hours = suffix().ReplaceAllString(quietDash().ReplaceAllString(hours, " - "), "$1")

	if isUnspaced(news.BaseLanguage(code)) {
		for _, word := range v.blank {
			hours = strings.ReplaceAll(hours, word, " - ")
		}
	}

	var found []string

	for word := range strings.FieldsSeq(TimeInEnglish(hours, code)) {
		switch {
		case hourWord().MatchString(word):
			found = append(found, word)
		case word == "midnight":
			found = append(found, "0:00")
		case word == "noon":
			found = append(found, "12:00")
		case (word == "am" || word == "pm") && len(found) > 0:
			found[len(found)-1] += " " + word
		case !v.saysNothing(word):
			return ""
		}
	}

	if len(found) != 2 {
		return ""
	}

	return found[0] + "-" + found[1]
}

// saysNothing reports whether a word may stand beside the hours of a night.
func (v *vocabulary) saysNothing(word string) bool {
	switch word {
	case "-", "to", "until", "from", "hours", "o'clock":
		return true
	}

	return slices.Contains(v.blank, text.Fold(word))
}
