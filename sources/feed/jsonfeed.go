package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	jsonfeed "github.com/mmcdole/gofeed/json"
)

// parseJSON reads a JSON Feed. gofeed decodes it strictly: one number where a
// text belongs fails everything, so then each item is handed over alone.
func parseJSON(text []byte, base string) (*Feed, error) {
	f := &Feed{Kind: "json"}

	parsed, err := (&jsonfeed.Parser{}).Parse(bytes.NewReader(text))
	if err != nil {
		if parsed, err = salvageJSON(text, f); err != nil {
			return nil, err
		}
	}

	if !jsonFeed(parsed, text) {
		return nil, errNoFeed
	}

	f.Title, f.Link, f.Language = cleanText(parsed.Title), Resolve(base, parsed.HomePageURL), feedLanguage(parsed.Language, nil)

	for _, i := range parsed.Items {
		if i != nil {
			it := jsonItem(i, cmp.Or(base, f.Link))
			if len(it.Authors) == 0 {
				it.Authors = jsonAuthors(parsed.Authors, parsed.Author)
			}

			f.raw = append(f.raw, it)
		}
	}

	return f, nil
}

// jsonFeed: any JSON object decodes as a feed; this one says that it is one or
// has items with what items have.
func jsonFeed(f *jsonfeed.Feed, text []byte) bool {
	if strings.Contains(f.Version, "jsonfeed.org") {
		return true
	}

	for _, i := range f.Items {
		if i != nil && (i.URL != "" || i.ExternalURL != "" || i.ContentHTML != "" || i.ContentText != "" || i.Title != "") {
			return true
		}
	}

	return f.Title != "" && bytes.Contains(text, []byte(`"items"`))
}

func jsonItem(i *jsonfeed.Item, base string) item {
	it := item{
		GUID:      i.ID,
		Title:     i.Title,
		Published: i.DatePublished,
		Updated:   i.DateModified,
		Authors:   jsonAuthors(i.Authors, i.Author),
		Tags:      i.Tags,
		Language:  i.Language,
		Summary:   i.Summary,
		Text:      cmp.Or(i.ContentHTML, escapeHTML(i.ContentText)),
	}
	if i.ContentHTML == "" {
		it.plain = i.ContentText
	}

	it.link = cmp.Or(i.URL, i.ExternalURL)
	if it.link == "" && strings.HasPrefix(i.ID, "http") {
		it.link = i.ID
	}

	it.Link = Resolve(base, it.link)

	it.Image = Resolve(base, cmp.Or(i.Image, i.BannerImage))
	if i.Attachments != nil && it.Image == "" {
		for _, a := range *i.Attachments {
			if strings.HasPrefix(a.MimeType, "image/") && it.Image == "" {
				it.Image = Resolve(base, a.URL)
			}
		}
	}

	if it.Image == "" {
		it.setPicture(firstImage(base, i.ContentHTML))
	}

	it.published, it.updated = itemDate(it.Published), itemDate(it.Updated)

	return it
}

// escapeHTML makes plain text into HTML, as the other kinds have it.
func escapeHTML(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}

	return xmlEscaper().Replace(s)
}

func jsonAuthors(list []*jsonfeed.Author, one *jsonfeed.Author) []string {
	var out []string
	for _, a := range append([]*jsonfeed.Author{one}, list...) {
		if a != nil && a.Name != "" && len(out) < maxTags && !slices.Contains(out, a.Name) {
			out = append(out, a.Name)
		}
	}

	return out
}

// salvageJSON reads what of a feed's items can be read, also when the end is
// missing.
func salvageJSON(text []byte, f *Feed) (*jsonfeed.Feed, error) {
	parsed := &jsonfeed.Feed{}

	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errNoFeed
	}

	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			f.Cut = true
			break
		}

		if name == "items" {
			if err := salvageItems(dec, parsed, f); err != nil {
				f.Cut = true
				break
			}

			continue
		}

		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			f.Cut = true
			break
		}

		var s string
		if json.Unmarshal(value, &s) != nil {
			continue
		}

		switch name {
		case "version":
			parsed.Version = s
		case "title":
			parsed.Title = s
		case "home_page_url":
			parsed.HomePageURL = s
		case "language":
			parsed.Language = s
		}
	}

	if len(parsed.Items) == 0 {
		return nil, errBroken
	}

	return parsed, nil
}

func salvageItems(dec *json.Decoder, parsed *jsonfeed.Feed, f *Feed) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errBroken
	}

	for dec.More() {
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}

		if i := looseItem(value); i != nil {
			parsed.Items = append(parsed.Items, i)
		} else {
			f.Broken++
		}
	}

	_, err := dec.Token()

	return err
}

// looseItem decodes an item. Of a field that is not what it should be it takes what can be
// taken.
func looseItem(value []byte) *jsonfeed.Item {
	i := new(jsonfeed.Item)
	if json.Unmarshal(value, i) == nil {
		return i
	}

	var m map[string]json.RawMessage
	if json.Unmarshal(value, &m) != nil || m == nil {
		return nil
	}

	for name, v := range m {
		if m[name] = mendField(name, v); m[name] == nil {
			delete(m, name)
		}
	}

	fixed, _ := json.Marshal(m)

	i = new(jsonfeed.Item)
	if json.Unmarshal(fixed, i) != nil {
		return nil
	}

	return i
}

// maxMended is how many values of a list are looked at one by one.
const maxMended = 1000

// mendField returns a field of an item as it should be, nil if nothing of it can be taken: a
// number where a text belongs, one value where a list belongs, a list in which one value is
// wrong, a name where an author belongs.
func mendField(name string, v json.RawMessage) json.RawMessage {
	fits := func(v json.RawMessage) bool {
		one, err := json.Marshal(map[string]json.RawMessage{name: v})
		return err == nil && json.Unmarshal(one, new(jsonfeed.Item)) == nil
	}
	if fits(v) {
		return v
	}

	if strings.HasSuffix(name, "url") || strings.HasSuffix(name, "image") {
		return nil // a number is no address
	}

	var list []json.RawMessage
	if json.Unmarshal(v, &list) == nil {
		var good []json.RawMessage

		for _, one := range list[:min(len(list), maxMended)] {
			if one = mendValue(one, func(v json.RawMessage) bool { return fits(slices.Concat([]byte("["), v, []byte("]"))) }); one != nil {
				good = append(good, one)
			}
		}

		all, _ := json.Marshal(good)
		if good == nil || !fits(all) {
			return nil
		}

		return all
	}

	for _, form := range [][2]string{{"", ""}, {"[", "]"}} {
		inForm := func(v json.RawMessage) json.RawMessage { return slices.Concat([]byte(form[0]), v, []byte(form[1])) }
		if one := mendValue(v, func(v json.RawMessage) bool { return fits(inForm(v)) }); one != nil {
			return inForm(one)
		}
	}

	return nil
}

// mendValue returns a value in the first form that fits: as it is, as a text, as an author's
// name; nil if none does.
func mendValue(v json.RawMessage, fits func(json.RawMessage) bool) json.RawMessage {
	switch c := v[0]; {
	case c == '{' && fits(v):
		return v
	case c != '"' && c != '-' && (c < '0' || c > '9'): // null, true, lists
		return nil
	}

	quoted := v
	if v[0] != '"' {
		quoted = slices.Concat([]byte(`"`), v, []byte(`"`))
	}

	for _, form := range []json.RawMessage{v, quoted, slices.Concat([]byte(`{"name":`), quoted, []byte("}"))} {
		if fits(form) {
			return form
		}
	}

	return nil
}
