package feed

import (
	"cmp"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"
)

// extensions are a feed's or item's elements of other namespaces.
type extensions ext.Extensions

func (x extensions) all(prefix, name string) []ext.Extension {
	if found := x[prefix][name]; len(found) > 0 {
		return found
	}

	if prefix == "atom" {
		for _, p := range []string{"atom03", "atom10", "a10"} {
			if found := x[p][name]; len(found) > 0 {
				return found
			}
		}
	}

	return nil
}

func (x extensions) text(prefix, name string) string {
	for _, e := range x.all(prefix, name) {
		if e.Value != "" {
			return e.Value
		}
	}

	return ""
}

func (x extensions) texts(prefix, name string) []string {
	var out []string

	for _, e := range x.all(prefix, name) {
		if e.Value != "" {
			out = append(out, e.Value)
		}
	}

	return out
}

func (x extensions) attr(prefix, name, attr string) string {
	for _, e := range x.all(prefix, name) {
		if v := e.Attrs[attr]; v != "" {
			return v
		}
	}

	return ""
}

// link is an Atom link to the page itself.
func (x extensions) link() string {
	for _, e := range x.all("atom", "link") {
		if isAlternate(e.Attrs["rel"]) && e.Attrs["href"] != "" {
			return e.Attrs["href"]
		}
	}

	return ""
}

func (x extensions) persons() []string {
	var out []string

	for _, e := range x.all("atom", "author") {
		for _, n := range e.Children["name"] {
			out = append(out, n.Value)
		}

		if len(e.Children["name"]) == 0 && e.Value != "" {
			out = append(out, e.Value)
		}
	}

	return out
}

func (x extensions) keywords() []string {
	var out []string
	for _, list := range append(x.texts("media", "keywords"), x.texts("itunes", "keywords")...) {
		out = append(out, strings.Split(list, ",")...)
	}

	return out
}

func (x extensions) terms() []string {
	var out []string
	for _, e := range x.all("atom", "category") {
		out = append(out, cmp.Or(e.Attrs["label"], e.Attrs["term"]))
	}

	return out
}
