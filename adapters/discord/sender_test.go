package discord

import (
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// senderRig returns a channel in which the bot may post by webhooks, once the adapter knows.
func senderRig(t *testing.T) (*rig, *discordtest.Channel) {
	t.Helper()
	t.Parallel()

	r := newRig(t, discordtest.Options{NonceFor: 1}).run(t)
	general := r.f.Server("Desk").Text("general")
	general.AllowBot(discordtest.ManageWebhooks)

	r.b.await(t, "the right", func() bool {
		can, missing := r.a.CheckSender(t.Context(), chat(general.ID))
		return can && len(missing) == 0
	})

	return r, general
}

// named returns an alert in the name of an outlet.
func named(outlet, title string) *adapters.Message {
	a := sampleAlert()
	a.Title, a.URL = title, "https://example.org/"+strings.ReplaceAll(title, " ", "-")

	return &adapters.Message{Alert: a, Nonce: title, Sender: adapters.Sender{Name: outlet, Icon: "https://example.org/apple-touch-icon.png"}, Buttons: [][]adapters.Button{{{Label: "Why", Data: "why 1"}}}}
}

// senders returns who the messages of a channel show, "" for the bot.
func senders(c *discordtest.Channel) (names []string) {
	for _, b := range c.Bodies() {
		name, _ := b["username"].(string)
		names = append(names, name)
	}

	return names
}

func expectSenders(t *testing.T, c *discordtest.Channel, want ...string) {
	t.Helper()

	if got := senders(c); strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("they come from %q, want %q", got, want)
	}
}

// TestAlertsInTheNameOfTheirOutlet: an alert comes by the one webhook of ours in its channel, which a
// restart finds again, and whatever cannot comes from the bot.
func TestAlertsInTheNameOfTheirOutlet(t *testing.T) {
	r, general := senderRig(t)
	general.AddWebhook("Somebody else's")

	to := chat(general.ID)

	send := func(m *adapters.Message) string {
		t.Helper()

		ref, err := r.a.Send(t.Context(), to, m)
		if err != nil {
			t.Fatal(err)
		}

		return ref
	}

	first := send(named("The Herald", "one"))
	send(named("Ledger", "two"))
	send(named("Discord Times", "three")) // no webhook may be called that

	reply := named("Ledger", "four")
	reply.ReplyTo = first
	send(reply)

	role := named("Ledger", "five")
	role.Pings = []string{"77"}
	send(role)

	r.a.hooks.Purge() // as after a restart
	send(named("Gazette", "six"))

	general.DeleteWebhooks()
	send(named("Gazette", "seven"))

	expectSenders(t, general, "The Herald", "Ledger", "", "", "", "Gazette", "Gazette")

	n := 0

	for _, one := range r.f.Requests() {
		if one.Method == "POST" && one.Path == "/channels/"+general.ID+"/webhooks" {
			n++
		}
	}

	if n != 2 {
		t.Errorf("%d webhooks were made, want one and one after it was deleted", n)
	}
}

// TestWithoutTheRightAlertsComeFromTheBot: they come all the same.
func TestWithoutTheRightAlertsComeFromTheBot(t *testing.T) {
	r, general := senderRig(t)
	general.DenyBot(discordtest.ManageWebhooks)
	r.b.await(t, "the right to be taken away", func() bool {
		_, missing := r.a.CheckSender(t.Context(), chat(general.ID))
		return len(missing) == 1 && missing[0] == nameWebhooks
	})

	if _, err := r.a.Send(t.Context(), chat(general.ID), named("Herald", "one")); err != nil {
		t.Error(err)
	}

	expectSenders(t, general, "")
}

// TestWhatAWebhookPostedIsFoundAndEdited: after an answer that was lost it is found, and an
// edit finds the way, also when alerts come from the bot again.
func TestWhatAWebhookPostedIsFoundAndEdited(t *testing.T) {
	r, general := senderRig(t)
	to := chat(general.ID)

	byBot := named("", "zero")

	before, err := r.a.Send(t.Context(), to, byBot)
	if err != nil {
		t.Fatal(err)
	}

	for _, fault := range []discordtest.Fault{discordtest.Error(500, 0, "before the effect"), {Lose: true}} {
		m := named("Herald", "one")

		r.f.Fail("POST /webhooks/{application}/{token}", fault)

		if _, err := r.a.Send(t.Context(), to, m); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("%+v: %v", fault, err)
		}

		if _, found, err := r.a.Find(t.Context(), to, m); found != fault.Lose || err != nil {
			t.Errorf("%+v: found %v, %v", fault, found, err)
		}
	}

	m := named("Herald", "one")

	ref, found, err := r.a.Find(t.Context(), to, m)
	if !found || err != nil {
		t.Fatalf("found %v, %v", found, err)
	}

	for _, sender := range []string{"Herald", ""} {
		m.Sender.Name, m.Alert.Title = sender, "edited as "+sender+"."

		for _, one := range []string{ref, before} {
			if err := r.a.Edit(t.Context(), to, one, m); err != nil {
				t.Errorf("%s of %q: %v", one, sender, err)
			}
		}

		for _, text := range general.Messages() {
			if !strings.Contains(text, m.Alert.Title) {
				t.Errorf("it was not edited for %q: %s", sender, text)
			}
		}
	}
}
