package bot

import (
	"context"

	"newsbell/adapters"
	"newsbell/news/summary"
)

// test sends a sample alert the way that alerts are sent, which proves that the
// bot may post there.
func (b *Bot) test(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.testPlace(ctx, t)
	if err != nil {
		return nil, err
	}

	sample := &adapters.Message{Nonce: nonce(t.r.Key), Alert: &adapters.Alert{
		Title: sampleTitle, URL: sampleURL, Outlet: sampleOutlet, Published: t.now,
		Summary: summary.Summarize(sampleSummary, sampleTitle, "", b.Summary),
		Matched: []string{sampleWord},
	}}

	trouble, gone := b.deliver(ctx, p.ChatInfo, sample)
	switch {
	case trouble == "":
		return say(textTested(p.name())), nil
	case gone && p.mine && !p.here:
		return say(textClosedTest), nil
	default:
		return say(textTestFailed(p.name(), trouble, b.missing(ctx, t, p))), nil
	}
}

// testPlace is where a sample goes: in a channel of a server those who may
// configure it see it there.
func (b *Bot) testPlace(ctx context.Context, t *turn) (place, error) {
	if t.private() || t.options["to"] != "" {
		return b.place(ctx, t)
	}

	if may, err := b.manages(ctx, t, t.r.Chat); err == nil && may.Manage {
		return place{ChatInfo: t.r.Chat, here: true}, nil
	}

	return b.place(ctx, t)
}

// missing asks which rights the bot lacks in a place.
func (b *Bot) missing(ctx context.Context, t *turn, p place) []string {
	if a := b.Adapters[p.Platform]; a != nil && p.shared() {
		if may, err := a.Rights(ctx, p.Chat, t.r.User.ID); err == nil {
			return may.Missing
		}
	}

	return nil
}
