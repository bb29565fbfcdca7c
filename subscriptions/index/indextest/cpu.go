//go:build linux

package indextest

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime reports the processor's time of one operation beside the clock's, which
// counts the neighbours on a shared machine too. Call the result when done.
func CPUTime(b *testing.B) func() {
	runtime.LockOSThread()

	start := ThreadTime()

	return func() {
		b.ReportMetric(float64(ThreadTime()-start)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}

// ThreadTime is the processor's time of this thread.
func ThreadTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}

	return time.Duration(t.Nano())
}
