package query

import "strings"

// fieldNames are the fields as typed; the first name of a field is its own.
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
		{"from", SourceField},
		{"domain", SiteField},
		{"publisher", OutletField},
		{"topic", TagField},
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
		if d := editDistance(name, f.name); d < at && d < len(f.name)-1 {
			best, at = f.field.String(), d
		}
	}

	return best
}

// editDistance is how many letters to add, drop, change or swap.
func editDistance(a, b string) int {
	prev2, prev := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}

	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i

		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}

			row[j] = min(row[j-1]+1, prev[j]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}

		prev2, prev = prev, row
	}

	return prev[len(b)]
}

// isAddress reports whether terms of the field may be addresses.
func (f Field) isAddress() bool { return f == SourceField || f == SiteField || f == FeedField }

// IsText reports whether terms of the field are looked for in the title and the text.
func (f Field) IsText() bool { return f <= TextField }
