package summary

import (
	"encoding/binary"
	"hash/fnv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestHashesStay: what a source's state holds are hashes of FNV-1a, of words in lower case and of
// their hashes; others would forget what every source repeats.
func TestHashesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := fnv.New64a()

		var words []piece

		for _, word := range rapid.SliceOf(rapid.String()).Draw(t, "words") {
			w := newPiece(" "+word+" ", 1, 1+len(word))

			one := fnv.New64a()
			one.Write([]byte(strings.ToLower(word)))

			if w.sum != one.Sum64() {
				t.Errorf("%q is %x, want %x", word, w.sum, one.Sum64())
			}

			words = append(words, w)

			h.Write(binary.LittleEndian.AppendUint64(nil, w.sum))
		}

		if got := sumOf(words); got != h.Sum64() {
			t.Errorf("%v together are %x, want %x", words, got, h.Sum64())
		}
	})
}
