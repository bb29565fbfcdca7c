package story

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// plainCompare is compare written as its definition reads, over sets and without sums kept.
func plainCompare(p *probe, e *entry, stories int) likeness {
	var l likeness

	weights, mine, theirs := map[uint32]float32{}, map[uint32]feature{}, map[uint32]feature{}
	for i, f := range p.features {
		mine[f.index()], weights[f.index()] = f, p.weights[i]
	}

	for _, f := range e.features {
		theirs[f.index()] = f
	}

	lone := func(features []feature, other map[uint32]feature, weight func(feature) float32, flags feature) (most float32, n int) {
		for _, f := range features {
			if _, shared := other[f.index()]; !shared && f&flags == flags {
				most = max(most, weight(f))
				n++
			}
		}

		return most, n
	}
	own := func(f feature) float32 { return weights[f.index()] }
	kept := feature.weight

	var (
		shared                                       []float32
		dot, squares, title, titleE, both, lead, nam float32
		numbers                                      float32
		bothNumbers                                  int
	)

	for _, f := range p.features { // by index, as the sums are of floating point
		h, ok := theirs[f.index()]
		if !ok {
			continue
		}

		w := own(f)
		shared = append(shared, w)
		dot += w * w * emphasisOf(f) * emphasisOf(h)
		squares += w * w

		if f&inTitle != 0 {
			title += w
		}

		if h&inTitle != 0 {
			titleE += h.weight()
		}

		if f&inTitle != 0 && h&inTitle != 0 {
			both += w

			if f&isNumber != 0 {
				bothNumbers++
			}
		}

		if f&inLead != 0 && h&inLead != 0 {
			lead += w
		}

		if f&isName != 0 || h&isName != 0 {
			nam += w
		}

		if f&isNumber != 0 {
			numbers += w
		}
	}

	sum := float32(0)
	for _, w := range shared {
		sum += w
	}

	if sum == 0 {
		return l
	}

	x, y := shareOf(title, p.sums.title), shareOf(titleE, e.sums.title)
	l[fCosine], l[fTitleLess], l[fTitleMore] = dot/(p.norm*e.norm+1e-6), min(x, y), max(x, y)
	l[fTitles], l[fLeads] = shareOf(both, min(p.sums.title, e.sums.title)), shareOf(lead, min(p.lead, e.lead))
	l[fBreadth], l[fEvidence], l[fTitleEvidence] = sum*sum/squares, sum, both
	l[fNameShare] = -1

	if fewer := min(p.names, e.names); fewer > 0 {
		l[fNameShare] = min(nam/fewer, 1)
	}

	l[fNames], l[fOthers], l[fNumbers] = nam, sum-nam, numbers

	slices.Sort(shared)
	slices.Reverse(shared)

	rarest := append(shared, 0, 0, 0)
	l[fRarest], l[fSecond], l[fThird] = rarest[0], rarest[1], rarest[2]

	if p.days != 0 && e.days != 0 && stories >= many {
		l[fWeekday] = -1
	}

	for day := range 7 {
		if p.days>>day&1 == 1 && e.days>>day&1 == 1 && stories >= many {
			l[fWeekday] = 1
		}
	}

	if l[fWeekday] == 1 && (p.isForeign() || e.isForeign()) {
		l[fWeekday] = 0
	}

	_, numbersP := lone(p.features, theirs, own, inTitle|isNumber)
	_, numbersE := lone(e.features, mine, kept, inTitle|isNumber)

	if bothNumbers == 0 && numbersP > 0 && numbersE > 0 {
		l[fNumberClash] = 1
	}

	loneP, _ := lone(p.features, theirs, own, inTitle)
	loneE, _ := lone(e.features, mine, kept, inTitle)
	nameP, _ := lone(p.features, theirs, own, inTitle|isName)
	nameE, _ := lone(e.features, mine, kept, inTitle|isName)
	l[fLoneLess], l[fLoneMore], l[fLoneNames] = min(loneP, loneE), max(loneP, loneE), min(nameP, nameE)
	l[fHours] = float32(math.Log1p(max(0, math.Abs(float64(p.at-e.at))/3600-graceHours)))
	l[fLength] = float32(math.Log(float64(max(min(plainTerms(&p.entry), plainTerms(e)), 1))))
	l[fStories] = float32(math.Log(float64(stories) + priorWindow))

	plainTitles(&l, p, e, mine, theirs, weights)
	plainPlaces(&l, p, theirs)

	for _, bare := range []bool{p.bare, e.bare} {
		if bare {
			l[fBare]++
		}
	}

	if p.isDense() && e.isDense() {
		for _, f := range []int{fBreadth, fEvidence, fTitleEvidence, fNames, fOthers} {
			l[f] *= pairShare
		}
	}

	return l
}

// plainTerms counts the terms of an article but those of its address alone.
func plainTerms(e *entry) (n int) {
	for _, f := range e.features {
		if !e.bare || f&inTitle != 0 {
			n++
		}
	}

	return n
}

// plainTitles is the likenesses that ask what of a title, and of a whole article, the other has.
func plainTitles(l *likeness, p *probe, e *entry, mine, theirs map[uint32]feature, weights map[uint32]float32) {
	sides := []struct {
		features []feature
		other    map[uint32]feature
		weight   func(feature) float32
	}{
		{p.features, theirs, func(f feature) float32 { return weights[f.index()] }},
		{e.features, mine, feature.weight},
	}

	var (
		subject, names, numbers []float32
		evidence                float32
	)

	for _, side := range sides {
		var rarest, rarestShared, named, namedShared, lone, shared float32

		for _, f := range side.features {
			_, both := side.other[f.index()]
			w := side.weight(f)

			if both {
				shared += weights[f.index()]
			} else if f&isNumber != 0 {
				lone += w
			}

			if f&inTitle == 0 {
				continue
			}

			rarest = max(rarest, w)

			if both {
				rarestShared = max(rarestShared, w)
			}

			if f&isName != 0 && both {
				namedShared += w
			} else if f&isName != 0 {
				named += w
			}
		}

		subject = append(subject, shareOf(rarestShared, rarest))
		numbers = append(numbers, lone)

		if named+namedShared > 0 {
			names = append(names, namedShared/(named+namedShared))
		}

		evidence = shared // the same of both
	}

	l[fSubjectLess], l[fSubjectMore] = slices.Min(subject), slices.Max(subject)
	l[fLoneNumbers] = slices.Min(numbers)
	l[fAllLess], l[fAllMore] = evidence/max(p.all, e.all), evidence/min(p.all, e.all)
	l[fTitleNames] = -1

	if len(names) == 2 {
		l[fTitleNames] = slices.Min(names)
	}
}

// plainPlaces is the likenesses that ask where a shared term stands: in both titles, in one title and
// the other beginning, in both beginnings, or elsewhere.
func plainPlaces(l *likeness, p *probe, theirs map[uint32]feature) {
	for i, f := range p.features {
		h, ok := theirs[f.index()]
		if !ok {
			continue
		}

		titles, leads, name := 0, 0, f&isName != 0 || h&isName != 0

		for _, at := range []feature{f, h} {
			if at&inTitle != 0 {
				titles++
			}

			if at&inLead != 0 {
				leads++
			}
		}

		of := [...][2]int{{fLeadOthers, fLeadNames}, {fCrossOthers, fCrossNames}, {fBothOthers, fBothNames}}[titles]
		if leads < 2 {
			of = [2]int{fRest, fRest}
		}

		if name {
			l[of[1]] += p.weights[i]
		} else {
			l[of[0]] += p.weights[i]
		}
	}
}

// plainOdds is model.logOdds by walking down each tree.
func plainOdds(m *model, l likeness, stories int) float32 {
	sum := m.prior(stories)

	for _, t := range m.trees {
		var walk func(n int) float32

		walk = func(n int) float32 {
			switch {
			case n >= len(t.feature):
				return t.leaf[n-len(t.feature)]
			case l[t.feature[n]] < t.split[n]:
				return walk(2*n + 1)
			}

			return walk(2*n + 2)
		}

		sum += walk(0)
	}

	return sum
}

// TestScoringIsItsDefinition compares every article with all those before it, in both ways.
func TestScoringIsItsDefinition(t *testing.T) {
	g := New()
	pairs, stopped := 0, 0

	articles := madeNews(250, 2000, 5)

	for i := range 12 {
		a := readTemplates()["zh"].fill(rand.New(rand.NewPCG(uint64(i), 1)), "zh")
		articles = append(articles, labelled{Article: *a, at: noon.Add(time.Duration(i) * time.Minute)})
	}

	for i, a := range articles {
		p := g.begin(&a.Article, a.at)

		for _, e := range g.articles {
			want := plainCompare(p, e, g.densityFor(p))

			got, _ := compareArticles(p, e, g.densityFor(p))
			if got != want {
				t.Fatalf("likeness of %q and %q:\n got %v\nwant %v", p.title, e.title, got, want)
			}

			full := g.model.logOdds(&got, g.densityFor(p), float32(math.Inf(-1)))
			if want := plainOdds(g.model, want, g.densityFor(p)); full != want {
				t.Fatalf("log odds of %q and %q: %v, want %v", p.title, e.title, full, want)
			}

			some := g.model.logOdds(&got, g.densityFor(p), worst)
			if full >= worst && some != full || full < worst && some >= worst {
				t.Fatalf("log odds of %q and %q from %d on: %v, want %v", p.title, e.title, worst, some, full)
			}

			if some != full {
				stopped++
			}

			pairs++
		}

		g.add(g.open(int64(i), a.at), p, int64(i))
	}

	if pairs < 30_000 || stopped < 1000 {
		t.Errorf("%d pairs, %d of them without all trees", pairs, stopped)
	}
}

// plainWeight is dictionary.weigh by its definition: how many stories of the window have a term is
// counted article by article.
func plainWeight(g *Grouper, index uint32, language uint16) float32 {
	tellers, all := map[*story]bool{}, map[*story]bool{}

	for _, e := range g.articles {
		if language == 0 || e.story.language == language {
			all[e.story] = true
		}

		for _, f := range e.features {
			if f.index() == index {
				tellers[e.story] = true
			}
		}
	}

	n := float64(len(all))
	general := float64(g.terms.terms[index].share)
	others := max(float64(len(tellers))-1, 0)

	return float32(max(-math.Log(general*tableStories/(n+tableStories)+(others+0.5)/(n+newStories)), 0))
}

// TestWeightsAreTheirDefinition: stories of two languages are opened, told further and joined.
func TestWeightsAreTheirDefinition(t *testing.T) {
	g := New()
	joined, weights := 0, 0

	for i, a := range madeNews(160, 60, 8) {
		a.Language = []string{"en", "de"}[i/4%2]
		p := g.begin(&a.Article, a.at)

		for k, f := range p.features {
			if want := plainWeight(g, f.index(), p.language); p.weights[k] != want {
				t.Fatalf("article %d: term %d weighs %v, want %v", i, f.index(), p.weights[k], want)
			}

			weights++
		}

		d := g.decide(p)

		into := d.into
		if into == nil {
			into = g.open(int64(i), a.at)
		}

		for _, other := range d.join {
			g.join(into, other)

			joined++
		}

		g.add(into, p, int64(i))

		// What came some time ago is one story with what came now, now and then.
		if i%25 == 24 {
			if other := g.articles[i-20].story; other != into && other.held+into.held < seenMembers {
				g.join(into, other)

				joined++
			}
		}
	}

	if joined < 4 || weights < 5_000 {
		t.Errorf("%d joins, %d weights", joined, weights)
	}
}

// TestLearnedSharesAreTheirDefinition: how common a word is in what has left the window is the part
// of the stories that have it, each counting half as much as one that came a half-life later.
func TestLearnedSharesAreTheirDefinition(t *testing.T) {
	g := New()
	first := map[string]int64{}

	for i, a := range madeNews(400, 8, 6) {
		if _, known := first[a.gold]; !known {
			first[a.gold] = int64(i)
		}

		a.Language = []string{"en", "de"}[first[a.gold]%2]
		g.Restore(int64(i), &a.Article, a.at, first[a.gold])
	}

	stories, told := map[uint16]float64{}, map[uint16]map[uint64]float64{}

	for _, e := range g.articles {
		if told[e.language] == nil {
			told[e.language] = map[uint64]float64{}
		}

		weight := math.Exp2(float64(e.at-noon.Unix()) / halfLife.Seconds())
		if e == e.story.newest {
			stories[e.language] += weight
		}

		for _, f := range e.features {
			if !toldBefore(e, f.index()) {
				told[e.language][g.terms.terms[f.index()].stem] += weight
			}
		}
	}

	for len(g.articles) > 0 {
		g.drop(g.articles[0])
		g.articles = g.articles[1:]
	}

	for language, stems := range told {
		l := g.learned[language]
		if len(l.told) != len(stems) || len(stems) < 1000 {
			t.Errorf("%s: %d words are known, want %d", languageName(language), len(l.told), len(stems))
		}

		for stem, n := range stems {
			if got, want := l.share(stem, 0, 0), n/stories[language]; math.Abs(got-want) > 1e-5*want {
				t.Fatalf("%s: a word is in %v of the stories, want %v", languageName(language), got, want)
			}
		}
	}
}

// toldBefore reports whether an earlier article of its story has a term.
func toldBefore(e *entry, index uint32) bool {
	for e = e.older; e != nil; e = e.older {
		if e.find(index) != 0 {
			return true
		}
	}

	return false
}

// TestStoryLikenessesAreTheirDefinition compares what is asked of the stories that articles are compared with.
func TestStoryLikenessesAreTheirDefinition(t *testing.T) {
	g := New()
	asked, large, gone := 0, 0, 0
	found := map[*entry]map[uint32]bool{} // the terms under which an article is found

	for i, a := range madeNews(120, 2000, 5) {
		p := g.begin(&a.Article, a.at)

		for n, e := range g.articles {
			if (n+i)%3 > 0 { // some will do
				continue
			}

			var got likeness

			_, o := compareArticles(p, e, g.densityFor(p))
			g.compareStory(&got, &o, &candidate{story: e.story})

			together := plainTogether(g, p, e, found)
			held := float32(math.Log(float64(max(e.story.held, 4)) / 4))

			if got[fTogether] != float32(math.Log1p(float64(together))) || got[fHeld] != held {
				t.Fatalf("%q and %q: %v, want %d together and held %v", p.title, e.title, got[fTogether:], together, held)
			}

			asked++

			if held > 0 {
				large++
			}

			if together > 0 {
				gone++
			}
		}

		into := g.open(int64(i), a.at)
		if i%6 > 0 { // stories of six, whatever they tell
			delete(g.byID, int64(i))
			into = g.articles[len(g.articles)-1].story
		}

		under := plainPosted(p)
		g.add(into, p, int64(i))
		found[into.newest] = under
	}

	if asked < 1000 || large < 500 || gone < 100 {
		t.Errorf("%d comparisons, %d with large stories, %d of terms that go together", asked, large, gone)
	}
}

// TestDensityIsWhatTheModelIsTold: whoever trains one takes it from there, whatever language an article is in.
func TestDensityIsWhatTheModelIsTold(t *testing.T) {
	g, asked := New(), map[string]int{}
	language := ""

	g.Observe(func(e Evidence) {
		i := slices.IndexFunc(e.Likeness, func(l Likeness) bool { return l.Name == featureNames()[fStories] })
		if want := float32(math.Log(float64(g.Density()) + priorWindow)); float32(e.Likeness[i].Value) != want {
			t.Fatalf("an article in %q: the model is told %v, Density says %v", language, e.Likeness[i].Value, want)
		}

		asked[language]++
	})

	for i, a := range madeNews(300, 150, 7) {
		language = []string{"en", "en", "en", "en", "de", ""}[i%6]
		a.Language = language
		g.Assign(int64(i), &a.Article, a.at)
	}

	if min(asked["en"], asked["de"], asked[""]) == 0 {
		t.Errorf("asked %v times", asked)
	}
}

// plainPosted returns the terms under which an article is found from now on.
func plainPosted(p *probe) map[uint32]bool {
	under := map[uint32]bool{}

	for n, k := range p.order {
		if n < posted || p.features[k]&inTitle != 0 {
			under[p.features[k].index()] = true
		}
	}

	return under
}

// plainTogether counts the runs of other stories' articles that have the two rarest terms that two articles share.
func plainTogether(g *Grouper, p *probe, e *entry, found map[*entry]map[uint32]bool) (together int) {
	has := func(e *entry, index uint32) bool {
		return slices.ContainsFunc(e.features, func(f feature) bool { return f.index() == index })
	}

	var shared []int

	for i, f := range p.features {
		if has(e, f.index()) {
			shared = append(shared, i)
		}
	}

	slices.SortStableFunc(shared, func(x, y int) int { return cmp.Compare(p.weights[y], p.weights[x]) })

	if len(shared) < 2 {
		return 0
	}

	var last *story

	first, second := p.features[shared[0]].index(), p.features[shared[1]].index()

	for _, m := range slices.Backward(g.articles) {
		if m.story != e.story && m.story != last && found[m][first] && has(m, second) {
			together++
			last = m.story
		}
	}

	return together
}

// plainFind is Grouper.find by sorting all that is found: the articles to compare, and the most that each
// story shares.
func plainFind(g *Grouper, p *probe, found map[*entry]map[uint32]bool) (articles []*entry, most []float32) {
	dots := map[*entry]float32{}
	left := searchedNodes

	for n, i := range p.order {
		f, w := p.features[i], p.weights[i]
		if n >= posted && f&inTitle == 0 {
			continue
		}

		of := searchedOf
		for _, e := range slices.Backward(g.articles) {
			if left == 0 || of == 0 || !found[e][f.index()] {
				continue
			}

			left--
			of--

			if mayShareLanguage(p.language, e.language) && e.story.takes(p.at) {
				dots[e] += w * w * emphasisOf(f) / (e.norm + 1)
			}
		}
	}

	all := slices.SortedFunc(maps.Keys(dots), func(x, y *entry) int {
		return cmp.Or(cmp.Compare(dots[y], dots[x]), cmp.Compare(y.number, x.number))
	})
	all = slices.DeleteFunc(all, func(e *entry) bool { return dots[e] < leastOfBest*dots[all[0]] })

	of := map[*story]int{}

	for _, e := range all {
		if of[e.story]++; of[e.story] == 1 && len(most) < mostRivals {
			most = append(most, dots[e])
		}

		if of[e.story] <= comparedOf && len(articles) < comparedMost {
			articles = append(articles, e)
		}
	}

	return articles, most
}

// TestSearchIsItsDefinition: windows go by, and there are articles of two languages and of none.
func TestSearchIsItsDefinition(t *testing.T) {
	g := New()
	asked, closed := 0, 0
	found := map[*entry]map[uint32]bool{} // the terms under which an article is found

	for i, a := range madeNews(900, 150, 7) {
		a.Language = []string{"en", "de", "", "en"}[i/3%4]
		p := g.begin(&a.Article, a.at)
		articles, most := plainFind(g, p, found)

		g.find(p)

		if !slices.Equal(g.search.found, articles) || !slices.Equal(g.search.most, most) {
			t.Fatalf("article %d finds %d articles and %v, want %d and %v", i, len(g.search.found), g.search.most, len(articles), most)
		}

		if len(articles) == comparedMost {
			asked++
		}

		if i > 0 && !g.articles[0].story.takes(p.at) {
			closed++
		}

		into := g.open(int64(i), a.at)
		if i%3 > 0 {
			delete(g.byID, int64(i))
			into = g.articles[len(g.articles)-1].story
		}

		under := plainPosted(p)
		g.add(into, p, int64(i))
		found[into.newest] = under
	}

	if asked < 50 || closed < 200 {
		t.Errorf("%d searches found enough, in %d windows something was closed", asked, closed)
	}
}

// TestWhatIsExplainedIsDecidedAlike: without anybody to explain it to, what can be no evidence has no odds.
func TestWhatIsExplainedIsDecidedAlike(t *testing.T) {
	plain, explained := New(), New()
	empty, joined, related := 0, 0, 0

	explained.Observe(func(e Evidence) {
		if e.LogOdds <= never {
			empty++
		}
	})

	for i, a := range madeNews(900, 1500, 9) {
		got, want := plain.Assign(int64(i), &a.Article, a.at), explained.Assign(int64(i), &a.Article, a.at)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("article %d: %+v, explained %+v", i, got, want)
		}

		if got.Story != int64(i) {
			joined++
		}

		if got.Related != nil {
			related++
		}
	}

	if empty < 1000 || joined < 200 || related < 20 {
		t.Errorf("%d comparisons without evidence, %d articles joined a story, %d look related to one", empty, joined, related)
	}
}
