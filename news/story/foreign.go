package story

import (
	"cmp"
	"math"
	"slices"
)

// anchor is what of an article reads alike in any language: a name, by how it sounds (soundOf),
// or a number. An event of two languages is known by two rare ones that no other story has
// together; a wrong join hides news, so what is less sure stays apart.
type anchor struct {
	key    uint32 // hash
	rarity uint8  // how much it says in news at large, in steps of rarityStep
	title  bool   // it stands in the title
	number bool
	joined bool // one name with the anchor before: Petra Lindhorst
}

const (
	mostAnchors = 16  // of an article
	rarityStep  = 0.1 // nats
	leastName   = 3   // letters of a name that is an anchor
	leastDigits = 2   // and digits of a number: one digit is everywhere
)

// How sure it is that two articles of two languages tell one story. Chosen on the half for choosing,
// of which every second article was taken for one of another language (bench/stories/foreign).
const (
	rareAnchor    = 4.5 // weight of an anchor that counts
	rareAnchors   = 2   // how many of those, apart from each other, the two share
	mostOfAnchor  = 64  // articles that have it at most
	landEvidence  = 3   // weight of a country that both name
	joinedShare   = 0.5 // what counts of a name's second word
	sureEvidence  = 5   // how much the weight of all is above the logarithm of the stories there are
	foreignWithin = 48 * 60 * 60
)

// anchors are the lists that lead from an anchor to the articles that have it. Nothing is in them
// until the articles of a second language come.
type anchors struct {
	lists    map[uint32]anchored
	postings postings
	on       bool
}

type anchored struct {
	list uint32 // see postings
	held uint32 // articles
}

func newAnchors() anchors { return anchors{lists: make(map[uint32]anchored)} }

// add puts an article into the lists of its anchors. Oldest is the number of the oldest that is held.
func (a *anchors) add(e *entry, oldest uint32) {
	for _, x := range e.anchors {
		l := a.lists[x.key]
		a.lists[x.key] = anchored{a.postings.add(l.list, e.number, oldest), l.held + 1}
	}
}

// drop takes the oldest article out of the lists.
func (a *anchors) drop(e *entry) {
	for _, x := range e.anchors {
		l := a.lists[x.key]
		if l.held--; l.held == 0 {
			delete(a.lists, x.key)
			a.postings.free(l.list)
		} else {
			a.lists[x.key] = l
		}
	}
}

// findAnchors reads the anchors of the article in the probe, once there are several languages.
func (g *Grouper) findAnchors(p *probe) {
	if p.language == 0 || !g.anchors.on && !g.isSecondLanguage(p.language) {
		return
	}

	g.anchors.on = true

	found, last := make([]anchor, 0, mostAnchors), -1

	for i, w := range p.reader.words[:p.aside] {
		a, ok := g.anchorOf(w, p.written(i), p.language)
		if !ok {
			continue
		}

		a.title = i < p.split
		a.joined = !a.number && w.next && last >= 0 && i == last+1 && i != p.split

		if !a.number {
			last = i
		}

		// What stands in the title is found there first.
		if len(found) < mostAnchors && !slices.ContainsFunc(found, func(o anchor) bool { return o.key == a.key }) {
			found = append(found, a)
		}
	}

	p.anchors = slices.Clone(found)
}

func (g *Grouper) isSecondLanguage(language uint16) bool {
	for other := range g.spoken {
		if other != 0 && other != language {
			return true
		}
	}

	return false
}

// anchorOf makes an anchor of a word, as it is written.
func (g *Grouper) anchorOf(w word, written string, language uint16) (anchor, bool) {
	l, isLand := g.background.lands[w.stem]
	if w.land != 0 || isLand && !l.town || g.background.roles[w.stem] {
		return anchor{}, false
	}

	if w.number {
		digits := digitsOf(written)
		return makeAnchor(digits, numberShare(uint8(len(digits))), true), len(digits) >= leastDigits && !isYear(digits)
	}

	if !w.name {
		return anchor{}, false
	}

	latin := latinOf(written)

	share := g.background.share(w.stem)
	if language != english {
		share = max(share, g.background.share(hashOf(stemOf([]byte(latin), english))))
	}

	return makeAnchor([]byte(soundOf(latin)), share, false), len(latin) >= leastName
}

func makeAnchor(key []byte, share float64, number bool) anchor {
	return anchor{key: uint32(hashOf(key)), rarity: uint8(-math.Log(share) / rarityStep), number: number}
}

// digitsOf returns the digits of a number, with a point where a fraction begins: 1,200 and 1.200
// are one, and so are 6.8 and 6,8.
func digitsOf(s string) []byte {
	out := make([]byte, 0, len(s))

	for i, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			out = append(out, c)
		case (c == '.' || c == ',') && len(out) > 0:
			digits := 0
			for i+1+digits < len(s) && s[i+1+digits] >= '0' && s[i+1+digits] <= '9' {
				digits++
			}

			if digits > 0 && digits != 3 {
				out = append(out, '.')
			}
		}
	}

	return out
}

func isYear(digits []byte) bool {
	return len(digits) == 4 && (string(digits[:2]) == "19" || string(digits[:2]) == "20")
}

// weighAnchor returns how much an anchor says that two articles have: how rare it is in news at
// large and in the articles of the window.
func (g *Grouper) weighAnchor(x, y anchor) float64 {
	n := float64(g.stories)
	others := max(float64(g.anchors.lists[x.key].held)-1, 0)
	share := math.Exp(-rarityStep*float64(min(x.rarity, y.rarity)))*tableStories/(n+tableStories) + (others+0.5)/(n+newStories)

	return max(-math.Log(share), 0)
}

// foreign is a story of another language that an article surely tells.
type foreign struct {
	story    *story
	language uint16
	unsure   bool // another story of that language is as sure
}

// foreignStories returns the stories of other languages that the article surely tells, at most one
// of each language.
func (g *Grouper) foreignStories(p *probe) []*story {
	var found []foreign

	for _, a := range p.anchors {
		l := g.anchors.lists[a.key]
		if l.held > mostOfAnchor || g.weighAnchor(a, a) < rareAnchor {
			continue
		}

		for _, n := range slices.Backward(g.newest(&g.anchors.postings, l.list, mostOfAnchor)) {
			e := g.byNumber(n)
			if e.stamp == g.placed || e.language == p.language {
				continue
			}

			e.stamp = g.placed

			if e.story.takes(p.at) && max(p.at-e.at, e.at-p.at) <= foreignWithin && g.surelyOne(p, e) {
				found = noteForeign(found, e)
				g.observeForeign(p, e)
			}
		}
	}

	var out []*story

	for _, f := range found {
		if !f.unsure && !slices.Contains(out, f.story) && !g.toldBy(p, f.story) {
			out = append(out, f.story)
		}
	}

	slices.SortFunc(out, func(x, y *story) int { return cmp.Compare(x.id, y.id) })

	return out
}

// observeForeign explains why two articles of two languages tell one story.
func (g *Grouper) observeForeign(p *probe, e *entry) {
	if g.observer == nil {
		return
	}

	ev := Evidence{Article: e.id, Story: e.story.id, LogOdds: sure}

	for i, w := range p.reader.words[:p.aside] {
		written := p.written(i)
		a, ok := g.anchorOf(w, written, p.language)

		if ok && len(ev.Words) < mostWords && !slices.Contains(ev.Words, written) &&
			slices.ContainsFunc(e.anchors, func(y anchor) bool { return y.key == a.key }) {
			ev.Words = append(ev.Words, written)
		}
	}

	g.observer(ev)
}

func noteForeign(found []foreign, e *entry) []foreign {
	i := slices.IndexFunc(found, func(f foreign) bool { return f.language == e.language })
	if i < 0 {
		return append(found, foreign{story: e.story, language: e.language})
	}

	found[i].unsure = found[i].unsure || found[i].story != e.story

	return found
}

// surelyOne reports whether two articles of two languages tell one story beyond doubt.
func (g *Grouper) surelyOne(p *probe, e *entry) bool {
	s := g.sharedAnchors(p, e)
	if len(s.rare) < rareAnchors || !s.titleP || !s.titleE {
		return false
	}

	if !s.number && numbered(p.anchors) && numbered(e.anchors) {
		return false
	}

	lands := sharedLands(&p.subjects, &e.subjects)
	if lands > 0 {
		s.evidence += landEvidence
	}

	if lands < 0 || s.evidence < sureEvidence+math.Log(float64(g.density()+newStories)) {
		return false
	}

	if strange(&p.entry, e) && strange(e, &p.entry) {
		return false
	}

	return !g.together(s.rare, p, e)
}

// meeting is what two articles share.
type meeting struct {
	evidence       float64
	rare           []uint32 // keys of rare anchors of a title
	titleP, titleE bool     // something of it stands in that title
	number         bool
}

func (g *Grouper) sharedAnchors(p *probe, e *entry) meeting {
	var s meeting

	before, last := false, -1 // whether the anchor before is shared too, and where in e

	for _, x := range p.anchors {
		k := slices.IndexFunc(e.anchors, func(y anchor) bool { return y.key == x.key })
		if k < 0 {
			before = false
			continue
		}

		y := e.anchors[k]
		w := g.weighAnchor(x, y)
		goesOn := before && x.joined || last >= 0 && k == last+1 && y.joined
		before, last = true, k

		s.titleP, s.titleE, s.number = s.titleP || x.title, s.titleE || y.title, s.number || x.number

		if goesOn {
			s.evidence += joinedShare * w
			continue
		}

		s.evidence += w
		if w >= rareAnchor && (x.title || y.title) && g.anchors.lists[x.key].held <= mostOfAnchor {
			s.rare = append(s.rare, x.key)
		}
	}

	return s
}

// numbered reports whether a title has numbers.
func numbered(list []anchor) bool {
	return slices.ContainsFunc(list, func(a anchor) bool { return a.number && a.title })
}

// strange reports whether the title of an article has a name that the other article has not got.
// German writes every noun as a name.
func strange(e, other *entry) bool {
	return e.language != german && slices.ContainsFunc(e.anchors, func(x anchor) bool {
		return x.title && !x.number && !x.joined && !slices.ContainsFunc(other.anchors, func(y anchor) bool { return y.key == x.key })
	})
}

const german = 'd'<<8 | 'e'

// sharedLands compares the countries that two articles name, also by their towns: below 0 they
// have none in common, 0: one of them names none.
func sharedLands(x, y *subjects) int {
	has, both := [2]bool{}, false

	for i, pair := range [2][2]*subjects{{x, y}, {y, x}} {
		for _, list := range [2][mostLands]uint8{pair[0].countries, pair[0].towns} {
			for _, land := range list {
				has[i] = has[i] || land != 0
				both = both || land != 0 && (slices.Contains(pair[1].countries[:], land) || slices.Contains(pair[1].towns[:], land))
			}
		}
	}

	switch {
	case both:
		return 1
	case has[0] && has[1]:
		return -1
	}

	return 0
}

// together reports whether another story of one of the two languages has two of these anchors, too:
// then they are one piece of evidence, such as a name and its office.
func (g *Grouper) together(keys []uint32, p *probe, e *entry) bool {
	var once, now []*story

	for _, key := range keys {
		now = now[:0]

		for _, n := range slices.Backward(g.newest(&g.anchors.postings, g.anchors.lists[key].list, mostOfAnchor)) {
			o := g.byNumber(n)
			if o.story == e.story || o.language != e.language && o.language != p.language || slices.Contains(now, o.story) {
				continue
			}

			if slices.Contains(once, o.story) {
				return true
			}

			now = append(now, o.story)
		}

		once = append(once, now...)
	}

	return false
}

// toldBy reports whether the outlet of an article has told a story in its language.
func (g *Grouper) toldBy(p *probe, s *story) bool {
	for e := s.newest; e != nil; e = e.older {
		if p.publisher != 0 && e.publisher == p.publisher && e.language == p.language {
			return true
		}
	}

	return false
}
