package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// Platforms that differ in where alerts go.
const (
	telegram = "telegram"
	discord  = "discord"
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
func (p target) isShared() bool { return p.Kind != adapters.Private }

// name is the target as a reply calls it; "" means here.
func (p target) name(w words) string {
	switch {
	case p.here:
		return ""
	case p.own:
		return w.Say("list.direct")
	case p.Title != "":
		return p.Title
	default:
		return p.Address
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
		return target{}, refuseRequest(t.translated(err))
	}

	p := target{ChatInfo: info, here: info.Chat == t.r.Chat.Chat, own: isOwnChat(t, info.Chat)}
	if p.own {
		return p, nil
	}

	return b.requireManager(ctx, t, p)
}

// isOwnChat reports whether a chat is the person's own.
func isOwnChat(t *turn, c adapters.Chat) bool {
	id := t.r.User.ID
	return t.private() && c == t.r.Chat.Chat || id != "" && c.Platform == t.r.Chat.Platform && (c.Address == id || c.Address == "@"+id)
}

// requireManager returns the target if the person may manage it.
func (b *Bot) requireManager(ctx context.Context, t *turn, p target) (target, error) {
	if p.own {
		return p, nil
	}

	may, err := b.rightsIn(ctx, t, p.ChatInfo)
	switch {
	case err != nil:
		return target{}, err
	case may.Absent:
		return target{}, t.refuse("rights.absent")
	case !may.Manage:
		return target{}, t.notAdmin(p.Platform, p.name(t.words))
	}

	p.missing = may.Missing

	return p, nil
}

// isGuest reports whether a person brought the bot along to where it is not.
func (t *turn) isGuest() bool { return t.r.Rights != nil && t.r.Rights.Absent }

// grantByRole lets a person set up alerts in the server who has a role for that, or is named.
func (t *turn) grantByRole(tx *store.Tx) error {
	if t.r.Chat.Server == "" || t.r.Rights == nil || t.r.Rights.Manage || t.r.Rights.Absent {
		return nil
	}

	roles, err := tx.ServerRoles(t.r.Chat.Platform, t.r.Chat.Server)
	if err != nil {
		return err
	}

	named, err := tx.IsManager(t.r.Chat.Platform, t.r.Chat.Server, t.r.User.ID)
	if named || slices.ContainsFunc(roles, func(id string) bool { return slices.Contains(t.r.Roles, id) }) {
		may := *t.r.Rights
		may.Manage, t.byRole, t.r.Rights = true, true, &may
	}

	return err
}

// groupOf is what is managed as a whole: a server, or a group with its topics.
func groupOf(c adapters.ChatInfo) string {
	if c.Server != "" {
		return c.Server
	}

	return groupAddress(c.Address)
}

// rightsIn asks what the person and the bot may do in a chat.
func (b *Bot) rightsIn(ctx context.Context, t *turn, c adapters.ChatInfo) (adapters.Rights, error) {
	if c.Platform == terminal {
		return adapters.Rights{Manage: true}, nil
	}

	if c.Chat == t.r.Chat.Chat && t.r.Rights != nil {
		return *t.r.Rights, nil
	}

	a := b.Adapters[c.Platform]
	if a == nil {
		return adapters.Rights{}, t.refuse("rights.unknown")
	}

	may, err := a.Rights(ctx, c.Chat, t.r.User.ID)
	if err != nil {
		b.Log.Warn("rights could not be asked for", "platform", c.Platform, "error", err)
		return adapters.Rights{}, t.refuse("rights.unknown")
	}

	if t.byRole && c.Server != "" && c.Server == t.r.Chat.Server {
		may.Manage = true
	}

	if may.Manage || may.Absent || may.Outside || t.r.User.ID == "" {
		return may, nil
	}

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		may.Manage, err = tx.IsManager(c.Platform, groupOf(c), t.r.User.ID)
		return err
	})
	t.byRole = t.byRole || may.Manage

	return may, err
}

// requireChatManager checks the right to change what belongs to a chat, for
// buttons.
func (b *Bot) requireChatManager(ctx context.Context, t *turn, c *store.Chat) error {
	info := chatInfo(c)
	if isOwnChat(t, info.Chat) {
		return nil
	}

	// A person's number on one platform says nothing on another.
	if c.Kind == string(adapters.Private) || c.Platform != t.r.Chat.Platform {
		return t.refuse("error.not_yours")
	}

	// Who may manage a server may manage each of its channels, also one that is gone.
	if c.Server != "" && c.Server == t.r.Chat.Server && t.r.Rights != nil && t.r.Rights.Manage {
		return nil
	}

	may, err := b.rightsIn(ctx, t, info)
	if err != nil {
		return err
	}

	if !may.Manage {
		return t.notAdmin(c.Platform, "")
	}

	return nil
}

// chatInfo is a stored chat as the platforms see it.
func chatInfo(c *store.Chat) adapters.ChatInfo {
	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: c.Platform, Address: c.Address}, Kind: adapters.Kind(c.Kind), Title: c.Title, Server: c.Server,
	}
}

// ensureChat returns the target's row, made if it is new.
func (t *turn) ensureChat(tx *store.Tx, p target) (*store.Chat, error) {
	c := store.Chat{
		Platform: p.Platform, Address: p.Address, Kind: string(p.Kind), Title: p.Title, Server: p.Server, SetUpBy: t.r.User.ID,
	}
	if p.own {
		c.Language = t.r.User.Language
		return tx.EnsureChat(c)
	}

	// Where others read too, the server's language counts; without one, that of whoever
	// set the chat up.
	c.Language = p.Language
	if c.Language == "" {
		switch _, err := tx.Chat(p.Platform, p.Address); {
		case errors.Is(err, store.ErrNotFound):
			c.Language = t.r.User.Language
		case err != nil:
			return nil, err
		}
	}

	return tx.EnsureChat(c)
}

// findChat returns the target's row for reading; a new one has no ID.
func findChat(tx *store.Tx, p target) (*store.Chat, error) {
	c, err := tx.Chat(p.Platform, p.Address)
	if errors.Is(err, store.ErrNotFound) {
		return &store.Chat{Platform: p.Platform, Address: p.Address, Kind: string(p.Kind), State: store.Active, Pictures: true}, nil
	}

	return c, err
}

// terminal is the platform of the chat in the terminal, whose person always is
// an operator.
const terminal = "terminal"

func (b *Bot) isOperator(t *turn) bool {
	return t.r.Chat.Platform == terminal || t.r.User.ID != "" && slices.Contains(b.policy.Load().Operators, t.personID())
}

// checkAccess reports whether the person may use the bot at all, and if not,
// what to reply.
func (b *Bot) checkAccess(t *turn) (no *adapters.Message, allowed bool) {
	if b.policy.Load().Access == AccessOpen || b.isOperator(t) || b.policy.Load().Access == AccessListed && b.isListed(t) {
		return nil, true
	}

	if t.private() {
		return t.inviteOnly(t.personID()), false
	}

	if t.r.Chat.Platform == discord { // a slash command has to be answered
		return t.inviteOnly(t.personID()), false
	}

	return nil, false
}

func (b *Bot) isListed(t *turn) bool {
	return slices.ContainsFunc(t.identities(), func(id string) bool {
		return id != "" && slices.Contains(b.policy.Load().Allowed, t.r.Chat.Platform+":"+id)
	})
}

// identities are what a request may be let in or kept out by: the person, and the topic or
// channel, the group and the server that they ask in. What is not known is "".
func (t *turn) identities() []string {
	c := t.r.Chat
	return []string{t.r.User.ID, c.Address, groupAddress(c.Address), c.Server}
}

// groupAddress is the address of the group that a topic is in.
func groupAddress(address string) string {
	group, _, _ := strings.Cut(address, "/")
	return group
}

// isBlocked reports whether the operator blocked whoever asks, or the group, channel or server
// that they ask in. An operator is never blocked.
func (b *Bot) isBlocked(tx *store.Tx, t *turn) (bool, error) {
	if b.isOperator(t) {
		return false, nil
	}

	at, err := tx.BlockedAt(t.r.Chat.Platform, t.identities()...)

	return !at.IsZero(), err
}

// wakeChat makes a chat active again, and points it to what it missed.
func (b *Bot) wakeChat(tx *store.Tx, chat int64) error {
	_, away, err := tx.Wake(chat)
	if err != nil || !away {
		return err
	}

	c, err := tx.ChatByID(chat)
	if err != nil {
		return err
	}

	return tx.Notify(chat, b.wordsOf(c).Say("state.away"))
}

// Admit reports whether a person may use the bot at this moment, and whether they operate
// it: for what is shown without a command.
func (b *Bot) Admit(tx *store.Tx, r *adapters.Request) (may, operates bool, err error) {
	t := &turn{words: b.wordsFor(r, nil), r: r, now: tx.Now}
	operates = b.isOperator(t)

	if blocked, err := b.isBlocked(tx, t); err != nil || blocked {
		return false, false, err
	}

	_, may = b.checkAccess(t)

	return may, operates, nil
}

// May checks that a person may manage a chat now, for what is shown without a command. An
// error is a sentence for them.
func (b *Bot) May(ctx context.Context, r *adapters.Request, c *store.Chat) error {
	return b.requireChatManager(ctx, &turn{words: b.wordsFor(r, nil), r: r, now: time.Now()}, c)
}

// Why says which subscriptions an alert of a chat matched, by which words, and what became
// of it.
func (b *Bot) Why(c *store.Chat, a *store.Alert) adapters.Text {
	return b.explainAlert(b.wordsOf(c), c, a)
}

// Zone is the time zone in which a chat reads.
func (b *Bot) Zone(c *store.Chat) *time.Location { return b.zoneOf(c) }

// Notes say when the alerts of a chat's subscription come, and what it is matched against.
func (b *Bot) Notes(c *store.Chat, s *store.Subscription) string {
	w := b.wordsOf(c)

	return w.Commas(w.deliveryNotes(s, c, b.zoneOf(c)))
}

// State says that a chat is paused or asleep, and until when; nil: it is neither.
func (b *Bot) State(c *store.Chat) adapters.Text {
	if line := b.wordsOf(c).state(c, b.zoneOf(c)); line != nil {
		return adapters.Text{line}
	}

	return nil
}

// mostManagers is how many people may manage a group or server besides its administrators.
const mostManagers = 25

// managers is who may manage a group or server besides its administrators.
type managers struct {
	people []store.Manager
	roles  []string
}

// has reports whether somebody is named, by an id and whether it is a role's.
func (m *managers) has(id string, role bool) bool {
	if role {
		return slices.Contains(m.roles, id)
	}

	return slices.ContainsFunc(m.people, func(one store.Manager) bool { return one.Person == id })
}

// with is who is named when one more is, or one less.
func (m managers) with(id, name string, role, in bool) managers {
	next := managers{slices.Clone(m.people), slices.Clone(m.roles)}

	switch {
	case role && in:
		if !m.has(id, true) {
			next.roles = append(next.roles, id)
		}
	case role:
		next.roles = slices.DeleteFunc(next.roles, func(one string) bool { return one == id })
	default:
		next.people = slices.DeleteFunc(next.people, func(one store.Manager) bool { return one.Person == id })
		if in {
			next.people = append(next.people, store.Manager{Person: id, Name: name})
		}
	}

	return next
}

// undo is what takes a change to after back, whoever else is named meanwhile: "-1 +2=Ann -&7".
func (m managers) undo(after managers) string {
	var words []string

	for _, one := range after.people {
		if !m.has(one.Person, false) {
			words = append(words, "-"+one.Person)
		}
	}

	for _, one := range m.people {
		if !after.has(one.Person, false) {
			words = append(words, "+"+one.Person+"="+url.QueryEscape(one.Name))
		}
	}

	for _, id := range after.roles {
		if !m.has(id, true) {
			words = append(words, "-&"+id)
		}
	}

	for _, id := range m.roles {
		if !after.has(id, true) {
			words = append(words, "+&"+id)
		}
	}

	return strings.Join(words, " ")
}

// redo is who is named after the words of undo; ok is false if they are none.
func (m managers) redo(words string) (next managers, ok bool) {
	next = m

	for word := range strings.FieldsSeq(words) {
		id, role := strings.CutPrefix(word[1:], "&")
		id, name, _ := strings.Cut(id, "=")
		name, err := url.QueryUnescape(name)

		if (word[0] != '+' && word[0] != '-') || err != nil || !isDigits(id) {
			return m, false
		}

		next = next.with(id, news.Shorten(name, 60), role, word[0] == '+')
	}

	return next, true
}

// mention is how Discord writes that somebody, or a role, is mentioned in a command.
var mention = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<@([!&]?)([0-9]+)>`) })

// parseManagers works out who is to be named by what was typed; ok is false if that says
// nobody.
func (t *turn) parseManagers(value string, now managers) (next managers, ok bool) {
	if strings.HasPrefix(value, "+") || strings.HasPrefix(value, "-") {
		return now.redo(value)
	}

	word := strings.ToLower(strings.TrimSpace(mention().ReplaceAllString(value, "")))
	in := word == "" || word == "add"

	if !in && word != "remove" && word != "off" {
		return now, false
	}

	if id := t.r.ReplyTo.ID; id != "" && t.r.Chat.Platform == telegram {
		return now.with(id, news.Shorten(t.r.ReplyTo.Name, 60), false, in), true
	}

	next = now
	for _, m := range mention().FindAllStringSubmatch(value, -1) {
		next, ok = next.with(m[2], "", m[1] == "&", in), true
	}

	return next, ok
}

// setManagers shows or sets who may manage a group or server besides its administrators. Who may by
// that alone cannot let others.
func (b *Bot) setManagers(ctx context.Context, t *turn, value string) (*adapters.Message, error) {
	if t.private() || t.r.Chat.Platform == terminal {
		return t.say("settings.managers_private"), nil
	}

	p, err := b.requireManager(ctx, t, target{ChatInfo: t.r.Chat, here: true})
	if err != nil {
		return nil, err
	}

	if value == "" {
		var now managers

		err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
			now, err = readManagers(tx, p)
			return err
		})

		return &adapters.Message{Text: append(t.managerLines(now), t.Line("settings.managers_how_"+p.Platform)), Private: true}, err
	}

	if t.byRole {
		return nil, t.notAdmin(p.Platform, "")
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return t.changeManagers(tx, p, value) })
}

// changeManagers changes who may manage a group or server. What is added or removed is so of those who
// are named by now: two administrators may do it at once.
func (t *turn) changeManagers(tx *store.Tx, p target, value string) (*reply, error) {
	before, err := readManagers(tx, p)
	if err != nil {
		return nil, err
	}

	after, ok := t.parseManagers(value, before)
	if !ok || len(after.people) > mostManagers || len(after.roles) > serverRoles {
		return &reply{Answer: t.say("settings.managers_how_" + p.Platform)}, nil
	}

	c, err := t.ensureChat(tx, p)
	if err != nil {
		return nil, err
	}

	err = errors.Join(tx.SetManagers(p.Platform, groupOf(p.ChatInfo), after.people), tx.Log(c.ID, t.personID(), "changed who may set up alerts"))
	if err == nil && p.Server != "" {
		err = tx.SetServerRoles(p.Platform, p.Server, after.roles)
	}

	m := &adapters.Message{Text: t.managerLines(after), Private: true}
	if undo := before.undo(after); undo != "" {
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "settings", keyManagers+" "+undo)}}
	}

	return &reply{Answer: m}, err
}

// readManagers reads who may manage a group or server besides its administrators.
func readManagers(tx *store.Tx, p target) (m managers, err error) {
	if m.people, err = tx.Managers(p.Platform, groupOf(p.ChatInfo)); err == nil && p.Server != "" {
		m.roles, err = tx.ServerRoles(p.Platform, p.Server)
	}

	return m, err
}

// managerLines say who may set up alerts in a group or server besides its administrators.
func (t *turn) managerLines(m managers) adapters.Text {
	var all adapters.Line

	add := func(span adapters.Span) {
		if len(all) > 0 {
			all = append(all, adapters.Plain(t.Say("format.comma")))
		}

		all = append(all, span)
	}

	for _, one := range m.people {
		add(adapters.Span{Text: cmp.Or(one.Name, one.Person), Person: one.Person})
	}

	for _, id := range m.roles {
		add(adapters.Span{Text: "@" + id, Role: id})
	}

	if len(all) == 0 {
		return adapters.Text{t.Line("settings.managers_none")}
	}

	return adapters.Text{t.Line("settings.managers", "people", all)}
}

// mostTargets is how many other targets the alerts of one chat go to.
const mostTargets = 5

// manageTargets shows where else the alerts of a chat go, or adds or removes a target.
func (b *Bot) manageTargets(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	word, rest, _ := strings.Cut(t.text, " ")
	rest = strings.TrimSpace(rest)

	switch word = strings.ToLower(word); {
	case word == "add" && rest != "":
		return b.addTarget(ctx, t, p, rest)
	case word == "confirm" && rest != "":
		return b.confirmTarget(ctx, t, p, rest)
	case strings.Contains(word, "://"), strings.Contains(word, "@"):
		return b.addTarget(ctx, t, p, t.text)
	case word == "remove" && rest != "":
		return b.removeTarget(ctx, t, p, rest)
	case word == "when" && rest != "":
		return b.scheduleTarget(ctx, t, p, rest)
	}

	var m *adapters.Message

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, all, err := findTargets(tx, p)
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

		m.Text = append(m.Text, t.Line(key, "n", i+1, "place", name, "when", t.schedule("schedule", g.Schedule, b.zoneOf(c))))
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
func (b *Bot) addTarget(ctx context.Context, t *turn, p target, text string) (*adapters.Message, error) {
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
		c, err := t.ensureChat(tx, p)
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

		return b.saveTarget(tx, t, p, c, at, g)
	})
}

// saveTarget has alerts go to a target from now on, and sends a test there.
func (b *Bot) saveTarget(tx *store.Tx, t *turn, p target, c *store.Chat, at TargetInfo, target store.Target) (*reply, error) {
	g, err := tx.AddTarget(c, target)
	if err != nil {
		return nil, err
	}

	m, err := b.targetAdded(tx, t, p, c, g)
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
func findTargets(tx *store.Tx, p target) (c *store.Chat, all []store.Target, err error) {
	if c, err = findChat(tx, p); err != nil {
		return nil, nil, err
	}

	all, err = tx.Targets(c.ID)

	return c, all, err
}

// confirmTarget has alerts go to the target that a code was sent to.
func (b *Bot) confirmTarget(ctx context.Context, t *turn, p target, code string) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, all, err := findTargets(tx, p)
		if err != nil {
			return nil, err
		}

		for _, g := range all {
			if g.Code == "" || !strings.EqualFold(g.Code, code) || tx.Now.After(g.CodeUntil) {
				continue
			}

			m, err := b.targetAdded(tx, t, p, c, &g)
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
func (b *Bot) targetAdded(tx *store.Tx, t *turn, p target, c *store.Chat, g *store.Target) (*adapters.Message, error) {
	lines, more, err := b.targetTimes(tx, t, p, c, g)
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
func (b *Bot) targetTimes(tx *store.Tx, t *turn, p target, c *store.Chat, g *store.Target) (adapters.Text, []adapters.Button, error) {
	if g.Schedule.Kind == subscriptions.AtOnce {
		return nil, nil, nil
	}

	lines, more, err := b.askZoneOnce(tx, t, settingOf{target: p}, c, g.Schedule)
	first := t.Line("target.when", "place", b.nameOfTarget(g.URL), "when", t.schedule("schedule", g.Schedule, b.zoneOf(c)))

	return append(adapters.Text{first}, lines...), more, err
}

// scheduleTarget says when alerts go to a target, as one digest; "now": as they come in the chat.
// text is which target, as removeTarget takes it, and when.
func (b *Bot) scheduleTarget(ctx context.Context, t *turn, p target, text string) (*adapters.Message, error) {
	which, typed, _ := strings.Cut(text, " ")

	when, err := subscriptions.ParseSchedule(typed)
	if err != nil {
		return nil, t.refuse("settings.digest_unknown", "typed", news.Shorten(typed, 60))
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, all, err := findTargets(tx, p)
		if err != nil {
			return nil, err
		}

		g := findTargetNamed(all, which)
		if g == nil || typed == "" {
			return &reply{Answer: b.listTargets(t, c, all)}, nil
		}

		before := orNow(g.Schedule.String())
		g.Schedule = when

		lines, more, err := b.targetTimes(tx, t, p, c, g)
		if err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: lines}
		if lines == nil {
			m.Text = t.lines("target.when_now", "place", b.nameOfTarget(g.URL))
		}

		m.Buttons = [][]adapters.Button{append([]adapters.Button{t.button(t.Say("button.undo"), "targets", "when id"+formatID(g.Chat)+" "+before)}, more...)}

		return &reply{Answer: m}, errors.Join(tx.ScheduleTarget(g.Chat, when), tx.Reschedule(c.ID, b.TimeZone, IsSpared),
			tx.Log(c.ID, t.personID(), "set "+b.nameOfTarget(g.URL)+" to "+orNow(when.String())))
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
func (b *Bot) removeTarget(ctx context.Context, t *turn, p target, which string) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, all, err := findTargets(tx, p)
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
