package sources

import (
	"strings"
	"testing"
)

// TestBuiltIn: the list is what the house promises.
func TestBuiltIn(t *testing.T) {
	list := BuiltIn()

	outlets, countries, addresses := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range list {
		if addresses[s.URL] || !strings.HasPrefix(s.URL, "https://") || s.Outlet == "" || len(s.Language) != 2 || len(s.Country) != 2 || s.Title == "" {
			t.Errorf("%+v", s)
		}

		addresses[s.URL], outlets[s.Outlet], countries[s.Country] = true, true, true
	}

	if len(outlets) < 25 || len(countries) < 10 {
		t.Errorf("%d outlets in %d countries", len(outlets), len(countries))
	}

	for _, name := range []string{"UPI", "The New York Times", "Business Insider", "BBC News", "Al Jazeera", "Yonhap", "KCNA Watch", "TASS"} {
		if !outlets[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
