//go:build linux

package matching

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime reports the processor's time of one operation beside the clock's, which
// counts the neighbours on a shared machine too. Call the result when done.
func cpuTime(b *testing.B) func() {
	runtime.LockOSThread()

	start := threadTime()

	return func() {
		b.ReportMetric(float64(threadTime()-start)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}

func threadTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}

	return time.Duration(t.Nano())
}
