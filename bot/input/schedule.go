package input

import (
	"slices"
	"strings"
	"unicode"

	"newsbell/subscriptions"
)

// scheduleWords is how many words a schedule has at most: "weekly on friday at 6 pm".
const scheduleWords = 6

// longestSchedule takes the words after when: that belong to it: "8 am", "daily 8:00".
func longestSchedule(value, after string) (schedule, rest string) {
	schedule, rest = value, after

	for range scheduleWords - 1 {
		word, more := CutWord(after)
		if word == "" {
			break
		}

		value, after = value+" "+word, more
		if _, err := subscriptions.ParseSchedule(value); err == nil {
			schedule, rest = value, after
		}
	}

	return schedule, rest
}

// CutTime takes a time of day, and the days before it, off either end of a text: "8am mars",
// "mars every day at 18:00". when is "" if there is none.
func CutTime(text string) (when, rest string) {
	words := strings.Fields(text)

	isTime := func(words []string, clock string) bool {
		digits := strings.TrimLeft(clock, "0123456789")
		if digits == clock || digits == "" || !slices.Contains([]string{"am", "pm"}, strings.ToLower(digits)) && digits[0] != ':' {
			return false
		}

		_, err := subscriptions.ParseSchedule(strings.Join(words, " "))

		return err == nil
	}

	for n := min(scheduleWords, len(words)-1); n > 0; n-- {
		head, tail := words[:n], words[len(words)-n:]

		switch {
		case isTime(head, head[n-1]):
			return strings.Join(head, " "), strings.Join(words[n:], " ")
		case isTime(tail, tail[n-1]):
			return strings.Join(tail, " "), strings.Join(words[:len(words)-n], " ")
		}
	}

	return "", text
}

// IsDailyTime reports whether a text is nothing but a time of every day, of workdays or of weekends, in the language
// that code names or in English: "daily at 8", "werktags um 7:30". A time of one day may be what news is about.
func IsDailyTime(text, code string) bool {
	english := ScheduleInEnglish(text, code)

	s, err := subscriptions.ParseSchedule(english)
	if err != nil || !strings.Contains(english, " ") || !strings.ContainsFunc(english, unicode.IsDigit) {
		return false
	}

	first := strings.ToLower(english[:1])
	if first < "b" || first > "z" { // "at 8", "8 am"
		return false
	}

	return s.Kind == subscriptions.Daily || s.Kind == subscriptions.Weekly && (s.Days == subscriptions.Workdays || s.Days == subscriptions.Weekend)
}
