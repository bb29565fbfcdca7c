package status

import (
	"context"

	"newsbell/adapters"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news/summary"
)

// What a sample alert leads to, and who published it.
const (
	sampleURL    = "https://example.com/newsbell-sample"
	sampleOutlet = "Newsbell"
)

// SendSample sends a sample alert the way real alerts are sent, which proves
// that the bot may post there.
func (h *Handler) SendSample(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.sampleTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	sample := &adapters.Message{Nonce: turn.MessageNonce(t.Request.Key), Alert: &adapters.Alert{
		Title: t.Say("test.title"), URL: sampleURL, Outlet: sampleOutlet, Published: t.Now,
		Summary: summary.Summarize(t.Say("test.summary"), t.Say("test.title"), "", h.Summary),
		Matched: []string{t.Say("test.word")},
	}}

	sample.Words = t.Texts

	problem, gone := h.SendNow(ctx, dest.ChatInfo, sample)
	switch {
	case problem == "":
		return testSent(t.Words, dest.Name(t.Words)), nil
	case gone && dest.Own && !dest.Here:
		return t.Message("state.closed_test"), nil
	default:
		return testFailed(t, dest.Name(t.Words), problem, h.missingRights(ctx, t, dest)), nil
	}
}

func testSent(w wording.Words, where string) *adapters.Message {
	return w.Message(wording.PickVariant("test.sent", where), "where", where)
}

func testFailed(t *turn.Turn, where, problem string, missing []string) *adapters.Message {
	if len(missing) > 0 {
		return t.MissingRights(where, missing)
	}

	return t.Message(wording.PickVariant("test.failed", where), "where", where, "reason", t.Translate(problem))
}

// sampleTarget is where a sample goes. In a channel of a server, those who may
// manage it get it right there.
func (h *Handler) sampleTarget(ctx context.Context, t *turn.Turn) (turn.Target, error) {
	if t.IsPrivate() || t.Options["to"] != "" {
		return h.FindTarget(ctx, t)
	}

	if may, err := h.RightsIn(ctx, t, t.Request.Chat); err == nil && may.Manage {
		return turn.Target{ChatInfo: t.Request.Chat, Here: true}, nil
	}

	return h.FindTarget(ctx, t)
}

// missingRights lists the rights that the bot lacks in a target.
func (h *Handler) missingRights(ctx context.Context, t *turn.Turn, dest turn.Target) []string {
	if a := h.Adapters[dest.Platform]; a != nil && dest.IsShared() {
		if may, err := a.Rights(ctx, dest.Chat, t.Request.User.ID); err == nil {
			return may.Missing
		}
	}

	return nil
}
