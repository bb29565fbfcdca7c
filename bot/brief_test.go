package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot"
	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestFourteenBriefs: over fourteen days in which clocks go forward in Warsaw and New York
// and back in Sydney, each chat gets a brief a day, at the minute of its own clock that it
// set, and no story twice.
func TestFourteenBriefs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		begin := time.Date(2000, 3, 22, 20, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(begin)) // clocks change on 26 March and 2 April of 2000
		w.news()

		zones := map[string]string{"21": "Europe/Warsaw", "22": "America/New_York", "23": "Australia/Sydney"}
		for address, zone := range zones {
			w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: address}, Kind: adapters.Private}
			w.user = adapters.User{ID: address, Language: "en"}
			w.says("/settings zone " + zone)
			w.says("/brief 7:30")
		}

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})

		go func() {
			w.bot.RunBriefs(ctx)
			close(done)
		}()

		got := map[string][]*adapters.Message{}

		for end := begin.Add(14 * 24 * time.Hour); time.Now().Before(end); {
			wait := w.store.Wait(store.NewAlerts)
			hour := time.After(time.Until(time.Now().Truncate(time.Hour).Add(time.Hour)))

			for again := true; again; {
				select {
				case <-wait:
					for address, m := range w.briefs() {
						checkMinute(t, address, zones[address])
						got[address] = append(got[address], m)
					}
				case <-hour:
					again = false
				}
			}

			w.tellHourly()
		}

		stop()
		<-done

		for address, zone := range zones {
			checkBriefs(t, zone, got[address])
		}
	})
}

func checkMinute(t *testing.T, address, zone string) {
	t.Helper()

	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}

	if local := time.Now().In(place).Format("15:04"); local != "07:30" {
		t.Errorf("the brief of %s comes at %s in %s", address, local, zone)
	}
}

func checkBriefs(t *testing.T, zone string, briefs []*adapters.Message) {
	t.Helper()

	if len(briefs) != 14 {
		t.Errorf("%d briefs in %s, want 14", len(briefs), zone)
	}

	seen := map[string]bool{}

	for i, m := range briefs {
		if m.Digest == nil || len(m.Digest.Alerts) == 0 {
			t.Fatalf("brief %d in %s has no stories", i+1, zone)
		}

		for _, a := range m.Digest.Alerts {
			if seen[a.URL] {
				t.Errorf("brief %d in %s tells %s again", i+1, zone, a.URL)
			}

			seen[a.URL] = true
		}

		// What three outlets tell is more than what one does.
		if top := m.Digest.Alerts[0]; i > 0 && len(top.Also) != 2 {
			t.Errorf("brief %d in %s begins with %q, told by %d others", i+1, zone, top.Title, len(top.Also))
		}
	}
}

// briefs takes what waits in the outbox, by the chat's address.
func (w *world) briefs() map[string]*adapters.Message {
	found := map[string]*adapters.Message{}

	for _, x := range w.outbox() {
		w.must(func(tx *store.Tx) error {
			out, err := tx.Claim(x.Chat, store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute})
			if err != nil || out == nil {
				return err
			}

			if out.Notice != "" { // else it is a digest
				m := &adapters.Message{}
				if err := json.Unmarshal([]byte(out.Notice), m); err != nil {
					return err
				}

				found[x.Address] = m
			}

			_, err = tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "n"})

			return err
		})
	}

	return found
}

// tellHourly has a story of the hour come in, told by one outlet, or at times by three.
func (w *world) tellHourly() {
	hour := time.Now().Unix() / 3600
	tellers := int64(1)

	if hour%5 == 0 {
		tellers = 3
	}

	story := int64(0)

	for source := int64(1); source <= tellers; source++ {
		name := []string{"", "Harbour Courier", "Northern Gazette", "Plain Wire"}[source]

		w.must(func(tx *store.Tx) error {
			return storetest.Poll(tx, source, news.Article{
				Key: fmt.Sprint("h", hour), Title: fmt.Sprintf("Report %d", hour), URL: fmt.Sprintf("https://o%d.example/%d", source, hour),
				Outlet: name, Published: time.Now().Add(-time.Minute),
			})
		})

		var batch []store.Match

		w.must(func(tx *store.Tx) error {
			all, err := tx.Unmatched(10)
			for _, a := range all {
				if story == 0 {
					story = a.ID
				}

				batch = append(batch, store.Match{Article: a.ID, At: a.At(), Story: story})
			}

			return err
		})

		if err := w.store.SaveMatches(w.ctx, batch); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestABriefLeavesOutWhatWasJustTold: what a digest told an hour before a brief, and what an alert tells at its minute, is
// not in it; what was told the day before is, and so is all of it in a brief that is asked for.
func TestABriefLeavesOutWhatWasJustTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		w.news()
		time.Sleep(10 * time.Hour)

		w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "41"}, Kind: adapters.Private}
		w.user = adapters.User{ID: "41", Language: "en"}
		w.says("/subscribe drone")
		w.says("/brief 8:00")
		w.receive(news.Article{Key: "1", Title: "Drone crosses the lake", URL: "https://wire.example/1", Outlet: "Plain Wire"}) // at once
		w.says("/settings digest 7:00")
		w.receive(news.Article{Key: "2", Title: "Drone race is off", URL: "https://wire.example/2", Outlet: "Plain Wire"})
		w.receive(news.Article{Key: "3", Title: "Ferry is late again", URL: "https://wire.example/3", Outlet: "Plain Wire"})
		time.Sleep(time.Until(time.Date(2000, 1, 2, 7, 0, 0, 0, time.UTC)))
		w.sendNow()
		w.says("/settings digest 8:00")
		w.receive(news.Article{Key: "4", Title: "Drone lands in a garden", URL: "https://wire.example/4", Outlet: "Plain Wire"})
		w.receive(news.Article{Key: "5", Title: "Rain by noon", URL: "https://wire.example/5", Outlet: "Plain Wire"})

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})

		go func() {
			w.bot.RunBriefs(ctx)
			close(done)
		}()

		time.Sleep(time.Hour + time.Second)
		synctest.Wait()

		var titles []string

		for range 2 { // the digest and the brief
			for _, m := range w.briefs() {
				for _, a := range m.Digest.Alerts {
					titles = append(titles, a.Title)
				}
			}
		}

		// A day on which all was told as it came has no brief.
		w.says("/settings digest now")
		w.receive(news.Article{Key: "6", Title: "Drone finds a lost dog", URL: "https://wire.example/6", Outlet: "Plain Wire"})
		time.Sleep(24 * time.Hour)
		synctest.Wait()

		for address, m := range w.briefs() {
			t.Errorf("%s is briefed on what it was told: %s", address, m)
		}

		stop()
		<-done

		want := []string{"Drone crosses the lake", "Ferry is late again", "Rain by noon"}
		if slices.Sort(titles); !slices.Equal(titles, want) {
			t.Errorf("the brief has %q, want %q", titles, want)
		}
	})
}

// TestANewcomerIsBriefedAtEight: from /start to a brief at 8:00 on one's own clock takes at most
// six presses, with nothing typed; it comes at that minute, with stories.
func TestANewcomerIsBriefedAtEight(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		w.news()
		w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "31"}, Kind: adapters.Private}
		w.user = adapters.User{ID: "31", Language: "pl"}
		w.says("/start")

		presses := 0

		for _, label := range []string{"[Poland]", "[Next ›]", "[Once a day at 8:00]"} {
			w.says(label)

			presses++
		}

		if presses > 6 {
			t.Errorf("it takes %d presses", presses)
		}

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})

		go func() {
			w.bot.RunBriefs(ctx)
			close(done)
		}()

		warsaw, err := time.LoadLocation("Europe/Warsaw")
		if err != nil {
			t.Fatal(err)
		}

		var at []string

		for range 30 * 60 { // a day and a quarter
			time.Sleep(time.Minute)
			synctest.Wait()

			if time.Now().Minute() == 10 {
				w.tellHourly()
			}

			if m := w.briefs()["31"]; m != nil {
				at = append(at, time.Now().In(warsaw).Format("15:04"))

				if m.Digest == nil || len(m.Digest.Alerts) == 0 {
					t.Errorf("the brief is %s", m)
				}
			}
		}

		stop()
		<-done

		if len(at) < 1 || at[0] != "08:00" {
			t.Errorf("briefs come at %q", at)
		}
	})
}

// TestBriefsBesideAModelThatHangs: while a language model hangs, a brief that is asked for comes
// within 15 s, and of fifty that are due at one minute the last one within three, all of them
// without what would connect their stories.
func TestBriefsBesideAModelThatHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")
	server := aitest.Honest(t)

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		w.news()
		w.conf.Writer = ai.New(ai.Config{URL: server.URL, Model: "copy", HTTP: server.Client()}, nil)
		w.bot = bot.New(w.conf)

		if _, _, err := w.conf.Writer.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}

		server.Turn(aitest.Hangs)

		const chats = 50

		for i := range chats {
			address := fmt.Sprint(100 + i)
			w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: address}, Kind: adapters.Private}
			w.user = adapters.User{ID: address, Language: "en"}
			w.says("/brief 7:30")
		}

		began := time.Now()
		m := w.bot.Answer(t.Context(), &adapters.Request{Key: "brief", Kind: adapters.CommandRequest, Command: "brief", Chat: w.chat, User: w.user})

		if took := time.Since(began); took > 15*time.Second || m == nil || m.Digest == nil || m.Digest.Intro != "" {
			t.Errorf("after %v: %v", took, m)
		}

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})

		go func() {
			w.bot.RunBriefs(ctx)
			close(done)
		}()

		due := time.Now().Truncate(24 * time.Hour).Add(7*time.Hour + 30*time.Minute)
		time.Sleep(time.Until(due) + 3*time.Minute)
		synctest.Wait()

		got := w.briefs()
		if len(got) != chats-1 { // the last one has been told these stories
			t.Errorf("%d briefs came", len(got))
		}

		for address, m := range got {
			if m.Digest == nil || m.Digest.Intro != "" {
				t.Errorf("the brief of %s: %s", address, m)
			}
		}

		stop()
		<-done
	})
}
