package across

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// headline is a line of testdata/headlines.tsv.
type headline struct {
	event           int
	language, title string
}

func headlines(t *testing.T) []headline {
	t.Helper()

	f, err := os.Open("testdata/headlines.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	var list []headline

	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.Split(s.Text(), "\t"); len(fields) == 3 {
			event, _ := strconv.Atoi(fields[0])
			list = append(list, headline{event, fields[1], fields[2]})
		}
	}

	if len(list) < 100 {
		t.Fatalf("%d headlines", len(list))
	}

	return list
}

// meaning is where a text stands for a made-up model: by what it is about, and by its own words so
// much.
func meaning(about, own uint64, noise float64) Vector {
	v := make([]float32, 64)
	a, b := rand.New(rand.NewPCG(about, 1)), rand.New(rand.NewPCG(own, 2))

	for i := range v {
		v[i] = float32(0.5 + a.NormFloat64() + noise*b.NormFloat64())
	}

	packed, _ := Pack(v)

	return packed
}

// add adds the headlines in order and returns the story of each.
func add(w *Window, list []headline, vector func(i int) Vector) []int64 {
	stories := make([]int64, len(list))

	for i, h := range list {
		id := int64(i + 1)
		stories[i] = id
		w.Add(&Article{ID: id, Story: id, Language: h.language, Title: h.title, At: time.Unix(int64(i), 0), Vector: vector(i)})

		for _, p := range w.Find(id) {
			x, y := stories[p.Article-1], stories[p.Other-1]
			for j := range stories {
				if stories[j] == max(x, y) {
					stories[j] = min(x, y)
				}
			}
		}
	}

	return stories
}

// TestStoriesOfManyLanguages: with a model that knows what a headline is about, most headlines of six
// languages find their story, and none another one.
func TestStoriesOfManyLanguages(t *testing.T) {
	list := headlines(t)
	stories := add(NewWindow(), list, func(i int) Vector { return meaning(uint64(list[i].event), uint64(i+100), 0.3) })

	same, right := 0, 0

	for i := range list {
		for j := range i {
			alike := stories[i] == stories[j]
			if alike && list[i].event != list[j].event {
				t.Errorf("%q and %q are one story", list[i].title, list[j].title)
			}

			if list[i].event == list[j].event {
				same++

				if alike {
					right++
				}
			}
		}
	}

	if got := float64(right) / float64(same); got < 0.5 {
		t.Errorf("%.2f of the pairs were found", got)
	}
}

// TestWhatSaysNothingJoinsNothing: vectors of chance, of one place, or of a language alone join no
// stories, however near they are.
func TestWhatSaysNothingJoinsNothing(t *testing.T) {
	list := headlines(t)

	for name, vector := range map[string]func(int) Vector{
		"chance":   func(i int) Vector { return meaning(uint64(i+1000), uint64(i), 0.1) },
		"one":      func(int) Vector { return meaning(7, 7, 0) },
		"language": func(i int) Vector { return meaning(uint64(list[i].language[0]), uint64(i), 0.2) },
	} {
		stories := add(NewWindow(), list, vector)
		for i, s := range stories {
			if s != int64(i+1) {
				t.Errorf("%s: %q joined another one", name, list[i].title)
			}
		}
	}
}

// crowd adds unrelated articles of two languages, and one of each about the same, and returns whether
// these are found to be one.
func crowd(t *testing.T, others int, change func(a, b *Article)) bool {
	t.Helper()

	w := NewWindow()

	for i := range others {
		for j, language := range []string{"en", "fr"} {
			id := int64(10 + 2*i + j)
			w.Add(&Article{ID: id, Story: id, Language: language, Outlet: "Other", Title: fmt.Sprint("t", id), At: time.Unix(0, 0), Vector: meaning(uint64(id), uint64(id), 0)})
		}
	}

	a := &Article{ID: 1, Story: 1, Language: "en", Outlet: "Courier", Title: "ferry sinks in the night", At: time.Unix(0, 0), Vector: meaning(1, 1, 0.3)}
	b := &Article{ID: 2, Story: 2, Language: "fr", Outlet: "Courrier", Title: "un ferry coule dans la nuit", At: time.Unix(0, 0), Vector: meaning(1, 2, 0.3)}
	change(a, b)
	w.Add(a)
	w.Add(b)

	pairs := w.Find(2)

	return len(pairs) == 1 && pairs[0] == Pair{1, 2}
}

// TestWhatKeepsStoriesApart: what can be read says that two stories are two, whatever the model says.
func TestWhatKeepsStoriesApart(t *testing.T) {
	for _, c := range []struct {
		name   string
		joined bool
		change func(a, b *Article)
	}{
		{"nothing", true, func(_, _ *Article) {}},
		{"one language", false, func(_, b *Article) { b.Language = "en" }},
		{"no language", false, func(_, b *Article) { b.Language = "" }},
		{"four days", false, func(_, b *Article) { b.At = b.At.Add(96 * time.Hour) }},
		{"numbers", false, func(a, b *Article) { a.Title += ", 12 dead"; b.Title += ", 37 morts" }},
		{"numbers that are written otherwise", true, func(a, b *Article) { a.Title += ", 1,200 saved"; b.Title += ", 1\u202f200 rescapés" }},
		{"a number that the text has", true, func(a, b *Article) { a.Title += ", 12 dead"; b.Title += " à 37 km"; b.Lead = "12 personnes" }},
		{"digits of another script", true, func(a, b *Article) { a.Title += ", 12 dead"; b.Language = "fr"; b.Title += ", ١٢" }},
		{"countries", false, func(a, b *Article) { a.Title += " off Norway"; b.Title += " en Grèce" }},
		{"one country", true, func(a, b *Article) { a.Title += " off Greece"; b.Title += " en Grèce" }},
		{"names", false, func(a, b *Article) { a.Title += " near Vardby"; b.Title += " au large de Lampedusa" }},
		{"a name in two spellings", true, func(a, b *Article) { a.Title += " near London"; b.Title += " près de Londres" }},
		{"one outlet in both", true, func(a, b *Article) { a.Outlet, b.Outlet = "Courier", "Courier" }},
	} {
		if got := crowd(t, 20, c.change); got != c.joined {
			t.Errorf("%s: joined %v, want %v", c.name, got, c.joined)
		}
	}

	if crowd(t, leastOthers-1, func(_, _ *Article) {}) {
		t.Error("joined where nothing is known of chance")
	}
}

// TestEachIsTheOthersBest: an article whose best one has a better one stays apart.
func TestEachIsTheOthersBest(t *testing.T) {
	for _, rival := range []bool{false, true} {
		w := NewWindow()

		for i := range 600 {
			id := int64(10 + i)
			w.Add(&Article{ID: id, Story: id, Language: []string{"en", "fr"}[i%2], At: time.Unix(0, 0), Vector: meaning(uint64(id), uint64(id), 0)})
		}

		w.Add(&Article{ID: 1, Story: 1, Language: "en", At: time.Unix(0, 0), Vector: meaning(1, 1, 0.5)})
		w.Add(&Article{ID: 2, Story: 2, Language: "fr", At: time.Unix(0, 0), Vector: meaning(1, 2, 0)})

		if rival {
			w.Add(&Article{ID: 3, Story: 3, Language: "en", At: time.Unix(0, 0), Vector: meaning(1, 2, 0.01)})
		}

		if got := len(w.Find(1)) > 0; got == rival {
			t.Errorf("with a better one %v: joined %v", rival, got)
		}
	}
}

// TestAnOutletTellsAStoryOnce: two stories that one outlet tells in one language stay two.
func TestAnOutletTellsAStoryOnce(t *testing.T) {
	w := NewWindow()
	w.Add(&Article{ID: 1, Story: 1, Language: "en", Outlet: "A", Vector: meaning(1, 1, 0)})
	w.Add(&Article{ID: 2, Story: 2, Language: "en", Outlet: "A", Vector: meaning(2, 1, 0)})
	w.Add(&Article{ID: 3, Story: 3, Language: "fr", Outlet: "A", Vector: meaning(3, 1, 0)})

	if !w.share(1, 2) || w.share(1, 3) {
		t.Errorf("shared %v and %v", w.share(1, 2), w.share(1, 3))
	}
}

// TestVectorsArePacked: what is no vector is refused, and packing leaves directions as they are.
func TestVectorsArePacked(t *testing.T) {
	long := func(x float32) []float32 {
		v := make([]float32, leastNumbers)
		for i := range v {
			v[i] = x
		}

		return v
	}

	nan, inf := long(1), long(1)
	nan[3], inf[3] = float32(math.NaN()), float32(math.Inf(1))

	for name, v := range map[string][]float32{"none": nil, "short": long(1)[1:], "long": make([]float32, mostNumbers+1), "zeros": long(0), "NaN": nan, "infinite": inf} {
		if _, err := Pack(v); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}

	r := rand.New(rand.NewPCG(1, 2))

	for range 100 {
		var (
			x, y    = make([]float32, 300), make([]float32, 300)
			d, a, b float64
		)

		for i := range x {
			x[i] = float32(r.NormFloat64())
			y[i] = x[i] + float32(r.NormFloat64())
			d += float64(x[i]) * float64(y[i])
			a += float64(x[i]) * float64(x[i])
			b += float64(y[i]) * float64(y[i])
		}

		v, _ := Pack(x)
		w, _ := Pack(y)

		if got, want := FromBytes(v.Bytes()).Cosine(FromBytes(w.Bytes())), d/math.Sqrt(a*b); math.Abs(got-want) > 0.01 {
			t.Errorf("cosine %.4f, want %.4f", got, want)
		}
	}
}

// TestTheWindowIsBounded: articles leave by age and by number.
func TestTheWindowIsBounded(t *testing.T) {
	w := NewWindow()
	for i := range MostHeld + 50 {
		w.Add(&Article{ID: int64(i + 1), Story: int64(i + 1), Language: []string{"en", "fr"}[i%2], At: time.Unix(int64(i), 0), Vector: Vector{1, 2}})
	}

	if w.Held() != MostHeld || w.Oldest() != 51 || w.byID[50] != nil || w.byID[51] == nil {
		t.Errorf("%d are held, from %d on", w.Held(), w.Oldest())
	}

	w.Forget(time.Unix(MostHeld, 0))

	if w.Held() != 50 || len(w.byID) != 50 || w.Oldest() != MostHeld+1 {
		t.Errorf("%d are held after the others left, from %d on", w.Held(), w.Oldest())
	}
}

func BenchmarkFind(b *testing.B) {
	w := NewWindow()

	for i := range MostHeld {
		v := make([]float32, 1024)
		for j := range v {
			v[j] = rand.Float32() - 0.5
		}

		packed, _ := Pack(v)
		w.Add(&Article{ID: int64(i + 1), Story: int64(i + 1), Language: []string{"en", "fr", "de"}[i%3], Title: "x", Vector: packed})
	}

	for i := 0; b.Loop(); i++ {
		w.Find(int64(i%MostHeld + 1))
	}
}
