package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbell/news"
)

// labelled is an article of which it is known what story it tells.
type labelled struct {
	news.Article

	at   time.Time
	gold string
}

var noon = time.Date(2025, 6, 5, 12, 0, 0, 0, time.UTC)

func shoigu(outlet string) *news.Article {
	return &news.Article{
		Outlet: outlet, Language: "en",
		Title: "Kim pledges unconditional support to visiting Shoigu",
		Text:  "North Korean leader Kim Jong Un told Sergei Shoigu, secretary of Russia's Security Council, that he would support Moscow's war in Ukraine unconditionally.",
	}
}

func airline(outlet string) *news.Article {
	return &news.Article{
		Outlet: outlet, Language: "en",
		Title: "First Moscow-Pyongyang passenger flight in decades",
		Text:  "A Boeing of the Russian airline Nordwind has flown over 400 passengers from Moscow to the North Korean capital.",
	}
}

func with(a *news.Article, change func(*news.Article)) *news.Article {
	c := *a
	change(&c)

	return &c
}

func TestAssign(t *testing.T) {
	url := func(u string) func(*news.Article) { return func(a *news.Article) { a.URL = u } }
	language := func(l string) func(*news.Article) { return func(a *news.Article) { a.Language = l } }

	tests := []struct {
		name          string
		first, second *news.Article
		apart         time.Duration
		same          bool
	}{
		{"the same words of two outlets", shoigu("A"), shoigu("B"), time.Minute, true},
		{"another event", shoigu("A"), airline("B"), time.Minute, false},
		{"one outlet again, word for word", shoigu("A"), shoigu("A"), time.Minute, true},
		{"one outlet again, in other words", shoigu("A"), with(shoigu("A"), func(a *news.Article) {
			a.Title = "Shoigu promised Pyongyang's support"
			a.Text = "Sergei Shoigu, the secretary of Russia's Security Council, has been promised the unconditional support of North Korea for the war in Ukraine by leader Kim Jong Un."
		}), time.Hour, false},
		{"one address", with(shoigu("A"), url("https://a.example/1?utm_source=x")), with(airline("A"), url("http://www.a.example/1")), time.Hour, true},
		{"one address, two languages", with(shoigu("A"), url("https://a.example/1")), with(airline("A"), func(a *news.Article) { a.URL, a.Language = "https://a.example/1", "de" }), time.Hour, true},
		{"one site is no address", with(shoigu("A"), url("https://a.example/")), with(airline("A"), url("https://a.example/")), time.Hour, false},
		{"two languages", shoigu("A"), with(shoigu("B"), language("de")), time.Minute, false},
		{"a language not known", shoigu("A"), with(shoigu("B"), language("")), time.Minute, true},
		{"at the end of the window", shoigu("A"), shoigu("B"), Window, true},
		{"after the window", shoigu("A"), shoigu("B"), Window + time.Second, false},
		{"an older one comes later", shoigu("B"), shoigu("A"), -time.Hour, true},
		{"a much older one comes later", shoigu("B"), shoigu("A"), -Window - time.Second, false},
		{"one address after the window", with(shoigu("A"), url("https://a.example/1")), with(shoigu("A"), url("https://a.example/1")), Window + time.Second, false},
		{"nothing to compare", &news.Article{}, &news.Article{}, 0, false},
		{"Chinese", &news.Article{Title: "绍伊古访问平壤会见金正恩", Outlet: "A"}, &news.Article{Title: "金正恩在平壤会见绍伊古", Outlet: "B"}, time.Minute, true},
		{"Chinese, another event", &news.Article{Title: "绍伊古访问平壤会见金正恩", Outlet: "A"}, &news.Article{Title: "任天堂新主机首日售罄", Outlet: "B"}, time.Minute, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New()
			if got := s.Assign(1, tt.first, noon).Story; got != 1 {
				t.Fatalf("the first article is of story %d", got)
			}

			want := int64(2)
			if tt.same {
				want = 1
			}

			if got := s.Assign(2, tt.second, noon.Add(tt.apart)).Story; got != want {
				t.Errorf("the second article is of story %d, want %d", got, want)
			}
		})
	}
}

// TestStoryHasNoLimit: a story that the whole world tells is one story to its end.
func TestStoryHasNoLimit(t *testing.T) {
	s := New()
	for i := range int64(300) {
		if got := s.Assign(i, shoigu(fmt.Sprint("outlet ", i)), noon).Story; got != 0 {
			t.Fatalf("article %d is of story %d, want 0", i, got)
		}
	}
}

// TestStoryOfTwoLanguages: an article that came in by its address, in another
// language, keeps none out.
func TestStoryOfTwoLanguages(t *testing.T) {
	s := New()
	address := func(a *news.Article) { a.URL = "https://a.example/1" }
	s.Assign(1, with(shoigu("A"), address), noon)
	s.Assign(2, with(shoigu("B"), func(a *news.Article) {
		address(a)
		a.Language, a.Title, a.Text = "de", "Kim sagt Russland Hilfe zu", ""
	}), noon)

	if got := s.Assign(3, shoigu("C"), noon).Story; got != 1 {
		t.Errorf("the third article is of story %d, want 1", got)
	}
}

// TestWordsAreCountedByLanguage: what every second story of a language has is common, however many
// stories in another language there are.
func TestWordsAreCountedByLanguage(t *testing.T) {
	g := New()

	for i := range int64(3000) {
		a := &news.Article{Title: fmt.Sprintf("Mayor of w%dx opens e%dx", i, i), Outlet: "A", Language: "en"}
		g.Assign(i, a, noon.Add(time.Duration(i)*time.Second))
	}

	title := func(n int) *news.Article {
		return &news.Article{Title: fmt.Sprintf("Prefeito de w%dy inaugura e%dy no bairro", n, n), Outlet: "B", Language: "pt"}
	}
	for i := range 60 {
		g.Assign(int64(5000+i), title(i), noon.Add(time.Hour))
	}

	p := g.begin(title(100), noon.Add(time.Hour))
	common, rare := float32(0), float32(0)

	for i, f := range p.features {
		switch p.word(g.terms.terms[f.index()].stem) {
		case "bairro":
			common = p.weights[i]
		case "w100y":
			rare = p.weights[i]
		}
	}

	if common == 0 || common > rare/3 {
		t.Errorf("a common word weighs %.1f, a rare one %.1f: want less than a third", common, rare)
	}

	if got := g.storiesIn(languageCode("pt")); got != 60 {
		t.Errorf("%d stories are told in Portuguese, want 60", got)
	}
}

// stateOf is what a Grouper holds, as far as it decides.
func stateOf(g *Grouper) map[string]int {
	out := map[string]int{"articles": g.Held(), "terms": len(g.terms.index), "stories": g.stories, "ids": len(g.byID), "pages": len(g.pages)}

	for stem, i := range g.terms.index {
		out[fmt.Sprint("told ", stem)] = int(g.terms.terms[i].told)
	}

	for id, s := range g.byID {
		out[fmt.Sprint("first of ", id)], out[fmt.Sprint("held of ", id)] = int(s.first), s.held
	}

	return out
}

// madeNews is articles of invented events, several outlets each, some of them of
// one page, over days.
func madeNews(n int, perDay float64, seed uint64) []labelled {
	random := rand.New(rand.NewPCG(seed, 1))
	zipf := rand.NewZipf(random, 1.3, 8, 30000)
	word := func() string { return fmt.Sprintf("w%dx", zipf.Uint64()) }
	text := func(words int, event []string) string {
		out := make([]string, words)
		for i := range out {
			if random.Float64() < 0.4 && len(event) > 0 {
				out[i] = event[random.IntN(len(event))]
			} else {
				out[i] = word()
			}
		}

		return strings.Join(out, " ")
	}

	var out []labelled
	for len(out) < n {
		event := make([]string, 18)
		for i := range event {
			event[i] = fmt.Sprintf("e%dx", random.IntN(40000))
		}

		at := noon.Add(time.Duration(float64(len(out)) / perDay * 24 * float64(time.Hour)))

		for range 1 + random.IntN(4) {
			outlet := fmt.Sprint("outlet ", random.IntN(200))
			a := news.Article{
				Outlet: outlet, Language: "en", Title: text(9, event), Text: text(60, event),
				URL: fmt.Sprintf("https://%d.example/%d", random.IntN(200), len(out)-random.IntN(10)/9),
			}
			out = append(out, labelled{a, at.Add(time.Duration(random.IntN(7200)) * time.Second), event[0]})
		}
	}

	return out[:n]
}

// TestRestore: a process that restores what another one placed holds what that one
// holds, and goes on as it would; but for the rank of candidates where stories were
// joined before (see Restore).
func TestRestore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "articles")
		cut := rapid.IntRange(0, n).Draw(t, "placed before the restart")
		perDay := rapid.Float64Range(5, 2000).Draw(t, "articles a day")
		articles := madeNews(n, perDay, rapid.Uint64().Draw(t, "seed"))
		one, other := New(), New()

		var want, got []int64

		told := make([]int64, 0, n) // as a database has them
		joined := false

		for i := range articles[:cut] {
			a := &articles[i]
			d := one.Assign(int64(i), &a.Article, a.at)
			told = append(told, d.Story)
			joined = joined || len(d.Joined) > 0

			for k, story := range told {
				if slices.Contains(d.Joined, story) {
					told[k] = d.Story
				}
			}
		}

		for i, story := range told {
			other.Restore(int64(i), &articles[i].Article, articles[i].at, story)
		}

		if diff := cmp.Diff(stateOf(one), stateOf(other)); diff != "" {
			t.Errorf("what is held after the restart (-want +got):\n%s", diff)
		}

		if joined {
			return
		}

		for i := cut; i < n; i++ {
			a := &articles[i]
			want = append(want, one.Assign(int64(i), &a.Article, a.at).Story)
			got = append(got, other.Assign(int64(i), &a.Article, a.at).Story)
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stories after the restart (-want +got):\n%s", diff)
		}

		if diff := cmp.Diff(stateOf(one), stateOf(other)); diff != "" {
			t.Errorf("what is held at the end (-want +got):\n%s", diff)
		}
	})
}

// TestStoriesForget: what is held does not grow with the days, and nothing is left
// behind when all is dropped.
func TestStoriesForget(t *testing.T) {
	s := New()
	s.retained = 200
	articles := madeNews(3000, 300, 7)
	most := 0

	for i := range articles {
		s.Assign(int64(i), &articles[i].Article, articles[i].at)
		most = max(most, s.Held())
	}

	if most > 3*300+200+100 { // three days, the memory, and stories that keep others waiting
		t.Errorf("%d articles held at 300 a day", most)
	}

	for len(s.articles) > 0 {
		s.drop(s.articles[0])
		s.articles = s.articles[1:]
	}

	if s.stories != 0 || len(s.terms.index) != 0 || len(s.byID) != 0 || len(s.pages) != 0 || s.postings.used() != 0 {
		t.Errorf("left behind: %d terms, %d stories, %d addresses, %d blocks of postings", len(s.terms.index), len(s.byID), len(s.pages), s.postings.used())
	}
}

// TestStoriesOutOfOrder: a first poll brings a week of one source after a week of
// the other, and both tell the same.
func TestStoriesOutOfOrder(t *testing.T) {
	s := New()

	event := func(day int, outlet string) (*news.Article, time.Time) {
		return &news.Article{Outlet: outlet, Title: fmt.Sprintf("Event%d happens in town%d", day, day)}, noon.Add(time.Duration(day) * 24 * time.Hour)
	}
	for day := range 10 {
		a, at := event(day, "A")
		s.Assign(int64(day), a, at)
	}

	for day := range 10 {
		b, at := event(day, "B")
		if got := s.Assign(int64(100+day), b, at).Story; got != int64(day) {
			t.Errorf("day %d is of story %d", day, got)
		}
	}
}

// TestStoriesTimeless: a file of articles without dates is bounded too.
func TestStoriesTimeless(t *testing.T) {
	s := New()

	s.most = 500
	for i := range int64(2000) {
		s.Assign(i, &news.Article{Title: fmt.Sprintf("a%d b%d c%d", i, i*7, i*11)}, time.Time{})

		if s.Held() > s.most {
			t.Fatalf("%d articles held", s.Held())
		}
	}
}

func FuzzAssign(f *testing.F) {
	f.Add("Kim meets Shoigu", "In Pyongyang, on Wednesday.", "Shoigu meets Kim", "U.S. said 3.5", int64(60))
	f.Add("绍伊古访问", "ไทย ประเทศ", "l’accord d'un", "\xff\u0301", int64(-1e18))
	f.Fuzz(func(t *testing.T, title1, text1, title2, text2 string, apart int64) {
		s := New()
		s.Assign(1, &news.Article{Title: title1, Text: text1}, noon)

		story := s.Assign(2, &news.Article{Title: title2, Summary: text2, Text: text1}, noon.Add(time.Duration(apart))).Story
		if story != 1 && story != 2 {
			t.Errorf("story %d", story)
		}
	})
}

// BenchmarkAssign is one article in the memory of three days of 10,000 a day.
func BenchmarkAssign(b *testing.B) {
	articles := madeNews(40000, 10000, 3)

	s := New()
	for i := range articles {
		s.Assign(int64(i), &articles[i].Article, articles[i].at)
	}

	more := madeNews(20000, 10000, 4)
	shift := articles[len(articles)-1].at.Sub(noon)

	b.ReportAllocs()

	i := 0
	for b.Loop() {
		a := &more[i%len(more)]
		s.Assign(int64(len(articles)+i), &a.Article, a.at.Add(shift+time.Duration(i/len(more))*48*time.Hour))
		i++
	}

	b.ReportMetric(float64(s.Held()), "articles-held")
}
