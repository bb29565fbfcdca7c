package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// Platforms that differ in where alerts go, or in who may do what.
const (
	telegram = "telegram"
	discord  = "discord"
	terminal = "terminal" // the person there always is an operator
)

// target is the chat that a command is about.
type target struct {
	adapters.ChatInfo
	here bool // it is where the command was given
	own  bool // it is the person's own private chat
	// missing are the rights that the bot needs to post there, of a chat that
	// others read too.
	missing []string
}

// isShared reports whether others read the chat too.
func (dest target) isShared() bool { return dest.Kind != adapters.Private }

// name is the target as a reply calls it; "" means here.
func (dest target) name(w words) string {
	switch {
	case dest.here:
		return ""
	case dest.own:
		return w.Say("list.direct")
	case dest.Title != "":
		return dest.Title
	default:
		return dest.Address
	}
}

// findTarget finds the chat that a command is about: what to: names, otherwise
// by the rules of the platform. In a shared chat the person must be allowed to
// manage it, which is checked each time.
func (b *Bot) findTarget(ctx context.Context, t *turn) (target, error) {
	here := target{ChatInfo: t.r.Chat, here: true, own: t.private()}
	switch to := strings.TrimSpace(t.options["to"]); strings.ToLower(to) {
	case "", "me":
		if t.private() {
			return here, nil
		}

		if t.r.Chat.Platform == discord {
			return privateTarget(t)
		}

		if to == "" {
			may, err := b.rightsIn(ctx, t, t.r.Chat)
			if here.missing = may.Missing; err != nil || may.Manage {
				return here, err
			}
		}

		return target{}, t.inviteToPrivate()
	case "here", "this":
		return b.requireManager(ctx, t, here)
	default:
		return b.findNamed(ctx, t, to)
	}
}

// privateTarget is the person's direct messages.
func privateTarget(t *turn) (target, error) {
	if t.r.User.ID == "" {
		return target{}, t.refuse("error.unknown_person")
	}

	address := t.r.User.ID
	if t.r.Chat.Platform == discord {
		address = "@" + address
	}

	return target{own: true, ChatInfo: adapters.ChatInfo{
		Chat: adapters.Chat{Platform: t.r.Chat.Platform, Address: address}, Kind: adapters.Private, Title: t.r.User.Name,
	}}, nil
}

// inviteToPrivate is what a member of a group gets: a button that opens the
// private chat and goes on there. The request is not repeated in the group.
func (t *turn) inviteToPrivate() error {
	if t.r.User.ID == "" {
		return t.refuse("error.unknown_person")
	}

	command := t.command

	text := t.text
	if sub := t.options["sub"]; sub != "" {
		text = strings.TrimSpace(sub + " " + text)
	}

	if when := t.options["when"]; when != "" {
		text = "when:" + when + " " + text
	}

	m := t.say("rights.private_chat")
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.private_chat"), Main: true, Start: t.saveToken(token{Who: t.personID(), Command: command, Text: text})}}}

	return &refusal{m}
}

// findNamed finds the chat that to: names.
func (b *Bot) findNamed(ctx context.Context, t *turn, name string) (target, error) {
	a := b.Adapters[t.r.Chat.Platform]
	if a == nil || t.r.Chat.Platform == terminal {
		return target{}, t.refuse("rights.only_here")
	}

	if t.isGuest() {
		return target{}, t.refuse("rights.absent")
	}

	info, err := a.Lookup(ctx, name, t.r)
	if err != nil {
		return target{}, refuseRequest(t.Translated(err))
	}

	dest := target{ChatInfo: info, here: info.Chat == t.r.Chat.Chat, own: isOwnChat(t, info.Chat)}
	if dest.own {
		return dest, nil
	}

	return b.requireManager(ctx, t, dest)
}

// isOwnChat reports whether a chat is the person's own.
func isOwnChat(t *turn, c adapters.Chat) bool {
	id := t.r.User.ID
	return t.private() && c == t.r.Chat.Chat || id != "" && c.Platform == t.r.Chat.Platform && (c.Address == id || c.Address == "@"+id)
}

// chatInfo is a stored chat as the platforms see it.
func chatInfo(c *store.Chat) adapters.ChatInfo {
	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: c.Platform, Address: c.Address}, Kind: adapters.Kind(c.Kind), Title: c.Title, Server: c.Server,
	}
}

// ensureChat returns the target's row, made if it is new.
func (t *turn) ensureChat(tx *store.Tx, dest target) (*store.Chat, error) {
	c := store.Chat{
		Platform: dest.Platform, Address: dest.Address, Kind: string(dest.Kind), Title: dest.Title, Server: dest.Server, SetUpBy: t.r.User.ID,
	}
	if dest.own {
		c.Language = t.r.User.Language
		return tx.EnsureChat(c)
	}

	// Where others read too, the server's language counts; without one, that of whoever
	// set the chat up.
	c.Language = dest.Language
	if c.Language == "" {
		switch _, err := tx.Chat(dest.Platform, dest.Address); {
		case errors.Is(err, store.ErrNotFound):
			c.Language = t.r.User.Language
		case err != nil:
			return nil, err
		}
	}

	return tx.EnsureChat(c)
}

// findChat returns the target's row for reading; a new one has no ID.
func findChat(tx *store.Tx, dest target) (*store.Chat, error) {
	c, err := tx.Chat(dest.Platform, dest.Address)
	if errors.Is(err, store.ErrNotFound) {
		return &store.Chat{Platform: dest.Platform, Address: dest.Address, Kind: string(dest.Kind), State: store.Active, Pictures: true}, nil
	}

	return c, err
}

// loadChat is findChat in a transaction of its own.
func (b *Bot) loadChat(ctx context.Context, dest target) (c *store.Chat, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = findChat(tx, dest)
		return err
	})

	return c, err
}

// mostTargets is how many other targets the alerts of one chat go to.
const mostTargets = 5

// manageTargets shows where else the alerts of a chat go, or adds or removes a target.
func (b *Bot) manageTargets(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	word, rest, _ := strings.Cut(t.text, " ")
	rest = strings.TrimSpace(rest)

	switch word = strings.ToLower(word); {
	case word == "add" && rest != "":
		return b.addTarget(ctx, t, dest, rest)
	case word == "confirm" && rest != "":
		return b.confirmTarget(ctx, t, dest, rest)
	case strings.Contains(word, "://"), strings.Contains(word, "@"):
		return b.addTarget(ctx, t, dest, t.text)
	case word == "remove" && rest != "":
		return b.removeTarget(ctx, t, dest, rest)
	case word == "when" && rest != "":
		return b.scheduleTarget(ctx, t, dest, rest)
	}

	var m *adapters.Message

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return err
		}

		m = b.listTargets(t, c, all)

		return nil
	})

	return m, err
}

// listTargets lists where else alerts of a chat go, each with a button that removes it.
func (b *Bot) listTargets(t *turn, c *store.Chat, all []store.Target) *adapters.Message {
	m := &adapters.Message{}
	if len(all) == 0 {
		m = t.say("target.none")
	}

	for i, g := range all {
		name := b.nameOfTarget(g.URL)

		key := "target.line"

		switch {
		case g.State == store.Asleep:
			key = "target.line_away"
		case g.Code != "":
			key = "target.line_waits"
		case g.Schedule.Kind != subscriptions.AtOnce:
			key = "target.line_when"
		}

		m.Text = append(m.Text, t.Line(key, "n", i+1, "place", name, "when", t.Schedule("schedule", g.Schedule, b.zoneOf(c))))
		m.Buttons = append(m.Buttons, []adapters.Button{t.button(cutLabel(t.Say("target.remove", "place", name)), "targets", "remove id"+formatID(g.Chat))})
	}

	if _, err := b.ParseTarget("you@example.org"); err == nil && len(all) < mostTargets {
		m.Text = append(m.Text, t.Line("target.mail_too"))
	}

	return m
}

// nameOfTarget is a target as others may read it.
func (b *Bot) nameOfTarget(address string) string {
	at, err := b.ParseTarget(address)
	if err != nil {
		return "?" // a version before knew it, or e-mail is off now
	}

	return at.Name
}

// addTarget has alerts go to an address, too, and sends a test there. Behind the address may
// stand the secret of a target that comes back, and when alerts go there.
func (b *Bot) addTarget(ctx context.Context, t *turn, dest target, text string) (*adapters.Message, error) {
	address, rest, _ := strings.Cut(text, " ")

	at, err := b.ParseTarget(address)
	if err != nil {
		return nil, t.refuse("target.wrong")
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
		return nil, t.refuse("settings.digest_unknown", "typed", news.Shorten(rest, 60))
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, err := t.ensureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		all, err := tx.Targets(c.ID)

		switch {
		case err != nil:
			return nil, err
		case slices.ContainsFunc(all, func(g store.Target) bool { return g.URL == address }):
			return &reply{Answer: b.listTargets(t, c, all)}, nil
		case len(all) >= mostTargets:
			m := t.say("target.many", "n", len(all))
			m.Buttons = b.listTargets(t, c, all).Buttons

			return &reply{Answer: m}, nil
		}

		if at.Confirm {
			return b.sendCode(t, tx, c, at, g.Schedule)
		}

		return b.saveTarget(tx, t, dest, c, at, g)
	})
}

// saveTarget has alerts go to a target from now on, and sends a test there.
func (b *Bot) saveTarget(tx *store.Tx, t *turn, dest target, c *store.Chat, at TargetInfo, target store.Target) (*reply, error) {
	g, err := tx.AddTarget(c, target)
	if err != nil {
		return nil, err
	}

	m, err := b.targetAdded(tx, t, dest, c, g)
	if err != nil {
		return nil, err
	}

	if at.Signed {
		m.Text = append(m.Text, t.Line("target.secret", "secret", adapters.Code(g.Secret)))
		m.Buttons = append(m.Buttons, t.copyRow(g.Secret)...)
		m.Private = !t.private()
	}

	return &reply{Answer: m}, errors.Join(tx.Notify(g.Chat, t.Say("target.test")), tx.Log(c.ID, t.personID(), "added the target "+at.Name))
}

// codeTime is how long a code is good.
const codeTime = 24 * time.Hour

// sendCode adds a target to which alerts go once the code that is sent there is said in the chat.
func (b *Bot) sendCode(t *turn, tx *store.Tx, c *store.Chat, at TargetInfo, when subscriptions.Schedule) (*reply, error) {
	may, err := tx.NoteCode(t.personID(), at.Address)
	if err != nil {
		return nil, err
	}

	if !may {
		return nil, t.refuse("target.code_many")
	}

	code := rand.Text()[:8]

	g, err := tx.AddTarget(c, store.Target{URL: at.Address, Code: code, CodeUntil: tx.Now.Add(codeTime), Schedule: when})
	if err != nil {
		return nil, err
	}

	return &reply{Answer: t.say("target.code_sent", "place", at.Name)},
		errors.Join(tx.Notify(g.Chat, t.Say("target.code", "code", code)), tx.Log(c.ID, t.personID(), "added the target "+at.Name))
}

// findTargets finds a chat and the targets that its alerts go to, too.
func findTargets(tx *store.Tx, dest target) (c *store.Chat, all []store.Target, err error) {
	if c, err = findChat(tx, dest); err != nil {
		return nil, nil, err
	}

	all, err = tx.Targets(c.ID)

	return c, all, err
}

// confirmTarget has alerts go to the target that a code was sent to.
func (b *Bot) confirmTarget(ctx context.Context, t *turn, dest target, code string) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return nil, err
		}

		for _, g := range all {
			if g.Code == "" || !strings.EqualFold(g.Code, code) || tx.Now.After(g.CodeUntil) {
				continue
			}

			m, err := b.targetAdded(tx, t, dest, c, &g)
			if err != nil {
				return nil, err
			}

			if g.Schedule.Kind == subscriptions.AtOnce { // mail is for who reads it once a day
				m.Buttons[0] = append(m.Buttons[0], t.button(t.Say("choice.morning"), "targets", "when id"+formatID(g.Chat)+" daily 8:00"))
			}

			return &reply{Answer: m}, errors.Join(tx.ConfirmTarget(g.Chat), tx.Notify(g.Chat, t.Say("target.test")))
		}

		return nil, t.refuse("target.code_wrong")
	})
}

// targetAdded replies that alerts go to a target now, and when.
func (b *Bot) targetAdded(tx *store.Tx, t *turn, dest target, c *store.Chat, g *store.Target) (*adapters.Message, error) {
	lines, more, err := b.targetTimes(tx, t, dest, c, g)
	if err != nil {
		return nil, err
	}

	m := t.say("target.added", "place", b.nameOfTarget(g.URL))
	m.Text = append(m.Text, lines...)
	m.Buttons = [][]adapters.Button{append([]adapters.Button{t.button(t.Say("button.undo"), "targets", "remove id"+formatID(g.Chat))}, more...)}

	return m, nil
}

// targetTimes say when alerts go to a target that has times of its own, and what time zone that is
// in if the chat has set none.
func (b *Bot) targetTimes(tx *store.Tx, t *turn, dest target, c *store.Chat, g *store.Target) (adapters.Text, []adapters.Button, error) {
	if g.Schedule.Kind == subscriptions.AtOnce {
		return nil, nil, nil
	}

	lines, more, err := b.askZoneOnce(tx, t, settingOf{target: dest}, c, g.Schedule)
	first := t.Line("target.when", "place", b.nameOfTarget(g.URL), "when", t.Schedule("schedule", g.Schedule, b.zoneOf(c)))

	return append(adapters.Text{first}, lines...), more, err
}

// scheduleTarget says when alerts go to a target, as one digest; "now": as they come in the chat.
// text is which target, as removeTarget takes it, and when.
func (b *Bot) scheduleTarget(ctx context.Context, t *turn, dest target, text string) (*adapters.Message, error) {
	which, typed, _ := strings.Cut(text, " ")

	when, err := subscriptions.ParseSchedule(typed)
	if err != nil {
		return nil, t.refuse("settings.digest_unknown", "typed", news.Shorten(typed, 60))
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return nil, err
		}

		g := findTargetNamed(all, which)
		if g == nil || typed == "" {
			return &reply{Answer: b.listTargets(t, c, all)}, nil
		}

		before := input.OrNow(g.Schedule.String())
		g.Schedule = when

		lines, more, err := b.targetTimes(tx, t, dest, c, g)
		if err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: lines}
		if lines == nil {
			m.Text = t.Lines("target.when_now", "place", b.nameOfTarget(g.URL))
		}

		m.Buttons = [][]adapters.Button{append([]adapters.Button{t.button(t.Say("button.undo"), "targets", "when id"+formatID(g.Chat)+" "+before)}, more...)}

		return &reply{Answer: m}, errors.Join(tx.ScheduleTarget(g.Chat, when), tx.Reschedule(c.ID, b.TimeZone, IsSpared),
			tx.Log(c.ID, t.personID(), "set "+b.nameOfTarget(g.URL)+" to "+input.OrNow(when.String())))
	})
}

// findTargetNamed finds a target by its number in the list, or "id" and its row; nil: there is none.
func findTargetNamed(all []store.Target, which string) *store.Target {
	for i := range all {
		if which == strconv.Itoa(i+1) || which == "id"+formatID(all[i].Chat) {
			return &all[i]
		}
	}

	return nil
}

// removeTarget ends that alerts go to a target: which is its number in the list, or "id" and
// its row.
func (b *Bot) removeTarget(ctx context.Context, t *turn, dest target, which string) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, all, err := findTargets(tx, dest)
		if err != nil {
			return nil, err
		}

		g := findTargetNamed(all, which)
		if g == nil {
			return &reply{Answer: b.listTargets(t, c, all)}, nil
		}

		name := b.nameOfTarget(g.URL)
		m := t.say("target.removed", "place", name)
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "targets", strings.Join(strings.Fields("add "+g.URL+" "+g.Secret+" "+g.Schedule.String()), " "))}}

		return &reply{Answer: m}, errors.Join(tx.Forget(g.Chat), tx.Log(c.ID, t.personID(), "removed the target "+name))
	})
}
