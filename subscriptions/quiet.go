package subscriptions

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Quiet is a window of the day, in a chat's own zone, in which alerts are held. The
// zero value holds none.
type Quiet struct {
	From, To int // minutes after midnight, local; From = To is no window
}

// ParseQuiet reads quiet hours as people write them ("22:00-7:00", "10pm to 7am", "22
// – 7", "off") and as [Quiet.String] prints them. The error is a sentence for that
// person.
func ParseQuiet(s string) (Quiet, error) {
	s = strings.TrimPrefix(strings.TrimPrefix(plainWords(s), "from "), "between ")

	switch s {
	case "", "off", "none", "no", "never":
		return Quiet{}, nil
	}

	for _, dash := range []string{"–", "—", "-", " to ", " until ", " and "} {
		from, to, ok := strings.Cut(s, dash)
		if !ok {
			continue
		}

		start, okStart := parseHour(from)
		end, okEnd := parseHour(to)

		switch {
		case !okStart || !okEnd:
			continue
		case start == end:
			return Quiet{}, errors.New("that would be the whole day: use /pause for that, or quiet hours such as 22:00-7:00")
		}

		return Quiet{start, end}, nil
	}

	return Quiet{}, fmt.Errorf("I don't understand %q as quiet hours. Try 22:00-7:00, or off", s)
}

// parseHour reads a time of day, also as a bare hour.
func parseHour(s string) (minute int, ok bool) {
	s = strings.TrimSpace(s)
	if minute, ok := ParseClock(s); ok {
		return minute, true
	}

	return ParseClock("at " + s)
}

// String is the window as it stands in a table: "22:00-07:00", "" for none.
func (q Quiet) String() string {
	if q.From == q.To {
		return ""
	}

	return fmt.Sprintf("%02d:%02d-%02d:%02d", q.From/60, q.From%60, q.To/60, q.To%60)
}

// Ends returns when the quiet that holds at a moment ends, the zero time if none does.
// Where the clock leaps over the end it is the first instant after the leap; where the
// end comes twice it is the first.
func (q Quiet) Ends(at time.Time, zone *time.Location) time.Time {
	if q.From == q.To {
		return time.Time{}
	}

	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()

	inside := minute >= q.From && minute < q.To
	if q.From > q.To {
		inside = minute >= q.From || minute < q.To
	}

	if !inside {
		return time.Time{}
	}

	year, month, day := local.Date()
	for {
		if end := firstInstantAt(year, month, day, q.To, zone); end.After(at) {
			return end
		}

		day++
	}
}
