//go:build !unix

package terminal

// watchResizes does nothing where the system does not say that a window's size has
// changed: the size at the start stays.
func watchResizes(func()) (stop func()) { return func() {} }
