package sources

import (
	"math"
	"time"

	"newsbell/news"
)

// history is how often a source publishes, and at which hours, in a form that
// fits in a row: counts that fade.
type history struct {
	Newest int64 `json:"newest,omitempty"` // Unix seconds of the newest article seen
	At     int64 `json:"at,omitempty"`     // Unix seconds: up to when counted
	// Hours are articles by hour of the day (UTC), fading by 1/e in two weeks;
	// Time is how many hours each of them stands for, fading alike.
	Hours []float32 `json:"hours,omitempty"`
	Time  float32   `json:"time,omitempty"`
	// Recent is articles an hour lately, fading by 1/e in three hours: news
	// comes in bursts.
	Recent float32 `json:"recent,omitempty"`
}

const (
	longFade  = 14 * 24 * time.Hour
	shortFade = 3 * time.Hour
	// guess is what is assumed of an unknown source, as if seen for a day: an
	// article every two hours.
	guessRate = 0.5
	// backward is how much of the first list of items counts as history.
	backward = 14 * 24 * time.Hour
)

// note takes in a visit that found these articles.
func (h *history) note(now time.Time, articles []news.Article) {
	if len(h.Hours) != 24 {
		h.begin(now, articles)
		return
	}
	passed := now.Sub(time.Unix(h.At, 0))
	if passed <= 0 {
		return
	}
	h.At = now.Unix()
	long, short := fade(passed, longFade), fade(passed, shortFade)
	for i := range h.Hours {
		h.Hours[i] *= long
	}
	h.Time = h.Time*long + float32(passed.Hours()/24)
	fresh := 0
	before := h.Newest
	for _, a := range articles {
		t := a.Published
		if t.IsZero() || t.After(now) {
			t = now
		}
		if t.Unix() <= before || now.Sub(t) > passed+6*time.Hour { // listed before, or dug out of an archive
			continue
		}
		fresh++
		h.Hours[t.UTC().Hour()]++
		h.Newest = max(h.Newest, t.Unix())
	}
	h.Recent = h.Recent*short + (1-short)*float32(float64(fresh)/passed.Hours())
	h.round()
}

// begin makes a history of what the feed lists at the first visit.
func (h *history) begin(now time.Time, articles []news.Article) {
	*h = history{At: now.Unix(), Hours: make([]float32, 24)}
	oldest, n := now, 0
	for _, a := range articles {
		if t := a.Published; !t.IsZero() && !t.After(now) && now.Sub(t) < backward {
			h.Hours[t.UTC().Hour()]++
			n++
			h.Newest = max(h.Newest, t.Unix())
			if t.Before(oldest) {
				oldest = t
			}
		}
	}
	h.Time = float32(now.Sub(oldest).Hours() / 24)
	if n < 3 { // too little to tell: as if it had been watched for a day
		for i := range h.Hours {
			h.Hours[i] += guessRate
		}
		h.Time = max(h.Time, 1)
	}
	h.Recent = float32(h.flat())
	h.round()
}

// round keeps the JSON short.
func (h *history) round() {
	cut := func(v float32) float32 { return float32(math.Round(float64(v)*100) / 100) }
	for i := range h.Hours {
		h.Hours[i] = cut(h.Hours[i])
	}
	h.Time, h.Recent = float32(math.Round(float64(h.Time)*1000)/1000), cut(h.Recent)
}

func fade(passed, over time.Duration) float32 {
	return float32(math.Exp(-float64(passed) / float64(over)))
}

// flat is articles an hour without regard to the hour.
func (h *history) flat() float64 {
	sum := 0.0
	for _, n := range h.Hours {
		sum += float64(n)
	}
	if h.Time <= 0 {
		return guessRate
	}
	return sum / 24 / float64(h.Time)
}

// rate is how many articles an hour to expect at a moment that lies ahead by
// some time: the hour's own habit as far as it is known, and for the next hours
// what has been going on lately.
func (h *history) rate(at time.Time, ahead time.Duration) float64 {
	if len(h.Hours) != 24 {
		return guessRate
	}
	flat := h.flat()
	const trust = 3 // days of the hour's own history that weigh as much as the source's average
	hour := at.UTC().Hour()
	own := 0.0 // smoothed over the hours beside it
	for d, w := range map[int]float64{-1: 0.25, 0: 0.5, 1: 0.25} {
		own += w * float64(h.Hours[(hour+d+24)%24])
	}
	habit := (own + trust*flat) / (float64(h.Time) + trust)
	lately := 0.5 * float64(fade(ahead, shortFade))
	return (1-lately)*habit + lately*float64(h.Recent)
}
