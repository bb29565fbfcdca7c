package discord

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// An answer is lost after the message arrived, and the nonce is forgotten: what
// would be sent again is found instead, wherever it can be read back.
func TestWhatArrivedIsFound(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{NonceFor: time.Nanosecond}).run(t)
	desk := r.f.Server("Desk")
	general, feed, forum := desk.Text("general"), desk.Announcement("feed"), desk.Forum("stories")
	ada := r.f.Person("Ada")
	why := [][]adapters.Button{{{Label: "Why", Data: "why 1"}}}

	earlier := sampleAlert()
	earlier.URL, earlier.Title = "https://example.org/earlier", "Earlier"

	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	for name, one := range map[string]struct {
		to    string
		route string
		m     adapters.Message
	}{
		"an alert":                   {general.ID, posts, adapters.Message{Alert: sampleAlert(), Buttons: why}},
		"an alert without buttons":   {feed.ID, posts, adapters.Message{Alert: sampleAlert()}},
		"a digest":                   {feed.ID, posts, adapters.Message{Digest: sampleDigest(5)}},
		"an alert in its plain form": {ada.ID, posts, adapters.Message{Text: adapters.Text{{adapters.Link("Ships", "https://example.org/s")}, {adapters.Plain("Two.")}}}},
		"a forum post":               {forum.ID, "POST /channels/{channel}/threads", adapters.Message{Alert: sampleAlert()}},
		"a forum post with a digest": {forum.ID, "POST /channels/{channel}/threads", adapters.Message{Digest: sampleDigest(3)}},
		"a forum post with an image": {forum.ID, "POST /channels/{channel}/threads", adapters.Message{Alert: &adapters.Alert{Title: "x", URL: "https://example.org/x", Image: "https://example.org/i.png"}}},
	} {
		to := chat(one.to)
		if one.to == ada.ID {
			to = chat("@" + ada.ID)
		}

		one.m.Nonce = fmt.Sprintf("n%d", len(name))

		if _, err := r.a.Send(t.Context(), to, &adapters.Message{Alert: earlier, Nonce: "e" + one.m.Nonce}); err != nil {
			t.Fatal(err)
		}

		if ref, ok, err := r.a.Find(t.Context(), to, &one.m); ok || err != nil {
			t.Errorf("%s is found before it was sent: %q, %v", name, ref, err)
		}

		r.f.Fail(one.route, discordtest.Fault{Lose: true})

		if _, err := r.a.Send(t.Context(), to, &one.m); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Errorf("%s: %v", name, err)
		}

		if ref, ok, err := r.a.Find(t.Context(), to, &one.m); !ok || err != nil || ref == "" {
			t.Errorf("%s arrived and is not found: %q, %v", name, ref, err)
		}
	}
}

// TestAStartFindsWhatTheLastRunSent, though its gateway has not said yet what channels there are, nor who
// the bot is, wherever no nonce keeps a message from coming twice.
func TestAStartFindsWhatTheLastRunSent(t *testing.T) {
	r, general := senderRig(t)
	forum := r.f.Server("Desk").Forum("stories")
	forum.AllowBot(discordtest.ManageWebhooks) // the brain hears of a change, not of a new channel
	r.b.await(t, "the forum", func() bool {
		c, _ := r.a.channels.Get(forum.ID)
		return isForum(c.kind)
	})

	for _, one := range []struct{ to, route string }{
		{forum.ID, "POST /channels/{channel}/threads"},
		{general.ID, "POST /webhooks/"},
	} {
		m := named("Ledger", "one")

		r.f.Fail(one.route, discordtest.Fault{Lose: true})

		if _, err := r.a.Send(t.Context(), chat(one.to), m); adapters.FateOf(err).Fate != adapters.Unsure {
			t.Fatalf("%s: %v", one.route, err)
		}

		for what, told := range map[string]func(*Adapter){
			"nothing":             func(*Adapter) {},
			"its application":     func(a *Adapter) { a.application(t.Context()) },
			"only who the bot is": func(a *Adapter) { a.me.Store(&identity{user: r.a.me.Load().user}) },
		} {
			started := r.adapter()
			told(started)

			if ref, ok, err := started.Find(t.Context(), chat(one.to), m); !ok || err != nil {
				t.Errorf("%s: a start that knows %s does not find it: %q, %v", one.route, what, ref, err)
			}
		}
	}
}

// TestAStartEditsWhatTheLastRunSent in the name of an outlet: as long as it cannot know the webhook, the
// edit waits. That the bot itself may not edit such a message does not end its edits.
func TestAStartEditsWhatTheLastRunSent(t *testing.T) {
	r, general := senderRig(t)
	to, m := chat(general.ID), named("Ledger", "one")

	ref, err := r.a.Send(t.Context(), to, m)
	if err != nil {
		t.Fatal(err)
	}

	for what, told := range map[string]func(*Adapter){
		"nothing":             func(*Adapter) {},
		"its application":     func(a *Adapter) { a.application(t.Context()) },
		"only who the bot is": func(a *Adapter) { a.me.Store(&identity{user: r.a.me.Load().user}) },
	} {
		started := r.adapter()
		told(started)

		for _, sender := range []string{"Ledger", ""} { // the setting may have changed
			m.Sender.Name = sender

			if err := started.Edit(t.Context(), to, ref, m); err != nil && adapters.FateOf(err).Fate != adapters.Later {
				t.Errorf("a start that knows %s, sender %q: %v", what, sender, err)
			}
		}
	}

	started := r.adapter()
	started.me.Store(r.a.me.Load())

	m.Alert.Title = "Edited by the next run."
	if err := started.Edit(t.Context(), to, ref, m); err != nil || !strings.Contains(strings.Join(general.Messages(), " "), m.Alert.Title) {
		t.Errorf("%v: %s", err, general.Messages())
	}

	general.DenyBot(discordtest.ManageWebhooks)
	r.b.await(t, "the right to be taken away", func() bool {
		_, missing := r.a.CheckSender(t.Context(), to)
		return len(missing) == 1
	})

	started = r.adapter()
	started.me.Store(r.a.me.Load())

	if err := started.Edit(t.Context(), to, ref, m); err == nil || adapters.FateOf(err).Fate == adapters.Later {
		t.Errorf("without the right: %v", err)
	}
}

// TestAMessageIsFoundWhenAllOfItArrived: of a brief in parts the last ones are missing where the program
// died between two.
func TestAMessageIsFoundWhenAllOfItArrived(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	general := r.f.Server("Desk").Text("general")
	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	m := &adapters.Message{Nonce: "n1"}
	for i := range 150 {
		m.Text = append(m.Text, []adapters.Span{adapters.Link(fmt.Sprintf("A headline of some length, number %d", i), fmt.Sprintf("https://example.org/%d", i))})
	}

	parts := r.a.render(m)
	if len(parts) < 2 {
		t.Fatal("it goes out in one part")
	}

	if _, err := r.a.post(t.Context(), chat(general.ID), general.ID, "", parts[0]); err != nil {
		t.Fatal(err)
	}

	if ref, ok, err := r.a.Find(t.Context(), chat(general.ID), m); ok || err != nil {
		t.Errorf("the first part is taken for the whole: %q, %v", ref, err)
	}

	sent, err := r.a.Send(t.Context(), chat(general.ID), m)
	if err != nil {
		t.Fatal(err)
	}

	if ref, ok, err := r.a.Find(t.Context(), chat(general.ID), m); !ok || ref != sent || err != nil {
		t.Errorf("the whole is not found: %q, %v, want %q", ref, err, sent)
	}

	if got := len(general.Messages()); got != len(parts) {
		t.Errorf("%d messages, want the %d parts", got, len(parts))
	}
}

// What cannot be read back is not absent.
func TestWhatCannotBeReadIsUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	secret, empty := desk.Text("secret"), desk.Text("empty")
	secret.DenyBot(discordtest.ReadHistory)
	r.b.await(t, "the change", func() bool {
		return slices.ContainsFunc(r.b.events, func(e *adapters.Event) bool { return e.Kind == adapters.RightsChanged })
	})

	m := &adapters.Message{Alert: sampleAlert(), Nonce: "n1"}
	if _, err := r.a.Send(t.Context(), chat(secret.ID), m); err != nil {
		t.Fatal(err)
	}

	if _, ok, err := r.a.Find(t.Context(), chat(secret.ID), m); ok || !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("without Read Message History: %v, %v", ok, err)
	}

	if _, ok, err := r.a.Find(t.Context(), chat(empty.ID), m); ok || err != nil {
		t.Errorf("an empty channel: %v, %v", ok, err)
	}

	short := say("Done.")
	for range 2 {
		if _, err := r.a.Send(t.Context(), chat(empty.ID), short); err != nil {
			t.Fatal(err)
		}
	}

	again := say("Done.")
	again.Nonce = "n2"

	if _, ok, err := r.a.Find(t.Context(), chat(empty.ID), again); ok || !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("a text like others: %v, %v", ok, err)
	}
}
