package discord

import (
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// TestPublishes: a message of an announcement channel goes to those who follow it, once however
// often and after whatever answer it is asked for.
func TestPublishes(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general, announced := desk.Text("general"), desk.Announcement("announced")

	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	send := func(to *discordtest.Channel) string {
		ref, err := r.a.Send(t.Context(), chat(to.ID), &adapters.Message{Alert: sampleAlert()})
		if err != nil {
			t.Fatal(err)
		}

		return ref
	}

	ref := send(announced)

	r.f.Fail("POST /channels/{channel}/messages/{message}/crosspost", discordtest.Fault{Lose: true})

	if err := r.a.Publish(t.Context(), chat(announced.ID), ref); adapters.FateOf(err).Fate != adapters.Unsure {
		t.Errorf("lost: %v", err)
	}

	for range 2 {
		if err := r.a.Publish(t.Context(), chat(announced.ID), ref); err != nil {
			t.Errorf("again: %v", err)
		}
	}

	announced.Publish(9)

	over := adapters.FateOf(r.a.Publish(t.Context(), chat(announced.ID), send(announced)))
	if over.Fate != adapters.Later || over.All || over.After <= 0 {
		t.Errorf("the eleventh within an hour: %+v", over)
	}

	if announced.Published() != 10 || r.f.OverPublished() != 1 {
		t.Errorf("%d published, %d refused", announced.Published(), r.f.OverPublished())
	}

	for _, at := range []string{send(general), "x", "1/2"} {
		if err := r.a.Publish(t.Context(), chat(general.ID), at); err == nil || adapters.FateOf(err).Fate == adapters.Retry {
			t.Errorf("%s: %v", at, err)
		}
	}
}
