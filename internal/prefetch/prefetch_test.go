package prefetch

import "testing"

// TestLinesOfAnything: what is asked for may be there or not.
func TestLinesOfAnything(t *testing.T) {
	there := make([]uint64, 1000)
	addresses := []uintptr{0, 1, ^uintptr(0), Address(&there[0]), Address(&there[999]) + LineSize, Address[int](nil)}

	Lines(nil)
	Lines(addresses)
	Lines(addresses[:0])
}
