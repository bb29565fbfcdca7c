package follow

import (
	"context"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// FollowSource subscribes a chat to all articles of a source.
func (h *Handler) FollowSource(tx *store.Tx, t *turn.Turn, dest turn.Target, s *store.Source) (*turn.Reply, error) {
	q, err := query.Parse(feedQuery(s.URL))
	if err != nil {
		return nil, t.Refuse("sources.not_followable")
	}

	delivery, err := changedDelivery(t, subscriptions.Delivery{})
	if err != nil {
		return nil, err
	}

	wanted := &Wanted{Text: feedQuery(s.URL), Query: q, Delivery: delivery, Target: dest}

	return h.addSubscription(tx, t, wanted, nil)
}

// feedQuery is the query that all articles of a feed match.
func feedQuery(address string) string {
	if strings.ContainsAny(address, " ()|,\"") || strings.Contains(address, "?") {
		return `feed:"` + strings.ReplaceAll(address, `"`, "%22") + `"`
	}

	return "feed:" + address
}

// PressFollow subscribes a chat to all of a source that it has.
func (h *Handler) PressFollow(ctx context.Context, t *turn.Turn, dest turn.Target, c *store.Chat, n int64) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		all, err := tx.SourcesFor(c.ID)
		if err != nil {
			return nil, err
		}

		for _, s := range all {
			if s.ID == n {
				return h.FollowSource(tx, t, dest, s)
			}
		}

		return nil, t.Refuse("sources.gone")
	})
}
