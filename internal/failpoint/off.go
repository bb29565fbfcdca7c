//go:build !crashtest

package failpoint

// Hit does nothing in a build without the tag crashtest.
func Hit(string) {}

// DiskPages returns 0: the file may grow as far as the disk allows.
func DiskPages() int { return 0 }
