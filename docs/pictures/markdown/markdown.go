// Package markdown draws texts of the bot as Discord's client shows them, for the pictures of the docs.
package markdown

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"sync"
	"time"
)

// rule is a form of Discord's Markdown, and what stands for it in HTML.
type rule struct {
	form *regexp.Regexp
	html string
}

// rules are applied in their order.
var rules = sync.OnceValue(func() []rule {
	return []rule{
		{regexp.MustCompile(`(?m)^#{1,3} (.*)$`), `<h3>$1</h3>`},
		{regexp.MustCompile(`(?m)^&gt; (.*)$`), `<div class="quote">$1</div>`},
		{regexp.MustCompile(`(?m)^-# (.*)$`), `<small>$1</small>`},
		{regexp.MustCompile(`\*\*(.+?)\*\*`), `<b>$1</b>`},
		{regexp.MustCompile("(?s)```\n?(.*?)```"), `<pre>$1</pre>`},
		{regexp.MustCompile("`([^`]+)`"), `<code>$1</code>`},
		{regexp.MustCompile(`\[((?:\\.|[^\]\\])+)\]\((?:&lt;)?([^)]+?)(?:&gt;)?\)`), `<a>$1</a>`},
		{regexp.MustCompile(`&lt;(/[\w ]+):\d+&gt;`), `<span class="role">$1</span>`},
	}
})

var (
	moment    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`&lt;t:(\d+):(\w)&gt;`) })
	mention   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`&lt;@(?:&amp;)?(\d+)&gt;`) })
	escaped   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\\(&lt;|&gt;|[\\*_~|\[\]()#.:@` + "`" + `-])`) })
	lastBreak = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(</(?:div|small|h3|pre)>)<br>`) })
)

// Draw returns a text in Discord's Markdown as HTML: the part of it that the bot uses. nameOf returns the
// name of whoever is mentioned by an ID; nil: mentions stay as they are.
func Draw(s string, nameOf func(id string) string) string {
	s = html.EscapeString(s)
	for _, r := range rules() {
		s = r.form.ReplaceAllString(s, r.html)
	}

	s = moment().ReplaceAllStringFunc(s, showMoment)

	if nameOf != nil {
		s = mention().ReplaceAllStringFunc(s, func(m string) string {
			return `<span class="role">@` + html.EscapeString(nameOf(mention().FindStringSubmatch(m)[1])) + `</span>`
		})
	}

	s = escaped().ReplaceAllString(s, "$1")

	return lastBreak().ReplaceAllString(strings.ReplaceAll(s, "\n", "<br>"), "$1")
}

// showMoment shows a moment as Discord does: R how long ago, else the date.
func showMoment(m string) string {
	part := moment().FindStringSubmatch(m)

	var unix int64
	if _, err := fmt.Sscan(part[1], &unix); err != nil {
		return m
	}

	at := time.Unix(unix, 0).UTC()

	text := at.Format("2 January 2006 15:04")
	switch ago := time.Since(at); {
	case part[2] == "t":
		text = at.Format("15:04")
	case part[2] == "R" && ago < time.Hour:
		text = fmt.Sprintf("%d minutes ago", int(ago.Minutes()))
	case part[2] == "R" && ago < 90*time.Minute:
		text = "1 hour ago"
	case part[2] == "R" && ago < 48*time.Hour:
		text = fmt.Sprintf("%d hours ago", int(ago.Round(time.Hour).Hours()))
	case part[2] == "R" && ago > 60*24*time.Hour:
		text = fmt.Sprintf("%d months ago", int(ago.Hours()/24/30))
	case part[2] == "R":
		text = fmt.Sprintf("%d days ago", int(ago.Hours()/24))
	}

	return `<span class="moment">` + text + `</span>`
}
