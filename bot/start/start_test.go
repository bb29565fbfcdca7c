package start_test

import (
	"strings"
	"testing"
	"time"

	"newsbell/bot/start"
	"newsbell/sources/bundles"
)

func TestOffer(t *testing.T) {
	for lang, want := range map[string]string{
		"pl":      "pl world ai technology climate football science economy space",
		"ja":      "jp world ai technology",
		"de":      "de at ch world",
		"de-CH":   "ch de at world",
		"pt-BR":   "br pt world",
		"en":      "us gb in world",
		"en-ZA":   "za us gb world",
		"ar":      "ma dz ps world",
		"":        "us gb in world",
		"nothing": "us gb in world",
	} {
		var ids []string
		for _, b := range start.BundlesFor(lang) {
			ids = append(ids, b.ID)
		}

		if got := strings.Join(ids, " "); !strings.HasPrefix(got, want) || len(ids) != 9 {
			t.Errorf("%q: %s, want %s", lang, got, want)
		}
	}
}

func TestZone(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

	for lang, want := range map[string]string{
		"pl": "Europe/Warsaw", "ja": "Asia/Tokyo", "tr": "Europe/Istanbul", "ru": "Europe/Moscow", "pt-BR": "America/Sao_Paulo",
		"en": "", "es": "", "": "", "en-GB": "Europe/London", "xx": "",
	} {
		if got := start.GuessZone(lang, now); got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
}

// TestLinks: the word of every bundle's link leads back to it, and fits a link.
func TestLinks(t *testing.T) {
	for _, b := range bundles.All() {
		word := start.LinkWord(b.ID)
		if got := start.BundleOfLink(word); got == nil || got.ID != b.ID || len(word) > 64 {
			t.Errorf("%s leads to %v", word, got)
		}
	}

	if got := start.BundleOfLink("bundle-poland"); got == nil || got.ID != "pl" {
		t.Error("bundle-poland leads nowhere")
	}

	for _, word := range []string{"", "poland", "bundle-", "bundle-narnia", "TOKEN_1"} {
		if got := start.BundleOfLink(word); got != nil {
			t.Errorf("%q leads to %s", word, got.ID)
		}
	}
}
