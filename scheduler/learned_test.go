package scheduler

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
	"newsbell/news/story"
	"newsbell/store/storetest"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// TestWhatStoriesLearnedIsKept: how common words are is known after a stop, a start and a batch
// that could not be saved.
func TestWhatStoriesLearnedIsKept(t *testing.T) {
	s := storetest.Open(t)

	load := func() *matcher {
		t.Helper()

		m := newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC, Group: true})
		if err := m.load(t.Context()); err != nil {
			t.Fatal(err)
		}

		return m
	}

	m := load()
	want := story.Background{Through: 4321, Words: map[string][]byte{"de": learnedWord(77, 12), "": learnedWord(78, 3)}}

	if err := m.stories.Learn(want); err != nil {
		t.Fatal(err)
	}

	stopped, stop := context.WithCancel(t.Context())
	stop()

	if err := m.run(stopped); err != nil {
		t.Fatal(err)
	}

	next := load()
	if diff := cmp.Diff(want, next.stories.Background()); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}

	next.stale = true
	if _, err := next.match(t.Context()); err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(want, next.stories.Background()); diff != "" {
		t.Errorf("after the stories were read again (-want +got):\n%s", diff)
	}
}

// learnedWord is the table of one word as package story keeps it.
func learnedWord(stem uint64, stories float32) []byte {
	b := append([]byte{2}, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(2*stories))
	b = binary.LittleEndian.AppendUint64(b, stem)

	return binary.LittleEndian.AppendUint32(b, math.Float32bits(stories))
}

// TestFewSubscriptionsAreRefiledForAnArticle: once all have been looked at, those that are looked at go by
// how many articles passed.
func TestFewSubscriptionsAreRefiledForAnArticle(t *testing.T) {
	const subscriptions = refiledAtOnce/2 + refiledAnArticle // twice as many are more than are looked at at once

	m := &matcher{index: index.NewIndex()}

	var words strings.Builder
	for i := range subscriptions {
		fmt.Fprintf(&words, " ord%d", i)
	}

	add := func(first int, form string) {
		for i := range subscriptions {
			q, err := query.Parse(fmt.Sprintf(form, i))
			if err != nil {
				t.Fatal(err)
			}

			m.index.Add(index.ID(first+i), q)
		}
	}

	add(0, "ord%d")

	for range 3 {
		m.index.Learn(&news.Article{Title: words.String()})
	}

	add(subscriptions, "och ord%d") // under the word that no article had

	for range 2 { // all are looked at once, whatever passed
		m.refile(0)
	}

	for range 200 {
		m.index.Learn(&news.Article{Title: "och"})
	}

	m.refile(0)
	m.refile(subscriptions/refiledAnArticle + 1) // of which all but the last look at those that follow one word

	if moves, _ := m.index.Refile(refiledAtOnce); moves != subscriptions-refiledAnArticle {
		t.Errorf("%d of %d had not moved, want %d", moves, subscriptions, subscriptions-refiledAnArticle)
	}
}
