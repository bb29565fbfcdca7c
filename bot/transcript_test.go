package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/bot"
	"newsbell/bot/turn"
	"newsbell/locales"
	"newsbell/store"
	"newsbell/store/storetest"
)

var update = flag.Bool("update", false, "write what was answered into the transcripts")

// TestTranscripts plays the conversations in testdata and compares what is
// answered. A line
//
//	@ telegram private ann     says where and who, from then on; "@ telegram private ann PL":
//	                           with a client of that country, "pl": in that language
//	> /subscribe drone         says something; "> [Undo]" presses a button of the last answer
//	< …                        is an answer; "<@7 …" a message sent to chat 7
//	! word …                   makes something happen (see world.happens)
//	# …                        is for the reader
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}

	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()

			path := filepath.Join(t.TempDir(), "newsbell.db")
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, path)
				defer w.close() // also when a line cannot be played: the bubble has to empty

				w.playFile(file)
			})

			if *messagesTo != "" {
				writeMessages(t, file)
			}
		})
	}
}

// world is a bot with its platforms and its store.
type world struct {
	began    time.Time // what the articles are dated from; zero: the beginning of a bubble
	delivers bool      // a delivery runs and sends the alerts

	t     *testing.T
	ctx   context.Context
	store *store.Store
	bot   *bot.Bot
	fakes map[string]*adapterstest.Fake
	conf  bot.Config
	log   *bytes.Buffer

	chat     adapters.ChatInfo
	user     adapters.User
	rights   *adapters.Rights
	last     map[string]*adapters.Message // by chat: whose buttons are pressed
	keys     int
	out      strings.Builder
	replyTo  string
	answered adapters.User    // whose message the next command replies to
	pressed  string           // the data of the last button
	pseudo   bool             // everything is said in the pseudo-language
	all      *locales.Catalog // of which a transcript uses some
	develops bool
	related  int64 // article that what comes in may tell the same as
	failing  int64 // message that does not arrive at a target
	recorder *recorder
}

func newWorld(t *testing.T, path string) *world {
	ctx := t.Context()

	s, err := store.Open(ctx, storetest.Database(t, path))
	if err != nil {
		t.Fatal(err)
	}

	w := &world{t: t, ctx: ctx, store: s, fakes: map[string]*adapterstest.Fake{}, last: map[string]*adapters.Message{}, log: &bytes.Buffer{}, all: locales.Builtin(), recorder: &recorder{language: "en"}}

	w.conf = bot.Config{Config: turn.Config{Store: s, Log: slog.New(slog.NewTextHandler(w.log, nil)), Adapters: map[string]adapters.Adapter{}, Texts: locales.Builtin().Only(), Policy: turn.Policy{Operators: []string{"telegram:99"}}}}
	for _, p := range []string{"telegram", "discord", "terminal"} {
		w.fakes[p] = adapterstest.New(p)
		w.conf.Adapters[p] = w.fakes[p]
	}

	w.bot = bot.New(w.conf)
	w.stage()

	return w
}

func (w *world) close() {
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}

	if strings.Contains(w.log.String(), "level=ERROR") {
		w.t.Error(w.log.String())
	}
}

// playFile plays a transcript and compares it with what is there, or rewrites it.
func (w *world) playFile(file string) {
	want, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}

	got := w.play(string(want))
	if *update {
		err = os.WriteFile(file, []byte(got), 0o600)
	} else if diff := cmp.Diff(string(want), got); diff != "" {
		w.t.Errorf("%s (-want +got)\n%s", file, diff)
	}

	if err != nil {
		w.t.Fatal(err)
	}
}

// stage sets up who manages what.
func (w *world) stage() {
	tg, dc := w.fakes["telegram"], w.fakes["discord"]
	tg.Admins["-100 1"] = true // ann manages the group and the channel
	tg.Admins["-200 1"] = true
	tg.Chats["@daily"] = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "-200"}, Kind: adapters.Channel, Title: "Daily", Comments: adapters.CommentsOff}
	tg.Chats["-200"] = tg.Chats["@daily"]
	tg.Chats["-100"] = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "-100"}, Kind: adapters.Group, Title: "Climate desk"}
	dc.Admins["500 1"] = true
	dc.Admins["600 1"] = true
	dc.Admins["700 1"] = true
	news := adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "600"}, Kind: adapters.Group, Title: "#news", Server: "9"}
	dc.Chats["#news"], dc.Chats["600"] = news, news
	dc.Chats["500"] = adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "500"}, Kind: adapters.Group, Title: "#general", Server: "9"}
	dc.Chats["#announced"] = adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "650"}, Kind: adapters.Channel, Title: "#announced", Server: "9"}
	dc.Chats["650"] = dc.Chats["#announced"]
	dc.Admins["650 1"] = true
	dc.Chats["#closed"] = adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "700"}, Kind: adapters.Group, Title: "#closed", Server: "9"}
	dc.Chats["700"] = dc.Chats["#closed"]
	dc.Threads = map[string][]string{"500": {"Create Public Threads"}, "600": nil}
	dc.Senders = map[string][]string{"500": {"Manage Webhooks"}, "600": nil}
	dc.Missing["700"] = []string{"View Channel", "Send Messages"}
}

func (w *world) play(script string) string {
	w.user, w.chat = adapters.User{ID: "1", Name: "Ann", Language: w.recorder.first()}, adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "1"}, Kind: adapters.Private}

	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "<") {
			continue
		}

		w.out.WriteString(line + "\n")

		switch {
		case strings.HasPrefix(line, "@ "):
			w.goTo(strings.Fields(line[2:]))
		case strings.HasPrefix(line, "! "):
			w.happens(strings.Fields(line[2:]))
			w.sent()
		case strings.HasPrefix(line, "> "):
			w.says(strings.ReplaceAll(line[2:], "⏎", "\n"))
			w.joinStories() // as the match loop does once somebody said that two are one
		}
	}

	return w.out.String()
}

func (w *world) goTo(words []string) {
	people := map[string]string{"ann": "1", "bob": "2", "op": "99", "operator": "operator"}
	platform, where, who := words[0], words[1], words[2]
	id := people[who]
	w.user = adapters.User{ID: id, Name: strings.ToUpper(who[:1]) + who[1:], Language: w.recorder.language}
	w.rights = nil

	if len(words) > 3 {
		if words[3] == strings.ToUpper(words[3]) {
			w.user.Language += "-" + words[3]
		} else {
			w.user.Language = words[3]
		}
	}

	c := adapters.ChatInfo{Chat: adapters.Chat{Platform: platform}, Kind: adapters.Private, Title: w.user.Name}
	switch {
	case platform == "terminal":
		c.Address = "terminal"
	case where == "private" && platform == "discord":
		c.Address = "@" + id
	case where == "private":
		c.Address = id
	case where == "group":
		c.Address, c.Kind, c.Title = "-100", adapters.Group, "Climate desk"
	case where == "moved":
		c.Address, c.Kind, c.Title = "-1009", adapters.Group, "Climate desk"
		w.fakes["telegram"].Admins["-1009 1"] = true
	case where == "topic":
		c.Address, c.Kind, c.Title = "-100/7", adapters.Group, "Climate desk"
	case where == "channel":
		c.Address, c.Kind, c.Title = "-200", adapters.Channel, "Daily"
	case where == "anonymous":
		c.Address, c.Kind, c.Title = "-100", adapters.Group, "Climate desk"
		w.user, w.rights = adapters.User{Name: "Climate desk"}, &adapters.Rights{Manage: true}
	case where == "server":
		c.Address, c.Kind, c.Title, c.Server = "500", adapters.Group, "#general", "9"
		w.rights = &adapters.Rights{Manage: id == "1"}
	default:
		w.t.Fatalf("no place %q", where)
	}

	if platform == "telegram" && id == "1" {
		w.fakes["telegram"].Admins["-100/7 1"] = true
	}

	w.chat = c
}

func (w *world) request() *adapters.Request {
	w.keys++
	return &adapters.Request{Key: fmt.Sprintf("%s:k%d", w.chat.Platform, w.keys), Chat: w.chat, User: w.user, Rights: w.rights, ReplyTo: w.answered}
}

func (w *world) says(text string) {
	w.recorder.did = text

	r := w.request()
	switch {
	case strings.HasPrefix(text, "["):
		b := w.button(strings.Trim(text, "[]"))
		if b.Start != "" {
			r.Kind, r.Command, r.Text = adapters.CommandRequest, "start", b.Start
			r.Chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: w.user.ID}, Kind: adapters.Private, Title: w.user.Name}
			w.chat = r.Chat
		} else {
			r.Kind, r.Data, r.Message = adapters.PressRequest, b.Data, "m1"
			w.pressed = b.Data
		}
	case strings.HasPrefix(text, "/") && w.chat.Server != "" || strings.HasPrefix(text, "/") && strings.Contains(text, "{"):
		w.slash(r, text)
	case strings.HasPrefix(text, "/"):
		name, rest, _ := strings.Cut(text[1:], " ")
		r.Kind, r.Command, r.Text = adapters.CommandRequest, name, strings.TrimSpace(rest)
		r.Message = w.replyTo
	case strings.HasPrefix(text, "(picks "): // "(picks -200)", from a list of chats
		r.Kind, r.Picked = adapters.TextRequest, strings.Trim(strings.TrimPrefix(text, "(picks "), ")")
	case strings.HasPrefix(text, "(menu "): // "(menu 77)", from the last message's first menu, "(menu 2: #news)" from its second
		n, value, ok := strings.Cut(strings.Trim(strings.TrimPrefix(text, "(menu"), " )"), ": ")
		if !ok {
			n, value = "1", n
		}

		r.Kind, r.Message = adapters.PressRequest, "m1"
		r.Data = w.picked(n, value)
	case strings.HasPrefix(text, "(forwarded from "): // "(forwarded from Channel) post <link behind it>"
		from, post, _ := strings.Cut(strings.TrimPrefix(text, "(forwarded from "), ") ")
		post, link, _ := strings.Cut(post, " <")
		r.Kind, r.Text = adapters.TextRequest, post
		r.Forward = &adapters.Forward{From: from, Link: strings.TrimSuffix(link, ">")}
	default:
		r.Kind, r.Text, r.Message = adapters.TextRequest, text, w.replyTo
	}

	w.replyTo, w.answered = "", adapters.User{}
	w.answer(r)
}

// slash reads "/subscribe query=drone; to=#news" as a slash command's options.
func (w *world) slash(r *adapters.Request, text string) {
	name, rest, _ := strings.Cut(text[1:], " ")
	r.Kind, r.Command, r.Options = adapters.CommandRequest, name, map[string]string{}

	for part := range strings.SplitSeq(rest, ";") {
		if option, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			r.Options[option] = value
		}
	}
}

func (w *world) answer(r *adapters.Request) {
	m := w.bot.Answer(w.ctx, r)
	w.sent()

	if m == nil {
		w.out.WriteString("< (silence)\n")
		return
	}

	if len(m.Buttons)+len(m.Menus) > 0 {
		w.last[w.chat.String()] = m
	}

	w.show("<", m)
	w.bot.Answered(w.ctx, r, m, nil)
}

func (w *world) button(label string) adapters.Button {
	if m := w.last[w.chat.String()]; m != nil {
		if b, ok := w.recorder.press(slices.Concat(m.Buttons...), func(b adapters.Button) bool { return w.labelIs(b, label) }); ok {
			return b
		}
	}

	w.t.Errorf("there is no button %q in %s", label, w.chat)

	return adapters.Button{Data: "none"}
}

// picked is the data of one of the last message's menus, counted from 1, with a value, or the
// one that is shown as that.
func (w *world) picked(n, value string) string {
	i, err := strconv.Atoi(n)
	if m := w.last[w.chat.String()]; err == nil && m != nil && i > 0 && i <= len(m.Menus) {
		menu := m.Menus[i-1]
		for _, c := range menu.Choices {
			if c.Label == value {
				value = c.Value
			}
		}

		return menu.Data + value
	}

	w.t.Errorf("there is no menu in %s", w.chat)

	return "none"
}

// sent shows what was sent besides the answer, and what waits in the outbox.
func (w *world) sent() {
	for _, name := range slices.Sorted(maps.Keys(w.fakes)) {
		for _, s := range w.fakes[name].Take() {
			w.last[s.To.String()] = s.Message
			w.show("<"+name+":"+s.To.Address, s.Message)
		}
	}

	w.notices()
}

func (w *world) show(mark string, m *adapters.Message) {
	w.recorder.keep(m)

	first := ""

	for _, tag := range []struct {
		on   bool
		name string
	}{{m.Private && w.chat.Kind != adapters.Private && mark == "<", "(only you) "}, {m.ButtonsOnly, "(its buttons) "}, {m.Replace && !m.ButtonsOnly, "(in place) "}} {
		if tag.on {
			first += tag.name
		}
	}

	for _, span := range slices.Concat(m.Text...) {
		if strings.Contains(span.Text, "\n") {
			w.t.Errorf("a break within a line, which a terminal drops: %q", span.Text)
		}
	}

	for i, line := range strings.Split(m.String(), "\n") {
		if i == 0 {
			line = first + line
		}

		w.out.WriteString(strings.TrimRight(mark+" "+line, " ") + "\n")
	}

	for _, row := range m.Buttons {
		w.out.WriteString(mark)

		for _, b := range row {
			if b.Label == "" || len([]rune(b.Label)) > 40 || b.Start == "" && b.Copy == "" && (b.Data == "" || len(b.Data) > 64) {
				w.t.Errorf("no good button: %+v", b)
			}

			fmt.Fprintf(&w.out, " [%s]", b.Label)
		}

		w.out.WriteByte('\n')
	}

	if m.Ask != "" {
		fmt.Fprintf(&w.out, "%s (asks: %s)\n", mark, m.Ask)
	}

	for _, menu := range m.Menus {
		fmt.Fprintf(&w.out, "%s (menu: %s)\n", mark, menu.Hint)
	}

	if m.Pick != nil {
		fmt.Fprintf(&w.out, "%s (choose: %s, %s)\n", mark, m.Pick.Channel, m.Pick.Group)
	}
}

// waitingMessage is what waits in the outbox beside alerts.
func waitingMessage(t *testing.T, out *store.Outgoing) *adapters.Message {
	if !out.Answer {
		return &adapters.Message{Text: adapters.Say(out.Notice)}
	}

	m := &adapters.Message{}
	if err := json.Unmarshal([]byte(out.Notice), m); err != nil {
		t.Error(err)
	}

	return m
}

// notices takes what waits in the outbox for people.
func (w *world) notices() {
	claim := store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }}

	for _, x := range w.outbox() {
		var out *store.Outgoing

		if x.Count != 0 {
			continue
		}

		w.must(func(tx *store.Tx) (err error) {
			if out, err = tx.Claim(x.Chat, claim); err == nil && out != nil {
				_, err = tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "n"})
			}

			return err
		})

		if out != nil && out.Notice != "" {
			w.show("<"+out.Chat.Platform+":"+out.Chat.Address, waitingMessage(w.t, out))
		}
	}
}
