// Command foreign measures how well package story joins the stories of two languages by what reads
// alike in both, names and numbers.
//
//	NEWSBELL_DATA=… go run ./stories/foreign [-half reporting|choosing] [-n 40]
//
// No labelled news of several languages is at hand, so the labelled English streams stand in: by a
// hash of its title every second article is taken for one of Esperanto, of which the program has no
// table at all. Its names are spelt as in English, which no real pair of languages promises: that
// flatters what is found, not what is wrong. Then come headlines written by hand in nine languages,
// and the feeds of NEWSBELL_DATA in other languages than English among English articles of other
// years, where every join is wrong. -n prints so many joins, to be read.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"newsbell/bench/feeds"
	"newsbell/news"
	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

func main() {
	half := flag.String("half", "reporting", "half of the data: reporting or choosing")
	n := flag.Int("n", 0, "joins to print of each stream")
	flag.Parse()

	if err := run(storytest.Half(*half == "reporting"), *n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// stream is a stream to measure.
type stream struct {
	name  string
	items []storytest.Item
}

func run(h storytest.Half, n int) error {
	d := storytest.Data(os.Getenv("NEWSBELL_DATA"))

	pretended, err1 := pretendedStreams(d, h)
	headlines, err2 := headlineStream(h)

	mixed, err3 := feedStream(d, h)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "stream\tarticles\tforeign\tjoins\twrong\tpairs told\tP\tR\t")

	for _, s := range append(pretended, headlines, mixed) {
		f := measure(s.items, n)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%.3f\t%.3f\t\n", s.name, len(s.items), f.foreign, f.joins, f.wrong, f.told,
			float64(f.right)/float64(max(f.told, 1)), float64(f.right)/float64(max(f.gold, 1)))
	}

	return w.Flush()
}

// figures count articles of other languages than English, articles that brought two languages
// together, those of them that were wrong, and pairs of articles of two languages.
type figures struct{ foreign, joins, wrong, told, right, gold int }

func measure(items []storytest.Item, show int) figures {
	var f figures

	g, stories, byEvent := story.New(), map[int64][]int{}, map[string][]int{}

	for n := range items {
		it := &items[n]

		d := g.Assign(int64(n), &it.Article, it.At)
		for _, other := range d.Joined {
			stories[d.Story] = append(stories[d.Story], stories[other]...)
			delete(stories, other)
		}

		if it.Language != "en" {
			f.foreign++
		}

		for _, m := range byEvent[it.Event] {
			if items[m].Language != it.Language {
				f.gold++
			}
		}

		byEvent[it.Event] = append(byEvent[it.Event], n)

		if m := bringsTogether(items, n, stories[d.Story], len(d.Joined) > 0); m >= 0 {
			f.joins++

			if items[m].Event != it.Event {
				f.wrong++
			}

			if f.joins <= show {
				fmt.Printf("%t  %s: %s\n      %s: %s\n", items[m].Event == it.Event, it.Language, it.Title, items[m].Language, items[m].Title)
			}
		}

		stories[d.Story] = append(stories[d.Story], n)
	}

	f.addPairs(items, stories)

	return f
}

// bringsTogether returns the article of another language that an article joined, of its own event if
// there is one; -1 for none.
func bringsTogether(items []storytest.Item, n int, story []int, joined bool) int {
	found := -1

	for _, m := range story {
		switch {
		case items[m].Language == items[n].Language && !joined:
			return -1
		case items[m].Language != items[n].Language && (found < 0 || items[m].Event == items[n].Event):
			found = m
		}
	}

	return found
}

func (f *figures) addPairs(items []storytest.Item, stories map[int64][]int) {
	for _, s := range stories {
		for i, n := range s {
			for _, m := range s[:i] {
				if items[n].Language == items[m].Language {
					continue
				}

				f.told++

				if items[n].Event == items[m].Event {
					f.right++
				}
			}
		}
	}
}

func pretendedStreams(d storytest.Data, h storytest.Half) ([]stream, error) {
	roundups, err := d.Roundups(h)
	if err != nil {
		return nil, err
	}

	var out []stream

	for _, t := range []storytest.Text{storytest.Whole, storytest.Short, storytest.Bare} {
		for _, perDay := range []int{1000, 20000} {
			items, err := d.Dense(h, perDay, t)
			if err != nil {
				return nil, err
			}

			out = append(out, stream{fmt.Sprintf("dense %s, %d a day", t, perDay), pretend(items, fmt.Sprint(perDay))})
		}

		for _, salt := range []string{"1", "2"} {
			out = append(out, stream{fmt.Sprintf("round-ups %s, drawn %s", t, salt), pretend(storytest.Cut(roundups, t), salt)})
		}
	}

	return out, nil
}

// pretend takes every second article for one of another language.
func pretend(items []storytest.Item, salt string) []storytest.Item {
	items = slices.Clone(items)
	for i := range items {
		if hashOf(items[i].Title+salt)%2 == 0 {
			items[i].Language = "eo"
		}
	}

	return items
}

func hashOf(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))

	return h.Sum32() >> 8
}

// headlineStream is the headlines of package across: one file for each half.
func headlineStream(h storytest.Half) (stream, error) {
	file := "../news/across/testdata/headlines.tsv"
	if h == storytest.Reporting {
		file = "../news/across/testdata/headlines-fresh.tsv"
	}

	in, err := os.Open(file)
	if err != nil {
		return stream{}, err
	}
	defer in.Close()

	s := stream{name: filepath.Base(file)}

	for lines := bufio.NewScanner(in); lines.Scan(); {
		f := strings.Split(lines.Text(), "\t")
		if len(f) == 3 && !strings.HasPrefix(f[0], "#") {
			s.items = append(s.items, storytest.Item{
				Article: news.Article{Title: f[2], Language: f[1], Outlet: fmt.Sprint("outlet ", len(s.items))},
				Event:   f[0], At: start.Add(time.Duration(len(s.items)) * 5 * time.Minute),
			})
		}
	}

	return s, nil
}

var start = time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)

// feedStream is the articles of feeds in other languages, each under an outlet of its own, spread
// over the English articles of a half.
func feedStream(d storytest.Data, h storytest.Half) (stream, error) {
	items, err := d.Dense(h, 5000, storytest.Whole)
	if err != nil {
		return stream{}, err
	}

	from, length := items[0].At, items[len(items)-1].At.Sub(items[0].At)
	folders, _ := filepath.Glob(filepath.Join(string(d), "feeds-*"))

	for _, folder := range folders {
		err := feeds.Read(folder, func(string) bool { return true }, func(_ string, articles []news.Article) {
			for _, a := range articles {
				if a.Language != "" && !strings.HasPrefix(a.Language, "en") && a.Title != "" {
					a.Outlet, a.URL = fmt.Sprint("feed ", len(items)), ""
					at := from.Add(time.Duration(hashOf(a.Title)%10000) * length / 10000)
					items = append(items, storytest.Item{Article: a, Event: a.Title, At: at})
				}
			}
		})
		if err != nil {
			return stream{}, err
		}
	}

	slices.SortStableFunc(items, func(x, y storytest.Item) int { return x.At.Compare(y.At) })

	return stream{"feeds of other languages, every join wrong", items}, nil
}
