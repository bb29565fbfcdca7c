// Command rouge measures what is told of a story of several outlets against a summary that people
// wrote of it, by ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004): the F1 of words, of pairs of words and of the
// longest common subsequence, in lower case, without stemming.
//
//	NEWSBELL_DATA=… go run ./summaries/rouge [-half choosing|reporting]
//
// All texts are cut to 300 characters, as alerts are. Stories are halved by a hash of their names.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"newsbell/news"
	"newsbell/news/summary"
)

const (
	characters = 300 // of a summary
	sentences  = 3   // of the story, from which they are cut
)

// told is a story with what people wrote of it.
type told struct {
	Event            int
	Group            string
	ReferenceSummary string `json:"reference_summary"`
	Reference        struct{ Text string }
	Articles         []struct{ Outlet, Title, Text string }
}

// figures are sums of ROUGE-1, ROUGE-2 and ROUGE-L.
type figures [3]float64

func main() {
	half := flag.String("half", "", "half of the stories: choosing or reporting; \"\": all")
	flag.Parse()

	for _, file := range []string{"cluster-allsides/roundups_a.jsonl", "cluster-neus/neus_test_val.jsonl"} {
		if err := measure(filepath.Join(os.Getenv("NEWSBELL_DATA"), file), *half); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// halfOf names the half that a story is in.
func (s *told) halfOf() string {
	h := fnv.New32a()
	fmt.Fprint(h, s.Event, s.Group)

	if h.Sum32()>>8&1 == 1 {
		return "reporting"
	}

	return "choosing"
}

func measure(path, half string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()

	var (
		lead, first, medoid, medoidLead, centroid figures

		n int
	)

	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		var s told
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}

		want := s.ReferenceSummary + s.Reference.Text // a file has the one or the other
		if want == "" || len(s.Articles) == 0 || half != "" && s.halfOf() != half {
			continue
		}

		var (
			articles []*news.Article
			tellings []summary.Telling
		)

		for _, a := range s.Articles {
			n := &news.Article{Outlet: a.Outlet, Title: a.Title, Text: a.Text}
			articles = append(articles, n)
			tellings = append(tellings, summary.Telling{Article: n, Summary: summary.Summarize("", a.Title, a.Text, characters)})
		}

		chosen := summary.ChooseLead(tellings)

		n++
		lead.add(news.Truncate(articles[0].Text, characters), want)
		first.add(tellings[0].Summary, want)
		medoidLead.add(news.Truncate(articles[chosen].Text, characters), want)
		medoid.add(tellings[chosen].Summary, want)
		centroid.add(shortOf(articles), want)
	}

	fmt.Printf("%s, %d stories\n", filepath.Base(path), n)
	fmt.Printf("  first %d characters         %s\n  … of the medoid (ChooseLead) %s\n", characters, lead.of(n), medoidLead.of(n))
	fmt.Printf("  alert of the first article   %s\n  … of the medoid (ChooseLead) %s\n", first.of(n), medoid.of(n))
	fmt.Printf("  sentences of all (Short)     %s\n", centroid.of(n))

	return lines.Err()
}

// shortOf is what the story's page says in short, cut like an alert.
func shortOf(articles []*news.Article) string {
	var all []string
	for _, s := range summary.Short(articles, sentences) {
		all = append(all, s.Text)
	}

	return news.Truncate(strings.Join(all, " "), characters)
}

func (f *figures) add(got, want string) {
	x, y := wordsOf(got), wordsOf(want)
	f[0] += f1(overlap(x, y), len(x), len(y))
	x2, y2 := pairsOf(x), pairsOf(y)
	f[1] += f1(overlap(x2, y2), len(x2), len(y2))
	f[2] += f1(subsequence(x, y), len(x), len(y))
}

func (f *figures) of(n int) string {
	return fmt.Sprintf("%.1f / %.1f / %.1f", 100*f[0]/float64(n), 100*f[1]/float64(n), 100*f[2]/float64(n))
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func pairsOf(words []string) []string {
	var out []string
	for i := 1; i < len(words); i++ {
		out = append(out, words[i-1]+" "+words[i])
	}

	return out
}

// overlap counts what two lists share, each as often as both have it.
func overlap(x, y []string) (n int) {
	left := map[string]int{}
	for _, w := range y {
		left[w]++
	}

	for _, w := range x {
		if left[w] > 0 {
			left[w]--
			n++
		}
	}

	return n
}

// subsequence is the length of the longest common subsequence.
func subsequence(x, y []string) int {
	row := make([]int, len(y)+1)

	for _, w := range x {
		diagonal := 0

		for j, v := range y {
			above := row[j+1]
			if w == v {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}

			diagonal = above
		}
	}

	return row[len(y)]
}

func f1(shared, x, y int) float64 {
	if shared == 0 {
		return 0
	}

	return 2 * float64(shared) / float64(x+y)
}
