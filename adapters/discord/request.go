package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"newsbell/adapters"
)

// Types of interactions. Source: "Interaction Type" in Discord's documentation.
const (
	typeCommand  = 2
	typePress    = 3
	typeComplete = 4
	typeForm     = 5
)

// interaction is what a person did, as Discord sends it. Every part that may be
// of a shape not known yet is read for itself.
type interaction struct {
	ID            string `json:"id"`
	Token         string `json:"token"`
	ApplicationID string `json:"application_id"`
	Type          int    `json:"type"`
	GuildID       string `json:"guild_id"`
	ChannelID     string `json:"channel_id"`
	Locale        string `json:"locale"`
	Context       *int   `json:"context"`
	AppRights     bits   `json:"app_permissions"`
	// Owners are who added the bot, by the kind of installation: the server ("0") or the
	// person ("1"). Servers that do not know of it leave it out.
	Owners     map[string]json.RawMessage `json:"authorizing_integration_owners"`
	Member     *member                    `json:"member"`
	User       *user                      `json:"user"`
	RawChannel json.RawMessage            `json:"channel"`
	RawData    json.RawMessage            `json:"data"`
	RawMessage json.RawMessage            `json:"message"`

	came time.Time
}

// data is the part of an interaction that says what was done.
type data struct {
	Name     string      `json:"name"`
	Options  []option    `json:"options"`
	CustomID string      `json:"custom_id"`
	Values   []string    `json:"values"`     // picked from a menu
	Fields   []formField `json:"components"` // of a form
	Resolved struct {
		Channels map[string]channel         `json:"channels"`
		Messages map[string]json.RawMessage `json:"messages"`
		Files    map[string]attachment      `json:"attachments"`
	} `json:"resolved"`
	Type   int    `json:"type"`
	Target string `json:"target_id"`
}

// attachment is a file that a person sent. Source: "Attachment Object".
type attachment struct {
	Name    string `json:"filename"`
	Size    int64  `json:"size"`
	Address string `json:"url"`
}

// file returns the file for the core, nil for none.
func (a attachment) file() *adapters.File {
	if a.Address == "" {
		return nil
	}

	return &adapters.File{Name: a.Name, Address: a.Address, Size: a.Size}
}

type option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Options []option        `json:"options"`
	Focused bool            `json:"focused"`
}

// subcommand is the type of an option that holds options.
const (
	subcommand      = 1
	subcommandGroup = 2
)

// takeInteraction takes in what a person did.
func (d *dispatcher) takeInteraction(ctx context.Context, raw json.RawMessage, live bool) {
	it, err := decodeJSON[interaction](raw)
	if err != nil || it.ID == "" || it.Token == "" {
		d.a.log.Warn("discord: an interaction that cannot be read", "error", err)
		return
	}

	if again, _ := d.a.seen.ContainsOrAdd(it.ID, struct{}{}); again {
		return // replayed after a resume
	}

	it.came = time.Now()

	r, in := d.a.request(it)
	if r == nil {
		d.a.log.Info("discord: an interaction of a kind that is not known", "type", it.Type)
		return
	}

	if it.GuildID != "" {
		for id, c := range in.Resolved.Channels {
			c.ID = id
			d.a.noteChannel(&c, it.GuildID)
		}
	}

	if r.Kind == adapters.CompleteRequest {
		d.spawn("completing", func() { d.complete(ctx, it, r) })
		return
	}

	if r.Kind == adapters.PressRequest && isFormButton(in.CustomID) {
		d.spawn("opening a form", func() { d.openAgain(ctx, it, r, in.CustomID) })
		return
	}

	if channel := directChannel(it); channel != "" {
		d.spawn("a direct channel", func() { d.a.rememberDirect(ctx, r.User.ID, channel) })
	}

	d.spawn("answering", func() { d.answer(ctx, it, r, live) })
}

// request makes an interaction the core's request; nil if it is none that the
// core knows.
func (a *Adapter) request(it *interaction) (*adapters.Request, *data) {
	d, err := decodeJSON[data](it.RawData)
	if err != nil {
		return nil, nil
	}

	r := &adapters.Request{Key: platform + ":" + it.ID, Interaction: true}

	who := it.User
	if it.Member != nil && it.Member.User != nil {
		who = it.Member.User
	}

	if who == nil || who.ID == "" {
		return nil, nil
	}

	r.User = adapters.User{ID: who.ID, Name: who.name(), Language: it.Locale}
	if it.Member != nil {
		r.User.Name = cmp.Or(it.Member.Nick, r.User.Name)
		r.Roles = it.Member.Roles
	}

	r.Chat = a.whereFrom(it, who)

	r.Rights = rightsFrom(it)
	if it.GuildID != "" && r.Rights != nil {
		a.noteManager(it.GuildID, who.ID, r.Rights.Manage)
	}

	if !a.readAction(it, d, r) {
		return nil, nil
	}

	return r, d
}

// readAction reads what was done; false if it is nothing that the core knows.
func (a *Adapter) readAction(it *interaction, d *data, r *adapters.Request) bool {
	switch it.Type {
	case typeCommand, typeComplete:
		r.Kind = adapters.CommandRequest
		if it.Type == typeComplete {
			r.Kind = adapters.CompleteRequest
		}

		if d.Name == "" {
			return false
		}

		r.Command = strings.ToLower(d.Name)
		if d.Type == onMessage {
			r.Command = a.tableName(d.Name)
			a.readTarget(it, d, r)

			break
		}

		r.Options = map[string]string{}
		flattenOptions(r, d, d.Options)
	case typePress:
		r.Kind = adapters.PressRequest

		r.Data, _ = buttonData(d.CustomID)

		if r.Data != pickID {
			r.Data += strings.Join(d.Values, ",")
		} else if len(d.Values) > 0 {
			r.Picked = parseSnowflake(d.Values[0])
		}

		readOrigin(it, r)
	case typeForm:
		r.Kind, r.Text = adapters.TextRequest, firstFilled(d.Fields)
		if name, rest, ok := typedCommand(r.Text); ok {
			r.Kind, r.Command, r.Text = adapters.CommandRequest, name, rest
		}

		readOrigin(it, r)
	default:
		return false
	}

	return true
}

// flattenOptions reads options into the request; a subcommand is the option "sub".
func flattenOptions(r *adapters.Request, d *data, options []option) {
	for _, o := range options {
		if o.Type == optionFile {
			r.File = d.Resolved.Files[scalarText(o.Value)].file()
			continue
		}

		if o.Type == subcommand || o.Type == subcommandGroup {
			r.Options["sub"] = strings.TrimSpace(r.Options["sub"] + " " + o.Name)
			flattenOptions(r, d, o.Options)

			continue
		}

		r.Options[o.Name] = scalarText(o.Value)
		if o.Focused {
			r.Focus = o.Name
		}
	}
}

// scalarText returns a JSON value as people would write it.
func scalarText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}

	return strings.Trim(string(raw), `"`)
}

// whereFrom returns the chat that an interaction came from.
func (a *Adapter) whereFrom(it *interaction, who *user) adapters.ChatInfo {
	c, _ := decodeJSON[channel](it.RawChannel)

	info := adapters.ChatInfo{Chat: adapters.Chat{Platform: platform}}
	if it.GuildID == "" {
		info.Kind, info.Address, info.Title = adapters.Private, "@"+who.ID, who.name()
		if it.isElsewhere() { // others read there, and nothing can be sent
			info.Kind, info.Address, info.Title = adapters.Group, it.ChannelID, ""
		}

		return info
	}

	info.Server, info.Address = it.GuildID, it.ChannelID
	if info.Address == "" {
		info.Address = c.ID
	}

	if len(it.RawChannel) > 0 && c.ID != "" {
		a.noteChannel(c, it.GuildID)
	}

	p, _ := a.channels.Get(info.Address)
	info.Kind, info.Title = kindOf(p.kind), channelTitle(p.name)

	return info
}

// directChannel returns the channel of direct messages that an interaction came from,
// "" for a server's. A group of people without a server (type 3) is nobody's chat.
func directChannel(it *interaction) string {
	c, _ := decodeJSON[channel](it.RawChannel)
	if it.GuildID != "" || it.isElsewhere() || (len(it.RawChannel) > 0 && c.Type != typeDirect) {
		return ""
	}

	return parseSnowflake(it.ChannelID)
}

// isElsewhere reports whether an interaction comes from messages between other people,
// where somebody runs a command who added the bot to their account.
func (it *interaction) isElsewhere() bool {
	c, _ := decodeJSON[channel](it.RawChannel)
	return it.GuildID == "" && (it.Context != nil && *it.Context == contextElsewhere || c.Type == typeGroupDirect)
}

// isAbsent reports whether the bot is not where an interaction comes from: a person who
// added it for themselves brought it along.
func (it *interaction) isAbsent() bool {
	_, byPerson := it.Owners["1"]
	_, byServer := it.Owners["0"]

	return it.isElsewhere() || it.GuildID != "" && byPerson && !byServer
}

// isOnPage reports whether a button stands below a page.
func (it *interaction) isOnPage() bool {
	m, _ := decodeJSON[struct {
		Flags int `json:"flags"`
	}](it.RawMessage)

	return m.Flags&flagPage != 0
}

// readTarget reads the message that a command of its menu is about.
func (a *Adapter) readTarget(it *interaction, d *data, r *adapters.Request) {
	it.RawMessage = d.Resolved.Messages[d.Target]
	readOrigin(it, r)
	r.Text = r.ReplyText
}

// rightsFrom reads the rights that came along; nil when there are none.
func rightsFrom(it *interaction) *adapters.Rights {
	if it.isAbsent() {
		return &adapters.Rights{Absent: true}
	}

	if it.GuildID == "" {
		return &adapters.Rights{Manage: true}
	}

	if it.Member == nil || !it.Member.Permissions.known {
		return nil
	}

	r := &adapters.Rights{Manage: it.Member.Permissions.set&(canManageServer|canAdminister) != 0}
	if it.AppRights.known {
		c, _ := decodeJSON[channel](it.RawChannel)
		r.Missing = missingRights(it.AppRights.set, c.Type, c.Thread != nil && c.Thread.Locked)
	}

	return r
}

// readOrigin reads the message that a button sits on.
func readOrigin(it *interaction, r *adapters.Request) {
	m, _ := decodeJSON[struct {
		ID      string `json:"id"`
		Content string `json:"content"`
		Embeds  []struct {
			URL         string `json:"url"`
			Title       string `json:"title"`
			Description string `json:"description"`
		} `json:"embeds"`
	}](it.RawMessage)
	if m.ID == "" {
		return
	}

	r.Message = messageRef(it.ChannelID, m.ID)

	r.ReplyText = m.Content
	for _, e := range m.Embeds {
		r.ReplyText = strings.TrimSpace(r.ReplyText + "\n" + e.Title + "\n" + e.Description + "\n" + e.URL)
	}
}

// messageRef returns a message's name for Edit: the channel is not that of the chat
// where a chat is a person or a forum.
func messageRef(channel, message string) string { return channel + "/" + message }
