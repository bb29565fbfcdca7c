package index

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// TestBlocks: what a block with tags and a sorted one give for the terms of an article is what
// a look at each of its postings gives, whatever was added and taken out since it was made.
func TestBlocks(t *testing.T) {
	tagged, sorted := 0, 0

	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := &Matcher{bits: make([]uint64, 1<<10), limit: 1 << 16}
		list := &postingList{first: noPosting}

		// Of 20,000 terms, eight have the same tag or so.
		var (
			held  []posting
			terms = []int{200, 2400, 20_000}[seed%3]
			term  = func() termID { return firstTerm + termID(r.IntN(terms)) }
		)

		for n := range taggedLength + r.IntN([]int{300, 3000}[seed%2]) {
			switch e := posting(n) | posting(term())<<32; r.IntN(12) {
			case 0:
				held = append(held, e&^(posting(slotTerm)<<32)|postingPair)
			case 1:
				held = append(held, e|postingPair|postingNot)
			case 2: // one goes
				i := r.IntN(len(held) + 1)
				if i < len(held) {
					at := list.find(uint32(held[i]), held[i]&postingPair != 0)
					*at = noPosting
					held = slices.Delete(held, i, i+1)
				}

				if r.IntN(100) == 0 {
					list.compact()
				}

				continue
			case 3:
				held = append(held, e|postingProgram)
			default:
				held = append(held, e|postingPair)
			}

			list.add(held[len(held)-1])
		}

		m.setBit(noTerm)
		m.setBit(allTerm)

		for range 1 + r.IntN(30) {
			m.setBit(term())
		}

		b := blockAt(list.rest.Load())
		out := make([]result, len(b.all)+1)

		var got []result

		switch {
		case b.tags != nil:
			tagged++

			m.markTags(1)

			one := termBlock{at: list.rest.Load(), term: 1}
			tags, at := tagsWith(one.at, headOf(one.at))
			noted := make([]notedPosting, len(b.all)+tagsAWord)
			noted = noted[:noteTagged(tags, &m.tagSet, newNotedPosting(0, at), noted)]
			got = slices.Clone(out[:collectNoted(m.bits, []termBlock{one}, noted, out)])

			m.markTags(0)
		case b.buckets != nil:
			sorted++

			got = slices.Clone(out[:b.collectSorted(m.bits, b.askFor(m.termHashes(), nil), 1, out)])
		case len(b.all) >= 2*taggedLength: // some of a block may have gone
			t.Fatalf("seed %d: %d postings are neither sorted nor have tags", seed, len(b.all))
		default:
			continue
		}

		want := slices.Clone(out[:collectLooked(m.bits, b.all, 1, out)])

		byEntry := func(a, b result) int { return cmp.Compare(a.entry, b.entry) }
		slices.SortFunc(got, byEntry)
		slices.SortFunc(want, byEntry)

		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: of %d postings %d pass, want %d", seed, len(b.all), len(got), len(want))
		}

		if m.tagSet != (tagSet{}) {
			t.Fatalf("seed %d: tags are left for the next article", seed)
		}
	}

	if tagged < 10 || sorted < 10 {
		t.Fatalf("%d blocks have tags and %d are sorted: too few to say something", tagged, sorted)
	}
}

// TestCrowdedWord: thousands follow one word together with another one, without one, or with
// more; they come and go, and what a short and a long article match is what the plain
// matcher says.
func TestCrowdedWord(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	word := func() string { return fmt.Sprintf("place%d", r.IntN(500)) }
	ix, queries := NewIndex(), map[ID]*query.Query{}

	typed := func() string {
		switch r.IntN(8) {
		case 0:
			return "storm -" + word()
		case 1:
			return "storm " + word() + " " + word()
		case 2:
			return "storm (" + word() + " | " + word() + ")"
		case 3:
			return "storm \"" + word() + " " + word() + "\"~5"
		default:
			return "storm " + word()
		}
	}

	for range 3000 {
		id := ID(r.IntN(1500))
		if r.IntN(4) == 0 {
			ix.Remove(id)
			delete(queries, id)

			continue
		}

		queries[id] = mustParse(t, typed())
		ix.Add(id, queries[id])
	}

	for range 40 {
		ix.Learn(&news.Article{Title: "Storm " + word()})
	}

	for done := false; !done; {
		_, done = ix.Refile(100)
	}

	for n := range 8 {
		words := []string{"A storm at"}
		for range 1 + n*n {
			words = append(words, word())
		}

		a := &news.Article{Title: strings.Join(words, " ")}

		var want []ID

		for id, q := range queries {
			if _, ok := Match(q, a); ok {
				want = append(want, id)
			}
		}

		slices.Sort(want)

		var got []ID
		for _, h := range ix.Match(a) {
			got = append(got, h.ID)
		}

		if !slices.Equal(got, want) {
			t.Fatalf("%q matches %d queries, want %d", a.Title, len(got), len(want))
		}
	}
}
