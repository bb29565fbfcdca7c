package discord

import (
	"context"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// A channel is chosen from a list; nothing is typed.
func TestAChannelIsPicked(t *testing.T) {
	t.Parallel()

	r := newRig(t, discordtest.Options{})
	r.b.answer = func(_ context.Context, in *adapters.Request) *adapters.Message {
		if in.Picked != "" {
			return say("picked " + in.Picked)
		}

		return &adapters.Message{Text: adapters.Say("Where?"), Pick: &adapters.Pick{Channel: "A channel"}, Private: true}
	}

	r.run(t)

	desk := r.f.Server("Desk")
	general, news := desk.Text("general"), desk.Text("news")
	ann := desk.Join(r.f.Person("Ann"))

	ann.In(general).Runs("list")

	if got := ann.In(general).Picks("A channel", news); got != "picked "+news.ID {
		t.Errorf("%q\n%s", got, general.Transcript())
	}
}
