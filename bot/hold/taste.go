package hold

import (
	"context"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/taste"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// React keeps what a chat thinks of an alert. When enough alerts that it wants less of share
// something, one rule is proposed with what it would have done.
func (h *Handler) React(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, kind store.Reaction) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if err := tx.React(a.ID, kind); err != nil {
			return nil, err
		}

		m := &adapters.Message{Private: true}
		undo := adapters.Button{Label: t.Say("button.undo"), Data: button.Unreact + button.ID(a.ID) + ":" + string(kind)}

		if kind == store.More {
			m.Text, m.Buttons = t.Lines("taste.more"), [][]adapters.Button{{undo}}
			return &turn.Reply{Answer: m}, nil
		}

		p, found, err := proposeRule(tx, c.ID)
		if err != nil {
			return nil, err
		}

		m.Text, m.Buttons = t.Lines("taste.less"), [][]adapters.Button{{undo}}
		if found {
			m.Text = t.Lines("taste."+string(p.Kind), "shared", p.Less, "what", p.Value, "n", p.Dropped, "all", p.Of)
			rule := button.ID(a.ID) + ":" + string(p.Kind) + ":"

			if p.Kind == taste.Word { // an outlet is the alert's own: a name may be too long for a button
				rule += p.Value
			}

			m.Buttons = [][]adapters.Button{
				{{Label: t.Say("button.apply_rule"), Data: button.Rule + rule}, {Label: t.Say("button.no_thanks"), Data: button.NoRule + rule}},
				{undo},
			}
		}

		return &turn.Reply{Answer: m}, nil
	})
}

// proposeRule finds the rule that the alerts ask for that a chat wants less of.
func proposeRule(tx *store.Tx, chat int64) (p taste.Proposal, found bool, err error) {
	unwanted, err := tasteAlerts(tx.Unwanted(chat))
	if err != nil || len(unwanted) < taste.Needed {
		return p, false, err
	}

	latest, err := tasteAlerts(tx.LatestAlerts(chat, taste.Latest))
	if err != nil {
		return p, false, err
	}

	follows, err := tx.Subscriptions(chat)
	if err != nil {
		return p, false, err
	}

	queries := taste.Queries{}

	for _, s := range follows {
		if q, err := query.ParseCanonical(s.Canonical); err == nil {
			queries[s.ID] = q
		}
	}

	settled, err := tx.SettledRules(chat)
	if err != nil {
		return p, false, err
	}

	p, found = taste.Propose(unwanted, latest, queries, func(kind taste.Kind, value string) bool {
		return settled[store.MuteKind(kind)][strings.ToLower(value)]
	})

	return p, found, nil
}

// tasteAlerts converts alerts to what package taste takes. Those whose subscriptions have all
// ended are left out.
func tasteAlerts(alerts []*store.Alert, err error) (converted []taste.Alert, _ error) {
	for _, a := range alerts {
		if a.Article == nil {
			continue
		}

		one := taste.Alert{Article: &a.Article.News, Matched: matchedWords(a), Less: a.Reactions[store.Less], Kept: a.Reactions[store.More] || a.Reactions[store.Opened]}

		for _, h := range a.Hits {
			if h.Live {
				one.Follows = append(one.Follows, h.Subscription)
			}
		}

		if len(one.Follows) > 0 {
			converted = append(converted, one)
		}
	}

	return converted, err
}

// Unreact takes back what a chat thought of an alert.
func (h *Handler) Unreact(ctx context.Context, t *turn.Turn, a *store.Alert, kind string) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		err := tx.Unreact(a.ID, store.Reaction(kind))
		return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: t.Lines("taste.undone")}}, err
	})
}

// SettleRule applies a rule that was proposed ("word:football", "outlet:"), or never proposes it
// again. How far it reaches is worked out anew: subscriptions may have ended since.
func (h *Handler) SettleRule(ctx context.Context, t *turn.Turn, c *store.Chat, a *store.Alert, apply bool, rule string) (*adapters.Message, error) {
	kind, value, _ := strings.Cut(rule, ":")
	if a.Article == nil || kind == string(store.MuteWord) && !taste.IsPlain(value) {
		return t.OldButton(), nil
	}

	if kind == string(store.MuteOutlet) {
		value = a.Article.News.Outlet
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if !apply {
			err := tx.DeclineRule(c.ID, store.MuteKind(kind), strings.ToLower(value))
			return &turn.Reply{Answer: &adapters.Message{Replace: true, Text: t.Lines("taste.declined")}}, err
		}

		if kind == string(store.MuteOutlet) {
			return h.addMute(tx, t, c, store.OutletMute(c.ID, value))
		}

		unwanted, err := tasteAlerts(tx.Unwanted(c.ID))
		if err != nil {
			return nil, err
		}

		return h.muteWordIn(tx, t, c, taste.WordRule(value, unwanted).Subscriptions, value, time.Time{})
	})
}
