// Package start is the first minute with the bot, as far as it needs no database: which
// countries and topics a person is offered by their language, which time zone is probably
// theirs, and what a link that opens the bot asks for. It is pure.
package start

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"newsbell/sources/bundles"
	"newsbell/subscriptions/zone"
)

// BigStory is how many outlets have to tell a story that is big.
const BigStory = 3

// offered is how many bundles a person is offered at first: three rows of three.
const offered = 9

// mostCountries is how many of these are countries.
const mostCountries = 3

// topicBundles are offered to everybody, in this order.
func topicBundles() []string {
	return []string{"world", "ai", "technology", "climate", "football", "science", "economy", "space", "gaming"}
}

// countriesSpeaking returns the countries to offer to who writes a language that several write, when
// the client does not say which country.
func countriesSpeaking(base string) []string {
	return map[string][]string{
		"en": {"us", "gb", "in"}, "es": {"es", "mx", "ar"}, "pt": {"br", "pt"}, "fr": {"fr", "be", "ch"}, "de": {"de", "at", "ch"},
		"ar": {"ma", "dz", "ps"}, "zh": {"cn", "tw", "hk"}, "nl": {"nl", "be"},
	}[base]
}

// BundlesFor returns the bundles to offer to a person whose client is set to a language (BCP
// 47, "" unknown): their country, those that speak alike, then topics.
func BundlesFor(lang string) []bundles.Bundle {
	var found []bundles.Bundle

	add := func(id string) {
		one := bundles.ByID(id)
		if one != nil && len(found) < offered && !slices.ContainsFunc(found, func(b bundles.Bundle) bool { return b.ID == id }) {
			found = append(found, *one)
		}
	}

	base, country := splitLanguage(lang)
	if country != "" {
		add(country)
	}

	for _, id := range countriesSpeaking(base) {
		if len(found) < mostCountries {
			add(id)
		}
	}

	for _, id := range topicBundles() {
		add(id)
	}

	return found
}

// splitLanguage returns the language and the country of a client's language; the country is "" where
// only a guess among many could name it.
func splitLanguage(lang string) (base, country string) {
	tag, err := language.Parse(lang)
	if err != nil || lang == "" {
		return "en", ""
	}

	b, _ := tag.Base()

	region, sure := tag.Region()
	if sure == language.No || sure != language.Exact && countriesSpeaking(b.String()) != nil {
		return b.String(), ""
	}

	return b.String(), strings.ToLower(region.String())
}

// GuessZone guesses the time zone of a person by the language of their client, "" where that
// says too little.
func GuessZone(lang string, now time.Time) string {
	_, country := splitLanguage(lang)
	if country == "" {
		return ""
	}

	one := bundles.ByID(country)
	if one == nil {
		return ""
	}

	if zones := zone.Find(one.Name(language.English), now); len(zones) > 0 {
		return zones[0]
	}

	return ""
}

// bundlePrefix begins the word of a link that leads to a bundle.
const bundlePrefix = "bundle-"

// BundleOfLink is the bundle that the word of a link names: bundle-pl, bundle-poland;
// nil: it names none.
func BundleOfLink(word string) *bundles.Bundle {
	name, ok := strings.CutPrefix(strings.ToLower(word), bundlePrefix)
	if !ok {
		return nil
	}

	if one := bundles.ByID(name); one != nil {
		return one
	}

	return bundles.Named(strings.NewReplacer("-", " ", "_", " ").Replace(name), language.English)
}

// LinkWord is the word of a link that leads to a bundle.
func LinkWord(id string) string { return bundlePrefix + id }
