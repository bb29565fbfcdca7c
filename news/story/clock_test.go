package story

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"newsbell/news"
)

func TestTheClockFollowsTheDatesOfArticles(t *testing.T) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }

	var c clock

	for i, step := range []struct{ at, want int }{
		{0, 0}, {1, 1}, {0, 1}, {2, 2}, // the latest
		{9000, 2}, {2, 2}, {9000, 2}, {9000, 2}, {1, 2}, // one or two wrong dates are nothing
		{900, 2}, {901, 2}, {899, 899}, {901, 901}, {900, 901}, // nothing came for years: the earliest of three
		{2, 901}, {3, 901}, // old ones may come
	} {
		if c.add(day(step.at)); !c.now.Equal(day(step.want)) {
			t.Fatalf("step %d: after day %d it is %v, want day %d", i, step.at, c.now, step.want)
		}
	}

	for range behindLeast - 3 {
		c.add(day(4))
	}

	if !c.now.Equal(day(901)) {
		t.Errorf("it went back too early, to %v", c.now)
	}

	if c.add(day(2)); !c.now.Equal(day(4)) {
		t.Errorf("after so many old articles it is %v, want day 4: it was ahead", c.now)
	}
}

// TestAWrongFirstDate: what one or two articles say of the time, three others put right.
func TestAWrongFirstDate(t *testing.T) {
	for _, first := range [][]int{{9000}, {9000, 9001}} {
		var c clock

		for _, day := range append(first, 0, 1, 0) {
			c.add(noon.AddDate(0, 0, day))
		}

		if want := noon.AddDate(0, 0, 1); !c.now.Equal(want) {
			t.Errorf("after the days %v it is %v, want %v", first, c.now, want)
		}
	}

	var c clock

	for _, day := range []int{9000, 9001, 9000, 0, 1, 0} {
		c.add(noon.AddDate(0, 0, day))
	}

	if want := noon.AddDate(0, 0, 9001); !c.now.Equal(want) {
		t.Errorf("three old articles have it at %v, want %v", c.now, want)
	}
}

// assignAll assigns articles in a window that keeps few of them, and returns the stories.
func assignAll(articles []labelled) (stories []int64) {
	g := New()
	g.retained = 100

	for i := range articles {
		stories = append(stories, g.Assign(int64(i), &articles[i].Article, articles[i].at).Story)
	}

	return stories
}

// TestAWrongDateChangesNoOtherStory: an article dated in the far future is one of a stream of a week, of
// which half are learned from.
func TestAWrongDateChangesNoOtherStory(t *testing.T) {
	articles := madeNews(500, 70, 14)
	want := assignAll(articles)
	articles[150].at = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)

	differ := 0

	for i, got := range assignAll(articles) {
		if got != want[i] && got != 150 && want[i] != 150 && i != 150 {
			differ++
		}
	}

	if differ > 2 { // its own words
		t.Errorf("%d of 500 articles are told as other stories", differ)
	}
}

// TestYearsBetweenArticlesHideNothing: a stream of one year is followed by one of another, of which as
// many articles find their story as without the first.
func TestYearsBetweenArticlesHideNothing(t *testing.T) {
	articles := madeNews(350, 70, 15)
	joined := func(stories []int64, from int) (n int) {
		for i, s := range stories[from:] {
			if s != int64(i+from) {
				n++
			}
		}

		return n
	}
	alone := joined(assignAll(articles), 0)

	old := madeNews(350, 70, 16)
	for i := range old {
		old[i].at = old[i].at.AddDate(-17, 0, 0)
	}

	if got := joined(assignAll(slices.Concat(old, articles)), len(old)); 10*got < 9*alone || alone < 80 {
		t.Errorf("%d articles join a story after the years, %d without", got, alone)
	}
}

// TestWhatWasLearnedUnderAClockThatWasAheadIsOfNow: words were learned while the clock was decades ahead.
// Later they fade as all do, and others are learned.
func TestWhatWasLearnedUnderAClockThatWasAheadIsOfNow(t *testing.T) {
	learn := func(g *Grouper, word string, at time.Time, n int) {
		random := rand.New(rand.NewPCG(1, 1))

		for range n {
			id := int64(g.placed)
			g.Assign(id, &news.Article{Title: word + " " + string(rune('a'+random.IntN(26))) + "xyzzy", Outlet: word, Language: "en"}, at)
		}

		for len(g.articles) > 0 {
			g.drop(g.articles[0])
			g.articles = g.articles[1:]
		}
	}
	first := New()
	learn(first, "plovdiv", noon.AddDate(73, 0, 0), 40)

	g := New()
	if err := g.Learn(first.Background()); err != nil {
		t.Fatal(err)
	}

	g.through = -1
	learn(g, "sliven", noon, 40)

	l := g.learned[english]
	old, fresh := l.share(hashOf(stemOf([]byte("plovdiv"), english)), 0, 0), l.share(hashOf(stemOf([]byte("sliven"), english)), 0, 0)

	if old < 0.3 || fresh < 0.3 {
		t.Errorf("the old word is in %.2f of the stories, the new one in %.2f", old, fresh)
	}
}

// TestWhatWasLearnedLongAgoSaysNothing: what a language had in the news of decades ago is no number beside
// the shipped tables any more.
func TestWhatWasLearnedLongAgoSaysNothing(t *testing.T) {
	g := New()
	l := newLearned(noon.AddDate(-40, 0, 0).Unix())
	l.stories, l.told[7] = 1, 1
	g.learned[english] = l
	g.clock.add(noon)

	if known, seeds := g.learnedOf(english); known.share(7, 0.25, seeds) != 0.25 {
		t.Errorf("a word is in %v of the stories, want .25", known.share(7, 0.25, seeds))
	}
}
