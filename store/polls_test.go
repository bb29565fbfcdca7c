package store

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"newsbell/news"
)

func TestIdentity(t *testing.T) {
	now := time.Now()

	base := item("guid-1", "https://example.org/a/1", "Bridge opens", now)
	for _, c := range []struct {
		name         string
		next         news.Article
		new, updated int
	}{
		{"the same", base, 0, 0},
		{"another guid", item("guid-2", base.URL, base.Title, now), 0, 0},
		{"another scheme and tracking", item("guid-2", "http://www.example.org/a/1/?utm_source=rss", base.Title, now), 0, 0},
		{"a typo mended", item("guid-1", base.URL, "Bridge opened", now), 0, 1},
		{"another address, the same guid and title", item("guid-1", "https://example.org/b/1", base.Title, now), 0, 0},
		{"another address, the same guid and a corrected title", item("guid-1", "https://example.org/b/1", "Bridge opens again", now), 0, 1},
		{"a guid used again", item("guid-1", "https://example.org/a/2", "Ferry sinks", now), 1, 0},
		{"all new", item("guid-3", "https://example.org/a/3", "Ferry saved", now), 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t)

			source := s.configure(t, "https://example.org/feed")[0]
			if got := s.poll(t, source, base); !got.Baseline || got.New != 1 {
				t.Fatalf("the first poll is no baseline: %+v", got)
			}

			for range 2 { // and the second time nothing is new
				got := s.poll(t, source, c.next)
				if got.New != c.new || got.Updated != c.updated {
					t.Errorf("%+v, want %d new and %d updated", got, c.new, c.updated)
				}

				c.new, c.updated = 0, 0
			}
		})
	}
}

// TestAGuidThatIsTheAddress of its item says nothing that the address does not: one identity is kept, by
// which the item is known at another address as by a guid of its own.
func TestAGuidThatIsTheAddress(t *testing.T) {
	now := time.Now()

	const page = "https://example.org/a/1"

	base := item(page, page, "Bridge opens", now)
	for _, c := range []struct {
		name              string
		next              news.Article
		new, updated, ids int
	}{
		{"the same", base, 0, 0, 1},
		{"a guid of its own", item("guid-1", page, base.Title, now), 0, 0, 2},
		{"another scheme", item("http://example.org/a/1", "http://www.example.org/a/1/", base.Title, now), 0, 0, 1},
		{"another address, the same guid and title", item(page, "https://example.org/b/1", base.Title, now), 0, 0, 3},
		{"another address, the same guid and a corrected title", item(page, "https://example.org/b/1", "Bridge opens again", now), 0, 1, 3},
		{"a guid used again", item(page, "https://example.org/a/2", "Ferry sinks", now), 1, 0, 3},
		{"another address and guid", item("https://example.org/b/1", "https://example.org/b/1", base.Title, now), 1, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t)

			source := s.configure(t, "https://example.org/feed")[0]
			s.poll(t, source, base)

			for range 2 { // and the second time nothing is new
				got := s.poll(t, source, c.next)
				if got.New != c.new || got.Updated != c.updated {
					t.Errorf("%+v, want %d new and %d updated", got, c.new, c.updated)
				}

				c.new, c.updated = 0, 0
			}

			var ids int

			s.update(t, func(tx *Tx) error { return tx.one("SELECT count(*) FROM seen", nil, &ids) })

			if ids != c.ids {
				t.Errorf("%d identities are kept, want %d", ids, c.ids)
			}
		})
	}
}

// TestAGuidOfTwoItemsListedTogether: the article that has the guid is still listed, read
// or not, so that another item with it is another article, however alike their titles.
func TestAGuidOfTwoItemsListedTogether(t *testing.T) {
	now := time.Now()
	day1 := item("live", "https://example.org/day-1", "War in the north, live: day one", now)
	day2 := item("live", "https://example.org/day-2", "War in the north, live: day two", now)

	for name, second := range map[string]PollResult{
		"both are read":          {Articles: []news.Article{day1, day2}},
		"the first is unchanged": {Articles: []news.Article{day2}, Listed: []string{day1.Key}},
	} {
		s := openTest(t)
		source := s.configure(t, "https://example.org/feed")[0]
		s.poll(t, source, day1)

		second.Source, second.Next = source, now

		var got PollChanges

		s.update(t, func(tx *Tx) (err error) {
			got, err = tx.SavePoll(PreparePoll(second), time.Hour)
			return err
		})

		if got.New != 1 {
			t.Errorf("%s: %+v, want 1 new", name, got)
		}
	}
}

// TestAnItemThatMovesTwice is one article, though its first address is long gone.
func TestAnItemThatMovesTwice(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]

	for i, url := range []string{"https://example.org/a", "https://example.org/b", "https://example.org/c", "https://example.org/b"} {
		if got := s.poll(t, source, item("guid", url, "Bridge opens", time.Now())); got.New != 0 && i > 0 {
			t.Errorf("at %s: %+v", url, got)
		}
	}

	for _, url := range []string{"https://example.org/d", "https://example.org/e", "https://example.org/f", "https://example.org/e"} {
		if got := s.poll(t, source, item("https://example.org/d", url, "Ferry sails", time.Now())); got.New != 0 && url != "https://example.org/d" {
			t.Errorf("with a guid that is its first address, at %s: %+v", url, got)
		}
	}
}

// TestIdentitiesOfEarlierVersions: they wrote down an item's key and its canonical
// address, and knew guids only while a feed listed them.
func TestIdentitiesOfEarlierVersions(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]
	was := item("guid", "https://example.org/a", "Bridge opens", time.Now())
	s.poll(t, source, was)
	s.update(t, func(tx *Tx) error { // the item had moved from another address
		if _, err := tx.exec("DELETE FROM seen"); err != nil {
			return err
		}

		for _, id := range []identity{identityOf("key", "address before"), identityOf("page", news.Canonical(was.URL))} {
			if _, err := tx.exec("INSERT INTO seen (source, identity, article, content, last_listed_at) VALUES ($1, $2, 1, $3, $4)", source, id[:], contentOf(&was), toMillis(tx.Now)); err != nil {
				return err
			}
		}

		return nil
	})

	if got := s.poll(t, source, was); got.New != 0 || got.Updated != 0 {
		t.Errorf("%+v", got)
	}

	if got := s.poll(t, source, item("guid", "https://example.org/b", "Bridge opens", time.Now())); got.New != 0 {
		t.Errorf("at another address: %+v", got)
	}
}

func TestWhatAlerts(t *testing.T) {
	s := openTest(t)
	now := time.Now()
	source := s.configure(t, "https://example.org/feed")[0]
	s.poll(t, source) // empty: no baseline yet
	s.poll(t, source, item("1", "https://example.org/1", "Baseline", now))
	s.poll(t, source,
		item("2", "https://example.org/2", "Fresh", now),
		item("3", "https://example.org/3", "Undated", time.Time{}),
		item("4", "https://example.org/4", "Tomorrow", now.Add(24*time.Hour)),
		item("5", "https://example.org/5", "Three days old", now.Add(-72*time.Hour)))

	if diff := cmp.Diff([]string{"Fresh", "Undated", "Tomorrow"}, s.ringing(t)); diff != "" {
		t.Error(diff)
	}
}

func TestRelaunchAlertsNothing(t *testing.T) {
	s := openTest(t)
	now := time.Now().Add(-time.Second) // before our first look, whose time is kept in milliseconds
	source := s.configure(t, "https://example.org/feed")[0]

	var before, after []news.Article
	for i := range 25 {
		before = append(before, item(fmt.Sprintf("old-%d", i), fmt.Sprintf("https://example.org/old/%d", i), fmt.Sprintf("Old %d", i), now))
		after = append(after, item(fmt.Sprintf("new-%d", i), fmt.Sprintf("https://example.org/new/%d", i), fmt.Sprintf("New %d", i), now))
	}

	s.poll(t, source, before...)

	if got := s.pollAfter(t, source, len(before), after...); !got.Relaunch {
		t.Errorf("25 unknown items of 25: %+v", got)
	}

	next := append(after[1:], item("news", "https://example.org/news", "News", now))
	if got := s.pollAfter(t, source, len(after), next...); got.Relaunch || got.New != 1 {
		t.Errorf("one new item of 25: %+v", got)
	}

	if diff := cmp.Diff([]string{"News"}, s.ringing(t)); diff != "" {
		t.Error(diff)
	}
}

// TestWhatIsARelaunch: undated and future items tell nothing about when they are
// from, so it matters whether we may have missed news.
func TestWhatIsARelaunch(t *testing.T) {
	for _, c := range []struct {
		name           string
		published      time.Duration // from now, 0: no date
		lastOK, due    time.Duration // before now
		failed, expect bool
	}{
		{"undated", 0, 10 * time.Minute, 0, false, true},
		{"dated in the future", 5 * time.Hour, 10 * time.Minute, 0, false, true},
		{"dated since", -time.Minute, 10 * time.Minute, 0, false, false},
		{"a source that is asked every hour and a half", 0, 90 * time.Minute, time.Second, false, true},
		{"we were away", 0, 7 * time.Hour, 6 * time.Hour, false, false},
		{"the source failed", 0, 7 * time.Hour, time.Second, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t)
			now := time.Now()
			source := s.configure(t, "https://example.org/feed")[0]
			s.poll(t, source, item("start", "https://example.org/start", "Start", now))
			s.update(t, func(tx *Tx) error {
				_, err := tx.exec("UPDATE sources SET last_ok_at = $1, next_poll_at = $2, error_count = $3", toMillis(now.Add(-c.lastOK)), toMillis(now.Add(-c.due)), c.failed)
				return err
			})

			var items []news.Article

			for i := range 25 {
				var at time.Time
				if c.published != 0 {
					at = now.Add(c.published)
				}

				items = append(items, item(fmt.Sprint(i), fmt.Sprintf("https://example.org/%d", i), fmt.Sprint("New ", i), at))
			}

			if got := s.pollAfter(t, source, len(items), items...); got.Relaunch != c.expect {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestAGrowingFeedIsNoRelaunch: a relaunch loses what was listed and lists about
// as much anew.
func TestAGrowingFeedIsNoRelaunch(t *testing.T) {
	for _, c := range []struct {
		name              string
		had, kept, listed int
		relaunch          bool
	}{
		{"one and 25 more", 1, 1, 26, false},
		{"one, and 25 others", 1, 0, 25, false},
		{"half of it is kept", 10, 5, 40, false},
		{"most of it is gone", 20, 3, 40, true},
		{"all is another", 30, 0, 30, true},
		{"a few are kept", 25, 4, 30, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t)
			source := s.configure(t, "https://example.org/feed")[0]

			var all []news.Article
			for i := range c.had - c.kept + c.listed {
				all = append(all, item(fmt.Sprint(i), fmt.Sprintf("https://example.org/%d", i), fmt.Sprint("Item ", i), time.Time{}))
			}

			s.poll(t, source, all[:c.had]...)

			got := s.pollAfter(t, source, c.had, all[c.had-c.kept:]...)
			if rings := len(s.ringing(t)); got.Relaunch != c.relaunch || got.New != c.listed-c.kept || (rings > 0) == c.relaunch {
				t.Errorf("%+v, %d ring", got, rings)
			}
		})
	}
}

func TestOnePageInTwoSourcesOfAnOutlet(t *testing.T) {
	s := openTest(t)
	now := time.Now()

	sources := s.configure(t, "https://example.org/world", "https://example.org/top")
	for _, source := range sources {
		s.poll(t, source, item("start", "https://example.org/start", "Start", now))
	}

	page := item("a", "https://example.org/a", "Flood", now)
	if got := s.poll(t, sources[0], page); got.New != 1 {
		t.Errorf("first: %+v", got)
	}

	page.Key = "b"
	if got := s.poll(t, sources[1], page); got.New != 0 {
		t.Errorf("the same page of the same outlet: %+v", got)
	}

	page.Key, page.Outlet = "c", "Another"
	if got := s.poll(t, sources[1], page); got.New != 0 {
		t.Errorf("seen in this source before: %+v", got)
	}
}

// TestPagesOfArticles: one is found by its page also if its row is of before there was a column for
// it, and not for another one that has the same 48 bits.
func TestPagesOfArticles(t *testing.T) {
	const address = "https://example.org/a"

	for _, c := range []struct {
		what, change string
		args         []any
		found        int
	}{
		{"as it is saved", "UPDATE articles SET page = page", nil, 1},
		{"as it was saved before", "UPDATE articles SET page = NULL, canonical = $1 WHERE url = $1", []any{address}, 1},
		{"with the number of another page", "UPDATE articles SET page = $1, url = 'https://example.org/b' WHERE url = $2", []any{pageOf(address), address}, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := openTest(t)
			now := time.Now()
			sources := s.configure(t, "https://example.org/world", "https://example.org/top")
			s.poll(t, sources[0], item("a", address, "Flood", now))
			s.poll(t, sources[1], item("start", "https://example.org/start", "Start", now))

			s.update(t, func(tx *Tx) error {
				if _, err := tx.exec(c.change, c.args...); err != nil {
					return err
				}

				found, err := tx.ArticlesAt("http://www.example.org/a/?utm_source=x")
				if len(found) != c.found || len(found) > 0 && !found[0].OwnPage {
					t.Errorf("%d articles are at the address, want %d", len(found), c.found)
				}

				return err
			})

			page := item("b", address, "Flood", now)
			if got := s.poll(t, sources[1], page); got.New != 1-c.found {
				t.Errorf("in another source: %d new articles, want %d", got.New, 1-c.found)
			}

			if got := s.poll(t, sources[0], item("a", address+"/other", "Something quite else", now)); got.New != 1 {
				t.Errorf("a guid that is used again: %d new articles, want 1", got.New)
			}
		})
	}
}

// TestKeysOfArticles: a stored article has the key that its feed gave it. One that is made of its
// address takes no room, until the address names another page.
func TestKeysOfArticles(t *testing.T) {
	const address = "https://example.org/a"

	own := news.PageKey(news.Canonical(address))
	s := openTest(t)
	now := time.Now()
	source := s.configure(t, "https://example.org/world")[0]

	check := func(title, key, kept string) {
		t.Helper()

		var stored string

		s.update(t, func(tx *Tx) error {
			found, err := tx.articlesWhere("a.title = $1", title)
			if len(found) != 1 || found[0].News.Key != key {
				t.Errorf("%s: %d articles, want one with the key %q", title, len(found), key)
			}

			return errors.Join(err, tx.one("SELECT key FROM articles WHERE title = $1", []any{title}, &stored))
		})

		if stored != kept {
			t.Errorf("%s: the key is kept as %q, want %q", title, stored, kept)
		}
	}

	flood, storm := item("1", address, "Flood", now), item("7", "https://example.org/b", "Storm", now)
	flood.Key = own
	s.poll(t, source, flood, storm)
	check("Flood", own, "")
	check("Storm", storm.Key, storm.Key)

	flood.URL, flood.Text = "https://example.org/live/a", "More of it."
	s.poll(t, source, flood)
	check("Flood", own, own)
}

// TestAnArticleOfAnEarlierVersionIsKnown: also one without a guid, whose address has letters beyond ASCII: its key
// is another one since it is written as in ASCII.
func TestAnArticleOfAnEarlierVersionIsKnown(t *testing.T) {
	const address = "https://münchen.example/a?q=ö"

	s := openTest(t)
	now := time.Now()
	source := s.configure(t, "https://example.org/world")[0]

	flood := item("", address, "Flood", now)
	flood.Key, flood.AltKey = news.PageKey("https://münchen.example/a?q=ö"), ""
	s.poll(t, source, item("start", "https://example.org/start", "Start", now), flood)

	flood.Key, flood.Text = news.PageKey(news.Canonical(address)), "More of it."
	if got := s.poll(t, source, flood); got.New != 0 || got.Updated != 1 {
		t.Errorf("%+v, want an update", got)
	}

	flood.URL, flood.Text = "https://xn--mnchen-3ya.example/a?q=%C3%B6", "All of it."
	if got := s.poll(t, source, flood); got.New != 0 || got.Updated != 1 {
		t.Errorf("%+v, want an update of what has its new key", got)
	}
}

func TestUpdateIsMatchedAgainWithinADay(t *testing.T) {
	s := openTest(t)
	now := time.Now()
	source := s.configure(t, "https://example.org/feed")[0]
	s.poll(t, source, item("0", "https://example.org/0", "Start", now))
	s.poll(t, source, item("1", "https://example.org/1", "Quake", now))

	matched := func() {
		s.update(t, func(tx *Tx) error {
			_, err := tx.exec("UPDATE articles SET matched_at = 1")
			return err
		})
	}
	matched()

	if got := s.poll(t, source, item("1", "https://example.org/1", "Quake kills nine", now)); got.Updated != 1 {
		t.Errorf("%+v", got)
	}

	if diff := cmp.Diff([]string{"Quake kills nine"}, s.ringing(t)); diff != "" {
		t.Error(diff)
	}

	matched()
	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE articles SET seen_at = $1", toMillis(now.Add(-25*time.Hour)))
		return err
	})

	if got := s.poll(t, source, item("1", "https://example.org/1", "Quake kills ten", now)); got.Updated != 0 {
		t.Errorf("a day later: %+v", got)
	}
	// What is baseline stays quiet, whatever changes.
	s.poll(t, source, item("0", "https://example.org/0", "Start again", now))

	if titles := s.ringing(t); len(titles) > 0 {
		t.Errorf("rings: %v", titles)
	}
}

func TestFailuresAreCountedAndMended(t *testing.T) {
	s := openTest(t)
	id := s.configure(t, "https://example.org/feed")[0]
	fail := func() *Source {
		var source *Source

		s.update(t, func(tx *Tx) error {
			if _, err := tx.SavePoll(PreparePoll(PollResult{Source: id, Next: tx.Now, Error: "it is HTML"}), time.Hour); err != nil {
				return err
			}

			var err error

			source, err = tx.Source(id)

			return err
		})

		return source
	}

	first := fail()
	if second := fail(); second.ErrorCount != 2 || second.Error != "it is HTML" || !second.ErrorSince.Equal(first.ErrorSince) {
		t.Errorf("%+v", second)
	}

	s.poll(t, id, item("1", "https://example.org/1", "Back", time.Now()))
	s.update(t, func(tx *Tx) error {
		source, err := tx.Source(id)
		if source.ErrorCount != 0 || source.Error != "" || !source.ErrorSince.IsZero() {
			t.Errorf("%+v", source)
		}

		return err
	})
}

// TestASourceIsRenamedWithItsFeed: a title that is the feed's follows it, one that somebody chose stays.
func TestASourceIsRenamedWithItsFeed(t *testing.T) {
	s := openTest(t)
	ids := s.configure(t, "https://one.example/feed", "https://two.example/feed")

	s.update(t, func(tx *Tx) error {
		return tx.Configure([]news.Source{{URL: "https://one.example/feed"}, {URL: "https://two.example/feed", Title: "My paper"}})
	})

	for _, title := range []string{"Plain Wire", "Plain Wire", "Plain Wire International", ""} {
		for _, id := range ids {
			s.update(t, func(tx *Tx) error {
				_, err := tx.SavePoll(PreparePoll(PollResult{Source: id, Next: tx.Now, Title: title}), time.Hour)
				return err
			})
		}
	}

	s.update(t, func(tx *Tx) error {
		for i, want := range []string{"Plain Wire International", "My paper"} {
			source, err := tx.Source(ids[i])
			if err != nil {
				return err
			}

			if source.Title != want {
				t.Errorf("source %d is called %q, want %q", i, source.Title, want)
			}
		}

		return nil
	})
}

// insertArticle gives an article its row without a poll.
func (t *Tx) insertArticle(source int64, it *listed, quiet string) (int64, error) {
	it.quiet = quiet
	err := t.insertArticles(source, []*listed{it})

	return it.known, err
}

// TestRoomForSources: chats may add up to a number, whatever the configuration has, and
// what is polled already has room.
func TestRoomForSources(t *testing.T) {
	s := openTest(t)
	s.configure(t, "https://a.example/1", "https://a.example/2", "https://a.example/3")
	chat, _ := s.chat(t, "1")

	s.update(t, func(tx *Tx) error {
		for i := range 2 {
			if _, _, err := tx.AddSource(chat.ID, "me", news.Source{URL: fmt.Sprintf("https://own.example/%d", i)}); err != nil {
				return err
			}
		}

		for address, want := range map[string]bool{"https://own.example/1": true, "https://a.example/1": true, "https://own.example/new": false} {
			if room, err := tx.HasRoomFor(address, 2); err != nil || room != want {
				t.Errorf("%s: %v, %v", address, room, err)
			}
		}

		room, err := tx.HasRoomFor("https://own.example/new", 3)
		if !room {
			t.Error("no room for the third of three")
		}

		return err
	})
}

// TestASpellingIsNoOtherSource: the host's case and the port that everybody has name the same source,
// whichever way it comes; what is kept under another spelling stays as it is.
func TestASpellingIsNoOtherSource(t *testing.T) {
	s := openTest(t)
	ids := s.configure(t, "https://a.example/1", "http://a.example/2")
	chat, _ := s.chat(t, "1")

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO sources (url, origin, next_poll_at) VALUES ('http://OLD.example/3', 'config', 0)")
		return err
	})
	s.update(t, func(tx *Tx) error {
		got, had, err := tx.AddSource(chat.ID, "me", news.Source{URL: "HTTPS://A.example:443/1"})
		if err != nil || !had || got.ID != ids[0] {
			t.Errorf("added: %+v, %v, %v", got, had, err)
		}

		if fresh, err := tx.Import(news.Source{URL: "http://a.EXAMPLE/2"}); err != nil || fresh {
			t.Errorf("imported: %v, %v", fresh, err)
		}

		if room, err := tx.HasRoomFor("https://A.example/1", 0); err != nil || !room {
			t.Errorf("room: %v, %v", room, err)
		}

		if err := tx.Configure([]news.Source{{URL: "https://a.EXAMPLE/1"}, {URL: "http://a.example:80/2"}, {URL: "http://OLD.example/3"}}); err != nil {
			return err
		}

		all, err := tx.Sources()
		for i, want := range []string{"https://a.example/1", "http://a.example/2", "http://OLD.example/3"} {
			if len(all) != 3 || all[i].URL != want {
				t.Errorf("source %d of %d: %+v", i, len(all), all)
			}
		}

		return err
	})
}

// TestUnreadSourcesAreCounted: what has not been asked yet neither works nor fails.
func TestUnreadSourcesAreCounted(t *testing.T) {
	s := openTest(t)
	ids := s.configure(t, "https://a.example/1", "https://a.example/2", "https://a.example/3")
	s.poll(t, ids[0])
	s.update(t, func(tx *Tx) error {
		if _, err := tx.SavePoll(PreparePoll(PollResult{Source: ids[1], Next: tx.Now, Error: "it is HTML"}), time.Hour); err != nil {
			return err
		}

		p, err := tx.Polls(0)
		if err != nil {
			return err
		}

		if p.Sources != 3 || p.Failing != 1 || p.Unread != 1 {
			t.Errorf("%+v", p)
		}

		if p.NoneWorks() || p.Errors != nil {
			t.Errorf("one works: %+v", p)
		}

		for _, id := range []int64{ids[0], ids[2]} {
			if _, err := tx.SavePoll(PreparePoll(PollResult{Source: id, Next: tx.Now, Error: "it is cut off"}), time.Hour); err != nil {
				return err
			}
		}

		p, err = tx.Polls(0)
		if !p.NoneWorks() || !slices.Equal(p.Errors, []string{"it is HTML", "it is cut off"}) && !slices.Equal(p.Errors, []string{"it is cut off", "it is HTML"}) {
			t.Errorf("none works: %+v", p)
		}

		return err
	})
}

// TestASourceThatIsTurnedOffStaysOff, whoever names it, until it is turned on or imported
// anew; then what it lists is no news.
func TestASourceThatIsTurnedOffStaysOff(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://a.example/1")[0]
	s.poll(t, source, item("1", "https://a.example/one", "Storm", time.Time{}))
	chat, _ := s.chat(t, "1")

	s.update(t, func(tx *Tx) error {
		if err := tx.TurnSource(source, false); err != nil {
			return err
		}

		if err := tx.Configure([]news.Source{{URL: "https://a.example/1"}}); err != nil { // a restart
			return err
		}

		got, _, err := tx.AddSource(chat.ID, "me", news.Source{URL: "https://a.example/1"})
		if err != nil || got.Enabled || got.OffAt.IsZero() {
			t.Errorf("turned off: %+v, %v", got, err)
		}

		off, err := tx.SourcesOff()
		if len(off) != 1 {
			t.Errorf("%d sources are off", len(off))
		}

		return err
	})
	s.update(t, func(tx *Tx) error { return tx.TurnSource(source, true) })

	if got := s.poll(t, source, item("2", "https://a.example/two", "Rain", time.Time{})); !got.Baseline {
		t.Errorf("turned on again: %+v", got)
	}

	s.update(t, func(tx *Tx) error {
		if err := tx.TurnSource(source, false); err != nil {
			return err
		}

		if _, err := tx.Import(news.Source{URL: "https://a.example/1"}); err != nil {
			return err
		}

		got, err := tx.Source(source)
		if !got.Enabled || !got.OffAt.IsZero() {
			t.Errorf("imported anew: %+v", got)
		}

		return err
	})
}

// TestTextsTakeLittleRoom: a long text is kept deflated and read as it was, also after it
// changed, and how long it is stays known; one that gains nothing is kept as it is.
func TestTextsTakeLittleRoom(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]

	long := strings.Repeat("The minister said on Thursday that the bridge — once it stands — is for all. ", 12)
	base := item("1", "https://example.org/1", "Bridge opens", time.Now())

	for _, c := range []struct {
		summary, text string
		packed        bool
	}{
		{"In short.", long, true},
		{long, "", true},
		{"In short.", "Hardly a word.", false},
		{"", "Été " + long, true},
		{"", "", false},
	} {
		base.Summary, base.Text = c.summary, c.text
		s.poll(t, source, base)

		s.update(t, func(tx *Tx) error {
			all, err := tx.ArticlesAt(base.URL)
			if err != nil {
				return err
			}

			if len(all) != 1 || all[0].News.Summary != c.summary || all[0].News.Text != c.text {
				t.Errorf("%d articles, the first reads %q and %q", len(all), all[0].News.Summary, all[0].News.Text)
			}

			err = tx.rowsOfTexts("SELECT "+alsoColumns+" FROM articles a", nil, func(scan textScan) error {
				also, err := scanAlso(scan)
				if want := utf8.RuneCountInString(c.text); also.Words != want {
					t.Errorf("a text of %d letters is held to have %d", want, also.Words)
				}

				return err
			})
			if err != nil {
				return err
			}

			var held int

			err = tx.one("SELECT length(url) + length(title) + length(summary) + length(text) + coalesce(length(packed), 0) FROM articles", nil, &held)

			if all := len(base.URL) + len(base.Title) + len(c.summary) + len(c.text); c.packed != (held < all/2) {
				t.Errorf("%d bytes are held of %d", held, all)
			}

			return err
		})
	}
}

// TestTextsAreDeflatedBeforeTheTransaction: nobody else writes while it takes place, so that what
// changes after a poll was prepared is not even looked at there; neither is what names an article.
func TestTextsAreDeflatedBeforeTheTransaction(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]
	long := strings.Repeat("The bridge is for all. ", 20)

	for _, title := range []string{"Start", "Storm"} { // a new article, and one that changes
		a := item("1", "https://example.org/1", title, time.Now())
		a.Text = long + title
		poll := s.PreparePoll(PollResult{Source: source, Next: time.Now(), Articles: []news.Article{a}})
		poll.Articles[0].Text, poll.Articles[0].Key = strings.Repeat("Something else. ", 20), "guid 2"

		s.update(t, func(tx *Tx) error {
			if _, err := tx.SavePoll(poll, time.Hour); err != nil {
				return err
			}

			found, err := tx.ArticlesAt("https://example.org/1")
			if err == nil && (len(found) != 1 || found[0].News.Text != long+title) {
				t.Errorf("%s: %d articles are there, the text is not that of before", title, len(found))
			}

			return err
		})
	}
}

// TestHeadlinesAreReadFromWhatIsPacked: an article's headline and address are packed with its text; whoever
// reads one of them reads it there, and beside what an earlier version packed.
func TestHeadlinesAreReadFromWhatIsPacked(t *testing.T) {
	for _, earlier := range []bool{false, true} {
		s := openTest(t)
		source := s.configure(t, "https://example.org/feed")[0]
		s.poll(t, source, item("0", "https://example.org/0", "Start", time.Now()))

		storm := item("1", "https://example.org/1", "Storm", time.Now())
		storm.Summary, storm.Text, storm.Outlet = "In short.", strings.Repeat("The bridge is for all. ", 20), "Herald"
		s.poll(t, source, storm)

		chat, _ := s.chat(t, "1", "storm")

		var id int64

		s.update(t, func(tx *Tx) error {
			found, err := tx.ArticlesAt(storm.URL)
			if err != nil || len(found) != 1 {
				t.Fatalf("%d articles, %v", len(found), err)
			}

			id = found[0].ID

			if earlier {
				packed := append([]byte{byte(len(storm.Summary))}, s.dictionaries.find(0).Pack(storm.Summary+storm.Text)...)
				_, err = tx.exec("UPDATE articles SET url = $2, title = $3, packed = $4, headed = NULL WHERE id = $1", id, storm.URL, storm.Title, packed)
			}

			return errors.Join(err, tx.tellOf(id, chat.ID))
		})

		s.update(t, func(tx *Tx) error {
			outlets, err := tx.Outlets(id, chat.ID, "")
			titles, err2 := tx.relatedTitles([]int64{id})
			threads, _, err3 := tx.DueThreads(chat.Platform, 10)
			followed, err4 := tx.EndFollows(10)

			if len(outlets) != 1 || outlets[0].URL != storm.URL || titles[id] != "Storm" || len(threads) != 1 || threads[0].Title != "Storm" || len(followed) != 1 || followed[0].Title != "Storm" {
				t.Errorf("%v: %v, %v, %v, %v", earlier, outlets, titles, threads, followed)
			}

			return errors.Join(err, err2, err3, err4)
		})

		storm.Title = "Storm over the coast"
		s.poll(t, source, storm)

		s.update(t, func(tx *Tx) error {
			var before string

			err := tx.one("SELECT before FROM corrections WHERE article = $1", []any{id}, &before)
			if before != "Storm" {
				t.Errorf("%v: the headline before was %q", earlier, before)
			}

			return err
		})
	}
}

// tellOf writes what refers to an article: its story, a message with an alert and a thread below it, and
// doubts and followers of long ago.
func (t *Tx) tellOf(article, chat int64) error {
	now := toMillis(t.Now)

	for _, c := range []struct {
		statement string
		args      []any
	}{
		{"UPDATE articles SET story = $1, matched_at = $2 WHERE id = $1", []any{article, now}},
		{"INSERT INTO messages (id, chat, kind, state, ref, next_attempt_at, created_at) VALUES ($1, $2, 'alert', 'sent', 'here', 0, $3)", []any{article, chat, now}},
		{"INSERT INTO alerts (story, chat, article, due_at, state, message, created_at) VALUES ($1, $2, $3, 0, 'sent', $4, $5)", []any{article, chat, article, article, now}},
		{"INSERT INTO threads (message, due_at) VALUES ($1, 0)", []any{article}},
		{"INSERT INTO doubts (article, related, log_odds, at) VALUES ($1, $2, 0.5, $3)", []any{article, article, now}},
		{"INSERT INTO story_followers (story, chat, told_at, created_at) VALUES ($1, $2, 0, $3)", []any{article, chat, now}},
	} {
		if _, err := t.exec(c.statement, c.args...); err != nil {
			return fmt.Errorf("%s: %w", c.statement, err)
		}
	}

	return nil
}

func TestADamagedTextIsAnError(t *testing.T) {
	s := openTest(t)
	packed, _ := s.dictionaries.packer(false).packTexts(&news.Article{URL: "https://example.org/1", Title: "Bridge", Summary: "In short.", Text: strings.Repeat("The bridge is for all. ", 20)}).packed.([]byte)

	var x texts

	into := []*string{&x.url, &x.title, &x.summary, &x.text}

	err := s.View(t.Context(), func(tx *Tx) error {
		if err := tx.unpackTexts(into, packed, 0); err != nil || x.url != "https://example.org/1" || x.title != "Bridge" || x.summary != "In short." || !strings.HasPrefix(x.text, "The bridge") {
			t.Fatalf("%q (%v)", x, err)
		}

		for _, damaged := range [][]byte{{}, {0x80}, {1}, {1, 1}, packed[:len(packed)/2], {200, 1, 0, 0, 3, 0}} {
			if err := tx.unpackTexts(into, damaged, 0); err == nil {
				t.Errorf("%x was read", damaged)
			}
		}

		if err := tx.unpackTexts(into, packed, 7); err == nil || !strings.Contains(err.Error(), "dictionary 7") {
			t.Errorf("with a dictionary that is not there: %v", err)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newsText is a text of some hundred characters that has much in common with its like.
func newsText(n int) string {
	return fmt.Sprintf("The council of town %d met on Monday. %d people came, said the mayor, and asked for bridge number %d. According to the minister of transport, %d million will be needed, "+
		"which the opposition in parliament called a scandal; the vote is to take place in %d days, after the holidays.", n, n*7, n*3, n%40, n%9)
}

// pollTexts saves so many articles with texts, the first of the number from.
func (s *Store) pollTexts(t *testing.T, source int64, before, from, n int) {
	t.Helper()

	var list []news.Article

	for i := from; i < from+n; i++ {
		a := item(fmt.Sprint(i), fmt.Sprint("https://example.org/", i), fmt.Sprint("Bridge ", i), time.Now())
		a.Summary, a.Text = "", newsText(i)
		list = append(list, a)
	}

	s.pollAfter(t, source, before, list...)
}

// usesOfDictionaries counts articles and the bytes of their texts by their dictionary.
func (s *Store) usesOfDictionaries(t *testing.T) (articles, bytes map[int64]int) {
	t.Helper()

	articles, bytes = map[int64]int{}, map[int64]int{}

	err := s.View(t.Context(), func(tx *Tx) error {
		return tx.rows("SELECT coalesce(dictionary, 0), count(*), sum(length(packed)) FROM articles GROUP BY 1", nil, func(scan scanFunc) error {
			var (
				number int64
				n, b   int
			)

			err := scan(&number, &n, &b)
			articles[number], bytes[number] = n, b

			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}

	return articles, bytes
}

// textsAreRead fails where an article's text is not the one that was saved.
func (s *Store) textsAreRead(t *testing.T, n int) {
	t.Helper()

	read := 0

	err := s.View(t.Context(), func(tx *Tx) error {
		return tx.Newest(2*n, func(a *Article) {
			var number int
			if _, err := fmt.Sscanf(a.News.Title, "Bridge %d", &number); err != nil || a.News.Text != newsText(number) {
				t.Errorf("%s reads %q", a.News.Title, a.News.Text)
			}

			read++
		})
	})
	if err != nil || read != n {
		t.Errorf("%d articles are read, want %d (%v)", read, n, err)
	}
}

// TestTextsArePackedWithWhatTheyHaveInCommon: once there are enough of them; in the same process and the
// next, and when it was learned anew.
func TestTextsArePackedWithWhatTheyHaveInCommon(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]
	learn := func() {
		t.Helper()

		if err := s.LearnDictionary(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	s.pollTexts(t, source, 0, 0, learnedLeast-1)
	learn()
	s.pollTexts(t, source, 9, 1000, 1)
	learn()
	learn()
	s.pollTexts(t, source, 9, 2000, 20)

	other, err := Open(t.Context(), s.path) // another process, which learns of it by reading
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()

	other.textsAreRead(t, learnedLeast+20)
	other.pollTexts(t, source, 9, 3000, 10)

	s.update(t, func(tx *Tx) error {
		_, err := tx.exec("UPDATE dictionaries SET learned_at = 0")
		return err
	})
	s.dictionaries = newDictionaries() // the next start
	s.writer.dictionaries = s.dictionaries

	for _, r := range s.readers.free {
		r.dictionaries = s.dictionaries
	}

	learn()
	s.pollTexts(t, source, 9, 4000, 5)
	s.pollTexts(t, source, 0, 5000, manyTexts) // a first reading
	s.textsAreRead(t, learnedLeast+35+manyTexts)
	other.textsAreRead(t, learnedLeast+35+manyTexts)

	articles, bytes := s.usesOfDictionaries(t)
	if diff := cmp.Diff(map[int64]int{0: learnedLeast + manyTexts, 1: 30, 2: 5}, articles); diff != "" {
		t.Error(diff)
	}

	if plain, own := bytes[0]/articles[0], bytes[1]/articles[1]; own*2 > plain {
		t.Errorf("%d bytes with what they have in common, %d without", own, plain)
	}
}

// TestAYoungDatabaseIsAskedForADictionaryAtNoCost: the match loop asks every few seconds, and for months
// where few articles have a text.
func TestAYoungDatabaseIsAskedForADictionaryAtNoCost(t *testing.T) {
	s := openTest(t)
	s.pollTexts(t, s.configure(t, "https://example.org/feed")[0], 0, 0, 3)

	var before, after runtime.MemStats

	runtime.ReadMemStats(&before)

	for range 10 {
		if err := s.LearnDictionary(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	runtime.ReadMemStats(&after)

	if each := (after.TotalAlloc - before.TotalAlloc) / 10; each > 1<<20 {
		t.Errorf("to be told that there are too few articles takes %d KB", each>>10)
	}
}

// TestADictionaryThatIsUndone is not used, and its number stands for no other one.
func TestADictionaryThatIsUndone(t *testing.T) {
	s := openTest(t)
	source := s.configure(t, "https://example.org/feed")[0]
	refused := errors.New("refused")

	s.writer.Refuse = func(query string) error {
		if query == "COMMIT" {
			return refused
		}

		return nil
	}

	if err := s.addDictionary(t.Context(), []byte("said the mayor of the town")); !errors.Is(err, refused) {
		t.Fatalf("%v", err)
	}

	s.writer.Refuse = nil

	s.pollTexts(t, source, 9, 0, 3)

	if err := s.addDictionary(t.Context(), []byte("the council met on Monday")); err != nil {
		t.Fatal(err)
	}

	s.pollTexts(t, source, 9, 100, 2)
	s.textsAreRead(t, 5)

	articles, _ := s.usesOfDictionaries(t)
	if diff := cmp.Diff(map[int64]int{0: 3, 2: 2}, articles); diff != "" {
		t.Error(diff)
	}
}

// TestWhoRunsReadsDictionariesOnce: nobody else learns one while a process has the lock, and what is asked
// with each claim is asked a hundred times a second.
func TestWhoRunsReadsDictionariesOnce(t *testing.T) {
	first := openTest(t)
	source := first.configure(t, "https://example.org/feed")[0]
	first.pollTexts(t, source, 9, 0, learnedLeast)

	if err := first.LearnDictionary(t.Context()); err != nil {
		t.Fatal(err)
	}

	first.pollTexts(t, source, 9, 1000, 5)

	s, err := Open(t.Context(), first.path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	if err := s.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}

	for _, r := range append(s.readers.free, s.writer) {
		r.Watch = func(query string) {
			if strings.Contains(query, "dictionaries") {
				t.Errorf("asked again: %s", query)
			}
		}
	}

	s.pollTexts(t, source, 9, 2000, 5)
	s.textsAreRead(t, learnedLeast+10)
}

// TestArticlesAtAFormerAddress: an article that was stored while letters beyond ASCII stood in addresses as
// written is found by its link.
func TestArticlesAtAFormerAddress(t *testing.T) {
	const link = "https://zürich.example/brücke?stadt=zürich"

	s := openTest(t)
	s.poll(t, s.configure(t, "https://example.org/feed")[0], item("guid-1", link, "Bridge opens", time.Now()))

	s.update(t, func(tx *Tx) error {
		former := news.FormerCanonical(link)

		if _, err := tx.exec("UPDATE articles SET page = $1 WHERE canonical = ''", pageOf(former)); err != nil {
			return err
		}

		if _, err := tx.exec("UPDATE articles SET canonical = $1 WHERE canonical <> ''", former); err != nil {
			return err
		}

		for _, link := range []string{link, news.Canonical(link)} { // as written, and as browsers copy it
			found, err := tx.ArticlesAt(link)
			if err != nil || len(found) != 1 {
				t.Errorf("%d articles are found at %s, %v", len(found), link, err)
			}
		}

		return nil
	})
}
