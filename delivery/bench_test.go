package delivery

import (
	"runtime"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/store"
)

// BenchmarkWaiting queues 100,000 waiting chats in a lane, as a story that so
// many follow does, and reports what each costs in memory.
func BenchmarkWaiting(b *testing.B) {
	const chats = 100_000
	var before, after runtime.MemStats
	for b.Loop() {
		l := newLane(&Delivery{}, Lane{&platform{}, adapters.NewGate(adapters.TelegramLimits())})
		runtime.GC()
		runtime.ReadMemStats(&before)
		now := time.Now()
		for chat := range int64(chats) {
			l.add(store.Waiting{Chat: chat + 1, Platform: "test", Address: "1", Kind: "private", Count: 1, Due: now})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(l)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/chats, "B/waiting")
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/chats, "ns/waiting")
}
