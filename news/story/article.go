package story

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"newsbell/news"
)

// How much of an article is compared. After some 60 words comes background, which other stories
// share; the first 25 say what happened.
const (
	titleWords = 30
	leadWords  = 60
	earlyWords = 25
	maxTerm    = 72  // terms of an article
	titleRoom  = 500 // code points that are looked at
	leadRoom   = 900
	posted     = 14 // of its terms under which an article is found, beside those of the title
)

// feature is a term of an article: its index in the dictionary, how much it said when the
// article came, in steps, and where and how it stands there.
type feature uint32

const (
	inTitle feature = 1 << iota
	inLead          // in the title or the first earlyWords
	isName
	isNumber
	isTold // the first article of its story that has the term
	weightBits
	indexBits = weightBits << 5
)

// weightStep is a step of a weight kept in a feature.
const weightStep = 0.45

func makeFeature(index uint32, flags feature) feature { return feature(index)*indexBits | flags }

func (f feature) index() uint32   { return uint32(f / indexBits) }
func (f feature) weight() float32 { return float32(f/weightBits&31) * weightStep }

func (f feature) withWeight(w float32) feature {
	return f | feature(min(w/weightStep+0.5, 31))*weightBits
}

// entry is an article of the window, as far as it matters for comparing.
type entry struct {
	story  *story
	stamp  uint32 // of the search that compared it
	number uint32 // of its placement
	sums
	language  uint16 // its two letters, 0: not known
	bare      bool   // there is no more than the title
	script    script // of its title
	terms     uint8  // but those of its address
	named     uint8  // of them, those that are names
	days      uint8  // of the week that it names, a bit each
	id        int64
	at        int64 // seconds
	address   uint64
	older     *entry    // of the story
	features  []feature // ordered by index
	title     string    // see titleString
	retold    uint64    // which words of its title its text has too, by the last bits of their stems
	anchors   []anchor
	publisher uint32 // hash, 0: not known
	subjects
}

// script is what a script has: capitals, spaces between words.
type script uint8

const (
	cased    script = iota
	caseless        // without capitals
	dense           // and without spaces: the terms are pairs of signs
)

func (e *entry) isCaseless() bool { return e.script != cased }

func (e *entry) isDense() bool { return e.script == dense }

// isForeign reports whether the shipped table says nothing of an article's words.
func (e *entry) isForeign() bool {
	return e.isCaseless() || e.language != 0 && e.language != english
}

// sums are of the weights of an article's features when it came.
type sums struct {
	norm, title, lead, names, all float32
}

// probe is the article that is being placed, with room that is used again.
type probe struct {
	entry
	reader  reader
	weights []float32 // of features
	order   []int     // features by weight, the largest first
	split   int       // where the words of the lead begin in reader.words
	aside   int       // and those of the address of a headline, in its place: see slugText
	texts   [2]string // title and lead
	density int       // see Grouper.densityFor
}

// load reads an article into the probe.
func (g *Grouper) load(a *news.Article, at time.Time) *probe {
	p := &g.probe
	title, text := news.StripLabel(news.Truncate(a.Title, titleRoom)), leadText(a)
	p.reader.language = languageCode(a.Language)
	p.reader.findRuns(title)
	p.entry = entry{
		at: at.Unix(), bare: strings.TrimSpace(text) == "" || strings.TrimSpace(text) == strings.TrimSpace(a.Title),
		language: languageCode(a.Language), publisher: publisherID(a), address: pageAddress(a.URL),
		features: p.features[:0], title: p.reader.titleString(title), number: g.placed,
	}
	p.texts = [2]string{title, text}
	p.reader.words = p.reader.words[:0]
	p.reader.addWords(title, titleWords)
	p.split = len(p.reader.words)

	if !p.bare {
		p.reader.read(text, leadWords)
	}

	p.aside = len(p.reader.words)

	if p.bare {
		p.texts[1] = slugText(a.URL)
		p.reader.read(p.texts[1], titleWords)
	}

	p.retold = retoldOf(p.reader.words[:p.split], p.reader.words[p.split:p.aside])

	g.markLands(p)
	g.features(p)
	g.weigh(p)
	g.findSubjects(p)
	g.findAnchors(p)

	p.density = g.densityFor(p)

	return p
}

// retoldOf notes which words of a title its text has too.
func retoldOf(title, text []word) (retold uint64) {
	for _, w := range title {
		if slices.ContainsFunc(text, func(t word) bool { return t.stem == w.stem }) {
			retold |= 1 << (w.stem & 63)
		}
	}

	return retold
}

// markLands marks the countries that an article names in its language, and whether it is written
// without capitals.
func (g *Grouper) markLands(p *probe) {
	lands := g.background.landsOf(p.language)
	lands.markLands(p.reader.words[:p.split], p.texts[0])
	lands.markLands(p.reader.words[p.split:], p.texts[1])

	switch {
	case !hasNoCase(p.texts[0]):
	case isDenseTitle(strings.Fields(p.title)):
		p.script = dense
	default:
		p.script = caseless
	}
}

// features makes the features of the words.
func (g *Grouper) features(p *probe) {
	markNames(p.reader.words[:p.aside], p.split)

	known, seeds := g.learnedOf(p.language)

	for i, w := range p.reader.words {
		if p.isDense() && g.spansWords(p.reader.words, i) {
			continue
		}

		shipped := g.background.share(w.stem)
		if shipped > dailyShare/2 && i < p.aside { // the names of days are common words
			p.days |= g.background.daysOf(p.language, p.reader.words, i)
		}

		share := known.share(w.stem, w.shareAtLeast(shipped), seeds)
		if share >= emptyShare {
			continue
		}

		var flags feature
		if i < p.split {
			flags = inTitle | inLead
		} else if i < min(p.split+earlyWords, p.aside) {
			flags = inLead
		}

		if w.name {
			flags |= isName
		}

		if w.number {
			flags |= isNumber
		}

		if index := g.terms.find(w.stem, share); index != 0 {
			p.features = append(p.features, makeFeature(index, flags))
		}
	}

	slices.Sort(p.features)

	// One feature a term, with the flags of all its places.
	out := p.features[:0]
	for _, f := range p.features {
		if n := len(out); n > 0 && out[n-1].index() == f.index() {
			out[n-1] |= f
		} else if n < maxTerm {
			out = append(out, f)
		}
	}

	p.features = out
}

// shareAtLeast returns the part of all articles that have a word, of which a table of words says share: numbers and
// countries are commoner than that knows.
func (w *word) shareAtLeast(share float64) float64 {
	if w.number {
		share = max(share, numberShare(w.signs))
	}

	if w.land != 0 {
		share = max(share, dailyShare)
	}

	return share
}

// weigh finds how much each feature says now, and in which order.
func (g *Grouper) weigh(p *probe) {
	p.weights, p.order = p.weights[:0], p.order[:0]
	p.sums = sums{}
	stories := g.storiesIn(p.language)
	rare := unseenWeight(stories) - namelike

	for i, f := range p.features {
		w := g.terms.weigh(f.index(), g.placed, stories)
		if p.isCaseless() && f&isNumber == 0 && w >= rare {
			f |= isName
			p.features[i] = f
		}

		p.weights = append(p.weights, w)
		p.order = append(p.order, i)
		p.features[i] = f.withWeight(w)

		if f.isAside(p.bare) {
			continue
		}

		p.terms++
		v := w * emphasisOf(f)
		p.norm += v * v
		p.all += w

		if f&inTitle != 0 {
			p.sums.title += w
		}

		if f&inLead != 0 {
			p.lead += w
		}

		if f&isName != 0 {
			p.names += w
			p.named++
		}
	}

	p.norm = float32(math.Sqrt(float64(p.norm)))

	slices.SortFunc(p.order, func(x, y int) int {
		return cmp.Or(cmp.Compare(p.weights[y], p.weights[x]), cmp.Compare(x, y))
	})
}

// isAside reports whether a term of an article stands in its address alone. What it shares there
// is evidence, but what it has more there makes it no less alike.
func (f feature) isAside(bare bool) bool { return bare && f&inTitle == 0 }

// emphasisOf is how much where a term stands adds to it.
func emphasisOf(f feature) float32 {
	v := float32(1)

	switch {
	case f&inTitle != 0:
		v = 1.9
	case f&inLead != 0:
		v = 1.5
	}

	if f&isName != 0 {
		v *= 1.25
	}

	return v
}

// markNames unmarks the capitals that make no name: of a lone word that begins a sentence, and
// of a title written With Capitals Throughout. Such a title has the names of the text.
func markNames(words []word, split int) {
	unmarkLone(words[:split])
	unmarkLone(words[split:])

	capitals := 0

	for _, w := range words[:split] {
		if w.name {
			capitals++
		}
	}

	if 2*capitals <= split {
		return
	}

	for i := range words[:split] {
		words[i].name = words[i].name && len(words) > split && nameIn(words[split:], words[i].stem)
	}
}

func nameIn(words []word, stem uint64) bool {
	return slices.ContainsFunc(words, func(w word) bool { return w.name && w.stem == stem })
}

func unmarkLone(words []word) {
	for i := 0; i < len(words); {
		n := 0
		for i+n < len(words) && words[i+n].name && (n == 0 || words[i+n].next) {
			n++
		}

		if n == 1 && words[i].first {
			words[i].name = false
		}

		i += max(n, 1)
	}
}

// leadText returns the text whose first words tell what happened: the text, or the summary and then
// the text when the summary is an outlet's own and not its first words.
func leadText(a *news.Article) string {
	text := news.Truncate(a.Text, leadRoom)
	if a.Summary == "" {
		return withoutDateline(text)
	}

	summary := withoutDateline(news.Truncate(a.Summary, leadRoom))
	text = withoutDateline(text)

	first := summary[:min(len(summary), 40)]
	if text != "" && strings.Contains(text, strings.TrimRight(first, "…. ")) {
		return text
	}

	return summary + "\n" + text
}

// withoutDateline asks for the patterns of a dateline only where there may be one.
func withoutDateline(text string) string {
	if strings.ContainsAny(text[:min(len(text), 80)], "(/:") || strings.HasPrefix(text, "Advertisement") {
		return news.StripDateline(text)
	}

	return text
}

func languageCode(s string) uint16 {
	if len(s) < 2 {
		return 0
	}

	return uint16(s[0])<<8 | uint16(s[1])
}

// publisherID names who published an article, for the rule that one outlet does not tell one
// story twice; 0 when it is not known.
func publisherID(a *news.Article) uint32 {
	name := a.Source
	if a.Outlet != "" {
		name = strings.Join(news.Words(a.Outlet), " ")
	} else if host := news.Host(a.URL); host != "" {
		name = host
	}

	if name == "" {
		return 0
	}

	return uint32(hashOf([]byte(name))) | 1
}

// pageAddress is the identity of the page that an article is read on, 0 when the address names
// a whole site.
func pageAddress(address string) uint64 {
	page := news.Canonical(address)

	_, rest, _ := strings.Cut(page, "://")
	if _, path, _ := strings.Cut(rest, "/"); path == "" {
		return 0
	}

	return hashOf([]byte(page))
}

// numberShare returns the part of all articles that have a number of so many signs, about: the
// days of a month are everywhere, and no table of words has them.
func numberShare(signs uint8) float64 {
	switch {
	case signs <= 1:
		return 0.05
	case signs == 2:
		return 0.015
	case signs == 3:
		return 0.004
	case signs == 4: // a year, most of the time
		return 0.002
	}

	return unseenShare
}
