package index

import (
	"sort"
	"strings"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// addFields reads the fields of an article that queries look at; which is a bit
// for each field. Their names as typed are in subscriptions/query/fields.go.
func (m *Matcher) addFields(a *news.Article, which uint32) {
	p := m.doc

	asked := func(f query.Field) bool { return which>>f&1 != 0 }
	if asked(query.OutletField) {
		p.Add(uint8(query.OutletField), a.Outlet)
	}

	if asked(query.SourceField) {
		p.Add(uint8(query.SourceField), a.Outlet)

		if !strings.Contains(a.Source, "://") {
			p.Add(uint8(query.SourceField), a.Source) // a file
		}
	}

	if asked(query.AuthorField) {
		for _, s := range a.Authors {
			p.Add(uint8(query.AuthorField), s)
		}
	}

	if asked(query.TagField) {
		for _, s := range a.Tags {
			p.Add(uint8(query.TagField), s)
		}
	}
}

// lookUpFieldWords looks the words of fields up, and what stands for whole fields.
func (m *Matcher) lookUpFieldWords(d *dictionary, from int) {
	p := m.doc
	for i := from; i < len(p.Tokens); i++ {
		t := &p.Tokens[i]
		hash := (fieldKey + keyKind(m.sectionOf(t).Kind)).salt(max(t.Hash, 1))
		m.lookUpHash(d, hash, uint32(i))
	}
}

func (m *Matcher) sectionOf(t *text.Token) *text.Section {
	s := m.doc.Sections
	i := sort.Search(len(s), func(i int) bool { return s[i].Pos > int(t.Pos) })

	return &s[max(i-1, 0)]
}

// lookUpFieldKeys sees what fields hold besides words: hosts, codes, whole tags.
func (m *Matcher) lookUpFieldKeys(d *dictionary, a *news.Article) {
	which := m.ix.fields.Load()

	asked := func(f query.Field) bool { return which>>f&1 != 0 }
	if asked(query.TagField) {
		for _, s := range a.Tags {
			m.lookUpKey(d, query.TagField, query.TagKey(s))
		}
	}

	if asked(query.LangField) {
		if code, ok := query.LanguageCode(a.Language); ok {
			m.lookUpKey(d, query.LangField, code)
		} else if code := query.LanguageNamed(a.Language); code != "" {
			m.lookUpKey(d, query.LangField, code)
		}
	}

	if asked(query.CountryField) {
		if code, ok := query.CountryCode(a.Country); ok {
			m.lookUpKey(d, query.CountryField, code)
		}
	}

	if asked(query.BundleField) {
		for _, bundle := range a.Bundles {
			m.lookUpKey(d, query.BundleField, bundle)
		}
	}

	if asked(query.FeedField) {
		if source := query.ParseAddress(a.Source); source.HasHost() {
			m.lookUpKey(d, query.FeedField, query.FeedKey(source))
		}
	}

	if !asked(query.SourceField) && !asked(query.SiteField) {
		return
	}

	if a.URL == "" && a.Source == "" && !m.hasAddress {
		return
	}

	m.url, m.source = query.ParseAddress(a.URL), query.ParseAddress(a.Source)
	m.hasAddress = a.URL != "" || a.Source != ""

	urlNamed := m.url.HasHost() || strings.Contains(a.URL, "://")
	if asked(query.SourceField) && (m.source.HasHost() || strings.Contains(a.Source, "://")) {
		m.lookUpHost(d, query.SourceField, m.source)
	}

	if asked(query.SourceField) && urlNamed {
		m.lookUpHost(d, query.SourceField, m.url)
	}

	if asked(query.SiteField) && urlNamed {
		m.lookUpHost(d, query.SiteField, m.url)
	}
}

// lookUpHost sees bbc, .bbc.co.uk, .co.uk … for news.bbc.co.uk.
func (m *Matcher) lookUpHost(d *dictionary, f query.Field, a query.Address) {
	for rest := a.ASCIIHost(); rest != ""; {
		label, after, _ := strings.Cut(rest, ".")
		m.lookUpKey(d, f, "."+rest)
		m.lookUpKey(d, f, label)

		rest = after
	}
}

// lookUpKey sees the terms of a key that stands nowhere in the document.
func (m *Matcher) lookUpKey(d *dictionary, f query.Field, key string) {
	p := m.doc
	p.AddKey(0, 0, key)
	t := &p.Tokens[len(p.Tokens)-1]
	p.NextPos += 2 // no two of them make a phrase
	m.lookUpHash(d, (fieldKey + keyKind(f)).salt(max(t.Hash, 1)), uint32(len(p.Tokens)-1))
}
