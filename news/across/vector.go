package across

import (
	"errors"
	"math"
)

// Vector is where a text stands for a model, in whole numbers from -127 to 127: a byte each, since
// only directions are compared. Vectors of different models say nothing of each other.
type Vector []int8

// Bounds of the vectors of a model: what is shorter tells little apart, and no model that people
// run has longer ones.
const (
	leastNumbers = 16
	mostNumbers  = 8192
)

// What is wrong with a vector.
var (
	errLength    = errors.New("a vector has too few numbers, or too many")
	errNumber    = errors.New("a vector holds what is no number")
	errDirection = errors.New("a vector points nowhere")
)

// Pack makes a Vector of what a model answered.
func Pack(v []float32) (Vector, error) {
	if len(v) < leastNumbers || len(v) > mostNumbers {
		return nil, errLength
	}

	largest := 0.0

	for _, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, errNumber
		}

		largest = max(largest, math.Abs(float64(x)))
	}

	if largest == 0 {
		return nil, errDirection
	}

	packed := make(Vector, len(v))
	for i, x := range v {
		packed[i] = int8(math.Round(float64(x) / largest * 127))
	}

	return packed, nil
}

// Bytes returns a vector as it is kept.
func (v Vector) Bytes() []byte {
	b := make([]byte, len(v))
	for i, x := range v {
		b[i] = byte(x)
	}

	return b
}

// FromBytes reads a vector that was kept.
func FromBytes(b []byte) Vector {
	v := make(Vector, len(b))
	for i, x := range b {
		v[i] = int8(x)
	}

	return v
}

// Cosine says how near two vectors are, 1 the same direction; 0 where they have not as many numbers.
func (v Vector) Cosine(w Vector) float64 { return cosine(v, w, v.norm(), w.norm()) }

func (v Vector) norm() float64 { return math.Sqrt(float64(dot(v, v))) }

func cosine(v, w Vector, ofV, ofW float64) float64 {
	if len(v) != len(w) || ofV == 0 || ofW == 0 {
		return 0
	}

	return float64(dot(v, w)) / (ofV * ofW)
}

func dot(v, w Vector) int64 {
	sum := int64(0)
	for i, x := range v {
		sum += int64(x) * int64(w[i])
	}

	return sum
}

// Least values of what is near without being the same.
const (
	nearSpreads = 2.5 // standard deviations above the mean of all
	nearLeast   = 50  // vectors without which nothing is known of chance
)

// Near scores the vectors that stand out of many as near to one, by their index: from 0, as all of them
// are in the mean, to 1, the same.
func Near(own Vector, others []Vector) map[int]float64 {
	if len(others) < nearLeast {
		return nil
	}

	cosines := make([]float64, len(others))
	norm, sum, squares := own.norm(), 0.0, 0.0

	for i, o := range others {
		cosines[i] = cosine(own, o, norm, o.norm())
		sum += cosines[i]
		squares += cosines[i] * cosines[i]
	}

	n := float64(len(others))
	mean := sum / n
	least := mean + nearSpreads*math.Sqrt(max(squares/n-mean*mean, 0))
	near := map[int]float64{}

	for i, c := range cosines {
		if c > least {
			near[i] = (c - mean) / (1 - mean)
		}
	}

	return near
}
