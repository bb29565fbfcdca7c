package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/news"
)

// saveForRelated saves one article of a source and gives it a story.
func saveForRelated(t *testing.T, s *Store, key, title string, terms ...int64) {
	t.Helper()
	s.update(t, func(tx *Tx) error {
		if _, err := tx.exec("INSERT INTO sources (url, origin, next_poll_at) VALUES ('https://a.example/feed', 'config', 0) ON CONFLICT DO NOTHING"); err != nil {
			return err
		}

		_, err := tx.exec(`INSERT INTO articles (source, key, url, canonical, title, summary, text, outlet, seen_at, story, matched_at)
			SELECT id, $1, $2, '', $3, '', 'The first paragraph of it.', 'A', $4, 1000 + (SELECT count(*) FROM articles), $4 FROM sources LIMIT 1`,
			key, "https://a.example/"+key, title, toMillis(tx.Now))
		if err != nil {
			return err
		}

		all, err := tx.Unrelated(10)
		if err != nil {
			return err
		}

		var list []Shortened
		for _, a := range all {
			list = append(list, Shortened{a, terms})
		}

		return tx.SaveRelated(list)
	})
}

// TestRelatedOutlivesItsArticle, which the sweep takes: only then it is written down what the
// short form shows. One that was never shortened goes, too.
func TestRelatedOutlivesItsArticle(t *testing.T) {
	s := openTest(t)
	saveForRelated(t, s, "1", "Storm reaches the coast", 11, 12)
	saveForRelated(t, s, "2", "Storm damage counted", 11, 13)
	saveForRelated(t, s, "3", "It is quiet")
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE articles SET seen_at = seen_at - $1 WHERE key IN ('1', '3')", (2 * time.Hour).Milliseconds())
		return err
	})

	if _, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour}); err != nil {
		t.Fatal(err)
	}

	s.update(t, func(tx *Tx) error {
		var left, forms int

		err := tx.one("SELECT count(*), min(id), (SELECT count(*) FROM related WHERE length(body) > 1) FROM articles", nil, &left, new(int64), &forms)
		if left != 1 || forms != 1 {
			t.Errorf("%d articles and what %d short forms show are left, want one of each", left, forms)
		}

		return err
	})

	err := s.View(t.Context(), func(tx *Tx) error {
		use, err := tx.UsesOfTerm(11, 2, 10)
		if err != nil {
			return err
		}

		if len(use.Articles) != 2 || use.Share <= 0 || use.Share > .01 {
			t.Errorf("uses of a term: %+v", use)
		}

		found, err := tx.RelatedArticles(0, use.Articles)
		if err != nil {
			return err
		}

		if len(found) != 2 || found[0].Title != "Storm reaches the coast" || found[0].URL != "https://a.example/1" ||
			found[0].Outlet != "A" || found[0].Paragraph != "The first paragraph of it." || found[0].At.IsZero() {
			t.Errorf("%+v", found)
		}

		left, err := tx.Unrelated(10)
		if len(left) != 0 {
			t.Errorf("%d articles are shortened again", len(left))
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRelatedIsPublishedWhenItsFeedSaysSo, also after the article is gone; where it said nothing, or
// a time to come, that is not known then.
func TestRelatedIsPublishedWhenItsFeedSaysSo(t *testing.T) {
	s := openTest(t)
	saveForRelated(t, s, "1", "Storm without a date", 11)
	saveForRelated(t, s, "2", "Storm of yesterday", 11)
	saveForRelated(t, s, "3", "Storm of tomorrow", 11)

	now := time.Now().UTC().Truncate(time.Millisecond)
	day := 24 * time.Hour

	s.update(t, func(tx *Tx) error {
		for key, at := range map[string]time.Time{"2": now.Add(-day), "3": now.Add(day)} {
			if _, err := tx.exec("UPDATE articles SET published_at = $2 WHERE key = $1", key, toMillis(at)); err != nil {
				return err
			}
		}

		_, err := tx.exec("UPDATE related SET at = $1 WHERE article = 2", toMillis(now.Add(-day)))

		return err
	})

	check := func(want ...time.Time) {
		t.Helper()

		err := s.View(t.Context(), func(tx *Tx) error {
			found, err := tx.RelatedArticles(0, []int64{1, 2, 3})
			for i := range found {
				if !found[i].Published.Equal(want[i]) || found[i].At.IsZero() || found[i].Paragraph != "The first paragraph of it." {
					t.Errorf("%+v, want %v", found[i], want[i])
				}
			}

			if len(found) != len(want) {
				t.Errorf("%d short forms, want %d", len(found), len(want))
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	check(time.Time{}, now.Add(-day), now.Add(day))
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE articles SET seen_at = seen_at - $1", (2 * time.Hour).Milliseconds())
		return err
	})

	if _, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour}); err != nil {
		t.Fatal(err)
	}

	check(time.Time{}, now.Add(-day), time.Time{})
}

// keepTerms keeps the short form of an article that has some terms.
func (s *Store) keepTerms(t *testing.T, article int64, at time.Time, terms ...int64) {
	t.Helper()
	s.update(t, func(tx *Tx) error {
		return tx.SaveRelated([]Shortened{{&Article{ID: article, SourceID: 1, Story: article, SeenAt: at, News: news.Article{Title: "Storm"}}, terms}})
	})
}

// uses looks a term up.
func (s *Store) uses(t *testing.T, term, around int64, limit int) (use TermUse) {
	t.Helper()

	err := s.View(t.Context(), func(tx *Tx) (err error) {
		use, err = tx.UsesOfTerm(term, around, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return use
}

// postings counts the rows of related_postings.
func (s *Store) postings(t *testing.T) (rows int) {
	t.Helper()

	if err := s.View(t.Context(), func(tx *Tx) error { return tx.one("SELECT count(*) FROM related_postings", nil, &rows) }); err != nil {
		t.Fatal(err)
	}

	return rows
}

// TestRelatedIsSweptWithItsTerms: what is swept is not found by them, and they go with their block.
func TestRelatedIsSweptWithItsTerms(t *testing.T) {
	const block = 1 << articleBits

	s := openTest(t)

	for i, article := range []int64{1, 2, block - 1, block, block + 1} {
		at := time.Now()
		if article < block-1 {
			at = at.Add(-2 * time.Hour)
		}

		s.keepTerms(t, article, at, 11, int64(20+i)<<termBits)
	}

	keep := Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour, Related: time.Hour}
	for _, want := range []struct {
		found    []int64
		postings int
	}{
		{[]int64{block - 1, block, block + 1}, 7},
		{[]int64{block, block + 1}, 3},
	} {
		if _, err := s.Sweep(t.Context(), keep); err != nil {
			t.Fatal(err)
		}

		if use := s.uses(t, 11, block-1, 10); !slices.Equal(use.Articles, want.found) {
			t.Errorf("found %v, want %v", use.Articles, want.found)
		}

		if n := s.postings(t); n != want.postings {
			t.Errorf("%d rows of postings are left, want %d", n, want.postings)
		}

		s.update(t, func(tx *Tx) error {
			_, err := tx.exec("UPDATE related SET at = 5 WHERE article < $1", block)
			return err
		})
	}
}

// TestUsesOfTerms: the nearest before and after an article, whichever block they are in, and whether an
// earlier version wrote them, this one, or some are moved when it is stopped.
func TestUsesOfTerms(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := openTest(t)
	having := map[int64][]int64{} // articles by term

	s.update(t, func(tx *Tx) error {
		var list []Shortened

		for article := int64(5); article < 5<<articleBits; article += 1 + random.Int64N(600) {
			short := Shortened{Article: &Article{ID: article, SourceID: 1, Story: article, SeenAt: tx.Now}}

			for _, term := range []int64{1, 1 << termBits, 1<<31 - 1, 7 + random.Int64N(1<<31-9), random.Int64N(1 << articleBits)} {
				if random.IntN(3) > 0 && !slices.Contains(short.Terms, term) {
					short.Terms = append(short.Terms, term)
					having[term] = append(having[term], article)
				}
			}

			if len(short.Terms) > 0 {
				list = append(list, short)
			}
		}

		if err := tx.saveTermsAsBefore(list[:len(list)/2]); err != nil {
			return err
		}

		for range 2 { // the second time nothing is added
			if err := tx.SaveRelated(list); err != nil {
				return err
			}
		}

		return nil
	})

	check := func(when string) {
		t.Helper()

		for term, articles := range having {
			around, limit := 5+random.Int64N(5<<articleBits), 1+random.IntN(50)
			if got, want := s.uses(t, term, around, limit).Articles, nearest(articles, around, limit); !slices.Equal(got, want) {
				t.Fatalf("%s: around %d at most %d have term %d: %v, want %v", when, around, limit, term, got, want)
			}
		}
	}

	check("before")

	stopped, steps := errors.New("stopped"), 0
	s.writer.Refuse = func(query string) error {
		if strings.HasPrefix(query, "DELETE FROM related_terms") {
			if steps++; steps > 2 {
				return stopped
			}
		}

		return nil
	}

	if err := s.moveTerms(t.Context()); !errors.Is(err, stopped) {
		t.Fatalf("the move was not stopped: %v", err)
	}

	s.writer.Refuse = nil

	check("when it was stopped")

	if err := s.moveTerms(t.Context()); err != nil {
		t.Fatal(err)
	}

	check("moved")

	var left int

	s.update(t, func(tx *Tx) error {
		return tx.one("SELECT (SELECT count(*) FROM related_terms) + (SELECT count(*) FROM related WHERE length(terms) > 1)", nil, &left)
	})

	if left != 0 {
		t.Errorf("%d rows are as an earlier version wrote them", left)
	}
}

// nearest are the articles nearest to one, as UsesOfTerm has them.
func nearest(articles []int64, around int64, limit int) (found []int64) {
	i, is := slices.BinarySearch(articles, around)
	if is {
		i++
	}

	found = slices.Clone(articles[max(0, i-limit):i])
	slices.Reverse(found)

	return append(found, articles[i:min(len(articles), i+limit)]...)
}

// saveTermsAsBefore saves short forms as versions before migration 161 did, and a term of one that is gone.
func (t *Tx) saveTermsAsBefore(list []Shortened) error {
	if _, err := t.exec("INSERT INTO related_terms (term, article) VALUES (2147483646, 3)"); err != nil {
		return err
	}

	for _, s := range list {
		var packed []byte

		for _, term := range s.Terms {
			packed = binary.BigEndian.AppendUint32(packed, uint32(term))

			if _, err := t.exec("INSERT INTO related_terms (term, article) VALUES ($1, $2)", term, s.Article.ID); err != nil {
				return err
			}
		}

		if _, err := t.exec("INSERT INTO related (article, source, story, at, terms, body) VALUES ($1, 1, $1, $2, $3, $4)", s.Article.ID, toMillis(t.Now), packed, []byte{0}); err != nil {
			return err
		}
	}

	return nil
}

// TestManyRelatedAreSwept: however many short forms are past their time, all of them go, in steps,
// and an article that was old when it was seen goes with those seen with it.
func TestManyRelatedAreSwept(t *testing.T) {
	s := openTest(t)

	const old, kept = 2*sweptRelated + 50, sweptRelated + 20

	s.update(t, func(tx *Tx) error {
		for id := int64(1); id <= old+kept; id++ {
			at := tx.Now
			if id <= old || id == old+kept { // the last one is dated long ago
				at = tx.Now.Add(-2 * time.Hour)
			}

			a := &Article{ID: id, SourceID: 1, Story: id, SeenAt: tx.Now, News: news.Article{Title: "Storm", Published: at}}
			if err := tx.SaveRelated([]Shortened{{a, []int64{11, 20 + id}}}); err != nil {
				return err
			}
		}

		return nil
	})

	if _, err := s.Sweep(t.Context(), Retention{Articles: time.Hour, Seen: time.Hour, Left: time.Hour, Related: time.Hour}); err != nil {
		t.Fatal(err)
	}

	s.update(t, func(tx *Tx) error {
		var forms, first int64

		err := tx.one("SELECT count(*), min(article) FROM related", nil, &forms, &first)
		if forms != kept || first != old+1 {
			t.Errorf("%d forms from %d on are left, want %d", forms, first, kept)
		}

		return err
	})
}

func TestRelatedHidesWhatAChatMayNotSee(t *testing.T) {
	s := openTest(t)
	saveForRelated(t, s, "1", "Storm", 11)
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE sources SET origin = 'chat'")
		return err
	})

	err := s.View(t.Context(), func(tx *Tx) error {
		found, err := tx.RelatedArticles(0, []int64{1})
		if len(found) != 0 {
			t.Errorf("a private source is shown: %+v", found)
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestShortFormsKeepHostileText(t *testing.T) {
	s := openTest(t)
	saveForRelated(t, s, "1", strings.Repeat("long 中文 ", 80)+"\x00", 11)

	err := s.View(t.Context(), func(tx *Tx) error {
		found, err := tx.RelatedArticles(0, []int64{1})
		if len(found) != 1 || len([]rune(found[0].Title)) != relatedTitle || found[0].URL != "https://a.example/1" {
			t.Errorf("%+v", found)
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkRelated looks up a term among a million articles of twelve terms each, and
// says what a short form takes on disk.
func BenchmarkRelated(b *testing.B) {
	const articles = 1_000_000

	s, err := Open(b.Context(), b.TempDir()+"/related.db")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()

	// All in one transaction that fits the cache: the pages are those that a year of small ones
	// makes, and each is written once.
	err = s.Update(b.Context(), func(tx *Tx) error {
		if _, err := tx.exec("PRAGMA cache_size = -3000000"); err != nil {
			return err
		}

		for from := int64(1); from <= articles; from += 2000 {
			if err := tx.saveForms(manyShortened(tx, from, from+2000)); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		b.Fatal(err)
	}

	var bytes int64

	err = s.View(b.Context(), func(tx *Tx) error {
		return tx.one("SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s", nil, &bytes)
	})
	if err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		err := s.View(b.Context(), func(tx *Tx) error {
			for i := range int64(12) {
				if _, err := tx.UsesOfTerm(hashOf(i*i*900), articles/2, 250); err != nil {
					return err
				}
			}

			_, err := tx.RelatedArticles(0, []int64{1, 5000, 900_000})

			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}

	b.ReportMetric(float64(bytes)/articles, "B/article")
}

// saveForms saves short forms of which the articles are gone.
func (t *Tx) saveForms(list []Shortened) error {
	if err := t.SaveRelated(list); err != nil {
		return err
	}

	articles := make([]*Article, len(list))
	for i, s := range list {
		articles[i] = s.Article
	}

	for i, body := range packForms(t.session.dictionaries.find(0), articles) {
		if _, err := t.exec("UPDATE related SET body = $2 WHERE article = $1", articles[i].ID, body); err != nil {
			return err
		}
	}

	return nil
}

// hashOf is a term as package news/related makes them: any number of 31 bits.
func hashOf(n int64) int64 { return n * 2_654_435_761 % (1 << 31) }

// manyShortened makes the short forms of articles from one number up to another.
func manyShortened(tx *Tx, from, to int64) (list []Shortened) {
	words := strings.Fields("harbour bridge container ship election minister court rain strike ferry airline summit troops border budget vaccine comet glacier orchestra stadium")

	for id := from; id < to; id++ {
		w := func(n int64) string { return words[(id*7+n*13+id*id*n)%int64(len(words))] }
		a := &Article{ID: id, SourceID: 1, Story: id, SeenAt: tx.Now, News: news.Article{
			Title: fmt.Sprint(w(1), " ", w(2), " ", w(3), " after ", w(4), " number ", id), Outlet: "Meridian Wire",
			URL:  fmt.Sprintf("https://www.meridianwire.example/news/world/%s-%s-%s-%d", w(1), w(2), w(5), id),
			Text: fmt.Sprint("The ", w(6), " of ", w(7), " said on Monday that ", w(8), " and ", w(9), " had met ", w(10), " in ", id, " places, officials told the ", w(3), " on the way to ", w(2), "."),
		}}
		terms := make([]int64, 12)

		for i := range terms { // Zipf: a few terms are everywhere
			u := float64((id*2654435761+int64(i)*40503)%1_000_003) / 1_000_003
			terms[i] = hashOf(int64(200_000 * u * u * u * u))
		}

		list = append(list, Shortened{a, terms})
	}

	return list
}
