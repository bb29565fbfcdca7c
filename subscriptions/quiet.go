package subscriptions

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Quiet is a window of the day, in a chat's own zone, in which alerts are held. The
// zero value holds none.
type Quiet struct {
	From, To int // minutes after midnight, local; From = To is no window
	// Outlets is how many outlets must report a story so that it alerts all the same; 0:
	// however many do, it does not.
	Outlets int
	Except  string // a query, as typed: what matches it alerts all the same; "" nothing
}

// ParseQuiet reads quiet hours as people write them ("22:00-7:00", "10pm to 7am", "22
// – 7", "off") and as [Quiet.String] prints them. The error is a sentence for that
// person. "except 5 outlets", "except earthquake" and "except 5 outlets or earthquake" may
// follow; whether a query stands there is the caller's to check (see package query).
func ParseQuiet(s string) (Quiet, error) {
	window, except := s, ""
	if at := exceptWord().FindStringIndex(s); at != nil {
		window, except = s[:at[0]], strings.TrimSpace(s[at[1]:])
	}

	q, err := parseWindow(window)
	if err != nil || except == "" || q.From == q.To {
		return q, err
	}

	return q.parseExcept(except)
}

// exceptWord comes before what quiet hours let through, outletsWord is one of its forms.
var (
	exceptWord  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)[ ,]+(?:except|but)(?: for)?(?: |$)`) })
	outletsWord = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(?:with )?(\d{1,4})\+? (?:outlets?|sources?)(?: or more)?(?: or (.+))?$`)
	})
)

// longestExcept is the length of the longest query that quiet hours let through, in bytes.
const longestExcept = 200

// parseExcept adds what the quiet hours let through.
func (q Quiet) parseExcept(s string) (Quiet, error) {
	if m := outletsWord().FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 2 || n > MostOutlets {
			return Quiet{}, fmt.Errorf("how many outlets? A number from 2 to %d, such as 22:00-7:00 except 5 outlets", MostOutlets)
		}

		q.Outlets, s = n, m[2]
	}

	if s == "" {
		return q, nil
	}

	if len(s) > longestExcept {
		return Quiet{}, errors.New("that's too long after except: one or two words will do, such as 22:00-7:00 except earthquake")
	}

	q.Except = strings.Join(strings.Fields(s), " ")

	return q, nil
}

// parseWindow reads the hours.
func parseWindow(s string) (Quiet, error) {
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
		if at := strings.TrimSpace(to); at == "24:00" || at == "24" { // as people write midnight at a day's end
			end, okEnd = 0, true
		}

		switch {
		case !okStart || !okEnd:
			continue
		case start == end:
			return Quiet{}, errors.New("that would be the whole day: use /pause for that, or quiet hours such as 22:00-7:00")
		}

		return Quiet{From: start, To: end}, nil
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

// String is the window as it stands in a table: "22:00-07:00 except 5 outlets", "" for none.
func (q Quiet) String() string {
	if q.From == q.To {
		return ""
	}

	s := q.Hours()

	switch {
	case q.Outlets > 0 && q.Except != "":
		return fmt.Sprintf("%s except %d outlets or %s", s, q.Outlets, q.Except)
	case q.Outlets > 0:
		return fmt.Sprintf("%s except %d outlets", s, q.Outlets)
	case q.Except != "":
		return s + " except " + q.Except
	default:
		return s
	}
}

// Hours is the window without what it lets through: "22:00-07:00".
func (q Quiet) Hours() string {
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
