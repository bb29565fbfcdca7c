package input

import (
	"cmp"
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"newsbell/news"
	"newsbell/subscriptions"
	querytext "newsbell/subscriptions/text"
)

//go:embed timewords.txt
var timeWordLines string

// timeWord is a word or phrase of times, and the English for it.
type timeWord struct{ theirs, english string }

// turn is when a word is read: phrases that say a length, then numbers, then what depends on a number
// before it, then all others.
func (w timeWord) turn() int {
	_, isLength := strings.CutPrefix(strings.TrimLeft(w.english, "0123456789"), " ")

	switch {
	case isLength:
		return 0
	case IsDigits(w.english):
		return 1
	case strings.HasPrefix(w.english, "#"):
		return 2
	default:
		return 3
	}
}

// timeWords are those of each language, the longest first, so that none is found within a longer one.
var timeWords = sync.OnceValue(func() map[string][]timeWord {
	all := map[string][]timeWord{}

	eachWord(timeWordLines, func(language, english, theirs string) {
		all[language] = append(all[language], timeWord{theirs, english})
	})

	for language, words := range all {
		turn := timeWord.turn
		if isUnspaced(language) { // 一 is part of other words
			turn = func(timeWord) int { return 0 }
		}

		slices.SortFunc(words, func(a, b timeWord) int {
			return cmp.Or(cmp.Compare(turn(a), turn(b)), cmp.Compare(len(b.theirs), len(a.theirs)), cmp.Compare(a.theirs, b.theirs))
		})

		for i := range words { // "ora_" is longer than "ora", and goes first
			words[i].theirs = strings.TrimSpace(words[i].theirs)
		}
	}

	return all
})

// eachWord goes through the lines of a file of words: a language, the English for them, and theirs.
func eachWord(lines string, do func(language, english, theirs string)) {
	for line := range strings.Lines(lines) {
		of, theirs, ok := strings.Cut(line, ":")
		if !ok || line[0] == '#' {
			continue
		}

		language, english, _ := strings.Cut(of, " ")
		for word := range strings.FieldsSeq(theirs) {
			do(language, english, strings.ReplaceAll(word, "_", " "))
		}
	}
}

// unspacedTimes are languages that write no spaces between a number and its unit, or none at all.
const unspacedTimes = " ja zh ko "

// isUnspaced reports whether a language is one of them.
func isUnspaced(language string) bool { return strings.Contains(unspacedTimes, " "+language+" ") }

// TimeInEnglish writes a time or a length of time in the words of a language ("bis morgen 8 Uhr",
// "3日") as the English that times are read in. code is that of the chat's language.
func TimeInEnglish(text, code string) string {
	language := news.BaseLanguage(code)
	if timeWords()[language] == nil {
		return text
	}

	return writeClocks(timeWordsInEnglish(text, language))
}

// PauseInEnglish writes how long to pause as TimeInEnglish does. "dos horas y media" by itself is how long, not when.
func PauseInEnglish(text, code string) string {
	language := news.BaseLanguage(code)
	if timeWords()[language] == nil {
		return text
	}

	words := timeWordsInEnglish(text, language)
	if length := hoursAndHalf().FindStringSubmatch(words); length != nil {
		return length[1] + " hours 30 minutes"
	}

	return writeClocks(words)
}

// timeWordsInEnglish replaces the words of a language that timeWords has.
func timeWordsInEnglish(text, language string) string {
	text = " " + suffix().ReplaceAllString(strings.ToLower(norm.NFKC.String(text)), "$1") + " "
	text = strings.NewReplacer(",", " , ", "،", " , ", "、", " , ").Replace(text) // "mo,do 18:00"
	text = strings.Map(func(r rune) rune {
		if digit := querytext.DigitOf(r); digit >= 0 {
			return '0' + rune(digit)
		}

		return r
	}, text)

	for _, word := range timeWords()[language] {
		english := " " + word.english + " "

		if isUnspaced(language) {
			text = strings.ReplaceAll(text, word.theirs, english)
			continue
		}

		from := " " + word.theirs + " "
		if unit, ok := strings.CutPrefix(word.english, "#"); ok {
			text = behindNumber(text, from, " "+unit+" ")
			continue
		}

		for from != english && strings.Contains(text, from) {
			text = strings.Replace(text, from, english, 1)
		}
	}

	return strings.NewReplacer(" , ", ",", " ,", ",").Replace(strings.Join(strings.Fields(text), " "))
}

// writeClocks writes the times of day within English words as they are read: "8 o'clock pm", "half to 8".
func writeClocks(text string) string {
	text = halfTo().ReplaceAllStringFunc(halfPast().ReplaceAllString(text, "$1$2:30"), halfHourBefore)
	text = clockMinutes().ReplaceAllString(text, "$1:$2")
	text = clockHour().ReplaceAllString(text, "$1:00")
	text = halfTwice().ReplaceAllString(text, "$1$2 $3")
	text = lateHour().ReplaceAllString(halfBefore().ReplaceAllString(text, "$1$3 $2"), "$1")
	text = barePart().ReplaceAllStringFunc(text, partAsClock)
	text = smallHour().ReplaceAllString(text, "$1$2 am")
	text = strings.NewReplacer(" evening", " pm", " night", " pm").Replace(text)
	text = strings.TrimSuffix(strings.ReplaceAll(text, "every days", "daily"), " until")

	switch text {
	case "minutes", "hours", "days", "week": // "час"
		text = "1 " + text
	}

	if bare := bareHour().FindStringSubmatch(text); bare != nil {
		text = bare[1] + " " + bare[2] + ":00"
	}

	return text
}

// partAsClock ends a text with a time of day where it ends with a part of the day.
func partAsClock(text string) string {
	at := strings.LastIndexByte(text, ' ') + 1
	clocks := map[string]string{"am": "8:00", "morning": "8:00", "pm": "18:00", "evening": "18:00", "night": "21:00"}

	return text[:at] + clocks[text[at:]]
}

// halfHourBefore is the time of "half to 8", as some languages say half past seven; that of "half to 1" is 12:30.
func halfHourBefore(text string) string {
	hour, _ := strconv.Atoi(strings.TrimPrefix(text, "half to ")) // the form holds digits only

	return strconv.Itoa((hour+10)%12+1) + ":30"
}

// behindNumber replaces a word where a number stands before it.
func behindNumber(text, from, to string) string {
	for at := 0; ; {
		i := strings.Index(text[at:], from)
		if i < 0 {
			return text
		}

		if at += i; at > 0 && text[at-1] >= '0' && text[at-1] <= '9' {
			text = text[:at] + to + text[at+len(from):]
		}

		at++
	}
}

var (
	halfPast = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:half past (\d{1,2})|(\d{1,2})(?: o'clock| hours)? half\b)(?: o'clock)?`)
	})
	hoursAndHalf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:for )?(\d{1,2}) (?:hours half|half hours)$`) })
	halfTo       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bhalf to \d{1,2}\b`) })
	clockMinutes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(\d{1,2}) o'clock (\d\d) minutes`) })
	halfTwice    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(^|[^\dh] )(?:[ap]m|evening|night) (\d{1,2}(?::\d\d|h\d\d|h)?) ?([ap]m|evening|night)\b`)
	}) // every evening at 8pm
	halfBefore = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(^|[^\dh] )([ap]m|evening|night) (\d{1,2}(?::\d\d|h\d\d|h)?)\b`)
	}) // 朝8時
	lateHour = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b((?:1[3-9]|2\d)(?::\d\d|h\d\d|h)?) (?:[ap]m|evening|night)\b`)
	}) // 夜22時
	smallHour = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:(12(?::\d\d|h\d\d|h)?) evening|((?:12|[1-4])(?::\d\d|h\d\d|h)?) night)\b`)
	}) // 12 at night or in the evening is midnight
	barePart  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[a-z]{3} (?:am|morning|pm|evening|night)$`) }) // on friday in the morning
	clockHour = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(\d{1,2}) o'clock`) })
	bareHour  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^((?:until |every )?(?:daily|weekly|weekdays|today|tomorrow|until|[a-z]+day))\s(\d{1,2})$`)
	})
)

// ScheduleInEnglish writes when alerts come as TimeInEnglish does, if it can be read only so.
func ScheduleInEnglish(typed, code string) string {
	if _, err := subscriptions.ParseSchedule(typed); err == nil {
		return typed
	}

	english := TimeInEnglish(typed, code)
	if _, err := subscriptions.ParseSchedule(english); err != nil || english == "" {
		return typed
	}

	return english
}

// WhenInEnglish writes the time behind when: in a text in the words of a language as TimeInEnglish
// does, if it can be read only so: "when:8 Uhr hochwasser".
func WhenInEnglish(text, code string) string {
	before, after, ok := strings.Cut(" "+text, " when:")
	if !ok || strings.HasPrefix(after, `"`) {
		return text
	}

	words := strings.Fields(after)

	for n := min(scheduleWords, len(words)); n > 0; n-- {
		typed := strings.Join(words[:n], " ")

		english := TimeInEnglish(typed, code)
		if english == strings.ToLower(typed) {
			continue
		}

		if _, err := subscriptions.ParseSchedule(english); err == nil && english != "" {
			return strings.TrimSpace(before + " when:" + strings.Join(append(strings.Fields(english), words[n:]...), " "))
		}
	}

	return text
}

// BriefTimeInEnglish writes when a brief comes in English, if it was said in another language.
func BriefTimeInEnglish(text, code string) string {
	english := TimeInEnglish(ValueInEnglish(text, code), code)
	if _, err := ParseBriefTime(english); err != nil {
		return text
	}

	return english
}
