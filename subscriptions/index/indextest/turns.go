package indextest

import (
	"runtime"
	"slices"
	"testing"

	"newsbell/news"
)

// MeasureInTurns returns the median processor time of an article in each of the runs,
// which take turns, so that a busy neighbour slows all of them.
func MeasureInTurns(b *testing.B, runs []func(*news.Article), articles []*news.Article) []float64 {
	b.Helper()
	runtime.LockOSThread()

	defer runtime.UnlockOSThread()

	times := make([][]float64, len(runs))

	b.ResetTimer()

	for range b.N {
		for i, run := range runs {
			for _, a := range articles[:20] {
				run(a) // warm
			}

			start := ThreadTime()

			for _, a := range articles {
				run(a)
			}

			times[i] = append(times[i], float64(ThreadTime()-start)/float64(len(articles)))
		}
	}

	medians := make([]float64, len(runs))

	for i := range runs {
		slices.Sort(times[i])
		medians[i] = times[i][len(times[i])/2]
	}

	return medians
}
