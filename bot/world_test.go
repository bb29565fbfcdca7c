package bot_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot"
	"newsbell/bot/answers"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/news/related"
	"newsbell/store"
	"newsbell/store/storetest"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// happens makes something happen:
//
//	! news                    two days of articles of three outlets are there
//	! flood                   a week of 600 articles, two thirds of them about matches
//	! strikes                 articles about a strike, with who leads it, among others
//	! neighbours              eight stories about the same two people, a day apart, with what Related needs
//	! article N               article N comes in now and is matched
//	! title TEXT              an article with that title comes in now and is matched
//	! develops N              article N comes in now and tells something new of the followed story
//	! doubts N M              article N comes in now and may tell the story of article M of the database
//	! headlines pl TITLE      the sources of a bundle are read: three of them tell one story
//	! wait 2h                 time passes
//	! reply REF               the next command replies to that message
//	! pages                   people have pages in a browser; "! targets": alerts can go to other places
//	! closed 7                chat 7 does not let us in; "! open 7" again
//	! event left              something happens to the chat
//	! languages pl            the bot speaks English and these
//	! judge                   what waits for the language model is judged
//	! failing 2 target        what is sent to a target doesn't arrive, for longer than an hour
//	! broken                  a source has trouble
//	! offline                 two sources were asked for the first time, without a network
//	! moved                   they were asked, and their servers know no such page
//	! model [names]           a language model answers; from now on it invents names
//	! model unfit             one that fails the check at the start
//	! file TEXT               the person sends a file that says so
//	! answers 2 Bob         the next command replies to a message of that person
//	! tap                     the last button is pressed once more, before the chat shows the answer
func (w *world) happens(words []string) {
	switch words[0] {
	case "news":
		w.news()
	case "flood":
		w.flood()
	case "strikes":
		w.strikes()
	case "neighbours":
		w.neighbours()
	case "article":
		n, _ := strconv.Atoi(words[1])
		w.publish(n)
	case "title":
		title := strings.Join(words[1:], " ")
		w.receive(news.Article{Key: title, Title: title, URL: "https://wire.example/" + strings.ReplaceAll(title, " ", "-"), Outlet: "Plain Wire"})
	case "develops":
		w.develops = true
		n, _ := strconv.Atoi(words[1])
		w.publish(n)
		w.develops = false
	case "doubts":
		w.related, _ = strconv.ParseInt(words[2], 10, 64)
		n, _ := strconv.Atoi(words[1])
		w.publish(n)
		w.related = 0
	case "burst":
		n, _ := strconv.Atoi(words[1])
		w.burst(n)
	case "headlines":
		w.headlines(words[1], strings.Join(words[2:], " "))
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			w.t.Fatal(err)
		}

		time.Sleep(d)
	case "file":
		r := w.request()
		r.Kind, r.File = adapters.FileRequest, &adapters.File{Name: "file", Body: []byte(strings.Join(words[1:], " "))}
		w.answer(r)
	case "feeds": // a list of so many feeds, as a file
		n, _ := strconv.Atoi(words[1])

		var list strings.Builder
		for i := range n {
			fmt.Fprintf(&list, `<outline text="%d" xmlUrl="https://feed%d.example/rss"/>`, i, i)
		}

		r := w.request()
		r.Kind, r.File = adapters.FileRequest, &adapters.File{Name: "file", Body: []byte(`<opml version="2.0"><body>` + list.String() + `</body></opml>`)}
		w.answer(r)
	case "reply":
		w.replyTo = words[1]
	case "answers": // ! answers 2 Bob
		w.answered = adapters.User{ID: words[1], Name: words[2]}
	case "tap":
		r := w.request()
		r.Kind, r.Data, r.Message = adapters.PressRequest, w.pressed, "m1"
		w.answer(r)
	case "closed":
		w.fakes[w.chat.Platform].Fail[words[1]] = &adapters.SendError{Fate: adapters.Gone, Reason: "direct messages are closed"}
	case "open":
		delete(w.fakes[w.chat.Platform].Fail, words[1])
	case "broken":
		w.must(func(tx *store.Tx) error {
			_, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: 3, Next: time.Now().Add(time.Hour), Error: "the page is HTML, not a feed"}), 0)
			return err
		})
	case "offline", "moved":
		reason := map[string]string{"offline": "there's no network", "moved": "that page doesn't exist (404)"}[words[0]]

		w.must(func(tx *store.Tx) error {
			err := tx.Configure([]news.Source{{URL: "https://gazette.example/feed"}, {URL: "https://courier.example/feed"}})
			for source := int64(1); source <= 2 && err == nil; source++ {
				_, err = tx.SavePoll(store.PreparePoll(store.PollResult{Source: source, Next: time.Now().Add(time.Hour), Error: reason}), 0)
			}

			return err
		})
	case "event":
		w.event(words[1:])
	case "asleep": // as delivery does it
		var c *store.Chat

		const why = "the bot can't post there"

		w.must(func(tx *store.Tx) (err error) {
			platform := w.chat.Platform
			if len(words) > 2 { // ! asleep 2 target
				platform = words[2]
			}

			if c, err = tx.Chat(platform, words[1]); err == nil {
				_, err = tx.Sleep(c.ID, why)
			}

			return err
		})
		w.bot.NotifyAsleep(w.ctx, c, why)
	case "failing": // ! failing 2 target: as delivery does it, at an attempt that comes late
		const why = "the server has a problem (500)"

		var c *store.Chat

		w.must(func(tx *store.Tx) (err error) {
			if c, err = tx.Chat(words[2], words[1]); err == nil && w.failing == 0 {
				err = tx.Notify(c.ID, "news")
			}

			return err
		})

		if w.failing == 0 {
			out, err := w.store.Claim(w.ctx, c.ID, store.Claim{Run: "r", RetryAfter: time.Hour})
			if err != nil {
				w.t.Fatal(err)
			}

			w.failing = out.ID
			w.must(func(tx *store.Tx) error {
				_, err := tx.Settle(store.Outcome{Message: out.ID, Run: "r", RetryAt: tx.Now.Add(24 * time.Hour), Result: why})
				return err
			})
		}

		w.bot.NotifyFailing(w.ctx, c, w.failing, why)
	case "missing": // ! missing -100 Send_Messages
		w.fakes[w.chat.Platform].Missing[words[1]] = words[2:]
	case "demote", "promote":
		w.fakes[w.chat.Platform].Admins[words[1]+" "+words[2]] = words[0] == "promote"
	case "leaves", "returns": // ! leaves -100 2
		w.fakes[w.chat.Platform].Outside[words[1]+" "+words[2]] = words[0] == "leaves"
	case "trouble":
		w.fakes[w.chat.Platform].RightsErr = errors.New("no network")
	case "absent":
		w.must(func(tx *store.Tx) error { _, err := tx.MarkAway(); return err })
	case "access":
		w.conf.Access = words[1]
		w.conf.Allowed = words[2:]
		w.rebuild()
	case "pages": // people have pages in a browser
		w.conf.SignIn = func(string) string { return "https://news.example/in/SECRET" }
		w.rebuild()
	case "targets": // alerts can go to other places, whose address begins with ntfy
		w.conf.ParseTarget = func(address string) (turn.TargetInfo, error) {
			if topic, ok := strings.CutPrefix(address, "ntfy://"); ok {
				return turn.TargetInfo{Address: address, Name: "ntfy: " + topic}, nil
			}

			if to := strings.TrimPrefix(address, "mailto:"); strings.Contains(to, "@") {
				return turn.TargetInfo{Address: "mailto:" + to, Name: to, Confirm: true}, nil
			}

			return turn.TargetInfo{}, errors.New("no place")
		}
		w.rebuild()
	case "model": // a language model that copies, or that goes wrong from now on: "! model names"
		server := aitest.Honest(w.t)
		server.Record("tell me when dockers strike", `{"query":"dockers strike*"}`)
		w.conf.Writer = ai.New(ai.Config{URL: server.URL, Model: "copy", HTTP: server.Client()}, answers.Ledger{Store: w.store})

		isUnfit := len(words) > 1 && words[1] == "unfit"
		if isUnfit {
			server.Turn(aitest.Prose)
		}

		if _, obeys, err := w.conf.Writer.Probe(w.ctx); obeys == isUnfit {
			w.t.Fatalf("the model works: %v, %v", obeys, err)
		}

		if len(words) > 1 && !isUnfit {
			server.Turn(aitest.Evil(words[1]))
		}

		w.rebuild()
	case "price": // of a million tokens
		w.conf.Price, _ = strconv.ParseFloat(words[1], 64)
		w.rebuild()
	case "judge": // what is open is judged
		j := answers.Judge{Store: w.store, Writer: w.conf.Writer, Zone: time.UTC, Spared: turn.IsSpared, Log: slog.New(slog.DiscardHandler)}
		if err := j.JudgeOpen(w.ctx); err != nil {
			w.t.Fatal(err)
		}

		w.sendNow()
	case "languages":
		w.conf.Texts = w.all.Only(words[1:]...)
		w.rebuild()
	case "limit":
		w.conf.SubscriptionLimit, _ = strconv.Atoi(words[1])
		w.rebuild()
	default:
		w.t.Fatalf("nothing happens: %q", words)
	}
}

func (w *world) event(words []string) {
	kinds := map[string]adapters.EventKind{
		"joined": adapters.Joined, "left": adapters.Left, "blocked": adapters.Blocked,
		"returned": adapters.Returned, "moved": adapters.ChatMoved, "rights": adapters.RightsChanged,
	}
	w.keys++

	e := &adapters.Event{Key: "e" + strconv.Itoa(w.keys), Kind: kinds[words[0]], Chat: w.chat, User: w.user}
	if len(words) > 1 {
		e.To = adapters.Chat{Platform: w.chat.Platform, Address: words[1]}
	}

	if w.chat.Server != "" && e.Kind != adapters.Joined { // of the whole server
		e.Chat.Address = ""
	}

	w.bot.Notice(w.ctx, e)
	w.bot.Notice(w.ctx, e) // a platform may tell twice
}

func (w *world) must(do func(*store.Tx) error) {
	w.t.Helper()

	if err := w.store.Update(w.ctx, do); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) articles() []news.Article {
	at := func(h int) time.Time {
		began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // as in a bubble
		if !w.began.IsZero() {
			began = w.began
		}

		return began.Add(time.Duration(h) * time.Hour)
	}

	return []news.Article{
		{Key: "a", Title: "Drone startup raises record sum", URL: "https://courier.example/drone-startup", Outlet: "Harbour Courier", Published: at(-30), Summary: "Investors backed the maker of delivery drones."},
		{Key: "b", Title: "Port strike enters its second week", URL: "https://courier.example/strike", Outlet: "Harbour Courier", Published: at(-20), Summary: "Talks between dockers and the port failed again."},
		{Key: "c", Title: "Dockers and port still apart", URL: "https://gazette.example/port-strike", Outlet: "Northern Gazette", Published: at(-19), Summary: "The strike goes on."},
		{Key: "d", Title: "Toy drone recalled over battery fires", URL: "https://gazette.example/toy-drone", Outlet: "Northern Gazette", Published: at(-5), Summary: "Shops take the toy back."},
		{Key: "e", Title: "New drone rules take effect", URL: "https://wire.example/rules", Outlet: "Plain Wire", Published: at(1), Summary: "Pilots of a drone above 250 grams need a licence."},
		{Key: "f", Title: "Parliament votes on drone licences", URL: "https://wire.example/vote", Outlet: "Plain Wire", Published: at(1), Summary: "A drone pilot needs one from May."},
		{Key: "g", Title: "Parliament debates fishing quotas", URL: "https://wire.example/quotas", Outlet: "Plain Wire", Published: at(1), Summary: "Boats may stay in port."},
		{Key: "h", Title: "Fishing boats race past parliament", URL: "https://wire.example/race", Outlet: "Plain Wire", Published: at(1), Summary: "Forty crews took part."},
	}
}

// news has the first four articles as what was there at the start.
func (w *world) news() {
	all := w.articles()
	w.must(func(tx *store.Tx) error {
		return tx.Configure([]news.Source{
			{URL: "https://courier.example/feed", Title: "Harbour Courier", Outlet: "Harbour Courier"},
			{URL: "https://gazette.example/feed", Title: "Northern Gazette", Outlet: "Northern Gazette"},
			{URL: "https://wire.example/feed", Title: "Plain Wire", Outlet: "Plain Wire"},
		})
	})

	w.poll(1, all[0], all[1])
	w.poll(2, all[2], all[3])
	w.poll(3, news.Article{Key: "z", Title: "Weather stays mild", URL: "https://wire.example/weather", Outlet: "Plain Wire", Published: time.Now().Add(-time.Hour)})
	w.match(map[int64]int64{3: 2}) // dockers: one story
}

// poll has a source list articles.
func (w *world) poll(source int64, articles ...news.Article) {
	w.must(func(tx *store.Tx) error { return storetest.Poll(tx, source, articles...) })
}

// outbox is what waits for delivery, by chat.
func (w *world) outbox() (all []store.Waiting) {
	w.must(func(tx *store.Tx) error {
		_, err := tx.Waiting(0, func(x store.Waiting) error {
			all = append(all, x)
			return nil
		})

		return err
	})

	slices.SortStableFunc(all, func(a, b store.Waiting) int { return int(a.Chat - b.Chat) }) // PostgreSQL groups them in any order

	return all
}

// publish has an article come in and matched.
func (w *world) publish(n int) { w.receive(w.articles()[n]) }

// receive has an article come in now and be matched.
func (w *world) receive(a news.Article) {
	w.must(func(tx *store.Tx) error {
		a.Published = time.Now().Add(-2 * time.Minute)
		return storetest.Poll(tx, 3, a)
	})
	w.match(nil)
}

// headlines has the first three sources of a bundle that are polled tell a story, and has
// it matched.
func (w *world) headlines(bundle, title string) {
	stories := map[int64]int64{}

	w.must(func(tx *store.Tx) error {
		polled, err := tx.Sources()
		if err != nil {
			return err
		}

		members, err := tx.BundleMembers()
		if err != nil {
			return err
		}

		told := 0

		for _, s := range polled {
			if told == 3 || !slices.Contains(members[s.ID], bundle) {
				continue
			}

			told++

			a := news.Article{Key: title, Title: title, URL: s.URL + "/" + strconv.Itoa(len(title)), Outlet: s.Outlet, Published: time.Now().Add(-time.Hour), Summary: "More soon."}
			if _, err := tx.SavePoll(store.PreparePoll(store.PollResult{Source: s.ID, Next: time.Now().Add(10 * time.Minute), Articles: []news.Article{a}}), 48*time.Hour); err != nil {
				return err
			}
		}

		waiting, err := tx.Unmatched(100)
		for _, a := range waiting {
			stories[a.ID] = waiting[0].ID
		}

		return err
	})
	w.match(stories)
}

// burst has many articles come in at once, each a story: more than a digest has room
// for.
func (w *world) burst(n int) {
	articles := make([]news.Article, n)
	for i := range articles {
		articles[i] = news.Article{
			Key: "burst" + strconv.Itoa(i), Title: "Drone sighting number " + strconv.Itoa(i+1), URL: "https://wire.example/sighting/" + strconv.Itoa(i+1),
			Outlet: "Plain Wire", Published: time.Now().Add(-time.Minute),
		}
	}

	w.must(func(tx *store.Tx) error {
		return storetest.Poll(tx, 3, articles...)
	})
	w.match(nil)

	for range 3 { // the parts of the digest
		w.sendNow()
	}
}

func (w *world) joinStories() {
	w.t.Helper()

	if err := w.store.JoinStories(w.ctx, nil); err != nil {
		w.t.Fatal(err)
	}
}

// match decides about what has come in, plainly, and delivers what is due.
func (w *world) match(stories map[int64]int64) {
	var batch []store.Match

	w.must(func(tx *store.Tx) error {
		waiting, err := tx.Unmatched(100)
		for _, a := range waiting {
			if err != nil {
				return err
			}

			m := store.Match{Article: a.ID, At: a.At(), Story: a.ID}
			if s := stories[a.ID]; s != 0 {
				m.Story = s
			}

			if a.Quiet == "" {
				m.Alerts, err = w.alertsFor(tx, a)
			}

			if w.related != 0 {
				m.Doubt = &store.Doubt{Article: w.related, LogOdds: 0.5}
			}

			if w.develops && err == nil {
				m.Developments, err = developmentsFor(tx)
			}

			batch = append(batch, m)
		}

		return err
	})

	if err := w.store.SaveMatches(w.ctx, batch); err != nil {
		w.t.Fatal(err)
	}

	if !w.delivers {
		w.sendNow()
	}
}

// developmentsFor takes an article for something new of all followed stories.
func developmentsFor(tx *store.Tx) (all []store.Development, err error) {
	followed, err := tx.FollowedStories()

	for _, id := range slices.Sorted(maps.Keys(followed)) {
		if err != nil {
			return nil, err
		}

		d := store.Development{Story: id, Part: true, Details: []string{"parliament", "May"}}

		err = tx.Followers(id, 0, time.Now(), func(f store.Follower) error {
			d.Alerts = append(d.Alerts, store.PendingAlert{Chat: f.Chat, Due: time.Now()})
			return nil
		})

		all = append(all, d)
	}

	return all, err
}

func (w *world) alertsFor(tx *store.Tx, a *store.Article) (due []store.PendingAlert, err error) {
	_, err = tx.SubscriptionChanges(0, func(f store.SubscriptionChange) error {
		if !f.Live {
			return nil
		}

		q, err := query.Parse(f.Canonical)
		if err != nil {
			return err
		}

		if matched, ok := index.Match(q, &a.News); ok {
			timing := timeOf(w.t, f)

			hit := store.Hit{Subscription: f.ID, Matched: matched, Judge: timing.Rule == subscriptions.RuleOnly}
			for i := range due {
				if due[i].Chat == f.Chat {
					due[i].Hits = append(due[i].Hits, hit)
					return nil
				}
			}

			due = append(due, store.PendingAlert{
				Chat: f.Chat, Due: timing.Due, Bundle: string(timing.Hold), Rule: timing.Rule, Awaits: timing.Awaits, Hits: []store.Hit{hit},
			})
		}

		return nil
	})

	return due, err
}

func (w *world) sendNow() {
	claim := store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute, Room: func(_ *store.Chat, a []*store.Alert) int { return min(len(a), 4) }}

	for _, x := range w.outbox() {
		w.must(func(tx *store.Tx) error {
			out, err := tx.Claim(x.Chat, claim)
			if err != nil || out == nil {
				return err
			}

			w.tell(out)
			_, err = tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "a" + strconv.FormatInt(out.ID, 10)})

			return err
		})
	}
}

func (w *world) tell(out *store.Outgoing) {
	m := &adapters.Message{Buttons: story.AlertButtons(w.conf.Texts.Find(out.Chat.ReadIn()...), out)}

	var titles []string
	for _, a := range out.Alerts {
		titles = append(titles, a.Article.News.Title)
	}

	m.Text = adapters.Say("(alert) " + strings.Join(titles, "; "))
	if out.More > 0 {
		m.Text = adapters.Say("(digest) "+strings.Join(titles, "; "), "… and "+strconv.Itoa(out.More)+" more")
	}

	w.last[out.Chat.Platform+":"+out.Chat.Address] = m
	w.show("<"+out.Chat.Platform+":"+out.Chat.Address, m)
}

func alertButtons(out *store.Outgoing) [][]adapters.Button {
	return story.AlertButtons(locales.Builtin().English(), out)
}

func (w *world) rebuild() { w.bot = bot.New(w.conf) }

// flood has a week of articles come in: two in three are about a match, one in four
// about a goal.
func (w *world) flood() {
	var all []news.Article

	for i := range 600 {
		a := news.Article{Key: "f" + strconv.Itoa(i), Title: "Report " + strconv.Itoa(i), URL: "https://wire.example/f" + strconv.Itoa(i), Outlet: "Plain Wire"}
		a.Published = time.Now().Add(-time.Duration(i) * 15 * time.Minute)

		if i%3 != 0 {
			a.Title += " from the match"
		}

		if i%4 == 0 {
			a.Title += " with a goal"
		}

		if i%100 == 1 {
			a.Title += " on North Korean television"
		}

		if i%300 == 2 {
			a.Title += " in North Korea"
		}

		all = append(all, a)
	}

	w.poll(3, all...)
}

func (w *world) strikes() {
	var all []news.Article

	for i := range 60 {
		a := news.Article{Key: "s" + strconv.Itoa(i), Title: "Council meets about bridge " + strconv.Itoa(i), URL: "https://wire.example/s" + strconv.Itoa(i), Outlet: "Plain Wire"}
		a.Published = time.Now().Add(-time.Duration(i) * time.Hour)

		if i%10 == 0 {
			a.Title, a.Summary = "Ferry walkout enters day "+strconv.Itoa(i), "Union leader Maria Lindqvist spoke of pay and containers."
		}

		all = append(all, a)
	}

	w.poll(3, all...)
}

func (w *world) neighbours() {
	var (
		all  []news.Article
		list []store.Shortened
	)

	for i, what := range []string{"sign the treaty", "argue over fish", "open a bridge", "miss a train", "plant an oak", "count the votes", "swap two flags", "share a stage"} {
		all = append(all, news.Article{
			Key: "n" + strconv.Itoa(i), Title: "Lindqvist and Okafor " + what, URL: "https://wire.example/n" + strconv.Itoa(i), Outlet: "Plain Wire",
			Published: time.Now().Add(time.Duration(i-8) * 24 * time.Hour), Summary: "Maria Lindqvist of Norden and Chidi Okafor met on the quay in Halvik.",
		})
	}

	w.poll(3, all...)
	w.match(nil)
	w.must(func(tx *store.Tx) error {
		articles, err := tx.Unrelated(100)
		if err != nil {
			return err
		}

		for _, a := range articles {
			short := store.Shortened{Article: a}
			for _, term := range related.Terms(&a.News) {
				short.Terms = append(short.Terms, term.Hash)
			}

			list = append(list, short)
		}

		return tx.SaveRelated(list)
	})
}

// timeOf is when the alert of a follower comes.
func timeOf(t *testing.T, f store.SubscriptionChange) subscriptions.Timing {
	plan, err := subscriptions.ParsePlan(f.Delivery, f.Digest, f.Quiet, f.TimeZone, time.UTC)
	if err != nil {
		t.Fatal(err)
	}

	plan.Min = f.Outlets

	return plan.At(time.Now(), 1, false, false)
}
