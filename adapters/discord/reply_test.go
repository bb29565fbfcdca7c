package discord

import (
	"fmt"
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

// TestADevelopmentGoesIntoItsThread: below an alert whose thread is open what is new goes there,
// and is found there; where that takes nothing it is a reply in the channel.
func TestADevelopmentGoesIntoItsThread(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	desk := r.f.Server("Desk")
	general := desk.Text("general")

	ref, err := r.a.Send(t.Context(), chat(general.ID), &adapters.Message{Alert: sampleAlert()})
	if err != nil {
		t.Fatal(err)
	}

	if err := r.a.OpenThread(t.Context(), chat(general.ID), ref, "Talk"); err != nil {
		t.Fatal(err)
	}

	update := sampleAlert()
	update.Title, update.URL = "What is new", "https://wire.example/new"
	m := &adapters.Message{Alert: update, ReplyTo: ref, InThread: true}

	send := func() string {
		t.Helper()

		if _, err := r.a.Send(t.Context(), chat(general.ID), m); err != nil {
			t.Error(err)
		}

		return fmt.Sprintf("in the channel %d (replies %d), in the thread %d", strings.Count(general.Transcript(), "What is new"), strings.Count(general.Transcript(), "(reply)"), strings.Count(general.Posts()[0].Transcript(), "What is new"))
	}

	if _, found, err := r.a.Find(t.Context(), chat(general.ID), m); found || err != nil {
		t.Errorf("before it is sent: found %v, %v", found, err)
	}

	if got := send(); got != "in the channel 0 (replies 0), in the thread 1" {
		t.Error(got)
	}

	if in, found, err := r.a.Find(t.Context(), chat(general.ID), m); !found || err != nil || !strings.HasPrefix(in, general.Posts()[0].ID+"/") {
		t.Errorf("found %v as %q, %v", found, in, err)
	}

	general.Posts()[0].Lock()

	if got := send(); got != "in the channel 1 (replies 1), in the thread 1" {
		t.Errorf("a locked thread: %s", got)
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

// Words that matched stand out in the text; a field names them only if one is not to be seen, and
// none twice. The picture's credit stands in the footer.
func TestMatchedWordsAndCredit(t *testing.T) {
	a := &adapters.Alert{
		Title: "Kim’s visit", URL: "https://a.example/1", Summary: "Kim met *them* in Pyongyang. Kimono.", Matched: []string{"Kim’s", "Kim", "Pyongyang"},
		Image: "https://a.example/p.jpg", Credit: "A. Photographer/Agency", Follows: []adapters.Follow{{Number: 1, Query: "kim"}},
	}

	words := (&adapters.Message{}).In()
	e := alertEmbed(words, a)

	if want := "**Kim** met \\*them\\* in **Pyongyang**. Kimono."; !strings.HasSuffix(e.Description, want) {
		t.Errorf("%q, want it to end with %q", e.Description, want)
	}

	if len(e.Fields) != 0 {
		t.Errorf("all words are to be seen, and yet: %+v", e.Fields[0])
	}

	if want := "#1 kim · Photo: A. Photographer/Agency"; e.Footer == nil || e.Footer.Text != want {
		t.Errorf("footer %+v, want %q", e.Footer, want)
	}

	a.Matched = append(a.Matched, "Moscow")
	a.Image = ""
	e = alertEmbed(words, a)

	if len(e.Fields) != 1 || e.Fields[0].Value != "Kim’s, Pyongyang, Moscow" {
		t.Errorf("fields %+v", e.Fields)
	}

	if e.Footer.Text != "#1 kim" {
		t.Errorf("a credit without a picture: %q", e.Footer.Text)
	}
}
