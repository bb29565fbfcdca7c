package scheduler

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// scopeWorld is what a test knows of who reads what, in plain maps beside the database.
type scopeWorld struct {
	store   *store.Store
	matcher *matcher
	chats   []int64
	bundles map[string][]int
	follows map[int64]map[string]bool
	own     map[int64]map[int]bool
	subs    []*store.Subscription
}

const scopeSources = 12

func scopeAddress(i int) string { return fmt.Sprintf("https://s%d.example/feed", i) }

func newScopeWorld(t *testing.T) *scopeWorld {
	t.Helper()

	s := storetest.Open(t)

	w := &scopeWorld{
		store:   s,
		matcher: newMatcher(Config{Store: s, Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC}),
		bundles: map[string][]int{"pl": {2, 3, 4}, "ai": {4, 5, 6}, "fr": {1, 7}}, // 1 is a configured source too
		follows: map[int64]map[string]bool{}, own: map[int64]map[int]bool{},
	}

	err := s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Configure([]news.Source{{URL: scopeAddress(0)}, {URL: scopeAddress(1)}}); err != nil {
			return err
		}

		for i := range 5 {
			c, err := tx.EnsureChat(store.Chat{Platform: "test", Address: fmt.Sprint(i), Kind: "private"})
			if err != nil {
				return err
			}

			w.chats = append(w.chats, c.ID)
			w.follows[c.ID], w.own[c.ID] = map[string]bool{}, map[int]bool{}

			for _, canonical := range []string{"storm", "bundle:pl", "bundle:ai flood"} {
				sub, _, err := tx.AddSubscription(store.Subscription{Chat: c.ID, Query: canonical, Canonical: canonical})
				if err != nil {
					return err
				}

				w.subs = append(w.subs, sub)
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	return w
}

// change does something at random that changes who gets what.
func (w *scopeWorld) change(tx *store.Tx, r *rand.Rand) error {
	chat := w.chats[r.IntN(len(w.chats))]
	names := []string{"ai", "fr", "pl"}
	bundle := names[r.IntN(len(names))]
	source := 2 + r.IntN(scopeSources-2)

	switch r.IntN(5) {
	case 0:
		var list []news.Source
		for _, i := range w.bundles[bundle] {
			list = append(list, news.Source{URL: scopeAddress(i)})
		}

		w.follows[chat][bundle] = true
		_, err := tx.FollowBundle(chat, "me", bundle, list)

		return err
	case 1:
		err := tx.UnfollowBundle(chat, bundle)
		if (err == nil) != w.follows[chat][bundle] {
			return fmt.Errorf("chat %d unfollows %s: %w", chat, bundle, err)
		}

		if err == nil {
			w.follows[chat][bundle] = false
		}
	case 2:
		w.own[chat][source] = true
		_, _, err := tx.AddSource(chat, "me", news.Source{URL: scopeAddress(source)})

		return err
	case 3:
		if w.own[chat][source] {
			w.own[chat][source] = false
			return tx.RemoveSource(chat, w.row(tx, source))
		}
	case 4:
		s := w.subs[r.IntN(len(w.subs))]
		s.Scope, s.Outlets = []string{"", store.ScopeEverywhere}[r.IntN(2)], r.IntN(4)

		return tx.SetScope(s.ID, s.Scope, s.Outlets)
	}

	return nil
}

func (w *scopeWorld) row(tx *store.Tx, source int) int64 {
	all, err := tx.Sources()
	if err != nil {
		return 0
	}

	for _, s := range all {
		if s.URL == scopeAddress(source) {
			return s.ID
		}
	}

	return 0
}

// gets is the rule in plain words of who may read what, for a source that is polled.
func (w *scopeWorld) gets(s *store.Subscription, source int) bool {
	reads := source < 2 || w.own[s.Chat][source]
	for name, follows := range w.follows[s.Chat] {
		reads = reads || follows && w.inBundle(name, source)
	}

	// What only chats added is nobody else's, everywhere or not. A bundle that was ever
	// read has made its sources public.
	public := w.inBundle("pl", source) || w.inBundle("ai", source) || w.inBundle("fr", source)

	return reads || s.Scope == store.ScopeEverywhere && public
}

// inBundle: a bundle that nobody ever read has no sources yet: whoever subscribes to one reads it.
func (w *scopeWorld) inBundle(bundle string, source int) bool {
	return w.wasRead(bundle) && slices.Contains(w.bundles[bundle], source)
}

// outlets is how many of the sources that tell a story a subscription gets: each is an outlet
// of its own.
func (w *scopeWorld) outlets(s *store.Subscription, tell []int) (n int) {
	for _, source := range tell {
		if w.gets(s, source) {
			n++
		}
	}

	return max(n, 1)
}

// isWanted is the rule of what alerts whom, for an article whose story is told by some sources.
func (w *scopeWorld) isWanted(s *store.Subscription, source int, tell []int, title string) bool {
	if !w.gets(s, source) || w.outlets(s, tell) < s.Outlets {
		return false
	}

	switch s.Canonical {
	case "storm":
		return title == "Storm"
	case "bundle:pl":
		return w.inBundle("pl", source)
	default:
		return w.inBundle("ai", source) && title == "Flood"
	}
}

func (w *scopeWorld) wasRead(bundle string) bool {
	return slices.ContainsFunc(w.chats, func(chat int64) bool { _, ever := w.follows[chat][bundle]; return ever })
}

// TestScopesAreExact: whatever chats do with bundles, sources and scopes, an article
// alerts exactly those that the rule names, and sources are polled exactly while somebody
// reads them.
func TestScopesAreExact(t *testing.T) {
	for seed := range uint64(8) {
		w := newScopeWorld(t)
		r := rand.New(rand.NewPCG(seed, 17))

		for step := range 60 {
			if err := w.store.Update(t.Context(), func(tx *store.Tx) error { return w.change(tx, r) }); err != nil {
				t.Fatal(err)
			}

			w.check(t, fmt.Sprintf("seed %d step %d", seed, step), int64(step+1)*1000, r)
		}
	}
}

// check has every source that is polled bring an article of a story that some others tell
// too, and compares whom it alerts.
func (w *scopeWorld) check(t *testing.T, when string, id int64, r *rand.Rand) {
	t.Helper()

	var polled []*store.Source

	err := w.store.View(t.Context(), func(tx *store.Tx) (err error) {
		if err = w.matcher.catchUp(tx); err == nil {
			polled, err = tx.Sources()
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	w.checkPolled(t, when, polled)

	for _, s := range polled {
		var number int
		if _, err := fmt.Sscanf(s.URL, "https://s%d.example/feed", &number); err != nil {
			t.Fatal(err)
		}

		tell := w.tell(polled, s, id, r)

		for _, title := range []string{"Storm", "Flood"} {
			var want []int64

			for _, sub := range w.subs {
				if w.isWanted(sub, number, tell, title) {
					want = append(want, sub.ID)
				}
			}

			var got []int64

			for _, hit := range w.matcher.hits(&store.Article{ID: id, SourceID: s.ID, SourceOrigin: s.Origin, News: news.Article{Title: title}}, id) {
				f := w.matcher.followers[hit.ID]

				plan := w.matcher.schedules.all[f.schedule].Plan
				if plan.At(time.Now(), w.matcher.outlets(id, f), false, false).Hold != subscriptions.HoldFew { // else it waits for others
					got = append(got, int64(hit.ID))
				}
			}

			if !slices.Equal(got, want) {
				t.Fatalf("%s: %s from source %d, told by %v, alerts %v, want %v", when, title, number, tell, got, want)
			}
		}
	}
}

// tell has a source and some others that are polled tell a story; it returns their numbers.
func (w *scopeWorld) tell(polled []*store.Source, by *store.Source, story int64, r *rand.Rand) (numbers []int) {
	delete(w.matcher.outletsOf.stories, story)

	for _, s := range polled {
		if s != by && r.IntN(3) > 0 {
			continue
		}

		var number int

		_, _ = fmt.Sscanf(s.URL, "https://s%d.example/feed", &number)
		numbers = append(numbers, number)

		w.matcher.outletsOf.add(story, nil, &store.Article{SourceID: s.ID, SourceOrigin: s.Origin, SeenAt: time.Now(), News: news.Article{Outlet: s.URL}})
	}

	return numbers
}

func (w *scopeWorld) checkPolled(t *testing.T, when string, polled []*store.Source) {
	t.Helper()

	want := map[string]bool{scopeAddress(0): true, scopeAddress(1): true}

	for _, chat := range w.chats {
		for source, has := range w.own[chat] {
			if has {
				want[scopeAddress(source)] = true
			}
		}

		for bundle, follows := range w.follows[chat] {
			for _, source := range w.bundles[bundle] {
				if follows {
					want[scopeAddress(source)] = true
				}
			}
		}
	}

	for _, s := range polled {
		if !want[s.URL] {
			t.Fatalf("%s: %s is polled, and nobody reads it", when, s.URL)
		}

		delete(want, s.URL)
	}

	if len(want) > 0 {
		t.Fatalf("%s: not polled: %v", when, want)
	}
}

// TestTellersCountOutlets: articles of one story count by outlet, also after stories were
// joined, and old stories are forgotten.
func TestTellersCountOutlets(t *testing.T) {
	s := newStoryOutlets()
	now := time.Now()
	add := func(story int64, outlet string, joined ...int64) {
		s.add(story, joined, &store.Article{SeenAt: now, News: news.Article{Outlet: outlet}})
	}

	add(1, "A")
	add(1, "A")
	add(2, "B")
	add(2, "C")
	add(1, "B", 2)

	if s.all(1) != 3 || s.all(2) != 0 {
		t.Errorf("story 1 is told by %d, story 2 by %d", s.all(1), s.all(2))
	}

	now = now.Add(3 * storyWindow)

	for i := range int64(2000) {
		add(100+i, "D")
	}

	if s.all(1) != 0 {
		t.Error("an old story is still there")
	}
}

// BenchmarkScopes matches articles of 10,000 sources with the subscriptions of 100,000
// chats: of which all read everything, and of which each reads three bundles of 142.
func BenchmarkScopes(b *testing.B) {
	const (
		chats, sources, bundles = 100_000, 10_000, 142
		words                   = 5000
	)

	r := rand.New(rand.NewPCG(1, 2))
	m := newMatcher(Config{Log: slog.New(slog.DiscardHandler), TimeZone: time.UTC})
	m.followers = make([]follower, chats+1)
	m.readers.names, m.readers.members, m.readers.own = map[int64][]string{}, map[int64][]*chatSet{}, map[int64]map[int64]bool{}

	for i := int64(1); i <= chats; i++ {
		q, err := query.Parse(fmt.Sprintf("w%dx", r.IntN(words)))
		if err != nil {
			b.Fatal(err)
		}

		m.index.Add(index.ID(i), q)
		m.followers[i] = follower{chat: i}

		for range 3 {
			m.readers.readersOf(fmt.Sprint(r.IntN(bundles))).set(i, true)
		}
	}

	for s := int64(1); s <= sources; s++ {
		name := fmt.Sprint(s % bundles)
		m.readers.names[s] = []string{name}
		m.readers.members[s] = []*chatSet{m.readers.readersOf(name)}
	}

	articles := make([]*store.Article, 1000)
	for i := range articles {
		text := ""
		for range 200 {
			text += fmt.Sprintf("w%dx ", r.IntN(words*4))
		}

		articles[i] = &store.Article{ID: int64(i + 1), SourceID: 1 + r.Int64N(sources), News: news.Article{Title: "News", Text: text}}
	}

	for _, origin := range []store.Origin{store.FromConfig, store.FromBundle} {
		b.Run(map[store.Origin]string{store.FromConfig: "without", store.FromBundle: "with"}[origin], func(b *testing.B) {
			alerts, i := 0, 0

			for b.Loop() {
				a := articles[i%len(articles)]
				a.SourceOrigin = origin

				rings, err := m.pendingAlerts(b.Context(), m.hits(a, a.ID), a, a.ID)
				if err != nil {
					b.Fatal(err)
				}

				alerts += len(rings)
				i++
			}

			b.ReportMetric(float64(alerts)/float64(i), "alerts/op")
		})
	}
}
