package story

import (
	"cmp"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// modelData is the classifier; bench/stories/train makes it.
//
//go:embed model.txt
var modelData string

// depth of the trees.
const depth = 4

// tree is a complete binary tree: inner node n has the children 2n+1 (the likeness is below the
// split) and 2n+2.
type tree struct {
	feature [1<<depth - 1]uint8
	split   [1<<depth - 1]float32
	leaf    [1 << depth]float32
}

// model is boosted trees whose sum is the log odds that two articles tell one story, beside the
// share of the prior: in a window of twice as many stories, chance makes twice as many pairs
// that look alike.
type model struct {
	start   float32 // log odds before the first tree
	density float32 // log odds lost as the logarithm of the stories in the window grows by one
	trees   []tree
	bounds  []float32 // see bound
}

// loadModel reads the classifier once.
var loadModel = sync.OnceValue(func() *model {
	m, err := parseModel(modelData)
	if err != nil {
		panic(fmt.Sprintf("story: the embedded model.txt: %v", err)) // made at build time
	}

	return m
})

// parseModel reads "start S", "density D" and a line "tree feature:split … = leaf …" a tree.
func parseModel(text string) (*model, error) {
	var m model

	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(line, "#") {
			continue
		}

		var err error

		switch fields[0] {
		case "start":
			m.start, err = parseFloat(fields[1])
		case "density":
			m.density, err = parseFloat(fields[1])
		case "tree":
			var t tree

			t, err = parseTree(fields[1:])
			m.trees = append(m.trees, t)
		default:
			err = fmt.Errorf("line %q", fields[0])
		}

		if err != nil {
			return nil, err
		}
	}

	// Those that can add most come first, so that it shows early when what is left can't matter.
	slices.SortStableFunc(m.trees, func(x, y tree) int { return cmp.Compare(slices.Max(y.leaf[:]), slices.Max(x.leaf[:])) })
	m.bound()

	return &m, nil
}

func parseTree(fields []string) (t tree, err error) {
	if len(fields) != len(t.feature)+1+len(t.leaf) {
		return t, fmt.Errorf("a tree of %d parts", len(fields))
	}

	for i := range t.feature {
		name, split, _ := strings.Cut(fields[i], ":")

		n, err := strconv.ParseUint(name, 10, 8)
		if err != nil || n >= features {
			return t, fmt.Errorf("likeness %q", name)
		}

		t.feature[i] = uint8(n)

		if t.split[i], err = parseFloat(split); err != nil {
			return t, err
		}
	}

	for i := range t.leaf {
		if t.leaf[i], err = parseFloat(fields[len(t.feature)+1+i]); err != nil {
			return t, err
		}
	}

	return t, nil
}

func parseFloat(s string) (float32, error) {
	f, err := strconv.ParseFloat(s, 32)
	return float32(f), err
}

// logOdds judges a likeness in a window of so many stories. Below least it is any number below least: it
// stops as soon as the trees that are left can't make up for it.
func (m *model) logOdds(l *likeness, stories int, least float32) float32 {
	sum := m.prior(stories)

	for i := range m.trees {
		if i%boundEvery == 0 && sum+m.bounds[i/boundEvery] < least-boundSlack {
			return sum + m.bounds[i/boundEvery]
		}

		sum += m.trees[i].judge(l)
	}

	return sum
}

// judge returns the leaf that a likeness falls into. Which way it goes at a node is no branch of the program:
// the processor could not guess it.
func (t *tree) judge(l *likeness) float32 {
	n := uint(0)

	for range depth {
		right := uint(1)
		if l[t.feature[n]] < t.split[n] {
			right = 0
		}

		n = 2*n + 1 + right
	}

	return t.leaf[n-uint(len(t.feature))]
}

// How many trees are judged between two looks at what is left, and how far sums of floating point may
// differ from what they are added in another order.
const (
	boundEvery = 16
	boundSlack = 0.01
)

// bound finds the most that the trees from each look on can add.
func (m *model) bound() {
	m.bounds = make([]float32, len(m.trees)/boundEvery+1)

	rest := float32(0)
	for i, t := range slices.Backward(m.trees) {
		rest += slices.Max(t.leaf[:])

		if i%boundEvery == 0 {
			m.bounds[i/boundEvery] = rest
		}
	}
}

// prior is the log odds of any two articles in a window of so many stories.
func (m *model) prior(stories int) float32 {
	return m.start - m.density*float32(math.Log(float64(stories)+priorWindow))
}

// priorWindow is how many stories a nearly empty window counts as.
const priorWindow = 10
