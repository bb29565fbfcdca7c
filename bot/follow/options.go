package follow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// changedDelivery is a delivery as the options change it.
func changedDelivery(t *turn.Turn, d subscriptions.Delivery) (subscriptions.Delivery, error) {
	d, err := input.ChangeDelivery(d, t.Options)

	switch {
	case errors.Is(err, input.ErrNoThread):
		return d, t.Refuse("subscribe.talk_how")
	case errors.Is(err, input.ErrOnlySpike):
		return d, t.Refuse("subscribe.only_spike")
	case err != nil:
		return d, turn.RefuseSaying(t.Translated(err))
	default:
		return d, nil
	}
}

// parseOnly is what only: has a language model judge articles by.
func (h *Handler) parseOnly(t *turn.Turn) (string, error) {
	only := strings.TrimSpace(news.OneLine(t.Options[input.OptionOnly]))

	switch {
	case t.Options[input.OptionOnly] == "" || input.IsOff(only):
		return "", nil
	case only == "" || utf8.RuneCountInString(only) > subscriptions.LongestOnly:
		return "", t.Refuse("subscribe.only_how", "n", subscriptions.LongestOnly)
	case !h.Writer.Works():
		return "", t.Refuse("subscribe.only_needs")
	default:
		return only, nil
	}
}

// changeScope gives a subscription the scope and the number of outlets that were asked for.
func changeScope(t *turn.Turn, tx *store.Tx, s *store.Subscription, wanted *Wanted) error {
	if t.Options["in"] != "" {
		s.Scope = wanted.scope
	}

	if t.Options["min"] != "" {
		s.Outlets = wanted.Min
	}

	return tx.SetScope(s.ID, s.Scope, s.Outlets)
}

// addScope says what a subscription is matched against, with a button for the other
// choice where there is one.
func addScope(t *turn.Turn, tx *store.Tx, m *adapters.Message, wanted *Wanted, s *store.Subscription) error {
	if s.Outlets > 1 {
		m.Text = append(m.Text, t.Line("bundle.min_outlets", "n", s.Outlets))
	}

	n, err := tx.CountSources(s.Chat)
	if err != nil {
		return err
	}

	text := t.ScopeText(s, n)
	if text == "" || len(wanted.Query.Bundles()) > 0 {
		return nil
	}

	m.Text = append(m.Text, adapters.Line{adapters.Plain(text)})

	label, scope := t.Say("button.look_everywhere"), input.ScopeEverywhere
	if s.Scope == store.ScopeEverywhere {
		label, scope = t.Say("button.look_mine"), input.ScopeMine
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(label, "subscribe", turn.Join(turn.ToOption(wanted.Target), "in:"+scope, s.Query))})

	return nil
}

// mostRoles is how many roles a subscription's alerts mention at most, as many as Discord's
// menu takes.
const mostRoles = 10

// parsePing reads the roles that ping: names, with commas between, and checks that each
// would be mentioned; "" for none.
func (h *Handler) parsePing(ctx context.Context, t *turn.Turn, dest turn.Target) (string, error) {
	ping := t.Options["ping"]
	if ping == "" || input.IsOff(ping) {
		return "", nil
	}

	var roles []string

	for word := range strings.SplitSeq(ping, ",") {
		role := strings.Trim(strings.TrimSpace(word), "<@&>")
		if !input.IsDigits(role) {
			return "", t.Refuse("subscribe.ping_needs")
		}

		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}

	if dest.Platform != turn.Discord || !dest.IsShared() || len(roles) > mostRoles {
		return "", t.Refuse("subscribe.ping_needs")
	}

	ping = strings.Join(roles, ",")

	return ping, h.CheckPing(ctx, t, dest, ping)
}

// parseLabel is the tag that label: gives the posts of a subscription, as its forum writes it.
func (h *Handler) parseLabel(ctx context.Context, t *turn.Turn, dest turn.Target) (string, error) {
	label := strings.TrimSpace(news.OneLine(t.Options[input.OptionLabel]))
	if label == "" || input.IsOff(label) {
		return "", nil
	}

	names, ok := h.LabelsOf(ctx, dest)

	switch {
	case !ok:
		return "", t.Refuse("subscribe.label_needs")
	case len(names) == 0:
		return "", t.Refuse("subscribe.no_labels")
	}

	for _, name := range names {
		if strings.EqualFold(name, label) {
			return wording.Cut(name, store.LongestLabel), nil
		}
	}

	return "", t.Refuse("subscribe.other_label", "label", wording.Cut(label, store.LongestLabel), "labels", t.And(names[:min(len(names), labelsNamed)]))
}

// labelsNamed is how many tags of a forum are named to who gave another: Discord allows 20.
const labelsNamed = 20

// CompleteLabel offers the tags of the forum that alerts go to.
func (h *Handler) CompleteLabel(ctx context.Context, t *turn.Turn) []adapters.Choice {
	dest, err := h.FindTarget(ctx, t)
	if err != nil { // then the command itself will say why
		return nil
	}

	var all []adapters.Choice

	names, _ := h.LabelsOf(ctx, dest)
	for _, name := range names {
		all = append(all, adapters.Choice{Label: name, Value: name})
	}

	return all
}
