package subscriptions

import (
	"sort"
	"strings"

	"newsbell/news"
)

// addFields reads the fields of an article that queries look at; which is a bit
// for each field.
func (m *Matcher) addFields(a *news.Article, which uint32) {
	p := m.page

	asked := func(f field) bool { return which>>f&1 != 0 }
	if asked(inOutlet) {
		p.add(inOutlet, a.Outlet)
	}

	if asked(inSource) {
		p.add(inSource, a.Outlet)

		if !strings.Contains(a.Source, "://") {
			p.add(inSource, a.Source) // a file
		}
	}

	if asked(inAuthor) {
		for _, s := range a.Authors {
			p.add(inAuthor, s)
		}
	}

	if asked(inTag) {
		for _, s := range a.Tags {
			p.add(inTag, s)
		}
	}
}

// findFields looks the words of fields up, and what stands for whole fields.
func (m *Matcher) findFields(d *dict, from int) {
	p := m.page
	for i := from; i < len(p.tokens); i++ {
		t := &p.tokens[i]
		hash := (fieldKey + keyKind(m.sectionOf(t).kind)).salt(max(t.hash, 1))
		m.lookUp(d, hash, uint32(i))
	}
}

func (m *Matcher) sectionOf(t *token) *section {
	s := m.page.sections
	i := sort.Search(len(s), func(i int) bool { return s[i].pos > int(t.pos) })

	return &s[max(i-1, 0)]
}

// findKeys sees what fields hold besides words: hosts, codes, whole tags.
func (m *Matcher) findKeys(d *dict, a *news.Article) {
	which := m.ix.fields.Load()

	asked := func(f field) bool { return which>>f&1 != 0 }
	if asked(inTag) {
		for _, s := range a.Tags {
			m.findKey(d, inTag, tagKey(s))
		}
	}

	if asked(inLang) {
		if code, ok := languageCode(a.Language); ok {
			m.findKey(d, inLang, code)
		} else if code := languageNamed(a.Language); code != "" {
			m.findKey(d, inLang, code)
		}
	}

	if asked(inCountry) {
		if code, ok := countryCode(a.Country); ok {
			m.findKey(d, inCountry, code)
		}
	}

	if !asked(inSource) && !asked(inSite) {
		return
	}

	m.url, m.source = readAddress(a.URL), readAddress(a.Source)

	urlNamed := m.url.isPlace() || strings.Contains(a.URL, "://")
	if asked(inSource) && (m.source.isPlace() || strings.Contains(a.Source, "://")) {
		m.findHost(d, inSource, m.source)
	}

	if asked(inSource) && urlNamed {
		m.findHost(d, inSource, m.url)
	}

	if asked(inSite) && urlNamed {
		m.findHost(d, inSite, m.url)
	}
}

// findHost sees bbc, .bbc.co.uk, .co.uk … for news.bbc.co.uk.
func (m *Matcher) findHost(d *dict, f field, a address) {
	for rest := a.key(); rest != ""; {
		label, after, _ := strings.Cut(rest, ".")
		m.findKey(d, f, "."+rest)
		m.findKey(d, f, label)

		rest = after
	}
}

// findKey sees the terms of a key that stands nowhere in the page.
func (m *Matcher) findKey(d *dict, f field, key string) {
	p := m.page
	p.emitKey(0, 0, key)
	t := &p.tokens[len(p.tokens)-1]
	p.pos += 2 // no two of them make a phrase
	m.lookUp(d, (fieldKey + keyKind(f)).salt(max(t.hash, 1)), uint32(len(p.tokens)-1))
}
