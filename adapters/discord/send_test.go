package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

func chat(address string) adapters.Chat {
	return adapters.Chat{Platform: "discord", Address: address}
}

const posts = "POST /channels/{channel}/messages"

func TestWhatAnErrorMeans(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	general := r.f.Server("Desk").Text("general")

	whole := adapters.Chat{}
	for _, one := range []struct {
		name  string
		fault discordtest.Fault
		want  adapters.SendError
		held  adapters.Chat // the gate holds this
	}{
		{"unknown channel", discordtest.Error(404, 10003, "Unknown Channel"), adapters.SendError{Fate: adapters.Gone, Reason: "the channel was deleted"}, whole},
		{"unknown server", discordtest.Error(404, 10004, "Unknown Guild"), adapters.SendError{Fate: adapters.Gone, Reason: "the bot isn't in that server"}, whole},
		{"missing access", discordtest.Error(403, 50001, "Missing Access"), adapters.SendError{Fate: adapters.Gone, Reason: goneReason(codeMissingAccess)}, whole},
		{"missing rights", discordtest.Error(403, 50013, "Missing Permissions"), adapters.SendError{Fate: adapters.Gone, Reason: goneReason(codeMissingRights)}, whole},
		{"closed messages", discordtest.Error(403, 50007, "Cannot send messages to this user"), adapters.SendError{Fate: adapters.Gone, Reason: goneReason(codeCannotDM)}, whole},
		{"no mutual server", discordtest.Error(403, 50278, "Cannot send messages to this user due to having no mutual guilds"), adapters.SendError{Fate: adapters.Gone, Reason: "the bot shares no server with the person"}, whole},
		{"opening too fast", discordtest.Error(400, 40003, "You are opening direct messages too fast."), adapters.SendError{Fate: adapters.Later, After: openingTooFastPause, Reason: reasonOpening}, chat(general.ID)},
		{"locked thread", discordtest.Error(400, 160005, "Thread is locked"), adapters.SendError{Fate: adapters.Gone, Reason: "the thread is locked"}, whole},
		{"archived thread", discordtest.Error(400, 50083, "Thread is archived"), adapters.SendError{Fate: adapters.Gone, Reason: "the thread is archived"}, whole},
		{"threads", discordtest.Error(400, 160006, "Maximum number of active threads reached"), adapters.SendError{Fate: adapters.Later, After: manyThreadsPause, Reason: reasonThreads}, chat(general.ID)},
		{"slow mode", discordtest.Fault{Status: 429, Body: `{"code":20016,"message":"slowmode","retry_after":7.5}`}, adapters.SendError{Fate: adapters.Later, After: 7500 * time.Millisecond, Reason: reasonSlow}, chat(general.ID)},
		{"channel writes", discordtest.Fault{Status: 429, Body: `{"code":20028,"message":"too many","retry_after":2}`}, adapters.SendError{Fate: adapters.Later, After: 2 * time.Second, Reason: reasonSlow}, chat(general.ID)},
		{"a route's limit", discordtest.TooMany("user", 3*time.Second), adapters.SendError{Fate: adapters.Later, After: 3 * time.Second, Reason: reasonSlow}, chat(general.ID)},
		{"a shared limit", discordtest.TooMany("shared", 4*time.Second), adapters.SendError{Fate: adapters.Later, After: 4 * time.Second, Reason: reasonSlow}, chat(general.ID)},
		{"the global limit", discordtest.TooMany("global", 5*time.Second), adapters.SendError{Fate: adapters.Later, After: 5 * time.Second, All: true, Reason: reasonSlow}, whole},
		{"Cloudflare", discordtest.TooMany("cloudflare", 90*time.Second), adapters.SendError{Fate: adapters.Later, After: 90 * time.Second, All: true, Reason: reasonSlow}, whole},
		{"Cloudflare without a time", discordtest.Fault{Status: 429, Body: "<html>1015"}, adapters.SendError{Fate: adapters.Later, After: time.Minute, All: true, Reason: reasonSlow}, whole},
		{"500", discordtest.Fault{Status: 500, Body: `{"message":"500: Internal Server Error","code":0}`}, adapters.SendError{Fate: adapters.Retry, Reason: reasonServer, Doubt: true}, whole},
		{"502 with a page", discordtest.Fault{Status: 502, Body: "<html>"}, adapters.SendError{Fate: adapters.Retry, Reason: reasonServer, Doubt: true}, whole},
		{"503", discordtest.Fault{Status: 503}, adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}, whole},
		{"504", discordtest.Fault{Status: 504}, adapters.SendError{Fate: adapters.Retry, Reason: reasonServer, Doubt: true}, whole},
		{"overloaded", discordtest.Error(503, 130000, "API resource is currently overloaded."), adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}, whole},
		{"a page in place of an answer", discordtest.Fault{Status: 403, Body: "<html>1020"}, adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}, whole},
		{"a block in Discord's form", discordtest.Error(403, 40333, "internal network error"), adapters.SendError{Fate: adapters.Retry, Reason: reasonServer}, whole},
		{"forbidden, no number", discordtest.Error(403, 0, "Forbidden"), adapters.SendError{Fate: adapters.Gone, Reason: reasonForbidden}, whole},
		{"token", discordtest.Error(401, 0, "401: Unauthorized"), adapters.SendError{Fate: adapters.Later, After: time.Minute, All: true, Reason: reasonToken}, whole},
		{"form", discordtest.Error(400, 50035, "Invalid Form Body"), adapters.SendError{Fate: adapters.Refused, Reason: reasonRefused}, whole},
		{"empty", discordtest.Error(400, 50006, "Cannot send an empty message"), adapters.SendError{Fate: adapters.Refused, Reason: reasonRefused}, whole},
		{"AutoMod", discordtest.Error(400, 200000, "Message was blocked by automatic moderation"), adapters.SendError{Fate: adapters.Refused, Reason: reasonAutoMod}, whole},
		{"edits of old messages", discordtest.Error(429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later"), adapters.SendError{Fate: adapters.Refused, Reason: reasonOldEdits}, whole},
		{"harmful", discordtest.Error(400, 240000, "Message blocked by harmful links filter"), adapters.SendError{Fate: adapters.Refused, Reason: reasonHarmful}, whole},
		{"too large", discordtest.Error(413, 40005, "Request entity too large"), adapters.SendError{Fate: adapters.TooLong, Reason: reasonTooLong}, whole},
		{"too large for a proxy", discordtest.Fault{Status: 413, Body: "<html>"}, adapters.SendError{Fate: adapters.TooLong, Reason: reasonTooLong}, whole},
		{"too long", discordtest.Fault{Status: 400, Body: `{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"_errors":[{"code":"MAX_EMBED_SIZE_EXCEEDED","message":"Embed size exceeds maximum size of 6000"}]}}}`}, adapters.SendError{Fate: adapters.TooLong, Reason: reasonTooLong}, whole},
		{"cut after the effect", discordtest.Fault{Lose: true}, adapters.SendError{Fate: adapters.Unsure, Reason: reasonNoAnswer}, whole},
		{"cut before the effect", discordtest.Fault{Drop: true}, adapters.SendError{Fate: adapters.Unsure, Reason: reasonNoAnswer}, whole},
	} {
		r.gate.holds = nil
		r.f.Fail(posts, one.fault)
		_, err := r.a.Send(t.Context(), chat(general.ID), say("hello"))

		e, ok := errors.AsType[*adapters.SendError](err)
		if !ok {
			t.Errorf("%s: %v", one.name, err)
			continue
		}

		got := *e

		got.Cause = nil
		if got != one.want {
			t.Errorf("%s: got %+v, want %+v", one.name, got, one.want)
		}

		if one.want.Fate == adapters.Later && r.gate.held(one.held) != one.want.After {
			t.Errorf("%s: the gate holds %v", one.name, r.gate.holds)
		}

		if strings.Contains(err.Error(), r.f.Token) {
			t.Errorf("%s: the error holds the token", one.name)
		}
	}
}

func TestASendThatCannotBegin(t *testing.T) {
	t.Parallel()

	a := New(Config{Token: "t", APIURL: "http://127.0.0.1:1/api/v10"})

	_, err := a.Send(t.Context(), chat("123"), say("hello"))
	if f := adapters.FateOf(err); f.Fate != adapters.Retry {
		t.Errorf("nobody listens: %v", err)
	}

	for _, address := range []string{"", "@", "x", "@x", "-1", strings.Repeat("9", 21)} {
		if _, err := a.Send(t.Context(), chat(address), say("hello")); adapters.FateOf(err).Fate != adapters.Gone {
			t.Errorf("%q: %v", address, err)
		}
	}

	for _, c := range []Config{{Token: "", APIURL: "https://x/"}, {Token: "t", APIURL: "discord.com"}, {Token: "t", APIURL: "https://x/", Proxy: "ftp://x"}} {
		if err := New(c).Run(t.Context(), newBrain(nil)); err == nil || strings.Contains(err.Error(), "ftp") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestATimeoutIsUnsureAndTheNonceMakesItSafe(t *testing.T) {
	inBubble(t, discordtest.Options{EchoNonces: true}, func(t *testing.T, r *rig) {
		general := r.f.Server("Desk").Text("general")

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()

		r.f.Fail(posts, discordtest.Fault{Hang: 8 * time.Second})

		m := say("once")

		m.Nonce = "n7"
		if _, err := r.a.Send(ctx, chat(general.ID), m); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("a timeout: %v", err)
		}

		r.f.Fail(posts, discordtest.Fault{Lose: true})

		if _, err := r.a.Send(t.Context(), chat(general.ID), m); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("a lost answer: %v", err)
		}

		ref, err := r.a.Send(t.Context(), chat(general.ID), m)
		if err != nil {
			t.Fatal(err)
		}

		if got := general.Messages(); len(got) != 1 {
			t.Errorf("%d messages", len(got))
		}

		found, ok, err := r.a.Find(t.Context(), chat(general.ID), m)
		if err != nil || !ok || found != ref {
			t.Errorf("Find: %q %v %v, want %q", found, ok, err, ref)
		}

		if _, ok, err := r.a.Find(t.Context(), chat(general.ID), &adapters.Message{Text: adapters.Say("twice"), Nonce: "n8"}); ok || err != nil {
			t.Errorf("Find of what was not sent: %v %v", ok, err)
		}
	})
}

// TestAPageIsNoSuccess: a proxy's page with a 200, before the call got to Discord or after, is not taken
// for a message that was sent.
func TestAPageIsNoSuccess(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	general := r.f.Server("Desk").Text("general")

	for i, after := range []bool{false, true} {
		r.f.Fail(posts, discordtest.Fault{Status: 200, Body: "<html>Please sign in</html>", After: after})

		m := say(fmt.Sprint("once ", i))
		m.Nonce = fmt.Sprint("n", i)

		if _, err := r.a.Send(t.Context(), chat(general.ID), m); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("a page, after the effect %v: %v", after, err)
		}

		if _, err := r.a.Send(t.Context(), chat(general.ID), m); err != nil {
			t.Error(err)
		}

		if got := general.Messages(); len(got) != i+1 {
			t.Errorf("%d messages, want %d", len(got), i+1)
		}
	}
}

func TestFindWithoutNonces(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{Bare: true})
	general := r.f.Server("Desk").Text("general")
	plain := say("plain")

	plain.Nonce = "p1"
	if _, err := r.a.Send(t.Context(), chat(general.ID), plain); err != nil {
		t.Fatal(err)
	}

	if _, _, err := r.a.Find(t.Context(), chat(general.ID), plain); !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("nothing names it: %v", err)
	}

	m := say("with a button")
	m.Nonce, m.Buttons = "b1", [][]adapters.Button{{{Label: "Why", Data: "why 1"}}}

	ref, err := r.a.Send(t.Context(), chat(general.ID), m)
	if err != nil {
		t.Fatal(err)
	}

	if found, ok, err := r.a.Find(t.Context(), chat(general.ID), m); found != ref || !ok || err != nil {
		t.Errorf("the button names it: %q %v %v", found, ok, err)
	}

	forum := r.f.Server("Other").Forum("stories")
	r.a.channels.Add(forum.ID, channelInfo{kind: typeForum})

	if _, _, err := r.a.Find(t.Context(), chat(forum.ID), m); !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("a forum: %v", err)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	general := r.f.Server("Desk").Text("general")

	ref, err := r.a.Send(t.Context(), chat(general.ID), &adapters.Message{Alert: sampleAlert(), Pings: []string{"77"}, Buttons: [][]adapters.Button{{{Label: "Why", Data: "w"}}}})
	if err != nil {
		t.Fatal(err)
	}

	if err := r.a.Edit(t.Context(), chat(general.ID), ref, say("gone *now*")); err != nil {
		t.Fatal(err)
	}

	if got, want := general.Transcript(), "< (edited) gone \\*now\\*\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}

	if err := r.a.Edit(t.Context(), chat(general.ID), general.ID+"/123", say("x")); adapters.FateOf(err).Fate != adapters.Refused {
		t.Errorf("a message that is gone: %v", err)
	}

	if err := r.a.Edit(t.Context(), chat(general.ID), "nonsense", say("x")); adapters.FateOf(err).Fate != adapters.Refused {
		t.Errorf("no reference: %v", err)
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

func TestOnlyTheNamedRoleIsPinged(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	desk := r.f.Server("Desk")
	general, readers, editors := desk.Text("general"), desk.Role("readers"), desk.Role("editors")
	a := sampleAlert()

	a.Title, a.Summary = "@everyone <@&"+editors+"> <@1>", "@here"
	if _, err := r.a.Send(t.Context(), chat(general.ID), &adapters.Message{Alert: a, Pings: []string{readers}}); err != nil {
		t.Fatal(err)
	}

	if _, err := r.a.Send(t.Context(), chat(general.ID), say("@everyone <@&"+readers+">")); err != nil {
		t.Fatal(err)
	}

	if _, err := r.a.Send(t.Context(), chat(general.ID), &adapters.Message{Digest: sampleDigest(2), Pings: []string{readers, editors, readers}}); err != nil {
		t.Fatal(err)
	}

	if got, want := fmt.Sprint(general.Pings()), fmt.Sprintf("[[role %s] [] [role %s role %s]]", readers, readers, editors); got != want {
		t.Errorf("pings %v, want %v", got, want)
	}
}

// A role that would not be pinged is refused when it is chosen, with what to do;
// everybody's role is mentioned as Discord wants it.
func TestWhoCanBePinged(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general, readers, quiet := desk.Text("general"), desk.Role("readers"), desk.QuietRole("quiet")
	desk.Text("last")
	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	at := adapters.ChatInfo{Chat: chat(general.ID), Server: desk.ID}
	for role, want := range map[string]string{
		readers: "<nil>", quiet: fmt.Sprintf(sayNotMentionable, "quiet", "#general"), desk.ID: fmt.Sprintf(sayNoEveryone, "#general"), "12345": sayNoRole,
	} {
		r.eventually(t, want, func() string { return fmt.Sprint(r.a.CheckPing(t.Context(), at, role)) })
	}

	general.AllowBot(discordtest.MentionEveryone)

	for _, role := range []string{quiet, desk.ID} {
		r.eventually(t, "<nil>", func() string { return fmt.Sprint(r.a.CheckPing(t.Context(), at, role)) })

		if _, err := r.a.Send(t.Context(), at.Chat, &adapters.Message{Alert: sampleAlert(), Pings: []string{role}}); err != nil {
			t.Fatal(err)
		}
	}

	if got, want := fmt.Sprint(general.Pings()), fmt.Sprintf("[[role %s] [@everyone]]", quiet); got != want {
		t.Errorf("pings %v, want %v", got, want)
	}
}

// eventually waits until what the gateway said has been taken in.
func (r *rig) eventually(t *testing.T, want string, got func() string) {
	t.Helper()

	limit := time.After(2 * time.Minute)

	for got() != want {
		select {
		case <-limit:
			t.Fatalf("%q, want %q", got(), want)
		case <-time.After(time.Millisecond):
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()

	for _, told := range []bool{true, false} {
		r := newRig(t, discordtest.Options{})
		desk := r.f.Server("Desk")
		general, feed, forum, voice := desk.Text("general"), desk.Announcement("feed"), desk.Forum("stories"), desk.Voice("talk")
		thread := general.Thread("drones")
		category := desk.Category("news")

		forum.RequireTag("news")

		if told { // by the gateway what each channel is; else it has to find out
			r.run(t)
		}

		m := &adapters.Message{Alert: sampleAlert(), Nonce: "n1"}
		for _, c := range []*discordtest.Channel{general, feed, thread, voice, forum, forum} {
			ref, err := r.a.Send(t.Context(), chat(c.ID), m)
			if err != nil {
				t.Errorf("told %v, %s: %v", told, c.Name, err)
				continue
			}

			if err := r.a.Edit(t.Context(), chat(c.ID), ref, say("later")); err != nil {
				t.Errorf("told %v, %s: Edit %v", told, c.Name, err)
			}

			if got := c.Messages(); len(got) == 0 || got[len(got)-1] != "later" {
				t.Errorf("told %v, %s: %q", told, c.Name, got)
			}
		}

		if got, want := forum.Transcript(), "post \"Drone *strike* hits port\" [news]\n< (edited) later\npost \"Drone *strike* hits port\" [news]\n< (edited) later\n"; got != want {
			t.Errorf("told %v: forum\n%s", told, got)
		}

		if _, err := r.a.Send(t.Context(), chat(category.ID), m); adapters.FateOf(err).Fate != adapters.Gone {
			t.Errorf("a category: %v", err)
		}

		thread.Lock()
		if _, err := r.a.Send(t.Context(), chat(thread.ID), &adapters.Message{Text: adapters.Say("x")}); adapters.FateOf(err).Fate != adapters.Gone {
			t.Errorf("a locked thread: %v", err)
		}

		general.DenyBot(discordtest.SendMessages | discordtest.EmbedLinks)

		if told {
			r.eventually(t, "the bot needs Send Messages, Embed Links there", func() string {
				_, err := r.a.Send(t.Context(), chat(general.ID), &adapters.Message{Text: adapters.Say("x")})
				f := adapters.FateOf(err)

				if f.Fate != adapters.Gone {
					t.Errorf("without rights: %v", err)
				}

				return f.Reason
			})
		}

		if c := r.f.Complaints(); c != nil {
			t.Error(c)
		}
	}
}

func TestDirectMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})

	ada := r.f.Person("Ada")
	for range 3 {
		if _, err := r.a.Send(t.Context(), chat("@"+ada.ID), say("hello")); err != nil {
			t.Fatal(err)
		}
	}

	if n := strings.Count(r.f.Log(), "POST /users/@me/channels"); n != 1 {
		t.Errorf("it opened the channel %d times", n)
	}

	for code, want := range map[int]adapters.Fate{50007: adapters.Gone, 50278: adapters.Gone, 40003: adapters.Later} {
		bob := r.f.Person("Bob")
		bob.ClosesMessages(code)

		_, err := r.a.Send(t.Context(), chat("@"+bob.ID), say("hello"))
		if f := adapters.FateOf(err); f.Fate != want || f.All {
			t.Errorf("%d: %v", code, err)
		}

		bob.ClosesMessages(0)

		if _, err := r.a.Send(t.Context(), chat("@"+bob.ID), say("hello")); err != nil {
			t.Errorf("%d, open again: %v", code, err)
		}
	}
}

// A server that cannot open direct messages: the adapter answers where people
// wrote from, also after a restart.
func TestDirectMessagesOnABareServer(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{Bare: true}).run(t)
	ada := r.f.Person("Ada")
	ada.Alone().Runs("/subscribe", "query", "drone")

	// The adapter keeps where she wrote from beside its answer.
	r.eventually(t, "kept", func() string {
		if r.a.knownDirect(t.Context(), ada.ID) == "" {
			return "not kept"
		}

		return "kept"
	})

	if _, err := r.a.Send(t.Context(), chat("@"+ada.ID), say("hello")); err != nil {
		t.Fatal(err)
	}

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}

	again := r.adapter()
	if _, err := again.Send(t.Context(), chat("@"+ada.ID), say("after a restart")); err != nil {
		t.Fatal(err)
	}

	if got := ada.Direct().Messages(); len(got) != 3 {
		t.Errorf("%q", got)
	}
}

func TestABareServerIsEnough(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{Bare: true})
	r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
		rights, err := r.a.Rights(context.Background(), q.Chat.Chat, q.User.ID)
		if err != nil || rights.Missing != nil {
			t.Errorf("Rights: %+v, %v", rights, err)
		}

		return say("ok " + q.Options["to"])
	}
	r.run(t)
	desk := r.f.Server("Desk")
	general, feed := desk.Text("general"), desk.Text("feed")

	ada := desk.Join(r.f.Person("Ada"), discordtest.ManageServer).In(general)
	if got := ada.Runs("/subscribe", "query", "x", "to", feed.ID); got != "ok "+feed.ID {
		t.Errorf("%q", got)
	}

	q := r.b.last(t)
	for _, name := range []string{feed.ID, "<#" + feed.ID + ">", "#feed", "feed"} {
		info, err := r.a.Lookup(t.Context(), name, q)
		if err != nil || info.Address != feed.ID || info.Title != "#feed" {
			t.Errorf("Lookup %q: %+v, %v", name, info, err)
		}
	}

	if info, err := r.a.Lookup(t.Context(), "4711", q); err != nil || info.Address != "4711" {
		t.Errorf("a channel that nothing tells about: %+v, %v", info, err)
	}

	r.f.Drop()
	r.settle(t)

	if got := ada.Runs("/subscribe", "query", "x"); got != "ok " {
		t.Errorf("after a resume: %q", got)
	}
}

func TestTheGateHearsOfAnEmptyBucket(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.f.Limit(posts, 2, time.Hour) // so that it does not end meanwhile

	general := r.f.Server("Desk").Text("general")
	for i := range 3 {
		_, err := r.a.Send(t.Context(), chat(general.ID), say("hello"))

		held := r.gate.held(chat(general.ID))
		switch {
		case i == 0 && held != 0, i == 1 && (held <= 0 || held > time.Hour):
			t.Errorf("after %d: %v", i+1, held)
		case i == 2 && adapters.FateOf(err).Fate != adapters.Later:
			t.Errorf("a third: %v", err)
		}
	}
}

func TestAnyAnswerOf2xxIsSuccess(t *testing.T) {
	t.Parallel()

	for status, body := range map[int]string{200: `{"id":"5"}`, 201: `{"id":"5"}`, 202: `{"id":"5"}`, 204: ""} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Reset-After", "soon")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))

		a := New(Config{Token: "t", APIURL: s.URL})
		if ref, err := a.Send(t.Context(), chat("9"), say("x")); err != nil || (status != 204 && ref != "9/5") {
			t.Errorf("%d: %q %v", status, ref, err)
		}

		s.Close()
	}
}
