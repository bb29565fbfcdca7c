package subscriptions

import (
	"fmt"
	"math"
	"time"
)

// A subscription with spike: alerts when its last hour is far above its own history. How far
// is the threshold of Farrington's algorithm for outbreaks of disease: what is expected is
// the mean of the same hour of the day, and the one before and after it, on the last four
// weeks' days; the variance is as much larger than a Poisson process's as that of the
// history; the 2/3 power makes counts symmetric; earlier outbreaks count less.
//
//   - Farrington, Andrews, Beale, Catchpole: A statistical algorithm for the early detection
//     of outbreaks of infectious disease, J. R. Statist. Soc. A 159 (1996), 547–563.
//   - Noufaily, Enki, Farrington, Garthwaite, Andrews, Charlett: An improved algorithm for
//     outbreak detection in multiple surveillance systems, Statistics in Medicine 32 (2013),
//     1206–1222: only residuals above 2.58 count less.
const (
	// SpikeWindow is the hour that is counted; what came in it waits as long.
	SpikeWindow = time.Hour
	// SpikeHistory is how far back the history goes, SpikeLearns how much of it there must be.
	SpikeHistory = 28 * 24 * time.Hour
	SpikeLearns  = 7 * 24 * time.Hour
	// SpikeRest is how long a subscription that alerted does not alert again.
	SpikeRest = 12 * time.Hour
	// SpikeLeast is how many stories an hour must have, whatever the history is.
	SpikeLeast = 5
)

const (
	// spikeQuantile is how many standard deviations above its mean an hour must be; spikeRatio
	// is how many times the mean at least. With them a year of simulated counts has at most
	// one false alarm a month (TestAYearOfCounts).
	spikeQuantile = 5
	spikeRatio    = 3
	// outlier is the residual from which on an hour of the history counts less.
	outlier = 2.58
	// rarest is the mean that is taken for a history in which nothing happened.
	rarest = 0.05
)

// SpikeHours lists the hours (since 1970) that a moment's hour is compared with, of those
// from a moment on.
func SpikeHours(now, from time.Time) (hours []int64) {
	this := now.Unix() / 3600

	for day := int64(1); day <= int64(SpikeHistory/(24*time.Hour)); day++ {
		for hour := this - 24*day - 1; hour <= this-24*day+1; hour++ {
			if hour*3600 >= from.Unix() {
				hours = append(hours, hour)
			}
		}
	}

	return hours
}

// IsSpike reports whether n stories in an hour are far above what a history of counts
// expects, which is usual.
func IsSpike(n int, history []int) (is bool, usual float64) {
	weights := make([]float64, len(history))
	for i := range weights {
		weights[i] = 1
	}

	mean, dispersion := meanDispersion(history, weights)
	factor, unit, root := 1.5/math.Sqrt(dispersion), math.Pow(mean, -1.0/6), math.Sqrt(mean)

	for i, count := range history {
		// Anscombe's residual of a count, which is close to normal.
		residual := factor * (math.Pow(float64(count), 2.0/3)*unit - root)
		if residual > outlier {
			weights[i] = 1 / (residual * residual)
		}
	}

	mean, dispersion = meanDispersion(history, weights)
	deviation := math.Sqrt(dispersion * mean * (1 + 1/float64(max(len(history), 1))))
	limit := mean * math.Pow(1+2.0/3*spikeQuantile*deviation/mean, 1.5)

	return float64(n) > max(limit, spikeRatio*mean) && n >= SpikeLeast, mean
}

// meanDispersion is the weighted mean of counts, and how many times larger than it their variance
// is, at least 1.
func meanDispersion(counts []int, weights []float64) (mean, dispersion float64) {
	var sum, weight float64

	for i, n := range counts {
		sum += weights[i] * float64(n)
		weight += weights[i]
	}

	mean = max(sum/max(weight, 1), rarest)

	var squares float64
	for i, n := range counts {
		squares += weights[i] * (float64(n) - mean) * (float64(n) - mean)
	}

	return mean, max(squares/max(weight-1, 1)/mean, 1)
}

// Spike is what a rule says of an hour that was far above its history.
type Spike struct {
	Stories, Usual int
	Number         int // of the subscription in its chat
}

// Rule is the spike as it stands in a table, see [RuleSpike].
func (s Spike) Rule() string {
	return fmt.Sprintf("%s%d %d %d", RuleSpike, s.Stories, s.Usual, s.Number)
}

// ParseSpike reads what Rule prints; ok is false for another rule.
func ParseSpike(rule string) (s Spike, ok bool) {
	n, err := fmt.Sscanf(rule, RuleSpike+"%d %d %d", &s.Stories, &s.Usual, &s.Number)
	return s, err == nil && n == 3
}
