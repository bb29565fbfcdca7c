package settings

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
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
)

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
func parseManagers(t *turn.Turn, value string, now managers) (next managers, ok bool) {
	if strings.HasPrefix(value, "+") || strings.HasPrefix(value, "-") {
		return now.redo(value)
	}

	word := strings.ToLower(strings.TrimSpace(mention().ReplaceAllString(value, "")))
	in := word == "" || word == "add"

	if !in && word != "remove" && word != "off" {
		return now, false
	}

	if id := t.Request.ReplyTo.ID; id != "" && t.Request.Chat.Platform == turn.Telegram {
		return now.with(id, news.Shorten(t.Request.ReplyTo.Name, 60), false, in), true
	}

	next = now
	for _, m := range mention().FindAllStringSubmatch(value, -1) {
		next, ok = next.with(m[2], "", m[1] == "&", in), true
	}

	return next, ok
}

// setManagers shows or sets who may manage a group or server besides its administrators. Who may by
// that alone cannot let others.
func (h *Handler) setManagers(ctx context.Context, t *turn.Turn, value string) (*adapters.Message, error) {
	if t.IsPrivate() || t.Request.Chat.Platform == turn.Terminal {
		return t.Message("settings.managers_private"), nil
	}

	dest, err := h.RequireManager(ctx, t, turn.Target{ChatInfo: t.Request.Chat, Here: true})
	if err != nil {
		return nil, err
	}

	if value == "" {
		now, err := store.Read(ctx, h.Store, func(tx *store.Tx) (managers, error) { return readManagers(tx, dest) })

		return &adapters.Message{Text: append(managerLines(t, now), t.Line("settings.managers_how_"+dest.Platform)), Private: true}, err
	}

	if t.ManagesByRole {
		return nil, t.NotAdmin(dest.Platform, "")
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return changeManagers(t, tx, dest, value) })
}

// changeManagers changes who may manage a group or server. What is added or removed is so of those who
// are named by now: two administrators may do it at once.
func changeManagers(t *turn.Turn, tx *store.Tx, dest turn.Target, value string) (*turn.Reply, error) {
	before, err := readManagers(tx, dest)
	if err != nil {
		return nil, err
	}

	after, ok := parseManagers(t, value, before)
	if !ok || len(after.people) > mostManagers || len(after.roles) > MostRoles {
		return &turn.Reply{Answer: t.Message("settings.managers_how_" + dest.Platform)}, nil
	}

	c, err := t.EnsureChat(tx, dest)
	if err != nil {
		return nil, err
	}

	err = errors.Join(tx.SetManagers(dest.Platform, turn.GroupOf(dest.ChatInfo), after.people), tx.Log(c.ID, t.PersonID(), "changed who may set up alerts"))
	if err == nil && dest.Server != "" {
		err = tx.SetServerRoles(dest.Platform, dest.Server, after.roles)
	}

	m := &adapters.Message{Text: managerLines(t, after), Private: true}
	if undo := before.undo(after); undo != "" {
		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "settings", input.KeyManagers+" "+undo)}}
	}

	return &turn.Reply{Answer: m}, err
}

// readManagers reads who may manage a group or server besides its administrators.
func readManagers(tx *store.Tx, dest turn.Target) (m managers, err error) {
	if m.people, err = tx.Managers(dest.Platform, turn.GroupOf(dest.ChatInfo)); err == nil && dest.Server != "" {
		m.roles, err = tx.ServerRoles(dest.Platform, dest.Server)
	}

	return m, err
}

// managerLines say who may set up alerts in a group or server besides its administrators.
func managerLines(t *turn.Turn, m managers) adapters.Text {
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

// MostRoles is how many roles may set up alerts in a server, as many as Discord's menu
// takes.
const MostRoles = 10
