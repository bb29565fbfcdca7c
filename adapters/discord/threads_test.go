package discord

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// TestThreadsBelowMessages: one opens below a message, in a text channel and in an announcement
// channel, however often and after whatever answer it is asked for.
func TestThreadsBelowMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general, announced := desk.Text("general"), desk.Announcement("announced")

	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	long := strings.Repeat("A very long headline\n", 20)

	for _, in := range []*discordtest.Channel{general, announced} {
		to := chat(in.ID)

		ref, err := r.a.Send(t.Context(), to, &adapters.Message{Alert: sampleAlert()})
		if err != nil {
			t.Fatal(err)
		}

		r.f.Fail("POST /channels/{channel}/messages/{message}/threads", discordtest.Fault{Lose: true}) // it opens, and nobody hears of it

		if err := r.a.OpenThread(t.Context(), to, ref, long); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("lost: %v", err)
		}

		for range 2 {
			if err := r.a.OpenThread(t.Context(), to, ref, long); err != nil {
				t.Errorf("again: %v", err)
			}
		}

		threads := in.Posts()
		if len(threads) != 1 || len([]rune(threads[0].Name)) > 100 || !strings.HasPrefix(threads[0].Name, "A very long headline A very") {
			t.Errorf("threads of %s: %+v", in.Name, threads)
		}
	}

	r.f.Fail("POST /channels/{channel}/messages/{message}/threads", discordtest.Fault{Status: 429, Body: `{"message":"slow","retry_after":40,"global":false}`})

	ref, err := r.a.Send(t.Context(), chat(general.ID), &adapters.Message{Alert: sampleAlert()})
	if err != nil {
		t.Fatal(err)
	}

	if f := adapters.FateOf(r.a.OpenThread(t.Context(), chat(general.ID), ref, "x")); f.Fate != adapters.Later {
		t.Errorf("too many requests: %+v", f)
	}
}

// TestWhereThreadsOpen: below messages of text and announcement channels in which the bot may open
// public threads.
func TestWhereThreadsOpen(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general, forum, voice := desk.Text("general"), desk.Forum("forum"), desk.Voice("voice")
	thread := general.Thread("a thread")

	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	can := func(id string) string {
		can, missing := r.a.CheckThreads(context.Background(), chat(id))
		return fmt.Sprint(can, missing)
	}

	for id, want := range map[string]string{general.ID: "true []", forum.ID: "false []", voice.ID: "false []", thread.ID: "false []", "@1": "false []"} {
		r.eventually(t, want, func() string { return can(id) })
	}

	general.DenyBot(discordtest.OpenThreads)
	r.eventually(t, "true [Create Public Threads]", func() string { return can(general.ID) })
}
