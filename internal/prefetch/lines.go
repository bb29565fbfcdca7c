//go:build amd64 || arm64

package prefetch

// Lines asks for the lines of memory in which the addresses lie. It waits for none of them, and an address of
// nothing is no fault.
//
//go:noescape
func Lines(addresses []uintptr)
