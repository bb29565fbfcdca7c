package locales

import (
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
