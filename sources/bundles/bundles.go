// Package bundles is the catalogue of news sources that Newsbell ships: named sets
// by country and by topic, for people who know what they care about but not which
// feeds carry it.
//
// The catalogue is one reviewed data file, catalogue.tsv, written by the generator
// in the folder generate from public lists whose licences allow it; names.tsv holds
// the names of topics in several languages. Countries are named by the Unicode
// CLDR, through golang.org/x/text, and by countries.tsv where that is outdated or long
// ("Hong Kong SAR China"). Nothing here touches the network: whether a feed
// is alive is found out when somebody reads it.
package bundles

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"newsbell/news"
)

//go:embed catalogue.tsv
var catalogueFile []byte

//go:embed names.tsv
var namesFile []byte

//go:embed countries.tsv
var countriesFile []byte

// Kind says what a bundle is about.
type Kind string

// The kinds of bundles.
const (
	Country Kind = "country"
	Topic   Kind = "topic"
)

// Source is one feed of a bundle, with what the catalogue knows of it beside what is polled.
// Its outlet is named as its publisher or a public list does, else by its host. Owner and
// Language are empty where they are not known. The language is that of the list the feed was
// found in: good for offering a bundle, no statement about an article.
type Source struct {
	news.Source

	Owner string // "state-funded", "public", "private" or "nonprofit"
}

// Bundle is a named set of sources, one feed for each outlet, best known first.
type Bundle struct {
	ID      string // stable: an ISO 3166 code in lower case, or a topic such as "climate-change"
	Kind    Kind
	Sources []Source

	names map[string]string // of a topic, or of a few countries, by language
}

// Name returns what the bundle is called in a language, in English where the
// catalogue has no other name.
func (b Bundle) Name(in language.Tag) string {
	tag := in.String()
	for tag != "" {
		if name, ok := b.names[tag]; ok {
			return name
		}

		tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
	}

	if b.Kind == Country {
		return countryName(b.ID, in)
	}

	return b.names["en"]
}

func countryName(code string, in language.Tag) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return strings.ToUpper(code)
	}

	if names := display.Regions(in); names != nil {
		if name := names.Name(region); name != "" {
			return name
		}
	}

	return display.English.Regions().Name(region)
}

// Languages returns the languages of the bundle's sources, the commonest first.
func (b Bundle) Languages() []string {
	count := map[string]int{}

	var all []string

	for _, s := range b.Sources {
		if s.Language == "" {
			continue
		}

		if count[s.Language] == 0 {
			all = append(all, s.Language)
		}

		count[s.Language]++
	}

	slices.SortStableFunc(all, func(a, b string) int { return count[b] - count[a] })

	return all
}

// ForeignLanguage names the language that most sources of a topic are in, in a language that it
// is not; "" where the readers of that language can read them. A country's are in its own, as
// everybody expects.
func (b Bundle) ForeignLanguage(in language.Tag) string {
	count := map[string]int{}
	for _, s := range b.Sources {
		count[s.Language]++
	}

	reads, _ := in.Base()

	for code, n := range count {
		if tag, err := language.Parse(code); err == nil && code != "" && b.Kind == Topic && 2*n > len(b.Sources) {
			if base, _ := tag.Base(); base == reads {
				return ""
			}

			if names := display.Languages(in); names != nil {
				return names.Name(tag)
			}
		}
	}

	return ""
}

// All returns the catalogue, countries first, each kind in order of its IDs. The
// slice is shared: do not change it. A catalogue that cannot be read is a fault of
// the build; the tests read it.
var All = sync.OnceValue(func() []Bundle {
	all, err := readCatalogue(catalogueFile, namesFile, countriesFile)
	if err != nil {
		panic(err) // the files are part of the program
	}

	return all
})

// Find returns the bundles whose ID is text or whose name in the given language or
// in English contains it, ignoring case; an exact ID comes alone.
func Find(text string, in language.Tag) []Bundle {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return nil
	}

	var found []Bundle

	for _, b := range All() {
		if b.ID == text {
			return []Bundle{b}
		}

		name, english := strings.ToLower(b.Name(in)), strings.ToLower(b.Name(language.English))
		if strings.Contains(name, text) || strings.Contains(english, text) {
			found = append(found, b)
		}
	}

	return found
}

// readCatalogue parses the files: tab-separated, a row a source and a row a name.
func readCatalogue(catalogue, topics, countries []byte) ([]Bundle, error) {
	topicNames, err := readNames(topics)
	if err != nil {
		return nil, fmt.Errorf("read the names of topics: %w", err)
	}

	countryNames, err := readNames(countries)
	if err != nil {
		return nil, fmt.Errorf("read the names of countries: %w", err)
	}

	named := map[Kind]map[string]map[string]string{Topic: topicNames, Country: countryNames}

	rows, err := readRows(catalogue, 7)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}

	var all []Bundle

	for _, row := range rows {
		kind, id := Kind(row[0]), row[1]
		if last := len(all) - 1; last < 0 || all[last].ID != id || all[last].Kind != kind {
			all = append(all, Bundle{ID: id, Kind: kind, names: named[kind][id]})
		}

		b := &all[len(all)-1]
		source := Source{Source: news.Source{URL: row[2], Outlet: row[3], Language: row[4]}, Owner: row[5]}

		if kind == Country {
			source.Country = id
		}

		b.Sources = append(b.Sources, source)
	}

	return all, nil
}

func readNames(file []byte) (map[string]map[string]string, error) {
	rows, err := readRows(file, 3)
	if err != nil {
		return nil, err
	}

	named := map[string]map[string]string{}

	for _, row := range rows {
		if named[row[0]] == nil {
			named[row[0]] = map[string]string{}
		}

		named[row[0]][row[1]] = row[2]
	}

	return named, nil
}

// readRows reads tab-separated rows of a fixed number of fields; lines that begin
// with # are comments.
func readRows(file []byte, fields int) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(file))
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, fields

	return r.ReadAll()
}

// byID are the bundles by their IDs.
var byID = sync.OnceValue(func() map[string]*Bundle {
	all := All()
	known := make(map[string]*Bundle, len(all))

	for i := range all {
		known[all[i].ID] = &all[i]
	}

	return known
})

// ByID returns the bundle of an ID, nil if there is none.
func ByID(id string) *Bundle { return byID()[id] }

// OfKind returns the bundles of a kind, ordered by their names in a language.
func OfKind(kind Kind, in language.Tag) []Bundle {
	var found []Bundle

	for _, b := range All() {
		if b.Kind == kind {
			found = append(found, b)
		}
	}

	order := collate.New(in)

	slices.SortFunc(found, func(a, b Bundle) int { return order.CompareString(a.Name(in), b.Name(in)) })

	return found
}

// Named returns the bundle that has exactly this name in the given language, in English
// or in a language of its own, nil if there is none.
func Named(name string, in language.Tag) *Bundle {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return nil
	}

	for i := range All() {
		b := &All()[i]
		if strings.ToLower(b.Name(in)) == name || strings.ToLower(b.Name(language.English)) == name {
			return b
		}

		for _, own := range b.Languages() {
			if strings.ToLower(b.Name(language.Make(own))) == name {
				return b
			}
		}
	}

	return nil
}

// AsSources returns what to poll for the bundle.
func (b Bundle) AsSources() []news.Source {
	list := make([]news.Source, len(b.Sources))

	for i, s := range b.Sources {
		list[i] = s.Source
	}

	return list
}

// Listing is a source with the bundle that it is in.
type Listing struct {
	Source

	Bundle *Bundle
}

// Outlets returns the sources whose outlet a text names, at most so many: those whose
// name is the text before those that have all of its words. A source that several
// bundles have comes once.
func Outlets(text string, most int) []Listing {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 {
		return nil
	}

	var exact, like []Listing

	seen := map[string]bool{}

	for i := range All() {
		b := &All()[i]
		for _, s := range b.Sources {
			name := strings.Fields(strings.ToLower(s.Outlet))

			switch {
			case seen[s.URL]:
			case slices.Equal(name, words) || len(name) > 1 && name[0] == "the" && slices.Equal(name[1:], words):
				exact = append(exact, Listing{s, b})
				seen[s.URL] = true
			case !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(name, w) }):
				like = append(like, Listing{s, b})
				seen[s.URL] = true
			}
		}
	}

	// What an outlet has for all its readers has a shorter address than its sections.
	depth := func(l Listing) int { return strings.Count(l.URL, "/") }

	for _, part := range [][]Listing{exact, like} {
		slices.SortStableFunc(part, func(a, b Listing) int { return depth(a) - depth(b) })
	}

	all := append(exact, like...)

	return all[:min(len(all), most)]
}
