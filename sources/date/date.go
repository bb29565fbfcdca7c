package date

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Parse reads a date as feeds write them: RFC 822 and its distortions, ISO 8601,
// asctime, epochs, weekday and month names in a dozen languages, zones by name.
// What is ambiguous or wrong (25:14, a 31 June, a month "zzz") is the zero time:
// no date is better than a wrong one. The result is UTC, whole seconds.
//
// gofeed tries 150 layouts one after the other and knows English only; this
// takes the text apart once instead.
func Parse(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 100 {
		return time.Time{}
	}

	if t, ok := parseCompact(s); ok {
		return Plausible(t)
	}

	s = spellOut(s)

	p := dateParts{month: 0, day: -1, year: -1, numbers: make([]int, 0, 3), widths: make([]int, 0, 3)}

	var room [usualTokens]token

	if !p.read(appendTokens(room[:0], s)) {
		return time.Time{}
	}

	return Plausible(p.time())
}

// ParseDay is Parse for what says how old something is. A year or a month alone that is not
// over at now says no day: its first would make news of today too old.
func ParseDay(s string, now time.Time) time.Time {
	t := Parse(s)

	s = strings.TrimSpace(s)
	if len(s) > len("2006-01") {
		return t // nearly always
	}

	var end time.Time

	switch m := period().FindStringSubmatch(s); {
	case m == nil:
		return t
	case m[1] == "":
		end = t.AddDate(1, 0, 0)
	default:
		end = t.AddDate(0, 1, 0)
	}

	if now.Before(end) {
		return time.Time{}
	}

	return t
}

// period is a year or a month of ISO 8601.
var period = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{4}(-\d{2})?$`) })

// Plausible drops what programs write when they know no date.
func Plausible(t time.Time) time.Time {
	if t.IsZero() || t.Unix() == 0 || t.Year() > 9999 || t.Year() < 1 {
		return time.Time{}
	}

	return t.UTC().Truncate(time.Second)
}

// parseCompact reads dates that are digits alone (and ISO 8601's short forms with
// hyphens): epochs, 20031231, 20031231101455, 031231, 03335, 2003-335.
func parseCompact(s string) (time.Time, bool) {
	if t, ok := parseBasic(s); ok {
		return t, true
	}

	if strings.Trim(s, "+-.0123456789") != "" {
		return time.Time{}, false // nearly always
	}

	if head, tail, ok := strings.Cut(s, "."); ok && len(head) == 10 && tail != "" && strings.Trim(tail, "0123456789") == "" {
		s = head // an epoch with fractions
	}

	if _, err := strconv.ParseInt(s, 10, 64); err != nil || s[0] == '+' {
		return time.Time{}, false
	}

	layout := ""

	switch {
	case s[0] == '-' && len(s) == 5: // -0312
		layout, s = "0601", s[1:]
	case s[0] == '-':
		return time.Time{}, true
	case len(s) == 10:
		n, _ := strconv.ParseInt(s, 10, 64)
		return time.Unix(n, 0), true
	case len(s) == 13:
		n, _ := strconv.ParseInt(s, 10, 64)
		return time.UnixMilli(n), true
	case len(s) == 16:
		n, _ := strconv.ParseInt(s, 10, 64)
		return time.UnixMicro(n), true
	case len(s) == 14:
		layout = "20060102150405"
	case len(s) == 12:
		layout = "200601021504"
	case len(s) == 8:
		layout = "20060102"
	case len(s) == 6:
		layout = "060102"
	case len(s) == 5 && (s[0] == '0' || s[0] == '9'): // went out of use with the century: 22013 is some other number
		layout = "06002"
	case len(s) == 4:
		layout = "2006"
	}

	if layout == "" {
		return time.Time{}, true
	}

	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}, true
	}

	return t, true
}

// parseBasic reads ISO 8601's basic format with a time of day.
func parseBasic(s string) (time.Time, bool) {
	if len(s) <= len("20060102") || s[len("20060102")] != 'T' {
		return time.Time{}, false // nearly always: an error of package time is costly
	}

	for _, layout := range []string{"20060102T150405Z0700", "20060102T150405", "20060102T1504Z0700", "20060102T1504"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}

	return time.Time{}, false
}

// token is a run of digits, a word, or a sign.
type token struct {
	text string // lower case
	kind byte   // 'd' digits, 'w' word, else the sign; ' ' stands for blanks
}

// appendTokens appends the tokens of a date.
func appendTokens(out []token, s string) []token {
	s, _, _ = strings.Cut(s, "[")              // "+01:00[Europe/Berlin]", as Java writes
	if i := strings.IndexByte(s, '('); i > 0 { // "(CEST)", "(Central European Time)": comments
		if j := strings.IndexByte(s[i:], ')'); j > 0 {
			s = s[:i] + " " + s[i+j+1:]
		}
	}

	s = strings.ToLower(s)

	for from := 0; from < len(s); {
		r, size := utf8.DecodeRuneInString(s[from:])
		end := from + size

		switch {
		case r >= '0' && r <= '9':
			for end < len(s) && s[end] >= '0' && s[end] <= '9' {
				end++
			}

			out = append(out, token{s[from:end], 'd'})
		case unicode.IsLetter(r):
			end += wordLength(s[end:])
			out = append(out, token{s[from:end], 'w'})
		case unicode.IsSpace(r):
			if len(out) > 0 && out[len(out)-1].kind != ' ' {
				out = append(out, token{" ", ' '})
			}
		case r == '"':
		case r == '−' || r == '–':
			out = append(out, token{"-", '-'})
		case r < utf8.RuneSelf:
			out = append(out, token{s[from:end], byte(r)})
		default:
			out = append(out, token{s[from:end], '?'})
		}

		from = end
	}

	return out
}

// usualTokens is room for "Mon, 30 Nov 2026 10:00:00 +0000".
const usualTokens = 20

// wordLength is how much of a word s begins with.
func wordLength(s string) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }); n >= 0 {
		return n
	}

	return len(s)
}

// dateParts is a date being put together.
type dateParts struct {
	year, month, day     int
	hour, minute, second int
	zone                 int            // seconds east of UTC
	region               *time.Location // instead of zone; nil: none was named
	clock, pm, am, zoned bool
	numbers              []int // of the date, in order
	widths               []int // their number of digits
	slash                bool
}

// read takes the tokens in; false when something in them makes no sense.
func (p *dateParts) read(ts []token) bool {
	for i := 0; i < len(ts); {
		var n int

		switch t := ts[i]; {
		case t.kind == ' ' || t.kind == ',' || t.kind == '.' || t.kind == '(' || t.kind == ')' || t.kind == '?' || t.kind == '|':
			n = 1
		case t.kind == 'd' && p.isClock(ts[i:]):
			n = p.readClock(ts[i:])
		case t.kind == 'd':
			n = p.readNumber(ts[i:])
		case t.kind == 'w':
			n = p.readWord(ts, i)
		case (t.kind == '+' || t.kind == '-') && p.clock && !p.zoned:
			n = p.readOffset(ts[i:])
		case t.kind == '-' || t.kind == '/' || t.kind == ':' || t.kind == '\'':
			p.slash = p.slash || t.kind == '/'
			n = 1
		}

		if n == 0 {
			return false
		}

		i += n
	}

	return p.assignNumbers()
}

func (p *dateParts) isClock(ts []token) bool {
	return !p.clock && len(ts) >= 3 && ts[1].kind == ':' && ts[2].kind == 'd' && len(ts[0].text) <= 2
}

// readClock reads 15:04, 15:04:05 and 15:04:05.000.
func (p *dateParts) readClock(ts []token) int {
	p.clock = true
	p.hour, p.minute = parseNumber(ts[0]), parseNumber(ts[2])
	n := 3

	if len(ts) > 4 && ts[3].kind == ':' && ts[4].kind == 'd' {
		p.second = parseNumber(ts[4])

		n = 5
		if len(ts) > 6 && (ts[5].kind == '.' || ts[5].kind == ',') && ts[6].kind == 'd' {
			n = 7
		}
	}

	if len(ts) > n && ts[n].kind == ':' { // 1:2:3:4; but "09:00:00:-0700" has been seen
		if len(ts) > n+1 && ts[n+1].kind == 'd' {
			return 0
		}
	}

	return n
}

func (p *dateParts) readNumber(ts []token) int {
	if len(p.numbers) >= 3 || len(ts[0].text) > 4 {
		if p.clock && ts[0].text == "00" { // "15:04:05 00": a broken zone
			return 1
		}

		return 0
	}

	if p.isHour(ts) {
		p.clock, p.hour = true, parseNumber(ts[0])
		return 1
	}

	n := parseNumber(ts[0])
	p.numbers = append(p.numbers, n)

	p.widths = append(p.widths, len(ts[0].text))
	if len(ts) > 1 && ts[1].kind == 'w' {
		switch ts[1].text {
		case "st", "nd", "rd", "th", "er", "º", "ª", "年", "月", "日", "년", "월", "일":
			p.readKorean(ts[1].text)
			return 2
		}
	}

	return 1
}

// isHour reports whether a number is an hour alone: "28 Jul 2026 10 GMT". One without a zone
// behind it may be anything.
func (p *dateParts) isHour(ts []token) bool {
	if p.clock || p.month == 0 || len(p.numbers) != 2 || max(p.widths[0], p.widths[1]) != 4 || len(ts[0].text) > 2 {
		return false
	}

	if len(ts) != 3 || ts[1].kind != ' ' || ts[2].kind != 'w' {
		return false
	}

	_, zone := zoneOffsets()[ts[2].text]

	return zone
}

func (p *dateParts) readWord(ts []token, i int) int {
	w := ts[i].text
	last := i == len(ts)-1

	switch w {
	case "t":
		if i > 0 && ts[i-1].kind == 'd' && !p.clock {
			return 1
		}

		return 0
	case "z":
		if p.zoned || !p.clock {
			return 0
		}

		p.zoned = true

		return 1
	case "am", "a", "오전", "上午":
		p.am = true
		p.readKorean(w)

		return 1 + skipM(ts[i+1:])
	case "pm", "p", "오후", "下午", "μμ":
		p.pm = true
		p.readKorean(w)

		return 1 + skipM(ts[i+1:])
	}

	if m := monthOf(w); m > 0 && (p.month == 0 || !p.clock && len(p.numbers) <= 1) {
		p.month = m
		return 1
	}

	if p.clock && !p.zoned && last && w == "at" { // Atlantic time; elsewhere the word "at"
		p.zone, p.zoned = -4*3600, true
		return 1
	}

	if isFiller(w) || isWeekday(w) {
		return 1
	}

	if p.clock {
		if n := p.readZone(ts[i:]); n > 0 {
			return n
		}

		return 0
	}

	if i == 0 && !last { // a weekday in a language that is not in the table
		return 1
	}

	return 0
}

// readKorean dates without a zone are written in Seoul for Seoul.
func (p *dateParts) readKorean(w string) {
	switch w {
	case "오전", "오후", "년", "월", "일":
		if !p.zoned {
			p.zone = 9 * 3600
		}
	}
}

// skipM is the ".m." of "p.m.".
func skipM(ts []token) int {
	if len(ts) >= 2 && ts[0].kind == '.' && ts[1].text == "m" {
		return 2
	}

	return 0
}

// readZone reads EST, GMT+1, GMT-01:01, Etc/GMT.
func (p *dateParts) readZone(ts []token) int {
	w := ts[0].text
	if len(ts) >= 3 && ts[1].kind == '/' && ts[2].kind == 'w' {
		return p.readRegion(ts)
	}

	offset, ok := zoneOffsets()[w]
	if p.zoned { // "+0200 CEST": the number has said it
		if ok {
			return 1
		}

		return 0
	}

	if (w == "gmt" || w == "utc" || w == "ut" || w == "z") && len(ts) > 1 && (ts[1].kind == '+' || ts[1].kind == '-') {
		n := p.readOffset(ts[1:])
		if n == 0 {
			return 0
		}

		return 1 + n
	}

	if !ok && (len(w) > 5 || len(w) < 2) {
		return 0
	}

	p.zone, p.zoned = offset, ok

	return 1
}

// readRegion reads Europe/Berlin and America/New_York. One that is not known says nothing.
func (p *dateParts) readRegion(ts []token) int {
	name, n := "", 0
	for n < len(ts) && (ts[n].kind == 'w' || ts[n].kind == '/' || ts[n].kind == '_') {
		part := ts[n].text
		if ts[n].kind == 'w' {
			part = strings.ToUpper(part[:1]) + part[1:]
		}

		name += part
		n++
	}

	if p.zoned { // "+0200 Europe/Berlin": the number has said it
		return n
	}

	p.zoned = true

	if region, err := time.LoadLocation(name); err == nil {
		p.region = region
	}

	return n
}

// readOffset reads +02:00, +0200, +02 and -700; the sign's token comes first.
func (p *dateParts) readOffset(ts []token) int {
	sign, n := 1, 1
	if ts[0].kind == '-' {
		sign = -1
	}

	for n < len(ts) && (ts[n].kind == '-' || ts[n].kind == ' ') { // "--0700"
		n++
	}

	if n >= len(ts) || ts[n].kind != 'd' {
		return 0
	}

	digits := ts[n].text
	n++

	var h, m int

	switch len(digits) {
	case 1, 2:
		h, _ = strconv.Atoi(digits)

		if n < len(ts) && ts[n].kind == ':' {
			if n+1 >= len(ts) || ts[n+1].kind != 'd' {
				return 0
			}

			m = parseNumber(ts[n+1])

			n += 2
			if n+1 < len(ts) && ts[n].kind == ':' && ts[n+1].kind == 'd' { // seconds of an offset
				n += 2
			}
		}
	case 3, 4:
		v, _ := strconv.Atoi(digits)
		h, m = v/100, v%100
	default:
		return 0
	}

	if h > 15 || m > 59 {
		return 0
	}

	p.zone, p.zoned = sign*(h*3600+m*60), true

	return n
}

// assignNumbers decides which number is the day, the month and the year.
func (p *dateParts) assignNumbers() bool {
	n, w := p.numbers, p.widths
	switch {
	case p.month > 0 && len(n) == 2:
		p.day, p.year = n[0], n[1]
		if w[0] == 4 || w[1] < 4 && n[0] > 31 {
			p.day, p.year = n[1], n[0]
		}

		p.year = fullYear(p.year, max(w[0], w[1]))
	case p.month > 0 && len(n) == 1 && w[0] == 4:
		p.day, p.year = 1, n[0]
	case p.month > 0:
		return false
	case len(n) == 3 && w[0] == 4:
		p.year, p.month, p.day = n[0], n[1], n[2]
	case len(n) == 3 && w[2] == 4:
		p.day, p.month, p.year = n[0], n[1], n[2]
		if p.month > 12 || p.slash && (p.am || p.pm) && p.day <= 12 { // as Americans write it
			p.day, p.month = p.month, p.day
		}
	case len(n) == 3 && w[0] <= 2 && w[2] <= 2:
		p.year, p.month, p.day = fullYear(n[0], w[0]), n[1], n[2]
		if p.slash || n[0] <= 31 && n[2] > 31 {
			p.day, p.month, p.year = n[0], n[1], fullYear(n[2], w[2])
			if p.month > 12 {
				p.day, p.month = p.month, p.day
			}
		}
	case len(n) == 2 && w[0] == 4 && w[1] == 3: // 2003-335
		p.year, p.month, p.day = n[0], 1, n[1]
		return n[1] >= 1 && n[1] <= 366 && p.checkClock()
	case len(n) == 2 && w[0] == 4 && !p.clock:
		p.year, p.month, p.day = n[0], n[1], 1
	case len(n) == 2 && w[0] == 2 && w[1] == 2 && !p.clock: // -03-12
		p.year, p.month, p.day = fullYear(n[0], 2), n[1], 1
	default:
		return false
	}

	return p.checkDay() && p.checkClock()
}

func fullYear(year, width int) int {
	switch {
	case width > 2 || year > 99:
		return year
	case year < 69:
		return 2000 + year
	}

	return 1900 + year
}

func (p *dateParts) checkDay() bool {
	if p.month < 1 || p.month > 12 || p.day < 1 || p.year < 1 {
		return false
	}

	return time.Date(p.year, time.Month(p.month), p.day, 0, 0, 0, 0, time.UTC).Day() == p.day
}

func (p *dateParts) checkClock() bool {
	if p.pm && p.hour < 12 {
		p.hour += 12
	}

	if p.am && p.hour == 12 {
		p.hour = 0
	}

	midnight := p.hour == 24 && p.minute == 0 && p.second == 0

	return (p.hour < 24 || midnight) && p.minute < 60 && p.second <= 60
}

func (p *dateParts) time() time.Time {
	region := p.region
	if region == nil {
		region = time.FixedZone("", p.zone)
	}

	return time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, min(p.second, 59), 0, region)
}

func parseNumber(t token) int {
	n, _ := strconv.Atoi(t.text)
	return n
}
