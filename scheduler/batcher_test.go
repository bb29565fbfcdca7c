package scheduler

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// saving is a poller that only saves, of two sources, and keeps when it told of
// what.
type saving struct {
	*poller
	began time.Time
	mu    sync.Mutex
	after []time.Duration
	fresh int // new articles
}

func newSaving(t *testing.T) *saving {
	t.Helper()

	s := storetest.Open(t)

	if err := s.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Configure([]news.Source{{URL: "https://a.example/1"}, {URL: "https://a.example/2"}})
	}); err != nil {
		t.Fatal(err)
	}

	o := &saving{began: time.Now()}
	o.poller = newPoller(Config{Store: s, MaxAge: time.Hour, Log: slog.New(slog.DiscardHandler), Event: func(e PollEvent) {
		o.mu.Lock()
		defer o.mu.Unlock()

		o.after = append(o.after, time.Since(o.began))
		o.fresh += e.New
	}}, nil)

	return o
}

func (o *saving) add(id int64, articles ...news.Article) {
	o.changed.add(prepareChanged(o.Store, &outcome{
		source: &cachedSource{Source: &store.Source{ID: id}},
		result: store.PollResult{Source: id, Next: time.Now(), Articles: articles},
	}))
}

// begin saves polls until the function that it returns is called.
func (o *saving) begin(t *testing.T) (end func()) {
	done := make(chan struct{})

	var running sync.WaitGroup
	running.Go(func() {
		if err := o.changed.run(t.Context(), done); err != nil {
			t.Error(err)
		}
	})

	return func() {
		close(done)
		running.Wait()
	}
}

// TestManyChangedPollsAreAllSaved saves more than one go takes, and ends while
// some still wait.
func TestManyChangedPollsAreAllSaved(t *testing.T) {
	o := newSaving(t)
	end := o.begin(t)

	const polls = 5*changedPolls + 1
	for i := range polls {
		address := fmt.Sprintf("https://a.example/news/%d", i)
		o.add(int64(1+i%2), news.Article{Key: address, URL: address, Title: fmt.Sprintf("Storm %d", i)})
	}

	end()

	if len(o.after) != polls || o.fresh != polls {
		t.Errorf("told of %d polls and %d new articles, want %d of each", len(o.after), o.fresh, polls)
	}
}

// TestTextsOfAChangedPollAreDeflatedBeforeItsBatch: one that changes while the poll waits for its
// batch is saved as it was when the poll came.
func TestTextsOfAChangedPollAreDeflatedBeforeItsBatch(t *testing.T) {
	o := newSaving(t)

	const address = "https://a.example/news/1"

	long := strings.Repeat("The bridge is for all. ", 20)
	articles := []news.Article{{Key: address, URL: address, Title: "Storm", Text: long}}
	o.add(1, articles...)

	articles[0].Text = "Another one."

	if err := o.changed.flush(t.Context()); err != nil {
		t.Fatal(err)
	}

	if err := o.Store.View(t.Context(), func(tx *store.Tx) error {
		found, err := tx.ArticlesAt(address)
		if err == nil && (len(found) != 1 || found[0].News.Text != long) {
			t.Errorf("%d articles are there, the text is not that of the poll", len(found))
		}

		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestAnUnchangedPollIsNotSavedAfterALaterOne: while it waits for the writer, the next poll of its
// source brings something and is saved. That one's time and outcome hold.
func TestAnUnchangedPollIsNotSavedAfterALaterOne(t *testing.T) {
	o := newSaving(t)
	first, second := time.Now().Add(time.Second).Truncate(time.Millisecond), time.Now().Add(time.Hour).Truncate(time.Millisecond)

	o.readAgenda(t.Context())

	for id := range int64(2) { // both were asked, found nothing new, and are due again
		taken := o.agenda.take(o.agenda.hosts["a.example"])
		o.agenda.endRequest(taken, time.Now())
		o.agenda.putBack(taken, first.Add(time.Duration(id)*time.Millisecond))
	}

	waiting, saved := make(chan struct{}), make(chan struct{})

	var later sync.WaitGroup
	later.Go(func() {
		err := o.Store.Update(t.Context(), func(tx *store.Tx) error {
			close(waiting)
			<-saved

			_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 1, Next: second, Error: "HTTP 500"}), time.Hour)

			return err
		})
		if err != nil {
			t.Error(err)
		}
	})

	<-waiting
	later.Go(func() {
		err := o.saveUnchanged(t.Context(), []unchangedPoll{
			{UnchangedPoll: store.UnchangedPoll{Source: 1, At: time.Now(), Next: o.agenda.sources[1].due}},
			{UnchangedPoll: store.UnchangedPoll{Source: 2, At: time.Now(), Next: o.agenda.sources[2].due}},
		})
		if err != nil {
			t.Error(err)
		}
	})
	close(saved)
	later.Wait()

	err := o.Store.View(t.Context(), func(tx *store.Tx) error {
		return tx.Agenda(func(source int64, _ string, due time.Time) {
			if want := map[int64]time.Time{1: second, 2: o.agenda.sources[2].due}[source]; !due.Equal(want) {
				t.Errorf("source %d is due at %s, want %s", source, due, want)
			}
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestTheFirstOfAQuietTimeIsSavedAtOnce, and what comes right behind it waits
// for company.
func TestTheFirstOfAQuietTimeIsSavedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newSaving(t)

		end := o.begin(t)
		for range 3 {
			o.add(1)
			synctest.Wait()
		}

		time.Sleep(time.Hour)
		o.add(2)
		synctest.Wait()
		end()

		if want := []time.Duration{0, changedInterval, changedInterval, time.Hour}; !slices.Equal(o.after, want) {
			t.Errorf("saved after %v, want %v", o.after, want)
		}
	})
}

// TestOneThatCannotBeSavedTakesNobodyAlong: its source is not in the database.
func TestOneThatCannotBeSavedTakesNobodyAlong(t *testing.T) {
	o := newSaving(t)
	for _, id := range []int64{1, 99, 2} {
		o.add(id)
	}

	if err := o.changed.flush(t.Context()); err != nil {
		t.Error(err)
	}

	if len(o.after) != 2 {
		t.Errorf("told of %d polls, want 2", len(o.after))
	}
}
