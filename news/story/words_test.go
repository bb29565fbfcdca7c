package story

import (
	"slices"
	"testing"

	"newsbell/subscriptions/text"
)

// BenchmarkReading compares the first sixty words of an article as stories read them with
// the document that queries are matched against, which keeps where each word stands in the
// text as it was written. docs/decisions/own-tokenizer.md cites it.
func BenchmarkReading(b *testing.B) {
	const article = `Ferry company says U.S. inspectors cleared 3 of its 11 ships. The vessels, which had been held in Port Lune since
		Tuesday, will sail again on 12 May, the company's spokeswoman, Anna-Maria O'Brien, told reporters. Around 1,400 passengers were
		stranded; some took buses to the neighbouring harbour of Tarn. Unions had called for a co-ordinated walk-out over pay of £9.50 an hour.`

	b.Run("story", func(b *testing.B) {
		b.ReportAllocs()

		var r reader
		for b.Loop() {
			r.words = r.words[:0]
			r.read(article, 60)
		}

		b.ReportMetric(float64(len(r.words)), "words")
	})

	b.Run("document", func(b *testing.B) {
		b.ReportAllocs()

		d := text.NewDocument(1)
		for b.Loop() {
			d.Reset()
			d.Add(0, article)
			d.Tokenize()
		}

		b.ReportMetric(float64(len(d.Tokens)), "words")
	})

	b.Run("words", func(b *testing.B) {
		b.ReportAllocs()

		n := 0
		for b.Loop() {
			n = len(text.Words(article))
		}

		b.ReportMetric(float64(n), "words")
	})
}

// TestWordsOfStories: what may be read in several ways is one word of a story, with one stem,
// and what hyphens part is several.
func TestWordsOfStories(t *testing.T) {
	for s, want := range map[string][]string{
		"U.S. cleared 3.5 of 1,000":  {"us", "cleared", "35", "of", "1000"},
		"Anna-Maria O’Brien’s ships": {"anna", "maria", "obrien", "ships"},
		"L’Europe, aujourd’hui":      {"europe", "aujourdhui"},
		"#covid_19 at Amazon.com":    {"covid", "at", "amazoncom"},
		"$AAPL rose, isn't it?":      {"aapl", "rose", "isnt", "it"},
		"Élysée Élysée":              {"elysee", "elysee"},
	} {
		var r reader

		r.read(s, leadWords)

		var got []uint64
		for _, w := range r.words {
			got = append(got, w.stem)
		}

		var stems []uint64
		for _, w := range want {
			stems = append(stems, hashOf(stemOf([]byte(w), 0)))
		}

		if !slices.Equal(got, stems) {
			t.Errorf("%q: %d words, not %q", s, len(got), want)
		}
	}
}
