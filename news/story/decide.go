package story

import (
	"cmp"
	"math"
	"slices"
)

// Decision is what became of an article.
type Decision struct {
	Story   int64    // the story it tells, its own id when it opened one
	Joined  []int64  // stories that turned out to be Story: the article fits both
	Related *Related // the story it may tell all the same; nil when there is no doubt
}

// Related is a story that an article may tell, too doubtful to keep its alert back.
type Related struct {
	Story   int64
	Article int64   // of that story, the most alike
	LogOdds float64 // that they are one story
}

// Log odds from which on an article tells a story of a dense window (see enough); from which on
// it joins two stories that it tells; and from which on it is said to look related. Chosen with
// models of the halves for choosing.
const (
	sameOdds    = 0.8
	bareOdds    = 1.1 // sameOdds of an article that is no more than a headline
	joinOdds    = 1.4
	relatedOdds = -1
)

// How much a search may cost.
const (
	searchedNodes = 320 // postings looked at
	searchedOf    = 120 // of one term
	comparedMost  = 16  // articles compared in full
	comparedOf    = 4   // of one story
	judgedOf      = 3   // articles whose mean is the story's
	leastOfBest   = 0.1 // what an article shares at least, as a part of the most that one shares
)

// search is room for one search, used again.
type search struct {
	met     []uint32 // numbers of the articles that share a rare term
	hits    hits
	found   []*entry  // the best of them
	most    []float32 // of each story found, the dot of its best article; the largest first
	stories []candidate
}

// candidate is a story that an article may tell.
type candidate struct {
	story  *story
	best   *entry
	dot    float32             // of its best article
	odds   [comparedOf]float32 // the best first
	judged int
	score  float32
	vetoes int // of the articles judged, those that something forbids
}

// decision is a Decision with what is still to be done.
type decision struct {
	Decision

	into *story
	join []*story
}

// decide finds the story of an article.
func (g *Grouper) decide(p *probe) decision {
	var d decision

	if p.address != 0 {
		if same := g.pages[p.address]; same != nil && same.story.takes(p.at) {
			d.into = same.story
			return d
		}
	}

	enough := g.enough(p)

	for _, c := range g.candidates(p) {
		switch {
		case c.vetoed(p.isForeign()) || c.score < relatedOdds:
		case d.into == nil && c.score >= enough:
			if !g.forbids(p, c.story) {
				d.into = c.story
			}
		case d.into != nil && c.score >= joinOdds:
			if !g.forbids(p, c.story) && !g.share(d.into, c.story) {
				d.join = append(d.join, c.story)
			}
		case d.into == nil && d.Related == nil:
			d.Related = &Related{c.story.id, c.best.id, float64(c.score)}
		}
	}

	for _, s := range g.foreignStories(p) {
		switch {
		case d.into == nil:
			d.into = s
		case d.into != s && !slices.Contains(d.join, s) && !g.shareLanguage(d.into, s):
			d.join = append(d.join, s)
		}
	}

	if d.into != nil {
		d.Related = nil
	}

	for i, other := range d.join {
		if other.id < d.into.id { // the story that was first keeps its name
			d.into, d.join[i] = other, d.into
		}
	}

	return d
}

// candidates returns the stories that share rare terms with the article, judged, the most
// likely first.
func (g *Grouper) candidates(p *probe) []candidate {
	g.find(p)

	s := &g.search
	s.stories = s.stories[:0]

	for _, e := range s.found {
		i := slices.IndexFunc(s.stories, func(c candidate) bool { return c.story == e.story })
		if i < 0 {
			i = len(s.stories)
			s.stories = append(s.stories, candidate{story: e.story, best: e, dot: g.tallyOf(e.number).dot})
		}

		g.judge(p, e, &s.stories[i])
	}

	for i := range s.stories {
		c := &s.stories[i]
		// Articles that share no rare term count too, and against it.
		for e := c.story.newest; e != nil && c.judged < judgedOf && c.judged < c.story.held; e = e.older {
			if e.stamp != g.placed && mayShareLanguage(p.language, e.language) {
				g.judge(p, e, c)
			}
		}

		c.score = c.mean()
	}

	slices.SortStableFunc(s.stories, func(x, y candidate) int { return cmp.Compare(y.score, x.score) })

	return s.stories
}

// vetoed reports whether half of the articles forbid it: one headline of many that is put oddly does
// not, but in a language of which no table of words is shipped.
func (c *candidate) vetoed(foreign bool) bool {
	return c.vetoes > 0 && (foreign || 2*c.vetoes >= c.judged)
}

// mean is the mean log odds of the best articles.
func (c *candidate) mean() float32 {
	n := min(c.judged, judgedOf)
	if n == 0 {
		return -100
	}

	sum := float32(0)
	for _, v := range c.odds[:n] {
		sum += max(v, worst)
	}

	return sum / float32(n)
}

// judge compares an article of a candidate.
func (g *Grouper) judge(p *probe, e *entry, c *candidate) {
	e.stamp = g.placed

	l, o := compareArticles(p, e, p.density)
	same := p.title == e.title || l[fTitles] > 0.5 && g.background.sameTitle(p.title, e.title)
	telling := g.telling(&l)
	odds, veto := float32(never), ""

	// What can be no evidence needs no odds, but to be explained.
	if same || telling || g.observer != nil {
		g.compareStory(&l, &o, c)
		odds = g.model.logOdds(&l, p.density, g.leastOdds())
	}

	if same && (p.bare || e.bare || l[fCosine] >= alikeTitled) && countWords(p.title) >= sentence {
		odds = max(odds, sure)
	}

	// Whatever is rare in a nearly empty window, one word is no event, and texts made by one rule
	// are alike whatever they are about.
	if !same && odds >= g.leastOdds() && (!telling || l[fBare] == 0 && g.mentions(p, e)) {
		odds = min(odds, never)
	}

	if odds >= relatedOdds {
		veto = g.veto(p, e, &l, same)
		if veto != "" {
			c.vetoes++
		}
	}

	if g.observer != nil {
		g.observe(p, e, &l, odds, veto)
	}

	if c.judged == len(c.odds) {
		return
	}

	i := c.judged
	for i > 0 && c.odds[i-1] < odds {
		c.odds[i] = c.odds[i-1]
		i--
	}

	if i == 0 {
		c.best = e
	}

	c.odds[i] = odds
	c.judged++
}

// leastOdds returns the log odds below which it does not matter what they are.
func (g *Grouper) leastOdds() float32 {
	if g.observer != nil {
		return float32(math.Inf(-1))
	}

	return worst
}

// tally is what a search needs of each article that it meets. It meets hundreds, so these stand side by side in
// memory, in the order of the articles.
type tally struct {
	stamp    uint32  // of the search that met it last
	dot      float32 // how much it shares with the article of that search
	norm     float32
	language uint16
}

// tallyOf returns that of an article, by its number.
func (g *Grouper) tallyOf(number uint32) *tally {
	return &g.tallies[len(g.tallies)-1-int(g.placed-1-number)]
}

// find puts the articles that share the most of the rarest terms into g.search.found.
func (g *Grouper) find(p *probe) {
	s := &g.search
	s.met = s.met[:0]
	left, terms := searchedNodes, 0

	for _, i := range p.order {
		f, w := p.features[i], p.weights[i]
		if terms++; terms > posted && f&inTitle == 0 {
			continue
		}

		v := w * w * emphasisOf(f)
		numbers := g.newest(&g.postings, g.terms.terms[f.index()].list, min(left, searchedOf))
		left -= len(numbers)

		for _, n := range numbers {
			t := g.tallyOf(n)
			if t.stamp != g.placed {
				if !mayShareLanguage(p.language, t.language) {
					continue
				}

				t.stamp, t.dot = g.placed, 0

				s.met = append(s.met, n)
			}

			t.dot += v / (t.norm + 1)
		}
	}

	g.keepBest(p)
}

// mostRivals is how many stories are looked at for rivals.
const mostRivals = 24

// mayShareLanguage reports whether articles of two languages, 0 where it is not known, may be of one.
func mayShareLanguage(x, y uint16) bool { return x == y || x == 0 || y == 0 }

// rivals counts the other stories that share nearly as much as a candidate does.
func (g *Grouper) rivals(c *candidate) float32 {
	const nearly = 0.7

	n := 0
	for n < len(g.search.most) && g.search.most[n] >= nearly*c.dot {
		n++
	}

	return float32(math.Log(float64(max(n, 1))))
}

// keepBest puts the best articles that were met into g.search.found, a few of each story, and lists how much each
// of their stories shares at most. Whether a story takes the article is asked as late as that: most are never asked.
func (g *Grouper) keepBest(p *probe) {
	s := &g.search
	s.hits, s.found, s.most = s.hits[:0], s.found[:0], s.most[:0]

	for _, n := range s.met {
		s.hits = append(s.hits, hit{g.tallyOf(n).dot, n})
	}

	s.hits.order()

	for len(s.hits) > 0 && (len(s.found) < comparedMost || len(s.most) < mostRivals) {
		h := s.hits.next()
		if len(s.most) > 0 && h.dot < leastOfBest*s.most[0] {
			break
		}

		e := g.byNumber(h.number)
		if !e.story.takes(p.at) {
			continue
		}

		if e.story.stamp != g.placed && len(s.most) < mostRivals {
			e.story.stamp = g.placed

			s.most = append(s.most, h.dot)
		}

		if len(s.found) < comparedMost && countOf(s.found, e.story) < comparedOf {
			s.found = append(s.found, e)
		}
	}
}

// countOf counts the articles of a story.
func countOf(articles []*entry, s *story) (n int) {
	for _, e := range articles {
		if e.story == s {
			n++
		}
	}

	return n
}

// hits are what a search has found, as a heap: only the best of them are wanted, and sorting all that share a
// word would cost more than comparing those.
type hits []hit

type hit struct {
	dot    float32
	number uint32 // of the article: of two that share as much, the newer comes first
}

func (h hit) isBefore(other hit) bool {
	return h.dot > other.dot || h.dot == other.dot && h.number > other.number
}

// order makes a heap.
func (h hits) order() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
}

// next takes the best hit out.
func (h *hits) next() hit {
	best, last := (*h)[0], len(*h)-1
	(*h)[0] = (*h)[last]
	*h = (*h)[:last]
	h.sink(0)

	return best
}

// sink puts hit i below those that come before it.
func (h hits) sink(i int) {
	for {
		first := 2*i + 1
		if first >= len(h) {
			return
		}

		if second := first + 1; second < len(h) && h[second].isBefore(h[first]) {
			first = second
		}

		if !h[first].isBefore(h[i]) {
			return
		}

		h[i], h[first] = h[first], h[i]
		i = first
	}
}

// nearlyOne reports whether two texts are nearly one: alike, and not on a handful of terms.
func (l *likeness) nearlyOne() bool { return l[fCosine]*l[fBreadth]/(1+l[fBreadth]) >= 0.75 }

// alikeTitled is the cosine from which on two articles of one title tell one story, whatever
// else is known of them: with these log odds.
const (
	alikeTitled = 0.25
	sure        = 4
)

// Log odds of what is no evidence, and how bad they count at most in the mean of a story: an
// article that shares nothing with its own story's others says little about it.
const (
	never = -8
	worst = -2
)

// How much two articles share at least, however few stories there are.
const (
	leastRare     = 4    // weight of the rarest term: an event has a word that not one article in fifty has,
	leastBroad    = 1.9  // or two words that count alike
	leastTitles   = 6    // weight of all, where one of the two is no more than a headline
	leastTexts    = 12   // and where both have a text
	leastInTitles = 6    // or this in both titles
	leastSubject  = 0.95 // of two texts, while so few articles were placed that every word is rare: how rare what
	muchEvidence  = 26   // the other has of a title is, beside the title's rarest word; unless they share so much
	fewPlaced     = 100
	leastBeside   = 3 // weight of what is shared beside the rarest word and words of every day
	leastTerms    = 1.3
	leastTermsNew = 2.01 // while nothing is known of what is common here
)

// telling reports whether what two articles share can be evidence at all.
func (g *Grouper) telling(l *likeness) bool {
	evidence, terms := float32(leastTexts), float32(leastTerms)

	if l[fBare] > 0 || l[fTitleEvidence] >= leastInTitles {
		evidence = leastTitles
	}

	if g.rate.seen < rateLeast {
		terms = leastTermsNew
	}

	if g.placed < fewPlaced && l[fBare] == 0 && l[fSubjectMore] < leastSubject && l[fEvidence] < muchEvidence {
		return false
	}

	return l[fTitleLess] > 0 && (l[fRarest] >= leastRare || l[fBreadth] >= leastBroad) && l[fEvidence] >= evidence && l[fBreadth] >= terms
}

// sentence is how many words a title has, at least, that no other article has by accident, such
// as a column's name.
const sentence = 4

// veto returns why two articles cannot tell one story however alike they are, "" when they can.
func (g *Grouper) veto(p *probe, e *entry, l *likeness, sameTitle bool) string {
	if p.publisher != 0 && p.publisher == e.publisher && !toldAgain(p, e, l, sameTitle) {
		return "one outlet tells a story once"
	}

	foreign, near := p.isForeign() || e.isForeign(), l.nearlyOne() && !p.bare && !e.bare

	if !sameTitle && (g.background.contradict(p.title, e.title, foreign, p.bare && e.bare, near) || g.versionsDiffer(&p.entry, e)) {
		return "the titles contradict each other"
	}

	if !sameTitle && foreign && g.fillTemplate(&p.entry, e, near) {
		return "the titles are one template, filled differently"
	}

	if !sameTitle && g.strangers(p, e) {
		return "each title names what the other article does not know"
	}

	if !sameTitle && foreign && g.nameOthers(p, e, l) {
		return "the texts name nobody and nothing in common"
	}

	return ""
}

// toldAgain reports whether an outlet has published an article of its own again.
func toldAgain(p *probe, e *entry, l *likeness, sameTitle bool) bool {
	if !sameTitle {
		return false
	}

	return p.bare && e.bare || (p.bare || e.bare) && countWords(p.title) >= sentence || l.nearlyOne()
}

// forbids reports whether an article of the story keeps the article out: one of its own outlet.
func (g *Grouper) forbids(p *probe, s *story) bool {
	if p.publisher == 0 {
		return false
	}

	for e := s.newest; e != nil; e = e.older {
		if e.publisher == p.publisher {
			l, _ := compareArticles(p, e, p.density)
			if g.veto(p, e, &l, g.background.sameTitle(p.title, e.title)) != "" {
				return true
			}
		}
	}

	return false
}

// share reports whether one outlet tells both stories: then they are two.
func (g *Grouper) share(s, other *story) bool {
	for e := s.newest; e != nil; e = e.older {
		for f := other.newest; f != nil; f = f.older {
			if e.publisher != 0 && e.publisher == f.publisher {
				return true
			}
		}
	}

	return false
}

// shareLanguage is share for stories of two languages: an outlet may tell one story in both.
func (g *Grouper) shareLanguage(s, other *story) bool {
	for e := s.newest; e != nil; e = e.older {
		for f := other.newest; f != nil; f = f.older {
			if e.publisher != 0 && e.publisher == f.publisher && e.language == f.language {
				return true
			}
		}
	}

	return false
}
