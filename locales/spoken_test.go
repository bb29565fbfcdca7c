package locales

import (
	"regexp"
	"strings"
	"testing"
)

// TestCountsAsSpoken: one, two, five and twenty-two of something, as each language says it.
func TestCountsAsSpoken(t *testing.T) {
	for code, want := range map[string][4]string{
		"en": {"Poland (1 outlet)", "Poland (2 outlets)", "Poland (5 outlets)", "Poland (22 outlets)"},
		"pl": {"Poland (1 redakcja)", "Poland (2 redakcje)", "Poland (5 redakcji)", "Poland (22 redakcje)"},
		"uk": {"Poland (1 видання)", "Poland (2 видання)", "Poland (5 видань)", "Poland (22 видання)"},
		"ru": {"Poland (1 издание)", "Poland (2 издания)", "Poland (5 изданий)", "Poland (22 издания)"},
		"ja": {"Poland（1媒体）", "Poland（2媒体）", "Poland（5媒体）", "Poland（22媒体）"},
		"ar": {"Poland (وسيلة إعلام واحدة)", "Poland (وسيلتا إعلام)", "Poland (٥ وسائل إعلام)", "Poland (٢٢ وسيلة إعلام)"},
	} {
		for i, n := range []int{1, 2, 5, 22} {
			said := Builtin().Find(code).Say("start.with_outlets", "name", "Poland", "n", n)
			if got := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(said); got != want[i] {
				t.Errorf("%s, %d: %q, want %q", code, n, got, want[i])
			}
		}
	}
}

// TestOneWayOfAddress: a language says you in one way, and I and an alert by one word.
func TestOneWayOfAddress(t *testing.T) {
	for code, others := range map[string]string{
		"de":      `\b(Ihnen|Ihre[mns])\b`,
		"fr":      `(?i)(^|[ '’(])(tu|ton|tes|toi|te)([ ,.?!)]|$)|\bt['’]|(?i)\bta (page|liste|recherche)`,
		"es":      `(?i)\b(usted|ustedes|envíe|pruebe|escriba|elija|toque)\b`,
		"pt-BR":   `(?i)\b(tu|teu|tua|teus|tuas|contigo)\b`,
		"it":      `\b(Lei|Suo|Sua|Suoi|Sue)\b|(?i)\b(invii|provi|scriva|scelga)\b`,
		"pl":      `\b(Pan|Pani|Pana|Państwo|Państwa|Proszę)\b`,
		"ru":      `(?i)(^|[^а-яё])(ты|тебе|тебя|твой|твоя|твои|твоё|отправь|попробуй|выбери|нажми)([^а-яё]|$)`,
		"uk":      `(?i)(^|[^а-яіїєґ])(ти|тобі|тебе|твій|твоя|твої|надішли|спробуй|вибери|натисни)([^а-яіїєґ]|$)`,
		"tr":      `[aıiou]n[ıiu]z|\bsiz\b|\b(gönderin|deneyin|seçin|dokunun|yazın|ayarlayın|istersiniz|edin|açın|söyleyin)\b`,
		"id":      `(?i)\b(anda|saya|notifikasi|peringatan)\b`,
		"hi":      `तुम|तेरा|तेरी`,
		"ko":      `습니다|십시오`,
		"zh-Hans": `您`,
	} {
		form := regexp.MustCompile(others)

		body, err := files.ReadFile(code + ".toml")
		if err != nil {
			t.Fatal(err)
		}

		texts, err := parseFile(code, body)
		if err != nil {
			t.Fatal(err)
		}

		for key, text := range texts {
			if found := form.FindString(text.source); found != "" {
				t.Errorf("%s: %s has %q: %s", code, key, found, text.source)
			}
		}
	}
}
