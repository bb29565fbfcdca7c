package scheduler

import (
	"context"
	"encoding/binary"
	"log/slog"
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/news/story"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestWhatStoriesLearnedIsKept: how common words are is known after a stop, a start and a batch
// that could not be saved.
func TestWhatStoriesLearnedIsKept(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "test.db")))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { s.Close() })

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
