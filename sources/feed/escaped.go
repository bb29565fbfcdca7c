package feed

import (
	"html"
	"strings"
)

// escapedOnce is HTML that a feed has escaped once too often: markup in which
// nothing but entities stands. A text that shows a tag has tags of its own, or
// shows no closing one.
func escapedOnce(s string) string {
	if strings.Contains(s, "<") || !strings.Contains(s, "&lt;/p&gt;") && !strings.Contains(s, "&lt;/div&gt;") && !strings.Contains(s, "&lt;/a&gt;") && !strings.Contains(s, "&lt;br") {
		return s
	}

	return html.UnescapeString(s)
}
