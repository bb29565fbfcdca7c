//go:build unix

package story_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"newsbell/internal/cputime"
	"newsbell/news/story"
)

// BenchmarkGrowth is the cost of an article as a window of three days grows to a million real ones,
// those of NEWSBELL_DATA again and again as in BenchmarkAssignReal: CPU of the whole process, and
// the memory that stays. It takes some minutes and 1 GB: -bench Growth -benchtime 1x.
func BenchmarkGrowth(b *testing.B) {
	items := realItems(b)

	const (
		most  = 1_000_000
		apart = story.Window / most
	)

	var before runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&before)

	for b.Loop() {
		g := story.New()
		at := time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)
		cpu, wall, last := cputime.Used(), time.Now(), 0

		for n := range most {
			it := items[n%len(items)]
			it.Outlet = fmt.Sprint("outlet ", n%997)
			it.Title = fmt.Sprintf("%s Q%dx", it.Title, n/len(items))
			g.Assign(int64(n), &it.Article, at.Add(time.Duration(n)*apart))

			switch n + 1 {
			case 30_000, 100_000, 300_000, most:
				each := time.Duration(n + 1 - last)
				b.Logf("%d held: %v of CPU and %v of the clock an article since %d", g.Held(), (cputime.Used()-cpu)/each, time.Since(wall)/each, last)

				var after runtime.MemStats

				runtime.GC()
				runtime.ReadMemStats(&after)
				b.Logf("%d held: %d B an article", g.Held(), (after.HeapAlloc-before.HeapAlloc)/uint64(g.Held()))

				cpu, wall, last = cputime.Used(), time.Now(), n+1
			}
		}

		runtime.KeepAlive(g)
	}
}
