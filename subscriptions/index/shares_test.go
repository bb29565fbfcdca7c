package index

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"newsbell/news"
	"newsbell/subscriptions/query"
)

// TestShares: the table of shared queries is a map, and readers that run
// meanwhile never see the others of another leader.
func TestShares(t *testing.T) {
	var s duplicates

	want, places, r := map[uint32][]ID{}, map[ID]uint32{}, rand.New(rand.NewPCG(3, 4))
	stop := make(chan struct{})

	var readers sync.WaitGroup
	readers.Go(func() {
		var list []ID

		for leader := uint32(0); ; leader = (leader + 1) % 2000 {
			select {
			case <-stop:
				return
			default:
			}

			list = s.appendTo(list[:0], leader)
			for _, o := range list {
				if uint32(o)/64 != leader {
					t.Errorf("%d is among the others of %d", o, leader)
					return
				}
			}
		}
	})

	placed := func(id ID, place uint32) { places[id] = place }

	for range 60_000 {
		leader := uint32(r.IntN(2000))

		id := ID(leader*64 + uint32(r.IntN(64)))
		switch at := slices.Index(want[leader], id); {
		case r.IntN(100) == 0:
			s.retire(leader)
			want[leader] = nil
		case at < 0:
			s.add(leader, id, placed)
			want[leader] = append(want[leader], id)
		default:
			s.remove(leader, places[id], placed)
			want[leader] = slices.Delete(want[leader], at, at+1)
		}

		if s.size(leader) != len(want[leader]) {
			t.Fatalf("%d: %d others, want %d", leader, s.size(leader), len(want[leader]))
		}
	}

	close(stop)
	readers.Wait()

	for leader := range uint32(2000) {
		if len(want[leader]) == 0 {
			continue // what stands there is for readers of before
		}

		got := s.appendTo(nil, leader)
		slices.Sort(got)
		slices.Sort(want[leader])

		if !slices.Equal(got, want[leader]) {
			t.Fatalf("%d: %v, want %v", leader, got, want[leader])
		}
	}
}

// TestNobodyIsOverlooked: who shares a query is found by every match, also by one
// that runs while the leader goes.
func TestNobodyIsOverlooked(t *testing.T) {
	a := &news.Article{Title: "Tesla and SpaceX: Musk"}

	for _, text := range []string{"tesla", "tesla -x", "tesla spacex musk", `"spacex musk" | none`} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}

		for range 500 {
			ix := NewIndex()
			for id := range ID(4) {
				ix.Add(id, q)
			}

			var writer sync.WaitGroup
			writer.Go(func() { ix.Remove(0) })

			for range 20 {
				hits := ix.Match(a)
				if n := len(hits); n < 3 || hits[n-1].ID != 3 || hits[n-2].ID != 2 || hits[n-3].ID != 1 {
					t.Fatalf("%s: %v, want 1, 2 and 3 among them", text, hits)
				}
			}

			writer.Wait()

			if hits := ix.Match(a); len(hits) != 3 {
				t.Fatalf("%s: %v after 0 went", text, hits)
			}
		}
	}
}

// TestAReaderReadsAgainWhenALeaderGoes: who shares a query may stand under another word than its leader stood, where a
// reader that is under way has looked before.
func TestAReaderReadsAgainWhenALeaderGoes(t *testing.T) {
	ix := NewIndex()
	for id := range ID(3) {
		ix.Add(id, mustParse(t, "tesla spacex"))
	}

	before := ix.moves.Load()
	under := ix.registry.at(0).term()

	ix.Remove(0)

	if ix.registry.at(1).term() == under {
		t.Fatal("it stands where its leader stood")
	}

	if ix.moves.Load() == before {
		t.Error("a reader is not told to read again")
	}
}

// BenchmarkCrowd is a hundred thousand people who follow the same word.
func BenchmarkCrowd(b *testing.B) {
	q, err := query.Parse("trump")
	if err != nil {
		b.Fatal(err)
	}

	const people = 100_000

	for range b.N {
		ix := NewIndex()
		for i := range ID(people) {
			ix.Add(i, q)
		}

		for i := range ID(people) {
			ix.Remove(people - 1 - i)
		}
	}

	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/people, "ns/person")
}
