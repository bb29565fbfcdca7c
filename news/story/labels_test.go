package story

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/news"
)

var updateWords = flag.Bool("update", false, "write common_words.txt from the data")

// labelled is an article of which it is known what story it tells.
type labelled struct {
	news.Article
	at   time.Time
	gold string
}

// dataFile reads a file of JSON lines below NEWSBELL_DATA.
func dataFile[T any](t testing.TB, name string) []T {
	t.Helper()

	folder := os.Getenv("NEWSBELL_DATA")
	if folder == "" {
		t.Skip("skipped 1 set of labelled news: NEWSBELL_DATA is not set")
	}

	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Skipf("skipped 1 set of labelled news: %v", err)
	}
	defer f.Close()

	var out []T

	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}

		out = append(out, v)
	}

	if err := lines.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}

	return out
}

// heldOut halves a set: the shipped rules were chosen on the other half.
func heldOut(key string) bool {
	h := fnv.New32a()
	h.Write([]byte(key))

	return h.Sum32()%2 == 1
}

// hours spreads articles of one event over the day: the sets know the day only.
func hours(key string, within int) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(key))

	return time.Duration(h.Sum32()%uint32(within*60)) * time.Minute
}

func allsides(t testing.TB, held bool) []labelled {
	type roundup struct {
		Event    int
		Date     time.Time
		Articles []struct{ Outlet, Title, URL, Text string }
	}

	var out []labelled

	for _, r := range dataFile[roundup](t, "cluster-allsides/roundups_a.jsonl") {
		gold := fmt.Sprint(r.Event)
		if heldOut(gold) != held {
			continue
		}

		for _, a := range r.Articles {
			out = append(out, labelled{
				news.Article{Outlet: a.Outlet, Title: a.Title, URL: a.URL, Text: a.Text, Language: "en"},
				r.Date.Add(hours(a.URL, 12)), gold,
			})
		}
	}

	return byTime(out)
}

func neus(t testing.TB, held bool) []labelled {
	type group struct {
		Group    string
		Articles []struct{ Title, Text string }
	}

	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

	var out []labelled

	for i, g := range dataFile[group](t, "cluster-neus/neus_test_val.jsonl") {
		if heldOut(g.Group) != held {
			continue
		}

		for k, a := range g.Articles {
			at := start.Add(time.Duration(i)*15*time.Minute + hours(a.Title, 6))
			out = append(out, labelled{news.Article{Title: a.Title, Text: a.Text, Outlet: fmt.Sprint("outlet ", k)}, at, g.Group})
		}
	}

	return byTime(out)
}

func uci(t testing.TB, held bool) []labelled {
	type headline struct {
		Title, URL, Outlet, Story string
		TsMs                      int64 `json:"ts_ms"`
	}

	var out []labelled

	for _, h := range dataFile[headline](t, "cluster-uci/uci_a.jsonl") {
		if heldOut(h.Story) == held {
			out = append(out, labelled{news.Article{Title: h.Title, URL: h.URL, Outlet: h.Outlet}, time.UnixMilli(h.TsMs), h.Story})
		}
	}

	return byTime(out)
}

func byTime(in []labelled) []labelled {
	slices.SortStableFunc(in, func(x, y labelled) int { return x.at.Compare(y.at) })
	return in
}

// figures is how well stories agree with the labels.
type figures struct {
	right, told, gold int     // pairs in one story rightly, in all, and by the labels
	b3P, b3R          float64 //
	stories, events   int
}

func (f figures) precision() float64 { return ratio(f.right, f.told) }
func (f figures) recall() float64    { return ratio(f.right, f.gold) }
func (f figures) f1() float64        { return harmonic(f.precision(), f.recall()) }
func (f figures) b3() float64        { return harmonic(f.b3P, f.b3R) }

func (f figures) String() string {
	return fmt.Sprintf("pairs P %.3f R %.3f F1 %.3f · B³ P %.3f R %.3f F1 %.3f · %d stories for %d events",
		f.precision(), f.recall(), f.f1(), f.b3P, f.b3R, f.b3(), f.stories, f.events)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}

	return float64(a) / float64(b)
}

func harmonic(p, r float64) float64 {
	if p+r == 0 {
		return 0
	}

	return 2 * p * r / (p + r)
}

// place runs the articles through s and compares the stories with the labels.
func place(s *Grouper, articles []labelled) figures {
	told := make([]int64, len(articles))
	for i := range articles {
		told[i] = s.Assign(int64(i), &articles[i].Article, articles[i].at)
	}

	return compare(told, articles)
}

func compare(told []int64, articles []labelled) figures {
	type pair struct {
		told int64
		gold string
	}

	byTold, byGold, both := map[int64]int{}, map[string]int{}, map[pair]int{}
	for i, a := range articles {
		byTold[told[i]]++
		byGold[a.gold]++
		both[pair{told[i], a.gold}]++
	}

	f := figures{stories: len(byTold), events: len(byGold)}
	for p, n := range both {
		f.right += n * (n - 1) / 2
		f.b3P += float64(n) * float64(n) / float64(byTold[p.told])
		f.b3R += float64(n) * float64(n) / float64(byGold[p.gold])
	}

	for _, n := range byTold {
		f.told += n * (n - 1) / 2
	}

	for _, n := range byGold {
		f.gold += n * (n - 1) / 2
	}

	f.b3P /= float64(len(articles))
	f.b3R /= float64(len(articles))

	return f
}

// commonWordsFrom is the SHA-256 of the file that the table of common words was
// counted in.
const commonWordsFrom = "6ae9b6bc932876cca062b9cb4a80b97c73f75b9b6e43445c648922a284bb3c02"

// TestCommonWords checks, and with -update writes, the table of common words.
func TestCommonWords(t *testing.T) {
	type dated struct{ Title, Text string }

	articles := dataFile[dated](t, "stories-allsides/stories_a.jsonl")
	counts := map[string]int{}

	for _, a := range articles {
		seen := map[string]bool{}

		words := append(storyWords(a.Title, 60), storyWords(lead(&news.Article{Text: a.Text}), shippedRules().leadWords)...)
		for _, w := range words {
			if !seen[w.stem] {
				seen[w.stem] = true
				counts[w.stem]++
			}
		}
	}

	stems := make([]string, 0, len(counts))
	for stem, n := range counts {
		if n >= 4 {
			stems = append(stems, stem)
		}
	}

	slices.SortFunc(stems, func(x, y string) int { return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x, y)) })

	var b strings.Builder
	fmt.Fprintln(&b, len(articles))

	for _, stem := range stems {
		fmt.Fprintln(&b, stem, counts[stem])
	}

	file, err := os.ReadFile(filepath.Join(os.Getenv("NEWSBELL_DATA"), "stories-allsides/stories_a.jsonl"))
	if err != nil {
		t.Fatal(err)
	}

	if sum := fmt.Sprintf("%x", sha256.Sum256(file)); sum != commonWordsFrom {
		t.Skipf("other data (%s) than the table was counted in", sum)
	}

	if *updateWords {
		if err := os.WriteFile("common_words.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	if b.String() != commonWordsText {
		t.Error("common_words.txt does not follow from the data; run this test with -update")
	}
}

// least is what the shipped rules must reach on news they were not chosen on.
// The stories of cluster-uci are topics of up to 230 headlines over two days, of
// which at most MaxArticles can be one story: there only precision counts.
var least = []struct {
	name              string
	articles          func(testing.TB, bool) []labelled
	precision, recall float64
}{
	{"cluster-allsides", allsides, 0.95, 0.70},
	{"cluster-neus", neus, 0.95, 0.65},
	{"cluster-uci", uci, 0.95, 0.05},
}

// TestStoriesHeldOut prints how well the stories agree with labels.
func TestStoriesHeldOut(t *testing.T) {
	for _, set := range least {
		t.Run(set.name, func(t *testing.T) {
			tuned := place(New(), set.articles(t, false))
			f := place(New(), set.articles(t, true))
			t.Logf("chosen on: %v", tuned)
			t.Logf("held out:  %v", f)

			if f.precision() < set.precision || f.recall() < set.recall {
				t.Errorf("want at least P %.2f and R %.2f", set.precision, set.recall)
			}
		})
	}
}
