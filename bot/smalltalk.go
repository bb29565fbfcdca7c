package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/intent"
	"newsbell/bot/search"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/store"
	"newsbell/subscriptions"
)

// smallTalk finds what is meant by a text that asks for no news: to take back the last change, or
// an intent. nil: it is none.
func (b *Bot) smallTalk(t *turn.Turn, text string) func(context.Context) (*adapters.Message, error) {
	if strings.EqualFold(text, t.Say("button.undo")) {
		return func(ctx context.Context) (*adapters.Message, error) { return b.undoLast(ctx, t) }
	}

	for _, code := range codesOf(t) {
		if i := intent.Parse(text, code); i != intent.None {
			return func(ctx context.Context) (*adapters.Message, error) { return b.answerIntent(ctx, t, i) }
		}
	}

	return nil
}

// leaveQuestion finds what is meant by a text that answers no question, though one is open: to take back the last
// change, or to be shown something. nil: it may be the answer. A question for words takes nearly all.
func (b *Bot) leaveQuestion(t *turn.Turn, text string) func(context.Context) (*adapters.Message, error) {
	if strings.EqualFold(text, "cancel") || strings.EqualFold(text, t.Say("button.cancel")) || b.commandNamed(t, text) == "cancel" {
		return func(ctx context.Context) (*adapters.Message, error) { return b.command(ctx, t, "cancel", "") }
	}

	meant := []intent.Intent{intent.Help, intent.Undo, intent.Export, intent.EndAll, intent.Forget, intent.AddSource}
	if !takesAnyWords(t.Question) {
		meant = append(meant, intent.List, intent.Status, intent.Privacy, intent.News, intent.Settings, intent.Sources, intent.Change, intent.Stop)

		if name, rest, ok := b.parseBareCommand(t, text); ok && rest == "" {
			return func(ctx context.Context) (*adapters.Message, error) { return b.command(ctx, t, name, "") }
		}
	}

	for _, code := range codesOf(t) {
		if i := intent.Parse(text, code); slices.Contains(meant, i) {
			return func(ctx context.Context) (*adapters.Message, error) {
				t.DropToken(turn.QuestionWord(t.Request))
				return b.answerIntent(ctx, t, i)
			}
		}
	}

	return nil
}

// takesAnyWords reports whether nearly all words may answer a question: what to look for, or the line before each alert.
func takesAnyWords(q *turn.Token) bool {
	switch q.Command {
	case "subscribe", "preview", "trend", "news", "edit", story.CommandQuestion:
		return true
	default:
		return q.Command == "settings" && strings.HasSuffix(" "+q.Text, " "+input.KeyOpening)
	}
}

// answerIntent replies to an intent.
func (b *Bot) answerIntent(ctx context.Context, t *turn.Turn, i intent.Intent) (*adapters.Message, error) {
	switch i {
	case intent.Greeting:
		return b.greetAgain(ctx, t)
	case intent.About:
		return introduce(t, nil), nil
	case intent.Thanks:
		return t.Message("chatter.welcome"), nil
	case intent.Nod:
		return turn.Say("👍"), nil
	case intent.Stop:
		m := t.Message("chatter.stop")
		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.unsubscribe"), "unsubscribe", ""), t.Button(t.Say("button.pause"), "pause", ""), t.Button(t.Say("button.forget"), "forget", "")}}

		return m, nil
	case intent.Weekdays:
		m := t.Message("chatter.weekdays")
		m.Buttons = [][]adapters.Button{{t.Button(t.Say("choice.workdays"), "settings", input.KeyDigest+" weekdays 8:00"), t.Button(t.Say("button.pause"), "pause", "")}}

		return m, nil
	case intent.Less:
		return b.offerLess(ctx, t)
	case intent.Undo:
		return b.undoLast(ctx, t)
	case intent.Change:
		return b.listToChange(ctx, t)
	default:
		command := commandsMeant()[i]
		return b.command(ctx, t, command.name, command.text)
	}
}

// commandsMeant are the commands that do what intents ask for.
func commandsMeant() map[intent.Intent]struct{ name, text string } {
	return map[intent.Intent]struct{ name, text string }{
		intent.Mute:      {"pause", ""},
		intent.Unmute:    {"resume", ""},
		intent.More:      {"story", ""},
		intent.Daily:     {"settings", onceADay},
		intent.Weekly:    {"settings", onceAWeek},
		intent.AtOnce:    {"settings", input.KeyDigest + " now"},
		intent.Night:     {"settings", input.KeyQuiet + " 22:00-7:00"},
		intent.Why:       {"why", ""},
		intent.Help:      {"help", ""},
		intent.News:      {"news", ""},
		intent.Brief:     {"brief", ""},
		intent.List:      {"list", ""},
		intent.Status:    {"status", ""},
		intent.Privacy:   {"privacy", ""},
		intent.Export:    {"export", ""},
		intent.EndAll:    {"unsubscribe", "all"},
		intent.Forget:    {"forget", ""},
		intent.Settings:  {"settings", ""},
		intent.Sources:   {"sources", ""},
		intent.AddSource: {"sources", "add"},
	}
}

// onceADay and onceAWeek are the settings of whoever wants alerts so often and names no time.
const (
	onceADay  = input.KeyDigest + " " + morning
	onceAWeek = input.KeyDigest + " weekly"
)

// offerLess offers what makes fewer alerts like the one that is replied to, or the
// latest, come.
func (b *Bot) offerLess(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	a, err := b.alertMeant(ctx, t)
	if err != nil {
		return nil, err
	}

	c, err := b.LoadChat(ctx, turn.Target{ChatInfo: t.Request.Chat})
	if err != nil {
		return nil, err
	}

	var first []adapters.Button
	if digest, err := subscriptions.ParseSchedule(c.Digest); err == nil && !digest.HasTime() { // else they come so already
		first = append(first, t.Button(t.Say("button.once_a_day"), "settings", onceADay))
	}

	pause := t.Button(t.Say("button.pause"), "pause", "")

	if a == nil && len(first) == 0 {
		return t.Message("why.nothing"), nil
	}

	if a == nil {
		m := t.Message("chatter.less_none")
		m.Buttons = [][]adapters.Button{append(first, pause)}

		return m, nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Plain(t.Say("chatter.less"))}}}
	if a.Article != nil {
		m.Text = append(m.Text, search.ArticleLine(t.Words, a.Article))
	}

	live, err := b.follow.LiveSubscriptions(ctx, a)
	if err != nil {
		return nil, err
	}

	if len(live) == 1 && live[0].Outlets < quieterStory {
		first = append(first, t.ConfirmedButton(t.Say("button.only_big"), "subscribe", "min:"+strconv.Itoa(quieterStory)+" "+live[0].Query))
	}

	if len(first) > 0 {
		m.Buttons = append(m.Buttons, first)
	}

	m.Buttons = append(m.Buttons, []adapters.Button{{Label: t.Say("button.unsubscribe"), Data: button.AlertOff + button.ID(a.ID)}, pause, {Label: t.Say("button.why"), Data: button.Why + button.ID(a.ID)}})

	return m, nil
}

// alertMeant is the alert that a message replies to, else the latest; nil: none.
func (b *Bot) alertMeant(ctx context.Context, t *turn.Turn) (a *store.Alert, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, turn.Target{ChatInfo: t.Request.Chat})
		if err != nil || c.ID == 0 {
			return err
		}

		if t.Request.Message != "" {
			if replied, err := tx.AlertsIn(c.ID, t.Request.Message); err != nil || len(replied) > 0 {
				if len(replied) > 0 {
					a = replied[0]
				}

				return err
			}
		}

		if a, err = tx.LastAlert(c.ID); errors.Is(err, store.ErrNotFound) {
			return nil
		}

		return err
	})

	return a, err
}
