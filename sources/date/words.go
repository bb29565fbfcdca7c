package date

import (
	"strings"
	"sync"
)

// monthWords are the names of months by the beginnings that tell them apart, in
// the languages of feeds that were seen to use their own: English, German,
// French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian,
// Finnish, Polish, Czech, Hungarian, Romanian, Turkish, Greek, Russian,
// Ukrainian, Indonesian, Arabic. A word is a month if it begins with one of them.
const monthWords = `
1  jan ján janv ene gen led leden ledna sty stycz ocak oca ianuar tammi янв січ ιαν jän يناير
2  feb fév fev févr febr únor února lut luty şub şubat helmi фев лют φεβ فبراير
3  mar mär mrz maa maart mrt márc bře březen března mars maalis март марта мар бер μάρ μαρ marzec marca مارس
4  apr abr avr avril apríl ápr dub duben dubna kwi nis nisan huhti апр квіт απρ أبريل ابريل
5  may mai maj mag maio mei máj kvě květen května ma máj. toukok май мая трав μάι μαΐ μαϊ mayıs mayo maggio maja مايو
6  jun juin giu červen června čvn cze haz haziran kesä июн черв ιουν ιούν jún يونيو
7  jul juil lug červenec července čvc lip tem temmuz heinä июл лип ιουλ ιούλ júl júli يوليو
8  aug ago août aoû agos srp srpen srpna sie ağu elo авг серп αυγ αύγ agt أغسطس اغسطس
9  sep sept set szept zář wrz eyl syys сен вер σεπ سبتمبر
10 oct okt out ott říj paź eki loka окт жовт οκτ أكتوبر اكتوبر
11 nov lis listopad kas marras ноя лист νοε νοέ noi نوفمبر
12 dec dez dic dét déc gru ara pro joulu prosinec prosince дек груд δεκ des ديسمبر
`

// monthNumbers is the table made of monthWords, once.
func monthNumbers() map[string]int { return monthTable() }

var monthTable = sync.OnceValue(func() map[string]int {
	table := make(map[string]int)

	for line := range strings.Lines(monthWords) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}

		n := 0
		for _, c := range fields[0] {
			n = n*10 + int(c-'0')
		}

		for _, w := range fields[1:] {
			table[w] = n
		}
	}

	return table
})

// monthOf is the month that a word (lower case) names, 0 if it names none: the
// longest beginning in the table decides ("červenec" is not "červen").
func monthOf(w string) int {
	table := monthNumbers()
	if n := table[w]; n > 0 {
		return n
	}

	if isWeekday(w) {
		return 0
	}

	for end := len(w) - 1; end >= 3; end-- {
		if n := table[w[:end]]; n > 0 {
			return n
		}
	}

	return 0
}

// isWeekday knows names that begin as months do, and the commonest of the others.
func isWeekday(w string) bool {
	switch w {
	case "mon", "monday", "tue", "tues", "tuesday", "wed", "weds", "wednesday", "thu", "thur", "thurs", "thursday", "fri", "friday", "sat", "saturday", "sun", "sunday",
		"mo", "di", "mi", "do", "fr", "sa", "so", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag",
		"lun", "mardi", "mercredi", "mer", "mié", "mie", "mié.", "miércoles", "miercoles", "martes", "martedì", "mercoledì", "jeu", "jeudi", "jue", "jueves", "gio", "giovedì",
		"ven", "vendredi", "vie", "viernes", "venerdì", "sam", "samedi", "sáb", "sab", "sábado", "sabato", "dim", "dimanche", "dom", "domingo", "domenica", "lundi", "lunes", "lunedì",
		"seg", "segunda", "ter", "terça", "qua", "quarta", "qui", "quinta", "sex", "sexta", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag",
		"mandag", "måndag", "mån", "man", "tis", "ons", "tor", "fre", "lör", "lør", "sön", "søn",
		"пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд", "вторник", "среда", "pon", "wto", "śro", "czw", "pią", "sob", "nie", "marți", "sal", "çar", "per", "cum", "cmt", "paz", "pzt":
		return true
	}

	return false
}

// isFiller reports whether a word says nothing.
func isFiller(w string) bool {
	switch w {
	case "de", "del", "of", "at", "um", "uhr", "à", "le", "la", "el", "om", "kl", "г", "года", "р", "hrs", "h", "den", "der", "the", "on", "в", "th", "st", "nd", "rd", "noon",
		"年", "月", "日", "년", "월", "일", "published", "updated", "posted", "date", "ore", "ora", "alle", "às":
		return true
	}

	return false
}

// zoneOffsets are the zone names of feeds as seconds east of UTC. Where a name means
// several zones, the one whose outlets use it in feeds.
func zoneOffsets() map[string]int { return zoneTable() }

var zoneTable = sync.OnceValue(func() map[string]int {
	const quarter = 15 * 60

	hours := map[string]int{
		"ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 4, "bst": 4, "ist": 22, "cet": 4, "met": 4, "mez": 4, "cest": 8, "mest": 8, "mesz": 8,
		"eet": 8, "eest": 12, "sast": 8, "cat": 8, "wat": 4, "eat": 12, "msk": 12, "trt": 12, "ast": -16, "adt": -12, "at": -16,
		"est": -20, "edt": -16, "et": -20, "cst": -24, "cdt": -20, "ct": -24, "mst": -28, "mdt": -24, "mt": -28, "pst": -32, "pdt": -28, "pt": -32,
		"akst": -36, "akdt": -32, "hst": -40, "nst": -14, "ndt": -10, "brt": -12, "art": -12, "clt": -16, "pkt": 20, "npt": 23, "ict": 28, "wib": 28, "wita": 32, "wit": 36,
		"hkt": 32, "sgt": 32, "myt": 32, "pht": 32, "awst": 32, "kst": 36, "jst": 36, "acst": 38, "aest": 40, "aedt": 44, "nzst": 48, "nzdt": 52, "gst": 16, "irst": 14, "idt": 12,
	}

	table := make(map[string]int, len(hours))
	for name, n := range hours {
		table[name] = n * quarter
	}

	return table
})
