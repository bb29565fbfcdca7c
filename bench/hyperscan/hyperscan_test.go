//go:build hyperscan

package hyperscan

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"newsbell/news"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// BenchmarkScan scans for the longest word of each query, each once: fewer and
// easier than what the queries ask for.
func BenchmarkScan(b *testing.B) {
	data, name := os.Getenv("NEWSBELL_DATA"), os.Getenv("NEWSBELL_QUERIES")
	if data == "" || name == "" {
		b.Skip("NEWSBELL_DATA or NEWSBELL_QUERIES is not set")
	}
	queries := lines(b, name)
	var articles []*news.Article
	for _, l := range lines(b, filepath.Join(data, "stories-allsides", "stories_a.jsonl")) {
		var a news.Article
		if err := json.Unmarshal([]byte(l), &a); err != nil {
			b.Fatal(err)
		}
		if words := strings.Fields(a.Text); len(words) > 150 {
			a.Text = strings.Join(words[:150], " ")
		}
		articles = append(articles, &a)
	}
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > len(queries) {
			continue
		}
		seen, literals := map[string]bool{}, []string{}
		ix := index.NewIndex()
		for i, l := range queries[:n] {
			text, _, _ := strings.Cut(l, "\t")
			q, err := query.Parse(text)
			if err != nil {
				continue
			}
			ix.Add(index.ID(i), q)
			if w := longest(text); len(w) > 1 && !seen[w] {
				seen[w] = true
				literals = append(literals, w)
			}
		}
		s, err := New(literals)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("hyperscan-literals/queries=%d/literals=%d", n, len(literals)), func(b *testing.B) {
			defer cpuTime(b)()
			for i := range b.N {
				a := articles[i%len(articles)]
				s.Scan(a.Title)
				s.Scan(a.Text)
			}
		})
		m := ix.Matcher()
		b.Run(fmt.Sprintf("whole-queries/queries=%d", n), func(b *testing.B) {
			for _, a := range articles {
				m.Match(a)
			}
			b.ResetTimer()
			defer cpuTime(b)()
			for i := range b.N {
				m.Match(articles[i%len(articles)])
			}
		})
	}
}

// cpuTime reports the thread's own time: the clock counts the neighbours too.
func cpuTime(b *testing.B) func() {
	runtime.LockOSThread()
	now := func() int64 {
		var t unix.Timespec
		unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
		return t.Nano()
	}
	start := now()
	return func() {
		b.ReportMetric(float64(now()-start)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}

func longest(text string) string {
	best := ""
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if len(w) > len(best) {
			best = w
		}
	}
	return best
}

func lines(b *testing.B, name string) []string {
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var out []string
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		out = append(out, sc.Text())
	}
	return out
}
