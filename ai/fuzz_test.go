package ai

import (
	"testing"
	"unicode/utf8"

	"newsbell/news"
)

// FuzzVerify: no sentence and no article makes the check fail, and an article's own
// sentence never lacks a number that is in it.
func FuzzVerify(f *testing.F) {
	f.Add("Mayor Ana Ferreira paid 31.5 million euros on June 4.", "On 4 June, Mayor Ana Ferreira paid 31,500,000 euros.")
	f.Add("“a ‘b' c", "1.234.567,8 per cent of 5%")
	f.Add("3日、震度5弱", "2026年2月3日 10万人")
	f.Fuzz(func(t *testing.T, sentence, text string) {
		a := &news.Article{Title: sentence, Text: text, URL: "https://a.example/"}
		verifySentence(text, []*news.Article{a}, false, "de")
		verifySentence(sentence, []*news.Article{{Text: text}}, true, "")

		if wrong := verifySentence(sentence, []*news.Article{a}, false, "en"); (wrong == otherNumber || wrong == otherDate) && utf8.ValidString(sentence) {
			t.Errorf("%q lacks what it has: %s", sentence, wrong)
		}

		for _, kind := range Kinds() {
			Extract(&Task{Kind: kind, Question: sentence, Articles: []*news.Article{a, a}, Related: []*news.Article{a}})
		}
	})
}

// FuzzReadReply: whatever a model writes is read or refused.
func FuzzReadReply(f *testing.F) {
	f.Add(`{"sentences":[{"text":"a","sources":[1]}]}`)
	f.Add("```json\n{}\n```")
	f.Add(`{"sentences":[{"text":"a","sources":[1]},{"text":"b`)
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = readReply(text)
		_ = wholeSentences(text)
	})
}
