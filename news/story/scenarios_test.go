package story

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/news/story/storytest"
)

//go:embed testdata/scenarios.txt
var scenariosText string

// scenario is some hours of news about related things.
type scenario struct {
	name     string
	articles []labelled
}

func scenarios(t testing.TB) []scenario {
	t.Helper()

	start := time.Date(2025, 6, 5, 1, 0, 0, 0, time.UTC)

	var out []scenario

	for line := range strings.Lines(scenariosText) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "== "); ok {
			out = append(out, scenario{name: name})
			start = start.Add(5 * time.Hour)

			continue
		}

		fields := strings.SplitN(line, " | ", 5)
		if len(out) == 0 || len(fields) < 5 {
			continue
		}

		minutes, err := strconv.Atoi(fields[2])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}

		last := &out[len(out)-1]
		last.articles = append(last.articles, labelled{
			news.Article{Outlet: fields[1], Title: fields[3], Text: fields[4], Language: "en"},
			start.Add(time.Duration(minutes) * time.Minute), fmt.Sprint(last.name, "/", fields[0]),
		})
	}

	return out
}

// TestStoriesScenarios places each scenario into an empty memory, as in the first
// hour of a new installation, and all of them into one.
func TestStoriesScenarios(t *testing.T) {
	var (
		all  []labelled
		cold []int
	)

	together := New()

	var warm []int

	for _, sc := range scenarios(t) {
		alone := New()

		for i := range sc.articles {
			a := &sc.articles[i]
			id := int64(len(all))
			cold = append(cold, int(alone.Assign(id, &a.Article, a.at).Story))
			warm = append(warm, int(together.Assign(id, &a.Article, a.at).Story))
			all = append(all, *a)
		}
	}

	items := make([]storytest.Item, len(all))
	for i, a := range all {
		items[i] = storytest.Item{Article: a.Article, At: a.at, Event: a.gold}
	}

	for name, told := range map[string][]int{"alone": cold, "together": warm} {
		f := storytest.Compare(items, told)
		t.Logf("%s: %v", name, f)

		for i, story := range told {
			if all[story].gold != all[i].gold {
				t.Logf("%s: wrong: %q with %q", name, all[i].Title, all[story].Title)
			}
		}

		if f.Precision() < 0.8 || f.Recall() < 0.85 {
			t.Errorf("%s: want at least P 0.80 and R 0.85", name)
		}
	}
}
