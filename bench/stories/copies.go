package main

import (
	"fmt"
	"slices"
	"strings"

	"newsbell/news"
	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

// Two articles are copies of one agency's when a fifth of the runs of so many words in the first words
// of one are in the other, which is a sentence: a quotation that both have is less.
const (
	runWords     = 5
	copiedWithin = 60
)

// copies measures how many pairs of articles of one event that print one agency's words become one
// story in a dense stream, by how much of their text there is. Both halves are taken: there are few.
func copies(d storytest.Data, newGrouper func() *story.Grouper) error {
	var events, singles []storytest.Item

	for _, h := range []storytest.Half{storytest.Choosing, storytest.Reporting} {
		roundups, err1 := d.Roundups(h)
		triplets, err2 := d.Triplets(h)
		briefs, err3 := d.Briefs(h)
		wire, err4 := d.Wire(h)

		for _, err := range []error{err1, err2, err3, err4} {
			if err != nil {
				return err
			}
		}

		events = slices.Concat(events, roundups, triplets)
		singles = slices.Concat(singles, briefs, storytest.WithoutResults(wire))
	}

	stream := storytest.Recipe{PerDay: 1730, Seed: 96}.Dense(events, singles)
	pairs := copiedPairs(stream)

	for _, t := range []storytest.Text{storytest.Whole, storytest.Short, storytest.Bare} {
		cut := storytest.Cut(stream, t)
		g, joined := newGrouper(), map[int]int{}

		told := storytest.Run(cut, func(n int, it *storytest.Item) int {
			d := g.Assign(int64(n), &it.Article, it.At)
			for _, other := range d.Joined {
				joined[int(other)] = int(d.Story)
			}

			return int(d.Story)
		})

		rung, finally := 0, 0

		for _, p := range pairs {
			a, b := told[p[0]], told[p[1]]
			if a == b {
				rung++
			}

			if last(joined, a) == last(joined, b) {
				finally++
			}
		}

		fmt.Printf("copies %s: %d of %d pairs in one story, %d in the end\n", t, rung, len(pairs), finally)
	}

	return nil
}

func last(joined map[int]int, story int) int {
	for into, ok := joined[story]; ok; into, ok = joined[story] {
		story = into
	}

	return story
}

// copiedPairs returns the pairs of articles of one event that are copies.
func copiedPairs(items []storytest.Item) (pairs [][2]int) {
	byEvent := map[string][]int{}
	runs := make([]map[string]bool, len(items))

	for i := range items {
		runs[i] = runsOf(items[i].Text)

		for _, k := range byEvent[items[i].Event] {
			shared := 0

			for run := range runs[i] {
				if runs[k][run] {
					shared++
				}
			}

			if shared > 0 && 5*shared >= min(len(runs[i]), len(runs[k])) && items[i].Outlet != items[k].Outlet {
				pairs = append(pairs, [2]int{k, i})
			}
		}

		byEvent[items[i].Event] = append(byEvent[items[i].Event], i)
	}

	return pairs
}

func runsOf(text string) map[string]bool {
	words := news.Words(news.Truncate(text, 1000))
	words = words[:min(len(words), copiedWithin)]
	runs := map[string]bool{}

	for i := 0; i+runWords <= len(words); i++ {
		runs[strings.Join(words[i:i+runWords], " ")] = true
	}

	return runs
}
