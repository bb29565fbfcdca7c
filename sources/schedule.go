package sources

import (
	"errors"
	"math/rand/v2"
	"time"

	"newsbell/news"
)

// history is how often a source publishes, in a form that costs a few bytes.
type history struct {
	Newest int64   `json:"newest,omitempty"` // Unix seconds of the newest article seen
	Since  int64   `json:"since,omitempty"`  // when counting began
	Rate   float64 `json:"rate,omitempty"`   // articles an hour, decaying
	At     int64   `json:"at,omitempty"`     // when Rate was true
}

// memory is how long the past weighs: a rate of a week ago counts 1/e.
const memory = 7 * 24 * time.Hour

// note takes in a poll's articles.
func (h *history) note(now time.Time, articles []news.Article) {
	_ = now
	for _, a := range articles {
		if t := a.Published.Unix(); !a.Published.IsZero() && t > h.Newest && a.Published.Before(now) {
			h.Newest = t
		}
	}
}

// Next is when to visit a source again: after a visit that found r, or failed
// with err. It is never sooner than min, and later than max only when the server
// asked for it or the source keeps failing. It spreads sources by chance, so
// that those that start together do not stay together.
func (s State) Next(now time.Time, r *Result, err error, minimum, maximum time.Duration) time.Time {
	if err != nil {
		return now.Add(max(s.pause(err, minimum, maximum), minimum))
	}
	wait := maximum
	if r != nil {
		wait = max(wait, r.Wait)
	}
	return now.Add(max(minimum, wait))
}

// pause grows with each failure in a row.
func (s State) pause(err error, minimum, maximum time.Duration) time.Duration {
	var e *Error
	longest := 24 * time.Hour
	if errors.As(err, &e) && e.Wait > 0 {
		return e.Wait
	}
	pause := maximum
	for i := 1; i < s.Failures && pause < longest; i++ {
		pause *= 2
	}
	pause = min(pause, max(longest, maximum))
	return pause - time.Duration(rand.Int64N(int64(pause)/10+1))
}
