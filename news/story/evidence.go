package story

import (
	"math"
	"slices"
)

// The likenesses of two articles that the classifier judges. Weights are in nats: a word that
// one article in a thousand has weighs 6.9.
const (
	fCosine        = iota // of the two bags of words
	fTitleLess            // share of a title's weight that the other article has: of the title that has less in common
	fTitleMore            // and of the other title
	fTitles               // share of the lighter title's weight that stands in both titles
	fLeads                // share of the lighter beginning's weight that stands in both beginnings
	fBreadth              // on how many terms the likeness rests, as if all weighed alike
	fEvidence             // weight of the shared terms
	fTitleEvidence        // of those that stand in both titles
	fNameShare            // share of the names' weight that is shared, of the article with fewer; -1: one has no names
	fNames                // weight of the shared names
	fOthers               // weight of the shared terms that are no names
	fRarest               // weight of the rarest shared term
	fSecond               // and of the next
	fThird                //
	fNumbers              // weight of the shared numbers
	fNumberClash          // 1: both titles have numbers, and none in common
	fLoneLess             // weight of the rarest term of a title that the other article has not: of the title where it is less rare
	fLoneMore             // and of the other title
	fLoneNames            // weight of the rarest name so, the less rare of the two
	fHours                // hours between them beyond three, as a logarithm
	fLength               // terms of the shorter article, as a logarithm
	fBare                 // how many of the two have no text
	fStories              // stories in the window, as a logarithm
	fRivals               // other stories that share nearly as much, as a logarithm: the fillings of a template are many
	fAllLess              // share of an article's whole weight that the other has: of the article that has less in common
	fAllMore              // and of the other
	fSubjectLess          // weight of the rarest word of a title that the other article has, to that of its rarest word
	fSubjectMore          // and of the other title
	fTitleNames           // share of the weight of a title's names that the other article has, of the title with less; -1: one has no names
	fLoneNumbers          // weight of the numbers that only one has, of the article with fewer
	fBothNames            // weight of the shared names that stand in both titles
	fBothOthers           // of the other terms that do
	fCrossNames           // of the names that stand in one title and in the other beginning
	fCrossOthers          // and of the other terms
	fLeadNames            // of the names that stand in both beginnings, and in no title
	fLeadOthers           // and of the other terms
	fRest                 // of what else is shared
	fTogether             // other stories that have the two rarest shared terms, as a logarithm: they go together anyhow
	fHeld                 // articles of the story beyond a few, as a logarithm: what many tell, more will tell
	fWeekday              // -1: both name days of the week, and none in common; 1: one in common, see compareWeekdays
	features              // how many there are
)

// featureNames names the likenesses, for explanations and for the trainer.
func featureNames() [features]string {
	return [...]string{
		"cosine", "title less", "title more", "titles", "leads", "breadth", "evidence", "title evidence", "name share", "names", "others",
		"rarest", "second", "third", "numbers", "number clash", "lone less", "lone more", "lone names", "hours", "length", "bare", "stories", "rivals",
		"all less", "all more", "subject less", "subject more", "title names", "lone numbers",
		"both names", "both others", "cross names", "cross others", "lead names", "lead others", "rest",
		"together", "held", "weekday",
	}
}

// likeness is the features of a pair.
type likeness [features]float32

// graceHours between two articles cost nothing.
const graceHours = 3

// compareArticles finds how the article being placed and one of the window are alike, and what
// they have in common. What asks for the story is left out: see compareStory.
func compareArticles(p *probe, e *entry, stories int) (likeness, overlap) {
	var l likeness

	o := overlapOf(p, e)
	if o.evidence == 0 {
		return l, o
	}

	coverP, coverE := shareOf(o.titleOfP, p.sums.title), shareOf(o.titleOfE, e.sums.title)
	l[fCosine] = o.dot / (p.norm*e.norm + 1e-6)
	l[fTitleLess], l[fTitleMore] = min(coverP, coverE), max(coverP, coverE)
	l[fTitles] = shareOf(o.title, min(p.sums.title, e.sums.title))
	l[fLeads] = shareOf(o.lead, min(p.lead, e.lead))
	l[fBreadth] = o.evidence * o.evidence / o.squares
	l[fEvidence], l[fTitleEvidence] = o.evidence, o.title
	l[fNameShare] = -1

	if fewer := min(p.names, e.names); fewer > 0 {
		l[fNameShare] = min(o.names/fewer, 1)
	}

	l[fNames], l[fOthers], l[fNumbers] = o.names, o.evidence-o.names, o.numbers
	l[fRarest], l[fSecond], l[fThird] = o.first, o.second, o.third

	if o.titleNumbers == 0 && o.onlyP.numbers > 0 && o.onlyE.numbers > 0 {
		l[fNumberClash] = 1
	}

	l[fLoneLess], l[fLoneMore] = min(o.onlyP.rarest, o.onlyE.rarest), max(o.onlyP.rarest, o.onlyE.rarest)
	l[fLoneNames] = min(o.onlyP.name, o.onlyE.name)
	l[fHours] = float32(math.Log1p(max(0, math.Abs(float64(p.at-e.at))/3600-graceHours)))
	l[fLength] = float32(math.Log(float64(max(min(p.terms, e.terms), 1))))

	l[fStories] = float32(math.Log(float64(stories) + priorWindow))

	l[fAllLess] = o.evidence / max(p.all, e.all)
	l[fAllMore] = o.evidence / min(p.all, e.all)

	subjectP, subjectE := shareOf(o.rarestOfP, max(o.rarestOfP, o.onlyP.rarest)), shareOf(o.rarestOfE, max(o.rarestOfE, o.onlyE.rarest))
	l[fSubjectLess], l[fSubjectMore] = min(subjectP, subjectE), max(subjectP, subjectE)

	l[fTitleNames] = -1
	if namesP, namesE := o.namesOfP+o.onlyP.names, o.namesOfE+o.onlyE.names; namesP > 0 && namesE > 0 {
		l[fTitleNames] = min(o.namesOfP/namesP, o.namesOfE/namesE)
	}

	l[fLoneNumbers] = min(o.onlyP.allNumbers, o.onlyE.allNumbers)

	l[fBare] = countBare(&p.entry, e)
	l[fWeekday] = compareWeekdays(p, e, stories)

	if p.isDense() && e.isDense() {
		l.countPairs()
	}

	copy(l[fBothNames:], o.places[:])

	return l, o
}

// compareWeekdays compares the days of the week that two articles name. Those of one story are less than a week
// apart, so a day that both name is one day. It is evidence in a dense window alone: among few stories those of one day
// are of one affair. And one day is none where it is not known which words are common: two fillings of one template
// name one day, too.
func compareWeekdays(p *probe, e *entry, stories int) float32 {
	switch {
	case p.days == 0 || e.days == 0 || stories < many:
		return 0
	case p.days&e.days == 0:
		return -1
	case p.isForeign() || e.isForeign():
		return 0
	}

	return 1
}

// countBare returns how many of two articles have no text.
func countBare(a, b *entry) (n float32) {
	for _, e := range []*entry{a, b} {
		if e.bare {
			n++
		}
	}

	return n
}

// pairShare is how much of a word a pair of signs is, about: a word of four signs that both articles
// have is three pairs, and mostly two words.
const pairShare = 0.7

// countPairs counts pairs of signs, the terms of a script without spaces, as parts of words.
func (l *likeness) countPairs() {
	for _, f := range [...]int{fBreadth, fEvidence, fTitleEvidence, fNames, fOthers} {
		l[f] *= pairShare
	}
}

const (
	togetherNodes = 48 // postings that are looked at for stories that have two terms
	fewHeld       = 4  // articles up to which a story may be of anything
)

// compareStory adds to the likenesses of two articles those that ask for the story of the one.
func (g *Grouper) compareStory(l *likeness, o *overlap, c *candidate) {
	l[fRivals] = g.rivals(c)
	l[fTogether] = float32(math.Log1p(float64(g.countTogether(o.rarest, o.next, c.story))))
	l[fHeld] = float32(math.Log(float64(max(c.story.held, fewHeld)) / fewHeld))
}

// countTogether counts the articles of other stories, one after another of the same as one, that
// have two terms: a name and its office stand together every day, and are no more than one.
func (g *Grouper) countTogether(first, second uint32, s *story) int {
	if first == 0 || second == 0 {
		return 0
	}

	var last *story

	count := 0

	for _, n := range slices.Backward(g.newest(&g.postings, g.terms.terms[first].list, togetherNodes)) {
		if e := g.byNumber(n); e.story != s && e.story != last && e.find(second) != 0 {
			last = e.story
			count++
		}
	}

	return count
}

// overlap is what two articles have in common, in sums of weights, and what only one of
// their titles has.
type overlap struct {
	dot, evidence, squares      float32
	title, lead, names, numbers float32
	titleOfP, titleOfE          float32    // weight of the titles' terms that the other has
	namesOfP, namesOfE          float32    // and of the names among them
	rarestOfP, rarestOfE        float32    // and of the rarest of them
	first, second, third        float32    // the largest weights
	places                      [7]float32 // weight by where the terms stand: see placeOf
	rarest, next                uint32     // the terms of the two largest weights
	titleNumbers                int        // numbers in both titles
	onlyP, onlyE                lone
}

// overlapOf walks the terms of two articles, which are sorted alike.
func overlapOf(p *probe, e *entry) overlap {
	var o overlap

	x, y := p.features, e.features
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case j == len(y) || i < len(x) && x[i].index() < y[j].index():
			o.onlyP.add(x[i], p.weights[i])

			i++
		case i == len(x) || y[j].index() < x[i].index():
			o.onlyE.add(y[j], y[j].weight())

			j++
		default:
			o.add(x[i], y[j], p.weights[i])

			i++
			j++
		}
	}

	return o
}

// add takes in a term that both have, as f and as h, of a weight.
func (o *overlap) add(f, h feature, w float32) {
	o.dot += w * w * emphasisOf(f) * emphasisOf(h)
	o.evidence += w
	o.squares += w * w
	o.places[placeOf(f, h)] += w

	switch {
	case w > o.first:
		o.first, o.second, o.third = w, o.first, o.second
		o.rarest, o.next = f.index(), o.rarest
	case w > o.second:
		o.second, o.third = w, o.second
		o.next = f.index()
	case w > o.third:
		o.third = w
	}

	if f&inTitle != 0 {
		o.titleOfP += w
		o.rarestOfP = max(o.rarestOfP, w)

		if f&isName != 0 {
			o.namesOfP += w
		}
	}

	if h&inTitle != 0 {
		v := h.weight()
		o.titleOfE += v
		o.rarestOfE = max(o.rarestOfE, v)

		if h&isName != 0 {
			o.namesOfE += v
		}
	}

	if f&h&inTitle != 0 {
		o.title += w

		if f&isNumber != 0 {
			o.titleNumbers++
		}
	}

	if f&h&inLead != 0 {
		o.lead += w
	}

	if (f|h)&isName != 0 {
		o.names += w
	}

	if f&isNumber != 0 {
		o.numbers += w
	}
}

// placeOf says where a term stands that both have, as f and as h: from fBothNames on, to fRest.
func placeOf(f, h feature) int {
	var place int

	switch {
	case f&h&inLead == 0:
		return fRest - fBothNames
	case f&h&inTitle != 0:
		place = fBothNames
	case (f|h)&inTitle != 0:
		place = fCrossNames
	default:
		place = fLeadNames
	}

	if (f|h)&isName == 0 {
		place++
	}

	return place - fBothNames
}

// lone is what only one of two titles has.
type lone struct {
	rarest, name float32 // the largest weight of a term, and of a name
	names        float32 // weight of all names
	numbers      int
	allNumbers   float32 // weight of the numbers, in the text too
}

func (o *lone) add(f feature, w float32) {
	if f&isNumber != 0 {
		o.allNumbers += w
	}

	if f&inTitle == 0 {
		return
	}

	o.rarest = max(o.rarest, w)
	if f&isName != 0 {
		o.name = max(o.name, w)
		o.names += w
	}

	if f&isNumber != 0 {
		o.numbers++
	}
}

func shareOf(part, whole float32) float32 {
	if whole <= 0 {
		return 0
	}

	return min(part/whole, 1)
}
