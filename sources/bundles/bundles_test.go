package bundles

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"newsbell/news"
)

func TestCatalogueKeepsItsPromises(t *testing.T) {
	if err := Check(All()); err != nil {
		t.Error(err)
	}

	count := map[Kind]int{}
	seen := map[string]bool{}

	for _, b := range All() {
		count[b.Kind]++

		if seen[string(b.Kind)+b.ID] {
			t.Errorf("%s %s stands twice", b.Kind, b.ID)
		}

		seen[string(b.Kind)+b.ID] = true

		if name := b.Name(language.English); name == "" || b.Kind == Country && name == strings.ToUpper(b.ID) {
			t.Errorf("%s %s has no English name", b.Kind, b.ID)
		}

		for _, s := range b.Sources {
			if strings.Contains(s.URL, "news.google.") || strings.Contains(s.URL, "reddit.com") {
				t.Errorf("%s %s holds an aggregator: %s", b.Kind, b.ID, s.URL)
			}
		}
	}

	if count[Country] < 45 || count[Topic] < 25 {
		t.Errorf("%d countries and %d topics; at least 45 and 25 are promised", count[Country], count[Topic])
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	good := Source{Source: news.Source{URL: "https://a.example/feed", Outlet: "A"}}
	for name, b := range map[string]Bundle{
		"has 1 outlets": {ID: "x", Kind: Topic, Sources: []Source{good}},
		"twice":         {ID: "x", Kind: Topic, Sources: []Source{good, good}},
		"is no source":  {ID: "x", Kind: Topic, Sources: []Source{{Source: news.Source{URL: "ftp://a.example", Outlet: "A"}}}},
	} {
		if err := Check([]Bundle{b}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

func TestFindByNameInTwoLanguages(t *testing.T) {
	for _, c := range []struct {
		text string
		in   language.Tag
		want string
	}{
		{"pl", language.English, "pl"},
		{"Poland", language.English, "pl"},
		{"polska", language.Polish, "pl"},
		{"日本", language.Japanese, "jp"},
		{"climate", language.English, "climate"},
		{" KLIMA", language.German, "climate"},
	} {
		found := Find(c.text, c.in)
		if len(found) == 0 || found[0].ID != c.want {
			t.Errorf("%q in %s finds %v, want %s", c.text, c.in, found, c.want)
		}
	}

	if found := Find("", language.English); found != nil {
		t.Errorf("nothing finds %d bundles", len(found))
	}
}

func TestNamesFallBackToEnglish(t *testing.T) {
	b := Find("books", language.English)[0]
	if got := b.Name(language.Tamil); got != "Books" {
		t.Errorf("got %q", got)
	}

	ai := Find("ai", language.English)[0]
	if got := ai.Name(language.MustParse("de-AT")); got == "" || got == ai.Name(language.English) {
		t.Errorf("a regional tag does not find its language: %q", got)
	}
}

func TestCountriesAreNamedAsPeopleNameThem(t *testing.T) {
	for _, c := range []struct{ id, in, name string }{
		{"mk", "en", "North Macedonia"},
		{"mk", "tr", "Kuzey Makedonya"},
		{"hk", "en", "Hong Kong"},
		{"hk", "de", "Hongkong"},
		{"hk", "de-CH", "Hongkong"},
		{"hk", "zh-Hans", "香港"},
		{"ps", "pt-BR", "Palestina"},
		{"mk", "is", "Makedónía"}, // countries.tsv has no Icelandic
	} {
		if got := ByID(c.id).Name(language.Make(c.in)); got != c.name {
			t.Errorf("%s in %s is %q, not %q", c.id, c.in, got, c.name)
		}
	}

	if found := Find("macedonia", language.English); len(found) != 1 || found[0].ID != "mk" {
		t.Errorf("macedonia finds %v", found)
	}
}

func TestReadRefusesAShortRow(t *testing.T) {
	if _, err := readCatalogue([]byte("country\tpl\thttps://a.example\n"), nil, nil); err == nil {
		t.Error("a row of three fields was taken")
	}
}

// TestOutlets: outlets are found by their names, whole names first, each address once.
func TestOutlets(t *testing.T) {
	for text, first := range map[string]string{"guardian": "The Guardian", "The Guardian": "The Guardian", "tagesspiegel": "Der Tagesspiegel", "bbc": "BBC News", "Der Spiegel": "Der Spiegel Online"} {
		found := Outlets(text, 8)
		if len(found) == 0 || found[0].Outlet != first {
			t.Errorf("%s: %v, want %s first", text, found, first)
		}

		seen := map[string]bool{}
		for _, l := range found {
			if seen[l.URL] || l.Bundle == nil {
				t.Errorf("%s: %s comes twice, or of no bundle", text, l.URL)
			}

			seen[l.URL] = true
		}
	}

	if found := Outlets("narnia gazette", 8); len(found) > 0 {
		t.Errorf("an outlet that is none: %v", found)
	}
}

// TestFactsNameTheirSources: every fact of the table and of the catalogue is one that readers are
// told of, and names the page that says so.
func TestFactsNameTheirSources(t *testing.T) {
	rows, err := readRows(outletsFile, 4)
	if err != nil {
		t.Fatal(err)
	}

	values := map[string]string{"country": "", "owner": "state-funded public private nonprofit", "paywall": "yes no unknown"}
	seen := map[string]bool{}

	for _, row := range rows {
		allowed, known := values[row[1]]
		if key := row[0] + " " + row[1]; !known || seen[key] || allowed != "" && !slices.Contains(strings.Fields(allowed), row[2]) {
			t.Errorf("a fact that is none, or comes twice: %v", row)
		} else {
			seen[key] = true
		}

		if _, err := language.ParseRegion(row[2]); row[1] == "country" && err != nil {
			t.Errorf("no country: %v", row)
		}

		if u, err := url.Parse(row[3]); err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("said by no page: %v", row)
		}
	}

	owners, err := readRows(ownersFile, 3)
	if err != nil || len(owners) < 600 {
		t.Errorf("%d owners are known: %v", len(owners), err)
	}

	for i, row := range owners {
		if !slices.Contains(strings.Fields(values["owner"]), row[1]) || i > 0 && row[0] <= owners[i-1][0] {
			t.Errorf("an owner that is none, or comes twice: %v", row)
		}

		if region, err := language.ParseRegion(row[2]); row[2] != "" && (err != nil || !region.IsCountry() || region.Canonicalize() != region) {
			t.Errorf("no country: %v", row)
		}
	}

	for host, f := range profiles() {
		if (f.Owner == "") != (f.Says.Owner == "") || f.Paywall != "" && f.Says.Paywall == "" || (f.Country == "") != (f.Says.Country == "") {
			t.Errorf("%s: %+v", host, f)
		}
	}
}

// TestFactsOfAHost: a host has the facts of its own, then those of the domains it belongs to.
func TestFactsOfAHost(t *testing.T) {
	f := ProfileOf("www1.folha.uol.com.br")
	if f.Country != "br" || f.Paywall != "yes" || f.Says.Paywall == "" {
		t.Errorf("%+v", f)
	}

	if f := ProfileOf("en.yna.co.kr"); !f.Wire || f.Says.Wire == "" || f.Owner != StateFunded {
		t.Errorf("%+v", f)
	}

	// No bundle has a feed of it: it is known of whoever adds one.
	if f := ProfileOf("www.9to5linux.com"); f.Owner != "private" || f.Country != "us" || f.Says.Owner == "" || f.Says.Country == "" {
		t.Errorf("%+v", f)
	}

	if f := ProfileOf("nowhere.example"); f != (Profile{}) {
		t.Errorf("%+v", f)
	}
}

// TestHowMuchIsKnownOfOutlets counts what is known of the outlets of all bundles; the document
// says the same.
func TestHowMuchIsKnownOfOutlets(t *testing.T) {
	hosts, country, owner, paywall := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}

	for _, b := range All() {
		for _, s := range b.Sources {
			host := news.Host(s.URL)
			f := ProfileOf(host)
			hosts[host] = true

			if f.Country != "" || b.Kind == Country {
				country[host] = true
			}

			if f.Owner != "" {
				owner[host] = true
			}

			if f.Paywall == Paywalled {
				paywall[host] = true
			}
		}
	}

	document, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}

	said := fmt.Sprintf("Of the %d hosts of all bundles the country is known of %d, the owner of %d, and %d ask for money", len(hosts), len(country), len(owner), len(paywall))
	if text := strings.Join(strings.Fields(string(document)), " "); !strings.Contains(text, said) {
		t.Errorf("docs/sources.md doesn't say: %s", said)
	}
}

func TestSourcesOfACountryAreOfIt(t *testing.T) {
	for _, b := range All() {
		want := ""
		if b.Kind == Country {
			want = b.ID
		}

		for _, s := range b.AsSources() {
			if s.Country != want || s.URL == "" || s.Outlet == "" {
				t.Errorf("bundle %s polls %+v, whose country is to be %q", b.ID, s, want)
			}
		}
	}
}

// TestTopicsAreNamedInEveryLanguage: who is offered topics reads their names in their own
// language, in each that Newsbell speaks.
func TestTopicsAreNamedInEveryLanguage(t *testing.T) {
	for code := range strings.FieldsSeq("ar de es fa fr hi id it ja ko pl pt-BR ru tr uk zh-Hans") {
		in := language.MustParse(code)

		for _, b := range OfKind(Topic, language.English) {
			named := false
			for tag := code; tag != "" && !named; tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)] {
				_, named = b.names[tag]
			}

			if !named {
				t.Errorf("%s has no name in %s", b.ID, code)
			}
		}

		if got := ByID("ai").ForeignLanguage(in); got == "" || got == "English" {
			t.Errorf("%s: the topic of English outlets is in %q", code, got)
		}
	}

	if got := ByID("ai").ForeignLanguage(language.BritishEnglish); got != "" {
		t.Errorf("English is foreign to the English: %q", got)
	}

	if got := ByID("pl").ForeignLanguage(language.German); got != "" {
		t.Errorf("a country's outlets are in its language: %q", got)
	}
}
