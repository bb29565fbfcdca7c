package sources

import (
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/sources/bundles"
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

// TestFactsOfBuiltInOutlets: of every outlet of the list it is known where it is and who owns it,
// and whether it asks for money, or that no page was found that says so; each fact names its page.
func TestFactsOfBuiltInOutlets(t *testing.T) {
	for _, s := range BuiltIn() {
		f := bundles.ProfileOf(news.Host(s.URL))
		if f.Country != s.Country || f.Owner == "" {
			t.Errorf("%s of %s: %+v", s.Outlet, s.Country, f)
		}

		if f.Says.Country == "" || f.Says.Owner == "" || f.Says.Paywall == "" {
			t.Errorf("%s: said by no page: %+v", s.Outlet, f)
		}
	}
}
