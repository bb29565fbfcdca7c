package trend

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
)

func article(id, story int64, at time.Time) *store.Article {
	return &store.Article{ID: id, Story: story, SeenAt: at, News: news.Article{Title: strconv.FormatInt(id, 10), Published: at}}
}

// Every article and every story is counted once, on its local day: against a count by hand
// over random articles, in zones where days have 23, 24 and 25 hours.
func TestCounts(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))

		zone, err := time.LoadLocation([]string{"UTC", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu"}[r.IntN(4)])
		if err != nil {
			t.Fatal(err)
		}

		now := time.Date(2026, time.Month(3+8*r.IntN(2)), 8+r.IntN(20), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
		c := NewCounter()
		first, outlets := map[int64]time.Time{}, map[int64]map[string]bool{}
		articles, stories := map[string]int{}, map[string][3]int{}

		for id := range int64(r.IntN(200)) {
			story := int64(r.IntN(40) + 1)
			at := now.Add(-time.Duration(r.Int64N(int64(29 * 24 * time.Hour))))
			outlet := strconv.Itoa(r.IntN(8))
			c.Add(article(id+1, story, at), outlet)

			articles[at.In(zone).Format(time.DateOnly)]++

			if was, had := first[story]; !had || at.Before(was) {
				first[story] = at
			}

			if outlets[story] == nil {
				outlets[story] = map[string]bool{}
			}

			outlets[story][outlet] = true
		}

		for story, at := range first {
			day := at.In(zone).Format(time.DateOnly)
			counts := stories[day]
			counts[map[bool]int{len(outlets[story]) >= 2: 1, len(outlets[story]) >= 5: 2}[true]]++
			stories[day] = counts
		}

		trend := c.Trend(now.AddDate(0, 0, -Days), now, zone)
		if len(trend.Days) != Days || trend.Days[Days-1].At.Format(time.DateOnly) != now.In(zone).Format(time.DateOnly) {
			t.Fatalf("seed %d: %d days, the last is %s", seed, len(trend.Days), trend.Days[len(trend.Days)-1].At)
		}

		for _, d := range trend.Days {
			day := d.At.Format(time.DateOnly)
			if d.Articles != articles[day] || d.Stories != stories[day] {
				t.Fatalf("seed %d: on %s %d articles and %v stories, by hand %d and %v", seed, day, d.Articles, d.Stories, articles[day], stories[day])
			}
		}
	}
}

func TestPeakAndHeadline(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	c := NewCounter()
	c.Add(article(1, 1, now.AddDate(0, 0, -3)), "a")

	for i, outlet := range []string{"a", "b", "a"} {
		c.Add(article(int64(i)+2, 2, now.AddDate(0, 0, -1).Add(time.Duration(i)*time.Minute)), outlet)
	}

	c.Add(article(9, 3, now.AddDate(0, 0, -1)), "c")

	trend := c.Trend(now.AddDate(0, 0, -Days), now, time.UTC)
	if at := trend.Peak(); at != Days-2 || c.Headline(trend, at).ID != 2 {
		t.Errorf("the peak is day %d", at)
	}

	if c.Headline(trend, 0) != nil {
		t.Error("a day without stories has a headline")
	}

	if got, want := trend.Sparkline(), "▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▄▁█▁"; got != want {
		t.Errorf("%s, not %s", got, want)
	}

	if short := c.Trend(now.AddDate(0, 0, -1), now, time.UTC); len(short.Days) != 2 {
		t.Errorf("what was not searched is shown: %d days", len(short.Days))
	}
}

// A picture is within what Telegram takes, has every colour that its legend names, and the
// bars stand where the numbers are.
func TestDraw(t *testing.T) {
	trend := sample(30)

	body, err := trend.Draw()
	if err != nil {
		t.Fatal(err)
	}

	if file := os.Getenv("NEWSBELL_PICTURE"); file != "" {
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	shown, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	if size := shown.Bounds(); size.Dx() != width || size.Dy() != height || len(body) > 1<<20 {
		t.Errorf("%v, %d bytes", size, len(body))
	}

	for _, name := range []string{one, few, lots, ink} {
		if n := count(shown, name, 0, width); n < 500 {
			t.Errorf("the colour %s is on %d pixels", name, n)
		}
	}

	// The highest day is in the right half, and only there is much of the third colour.
	if left, right := count(shown, lots, 0, width/2), count(shown, lots, width/2, width); left*2 > right {
		t.Errorf("the peak is not where it belongs: %d and %d pixels", left, right)
	}
}

// Whatever the numbers are, there is a picture, and nothing is drawn twice.
func TestDrawAnything(t *testing.T) {
	for _, n := range []int{1, 2, 7, 30} {
		for _, factor := range []int{0, 1, 3, 1000, 100_000} {
			trend := &Trend{}
			for i := range n {
				trend.Days = append(trend.Days, Day{At: time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC), Articles: factor * (i % 3), Stories: [3]int{factor * (i % 2)}})
			}

			if _, err := trend.Draw(); err != nil {
				t.Errorf("%d days times %d: %v", n, factor, err)
			}
		}
	}
}

// Text and bars stand out from the ground, in a light chat and in a dark one: the ground is
// the picture's own.
func TestContrast(t *testing.T) {
	for _, name := range []string{one, few, lots, ink} {
		if got := contrast(name, ground); got < 4.5 {
			t.Errorf("%s on %s has a contrast of %.1f to 1", name, ground, got)
		}
	}
}

func sample(days int) *Trend {
	r := rand.New(rand.NewPCG(7, 7))
	t := &Trend{}

	for i := range days {
		d := Day{At: time.Date(2026, 10, 30+i, 0, 0, 0, 0, time.UTC), Stories: [3]int{r.IntN(5), r.IntN(4), r.IntN(2)}}
		if i == 20 {
			d.Stories = [3]int{12, 9, 14}
		}

		d.Articles = d.Stories[0] + 2*d.Stories[1] + 6*d.Stories[2]
		t.Days = append(t.Days, d)
	}

	return t
}

// count is how many pixels between two columns have a colour.
func count(shown image.Image, name string, from, to int) int {
	want, n := colorOf(name), 0

	for y := range shown.Bounds().Dy() {
		for x := from; x < to; x++ {
			if color.NRGBAModel.Convert(shown.At(x, y)) == want {
				n++
			}
		}
	}

	return n
}

func colorOf(name string) color.NRGBA {
	v, _ := strconv.ParseUint(name[1:], 16, 32)
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

// contrast is that of WCAG 2 between two colours.
func contrast(a, b string) float64 {
	x, y := luminance(colorOf(a)), luminance(colorOf(b))
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		if s := float64(v) / 255; s > 0.04045 {
			return math.Pow((s+0.055)/1.055, 2.4)
		}

		return float64(v) / 255 / 12.92
	}

	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
