// Package story decides which articles tell the same story.
//
// It is pure: no network, no database, no clock; the same articles in the same order make
// the same stories, after a restart too.
package story

import (
	"math"
	"time"

	"newsbell/news"
)

// Window is how long after its first article a story takes in others.
const Window = 72 * time.Hour

// MaxArticles is how many articles a story takes in: a story that grows for
// ever is a topic.
const MaxArticles = 50

// Retained is how many placements a story is kept for at least, also when its
// window is long over: a first poll brings a week of articles, source by source,
// and their order is not that of time.
const Retained = 5000

// maxHeld bounds the memory when time does not pass at all: articles
// without a date, a file of any length. It is a week of 10,000 articles a day.
const maxHeld = 70000

// Grouper decides which articles tell the same story. It holds the articles of
// the last days as bags of weighted terms (see terms) and an inverted index over
// them, some 2.8 KB an article, and forgets what no new article can join.
//
// An article joins the story that it resembles most, when it resembles it enough
// (see rules): a wrong merge hides news, a missed one only repeats it. Not safe
// for concurrent use: one matcher owns it.
type Grouper struct {
	rules   rules
	memory  int // Retained, smaller in tests
	most    int // maxHeld, smaller in tests
	words   *commonWords
	terms   map[string]*term
	open    []*story          // in the order in which they were opened
	byID    map[int64]*story  //
	address map[string]*story // canonical address: the story that has it
	count   int               // articles held
	placed  int               // articles ever placed
	made    int               // terms ever made
	clock   time.Time         // the latest time of an article
	stamp   int               // numbers the searches, so that marks need no clearing
}

// story is one story and its articles.
type story struct {
	id       int64
	first    time.Time // of the article that opened it
	lastSeen int       // the placement that brought its newest article
	articles []*entry
	stamp    int     // of the search in which it was found
	open     bool    // to the article of that search
	best     float64 // cosine of its article most alike, about
}

// entry is one article, as far as it matters for comparing.
type entry struct {
	story     *story
	bag       bag
	title     string // see titleWords
	bare      bool   // there is no more than the title
	language  string
	publisher string
	address   string
	at        time.Time
	norm      float64 // of the bag when it was placed; good enough to rank candidates
	stamp     int
	dot       float64
}

// New returns a Grouper that has seen no article.
func New() *Grouper {
	return &Grouper{
		rules:   shippedRules(),
		memory:  Retained,
		most:    maxHeld,
		words:   loadCommonWords(),
		terms:   make(map[string]*term),
		byID:    make(map[int64]*story),
		address: make(map[string]*story),
	}
}

// Assign returns the story that article id tells: an earlier one, or id itself
// when it opens one. At is when it was published, but never later than it was
// first seen; windows are counted from it. Order matters: the same articles in
// the same order give the same stories. The article is not kept.
func (s *Grouper) Assign(id int64, a *news.Article, at time.Time) int64 {
	e := s.entry(a, at)

	into := s.find(e)
	if into == nil {
		into = s.openStory(id, at)
	}

	s.add(into, e)

	return into.id
}

// Restore takes in an article with the story it was given before, at the start
// of a process: Restore in the order of placing leaves the state that placing
// left. To hand it everything that can still matter, go back to the earliest of:
// the last Retained articles, and all that were first seen within
// 2×Window.
func (s *Grouper) Restore(id int64, a *news.Article, at time.Time, storyID int64) {
	e := s.entry(a, at)

	into := s.byID[storyID]
	if into == nil {
		into = s.openStory(storyID, at)
	}

	s.add(into, e)
}

func (s *Grouper) entry(a *news.Article, at time.Time) *entry {
	if at.After(s.clock) {
		s.clock = at
	}

	s.placed++
	s.forget()
	e := &entry{
		bag:       s.bagOf(a),
		title:     titleWords(a.Title),
		bare:      bare(a),
		language:  a.Language,
		publisher: publisher(a),
		address:   pageAddress(a.URL),
		at:        at,
	}
	e.norm = s.norm(e.bag)

	return e
}

// find is the story that an article belongs to, nil when it is a new one.
func (s *Grouper) find(e *entry) *story {
	if e.address != "" {
		if same := s.address[e.address]; same != nil && same.takes(e.at) {
			return same
		}
	}

	var best *story

	bestScore := 0.0
	for _, candidate := range s.candidates(e) {
		if score := s.score(e, candidate); score > bestScore {
			best, bestScore = candidate, score
		}
	}

	return best
}

func (s *Grouper) openStory(id int64, at time.Time) *story {
	opened := &story{id: id, first: at}
	s.open = append(s.open, opened)
	s.byID[id] = opened

	return opened
}

func (s *Grouper) add(into *story, e *entry) {
	e.story = into
	into.articles = append(into.articles, e)
	into.lastSeen = s.placed
	s.count++

	for _, f := range e.bag {
		f.term.entries = append(f.term.entries, posting{e, f.weight})
		f.term.df++
	}

	if e.address != "" && s.address[e.address] == nil {
		s.address[e.address] = into
	}
}

// takes reports whether a story is open to an article of that time.
func (st *story) takes(at time.Time) bool {
	apart := at.Sub(st.first)
	return apart <= Window && apart >= -Window && len(st.articles) < MaxArticles
}

// forget drops the stories that no article can join any more.
func (s *Grouper) forget() {
	n := 0

	for _, st := range s.open {
		closed := s.clock.Sub(st.first) > Window && s.placed-st.lastSeen > s.memory
		if !closed && s.count <= s.most {
			break
		}

		s.drop(st)

		n++
	}

	if n > 0 {
		clear(s.open[:n])
		s.open = s.open[n:]
	}
}

func (s *Grouper) drop(st *story) {
	delete(s.byID, st.id)

	for _, e := range st.articles {
		s.count--

		e.story = nil
		if s.address[e.address] == st {
			delete(s.address, e.address)
		}

		for _, f := range e.bag {
			s.release(f.term)
		}
	}
}

// release takes one article off a term. The list of its articles is swept when
// half of it is gone, so that dropping stays cheap.
func (s *Grouper) release(t *term) {
	t.df--
	if t.df == 0 {
		delete(s.terms, t.text)
		t.entries = nil

		return
	}

	if len(t.entries) < 2*t.df+8 {
		return
	}

	kept := t.entries[:0]
	for _, p := range t.entries {
		if p.entry.story != nil {
			kept = append(kept, p)
		}
	}

	clear(t.entries[len(kept):])
	t.entries = kept
}

// inverse is how much a term says: the logarithm of how rare it is among the
// articles held, smoothed by how common it is in news at large. It is taken once
// for each article placed, before that article counts.
func (s *Grouper) inverse(t *term) float64 {
	if t.said != s.placed {
		k := s.rules.priorArticles
		v := math.Log((float64(s.count) + k) / (float64(t.df) + k*t.prior))
		t.inverse, t.said = max(v, 0), s.placed
	}

	return t.inverse
}
