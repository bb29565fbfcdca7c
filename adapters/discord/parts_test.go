package discord

import (
	"context"
	"strings"
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/discordtest"
)

// inParts answers in two parts and a whole. Each waits until go gives it leave.
func inParts(leave <-chan struct{}, private bool) func(context.Context, *adapters.Request) *adapters.Message {
	said := func(text string) *adapters.Message {
		return &adapters.Message{Text: adapters.Say(text), Private: private}
	}

	return func(ctx context.Context, r *adapters.Request) *adapters.Message {
		r.Show(ctx, &adapters.Message{Private: private})

		for _, text := range []string{"One.", "One. Two."} {
			<-leave
			r.Show(ctx, said(text))
		}

		<-leave

		return said("One. Two. Three.")
	}
}

// TestAnAnswerInParts: whoever asks sees at once that an answer is being written, then what there
// is of it, in the one message that the whole stands in, and nobody else sees more than the whole.
func TestAnAnswerInParts(t *testing.T) {
	t.Parallel()

	for _, private := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})
		leave := make(chan struct{})
		r.b.answer = inParts(leave, private)
		r.run(t)

		desk := r.f.Server("Desk")
		general := desk.Text("general")
		member := desk.Join(r.f.Person("Ada")).In(general)
		mark := "< "

		if private {
			mark += "(only Ada) "
		}

		act := member.Starts("/subscribe", "query", "x")

		for _, want := range []string{"…", "One.", "One. Two."} {
			r.eventually(t, mark+want, func() string { return lastLine(general.Transcript()) })

			leave <- struct{}{}
		}

		r.b.await(t, "the whole", func() bool { return len(r.b.answered) == 1 })

		if got := lastLine(general.Transcript()); got != mark+"One. Two. Three." || act.Hidden() != private {
			t.Errorf("private %v:\n%s", private, general.Transcript())
		}

		if n := strings.Count(r.f.Log(), "/messages/@original"); n != 3 { // two parts and the whole
			t.Errorf("private %v: %d edits\n%s", private, n, r.f.Log())
		}

		if c := r.f.Complaints(); c != nil {
			t.Error(c)
		}
	}
}

// TestAPressedAnswerInParts: the answer to a button stands in a message of its own.
func TestAPressedAnswerInParts(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	leave := make(chan struct{})
	parts := inParts(leave, true)
	r.b.answer = func(ctx context.Context, q *adapters.Request) *adapters.Message {
		if q.Kind == adapters.PressRequest {
			return parts(ctx, q)
		}

		m := say("A story.")
		m.Buttons = [][]adapters.Button{{{Label: "In short", Data: "short"}}}

		return m
	}
	r.run(t)

	desk := r.f.Server("Desk")
	general := desk.Text("general")
	member := desk.Join(r.f.Person("Ada")).In(general)
	member.Runs("/subscribe", "query", "x")
	member.StartsPress("In short")

	for _, want := range []string{"…", "One.", "One. Two."} {
		r.eventually(t, "< (only Ada) "+want, func() string { return lastLine(general.Transcript()) })

		leave <- struct{}{}
	}

	r.b.await(t, "the whole", func() bool { return len(r.b.answered) == 2 })

	if got := general.Transcript(); !strings.HasSuffix(got, "< (only Ada) One. Two. Three.\n") || !strings.Contains(got, "A story.") {
		t.Error(got)
	}

	if c := r.f.Complaints(); c != nil {
		t.Error(c)
	}
}

// TestATypedAnswerInParts: in direct messages, where no interaction carries it, the answer is a
// message that is edited; one that is gone meanwhile comes as a new one.
func TestATypedAnswerInParts(t *testing.T) {
	t.Parallel()

	for _, deleted := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})
		leave := make(chan struct{})
		r.b.answer = inParts(leave, true)
		r.run(t)

		ada := r.f.Person("Ada")
		ada.Alone().Says("what does it cost?")

		leave <- struct{}{}

		r.eventually(t, "< One.", func() string { return lastLine(ada.Direct().Transcript()) })

		leave <- struct{}{}

		r.eventually(t, "< (edited) One. Two.", func() string { return lastLine(ada.Direct().Transcript()) })

		want := "< (edited) One. Two. Three."

		if deleted {
			r.f.Fail("PATCH /channels/", discordtest.Error(404, 10008, "Unknown Message"))

			want = "< One. Two. Three."
		}

		leave <- struct{}{}

		r.b.await(t, "the whole", func() bool { return len(r.b.answered) == 1 })

		if got := lastLine(ada.Direct().Transcript()); got != want {
			t.Errorf("deleted %v:\n%s", deleted, ada.Direct().Transcript())
		}

		if c := r.f.Complaints(); c != nil {
			t.Error(c)
		}
	}
}

// TestAReplyInAServer: where it was told to, the bot hears what replies to a message of its own in
// a server, and nothing else that is said there; its answer is a reply. It asks for no privileged
// intent.
func TestAReplyInAServer(t *testing.T) {
	t.Parallel()

	for _, hears := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})
		r.a.config.HearsReplies = hears
		r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
			return say("You said " + q.Text + " to " + q.Message)
		}
		r.run(t)

		desk := r.f.Server("Desk")
		general := desk.Text("general")
		ada := desk.Join(r.f.Person("Ada")).In(general)

		ref, err := r.a.Send(t.Context(), chat(general.ID), say("An alert."))
		if err != nil {
			t.Fatal(err)
		}

		ada.Says("what does it cost?")
		ada.Replies("what does it cost?")
		r.f.Person("Bob").Alone().Says("the end")

		want := 1 // Bob's
		if hears {
			want = 2
		}

		r.b.await(t, "the answers", func() bool { return len(r.b.answered) == want })

		if got := strings.Contains(general.Transcript(), "(reply) You said what does it cost? to "+ref); got != hears || strings.Count(general.Transcript(), "You said") != want-1 {
			t.Errorf("hears %v:\n%s", hears, general.Transcript())
		}

		if c := r.f.Complaints(); c != nil {
			t.Error(c)
		}
	}
}

func lastLine(text string) string {
	text = strings.TrimSuffix(text, "\n")
	return text[strings.LastIndex(text, "\n")+1:]
}
