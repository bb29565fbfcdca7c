package subscriptions

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clockForm is a time of day as people write it: 8:00, 18.30, 18h30, 8am, 6:30 pm.
var clockForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:at )?(\d{1,2})(?:[:.h](\d\d))?( ?h)?(?: ?([ap])\.?m\.?)?(?: o'?clock)?$`)
})

// ParseClock reads a time of day: "8:00", "8am", "6:30 pm", "18h30", "noon". A bare
// number is none. minute counts from midnight.
func ParseClock(s string) (minute int, ok bool) {
	s = plainWords(s)

	switch strings.TrimPrefix(s, "at ") {
	case "noon", "midday":
		return 12 * 60, true
	case "midnight":
		return 0, true
	}

	m := clockForm().FindStringSubmatch(s)
	if m == nil || m[2] == "" && m[3] == "" && m[4] == "" && !strings.HasPrefix(s, "at ") && !strings.HasSuffix(s, "clock") {
		return 0, false
	}

	hour, _ := strconv.Atoi(m[1]) // the form holds digits only
	past, _ := strconv.Atoi("0" + m[2])

	if m[4] != "" { // 12am is midnight, 12pm noon
		if hour < 1 || hour > 12 {
			return 0, false
		}

		hour %= 12
		if m[4] == "p" {
			hour += 12
		}
	}

	return hour*60 + past, hour < 24 && past < 60
}

// plainWords brings what people type into one form: small letters, single spaces.
func plainWords(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(s)), " ")
}

// lengthPart is a number and a unit at the start of a text.
var lengthPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:and |, ?)?(?:(\d{1,4}(?:[.,]\d{1,2})?) ?|(half an?|an?|one|two|three|four|five|six) )(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?:\b|(\d{1,2})$) ?`)
})

// ParseLength reads how long: "2h", "90 min", "1h30", "2 hours 30 minutes", "half an
// hour", "a week".
func ParseLength(s string) (length time.Duration, ok bool) {
	rest := plainWords(s)
	for rest != "" {
		m := lengthPart().FindStringSubmatch(rest)
		if m == nil {
			return 0, false
		}

		unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[m[3][0]]
		length += time.Duration(lengthNumber(m[1]+m[2]) * float64(unit))

		if m[4] != "" { // 1h30
			if m[3][0] != 'h' {
				return 0, false
			}

			minutes, _ := strconv.Atoi(m[4])
			length += time.Duration(minutes) * time.Minute
		}

		rest = rest[len(m[0]):]
	}

	return length, length > 0
}

func lengthNumber(s string) float64 {
	if n, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64); err == nil {
		return n
	}

	if strings.HasPrefix(s, "half") {
		return 0.5
	}

	words := map[string]float64{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
	if n, ok := words[s]; ok {
		return n
	}

	return 1
}

// LongestPause is the longest pause that has an end.
const LongestPause = 366 * 24 * time.Hour

// morning and evening are when these parts of a day begin, for "until tomorrow" and "until friday evening".
const (
	morning = 8 * 60
	evening = 18 * 60
)

// ParseUntil reads how long to pause: a length, a time of day, a day with or without
// a time ("tomorrow 9:00", "until monday", "5 March"). "" and "forever" have no end,
// which is the zero time.
func ParseUntil(s string, now time.Time, zone *time.Location) (until time.Time, ok bool) {
	s = strings.TrimPrefix(plainWords(s), "for ")

	isTime := false

	for _, lead := range []string{"until ", "till ", "til "} {
		if rest, ok := strings.CutPrefix(s, lead); ok {
			s, isTime = rest, true
		}
	}

	switch s {
	case "", "forever", "i resume", "further notice", "ever":
		return time.Time{}, true
	}

	if length, ok := ParseLength(s); ok && !isTime { // "until 1h30" is a time of day
		return now.Add(length), length <= LongestPause
	}

	year, month, day := now.In(zone).Date()

	if minute, ok := ParseClock(s); ok && (isTime || !strings.HasSuffix(s, "h")) {
		until = firstInstantAt(year, month, day, minute, zone)
		if !until.After(now) {
			until = firstInstantAt(year, month, day+1, minute, zone)
		}

		return until, true
	}

	days, rest, ok := cutDay(s, now.In(zone))
	if !ok {
		return time.Time{}, false
	}

	minute, ok := parsePartOfDay(rest)
	if !ok {
		return time.Time{}, false
	}

	until = firstInstantAt(year, month, day+days, minute, zone)

	return until, until.After(now) && until.Sub(now) <= LongestPause
}

// parsePartOfDay reads a time of day, or a part of the day; "" is the morning.
func parsePartOfDay(s string) (minute int, ok bool) {
	switch strings.TrimPrefix(s, "in the ") {
	case "", "morning", "am":
		return morning, true
	case "afternoon":
		return 14 * 60, true
	case "evening", "pm":
		return evening, true
	}

	return ParseClock(s)
}

// cutDay reads the day that a text begins with, as days from today.
func cutDay(s string, today time.Time) (days int, rest string, ok bool) {
	s = strings.TrimPrefix(s, "on ")
	word, rest, _ := strings.Cut(s, " ")

	switch word {
	case "today":
		return 0, rest, true
	case "tomorrow":
		return 1, rest, true
	case "next":
		if next, after, _ := strings.Cut(rest, " "); next == "week" {
			return daysTo(today, time.Monday), after, true
		}

		return cutDay(rest, today)
	}

	if day, ok := parseWeekday(word); ok {
		return daysTo(today, day), rest, true
	}

	return cutDate(s, today)
}

// daysTo counts the days to the next such weekday, which is not today.
func daysTo(today time.Time, day time.Weekday) int {
	return (int(day-today.Weekday())+6)%7 + 1
}

// parseWeekday reads "monday", "mon", "mondays".
func parseWeekday(word string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		if word == name || word == name+"s" || len(word) >= 3 && len(word) <= 5 && strings.HasPrefix(name, word) {
			return day, true
		}
	}

	return 0, false
}

// cutDate reads "5 march", "mar 5" and "2026-03-05".
func cutDate(s string, today time.Time) (days int, rest string, ok bool) {
	words := strings.SplitN(s, " ", 3)
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }

	for n := 1; n <= min(2, len(words)); n++ {
		for _, layout := range []string{"2006-01-02", "2 January", "2 Jan", "January 2", "Jan 2"} {
			at, err := time.Parse(layout, strings.Join(words[:n], " "))
			if err != nil {
				continue
			}

			if at.Year() == 0 {
				at = at.AddDate(today.Year(), 0, 0)
				if at.Before(midnight(today)) {
					at = at.AddDate(1, 0, 0)
				}
			}

			return int(at.Sub(midnight(today)).Hours() / 24), strings.Join(words[n:], " "), true
		}
	}

	return 0, "", false
}
