package discord

import (
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// A development replies to the alert of its story. A message that is gone, or that the bot may
// not read, keeps it from being a reply, not from coming; in a forum it goes into the alert's post.
func TestADevelopmentRepliesToItsAlert(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	desk := r.f.Server("Desk")
	general, blind, forum := desk.Text("general"), desk.Text("blind"), desk.Forum("stories")

	first := map[*discordtest.Channel]string{}

	for _, c := range []*discordtest.Channel{general, blind, forum} {
		ref, err := r.a.Send(t.Context(), chat(c.ID), &adapters.Message{Alert: sampleAlert()})
		if err != nil {
			t.Fatal(err)
		}

		first[c] = ref
	}

	blind.DenyBot(discordtest.ReadHistory)

	send := func(c *discordtest.Channel, ref string) {
		t.Helper()

		m := say("news of it")
		m.ReplyTo = ref

		if _, err := r.a.Send(t.Context(), chat(c.ID), m); err != nil {
			t.Error(err)
		}
	}

	send(general, first[general])
	send(general, general.ID+"/99")
	send(general, "nonsense")
	send(blind, first[blind])
	send(forum, first[forum])

	if got := strings.Count(general.Transcript(), "(reply) news of it"); got != 1 {
		t.Errorf("%d replies, want 1:\n%s", got, general.Transcript())
	}

	if got := strings.Count(general.Transcript()+blind.Transcript(), "news of it"); got != 4 {
		t.Errorf("%d messages, want 4:\n%s%s", got, general.Transcript(), blind.Transcript())
	}

	posts := forum.Posts()
	if len(posts) != 1 || !strings.Contains(posts[0].Transcript(), "news of it") {
		t.Errorf("%d posts, want one with the development:\n%s", len(posts), forum.Transcript())
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}
