package input

import (
	"regexp"
	"strings"
	"sync"
)

var link = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`https?://[^\s<>()"]+`) })

// FindLink is the first link in a text, "" if it has none.
func FindLink(text string) string { return link().FindString(text) }

// FindLinks are the first links in a text, at most so many.
func FindLinks(text string, most int) []string { return link().FindAllString(text, most) }

// WithoutLinks is a text without its links, on one line.
func WithoutLinks(text string) string {
	return strings.Join(strings.Fields(link().ReplaceAllString(text, "")), " ")
}
