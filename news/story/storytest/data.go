// Package storytest builds streams of news of which it is known what tells the same story,
// and measures how well a grouping agrees with that. The benchmark (bench/stories), the
// trainer and the tests share it, so that all of them measure one thing.
//
// The labelled news lies in the folder that NEWSBELL_DATA names. Every set is halved by a
// hash of its event: rules and weights are chosen on Choosing, figures are reported on
// Reporting. Nothing of package story is known here.
package storytest

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"newsbell/news"
)

// Item is an article of a stream and what is known of it.
type Item struct {
	news.Article

	At     time.Time
	Event  string // what it tells; its own when nothing else of the stream tells it
	Labels Labels // of a wire article
}

// Labels are labels that prove two articles different when they have none in common.
type Labels struct{ Tickers, Topics, Places []string }

// Disjoint reports whether the labels prove that two articles tell different stories.
func (f Labels) Disjoint(g Labels) bool {
	return isDisjoint(f.Tickers, g.Tickers) || isDisjoint(f.Topics, g.Topics) || isDisjoint(f.Places, g.Places)
}

func isDisjoint(x, y []string) bool {
	return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(v string) bool { return slices.Contains(y, v) })
}

// Half is a part of a data set.
type Half bool

// What the halves are for.
const (
	Choosing  Half = false
	Reporting Half = true
)

func (h Half) has(key string) bool { return Half(hashKey(key)%2 == 1) == h }

func hashKey(key string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails

	return h.Sum32()
}

// pseudoTime is a fixed pseudo-random time of a key: the sets know the day only.
func pseudoTime(key string, within time.Duration) time.Duration {
	minutes := uint32(within / time.Minute)
	return time.Duration(hashKey(key)%max(minutes, 1)) * time.Minute
}

// Data is the folder of labelled news.
type Data string

// Roundups returns articles of two or three outlets on one event, dated.
func (d Data) Roundups(h Half) ([]Item, error) {
	type roundup struct {
		Event    int
		Date     time.Time
		Articles []struct{ Outlet, Title, URL, Text string }
	}

	var out []Item

	err := eachLine(d, "cluster-allsides/roundups_a.jsonl", func(r *roundup) {
		event := fmt.Sprint(r.Event)
		if !h.has(event) {
			return
		}

		for _, a := range r.Articles {
			out = append(out, Item{
				Article: news.Article{Outlet: a.Outlet, Title: a.Title, URL: a.URL, Text: a.Text, Language: "en"},
				At:      r.Date.Add(pseudoTime(a.URL, 12*time.Hour)).UTC(), Event: "roundup " + event,
			})
		}
	})

	return byTime(out), err
}

// Triplets returns three articles on each event, an event every 15 minutes: the set has no
// dates.
func (d Data) Triplets(h Half) ([]Item, error) {
	type group struct {
		Group    string
		Articles []struct{ Title, Text string }
	}

	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	n := 0

	var out []Item

	err := eachLine(d, "cluster-neus/neus_test_val.jsonl", func(g *group) {
		if n++; !h.has(g.Group) {
			return
		}

		for k, a := range g.Articles {
			out = append(out, Item{
				Article: news.Article{Title: a.Title, Text: a.Text, Outlet: fmt.Sprint("outlet ", k), Language: "en"},
				At:      start.Add(time.Duration(n)*15*time.Minute + pseudoTime(a.Title, 6*time.Hour)), Event: "triplet " + g.Group,
			})
		}

		moveWeekdays(out[len(out)-len(g.Articles):])
	})

	return byTime(out), err
}

// Headlines returns headlines without a text, of events that many outlets tell.
func (d Data) Headlines(h Half) ([]Item, error) {
	type headline struct {
		Title, URL, Outlet, Story string
		TsMs                      int64 `json:"ts_ms"`
	}

	var out []Item

	err := eachLine(d, "cluster-uci/uci_a.jsonl", func(l *headline) {
		if h.has(l.Story) {
			out = append(out, Item{
				Article: news.Article{Title: l.Title, URL: l.URL, Outlet: l.Outlet, Language: "en"},
				At:      time.UnixMilli(l.TsMs).UTC(), Event: "headline " + l.Story,
			})
		}
	})

	return byTime(out), err
}

// Pair is two articles of which people said whether they tell the same event.
type Pair struct {
	Same bool
	A, B news.Article
}

// Pairs returns hard pairs of whole articles in a language ("en", "ru"). They have no halves:
// nothing is chosen on them.
func (d Data) Pairs(language string) ([]Pair, error) {
	type pair struct {
		SameEvent bool `json:"same_event"`
		A, B      struct{ URL, Title, Text string }
	}

	var out []Pair

	err := eachLine(d, "cluster-tgcontest/pairs_"+language+"_train.jsonl", func(p *pair) {
		out = append(out, Pair{
			Same: p.SameEvent,
			A:    news.Article{URL: p.A.URL, Title: p.A.Title, Text: p.A.Text, Language: language},
			B:    news.Article{URL: p.B.URL, Title: p.B.Title, Text: p.B.Text, Language: language},
		})
	})

	return out, err
}

// wireChoosing is the end of the part of the wire that things are chosen on.
var wireChoosing = time.Date(1987, 4, 4, 0, 0, 0, 0, time.UTC) // a constant

// Wire returns unlabelled articles of one agency at their true times, spread over 300 pretended
// outlets: until 3 April 1987 for choosing, those after it for reporting.
func (d Data) Wire(h Half) ([]Item, error) {
	type single struct {
		Title, Text string
		Published   time.Time

		Labels
	}

	var out []Item

	err := eachLine(d, "stream-singles/wire-1987.jsonl.gz", func(s *single) {
		if Half(!s.Published.Before(wireChoosing)) == h {
			out = append(out, newItem(s.Title, s.Text, s.Published, s.Labels))
		}
	})

	return byTime(out), err
}

// Week returns the articles of seven days.
func Week(items []Item, from time.Time) []Item {
	var out []Item

	for _, it := range items {
		if d := it.At.Sub(from); d >= 0 && d < 7*24*time.Hour {
			out = append(out, it)
		}
	}

	return out
}

// Briefs returns unlabelled short articles without a time.
func (d Data) Briefs(h Half) ([]Item, error) {
	var out []Item

	err := eachLine(d, "stream-singles/briefs-2004.jsonl.gz", func(s *struct{ Title, Text string }) {
		if h.has(s.Title) {
			out = append(out, newItem(s.Title, s.Text, time.Time{}, Labels{}))
		}
	})

	return out, err
}

// Dated returns unlabelled articles of 2012 to 2020, of 101 outlets. Nothing is chosen on them.
func (d Data) Dated() ([]Item, error) {
	var out []Item

	err := eachLine(d, "stories-allsides/stories_a.jsonl", func(s *struct{ Outlet, Title, Text, Date string }) {
		at, _ := time.Parse(time.DateOnly, s.Date)
		it := newItem(s.Title, s.Text, at.Add(pseudoTime(s.Title, 24*time.Hour)), Labels{})
		it.Outlet = s.Outlet
		out = append(out, it)
	})

	return byTime(out), err
}

func newItem(title, text string, at time.Time, labels Labels) Item {
	return Item{
		Article: news.Article{Title: title, Text: text, Outlet: fmt.Sprint("outlet ", hashKey(title)%300), Language: "en"},
		At:      at, Event: fmt.Sprintf("single %s %x", title, hashKey(text)), Labels: labels,
	}
}

func byTime(in []Item) []Item {
	slices.SortStableFunc(in, func(x, y Item) int { return x.At.Compare(y.At) })
	return in
}

// eachLine reads a file of JSON lines, compressed or not.
func eachLine[T any](d Data, name string, each func(*T)) error {
	f, err := os.Open(filepath.Join(string(d), name))
	if err != nil {
		return fmt.Errorf("read labelled news: %w", err)
	}
	defer f.Close()

	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf("read labelled news: %s: %w", name, err)
		}
	}

	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return fmt.Errorf("read labelled news: %s: %w", name, err)
		}

		each(&v)
	}

	if err := lines.Err(); err != nil {
		return fmt.Errorf("read labelled news: %s: %w", name, err)
	}

	return nil
}
