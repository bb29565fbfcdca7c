package discord

import (
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/discordtest"
)

// What every adapter has to hold, over real HTTP, in a server and alone.
func TestSuite(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	r.f.Limit(posts, 1000, time.Second)
	ada, general := r.f.Person("Ada"), r.f.Server("Desk").Text("general")
	adapterstest.Suite(t, r.adapter(), adapters.ChatInfo{Chat: chat("@" + ada.ID), Kind: adapters.Private, Title: "Ada"}, "4711")
	adapterstest.Suite(t, r.adapter(), adapters.ChatInfo{Chat: chat(general.ID), Kind: adapters.Group, Title: "#general"}, "4711")

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}
