package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/follow"
	"newsbell/bot/hold"
	"newsbell/bot/intent"
	"newsbell/bot/listing"
	"newsbell/bot/recent"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
)

// press does what a button says, after it has checked the right to do it again.
func (b *Bot) press(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	if t.Request.Data == button.Nothing {
		return &adapters.Message{Text: t.Lines("error.nothing_changed"), Replace: true}, nil
	}

	verb, rest, ok := strings.Cut(t.Request.Data, ":")
	if !ok {
		return t.OldButton(), nil
	}

	verb += ":"
	switch verb {
	case button.Run:
		name, text, _ := strings.Cut(rest, " ")
		return b.command(ctx, t, name, text)
	case button.Token:
		return b.pressToken(ctx, t, rest)
	case button.News:
		return b.pressNews(ctx, t, rest)
	case button.ServerRoles:
		return b.setServerRoles(ctx, t, rest)
	case button.ServerLog:
		return b.setServerLog(ctx, t, rest)
	}

	first, second, _ := strings.Cut(rest, ":")

	n, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return t.OldButton(), nil
	}

	m, err := b.pressNumbered(ctx, t, verb, n, second)
	if errors.Is(err, store.ErrNotFound) {
		return t.OldButton(), nil
	}

	return m, err
}

// pressToken does what a token keeps that a button has only the word of.
func (b *Bot) pressToken(ctx context.Context, t *turn.Turn, word string) (*adapters.Message, error) {
	k, err := b.LoadToken(ctx, t, word)
	if err != nil || k == nil {
		return t.OldButton(), err
	}

	t.Confirmed = k.Sure

	switch k.Command {
	case follow.CommandNarrow:
		return follow.AskToNarrow(t), nil
	case follow.CommandReword:
		return follow.AskToReword(t, k.Text), nil
	case hold.CommandLeaveOut:
		return b.hold.LeaveOut(ctx, t, k.Text)
	case hold.CommandMuteOutlet:
		return b.hold.MuteOutlet(ctx, t, k.Text)
	case recent.CommandRest:
		return b.recent.PressRest(ctx, t, k.Text)
	default:
		return b.command(ctx, t, k.Command, k.Text)
	}
}

// pressNumbered does what a button says whose data begins with a number: of a subscription, an alert,
// a source or, where no other case takes the verb, of a chat.
func (b *Bot) pressNumbered(ctx context.Context, t *turn.Turn, verb string, n int64, rest string) (*adapters.Message, error) {
	switch verb {
	case button.Off, button.On:
		return b.follow.PressSubscription(ctx, t, n, verb == button.On, rest)
	case button.OffBundles:
		return b.follow.PressOffBundles(ctx, t, n, rest)
	case button.Ping:
		return b.follow.PressPing(ctx, t, n, rest)
	case button.One, button.Change, button.When, button.MoveOne:
		return b.pressOneSubscription(ctx, t, verb, n, rest)
	case button.Story, button.Why, button.AlertOff, button.Mute, button.MuteOne, button.Same, button.Notify,
		button.Actions, button.Less, button.More, button.Unreact, button.Rule, button.NoRule:
		return b.pressAlert(ctx, t, verb, n, rest)
	case button.Forget:
		t.Command = "forget"
		return b.account.ForgetChat(ctx, t, n)
	case button.SourceOff, button.SourceOn:
		return b.reading.PressTurnSource(ctx, t, n, verb == button.SourceOn)
	case button.Folded:
		return b.recent.PressFolded(ctx, t, n, rest)
	case button.Rest:
		return b.recent.PressRest(ctx, t, button.ID(n)+":"+rest)
	case button.Tell:
		return b.story.PressTell(ctx, t, n, rest)
	case button.Related:
		return b.story.PressRelated(ctx, t, n, rest)
	case button.Server:
		if n == 0 {
			return b.showServer(ctx, t)
		}
	}

	if n == 0 && verb == button.Sources { // of a chat that has no row yet
		return b.pressChat(ctx, t, verb, &store.Chat{Platform: t.Request.Chat.Platform, Address: t.Request.Chat.Address, Kind: string(t.Request.Chat.Kind)}, rest)
	}

	c, err := b.LoadChatByID(ctx, n)
	if err != nil {
		return nil, err
	}

	if err := b.RequireChatManager(ctx, t, c); err != nil {
		return nil, err
	}

	return b.pressChat(ctx, t, verb, c, rest)
}

// pressChat does what a button says about a chat that the person may manage.
func (b *Bot) pressChat(ctx context.Context, t *turn.Turn, verb string, c *store.Chat, rest string) (*adapters.Message, error) {
	dest := t.TargetOf(c)
	page, _ := strconv.Atoi(rest)

	switch verb {
	case button.FollowStory, button.UnfollowStory:
		return b.story.Follow(ctx, t, c, verb == button.FollowStory, rest)
	case button.UndoMute:
		return b.hold.PressUndoMutes(ctx, t, c, rest)
	case button.EndMute:
		return b.hold.PressEndMute(ctx, t, c, rest)
	case button.List, button.Choose:
		return b.follow.PressPage(ctx, t, dest, c, verb == button.Choose, rest)
	case button.Sources:
		shown, err := b.ParsePage(ctx, t, rest)
		if err != nil {
			return nil, err
		}

		m, err := b.reading.List(ctx, t, dest, shown)

		return turn.Replacing(m), err
	case button.Server:
		return b.showServerChannel(ctx, t, dest, c)
	case button.Move:
		return b.moveHere(ctx, t, c)
	case button.MoveAll:
		return b.moveAll(ctx, t, dest, rest)
	case button.OffAll:
		return b.follow.EndAll(ctx, t, dest, c)
	case button.OnAll, button.OffTogether:
		return b.follow.PressTogether(ctx, t, c, verb == button.OnAll, rest)
	case button.Pause, button.AlertHold:
		until, ok := subscriptions.ParseUntil(rest, t.Now, b.ZoneOf(c))
		if !ok {
			return t.OldButton(), nil
		}

		return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
			return b.hold.PauseChat(tx, t, c, dest.Name(t.Words), until, verb == button.Pause)
		})
	case button.Resume:
		return b.hold.ResumeChat(ctx, t, dest, true)
	case button.FollowSource:
		return b.follow.PressFollow(ctx, t, dest, c, int64(page))
	case button.DropSource, button.KeepSource:
		return b.reading.PressSource(ctx, t, verb == button.KeepSource, dest, c, int64(page))
	}

	return t.OldButton(), nil
}

// moveAll moves all subscriptions of a target to another chat.
func (b *Bot) moveAll(ctx context.Context, t *turn.Turn, dest turn.Target, into string) (*adapters.Message, error) {
	_, all, err := b.listing.Load(ctx, dest)
	if err != nil || len(all) == 0 {
		return listing.NothingFollowed(t.Words, dest.Name(t.Words)), err
	}

	return b.command(ctx, t, button.CommandMove, "to:"+into+" "+listing.IDs(all))
}

// pressNews turns to a page of /news: "page" or "page:word", of a token that holds the query.
func (b *Bot) pressNews(ctx context.Context, t *turn.Turn, rest string) (*adapters.Message, error) {
	n, word, _ := strings.Cut(rest, ":")

	page, err := strconv.Atoi(n)
	if err != nil {
		return t.OldButton(), nil
	}

	text := ""

	if word != "" {
		k, err := b.LoadToken(ctx, t, word)
		if err != nil || k == nil {
			return t.OldButton(), err
		}

		text = k.Text
	}

	t.Command, t.Options = "news", map[string]string{}

	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m, err := b.recent.NewsPage(ctx, t, dest, text, page)

	return turn.Replacing(m), err
}

// pressAlert handles the buttons below an alert.
func (b *Bot) pressAlert(ctx context.Context, t *turn.Turn, verb string, n int64, rest string) (*adapters.Message, error) {
	var (
		a *store.Alert
		c *store.Chat
	)

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if a, err = tx.AlertByID(n); err == nil {
			c, err = tx.ChatByID(a.Chat)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	here := turn.ChatInfo(c).Chat == t.Request.Chat.Chat

	switch {
	case verb == button.Story && here:
		return b.story.ShowOfAlert(ctx, t, c, a)
	case verb == button.Why && here:
		return &adapters.Message{Text: b.why.ExplainAlert(t.Words, c, a)}, nil
	case verb == button.Notify && here:
		return b.follow.NotifyToo(ctx, t, a)
	case verb == button.Actions && here && c.Server == "":
		return turn.Replacing(story.Actions(t, a, rest == button.FewerActions)), nil
	}

	if err := b.RequireChatManager(ctx, t, c); err != nil {
		return nil, err
	}

	switch verb {
	case button.Actions: // in a server it is not offered, for its readers have other buttons
		return story.Actions(t, a, rest == button.FewerActions), nil
	case button.Mute:
		return hold.MuteMenu(t, c, a), nil
	case button.MuteOne:
		return b.hold.MuteFromAlert(ctx, t, c, a, rest)
	case button.Same:
		return b.story.KeepSame(ctx, t, a)
	case button.Less:
		return b.hold.React(ctx, t, c, a, store.Less)
	case button.More:
		return b.hold.React(ctx, t, c, a, store.More)
	case button.Unreact:
		return b.hold.Unreact(ctx, t, a, rest)
	case button.Rule, button.NoRule:
		return b.hold.SettleRule(ctx, t, c, a, verb == button.Rule, rest)
	case button.AlertOff:
		return b.follow.EndFromAlert(ctx, t, c, a)
	}

	return t.OldButton(), nil // a story or a why that is not of this chat
}

// undoLast takes back what the person changed last, as the button below the reply to it does.
func (b *Bot) undoLast(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	last, err := b.LoadToken(ctx, t, turn.LastUndoWord(t.Request))
	if err != nil {
		return nil, err
	}

	if last == nil {
		return t.Message("undo.nothing"), nil
	}

	t.DropToken(turn.LastUndoWord(t.Request))

	pressed := *t.Request
	pressed.Kind, pressed.Data, pressed.Message, pressed.Text = adapters.PressRequest, last.Text, "", ""
	t.Request = &pressed

	m, err := b.press(ctx, t)
	if m != nil {
		m.Replace = false // there is no message of ours to stand in place of
	}

	return m, err
}

// commandInOwnWords finds a command that was typed in the words of the chat's language
// ("/abonnieren", "/hilfe"), or /undo, which stands in no menu. nil: it is neither.
func (b *Bot) commandInOwnWords(t *turn.Turn, name string) func(ctx context.Context, text string) (*adapters.Message, error) {
	if name == "undo" || strings.EqualFold(name, t.Say("button.undo")) {
		return func(ctx context.Context, _ string) (*adapters.Message, error) { return b.undoLast(ctx, t) }
	}

	if command := b.commandNamed(t, name); command != "" {
		return func(ctx context.Context, text string) (*adapters.Message, error) {
			return b.command(ctx, t, command, text)
		}
	}

	if i := intent.Parse(name, t.Code()); i != intent.None && i != intent.Nod {
		return func(ctx context.Context, _ string) (*adapters.Message, error) { return b.answerIntent(ctx, t, i) }
	}

	return nil
}

// commandNamed is the command that has a name in the chat's language ("abonnieren"); "" none.
func (b *Bot) commandNamed(t *turn.Turn, name string) string {
	for command, row := range b.commands {
		if !row.operators && t.Has("name."+command) && strings.EqualFold(name, t.Say("name."+command)) {
			return command
		}
	}

	return ""
}
