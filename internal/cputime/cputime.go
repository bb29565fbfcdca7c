//go:build unix

// Package cputime is the processor time and the memory that this process has used, for tests and
// benchmarks that measure on a machine where others work too.
package cputime

import (
	"syscall"
	"time"
)

// Used returns the processor time of this process so far, its own and the kernel's for it.
func Used() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PeakResident returns the most memory that the process has had resident, in the unit of the system:
// kilobytes on Linux, bytes on macOS.
func PeakResident() int64 {
	return int64(usage().Maxrss) //nolint:unconvert // it has 32 bits on older ARM
}

// usage asks the system, which refuses only what is no process and no buffer.
func usage() (u syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}

	return u
}
