package query

import (
	"strings"

	"newsbell/subscriptions/text"
)

// example is suggested where nothing typed can be kept.
const example = `"climate change"`

// isExample reports whether a suggestion has nothing to do with what was typed.
func isExample(suggestion, typed string) bool {
	return suggestion == example && !strings.Contains(strings.ToLower(typed), "climate")
}

// fixSuggestion makes sure that what is offered parses: the correction itself, else
// the correction corrected, else the plain words of the query.
func fixSuggestion(text, correction string) string {
	for range 8 {
		correction = strings.TrimSpace(correction)

		_, err := parsePrintable(correction, false)
		if err == nil {
			return correction
		}

		if err.Suggestion == correction {
			break
		}

		correction = err.Suggestion
	}

	return plainWords(text)
}

// plainWords keeps the words of a query that does not parse.
func plainWords(str string) string {
	var words []string

	length := 0

	for _, r := range primaryWords(text.Words(firstBytes(str, 4*MaxLength))) {
		w := wordKeys([]text.Word{r})[0]
		if length += len(w) + 1; len(words) == MaxTerms || length > MaxLength {
			break
		}

		if w != "or" && w != "and" && w != "not" && w != "" {
			words = append(words, w)
		}
	}

	s := strings.Join(words, " ")
	if _, err := parsePrintable(s, false); err != nil {
		return example
	}

	return s
}

// firstBytes is at most n bytes of s.
func firstBytes(s string, n int) string { return s[:min(n, len(s))] }
