package feed

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/mmcdole/gofeed"

	"newsbell/news"
	"newsbell/sources/sourcestest"
)

func unzip(b *testing.B, packed []byte) []byte {
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
