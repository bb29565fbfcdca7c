package subscriptions

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule is when a subscription's alerts come: at once, every full hour, daily or
// weekly at a time of the chat's own zone. The zero value is at once.
type Schedule struct {
	Kind    ScheduleKind
	Weekday time.Weekday // Weekly
	Minute  int          // Daily and Weekly: minutes after midnight, local
}

// ScheduleKind is how often alerts come.
type ScheduleKind int

// How often alerts come.
const (
	AtOnce ScheduleKind = iota
	Hourly
	Daily
	Weekly
)

// ParseSchedule reads what a person writes after when: ("now", "hourly", "daily",
// "8:00", "8am", "daily at 6:30 pm", "weekly", "fridays 18:00") and what
// [Schedule.String] prints. The error is a sentence for that person.
func ParseSchedule(s string) (Schedule, error) {
	s = plainWords(s)
	switch s {
	case "", "now", "instant", "instantly", "at once", "immediately":
		return Schedule{}, nil
	case "hourly", "every hour":
		return Schedule{Kind: Hourly}, nil
	}

	d := Schedule{Kind: Daily, Minute: morning}
	word, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(s, "every "), "on "), " ")

	switch word {
	case "daily", "day":
	case "weekly", "week":
		d.Kind, d.Weekday = Weekly, time.Monday

		next, after, _ := strings.Cut(strings.TrimPrefix(rest, "on "), " ")
		if day, ok := parseWeekday(next); ok {
			d.Weekday, rest = day, after
		}
	default:
		day, ok := parseWeekday(word)
		if ok {
			d.Kind, d.Weekday = Weekly, day
		} else {
			rest = s
		}
	}

	if rest == "" {
		return d, nil
	}

	minute, ok := ParseClock(rest)
	if hour, err := strconv.Atoi(s); err == nil && hour >= 0 && hour < 24 { // when:8
		minute, ok = hour*60, true
	}

	if !ok {
		return Schedule{}, fmt.Errorf("I don't understand when:%s. Try now, hourly, daily, weekly, or a time such as 8:00 or 6:30pm", s)
	}

	d.Minute = minute

	return d, nil
}

// String is the schedule as it stands in a table; "" is at once.
func (d Schedule) String() string {
	switch d.Kind {
	case Hourly:
		return "hourly"
	case Daily:
		return fmt.Sprintf("daily %02d:%02d", d.Minute/60, d.Minute%60)
	case Weekly:
		return fmt.Sprintf("weekly %s %02d:%02d", strings.ToLower(d.Weekday.String()), d.Minute/60, d.Minute%60)
	default:
		return ""
	}
}

// Next is when an alert that is made now comes: the zero time for at once.
// Where the clock leaps over the time of day it is the first instant after the
// leap; where it comes twice in a day it is the first of them.
func (d Schedule) Next(now time.Time, zone *time.Location) time.Time {
	switch d.Kind {
	case Hourly:
		return now.Truncate(time.Hour).Add(time.Hour)
	case Daily, Weekly:
		year, month, day := now.In(zone).Date()
		for {
			at := firstInstantAt(year, month, day, d.Minute, zone)
			if at.After(now) && (d.Kind == Daily || time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Weekday() == d.Weekday) {
				return at
			}

			day++
		}
	default:
		return time.Time{}
	}
}

// maxClockChange is further than any change of the clock leaps.
const maxClockChange = 3 * time.Hour

// firstInstantAt is the first instant of a day at which the clock shows minute or,
// where it leaps over it, more. time.Date leaves both cases open.
func firstInstantAt(year int, month time.Month, day, minute int, zone *time.Location) time.Time {
	at := time.Date(year, month, day, minute/60, minute%60, 0, 0, zone)

	before, after := at.ZoneBounds()
	if at.Hour()*60+at.Minute() != minute {
		if !before.IsZero() && at.Sub(before) < maxClockChange {
			return before
		}

		return after
	}

	if before.IsZero() || at.Sub(before) >= maxClockChange {
		return at
	}

	_, offset := at.Zone()

	_, earlier := before.Add(-time.Second).Zone()
	if first := at.Add(time.Duration(offset-earlier) * time.Second); first.Before(before) && first.Hour()*60+first.Minute() == minute {
		return first
	}

	return at
}
