package story

import (
	"os"
	"testing"

	"newsbell/news/story/storytest"
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

// TestReadersAgree: stories and queries part texts in the same words, but for numbers with a
// decimal point, initials and names of sites, which are one word of a story and several of a
// query.
func TestReadersAgree(t *testing.T) {
	folder := os.Getenv("NEWSBELL_DATA")
	if folder == "" {
		t.Skip("skipped 1,900 articles: NEWSBELL_DATA is not set")
	}

	briefs, err := storytest.Data(folder).Briefs(storytest.Choosing)
	if err != nil {
		t.Skipf("skipped 1,900 articles: %v", err)
	}

	var (
		r           reader
		all, differ int
	)

	d := text.NewDocument(1)

	for _, item := range briefs {
		body := item.Title + ". " + item.Text

		r.words = r.words[:0]
		r.read(body, 60)

		d.Reset()
		d.Add(0, body)
		d.Tokenize()

		bounds := map[[2]int]bool{}

		for _, token := range d.Tokens {
			_, from, to := d.Source(token.From, token.To)
			bounds[[2]int{from, to}] = true
		}

		for _, w := range r.words {
			if all++; !bounds[[2]int{int(w.from), int(w.to)}] {
				differ++
			}
		}
	}

	share := float64(differ) / float64(all)
	t.Logf("%d of %d words have other bounds: %.2f %%", differ, all, 100*share)

	if all == 0 || share > 0.01 {
		t.Errorf("%d of %d words have other bounds in stories than in queries", differ, all)
	}
}
