package sources

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/sources/date"
	"newsbell/sources/sourcestest"
)

// TestFresher measures what visiting by a source's own history gains: the mean
// delay from an article's publication to the visit that finds it, against visits
// at one fixed interval for all sources, at the same number of visits.
//
// The real times are those of public headlines of 44 stories in 36 hours, of
// which the first half is what the feed lists at the first visit. Half of the
// stories served to choose the weight of the hour; the figures are of the others.
// The set is a sample with two or three headlines a host, so the hosts that
// begin with one letter are taken as one source. Its times are those at which a
// crawler passed by, in batches: the gain is small. The made-up sources publish
// by chance, with rates as wide apart as those of real outlets and a night; they
// show what a fortnight of history is worth.
func TestFresher(t *testing.T) {
	if testing.Short() {
		t.Skip("it simulates weeks of visits, one after the other")
	}

	t.Run("real times", func(t *testing.T) {
		bySource, from, to := ucitimes(t)
		fresher(t, bySource, from.Add(to.Sub(from)/2), to, 5*time.Minute, 10*time.Hour)
	})
	t.Run("made up", func(t *testing.T) {
		bySource, from, to := madeUp()
		fresher(t, bySource, from.Add(14*24*time.Hour), to, 5*time.Minute, time.Hour)
	})
}

func fresher(t *testing.T, bySource map[string][]time.Time, from, to time.Time, minimum, maximum time.Duration) {
	t.Helper()

	visits, delay, n := simulateAll(bySource, from, to, func(s State, now time.Time) time.Time {
		return s.Next(now, &Result{}, nil, minimum, maximum)
	})
	low, high := time.Minute, 24*time.Hour // the fixed interval that makes as many visits

	var fixedVisits int

	for high-low > 30*time.Second {
		every := (low + high) / 2

		fixedVisits, _, _ = simulateAll(bySource, from, to, func(_ State, now time.Time) time.Time { return now.Add(every) })
		if fixedVisits > visits {
			low = every
		} else {
			high = every
		}
	}
	// Times that come in batches make one fixed interval luckier than the next by a
	// sixth, so it is what intervals around that one bring, at as many visits.
	var product float64

	for percent := -10; percent <= 10; percent += 2 {
		every := high + high*time.Duration(percent)/100
		v, d, _ := simulateAll(bySource, from, to, func(_ State, now time.Time) time.Time { return now.Add(every) })
		product += float64(v) * d
	}

	fixed := product / 11 / float64(visits)
	t.Logf("%d sources, %d articles, %d visits: mean delay %.1f min; at a fixed interval of %s (%d visits) %.1f min: %.0f %% less",
		len(bySource), n, visits, delay, high.Round(time.Minute), fixedVisits, fixed, 100*(1-delay/fixed))

	if delay > 1.02*fixed {
		t.Error("the own history makes it slower")
	}
}

// madeUp are sources whose rates lie between one article in two days and six an
// hour, with four of five articles between 6 and 22 o'clock.
func madeUp() (map[string][]time.Time, time.Time, time.Time) {
	random := rand.New(rand.NewPCG(1, 2))
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to := from.Add(17 * 24 * time.Hour)
	out := make(map[string][]time.Time)

	for i := range 60 {
		rate := 0.02 * math.Pow(300, float64(i)/59) // articles an hour

		var times []time.Time

		for at := from; at.Before(to); at = at.Add(time.Minute) {
			hourly := 1.2 * rate
			if at.Hour() < 6 || at.Hour() >= 22 {
				hourly = 0.6 * rate
			}

			if random.Float64() < hourly/60 {
				times = append(times, at)
			}
		}

		if len(times) > 0 {
			out[fmt.Sprint(i)] = times
		}
	}

	return out, from, to
}

// TestANewSourceIsVisitedSoon: what a new source lists says little, so it is
// visited again after the shortest interval, then ever more seldom.
func TestANewSourceIsVisitedSoon(t *testing.T) {
	for _, c := range []struct {
		minimum     time.Duration
		within      time.Duration
		least, most int // visits within that time
	}{
		{time.Second, 10 * time.Second, 5, 10},
		{time.Second, time.Minute, 8, 16},
		{5 * time.Minute, time.Hour, 5, 9},
		{5 * time.Minute, 25 * time.Hour, 28, 45},
	} {
		var s State

		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		s.History.note(start, []news.Article{{Published: start.Add(-240 * time.Hour)}})

		visits := 0
		for at := start; ; visits++ {
			next := s.Next(at, &Result{}, nil, c.minimum, time.Hour)
			if next.Sub(at) < c.minimum || next.Sub(at) > time.Hour {
				t.Errorf("%s after the start the next visit is in %s", at.Sub(start), next.Sub(at))
			}

			if at = next; at.Sub(start) > c.within {
				break
			}
		}

		if visits < c.least || visits > c.most {
			t.Errorf("%d visits in the first %s at %s, want %d to %d", visits, c.within, c.minimum, c.least, c.most)
		}
	}
}

// simulateAll is the number of visits, the mean delay in minutes and the number
// of articles.
func simulateAll(bySource map[string][]time.Time, from, to time.Time, next func(State, time.Time) time.Time) (int, float64, int) {
	visits, delay, n := 0, 0.0, 0

	const trials = 5
	for i := range trials {
		for _, times := range bySource {
			phase := time.Duration(times[0].UnixNano()>>10+int64(i)*int64(17*time.Minute)) % (90 * time.Minute)
			v, d, k := simulate(times, from.Add(phase), to, next)
			visits, delay, n = visits+v, delay+d, n+k
		}
	}

	return visits / trials, delay / float64(n), n / trials
}

// ucitimes are the publication times of each host in a public set of headlines.
func ucitimes(t *testing.T) (map[string][]time.Time, time.Time, time.Time) {
	files, err := filepath.Glob(filepath.Join(sourcestest.Corpus(t, "cluster-uci"), "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skip("no headlines with times: 0 read")
	}

	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	out := make(map[string][]time.Time)

	var from, to time.Time

	for in := bufio.NewScanner(f); in.Scan(); {
		var row struct {
			Host      string
			Published any
			Timestamp any `json:"ts_ms"`
			Time      any
			Story     string
		}
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			t.Fatal(err)
		}

		at := rowTime(row.Published, row.Timestamp, row.Time)
		if at.IsZero() {
			continue
		}

		if len(row.Story) < 2 || row.Story[1]%2 == 0 { // those stories were used for tuning
			continue
		}

		feed := news.Host("https://" + row.Host)
		feed = feed[:min(len(feed), 1)]

		out[feed] = append(out[feed], at)
		if from.IsZero() || at.Before(from) {
			from = at
		}

		if at.After(to) {
			to = at
		}
	}

	for _, times := range out {
		slices.SortFunc(times, time.Time.Compare)
	}

	return out, from, to
}

func rowTime(values ...any) time.Time {
	for _, v := range values {
		switch v := v.(type) {
		case float64:
			return time.UnixMilli(int64(v))
		case string:
			return date.Parse(v)
		}
	}

	return time.Time{}
}

// simulate visits one source and counts visits and minutes of delay.
func simulate(times []time.Time, from, to time.Time, next func(State, time.Time) time.Time) (visits int, delay float64, found int) {
	var s State

	at := from
	i := 0

	for at.Before(to.Add(2 * time.Hour)) {
		var articles []news.Article
		for i < len(times) && !times[i].After(at) {
			articles = append(articles, news.Article{Published: times[i]})
			if visits > 0 { // what was there at the first visit has no delay of ours
				delay += at.Sub(times[i]).Minutes()
				found++
			}

			i++
		}

		visits++

		s.History.note(at, articles)
		at = next(s, at)
	}

	return visits, delay, found
}

func TestNextFollowsHistory(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	interval := func(every time.Duration) time.Duration {
		var (
			s    State
			list []news.Article
		)
		for i := range 40 {
			list = append(list, news.Article{Published: now.Add(-time.Duration(i) * every)})
		}

		s.History.note(now, list)

		return s.History.interval(now, 5*time.Minute, time.Hour)
	}

	fast, middle, slow := interval(time.Minute), interval(30*time.Minute), interval(8*time.Hour)
	if fast > 10*time.Minute || middle < 20*time.Minute || middle > 40*time.Minute || slow != time.Hour {
		t.Errorf("every minute: %s, every 30 minutes: %s, every 8 hours: %s", fast, middle, slow)
	}
}

func TestNextBounds(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

	const minimum, maximum = 5 * time.Minute, time.Hour
	for name, c := range map[string]struct {
		result   *Result
		err      error
		state    State
		from, to time.Duration
	}{
		"unknown":                 {&Result{}, nil, State{}, minimum, maximum},
		"max-age binds":           {&Result{Wait: 6 * time.Hour}, nil, State{}, 6 * time.Hour, 6*time.Hour + time.Minute},
		"hint is soft":            {&Result{Hint: 24 * time.Hour}, nil, State{}, maximum, maximum},
		"short max-age":           {&Result{Wait: time.Second}, nil, State{}, minimum, maximum},
		"Retry-After of a week":   {nil, &Error{Status: 429, Wait: 7 * 24 * time.Hour}, State{Failures: 1}, 7 * 24 * time.Hour, 7*24*time.Hour + time.Minute},
		"Retry-After of a second": {nil, &Error{Status: 503, Wait: time.Second}, State{Failures: 1}, minimum, 2 * minimum},
		"404":                     {nil, &Error{Status: 404}, State{Failures: 1}, maximum, 2 * maximum},
		"404 for the tenth time":  {nil, &Error{Status: 404}, State{Failures: 10}, 24 * time.Hour, 30 * time.Hour},
		"500":                     {nil, &Error{Status: 500}, State{Failures: 1}, 15 * time.Minute, 20 * time.Minute},
		"500 for the tenth time":  {nil, &Error{Status: 500}, State{Failures: 10}, 24 * time.Hour, 30 * time.Hour},
		"410":                     {nil, &Error{Status: 410, Gone: true}, State{Failures: 1}, 7 * 24 * time.Hour, 8 * 24 * time.Hour},
		"no network":              {nil, &Error{}, State{Failures: 1}, minimum, 2 * minimum},
		"no network for long":     {nil, &Error{}, State{Failures: 1000}, 4 * time.Hour, 5 * time.Hour},
	} {
		for range 100 {
			got := c.state.Next(now, c.result, c.err, minimum, maximum).Sub(now)
			if got < c.from || got > c.to {
				t.Errorf("%s: next visit after %s, want %s to %s", name, got, c.from, c.to)
				break
			}
		}
	}
}

func TestHistoryStaysSmall(t *testing.T) {
	var s State

	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i := range 5000 {
		now = now.Add(7 * time.Minute)
		s.History.note(now, []news.Article{{Published: now.Add(-time.Duration(i%9) * time.Minute)}})
	}

	b, err := json.Marshal(s)
	if err != nil || len(b) > 400 {
		t.Errorf("%d bytes, %v: %s", len(b), err, b)
	}

	if r := s.History.flatRate(); math.IsNaN(r) || r < 4 || r > 10 {
		t.Errorf("%.1f articles an hour, there were 8.6", r)
	}
}
