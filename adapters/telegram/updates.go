package telegram

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

// incoming is an update as the core sees it: a request, an event, or neither.
type incoming struct {
	update  int64
	queue   int64 // the chat whose order it keeps
	request *adapters.Request
	event   *adapters.Event

	message   int64            // the person's message, to be replied to in a group
	topic     string           // of a private chat, in which it is answered
	ephemeral int64            // the person's command, if nobody else has seen it
	callback  string           // the press to be acknowledged
	document  *botapi.Document // to be fetched before the request is answered

	inline *adapters.InlineQuery // asked in a chat that the bot is not in
	query  string                // what it is answered by
	guest  bool                  // the bot was called there
}

// isOurs reports whether the update asks for anything.
func (in *incoming) isOurs() bool {
	return in.request != nil || in.event != nil || in.callback != "" || in.inline != nil
}

// readUpdate returns what an update means to us. Most of what is said in a group
// means nothing.
func (a *Adapter) readUpdate(u *botapi.Update) *incoming {
	in := &incoming{update: u.ID}
	switch {
	case u.Message != nil && u.Message.Chat != nil && u.Message.Chat.ID != 0:
		in.queue = u.Message.Chat.ID
		a.readMessage(in, u.Message)
	case u.Edited != nil && u.Edited.Chat != nil && u.Edited.Chat.ID != 0:
		in.queue = u.Edited.Chat.ID
		a.readEdited(in, u.Edited)
	case u.Callback != nil:
		a.readCallback(in, u.Callback)
	case u.MyMember != nil && u.MyMember.Chat != nil && u.MyMember.New != nil:
		in.queue = u.MyMember.Chat.ID
		in.event = a.readMember(u.MyMember)
	case u.Inline != nil && u.Inline.From != nil:
		readInline(in, u.Inline)
	case u.Guest != nil && u.Guest.From != nil && u.Guest.GuestQuery != "":
		a.readGuest(in, u.Guest)
	}

	key := fmt.Sprintf("%s:%s:u%d", platform, a.botID(), u.ID)
	if in.request != nil {
		in.request.Key = key
	}

	if in.event != nil {
		in.event.Key = key
	}

	return in
}

func (a *Adapter) readMessage(in *incoming, m *botapi.Message) {
	switch {
	case m.MigrateTo != 0:
		in.event = groupMoved(m.Chat, m.Chat.ID, m.MigrateTo)
		return
	case m.MigrateFrom != 0:
		in.event = groupMoved(m.Chat, m.MigrateFrom, m.Chat.ID)
		return
	case len(m.Reopened) > 0:
		in.event = &adapters.Event{Kind: adapters.Returned, Chat: chatInfo(m.Chat, m.Topic()), User: userOf(m.From)}
		return
	case m.Forwarded, m.SenderChat == nil && m.From != nil && m.From.IsBot:
		return
	}

	in.request = a.readRequest(m)
	if in.request == nil {
		return
	}

	in.request.Unseen = m.Ephemeral != 0

	in.message, in.ephemeral, in.topic = m.ID, m.Ephemeral, m.OwnTopic()
	if in.request.Kind == adapters.FileRequest {
		in.document = m.Document
	}
}

// readEdited reads a message that was changed. In a group nobody expects an answer
// to that.
func (a *Adapter) readEdited(in *incoming, m *botapi.Message) {
	if kindOf(m.Chat) != adapters.Private {
		return
	}

	if in.request = a.readRequest(m); in.request != nil {
		in.request.Edited, in.topic = true, m.OwnTopic()
	}
}

// groupMoved returns the change of address of a group that was upgraded. It comes
// twice, in the old group and in the new; either is enough.
func groupMoved(c *botapi.Chat, from, to int64) *adapters.Event {
	old := *c
	old.ID, old.Type = from, "group"

	return &adapters.Event{
		Kind: adapters.ChatMoved, Chat: chatInfo(&old, 0), To: address{Chat: to}.chat(),
	}
}

// readRequest returns what a message asks of us, nil for nothing.
func (a *Adapter) readRequest(m *botapi.Message) *adapters.Request {
	r := &adapters.Request{Chat: chatInfo(m.Chat, m.Topic())}
	setSender(r, m)

	if m.ReplyTo != nil && m.ReplyTo.ID != int64(m.Topic()) { // every message of a topic replies to its first one
		r.Message = strconv.FormatInt(m.ReplyTo.ID, 10)
		r.ReplyText = m.ReplyTo.Text + m.ReplyTo.Caption

		if m.ReplyTo.From != nil && !m.ReplyTo.From.IsBot {
			r.ReplyTo = userOf(m.ReplyTo.From)
		}
	}

	if m.Shared != nil && m.Shared.ID != 0 && r.Chat.Kind == adapters.Private {
		r.Kind, r.Picked = adapters.TextRequest, strconv.FormatInt(m.Shared.ID, 10)
		return r
	}

	text := strings.TrimSpace(m.Text + m.Caption)
	private := r.Chat.Kind == adapters.Private
	asked := private || r.Message != "" && a.questions.Has(questionRef(withoutTopic(r.Chat.Address), r.Message))

	if r.Forward = readForward(m, text); r.Forward != nil && private && m.Document == nil && text != "" {
		r.Kind, r.Text = adapters.TextRequest, text
		return r
	}

	name, rest, mine := a.parseCommand(text, asked || a.isReplyToUs(m), m.Chat.ID)
	switch {
	case name != "" && !mine:
		return nil
	case m.Document != nil && (asked || mine):
		r.Kind, r.Text = adapters.FileRequest, text
	case mine:
		r.Kind, r.Command, r.Text = adapters.CommandRequest, name, rest
	case text != "" && (asked || a.isReplyToUs(m) && strings.ContainsAny(text, "?？؟")): // a question about an alert
		r.Kind, r.Text = adapters.TextRequest, text
	case private && m.Document == nil && m.IsWordless():
		r.Kind, r.Wordless = adapters.TextRequest, true
	default:
		a.overhear(m, text)
		return nil
	}

	return r
}

var (
	webLink   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`https?://[^\s<>()"]+`) })
	ownDomain = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^https?://(?:www\.)?(?:t\.me|telegram\.me|telegram\.org)(?:/|$)`)
	})
)

// readForward returns where a message comes from that was forwarded, nil if it was not.
func readForward(m *botapi.Message, text string) *adapters.Forward {
	if m.Origin == nil && m.ForwardFrom == nil {
		return nil
	}

	f := &adapters.Forward{}

	channel := m.ForwardFrom
	if m.Origin != nil && m.Origin.Chat != nil {
		channel = m.Origin.Chat
	}

	if channel != nil {
		f.From = render.OneLine(channel.Title)
	}

	links := webLink().FindAllString(text, -1)
	for _, e := range slices.Concat(m.Entities, m.InCaption) {
		links = append(links, webLink().FindString(e.URL))
	}

	for _, link := range links {
		if link != "" && f.Link == "" && !ownDomain().MatchString(link) {
			f.Link = link
		}
	}

	return f
}

// overhear takes in that a message which is not for us has reached us. Messages that
// reply to us or name us reach every bot.
func (a *Adapter) overhear(m *botapi.Message, text string) {
	me := a.identity().Username
	named := me == "" || strings.Contains(strings.ToLower(text), "@"+strings.ToLower(me))

	if text != "" && m.SenderChat == nil && !named && !strings.HasPrefix(text, "/") && !a.isReplyToUs(m) {
		a.attention.NoteOverheard(m.Chat.ID)
	}
}

// setSender fills in who speaks: a person, an administrator who hides behind the
// group, or a channel, which is nobody.
func setSender(r *adapters.Request, m *botapi.Message) {
	switch {
	case m.SenderChat != nil && m.SenderChat.ID == m.Chat.ID:
		r.User = adapters.User{Name: anonymousAdmin}
		r.Rights = &adapters.Rights{Manage: true}
	case m.SenderChat != nil && m.SenderChat.ID != 0:
		r.User = adapters.User{Name: render.OneLine(m.SenderChat.Title)}
		r.Rights = &adapters.Rights{}
	case m.From == nil && r.Chat.Kind == adapters.Private:
		r.User = adapters.User{ID: strconv.FormatInt(m.Chat.ID, 10), Name: r.Chat.Title}
	default:
		r.User = userOf(m.From)
	}
}

var commandText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+|$)`)
})

// parseCommand takes "/name@bot rest" apart. In a group a command that does not name
// us is ours if the message replies to ours (ours), or if it is in our table and, where
// other bots have it too, the attention is on us.
func (a *Adapter) parseCommand(text string, ours bool, chat int64) (name, rest string, mine bool) {
	m := commandText().FindStringSubmatch(text)
	if m == nil {
		return "", "", false
	}

	name, rest = strings.ToLower(m[1]), strings.TrimSpace(text[len(m[0]):])
	if m[2] != "" {
		me := a.identity().Username
		return name, rest, me == "" || strings.EqualFold(m[2], me)
	}

	generic, known := a.commands[name]
	mine = ours || len(a.commands) == 0 || known && (!generic || a.attention.IsOnUs(chat))

	return name, rest, mine
}

// commandNames returns the names and aliases of a command table, with whether
// other bots are likely to have them too. An alias that only shortens the name is
// as much ours as the name.
func commandNames(table []adapters.Command) map[string]bool {
	names := map[string]bool{}

	for _, c := range table {
		names[c.Name] = c.Generic
		for _, alias := range c.Aliases {
			names[alias] = c.Generic || !strings.HasPrefix(c.Name, alias)
		}
	}

	return names
}

// isReplyToUs reports whether a message replies to one of the bot's.
func (a *Adapter) isReplyToUs(m *botapi.Message) bool {
	return m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == a.identity().ID
}

func (a *Adapter) readCallback(in *incoming, c *botapi.Callback) {
	in.callback = c.ID
	if c.From != nil {
		in.queue = c.From.ID
	}

	if c.Message == nil || c.Message.Chat == nil || c.Message.Chat.ID == 0 || c.Data == "" {
		return
	}

	in.queue, in.topic = c.Message.Chat.ID, c.Message.OwnTopic()

	r := &adapters.Request{
		Kind: adapters.PressRequest, Chat: chatInfo(c.Message.Chat, c.Message.Topic()), User: userOf(c.From),
		Data: c.Data, Message: strconv.FormatInt(c.Message.ID, 10), ReplyText: c.Message.Text,
	}
	if c.Message.Ephemeral != 0 && c.From != nil {
		r.Message, r.Unseen = ephemeralRef(c.Message.Ephemeral, c.From.ID), true
	}

	if r.User.ID == "" && r.Chat.Kind == adapters.Private {
		r.User.ID = r.Chat.Address
	}

	in.request = r
}

// readMember reads a change of the bot's own membership.
func (a *Adapter) readMember(c *botapi.MemberChange) *adapters.Event {
	old := c.Old
	if old == nil {
		old = &botapi.Member{Status: "left"}
	}

	e := &adapters.Event{Chat: chatInfo(c.Chat, 0), User: userOf(c.From)}

	private := kindOf(c.Chat) == adapters.Private
	switch was, is := old.IsIn(), c.New.IsIn(); {
	case private && !is:
		e.Kind = adapters.Blocked
	case private && old.Status == "kicked":
		e.Kind = adapters.Returned
	case !is:
		e.Kind = adapters.Left
	case !was:
		e.Kind = adapters.Joined
	case !old.MaySend() && c.New.MaySend():
		e.Kind = adapters.Returned
	default:
		e.Kind = adapters.RightsChanged
	}

	return e
}
