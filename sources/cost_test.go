package sources

import (
	"bytes"
	"testing"

	"github.com/mmcdole/gofeed"

	"newsbell/sources/sourcestest"
)

// BenchmarkFirstRead is the pure part of a first read: 50 items in 41 KB.
func BenchmarkFirstRead(b *testing.B) {
	body, err := unpack(sourcestest.Feed(1, 0), "gzip", MaxBody)
	if err != nil {
		b.Fatal(err)
	}

	b.Run("gofeed", func(b *testing.B) {
		for b.Loop() {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			var s State
			if _, _, err := (visit{body: body, source: Source{Language: "en"}}).read(&s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTwoNew is the pure part of a read of which two of 50 items are new.
func BenchmarkTwoNew(b *testing.B) {
	old, _ := unpack(sourcestest.Feed(1, 0), "gzip", MaxBody)
	body, _ := unpack(sourcestest.Feed(1, 1), "gzip", MaxBody)

	var known State
	if _, _, err := (visit{body: old}).read(&known); err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		s := known
		if _, list, err := (visit{body: body, source: Source{Language: "en"}}).read(&s); err != nil || len(list) != 2 {
			b.Fatal(err, len(list))
		}
	}
}
