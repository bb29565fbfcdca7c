package subscriptions

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// stream makes the moments at which stories of a topic come: an hour has as many as a Poisson
// process whose rate follows the time of day and the day of the week, and varies by chance
// from hour to hour, the more the smaller shape is (a negative binomial distribution).
type stream struct {
	rate  float64 // a mean hour
	shape float64 // infinite: a Poisson process
	r     *rand.Rand
}

func (s *stream) hour(at time.Time) []time.Time {
	rate := s.rate * (1 + 0.8*math.Sin(2*math.Pi*float64(at.Hour()-9)/24))
	if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
		rate *= 0.6
	}

	if !math.IsInf(s.shape, 1) {
		rate *= s.gamma()
	}

	var moments []time.Time
	for left := s.r.ExpFloat64(); left < rate; left += s.r.ExpFloat64() {
		moments = append(moments, at.Add(time.Duration(left/rate*float64(time.Hour))))
	}

	return moments
}

// gamma is a number of the gamma distribution with mean 1 (Marsaglia and Tsang, 2000).
func (s *stream) gamma() float64 {
	shape, boost := s.shape, 1.0
	if shape < 1 {
		boost = math.Pow(s.r.Float64(), 1/shape)
		shape++
	}

	d := shape - 1.0/3

	for {
		x := s.r.NormFloat64()
		if v := math.Pow(1+x/math.Sqrt(9*d), 3); v > 0 && math.Log(s.r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v * boost / s.shape
		}
	}
}

// spikeFollower plays moments to a subscription with spike: from a time on: it looks whenever a
// story comes, as the minutes of the chores do.
type spikeFollower struct {
	began  time.Time
	hours  map[int64]int
	recent []time.Time
	rang   []time.Time

	// What is compared with in an hour does not change within it: so many are no spike in it.
	hour, calm int
}

func (f *spikeFollower) take(at time.Time) {
	f.hours[at.Unix()/3600]++

	f.recent = append(f.recent, at)
	for at.Sub(f.recent[0]) >= SpikeWindow {
		f.recent = f.recent[1:]
	}

	if len(f.recent) < SpikeLeast || at.Sub(f.began) < SpikeLearns || len(f.rang) > 0 && at.Sub(f.rang[len(f.rang)-1]) < SpikeRest {
		return
	}

	if hour := int(at.Unix() / 3600); hour != f.hour {
		f.hour, f.calm = hour, 0
	}

	if len(f.recent) <= f.calm {
		return
	}

	var history []int
	for _, hour := range SpikeHours(at, f.began) {
		history = append(history, f.hours[hour])
	}

	if is, _ := IsSpike(len(f.recent), history); is {
		f.rang = append(f.rang, at)
	} else {
		f.calm = len(f.recent)
	}
}

// A year of counts has at most one false alarm a month, whatever the rate, and however
// irregular the counts are. Bursts of ten times a mean hour, at least ten stories, ring within
// it: nine of ten, and where hours vary as much by themselves as those of shape 1, half. These
// seeds are not those that the constants were tried on.
func TestAYearOfCounts(t *testing.T) {
	t.Parallel()

	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

	rates := []float64{0.1, 0.5, 2}
	if os.Getenv("NEWSBELL_LONG") != "" {
		rates = append(rates, 0.01, 8, 30)
	}

	for _, rate := range rates {
		for _, shape := range []float64{math.Inf(1), 4, 1} {
			t.Run(fmt.Sprintf("%v an hour, shape %v", rate, shape), func(t *testing.T) {
				t.Parallel()

				calm := &spikeFollower{began: start, hours: map[int64]int{}}
				loud := &spikeFollower{began: start, hours: map[int64]int{}}
				s := &stream{rate, shape, rand.New(rand.NewPCG(uint64(1000*rate)+7001, uint64(min(shape, 9))))}
				bursts, missed := 0, 0

				for hour := range 365 * 24 {
					at := start.Add(time.Duration(hour) * time.Hour)

					moments := s.hour(at)
					for _, m := range moments {
						calm.take(m)
						loud.take(m)
					}

					if hour < 14*24 || hour%(9*24+5) != 0 { // 39 times a year, at all hours
						continue
					}

					bursts++
					before := len(loud.rang)

					for n := max(10, int(10*rate)); n > 0; n-- {
						loud.take(at.Add(time.Hour - time.Duration(n)*time.Second))
					}

					if len(loud.rang) == before && (before == 0 || at.Sub(loud.rang[before-1]) > SpikeRest) {
						missed++
					}
				}

				t.Logf("%d false alarms a year, %d of %d bursts missed", len(calm.rang), missed, bursts)

				if len(calm.rang) > 12 {
					t.Errorf("%d false alarms in a year", len(calm.rang))
				}

				allowed := bursts / 10
				if shape <= 1 {
					allowed = bursts / 2
				}

				if missed > allowed {
					t.Errorf("%d of %d bursts were not noticed", missed, bursts)
				}
			})
		}
	}
}

func TestIsSpike(t *testing.T) {
	t.Parallel()

	flat := func(n, count int) (counts []int) {
		for range n {
			counts = append(counts, count)
		}

		return counts
	}

	for name, c := range map[string]struct {
		n       int
		history []int
		want    bool
	}{
		"nothing ever":            {4, flat(84, 0), false}, // fewer than SpikeLeast
		"five where nothing was":  {5, flat(84, 0), true},
		"a little more":           {4, flat(84, 2), false},
		"ten times":               {20, flat(84, 2), true},
		"twice, though regularly": {60, flat(84, 30), false},
		"after an earlier burst":  {20, append(flat(83, 1), 40), true},
		"no history at all":       {30, nil, true}, // SpikeLearns keeps it from ringing
	} {
		if got, usual := IsSpike(c.n, c.history); got != c.want {
			t.Errorf("%s: %v (usual %.2f)", name, got, usual)
		}
	}
}

// The hours that an hour is compared with are 84, all of the same time of the day.
func TestSpikeHours(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 28, 14, 20, 0, 0, time.UTC)

	hours := SpikeHours(now, now.Add(-SpikeHistory-2*time.Hour))
	if len(hours) != 84 {
		t.Errorf("%d hours", len(hours))
	}

	for _, hour := range hours {
		if at := time.Unix(hour*3600, 0).UTC(); at.Hour() < 13 || at.Hour() > 15 || !at.Before(now.Add(-22*time.Hour)) {
			t.Errorf("%s is compared with %s", now, at)
		}
	}

	if hours := SpikeHours(now, now.Add(-SpikeLearns)); len(hours) != 3*7-2 {
		t.Errorf("of a week %d hours are compared with", len(hours))
	}
}
