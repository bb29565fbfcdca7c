package ai

import (
	"slices"
	"strings"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// quoteFor returns the sentence of the articles that comes nearest to one whose relation no passage
// bears out: it has all its names, numbers and days, and of those the most of its words. It stands as
// its article has it, and may be shown as a sentence of a model may. It reports false where there is
// none, as in scripts without capitals, whose names nobody can see.
func quoteFor(sentence string, articles []*news.Article, language string) (Sentence, bool) {
	var (
		best Sentence
		most int
	)

	for _, a := range articles {
		r := newReader(sentence, a, language)
		claim := r.read(sentence, 0)

		for i, s := range wholeSentencesOf(a) {
			passage := r.read(s, i+1)

			shared := countShared(claim, passage)
			if shared <= most || len(passage) == 0 || passage[0].goesOn || !hasAnchors(claim, passage) || !isShown(s, a, language) {
				continue
			}

			best, most = Sentence{s, []string{a.URL}}, shared
		}
	}

	return best, most > 0
}

// wholeSentencesOf returns the sentences of an article as far as it is read, without what breaks off.
func wholeSentencesOf(a *news.Article) (whole []string) {
	all := sentencesOf(a)
	if n := len(all); n > 0 && utf8.RuneCountInString(readBody(a)) >= textRead {
		all = all[:n-1]
	}

	for _, s := range all {
		if !strings.HasSuffix(s, "…") && !strings.HasSuffix(s, "...") {
			whole = append(whole, s)
		}
	}

	return whole
}

// countShared returns how many words of a claim a passage has; 0 if it is too few to be about the same:
// a word beside the names and numbers, and without any of them half of all.
func countShared(claim, passage []token) int {
	words, anchors, all := 0, 0, 0

	for i := range claim {
		all++

		for j := range passage {
			if !claim[i].says(&passage[j]) {
				continue
			}

			if claim[i].isAnchor() {
				anchors++
			} else {
				words++
			}

			break
		}
	}

	if words == 0 || anchors == 0 && float64(words) < leastShared*float64(all) {
		return 0
	}

	return words + anchors
}

// isShown reports whether a sentence of an article may be shown as it stands: what it says needs no
// check, but how long it is, whom it mentions and where it leads do, and a day that is wrong tomorrow.
func isShown(s string, a *news.Article, language string) bool {
	for _, w := range text.Words(s) {
		if text.IsDense(w.Key) {
			return false
		}
	}

	wrong := verifySentence(s, []*news.Article{a}, false, language)

	return wrong == "" || wrong == otherRelation
}

// repeats reports whether an answer has a sentence already, word for word.
func repeats(kept []Sentence, s string) bool {
	key := wordsOf(s)

	return slices.ContainsFunc(kept, func(k Sentence) bool { return wordsOf(k.Text) == key })
}

func wordsOf(s string) string {
	var b strings.Builder

	for _, w := range text.Words(s) {
		if !w.Alternative {
			b.WriteString(w.Key + " ")
		}
	}

	return b.String()
}
