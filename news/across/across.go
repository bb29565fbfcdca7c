// Package across finds out which stories of two languages are one, from where their articles stand
// for a model that knows several languages (Vector).
//
// How near two articles of one story are differs from model to model and from language to
// language, so no cosine means anything by itself. What counts is how an article stands out of the
// other stories of the window in that language: it must lie far above them all, as chance has them
// (standsOut), above the four that come next, and each of the two must be the other's best. Then
// what can be read is asked: numbers, countries and names that disagree keep two stories apart
// (veto), as does one outlet that tells both in one language. A wrong join hides news and a missed
// one only repeats it, so what is in doubt stays apart; and where a language has a few stories
// only, nothing is known of chance and nothing is joined.
//
// The package is pure: no network, no database, no clock.
package across

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Article is an article with its place.
type Article struct {
	ID, Story int64
	Language  string // ISO 639-1, without a country
	Outlet    string
	Title     string
	Lead      string // the first words of its text
	At        time.Time
	Vector    Vector
}

// Pair is two articles of two languages that tell one story.
type Pair struct{ Article, Other int64 }

const (
	// MostHeld is how many articles a Window holds: three days of 10,000; at a thousand numbers
	// each they take 30 MB.
	MostHeld = 30_000
	// Within is how far apart two articles of one story are at most.
	Within = 72 * time.Hour
)

// Window holds the articles of the last days. It is not safe for concurrent use.
type Window struct {
	spoken map[string][]*held // by language, in the order of adding
	byID   map[int64]*held
	places places
	count  int
}

// held is an article of the window with what is asked of it again and again.
type held struct {
	Article

	norm float64
	said *said // read when it is first needed
}

// NewWindow returns a Window without articles.
func NewWindow() *Window {
	return &Window{spoken: map[string][]*held{}, byID: map[int64]*held{}, places: places{}}
}

// Add takes an article in; one without a language or a vector is passed over. Of too many the
// first ones leave.
func (w *Window) Add(a *Article) {
	if a.Language == "" || len(a.Vector) == 0 || w.byID[a.ID] != nil {
		return
	}

	h := &held{Article: *a, norm: a.Vector.norm()}
	w.spoken[a.Language] = append(w.spoken[a.Language], h)
	w.byID[a.ID] = h

	if w.count++; w.count > MostHeld {
		w.dropOldest()
	}
}

// Forget drops the articles from before a time.
func (w *Window) Forget(before time.Time) {
	for language, list := range w.spoken {
		w.spoken[language] = slices.DeleteFunc(list, func(h *held) bool {
			gone := h.At.Before(before)
			if gone {
				w.count--
				delete(w.byID, h.ID)
			}

			return gone
		})
	}
}

func (w *Window) dropOldest() {
	oldest := w.oldestLanguage()
	list := w.spoken[oldest]
	delete(w.byID, list[0].ID)
	w.spoken[oldest] = list[1:]
	w.count--
}

// oldestLanguage is the language of the first article, "" if none is held.
func (w *Window) oldestLanguage() string {
	oldest := ""

	for language, list := range w.spoken {
		if len(list) > 0 && (oldest == "" || list[0].ID < w.spoken[oldest][0].ID) {
			oldest = language
		}
	}

	return oldest
}

// Oldest is the first article of the window, 0 if none is held.
func (w *Window) Oldest() int64 {
	if oldest := w.oldestLanguage(); oldest != "" {
		return w.spoken[oldest][0].ID
	}

	return 0
}

// Held returns how many articles are in the window.
func (w *Window) Held() int { return w.count }

// Place notes which story an article tells now: stories are joined meanwhile.
func (w *Window) Place(article, story int64) {
	if h := w.byID[article]; h != nil {
		h.Story = story
	}
}

// Find returns the articles of other languages that tell the story of one, at most one of each
// language. The stories are taken for one from then on.
func (w *Window) Find(article int64) []Pair {
	a := w.byID[article]
	if a == nil {
		return nil
	}

	var pairs []Pair

	for _, language := range w.languages() {
		if language == a.Language {
			continue
		}

		b := w.match(a, language)
		if b == nil {
			continue
		}

		pairs = append(pairs, Pair{min(a.ID, b.ID), max(a.ID, b.ID)})
		w.unite(min(a.Story, b.Story), max(a.Story, b.Story))
	}

	return pairs
}

func (w *Window) languages() []string {
	all := make([]string, 0, len(w.spoken))
	for language := range w.spoken {
		all = append(all, language)
	}

	slices.Sort(all)

	return all
}

// match returns the article of a language that tells the story of another article; nil for none.
func (w *Window) match(a *held, language string) *held {
	there := w.look(a, language)
	if !there.standsOut() || there.best.Story == a.Story {
		return nil
	}

	b := there.best

	back := w.look(b, a.Language)
	if !back.standsOut() || back.best.Story != a.Story {
		return nil
	}

	if w.share(a.Story, b.Story) || w.veto(a, b) != "" {
		return nil
	}

	return b
}

// unite takes two stories for one.
func (w *Window) unite(into, other int64) {
	for _, list := range w.spoken {
		for _, h := range list {
			if h.Story == other {
				h.Story = into
			}
		}
	}
}

// share reports whether an outlet tells both stories in one language: then they are two.
func (w *Window) share(one, other int64) bool {
	for _, list := range w.spoken {
		tells := map[string]bool{}

		for _, h := range list {
			if h.Story == one && h.Outlet != "" {
				tells[h.Outlet] = true
			}
		}

		if slices.ContainsFunc(list, func(h *held) bool { return h.Story == other && tells[h.Outlet] }) {
			return true
		}
	}

	return false
}

// view is how the stories of a language stand around an article.
type view struct {
	best    *held   // the nearest article
	nearest float64 // its cosine
	next    float64 // the mean of the stories that come after its own
	mean    float64 // of all other stories
	spread  float64 // their standard deviation
	others  int     // how many there are
}

const (
	nextStories = 4 // stories whose mean the best one must exceed
	leastOthers = 8 // stories in a language without which nothing is known of chance
)

// look finds the stories of a language around an article, each by its nearest article.
func (w *Window) look(a *held, language string) view {
	type found struct {
		best *held
		cos  float64
	}

	stories := map[int64]found{}

	for _, h := range w.spoken[language] {
		if h == a || h.At.Sub(a.At).Abs() > Within {
			continue
		}

		cos := cosine(a.Vector, h.Vector, a.norm, h.norm)
		if had, ok := stories[h.Story]; !ok || cos > had.cos {
			stories[h.Story] = found{h, cos}
		}
	}

	all := make([]found, 0, len(stories))
	for _, f := range stories {
		all = append(all, f)
	}

	slices.SortFunc(all, func(x, y found) int { return cmp.Or(cmp.Compare(y.cos, x.cos), cmp.Compare(x.best.ID, y.best.ID)) })

	if len(all) <= leastOthers {
		return view{}
	}

	v := view{best: all[0].best, nearest: all[0].cos, others: len(all) - 1}

	sum, squares := 0.0, 0.0
	for i, f := range all[1:] {
		sum += f.cos
		squares += f.cos * f.cos

		if i+1 == nextStories {
			v.next = sum / nextStories
		}
	}

	n := float64(v.others)
	v.mean = sum / n
	v.spread = math.Sqrt(max(squares/n-v.mean*v.mean, 0))

	return v
}

// How far the best story must stand out, in standard deviations of the others: above their mean by
// what the largest of so many would by chance and so much more, and above the next ones. Chosen so
// that of the joins of half of a set at least .985 are right, with two ways of placing headlines that
// are far worse than a model (bench/across): what is better stands out more.
const (
	aboveChance = 0.75
	aboveNext   = 2.0
)

// standsOut reports whether the best story lies where chance puts none.
func (v *view) standsOut() bool {
	if v.best == nil || v.spread == 0 {
		return false
	}

	few := 1 + 1/math.Sqrt(float64(v.others))            // the spread of a few is uncertain itself
	chance := 2 * math.Sqrt(math.Log(float64(v.others))) // of that many articles with as many others

	return v.nearest-v.mean >= (chance+aboveChance)*few*v.spread && v.nearest-v.next >= aboveNext*few*v.spread
}
