package index

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/text"
)

// found is an element found in an article.
type plainFound struct {
	part       uint8 // title, summary, text, or a field's value
	first      int   // of a run: its first position
	pos, next  int
	start, end int
	touches    bool
	raw        string
}

type plainPage struct {
	a     *news.Article
	texts [3]string
	words [query.CountryField + 1]map[string][]plainFound
	lists [query.CountryField + 1][]plainWord
	batch *plainBatch                 // nil: not one of many articles
	known map[plainAsked][]plainFound // what was searched for, without a batch
	found []*[]plainFound             // with one, by the elements' numbers
}

// plainBatch is what many articles are asked alike: the terms read once, and
// their elements numbered, so that each is searched for once in an article.
type plainBatch struct {
	terms   map[*query.Term][][]plainSequence
	numbers map[plainAsked]int
}

func newPlainBatch(qs []*query.Query) *plainBatch {
	b := &plainBatch{map[*query.Term][][]plainSequence{}, map[plainAsked]int{}}
	for _, q := range qs {
		b.add(q.Root())
	}

	return b
}

func (b *plainBatch) add(n *query.Node) {
	for _, k := range n.Children {
		b.add(k)
	}

	if n.Op != query.OpTerm || n.Term.Regexp != nil {
		return
	}

	items := plainItems(n.Term)
	for _, alts := range items {
		for _, s := range alts {
			for i, e := range s {
				e.touch = false // asked of what is found, not searched for

				asked := plainAsked{e, n.Term.Field}
				if b.numbers[asked] == 0 {
					b.numbers[asked] = len(b.numbers) + 1
				}

				s[i].number = b.numbers[asked]
			}
		}
	}

	b.terms[n.Term] = items
}

type plainAsked struct {
	plainElement
	field query.Field
}

type plainSpan struct {
	part       uint8
	start, end int
}

func readPlain(a *news.Article) *plainPage { return readPlainIn(nil, a) }

func readPlainIn(batch *plainBatch, a *news.Article) *plainPage {
	p := &plainPage{a: a, batch: batch, texts: [3]string{a.Title, a.Summary, a.Text}}
	if batch != nil {
		p.found = make([]*[]plainFound, len(batch.numbers)+1)
	}

	for i, t := range p.texts {
		p.read(query.AnyField, uint8(i), t)
	}

	p.read(query.OutletField, 3, a.Outlet)
	p.read(query.SourceField, 3, a.Outlet)

	if !strings.Contains(a.Source, "://") {
		p.read(query.SourceField, 4, a.Source)
	}

	for i, t := range a.Authors {
		p.read(query.AuthorField, uint8(3+i%200), t)
	}

	for i, t := range a.Tags {
		p.read(query.TagField, uint8(3+i%200), t)
		p.add(query.TagField, "#"+plainTag(t), plainFound{part: 255, pos: -10})
	}

	p.address(a.Source, query.SourceField)
	p.address(a.URL, query.SourceField, query.SiteField)

	if len(a.Language) >= 2 {
		p.add(query.LangField, strings.ToLower(strings.FieldsFunc(a.Language, func(r rune) bool { return r == '-' || r == '_' })[0]), plainFound{})
	}

	p.add(query.CountryField, strings.Replace(strings.ToLower(a.Country), "uk", "gb", 1), plainFound{})

	return p
}

func (p *plainPage) address(address string, fields ...query.Field) {
	host, _, _, _ := plainAddress(address)
	if !strings.Contains(host, ".") && !strings.Contains(address, "://") {
		return
	}

	labels := strings.Split(host, ".")
	for i, l := range labels {
		for _, f := range fields {
			p.add(f, l, plainFound{part: 255, pos: -10})
			p.add(f, "."+strings.Join(labels[i:], "."), plainFound{part: 255, pos: -10})
		}
	}
}

func (p *plainPage) add(f query.Field, key string, at plainFound) {
	if p.words[f] == nil {
		p.words[f] = map[string][]plainFound{}
	}

	p.words[f][key] = append(p.words[f][key], at)
}

func (p *plainPage) read(f query.Field, part uint8, text string) {
	for _, r := range plainReadings(text) {
		p.add(f, r.key, plainFound{part, 0, r.pos, r.pos + r.width, r.start, r.end, r.touches, text[r.start:r.end]})
	}
}

func (p *plainPage) find(e plainElement, f query.Field) []plainFound {
	if e.number > 0 {
		if p.found[e.number] == nil {
			found := p.search(e, f)
			p.found[e.number] = &found
		}

		return *p.found[e.number]
	}

	asked := plainAsked{e, f}
	if fs, ok := p.known[asked]; ok {
		return fs
	}

	if p.known == nil {
		p.known = map[plainAsked][]plainFound{}
	}

	p.known[asked] = p.search(e, f)

	return p.known[asked]
}

// listed are the words of a field, which are gone through more often than a map
// likes.
func (p *plainPage) listed(f query.Field) []plainWord {
	if len(p.lists[f]) != len(p.words[f]) {
		p.lists[f] = nil
		for key, found := range p.words[f] {
			p.lists[f] = append(p.lists[f], plainWord{key, found})
		}
	}

	return p.lists[f]
}

type plainWord struct {
	key   string
	found []plainFound
}

func (p *plainPage) search(e plainElement, f query.Field) []plainFound {
	space := f
	if f.IsText() {
		space = query.AnyField
	}

	var out []plainFound

	add := func(fs []plainFound) {
		for _, x := range fs {
			if f == query.TitleField && x.part != 0 || f == query.TextField && x.part == 0 {
				continue
			}

			if e.kind == query.ExactElement && plainSpelling(x.raw) != plainSpelling(e.raw) {
				continue
			}

			out = append(out, x)
		}
	}

	switch e.kind {
	case query.WordElement:
		for _, l := range p.listed(space) {
			if w, fs := l.key, l.found; w == e.key || plainPlural(w, e.key) || plainPlural(e.key, w) {
				add(fs)
			}
		}
	case query.ExactElement:
		add(p.words[space][e.key])
	default:
		for _, l := range p.listed(space) {
			if k, fs := l.key, l.found; e.kind == query.PrefixElement && strings.HasPrefix(k, e.key) || e.kind == query.PartElement && strings.Contains(k, e.key) {
				add(fs)
			}
		}
	}

	return out
}

func (p *plainPage) match(n *query.Node, spans *[]plainSpan) bool {
	switch n.Op {
	case query.OpTerm:
		return p.term(n.Term, spans)
	case query.OpNot:
		return !p.match(n.Children[0], nil)
	case query.OpAnd:
		mark := 0
		if spans != nil {
			mark = len(*spans)
		}

		for _, k := range n.Children {
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

	for _, k := range n.Children {
		if p.match(k, spans) {
			ok = true
		}
	}

	return ok
}

func (p *plainPage) term(t *query.Term, spans *[]plainSpan) bool {
	if t.Regexp != nil {
		return p.regex(t, spans)
	}

	if t.Field == query.BundleField {
		return slices.Contains(p.a.Bundles, t.Text)
	}

	if t.Field == query.FeedField {
		return plainSource(t.Text) == plainSource(p.a.Source)
	}

	if plainPlace(t) && strings.ContainsAny(t.Text, "/:?") {
		return plainUnder(t.Text, p.a.URL) || t.Field == query.SourceField && plainUnder(t.Text, p.a.Source)
	}

	items := p.items(t)

	var runs []plainFound
	if t.Near >= 0 {
		runs = p.near(t, items)
	} else {
		for i, it := range items {
			runs = p.item(runs, i == 0, it, t.Field)
		}
	}

	if len(runs) == 0 && plainPlace(t) && t.Field == query.SourceField { // an outlet or a file of that name
		for i, it := range plainTextItems(t) {
			runs = p.item(runs, i == 0, it, t.Field)
		}
	}

	if spans != nil && t.Field.IsText() {
		for _, r := range runs {
			*spans = append(*spans, plainSpan{r.part, r.start, r.end})
		}
	}

	if t.Field != query.TagField {
		return len(runs) > 0
	}

	tag := "#" + plainTag(t.Text)
	if len(p.words[query.TagField][tag]) > 0 && !t.Exact && !strings.HasSuffix(t.Text, "*") && !plainKorean(t.Text) {
		runs = append(runs, plainFound{})
	}

	for _, f := range p.words[query.AnyField][tag] {
		runs = append(runs, f)
		if spans != nil {
			*spans = append(*spans, plainSpan{f.part, f.start, f.end})
		}
	}

	return len(runs) > 0
}

func plainTag(s string) string {
	var b strings.Builder

	for _, c := range plainCells(s) {
		if c.class != text.Separator {
			b.WriteRune(c.r)
		}
	}

	return b.String()
}

// plainUnder reports whether an address is that of a query's text, or under it.
func plainUnder(text, address string) bool {
	host, port, path, query := plainAddress(text)

	h, po, at, q := plainAddress(address)
	if !strings.HasSuffix("."+h, "."+host) || port != "" && po != port || !strings.HasPrefix(at+"/", path+"/") && path != "" {
		return false
	}

	for want := range strings.SplitSeq(query, "&") {
		if want != "" && !strings.Contains("&"+q+"&", "&"+want+"&") {
			return false
		}
	}

	return true
}

// plainSource is the address of a source as feed: compares it.
func plainSource(address string) string {
	host, port, path, query := plainAddress(address)
	return strings.Join([]string{host, port, path, query}, " ")
}

// plainAddress takes an address apart.
func plainAddress(address string) (host, port, path, query string) {
	rest := strings.ToLower(norm.NFKC.String(address))
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}

	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ = strings.Cut(rest, "?")

	rest, path, _ = strings.Cut(rest, "/")
	if _, after, ok := strings.Cut(rest, "@"); ok {
		rest = after
	}

	host, port, _ = strings.Cut(rest, ":")

	return strings.TrimPrefix(strings.Trim(host, "."), "www."), port, strings.TrimRight(path, "/"), query
}

// plainElement is one word to be found, plainSequence words in a row.
type plainElement struct {
	kind     query.ElementKind
	key, raw string
	touch    bool
	number   int // in a batch, from 1
}

type plainSequence []plainElement

func (p *plainPage) items(t *query.Term) [][]plainSequence {
	if p.batch == nil {
		return plainItems(t)
	}

	return p.batch.terms[t]
}

// plainPlace tells an address from the words of an outlet.
func plainPlace(t *query.Term) bool {
	host, _, _, _ := plainAddress(t.Text)
	return (t.Field == query.SiteField || t.Field == query.SourceField) && strings.Contains(host, ".") && !strings.Contains(t.Text, " ")
}

// plainItems reads a term's text as docs/queries.md says.
func plainItems(t *query.Term) [][]plainSequence {
	switch {
	case t.Field == query.LangField || t.Field == query.CountryField:
		return [][]plainSequence{{{{key: t.Text}}}}
	case plainPlace(t):
		return [][]plainSequence{{{{key: "." + t.Text}}}}
	}

	return plainTextItems(t)
}

func plainTextItems(t *query.Term) [][]plainSequence {
	rs := plainReadings(t.Text)
	for len(rs) > 0 && rs[0].other { // a tag within quotes
		rs = rs[1:]
	}

	var out [][]plainSequence

	for i := 0; i < len(rs); {
		j := i + 1
		for j < len(rs) && (rs[j].other || rs[i].compound > 0 && rs[j].compound == rs[i].compound || plainGoesOn(rs[j-1], rs[j])) {
			j++
		}

		out = append(out, plainAlternatives(t, rs[i:j]))
		i = j
	}

	return out
}

// plainGoesOn: letters of a script without spaces that touch are one word.
func plainGoesOn(a, b plainReading) bool {
	return b.touches && plainClass([]rune(a.key)[0]) == text.Dense && plainClass([]rune(b.key)[0]) == text.Dense
}

func plainKorean(s string) bool {
	rs := plainReadings(s)
	return plainClass([]rune(rs[len(rs)-1].key)[0]) == text.Hangul
}

func plainAlternatives(t *query.Term, rs []plainReading) []plainSequence {
	classAt := func(key string) text.Class { return plainClass([]rune(key)[0]) }

	var (
		whole  plainSequence
		others []plainSequence
	)

	stop := 0

	for _, r := range rs {
		if r.other {
			if r.width > 1 {
				others = append(others, plainSequence{{key: r.key}})
			}

			continue
		}

		el := plainElement{key: r.key}
		if t.Exact {
			el.kind, el.raw = query.ExactElement, t.Text[r.start:r.end]
		} else if classAt(r.key) == text.Hangul {
			el.kind = query.PrefixElement
		}

		el.touch = r.touches && len(whole) > 0 && classAt(r.key) == text.Dense && classAt(whole[len(whole)-1].key) == text.Dense
		whole = append(whole, el)
		stop = r.end
	}

	last := &whole[len(whole)-1]

	switch {
	case t.Exact:
		return []plainSequence{whole}
	case strings.HasPrefix(t.Text, "*"):
		last.kind = query.PartElement
		return []plainSequence{whole}
	case strings.HasPrefix(t.Text[stop:], "*"):
		if classAt(last.key) != text.Dense {
			last.kind = query.PrefixElement
		}

		return []plainSequence{whole}
	}

	if typed := t.Text[rs[0].start:rs[0].end]; len(whole) == 1 && len(typed) == 3 && typed != strings.ToLower(typed) { // EVs
		others = append(others, plainSequence{{kind: query.ExactElement, key: whole[0].key[:2], raw: typed[:2]}})
	}

	if w := whole[0].key; len(whole) == 1 && last.kind == query.WordElement && strings.Contains(w[1:], ".") {
		letters := strings.ReplaceAll(w, ".", "")

		var row plainSequence
		for _, l := range letters {
			row = append(row, plainElement{key: string(l)})
		}

		others = append(others, plainSequence{{kind: query.ExactElement, key: strings.ToLower(letters), raw: strings.ToUpper(letters)}}, row)
	}

	return append([]plainSequence{whole}, others...)
}

// step goes on with an element: from the longest of the runs that end before it.
func (p *plainPage) step(runs []plainFound, first bool, e plainElement, f query.Field) []plainFound {
	var out []plainFound

	for _, x := range p.find(e, f) {
		if e.touch && !x.touches {
			continue
		}

		if first {
			x.first = x.pos
			out = append(out, x)

			continue
		}

		best := -1
		for i, r := range runs {
			if r.part == x.part && r.next == x.pos && (best < 0 || r.start < runs[best].start) {
				best = i
			}
		}

		if best >= 0 {
			x.first, x.start, x.end = runs[best].first, runs[best].start, max(runs[best].end, x.end)
			out = append(out, x)
		}
	}

	return out
}

func (p *plainPage) item(runs []plainFound, first bool, alts []plainSequence, f query.Field) []plainFound {
	var out []plainFound

	for _, s := range alts {
		these := runs
		for i, e := range s {
			these = p.step(these, first && i == 0, e, f)
		}

		out = append(out, these...)
	}

	return out
}

// near tries every place where one of the words stands as the beginning, and
// takes of each word the first that ends behind it.
func (p *plainPage) near(t *query.Term, items [][]plainSequence) []plainFound {
	var (
		each     [][]plainFound
		all, out []plainFound
	)

	for _, it := range items {
		fs := p.item(nil, true, it, t.Field)
		each, all = append(each, fs), append(all, fs...)
	}

	for _, from := range all {
		run, words, ok, begun := from, 0, true, false
		run.next, run.end = 0, 0

		for _, fs := range each {
			var best *plainFound

			for _, f := range fs {
				switch {
				case f.part != from.part || f.first < from.first:
				case best == nil || f.next < best.next || f.next == best.next && f.first < best.first:
					best = &f
				case f.next == best.next && f.first == best.first:
					best.start, best.end = min(best.start, f.start), max(best.end, f.end)
				}
			}

			if best == nil {
				ok = false
				break
			}

			words += best.next - best.first

			run.next, run.end = max(run.next, best.next), max(run.end, best.end)
			switch {
			case best.first == from.first && begun:
				run.start = min(run.start, best.start)
			case best.first == from.first:
				run.start, begun = best.start, true
			}
		}

		if ok && begun && run.next-run.first-words <= t.Near {
			out = append(out, run)
		}
	}

	return out
}

func (p *plainPage) regex(t *query.Term, spans *[]plainSpan) bool {
	ok := false
	room := 64 << 10 // of an article, regexes read no more

	for i, text := range p.texts {
		if cut := room; len(text) > cut {
			for cut > 0 && text[cut]&0xC0 == 0x80 {
				cut--
			}

			text = text[:cut]
		}

		room -= len(text)

		if t.Field == query.TitleField && i != 0 || t.Field == query.TextField && i == 0 {
			continue
		}

		for _, m := range t.Regexp.FindAllStringIndex(text, -1) {
			if m[0] == m[1] {
				continue
			}

			ok = true

			if spans != nil {
				*spans = append(*spans, plainSpan{uint8(i), m[0], m[1]})
			}
		}
	}

	return ok
}

func (p *plainPage) matched(spans []plainSpan) []string {
	slices.SortFunc(spans, func(a, b plainSpan) int {
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

func plainSpelling(s string) string {
	return strings.Map(func(r rune) rune {
		if s, ok := plainSigns(r); ok {
			return s
		}

		return r
	}, norm.NFC.String(s))
}

// plainPlural reports whether many is the simple plural of one.
func plainPlural(many, one string) bool {
	if len(many) <= len(one) || len(many) > len(one)+2 || len(one) < 3 || many[:2] != one[:2] {
		return false // quickly
	}

	if len(one) < 3 || strings.Trim(many+one, "abcdefghijklmnopqrstuvwxyz") != "" || text.IsSingularInS(many) {
		return false
	}

	for _, end := range []string{"ss", "us"} {
		if strings.HasSuffix(many, end) {
			return false
		}
	}

	if strings.HasSuffix(many, "is") {
		ok := strings.HasSuffix(many, "nis") && !strings.HasSuffix(many, "nnis") || strings.HasSuffix(many, "elis") || strings.HasSuffix(many, "qis")
		return ok && many == one+"s"
	}

	switch last := one[len(one)-1]; {
	case many == one+"s":
		return true
	case many == one+"es":
		return strings.ContainsRune("sxzo", rune(last)) || strings.HasSuffix(one, "ch") || strings.HasSuffix(one, "sh")
	case last == 'y' && many == strings.TrimSuffix(one, "y")+"ies":
		return !strings.ContainsRune("aeiou", rune(one[len(one)-2]))
	}

	return false
}
