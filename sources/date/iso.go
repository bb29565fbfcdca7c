package date

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	// isoWeek is a date by its week, such as 2026-W48-7 (ISO 8601, 4.1.4).
	isoWeek = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d{4})-?[Ww](\d{2})(?:-?([1-7]))?(?:[Tt ]|$)`) })
	// shortClock is a time of day without colons behind a date, or one of an hour alone: T1000Z,
	// T10+01, T10.00.00, " 10h00". "Fr, 10.11.20" is a date.
	shortClock = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(\d?\s|\d[Tt])(\d{2})(?:(\d{2})(\d{2})?|\.(\d{2})\.(\d{2})|[hH](\d{2}))?([Zz]|[+-]\d{2}(?::?\d{2})?)?$`)
	})
)

// spellOut writes the forms of ISO 8601 that have no colons or name a week as the usual
// ones, and leaves all others as they are.
func spellOut(s string) string {
	if !namesWeek(s) && hasClock(s) { // as nearly all do
		return s
	}

	if m := isoWeek().FindStringSubmatch(s); m != nil {
		year, _ := strconv.Atoi(m[1])
		week, _ := strconv.Atoi(m[2])
		day, _ := strconv.Atoi(m[3])

		d, ok := dayOfWeek(year, week, max(day, 1))
		if !ok {
			return ""
		}

		rest := s[len(m[0]):]
		if s = d.Format(time.DateOnly); rest != "" {
			s += "T" + rest
		}
	}

	m := shortClock().FindStringSubmatch(s)
	if m == nil {
		return s
	}

	behindDate, behindT := len(m[1]) > 1, m[1][len(m[1])-1]|0x20 == 't'
	if m[5] != "" && !behindDate || m[5]+m[7] == "" && !behindT { // 10.11.20 is a date, 26 and 2026 are years
		return s
	}

	minute, second := m[3]+m[5]+m[7], m[4]+m[6]

	return fmt.Sprintf("%s%s%s:%02s:%02s%s", s[:len(s)-len(m[0])], m[1], m[2], minute, second, m[8])
}

// namesWeek reports whether a W stands where a date by its week has one.
func namesWeek(s string) bool { return len(s) > len("2026-W") && strings.ContainsAny(s[4:6], "Ww") }

// hasClock reports whether a date has a time of day with a colon, which that of a zone is not.
func hasClock(s string) bool {
	hour, _, colon := strings.Cut(s, ":")

	return colon && (len(hour) < len("+02") || !strings.ContainsRune("+-", rune(hour[len(hour)-len("+02")])))
}

// dayOfWeek returns a day of a week of a year as ISO 8601 counts them: the first week has
// the 4th of January, the first day is Monday.
func dayOfWeek(year, week, day int) (time.Time, bool) {
	first := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	d := monday.AddDate(0, 0, (week-1)*7+day-1)

	gotYear, gotWeek := monday.AddDate(0, 0, (week-1)*7).ISOWeek()

	return d, gotYear == year && gotWeek == week
}
