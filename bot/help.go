package bot

import (
	"context"
	"errors"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
)

func (b *Bot) showHelp(_ context.Context, t *turn) (*adapters.Message, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(t.text), "/"))
	switch name {
	case "":
		return t.overview(), nil
	case "queries", "query":
		return &adapters.Message{Text: t.helpQueries()}, nil
	}

	row := b.commands[name]
	if row == nil || row.operators {
		m := t.overview()
		m.Text = append(adapters.Text{t.Line("error.unknown_command", "name", name), {}}, m.Text...)

		return m, nil
	}

	return t.commandHelp(row, t.r.Options != nil), nil
}

// overview is every command on one screen.
func (w words) overview() *adapters.Message {
	m := w.say("help.head")

	for _, r := range table(w) {
		if r.Name == "help" || r.Name == "start" || r.Name == "cancel" {
			continue
		}

		m.Text = append(m.Text, adapters.Line{adapters.Bold("/" + r.Name), adapters.Plain(" " + r.Summary)})
	}

	m.Text = append(m.Text, adapters.Line{}, w.Line("help.foot"))

	return m
}

// commandHelp explains one command; with slash as one fills it in where options have
// names.
func (w words) commandHelp(r *commandSpec, slash bool) *adapters.Message {
	m := &adapters.Message{Text: adapters.Text{{adapters.Bold("/" + r.Name), adapters.Plain(" – " + w.Say("command."+r.Name))}}}
	for line := range strings.SplitSeq(w.Say("usage."+r.Name), "\n") {
		command, what, _ := strings.Cut(line, " – ")
		if slash {
			command = r.asSlashCommand(command)
		}

		l := adapters.Line{adapters.Code(command)}
		if what != "" {
			l = append(l, adapters.Plain(" – "+what))
		}

		m.Text = append(m.Text, l)
	}

	if more := "more." + r.Name; w.Has(more) {
		m.Text = append(m.Text, w.Line(more))
	}

	if len(r.Aliases) > 0 && !slash {
		m.Text = append(m.Text, w.Line("help.aliases", "names", "/"+strings.Join(r.Aliases, ", /")))
	}

	return m
}

// helpQueries explains how a query is written.
func (w words) helpQueries() adapters.Text {
	text := adapters.Text{{adapters.Bold(w.Say("help.queries_head"))}}

	for line := range strings.SplitSeq(w.Say("help.queries"), "\n") {
		example, what, _ := strings.Cut(line, " – ")
		text = append(text, adapters.Line{adapters.Code(example), adapters.Plain(" – " + what)})
	}

	return append(text, w.Line("help.queries_foot"))
}

// asSlashCommand writes a typed command as a slash command: "/subscribe
// to:#news drone" is "/subscribe query:drone to:#news".
func (c *commandSpec) asSlashCommand(typed string) string {
	_, text, _ := strings.Cut(typed, " ")
	rest, options := parseOptions(c, text, nil)

	s, main := "/"+c.Name, c.Options
	if sub := options["sub"]; sub != "" {
		s += " " + sub
		for _, c := range c.Subcommands {
			if c.Name == sub {
				main = c.Options
			}
		}
	}

	if rest != "" && len(main) > 0 {
		s += " " + main[0].Name + ":" + rest
	}

	for _, name := range optionWords() {
		if v := options[name]; v != "" {
			s += " " + name + ":" + v
		}
	}

	return s
}

// start greets, or goes on with what was asked in a group.
func (b *Bot) start(ctx context.Context, t *turn) (*adapters.Message, error) {
	if word := strings.TrimSpace(t.text); word != "" && t.private() {
		k, err := b.token(ctx, t, word)
		if err != nil {
			return nil, err
		}

		if k != nil && k.Command != "start" {
			return b.command(ctx, t, k.Command, k.Text)
		}

		if !strings.EqualFold(word, "help") {
			m := b.welcomeReply(t)
			m.Text = append(adapters.Text{t.Line("start.link_expired"), {}}, m.Text...)

			return b.greet(ctx, t, m)
		}
	}

	return b.greet(ctx, t, b.welcomeReply(t))
}

// greet saves a private chat's row, so that it can be sent messages, and
// replies.
func (b *Bot) greet(ctx context.Context, t *turn, m *adapters.Message) (*adapters.Message, error) {
	if !t.private() {
		return m, nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		_, err := t.ensureChat(tx, target{ChatInfo: t.r.Chat, here: true, own: true})
		return &reply{Answer: m}, err
	})
}

func (b *Bot) welcomeReply(t *turn) *adapters.Message {
	m := &adapters.Message{Text: adapters.Text{
		{adapters.Bold(t.Say("start.hello"))},
		t.Line("start.what"),
		{},
		t.Line("start.follow", "command", adapters.Code(t.Say("start.follow_command"))),
		t.Line("start.preview", "command", adapters.Code(t.Say("start.preview_command"))),
		t.Line("start.help"),
	}}
	m.Buttons = [][]adapters.Button{{t.button(t.Say("button.news"), "news", ""), t.button(t.Say("button.help"), "help", "")}}

	return m
}

// confirmForget asks before everything is deleted; the button does it.
func (b *Bot) confirmForget(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: t.askForget(p.name(t.words), p.own, len(all))}
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.forget"), Data: pressForget + formatID(c.ID), Danger: true}, {Label: t.Say("button.keep"), Data: pressNothing}}}

	return m, nil
}

// forgetChat deletes a chat (0: none is known), and the person if it is their
// own.
func (b *Bot) forgetChat(ctx context.Context, t *turn, chat int64) (*adapters.Message, error) {
	var c *store.Chat

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.ChatByID(chat)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	switch {
	case c != nil:
		if err := b.requireChatManager(ctx, t, c); err != nil {
			return nil, err
		}
	case chat != 0:
		return t.oldButton(), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		mine := c == nil || c.Kind == string(adapters.Private)
		if c != nil {
			if err := tx.Forget(c.ID); err != nil {
				return nil, err
			}
		}

		if mine && t.r.User.ID != "" {
			if err := tx.ForgetPerson(t.r.Chat.Platform, t.r.User.ID); err != nil {
				return nil, err
			}
		}

		return &reply{Answer: &adapters.Message{Text: t.lines("forget.done"), Replace: true}}, nil
	})
}

// showPrivacy says what is kept about a person.
func (b *Bot) showPrivacy(_ context.Context, t *turn) (*adapters.Message, error) {
	m := &adapters.Message{Text: adapters.Text{t.Line("privacy.kept"), t.Line("privacy.stays")}}
	m.Buttons = [][]adapters.Button{{t.button(t.Say("button.forget_all"), "forget", "")}}

	return m, nil
}
