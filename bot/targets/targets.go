// Package targets is where else the alerts of a chat go (/targets): a webhook, ntfy, mail.
//
// A target is confirmed with a code that is sent there, where that has to be, and has its own times.
// What an address means is not known here: [turn.Config] has who reads it.
package targets

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/settings"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// Handler answers /targets. It is safe for concurrent use.
type Handler struct {
	*turn.Services
	Settings *settings.Handler // asks for the time zone
}

// mostTargets is how many other targets the alerts of one chat go to.
const mostTargets = 5

// Manage shows where else the alerts of a chat go, or adds or removes a target.
func (h *Handler) Manage(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	word, rest, _ := strings.Cut(t.Text, " ")
	rest = strings.TrimSpace(rest)

	switch word = strings.ToLower(word); {
	case word == "add" && rest != "":
		return h.addTarget(ctx, t, dest, rest)
	case word == "confirm" && rest != "":
		return h.confirmTarget(ctx, t, dest, rest)
	case strings.Contains(word, "://"), strings.Contains(word, "@"):
		return h.addTarget(ctx, t, dest, t.Text)
	case word == "remove" && rest != "":
		return h.removeTarget(ctx, t, dest, rest)
	case word == "when" && rest != "":
		return h.scheduleTarget(ctx, t, dest, rest)
	}

	var m *adapters.Message

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return err
		}

		m = h.listTargets(t, c, all)

		return nil
	})

	return m, err
}

// listTargets lists where else alerts of a chat go, each with a button that removes it.
func (h *Handler) listTargets(t *turn.Turn, c *store.Chat, all []store.Target) *adapters.Message {
	m := &adapters.Message{}
	if len(all) == 0 {
		m = t.Message("target.none")
	}

	for i, g := range all {
		name := h.NameOfTarget(g.URL)

		key := "target.line"

		switch {
		case g.State == store.Asleep:
			key = "target.line_away"
		case g.Code != "":
			key = "target.line_waits"
		case g.Failing != "":
			key = "target.line_failing"
		case g.Schedule.Kind != subscriptions.AtOnce:
			key = "target.line_when"
		}

		m.Text = append(m.Text, t.Line(key, "n", i+1, "place", name, "when", t.Schedule("schedule", g.Schedule, h.ZoneOf(c)), "reason", t.Translate(g.Failing)))
		m.Buttons = append(m.Buttons, []adapters.Button{t.Button(button.Cut(t.Say("target.remove", "place", name)), "targets", "remove id"+button.ID(g.Chat))})
	}

	if _, err := h.ParseTarget("you@example.org"); err == nil && len(all) < mostTargets {
		m.Text = append(m.Text, t.Line("target.mail_too"))
	}

	return m
}

// addTarget has alerts go to an address, too, and sends a test there. Behind the address may
// stand the secret of a target that comes back, and when alerts go there.
func (h *Handler) addTarget(ctx context.Context, t *turn.Turn, dest turn.Target, text string) (*adapters.Message, error) {
	address, rest, _ := strings.Cut(text, " ")

	at, err := h.ParseTarget(address)
	if err != nil {
		return nil, t.Refuse("target.wrong")
	}

	address = at.Address
	g := store.Target{URL: address}

	if at.Signed {
		if secret, after, _ := strings.Cut(rest, " "); len(secret) == len(rand.Text()) {
			g.Secret, rest = secret, after
		} else {
			g.Secret = rand.Text()
		}
	}

	if g.Schedule, err = subscriptions.ParseSchedule(rest); err != nil {
		return nil, t.Refuse("settings.digest_unknown", "typed", news.Shorten(rest, 60))
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		all, err := tx.Targets(c.ID)

		switch {
		case err != nil:
			return nil, err
		case slices.ContainsFunc(all, func(g store.Target) bool { return g.URL == address }):
			return &turn.Reply{Answer: h.listTargets(t, c, all)}, nil
		case len(all) >= mostTargets:
			m := t.Message("target.many", "n", len(all))
			m.Buttons = h.listTargets(t, c, all).Buttons

			return &turn.Reply{Answer: m}, nil
		}

		if at.Confirm {
			return h.sendCode(t, tx, c, at, g.Schedule)
		}

		return h.saveTarget(tx, t, dest, c, at, g)
	})
}

// saveTarget has alerts go to a target from now on, and sends a test there.
func (h *Handler) saveTarget(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, at turn.TargetInfo, target store.Target) (*turn.Reply, error) {
	g, err := tx.AddTarget(c, target)
	if err != nil {
		return nil, err
	}

	m, err := h.targetAdded(tx, t, dest, c, g)
	if err != nil {
		return nil, err
	}

	if at.Signed {
		m.Text = append(m.Text, t.Line("target.secret", "secret", adapters.Code(g.Secret)))
		m.Buttons = append(m.Buttons, t.CopyRow(g.Secret)...)
		m.Private = !t.IsPrivate()
	}

	return &turn.Reply{Answer: m}, errors.Join(tx.Notify(g.Chat, t.Say("target.test")), tx.Log(c.ID, t.PersonID(), "added the target "+at.Name))
}

// codeTime is how long a code is good.
const codeTime = 24 * time.Hour

// sendCode adds a target to which alerts go once the code that is sent there is said in the chat.
func (h *Handler) sendCode(t *turn.Turn, tx *store.Tx, c *store.Chat, at turn.TargetInfo, when subscriptions.Schedule) (*turn.Reply, error) {
	may, err := tx.NoteCode(t.PersonID(), at.Address)
	if err != nil {
		return nil, err
	}

	if !may {
		return nil, t.Refuse("target.code_many")
	}

	code := rand.Text()[:8]

	g, err := tx.AddTarget(c, store.Target{URL: at.Address, Code: code, CodeUntil: tx.Now.Add(codeTime), Schedule: when})
	if err != nil {
		return nil, err
	}

	return &turn.Reply{Answer: t.Message("target.code_sent", "place", at.Name)},
		errors.Join(tx.Notify(g.Chat, t.Say("target.code", "code", code)), tx.Log(c.ID, t.PersonID(), "added the target "+at.Name))
}

// findTargets finds a chat and the targets that its alerts go to, too.
func findTargets(tx *store.Tx, dest turn.Target) (c *store.Chat, all []store.Target, err error) {
	if c, err = turn.FindChat(tx, dest); err != nil {
		return nil, nil, err
	}

	all, err = tx.Targets(c.ID)

	return c, all, err
}

// confirmTarget has alerts go to the target that a code was sent to.
func (h *Handler) confirmTarget(ctx context.Context, t *turn.Turn, dest turn.Target, code string) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return nil, err
		}

		for _, g := range all {
			if g.Code == "" || !strings.EqualFold(g.Code, code) || tx.Now.After(g.CodeUntil) {
				continue
			}

			m, err := h.targetAdded(tx, t, dest, c, &g)
			if err != nil {
				return nil, err
			}

			if g.Schedule.Kind == subscriptions.AtOnce { // mail is for who reads it once a day
				m.Buttons[0] = append(m.Buttons[0], t.Button(t.Say("choice.morning"), "targets", "when id"+button.ID(g.Chat)+" daily 8:00"))
			}

			return &turn.Reply{Answer: m}, errors.Join(tx.ConfirmTarget(g.Chat), tx.Notify(g.Chat, t.Say("target.test")))
		}

		return nil, t.Refuse("target.code_wrong")
	})
}

// targetAdded replies that alerts go to a target now, and when.
func (h *Handler) targetAdded(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, g *store.Target) (*adapters.Message, error) {
	lines, more, err := h.targetTimes(tx, t, dest, c, g)
	if err != nil {
		return nil, err
	}

	m := t.Message("target.added", "place", h.NameOfTarget(g.URL))
	m.Text = append(m.Text, lines...)
	m.Buttons = [][]adapters.Button{append([]adapters.Button{t.Button(t.Say("button.undo"), "targets", "remove id"+button.ID(g.Chat))}, more...)}

	return m, nil
}

// targetTimes say when alerts go to a target that has times of its own, and what time zone that is
// in if the chat has set none.
func (h *Handler) targetTimes(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, g *store.Target) (adapters.Text, []adapters.Button, error) {
	if g.Schedule.Kind == subscriptions.AtOnce {
		return nil, nil, nil
	}

	lines, more, err := h.Settings.AskZoneOnce(tx, t, dest, c, g.Schedule)
	first := t.Line("target.when", "place", h.NameOfTarget(g.URL), "when", t.Schedule("schedule", g.Schedule, h.ZoneOf(c)))

	return append(adapters.Text{first}, lines...), more, err
}

// scheduleTarget says when alerts go to a target, as one digest; "now": as they come in the chat.
// text is which target, as removeTarget takes it, and when.
func (h *Handler) scheduleTarget(ctx context.Context, t *turn.Turn, dest turn.Target, text string) (*adapters.Message, error) {
	which, typed, _ := strings.Cut(text, " ")

	when, err := subscriptions.ParseSchedule(typed)
	if err != nil {
		return nil, t.Refuse("settings.digest_unknown", "typed", news.Shorten(typed, 60))
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return nil, err
		}

		g := findTargetNamed(all, which)
		if g == nil || typed == "" {
			return &turn.Reply{Answer: h.listTargets(t, c, all)}, nil
		}

		before := input.OrNow(g.Schedule.String())
		g.Schedule = when

		lines, more, err := h.targetTimes(tx, t, dest, c, g)
		if err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: lines}
		if lines == nil {
			m.Text = t.Lines("target.when_now", "place", h.NameOfTarget(g.URL))
		}

		m.Buttons = [][]adapters.Button{append([]adapters.Button{t.Button(t.Say("button.undo"), "targets", "when id"+button.ID(g.Chat)+" "+before)}, more...)}

		return &turn.Reply{Answer: m}, errors.Join(tx.ScheduleTarget(g.Chat, when), tx.Reschedule(c.ID, h.TimeZone, turn.IsSpared),
			tx.Log(c.ID, t.PersonID(), "set "+h.NameOfTarget(g.URL)+" to "+input.OrNow(when.String())))
	})
}

// findTargetNamed finds a target by its number in the list, or "id" and its row; nil: there is none.
func findTargetNamed(all []store.Target, which string) *store.Target {
	for i := range all {
		if which == strconv.Itoa(i+1) || which == "id"+button.ID(all[i].Chat) {
			return &all[i]
		}
	}

	return nil
}

// removeTarget ends that alerts go to a target: which is its number in the list, or "id" and
// its row.
func (h *Handler) removeTarget(ctx context.Context, t *turn.Turn, dest turn.Target, which string) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return nil, err
		}

		g := findTargetNamed(all, which)
		if g == nil {
			return &turn.Reply{Answer: h.listTargets(t, c, all)}, nil
		}

		name := h.NameOfTarget(g.URL)
		m := t.Message("target.removed", "place", name)
		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "targets", strings.Join(strings.Fields("add "+g.URL+" "+g.Secret+" "+g.Schedule.String()), " "))}}

		return &turn.Reply{Answer: m}, errors.Join(tx.Forget(g.Chat), tx.Log(c.ID, t.PersonID(), "removed the target "+name))
	})
}
