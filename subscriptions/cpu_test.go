package subscriptions

import (
	"runtime"
	"syscall"
	"testing"
	"time"
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
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if syscall.Getrusage(thread, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
