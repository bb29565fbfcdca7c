// Command read prints what a grouping did in a stream, to be read and judged by people: articles that
// joined a story of another label, and articles that opened a story although theirs was there.
//
//	NEWSBELL_DATA=… go run ./stories/read [-half reporting|choosing] [-text text|bare] [-day 5000] [-model FILE] [-n 40]
//
// The stream is the dense one. The joins are all those that the labels call wrong, and then as many of the
// others, evenly spread, as make n of them. Why each miss was missed stands with it; how often which cause
// was found comes last, by articles, and first by pairs of articles of one event.
package main

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

func main() {
	half := flag.String("half", "reporting", "half of the data: reporting or choosing")
	text := flag.String("text", string(storytest.Whole), "how much text the articles have: text or bare")
	day := flag.Int("day", 5000, "how many articles a day the stream has")
	model := flag.String("model", "", "file of a model that stories/train made, instead of the one that is shipped")
	n := flag.Int("n", 40, "how many joins and how many misses to print")
	flag.Parse()

	if err := run(storytest.Half(*half == "reporting"), storytest.Text(*text), *day, *model, *n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(half storytest.Half, text storytest.Text, day int, model string, n int) error {
	items, err := storytest.Data(os.Getenv("NEWSBELL_DATA")).Dense(half, day, text)
	if err != nil {
		return err
	}

	g := story.New()

	if model != "" {
		weights, err := os.ReadFile(model)
		if err != nil {
			return err
		}

		if g, err = story.NewWith(string(weights)); err != nil {
			return fmt.Errorf("read %s: %w", model, err)
		}
	}

	right, wrong, missed := read(items, g)

	show("wrong by its label", wrong[:min(len(wrong), n)])
	show("right by its label", spread(right, n-len(wrong)))
	show("missed", spread(missed, n))
	count(missed, len(right))

	return nil
}

// pair is an article and one of the story that it joined, or of the one that it missed.
type pair struct {
	article, other *storytest.Item
	why            string // it was missed
}

func read(items []storytest.Item, g *story.Grouper) (right, wrong, missed []pair) {
	told, first := map[string]map[int64]bool{}, map[string]int{}

	var seen []story.Evidence

	lost := newLosses(items)
	defer lost.finish()

	g.Observe(func(e story.Evidence) { seen = append(seen, e) })

	for i := range items {
		it := &items[i]
		seen = seen[:0]
		d := g.Assign(int64(i), &it.Article, it.At)
		lost.add(i, d, seen)
		opener := &items[d.Story]
		earlier, known := first[it.Event]

		switch {
		case d.Story != int64(i) && opener.Event != it.Event && !told[it.Event][d.Story]:
			wrong = append(wrong, pair{it, opener, ""})
		case d.Story != int64(i):
			right = append(right, pair{it, opener, ""})
		case known:
			missed = append(missed, pair{it, &items[earlier], whyMissed(seen, told[it.Event])})
		}

		if !known {
			first[it.Event] = i
			told[it.Event] = map[int64]bool{}
		}

		told[it.Event][d.Story] = true
		follow(told, d)
	}

	return right, wrong, missed
}

// follow gives the events of stories that were joined to another that one.
func follow(told map[string]map[int64]bool, d story.Decision) {
	for _, joined := range d.Joined {
		for _, stories := range told {
			if stories[joined] {
				stories[d.Story] = true
			}
		}
	}
}

// Log odds that part what is just below from what is not alike at all.
const (
	doubtful = -1
	unlike   = -8
)

// whyMissed says what kept an article out of the stories that tell its event.
func whyMissed(seen []story.Evidence, stories map[int64]bool) string {
	why, most := "never compared", math.Inf(-1)

	for id := range stories {
		var (
			odds   []float64
			vetoes []string
		)

		for _, e := range seen {
			if e.Story == id {
				odds = append(odds, e.LogOdds)

				if e.Veto != "" {
					vetoes = append(vetoes, e.Veto)
				}
			}
		}

		if len(odds) == 0 || slices.Max(odds) <= most {
			continue
		}

		most = slices.Max(odds)

		switch {
		case 2*len(vetoes) >= len(odds) && len(vetoes) > 0:
			why = vetoes[0]
		case most <= unlike:
			why = "what they share is no evidence"
		case most < doubtful:
			why = "unlikely by the odds"
		default:
			why = "just below, or another article of the story speaks against it"
		}
	}

	return why
}

// count prints how often which cause was found, among how many articles whose story was there.
func count(missed []pair, found int) {
	times := map[string]int{}
	for _, p := range missed {
		times[p.why]++
	}

	fmt.Printf("%d articles joined their story, %d did not:\n", found, len(missed))

	for _, why := range slices.Sorted(maps.Keys(times)) {
		fmt.Printf("%6d  %s\n", times[why], why)
	}
}

// spread picks n pairs, evenly.
func spread(pairs []pair, n int) []pair {
	if n <= 0 || len(pairs) <= n {
		return pairs[:min(len(pairs), max(n, 0))]
	}

	var out []pair
	for i := range n {
		out = append(out, pairs[i*len(pairs)/n])
	}

	return slices.Clip(out)
}

func show(what string, pairs []pair) {
	for n, p := range pairs {
		if p.why != "" {
			what = "missed: " + p.why + ","
		}

		fmt.Printf("%s %d\n  %s | %s\n    %.120s\n  %s | %s\n    %.120s\n", what, n+1, p.article.Event, p.article.Title, p.article.Text, p.other.Event, p.other.Title, p.other.Text)
	}
}
