package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbell/news"
)

// TestSamplesOfADayAndAMonth: the most of an hour is kept, what is counted is added up, and what is older
// than a month goes.
func TestSamplesOfADayAndAMonth(t *testing.T) {
	t.Parallel()

	s := openTest(t)

	s.update(t, func(tx *Tx) error {
		tx.Now = time.Date(2026, 3, 10, 20, 30, 0, 0, time.UTC)

		if err := tx.KeepSamples(map[Sample]int64{SampleWaiting: 7, SampleArticles: 7}); err != nil {
			return err
		}

		tx.Now = tx.Now.Add(3 * time.Hour)

		for _, n := range []int64{3, 9, 4, 0} {
			if err := tx.KeepSamples(map[Sample]int64{SampleWaiting: n, SampleArticles: n}); err != nil {
				return err
			}

			if err := tx.AddSample(SampleHolds, n); err != nil {
				return err
			}
		}

		tx.Now = tx.Now.Add(2 * time.Hour) // the next day

		if err := tx.KeepSamples(map[Sample]int64{SampleWaiting: 5, SampleArticles: 2}); err != nil {
			return err
		}

		for _, c := range []struct {
			what  Sample
			hours []int
			days  []int
		}{
			{SampleWaiting, []int{0, 9, 0, 5}, []int{0, 9, 5}},
			{SampleArticles, []int{0, 9, 0, 2}, []int{0, 16, 2}},
			{SampleHolds, []int{0, 16, 0, 0}, []int{0, 16, 0}},
			{SampleDelay, []int{0, 0, 0, 0}, []int{0, 0, 0}},
		} {
			hours, err := tx.SamplesByHour(c.what, 4)
			if err != nil || !slices.Equal(hours, c.hours) {
				t.Errorf("%s by hour: %v, %v", c.what, hours, err)
			}

			days, err := tx.SamplesByDay(c.what, 3)
			if err != nil || !slices.Equal(days, c.days) {
				t.Errorf("%s by day: %v, %v", c.what, days, err)
			}
		}

		tx.Now = tx.Now.Add(31 * 24 * time.Hour)

		if err := tx.KeepSamples(nil); err != nil {
			return err
		}

		if all, err := tx.SamplesByDay(SampleWaiting, 60); err != nil || slices.Max(all) != 0 {
			t.Errorf("after a month: %v, %v", all, err)
		}

		return nil
	})
}

// TestSamplesAreMeasured of the hour, not of what was before.
func TestSamplesAreMeasured(t *testing.T) {
	t.Parallel()

	s := openTest(t)
	at := time.Date(2026, 3, 10, 12, 10, 0, 0, time.UTC)

	s.update(t, func(tx *Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}}); err != nil {
			return err
		}

		for i, seen := range []time.Time{at.Add(-20 * time.Minute), at, at} {
			tx.Now = seen

			if _, err := tx.SavePoll(PreparePoll(PollResult{Source: 1, Next: at.Add(time.Hour), Articles: []news.Article{{Key: fmt.Sprint(i), Title: "A", URL: fmt.Sprint("https://a.example/", i)}}}), 48*time.Hour); err != nil {
				return err
			}
		}

		tx.Now = at.Add(time.Minute)

		got, err := tx.MeasureSamples()
		if got[SampleArticles] != 2 || got[SampleWaiting] != 0 || got[SampleDelay] != 0 {
			t.Errorf("%v", got)
		}

		if err != nil {
			return err
		}

		// Two were delivered in the hour before, after nine minutes, and one in this one, after a second.
		for i, done := range []time.Time{at.Add(-11 * time.Minute), at.Add(-11 * time.Minute), at.Add(time.Second)} {
			args := []any{i + 1, toMillis(done), max(i, 1)}
			if _, err := tx.EnsureChat(Chat{Platform: "test", Address: fmt.Sprint(i), Kind: "private"}); err != nil {
				return err
			}

			if err := tx.execAll(args, "INSERT INTO messages (id, chat, kind, state, next_attempt_at, created_at, done_at) VALUES ($1, $1, 'alert', 'sent', 0, 0 * $3, $2)",
				"INSERT INTO alerts (story, chat, article, due_at, created_at, state, message, done_at) VALUES ($1, $1, $3, 0, 0, 'sent', $1, $2)"); err != nil {
				return err
			}
		}

		got, err = tx.MeasureSamples()
		if got[SampleDelay] != 1000 {
			t.Errorf("the hour's alerts took %d ms", got[SampleDelay])
		}

		return err
	})
}

// TestSizesByDay: a day that nothing was noted of is as large as the one before.
func TestSizesByDay(t *testing.T) {
	t.Parallel()

	s := openTest(t)

	s.update(t, func(tx *Tx) error {
		if err := tx.NoteSize(100); err != nil {
			return err
		}

		tx.Now = tx.Now.Add(2 * 24 * time.Hour)

		if err := tx.NoteSize(300); err != nil {
			return err
		}

		if got, err := tx.SizesByDay(4); err != nil || !slices.Equal(got, []int{0, 100, 100, 300}) {
			t.Errorf("%v, %v", got, err)
		}

		return nil
	})
}
