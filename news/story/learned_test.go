package story

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
)

// reading is a Grouper that is given one article after the other, and what it was given.
type reading struct {
	*Grouper

	given []given
	now   time.Time
}

type given struct {
	article news.Article
	at      time.Time
	story   int64
}

func newReading() *reading {
	r := &reading{Grouper: New(), now: noon}
	r.retained = 20

	return r
}

// read places stories of a language that all have the same word, an hour apart.
func (r *reading) read(n int, language, word string) {
	for range n {
		id := int64(len(r.given) + 1)
		a := news.Article{Outlet: fmt.Sprint("outlet ", id), Language: language, Title: fmt.Sprintf("%s Thema%d Sache%d Ort%d", word, id, id*7, id*13)}
		r.given = append(r.given, given{a, r.now, r.Assign(id, &a, r.now).Story})
		r.now = r.now.Add(time.Hour)
	}
}

// restart returns what begins with what the reading has kept at a time: what it had learned, and
// the articles of twice the window.
func (r *reading) restart(t *testing.T, kept Background, now time.Time) *reading {
	t.Helper()

	next := newReading()
	next.now, next.given = r.now, r.given

	if err := next.Learn(kept); err != nil {
		t.Fatal(err)
	}

	for i := range r.given {
		if a := &r.given[i]; !a.at.Before(now.Add(-2 * Window)) {
			next.Restore(int64(i+1), &a.article, a.at, a.story)
		}
	}

	return next
}

// weightOf returns what a word says in an article that is not placed.
func (r *reading) weightOf(language, word string) float32 {
	r.placed++
	p := r.load(&news.Article{Language: language, Title: word}, r.now)

	if len(p.weights) == 0 {
		return 0 // nearly every article has it
	}

	return p.weights[0]
}

// TestAWordThatBecameCommonSaysLittle: what a quarter of an installation's stories had is common
// when no story of the window has it any more, after a restart too, and in its language alone.
func TestAWordThatBecameCommonSaysLittle(t *testing.T) {
	const word = "Haushaltssperre"

	r := newReading()
	fresh := r.weightOf("de", word)

	for range 60 {
		r.read(1, "de", word)
		r.read(3, "de", "Anderes")
	}

	r.read(100, "de", "Anderes") // longer than the window
	learned := r.weightOf("de", word)

	if learned > 3 || fresh < learned+3 {
		t.Errorf("it says %.2f when it's new, and %.2f when it's common", fresh, learned)
	}

	if other := r.weightOf("fr", word); other < learned+2 {
		t.Errorf("it says %.2f in another language, %.2f in its own", other, learned)
	}

	next := r.restart(t, r.Background(), r.now)
	if got := next.weightOf("de", word); math.Abs(float64(got-learned)) > 1e-5 {
		t.Errorf("after a restart it says %.4f, want %.4f", got, learned)
	}

	forgot := r.restart(t, Background{Through: math.MaxInt64}, r.now)
	if got := forgot.weightOf("de", word); got < learned+2 {
		t.Errorf("where nothing was kept it says %.2f", got)
	}
}

// TestWhatIsLearnedOutlivesAKill: what was kept some hours before a kill, and the articles of twice
// the window, make the tables that there were.
func TestWhatIsLearnedOutlivesAKill(t *testing.T) {
	r := newReading()
	r.read(150, "de", "Haushaltssperre")
	r.read(60, "", "Budget")

	kept := r.Background()

	r.read(5, "de", "Haushaltssperre")

	next := r.restart(t, kept, r.now)
	next.read(120, "de", "Anderes")
	r.read(120, "de", "Anderes")

	if diff := cmp.Diff(r.tables(), next.tables()); diff != "" {
		t.Errorf("without and with a kill (-without +with):\n%s", diff)
	}

	if r.through != next.through || len(r.tables()) != 2 {
		t.Errorf("learned up to %d and %d, in %d languages", r.through, next.through, len(r.tables()))
	}
}

// tables are what was learned, by language: the part of the stories that have each stem.
func (r *reading) tables() map[string]map[uint64]float32 {
	all := map[string]map[uint64]float32{}

	for language, l := range r.learned {
		table := maps.Clone(l.told)
		table[0] = l.stories // no stem is 0
		all[languageName(language)] = table
	}

	return all
}

func germanStem(w string) uint64 {
	r := reader{language: languageCode("de")}
	r.read(w, 1)

	return r.words[0].stem
}

// TestWhatIsLearnedFades: a story counts half as much as one that comes a half-life later, and a
// word of one story is forgotten when it counts a quarter.
func TestWhatIsLearnedFades(t *testing.T) {
	const old, fresh = "Haushaltssperre", "Tarifstreit"

	r := newReading()
	read := func(n int, word string) {
		for range n {
			r.read(1, "de", word)
			r.read(3, "de", "Anderes")
		}
	}

	read(50, old)

	lone := r.tables()["de"]
	r.now = r.now.Add(halfLife)

	read(50, fresh)

	r.now = r.now.Add(Window)
	r.read(21, "de", "Anderes") // all of the 50 have left the window

	l := r.learned[languageCode("de")]
	earlier := math.Exp2(-1 - 200.0/24/30)

	if got := l.told[germanStem(old)] / l.told[germanStem(fresh)]; math.Abs(float64(got)-earlier) > 0.001 {
		t.Errorf("the old word counts %.3f of the new one, want %.3f", got, earlier)
	}

	r.now = r.now.Add(rescaledAt * halfLife)

	read(30, fresh)

	for stem, n := range lone {
		if _, ok := l.told[stem]; ok && n < 2 && stem != 0 {
			t.Error("a word of one story of months ago is still known")
			break
		}
	}

	if _, ok := l.told[germanStem(fresh)]; !ok {
		t.Error("the word of eighty stories is forgotten")
	}
}

// TestLearnedWordsAreBounded: when there are too many, the rarest go.
func TestLearnedWordsAreBounded(t *testing.T) {
	r := newReading()
	r.mostStems = 100

	for range 130 {
		r.read(1, "de", "Haushaltssperre")
		r.read(3, "de", "Anderes")
	}

	n := 0
	for _, l := range r.learned {
		n += len(l.told)
	}

	if n > r.mostStems+r.mostStems/4 || n != r.stems {
		t.Errorf("%d words are known, and %d counted", n, r.stems)
	}

	if r.learned[languageCode("de")].told[germanStem("Haushaltssperre")] < 100 {
		t.Error("the commonest word is not known any more")
	}
}

// TestLearnSaysWhatItCannotRead: and begins anew with it.
func TestLearnSaysWhatItCannotRead(t *testing.T) {
	r := newReading()
	r.read(150, "de", "Haushaltssperre")

	kept := r.Background()
	kept.Words["fr"] = []byte{learnedVersion + 1, 0, 0}
	kept.Words["es"] = nil

	next := New()
	if err := next.Learn(kept); err == nil || !strings.Contains(err.Error(), `"fr"`) || !strings.Contains(err.Error(), `"es"`) {
		t.Errorf("error %v", err)
	}

	if len(next.learned) != 1 || len(next.learned[languageCode("de")].told) == 0 {
		t.Errorf("%d languages are known", len(next.learned))
	}
}

// TestOddLanguagesAreLearnedAsUnknown: a code of any bytes is no name of a table.
func TestOddLanguagesAreLearnedAsUnknown(t *testing.T) {
	r := newReading()
	r.read(150, "\xff\xfe", "Budget")
	r.read(5, "я", "Budget")

	if all := r.Background().Words; len(all) != 1 || len(all[""]) == 0 {
		t.Errorf("%d tables", len(all))
	}
}
