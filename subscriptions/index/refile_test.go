package index

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"newsbell/news"
)

// refileAll goes through all subscriptions once and returns how many moved.
func refileAll(ix *Index, step int) (moves int) {
	for done := false; !done; {
		var n int

		n, done = ix.Refile(step)
		moves += n
	}

	return moves
}

// looked is how many postings an article looks at.
func looked(ix *Index, a *news.Article) (n int) {
	m := ix.Matcher()
	defer m.Close()

	m.Match(a)

	for _, t := range m.terms {
		list := ix.lists.at(t)
		for _, e := range append(slices.Clone(list.others()), list.first) {
			if e != noPosting {
				n++
			}
		}
	}

	return n
}

func matchedIDs(ix *Index, a *news.Article) (ids []ID) {
	for _, h := range ix.Match(a) {
		ids = append(ids, h.ID)
	}

	return ids
}

// TestWhatIsFrequentIsLearned: in a language that nobody listed, queries that were filed
// under a frequent word move to their rare one, and match as before.
func TestWhatIsFrequentIsLearned(t *testing.T) {
	for name, form := range map[string]string{
		"two words": "och ord%[1]d", "three": "och ord%[1]d sak%[1]d", "either": "(och ord%[1]d) | (och sak%[1]d)", "near": `och "sak%[1]d ord%[1]d"~3`,
	} {
		t.Run(name, func(t *testing.T) {
			ix := NewIndex()

			const n = 50
			for i := range n * n { // many follow the rare words, so that nothing says that they are rare
				ix.Add(ID(1000+2*i), mustParse(t, fmt.Sprintf("ord%d till%d", i%n, i/n)))
				ix.Add(ID(1001+2*i), mustParse(t, fmt.Sprintf("sak%d till%d", i%n, i/n)))
			}

			for i := range n {
				ix.Add(ID(2*i), mustParse(t, fmt.Sprintf(form, i)))
				ix.Add(ID(2*i+1), mustParse(t, fmt.Sprintf(form, i))) // somebody else follows the same
			}

			everyday := &news.Article{Title: "och detta och allt"}
			before := looked(ix, everyday)

			for range 50 {
				ix.Learn(everyday)
			}

			size := ix.Len()
			refileAll(ix, 100)

			if after := looked(ix, everyday); after > 0 || before < n {
				t.Errorf("an everyday article looks at %d postings, at %d before it was learned", after, before)
			}

			for i := range n {
				a := &news.Article{Title: fmt.Sprintf("och sak%d ord%d", i, i)}
				if got := matchedIDs(ix, a); !slices.Equal(got, []ID{ID(2 * i), ID(2*i + 1)}) {
					t.Fatalf("article %d: %v", i, got)
				}
			}

			if ix.Len() != size {
				t.Errorf("%d subscriptions after, %d before", ix.Len(), size)
			}

			for i := range n { // what moved can be taken out
				ix.Remove(ID(2 * i))
				ix.Remove(ID(2*i + 1))
			}

			if got := matchedIDs(ix, &news.Article{Title: "och sak7 ord7"}); len(got) != 0 {
				t.Errorf("after all were removed: %v", got)
			}
		})
	}
}

// TestEqualQueriesStayOneWhenTheyMove: who comes after a move shares the query that moved.
func TestEqualQueriesStayOneWhenTheyMove(t *testing.T) {
	ix := NewIndex()
	for i, q := range []string{"och ord", "och ord sak", "och (ord | sak)"} {
		ix.Add(ID(i), mustParse(t, q))
	}

	for i := range 600 { // ord is crowded
		ix.Add(ID(100+i), mustParse(t, fmt.Sprintf("ord till%d", i)))
	}

	for range 20 {
		ix.Learn(&news.Article{Title: "och till1 till2"})
	}

	if moves := refileAll(ix, 7); moves == 0 {
		t.Fatal("nothing moved")
	}

	for i, q := range []string{"ord och", "sak och ord", "och (ord | sak)"} {
		ix.Add(ID(10+i), mustParse(t, q))

		if ix.registry.at(uint32(10+i)).kind() != locatedCopy {
			t.Errorf("%s is not the query that is there", q)
		}
	}

	if got := matchedIDs(ix, &news.Article{Title: "och ord sak"}); !slices.Equal(got, []ID{0, 1, 2, 10, 11, 12}) {
		t.Errorf("%v", got)
	}
}

// TestQueriesCrowdUnderFewTerms: queries stand under the term that many have in common where it is in few
// more articles than their other ones, and an article doesn't look where none stands.
func TestQueriesCrowdUnderFewTerms(t *testing.T) {
	for articles, want := range map[int]int{2: 1, 200: 51} {
		ix := NewIndex()
		for i := range 50 {
			ix.Add(ID(i), mustParse(t, fmt.Sprintf("city word%d", i)))
			ix.Add(ID(100+i), mustParse(t, fmt.Sprintf("city -other%d", i))) // these stand nowhere else
		}

		words := ""
		for i := range 50 {
			words += fmt.Sprintf(" word%d", i)
		}

		ix.Learn(&news.Article{Text: words})

		for range articles {
			ix.Learn(&news.Article{Text: "city"})
		}

		for refileAll(ix, 100) > 0 {
			continue
		}

		m := ix.Matcher()
		if n := m.Match(&news.Article{Text: "city" + words}); n != 100 {
			t.Errorf("in %d articles: %d of 100 match", articles, n)
		}

		m.siftTerms()

		if len(m.filing) != want {
			t.Errorf("in %d articles: queries under %d terms, want %d", articles, len(m.filing), want)
		}
	}
}

// TestReadersSeeWhatMoves: readers that run while queries move to and fro overlook none,
// and see none twice.
func TestReadersSeeWhatMoves(t *testing.T) {
	ix := NewIndex()
	words := []string{"alpha", "beta", "gamma"}

	var want []ID

	for i := range 60 {
		forms := []string{"alpha gamma", "alpha beta gamma", "alpha (beta | gamma)", `alpha beta title:gamma`, "gamma alpha -delta", "beta"}
		ix.Add(ID(i), mustParse(t, forms[i%len(forms)]+map[bool]string{true: fmt.Sprintf(" -other%d", i)}[i >= 30]))

		want = append(want, ID(i))
	}

	// Many words stand between them, so that a reader has a long way from one to the other.
	a := &news.Article{Title: "Alpha beta gamma"}

	for i := range nearTerms { // so many that what will be looked at is fetched
		ix.Add(ID(100+i), mustParse(t, fmt.Sprintf("filler%d absent", i)))

		a.Title += fmt.Sprintf(" filler%d", i)
	}

	a.Title = "Gamma " + strings.TrimPrefix(a.Title, "Alpha beta gamma") + " beta alpha"
	ix.Learn(a)

	stop := make(chan struct{})

	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}

				if got := matchedIDs(ix, a); !slices.Equal(got, want) {
					t.Errorf("saw %v", got)
					return
				}
			}
		})
	}

	moves, rounds := 0, 150
	if testing.Short() {
		rounds = 30 // with the race detector, for which it has to happen at all
	}

	for round := range rounds {
		ix.learned.mu.Lock()

		for i := range ix.learned.counts { // another word is rare in each round
			ix.learned.counts[i] = uint16(1 + 100*((i+round)%len(words)))
		}
		ix.learned.mu.Unlock()

		moves += refileAll(ix, 40)
	}

	close(stop)
	readers.Wait()

	if moves < 2*rounds/3 {
		t.Errorf("only %d moves", moves)
	}
}

// TestAProgramMovesTwiceWhileItIsRead: a reader that has read where a program stands meets nobody
// there when all of them have moved together again since.
func TestAProgramMovesTwiceWhileItIsRead(t *testing.T) {
	ix := NewIndex()
	for i := range 1500 {
		ix.Add(ID(i), mustParse(t, fmt.Sprintf("alpha (beta | gamma) -other%d -more%d -evenmore%d", i, i, i)))
	}

	a := &news.Article{Title: "alpha beta gamma"}
	ix.Learn(a)

	round := 0
	move := func() { // another word is rare in each round
		for i := range ix.learned.counts {
			ix.learned.counts[i] = 50
		}

		ix.learned.counts[2] = uint16(1 + 50_000*(round%2))
		refileAll(ix, 10_000)

		if round++; round > 300 {
			t.Fatal("nothing moves")
		}
	}

	m := ix.Matcher()
	m.tokenize(a) // the reader begins
	m.lookUp()

	for had := len(m.chunks); len(*ix.programs.chunks.Load()) < had+2; { // queries move meanwhile
		move()
	}

	m.collectPostings() // it takes what stands now

	for base := ix.programs.base; ix.programs.base == base; { // and more move
		move()
	}

	before := ix.moves.Load()

	m.verify()

	if before == 0 {
		t.Error("the reader is not told to read again")
	}

	if n := m.Match(a); n != 1500 {
		t.Errorf("%d of 1500 match", n)
	}
}

// TestWhatWasLongAgoCountsLess: counts are bounded, and follow what passes now.
func TestWhatWasLongAgoCountsLess(t *testing.T) {
	ix := NewIndex()
	ix.Add(1, mustParse(t, "summer | winter"))

	count := func(key string) uint64 {
		m := ix.Matcher()
		defer m.Close()

		m.tokenize(&news.Article{Title: key})
		m.lookUp()

		return ix.learned.count(m.terms[len(m.terms)-1])
	}

	for _, season := range []string{"summer", "winter"} {
		for range learnedAtMost + 100 {
			ix.Learn(&news.Article{Title: season})
		}
	}

	if s, w := count("summer"), count("winter"); w < 2*s || w > learnedAtMost {
		t.Errorf("summer %d, winter %d", s, w)
	}
}
