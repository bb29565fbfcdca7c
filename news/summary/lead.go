package summary

import (
	"math"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// leadWords is how many words of an article, those of its title included, say what it tells.
const leadWords = 60

// leadRoom is how much of a text is looked at for them, in code points.
const leadRoom = 10 * leadWords

// Telling is an article of a story, and what an alert would say of it.
type Telling struct {
	Article *news.Article
	Summary string
}

// ChooseLead returns which of a story's tellings is to be shown below the title, the first being the one
// that is shown so far and the others standing in the order in which they came: it is that of the medoid
// (Kaufman and Rousseeuw, 1987), the article most like all the others by its words, among those whose
// summary is not shorter than what is shown. It depends on nothing but the tellings, is the first of
// those that are equally good, and never becomes shorter as further ones come.
func ChooseLead(tellings []Telling) int {
	words := make([]map[string]bool, 0, len(tellings))
	likeness := make([]float64, 0, len(tellings)) // to all others so far
	shown := 0

	for i, t := range tellings {
		own, sum := openingWords(t.Article), 0.0

		for k, other := range words {
			both := cosineOf(own, other)
			likeness[k] += both
			sum += both
		}

		words, likeness = append(words, own), append(likeness, sum)

		least := utf8.RuneCountInString(tellings[shown].Summary)
		for k := range tellings[:i+1] {
			if likeness[k] > likeness[shown] && utf8.RuneCountInString(tellings[k].Summary) >= least {
				shown = k
			}
		}
	}

	return shown
}

// openingWords are the longer words with which an article begins.
func openingWords(a *news.Article) map[string]bool {
	body := a.Text
	if body == "" {
		body = a.Summary
	}

	all := text.Words(news.Truncate(a.Title, titleRoom) + ". " + news.Truncate(body, leadRoom))
	words := make(map[string]bool, leadWords)

	for _, w := range all[:min(len(all), leadWords)] {
		if weighs(w.Key) {
			words[w.Key] = true
		}
	}

	return words
}

// cosineOf is the cosine of two sets.
func cosineOf(a, b map[string]bool) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}

	return float64(countShared(a, b)) / math.Sqrt(float64(len(a))*float64(len(b)))
}
