package feed

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/html"

	"newsbell/news"
)

// maxTags bounds what a feed may hang on an article, of tags and of authors.
const maxTags = 50

// cleanAuthors returns people's names: mail addresses, "By", brackets and repeats gone.
func cleanAuthors(list []string) []string {
	var out []string
	for _, s := range list {
		if len(out) == maxTags {
			break
		}

		s = news.PlainText(s)
		if i := strings.IndexByte(s, '('); i >= 0 && strings.Contains(s[:i], "@") { // mail@example.org (Name)
			s = strings.TrimSuffix(strings.TrimSpace(s[i+1:]), ")")
		}

		if i := strings.IndexByte(s, '<'); i > 0 && strings.Contains(s[i:], "@") { // Name <mail@example.org>
			s = s[:i]
		}

		if i := strings.LastIndexByte(s, '('); i > 0 && strings.Contains(s[i:], "@") { // Name (mail@example.org)
			s = s[:i]
		}

		for _, by := range []string{"By ", "by ", "BY "} {
			s = strings.TrimPrefix(s, by)
		}

		s = strings.Trim(s, " ,;\"")
		if s == "" || strings.Contains(s, "@") && !strings.Contains(s, " ") && strings.Contains(s, ".") || slices.Contains(out, s) {
			continue
		}

		out = append(out, s)
	}

	return out
}

func cleanTags(list []string) []string {
	var out []string
	for _, s := range list {
		if len(out) == maxTags {
			break
		}

		if s = strings.TrimLeft(strings.Trim(news.PlainText(s), " ,"), "# "); s != "" && !slices.Contains(out, s) { // C# keeps its sign
			out = append(out, s)
		}
	}

	return out
}

// outletOf is who publishes a feed, by its title: "BBC News - World" is BBC News
// when the site is the BBC's, "World news | The Guardian" The Guardian. A title
// without a part that the site's host confirms is taken whole.
func outletOf(title, address string) string {
	title = news.PlainText(title)

	host := keepLetters(mainLabel(news.Host(address)))
	if host == "" {
		return title
	}

	parts := splitTitle(title)
	if len(parts) < 2 {
		return title
	}

	best := ""

	for _, part := range parts {
		part = strings.TrimSpace(part)

		p := strings.TrimPrefix(keepLetters(part), "the")
		if len(p) >= 3 && !isSection(p) && len(part) > len(best) && (strings.Contains(host, p) || strings.HasPrefix(p, strings.TrimPrefix(host, "the")) || strings.HasSuffix(p, host) && len(p) <= len(host)+len("die ")) {
			best = part
		}
	}

	return cmp.Or(best, title)
}

// isSection knows names of sections that hosts hold too (dailynews.com).
func isSection(s string) bool {
	switch s {
	case "news", "world", "home", "homepage", "top", "topnews", "latest", "latestnews", "rss", "feed", "all", "daily", "online", "politics", "business", "sport", "sports", "times", "headlines", "stories":
		return true
	}

	return false
}

// splitTitle parts a feed's title at what outlets put between name and section.
func splitTitle(title string) []string {
	return strings.Split(titleParts().Replace(title), "\x00")
}

var titleParts = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(" - ", "\x00", " – ", "\x00", " — ", "\x00", " | ", "\x00", " > ", "\x00", " » ", "\x00", " :: ", "\x00", ": ", "\x00", " / ", "\x00", " · ", "\x00")
})

// mainLabel is the part of a host that people know: "bbc" of feeds.bbc.co.uk.
func mainLabel(host string) string {
	labels := strings.Split(host, ".")
	for i := len(labels) - 2; i >= 0; i-- {
		if len(labels[i]) > 3 || i == 0 || i == len(labels)-2 && len(labels[i]) == 3 && labels[i] != "com" && labels[i] != "org" && labels[i] != "net" {
			return labels[i]
		}
	}

	return host
}

func keepLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}

		return -1
	}, s)
}

// commonSuffix is what four of five titles of a feed end with behind a
// separator: the outlet under whatever name, "" if there is no such thing.
func commonSuffix(items []item) string {
	if len(items) < 5 {
		return ""
	}

	count := make(map[string]int)

	for i := range items {
		if parts := splitTitle(items[i].Title); len(parts) > 1 {
			count[strings.TrimSpace(parts[len(parts)-1])]++
		}
	}

	for s, n := range count {
		if n*5 >= len(items)*4 {
			return s
		}
	}

	return ""
}

// isHeadlines reports whether a summary is no more than linked headlines, each with
// its outlet behind, as Google News writes them: nothing that tells of the article.
func isHeadlines(summary string) bool {
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
