//go:build !crashtest

package store

// Moment names a point in the life of an alert at which a crash test may kill
// the process (see moment_crash.go). In the real program it does nothing.
func Moment(string) {}

// quota is the room that a crash test leaves on the disk: in the real program
// whatever there is.
func quota() string { return "" }
