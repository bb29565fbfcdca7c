package feed

import (
	"strings"

	"golang.org/x/net/html"
)

// headlines reports whether a summary is no more than linked headlines, each with
// its outlet behind, as Google News writes them: nothing that tells of the article.
func headlines(summary string) bool {
	if !strings.Contains(summary, "<font") {
		return false
	}

	links, outlets := 0, 0
	in := "" // the element that the text stands in

	z := html.NewTokenizer(strings.NewReader(summary))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return links > 0 && links == outlets
		case html.StartTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "a":
				in = "a"
				links++
			case "font":
				in = "font"
				outlets++
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == in {
				in = ""
			}
		case html.TextToken:
			if in == "" && strings.TrimSpace(string(z.Text())) != "" {
				return false
			}
		}
	}
}
