package story

import (
	"testing"
	"unicode/utf8"
)

// FuzzReading: whatever a text is made of, its words stand in it, one after another, and a
// title can be compared.
func FuzzReading(f *testing.F) {
	for _, s := range []string{
		"U.S. inspectors cleared 3.5 of 1,000", "#covid_19 @handle_x $AAPL C++ .NET AT&T Disney+", "l’Europe d'Estaing O'Brien rock'n'roll",
		"東京で大きな地震 iPhone17发布 서울에서", "co-operate—now said.The", "صه\"ל 3,5 ٣٫٥", "\xff\xfe#\xff", "e\u0301a\u0300\u0327", "#日本_x", "…",
	} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		var r reader

		r.read(s, leadWords)

		last := int32(0)

		for _, w := range r.words {
			if w.from < last || w.to <= w.from || int(w.to) > len(s) {
				t.Fatalf("%q: a word at %d to %d behind %d", s, w.from, w.to, last)
			}

			last = w.from
		}

		if title := r.titleString(s); utf8.ValidString(s) && !utf8.ValidString(title) {
			t.Fatalf("%q: %q", s, title)
		}
	})
}
