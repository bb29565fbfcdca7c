package bot

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
)

// Who may do what: requireManager and requireChatManager stand before everything that changes a
// chat that is not the person's own, checkAccess and isBlocked before everything at all, and
// isOperator before what is the operator's. What a platform says of a person's rights is asked
// for at each use (rightsIn). Below them: the managers that a group names (/settings managers).

// requireManager returns the target if the person may manage it.
func (b *Bot) requireManager(ctx context.Context, t *turn, dest target) (target, error) {
	if dest.own {
		return dest, nil
	}

	may, err := b.rightsIn(ctx, t, dest.ChatInfo)
	switch {
	case err != nil:
		return target{}, err
	case may.Absent:
		return target{}, t.refuse("rights.absent")
	case !may.Manage:
		return target{}, t.notAdmin(dest.Platform, dest.name(t.words))
	}

	dest.missing = may.Missing

	return dest, nil
}

// isGuest reports whether a person brought the bot along to where it is not.
func (t *turn) isGuest() bool { return t.r.Rights != nil && t.r.Rights.Absent }

// notAdmin says who may set up alerts.
func (w words) notAdmin(platform, where string) error {
	key := "rights.admins"
	if platform == discord {
		key = "rights.managers"
	}

	return w.refuse(wording.PickVariant(key, where), "where", where)
}

// missing names the rights that the bot lacks.
func (w words) missing(where string, rights []string) *adapters.Message {
	return w.say(wording.PickVariant("rights.missing", where), "where", where, "rights", w.And(rights))
}

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
		may.Manage, t.managesByRole, t.r.Rights = true, true, &may
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

	if t.managesByRole && c.Server != "" && c.Server == t.r.Chat.Server {
		may.Manage = true
	}

	if may.Manage || may.Absent || may.Outside || t.r.User.ID == "" {
		return may, nil
	}

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		may.Manage, err = tx.IsManager(c.Platform, groupOf(c), t.r.User.ID)
		return err
	})
	t.managesByRole = t.managesByRole || may.Manage

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

// isOperator reports whether the person is one of the operators that the configuration names, or sits
// at the terminal.
func (b *Bot) isOperator(t *turn) bool {
	return t.r.Chat.Platform == terminal || t.r.User.ID != "" && slices.Contains(b.policy.Load().Operators, t.personID())
}

// checkAccess reports whether the person may use the bot at all, and if not,
// what to reply.
func (b *Bot) checkAccess(t *turn) (no *adapters.Message, allowed bool) {
	if b.isInvited(t) {
		return nil, true
	}

	if t.private() || t.r.Chat.Platform == discord { // a slash command has to be answered
		return t.inviteOnly(t.personID()), false
	}

	return nil, false
}

// isInvited reports whether the person may use the bot at all; the turn may be without words.
func (b *Bot) isInvited(t *turn) bool {
	p := b.policy.Load()
	return p.Access == AccessOpen || b.isOperator(t) || p.Access == AccessListed && b.isListed(t)
}

func (w words) inviteOnly(who string) *adapters.Message {
	if who == "" {
		return w.say("access.invite_only")
	}

	return w.say("access.invite_only_id", "id", who)
}

// isListed reports whether the person, the chat or its server may use a listed bot.
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

// Admit reports whether a person may use the bot at this moment, and whether they operate
// it: for what is shown without a command.
func (b *Bot) Admit(tx *store.Tx, r *adapters.Request) (may, operates bool, err error) {
	t := &turn{words: b.wordsFor(r, nil), r: r, now: tx.Now}
	operates = b.isOperator(t)

	if blocked, err := b.isBlocked(tx, t); err != nil || blocked {
		return false, false, err
	}

	return b.isInvited(t), operates, nil
}

// May checks that a person may manage a chat now, for what is shown without a command. An
// error is a sentence for them.
func (b *Bot) May(ctx context.Context, r *adapters.Request, c *store.Chat) error {
	return b.requireChatManager(ctx, b.newTurn(r), c)
}

// threadChecker is a platform that has threads below messages.
type threadChecker interface {
	CheckThreads(ctx context.Context, chat adapters.Chat) (can bool, missing []string)
}

// checkThreads refuses threads where none can be opened.
func (b *Bot) checkThreads(ctx context.Context, t *turn, dest target) error {
	a, ok := b.Adapters[dest.Platform].(threadChecker)
	if !ok || !dest.isShared() {
		return t.refuse("subscribe.talk_how")
	}

	can, missing := a.CheckThreads(ctx, dest.Chat)

	switch {
	case !can:
		return t.refuse("subscribe.talk_how")
	case len(missing) > 0:
		return t.refuse(wording.PickVariant("rights.threads", dest.name(t.words)), "where", dest.name(t.words), "rights", t.And(missing))
	default:
		return nil
	}
}

// pingChecker is a platform that knows whether a role can be mentioned.
type pingChecker interface {
	CheckPing(ctx context.Context, chat adapters.ChatInfo, role string) error
}

// checkPing refuses roles of which one would not be mentioned.
func (b *Bot) checkPing(ctx context.Context, t *turn, dest target, ping string) error {
	a, ok := b.Adapters[dest.Platform].(pingChecker)
	if !ok {
		return nil
	}

	for _, role := range store.RolesOf(ping) {
		if err := a.CheckPing(ctx, dest.ChatInfo, role); err != nil {
			return refuseRequest(t.Translated(err))
		}
	}

	return nil
}

// labelled is a platform whose forums have tags.
type labelled interface {
	Labels(ctx context.Context, chat adapters.Chat) (names []string, ok bool)
}

// labelsOf are the tags of a forum; ok: it is one.
func (b *Bot) labelsOf(ctx context.Context, dest target) (names []string, ok bool) {
	a, can := b.Adapters[dest.Platform].(labelled)
	if !can || !dest.isShared() {
		return nil, false
	}

	return a.Labels(ctx, dest.Chat)
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

		if (word[0] != '+' && word[0] != '-') || err != nil || !input.IsDigits(id) {
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

	dest, err := b.requireManager(ctx, t, target{ChatInfo: t.r.Chat, here: true})
	if err != nil {
		return nil, err
	}

	if value == "" {
		var now managers

		err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
			now, err = readManagers(tx, dest)
			return err
		})

		return &adapters.Message{Text: append(t.managerLines(now), t.Line("settings.managers_how_"+dest.Platform)), Private: true}, err
	}

	if t.managesByRole {
		return nil, t.notAdmin(dest.Platform, "")
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return t.changeManagers(tx, dest, value) })
}

// changeManagers changes who may manage a group or server. What is added or removed is so of those who
// are named by now: two administrators may do it at once.
func (t *turn) changeManagers(tx *store.Tx, dest target, value string) (*reply, error) {
	before, err := readManagers(tx, dest)
	if err != nil {
		return nil, err
	}

	after, ok := t.parseManagers(value, before)
	if !ok || len(after.people) > mostManagers || len(after.roles) > serverRoles {
		return &reply{Answer: t.say("settings.managers_how_" + dest.Platform)}, nil
	}

	c, err := t.ensureChat(tx, dest)
	if err != nil {
		return nil, err
	}

	err = errors.Join(tx.SetManagers(dest.Platform, groupOf(dest.ChatInfo), after.people), tx.Log(c.ID, t.personID(), "changed who may set up alerts"))
	if err == nil && dest.Server != "" {
		err = tx.SetServerRoles(dest.Platform, dest.Server, after.roles)
	}

	m := &adapters.Message{Text: t.managerLines(after), Private: true}
	if undo := before.undo(after); undo != "" {
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "settings", input.KeyManagers+" "+undo)}}
	}

	return &reply{Answer: m}, err
}

// readManagers reads who may manage a group or server besides its administrators.
func readManagers(tx *store.Tx, dest target) (m managers, err error) {
	if m.people, err = tx.Managers(dest.Platform, groupOf(dest.ChatInfo)); err == nil && dest.Server != "" {
		m.roles, err = tx.ServerRoles(dest.Platform, dest.Server)
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
