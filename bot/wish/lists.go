package wish

import (
	"slices"
	"strings"
)

// Signs for what is said in several words, or by a comma; parts reads them. No word of a text
// is one.
const (
	orSign  = "/"
	notSign = "-"
)

// joinLists rewrites the words of a wish so that each joint stands right before what it joins:
// "but no gossip" excludes, "except Turkey and Hungary" excludes both, and in "Oregon, Idaho or
// Nevada" the comma is an or.
func (g *grammar) joinLists(words []string) []string {
	return g.spreadNot(g.spreadOr(g.joinNot(words)))
}

// joinNot replaces what excludes in two words, such as "but no" and ", no".
func (g *grammar) joinNot(words []string) []string {
	var out []string

	for i := 0; i < len(words); i++ {
		if g.isNotAt(words, i) {
			out = append(out, notSign)
			i++

			continue
		}

		out = append(out, words[i])
	}

	return out
}

// isNotAt reports whether two words from one on exclude what follows.
func (g *grammar) isNotAt(words []string, at int) bool {
	if at == 0 || at+2 >= len(words) {
		return false
	}

	before, next := strings.ToLower(words[at]), strings.ToLower(words[at+1])

	return (before == "," || g.but.has(before)) && g.no.has(next) || g.but.has(before) && g.not.has(next)
}

// isNot reports whether a word alone excludes what follows.
func (g *grammar) isNot(word string) bool {
	return word == notSign || g.not.has(strings.ToLower(word))
}

// isOr reports whether a word says that either of its neighbours will do.
func (g *grammar) isOr(word string) bool {
	return word == orSign || g.or.has(strings.ToLower(word))
}

// spreadOr makes an or of the commas in a list that ends with one, if all in it are names, or
// none is: the comma of "In Ukraine, strikes or protests" stays.
func (g *grammar) spreadOr(words []string) []string {
	words = slices.Clone(words)

	for i := len(words) - 2; i > 0; i-- {
		if !g.isOr(words[i]) {
			continue
		}

		if words[i-1] == "," { // "Oregon, Idaho, or Nevada"
			words = slices.Delete(words, i-1, i)
			i--
		}

		isName := isCapital(words[i+1])

		comma := i - 1
		for comma > 0 && i-comma <= longestName && words[comma] != "," && isCapital(words[comma]) == isName {
			comma--
		}

		if comma > 0 && comma < i-1 && words[comma] == "," && isCapital(words[comma-1]) == isName {
			words[comma] = orSign
		}
	}

	return words
}

// spreadNot repeats what excludes before each of a list: "except Turkey and Hungary".
func (g *grammar) spreadNot(words []string) []string {
	var out []string

	isExcluding := false

	for i, w := range words {
		lower := strings.ToLower(w)

		switch {
		case g.isNot(w):
			isExcluding = true
		case isExcluding && (g.and.has(lower) || g.isOr(w)) && i+1 < len(words):
			w = notSign
		case w == ",":
			isExcluding = false
		}

		out = append(out, w)
	}

	return out
}
