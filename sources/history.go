package sources

import (
	"math"
	"slices"
	"time"

	"newsbell/news"
)

// history is how often a source publishes, and at which hours, in a form that
// fits in a row: counts that fade.
type history struct {
	Newest int64 `json:"newest,omitempty"` // Unix seconds of the newest article seen
	At     int64 `json:"at,omitempty"`     // Unix seconds: up to when counted
	Begun  int64 `json:"begun,omitempty"`  // Unix seconds of the first visit
	// Hours are articles by hour of the day (UTC), fading by 1/e in two weeks;
	// Time is how many hours each of them stands for, fading alike.
	Hours []float32 `json:"hours,omitempty"`
	Time  float32   `json:"time,omitempty"`
}

const (
	longFade = 14 * 24 * time.Hour
	// What is assumed of an unknown source, as if it had been watched for an hour
	// and published half an article in it.
	guessArticles, guessHours = 0.5, 1
	// backward is how much of the first list of items counts as history.
	backward = 14 * 24 * time.Hour
	// quiet is how long visits that found nothing go without being noted.
	quiet = 12 * time.Hour
)

// note takes in a visit that found these articles, and reports whether anything
// has changed. Counts fade by the hour and not at each visit: rounded, a little of
// nothing would be nothing for ever. A visit that found nothing is noted with a
// later one, so that it need not be kept.
func (h *history) note(now time.Time, articles []news.Article) bool {
	if len(h.Hours) != 24 {
		h.begin(now, articles)
		return true
	}

	passed := now.Sub(time.Unix(h.At, 0))
	if len(articles) == 0 && passed < quiet {
		return false
	}

	h.Hours = slices.Clone(h.Hours) // others may hold the state as it was
	if passed >= time.Hour {
		h.At = now.Unix()

		long := fadeWeight(passed, longFade)
		for i := range h.Hours {
			h.Hours[i] *= long
		}

		h.Time = h.Time*long + float32(passed.Hours()/24)
	}

	before := h.Newest

	for _, a := range articles {
		t := a.Published
		if t.IsZero() || t.After(now) {
			t = now
		}

		if t.Unix() <= before || now.Sub(t) > passed+6*time.Hour { // listed before, or dug out of an archive
			continue
		}

		h.Hours[t.UTC().Hour()]++
		h.Newest = max(h.Newest, t.Unix())
	}

	h.round()

	return true
}

// begin makes a history of what the feed lists at the first visit.
func (h *history) begin(now time.Time, articles []news.Article) {
	*h = history{At: now.Unix(), Begun: now.Unix(), Hours: make([]float32, 24)}

	oldest := now
	for _, a := range articles {
		if t := a.Published; !t.IsZero() && !t.After(now) && now.Sub(t) < backward {
			h.Hours[t.UTC().Hour()]++

			h.Newest = max(h.Newest, t.Unix())
			if t.Before(oldest) {
				oldest = t
			}
		}
	}

	h.Time = float32(now.Sub(oldest).Hours() / 24)
	h.round()
}

// round keeps the JSON short.
func (h *history) round() {
	cut := func(v float32) float32 { return float32(math.Round(float64(v)*1000) / 1000) }
	for i := range h.Hours {
		h.Hours[i] = cut(h.Hours[i])
	}

	h.Time = cut(h.Time)
}

func fadeWeight(passed, over time.Duration) float32 {
	return float32(math.Exp(-float64(passed) / float64(over)))
}

// flatRate is articles an hour without regard to the hour.
func (h *history) flatRate() float64 {
	sum := 0.0
	for _, n := range h.Hours {
		sum += float64(n)
	}

	return (sum + guessArticles) / (24*float64(h.Time) + guessHours)
}

// rate is how many articles an hour to expect at a moment: the hour's own habit
// as far as it is known, else the source's average. What happened in the last
// hours is left out: on real times it made the guess worse.
func (h *history) rate(at time.Time) float64 {
	if len(h.Hours) != 24 {
		return guessArticles / guessHours
	}

	const trust = 14 // days of the hour's own history that weigh as much as the average

	hour := at.UTC().Hour()
	own := 0.5*h.Hours[hour] + 0.25*h.Hours[(hour+23)%24] + 0.25*h.Hours[(hour+1)%24]

	return (float64(own) + trust*h.flatRate()) / (float64(h.Time) + trust)
}
