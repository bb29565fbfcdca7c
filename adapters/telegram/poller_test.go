package telegram_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
)

// Updates that nobody can read, or that mean nothing to us, do not hold up others.
func TestOddUpdates(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		for _, odd := range []string{
			`{"update_id":%d,"message":{"message_id":"x","chat":[],"text":{}}}`,
			`{"update_id":%d,"message":7}`,
			`{"update_id":%d}`,
			`{"update_id":%d,"poll":{"id":"1"}}`,
			`{"update_id":%d,"message":{}}`,
			`{"update_id":%d,"message":{"message_id":5,"chat":{"id":7001,"type":"private"},"pinned_message":{}}}`,
			`{"update_id":%d,"callback_query":{"id":"77","inline_message_id":"AAA","from":{"id":7001}}}`,
			`{"update_id":%d,"callback_query":{"id":"78","game_short_name":"x","message":{"message_id":5,"chat":{"id":7001}}}}`,
			`{"update_id":%d,"my_chat_member":{"chat":{"id":7001}}}`,
			`{"update_id":%d,"message":{"message_id":5,"chat":{"id":7001,"type":"private"},"from":{"id":5,"is_bot":true},"text":"/subscribe loops"}}`,
			`{"update_id":%d,"message":{"message_id":5,"chat":{"id":-5,"type":"supergroup"},"is_automatic_forward":true,"sender_chat":{"id":-6},"text":"/subscribe loops"}}`,
		} {
			h.tg.Push(odd)
		}

		ada.Says("/start")
		h.settle()
		h.transcript(ada.Private().Transcript(), "Ada: /start\nbot: Welcome, Ada.")

		if n := len(h.talk.Requests()); n != 1 {
			t.Errorf("%d requests", n)
		}

		if h.log.count("cannot be read") != 2 {
			t.Errorf("the unreadable ones were logged as\n%s", h.log)
		}
	})
}

// A server that tells little: no entities, no from, no date, results with an id only.
func TestSparseServer(t *testing.T) {
	inBubble(t, telegramtest.Options{Sparse: true, Only: []string{"getMe", "getUpdates", "sendMessage"}}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		h.tg.Push(`{"update_id":%d,"message":{"message_id":1,"chat":{"id":7001},"text":"/subscribe drone"}}`)
		ada.Says("/slow")
		h.settle()
		ada.Presses("Undo")
		h.settle()

		for range 2 {
			ada.Says("/export")
			h.settle()
		}

		h.transcript(ada.Private().Transcript(), `
Ada: /slow
bot: Following *drone*.
  [Undo]
bot: That took a while.
Ada presses [Undo]
bot: Undone.
Ada: /export
bot: Here you are.
  (I couldn't send the file here.)
Ada: /export
bot: Here you are.
  (I couldn't send the file here.)
`)

		if r := h.talk.Requests()[0]; r.User.ID != "7001" || r.Chat.Kind != adapters.Private {
			t.Errorf("a message without from and type came as %+v", r)
		}

		r, err := h.bot.Rights(context.Background(), adapters.Chat{Platform: "telegram", Address: "-1005"}, "7001")
		if err != nil || r.Manage || r.Missing != nil {
			t.Errorf("Rights: %+v, %v", r, err)
		}

		for range 2 {
			err = h.bot.Edit(context.Background(), chatOf(ada.Private()), "7", &adapters.Message{Text: adapters.Say("x")})
			if e := adapters.FateOf(err); e.Fate != adapters.Refused || e.All {
				t.Errorf("an edit that the server cannot do: %v", err)
			}
		}

		for _, method := range []string{"setMyCommands", "sendChatAction", "answerCallbackQuery", "editMessageText", "sendDocument", "getChatMember"} {
			if n := len(h.tg.Calls(method)); n > 1 {
				t.Errorf("%s is missing and was called %d times", method, n)
			}
		}

		for _, method := range []string{"setMyCommands", "sendChatAction", "answerCallbackQuery", "editMessageText", "sendDocument", "getChatMember"} {
			if n := h.log.count("method=" + method); n != 1 {
				t.Errorf("%d warnings about %s", n, method)
			}
		}
	})
}

// Methods that hang cost ten seconds once, and hold up nothing else.
func TestHangingExtras(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFixture(t, telegramtest.Options{})
		rt := h.tg.Transport()

		h.config.Transport, h.config.APIURL = rt, "http://telegram.test"
		for _, m := range []string{"setMyCommands", "sendChatAction", "answerCallbackQuery", "editMessageText", "getChatMember", "getChat"} {
			h.tg.Fails(telegramtest.Fault{Method: m, Stall: time.Hour})
		}

		ada := h.tg.NewUser("Ada")
		h.start()
		ada.Says("/subscribe drone")
		until(t, 2*time.Second, func() bool { return ada.Private().Last() != nil })
		ada.Presses("Undo")
		until(t, 15*time.Second, func() bool { return ada.Private().Last().Text == "Undone." })
		ada.Says("/subscribe harbour")
		until(t, 3*time.Second, func() bool { return ada.Private().Last().Text == "Following harbour." })
		ada.Presses("Undo")
		until(t, 3*time.Second, func() bool { return ada.Private().Last().Text == "Undone." })

		if _, err := h.bot.Rights(context.Background(), adapters.Chat{Platform: "telegram", Address: "-5"}, "1"); err == nil {
			t.Error("Rights did not tell that it could not find out")
		}

		h.end()

		for _, m := range []string{"setMyCommands", "answerCallbackQuery", "editMessageText"} {
			if n := h.log.count("method=" + m); n != 1 {
				t.Errorf("%d warnings about %s:\n%s", n, m, h.log)
			}
		}

		rt.CloseIdleConnections()
		h.tg.Close()
		h.check()
	})
}

// until waits for at most d.
func until(t *testing.T, d time.Duration, ok func() bool) {
	t.Helper()

	for end := time.Now().Add(d); !ok(); time.Sleep(100 * time.Millisecond) { // of a bubble's time
		if time.Now().After(end) {
			t.Fatalf("not within %s", d)
		}
	}
}

// Slow work shows that something is going on; other chats do not wait for it.
func TestSlowWork(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada, bo := h.tg.NewUser("Ada"), h.tg.NewUser("Bo")
		began := time.Now()

		ada.Says("/slow")
		ada.Says("/start")
		until(t, 2*time.Second, func() bool { return len(h.talk.Requests()) == 1 })
		bo.Says("/start")
		until(t, 2*time.Second, func() bool { return bo.Private().Last() != nil })
		time.Sleep(time.Second)
		synctest.Wait()

		if n := len(h.tg.Calls("sendChatAction")); n != 1 {
			t.Errorf("%d times typing in the first %s", n, time.Since(began))
		}

		h.settle()
		h.transcript(ada.Private().Transcript(), "Ada: /slow\nAda: /start\nbot: That took a while.\nbot: Welcome, Ada.")

		if n := len(h.tg.Calls("sendChatAction")); n != 2 {
			t.Errorf("%d times typing in %s of work", n, time.Since(began))
		}

		if n := len(h.tg.Calls("getUpdates")); n > 30 {
			t.Errorf("%d polls while one chat was at work", n)
		}
	})
}

// A stop in the middle of an answer finishes it; what was not begun comes again.
func TestStopAndStart(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		ada := h.tg.NewUser("Ada")
		ada.Says("/slow")
		ada.Says("/start again")
		until(t, 2*time.Second, func() bool { return len(h.talk.Requests()) == 1 })
		h.end()
		h.transcript(ada.Private().Transcript(), "Ada: /slow\nAda: /start again\nbot: That took a while.")
		h.start()
		h.settle()
		h.transcript(ada.Private().Transcript(), "Ada: /slow\nAda: /start again\nbot: That took a while.\nbot: Welcome, Ada. again")

		if n := len(h.tg.Calls("getMyCommands")); n != 0 {
			t.Errorf("getMyCommands was called %d times", n)
		}

		if n := len(h.tg.Calls("setMyCommands")); n != 3 {
			t.Errorf("setMyCommands was called %d times for one menu", n)
		}
	})
}

// The menu is told again when it changes, and only then.
func TestMenu(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		synctest.Wait()

		if all := h.tg.Menu("all_private_chats"); !strings.Contains(all, `{"command":"pause","description":"be quiet"}`) {
			t.Errorf("the private menu is %s", all)
		}

		if members := h.tg.Menu("all_group_chats"); strings.Contains(members, "pause") || !strings.Contains(members, "subscribe") {
			t.Errorf("the members' menu is %s", members)
		}

		h.end()

		h.config.Commands = append(slices.Clone(table), adapters.Command{Name: "why", Summary: "why this came"})
		h.start()
		synctest.Wait()

		if !strings.Contains(h.tg.Menu("all_chat_administrators"), "why this came") {
			t.Error("the changed menu was not told")
		}

		if n := len(h.tg.Calls("setMyCommands")); n != 6 {
			t.Errorf("setMyCommands was called %d times for two menus", n)
		}
	})
}

// Each language has a menu and a description, which are told again only when they
// changed; a region's language counts by its two letters.
func TestMenusInLanguages(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.end()

		german := slices.Clone(table)
		for i := range german {
			german[i].Summary = "auf Deutsch"
		}

		h.config.Localizations = []adapters.Localization{
			{Language: "en", Commands: table, About: "What it does.", Short: "It does."},
			{Language: "de", Commands: german, About: "Was er tut.", Short: "Tut."},
			{Language: "pt-BR", Commands: table, About: "O que faz.", Short: "Faz."},
		}
		h.start()
		time.Sleep(time.Minute)
		synctest.Wait()

		if got := h.tg.Menu("all_private_chatsde"); !strings.Contains(got, "auf Deutsch") {
			t.Errorf("the German menu is %s", got)
		}

		if got := h.tg.Menu("all_private_chatspt"); got == "" {
			t.Error("there is no Portuguese menu")
		}

		calls := func() int {
			return len(h.tg.Calls("setMyCommands")) + len(h.tg.Calls("setMyDescription")) + len(h.tg.Calls("setMyShortDescription"))
		}

		before := calls()

		h.end()
		h.start()
		time.Sleep(time.Minute)
		synctest.Wait()

		if n := calls(); n != before {
			t.Errorf("nothing changed, and %d calls told of it", n-before)
		}

		h.end()

		h.config.Localizations[1].Short = "Tut viel."
		h.start()
		time.Sleep(time.Minute)
		synctest.Wait()

		if n := calls(); n != before+5 {
			t.Errorf("one language changed, and %d calls told of it", n-before)
		}
	})
}

// After a quiet week the server's ids start anew, below the old offset.
func TestQuietWeek(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("restart %v", restart), func(t *testing.T) {
			inBubble(t, telegramtest.Options{}, func(h *fixture) {
				ada := h.tg.NewUser("Ada")
				ada.Says("/start")
				h.settle()

				if restart {
					h.end()
				}

				h.tg.Fails(telegramtest.Fault{Method: "getUpdates", Code: 429, After: 6 * 60 * 60}) // only to make the week short
				time.Sleep(7 * 24 * time.Hour)
				h.tg.Heals()
				time.Sleep(6 * time.Hour)

				if restart {
					h.start()
				}

				h.tg.SkipTo(17)
				ada.Says("/subscribe drone")
				h.settle()

				if got := ada.Private().Last().Text; got != "Following drone." {
					t.Errorf("after the quiet week the bot said %q", got)
				}
			})
		})
	}
}

// An empty answer at once is not asked for again and again.
func TestEmptyPolls(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.tg.Fails(telegramtest.Fault{Method: "getUpdates", Garbage: `{"ok":true,"result":[]}`})
		time.Sleep(60 * time.Second)

		if n := countPolls(h); n > 62 {
			t.Errorf("%d polls in a minute", n)
		}

		h.tg.Heals()
	})
}

// countPolls counts what Calls does not see: faults answered in the poll's place.
func countPolls(h *fixture) int { return h.tg.Hits() }

// Another instance with the same token is named, once, and waited for.
func TestConflict(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		other := telegram.New(h.config)
		ctx, cancel := context.WithCancel(context.Background())

		done := make(chan error, 1)
		go func() { done <- other.Run(ctx, h.talk) }()

		time.Sleep(2 * time.Minute)

		if n := h.log.count("most likely a second Newsbell with the same token"); n < 1 || n > 2 {
			t.Errorf("the operator was told %d times:\n%s", n, h.log)
		}

		cancel()

		if err := <-done; err != nil {
			t.Errorf("the other: %v", err)
		}

		ada := h.tg.NewUser("Ada")
		ada.Says("/start")
		h.settle()

		if ada.Private().Last() == nil {
			t.Error("the bot did not recover when the other was gone")
		}
	})
}

// TestALateRequestIsNoConflict: the last request of a process that was frozen, and whose bot this one
// has now, is nothing that an operator has to mend; a second one within a minute is another program's.
func TestALateRequestIsNoConflict(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		conflict := telegramtest.Fault{Method: "getUpdates", Code: 409, Text: "Conflict: terminated by other getUpdates request", Times: 1}

		for range 2 {
			time.Sleep(2 * time.Minute)
			h.tg.Fails(conflict)
			time.Sleep(2 * time.Minute)

			if n := h.log.count("level=ERROR"); n != 0 {
				t.Errorf("the operator was told of a single request:\n%s", h.log)
			}

			h.wantListening("")
		}

		conflict.Times = 2
		h.tg.Fails(conflict)
		time.Sleep(40 * time.Second)
		h.wantListening("second Newsbell")
	})
}

func TestWebhookInTheWay(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		time.Sleep(time.Minute)
		h.tg.Fails(telegramtest.Fault{Method: "getUpdates", Code: 409, Text: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", Times: 20})
		time.Sleep(time.Minute)

		if h.log.count("A webhook is set for this bot") != 1 {
			t.Errorf("the operator was told:\n%s", h.log)
		}
	})
}

// A token that the server refuses at the start, again and again, stops the adapter
// with a sentence.
func TestRefusedToken(t *testing.T) {
	for _, c := range []struct {
		token, want string
		fault       telegramtest.Fault
	}{
		{token: "4200:wrong", want: "Telegram doesn't know this token"},
		{token: "nonsense", want: "Telegram doesn't know this token"},
		{token: "", want: "isn't a token as @BotFather gives them out"},
		{token: "4200:a/b", want: "isn't a token as @BotFather gives them out"},
		{token: telegramtest.DefaultToken, fault: telegramtest.Fault{Method: "getMe", Code: 404, Text: "Not Found"}, want: "the token in [telegram] token is wrong or cut off"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newFixture(t, telegramtest.Options{})
			rt := h.tg.Transport()

			h.config.Transport, h.config.APIURL, h.config.Token = rt, "http://telegram.test", c.token
			if c.fault.Method != "" {
				h.tg.Fails(c.fault)
			}

			err := telegram.New(h.config).Run(context.Background(), h.talk)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error()+h.log.String(), "AAtest") {
				t.Errorf("%q: %v, want %q", c.token, err, c.want)
			}

			rt.CloseIdleConnections()
			h.tg.Close()
		})
	}
}

// A token that was good and is refused for a while, as a gateway or a restarting
// Bot API server does, deafens nobody: the adapter asks once a minute, says so
// once, and goes on by itself.
func TestRefusalsWhileRunningHeal(t *testing.T) {
	for _, fault := range []telegramtest.Fault{{Code: 401, Text: "Unauthorized"}, {Code: 404, Text: "Not Found"}} {
		inBubble(t, telegramtest.Options{}, func(h *fixture) {
			ada := h.tg.NewUser("Ada")

			time.Sleep(time.Minute)
			h.wantListening("")

			fault.Method = "getUpdates"
			h.tg.Fails(fault)
			ada.Says("/start")
			time.Sleep(time.Hour)

			if n := h.tg.Hits(); n < 55 || n > 70 {
				t.Errorf("%+v: asked %d times in an hour", fault, n)
			}

			if n := h.log.count("level=ERROR"); n != 1 {
				t.Errorf("%+v: the operator was told %d times:\n%s", fault, n, h.log)
			}

			h.wantListening("token")

			h.tg.Heals()
			time.Sleep(61 * time.Second)
			h.transcript(ada.Private().Transcript(), "Ada: /start\nbot: Welcome, Ada.")
			h.wantListening("")
		})
	}
}

// A refusal or two at the start is a server that is starting too.
func TestRefusalsAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFixture(t, telegramtest.Options{})
		rt := h.tg.Transport()
		h.config.Transport, h.config.APIURL = rt, "http://telegram.test"
		h.tg.Fails(telegramtest.Fault{Method: "getMe", Code: 404, Text: "Not Found", Times: 2})

		ada := h.tg.NewUser("Ada")
		ada.Says("/start")
		h.start()
		time.Sleep(time.Minute)
		h.transcript(ada.Private().Transcript(), "Ada: /start\nbot: Welcome, Ada.")
		h.end()
		rt.CloseIdleConnections()
		h.tg.Close()
	})
}

// The operator does not hear of one failed poll, but of several.
func TestOneFailedPollIsNoAlarm(t *testing.T) {
	for times, want := range map[int]int{1: 0, 2: 0, 3: 1, 8: 1} {
		inBubble(t, telegramtest.Options{}, func(h *fixture) {
			time.Sleep(time.Minute)
			h.tg.Fails(telegramtest.Fault{Method: "getUpdates", HTML: 502, Times: times})
			time.Sleep(10 * time.Minute)

			if n := h.log.count("level=ERROR"); n != want {
				t.Errorf("%d failed polls: %d errors in the log, want %d:\n%s", times, n, want, h.log)
			}

			h.wantListening("")
		})
	}
}

func TestTroubleThatPasses(t *testing.T) {
	for _, fault := range []telegramtest.Fault{
		{HTML: 502},
		{Code: 500, Text: "Internal Server Error"},
		{Reset: true},
		{Garbage: "nonsense"},
		{Stall: time.Hour},
		{Code: 401, Text: "Unauthorized", Times: 2},
		{Code: 429, After: 60},
		{Code: 429, After: 60, Bare: true},
	} {
		inBubble(t, telegramtest.Options{}, func(h *fixture) {
			ada := h.tg.NewUser("Ada")

			time.Sleep(time.Minute)

			fault.Method = "getUpdates"
			h.tg.Fails(fault)
			ada.Says("/start")
			time.Sleep(5 * time.Minute)

			if n := h.tg.Hits(); fault.After > 0 && n > 6 {
				t.Errorf("%+v: asked %d times in 5 minutes", fault, n)
			}

			h.tg.Heals()
			h.settle()
			h.transcript(ada.Private().Transcript(), "Ada: /start\nbot: Welcome, Ada.")

			want := 1
			if fault.Times > 0 && fault.Times < 3 {
				want = 0 // too few to alarm anybody
			}

			if n := h.log.count("level=ERROR"); n != want {
				t.Errorf("%+v: %d errors in the log:\n%s", fault, n, h.log)
			}
		})
	}
}

var updates = flag.Int("updates", 2000, "how many updates TestManyUpdates sends")

// Thousands of mixed updates, with everything going wrong that can: every request
// is answered, once, and every chat in its order; what takes long is left to the
// handler as trouble that passes.
func TestManyUpdates(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.tg.Disorder(true)

		for _, f := range manyFaults {
			h.tg.Fails(f)
		}

		var mu sync.Mutex

		said := map[string]int{}
		h.talk.answer = func(_ context.Context, r *adapters.Request) *adapters.Message {
			mu.Lock()
			defer mu.Unlock()

			said[r.Key]++

			return &adapters.Message{Text: adapters.Say(r.Command + r.Data + " " + r.Text), Buttons: row("Press", "pressed")}
		}

		town := newTown(h)
		for n := range *updates {
			town.happen(n)

			if n%500 == 0 {
				h.settle()
			}
		}

		h.tg.Heals()
		h.settle()

		answers := 0
		for _, c := range town.chats {
			answers += checkOrder(t, c)
		}

		mu.Lock()
		defer mu.Unlock()

		for key, n := range said {
			if n != 1 {
				t.Errorf("%s was acted on %d times", key, n)
			}
		}

		left := 0

		for _, err := range h.talk.failed {
			if f := adapters.FateOf(err).Fate; f == adapters.Retry || f == adapters.Later || f == adapters.Unsure {
				left++
			}
		}

		if answers+left != town.asked || len(said) != town.asked || left > town.asked/100 {
			t.Errorf("%d requests, %d acted on, %d answers, %d left; not answered: %v", town.asked, len(said), answers, left, h.talk.failed)
		}
	})
}

var manyFaults = []telegramtest.Fault{
	{Method: "sendMessage", Every: 11, Code: 500, Text: "Internal Server Error"},
	{Method: "sendMessage", Every: 13, HTML: 502},
	{Method: "sendMessage", Every: 17, Code: 429, After: 2},
	{Method: "sendMessage", Every: 37, Reset: true},
	{Method: "sendMessage", Every: 997, Stall: time.Minute},
	{Method: "getUpdates", Every: 7, HTML: 502},
	{Method: "getUpdates", Every: 11, Reset: true},
	{Method: "getUpdates", Every: 13, Lost: true},
	{Method: "answerCallbackQuery", Every: 5, Code: 500, Text: "Internal Server Error"},
}

// town is forty people who write to the bot and talk in ten groups.
type town struct {
	h      *fixture
	rnd    *rand.Rand
	people []*telegramtest.User
	groups []*telegramtest.Chat
	chats  []*telegramtest.Chat // all of them
	asked  int                  // what has to be answered
}

func newTown(h *fixture) *town {
	w := &town{h: h, rnd: rand.New(rand.NewPCG(1, 2))}
	for i := range 40 {
		p := h.tg.NewUser(fmt.Sprintf("P%d", i))
		w.people = append(w.people, p)
		w.chats = append(w.chats, p.Private())
	}

	for range 10 {
		g := h.tg.NewSupergroup("G", w.people...)
		w.people[0].AddBot(g)
		w.groups = append(w.groups, g)
		w.chats = append(w.chats, g)
	}

	return w
}

// happen makes somebody do something.
func (w *town) happen(n int) {
	p, g := w.people[w.rnd.IntN(len(w.people))], w.groups[w.rnd.IntN(len(w.groups))]
	switch w.rnd.IntN(10) {
	case 0:
		w.h.tg.Push(`{"update_id":%d,"message":{"odd":[1],"chat":7}}`)
	case 1:
		p.SaysIn(g, "talk among people") // privacy mode: the bot is not even told
	case 2:
		p.SaysIn(g, fmt.Sprintf("/subscribe %d", n))

		w.asked++
	case 3:
		if p.Private().Last() != nil {
			p.Presses("Press")

			w.asked++
		}
	default:
		p.Says(fmt.Sprintf("/subscribe %d", n))

		w.asked++
	}
}

// checkOrder counts the bot's answers in a chat and looks at their order.
func checkOrder(t *testing.T, c *telegramtest.Chat) int {
	t.Helper()

	n, last := 0, -1

	for _, m := range c.Messages() {
		if m.From != "bot" {
			continue
		}

		n++

		var number int
		if _, err := fmt.Sscanf(m.Text, "subscribe %d", &number); err == nil {
			if number <= last && !disordered(number, last) {
				t.Errorf("%d was answered after %d", number, last)
			}

			last = number
		}
	}

	return n
}

// disordered allows for the neighbours that the fake hands out in the wrong order.
func disordered(a, b int) bool { return b-a < 600 }
