package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/gate"
)

// typed is a message that a person wrote to the bot.
type typed struct {
	ID        string       `json:"id"`
	ChannelID string       `json:"channel_id"`
	GuildID   string       `json:"guild_id"`
	WebhookID string       `json:"webhook_id"`
	Type      int          `json:"type"`
	Author    *user        `json:"author"`
	Content   string       `json:"content"`
	Files     []attachment `json:"attachments"`
	Replied   *struct {
		ID      string `json:"id"`
		Content string `json:"content"`
		Author  *user  `json:"author"`
	} `json:"referenced_message"`
	Mentions []user `json:"mentions"`
	Member   struct {
		Roles []string `json:"roles"`
	} `json:"member"`
}

// takeMessage takes in a direct message, or what is said in a server to the bot.
func (d *dispatcher) takeMessage(ctx context.Context, raw json.RawMessage) {
	m, err := decodeJSON[typed](raw)
	if err != nil || m.ID == "" || m.WebhookID != "" || m.Author == nil || m.Author.Bot {
		return
	}

	if m.GuildID != "" {
		d.takeReply(ctx, m)
		return
	}

	const plain, reply = 0, 19

	text := strings.TrimSpace(m.Content)
	if text == "" && len(m.Files) == 0 || (m.Type != plain && m.Type != reply) {
		return
	}

	if again, _ := d.a.seen.ContainsOrAdd("m"+m.ID, struct{}{}); again {
		return
	}

	r := &adapters.Request{
		Key: platform + ":" + m.ID, Kind: adapters.TextRequest, Text: text, Rights: &adapters.Rights{Manage: true},
		User: adapters.User{ID: m.Author.ID, Name: m.Author.name()},
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: "@" + m.Author.ID}, Kind: adapters.Private, Title: m.Author.name()},
	}
	if m.Replied != nil {
		r.Message, r.ReplyText = messageRef(m.ChannelID, m.Replied.ID), m.Replied.Content
	}

	if len(m.Files) > 0 {
		r.File = m.Files[0].file()
	}

	name, rest, isCommand := typedCommand(text)

	switch {
	case isCommand:
		r.Kind, r.Command, r.Text = adapters.CommandRequest, name, rest
	case r.File != nil:
		r.Kind = adapters.FileRequest
	}

	d.spawn("answering a message", func() {
		d.a.rememberDirect(ctx, r.User.ID, m.ChannelID)
		d.reply(ctx, m, r)
	})
}

// takeReply takes in what somebody in a server replies to a message of the bot. Everything else
// that is said there is not for it.
func (d *dispatcher) takeReply(ctx context.Context, m *typed) {
	me := d.a.me.Load()
	if !d.a.config.HearsReplies || me == nil || m.Replied == nil || m.Replied.Author == nil || m.Replied.Author.ID != me.user ||
		!slices.ContainsFunc(m.Mentions, func(u user) bool { return u.ID == me.user }) {
		return
	}

	text := strings.TrimSpace(strings.NewReplacer("<@"+me.user+">", "", "<@!"+me.user+">", "").Replace(m.Content))
	if text == "" {
		return
	}

	if again, _ := d.a.seen.ContainsOrAdd("m"+m.ID, struct{}{}); again {
		return
	}

	r := &adapters.Request{
		Key: platform + ":" + m.ID, Kind: adapters.TextRequest, Text: text, Roles: m.Member.Roles,
		User:    adapters.User{ID: m.Author.ID, Name: m.Author.name()},
		Chat:    adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: m.ChannelID}, Kind: adapters.Group, Server: m.GuildID},
		Message: messageRef(m.ChannelID, m.Replied.ID), ReplyText: m.Replied.Content,
	}

	d.spawn("answering a reply", func() { d.reply(ctx, m, r) })
}

// typedCommand reads "/subscribe drone" as people may write it.
func typedCommand(text string) (name, rest string, ok bool) {
	if !strings.HasPrefix(text, "/") {
		return "", "", false
	}

	name, rest, _ = strings.Cut(text[1:], " ")
	if line, more, found := strings.Cut(name, "\n"); found {
		name, rest = line, more+" "+rest
	}

	if name == "" {
		return "", "", false
	}

	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return "", "", false
		}
	}

	return strings.ToLower(name), strings.TrimSpace(rest), true
}

// reply answers what a person wrote, in a server as a reply to it.
func (d *dispatcher) reply(ctx context.Context, t *typed, request *adapters.Request) {
	ctx, cancel := context.WithTimeout(ctx, d.a.limits.token)
	defer cancel()

	parts := showParts(request)
	said := d.ask(ctx, request)

	late := time.NewTimer(d.a.limits.answer)
	defer late.Stop()

	shown := &partial{a: d.a, chat: request.Chat.Chat, nonce: emptyIfOver("p"+t.ID, maxNonce-2)}
	if t.GuildID != "" {
		shown.replyTo = messageRef(t.ChannelID, t.ID)
	}

	typing, stop := context.WithCancel(ctx)
	defer stop()

	var m *adapters.Message

	for ended := false; !ended; {
		select {
		case m = <-said:
			ended = true
		case part := <-parts:
			if len(part.Text) == 0 {
				late.Reset(0)
				continue
			}

			shown.show(ctx, part)
		case <-late.C:
			if shown.ref == "" {
				d.showTyping(typing, t.ChannelID)
			}
		}
	}

	stop()

	if m == nil {
		return
	}

	again := *m
	again.Nonce, again.ReplyTo = emptyIfOver("m"+t.ID, maxNonce-2), shown.replyTo

	err := shown.finish(ctx, &again)
	if err != nil {
		d.a.log.Warn("discord: an answer did not arrive", "error", err)
	}

	d.h.Answered(context.WithoutCancel(ctx), request, m, err)
}

// showTyping shows that an answer is being written, unless the bot's pace keeps it waiting for a
// second.
func (d *dispatcher) showTyping(ctx context.Context, channel string) {
	d.spawn("showing that it types", func() {
		typing, stop := context.WithTimeout(ctx, time.Second)
		defer stop()

		_, _ = d.a.ask(typing, http.MethodPost, "/channels/"+channel+"/typing", json.RawMessage("{}"), nil)
	})
}

// partial is an answer that is shown while it is being written.
type partial struct {
	a     *Adapter
	chat  adapters.Chat
	nonce string
	ref   string // of the message, "" before there is one

	replyTo string // what it replies to, "" nothing
}

// show shows what there is of the answer, if the bot's pace allows it now.
func (s *partial) show(ctx context.Context, m *adapters.Message) {
	if pace := s.a.config.Pace; pace != nil && gate.TakePart(ctx, pace, 0, false) != nil {
		return
	}

	if s.ref != "" {
		_ = s.a.Edit(ctx, s.chat, s.ref, m) // the next one, or the whole, shows it
		return
	}

	first := *m
	first.Nonce, first.ReplyTo = s.nonce, s.replyTo
	s.ref, _ = s.a.Send(ctx, s.chat, &first)
}

// finish shows the whole answer: in place of its part if that can be, else as a message of its own.
func (s *partial) finish(ctx context.Context, m *adapters.Message) error {
	if s.ref != "" && len(s.a.render(m)) == 1 && m.File == nil && s.a.Edit(ctx, s.chat, s.ref, m) == nil {
		return nil
	}

	return s.a.sendReply(ctx, s.chat, m)
}

// sendReply sends an answer to what somebody wrote, up to three times while the error may pass: under
// one nonce it arrives once. After that it is the handler's, which has an outbox.
func (a *Adapter) sendReply(ctx context.Context, to adapters.Chat, m *adapters.Message) error {
	_, err := a.Send(ctx, to, m)
	if m.Page && err != nil && adapters.FateOf(err).Fate == adapters.Refused {
		return a.sendReply(ctx, to, m.WithoutPage()) // it may be the picture
	}

	for try := 1; err != nil && try < 3; try++ {
		f := adapters.FateOf(err)
		if f.Fate != adapters.Retry && f.Fate != adapters.Unsure {
			return err
		}

		gateway.Sleep(ctx, time.Duration(try)*500*time.Millisecond)

		if turn := a.takeTurn(ctx); turn != nil {
			return err
		}

		_, err = a.Send(ctx, to, m)
	}

	return err
}
