// Command generate writes the catalogue of bundles and the owners of outlets from public lists of feeds.
//
//	NEWSBELL_DATA=… go run ./sources/bundles/generate sources/bundles
//
// It reads below NEWSBELL_DATA:
//
//   - bundles-kite/kite_feeds.json and media_data.json (kagisearch/kite-public, MIT)
//   - opml-awesome-rss-feeds/all_feeds.tsv (plenaryapp/awesome-rss-feeds, CC0)
//   - opml-news-feed-list-of-countries (yavuz/news-feed-list-of-countries, MIT):
//     the whole list and those found active
//
// Addresses and names are facts; no text of an outlet is taken. Aggregators,
// forums, mirrors of social networks, feeds known to be dead and second feeds of one
// outlet are dropped. What is left is ranked by how many lists name the outlet and
// by how plainly the feed is its main one.
package main

import (
	"bufio"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Sizes of a bundle, in outlets.
const (
	fewest = 6
	most   = 24
)

func main() {
	if err := run(os.Getenv("NEWSBELL_DATA"), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(data string, args []string) error {
	if data == "" || len(args) != 1 {
		return errors.New("usage: NEWSBELL_DATA=folder generate OUT")
	}

	c := &catalogue{data: data, bundles: map[key]map[string]*feed{}, names: map[string]map[string]string{}, outlets: map[string]string{}, owners: map[string]string{}, homes: map[string]string{}, lists: map[string]map[string]bool{}, dead: map[string]bool{}}
	for _, step := range []func() error{c.readMedia, c.readCountries, c.readAwesome, c.readKite} {
		if err := step(); err != nil {
			return err
		}
	}

	return c.write(args[0])
}

// key names a bundle.
type key struct{ kind, id string }

// feed is one address that a list gives for a bundle.
type feed struct {
	url, title, language string
	origins              []string
}

type catalogue struct {
	data    string
	bundles map[key]map[string]*feed // by address
	names   map[string]map[string]string
	outlets map[string]string          // an outlet's name by domain
	owners  map[string]string          // by domain
	homes   map[string]string          // the country of an outlet, by domain
	lists   map[string]map[string]bool // the lists that name a domain
	dead    map[string]bool            // addresses
}

// readMedia learns outlets' names and owners.
func (c *catalogue) readMedia() error {
	var media []struct {
		Organization string   `json:"organization"`
		Domains      []string `json:"domains"`
		Typology     string   `json:"typology"`
		Country      string   `json:"country"`
	}
	if err := c.readJSON("bundles-kite/media_data.json", &media); err != nil {
		return err
	}

	for _, m := range media {
		for _, d := range m.Domains {
			domain := domainOf("https://" + d)
			if domain == "" {
				continue
			}

			c.owners[domain] = ownerKind(m.Typology)
			c.homes[domain] = countryCode(m.Country)
			name, _, _ := strings.Cut(m.Organization, " (")
			c.outlets[domain] = cmp.Or(outletNames[domain], name)
			c.named(domain, "media")
		}
	}

	return nil
}

func ownerKind(typology string) string {
	switch t := strings.ToLower(typology); {
	case strings.Contains(t, "state"):
		return "state-funded"
	case strings.Contains(t, "public"):
		return "public"
	case strings.Contains(t, "non-profit"):
		return "nonprofit"
	case strings.Contains(t, "print"):
		return "" // it does not say
	default:
		return "private"
	}
}

// readCountries reads the list by country. What it no longer found active is dead.
func (c *catalogue) readCountries() error {
	type entry struct {
		Name string `json:"publication_name"`
		Feed string `json:"publication_rss_feed_uri"`
	}

	var all, active map[string][]entry
	if err := c.readJSON("opml-news-feed-list-of-countries/database/news-feed-list-of-countries.json", &all); err != nil {
		return err
	}

	if err := c.readJSON("opml-news-feed-list-of-countries/active-feeds-auto-generated.json", &active); err != nil {
		return err
	}

	for _, entries := range all {
		for _, e := range entries {
			c.dead[addressKey(e.Feed)] = true
		}
	}

	for _, entries := range active {
		for _, e := range entries {
			delete(c.dead, addressKey(e.Feed))
		}
	}

	for _, code := range slices.Sorted(maps.Keys(active)) {
		region, err := language.ParseRegion(code)
		if err != nil {
			continue
		}

		for _, e := range active[code] {
			c.add(key{"country", strings.ToLower(region.String())}, e.Feed, e.Name, "", "yavuz")
		}
	}

	return nil
}

// readAwesome reads the flat list of countries and recommended topics.
func (c *catalogue) readAwesome() error {
	file, err := os.Open(filepath.Join(c.data, "opml-awesome-rss-feeds/all_feeds.tsv"))
	if err != nil {
		return err
	}
	defer file.Close()

	for lines := bufio.NewScanner(file); lines.Scan(); {
		field := strings.Split(lines.Text(), "\t")
		if len(field) < 4 {
			continue
		}

		switch field[0] {
		case "countries":
			if code := countryCode(field[1]); code != "" {
				c.add(key{"country", code}, field[3], field[2], "", "awesome")
			}
		case "recommended":
			if id, ok := awesomeTopics[field[1]]; ok {
				c.add(key{"topic", id}, field[3], field[2], "en", "awesome")
			}
		}
	}

	return nil
}

// readKite reads the categories of Kite.
func (c *catalogue) readKite() error {
	var categories map[string]struct {
		Language string            `json:"source_language"`
		Names    map[string]string `json:"display_names"`
		Feeds    []string          `json:"feeds"`
	}
	if err := c.readJSON("bundles-kite/kite_feeds.json", &categories); err != nil {
		return err
	}

	for _, name := range slices.Sorted(maps.Keys(categories)) {
		category := categories[name]

		k := key{"country", countryCode(name)}
		if id, ok := kiteTopics[name]; ok {
			k = key{"topic", id}
			c.names[id] = category.Names
		}

		if k.id == "" {
			continue
		}

		for _, address := range category.Feeds {
			c.add(k, address, "", languageCode(category.Language), "kite")
		}
	}

	for id, name := range englishNames {
		if c.names[id] == nil {
			c.names[id] = map[string]string{"en": name}
		}

		c.names[id]["en"] = name
	}

	c.readOwnNames()

	return nil
}

// ownNames are names of topics in languages in which the lists have none.
//
//go:embed names.tsv
var ownNames string

// readOwnNames adds the names that are ours.
func (c *catalogue) readOwnNames() {
	for line := range strings.Lines(ownNames) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue
		}

		if names := c.names[fields[0]]; names != nil && names[fields[1]] == "" {
			names[fields[1]] = fields[2]
		}
	}
}

// add takes an address into a bundle, unless it is one to be dropped.
func (c *catalogue) add(k key, address, title, tongue, list string) {
	u, err := url.Parse(strings.TrimSpace(address))
	domain := domainOf(address)

	if err != nil || domain == "" || aggregator.MatchString(u.Host+u.Path) || c.dead[addressKey(address)] {
		return
	}

	c.named(domain, list)

	if title = cmp.Or(outletNames[domain], outletName(title)); title != "" && c.outlets[domain] == "" {
		c.outlets[domain] = title
	}

	if c.bundles[k] == nil {
		c.bundles[k] = map[string]*feed{}
	}

	f := c.bundles[k][addressKey(address)]
	if f == nil {
		f = &feed{url: u.String(), title: title, language: tongue}
		c.bundles[k][addressKey(address)] = f
	}

	f.language = cmp.Or(f.language, tongue)
	if english.MatchString(u.Host + u.Path) {
		f.language = "en"
	}

	if !slices.Contains(f.origins, list) {
		f.origins = append(f.origins, list)
	}
}

func (c *catalogue) named(domain, list string) {
	if c.lists[domain] == nil {
		c.lists[domain] = map[string]bool{}
	}

	c.lists[domain][list] = true
}

// write writes the files.
func (c *catalogue) write(folder string) error {
	var rows, names strings.Builder

	rows.WriteString("# Written by generate/main.go; sources and licences stand there. Fields: kind, bundle, address, outlet, language, owner, origin\n")
	names.WriteString("# Names of topics (kagisearch/kite-public, MIT; those in generate/names.tsv are ours). Fields: topic, language, name\n")

	order := func(a, b key) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) }
	for _, k := range slices.SortedFunc(maps.Keys(c.bundles), order) {
		best := c.best(k)
		if len(best) < fewest {
			continue
		}

		for _, f := range best {
			domain := domainOf(f.url)
			fmt.Fprintf(&rows, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.kind, k.id, f.url, cmp.Or(c.outlets[domain], domain), f.language, c.owners[domain], strings.Join(f.origins, "+"))
		}

		for _, in := range slices.Sorted(maps.Keys(c.names[k.id])) {
			if k.kind == "topic" {
				fmt.Fprintf(&names, "%s\t%s\t%s\n", k.id, in, c.names[k.id][in])
			}
		}
	}

	if err := os.WriteFile(filepath.Join(folder, "catalogue.tsv"), []byte(rows.String()), 0o644); err != nil {
		return err
	}

	if err := os.WriteFile(filepath.Join(folder, "names.tsv"), []byte(names.String()), 0o644); err != nil {
		return err
	}

	return os.WriteFile(filepath.Join(folder, "owners.tsv"), []byte(c.ownerRows()), 0o644)
}

// ownerRows are the owner and the country of every outlet whose owner is known, whether a bundle
// has a feed of it or not: feeds that people add are labelled too.
func (c *catalogue) ownerRows() string {
	var rows strings.Builder

	rows.WriteString("# Written by generate/main.go from media_data.json (kagisearch/kite-public, MIT). Fields: domain, owner, country\n")

	for _, domain := range slices.Sorted(maps.Keys(c.owners)) {
		if owner := c.owners[domain]; owner != "" {
			fmt.Fprintf(&rows, "%s\t%s\t%s\n", domain, owner, c.homes[domain])
		}
	}

	return rows.String()
}

// best returns one feed for each outlet, the best known first.
func (c *catalogue) best(k key) []*feed {
	byDomain := map[string]*feed{}

	for _, address := range slices.Sorted(maps.Keys(c.bundles[k])) {
		f := c.bundles[k][address]
		domain := domainOf(f.url)

		if have := byDomain[domain]; have == nil || c.score(k, f) > c.score(k, have) {
			byDomain[domain] = f
		}
	}

	best := slices.SortedFunc(maps.Values(byDomain), func(a, b *feed) int {
		return cmp.Or(c.score(k, b)-c.score(k, a), strings.Compare(a.url, b.url))
	})

	return best[:min(len(best), most)]
}

// score says how plainly a feed is the main one of a well-known outlet.
func (c *catalogue) score(k key, f *feed) int {
	u, _ := url.Parse(f.url)
	path := strings.Trim(u.Path, "/")
	score := 3*len(c.lists[domainOf(f.url)]) + 3*len(f.origins) - strings.Count(path, "/")

	if mainFeed.MatchString(path) {
		score += 2
	}

	if k.kind == "country" {
		if section.MatchString(path) {
			score -= 6
		}

		if home := c.homes[domainOf(f.url)]; home != "" && home != k.id {
			score -= 6
		}

		if strings.HasSuffix(u.Hostname(), "."+strings.Replace(k.id, "gb", "uk", 1)) {
			score += 2
		}
	}

	if blog.MatchString(u.Host) {
		score -= 4
	}

	if u.Scheme == "http" {
		score--
	}

	return score
}

func (c *catalogue) readJSON(name string, into any) error {
	body, err := os.ReadFile(filepath.Join(c.data, name))
	if err != nil {
		return err
	}

	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}

	return nil
}

// domainOf returns the domain that somebody registered, "" for what is no address.
func domainOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}

	domain, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(u.Hostname()))
	if err != nil {
		return ""
	}

	return domain
}

// addressKey makes equal what differs only in scheme, www and a last slash.
func addressKey(address string) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(address), "://")
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

// outletName cuts from a feed's title what is not the outlet's name.
func outletName(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	for _, mark := range []string{" | ", " - ", " – ", " — ", " » ", " : ", ": "} {
		title, _, _ = strings.Cut(title, mark)
	}

	if len(title) > 40 || generic.MatchString(title) {
		return ""
	}

	return title
}

// languageCode mends what the lists write in their own way.
func languageCode(code string) string {
	switch code {
	case "gr":
		return "el"
	case "arq":
		return "ar"
	case "cnr":
		return "sr"
	case "sq-XK":
		return "sq"
	}

	return code
}

// countryCode returns the ISO 3166 code of a country's English name, "" for others.
func countryCode(name string) string {
	if code, ok := countryNames[name]; ok || name == "" {
		return code
	}

	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			region, err := language.ParseRegion(string([]rune{first, second}))
			if err == nil && region.IsCountry() && display.English.Regions().Name(region) == name {
				return strings.ToLower(region.Canonicalize().String())
			}
		}
	}

	return ""
}

// generic finds titles that name no outlet.
var generic = regexp.MustCompile(`(?i)^(all|home|home ?page|latest( news| articles)?|news|world( news)?|top( stories| news)?|headlines|rss|feed|articles?|blog|index|politics|international|general)$`)

// english finds what says in its address that it is in English.
var english = regexp.MustCompile(`(?i)(^|[./])(en|eng|english|en-us|en-gb)([./]|$)|english\.`)

// aggregator finds who republishes others' news, and social networks.
var aggregator = regexp.MustCompile(`(?i)news\.google\.|reddit\.com|nitter|feedspot|rsshub|rss\.app|politepol|bing\.com|flipboard|hnrss|news\.ycombinator|yahoo\.|allsides\.com|feedburner\.com|feedproxy\.google|feeds2?\.feedblitz|kill-the-newsletter|facebook\.com|twitter\.com|fetchrss|msn\.com|shafaqna|wykop\.pl|assets\.wor\.jp|skmediatool|steamcommunity|github\.com|githubusercontent|newsonjapan|inoreader|feedly|rss2json|morss\.it|openrss|newsnow|baidu\.com|youtube\.com|/shopify|allafrica\.com|podcast|libsyn\.com|simplecast|gimletmedia|megaphone\.fm|acast\.com|soundcloud|anchor\.fm|ft\.com/[a-z-]+$`)

// section finds what is only a part of an outlet: sport, opinion, one town.
var section = regexp.MustCompile(`(?i)sport|entertain|opinion|lifestyle|celebr|movie|film|music|culture|kultur|travel|tech|auto|health|economy|business|wirtschaft|econom|horoscop|podcast|video|photo|gallery|weather|crime|tag/|author`)

// mainFeed finds the usual names of an outlet's main feed.
var mainFeed = regexp.MustCompile(`(?i)^((rss|feed|feeds|atom|index|news|home|latest|top|all|portada|une|headlines|topstories)[/._-]?)*(xml|rss|rdf|feed|php|aspx?|atom|all)?/?$`)

var blog = regexp.MustCompile(`(?i)blogspot|wordpress|substack|medium\.com|tumblr|bearblog|blogger|ghost\.io|github\.io|netlify|vercel`)
