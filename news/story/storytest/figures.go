package storytest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Figures is how well stories agree with what is known.
type Figures struct {
	Right, Told, Gold int     // pairs put into one story rightly, in all, and by the labels
	B3P, B3R          float64 //
	Articles, Events  int
	Alerts            int // stories opened by articles of events of two and more articles
	Many              int // such events
	Silenced          int // events whose first article opened no story
	SmallAlerts       int // stories opened by events of 2 to 15 articles
	Small             int // such events
	Wrong             int // articles that joined a story that is provably another
}

// Precision is the share of pairs in one story that belong together.
func (f Figures) Precision() float64 { return ratio(f.Right, f.Told) }

// Recall is the share of pairs that belong together that are in one story.
func (f Figures) Recall() float64 { return ratio(f.Right, f.Gold) }

// B3 is the harmonic mean of the B³ precision and recall.
func (f Figures) B3() float64 { return harmonicMean(f.B3P, f.B3R) }

// SilencedShare is the share of events that nobody was alerted to.
func (f Figures) SilencedShare() float64 { return ratio(f.Silenced, f.Events) }

// WrongShare is the share of articles that joined a provably different story.
func (f Figures) WrongShare() float64 { return ratio(f.Wrong, f.Articles) }

// AlertsPerEvent is how often a follower of everything hears of an event of several articles.
func (f Figures) AlertsPerEvent() float64 { return ratio(f.Alerts, f.Many) }

// SmallAlertsPerEvent is AlertsPerEvent of events of 2 to 15 articles.
func (f Figures) SmallAlertsPerEvent() float64 { return ratio(f.SmallAlerts, f.Small) }

func (f Figures) String() string {
	return fmt.Sprintf("pairs P %.3f R %.3f · B³ %.3f · alerts an event %.2f (of ≤ 15 articles %.2f) · silenced %.2f %% · provably wrong %.2f %%",
		f.Precision(), f.Recall(), f.B3(), f.AlertsPerEvent(), f.SmallAlertsPerEvent(), 100*f.SilencedShare(), 100*f.WrongShare())
}

func ratio(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}

	return float64(a) / float64(b)
}

func harmonicMean(p, r float64) float64 {
	if p+r == 0 {
		return 0
	}

	return 2 * p * r / (p + r)
}

// Assign gives article number n of a stream to a story: the number of the article that opened
// it.
type Assign func(n int, it *Item) int

// Run sends a stream through assign.
func Run(items []Item, assign Assign) []int {
	told := make([]int, len(items))
	for i := range items {
		told[i] = assign(i, &items[i])
	}

	return told
}

// Compare measures stories: told[i] is the number of the article that opened the story of
// article i.
func Compare(items []Item, told []int) Figures {
	type pair struct {
		told int
		gold string
	}

	byTold, byGold, both, alerts := map[int]int{}, map[string]int{}, map[pair]int{}, map[string]int{}
	f := Figures{Articles: len(items)}

	for i := range items {
		gold := items[i].Event
		if byGold[gold]++; byGold[gold] == 1 && told[i] != i {
			f.Silenced++
		}

		if told[i] == i {
			alerts[gold]++
		} else if items[i].Labels.Disjoint(items[told[i]].Labels) {
			f.Wrong++
		}

		byTold[told[i]]++
		both[pair{told[i], gold}]++
	}

	f.Events = len(byGold)
	// In a fixed order: the sums below are of floating point.
	for _, p := range sortedKeys(both, func(x, y pair) int { return cmp.Or(cmp.Compare(x.told, y.told), cmp.Compare(x.gold, y.gold)) }) {
		n := both[p]
		f.Right += n * (n - 1) / 2
		f.B3P += float64(n) * float64(n) / float64(byTold[p.told]) / float64(len(items))
		f.B3R += float64(n) * float64(n) / float64(byGold[p.gold]) / float64(len(items))
	}

	for _, n := range byTold {
		f.Told += n * (n - 1) / 2
	}

	for gold, n := range byGold {
		f.Gold += n * (n - 1) / 2
		if n < 2 {
			continue
		}

		f.Many++
		f.Alerts += alerts[gold]

		if n <= 15 {
			f.Small++
			f.SmallAlerts += alerts[gold]
		}
	}

	return f
}

func sortedKeys[K comparable](m map[K]int, compare func(x, y K) int) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}

	slices.SortFunc(out, compare)

	return out
}
