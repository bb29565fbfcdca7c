package story

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"newsbell/news"
)

// How much of an article can matter for its story, in code points.
const (
	titleRoom = 500
	textRoom  = 2000
)

// rules is everything that was measured when choosing how alike two articles of
// one story must be.
type rules struct {
	titleWords, leadWords int     // how many words of each count
	titleWeight           float64 // of a word in the title; in the lead it is 1
	earlyWeight           float64 // of one of the first earlyWords in the lead
	nameWeight            float64 // factor for a word with a capital
	backgroundWeight      float64 // factor for a place or a leader with a capital
	nameShare             float64 // how much the words of one name share one weight: 0 not at all, 1 wholly
	priorArticles         float64 // how many articles the table of common words weighs as
	threshold             float64 // least average cosine to the articles of the story
	weakest               float64 // least cosine to any of them, as a part of the threshold
	grace                 float64 // hours between two articles that cost nothing
	perDay                float64 // what a day more between them takes off their cosine
	breadth               float64 // how much a likeness that rests on few terms loses
	least                 float64 // how many terms two articles share at least, as if all weighed alike: more than two
	sameOutlet            float64 // least cosine between two articles of one outlet
}

// shippedRules returns the rules that were chosen on one half of the labelled news so
// that at most one pair in twenty is wrong; TestStoriesHeldOut measures them on the
// other half. What helped most: weighing names, but the words of one name less, so that a
// person is not an event; taking time into account; weighing the first words more.
func shippedRules() rules {
	return rules{
		titleWords: 30, leadWords: 60, titleWeight: 2.5, earlyWeight: 1.75, nameWeight: 1.6, backgroundWeight: 1.3, nameShare: 0.5,
		priorArticles: 2000, threshold: 0.14, weakest: 0.3, grace: 3, perDay: 0.25, breadth: 1, least: 2.01, sameOutlet: 0.75,
	}
}

// How much a search may cost: articles looked at, and stories compared in full.
// Terms are looked up from the rarest on, so what is left out is terms that half
// of the news has, and stories that share only those.
const (
	searchedArticles = 5000
	comparedStories  = 12
)

// candidates is the stories open to e that share its rarest terms, most alike
// first.
func (s *Grouper) candidates(e *entry) []*story {
	s.stamp++

	var found []*story

	rarest := slices.Clone(e.bag)
	slices.SortStableFunc(rarest, func(x, y feature) int { return cmp.Compare(x.term.df, y.term.df) })

	searched := 0
	for _, f := range rarest {
		if searched += f.term.df; searched > searchedArticles {
			break
		}

		inverse := s.inverse(f.term)

		weight := f.weight * inverse * inverse / e.norm
		for _, p := range f.term.entries {
			other, st := p.entry, p.entry.story
			if st == nil {
				continue
			}

			if st.stamp != s.stamp {
				st.stamp, st.best, st.open = s.stamp, 0, st.takes(e.at)
				if st.open {
					found = append(found, st)
				}
			}

			if !st.open {
				continue
			}

			if other.stamp != s.stamp {
				other.stamp, other.dot = s.stamp, 0
			}

			other.dot += weight * p.weight / other.norm
			st.best = max(st.best, other.dot)
		}
	}

	hopeless := s.rules.threshold / 2 // the terms left out add less than that
	found = slices.DeleteFunc(found, func(st *story) bool { return st.best < hopeless })
	slices.SortStableFunc(found, func(x, y *story) int { return cmp.Compare(y.best, x.best) })

	return found[:min(len(found), comparedStories)]
}

// sentence is how many words a title has at least that no other article of the
// outlet has by accident, such as a column's name.
const sentence = 4

// score is how well e fits into a story, 0 when it does not. Articles of another
// language, which came in by their address, have no say.
func (s *Grouper) score(e *entry, st *story) float64 {
	sum, asked := 0.0, 0

	for _, other := range st.articles {
		if e.language != "" && other.language != "" && e.language != other.language {
			continue
		}

		alike, shared := s.cosine(e.bag, other.bag)
		if e.publisher != "" && e.publisher == other.publisher {
			if !s.words.sameTitle(e.title, other.title) {
				return 0
			}

			if e.bare && other.bare || (e.bare || other.bare) && strings.Count(e.title, " ") >= sentence {
				alike = 1 // there is no text to tell them apart
			} else if alike < s.rules.sameOutlet {
				return 0
			}
		}

		near := alike >= s.rules.sameOutlet

		alike -= s.rules.perDay * max(0, math.Abs(e.at.Sub(other.at).Hours())-s.rules.grace) / 24
		if alike < s.rules.threshold*s.rules.weakest || !s.words.sameTitle(e.title, other.title) &&
			(shared < s.rules.least || s.words.contradict(e.title, other.title, e.bare && other.bare, near)) {
			return 0
		}

		sum += alike
		asked++
	}

	if asked == 0 || sum < s.rules.threshold*float64(asked) {
		return 0
	}

	return sum / float64(asked)
}

// cosine is the likeness of two bags, from 0 to 1, with what the terms say now, and
// how many terms they share, as if all weighed alike. Each title has one of them.
func (s *Grouper) cosine(x, y bag) (alike, shared float64) {
	dot, squares := 0.0, 0.0
	xTitle, yTitle := 0, 0 // shared terms that stand in a title

	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch a, b := x[i].term, y[j].term; {
		case a == b:
			inverse := s.inverse(a)
			both := x[i].weight * y[j].weight * inverse * inverse
			dot += both
			squares += both * both

			if x[i].title {
				xTitle++
			}

			if y[j].title {
				yTitle++
			}

			i++
			j++
		case a.id < b.id:
			i++
		default:
			j++
		}
	}

	if min(xTitle, yTitle) == 0 { // texts made by one rule, about different things
		return 0, 0
	}

	shared = dot * dot / squares

	return dot / (s.norm(x) * s.norm(y)) * (1 - s.rules.breadth/(s.rules.breadth+shared)), shared
}

func (s *Grouper) norm(b bag) float64 {
	sum := 0.0

	for _, f := range b {
		v := f.weight * s.inverse(f.term)
		sum += v * v
	}

	return math.Sqrt(sum)
}

// bare reports whether an article is no more than its title.
func bare(a *news.Article) bool {
	text := strings.TrimSpace(lead(a))
	return text == "" || text == strings.TrimSpace(a.Title)
}

// publisher names who published an article, for the rule that one outlet does not
// tell one story twice; "" when it is not known.
func publisher(a *news.Article) string {
	if a.Outlet != "" {
		return strings.Join(news.Words(a.Outlet), " ")
	}

	if host := news.Host(a.URL); host != "" {
		return host
	}

	return a.Source
}

// pageAddress is the identity of the page that an article is read on, "" when the
// address names a whole site.
func pageAddress(address string) string {
	page := news.Canonical(address)

	_, rest, _ := strings.Cut(page, "://")
	if _, path, _ := strings.Cut(rest, "/"); path == "" {
		return ""
	}

	return page
}
