package index

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
	"newsbell/subscriptions/index/indextest"
	"newsbell/subscriptions/query"
)

var pairs = flag.Int("pairs", 0, "how many pairs of article and query TestCorpora compares (default 500,000, in the long form 2,000,000)")

// pairsToCompare is how many pairs TestCorpora compares.
func pairsToCompare() int {
	switch {
	case *pairs > 0:
		return *pairs
	case os.Getenv("NEWSBELL_LONG") != "":
		return 2_000_000
	case testing.Short(): // with the race detector: that only reads are under way at the same time shows on few
		return 100_000
	default:
		return 200_000
	}
}

// TestCorpora: on real articles and real-life keywords, the index answers as the
// plain matcher does, and each query alone answers as the index does.
func TestCorpora(t *testing.T) {
	articles := corpusArticles(t)

	queries := corpusQueries(t)
	if len(articles) == 0 || len(queries) == 0 {
		t.Skipf("%d articles and %d queries there", len(articles), len(queries))
	}

	ix, qs := NewIndex(), []*query.Query{}
	wrong := 0

	for _, text := range queries {
		q, err := query.Parse(text)
		if err != nil {
			wrong++
			continue
		}

		ix.Add(ID(len(qs)), q)
		qs = append(qs, q)
	}

	step := max(1, len(articles)*len(qs)/pairsToCompare())

	var some []*news.Article
	for i := 0; i < len(articles); i += step {
		some = append(some, articles[i])
	}

	hits := compareEach(t, ix, qs, some)
	compared, read := len(some)*len(qs), len(some)

	alone := 0
	for i := 0; i < len(articles); i += max(1, len(articles)/20) {
		alone += compareAlone(t, ix, qs, articles[i])
	}

	t.Logf("%d articles x %d queries (%d do not parse) = %d pairs, %d hits, 0 differences; %d pairs in preview and live alike",
		read, len(qs), wrong, compared, hits, alone)
}

// compareEach compares all queries on each article, as many articles at a time as
// there are processors, and gives how many hits there were.
func compareEach(t *testing.T, ix *Index, qs []*query.Query, articles []*news.Article) int {
	t.Helper()

	batch := newPlainBatch(qs)

	var (
		next, hits atomic.Int64
		workers    sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for !t.Failed() {
				i := int(next.Add(1)) - 1
				if i >= len(articles) {
					return
				}

				n, err := compareAll(ix, qs, articles[i], batch)
				if err != nil {
					t.Errorf("%q: %v", articles[i].Title, err)
				}

				hits.Add(int64(n))
			}
		})
	}

	workers.Wait()

	if t.Failed() {
		t.FailNow()
	}

	return int(hits.Load())
}

// compareAll compares what the index says of an article with what the plain
// matcher says, query by query.
func compareAll(ix *Index, qs []*query.Query, a *news.Article, batch *plainBatch) (hits int, err error) {
	p := readPlainIn(batch, a)
	got := ix.Match(a)

	for id, q := range qs {
		var spans []plainSpan

		ok := p.match(q.Root(), &spans)

		in := len(got) > hits && got[hits].ID == ID(id)
		if ok != in {
			return hits, fmt.Errorf("%q: plain %v, index %v", q, ok, in)
		}

		if !ok {
			continue
		}

		if d := cmp.Diff(p.matched(spans), got[hits].Matched); d != "" {
			return hits, fmt.Errorf("%q (-plain +index):\n%s", q, d)
		}

		hits++
	}

	if len(got) > hits {
		return hits, fmt.Errorf("hits that nobody asked for: %v", got[hits:])
	}

	return hits, nil
}

// compareAlone asks a sample of queries by themselves, as a preview does.
func compareAlone(t *testing.T, ix *Index, qs []*query.Query, a *news.Article) int {
	t.Helper()

	live := map[ID][]string{}
	for _, h := range ix.Match(a) {
		live[h.ID] = h.Matched
	}

	n := 0

	for id, q := range qs {
		if _, in := live[ID(id)]; !in && id%97 != 0 {
			continue
		}

		n++

		matched, ok := NewSingle(q).Match(a)
		if in := live[ID(id)]; ok != (in != nil) || ok && !cmp.Equal(in, matched) {
			t.Fatalf("%q and %q: preview %v %v, live %v", q, a.Title, ok, matched, in)
		}
	}

	return n
}

// corpusArticles reads the JSON lines of the stories and clusters, and what the
// feeds are expected to hold.
func corpusArticles(t *testing.T) []*news.Article {
	t.Helper()

	var out []*news.Article

	names, _ := filepath.Glob(filepath.Join(indextest.DataFolder(t), "*", "*.jsonl"))
	for _, name := range names {
		if dir := filepath.Base(filepath.Dir(name)); !strings.HasPrefix(dir, "stories-") && !strings.HasPrefix(dir, "cluster-") {
			continue
		}

		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}

		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<24)

		for lines.Scan() {
			var raw any
			if json.Unmarshal(lines.Bytes(), &raw) == nil {
				out = collectArticles(out, raw)
			}
		}

		f.Close()
	}

	for _, folder := range []string{"feeds-*/*.json", "feeds-*/*/*.json", "feeds-*/*/*/*.json", "feeds-*/*/*/*/*.json"} {
		names, _ := filepath.Glob(filepath.Join(indextest.DataFolder(t), folder))
		for _, name := range names {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}

			var raw any
			if json.Unmarshal(body, &raw) == nil {
				out = collectArticles(out, raw)
			}
		}
	}

	return out
}

// collectArticles takes everything with a title, and its longest text.
func collectArticles(out []*news.Article, raw any) []*news.Article {
	switch v := raw.(type) {
	case []any:
		for _, x := range v {
			out = collectArticles(out, x)
		}
	case map[string]any:
		title, _ := v["title"].(string)

		text := ""
		for _, name := range []string{"text", "content", "contentSnippet", "description", "summary"} {
			if s, _ := v[name].(string); len(s) > len(text) {
				text = s
			}
		}

		if title != "" {
			url, _ := v["url"].(string)
			outlet, _ := v["outlet"].(string)
			out = append(out, &news.Article{Title: title, Text: text, URL: url, Outlet: outlet})
		}

		for _, x := range v {
			out = collectArticles(out, x)
		}
	}

	return out
}

// corpusQueries are the keyword lists, plain and dressed up as people do.
func corpusQueries(t *testing.T) []string {
	t.Helper()

	var words []string

	for _, name := range []string{"title_phrases_df.tsv", "trec_topics.tsv", "trec_mq_1-20000.tsv"} {
		f, err := os.Open(filepath.Join(indextest.DataFolder(t), "keywords", name))
		if err != nil {
			continue
		}

		lines := bufio.NewScanner(f)
		for lines.Scan() {
			cols := strings.Split(lines.Text(), "\t")
			words = append(words, cols[min(len(cols)-1, map[string]int{"title_phrases_df.tsv": 0, "trec_topics.tsv": 2}[name]+boolInt(strings.HasPrefix(name, "trec_mq")))])
		}

		f.Close()
	}

	var out []string

	for i, w := range words {
		next := words[(i*7+1)%len(words)]
		first, _, _ := strings.Cut(w, " ")
		out = append(out, w)

		switch i % 12 {
		case 0:
			out = append(out, `"`+w+`"`)
		case 1:
			out = append(out, w+" -"+strings.Fields(next + " x")[0])
		case 2:
			out = append(out, w+", "+next)
		case 3:
			out = append(out, "title:("+w+")")
		case 4:
			out = append(out, `"`+w+`"~4`)
		case 5:
			out = append(out, first+"*")
		case 6:
			out = append(out, "*"+first+"*")
		case 7:
			out = append(out, "="+first)
		case 8:
			out = append(out, first+"|"+strings.Fields(next + " x")[0])
		case 9:
			out = append(out, "/"+first+"[a-z]+/i")
		case 10:
			out = append(out, "outlet:"+first+" | text:"+first)
		}
	}

	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}

	return 0
}
