package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	depth    = 4 // of a tree, as package story has it
	inner    = 1<<depth - 1
	leaves   = 1 << depth
	bins     = 64   // of a likeness
	rate     = 0.12 // how much of a tree counts
	ridge    = 10.0
	least    = 8.0 // weight of second derivatives in a leaf
	fraction = 0.5 // of the samples that a tree sees
)

// What a tree may make of a likeness.
const (
	rising  = +1 // the odds never fall as it grows
	falling = -1 // they never rise
	either  = 0  // they may do both
	unused  = 2  // it is left out
)

// Half of the odds are of trees that may use all likenesses, each in the direction that reason
// tells, which holds on news that is not like the samples too; it keeps them from telling
// templates from news. The other half is of trees that find directions themselves. Those see
// nothing that says more of a corpus than of a pair, since they learned which one an article is of:
// how long articles are, whether they have names at all, how many stories there are.

// reasoned are the directions that reason tells.
func reasoned() []int {
	return []int{
		rising, rising, rising, rising, rising, rising, rising, rising, either, rising, rising, // cosine … others
		rising, rising, rising, rising, falling, falling, falling, falling, falling, either, either, falling, falling, // rarest … rivals
		rising, rising, rising, rising, rising, falling, // all less … lone numbers
		rising, rising, rising, rising, rising, rising, rising, falling, rising, unused, // both names … weekday: see weekdayTree
	}
}

// found leaves the directions to be found, but that of hours.
func found() []int {
	out := make([]int, len(reasoned()))
	out[8], out[20], out[22] = unused, unused, unused // name share, length, stories
	out[19] = falling                                 // hours

	return out
}

// grown is a tree: see story's model.
type grown struct {
	feature [inner]int
	split   [inner]float32
	leaf    [leaves]float64
}

// booster fits trees to samples, one after the other.
type booster struct {
	samples []sample
	start   float64
	trees   []grown
	cuts    [][]float32 // of each likeness: upper ends of its bins but the last
	binned  [][]uint8   // of each sample: the bins of its likenesses
	odds    []float64
	random  *rand.Rand

	directions []int // of each likeness
}

func newBooster(samples []sample, directions []int, seed uint64) *booster {
	b := &booster{samples: samples, random: rand.New(rand.NewPCG(14, seed+1)), directions: directions}
	n := len(samples[0].likeness)
	b.cuts, b.binned = make([][]float32, n), make([][]uint8, len(samples))
	flat := make([]uint8, n*len(samples))

	for i := range samples {
		b.binned[i] = flat[i*n : (i+1)*n]
	}

	for f := range n {
		b.cuts[f] = cutsOf(samples, f)
		for i := range samples {
			bin, _ := slices.BinarySearchFunc(b.cuts[f], samples[i].likeness[f], func(cut, v float32) int {
				if cut <= v {
					return -1
				}

				return 1
			})
			b.binned[i][f] = uint8(bin)
		}
	}

	b.odds = make([]float64, len(samples))

	var same, all float64

	for i, s := range samples {
		b.odds[i] = s.prior
		all += s.weight

		if s.same {
			same += s.weight
		}
	}

	mean := 0.0
	for _, s := range samples {
		mean += s.prior / float64(len(samples))
	}

	b.start = math.Log(same/(all-same)) - mean
	for i := range b.odds {
		b.odds[i] += b.start
	}

	return b
}

// cutsOf parts the values of a likeness into bins: half of them evenly over all samples, half
// over the samples of one story, which are few.
func cutsOf(samples []sample, f int) []float32 {
	var all, same, cuts []float32

	for i := range samples {
		v := samples[i].likeness[f]
		all = append(all, v)

		if samples[i].same {
			same = append(same, v)
		}
	}

	for _, values := range [][]float32{all, same} {
		slices.Sort(values)

		for k := 1; k < bins/2; k++ {
			if v := values[k*len(values)/(bins/2)]; v > values[0] {
				cuts = append(cuts, v)
			}
		}
	}

	slices.Sort(cuts)

	return slices.Compact(cuts)
}

// node is a node while its tree grows.
type node struct {
	samples  []int32
	low, top float64 // what its value may be
	value    float64
}

type cell struct{ g, h float64 }

func (b *booster) grow(trees int) {
	for range trees {
		gradient, hessian := make([]float64, len(b.samples)), make([]float64, len(b.samples))

		var all []int32

		for i, s := range b.samples {
			p := 1 / (1 + math.Exp(-b.odds[i]))
			y := 0.0

			if s.same {
				y = 1
			}

			gradient[i], hessian[i] = s.weight*(p-y), s.weight*p*(1-p)

			if b.random.Float64() < fraction {
				all = append(all, int32(i))
			}
		}

		var t grown

		level := []node{{all, -4, 4, 0}}
		level[0].value = b.value(level[0], gradient, hessian)

		for n := 0; n < inner; {
			var next []node

			for _, at := range level {
				f, cut, left, right := b.split(at, gradient, hessian)
				t.feature[n], t.split[n] = f, cut
				next = append(next, left, right)
				n++
			}

			level = next
		}

		for i, l := range level {
			t.leaf[i] = rate * l.value
		}

		b.trees = append(b.trees, t)

		for i := range b.samples {
			b.odds[i] += t.eval(b.samples[i].likeness)
		}
	}
}

func (b *booster) value(n node, gradient, hessian []float64) float64 {
	var g, h float64
	for _, i := range n.samples {
		g += gradient[i]
		h += hessian[i]
	}

	return min(max(-g/(h+ridge), n.low), n.top)
}

// choice is a split of a node by one likeness.
type choice struct {
	gain, left, right float64 // what it gains, and the values of its sides
	at                int     // of the likeness's cuts; -1: there is none worth it
}

// histograms sums up the samples of a node by the bins of each likeness.
func (b *booster) histograms(n *node, gradient, hessian []float64) [][bins]cell {
	out := make([][bins]cell, len(b.cuts))

	for _, i := range n.samples {
		g, h := gradient[i], hessian[i]

		for f, bin := range b.binned[i] {
			c := &out[f][bin]
			c.g += g
			c.h += h
		}
	}

	return out
}

// choose finds the best split of a node by a likeness.
func (b *booster) choose(n *node, f int, cells *[bins]cell) choice {
	best := choice{gain: 1e-6, at: -1}
	if b.directions[f] == unused {
		return best
	}

	var g, h float64

	for _, c := range cells {
		g += c.g
		h += c.h
	}

	var gl, hl float64

	for k := range b.cuts[f] {
		gl += cells[k].g
		hl += cells[k].h

		if hl < least || h-hl < least {
			continue
		}

		l := min(max(-gl/(hl+ridge), n.low), n.top)
		r := min(max(-(g-gl)/(h-hl+ridge), n.low), n.top)

		if d := b.directions[f]; d == rising && l > r || d == falling && l < r {
			continue
		}
		// The gain of values that may be cut off by the bounds.
		gain := -(gl*l + (hl+ridge)*l*l/2) - ((g-gl)*r + (h-hl+ridge)*r*r/2) + (g*n.value + (h+ridge)*n.value*n.value/2)
		if gain > best.gain {
			best = choice{gain, l, r, k}
		}
	}

	return best
}

// split finds the best split of a node; without one, everything goes to the left.
func (b *booster) split(n node, gradient, hessian []float64) (feature int, cut float32, left, right node) {
	best := choice{gain: 1e-6, at: -1}
	cells := b.histograms(&n, gradient, hessian)

	for f := range b.cuts {
		if c := b.choose(&n, f, &cells[f]); c.gain > best.gain {
			best, feature = c, f
		}
	}

	left, right = n, node{nil, n.low, n.top, n.value}
	cut = 1e9 // more than any likeness

	at, wl, wr := best.at, best.left, best.right
	if at < 0 {
		return 0, cut, left, right
	}

	cut = b.cuts[feature][at]
	left, right = node{nil, n.low, n.top, wl}, node{nil, n.low, n.top, wr}

	switch mid := (wl + wr) / 2; b.directions[feature] {
	case rising:
		left.top, right.low = mid, mid
	case falling:
		left.low, right.top = mid, mid
	}

	for _, i := range n.samples {
		if int(b.binned[i][feature]) <= at {
			left.samples = append(left.samples, i)
		} else {
			right.samples = append(right.samples, i)
		}
	}

	return feature, cut, left, right
}

func (t *grown) eval(l []float32) float64 {
	n := 0
	for n < inner {
		if l[t.feature[n]] < t.split[n] {
			n = 2*n + 1
		} else {
			n = 2*n + 2
		}
	}

	return t.leaf[n-inner]
}

func (b *booster) loss() float64 {
	var sum, all float64

	for i, s := range b.samples {
		odds := b.odds[i]
		if !s.same {
			odds = -odds
		}

		sum += s.weight * math.Log1p(math.Exp(-odds))
		all += s.weight
	}

	return sum / all
}
