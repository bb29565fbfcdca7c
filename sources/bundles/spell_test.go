package bundles_test

import (
	"testing"

	"golang.org/x/text/language"

	"newsbell/sources/bundles"
)

// TestSpell: nobody reads IDs and schemes where a name or an address does.
func TestSpell(t *testing.T) {
	for query, want := range map[string]string{
		"bundle:de OR bundle:climate":               "Deutschland OR Klimawandel",
		"bundle:DE -fußball":                        "Deutschland -fußball",
		"feed:https://www.example.org/rss drohne":   "example.org/rss drohne",
		"bundle:narnia":                             "bundle:narnia",
		`"the bundle of joy" feed`:                  `"the bundle of joy" feed`,
		"feed:http://127.0.0.1:9911/f/de2.xml OR x": "127.0.0.1:9911/f/de2.xml OR x",
	} {
		if got := bundles.Spell(query, language.German); got != want {
			t.Errorf("%q is spelt %q, want %q", query, got, want)
		}
	}
}
