package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
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

	t := &turn{r: r, now: time.Now(), tokens: map[string]token{}, options: r.Options}
	if _, allowed := b.checkAccess(t); !allowed {
		return nil
	}

	typed := strings.ToLower(strings.TrimSpace(r.Options[r.Focus]))

	var all []adapters.Choice

	switch r.Focus {
	case "when":
		all = completeWhen()
	case "for":
		all = completeFor()
	case "command":
		for _, row := range table() {
			all = append(all, adapters.Choice{Label: "/" + row.Name + " " + row.Summary, Value: row.Name})
		}

		all = append(all, adapters.Choice{Label: labelQueries, Value: "queries"})
	case "which":
		all = b.completeWhich(ctx, t)
	}

	found := []adapters.Choice{}
	for _, c := range all {
		if len(found) < completions && (strings.Contains(strings.ToLower(c.Label), typed) || strings.Contains(strings.ToLower(c.Value), typed)) {
			c.Label = cutRunes(c.Label, 100)
			found = append(found, c)
		}
	}

	return found
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}

	return s
}

// completeWhich offers the person's own subscriptions, or sources.
func (b *Bot) completeWhich(ctx context.Context, t *turn) []adapters.Choice {
	p := target{ChatInfo: t.r.Chat}
	if t.r.Chat.Platform == discord && !t.private() {
		var err error
		if p, err = privateTarget(t); err != nil {
			return nil
		}
	}

	var all []adapters.Choice

	err := b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, p)
		if err != nil || c.ID == 0 {
			return err
		}

		if t.r.Command == "sources" {
			own, err := tx.OwnSources(c.ID)
			for _, s := range own {
				all = append(all, adapters.Choice{Label: sourceName(s), Value: formatID(s.ID)})
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
