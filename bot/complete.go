package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/reading"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
)

// completions is how many values a platform shows (adapters.Handler).
const completions = 25

// completeTime is how long a person who types waits at most.
const completeTime = time.Second

// Complete implements [adapters.Handler].
func (b *Bot) Complete(ctx context.Context, r *adapters.Request) []adapters.Choice {
	ctx, cancel := context.WithTimeout(ctx, completeTime)
	defer cancel()

	t := b.NewTurn(r)
	t.Options = r.Options

	if err := b.Store.View(ctx, t.GrantByRole); err != nil {
		return nil
	}

	if !b.IsInvited(t) {
		return nil
	}

	typed := strings.ToLower(strings.TrimSpace(r.Options[r.Focus]))

	var all []adapters.Choice

	switch r.Focus {
	case "when":
		all = t.CompleteWhen()
	case "for":
		all = t.CompleteFor()
	case "command":
		for _, row := range b.ownCommands(t.Words) {
			all = append(all, adapters.Choice{Label: "/" + row.Name + " " + row.Summary, Value: row.Name})
		}

		all = append(all, adapters.Choice{Label: t.Say("help.queries_label"), Value: "queries"})
	case "which":
		all = b.completeWhich(ctx, t)
	case "key":
		all = b.settings.CompleteKey(t)
	case input.OptionLabel:
		all = b.follow.CompleteLabel(ctx, t)
	}

	found := []adapters.Choice{}
	for _, c := range all {
		if len(found) < completions && (strings.Contains(strings.ToLower(c.Label), typed) || strings.Contains(strings.ToLower(c.Value), typed)) {
			c.Label = wording.Cut(c.Label, 100)
			found = append(found, c)
		}
	}

	return found
}

// completeWhich offers the person's own subscriptions, or sources.
func (b *Bot) completeWhich(ctx context.Context, t *turn.Turn) []adapters.Choice {
	dest, err := b.FindTarget(ctx, t)
	if err != nil { // then the command itself will say why
		return nil
	}

	var all []adapters.Choice

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil || c.ID == 0 {
			return err
		}

		if t.Request.Command == "sources" {
			own, err := tx.OwnSources(c.ID)
			for _, s := range own {
				all = append(all, adapters.Choice{Label: reading.SourceName(s), Value: button.ID(s.ID)})
			}

			return err
		}

		subscriptions, err := tx.Subscriptions(c.ID)
		for _, s := range subscriptions {
			all = append(all, adapters.Choice{Label: "#" + strconv.Itoa(s.Number) + " " + s.Query, Value: strconv.Itoa(s.Number)})
		}

		return err
	})
	if err != nil {
		b.Log.Warn("values could not be offered", "error", err)
	}

	return all
}
