//go:build unix

package feed

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"newsbell/internal/cputime"
	"newsbell/news"
	"newsbell/sources/sourcestest"
)

func unzip(b testing.TB, packed []byte) []byte {
	b.Helper()

	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		b.Fatal(err)
	}

	body, err := io.ReadAll(z)
	if err != nil {
		b.Fatal(err)
	}

	return body
}

// BenchmarkFirstRead is the pure part of a first read: 50 items in 41 KB.
func BenchmarkFirstRead(b *testing.B) {
	body := unzip(b, sourcestest.Feed(1, 0))

	b.Run("gofeed", func(b *testing.B) {
		for b.Loop() {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			var s Fingerprints
			if _, _, err := ParseChanged(Input{Body: body, Source: news.Source{Language: "en"}}, &s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What a first read allocates is a measure of its cost that no load changes.
func TestFirstReadAllocates(t *testing.T) {
	body := unzip(t, sourcestest.Feed(1, 0))

	gofeeds := testing.AllocsPerRun(5, func() { gofeed.NewParser().Parse(bytes.NewReader(body)) })
	ours := testing.AllocsPerRun(5, func() {
		var known Fingerprints
		ParseChanged(Input{Body: body, Source: news.Source{Language: "en"}}, &known)
	})

	if ours > 0.65*gofeeds {
		t.Errorf("a first read allocates %.0f times, gofeed alone %.0f", ours, gofeeds)
	}
}

var costRounds = flag.Int("rounds", 0, "how often TestFirstReadCost reads every feed")

// TestFirstReadCost prints the processor time of first reads (parsing, cleaning, identity,
// language, summary) beside that of gofeed alone, the collector's included, both in turn: of the
// made-up feed and of the public feeds with at least five items, folder by folder.
func TestFirstReadCost(t *testing.T) {
	if *costRounds == 0 {
		t.Skip("only with -rounds, on a quiet machine")
	}

	cost := func(name string, bodies [][]byte) {
		var ratios []float64

		for range *costRounds {
			gofeeds, ours := readAllTimed(bodies)
			ratios = append(ratios, float64(ours)/float64(gofeeds))
		}

		slices.Sort(ratios)
		t.Logf("%-22s %3d feeds: %.2f times gofeed alone, median of %d rounds, %.2f to %.2f", name, len(bodies), ratios[len(ratios)/2], len(ratios), ratios[0], ratios[len(ratios)-1])
	}

	cost("made up", slices.Repeat([][]byte{unzip(t, sourcestest.Feed(1, 0))}, 20))

	folders := make(map[string][][]byte)

	for _, path := range corpora(t) {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		if f, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil || len(f.Items) < 5 || f.FeedType == "json" {
			continue
		}

		name, _, _ := strings.Cut(strings.TrimPrefix(path, os.Getenv("NEWSBELL_DATA")+"/"), "/")
		folders[name] = append(folders[name], body)
	}

	for _, name := range slices.Sorted(maps.Keys(folders)) {
		cost(name, folders[name])
	}
}

// readAllTimed reads each feed twice by gofeed and twice as a first read of ours, and
// returns the processor time of both.
func readAllTimed(bodies [][]byte) (gofeeds, ours time.Duration) {
	began := cputime.Used()

	for range 2 {
		for _, body := range bodies {
			gofeed.NewParser().Parse(bytes.NewReader(body))
		}
	}

	runtime.GC()

	between := cputime.Used()

	for range 2 {
		for _, body := range bodies {
			var known Fingerprints
			ParseChanged(Input{Body: body, Source: news.Source{Language: "en"}}, &known)
		}
	}

	runtime.GC()

	return between - began, cputime.Used() - between
}

// BenchmarkTwoNew is the pure part of a read of which two of 50 items are new.
func BenchmarkTwoNew(b *testing.B) {
	old := unzip(b, sourcestest.Feed(1, 0))
	body := unzip(b, sourcestest.Feed(1, 1))

	var known Fingerprints
	if _, _, err := ParseChanged(Input{Body: old}, &known); err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		s := known
		if _, list, err := ParseChanged(Input{Body: body, Source: news.Source{Language: "en"}}, &s); err != nil || len(list) != 2 {
			b.Fatal(err, len(list))
		}
	}
}
