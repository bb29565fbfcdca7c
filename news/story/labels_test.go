package story_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"newsbell/news/story"
	"newsbell/news/story/storytest"
)

// reporting is the halves of the labelled news that nothing was chosen on.
type reporting struct{ roundups, triplets, headlines, wire, briefs []storytest.Item }

func loadReporting(t *testing.T) reporting {
	t.Helper()

	folder := os.Getenv("NEWSBELL_DATA")
	if folder == "" {
		t.Skip("skipped 5 sets of news: NEWSBELL_DATA is not set")
	}

	var (
		r    reporting
		errs [5]error
	)

	d := storytest.Data(folder)
	r.roundups, errs[0] = d.Roundups(storytest.Reporting)
	r.triplets, errs[1] = d.Triplets(storytest.Reporting)
	r.headlines, errs[2] = d.Headlines(storytest.Reporting)
	r.wire, errs[3] = d.Wire(storytest.Reporting)
	r.briefs, errs[4] = d.Briefs(storytest.Reporting)

	for _, err := range errs {
		if err != nil {
			t.Skipf("skipped a set of news: %v", err)
		}
	}

	return r
}

func group(items []storytest.Item) storytest.Figures {
	g := story.New()

	return storytest.Compare(items, storytest.Run(items, func(n int, it *storytest.Item) int {
		return int(g.Assign(int64(n), &it.Article, it.At).Story)
	}))
}

// TestStreams is the short form of bench/stories: streams as dense as real ones. It holds what is
// reached. The model that is shipped was made of both halves, so what it is worth is not seen
// here but by models of one half (docs/performance-news.md).
func TestStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped 5 streams: -short")
	}

	r := loadReporting(t)
	events, singles := storytest.Thin(slices.Concat(r.roundups, r.triplets), slices.Concat(storytest.WithoutResults(r.wire), r.briefs))
	dense := storytest.Recipe{PerDay: 5000, PerItem: 4, Seed: 99}.Dense(events, singles)
	week := storytest.Week(r.wire, time.Date(1987, 4, 7, 0, 0, 0, 0, time.UTC))

	for _, tt := range []struct {
		name                  string
		items                 []storytest.Item
		precision, recall, b3 float64 // at least
		silenced, wrong       float64 // at most
	}{
		{"dense text", dense, 0.95, 0.47, 0, 0.003, 1},
		{"dense bare", storytest.Cut(dense, storytest.Bare), 0.97, 0.3, 0, 0.002, 1},
		{"round-ups", r.roundups, 0.95, 0.77, 0.91, 1, 1},
		{"round-ups bare", storytest.Cut(r.roundups, storytest.Bare), 0.95, 0.6, 0.85, 1, 1},
		{"wire week", week, 0, 0, 0, 1, 0.008},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := group(tt.items)
			t.Log(f)

			if f.Precision() < tt.precision || f.Recall() < tt.recall || f.B3() < tt.b3 || f.SilencedShare() > tt.silenced || f.WrongShare() > tt.wrong {
				t.Errorf("want P %.3f, R %.3f, B³ %.3f at least, silenced %.4f, wrong %.4f at most", tt.precision, tt.recall, tt.b3, tt.silenced, tt.wrong)
			}
		})
	}
}
