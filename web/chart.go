package web

import "time"

// A chart is a row of bars, the newest at the right.
const (
	weeks      = 52
	barWidth   = 4  // with the gap
	chartHigh  = 36 // of the highest bar
	daysOfWeek = 7
)

// chart is a row of bars as pages/chart.html draws it.
type chart struct {
	Width, Height int
	Bars          []bar
	Label         string // for those who do not see it
	Total         int
}

type bar struct {
	X, Y, Width, Height int
	N                   int
}

// newChart draws numbers, the oldest first.
func newChart(numbers []int) chart {
	c := chart{Width: len(numbers) * barWidth, Height: chartHigh}

	most := 1
	for _, n := range numbers {
		most = max(most, n)
		c.Total += n
	}

	for i, n := range numbers {
		high := n * chartHigh / most
		if n > 0 {
			high = max(high, 2) // it can be seen
		}

		c.Bars = append(c.Bars, bar{X: i * barWidth, Y: chartHigh - high, Width: barWidth - 1, Height: high, N: n})
	}

	return c
}

// sumWeeks adds days (UTC, since 1970) up to weeks that end today, the oldest first.
func sumWeeks(days map[int64]int, now time.Time) []int {
	numbers := make([]int, weeks)
	today := now.Unix() / (24 * 60 * 60)

	for day, n := range days {
		if ago := (today - day) / daysOfWeek; day <= today && ago < weeks {
			numbers[weeks-1-ago] += n
		}
	}

	return numbers
}
