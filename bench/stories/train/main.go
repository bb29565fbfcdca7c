// Command train makes news/story/model.txt: the classifier that says whether two articles tell
// one story.
//
//	NEWSBELL_DATA=… go run ./stories/train -out ../news/story/model.txt
//	NEWSBELL_DATA=… go run ./stories/train -half choosing -out FILE     # and then:
//	NEWSBELL_DATA=… go run ./stories -half reporting -model FILE
//
// It sends streams through a Grouper that is told the right stories, takes every comparison that
// the Grouper makes as a sample, and boosts trees on them. The model that is shipped is made of
// both halves of the data; what it is worth is measured with models of one half on the other.
// The trees of that one were made before the streams named the days of their own week, and come out otherwise now.
// Everything is seeded: the same data makes the same file. Nothing of stories-allsides and of
// cluster-tgcontest is read.
package main

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

func main() {
	out := flag.String("out", "model.txt", "model to write")
	trees := flag.Int("trees", 240, "number of trees with reasoned directions; half as many find theirs")
	density := flag.Float64("density", 0.7, "log odds lost as the logarithm of the stories in the window grows by one")
	seed := flag.Uint64("seed", 0, "another seed for streams and trees, to see how much is chance")
	half := flag.String("half", "both", "half of the data that it is made of: choosing, reporting or both")
	flag.Parse()

	if err := run(*out, *half, *trees, *density, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sample is a comparison that the Grouper made.
type sample struct {
	likeness []float32
	same     bool
	weight   float64
	prior    float64 // log odds before any tree
}

func run(out, half string, trees int, density float64, seed uint64) error {
	began := time.Now()

	halves := map[string][]storytest.Half{
		"choosing": {storytest.Choosing}, "reporting": {storytest.Reporting}, "both": {storytest.Choosing, storytest.Reporting},
	}[half]
	if halves == nil {
		return fmt.Errorf("-half %s: choosing, reporting or both", half)
	}

	var (
		streams []stream
		samples []sample
	)

	for _, h := range halves {
		of, err := streamsOf(storytest.Data(os.Getenv("NEWSBELL_DATA")), h, seed)
		if err != nil {
			return err
		}

		streams = append(streams, of...)
	}

	for _, s := range streams {
		got := collect(s, density, seed)
		same := 0

		for _, x := range got {
			if x.same {
				same++
			}
		}

		fmt.Fprintf(os.Stderr, "%-34s %6d articles, %7d samples, %6d of one story\n", s.name, len(s.items), len(got), same)
		samples = append(samples, got...)
	}

	strict, free := newBooster(samples, reasoned(), seed), newBooster(samples, found(), seed)
	strict.grow(trees)
	free.grow(trees / 2)

	fmt.Fprintf(os.Stderr, "%d samples, log loss %.4f and %.4f, %v\n", len(samples), strict.loss(), free.loss(), time.Since(began).Round(time.Second))

	return os.WriteFile(out, []byte(modelText(density, strict, free)), 0o644)
}

// stream is a stream that samples are taken from.
type stream struct {
	name   string
	items  []storytest.Item
	weight float64
	proven bool // two articles of different events are a sample only when labels prove them different
}

// streamsOf returns the streams of a half.
func streamsOf(d storytest.Data, half storytest.Half, seed uint64) ([]stream, error) {
	roundups, err1 := d.Roundups(half)
	triplets, err2 := d.Triplets(half)
	headlines, err3 := d.Headlines(half)
	wire, err4 := d.Wire(half)

	briefs, err5 := d.Briefs(half)
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			return nil, err
		}
	}

	events := slices.Concat(roundups, triplets)
	singles := slices.Concat(storytest.WithoutResults(wire), briefs)

	var out []stream

	for n, t := range []storytest.Text{storytest.Whole, storytest.Short, storytest.Bare} {
		all := storytest.Cut(events, t)
		if t == storytest.Bare {
			all = slices.Concat(all, headlines)
		}

		kept, others := storytest.Thin(all, storytest.Cut(singles, t))

		for k, perDay := range []int{40, 400, 2500, 15000} {
			r := storytest.Recipe{PerDay: perDay, PerItem: 4, Seed: seed*100 + uint64(10*n+k)}
			out = append(out, stream{fmt.Sprint("dense ", t, " ", perDay), r.Dense(kept, others), 1, false})
		}

		out = append(out,
			stream{fmt.Sprint("round-ups ", t), storytest.Cut(roundups, t), 1, false},
			stream{fmt.Sprint("triplets ", t), storytest.Cut(triplets, t), 1, false},
			stream{fmt.Sprint("wire ", t), storytest.Cut(wire, t), 0.7, true},
			stream{fmt.Sprint("dense wire ", t), storytest.Cut(storytest.Recipe{PerDay: 5000, Seed: seed*100 + 3}.Dense(nil, wire), t), 0.7, true})
	}

	// What is most alike of different things, alone in a window: it shows how much of a likeness is chance.
	unlike := storytest.Unlike(events, singles)

	for _, t := range []storytest.Text{storytest.Whole, storytest.Short, storytest.Bare} {
		out = append(out,
			stream{fmt.Sprint("neighbours ", t), storytest.Neighbours(storytest.Cut(unlike, t), 0.7), 2, false},
			stream{fmt.Sprint("wire neighbours ", t), storytest.Neighbours(storytest.Cut(wire, t), 0.8), 2, true})
	}

	return append(out, stream{"headlines", headlines, 1, false}), nil
}

const (
	// plain is the cosine below which two articles of two events are plainly so, and one in skip of
	// such pairs is a sample.
	plain = 0.12
	skip  = 12
	// missed is the percentage of articles that begin a story although theirs is there.
	missed = 10
)

// collect sends a stream through a Grouper that is told the right stories.
func collect(s stream, density float64, seed uint64) []sample {
	g := story.New()
	stories, size := map[string][]int64{}, map[string]int{}
	random := rand.New(rand.NewPCG(uint64(len(s.items)), seed+3))

	for i := range s.items {
		size[s.items[i].Event]++
	}

	var (
		out          []sample
		now, skipped int
	)

	g.Observe(func(e story.Evidence) {
		x, y := &s.items[now], &s.items[e.Article]
		same := x.Event == y.Event

		if s.misleads(x, y, same, e.Likeness[0].Value) {
			return
		}

		v := sample{same: same, weight: s.weight, prior: -density * math.Log(float64(g.Density())+10)}
		if same {
			v.weight *= 2 / math.Sqrt(float64(size[x.Event]))
		}

		// Most pairs are plainly two stories: some of them speak for all.
		if !same && e.Likeness[0].Value < plain {
			if skipped++; skipped%skip != 0 {
				return
			}

			v.weight *= skip
		}

		for _, l := range e.Likeness {
			v.likeness = append(v.likeness, float32(l.Value))
		}

		out = append(out, v)
	})

	for i := range s.items {
		now = i

		// Some events are told as several stories, as they are when an article was not recognised.
		event := s.items[i].Event
		if of := stories[event]; len(of) == 0 || random.IntN(100) < missed {
			stories[event] = append(of, int64(i))
		}

		id := stories[event][random.IntN(len(stories[event]))]
		g.Restore(int64(i), &s.items[i].Article, s.items[i].At, id)
	}

	return out
}

// misleads reports whether there is nothing to learn from two articles, since their labels may be
// wrong or they are the same.
func (s *stream) misleads(x, y *storytest.Item, same bool, cosine float64) bool {
	const several = 0.3 // some events of the headlines stand there as several

	switch {
	case same:
		return x.Outlet == y.Outlet && x.Title == y.Title
	case s.proven && !x.Labels.Disjoint(y.Labels):
		return true
	default:
		return s.name == "headlines" && cosine > several
	}
}

// modelText is the mean of some trees, and what days of the week add, as story reads a model.
func modelText(density float64, boosters ...*booster) string {
	var out strings.Builder

	start, share := 0.0, 1/float64(len(boosters))
	for _, b := range boosters {
		start += b.start * share
	}

	fmt.Fprintf(&out, "# Made by bench/stories/train; do not edit. Likeness:split of the inner nodes, level by level = log odds of the leaves.\n")
	fmt.Fprintf(&out, "start %.4f\ndensity %g\n", start, density)

	for _, b := range boosters {
		for _, t := range b.trees {
			t.write(&out, share)
		}
	}

	return out.String() + weekdayTree()
}

// write writes a tree that has a share in the odds.
func (t *grown) write(out *strings.Builder, share float64) {
	out.WriteString("tree")

	for i, f := range t.feature {
		fmt.Fprintf(out, " %d:%.4g", f, t.split[i])
	}

	out.WriteString(" =")

	for _, v := range t.leaf {
		fmt.Fprintf(out, " %.4f", v*share)
	}

	out.WriteByte('\n')
}
