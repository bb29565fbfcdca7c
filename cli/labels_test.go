package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestGroupPrintsLabels: what people said of a pair in doubt is printed with both articles, one line a
// pair; what nobody was asked about is not.
func TestGroupPrintsLabels(t *testing.T) {
	dir := t.TempDir()

	s, err := store.Open(t.Context(), filepath.Join(dir, "news.db"))
	if err != nil {
		t.Fatal(err)
	}

	update := func(do func(*store.Tx) error) {
		t.Helper()

		if err := s.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}

	update(func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}}); err != nil {
			return err
		}

		var list []news.Article
		for i := range 4 {
			list = append(list, news.Article{Key: fmt.Sprint(i), Title: fmt.Sprint("Ferry sinks ", i), URL: fmt.Sprint("https://a.example/", i)})
		}

		return storetest.Poll(tx, 1, list...)
	})

	var matches []store.Match
	for id := int64(1); id <= 4; id++ {
		matches = append(matches, store.Match{Article: id, Story: id, At: time.Now()})
	}

	matches[1].Doubt = &store.Doubt{Article: 1, LogOdds: 0.4}
	matches[3].Doubt = &store.Doubt{Article: 3, LogOdds: 0.1}

	if err := s.SaveMatches(t.Context(), matches); err != nil {
		t.Fatal(err)
	}

	update(func(tx *store.Tx) error {
		_, err := tx.SettleDoubt(2, true, true)
		return err
	})

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	stdout, stderr, code := newsbell(t, dir, "", "group", "--labels", "--database", "news.db")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}

	var l store.Label
	if err := json.Unmarshal([]byte(stdout), &l); err != nil { // one line, or there is more behind it
		t.Fatalf("%v: %s", err, stdout)
	}

	if !l.Same || l.LogOdds != 0.4 || l.A.Title != "Ferry sinks 1" && l.B.Title != "Ferry sinks 1" || l.A.Title == l.B.Title {
		t.Errorf("printed: %s", stdout)
	}
}
