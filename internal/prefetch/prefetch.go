// Package prefetch asks for memory that will be read soon. A processor that reads what is in none of its
// caches waits for it, and looks only a few dozen instructions ahead; what it was asked for comes while it
// does something else.
package prefetch

import "unsafe"

// LineSize is how many bytes come at once.
const LineSize = 64

// Address is where p points to, for Lines. It holds nothing: what stands there may go, or never have been.
func Address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
