package indextest

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
)

// Corpus is a folder of NEWSBELL_DATA with articles, of which one half is read and
// queries are drawn from the other.
type Corpus struct {
	Name     string
	Articles []*news.Article // of at most 150 words
	Past     []*news.Article // the other half, which passed before

	names  []string // by how often they stand in the other half, the most frequent first
	words  []string // that stand there now and then, in small letters
	asked  []string // what people asked a search engine, none where there is no list
	random *rand.Rand
}

// minArticles is how many articles make a folder a corpus.
const minArticles = 500

// Corpora are all folders of NEWSBELL_DATA that hold JSON lines with titles.
func Corpora(t testing.TB) []*Corpus {
	t.Helper()

	folders, err := os.ReadDir(DataFolder(t))
	if err != nil {
		t.Skip(err)
	}

	asked := webQueries(t)

	var out []*Corpus

	for _, folder := range folders {
		names, _ := filepath.Glob(filepath.Join(DataFolder(t), folder.Name(), "*.jsonl*"))
		for _, name := range names {
			if c := readCorpus(t, folder.Name(), name); c != nil {
				c.asked = asked
				out = append(out, c)
			}
		}
	}

	if len(out) == 0 {
		t.Skip("no folder of NEWSBELL_DATA has articles: 0 articles read")
	}

	return out
}

// readCorpus returns nil for a file that is not of articles.
func readCorpus(t testing.TB, folder, path string) *Corpus {
	t.Helper()

	var all []*news.Article

	eachLine(t, path, func(line []byte) {
		var raw any
		if json.Unmarshal(line, &raw) == nil {
			all = appendTitled(all, raw)
		}
	})

	if len(all) < minArticles {
		return nil
	}

	name := folder + "/" + strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".gz"), ".jsonl")
	c := &Corpus{Name: name, random: rand.New(rand.NewPCG(uint64(len(all)), 1))}
	names, words := map[string]int{}, map[string]int{}

	for i, a := range all {
		if i%2 == 0 {
			a.Text = firstWords(a.Text, 150)
			c.Articles = append(c.Articles, a)

			continue
		}

		c.Past = append(c.Past, a)

		countNames(names, a.Title)
		countNames(names, a.Text)
		countWords(words, a)
	}

	c.names, c.words = mostFrequent(names, 30_000), middlingWords(words)

	return c
}

func eachLine(t testing.TB, path string, read func(line []byte)) {
	t.Helper()

	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}

	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)

	for lines.Scan() {
		read(lines.Bytes())
	}
}

// appendTitled takes everything with a title, however deep it lies.
func appendTitled(out []*news.Article, raw any) []*news.Article {
	switch v := raw.(type) {
	case []any:
		for _, x := range v {
			out = appendTitled(out, x)
		}
	case map[string]any:
		if title, _ := v["title"].(string); title != "" {
			text, _ := v["text"].(string)
			out = append(out, &news.Article{Title: title, Text: text})
		}

		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = appendTitled(out, v[key])
		}
	}

	return out
}

// countNames counts runs of at most three words in capitals.
func countNames(counts map[string]int, s string) {
	var run []string

	end := func() {
		if name := strings.Join(run, " "); len(run) > 0 && len(run) <= 3 && len(name) > 3 {
			counts[name]++
		}

		run = run[:0]
	}

	for word := range strings.FieldsSeq(s) {
		bare := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })

		if first, _ := utf8.DecodeRuneInString(bare); bare == "" || !unicode.IsUpper(first) || strings.ContainsFunc(bare, func(r rune) bool { return !unicode.IsLetter(r) }) {
			end()
			continue
		}

		if run = append(run, bare); !strings.HasSuffix(word, bare) {
			end()
		}
	}

	end()
}

func countWords(counts map[string]int, a *news.Article) {
	seen := map[string]bool{}

	for word := range strings.FieldsFuncSeq(strings.ToLower(a.Title+" "+a.Text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(word) > 3 && !seen[word] {
			seen[word] = true
			counts[word]++
		}
	}
}

func mostFrequent(counts map[string]int, limit int) []string {
	out := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})

	return out[:min(len(out), limit)]
}

// middlingWords are the words that stand in more than one article and are none of the 200
// most frequent, which nobody looks for.
func middlingWords(counts map[string]int) []string {
	all := mostFrequent(counts, len(counts))
	once := slices.IndexFunc(all, func(w string) bool { return counts[w] < 2 })

	return all[min(200, len(all)):max(once, min(200, len(all)))]
}

// webQueries are the lists of what people asked, as they typed it.
func webQueries(t testing.TB) []string {
	t.Helper()

	var out []string

	lists, _ := filepath.Glob(filepath.Join(DataFolder(t), "keywords", "trec_*.tsv"))
	for _, list := range lists {
		eachLine(t, list, func(line []byte) {
			text := string(line)
			out = append(out, text[strings.LastIndexByte(text, '\t')+1:])
		})
	}

	return out
}

// Queries draws n queries as people make them: they crowd on few names.
func (c *Corpus) Queries(n int) []string {
	zipf := rand.NewZipf(c.random, 1.05, 20, uint64(len(c.names)-1))
	name := func() string { return quoteWord(c.names[zipf.Uint64()]) }
	bare := func() string { return c.names[zipf.Uint64()] }
	word := func() string { return c.words[c.random.IntN(len(c.words))] }

	out := make([]string, 0, n)
	for range n {
		var q string

		switch k := c.random.IntN(100); {
		case k < 66:
			q = name() + " " + name()
		case k < 70 && len(c.asked) > 0:
			q = c.asked[c.random.IntN(len(c.asked))]
		case k < 84:
			q = name() + " " + word()
		case k < 88:
			q = fmt.Sprintf("%s %s %s", name(), word(), word())
		case k < 92:
			q = fmt.Sprintf("(%s | %s) %s", name(), name(), word())
		case k < 95:
			q = fmt.Sprintf("%s %s -%s", name(), word(), word())
		case k < 98:
			q = fmt.Sprintf(`"%s %s"~5`, bare(), word())
		default:
			q = fmt.Sprintf("title:%s %s", name(), word())
		}

		out = append(out, q)
	}

	return out
}

func quoteWord(name string) string {
	if strings.Contains(name, " ") {
		return `"` + name + `"`
	}

	return name
}
