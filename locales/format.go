package locales

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	printer "golang.org/x/text/message"
	"golang.org/x/text/number"

	"newsbell/adapters"
)

// numberStyle is how a language writes whole numbers, as the CLDR has it.
type numberStyle struct {
	tag    language.Tag
	digits [10]string
}

func styleOf(tag language.Tag) numberStyle {
	s := numberStyle{tag: tag}
	p := printer.NewPrinter(tag)

	for i := range s.digits {
		s.digits[i] = p.Sprint(number.Decimal(i))
	}

	return s
}

// grouped is from where on the digits of a number are grouped: a number of four digits
// reads well without, and several languages want it so.
const grouped = 10_000

// Number writes a whole number: "12,345".
func (t *Texts) Number(n int) string {
	if n >= grouped || n <= -grouped {
		return printer.NewPrinter(t.numbers.tag).Sprint(number.Decimal(n))
	}

	return t.digits(strconv.Itoa(n))
}

// digits writes the digits of a text as the language does.
func (t *Texts) digits(s string) string {
	if t.numbers.digits[0] == "0" {
		return s
	}

	var b strings.Builder

	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteString(t.numbers.digits[r-'0'])
		} else {
			b.WriteRune(r)
		}
	}

	return b.String()
}

// Clock writes a time of day: "07:30".
func (t *Texts) Clock(at time.Time) string {
	return t.Say("format.clock", "hour", t.digits(at.Format("15")), "minute", t.digits(at.Format("04")))
}

// ShortClock writes a time of day, in minutes since midnight: "7:30".
func (t *Texts) ShortClock(minute int) string {
	two := strconv.Itoa(100 + minute%60)[1:]
	return t.Say("format.clock", "hour", t.digits(strconv.Itoa(minute/60)), "minute", t.digits(two))
}

// Moment writes a time of day in a zone, with its date if it is not today: "18:30 CET",
// "2 Jan 18:30 CET".
func (t *Texts) Moment(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Say("format.moment_today", "time", t.Clock(at), "zone", at.Format("MST"))
	}

	return t.DateTime(at)
}

// DateTime writes a day of this year and the time: "2 Jan 18:30 CET".
func (t *Texts) DateTime(at time.Time) string {
	return t.Say("format.moment", "day", at.Day(), "month", t.month(at), "time", t.Clock(at), "zone", at.Format("MST"))
}

// Date writes a day with its year: "2 Jan 2006".
func (t *Texts) Date(at time.Time) string {
	return t.Say("format.date", "day", at.Day(), "month", t.month(at), "year", t.digits(strconv.Itoa(at.Year())))
}

func (t *Texts) month(at time.Time) string {
	return t.Say("month." + strings.ToLower(at.Month().String()[:3]))
}

// Ago writes how long ago something was: [adapters.Ago].
func (t *Texts) Ago(d time.Duration) string { return adapters.Ago(t.Say, d) }

// Span writes a length of time as the text of one of the keys days, hours, minutes and
// seconds in a section: "1 day", "90 minutes". They take the placeholder n.
func (t *Texts) Span(section string, d time.Duration) string {
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) == 0:
		return t.Say(section+".days", "n", int(d/(24*time.Hour)))
	case d >= time.Hour && d%time.Hour == 0:
		return t.Say(section+".hours", "n", int(d/time.Hour))
	case d >= time.Minute:
		return t.Say(section+".minutes", "n", int(d.Round(time.Minute)/time.Minute))
	default:
		return t.Say(section+".seconds", "n", int(d/time.Second))
	}
}

// And writes a list: "a, b and c".
func (t *Texts) And(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}

	last := len(words) - 1

	return t.Say("format.list_and", "first", t.Commas(words[:last]), "second", words[last])
}

// Commas writes a list without a conjunction: "a, b, c".
func (t *Texts) Commas(words []string) string { return strings.Join(words, t.Say("format.comma")) }

// Sentences writes sentences one after the other.
func (t *Texts) Sentences(sentences ...string) string {
	return strings.Join(sentences, t.Say("format.between_sentences"))
}

// Quote puts a text in quotes: “text”.
func (t *Texts) Quote(s string) string { return t.Say("format.quote", "text", s) }
