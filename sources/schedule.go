package sources

import (
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"time"
)

// patience is how much unread news may pile up before a source is visited, in
// article-hours: one article waiting for 15 minutes, two for 7.5 and so on.
//
// Visiting when the expected pile reaches one fixed size for all sources is what
// makes the mean delay of articles least for a number of visits: the interval is
// then √(2·patience/rate), visits go by the square root of the rate, which is the
// optimum of Sia & Cho ("Efficient Monitoring Algorithm for Fast News Alerts",
// 2007), and the hours at which a source sleeps are left out by themselves. With
// the value here a source that publishes every 30 minutes is visited every 30.
const patience = 0.25

// Longest pauses after failures, and the shortest of each kind.
const (
	longestPause = 24 * time.Hour
	longestRetry = 4 * time.Hour // nobody answered
)

// Next is when to visit a source again, after a visit that found r or failed
// with err. It is never sooner than minimum, and later than maximum only when
// the server said so or the source keeps failing. Chance spreads sources that
// begin together. It is a pure function but for the chance.
func (s State) Next(now time.Time, r *Result, err error, minimum, maximum time.Duration) time.Time {
	maximum = max(maximum, minimum)
	if err != nil {
		return now.Add(max(minimum, s.pause(err, minimum, maximum)))
	}

	wait := min(s.History.interval(now, minimum, maximum), max(minimum, s.History.watchedFor(now)/2))

	wait -= time.Duration(rand.Float64() * 0.15 * float64(wait))
	if wait <= minimum {
		wait = min(maximum, minimum+time.Duration(rand.Float64()*0.15*float64(minimum)))
	}

	if r != nil {
		wait = max(wait, min(maximum, r.Hint))
		if r.Wait > wait {
			wait = r.Wait + time.Duration(rand.Int64N(int64(min(r.Wait/10, time.Minute))+1))
		}
	}

	return now.Add(max(minimum, min(wait, max(maximum, r.wait()))))
}

// watchedFor is how long a source has been visited. A new one is visited again after
// half of that, however little it lists: its list says little about its habits,
// and its operator wants to see it work.
func (h *history) watchedFor(now time.Time) time.Duration {
	return now.Sub(time.Unix(h.Begun, 0)).Abs()
}

// wait is the server's binding wish with its spread.
func (r *Result) wait() time.Duration {
	if r == nil {
		return 0
	}

	return r.Wait + min(r.Wait/10, time.Minute)
}

// interval is the time after which the expected pile of unread news has reached
// the patience.
func (h *history) interval(now time.Time, minimum, maximum time.Duration) time.Duration {
	const steps = 60

	step := max(maximum/steps, time.Second)
	pile, waiting := 0.0, 0.0

	for at := time.Duration(0); at < maximum; at += step {
		rate := h.rate(now.Add(at))
		hours := step.Hours()
		pile += waiting*hours + rate*hours*hours/2
		waiting += rate * hours

		if pile >= patience {
			return min(maximum, max(minimum, at+step))
		}
	}

	return maximum
}

// pause is how long to leave a failing source alone. It doubles with each failure
// in a row, up to a day, with some chance in it, but not while this machine reaches nobody.
// Retry-After is obeyed instead where the server sent it.
func (s State) pause(err error, minimum, maximum time.Duration) time.Duration {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = &Error{}
	}

	pause, longest := max(minimum, maximum/12), longestRetry

	switch {
	case e.Outage > 0:
		return spread(max(minimum, min(pause, outagePause)))
	case e.Gone:
		return longestPause * 7
	case e.Status == http.StatusTooManyRequests:
		pause, longest = 2*maximum, longestPause
	case e.Status >= 400 && e.Status < 500:
		pause, longest = maximum, longestPause
	case e.Status > 0:
		pause, longest = max(minimum, maximum/4), longestPause
	}

	pause = time.Duration(min(float64(longest), float64(pause)*math.Pow(2, float64(max(0, s.Failures-1)))))

	pause = spread(max(pause, minimum))
	if e.Wait > 0 {
		return max(e.Wait+time.Duration(rand.Int64N(int64(min(e.Wait/10, time.Minute))+1)), minimum)
	}

	return pause
}

// spread makes a pause up to a fifth longer, by chance.
func spread(pause time.Duration) time.Duration {
	return pause + time.Duration(rand.Int64N(int64(pause)/5+1))
}
