package subscriptions

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"newsbell/news"
)

// found is an element found in an article.
type found struct {
	part       uint8 // title, summary, text, or a field's value
	pos, next  int
	start, end int
	touches    bool
}

type oldPage struct {
	a     *news.Article
	texts [3]string
	words [inCountry + 1]map[string][]found
}

type span struct {
	part       uint8
	start, end int
}

func readPage(a *news.Article) *oldPage {
	p := &oldPage{a: a, texts: [3]string{a.Title, a.Summary, a.Text}}
	for i, t := range p.texts {
		p.read(anywhere, uint8(i), t)
	}
	p.read(inOutlet, 3, a.Outlet)
	p.read(inSource, 3, a.Outlet)
	for i, t := range a.Authors {
		p.read(inAuthor, uint8(3+i%200), t)
	}
	for i, t := range a.Tags {
		p.read(inTag, uint8(3+i%200), t)
		p.add(inTag, tagKey(t), found{part: uint8(3 + i%200)})
	}
	p.address(a.Source, inSource)
	p.address(a.URL, inSource, inSite)
	if code, ok := languageCode(a.Language); ok {
		p.add(inLang, code, found{})
	}
	if code, ok := countryCode(a.Country); ok {
		p.add(inCountry, code, found{})
	}
	return p
}

func (p *oldPage) address(address string, fields ...field) {
	host, _ := place(address)
	labels := strings.Split(host, ".")
	for i, l := range labels {
		for _, f := range fields {
			p.add(f, l, found{part: 255, pos: -10})
			p.add(f, "."+strings.Join(labels[i:], "."), found{part: 255, pos: -10})
		}
	}
}

func (p *oldPage) add(f field, key string, at found) {
	if p.words[f] == nil {
		p.words[f] = map[string][]found{}
	}
	p.words[f][key] = append(p.words[f][key], at)
}

func (p *oldPage) read(f field, part uint8, text string) {
	for _, r := range readings(text) {
		p.add(f, r.key, found{part, r.pos, r.pos + r.width, r.start, r.end, r.touches})
	}
}

func (p *oldPage) find(e element, f field) []found {
	space := f
	if f.isText() {
		space = anywhere
	}
	var out []found
	add := func(fs []found) {
		for _, x := range fs {
			if f == inTitle && x.part != 0 || f == inText && x.part == 0 {
				continue
			}
			if e.kind == exactElement && (space != anywhere || exactText(p.texts[x.part][x.start:x.end]) != e.raw && norm.NFC.String(p.texts[x.part][x.start:x.end]) != e.raw) {
				continue
			}
			out = append(out, x)
		}
	}
	switch e.kind {
	case wordElement:
		for _, s := range spellings(e.key) {
			add(p.words[space][s])
		}
	case exactElement:
		add(p.words[space][e.key])
	default:
		for k, fs := range p.words[space] {
			if e.kind == prefixElement && strings.HasPrefix(k, e.key) || e.kind == partElement && strings.Contains(k, e.key) {
				add(fs)
			}
		}
	}
	return out
}

func (p *oldPage) match(n *node, spans *[]span) bool {
	switch n.op {
	case opTerm:
		return p.term(n.term, spans)
	case opNot:
		return !p.match(n.kids[0], nil)
	case opAnd:
		mark := 0
		if spans != nil {
			mark = len(*spans)
		}
		for _, k := range n.kids {
			if !p.match(k, spans) {
				if spans != nil {
					*spans = (*spans)[:mark]
				}
				return false
			}
		}
		return true
	}
	ok := false
	for _, k := range n.kids {
		if p.match(k, spans) {
			ok = true
		}
	}
	return ok
}

func (p *oldPage) term(t *term, spans *[]span) bool {
	if t.re != nil {
		return p.regex(t, spans)
	}
	if t.field == inSite || t.field == inSource {
		if host, path, ok := strings.Cut(t.text, "/"); ok && strings.HasPrefix(t.items[0][0][0].key, ".") {
			return p.underPath(p.a.URL, host, path) || t.field == inSource && p.underPath(p.a.Source, host, path)
		}
	}
	if t.near >= 0 {
		return p.near(t, spans)
	}
	ok := false
	for _, alt := range t.items[0] {
		for _, f := range p.find(alt[0], t.field) {
			for _, end := range p.follow(alt, 1, f, t.field) {
				for _, last := range p.phrase(t.items, 1, end, t.field) {
					ok = true
					if spans != nil && t.field.isText() {
						*spans = append(*spans, span{f.part, f.start, max(f.end, last.end)})
					}
				}
			}
		}
	}
	if t.field == inTag {
		tagged := &term{near: -1, items: []item{{sequence{{key: tagKey(t.text)}}}}}
		ok = p.term(tagged, spans) || ok
	}
	return ok
}

func (p *oldPage) underPath(address, host, path string) bool {
	h, at := place(address)
	at = strings.TrimPrefix(at, "/")
	return (h == host || strings.HasSuffix(h, "."+host)) && (at == path || strings.HasPrefix(at, path+"/"))
}

func (p *oldPage) follow(s sequence, i int, at found, f field) []found {
	if i == len(s) {
		return []found{at}
	}
	var out []found
	for _, x := range p.find(s[i], f) {
		if x.part == at.part && x.pos == at.next && (!s[i].touch || x.touches) {
			out = append(out, p.follow(s, i+1, x, f)...)
		}
	}
	return out
}

func (p *oldPage) phrase(items []item, i int, at found, f field) []found {
	if i == len(items) {
		return []found{at}
	}
	var out []found
	for _, alt := range items[i] {
		for _, x := range p.find(alt[0], f) {
			if x.part != at.part || x.pos != at.next {
				continue
			}
			for _, end := range p.follow(alt, 1, x, f) {
				out = append(out, p.phrase(items, i+1, end, f)...)
			}
		}
	}
	return out
}

func (p *oldPage) near(t *term, spans *[]span) bool {
	var all [][]found
	for _, it := range t.items {
		var fs []found
		for _, alt := range it {
			for _, f := range p.find(alt[0], t.field) {
				for _, e := range p.follow(alt, 1, f, t.field) {
					fs = append(fs, found{part: f.part, pos: f.pos, next: e.next, start: f.start, end: max(f.end, e.end)})
				}
			}
		}
		all = append(all, fs)
	}
	ok := false
	for part := uint8(0); part < 3; part++ {
		ok = p.nearIn(t, part, all, spans) || ok
	}
	return ok
}

// nearIn finds the stretches that hold one of each, with at most t.near other
// words between.
func (p *oldPage) nearIn(t *term, part uint8, all [][]found, spans *[]span) bool {
	ok := false
	for _, fs := range all {
		for _, first := range fs {
			if first.part != part {
				continue
			}
			// the first of the stretch: the nearest of each that follows
			to, words, fits := first, 0, true
			for _, gs := range all {
				best := found{pos: -1}
				for _, g := range gs {
					if g.part == part && g.pos >= first.pos && (best.pos < 0 || g.next < best.next) {
						best = g
					}
				}
				if best.pos < 0 {
					fits = false
					break
				}
				words += best.next - best.pos
				if best.next > to.next {
					to.next, to.end = best.next, best.end
				}
			}
			if fits && to.next-first.pos-words <= t.near {
				ok = true
				if spans != nil {
					*spans = append(*spans, span{part, first.start, to.end})
				}
			}
		}
	}
	return ok
}

func (p *oldPage) regex(t *term, spans *[]span) bool {
	ok := false
	for i, text := range p.texts {
		if t.field == inTitle && i != 0 || t.field == inText && i == 0 {
			continue
		}
		for _, m := range t.re.FindAllStringIndex(text, -1) {
			if m[0] == m[1] {
				continue
			}
			ok = true
			if spans != nil {
				*spans = append(*spans, span{uint8(i), m[0], m[1]})
			}
		}
	}
	return ok
}

func (p *oldPage) matched(spans []span) []string {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	out := []string{}
	for _, s := range spans {
		if m := p.texts[s.part][s.start:s.end]; !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}
