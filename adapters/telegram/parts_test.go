package telegram_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// inParts answers in two parts, 45 s and 50 s after it was asked, and as a whole 5 s later.
func inParts(ctx context.Context, r *adapters.Request) *adapters.Message {
	r.Show(ctx, &adapters.Message{Private: true})
	sleep(ctx, 45*time.Second)
	r.Show(ctx, &adapters.Message{Text: adapters.Say("One."), Private: true})
	sleep(ctx, 5*time.Second)
	r.Show(ctx, &adapters.Message{Text: adapters.Say("One. Two <b>."), Private: true})
	sleep(ctx, 5*time.Second)

	return &adapters.Message{Text: adapters.Say("One. Two <b>. Three."), Private: true}
}

// TestAnAnswerInPartsPrivate: in a private chat the person sees at once that an answer is being
// written, then drafts of it, which stay on the screen until the whole comes as one message.
func TestAnAnswerInPartsPrivate(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.talk.answer = inParts

		ada := h.tg.NewUser("Ada")
		ada.Says("/slow")
		h.settle()

		want := []string{"Thinking…", "Thinking…", "Thinking…", "One.", "One. Two <b>."}
		if got := ada.Private().Drafts(); !slices.Equal(got, want) {
			t.Errorf("drafts %q, want %q", got, want)
		}

		h.transcript(ada.Private().Transcript(), "Ada: /slow\nbot: One. Two <b>. Three.")
	})
}

// TestAnAnswerInPartsGroup: in a group, where there are no drafts, the answer is one message, which
// is edited as it grows. What it asked of the server is counted.
func TestAnAnswerInPartsGroup(t *testing.T) {
	inBubble(t, telegramtest.Options{}, func(h *fixture) {
		h.talk.answer = inParts

		ada := h.tg.NewUser("Ada")
		desk := h.tg.NewSupergroup("Desk", ada)
		ada.AddBot(desk)
		ada.SaysIn(desk, "/slow")
		h.settle()

		if sent, edited := len(h.tg.Calls("sendMessage")), len(h.tg.Calls("editMessageText")); sent != 1 || edited != 2 {
			t.Errorf("%d messages and %d edits", sent, edited)
		}

		if got := desk.Transcript(); !strings.HasSuffix(strings.TrimSpace(got), "One. Two <b>. Three.") || strings.Count(got, "One.") != 1 {
			t.Error(got)
		}
	})
}

// TestNoPartsOfAnAnswer: a server that has neither drafts nor edits brings the whole answer, and
// the operator reads once what it lacks.
func TestNoPartsOfAnAnswer(t *testing.T) {
	inBubble(t, telegramtest.Options{Only: []string{"getMe", "getUpdates", "sendMessage"}}, func(h *fixture) {
		h.talk.answer = inParts

		ada := h.tg.NewUser("Ada")
		for range 2 {
			ada.Says("/slow")
			h.settle()
		}

		h.transcript(ada.Private().Transcript(), "Ada: /slow\nbot: One. Two <b>. Three.\nAda: /slow\nbot: One. Two <b>. Three.")

		if n := h.log.count("method=sendMessageDraft"); n != 1 {
			t.Errorf("%d warnings:\n%s", n, h.log)
		}
	})
}
