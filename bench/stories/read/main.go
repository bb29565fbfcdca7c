// Command read prints what a grouping did in a stream, to be read and judged by people: articles that
// joined a story of another label, and articles that opened a story although theirs was there.
//
//	NEWSBELL_DATA=… go run ./stories/read [-half reporting|choosing] [-text text|bare] [-n 40]
//
// The stream is the dense one of 5,000 articles a day. The joins are all those that the labels call
// wrong, and then as many of the others, evenly spread, as make n of them.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

func main() {
	half := flag.String("half", "reporting", "half of the data: reporting or choosing")
	text := flag.String("text", string(storytest.Whole), "how much text the articles have: text or bare")
	n := flag.Int("n", 40, "how many joins and how many misses to print")
	flag.Parse()

	items, err := storytest.Data(os.Getenv("NEWSBELL_DATA")).Dense(storytest.Half(*half == "reporting"), 5000, storytest.Text(*text))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	right, wrong, missed := read(items)

	show("wrong by its label", wrong[:min(len(wrong), *n)])
	show("right by its label", spread(right, *n-len(wrong)))
	show("missed", spread(missed, *n))
}

// pair is an article and one of the story that it joined, or of the one that it missed.
type pair struct{ article, other *storytest.Item }

func read(items []storytest.Item) (right, wrong, missed []pair) {
	g := story.New()
	told, first := map[string]map[int64]bool{}, map[string]int{}

	for i := range items {
		it := &items[i]
		d := g.Assign(int64(i), &it.Article, it.At)
		opener := &items[d.Story]
		earlier, known := first[it.Event]

		switch {
		case d.Story != int64(i) && opener.Event != it.Event && !told[it.Event][d.Story]:
			wrong = append(wrong, pair{it, opener})
		case d.Story != int64(i):
			right = append(right, pair{it, opener})
		case known:
			missed = append(missed, pair{it, &items[earlier]})
		}

		if !known {
			first[it.Event] = i
			told[it.Event] = map[int64]bool{}
		}

		told[it.Event][d.Story] = true
	}

	return right, wrong, missed
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
		fmt.Printf("%s %d\n  %s | %s\n    %.120s\n  %s | %s\n    %.120s\n", what, n+1, p.article.Event, p.article.Title, p.article.Text, p.other.Event, p.other.Title, p.other.Text)
	}
}
