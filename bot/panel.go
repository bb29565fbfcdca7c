package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/search"
	"newsbell/bot/server"
	"newsbell/bot/settings"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
)

// showServer shows those who manage a server its channels and who may set them up. "roles
// 1,2" names the roles that may.
func (b *Bot) showServer(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	if t.Request.Chat.Server == "" {
		return t.Message("server.only_discord"), nil
	}

	if _, err := b.RequireManager(ctx, t, turn.Target{ChatInfo: t.Request.Chat, Here: true}); err != nil {
		return nil, err
	}

	if word, roles := input.CutWord(t.Text); word == "roles" {
		return b.setServerRoles(ctx, t, roles)
	}

	p, missing, err := b.readServer(ctx, t)
	if err != nil {
		return nil, err
	}

	m := b.serverPanel(t, p, missing)
	m.Replace = t.Request.Kind == adapters.PressRequest

	return m, nil
}

// readServer reads the panel of a server, and which rights the bot lacks in its channels, by
// their rows.
func (b *Bot) readServer(ctx context.Context, t *turn.Turn) (p *server.Panel, missing map[int64][]string, err error) {
	p, err = store.Read(ctx, b.Store, func(tx *store.Tx) (*server.Panel, error) {
		return server.Read(tx, t.Request.Chat.Platform, t.Request.Chat.Server)
	})
	if err != nil {
		return nil, nil, err
	}

	missing = map[int64][]string{}

	for _, c := range p.Listed() {
		if events.IsDeleted(c.Chat) {
			continue
		}

		if may, err := b.RightsIn(ctx, t, turn.ChatInfo(c.Chat)); err == nil { // else that is not known
			missing[c.Chat.ID] = may.Missing
		}
	}

	return p, missing, nil
}

// panelSubscriptions is how many subscriptions of a channel the panel of its server shows.
const panelSubscriptions = 3

// panelChannel is what the panel says of a channel: what it gets, whether that comes, and who
// set it up.
func (b *Bot) panelChannel(t *turn.Turn, c server.Channel, missing []string) adapters.Text {
	n := len(c.Subscriptions)
	text := adapters.Text{listing.ChannelLine(t.Words, c.Chat, n)}

	if state := turn.StateLine(t.Words, c.Chat, b.ZoneOf(c.Chat)); state != nil && !events.IsDeleted(c.Chat) {
		text = append(text, state)
	}

	if len(missing) > 0 {
		text = append(text, t.MissingRights(c.Chat.Title, missing).Text...)
	}

	for _, s := range c.Subscriptions[:min(n, panelSubscriptions)] {
		text = append(text, listing.Line(t, s, c.Chat, b.ZoneOf(c.Chat)))
	}

	if more := n - panelSubscriptions; more > 0 {
		text = append(text, t.Line("list.more", "n", more))
	}

	if c.Chat.SetUpBy != "" {
		text = append(text, listing.SetUpByLine(t, adapters.Span{Text: c.Chat.SetUpBy, Person: c.Chat.SetUpBy}))
	}

	return text
}

func (b *Bot) serverPanel(t *turn.Turn, p *server.Panel, missing map[int64][]string) *adapters.Message {
	slices.SortStableFunc(p.Channels, func(a, b server.Channel) int { // those that need somebody first
		return min(1, len(missing[b.Chat.ID])) - min(1, len(missing[a.Chat.ID]))
	})

	lines := func(c server.Channel) adapters.Text { return b.panelChannel(t, c, missing[c.Chat.ID]) }

	m := p.Message(t.Texts, lines, server.Data{Channel: button.Server, Roles: button.ServerRoles, Log: button.ServerLog})
	if p.Log != nil {
		m.Buttons = append(m.Buttons, []adapters.Button{{Label: t.Say("button.log_off"), Data: button.ServerLog + "off"}})
	}

	return m
}

// setServerLog sets the channel in which the changes in a server are posted: its id, or "off".
func (b *Bot) setServerLog(ctx context.Context, t *turn.Turn, channel string) (*adapters.Message, error) {
	if t.Request.Chat.Server == "" {
		return t.OldButton(), nil
	}

	here := turn.Target{ChatInfo: t.Request.Chat, Here: true}
	if _, err := b.RequireManager(ctx, t, here); err != nil {
		return nil, err
	}

	into := here

	if channel != "off" {
		var err error
		if into, err = b.FindNamed(ctx, t, channel); err != nil {
			return nil, err
		}

		if into.Own || into.Server != t.Request.Chat.Server {
			return t.OldButton(), nil
		}

		if len(into.Missing) > 0 {
			return nil, turn.AsRefusal(t.MissingRights(into.ShownName(), into.Missing))
		}
	}

	_, missing, err := b.readServer(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		return b.saveServerLog(tx, t, into, channel == "off", missing)
	})
}

// saveServerLog saves where the changes in a server are posted, and shows its panel.
func (b *Bot) saveServerLog(tx *store.Tx, t *turn.Turn, into turn.Target, off bool, missing map[int64][]string) (*turn.Reply, error) {
	before, err := server.Read(tx, t.Request.Chat.Platform, t.Request.Chat.Server)
	if err != nil {
		return nil, err
	}

	c, err := t.EnsureChat(tx, into)
	if err != nil {
		return nil, err
	}

	after, id, undo := *before, c.ID, button.ServerLog+"off"
	after.Log = c

	if off {
		after.Log, id = nil, 0
	}

	if before.Log != nil {
		undo = button.ServerLog + before.Log.Address
	}

	if err := errors.Join(tx.SetLogChat(t.Request.Chat.Platform, t.Request.Chat.Server, id), tx.Log(c.ID, t.PersonID(), "changed where changes are posted")); err != nil {
		return nil, err
	}

	m := turn.Replacing(b.serverPanel(t, &after, missing))
	m.Buttons = button.Prepend(adapters.Button{Label: t.Say("button.undo"), Data: undo}, m.Buttons)

	return &turn.Reply{Answer: m}, nil
}

// setServerRoles sets which roles may set up alerts in a server. A role that may cannot let
// others.
func (b *Bot) setServerRoles(ctx context.Context, t *turn.Turn, list string) (*adapters.Message, error) {
	if t.Request.Chat.Server == "" || t.ManagesByRole {
		return nil, t.NotAdmin(t.Request.Chat.Platform, "")
	}

	if _, err := b.RequireManager(ctx, t, turn.Target{ChatInfo: t.Request.Chat, Here: true}); err != nil {
		return nil, err
	}

	roles := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	if len(roles) > settings.MostRoles || slices.ContainsFunc(roles, func(id string) bool { return !input.IsDigits(id) || len(id) > len("18446744073709551615") }) {
		return t.OldButton(), nil
	}

	_, missing, err := b.readServer(ctx, t)
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		before, err := server.Read(tx, t.Request.Chat.Platform, t.Request.Chat.Server)
		if err != nil {
			return nil, err
		}

		c, err := t.EnsureChat(tx, turn.Target{ChatInfo: t.Request.Chat, Here: true})
		if err != nil {
			return nil, err
		}

		if err := errors.Join(tx.SetServerRoles(t.Request.Chat.Platform, t.Request.Chat.Server, roles), tx.Log(c.ID, t.PersonID(), "changed who may set up alerts")); err != nil {
			return nil, err
		}

		after := *before
		after.Roles = roles
		m := turn.Replacing(b.serverPanel(t, &after, missing))
		m.Buttons = button.Prepend(t.Button(t.Say("button.undo"), "server", "roles "+strings.Join(before.Roles, ",")), m.Buttons)

		return &turn.Reply{Answer: m}, nil
	})
}

// showServerChannel shows those who manage a channel, of a server or one that they set up
// elsewhere, what it gets, and what can be done about it.
func (b *Bot) showServerChannel(ctx context.Context, t *turn.Turn, dest turn.Target, c *store.Chat) (*adapters.Message, error) {
	_, all, err := b.listing.Load(ctx, dest)
	if err != nil {
		return nil, err
	}

	m := turn.Replacing(b.listing.Reply(t, c, all, dest.ShownName(), turn.Page{}))

	addSetUpBy(t, m, c.SetUpBy)

	if err := b.addLastAlert(ctx, t, m, c); err != nil {
		return nil, err
	}

	end := adapters.Button{Label: t.Say("button.unsubscribe_all"), Data: button.OffAll + button.ID(c.ID), Danger: true}

	if events.IsDeleted(c) {
		m.Buttons = append(m.Buttons, []adapters.Button{{Label: t.Say("button.move_here"), Data: button.Move + button.ID(c.ID)}, end}, []adapters.Button{backToChats(t)})
		addSubscriptionMenu(t, m, all)
		addMoveMenu(t, m, button.MoveAll+button.ID(c.ID)+":", "server.move_all", len(all))

		return m, nil
	}

	may, err := b.RightsIn(ctx, t, dest.ChatInfo)
	if err != nil {
		return nil, err
	}

	if len(may.Missing) > 0 {
		m.Text = append(m.Text, t.MissingRights(dest.ShownName(), may.Missing).Text...)
	}

	row := []adapters.Button{t.Button(t.Say("button.sample"), "test", turn.ToOption(dest)), settings.Button(t, dest, t.Say("button.settings"), "", "")}
	if c.State == store.Active {
		row = append(row, t.Button(t.Say("button.pause"), "pause", turn.ToOption(dest)))
	}

	m.Buttons = append(m.Buttons, row, []adapters.Button{end, backToChats(t)})
	addSubscriptionMenu(t, m, all)
	addMoveMenu(t, m, button.MoveAll+button.ID(c.ID)+":", "server.move_all", len(all))

	return m, nil
}

// addSetUpBy says who set something up, where that is known and can be shown.
func addSetUpBy(t *turn.Turn, m *adapters.Message, person string) {
	who := adapters.Span{Text: person, Person: person}

	switch {
	case person == "":
		return
	case t.Request.Chat.Platform == turn.Discord: // it shows the name
	case person == t.Request.User.ID:
		who = adapters.Plain(t.Say("log.you"))
	default:
		return
	}

	m.Text = append(m.Text, listing.SetUpByLine(t, who))
}

// addLastAlert says when a chat got its last alert.
func (b *Bot) addLastAlert(ctx context.Context, t *turn.Turn, m *adapters.Message, c *store.Chat) error {
	last, err := store.Read(ctx, b.Store, func(tx *store.Tx) ([]*store.Alert, error) { return tx.LatestAlerts(c.ID, 1) })
	if err != nil || len(last) == 0 || last[0].Article == nil {
		return err
	}

	m.Text = append(m.Text, t.Line("status.last_alert", "article", search.ArticleLine(t.Words, last[0].Article)))

	return nil
}

// backToChats leads back to all places that a person manages: in a server to its panel, in
// private to their list.
func backToChats(t *turn.Turn) adapters.Button {
	if t.Request.Chat.Server == "" {
		return t.Button(t.Say("button.back"), "list", "")
	}

	return adapters.Button{Label: t.Say("button.back"), Data: button.Server + "0"}
}

// addSubscriptionMenu lets one of a chat's subscriptions be picked, to be changed.
func addSubscriptionMenu(t *turn.Turn, m *adapters.Message, all []*store.Subscription) {
	menu := adapters.Menu{Data: button.One, Hint: t.Say("server.pick_subscription")}
	for _, s := range all[:min(len(all), mostPicked)] {
		menu.Choices = append(menu.Choices, adapters.Choice{Label: wording.Cut("#"+strconv.Itoa(s.Number)+" "+s.Query, 100), Value: button.ID(s.ID)})
	}

	addMenu(t, m, menu, 1)
}

// mostPicked is how many choices a menu has at most, as Discord's.
const mostPicked = 25

// addMenu adds a menu with choices; where a platform has none, buttons, so many in a row.
func addMenu(t *turn.Turn, m *adapters.Message, menu adapters.Menu, each int) {
	switch {
	case len(menu.Choices) == 0:
		return
	case t.Request.Chat.Platform == turn.Discord:
		m.Menus = append(m.Menus, menu)
		return
	}

	rows := [][]adapters.Button{}

	for some := range slices.Chunk(menu.Choices[:min(len(menu.Choices), listing.ChooseSize)], each) {
		var row []adapters.Button
		for _, c := range some {
			row = append(row, adapters.Button{Label: button.Label(c.Label), Data: menu.Data + c.Value})
		}

		rows = append(rows, row)
	}

	m.Buttons = append(rows, m.Buttons...)
}

// addMoveMenu lets a channel of the server be picked to which n subscriptions move.
func addMoveMenu(t *turn.Turn, m *adapters.Message, data, hint string, n int) {
	if n > 0 && t.Request.Chat.Server != "" {
		m.Menus = append(m.Menus, adapters.Menu{Data: data, Hint: t.Say(hint), Channels: true})
	}
}

// pressOneSubscription shows a subscription of a channel with all that can be changed, or
// changes it.
func (b *Bot) pressOneSubscription(ctx context.Context, t *turn.Turn, verb string, n int64, rest string) (*adapters.Message, error) {
	s, c, err := b.listing.LoadToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	if !s.RemovedAt.IsZero() {
		return t.OldButton(), nil
	}

	dest := t.TargetOf(c)

	switch verb {
	case button.Change:
		t.Command = "edit"
		m := t.Ask(t.Say("ask.reword"), button.Cut(s.Query), turn.Join(turn.ToOption(dest), strconv.Itoa(s.Number)))
		m.Text = append(m.Text, adapters.Line{adapters.Code(s.Query)})
		m.Form = &adapters.Form{Title: t.Say("button.change_query"), Value: s.Query}

		if t.IsPrivate() {
			m.Buttons = append(m.Buttons, t.CopyRow(s.Query)...)
		}

		return m, nil
	case button.When:
		t.Confirmed = true // nothing else changes
		return b.command(ctx, t, "subscribe", turn.Join(turn.ToOption(dest), "when:"+cmp.Or(rest, "default"), s.Query))
	case button.MoveOne:
		if rest == "" {
			return askWhereTo(t, s), nil
		}

		return b.command(ctx, t, button.CommandMove, "to:"+rest+" "+button.ID(s.ID))
	}

	return b.showSubscription(t, dest, c, s), nil
}

// showSubscription shows a subscription with all that can be changed.
func (b *Bot) showSubscription(t *turn.Turn, dest turn.Target, c *store.Chat, s *store.Subscription) *adapters.Message {
	m := turn.Replacing(&adapters.Message{Text: adapters.Text{listing.Line(t, s, c, b.ZoneOf(c))}})

	addSetUpBy(t, m, s.CreatedBy)

	id := button.ID(s.ID)
	row := []adapters.Button{{Label: t.Say("button.change_query"), Data: button.Change + id}}

	if t.Request.Chat.Platform == turn.Telegram && t.IsPrivate() {
		row = append(row, adapters.Button{Label: t.Say("button.move"), Data: button.MoveOne + id})
	}

	row = append(row, adapters.Button{Label: t.Say("button.unsubscribe"), Data: button.Off + id})
	back := adapters.Button{Label: t.Say("button.back"), Data: button.Server + button.ID(c.ID)}

	if m.Buttons = [][]adapters.Button{row, {back}}; t.Request.Chat.Platform == turn.Discord { // its rows are wider
		m.Buttons = [][]adapters.Button{append(row, back)}
	}

	when := adapters.Menu{Data: button.When + id + ":", Hint: t.Say("server.when")}
	for _, c := range []struct{ label, value string }{{"choice.now", "now"}, {"choice.hourly", "hourly"}, {"choice.morning", "daily 8:00"}, {"choice.evening", "daily 18:00"}, {"choice.workdays", "weekdays 8:00"}, {"choice.monday", "weekly monday 8:00"}} {
		when.Choices = append(when.Choices, adapters.Choice{Label: t.Say(c.label), Value: c.value})
	}

	addMenu(t, m, when, 2)

	m.Menus = append(m.Menus, listing.PingMenu(t, dest, s)...)
	addMoveMenu(t, m, button.MoveOne+id+":", "server.move_to", 1)

	return m
}
