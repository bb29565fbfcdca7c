package answers_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot/answers"
	"newsbell/bot/page"
	"newsbell/news"
	"newsbell/scheduler"
	"newsbell/store"
	"newsbell/store/storetest"
)

// newsroom is a database whose articles are matched, and whose stories of two languages are joined.
type newsroom struct {
	t      *testing.T
	store  *store.Store
	server *aitest.Server
	model  string
	apart  bool // stories are not joined
	health answers.Health
	n      int
	random *rand.Rand
}

const (
	inEnglish = "Ferry sinks off the northern cape near Holm"
	inGerman  = "Passagierschiff vor dem Nordkap bei Holm untergegangen"
)

// besideAModel runs a test in a time of its own, over a real database and beside an honest model
// server.
func besideAModel(t *testing.T, do func(t *testing.T, s *store.Store, server *aitest.Server)) {
	t.Helper()

	server := aitest.Honest(t) // its listener would keep time from passing

	synctest.Test(t, func(t *testing.T) {
		s := storetest.Open(t)

		do(t, s, server)
	})
}

func inNewsroom(t *testing.T, do func(r *newsroom)) {
	t.Helper()

	besideAModel(t, func(t *testing.T, s *store.Store, server *aitest.Server) {
		r := &newsroom{t: t, store: s, server: server, model: "near", random: rand.New(rand.NewPCG(1, 2))}
		r.server.Alike(inGerman, inEnglish)

		r.update(func(tx *store.Tx) error {
			if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}, {URL: "https://b.example/feed"}}); err != nil {
				return err
			}

			for address, query := range map[string]string{"english": "ferry", "german": "passagierschiff"} {
				c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: address, Kind: "private"})
				if err == nil {
					_, _, err = tx.AddSubscription(store.Subscription{Chat: c.ID, Query: query, Canonical: query})
				}

				if err != nil {
					return err
				}
			}

			return nil
		})
		r.publish("en", "First", "A baseline") // the first poll is one
		do(r)
	})
}

func (r *newsroom) update(do func(*store.Tx) error) {
	r.t.Helper()

	if err := r.store.Update(context.Background(), do); err != nil {
		r.t.Fatal(err)
	}
}

// publish has an article come in.
func (r *newsroom) publish(language, outlet, title string) string {
	r.t.Helper()

	r.n++
	url := fmt.Sprintf("https://a.example/%d", r.n)

	r.update(func(tx *store.Tx) error {
		return storetest.Poll(tx, 1, news.Article{Key: url, URL: url, Title: title, Text: title + ".", Language: language, Outlet: outlet, Published: tx.Now})
	})

	return url
}

// fill publishes articles about nothing in both languages.
func (r *newsroom) fill() {
	for range 15 {
		for _, language := range []string{"en", "de"} {
			words := make([]string, 6)
			for i := range words {
				for range 7 {
					words[i] += string(rune('a' + r.random.IntN(26)))
				}
			}

			r.publish(language, fmt.Sprint("Outlet ", r.n), strings.Join(words, " "))
		}
	}
}

// run matches and joins until stop is called.
func (r *newsroom) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	s := scheduler.New(scheduler.Config{Store: r.store, Log: log, TimeZone: time.UTC, Group: true, Retention: store.Retention{Articles: 720 * time.Hour, Seen: 720 * time.Hour, Left: 720 * time.Hour, Related: 8760 * time.Hour}})

	var running sync.WaitGroup

	running.Go(func() {
		if err := s.Match(ctx); err != nil {
			r.t.Error(err)
		}
	})

	if r.model != "" {
		e := ai.NewEmbedder(ai.Config{URL: r.server.URL, EmbedModel: r.model, HTTP: r.server.Client()}, answers.Ledger{Store: r.store})
		v := answers.Vectors{Store: r.store, Embedder: e, Join: !r.apart, Log: log, Health: &r.health}

		running.Go(func() { v.Run(ctx) })
	}

	return func() { cancel(); running.Wait() }
}

// storyOf is the story of an article, and how many alerts there are in all.
func (r *newsroom) storyOf(url string) (found int64, alerts int) {
	r.t.Helper()

	if err := r.store.View(context.Background(), func(tx *store.Tx) error {
		list, err := tx.ArticlesAt(url)
		if err != nil || len(list) != 1 {
			return fmt.Errorf("%d articles at %s: %w", len(list), url, err)
		}

		found = list[0].Story
		c, err := tx.CountAlerts()
		alerts = c.Waiting

		return err
	}); err != nil {
		r.t.Fatal(err)
	}

	return found, alerts
}

// TestStoriesOfTwoLanguagesAreJoined: with an embedding model the stories become one, whose alerts
// are as many as without one; what comes later rings nobody again; and a restart changes nothing.
func TestStoriesOfTwoLanguagesAreJoined(t *testing.T) {
	inNewsroom(t, func(r *newsroom) {
		stop := r.run()

		r.fill()
		time.Sleep(time.Minute)

		english, german := r.publish("en", "Courier", inEnglish), r.publish("de", "Kurier", inGerman)

		time.Sleep(time.Minute)
		synctest.Wait()

		one, alerts := r.storyOf(english)
		if other, _ := r.storyOf(german); other != one || alerts != 2 {
			t.Fatalf("stories %d and %d, %d alerts", one, other, alerts)
		}

		r.update(func(tx *store.Tx) error {
			c, err := tx.Chat("test", "english")
			if err != nil {
				return err
			}

			also, err := tx.Outlets(one, c.ID, "Courier")
			if len(also) != 1 || also[0].Outlet != "Kurier" {
				t.Errorf("also in %+v", also)
			}

			return err
		})

		stop()

		stop = r.run()

		again := r.publish("de", "Bote", "Passagierschiff vor dem Nordkap bei Holm untergegangen, sagt der Hafenmeister")

		time.Sleep(time.Minute)
		synctest.Wait()

		if got, alerts := r.storyOf(again); got != one || alerts != 2 {
			t.Errorf("a later article is of story %d, not %d, and there are %d alerts", got, one, alerts)
		}

		asked := len(r.server.Embedded())

		stop()

		stop = r.run()

		time.Sleep(time.Minute)
		synctest.Wait()
		stop()

		if got := len(r.server.Embedded()); got != asked {
			t.Errorf("a restart asked for %d vectors again", got-asked)
		}

		// What another model placed says nothing to this one.
		r.model = "other"

		stop = r.run()

		time.Sleep(time.Minute)
		synctest.Wait()
		stop()

		if got := len(r.server.Embedded()); got < asked+32 {
			t.Errorf("another model was asked for %d vectors", got-asked)
		}
	})
}

// TestGroupingBesideAModelThatHangs: whatever the embedding model does, articles are matched and alert
// at the same instants as without one, and their stories are those of before.
func TestGroupingBesideAModelThatHangs(t *testing.T) {
	stories := func(model string, evil aitest.Evil) (all []int64, at []time.Duration) {
		inNewsroom(t, func(r *newsroom) {
			r.model = model
			r.server.Turn(evil)

			stop := r.run()

			r.fill()

			for _, title := range []string{inEnglish, "Ferry sinks off northern cape near Holm with ninety aboard", inGerman} {
				url := r.publish(map[bool]string{true: "de", false: "en"}[title == inGerman], "O"+title[:8]+fmt.Sprint(r.n), title)
				began := time.Now()

				for id := int64(0); id == 0 && time.Since(began) < time.Minute; {
					time.Sleep(5 * time.Millisecond)

					id, _ = r.storyOf(url)
				}

				at = append(at, time.Since(began))
			}

			time.Sleep(10 * time.Minute)
			synctest.Wait()

			for n := 1; n <= r.n; n++ {
				id, _ := r.storyOf(fmt.Sprintf("https://a.example/%d", n))
				all = append(all, id)
			}

			stop()
		})

		return all, at
	}

	want, wantAt := stories("", "")

	evils := aitest.EmbedEvils()
	if testing.Short() {
		evils = []aitest.Evil{aitest.Hangs, aitest.Zeros, aitest.NotVectors}
	}

	for _, evil := range append(evils, "no evil, which joins") {
		if evil == aitest.Shorter {
			continue // with nothing kept yet, short vectors are vectors
		}

		if evil == "no evil, which joins" {
			evil = ""
		}

		got, at := stories("near", evil)
		if same := fmt.Sprint(got) == fmt.Sprint(want); same != (evil != "") {
			t.Errorf("%q: stories %v, want %v", evil, got, want)
		}

		for i := range at {
			if at[i] > wantAt[i]+5*time.Millisecond {
				t.Errorf("%q: article %d was matched after %v, without a model after %v", evil, i, at[i], wantAt[i])
			}
		}
	}
}

// TestHealthOfAnEmbeddingModel: it is known since when the model fails, until it answers again.
func TestHealthOfAnEmbeddingModel(t *testing.T) {
	inNewsroom(t, func(r *newsroom) {
		r.server.Turn(aitest.Fails)

		began := time.Now()
		stop := r.run()

		r.fill()
		time.Sleep(10 * time.Minute)
		synctest.Wait()

		if since := r.health.FailingSince(); since.IsZero() || since.Sub(began) > time.Minute {
			t.Errorf("failing since %v, began at %v", since, began)
		}

		r.server.Turn("")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		stop()

		if since := r.health.FailingSince(); !since.IsZero() {
			t.Errorf("it works, and is said to fail since %v", since)
		}
	})
}

// TestRelatedAcrossLanguages: an article of another language is related that shares no word, and
// nothing is without vectors; an article's vector goes with it.
func TestRelatedAcrossLanguages(t *testing.T) {
	for _, model := range []string{"near", ""} {
		inNewsroom(t, func(r *newsroom) {
			r.model, r.apart = model, true
			r.server.Alike("Reederei entschädigt", "Ferry sinks off northern cape near Holm weeks before")

			stop := r.run()

			r.fill()
			time.Sleep(time.Minute)
			r.publish("de", "Kurier", "Reederei entschädigt die Familien der Opfer")
			time.Sleep(time.Minute)
			r.fill()

			english := r.publish("en", "Courier", inEnglish)

			time.Sleep(time.Minute)
			synctest.Wait()

			r.update(func(tx *store.Tx) error {
				story, err := page.Read(tx, store.AllChats, english)
				if err != nil {
					return err
				}

				found := len(story.Related) > 0 && story.Related[0].Outlet == "Kurier"
				if found != (model != "") {
					t.Errorf("with %q related is %+v", model, story.Related)
				}

				return nil
			})
			stop()
		})
	}
}
