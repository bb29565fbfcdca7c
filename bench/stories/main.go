// Command stories measures how well package story groups news, in streams as dense as real ones.
//
//	NEWSBELL_DATA=… go run ./stories [-half reporting|choosing] [-model FILE] [-only dense] [-dates none]
//
// A dense stream is made by a fixed recipe: at most four articles of each labelled event,
// within six hours, among unrelated articles, so close that 1,000, 5,000 or 20,000 articles
// come a day; what is like something else by its words is left out (storytest.Recipe). The
// model that is shipped was made of both halves: what it is worth shows a model of the other half.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

func main() {
	half := flag.String("half", "reporting", "half of the data: reporting or choosing")
	only := flag.String("only", "", "only streams whose name begins so")
	dates := flag.String("dates", "all", "dates of the articles: all, days (without an hour) or none; their order stays that of time")
	model := flag.String("model", "", "file of a model that stories/train made, instead of the one that is shipped")
	flag.Parse()

	if err := run(storytest.Half(*half == "reporting"), *only, *dates, *model); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// stream is a stream to measure.
type stream struct {
	name  string
	items []storytest.Item
}

func run(h storytest.Half, only, dates, model string) error {
	newGrouper, err := groupers(model)
	if err != nil {
		return err
	}

	d := storytest.Data(os.Getenv("NEWSBELL_DATA"))

	all, err := streams(d, h)
	if err != nil {
		return err
	}

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "stream\tarticles\tpairs P\tR\tB³ F1\talerts\t≤ 15\tsilenced %\twrong %\tfinally P\tR\tms\t")

	for _, s := range all {
		if !strings.HasPrefix(s.name, only) {
			continue
		}

		f, finally, cost := measure(cutDates(s.items, dates), newGrouper())
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.2f\t%.2f\t%.2f\t%.2f\t%.3f\t%.3f\t%.3f\t\n",
			s.name, len(s.items), f.Precision(), f.Recall(), f.B3(), f.AlertsPerEvent(), f.SmallAlertsPerEvent(), 100*f.SilencedShare(), 100*f.WrongShare(),
			finally.Precision(), finally.Recall(), cost)
	}

	if err := w.Flush(); err != nil {
		return err
	}

	for _, language := range []string{"en", "ru"} {
		if err := pairs(d, language, newGrouper); err != nil {
			return err
		}
	}

	return copies(d, newGrouper)
}

// undatedPace is that of `newsbell group` where no article has a date.
const undatedPace = 24 * time.Hour / 5000

// cutDates returns the items with dates as exact as that.
func cutDates(items []storytest.Item, dates string) []storytest.Item {
	out := slices.Clone(items)
	for i := range out {
		switch dates {
		case "days":
			out[i].At = out[i].At.Truncate(24 * time.Hour)
		case "none":
			out[i].At = time.Time{}.Add(time.Duration(i) * undatedPace)
		}
	}

	return out
}

// groupers returns what makes a Grouper with the model of a file, or with the one that is shipped.
func groupers(file string) (func() *story.Grouper, error) {
	if file == "" {
		return story.New, nil
	}

	model, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	if _, err := story.NewWith(string(model)); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}

	return func() *story.Grouper {
		g, _ := story.NewWith(string(model)) // it was read before

		return g
	}, nil
}

// measure groups a stream and returns how well, when each article came (what rang) and after the stories
// that were joined later (what a reader finds in the end), and in how many milliseconds an article.
func measure(items []storytest.Item, g *story.Grouper) (rung, finally storytest.Figures, cost float64) {
	runtime.GC()

	joined := map[int]int{} // a story and the one that it became a part of

	began := time.Now()
	told := storytest.Run(items, func(n int, it *storytest.Item) int {
		d := g.Assign(int64(n), &it.Article, it.At)
		for _, other := range d.Joined {
			joined[int(other)] = int(d.Story)
		}

		return int(d.Story)
	})
	cost = time.Since(began).Seconds() * 1000 / float64(len(items))
	rung = storytest.Compare(items, told)

	for i := range told {
		for into, ok := joined[told[i]]; ok; into, ok = joined[told[i]] {
			told[i] = into
		}
	}

	return rung, storytest.Compare(items, told), cost
}

func streams(d storytest.Data, h storytest.Half) ([]stream, error) {
	roundups, err1 := d.Roundups(h)
	triplets, err2 := d.Triplets(h)
	headlines, err3 := d.Headlines(h)
	wire, err4 := d.Wire(h)
	briefs, err5 := d.Briefs(h)

	dated, err6 := d.Dated()
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			return nil, err
		}
	}

	events, singles := slices.Concat(roundups, triplets), slices.Concat(storytest.WithoutResults(wire), briefs)

	// Thinned by the whole text whatever is left of it, so that the streams are alike.
	kept, others := storytest.Thin(events, singles)
	keptDated, othersDated := storytest.Thin(events, dated)

	var out []stream

	for _, t := range []storytest.Text{storytest.Whole, storytest.Short, storytest.Bare} {
		for _, perDay := range []int{1000, 5000, 20000} {
			r := storytest.Recipe{PerDay: perDay, PerItem: 4, Seed: 99}
			out = append(out, stream{fmt.Sprintf("dense %s, %d a day", t, perDay), storytest.Cut(r.Dense(kept, others), t)})
		}

		r := storytest.Recipe{PerDay: 1730, PerItem: 4, Seed: 98}
		out = append(out,
			stream{fmt.Sprintf("dense %s among dated articles", t), storytest.Cut(r.Dense(keptDated, othersDated), t)},
			stream{fmt.Sprint("round-ups ", t), storytest.Cut(roundups, t)},
			stream{fmt.Sprint("triplets ", t), storytest.Cut(triplets, t)})
	}

	week := time.Date(1987, 3, 23, 0, 0, 0, 0, time.UTC)
	if h == storytest.Reporting {
		week = time.Date(1987, 4, 7, 0, 0, 0, 0, time.UTC)
	}

	wire = storytest.Week(wire, week)
	r := storytest.Recipe{PerDay: 1730, PerItem: 4, Seed: 97, Within: 24}
	bare := storytest.Cut(singles, storytest.Bare)

	return append(out,
		stream{"headlines", headlines},
		stream{"headlines among 1730 a day", r.Dense(headlines, bare)},
		stream{"wire week text", wire}, stream{"wire week bare", storytest.Cut(wire, storytest.Bare)}), nil
}

// pairs judges hard pairs one by one, in an empty window.
func pairs(d storytest.Data, language string, newGrouper func() *story.Grouper) error {
	list, err := d.Pairs(language)
	if err != nil {
		return err
	}

	for _, t := range []storytest.Text{storytest.Whole, storytest.Bare} {
		right, told, gold := 0, 0, 0

		for _, p := range list {
			if t == storytest.Bare {
				p.A.Text, p.B.Text = "", ""
			}

			g := newGrouper()
			at := time.Date(2020, 5, 1, 0, 0, 0, 0, time.UTC)
			p.A.Outlet, p.B.Outlet = "A", "B"
			one := g.Assign(1, &p.A, at).Story == g.Assign(2, &p.B, at.Add(time.Hour)).Story

			if p.Same {
				gold++
			}

			if one {
				told++
			}

			if one && p.Same {
				right++
			}
		}

		fmt.Printf("pairs %s %s: P %d of %d, R %d of %d\n", language, t, right, told, right, gold)
	}

	return nil
}
