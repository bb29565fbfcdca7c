package story

import (
	"slices"
	"strings"
)

// Who and where an event is, its title says by names. Two earthquakes that one agency reports in
// the same words, two flaws, two arrests differ in nothing else.

const (
	// mostNames is how many names of a title are kept; a title of more says who by none.
	mostNames = 6
	// mostLands is how many countries an article is taken to name.
	mostLands = 4
	// rareWord is the part of articles that a title's first word is in at most when its capital
	// makes it a name, though nothing else of the article says so: Lufthansa, not Earthquake.
	rareWord = 6e-5
	// commonWord is the part of articles from which on a word says nothing as a name, but of a
	// place: Bank, Court, House.
	commonWord = 0.004
)

// What is noted of a name beside its term.
const (
	common uint32 = 1 << 30 // a common word: no name by itself
	joined uint32 = 1 << 31 // it follows the name before: one name with it
	opener uint32 = 1 << 29 // it begins the title, and nothing but a capital there says that it is a name

	marks = common | joined | opener
)

// subjects are the names of an article.
type subjects struct {
	who       [mostNames]uint32 // terms: the names of its title
	countries [mostLands]uint8  // that it names, by themselves or as their peoples
	titled    [mostLands]uint8  // of them, those that its title names in a language other than English
	towns     [mostLands]uint8  // the countries of the towns that it names
	initials  [mostLands]uint32 // stems of the first letters of its names: ECB, of European Central Bank
}

// land is the country that a name stands for, or whose town it is.
type land struct {
	country uint8
	town    bool
}

// readLands reads the places of names.txt: a country and its peoples, a colon, its towns.
func (bg *background) readLands(file string) {
	section, countries := "", uint8(0)

	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}

		if strings.HasPrefix(line, "[") {
			section = strings.TrimSpace(line)
			continue
		}

		switch section {
		case "[places]", "[more places]":
			l, known := bg.lands[stemOfWord(strings.Fields(line)[0])]
			if !known {
				countries++
				l = land{country: countries}
			}

			peoples, towns, _ := strings.Cut(line, ":")
			for w := range strings.FieldsSeq(peoples) {
				bg.lands[stemOfWord(w)] = land{country: l.country}
			}

			for w := range strings.FieldsSeq(towns) {
				bg.lands[stemOfWord(w)] = land{country: l.country, town: true}
			}
		case "[roles]", "[more roles]":
			for w := range strings.FieldsSeq(line) {
				bg.roles[stemOfWord(w)] = true
			}
		}
	}
}

// findSubjects finds the names of the article in the probe.
func (g *Grouper) findSubjects(p *probe) {
	p.subjects = subjects{}

	g.findLands(p)
	g.findInitials(p)

	if p.isCaseless() {
		g.findRareNames(p)
		return
	}

	names, last := p.who[:0], -1

	for i := range p.split {
		w := p.reader.words[i]

		index := g.terms.index[w.stem]
		if index == 0 || !g.isName(p, i) || slices.ContainsFunc(names, func(n uint32) bool { return n&^marks == index }) {
			continue
		}

		if len(names) == mostNames {
			p.who = [mostNames]uint32{}
			return
		}

		if !w.capitals && g.isCommon(w.stem) {
			index |= common
		}

		if i == 0 && g.mayBeAnyWord(p) {
			index |= opener
		}

		if last >= 0 && w.next && (i == last+1 || i == last+2 && p.reader.words[i-1].signs <= 2) { // Bank of England
			index |= joined
		}

		names, last = append(names, index), i
	}
}

// findLands finds the countries that the article in the probe names, and those of its towns.
func (g *Grouper) findLands(p *probe) {
	countries, towns := p.countries[:0], p.towns[:0]

	titled := p.titled[:0]

	for i, w := range p.reader.words {
		l, ok := g.background.lands[w.stem]

		switch {
		case w.land != 0:
			countries = appendNew(countries, w.land)
			if i < p.split {
				titled = appendNew(titled, w.land)
			}
		case !ok || !w.capital:
		case l.town:
			towns = appendNew(towns, l.country)
		default:
			countries = appendNew(countries, l.country)
		}
	}
}

// mayBeAnyWord reports whether the capital of a title's first word may say no more than that it is the first:
// of another language no table says how rare it is, and nothing else of the article has it as a name.
func (g *Grouper) mayBeAnyWord(p *probe) bool {
	title, text := p.reader.words[:p.split], p.reader.words[p.split:p.aside]
	w := title[0]

	if _, place := g.background.lands[w.stem]; place || w.land != 0 || w.capitals || !p.isForeign() || len(title) > 1 && title[1].capital && title[1].next {
		return false
	}

	return !slices.ContainsFunc(text, func(t word) bool { return t.stem == w.stem && t.capital && !t.first })
}

// findRareNames takes the rarest words of a title for its names, where no capital marks names and
// enough was read to know what is rare.
func (g *Grouper) findRareNames(p *probe) {
	if g.storiesIn(p.language) < knownStories {
		return
	}

	names := p.who[:0]

	for _, i := range p.order { // the rarest first
		if f := p.features[i]; f&isName != 0 && f&inTitle != 0 && len(names) < mostNames {
			names = append(names, f.index())
		}
	}
}

// knownStories is how many stories of a language a window has, at least, when what is rare in it
// is known.
const knownStories = 200

// findInitials finds the names of several words that an acronym may stand for.
func (g *Grouper) findInitials(p *probe) {
	found := p.initials[:0]
	words := p.reader.words

	var letters [mostLetters]byte

	for i := 0; i < len(words) && len(found) < mostLands; {
		n := 0
		for i+n < len(words) && words[i+n].capital && (n == 0 || i+n != p.split && words[i+n].next) {
			if n < mostLetters {
				letters[n] = words[i+n].letter
			}

			n++
		}

		start := 0
		if n > 0 && g.background.share(words[i].stem) >= emptyShare { // The European Central Bank
			start = 1
		}

		if n-start >= leastLetters && n <= mostLetters {
			found = append(found, uint32(hashOf(stemOf(letters[start:n], p.language))))
		}

		i += max(n, 1)
	}
}

// How many letters an acronym has.
const (
	leastLetters = 3
	mostLetters  = 6
)

// isName reports whether a word of the title is a name. A capital says so, unless it begins the
// title or stands in one With Capitals Throughout: then the text has to know the name.
func (g *Grouper) isName(p *probe, i int) bool {
	title, text := p.reader.words[:p.split], p.reader.words[p.split:p.aside]

	w := title[i]
	if !w.capital || w.number || g.background.roles[w.stem] {
		return false
	}

	if nameIn(text, w.stem) {
		return true
	}

	if titleCase(title) || slices.ContainsFunc(text, func(t word) bool { return t.stem == w.stem && !t.capital }) {
		return false
	}

	if !w.first || i+1 < len(title) && title[i+1].capital && title[i+1].next {
		return true
	}

	_, place := g.background.lands[w.stem]

	return w.capitals || place || g.background.share(w.stem) <= rareWord
}

// longWord is the least letters of a word that a title With Capitals Throughout gives a capital.
const longWord = 4

// titleCase reports whether nearly all long words of a title have a capital.
func titleCase(title []word) bool {
	long, small := 0, 0

	for _, w := range title {
		if w.signs >= longWord && !w.number {
			long++

			if !w.capital {
				small++
			}
		}
	}

	return 4*small < long
}

func appendNew(s []uint8, v uint8) []uint8 {
	if len(s) == cap(s) || slices.Contains(s, v) {
		return s
	}

	return append(s, v)
}

// strangers reports whether each of two titles names who or where it is about, and the other
// article knows nobody and no place of that.
func (g *Grouper) strangers(p *probe, e *entry) bool {
	if elsewhere(&p.subjects, &e.subjects) && elsewhere(&e.subjects, &p.subjects) {
		return true
	}

	if p.who[0] == 0 || e.who[0] == 0 || p.isCaseless() && (p.bare || e.bare) {
		return false
	}

	return !g.knows(e, &p.subjects) && !g.knows(&p.entry, &e.subjects)
}

// elsewhere reports whether a title names countries, and another article none of them.
func elsewhere(title, other *subjects) bool {
	for _, country := range title.titled {
		if country != 0 && slices.Contains(other.countries[:], country) {
			return false
		}
	}

	return title.titled[0] != 0
}

// knows reports whether an article has one of the names of a title, or the country of one. Of a
// name of common words, such as Supreme Court, it has two, or in its title the only one; a first word that
// may be any word says nothing beside other names.
func (g *Grouper) knows(e *entry, of *subjects) bool {
	run := 0

	for i, name := range of.who {
		if name == 0 {
			break
		}

		if name&opener != 0 && of.who[1] != 0 {
			continue
		}

		alone := name&joined == 0 && (i+1 == mostNames || of.who[i+1]&joined == 0)

		if name&joined == 0 {
			run = 0
		}

		index := name &^ marks

		if f := e.find(index); f&(isName|inTitle) != 0 || f != 0 && e.bare {
			if run++; run > 1 || name&common == 0 || alone && f&inTitle != 0 {
				return true
			}
		}

		stem := g.terms.terms[index].stem
		if slices.Contains(e.initials[:], uint32(stem)) {
			return true
		}

		l, ok := g.background.lands[stem]
		if ok && (slices.Contains(e.countries[:], l.country) || !l.town && slices.Contains(e.towns[:], l.country)) {
			return true
		}
	}

	return false
}

// fewNames is how many names a text has at least when those of another one say that it is about something else.
const fewNames = 2

// nameOthers reports whether two texts have names, and none of weight in common: however alike their words are,
// in a language of which no table says which words are rare.
func (g *Grouper) nameOthers(p *probe, e *entry, l *likeness) bool {
	const share = 0.1

	return !p.bare && !e.bare && !p.isCaseless() && !e.isCaseless() && p.named >= fewNames && e.named >= fewNames && l[fNameShare] < share
}

// find returns the feature of a term, 0 when the article has not got it.
func (e *entry) find(index uint32) feature {
	i := e.indexOf(index)
	if i < 0 {
		return 0
	}

	return e.features[i]
}

// indexOf returns where the feature of a term stands among those of the article, -1 when it has not got it. It is
// slices.BinarySearchFunc without a call a step: it is asked hundreds of times an article.
func (e *entry) indexOf(index uint32) int {
	sought, i, end := makeFeature(index, 0), 0, len(e.features)
	for i < end {
		if middle := (i + end) / 2; e.features[middle] < sought {
			i = middle + 1
		} else {
			end = middle
		}
	}

	if i == len(e.features) || e.features[i].index() != index {
		return -1
	}

	return i
}

// isCommon reports whether a word is no name by itself.
func (g *Grouper) isCommon(stem uint64) bool {
	_, place := g.background.lands[stem]
	return !place && !g.background.daily[stem] && g.background.share(stem) > commonWord
}

// How little two articles share beside a name, where no table says which words are common, when neither title says
// anything that the other article knows; and what part of a title's weight is next to nothing.
const (
	besideForeign = 12
	matterKnown   = 0.2
)

// mentions reports whether two articles have no more in common than one name that both are about,
// and words of every day: two matters of one town, or, if neither title's matter is known to the other article, of
// one Karin Lindqvist, whose words are one name.
func (g *Grouper) mentions(p *probe, e *entry) bool {
	sum, most := float32(0), float32(0)

	for i, f := range p.features {
		if g.isShared(f, e) {
			sum += p.weights[i]
			most = max(most, p.weights[i])
		}
	}

	if sum-most < leastBeside {
		return true
	}

	beside := float32(leastBeside)
	if p.isForeign() || e.isForeign() {
		beside = besideForeign
	}

	return knownMatter(&p.entry, e) < matterKnown && knownMatter(e, &p.entry) < matterKnown && sum-g.sharedName(p, e) < beside
}

// isShared reports whether an article has a term of another that is no role, such as President.
func (g *Grouper) isShared(f feature, e *entry) bool {
	return e.find(f.index()) != 0 && !g.background.roles[g.terms.terms[f.index()].stem]
}

// sharedName returns the weight of the most telling name that two articles share: of all its words, where they
// stand side by side. In a script without capitals what both have side by side is a name.
func (g *Grouper) sharedName(p *probe, e *entry) (most float32) {
	name, last := float32(0), feature(0)

	for i, w := range p.reader.words[:p.aside] {
		k := p.indexOf(g.terms.index[w.stem])
		shared := k >= 0 && g.isShared(p.features[k], e)

		if !w.next || i == p.split || !(w.name || p.isCaseless() && shared) {
			name = 0
		}

		if shared && p.features[k] != last {
			name += p.weights[k]
			last = p.features[k]
			most = max(most, name)
		}
	}

	return most
}

// knownMatter returns how much of what a title says beside names another article knows, as a part of its weight.
func knownMatter(a, b *entry) float32 {
	known, all := float32(0), float32(0)

	for _, f := range a.features {
		if f&inTitle == 0 || f&isName != 0 && !a.isCaseless() {
			continue
		}

		all += f.weight()
		if b.find(f.index()) != 0 {
			known += f.weight()
		}
	}

	return shareOf(known, all)
}
