// Command summaries prints what alerts show below their titles, to be read and judged by people:
// boilerplate, sentences that are glued together or badly cut, and what repeats the title.
//
//	NEWSBELL_DATA=… go run ./summaries [-half reporting|choosing] [-n 80] [CORPUS…]
//
// A corpus is a folder of NEWSBELL_DATA with feeds; without one, the two of whole real feeds. Its feeds
// are halved by a hash of their names. The summaries are spread evenly over the articles of a half,
// at most sixteen of one feed.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"

	"newsbell/bench/feeds"
	"newsbell/news"
)

func main() {
	half := flag.String("half", "reporting", "half of the feeds: reporting or choosing")
	n := flag.Int("n", 80, "how many summaries of each corpus to print")
	flag.Parse()

	corpora := flag.Args()
	if len(corpora) == 0 {
		corpora = []string{"feeds-FeedReader-a", "feeds-rss-parser"}
	}

	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()

	for _, c := range corpora {
		if err := read(out, c, *half == "reporting", *n); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// mostOfFeed is how many articles of a feed are taken at most: programs repeat themselves.
const mostOfFeed = 16

// summarised is an article that has a summary, and the feed that it was in.
type summarised struct {
	feed    string
	article news.Article
}

func read(out *bufio.Writer, corpus string, reporting bool, n int) error {
	folder := filepath.Join(os.Getenv("NEWSBELL_DATA"), corpus)

	var all []summarised

	ofHalf := func(name string) bool { return isReporting(name) == reporting }

	err := feeds.Read(folder, ofHalf, func(name string, articles []news.Article) {
		articles = slices.DeleteFunc(articles, func(a news.Article) bool { return a.Summary == "" })
		for _, a := range spread(articles, mostOfFeed) {
			all = append(all, summarised{name, a})
		}
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", corpus, err)
	}

	slices.SortStableFunc(all, func(x, y summarised) int { return cmp.Compare(x.feed, y.feed) })

	for i, s := range spread(all, n) {
		fmt.Fprintf(out, "%s %d  %s\n  title    %s\n  summary  %s\n\n", corpus, i+1, s.feed, s.article.Title, s.article.Summary)
	}

	return nil
}

// isReporting reports whether a feed is in the half on which nothing is chosen.
func isReporting(name string) bool {
	h := fnv.New32a()
	h.Write([]byte(name))

	return h.Sum32()>>8&1 == 1
}

// spread returns n of a list, evenly spread.
func spread[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}

	out := make([]T, 0, n)
	for i := range n {
		out = append(out, list[i*len(list)/n])
	}

	return out
}
