package feed

import (
	"cmp"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/html"

	ext "github.com/mmcdole/gofeed/extensions"

	"newsbell/news"
)

// picture is an image of an item with what the feed says of it, as written.
type picture struct {
	address         string
	caption, credit string // HTML or plain
}

// image is the largest picture of media:content or media:thumbnail, also inside
// of a media:group. What is said of the picture stands inside of its element or, as
// some write it, beside it.
func (x extensions) image() picture {
	var list []ext.Extension

	list = append(list, x.all("media", "content")...)

	list = append(list, x.all("media", "thumbnail")...)
	for _, g := range x.all("media", "group") {
		list = append(list, g.Children["content"]...)
		list = append(list, g.Children["thumbnail"]...)
	}

	for i := 0; i < len(list) && i < 100; i++ {
		list = append(list, list[i].Children["thumbnail"]...)
	}

	best, width := picture{}, -1

	for _, e := range list {
		if u := e.Attrs["url"]; u != "" && isPicture(e) {
			w, _ := strconv.Atoi(e.Attrs["width"])
			if w > width {
				best, width = picture{u, childText(e, "description", "title"), childText(e, "credit", "creator", "copyright")}, w
			}
		}
	}

	if best.address == "" {
		return best
	}

	beside := ext.Extension{Children: x["media"]}
	if best.caption == "" && len(x.all("media", "content")) <= 1 {
		best.caption = childText(beside, "description")
	}

	best.credit = cmp.Or(best.credit, childText(beside, "credit"))
	for _, g := range x.all("media", "group") {
		best.credit = cmp.Or(best.credit, childText(g, "credit"))
	}

	return best
}

// childText is the text of the first child element with one of the names that has any.
func childText(e ext.Extension, names ...string) string {
	for _, name := range names {
		for _, c := range e.Children[name] {
			if strings.TrimSpace(c.Value) != "" {
				return c.Value
			}
		}
	}

	return ""
}

// longestCaption bounds what is kept of a caption or a credit, in characters.
const longestCaption = 500

// cleanCaption cleans what a feed says of its picture. A credit that stands at the end of the
// caption is taken out of it; one that says nothing else is the caption's.
func (p picture) cleanCaption(title string) (caption, credit string) {
	caption, credit = cutAt(news.PlainText(p.caption), longestCaption), cutAt(news.PlainText(p.credit), longestCaption)
	if rest, found, ok := splitCredit(caption); ok {
		caption, credit = rest, cmp.Or(credit, found)
	}

	if _, found, ok := splitCredit(credit); ok {
		credit = found
	}

	if strings.EqualFold(caption, title) {
		caption = "" // some feeds repeat the headline there
	}

	return caption, credit
}

// creditMark finds where a caption says whose the picture is.
var creditMark = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[\s(\[.–—|-])(?:photograph|photo|picture|image|foto|bild|credit|quelle|crédit)(?:\s+credit)?(?:\s+(?:courtesy of|by|via)|\s*[:©/]|\s*©)\s*`)
})

// splitCredit parts "A caption. Photo by Ann Smith/Agency" into caption and credit.
func splitCredit(caption string) (rest, credit string, ok bool) {
	at := creditMark().FindStringIndex(caption)
	if at == nil {
		return caption, "", false
	}

	credit = strings.Trim(caption[at[1]:], " .()[]")
	if credit == "" || utf8.RuneCountInString(credit) > 120 {
		return caption, "", false
	}

	return strings.TrimRight(caption[:at[0]], " ([|–—-") + leadingStop(caption[at[0]:at[1]]), credit, true
}

// leadingStop is the full stop with which the mark of a credit begins, if it does.
func leadingStop(mark string) string {
	if strings.HasPrefix(mark, ".") {
		return "."
	}

	return ""
}

func isPicture(e ext.Extension) bool {
	kind, medium := e.Attrs["type"], e.Attrs["medium"]
	switch {
	case e.Name == "thumbnail", medium == "image", strings.HasPrefix(kind, "image"):
		return true
	case kind == "" && medium == "":
		return imageName(e.Attrs["url"])
	}

	return false
}

// imageName: the address ends as pictures' addresses do.
func imageName(address string) bool {
	address, _, _ = strings.Cut(address, "?")
	switch strings.ToLower(path.Ext(address)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif":
		return true
	}

	return false
}

// firstImage is the first picture in HTML that shows something: no counting
// pixel, no smiley, no button, no inline data.
func firstImage(base string, texts ...string) picture {
	for _, text := range texts {
		if !strings.Contains(text, "<img") && !strings.Contains(text, "<IMG") {
			continue
		}

		z := html.NewTokenizer(strings.NewReader(text))
		for t := z.Next(); t != html.ErrorToken; t = z.Next() {
			if t != html.StartTagToken && t != html.SelfClosingTagToken {
				continue
			}

			if name, more := z.TagName(); string(name) == "img" && more {
				if src := imageSource(z); src != "" {
					return picture{address: Resolve(base, src), caption: figureCaption(z)}
				}
			}
		}
	}

	return picture{}
}

// figureCaption is the figcaption that follows an image before its figure ends.
func figureCaption(z *html.Tokenizer) string {
	var b strings.Builder

	in := false

	for t := z.Next(); t != html.ErrorToken; t = z.Next() {
		name, _ := z.TagName()

		switch {
		case t == html.TextToken && in && b.Len() < 4*longestCaption:
			b.WriteString(html.EscapeString(string(z.Text())))
		case t == html.StartTagToken && string(name) == "figcaption":
			in = true
		case t == html.EndTagToken && (string(name) == "figcaption" || string(name) == "figure"):
			return b.String()
		case (t == html.StartTagToken || t == html.SelfClosingTagToken) && !in && (string(name) == "img" || string(name) == "p"):
			return "" // no figure
		}
	}

	return ""
}

func imageSource(z *html.Tokenizer) string {
	src, lazy := "", ""
	small := false

	for {
		k, v, more := z.TagAttr()
		switch string(k) {
		case "src":
			src = strings.TrimSpace(string(v))
		case "data-src", "data-lazy-src", "data-original":
			lazy = strings.TrimSpace(string(v))
		case "width", "height":
			if n, err := strconv.Atoi(strings.TrimSuffix(string(v), "px")); err == nil && n < 32 {
				small = true
			}
		}

		if !more {
			break
		}
	}

	if lazy != "" && (src == "" || strings.HasPrefix(src, "data:")) {
		src = lazy
	}

	low := strings.ToLower(src)
	if small || src == "" || strings.HasPrefix(low, "data:") {
		return ""
	}

	for _, junk := range []string{"/pixel", "pixel.gif", "pixel.png", "/emoji/", "smilies", "feedburner.com", "feedsportal", "doubleclick", "gravatar.com", "/share-", "stats.wordpress", "/1x1", "spacer.", "/tracking", "tracking.gif", "trackingpixel", "beacon", "blank.gif"} {
		if strings.Contains(low, junk) {
			return ""
		}
	}

	return src
}
