package ai

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/subscriptions/text"
)

// months are the names of months, folded, in the languages in which texts name a day
// by them; shortened ones in English.
var months = sync.OnceValue(func() map[string]int {
	return monthNames(
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"januar februar marz april mai juni juli august september oktober november dezember",
		"janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
		"ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık",
		"januari februari maret april mei juni juli agustus september oktober november desember",
	)
})

func monthNames(lists ...string) map[string]int {
	names := map[string]int{}

	for _, list := range lists {
		for i, name := range strings.Fields(list) {
			names[text.Fold(name)] = i + 1
		}
	}

	return names
}

// relativeDays are words for a day that mean another one when an answer is read later.
var relativeDays = map[string]bool{
	"today": true, "yesterday": true, "tomorrow": true, "tonight": true, "heute": true, "gestern": true, "hier": true,
	"aujourd'hui": true, "demain": true, "hoy": true, "ayer": true, "hoje": true, "ontem": true, "oggi": true, "ieri": true, "domani": true,
	"dzis": true, "dzisiaj": true, "wczoraj": true, "jutro": true, "сегодня": true, "вчера": true, "завтра": true,
}

var (
	isoDate   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`) })
	dotDate   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b`) })
	denseDate = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d{1,4})\s*(月|월)\s*(\d{1,2})\s*(日|일)`) })
)

// day is a day of a year as a text names it: "06-04".
type day string

func dayOf(month, of int) day { return day(fmt.Sprintf("%02d-%02d", month, of)) }

// dayAt returns the day of a time; the same for each zone is too much to ask, so it is UTC's.
func dayAt(at time.Time) day { return dayOf(int(at.UTC().Month()), at.UTC().Day()) }

// daysOf returns the days that a text names, and the text without them.
func daysOf(s string) (days []day, rest string) {
	found := func(form *regexp.Regexp, month, of int) {
		s = form.ReplaceAllStringFunc(s, func(match string) string {
			parts := form.FindStringSubmatch(match)
			m, _ := strconv.Atoi(parts[month]) // the form has digits there
			d, _ := strconv.Atoi(parts[of])

			if m < 1 || m > 12 || d < 1 || d > 31 {
				return match
			}

			days = append(days, dayOf(m, d))

			return " "
		})
	}
	found(isoDate(), 2, 3)
	found(dotDate(), 2, 1)
	found(denseDate(), 1, 3)

	return spokenDays(s, days)
}

// spokenDays finds "June 4", "4 June", "4th of June", "4 de junio", "4. Juni".
func spokenDays(s string, days []day) (_ []day, rest string) {
	words := text.Words(s)

	for i := range words {
		if d, from, to := spokenDay(words, i); d != "" {
			days = append(days, d)
			s = s[:from] + strings.Repeat(" ", to-from) + s[to:]
		}
	}

	return days, s
}

// spokenDay returns the day that is named by the month at i and a number beside it, and where
// it stands; "" if none is.
func spokenDay(words []text.Word, i int) (d day, from, to int) {
	month, ok := months()[words[i].Key]
	if !ok {
		return "", 0, 0
	}

	if n := dayNumber(words, i+1); n > 0 {
		return dayOf(month, n), words[i].Start, words[i+1].End
	}

	back := i - 1
	if back >= 0 && (words[back].Key == "of" || words[back].Key == "de") {
		back--
	}

	if n := dayNumber(words, back); n > 0 {
		return dayOf(month, n), words[back].Start, words[i].End
	}

	return "", 0, 0
}

// dayNumber returns the day of a month that a word is: "4", "4th"; 0 if it is none.
func dayNumber(words []text.Word, i int) int {
	if i < 0 || i >= len(words) {
		return 0
	}

	key := words[i].Key
	for _, ending := range []string{"st", "nd", "rd", "th", "er"} {
		key = strings.TrimSuffix(key, ending)
	}

	n, err := strconv.Atoi(key)
	if err != nil || n < 1 || n > 31 {
		return 0
	}

	return n
}
