package subscriptions

import (
	"fmt"
	"strings"
	"time"
)

// Schedule is when a subscription's alerts come: at once, every full hour, or
// daily at a time of the chat's own zone. The zero value is at once.
type Schedule struct {
	Kind   ScheduleKind
	Minute int // Daily: minutes after midnight, local
}

// ScheduleKind is how often alerts come.
type ScheduleKind int

// The kinds of delivery.
const (
	AtOnce ScheduleKind = iota
	Hourly
	Daily
)

// defaultDailyMinute is what "daily" alone means.
const defaultDailyMinute = 8 * 60

// ParseSchedule reads what a person writes after when: ("now", "hourly",
// "daily", "8:00", "18:30") and what Delivery.String prints. The error is a
// sentence for that person.
func ParseSchedule(s string) (Schedule, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "", "now", "instant":
		return Schedule{}, nil
	case "hourly":
		return Schedule{Kind: Hourly}, nil
	case "daily":
		return Schedule{Kind: Daily, Minute: defaultDailyMinute}, nil
	}

	at, err := time.Parse("15:04", strings.TrimSpace(strings.TrimPrefix(s, "daily")))
	if err != nil {
		return Schedule{}, fmt.Errorf("when: takes now, hourly, daily or a time such as 8:00, not %q", s)
	}

	return Schedule{Kind: Daily, Minute: at.Hour()*60 + at.Minute()}, nil
}

// String is the delivery as it stands in a table; "" is at once.
func (d Schedule) String() string {
	switch d.Kind {
	case Hourly:
		return "hourly"
	case Daily:
		return fmt.Sprintf("daily %02d:%02d", d.Minute/60, d.Minute%60)
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
	case Daily:
		year, month, day := now.In(zone).Date()
		for {
			if at := firstInstantAt(year, month, day, d.Minute, zone); at.After(now) {
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
