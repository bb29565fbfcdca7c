package brief

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// room is a database with a day of news.
type room struct {
	t     testing.TB
	store *store.Store
	saved int // articles
}

func newRoom(t testing.TB) *room {
	t.Helper()

	s := storetest.Open(t)

	return &room{t: t, store: s}
}

func (r *room) must(do func(tx *store.Tx) error) {
	r.t.Helper()

	if err := r.store.Update(context.Background(), do); err != nil {
		r.t.Fatal(err)
	}
}

// outlets names so many sources.
func outlets(from, n int, language, country string) (all []news.Source) {
	for i := from; i < from+n; i++ {
		name := fmt.Sprintf("Outlet %d", i)
		all = append(all, news.Source{URL: fmt.Sprintf("https://o%d.example/feed", i), Title: name, Outlet: name, Language: language, Country: country})
	}

	return all
}

// chats adds so many chats, the nth as set says.
func (r *room) chats(n int, set func(tx *store.Tx, i int, c *store.Chat) error) (all []*store.Chat) {
	for from := 0; from < n; from += 500 {
		r.must(func(tx *store.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				c, err := tx.EnsureChat(store.Chat{Platform: "telegram", Address: fmt.Sprint(1000 + i), Kind: "private", Language: []string{"en", "pl", "de", ""}[i%4]})
				if err == nil {
					err = set(tx, i, c)
				}

				if err != nil {
					return err
				}

				all = append(all, c)
			}

			return nil
		})
	}

	return all
}

// tale is an article that comes in: a source tells a story, so long ago.
type tale struct {
	source, story int64
	ago           time.Duration
}

// comeIn has articles come in, and finds their stories: those of one number are one.
func (r *room) comeIn(tales []tale) {
	r.t.Helper()

	of, bySource := map[string]int64{}, map[int64][]news.Article{}

	for _, x := range tales {
		r.saved++
		key := fmt.Sprint("k", r.saved)
		of[key] = x.story
		bySource[x.source] = append(bySource[x.source], news.Article{
			Key: key, Title: fmt.Sprintf("Report %d of story %d", r.saved, x.story), URL: fmt.Sprintf("https://news.example/%d", r.saved),
			Text: strings.Repeat("What happened then. ", 100), Published: time.Now().Add(-x.ago),
		})
	}

	for source, articles := range bySource {
		r.must(func(tx *store.Tx) error {
			about, err := tx.Source(source)
			if err != nil {
				return err
			}

			for i := range articles {
				articles[i].Outlet, articles[i].Language, articles[i].Country = about.Outlet, about.Language, about.Country
			}

			return storetest.Poll(tx, source, articles...)
		})
	}

	r.match(of)
}

func (r *room) match(of map[string]int64) {
	r.t.Helper()

	first := map[int64]int64{}

	var batch []store.Match

	r.must(func(tx *store.Tx) error {
		all, err := tx.Unmatched(1_000_000)
		for _, a := range all {
			story := of[a.News.Key]
			first[story] = cmp.Or(first[story], a.ID)
			batch = append(batch, store.Match{Article: a.ID, At: a.At(), Story: first[story]})
		}

		return err
	})

	if err := r.store.SaveMatches(context.Background(), batch); err != nil {
		r.t.Fatal(err)
	}
}

// shape is what is compared of a brief.
func shape(b *Brief) (all []string) {
	for _, s := range b.Stories {
		all = append(all, fmt.Sprint(s.ID, s.Article.ID, s.Outlets, s.Articles))
	}

	return all
}

// aDay makes sources that all chats read, that are in bundles, and a chat's own, a day of
// news in them, and chats that differ in all that a brief looks at.
func (r *room) aDay(rnd *rand.Rand, chats int) []*store.Chat {
	r.must(func(tx *store.Tx) error { return tx.Configure(outlets(0, 4, "en", "us")) })

	bundles := [][]news.Source{outlets(4, 4, "pl", "pl"), outlets(8, 4, "de", "de")}
	all := r.chats(chats, func(tx *store.Tx, i int, c *store.Chat) error {
		var err error

		for b, list := range bundles {
			if err == nil && rnd.IntN(2) == 0 {
				_, err = tx.FollowBundle(c.ID, "1", fmt.Sprint("b", b), list)
			}
		}

		if err == nil && rnd.IntN(2) == 0 {
			_, _, err = tx.AddSource(c.ID, "1", outlets(12+rnd.IntN(3), 1, "", "")[0])
		}

		if err == nil && rnd.IntN(3) == 0 {
			_, _, err = tx.AddMute(store.Mute{Chat: c.ID, Kind: store.MuteOutlet, Value: fmt.Sprintf("outlet %d", rnd.IntN(12))})
		}

		return err
	})

	var sources []*store.Source

	r.must(func(tx *store.Tx) (err error) {
		sources, err = tx.Sources()
		return err
	})

	var tales []tale
	for range 300 {
		tales = append(tales, tale{sources[rnd.IntN(len(sources))].ID, 1 + rnd.Int64N(90), time.Duration(rnd.IntN(32)) * time.Hour})
	}

	r.comeIn(tales)

	for _, c := range all { // some were briefed before
		if rnd.IntN(3) == 0 {
			r.must(func(tx *store.Tx) error {
				b, err := Read(r.t.Context(), tx, c, Options{Now: tx.Now, Most: 1 + rnd.IntN(3)})
				if err != nil || len(b.Stories) == 0 {
					return err
				}

				return tx.MarkBriefed(c.ID, []int64{b.Stories[0].ID}, tx.Now.Add(-20*time.Hour))
			})
		}
	}

	return all
}

// TestBriefsOfOneReading: a brief picked from what was read for all is the chat's own, also
// where too much came in to hold all of it; and nothing is in it that the chat does not read,
// muted or was told.
func TestBriefsOfOneReading(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2)) // a test
	r := newRoom(t)
	all := r.aDay(rnd, 60)
	different := map[string]bool{}

	err := r.store.View(t.Context(), func(tx *store.Tx) error {
		whole, err1 := readDay(t.Context(), tx, all[0], tx.Now)
		part, err2 := gatherDay(t.Context(), tx, tx.Now.Add(-24*time.Hour), tx.Now, 50, func(*store.Telling) bool { return true })

		if err := cmp.Or(err1, err2); err != nil {
			return err
		}

		for _, c := range all {
			want, err := Read(t.Context(), tx, c, Options{Now: tx.Now})
			if err != nil {
				return err
			}

			different[fmt.Sprint(shape(want))] = true

			for what, day := range map[string]*day{"whole": whole, "part": part} {
				got, err := day.read(t.Context(), tx, c)
				if err != nil {
					return err
				}

				if diff := gocmp.Diff(shape(want), shape(got)); diff != "" {
					t.Errorf("the brief of chat %d from the %s reading (-want +got)\n%s", c.ID, what, diff)
				}
			}

			checkBrief(t, tx, c, want)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	if len(different) < 10 {
		t.Errorf("only %d of %d chats have briefs of their own: that tests little", len(different), len(all))
	}
}

// checkBrief holds a brief against what the store says of the chat.
func checkBrief(t *testing.T, tx *store.Tx, c *store.Chat, b *Brief) {
	t.Helper()

	told, err := tx.Briefed(c.ID, tx.Now)
	if err != nil {
		t.Fatal(err)
	}

	muted, err := tx.Mutes(c.ID)
	if err != nil {
		t.Fatal(err)
	}

	for _, s := range b.Stories {
		reads, err := tx.ReadsSource(c.ID, s.Article.SourceID)
		if err != nil {
			t.Fatal(err)
		}

		if !reads && s.Article.SourceOrigin != store.FromConfig || told[s.ID] {
			t.Errorf("the brief of chat %d has story %d: read %v, told before %v", c.ID, s.ID, reads, told[s.ID])
		}

		for _, m := range muted {
			if len(s.Outlets) == 0 && strings.EqualFold(m.Value, s.Article.News.Outlet) {
				t.Errorf("the brief of chat %d has story %d, which only %s tells, muted", c.ID, s.ID, m.Value)
			}
		}
	}
}

// sender sends briefs as lists of what they begin with; during is called for each.
func (r *room) sender(during func(c *store.Chat)) *Sender {
	return &Sender{
		Store: r.store, Log: slog.New(slog.DiscardHandler),
		Zone: func(*store.Chat) *time.Location { return time.UTC },
		Write: func(_ context.Context, c *store.Chat, b *Brief) (string, []int64, error) {
			during(c)

			var told []int64
			for _, s := range b.Stories {
				told = append(told, s.ID)
			}

			return fmt.Sprint(told), told, nil
		},
	}
}

// due has briefs come due at once.
func (r *room) due(tx *store.Tx, c *store.Chat) error {
	return tx.SetBrief(c.ID, "daily 08:00", tx.Now.Add(-time.Minute))
}

// take takes the briefs in the outbox, and counts them by chat.
func (r *room) take(chats []*store.Chat) map[int64]int {
	n := map[int64]int{}

	r.must(func(tx *store.Tx) error {
		for _, c := range chats {
			for {
				out, err := tx.Claim(c.ID, store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute})
				if err != nil {
					return err
				}

				if out == nil {
					break
				}

				n[c.ID]++

				if _, err := tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "n"}); err != nil {
					return err
				}
			}
		}

		return nil
	})

	return n
}

// TestManyBriefsOfAMinute: more briefs than are read at once come, one for each chat; while
// they are written anyone else may write, and what is saved at once is little.
func TestManyBriefsOfAMinute(t *testing.T) {
	const many = atOnce + 2*savedAtOnce + 1

	r := newRoom(t)
	r.must(func(tx *store.Tx) error { return tx.Configure(outlets(0, 3, "en", "us")) })

	var tales []tale
	for story := range int64(12) {
		tales = append(tales, tale{1 + story%3, story + 1, time.Hour})
	}

	r.comeIn(tales)
	all := r.chats(many, func(tx *store.Tx, _ int, c *store.Chat) error { return r.due(tx, c) })

	begun, most := 0, 0
	s := r.sender(func(*store.Chat) {
		if begun++; begun%7 != 0 {
			return
		}

		// An alert's transaction gets its turn here, and sees what was saved before.
		saved := 0

		r.must(func(tx *store.Tx) error {
			due, err := tx.DueBriefs(2 * many)
			saved = many - len(due)

			return err
		})

		most = max(most, begun-1-saved)
	})

	more, err := s.sendDue(t.Context())
	if err != nil || !more {
		t.Fatalf("the first thousand: more %v, %v", more, err)
	}

	if more, err = s.sendDue(t.Context()); err != nil || more {
		t.Fatalf("the rest: more %v, %v", more, err)
	}

	if most >= savedAtOnce {
		t.Errorf("%d briefs wait to be saved at once, want under %d", most, savedAtOnce)
	}

	briefs, others := r.take(all), 0
	for _, c := range all {
		if briefs[c.ID] != 1 {
			others++
		}
	}

	if others > 0 {
		t.Errorf("%d of %d chats get no brief, or several", others, many)
	}
}

// TestWhatComesDuringBriefsIsInTheNext: what comes in, or finds its story, while briefs are
// written is in the next ones, and nothing is in two.
func TestWhatComesDuringBriefsIsInTheNext(t *testing.T) {
	r := newRoom(t)
	r.must(func(tx *store.Tx) error { return tx.Configure(outlets(0, 3, "en", "us")) })
	r.comeIn([]tale{{1, 1, time.Hour}, {2, 1, time.Hour}})

	all := r.chats(3, func(tx *store.Tx, _ int, c *store.Chat) error { return r.due(tx, c) })

	// This one is there, but is not matched before the briefs are written.
	r.must(func(tx *store.Tx) error {
		return storetest.Poll(tx, 3, news.Article{Key: "late", Title: "Late", URL: "https://news.example/late", Outlet: "Outlet 2"})
	})

	var once sync.Once

	s := r.sender(func(*store.Chat) {
		once.Do(func() {
			r.match(map[string]int64{"late": 100})
			r.comeIn([]tale{{2, 200, 0}})
		})
	})

	got := map[int64][]int64{}

	for range 2 {
		if _, err := s.sendDue(t.Context()); err != nil {
			t.Fatal(err)
		}

		r.must(func(tx *store.Tx) error {
			for _, c := range all {
				told, err := tx.Briefed(c.ID, tx.Now)
				if err != nil {
					return err
				}

				got[c.ID] = append(got[c.ID], int64(len(told)))

				if err := r.due(tx, c); err != nil {
					return err
				}
			}

			return nil
		})
	}

	for chat, told := range got {
		if !slices.Equal(told, []int64{1, 3}) {
			t.Errorf("chat %d was told %v stories after each brief, want 1, then all 3", chat, told)
		}
	}

	for chat, n := range r.take(all) {
		if n != 2 {
			t.Errorf("chat %d gets %d briefs, want 2", chat, n)
		}
	}
}

// TestABriefWithoutATime: what a newer program may have set holds nobody else up.
func TestABriefWithoutATime(t *testing.T) {
	r := newRoom(t)
	r.must(func(tx *store.Tx) error { return tx.Configure(outlets(0, 1, "en", "us")) })
	r.comeIn([]tale{{1, 1, time.Hour}})

	all := r.chats(2, func(tx *store.Tx, i int, c *store.Chat) error {
		return tx.SetBrief(c.ID, []string{"by moonlight", "daily 08:00"}[i], tx.Now.Add(-time.Minute))
	})

	for range 2 {
		if more, err := r.sender(func(*store.Chat) {}).sendDue(t.Context()); more || err != nil {
			t.Fatalf("more %v, %v", more, err)
		}
	}

	if n := r.take(all); n[all[0].ID] != 0 || n[all[1].ID] != 1 {
		t.Errorf("briefs by chat: %v", n)
	}
}

// TestBriefsComeAfterAClockWasAhead: a brief that was due while the clock showed 2099 has its next time there. Once
// the clock is right it comes the next morning.
func TestBriefsComeAfterAClockWasAhead(t *testing.T) {
	r := newRoom(t)

	now := time.Now().UTC().Truncate(time.Second)

	morning := time.Date(now.Year(), now.Month(), now.Day(), 8, 0, 0, 0, time.UTC)
	if !morning.After(now.Add(wasSet)) {
		morning = morning.AddDate(0, 0, 1)
	}

	soon := now.Add(30 * time.Minute)
	was := []time.Time{time.Date(2099, 5, 6, 8, 0, 0, 0, time.UTC), morning.AddDate(0, 0, 1), soon, morning}

	all := r.chats(len(was), func(tx *store.Tx, i int, c *store.Chat) error { return tx.SetBrief(c.ID, "daily 08:00", was[i]) })

	if _, err := r.sender(nil).moveAndSend(t.Context(), now, time.Time{}); err != nil {
		t.Fatal(err)
	}

	for i, want := range []time.Time{morning, morning, soon, morning} {
		r.must(func(tx *store.Tx) error {
			got, err := tx.ChatByID(all[i].ID)
			if err == nil && !got.BriefAt.Equal(want) {
				t.Errorf("a brief that was to come at %v comes at %v, want %v", was[i], got.BriefAt, want)
			}

			return err
		})
	}
}

// BenchmarkMinute sends the briefs that 10,000 chats have at the same minute, over a day of
// 5,000 articles of 100 sources in three languages, while
// somebody else writes too: longest-wait is the longest that such a small transaction took.
func BenchmarkMinute(b *testing.B) {
	const chats = 10_000

	for b.Loop() {
		b.StopTimer()

		rnd := rand.New(rand.NewPCG(1, 2)) // a benchmark
		r := newRoom(b)

		r.must(func(tx *store.Tx) error {
			return tx.Configure(slices.Concat(outlets(0, 50, "en", "us"), outlets(50, 25, "pl", "pl"), outlets(75, 25, "de", "de")))
		})
		r.chats(chats, func(tx *store.Tx, _ int, c *store.Chat) error { return r.due(tx, c) })

		var tales []tale
		for range 5000 {
			tales = append(tales, tale{1 + rnd.Int64N(100), 1 + rnd.Int64N(3000), time.Duration(rnd.IntN(24*60)) * time.Minute})
		}

		r.comeIn(tales)

		ctx, stop := context.WithCancel(context.Background())

		var (
			others  sync.WaitGroup
			longest time.Duration
		)

		others.Go(func() {
			for ctx.Err() == nil {
				began := time.Now()

				r.must(func(tx *store.Tx) error { return tx.SetFact("a command's", began.UnixMilli()) })

				longest = max(longest, time.Since(began))

				time.Sleep(5 * time.Millisecond)
			}
		})

		s := r.sender(func(*store.Chat) {})

		b.StartTimer()

		for more := true; more; {
			var err error
			if more, err = s.sendDue(ctx); err != nil {
				b.Fatal(err)
			}
		}

		b.StopTimer()
		stop()
		others.Wait()
		b.ReportMetric(float64(longest.Microseconds())/1000, "longest-wait-ms")
		b.ReportMetric(float64(b.Elapsed().Seconds()), "s")
		b.StartTimer()
	}
}
