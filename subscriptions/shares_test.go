package subscriptions

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// TestShares: the table of shared queries is a map, and readers that run
// meanwhile never see the others of another leader.
func TestShares(t *testing.T) {
	var s shares
	want, r := map[uint32][]ID{}, rand.New(rand.NewPCG(3, 4))
	stop := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for leader := uint32(0); ; leader = (leader + 1) % 2000 {
			select {
			case <-stop:
				return
			default:
			}
			for _, o := range s.of(leader) {
				if uint32(o)/8 != leader {
					t.Errorf("%d is among the others of %d", o, leader)
					return
				}
			}
		}
	})
	for range 30_000 {
		leader := uint32(r.IntN(2000))
		list := make([]ID, r.IntN(4))
		for i := range list {
			list[i] = ID(leader*8 + uint32(i))
		}
		s.set(leader, list)
		want[leader] = list
	}
	close(stop)
	readers.Wait()
	for leader := range uint32(2000) {
		if got := s.of(leader); !slices.Equal(got, want[leader]) {
			t.Fatalf("%d: %v, want %v", leader, got, want[leader])
		}
	}
}
