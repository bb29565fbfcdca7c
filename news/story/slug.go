package story

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"newsbell/news"
)

// leastSlug is how many words a part of an address has at least that is a headline and no section.
const leastSlug = 4

// slugText returns the headline that an outlet wrote into an address, "" if there is none: the
// longest part with words that signs join. It is often an earlier headline, whole where a feed
// cut it, or in plain words where the title plays with them.
func slugText(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}

	best := ""

	for part := range strings.SplitSeq(u.Path, "/") {
		part = strings.TrimSuffix(part, path.Ext(part))
		words := slices.DeleteFunc(strings.FieldsFunc(part, joinsSlug), isKey)

		if text := strings.Join(words, " "); len(words) >= leastSlug && len(text) > len(best) {
			best = text
		}
	}

	return news.Truncate(best, titleRoom)
}

func joinsSlug(r rune) bool { return strings.ContainsRune("-_+,. ", r) }

// mostSigns is how many signs a word with digits has at most that is a year or a 19th and no key
// of a database.
const mostSigns = 4

// isKey reports whether a word of an address names the article in a database.
func isKey(w string) bool { return len(w) > mostSigns && strings.ContainsAny(w, "0123456789") }
