package query

import (
	"strings"

	"newsbell/subscriptions/text"
)

// fieldNames are the fields as typed; the first name of a field is its own. What of an article
// a field reads is in subscriptions/index/articlefields.go.
func fieldNames() []struct {
	name  string
	field Field
} {
	return []struct {
		name  string
		field Field
	}{
		{"title", TitleField},
		{"text", TextField},
		{"source", SourceField},
		{"outlet", OutletField},
		{"site", SiteField},
		{"author", AuthorField},
		{"tag", TagField},
		{"lang", LangField},
		{"country", CountryField},
		{"intitle", TitleField},
		{"headline", TitleField},
		{"body", TextField},
		{"intext", TextField},
		{"feed", FeedField},
		{"bundle", BundleField},
		{"from", SourceField},
		{"domain", SiteField},
		{"publisher", OutletField},
		{"topic", TagField},
		{"category", TagField},
		{"url", SiteField},
		{"by", AuthorField},
		{"language", LangField},
	}
}

func fieldNamed(name string) (Field, bool) {
	name = strings.ToLower(name)
	for _, f := range fieldNames() {
		if f.name == name {
			return f.field, true
		}
	}

	return AnyField, false
}

func (f Field) String() string {
	for _, n := range fieldNames() {
		if n.field == f {
			return n.name
		}
	}

	return ""
}

// isDateField reports whether a name asks for a time, which queries have none of:
// only new articles are matched.
func isDateField(name string) bool {
	switch strings.ToLower(name) {
	case "since", "before", "after", "until", "till", "date", "year":
		return true
	}

	return false
}

// nearestField is the known field that name was meant to be, if any is near.
func nearestField(name string) string {
	best, at := "", 3

	name = strings.ToLower(name)
	for _, f := range fieldNames() {
		if d := text.Distance(name, f.name); d < at && d < len(f.name)-1 {
			best, at = f.field.String(), d
		}
	}

	return best
}

// isAddress reports whether terms of the field may be addresses.
func (f Field) isAddress() bool { return f == SourceField || f == SiteField || f == FeedField }

// IsText reports whether terms of the field are looked for in the title and the text.
func (f Field) IsText() bool { return f <= TextField }
