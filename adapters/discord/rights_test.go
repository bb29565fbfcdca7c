package discord

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

func TestRights(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general := desk.Text("general")
	thread := general.Thread("drones")
	ada, bob, eve := r.f.Person("Ada"), r.f.Person("Bob"), r.f.Person("Eve")
	desk.Join(ada, discordtest.ManageServer)
	desk.Join(bob)

	for _, one := range []struct {
		name    string
		change  func()
		chat    string
		user    string
		want    adapters.Rights
		unknown bool
	}{
		{"a manager", nil, general.ID, ada.ID, adapters.Rights{Manage: true}, false},
		{"the owner", nil, general.ID, desk.Owner().ID, adapters.Rights{Manage: true}, false},
		{"a member", nil, general.ID, bob.ID, adapters.Rights{}, false},
		{"a stranger", nil, general.ID, eve.ID, adapters.Rights{Outside: true}, false},
		{"nobody", nil, general.ID, "", adapters.Rights{}, false},
		{"a thread", nil, thread.ID, ada.ID, adapters.Rights{Manage: true}, false},
		{"one's own messages", nil, "@" + bob.ID, bob.ID, adapters.Rights{Manage: true}, false},
		{"somebody else's", nil, "@" + bob.ID, ada.ID, adapters.Rights{}, false},
		{"all denied to everybody", func() { general.Deny(discordtest.SendMessages | discordtest.EmbedLinks) }, general.ID, bob.ID, adapters.Rights{Missing: []string{"Send Messages", "Embed Links"}}, false},
		{"allowed to the bot again", func() { general.AllowBot(discordtest.SendMessages | discordtest.EmbedLinks) }, general.ID, bob.ID, adapters.Rights{}, false},
		{"threads denied", func() { general.DenyBot(discordtest.SendInThreads) }, thread.ID, bob.ID, adapters.Rights{Missing: []string{"Send Messages in Threads", "Embed Links"}}, false},
		{"unseen", func() { general.DenyBot(discordtest.ViewChannel) }, general.ID, bob.ID, adapters.Rights{Missing: []string{"View Channel", "Send Messages", "Embed Links"}}, false},
		{"no such channel", nil, "12345", bob.ID, adapters.Rights{}, false},
	} {
		wrong := func() string {
			got, err := r.a.Rights(t.Context(), chat(one.chat), one.user)
			if (err != nil) != one.unknown {
				return fmt.Sprint(err)
			}

			return cmp.Diff(one.want, got)
		}

		if one.change != nil {
			one.change()
			r.eventually(t, "", wrong)
		}

		if d := wrong(); d != "" {
			t.Errorf("%s: %s", one.name, d)
		}
	}

	// An adapter that has seen no server yet has to ask, and may ask in vain.
	fresh := r.adapter()
	r.f.Fail("GET /channels/{channel}", discordtest.Fault{Status: 500})

	if _, err := fresh.Rights(t.Context(), chat(general.ID), bob.ID); err == nil {
		t.Error("trouble is no answer")
	}

	if got, err := fresh.Rights(t.Context(), chat(general.ID), ada.ID); err != nil || got.Manage {
		t.Errorf("a channel that cannot be seen: %+v, %v", got, err)
	}

	general.AllowBot(discordtest.ViewChannel)

	if got, err := fresh.Rights(t.Context(), chat(general.ID), ada.ID); err != nil || !got.Manage {
		t.Errorf("asked for: %+v, %v", got, err)
	}
}

// A role that the gateway has not told of yet is asked for: who has just been made a
// manager is not told for a minute that they are none.
func TestRightsOfARoleNotToldYet(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general := desk.Text("general")
	ada := desk.Join(r.f.Person("Ada"), discordtest.ManageServer)

	r.eventually(t, "", func() string {
		if g := r.a.states.get(desk.ID); g != nil && len(g.roles) > 1 {
			return ""
		}

		return "the role was not told"
	})
	r.a.states.update(desk.ID, false, func(s *guildState) {
		for id := range s.roles {
			if id != desk.ID {
				delete(s.roles, id)
			}
		}
	})

	if got, err := r.a.Rights(t.Context(), chat(general.ID), ada.ID); err != nil || !got.Manage {
		t.Errorf("a manager by a new role: %+v, %v", got, err)
	}
}

// The person who runs a command brings their rights along, and the gateway has
// told the rest: a command in one channel about another asks Discord nothing.
func TestRightsCostNoRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general, news := desk.Text("general"), desk.Text("news")
	boss := desk.Join(r.f.Person("Ada"), discordtest.ManageServer).In(general)

	var got adapters.Rights

	r.b.answer = func(ctx context.Context, q *adapters.Request) *adapters.Message {
		to, err := r.a.Lookup(ctx, q.Options["to"], q)
		if err == nil {
			got, err = r.a.Rights(ctx, to.Chat, q.User.ID)
		}

		if err != nil {
			t.Error(err)
		}

		return say("done")
	}
	before := len(r.f.Requests())

	if text := boss.Runs("/subscribe", "query", "x", "to", news.ID); text != "done" || !got.Manage || len(got.Missing) > 0 {
		t.Errorf("%q %+v", text, got)
	}

	if calls := r.f.Requests()[before:]; len(calls) != 1 {
		t.Errorf("%d requests for one command:\n%v", len(calls), calls)
	}
}

func TestALockedThreadIsNoPlaceForAlerts(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	thread := r.f.Server("Desk").Text("general").Thread("drones")
	thread.Lock()

	r.eventually(t, fmt.Sprint([]string{nameManageThreads}, nil), func() string {
		got, err := r.a.Rights(t.Context(), chat(thread.ID), "")
		return fmt.Sprint(got.Missing, err)
	})
}

func TestLookup(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk, other := r.f.Server("Desk"), r.f.Server("Other")
	general, feed, forum := desk.Text("general"), desk.Announcement("feed"), desk.Forum("stories")
	thread := general.Thread("drones")
	category := desk.Category("news")
	elsewhere := other.Text("elsewhere")
	secret := desk.Text("secret")
	secret.DenyBot(discordtest.ViewChannel)
	r.b.await(t, "the last of it", func() bool {
		return slices.ContainsFunc(r.b.events, func(e *adapters.Event) bool { return e.Kind == adapters.RightsChanged })
	})

	here := &adapters.Request{Chat: adapters.ChatInfo{Chat: chat(general.ID), Server: desk.ID}}
	for name, want := range map[string]adapters.ChatInfo{
		feed.ID:               {Chat: chat(feed.ID), Kind: adapters.Channel, Title: "#feed", Server: desk.ID},
		"<#" + forum.ID + ">": {Chat: chat(forum.ID), Kind: adapters.Forum, Title: "#stories", Server: desk.ID},
		"#General":            {Chat: chat(general.ID), Kind: adapters.Group, Title: "#general", Server: desk.ID},
		"drones":              {Chat: chat(thread.ID), Kind: adapters.Group, Title: "#drones", Server: desk.ID},
	} {
		got, err := r.a.Lookup(t.Context(), name, here)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}

	for name, want := range map[string]string{
		elsewhere.ID: sayOtherServer,
		"#nothing":   fmt.Sprintf(sayNoChannel, "#nothing"),
		"#":          fmt.Sprintf(sayNoChannel, "#"),
		category.ID:  fmt.Sprintf(sayNoPosting, category.ID),
		"999":        fmt.Sprintf(sayNoChannel, "999"),
	} {
		if _, err := r.a.Lookup(t.Context(), name, here); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}

	// One that the bot may not see was picked from the list: it is named, and what
	// is missing there is said.
	got, err := r.a.Lookup(t.Context(), secret.ID, here)
	if err != nil || got.Title != "#secret" {
		t.Errorf("a hidden channel: %+v, %v", got, err)
	}

	if may, err := r.a.Rights(t.Context(), got.Chat, ""); err != nil || cmp.Diff([]string{nameView}, may.Missing[:1]) != "" {
		t.Errorf("a hidden channel: %+v, %v", may, err)
	}

	if _, err := r.a.Lookup(t.Context(), "#general", &adapters.Request{Chat: adapters.ChatInfo{Kind: adapters.Private}}); err == nil || err.Error() != sayNoServer {
		t.Error(err)
	}

	r.f.Fail("GET /channels/{channel}", discordtest.Fault{Status: 503})

	if _, err := r.adapter().Lookup(t.Context(), feed.ID, here); err == nil || err.Error() != sayTrouble {
		t.Error(err)
	}
}

func TestComingAndGoing(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	old := r.f.Server("Old")
	old.Since("2020-01-02T03:04:05+00:00")

	fresh := r.f.Server("Fresh") // joined a moment ago, before the first start
	hall := fresh.Text("hall")

	r.run(t)
	next := r.f.Server("Next")
	lobby := next.Text("lobby")
	expect := func(n int, kind adapters.EventKind, c adapters.ChatInfo) {
		t.Helper()
		r.b.await(t, "an event", func() bool { return len(r.b.events) >= n })
		r.b.mu.Lock()
		defer r.b.mu.Unlock()

		e := r.b.events[n-1]
		if e.Kind != kind || e.Key == "" {
			t.Errorf("event %d: %+v", n, e)
		}

		if d := cmp.Diff(c, e.Chat); d != "" {
			t.Errorf("event %d: %s", n, d)
		}
	}
	whole := func(s *discordtest.Server, name string) adapters.ChatInfo {
		return adapters.ChatInfo{Chat: adapters.Chat{Platform: "discord"}, Kind: adapters.Group, Title: name, Server: s.ID}
	}
	at := func(s *discordtest.Server, c *discordtest.Channel) adapters.ChatInfo {
		return adapters.ChatInfo{Chat: chat(c.ID), Kind: adapters.Group, Title: "#" + c.Name, Server: s.ID}
	}
	expect(1, adapters.Joined, at(fresh, hall))
	expect(2, adapters.Joined, whole(next, "Next")) // it had no channel yet
	old.Outage()
	lobby.DenyBot(discordtest.SendMessages)
	expect(3, adapters.RightsChanged, at(next, lobby))
	lobby.Delete()
	expect(4, adapters.Deleted, at(next, lobby))
	next.Kick()
	expect(5, adapters.Left, whole(next, ""))
	next.Invite()
	expect(6, adapters.Joined, whole(next, "Next"))

	// While the bot is away it is removed from one server and asked to another.
	r.b.await(t, "the list to be kept", func() bool { return len(r.b.events) == 6 })

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}

	next.Kick()

	late := r.f.Server("Late")
	late.Since("2021-01-02T03:04:05+00:00")

	r.a = r.adapter()
	r.run(t)
	r.b.await(t, "both events", func() bool { return len(r.b.events) >= 8 })
	time.Sleep(50 * time.Millisecond) // what must not come cannot be waited for
	r.b.mu.Lock()
	defer r.b.mu.Unlock()

	if n := len(r.b.events); n != 8 {
		t.Errorf("%d events", n)
	}

	seen := map[string]adapters.EventKind{}
	for _, e := range r.b.events[6:] {
		seen[e.Chat.Server] = e.Kind
	}

	if d := cmp.Diff(map[string]adapters.EventKind{next.ID: adapters.Left, late.ID: adapters.Joined}, seen); d != "" {
		t.Error(d)
	}
}
