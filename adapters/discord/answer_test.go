package discord

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

func say(lines ...string) *adapters.Message { return &adapters.Message{Text: adapters.Say(lines...)} }

func TestWhatARequestHolds(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general, feed := desk.Text("general"), desk.Announcement("feed")
	role := desk.Role("readers")
	ada, bob := r.f.Person("Ada"), r.f.Person("Bob")
	ada.Locale = "pl"
	boss := desk.Join(ada, discordtest.ManageServer).In(general)
	member := desk.Join(bob).In(general)

	boss.Runs("/subscribe", "query", "drone", "to", feed.ID, "when", "evening", "ping", role)

	got := r.b.last(t)

	want := &adapters.Request{
		Key: got.Key, Kind: adapters.CommandRequest, Command: "subscribe",
		Chat:    adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: general.ID}, Kind: adapters.Group, Title: "#general", Server: desk.ID},
		User:    adapters.User{ID: ada.ID, Name: "Ada", Language: "pl"},
		Options: map[string]string{"query": "drone", "to": feed.ID, "when": "evening", "ping": role},
		Rights:  &adapters.Rights{Manage: true}, Interaction: true, Roles: got.Roles,
	}
	if len(got.Roles) != 1 {
		t.Errorf("%d roles, want the one that lets her manage", len(got.Roles))
	}

	if d := cmp.Diff(want, got); d != "" || !strings.HasPrefix(got.Key, "discord:") {
		t.Error(got.Key, d)
	}

	general.DenyBot(discordtest.EmbedLinks)
	member.Runs("/sources add", "url", "https://example.org/feed")

	got = r.b.last(t)
	if d := cmp.Diff(map[string]string{"sub": "add", "url": "https://example.org/feed"}, got.Options); d != "" || got.Command != "sources" {
		t.Error(got.Command, d)
	}

	if d := cmp.Diff(&adapters.Rights{Missing: []string{"Embed Links"}}, got.Rights); d != "" {
		t.Error(d)
	}

	bob.Alone().Runs("/list")

	got = r.b.last(t)
	if d := cmp.Diff(adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord", Address: "@" + bob.ID}, Kind: adapters.Private, Title: "Bob"}, got.Chat); d != "" || !got.Rights.Manage {
		t.Error(d)
	}
	// A command for managers is hidden from others, and not offered by mistake.
	func() {
		defer func() {
			if recover() == nil {
				t.Error("/status is offered to everybody")
			}
		}()

		member.Runs("/status")
	}()
}

func TestPersonalAndPrivateAnswersAreHidden(t *testing.T) {
	t.Parallel()

	for _, slow := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})

		if slow {
			r.a.limits.answer = 50 * time.Millisecond
		}

		private := false
		r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
			if slow {
				r.awaitDeferral(t, q)
			}

			return &adapters.Message{Text: adapters.Say("psst"), Private: private}
		}
		r.run(t)
		desk := r.f.Server("Desk")
		general := desk.Text("general")
		member := desk.Join(r.f.Person("Ada")).In(general)
		done := 0
		check := func(act *discordtest.Act, what, want string) {
			t.Helper()

			done++

			r.b.await(t, what, func() bool { return len(r.b.answered) == done })

			if got := act.Answer(); got != "psst" {
				t.Errorf("slow %v, %s: %q", slow, what, got)
			}

			if act.Deferred() != slow {
				t.Errorf("slow %v, %s: deferred %v", slow, what, act.Deferred())
			}

			if got := general.Transcript(); !strings.HasSuffix(got, want) {
				t.Errorf("slow %v, %s:\n%s", slow, what, got)
			}
		}
		check(member.Starts("/list"), "personal", "< (only Ada) psst\n")
		check(member.Starts("/subscribe", "query", "x"), "open", "\n< psst\n")

		private = true

		check(member.Starts("/subscribe", "query", "x"), "private", "< (only Ada) psst\n")

		if strings.Contains(general.Transcript(), "…") {
			t.Errorf("slow %v: somebody is still thinking\n%s", slow, general.Transcript())
		}

		if c := r.f.Complaints(); c != nil {
			t.Error(c)
		}
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()

	for _, slow := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})

		if slow {
			r.a.limits.answer = 50 * time.Millisecond
		}

		r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
			if q.Kind != adapters.PressRequest {
				m := say("Following drone.")
				m.Buttons = [][]adapters.Button{{{Label: "Undo", Data: "undo 1", Danger: true}, {Label: "Why", Data: "why 1"}, {Label: "Same", Data: "why 1"}, {Label: "Quiet", Data: "quiet"}}}

				return m
			}

			if slow {
				r.awaitDeferral(t, q)
			}

			switch q.Data {
			case "undo 1":
				return &adapters.Message{Text: adapters.Say("Undone."), Replace: true}
			case "why 1":
				return &adapters.Message{Text: adapters.Say("Because."), Private: true}
			}

			return nil
		}
		r.run(t)
		desk := r.f.Server("Desk")
		general := desk.Text("general")
		member := desk.Join(r.f.Person("Ada")).In(general)
		member.Runs("/subscribe", "query", "drone")
		member.Presses("Why")

		if q := r.b.last(t); q.Data != "why 1" || q.ReplyText != "Following drone." || q.Message == "" {
			t.Errorf("%+v", q)
		}

		r.b.await(t, "the second answer", func() bool { return len(r.b.answered) == 2 })
		member.Presses("Same")
		r.b.await(t, "the third answer", func() bool { return len(r.b.answered) == 3 })

		if q := r.b.last(t); q.Data != "why 1" {
			t.Errorf("%+v", q)
		}

		member.Presses("Quiet")
		member.Presses("Undo")
		r.b.await(t, "all answers", func() bool { return len(r.b.answered) == 4 })

		want := `> Ada: /subscribe query:drone
< Undone.
> Ada: [Why]
< (only Ada) Because.
> Ada: [Same]
< (only Ada) Because.
> Ada: [Quiet]
> Ada: [Undo]
`
		if got := general.Transcript(); got != want {
			t.Errorf("slow %v\n%s", slow, cmp.Diff(want, got))
		}

		for _, err := range r.b.answered {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// TestOtherButtons: a press changes what stands below its message, which says what it said; also
// where the answer takes its time.
func TestOtherButtons(t *testing.T) {
	t.Parallel()

	for _, slow := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})
		if slow {
			r.a.limits.answer = 50 * time.Millisecond
		}

		r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
			m := say("Following drone.")
			m.Buttons = [][]adapters.Button{{{Label: "More…", Data: "more"}}}

			if q.Kind == adapters.PressRequest {
				if slow {
					r.awaitDeferral(t, q)
				}

				m = &adapters.Message{Text: adapters.Say("What now?"), Replace: true, ButtonsOnly: true, Buttons: [][]adapters.Button{{{Label: "Why", Data: "why"}, {Label: "Back", Data: "back"}}}}
			}

			return m
		}
		r.run(t)

		ada := r.f.Person("Ada").Alone()
		ada.Runs("/subscribe", "query", "drone")
		ada.Presses("More…")
		r.b.await(t, "both answers", func() bool { return len(r.b.answered) == 2 })

		var labels []string
		for _, b := range ada.Buttons() {
			labels = append(labels, b.Label)
		}

		if got := ada.Channel().Transcript(); strings.Join(labels, " ") != "Why Back" || !strings.Contains(got, "Following drone.") || strings.Contains(got, "What now?") {
			t.Errorf("slow %v: %q below\n%s", slow, labels, got)
		}
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)

	ada := r.f.Person("Ada").Alone()
	if got := ada.Types("/unsubscribe", "which", "dr"); len(got) != 0 {
		t.Errorf("nothing to offer: %v", got)
	}

	r.b.complete = func(q *adapters.Request) []adapters.Choice {
		if q.Focus != "which" || q.Options["which"] != "dr" || q.Command != "unsubscribe" || q.Kind != adapters.CompleteRequest {
			t.Errorf("%+v", q)
		}

		out := []adapters.Choice{{Label: "#2 drone", Value: "2"}, {Label: "", Value: "3"}, {Label: "too long", Value: strings.Repeat("x", 101)}, {Label: strings.Repeat("y", 300), Value: "4"}}
		for range 40 {
			out = append(out, adapters.Choice{Label: "more", Value: "5"})
		}

		return out
	}

	got := ada.Types("/unsubscribe", "which", "dr")
	if len(got) != 25 || got[0] != (discordtest.Choice{Name: "#2 drone", Value: "2"}) || got[1].Value != "4" {
		t.Errorf("%d: %v", len(got), got)
	}
}

func TestSilenceAndPanic(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
		if q.Options["query"] == "panic" {
			panic("for the test")
		}

		return nil
	}
	r.run(t)
	desk := r.f.Server("Desk")
	general := desk.Text("general")

	member := desk.Join(r.f.Person("Ada")).In(general)
	if got := member.Runs("/subscribe", "query", "nothing"); got != "" {
		t.Errorf("silence: %q", got)
	}

	trouble := adapters.English().Say("alert.trouble")
	if got := member.Runs("/subscribe", "query", "panic"); got != trouble {
		t.Errorf("panic: %q", got)
	}

	want := "> Ada: /subscribe query:nothing\n> Ada: /subscribe query:panic\n< (only Ada) " + trouble + "\n"
	if got := general.Transcript(); got != want {
		t.Error(cmp.Diff(want, got))
	}
}

func TestALateAnswerTakesAnotherWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{AnswerWithin: time.Nanosecond})
	private := false
	r.b.answer = func(context.Context, *adapters.Request) *adapters.Message {
		return &adapters.Message{Text: adapters.Say("late"), Private: private}
	}
	r.run(t)
	desk := r.f.Server("Desk")
	general := desk.Text("general")
	ada := r.f.Person("Ada")
	member := desk.Join(ada).In(general)
	member.Starts("/subscribe", "query", "x")
	general.AwaitMessages(1)

	private = true

	member.Starts("/subscribe", "query", "x")

	if got := ada.Direct().AwaitMessages(1); got[0] != "late" {
		t.Error(got)
	}

	r.b.await(t, "both answers", func() bool { return len(r.b.answered) == 2 })

	if err := errors.Join(r.b.answered...); err != nil {
		t.Error(err)
	}
}

// Whatever goes wrong once on the way of an answer, the person gets it, once.
func TestAnswersSurviveTrouble(t *testing.T) {
	t.Parallel()

	const callback, original = "POST /interactions/", "PATCH /webhooks/"
	for _, one := range []struct {
		name, route string
		fault       discordtest.Fault
		slow        bool
	}{
		{"500", callback, discordtest.Fault{Status: 500}, false},
		{"502 with a page", callback, discordtest.Fault{Status: 502, Body: "<html>bad gateway</html>"}, false},
		{"502 after the effect", callback, discordtest.Fault{Status: 502, Body: "<html>", After: true}, false},
		{"cut before", callback, discordtest.Fault{Drop: true}, false},
		{"cut after", callback, discordtest.Fault{Lose: true}, false},
		{"slow, 500", original, discordtest.Fault{Status: 500}, true},
		{"slow, 503 after", original, discordtest.Fault{Status: 503, After: true}, true},
		{"slow, cut after", original, discordtest.Fault{Lose: true}, true},
		{"slow, 429", original, discordtest.TooMany("user", 100*time.Millisecond), true},
		{"slow, deferral cut", callback, discordtest.Fault{Lose: true}, true},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordtest.Options{})

			if one.slow {
				r.a.limits.answer = 50 * time.Millisecond
			}

			r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
				if one.slow {
					r.awaitDeferral(t, q)
				}

				return say("here")
			}
			r.run(t)
			ada := r.f.Person("Ada")
			r.f.Fail(one.route, one.fault)

			if got := ada.Alone().Runs("/subscribe", "query", "x"); got != "here" {
				t.Errorf("%q", got)
			}

			r.b.await(t, "the result", func() bool { return len(r.b.answered) == 1 })

			if err := r.b.answered[0]; err != nil {
				t.Error(err)
			}

			if got := ada.Direct().Messages(); len(got) != 1 {
				t.Errorf("%d messages: %v", len(got), got)
			}
		})
	}
}

func TestALongAnswerComesInParts(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})

	var lines []string
	for i := range 250 {
		lines = append(lines, strings.Repeat("word ", 8)+string(rune('a'+i%26)))
	}

	r.b.answer = func(context.Context, *adapters.Request) *adapters.Message {
		m := say(lines...)
		m.Buttons = [][]adapters.Button{{{Label: "More", Data: "more"}}}
		m.Private = true

		return m
	}
	r.run(t)
	desk := r.f.Server("Desk")
	general := desk.Text("general")
	desk.Join(r.f.Person("Ada")).In(general).Runs("/subscribe", "query", "x")
	r.b.await(t, "the result", func() bool { return len(r.b.answered) == 1 })

	got := general.Messages()
	if n := strings.Count(strings.Join(got, "\n"), "word word"); n < 250 {
		t.Errorf("%d lines of 250", n)
	}

	if len(got) < 3 || strings.Contains(got[0], "[More]") || !strings.Contains(got[len(got)-1], "[More]") {
		t.Errorf("%d parts", len(got))
	}

	if strings.Count(general.Transcript(), "(only Ada)") != len(got) {
		t.Error("a part is for everybody")
	}
}

func TestAFileComesAlong(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.b.answer = func(context.Context, *adapters.Request) *adapters.Message {
		return &adapters.Message{Text: adapters.Say("Your sources."), File: &adapters.File{Name: "a/b.opml", Body: []byte("<opml/>")}}
	}
	r.run(t)

	ada := r.f.Person("Ada")
	if got := ada.Alone().Runs("/subscribe", "query", "x"); got != "Your sources.\n(1 file)" {
		t.Errorf("%q", got)
	}

	if _, err := r.a.Send(t.Context(), adapters.Chat{Platform: "discord", Address: "@" + ada.ID}, r.b.answer(nil, nil)); err != nil {
		t.Error(err)
	}

	if got := ada.Direct().Messages(); !slices.Equal(got, []string{"Your sources.\n(1 file)", "Your sources.\n(1 file)"}) {
		t.Errorf("%q", got)
	}
}

// A picture comes along as an attachment. Where the bot may attach none, or it is too large,
// what is said in its place comes.
func TestAPictureComesAlong(t *testing.T) {
	t.Parallel()

	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}

	r := newRig(t, discordtest.Options{})
	r.b.answer = func(context.Context, *adapters.Request) *adapters.Message {
		return &adapters.Message{Text: adapters.Say("drone"), Instead: adapters.Say("▁▂█"), File: &adapters.File{Name: "trend.png", Body: picture.Bytes(), Picture: true}}
	}
	r.run(t)

	ada := r.f.Person("Ada")
	if got := ada.Alone().Runs("/subscribe", "query", "x"); got != "drone\n(1 file)" {
		t.Errorf("%q", got)
	}

	r.f.Fail("/callback", discordtest.Fault{Status: 413, Body: `{"message":"Request entity too large","code":40005}`})

	if got := ada.Alone().Runs("/subscribe", "query", "x"); got != "drone\n▁▂█" {
		t.Errorf("too large: %q", got)
	}

	r.f.Fail("POST /channels/{channel}/messages", discordtest.Fault{Status: 403, Body: `{"message":"Missing Permissions","code":50013}`})

	if _, err := r.a.Send(t.Context(), adapters.Chat{Platform: "discord", Address: "@" + ada.ID}, r.b.answer(nil, nil)); err != nil {
		t.Error(err)
	}

	if got := ada.Direct().Messages(); got[len(got)-1] != "drone\n▁▂█" {
		t.Errorf("not allowed: %q", got)
	}
}

func TestWhatAPersonWritesIsHeard(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
		return say(strings.TrimSpace(q.Command + ": " + q.Text))
	}
	r.run(t)

	ada := r.f.Person("Ada")
	for i, one := range []struct{ says, want string }{{"drone strike", ": drone strike"}, {"/sub  drone OR uav", "sub: drone OR uav"}, {"/ what", ": / what"}, {"/list", "list:"}} {
		ada.Alone().Says(one.says)

		if got := ada.Direct().AwaitMessages(i + 1)[i]; got != one.want {
			t.Errorf("%q: %q, want %q", one.says, got, one.want)
		}
	}

	desk := r.f.Server("Desk")
	general := desk.Text("general")
	desk.Join(ada).In(general).Says("drone") // in a server the bot does not listen
	ada.Alone().Says("end")
	ada.Direct().AwaitMessages(5)

	if got := general.Messages(); len(got) != 0 {
		t.Error(got)
	}
}

func TestAReplayedInteractionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	act := r.f.Person("Ada").Alone().Starts("/subscribe", "query", "x")
	r.f.Dispatch("INTERACTION_CREATE", act.Body())
	act.Answer()
	r.f.Dispatch("INTERACTION_CREATE", act.Body())
	r.f.Person("Bob").Alone().Runs("/subscribe", "query", "y")

	if act.Twice() != 0 || len(r.b.requests) != 2 {
		t.Errorf("answered %d times more, %d requests", act.Twice(), len(r.b.requests))
	}
}

func TestStoppingLetsAnAnswerFinish(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	begun := make(chan struct{})
	r.b.answer = func(ctx context.Context, _ *adapters.Request) *adapters.Message {
		close(begun)

		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
			return say("finished")
		}
	}
	r.run(t)
	act := r.f.Person("Ada").Alone().Starts("/subscribe", "query", "x")

	<-begun

	if err := r.stop(); err != nil {
		t.Error(err)
	}

	if got := act.Answer(); got != "finished" {
		t.Errorf("%q", got)
	}
}

// A server that does not take commands must not hold up a stop.
func TestStoppingDoesNotWaitForTheCommands(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		for range 5 {
			r.f.Fail("PUT /applications/{application}/commands", discordtest.Fault{Status: 503})
		}

		r.start(t)
		r.f.Await()
		time.Sleep(3 * time.Second)

		began := time.Now()

		if err := r.stop(); err != nil {
			t.Error(err)
		}

		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the stop took %s", took)
		}
	})
}
