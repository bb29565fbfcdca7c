package bundles

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// machineWords finds what a query holds that only machines read well: the ID of a bundle, and the
// scheme of a feed's address.
var machineWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bbundle:([a-z0-9-]+)|\bfeed:https?://(?:www\.)?`)
})

// Spell writes a query as people read it: bundles under their names in a language, and the
// addresses of feeds without what is the same in all. What it returns is no query.
func Spell(query string, in language.Tag) string {
	return machineWords().ReplaceAllStringFunc(query, func(found string) string {
		_, id, _ := strings.Cut(found, ":")
		if b := ByID(strings.ToLower(id)); b != nil {
			return b.Name(in)
		}

		if strings.HasPrefix(strings.ToLower(found), "feed:") {
			return ""
		}

		return found
	})
}
