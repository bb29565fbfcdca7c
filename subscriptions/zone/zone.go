// Package zone finds the time zone that a person means: by the name of a city or a
// country in any language, by what their clock shows, by an offset, or by its IANA
// name.
//
// Zones and their countries are those of the tz database, a short list adds large
// cities that it does not name, and countries and the cities of zones are known by the
// names that the Unicode CLDR gives them in the languages below. The package is pure; the rules of the zones
// themselves are Go's.
package zone

import (
	"cmp"
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"newsbell/subscriptions"
	"newsbell/subscriptions/text"
)

//go:embed zones.tsv
var zonesFile string

//go:embed cities.tsv
var citiesFile string

// most is how many zones are offered for a country or a clock.
const most = 8

// Find returns the IANA names of the zones that a text may mean at a moment, the
// likeliest first, at most eight; nil if it means none. "Warsaw", "Polska",
// "Europe/Warsaw", "14:05", "it's 2pm" and "UTC+2" are understood.
func Find(s string, now time.Time) []string {
	typed := s

	s = strings.Trim(strings.Join(strings.Fields(text.Fold(s)), " "), " .!?")
	if s == "" {
		return nil
	}

	t := tables()

	if city, lands, ok := strings.Cut(s, ", "); ok {
		if isWord(lands) && !strings.HasSuffix(strings.TrimRight(typed, " .!?"), strings.ToUpper(lands)) {
			lands = "" // I'm in love, hi
		}

		return t.withinAll(city, strings.Split(lands, ", "))
	}

	if name, ok := t.names[strings.ReplaceAll(s, " ", "_")]; ok {
		return []string{name}
	}

	if name, ok := t.cities[s]; ok {
		return []string{name}
	}

	if name := fromOffset(s); name != "" {
		return []string{name}
	}

	if zones := t.countries[s]; len(zones) > 0 {
		return zones[:min(len(zones), most)]
	}

	if minute, ok := clockIn(s); ok {
		return t.atClock(minute, now)
	}

	if name := ofCity(s); name != "" {
		return []string{name}
	}

	return nil
}

// withinAll is the zone of a city that is said with its state and country, the narrowest first: "New York, NY, USA". All
// of them have to be known.
func (t *table) withinAll(city string, lands []string) (zones []string) {
	for _, land := range lands {
		found := t.within(city, land)
		if len(found) == 0 {
			return nil
		}

		if zones == nil || len(found) < len(zones) {
			zones = found
		}
	}

	return zones
}

// within is the zone of a city that is said with its country or state: "Vienna, Virginia", "Austin, TX". Two letters are
// a country's where the city is known to be there, else a state's: "Toronto, CA", "Fresno, CA". Whether another country has
// that city is not known: where it has several zones and none is the city's, all are offered.
func (t *table) within(city, land string) []string {
	known := cmp.Or(t.cities[city], ofCity(city))
	if slices.Contains(t.codes[land], known) {
		return []string{known}
	}

	if name := cmp.Or(t.cities[", "+land], t.cities[land]); name != "" {
		return []string{name}
	}

	zones := t.countries[land]
	if slices.Contains(zones, known) {
		return []string{known}
	}

	return zones[:min(len(zones), most)]
}

// isWord reports whether the two letters of a state or country, written small, may end any sentence.
func isWord(code string) bool {
	return slices.Contains([]string{"co", "de", "hi", "in", "la", "ma", "me", "ne", "oh", "ok", "on", "or", "pa", "va"}, code)
}

// IsCountry reports whether a text is the name of a country in any language that the package knows.
func IsCountry(s string) bool {
	return len(tables().countries[text.Fold(s)]) > 0
}

// table is what texts are looked up in, folded.
type table struct {
	names     map[string]string   // IANA names by themselves
	cities    map[string]string   // the zone of a city
	countries map[string][]string // the zones of a country, by its names
	codes     map[string][]string // the same by its ISO code
	all       []string            // one zone a country, then the others
}

// mainZones are the zones of a country's largest city where the tz database begins
// with another.
func mainZones() map[string]string {
	return map[string]string{
		"ru": "Europe/Moscow", "au": "Australia/Sydney", "br": "America/Sao_Paulo", "ca": "America/Toronto", "ua": "Europe/Kyiv", "kz": "Asia/Almaty",
		"cd": "Africa/Kinshasa", "pg": "Pacific/Port_Moresby", "fm": "Pacific/Pohnpei", "gl": "America/Nuuk", "mn": "Asia/Ulaanbaatar", "nz": "Pacific/Auckland",
	}
}

// countryLanguages are those in which countries are known.
func countryLanguages() []language.Tag {
	var tags []language.Tag
	for code := range strings.FieldsSeq("en de fr es pt it pl uk ru tr id hi ar fa ja ko zh zh-Hant nl sv cs ro hu el he vi th fi da nb bg sr hr sk") {
		tags = append(tags, language.MustParse(code))
	}

	return tags
}

var tables = sync.OnceValue(func() *table {
	t := &table{names: map[string]string{}, cities: map[string]string{}, countries: map[string][]string{}, codes: map[string][]string{}}
	mains := mainZones()

	var codes []string

	for code, name := range readRows(zonesFile) {
		t.names[text.Fold(name)] = name
		city := name[strings.LastIndexByte(name, '/')+1:]
		t.cities[text.Fold(strings.ReplaceAll(city, "_", " "))] = name

		if len(t.codes[code]) == 0 {
			codes = append(codes, code)
		}

		t.codes[code] = append(t.codes[code], name)
	}

	for city, name := range readRows(citiesFile) {
		t.cities[text.Fold(city)] = name
	}

	for _, code := range codes {
		zones := t.codes[code]
		if i := slices.Index(zones, mains[code]); i > 0 {
			zones = slices.Insert(slices.Delete(zones, i, i+1), 0, mains[code])
		}

		t.all = append(t.all, zones[0])
		t.countries[code] = zones

		region, err := language.ParseRegion(code)
		if err != nil {
			continue
		}

		for _, tag := range countryLanguages() {
			if names := display.Regions(tag); names != nil {
				t.countries[text.Fold(names.Name(region))] = zones
			}
		}
	}

	for name, code := range map[string]string{"usa": "us", "america": "us", "uk": "gb", "england": "gb", "britain": "gb", "great britain": "gb", "scotland": "gb", "holland": "nl", "czech republic": "cz", "turkey": "tr", "uae": "ae"} {
		t.countries[name] = t.countries[code]
	}

	for _, code := range codes {
		delete(t.countries, code) // "in" and "me" are words
	}

	t.countries["georgia"] = append(slices.Clone(t.countries["georgia"]), "America/New_York") // the state of the USA

	for _, name := range []string{"UTC", "GMT"} {
		t.names[strings.ToLower(name)] = "UTC"
	}

	return t
})

// readRows yields the two fields of each row of a file; # begins a comment.
func readRows(file string) func(yield func(first, second string) bool) {
	return func(yield func(first, second string) bool) {
		for line := range strings.Lines(file) {
			first, second, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if ok && !strings.HasPrefix(line, "#") && !yield(first, second) {
				return
			}
		}
	}
}

var offset = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:utc|gmt)? ?([+-]) ?(\d{1,2})(?::?00)?$`)
})

// fromOffset is the zone of "UTC+2": without any change of the clock.
func fromOffset(s string) string {
	m := offset().FindStringSubmatch(s)
	if m == nil {
		return ""
	}

	hours, err := strconv.Atoi(m[2])
	if err != nil || hours > 14 || m[1] == "-" && hours > 12 {
		return ""
	}

	if hours == 0 {
		return "UTC"
	}

	// The tz database counts these the other way round.
	sign := map[string]string{"+": "-", "-": "+"}[m[1]]

	return "Etc/GMT" + sign + strconv.Itoa(hours)
}

var clockFrame = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:it ?[' i]?s|now|here it is|my time is)? ?(.+?)(?: (?:for me|here|now))*$`)
})

// clockIn reads "it's 14:05 for me".
func clockIn(s string) (minute int, ok bool) {
	m := clockFrame().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}

	return subscriptions.ParseClock(m[1])
}

// slack is how far a person's reading of the clock may be off, in minutes.
const slack = 7

// atClock returns zones whose clocks show a time of day, well-known ones first.
func (t *table) atClock(minute int, now time.Time) []string {
	const day = 24 * 60

	var found []string

	for _, name := range slices.Concat(wellKnown(), t.all) {
		location, err := time.LoadLocation(name)
		if err != nil || slices.Contains(found, name) {
			continue
		}

		local := now.In(location)
		apart := (local.Hour()*60 + local.Minute() - minute + day) % day

		if min(apart, day-apart) <= slack {
			found = append(found, name)
		}

		if len(found) == most {
			break
		}
	}

	return found
}

// wellKnown are the zones that are offered first for a clock.
func wellKnown() []string {
	return []string{
		"Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Warsaw", "Europe/Kyiv", "Europe/Istanbul", "Europe/Moscow", "America/New_York", "America/Chicago",
		"America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "America/Mexico_City", "Asia/Dubai", "Asia/Kolkata", "Asia/Jakarta", "Asia/Shanghai",
		"Asia/Tokyo", "Asia/Seoul", "Australia/Sydney", "Africa/Lagos", "Africa/Cairo", "Africa/Johannesburg",
	}
}
