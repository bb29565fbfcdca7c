package discord

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
	"newsbell/adapters/gate"
)

// pacedBrain answers as the bot does: what counts passes the gate, and what goes
// to somebody's direct messages too.
func pacedBrain(r *rig, g *gate.Gate, direct bool) {
	r.a.config.Pace = g
	take := func(ctx context.Context, to adapters.Chat) {
		_ = g.Take(ctx, gate.Key(to), false, gate.ClassReply)
	}

	r.b.answer = func(ctx context.Context, q *adapters.Request) *adapters.Message {
		if direct {
			to := chat("@" + q.User.ID)
			take(ctx, to)

			if _, err := r.a.Send(ctx, to, &adapters.Message{Text: adapters.Say("You follow it."), Nonce: "n" + q.User.ID}); err != nil {
				r.b.note(func() { r.b.answered = append(r.b.answered, err) })
			}
		}

		if !q.Interaction {
			take(ctx, q.Chat.Chat)
		}

		return say("Here is help.")
	}
}

// A thousand people write within a second. Everybody is answered, and Discord
// never has to say that it is too much.
func TestAThousandPeopleTypeAtOnce(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		pacedBrain(r, gate.New(gate.DiscordLimits()), false)
		r.run(t)

		var people []*discordtest.Person

		for i := range 1000 {
			p := r.f.Person(fmt.Sprint("Person ", i))
			people = append(people, p)
			p.Alone().Says("/help")
		}

		time.Sleep(30 * time.Second)
		synctest.Wait()

		silent := 0

		for _, p := range people {
			if !strings.Contains(p.Direct().Transcript(), "Here is help.") {
				silent++
			}
		}

		if silent > 0 || r.f.Refused() > 0 {
			t.Errorf("%d people have no answer, %d requests were refused", silent, r.f.Refused())
		}
	})
}

// A hundred people subscribe in a server at once: each confirmation opens direct
// messages and is sent there. Everything but the answer to the command counts.
func TestAHundredPeopleSubscribeAtOnce(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		pacedBrain(r, gate.New(gate.DiscordLimits()), true)
		r.run(t)

		desk := r.f.Server("Desk")
		general := desk.Text("general")

		var acts []*discordtest.Act
		for i := range 100 {
			acts = append(acts, desk.Join(r.f.Person(fmt.Sprint("Person ", i))).In(general).Starts("/subscribe", "query", "x"))
		}

		time.Sleep(20 * time.Second)
		synctest.Wait()

		for _, act := range acts {
			if got := act.Answer(); got != "Here is help." {
				t.Errorf("%q", got)
			}
		}

		if n := r.f.Refused(); n > 0 {
			t.Errorf("%d requests were refused", n)
		}
	})
}

// Five alerts have used up what a channel of direct messages takes in five
// seconds; who writes just then is answered all the same.
func TestAnAnswerWaitsForItsChannel(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		pacedBrain(r, gate.New(gate.DiscordLimits()), false)
		r.run(t)

		ada := r.f.Person("Ada")
		for i := range 5 {
			if _, err := r.a.Send(t.Context(), chat("@"+ada.ID), &adapters.Message{Alert: sampleAlert(), Nonce: fmt.Sprint("a", i)}); err != nil {
				t.Fatal(err)
			}
		}

		ada.Alone().Says("/pause")
		time.Sleep(15 * time.Second)
		synctest.Wait()

		if text := ada.Direct().Transcript(); !strings.Contains(text, "Here is help.") || r.f.Refused() > 0 {
			t.Errorf("%d refused\n%s", r.f.Refused(), text)
		}
	})
}

// After a restart nobody's direct messages are opened anew.
func TestDirectChannelsAreKeptOverARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.run(t)

	writer, stranger := r.f.Person("Ada"), r.f.Person("Bob")
	writer.Alone().Runs("/subscribe", "query", "drone")

	if _, err := r.a.Send(t.Context(), chat("@"+stranger.ID), say("hello")); err != nil {
		t.Fatal(err)
	}

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}

	before, again := len(r.f.Requests()), r.adapter()
	for _, p := range []*discordtest.Person{writer, stranger} {
		if _, err := again.Send(t.Context(), chat("@"+p.ID), say("again")); err != nil {
			t.Error(err)
		}
	}

	for _, q := range r.f.Requests()[before:] {
		if strings.HasSuffix(q.Path, "/users/@me/channels") {
			t.Errorf("opened anew: %s", q.Body)
		}
	}
}

// Discord may refuse the answer to a command for a moment: it is given again
// while there is time.
func TestARefusedCallbackIsTriedAgain(t *testing.T) {
	inBubble(t, discordtest.Options{}, func(t *testing.T, r *rig) {
		r.run(t)
		ada := r.f.Person("Ada").Alone()

		r.f.Fail("callback", discordtest.TooMany("user", 300*time.Millisecond), discordtest.TooMany("user", 900*time.Millisecond))

		if got := ada.Runs("/subscribe", "query", "drone"); got != "You said subscribe drone" {
			t.Errorf("%q", got)
		}
	})
}
