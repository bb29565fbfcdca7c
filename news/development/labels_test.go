package development

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/news"
)

// labelled is one judgement: what was told, and what came then.
type labelled struct {
	set  string
	key  string // the halves are by its hash
	new  bool
	told []dated
	came dated
}

type dated struct {
	news.Article

	at time.Time
}

type rawArticle struct {
	Title, URL, Text, Outlet string
	Published                time.Time
}

func (r *rawArticle) dated(at time.Time) dated {
	return dated{news.Article{Title: r.Title, URL: r.URL, Text: r.Text, Outlet: r.Outlet, Language: "en"}, at}
}

type roundup struct {
	Event      int
	EventTitle string `json:"event_title"`
	Date       time.Time
	Articles   []rawArticle
}

// addressDate finds the day that many outlets put into their addresses.
var addressDate = regexp.MustCompile(`/(20\d\d)/(\d\d?|[a-z]{3})/(\d\d?)[/-]`)

// dayOf is noon of the day on which an article came out: by its address, else its round-up's.
func dayOf(a *rawArticle, r *roundup) time.Time {
	noon := r.Date.UTC().Truncate(24 * time.Hour).Add(12 * time.Hour)

	m := addressDate.FindStringSubmatch(a.URL)
	if m == nil {
		return noon
	}

	for _, layout := range []string{"2006/1/2", "2006/Jan/2"} {
		if t, err := time.Parse(layout, m[1]+"/"+m[2]+"/"+m[3]); err == nil {
			return t.Add(12 * time.Hour)
		}
	}

	return noon
}

func readLines[T any](t *testing.T, name string) []T {
	t.Helper()

	folder := os.Getenv("NEWSBELL_DATA")
	if folder == "" {
		t.Skip("NEWSBELL_DATA names no folder: 0 labels judged")
	}

	f, err := os.Open(filepath.Join(folder, name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not in NEWSBELL_DATA: 0 labels judged", name)
	}

	if err != nil {
		t.Fatal(err)
	}

	defer f.Close()

	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}

	var all []T

	for d := json.NewDecoder(r); ; {
		var v T

		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return all
		}

		if err != nil {
			t.Fatal(err)
		}

		all = append(all, v)
	}
}

// readLabels reads the judgements of testdata and those that round-ups imply.
func readLabels(t *testing.T) []labelled {
	t.Helper()

	wire := readLines[rawArticle](t, "stream-singles/wire-1987.jsonl.gz")
	roundups := readLines[*roundup](t, "cluster-allsides/roundups_a.jsonl")
	byEvent := map[int]*roundup{}

	for _, r := range roundups {
		byEvent[r.Event] = r
	}

	f, err := os.Open("testdata/labels.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var (
		all    []labelled
		second bool
	)

	for lines := bufio.NewScanner(f); lines.Scan(); {
		var (
			set, what string
			i, j      int
		)

		second = second || strings.HasPrefix(lines.Text(), "# A second reading")

		if n, _ := fmt.Sscan(lines.Text(), &set, &i, &j, &what); n != 4 {
			continue
		}

		if set == "roundup" {
			all = append(all, chain(lines.Text(), byEvent[i], byEvent[j])...)
			continue
		}

		if second {
			set = "wire, second reading"
		}

		all = append(all, labelled{
			set: set, key: lines.Text(), new: what == "new",
			told: []dated{wire[i].dated(wire[i].Published)}, came: wire[j].dated(wire[j].Published),
		})
	}

	for _, r := range roundups {
		if !strings.HasPrefix(r.EventTitle, "Perspectives") { // opinions: each is another view
			all = append(all, tellings(r)...)
		}
	}

	return all
}

// chain is what a round-up brings to those who know an earlier one: each of its articles is new,
// and told again when another one came before it.
func chain(key string, before, after *roundup) (all []labelled) {
	told := before.dated()
	latest := time.Time{}

	for _, d := range told {
		if d.at.After(latest) {
			latest = d.at
		}
	}

	for i := range after.Articles {
		came := after.Articles[i].dated(dayOf(&after.Articles[i], after))
		if came.at.Before(latest) {
			came.at = latest
		}

		other := &after.Articles[(i+1)%len(after.Articles)]

		all = append(all,
			labelled{set: "next round-up", key: key, new: true, told: told, came: came},
			labelled{set: "next round-up, again", key: key, told: append(slices.Clip(told), other.dated(dayOf(other, after))), came: came})
	}

	return all
}

func (r *roundup) dated() (all []dated) {
	for i := range r.Articles {
		at := dayOf(&r.Articles[i], r)
		if noon := r.Date.UTC().Truncate(24 * time.Hour).Add(12 * time.Hour); at.After(noon) {
			at = noon
		}

		all = append(all, r.Articles[i].dated(at))
	}

	return all
}

// tellings is each article of a round-up after all others, and after one of them.
func tellings(r *roundup) (all []labelled) {
	key := fmt.Sprint("event ", r.Event)

	for i := range r.Articles {
		var told []dated

		for j := range r.Articles {
			if j != i {
				told = append(told, r.Articles[j].dated(dayOf(&r.Articles[j], r)))
			}
		}

		came := r.Articles[i].dated(dayOf(&r.Articles[i], r))
		all = append(all, labelled{set: "round-up", key: key, told: told, came: came},
			labelled{set: "round-up, one told", key: key, told: told[:1], came: came})
	}

	return all
}

// isReporting reports whether a label is of the half that nothing was chosen on.
func isReporting(key string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails

	return h.Sum32()%2 == 1
}

// share counts how many of some were judged new.
type share struct{ new, all int }

func (s share) part() float64 { return float64(s.new) / float64(max(s.all, 1)) }

func (s share) String() string { return fmt.Sprintf("%d of %d (%.3f)", s.new, s.all, s.part()) }

// TestDevelopmentsAreTold holds the promise on the half of the labels that nothing was chosen on.
func TestDevelopmentsAreTold(t *testing.T) {
	var found, again share

	sets := map[string]share{}

	for _, l := range readLabels(t) {
		if !isReporting(l.key) {
			continue
		}

		var s Story
		for i := range l.told {
			s.Add(&l.told[i].Article, l.told[i].at)
		}

		count := &again
		if l.new {
			count = &found
		}

		name := fmt.Sprintf("%s, new: %v", l.set, l.new)
		of := sets[name]
		of.all++
		count.all++

		if s.Judge(&l.came.Article, l.came.at).New {
			of.new++
			count.new++
		}

		sets[name] = of
	}

	for name, s := range sets {
		t.Logf("%-36s judged new: %s", name, s)
	}

	t.Logf("developments judged new: %s; tellings again judged new: %s", found, again)

	if found.part() < 0.8 || again.part() >= 0.1 {
		t.Errorf("of developments %s are told, want 0.8 or more; of tellings again %s, want less than 0.1", found, again)
	}
}

// TestTellingsAgainHoursLater: round-ups say the day of an article, not its hour. However late
// others tell the same again, few are taken for developments.
func TestTellingsAgainHoursLater(t *testing.T) {
	hours := []int{4, 8, 12}
	late := make([]share, len(hours))

	for _, l := range readLabels(t) {
		if l.new || strings.HasPrefix(l.set, "wire") || !isReporting(l.key) {
			continue
		}

		var s Story

		for i := range l.told {
			s.Add(&l.told[i].Article, l.told[i].at)
		}

		for i, h := range hours {
			at := s.last.Add(time.Duration(h) * time.Hour)
			if l.came.at.After(at) {
				at = l.came.at
			}

			if late[i].all++; s.Judge(&l.came.Article, at).New {
				late[i].new++
			}
		}
	}

	for i, h := range hours {
		t.Logf("%2d hours later judged new: %s", h, late[i])
	}

	if late[0].part() >= 0.1 || late[1].part() >= 0.25 {
		t.Errorf("tellings again are told: %v, want less than 0.1 four hours later and 0.25 eight hours later", late)
	}
}
