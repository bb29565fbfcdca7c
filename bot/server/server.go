// Package server makes the panel for those who manage a Discord server: who may set up
// alerts there, and every channel that gets some, to pick from.
package server

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/store"
)

// most is how many channels the panel has: as many as Discord's menus.
const most = 25

// Channel is a channel that gets alerts.
type Channel struct {
	Chat          *store.Chat
	Subscriptions []*store.Subscription // at least one
}

// Panel is what there is to show of a server.
type Panel struct {
	Channels []Channel // those that something is wrong with first
	Roles    []string  // the ids of those that may set up alerts
	People   []store.Manager
	Log      *store.Chat // where changes are posted; nil: nowhere
}

// Data leads the data of the panel's menus; what was picked follows it.
type Data struct {
	Channel string // a channel's row
	Roles   string // ids of roles
	Log     string // a channel's id
}

// Read reads the panel of a server.
func Read(tx *store.Tx, platform, id string) (*Panel, error) {
	p := &Panel{}

	chats, err := tx.ChatsOfServer(platform, id)
	if err != nil {
		return nil, err
	}

	for _, c := range chats {
		if c.Kind == string(adapters.Private) {
			continue
		}

		all, err := tx.Subscriptions(c.ID)
		if err != nil {
			return nil, err
		}

		if len(all) > 0 {
			p.Channels = append(p.Channels, Channel{c, all})
		}
	}

	slices.SortStableFunc(p.Channels, func(a, b Channel) int { return cmp.Compare(rankChannel(a.Chat), rankChannel(b.Chat)) })

	if p.Roles, err = tx.ServerRoles(platform, id); err != nil {
		return nil, err
	}

	if p.People, err = tx.Managers(platform, id); err != nil {
		return nil, err
	}

	if p.Log, err = tx.LogChat(platform, id); errors.Is(err, store.ErrNotFound) {
		err = nil
	}

	return p, err
}

// rankChannel orders channels: what needs somebody first.
func rankChannel(c *store.Chat) int {
	switch c.State {
	case store.Asleep:
		return 0
	case store.Paused:
		return 1
	default:
		return 2
	}
}

// Listed are the channels that the panel shows.
func (p *Panel) Listed() []Channel { return p.Channels[:min(len(p.Channels), most)] }

// Message shows the panel: a page with a paragraph for each channel, as lines writes it.
func (p *Panel) Message(t *locales.Texts, lines func(Channel) adapters.Text, data Data) *adapters.Message {
	m := &adapters.Message{Page: true, Text: adapters.Text{{adapters.Bold(t.Say("server.head"))}, p.managers(t)}}

	if p.Log != nil {
		m.Text = append(m.Text, t.Line("server.log_on", "channel", cmp.Or(p.Log.Title, p.Log.Address)))
	}

	if len(p.Channels) == 0 {
		m.Text = append(m.Text, adapters.Line{}, t.Line("server.none"))
	}

	menu := adapters.Menu{Data: data.Channel, Hint: t.Say("server.pick")}

	for _, c := range p.Listed() {
		m.Text = append(append(m.Text, adapters.Line{}), lines(c)...)
		menu.Choices = append(menu.Choices, adapters.Choice{Label: cmp.Or(c.Chat.Title, c.Chat.Address), Value: strconv.FormatInt(c.Chat.ID, 10)})
	}

	if more := len(p.Channels) - most; more > 0 {
		m.Text = append(m.Text, adapters.Line{}, t.Line("list.more", "n", more))
	}

	if len(menu.Choices) > 0 {
		m.Menus = append(m.Menus, menu)
	}

	m.Menus = append(m.Menus,
		adapters.Menu{Data: data.Roles, Hint: t.Say("server.pick_roles"), Picked: p.Roles},
		adapters.Menu{Data: data.Log, Hint: t.Say("server.pick_log"), Channels: true})

	return m
}

// managers says who may set up alerts.
func (p *Panel) managers(t *locales.Texts) adapters.Line {
	var all []adapters.Span

	for _, id := range p.Roles {
		all = append(all, adapters.Span{Text: "@" + id, Role: id})
	}

	for _, one := range p.People {
		all = append(all, adapters.Span{Text: cmp.Or(one.Name, one.Person), Person: one.Person})
	}

	if len(all) == 0 {
		return t.Line("server.managers")
	}

	line := adapters.Line{all[0]}
	for _, span := range all[1:] {
		line = append(line, adapters.Plain(t.Say("format.comma")), span)
	}

	return t.Line("server.managers_and", "roles", line)
}
