package scheduler

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// reader is a database with one chat that follows "bridge", and the matcher on it.
type reader struct {
	t     *testing.T
	store *store.Store
	*matcher
	chat  int64
	first *store.Alert // of the story
	n     int
}

func newReader(t *testing.T) *reader {
	s, err := store.Open(t.Context(), storetest.Database(t, filepath.Join(t.TempDir(), "test.db")))
	if err != nil {
		t.Fatal(err)
	}

	r := &reader{t: t, store: s}
	r.restart()

	r.update(func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: "https://a.example/feed"}}); err != nil {
			return err
		}

		c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: "1", Kind: "private"})
		if err != nil {
			return err
		}

		r.chat = c.ID
		_, _, err = tx.AddSubscription(store.Subscription{Chat: c.ID, Query: "bridge", Canonical: "bridge"})

		return err
	})
	r.publish(news.Article{Title: "The start", Outlet: "Baseline"}) // the first poll is a baseline

	return r
}

// restart makes a matcher as a new process has it.
func (r *reader) restart() {
	r.t.Helper()

	r.matcher = newMatcher(Config{Store: r.store, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC, Group: true})
	if err := r.load(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *reader) update(do func(*store.Tx) error) {
	r.t.Helper()

	if err := r.store.Update(r.t.Context(), do); err != nil {
		r.t.Fatal(err)
	}
}

// publish has an article come in and be matched.
func (r *reader) publish(a news.Article) {
	r.t.Helper()
	r.publishIn(1, a)
}

func (r *reader) publishIn(source int64, a news.Article) {
	r.t.Helper()

	r.n++
	a.Key, a.URL, a.Published, a.Language = fmt.Sprint(r.n), fmt.Sprintf("https://a.example/%d", r.n), time.Now().Add(-time.Minute), "en"

	r.update(func(tx *store.Tx) error {
		return storetest.Poll(tx, source, a)
	})

	if _, err := r.match(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// follow follows the story of the alert that waits, after it was sent.
func (r *reader) follow() {
	r.t.Helper()
	r.update(func(tx *store.Tx) error {
		waiting, err := tx.WaitingAlerts(r.chat, 10)
		if err != nil || len(waiting) != 1 {
			return fmt.Errorf("%d alerts wait: %w", len(waiting), err)
		}

		r.first = waiting[0]
		_, err = tx.FollowStory(r.chat, r.first.Story, "ann")

		return err
	})
	r.send()
}

// send sends what waits and returns it, with the message that each replies to.
func (r *reader) send() []string { return r.sendTo(r.chat) }

func (r *reader) sendTo(chat int64) (sent []string) {
	r.t.Helper()

	claim := store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }}

	for {
		var out *store.Outgoing

		r.update(func(tx *store.Tx) (err error) {
			if out, err = tx.Claim(chat, claim); err != nil || out == nil {
				return err
			}

			if out.Notice != "" {
				sent = append(sent, out.Notice)
			}

			for _, a := range out.Alerts {
				line := a.Article.News.Title
				if a.Edition != 0 {
					line += " -> " + a.First
				}

				sent = append(sent, line)
			}

			_, err = tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: fmt.Sprint("ref", out.ID)})

			return err
		})

		if out == nil {
			return sent
		}
	}
}

func (r *reader) want(what string, want ...string) {
	r.t.Helper()

	if got := strings.Join(r.send(), "\n"); got != strings.Join(want, "\n") {
		r.t.Errorf("%s: sent\n%s\nwant\n%s", what, got, strings.Join(want, "\n"))
	}
}

var (
	closed = news.Article{
		Title: "Harbour bridge in Gdynia closed after crack is found", Outlet: "Coast Courier",
		Text: "Engineers closed the Kwiatkowski harbour bridge in Gdynia on Monday after a routine inspection found a crack in a steel girder. " +
			"Lorries bound for the container terminal are sent through the city.",
	}
	again = news.Article{
		Title: "Crack found: Gdynia's harbour bridge closed after inspection", Outlet: "Baltic Post",
		Text: "The Kwiatkowski harbour bridge in Gdynia is closed after engineers found a crack in a steel girder on Monday. " +
			"Lorries to the container terminal go through the city.",
	}
	charged = news.Article{
		Title: "Prosecutors charge Baltrem over Kwiatkowski bridge girder in Gdynia", Outlet: "Baltic Post",
		Text: "Prosecutors charged the managing director of Baltrem, which repainted the Kwiatkowski bridge in Gdynia in 2024, with falsifying " +
			"three weld certificates. He faces up to eight years in prison.",
	}
	other = news.Article{
		Title: "Prague's Charles Bridge gets new lamps", Outlet: "Bohemian Daily",
		Text: "The city of Prague is replacing the lamps of Charles Bridge with gas lights like those of 1866.",
	}
)

// What is new in a followed story is told as a reply to its alert, also when it opens a story of
// its own, after a restart, and once; what is told again is not.
func TestAFollowedStoryTellsWhatIsNew(t *testing.T) {
	for _, restart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newReader(t)
			defer r.store.Close()

			r.publish(closed)
			r.follow()

			next := func(after time.Duration, a news.Article) {
				time.Sleep(after)

				if restart {
					r.restart()
				}

				r.publish(a)
			}

			next(2*time.Hour, again)
			r.want("another outlet tells the same")

			next(100*time.Hour, charged) // the story is closed by now: this one opens another
			r.want("something new", charged.Title+" -> ref1")

			told := charged
			told.Outlet, told.Title = "Coast Courier", "Baltrem director charged over Gdynia bridge girder by prosecutors"

			next(time.Hour, told)
			r.want("it is told again")

			next(time.Hour, other)
			r.want("another story", other.Title)

			r.update(func(tx *store.Tx) error {
				_, err := tx.UnfollowStory(r.chat, r.first.Story)
				return err
			})

			next(time.Hour, news.Article{
				Title: "Kwiatkowski bridge in Gdynia to reopen on 4 May, Baltrem replaced", Outlet: "Baltic Post",
				Text: "The Kwiatkowski bridge in Gdynia reopens to lorries on 4 May, the port said. Skanska has taken over from Baltrem.",
			})
			r.want("nobody follows it any more", "Kwiatkowski bridge in Gdynia to reopen on 4 May, Baltrem replaced")
		})
	}
}

// A development that waits when the story is no longer followed is dropped, with a reason, and
// the alert of the chat's own subscription, which it stood for, comes after all, once.
func TestADevelopmentOfAStoryNoLongerFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader(t)
		defer r.store.Close()

		r.publish(closed)
		r.follow()
		time.Sleep(30 * time.Hour)
		r.publish(charged)
		r.update(func(tx *store.Tx) error {
			_, err := tx.UnfollowStory(r.chat, r.first.Story)
			return err
		})
		r.want("unfollowed while it waits", charged.Title)
		r.publish(charged)
		r.want("it is told again")

		counts := map[string]int{}

		r.update(func(tx *store.Tx) error {
			c, err := tx.CountAlerts()
			counts = c.Dropped

			return err
		})

		if counts[store.DroppedUnfollowed] != 1 {
			t.Errorf("dropped: %v", counts)
		}
	})
}

// A story ends by itself a week after its last news, and says so once.
func TestAFollowedStoryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader(t)
		defer r.store.Close()

		r.publish(closed)
		r.follow()

		minute := func() {
			r.update(func(tx *store.Tx) error { return endFollows(tx, locales.Builtin()) })
		}

		r.update(func(tx *store.Tx) error { return tx.SetLanguage(r.chat, "de") })

		time.Sleep(5 * 24 * time.Hour)
		r.publish(charged)
		r.want("news on the fifth day", charged.Title+" -> ref1")

		time.Sleep(6 * 24 * time.Hour)
		minute()
		r.want("the eleventh day")

		time.Sleep(25 * time.Hour)
		minute()
		minute()
		r.want("a week after the news", "Eine Woche lang nichts Neues zu „"+closed.Title+"“, deshalb folge ich der Story nicht mehr.")

		r.publish(again)

		if r.followed.Len() != 0 {
			t.Error("it is followed in memory still")
		}
	})
}

// What a source tells that a follower doesn't read is not told: the follower hears of it when a
// source that it reads tells the same. Who reads both hears of it once.
func TestWhatOthersReadIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader(t)
		defer r.store.Close()

		r.publish(closed)
		r.follow()

		var insider *store.Chat

		r.update(func(tx *store.Tx) (err error) {
			if insider, err = tx.EnsureChat(store.Chat{Platform: "test", Address: "2", Kind: "private"}); err != nil {
				return err
			}

			if _, _, err = tx.AddSource(insider.ID, "bob", news.Source{URL: "https://b.example/feed"}); err != nil {
				return err
			}

			_, err = tx.FollowStory(insider.ID, r.first.Story, "bob")

			return err
		})

		inner := charged
		inner.Outlet, inner.Title = "Dockside Letter", "Baltrem director charged over Gdynia bridge girder by prosecutors"

		r.publishIn(2, news.Article{Title: "The start", Outlet: "Dockside Letter"}) // the baseline
		time.Sleep(30 * time.Hour)
		r.publishIn(2, inner)
		r.want("told where it isn't read")

		if got := r.sendTo(insider.ID); len(got) != 1 {
			t.Errorf("who reads it is sent %q", got)
		}

		time.Sleep(100 * time.Hour)
		r.publish(charged)
		r.want("told where it is read", charged.Title+" -> ref1")

		if got := r.sendTo(insider.ID); len(got) != 0 {
			t.Errorf("who was told is sent %q again", got)
		}
	})
}
