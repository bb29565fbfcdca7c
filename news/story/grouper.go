// Package story decides which articles tell the same story.
//
// An article becomes terms: the stems of its title and first 60 words, or of the headline in its
// address when it has no text (reader, slugText), each with how
// much it says (dictionary.weigh): how rare it is in news at large (background, a table of
// English words and of names that the news is about every day, and learned, what stories had that
// have left the window) and in the stories of the window, counted by story and not by article. Articles that share its rarest terms are found in
// lists that lead from a term to the articles that have it (postings); the most alike are
// compared in full (compare), and a small classifier gives the log odds that the two tell one
// story (model). What it weighs is absolute evidence, such as how rare the rarest shared word is,
// which of a title's words the other article lacks and whether the two rarest stand together in
// other stories too, and how many stories the window has in the article's language: in a denser
// stream chance makes more pairs that look alike.
//
// Of languages other than English no table is shipped: endings are cut by rules (stemOf), what is
// rare in the window stands in for names where no capital marks them (findRareNames), countries
// are known by their names in the CLDR (landNames), and titles are compared by how they are built
// (fillTemplate).
//
// An article joins the story whose best three articles it is most like, when that is likely
// enough (sameOdds) and nothing forbids it (veto): one outlet tells a story once, and titles that
// differ in names or numbers alone tell two. A wrong join hides news and a missed one only
// repeats it, so what is in doubt opens a story and says which one it may belong to (Related).
// An article that fits two stories makes them one.
//
// The package is pure: no network, no database, no clock; the same articles in the same order
// make the same stories, after a restart too, when what was learned is kept (Background).
package story

import (
	"math"
	"slices"
	"time"

	"newsbell/news"
)

// Window is how long after its first article a story takes in others.
const Window = 72 * time.Hour

// Retained is how many placements an article is kept for at least, also when the window of its
// story is long over: a first poll brings a week of articles, source by source, and their order
// is not that of time.
const Retained = 5000

// maxHeld bounds the memory at any rate of articles, and when time does not pass at all:
// articles without a date, a file of any length. It is three days of 330,000 articles, in some
// 600 MB.
const maxHeld = 1_000_000

// Grouper decides which articles tell the same story. It is not safe for concurrent use: one
// matcher owns it.
type Grouper struct {
	background *background
	model      *model
	retained   int // Retained, smaller in tests
	most       int // maxHeld, smaller in tests

	terms     dictionary
	postings  postings
	articles  []*entry         // in the order of placing; the first is number placed-len(articles)+1
	tallies   []tally          // of each article
	byID      map[int64]*story // the stories that have articles
	pages     map[uint64]*entry
	stories   int            // of which an article is held
	spoken    map[uint16]int // stories by their language: a word is as common as it is in its own
	placed    uint32         // articles ever placed
	clock     clock
	learned   map[uint16]*learned // by language
	stems     int                 // of all that is learned
	mostStems int                 // mostStems, smaller in tests
	through   int64               // the last article that it was learned from
	rate      rate
	probe     probe
	search    search
	anchors   anchors
	observer  func(Evidence) // see Observe
}

// story is one story and its articles.
type story struct {
	id       int64
	first    int64  // seconds; of the article that opened it
	language uint16 // of its first article
	newest   *entry // of its articles
	held     int    // its articles in the window
	last     uint32 // the placement that brought the newest
	stamp    uint32 // of the search that found it
}

// New returns a Grouper that has seen no article.
func New() *Grouper {
	return &Grouper{
		background: loadBackground(),
		model:      loadModel(),
		retained:   Retained,
		most:       maxHeld,
		terms:      newDictionary(),
		anchors:    newAnchors(),
		byID:       make(map[int64]*story),
		pages:      make(map[uint64]*entry),
		spoken:     make(map[uint16]int),
		learned:    make(map[uint16]*learned),
		mostStems:  mostStems,
		through:    -1,
	}
}

// NewWith is New with a model of its own, as bench/stories/train writes it: for measuring.
func NewWith(model string) (*Grouper, error) {
	m, err := parseModel(model)
	if err != nil {
		return nil, err
	}

	g := New()
	g.model = m

	return g, nil
}

// Assign returns the story that article id tells: an earlier one, or id itself when it opens
// one. At is when it was published, but never later than it was first seen; windows are counted
// from it. Order matters: the same articles in the same order give the same stories. The
// article is not kept.
func (g *Grouper) Assign(id int64, a *news.Article, at time.Time) Decision {
	p := g.begin(a, at)
	d := g.decide(p)

	into := d.into
	if into == nil {
		into = g.open(id, at)
	}

	for _, other := range d.join {
		g.join(into, other)
		d.Joined = append(d.Joined, other.id)
	}

	d.Story = into.id
	g.add(into, p, id)

	return d.Decision
}

// Restore takes in an article with the story it was given before, at the start of a process:
// Restore in the order of placing leaves the state that placing left, but that articles placed
// before two stories were joined are ranked, as candidates, as if they had always been one; so
// an article in doubt may then be decided otherwise. To hand it everything
// that can still matter, go back to the earlier of the last Retained articles and all that were
// first seen within 2×Window.
func (g *Grouper) Restore(id int64, a *news.Article, at time.Time, storyID int64) {
	p := g.begin(a, at)

	if g.observer != nil {
		g.candidates(p)
	}

	into := g.byID[storyID]
	if into == nil {
		into = g.open(storyID, at)
	}

	g.add(into, p, id)
}

// Join makes another story a part of one, as somebody has said that they are one. What is not
// held any more is left alone.
func (g *Grouper) Join(story, other int64) {
	into, from := g.byID[story], g.byID[other]

	switch {
	case from == nil || into == from:
	case into == nil:
		from.id = story
		g.byID[story] = from

		delete(g.byID, other)
	default:
		g.join(into, from)
	}
}

// Held returns how many articles are in the window.
func (g *Grouper) Held() int { return len(g.articles) }

// Density returns how many stories of a full window the latest article could be mistaken for, as the model is told.
func (g *Grouper) Density() int { return g.densityFor(&g.probe) }

// begin makes the probe of an article and forgets what its time has put out of reach.
func (g *Grouper) begin(a *news.Article, at time.Time) *probe {
	g.clock.add(at)

	g.placed++
	g.forget()
	g.rate.add(min(at.Unix(), g.clock.unix()))

	return g.load(a, at)
}

func (g *Grouper) open(id int64, at time.Time) *story {
	opened := &story{id: id, first: at.Unix()}
	g.byID[id] = opened

	return opened
}

// add puts the probe into a story and into the postings of its rarest terms.
func (g *Grouper) add(into *story, p *probe, id int64) {
	markTold(p.features, into.newest)

	oldest := g.oldest()
	e := new(entry)
	*e = p.entry
	e.id, e.story, e.older = id, into, into.newest

	e.features = append(make([]feature, 0, len(p.features)), p.features...)

	if into.held == 0 {
		into.language = p.language
		g.count(into, 1)
	}

	into.newest, into.last = e, g.placed
	into.held++

	for n, i := range p.order {
		f := e.features[i]
		t := &g.terms.terms[f.index()]
		t.held++

		if f&isTold != 0 {
			t.told++
		}

		if n < posted || f&inTitle != 0 {
			t.list = g.postings.add(t.list, g.placed, oldest)
		}
	}

	g.articles = append(g.articles, e)
	g.tallies = append(g.tallies, tally{norm: e.norm, language: e.language})
	g.anchors.add(e, oldest)

	if e.address != 0 {
		if old := g.pages[e.address]; old == nil || !old.story.takes(e.at) {
			g.pages[e.address] = e
		}
	}
}

// count takes a story into the number of those held, or out of it.
func (g *Grouper) count(s *story, n int) {
	g.stories += n
	if g.spoken[s.language] += n; g.spoken[s.language] == 0 {
		delete(g.spoken, s.language)
	}
}

// storiesIn returns how many stories there are in the language of an article.
func (g *Grouper) storiesIn(language uint16) int {
	if language == 0 {
		return g.stories
	}

	return g.spoken[language]
}

// seenMembers is how many articles of a story, at most, are asked whether they have a term
// already.
const seenMembers = 8

// markTold marks the features that neither an article nor the ones before it have.
func markTold(features []feature, e *entry) {
	for i := range features {
		features[i] |= isTold
	}

	for n := 0; e != nil && n < seenMembers; e, n = e.older, n+1 {
		i, j := 0, 0
		for i < len(features) && j < len(e.features) {
			switch x, y := features[i].index(), e.features[j].index(); {
			case x == y:
				features[i] &^= isTold
				i++
				j++
			case x < y:
				i++
			default:
				j++
			}
		}
	}
}

// join makes two stories one: articles of the other belong to into from now on, as if they had
// always done.
func (g *Grouper) join(into, other *story) {
	var (
		newest *entry
		tail   = &newest
	)

	for a, b := into.newest, other.newest; a != nil || b != nil; {
		next := &a
		if a == nil || b != nil && b.number > a.number {
			next = &b
		}

		e := *next
		*tail, tail, *next = e, &e.older, e.older
	}

	into.newest, into.held, into.last = newest, into.held+other.held, max(into.last, other.last)
	for e := newest; e != nil; e = e.older {
		e.story = into
		g.retell(e)
	}

	g.count(other, -1)
	delete(g.byID, other.id)
}

// retell counts the terms of an article whose story has become another.
func (g *Grouper) retell(e *entry) {
	for _, f := range e.features {
		if f&isTold != 0 {
			g.terms.terms[f.index()].told--
		}
	}

	markTold(e.features, e.older)

	for _, f := range e.features {
		if f&isTold != 0 {
			g.terms.terms[f.index()].told++
		}
	}
}

// takes reports whether a story is open to an article of that time.
func (s *story) takes(at int64) bool {
	apart := at - s.first
	if apart < 0 {
		apart = -apart
	}

	return apart <= int64(Window/time.Second)
}

// forget drops the oldest articles that no article can join any more.
func (g *Grouper) forget() {
	for len(g.articles) > 0 {
		e := g.articles[0]

		over := !e.story.takes(g.clock.unix()) && g.placed-e.story.last > uint32(min(g.retained, math.MaxInt32))
		if !over && len(g.articles) < g.most {
			break
		}

		g.drop(e)

		g.articles[0] = nil
		g.articles, g.tallies = g.articles[1:], g.tallies[1:]
	}
}

func (g *Grouper) drop(e *entry) {
	g.learn(e)
	g.anchors.drop(e)

	for _, f := range e.features {
		if i := f.index(); g.terms.drop(i, f&isTold != 0) {
			g.postings.free(g.terms.terms[i].list)
		}
	}

	if g.pages[e.address] == e {
		delete(g.pages, e.address)
	}

	s := e.story
	if s.held--; s.held == 0 {
		g.count(s, -1)
		delete(g.byID, s.id)
	}

	// What is dropped is the oldest of its story, unless stories were joined.
	for m := s.newest; m != nil; m = m.older {
		if m.older == e {
			m.older = e.older
			break
		}
	}

	if s.newest == e {
		s.newest = e.older
	}

	e.story = nil
}

// oldest returns the number of the oldest article that is held, while another one is placed.
func (g *Grouper) oldest() uint32 { return g.placed - uint32(len(g.articles)) }

// newest returns the numbers of the newest articles of a list that are held, at most so many, the oldest first.
func (g *Grouper) newest(p *postings, list uint32, most int) []uint32 {
	numbers := p.of(list)
	numbers = numbers[max(len(numbers)-most, 0):]
	gone, _ := slices.BinarySearch(numbers, g.oldest())

	return numbers[gone:]
}

// byNumber returns the article of a placement.
func (g *Grouper) byNumber(n uint32) *entry {
	return g.articles[len(g.articles)-1-int(g.placed-1-n)]
}
