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
	Kind   ScheduleKind
	Days   Days // Weekly: at least one
	Minute int  // Daily and Weekly: minutes after midnight, local
}

// HasTime reports whether it names a time of day, which is one of a zone.
func (d Schedule) HasTime() bool { return d.Kind == Daily || d.Kind == Weekly }

// Days are days of the week, a bit each: 1 << time.Sunday is the first.
type Days uint8

// Has reports whether a day is one of them.
func (d Days) Has(day time.Weekday) bool { return d&(1<<day) != 0 }

// List lists the days, from Monday on.
func (d Days) List() []time.Weekday {
	var list []time.Weekday

	for day := time.Monday; day <= time.Saturday; day++ {
		if d.Has(day) {
			list = append(list, day)
		}
	}

	if d.Has(time.Sunday) {
		list = append(list, time.Sunday)
	}

	return list
}

// Days that have a name together.
const (
	Workdays Days = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	Weekend  Days = 1<<time.Saturday | 1<<time.Sunday
)

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
	rest := strings.TrimPrefix(strings.TrimPrefix(s, "every "), "on ")

	switch word, after, _ := strings.Cut(rest, " "); word {
	case "daily", "day", "morning":
		rest = after
	case "weekly", "week":
		d.Kind = Weekly

		if d.Days, rest = cutDays(strings.TrimPrefix(after, "on ")); d.Days == 0 {
			d.Days = 1 << time.Monday
		}
	default:
		if days, after := cutDays(rest); days != 0 {
			d.Kind, d.Days, rest = Weekly, days, after
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

// cutDays takes the days off the front of a text: "monday", "mon, wed and fri", "weekdays".
func cutDays(s string) (days Days, rest string) {
	for rest = s; rest != ""; {
		word, after, _ := strings.Cut(strings.TrimLeft(rest, ", "), " ")
		word = strings.TrimRight(word, ",")

		for part := range strings.SplitSeq(word, ",") {
			day, ok := parseWeekday(part)

			switch {
			case ok:
				days |= 1 << day
			case part == "weekdays" || part == "workdays" || part == "weekday":
				days |= Workdays
			case part == "weekends" || part == "weekend":
				days |= Weekend
			case part == "and" && days != 0:
			default:
				return days, rest
			}
		}

		rest = after
	}

	return days, ""
}

// String is the schedule as it stands in a table; "" is at once.
func (d Schedule) String() string {
	switch d.Kind {
	case Hourly:
		return "hourly"
	case Daily:
		return fmt.Sprintf("daily %02d:%02d", d.Minute/60, d.Minute%60)
	case Weekly:
		names := make([]string, 0, 7)
		for _, day := range d.Days.List() {
			names = append(names, strings.ToLower(day.String()))
		}

		return fmt.Sprintf("weekly %s %02d:%02d", strings.Join(names, ","), d.Minute/60, d.Minute%60)
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
		_, east := now.In(zone).Zone()
		shift := time.Duration(east) * time.Second // not whole hours in India

		return now.Add(shift).Truncate(time.Hour).Add(time.Hour - shift)
	case Daily, Weekly:
		year, month, day := now.In(zone).Date()
		for {
			at := firstInstantAt(year, month, day, d.Minute, zone)
			if at.After(now) && (d.Kind == Daily || d.Days.Has(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Weekday())) {
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
