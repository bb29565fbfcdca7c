package zone

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// noon is 12:00 UTC in winter.
var noon = time.Date(2025, 1, 15, 12, 0, 0, 0, time.UTC)

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"Warsaw":              "Europe/Warsaw",
		" warszawa ":          "Europe/Warsaw",
		"KRAKÓW":              "Europe/Warsaw",
		"europe/warsaw":       "Europe/Warsaw",
		"America/New_York":    "America/New_York",
		"new york":            "America/New_York",
		"New  York!":          "America/New_York",
		"Poland":              "Europe/Warsaw",
		"Polska":              "Europe/Warsaw",
		"日本":                  "Asia/Tokyo",
		"Україна":             "Europe/Kyiv",
		"ألمانيا":             "Europe/Berlin",
		"Russia":              "Europe/Moscow",
		"Australia":           "Australia/Sydney",
		"Brasil":              "America/Sao_Paulo",
		"USA":                 "America/New_York",
		"UK":                  "Europe/London",
		"東京":                  "Asia/Tokyo",
		"Москва":              "Europe/Moscow",
		"Rom":                 "Europe/Rome",
		"Kopenhagen":          "Europe/Copenhagen",
		"Londres":             "Europe/London",
		"Nowy Jork":           "America/New_York",
		"ウィーン":                "Europe/Vienna",
		"نيويورك":             "America/New_York",
		"Kijów":               "Europe/Kyiv",
		"São Paulo":           "America/Sao_Paulo",
		"UTC":                 "UTC",
		"gmt":                 "UTC",
		"UTC+2":               "Etc/GMT-2",
		"+5":                  "Etc/GMT-5",
		"utc -3":              "Etc/GMT+3",
		"12:05":               "Europe/London",
		"it's 13:00":          "Europe/Berlin",
		"Vienna, Virginia":    "America/New_York",
		"Vienna, Austria":     "Europe/Vienna",
		"Wien, Österreich":    "Europe/Vienna",
		"Austin, TX":          "America/Chicago",
		"New York, NY, USA":   "America/New_York",
		"Surabaya":            "Asia/Jakarta",
		"San Francisco":       "America/Los_Angeles",
		"مشهد":                "Asia/Tehran",
		"Нижний Новгород":     "Europe/Moscow",
		"Одеса":               "Europe/Kyiv",
		"Харків":              "Europe/Kyiv",
		"St. Louis":           "America/Chicago",
		"St. Gallen":          "Europe/Zurich",
		"portland, or, usa":   "America/Los_Angeles",
		"Berlin, DE":          "Europe/Berlin",
		"Dover, DE":           "America/New_York",
		"Toronto, CA":         "America/Toronto",
		"Augusta, ME":         "America/New_York",
		"plano, tx":           "America/Chicago",
		"Fresno, CA":          "America/Los_Angeles",
		"Mumbai, IN":          "Asia/Kolkata",
		"Amsterdam, NL":       "Europe/Amsterdam",
		"Tel Aviv, IL":        "Asia/Jerusalem",
		"Portland, OR":        "America/Los_Angeles",
		"Portland, Maine":     "America/New_York",
		"Portland, USA":       "America/Los_Angeles",
		"Seattle, Washington": "America/Los_Angeles",
		"Tbilisi, Georgia":    "Asia/Tbilisi",
		"Atlanta, Georgia":    "America/New_York",
		"it is 7am for me":    "America/New_York",
		"now 21:00":           "Asia/Tokyo",
	} {
		got := Find(text, noon)
		if len(got) == 0 || got[0] != want {
			t.Errorf("%q means %v, want %s first", text, got, want)
		}
	}

	for _, text := range []string{"", "  ", "nowhere land", "25:00", "in", "me", "UTC+99", "12:34", "Vienna, love", "love, hi", "fear, me", "trouble, deep", "tx", "or", "Etc/../x"} {
		if got := Find(text, noon); got != nil {
			t.Errorf("%q means %v, want nothing", text, got)
		}
	}
}

func TestEveryZoneLoadsAndIsFoundByItsNameAndCity(t *testing.T) {
	for _, name := range tables().names {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}

		if got := Find(name, noon); len(got) != 1 || got[0] != name {
			t.Errorf("%s means %v", name, got)
		}
	}

	for city, name := range tables().cities {
		if strings.HasPrefix(city, ", ") { // written in capitals
			city = strings.ToUpper(city)
		}

		if got := Find(city, noon); len(got) != 1 || got[0] != name && got[0] != tables().names[city] {
			t.Errorf("%s means %v, want %s", city, got, name)
		}
	}

	for _, name := range wellKnown() {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}

// TestTwoPlacesOfAName: where a name is a country's and a state's, the person is asked which.
func TestTwoPlacesOfAName(t *testing.T) {
	for text, want := range map[string][]string{
		"Georgia": {"Asia/Tbilisi", "America/New_York"}, "Georgien": {"Asia/Tbilisi"}, "Tbilisi": {"Asia/Tbilisi"}, "Atlanta": {"America/New_York"}, "Texas": {"America/Chicago"}, "British Columbia": {"America/Vancouver"},
	} {
		if got := Find(text, noon); !slices.Equal(got, want) {
			t.Errorf("%s means %v, want %v", text, got, want)
		}
	}
}

func TestLabel(t *testing.T) {
	for name, want := range map[string]string{"Europe/Warsaw": "Warsaw", "America/New_York": "New York", "Etc/GMT-2": "UTC+2", "Etc/GMT+3": "UTC-3", "UTC": "UTC"} {
		if got := LabelOf(name, "en"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestLabelInALanguage(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"Europe/Vienna", "de", "Wien"},
		{"Europe/Warsaw", "pl", "Warszawa"},
		{"America/Sao_Paulo", "pt-BR", "São Paulo"},
		{"Asia/Shanghai", "zh-Hans", "上海"},
		{"Asia/Tokyo", "ja", "東京"},
		{"Asia/Riyadh", "ar", "الرياض"},
		{"Europe/Berlin", "de", "Berlin"},
		{"Etc/GMT-2", "ru", "UTC+2"},
		{"Europe/Kyiv", "uk", "Київ"},
	} {
		if got := LabelOf(c.name, c.code); got != c.want {
			t.Errorf("%s in %s is %q, want %q", c.name, c.code, got, c.want)
		}
	}
}

// Every name that a zone is shown under means that zone, or a country whose first zone it is.
func TestEveryLabelIsFound(t *testing.T) {
	for _, code := range []string{"de", "fr", "es", "it", "pt-BR", "pl", "ru", "uk", "tr", "id", "ar", "fa", "hi", "ja", "ko", "zh-Hans"} {
		for _, name := range wellKnown() {
			label := LabelOf(name, code)
			if got := Find(label, noon); len(got) == 0 || got[0] != name {
				t.Errorf("%s in %s is %q, which means %v", name, code, label, got)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Warsaw")
	f.Add("it's 14:05 for me")
	f.Add("\xff+")
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range Find(s, noon) {
			if _, err := time.LoadLocation(name); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}

// TestFindBent: a city or country is found with the ending that it has after "in".
func TestFindBent(t *testing.T) {
	for _, c := range []struct{ code, said, want string }{
		{"pl", "Warszawie", "Europe/Warsaw"},
		{"pl", "Krakowie", "Europe/Warsaw"},
		{"pl", "Niemczech", "niemcy"},
		{"pl", "domu", ""},
		{"pl", "pracy", ""},
		{"ru", "Москве", "Europe/Moscow"},
		{"ru", "Польше", "польша"},
		{"ru", "Лондоне", "Europe/London"},
		{"ru", "шоке", ""},
		{"ru", "восторге", ""},
		{"ru", "самолёте", ""},
		{"ru", "палате", ""},
		{"ru", "суда", ""},
		{"ru", "России", "россия"},
		{"ru", "Китае", "китай"},
		{"ru", "Нидерландах", "нидерланды"},
		{"pl", "Madrycie", "Europe/Madrid"},
		{"pl", "Wrocławiu", "Europe/Warsaw"},
		{"pl", "Gdańska", "Europe/Warsaw"},
		{"pl", "Hiszpanii", "hiszpania"},
		{"uk", "Польщі", "польща"},
		{"uk", "Варшаві", "Europe/Warsaw"},
		{"tr", "İstanbul'da", "Europe/Istanbul"},
		{"tr", "Ankarada", "Europe/Istanbul"},
		{"tr", "evde", ""},
		{"en", "Viennas", ""},
	} {
		if got := FindBent(c.said, c.code); got != c.want {
			t.Errorf("%s: %s: %q, want %q", c.code, c.said, got, c.want)
		}
	}
}
