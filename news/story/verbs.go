package story

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// verbsData says what English verbs mean; bench/stories/verbs makes it from WordNet.
//
//go:embed verbs.txt.gz
var verbsData []byte

// verb is what a verb means: its commonest senses, and what those are ways of.
type verb struct{ senses, ways []uint16 }

// loadVerbs reads the table once, by stem.
var loadVerbs = sync.OnceValue(func() map[uint64]verb {
	out := make(map[uint64]verb, 1<<13)
	if err := readVerbs(out); err != nil {
		panic(fmt.Sprintf("story: the embedded verbs.txt.gz: %v", err)) // made at build time
	}

	return out
})

func readVerbs(out map[uint64]verb) error {
	var r reader

	return readTable(verbsData, func(line string) (err error) {
		forms, meaning, ok := strings.Cut(line, " = ")
		if !ok || strings.HasPrefix(forms, "#") {
			return nil // the heading
		}

		senses, ways, _ := strings.Cut(meaning, "|")

		var v verb
		if v.senses, err = readNumbers(senses); err != nil {
			return err
		}

		if v.ways, err = readNumbers(ways); err != nil {
			return err
		}

		r.words = r.words[:0]
		r.read(forms, math.MaxInt)

		for _, w := range r.words {
			out[w.stem] = v
		}

		return nil
	})
}

func readNumbers(s string) (out []uint16, err error) {
	for field := range strings.FieldsSeq(s) {
		n, err := strconv.ParseUint(field, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("sense %q", field)
		}

		out = append(out, uint16(n))
	}

	return out, nil
}

// verbOf returns what a word means as a verb; it means nothing when it is none that is known.
func verbOf(word string) verb { return loadVerbs()[stemOfWord(word)] }

func verbsOf(words []string) []verb {
	out := make([]verb, 0, len(words))
	for _, w := range words {
		out = append(out, verbOf(w))
	}

	return out
}

// meansSame reports whether two verbs say one thing, as rise and climb do: they share a sense, or one is a way of
// doing the other. What are two ways of one thing, as rise and fall are of moving, is not the same.
func (v verb) meansSame(w verb) bool {
	return meet(v.senses, w.senses) || meet(v.senses, w.ways) || meet(v.ways, w.senses)
}

func meet(x, y []uint16) bool {
	return slices.ContainsFunc(x, func(n uint16) bool { return slices.Contains(y, n) })
}
