package input

import (
	"slices"
	"strings"

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
