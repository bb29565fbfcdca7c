package ai

import (
	"slices"
	"strings"

	"newsbell/news"
)

// hasDenseRelation is isBorneOut for scripts without spaces between words: of the neighbouring
// characters of a sentence, one sentence of the articles has most, and says no where it does.
func hasDenseRelation(sentence string, articles []*news.Article) bool {
	pairs := densePairs(sentence)

	for _, a := range articles {
		for _, s := range append([]string{a.Title}, sentencesOf(a)...) {
			own, shared := map[string]bool{}, 0
			for _, p := range densePairs(s) {
				own[p] = true
			}

			for _, p := range pairs {
				if own[p] {
					shared++
				}
			}

			if float64(shared) >= leastSharedCaseless*float64(len(pairs)) && deniesDense(s) == deniesDense(sentence) {
				return true
			}
		}
	}

	return false
}

func densePairs(s string) []string {
	var (
		pairs  []string
		before rune
	)

	for _, r := range strings.Join(strings.Fields(s), "") {
		if before != 0 {
			pairs = append(pairs, string([]rune{before, r}))
		}

		before = r
	}

	return pairs
}

// deniesDense reports whether a sentence says no, in Japanese, Chinese or Korean.
func deniesDense(s string) bool {
	return slices.ContainsFunc([]string{"ない", "なか", "ません", "ず、", "不", "没", "沒", "未", "않", "없"}, func(no string) bool { return strings.Contains(s, no) })
}
