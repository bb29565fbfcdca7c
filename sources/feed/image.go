package feed

import (
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	ext "github.com/mmcdole/gofeed/extensions"
)

// image is the largest picture of media:content or media:thumbnail, also inside
// of a media:group.
func (x extensions) image() string {
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

	best, width := "", -1

	for _, e := range list {
		if u := e.Attrs["url"]; u != "" && picture(e) {
			w, _ := strconv.Atoi(e.Attrs["width"])
			if w > width {
				best, width = u, w
			}
		}
	}

	return best
}

func picture(e ext.Extension) bool {
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
func firstImage(base string, texts ...string) string {
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
				if src := sensible(z); src != "" {
					return Resolve(base, src)
				}
			}
		}
	}

	return ""
}

func sensible(z *html.Tokenizer) string {
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
