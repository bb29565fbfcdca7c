package discord

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// TestScenes plays what happens in each kind of place, with a small
// conversation of its own, and compares all that stands there afterwards.
func TestScenes(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.b.answer = func(ctx context.Context, q *adapters.Request) *adapters.Message { return sceneAnswer(ctx, r.a, q) }
	desk := r.f.Server("Desk")
	general, feed, forum := desk.Text("general"), desk.Announcement("feed"), desk.Forum("stories")
	thread := general.Thread("drones")
	closed := desk.Text("closed")
	closed.DenyBot(discordtest.SendMessages | discordtest.EmbedLinks)

	readers := desk.Role("readers")
	ada, bob := r.f.Person("Ada"), r.f.Person("Bob")
	boss, member := desk.Join(ada, discordtest.ManageServer), desk.Join(bob)

	r.run(t)

	bob.Alone().Runs("/subscribe", "query", "drone -toy")
	bob.Alone().Presses("Undo")
	bob.Alone().Says("/list")
	bob.Direct().AwaitMessages(2)
	member.In(general).Runs("/subscribe", "query", "kyiv")
	member.In(general).Runs("/list")
	r.b.await(t, "answers", func() bool { return len(r.b.answered) == 5 })
	boss.In(general).Runs("/subscribe", "query", "port", "to", feed.ID, "ping", readers)
	member.In(general).Runs("/subscribe", "query", "port", "to", feed.ID)
	boss.In(general).Runs("/subscribe", "query", "port", "to", closed.ID)
	boss.In(thread).Runs("/subscribe", "query", "drone", "to", thread.ID)

	m := &adapters.Message{Alert: sampleAlert(), Buttons: [][]adapters.Button{{{Label: "Why", Data: "why 1"}, {Label: "Mute", Data: "mute 1"}}}}
	for i, to := range []string{"@" + bob.ID, general.ID, feed.ID, thread.ID, forum.ID} {
		again := *m

		again.Nonce = fmt.Sprint("alert", i)
		if to == feed.ID {
			again.Pings = []string{readers}
		}

		if _, err := r.a.Send(t.Context(), chat(to), &again); err != nil {
			t.Errorf("%s: %v", to, err)
		}

		if _, err := r.a.Send(t.Context(), chat(to), &adapters.Message{Digest: sampleDigest(2), Silent: true, Nonce: fmt.Sprint("digest", i)}); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}

	bob.Alone().Presses("Why")
	member.In(thread).Presses("Why")
	r.b.await(t, "answers", func() bool { return len(r.b.answered) == 11 })

	names := strings.NewReplacer(desk.ID, "DESK", general.ID, "GENERAL", feed.ID, "FEED", thread.ID, "THREAD", forum.ID, "FORUM", closed.ID, "CLOSED", readers, "READERS", ada.ID, "ADA", bob.ID, "BOB")
	for _, c := range []struct {
		name string
		at   *discordtest.Channel
	}{{"direct", bob.Direct()}, {"server-channel", general}, {"announcement-channel", feed}, {"thread", thread}, {"forum", forum}} {
		golden(t, "scene-"+c.name+".txt", names.Replace(c.at.Transcript()))
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

// sceneAnswer returns a conversation that shows what an adapter is asked for.
func sceneAnswer(ctx context.Context, a *Adapter, q *adapters.Request) *adapters.Message {
	switch {
	case q.Kind == adapters.PressRequest && strings.HasPrefix(q.Data, "why"):
		return &adapters.Message{Text: adapters.Say("The article says “Drone”."), Private: true}
	case q.Kind == adapters.PressRequest:
		return &adapters.Message{Text: adapters.Say("Undone."), Replace: true}
	case q.Command == "list":
		return &adapters.Message{Text: adapters.Text{{adapters.Plain("1. "), adapters.Code("kyiv")}}}
	}

	undo := [][]adapters.Button{{{Label: "Undo", Data: "undo 1"}}}

	to, query := q.Options["to"], q.Options["query"]
	if to == "" && q.Chat.Server != "" {
		if _, err := a.Send(ctx, adapters.Chat{Platform: "discord", Address: "@" + q.User.ID}, &adapters.Message{Text: adapters.Say("You follow " + query + "."), Nonce: "hello"}); err != nil {
			return &adapters.Message{Text: adapters.Say(adapters.FateOf(err).Reason), Private: true}
		}

		return &adapters.Message{Text: adapters.Say("I wrote to you."), Private: true}
	}

	if to == "" {
		return &adapters.Message{Text: adapters.Text{{adapters.Plain("Following "), adapters.Code(query)}}, Buttons: undo}
	}

	where, err := a.Lookup(ctx, to, q)
	if err != nil {
		return &adapters.Message{Text: adapters.Say(err.Error()), Private: true}
	}

	rights, err := a.Rights(ctx, where.Chat, q.User.ID)
	switch {
	case err != nil:
		return &adapters.Message{Text: adapters.Say(err.Error()), Private: true}
	case !rights.Manage:
		return &adapters.Message{Text: adapters.Say("That is for those who may manage the server."), Private: true}
	case len(rights.Missing) > 0:
		return &adapters.Message{Text: adapters.Say("There I lack " + strings.Join(rights.Missing, ", ") + "."), Private: true}
	}

	return &adapters.Message{Text: adapters.Say(where.Title + " follows " + query + "."), Buttons: undo}
}
