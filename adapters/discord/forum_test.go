package discord

import (
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// TestADigestIsOnePostOfAForum: its first message opens the post, the others go below it,
// whether they come as parts of one message or as messages of their own; where the post
// is gone a new one is opened, and a part whose answer was lost is found where it went.
func TestADigestIsOnePostOfAForum(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{NonceFor: time.Nanosecond}).run(t)
	forum := r.f.Server("Desk").Forum("stories")
	to := chat(forum.ID)

	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	send := func(m *adapters.Message) string {
		t.Helper()

		ref, err := r.a.Send(t.Context(), to, m)
		if err != nil {
			t.Fatal(err)
		}

		return ref
	}
	postsAre := func(want ...int) {
		t.Helper()

		var got []int
		for _, post := range forum.Posts() {
			got = append(got, strings.Count(post.Transcript(), "< "))
		}

		if len(got) != len(want) {
			t.Fatalf("posts with %d messages, want %d:\n%s", got, want, forum.Transcript())
		}

		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("posts with %d messages, want %d:\n%s", got, want, forum.Transcript())
			}
		}
	}

	long := sampleDigest(60) // more than one message holds
	long.More = 0
	first := send(&adapters.Message{Digest: long, Nonce: "n1"})

	postsAre(2)

	second := &adapters.Message{Digest: sampleDigest(2), Nonce: "n2", Continues: first}

	r.f.Fail(posts, discordtest.Fault{Lose: true})

	if _, err := r.a.Send(t.Context(), to, second); adapters.FateOf(err).Fate != adapters.Unsure {
		t.Fatal(err)
	}

	if ref, ok, err := r.a.Find(t.Context(), to, second); !ok || err != nil || !strings.HasPrefix(ref, forum.Posts()[0].ID+"/") {
		t.Errorf("a part that arrived below the post is not found: %q, %v", ref, err)
	}

	postsAre(3)

	forum.Posts()[0].Archive()
	send(&adapters.Message{Digest: sampleDigest(2), Nonce: "n3", Continues: first})
	postsAre(4)

	forum.Posts()[0].Delete()
	send(&adapters.Message{Digest: sampleDigest(2), Nonce: "n4", Continues: first})
	postsAre(1)

	forum.Posts()[0].Lock()
	send(&adapters.Message{Digest: sampleDigest(2), Nonce: "n5", Continues: forum.Posts()[0].ID + "/1"})
	postsAre(1, 1)

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

// TestAnArchivedPostIsFound: a post that arrived, and that somebody closed before it was
// looked for, is not opened again.
func TestAnArchivedPostIsFound(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	forum := r.f.Server("Desk").Forum("stories")
	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	m := &adapters.Message{Alert: sampleAlert(), Nonce: "n1"}

	r.f.Fail("POST /channels/{channel}/threads", discordtest.Fault{Lose: true})

	if _, err := r.a.Send(t.Context(), chat(forum.ID), m); adapters.FateOf(err).Fate != adapters.Unsure {
		t.Fatal(err)
	}

	forum.Posts()[0].Archive()

	if ref, ok, err := r.a.Find(t.Context(), chat(forum.ID), m); !ok || err != nil {
		t.Errorf("%q, %v", ref, err)
	}

	other := &adapters.Message{Alert: &adapters.Alert{Title: "Other", URL: "https://example.org/other"}, Nonce: "n2"}
	if ref, ok, err := r.a.Find(t.Context(), chat(forum.ID), other); ok || err != nil {
		t.Errorf("what was never sent: %q, %v", ref, err)
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

// A part of a digest whose post is gone opens a post of its own; when the answer to that is
// lost, it is found there and not sent again.
func TestAPartWhoseThreadIsGoneIsFoundInAPostOfItsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{}).run(t)
	forum := r.f.Server("Desk").Forum("stories")
	r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })

	first, err := r.a.Send(t.Context(), chat(forum.ID), &adapters.Message{Digest: sampleDigest(2), Nonce: "n1"})
	if err != nil {
		t.Fatal(err)
	}

	forum.Posts()[0].Delete()

	part := &adapters.Message{Digest: sampleDigest(3), Nonce: "n2", Continues: first}

	if ref, ok, err := r.a.Find(t.Context(), chat(forum.ID), part); ok || err != nil {
		t.Errorf("found before it was sent: %q, %v", ref, err)
	}

	r.f.Fail("POST /channels/{channel}/threads", discordtest.Fault{Lose: true})

	if _, err := r.a.Send(t.Context(), chat(forum.ID), part); adapters.FateOf(err).Fate != adapters.Unsure {
		t.Fatal(err)
	}

	if ref, ok, err := r.a.Find(t.Context(), chat(forum.ID), part); !ok || err != nil {
		t.Errorf("it arrived and is not found: %q, %v", ref, err)
	}
}

// TestPostsGetTheTagsOfTheirSubscriptions: by name, at most five, none that only moderators
// give; what the forum no longer has is left out, and a forum that insists on a tag gets one.
func TestPostsGetTheTagsOfTheirSubscriptions(t *testing.T) {
	t.Parallel()

	for _, told := range []bool{true, false} {
		r := newRig(t, discordtest.Options{})
		forum := r.f.Server("Desk").Forum("stories")
		forum.SetTags(false, "Ukraine", "Trade", "(Staff)", "One", "Two", "Three", "Four")

		if told {
			r.run(t)
			r.b.await(t, "the server", func() bool { return len(r.b.events) > 0 })
		}

		post := func(want string, labels ...string) {
			t.Helper()

			if _, err := r.a.Send(t.Context(), chat(forum.ID), &adapters.Message{Alert: sampleAlert(), Labels: labels}); err != nil {
				t.Fatalf("told %v, %q: %v", told, labels, err)
			}

			all := forum.Posts()
			if got := strings.Join(all[len(all)-1].Tags(), ", "); got != want {
				t.Errorf("told %v, %q: tags %q, want %q", told, labels, got, want)
			}
		}

		post("")
		post("Ukraine", "ukraine")
		post("Trade, Ukraine", "Trade", "Staff", "gone", "Ukraine")
		post("Ukraine, Trade, One, Two, Three", "Ukraine", "Trade", "One", "Two", "Three", "Four")

		forum.SetTags(false, "Trade", "Ports") // new numbers, of which the bot hears nothing
		post("Trade", "Ukraine", "Trade")
		post("", "Ukraine")

		forum.RequireTag("News")
		post("Trade", "Ukraine") // any

		if c := r.f.Complaints(); c != nil {
			t.Error(c)
		}
	}
}
