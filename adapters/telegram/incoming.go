package telegram

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"newsbell/adapters"
)

// incoming is an update as the core sees it: a request, an event, or neither.
type incoming struct {
	update  int64
	queue   int64 // the chat whose order it keeps
	request *adapters.Request
	event   *adapters.Event

	message  int64     // the person's message, to be replied to in a group
	callback string    // the press to be acknowledged
	document *document // to be fetched before the request is answered
}

// read says what an update means to us. Most of what is said in a group means
// nothing.
func (a *Adapter) read(u *update) *incoming {
	in := &incoming{update: u.ID}
	switch {
	case u.Message != nil && u.Message.Chat != nil && u.Message.Chat.ID != 0:
		in.queue = u.Message.Chat.ID
		a.readMessage(in, u.Message)
	case u.Callback != nil:
		a.readCallback(in, u.Callback)
	case u.MyMember != nil && u.MyMember.Chat != nil && u.MyMember.New != nil:
		in.queue = u.MyMember.Chat.ID
		in.event = a.readMember(u.MyMember)
	}

	key := fmt.Sprintf("%s:%s:u%d", platform, a.botName(), u.ID)
	if in.request != nil {
		in.request.Key = key
	}

	if in.event != nil {
		in.event.Key = key
	}

	return in
}

func (a *Adapter) readMessage(in *incoming, m *message) {
	switch {
	case m.MigrateTo != 0:
		in.event = moved(m.Chat, m.Chat.ID, m.MigrateTo)
		return
	case m.MigrateFrom != 0:
		in.event = moved(m.Chat, m.MigrateFrom, m.Chat.ID)
		return
	case len(m.Reopened) > 0:
		in.event = &adapters.Event{Kind: adapters.Returned, Chat: m.Chat.info(m.topic()), User: m.From.person(), Reason: "the topic was reopened"}
		return
	case m.Forwarded, m.SenderChat == nil && m.From != nil && m.From.IsBot:
		return
	}

	in.request = a.readRequest(m)
	if in.request == nil {
		return
	}

	in.message = m.ID
	if in.request.Kind == adapters.FileRequest {
		in.document = m.Document
	}
}

// moved is the change of address of a group that was upgraded. It is told twice,
// in the old group and in the new; either is enough.
func moved(c *chat, from, to int64) *adapters.Event {
	old := *c
	old.ID, old.Type = from, "group"

	return &adapters.Event{
		Kind: adapters.ChatMoved, Chat: old.info(0), To: address{Chat: to}.chat(), Reason: "the group was upgraded to a supergroup",
	}
}

// readRequest is what a message asks of us, nil for nothing.
func (a *Adapter) readRequest(m *message) *adapters.Request {
	r := &adapters.Request{Chat: m.Chat.info(m.topic())}
	a.sender(r, m)

	if m.ReplyTo != nil && m.ReplyTo.ID != int64(m.topic()) { // every message of a topic replies to its first one
		r.Message = strconv.FormatInt(m.ReplyTo.ID, 10)
		r.ReplyText = m.ReplyTo.Text + m.ReplyTo.Caption
	}

	text := strings.TrimSpace(m.Text + m.Caption)
	private := r.Chat.Kind == adapters.Private
	asked := private || r.Message != "" && a.asks.has(askRef(baseAddress(r.Chat.Address), r.Message))

	name, rest, mine := a.command(text, asked)
	switch {
	case name != "" && !mine:
		return nil
	case m.Document != nil && (asked || mine):
		r.Kind, r.Text = adapters.FileRequest, text
	case mine:
		r.Kind, r.Command, r.Text = adapters.CommandRequest, name, rest
	case asked && text != "":
		r.Kind, r.Text = adapters.TextRequest, text
	default:
		return nil
	}

	return r
}

// sender fills in who speaks: a person, an administrator who hides behind the
// group, or a channel, which is nobody.
func (a *Adapter) sender(r *adapters.Request, m *message) {
	switch {
	case m.SenderChat != nil && m.SenderChat.ID == m.Chat.ID:
		r.User = adapters.User{Name: anonymousAdmin}
		r.Rights = &adapters.Rights{Manage: true}
	case m.SenderChat != nil && m.SenderChat.ID != 0:
		r.User = adapters.User{Name: oneLine(m.SenderChat.Title)}
		r.Rights = &adapters.Rights{}
	case m.From == nil && r.Chat.Kind == adapters.Private:
		r.User = adapters.User{ID: strconv.FormatInt(m.Chat.ID, 10), Name: r.Chat.Title}
	default:
		r.User = m.From.person()
	}
}

var commandText = regexp.MustCompile(`^/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+|$)`)

// command takes "/name@bot rest" apart. In a group a word that is not in our
// table is another bot's, unless it names us or answers a question of ours.
func (a *Adapter) command(text string, ours bool) (name, rest string, mine bool) {
	m := commandText.FindStringSubmatch(text)
	if m == nil {
		return "", "", false
	}

	name, rest = strings.ToLower(m[1]), strings.TrimSpace(text[len(m[0]):])
	me := a.myself().Username

	switch {
	case m[2] != "":
		mine = me == "" || strings.EqualFold(m[2], me)
	default:
		mine = ours || len(a.names) == 0 || a.names[name]
	}

	return name, rest, mine
}

func (a *Adapter) readCallback(in *incoming, c *callback) {
	in.callback = c.ID
	if c.From != nil {
		in.queue = c.From.ID
	}

	if c.Message == nil || c.Message.Chat == nil || c.Message.Chat.ID == 0 || c.Data == "" {
		return
	}

	in.queue = c.Message.Chat.ID

	r := &adapters.Request{
		Kind: adapters.PressRequest, Chat: c.Message.Chat.info(c.Message.topic()), User: c.From.person(),
		Data: c.Data, Message: strconv.FormatInt(c.Message.ID, 10), ReplyText: c.Message.Text,
	}
	if r.User.ID == "" && r.Chat.Kind == adapters.Private {
		r.User.ID = r.Chat.Address
	}

	in.request = r
}

// readMember reads a change of the bot's own membership.
func (a *Adapter) readMember(c *memberChange) *adapters.Event {
	old := c.Old
	if old == nil {
		old = &member{Status: "left"}
	}

	e := &adapters.Event{Chat: c.Chat.info(0), User: c.From.person(), Reason: old.Status + " → " + c.New.Status}

	private := c.Chat.kind() == adapters.Private
	switch was, is := old.in(), c.New.in(); {
	case private && !is:
		e.Kind = adapters.Blocked
	case private && old.Status == "kicked":
		e.Kind = adapters.Returned
	case !is:
		e.Kind = adapters.Left
	case !was:
		e.Kind = adapters.Joined
	case !maySend(old) && maySend(c.New):
		e.Kind = adapters.Returned
	default:
		e.Kind = adapters.RightsChanged
	}

	return e
}

// maySend tells what a member's record says about sending; a plain member may,
// as far as it tells.
func maySend(m *member) bool {
	switch m.Status {
	case "restricted":
		return m.SendMessages == nil || *m.SendMessages
	case "administrator":
		return m.PostMessages == nil || *m.PostMessages
	}

	return m.in()
}
