package story

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPostingsAreLists: articles come and go, terms are dropped and made anew, and of each list the newest that
// are held are there, all that a search may look at.
func TestPostingsAreLists(t *testing.T) {
	for seed := range uint64(20) {
		var (
			p      postings
			plain  = make([][]uint32, 40)
			lists  = make([]uint32, len(plain))
			oldest = uint32(1)
			random = rand.New(rand.NewPCG(seed, 32))
			read   = 0
		)

		for number := uint32(1); number < 3000; number++ {
			for k := range lists {
				if random.IntN(k+1) == 0 {
					lists[k] = p.add(lists[k], number, oldest)
					plain[k] = append(plain[k], number)
				}
			}

			if number > 700 {
				oldest += uint32(random.IntN(3))
			}

			k := random.IntN(len(lists))
			if random.IntN(100) == 0 {
				p.free(lists[k])
				lists[k], plain[k] = 0, nil
			}

			want := plain[k][max(len(plain[k])-searchedOf, 0):]
			want = slices.DeleteFunc(slices.Clone(want), func(n uint32) bool { return n < oldest })
			got := slices.DeleteFunc(slices.Clone(p.of(lists[k])), func(n uint32) bool { return n < oldest })

			if got = got[max(len(got)-searchedOf, 0):]; !slices.Equal(got, want) {
				t.Fatalf("seed %d, article %d: list %d has %v, want %v", seed, number, k, got, want)
			}

			read += len(got)
		}

		for k := range lists {
			p.free(lists[k])
		}

		if read < 50_000 || p.used() != 0 {
			t.Errorf("seed %d: %d numbers read, %d blocks left", seed, read, p.used())
		}
	}
}

// used returns how many blocks lists have.
func (p *postings) used() (n int) {
	for i := range p.sizes {
		n += int(p.sizes[i].made) - len(p.sizes[i].spare)
	}

	return n
}
