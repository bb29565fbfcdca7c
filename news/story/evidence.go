package story

import "math"

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
	features              // how many there are
)

// featureNames names the likenesses, for explanations and for the trainer.
func featureNames() [features]string {
	return [...]string{
		"cosine", "title less", "title more", "titles", "leads", "breadth", "evidence", "title evidence", "name share", "names", "others",
		"rarest", "second", "third", "numbers", "number clash", "lone less", "lone more", "lone names", "hours", "length", "bare", "stories", "rivals",
	}
}

// likeness is the features of a pair.
type likeness [features]float32

// graceHours between two articles cost nothing.
const graceHours = 3

// compare finds how the article being placed and one of the window are alike.
func compare(p *probe, e *entry, stories int) likeness {
	var (
		l                              likeness
		dot, evidence, squares         float32
		title, lead, names, numbers    float32
		titleOfP, titleOfE             float32 // weight of the titles' terms that the other has
		loneP, loneE, nameP, nameE     float32
		first, second, third           float32
		numbersP, numbersE, numberBoth int
		i, j                           int
	)

	x, y := p.features, e.features
	for i < len(x) || j < len(y) {
		switch {
		case j == len(y) || i < len(x) && x[i].index() < y[j].index():
			if f := x[i]; f&inTitle != 0 {
				loneP = max(loneP, p.weights[i])
				if f&isName != 0 {
					nameP = max(nameP, p.weights[i])
				}

				if f&isNumber != 0 {
					numbersP++
				}
			}

			i++
		case i == len(x) || y[j].index() < x[i].index():
			if f := y[j]; f&inTitle != 0 {
				loneE = max(loneE, f.weight())
				if f&isName != 0 {
					nameE = max(nameE, f.weight())
				}

				if f&isNumber != 0 {
					numbersE++
				}
			}

			j++
		default:
			f, h, w := x[i], y[j], p.weights[i]
			dot += w * w * emphasis(f) * emphasis(h)
			evidence += w
			squares += w * w

			switch {
			case w > first:
				first, second, third = w, first, second
			case w > second:
				second, third = w, second
			case w > third:
				third = w
			}

			if f&inTitle != 0 {
				titleOfP += w
			}

			if h&inTitle != 0 {
				titleOfE += h.weight()
			}

			if f&h&inTitle != 0 {
				title += w

				if f&isNumber != 0 {
					numberBoth++
				}
			}

			if f&h&inLead != 0 {
				lead += w
			}

			if (f|h)&isName != 0 {
				names += w
			}

			if f&isNumber != 0 {
				numbers += w
			}

			i++
			j++
		}
	}

	if evidence == 0 {
		return l
	}

	coverP, coverE := share(titleOfP, p.sums.title), share(titleOfE, e.sums.title)
	l[fCosine] = dot / (p.norm*e.norm + 1e-6)
	l[fTitleLess], l[fTitleMore] = min(coverP, coverE), max(coverP, coverE)
	l[fTitles] = share(title, min(p.sums.title, e.sums.title))
	l[fLeads] = share(lead, min(p.lead, e.lead))
	l[fBreadth] = evidence * evidence / squares
	l[fEvidence], l[fTitleEvidence] = evidence, title
	l[fNameShare] = -1

	if fewer := min(p.names, e.names); fewer > 0 {
		l[fNameShare] = min(names/fewer, 1)
	}

	l[fNames], l[fOthers], l[fNumbers] = names, evidence-names, numbers
	l[fRarest], l[fSecond], l[fThird] = first, second, third

	if numberBoth == 0 && numbersP > 0 && numbersE > 0 {
		l[fNumberClash] = 1
	}

	l[fLoneLess], l[fLoneMore] = min(loneP, loneE), max(loneP, loneE)
	l[fLoneNames] = min(nameP, nameE)
	l[fHours] = float32(math.Log1p(max(0, math.Abs(float64(p.at-e.at))/3600-graceHours)))
	l[fLength] = float32(math.Log(float64(min(len(x), len(y)))))

	l[fStories] = float32(math.Log(float64(stories) + priorWindow))

	if p.bare {
		l[fBare]++
	}

	if e.bare {
		l[fBare]++
	}

	return l
}

func share(part, whole float32) float32 {
	if whole <= 0 {
		return 0
	}

	return min(part/whole, 1)
}
