package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/intent"
	"newsbell/bot/listing"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// parseRequest finds what a sentence sets: "I live in Vienna", "nur am Wochenende", "nothing between 22 and 7". nil: it
// is none, or what it names is no value of a setting.
func (b *Bot) parseRequest(t *turn.Turn, text string) func(context.Context) (*adapters.Message, error) {
	for _, code := range codesOf(t) {
		for _, r := range intent.Requests(text, code) {
			name, value := "settings", ""

			switch r.Key {
			case intent.KeyPause:
				until := input.PauseInEnglish(r.Value, code)
				if _, ok := subscriptions.ParseUntil(until, t.Now, time.UTC); ok {
					name, value = "pause", until
				}
			case intent.KeySource:
				if isSourceNamed(r.Value) {
					name, value = "sources", "add "+r.Value
				}
			default:
				if v, ok := b.settings.FindValue(t, code, r.Key, r.Value, text); ok {
					value = r.Key + " " + v
				}
			}

			if value != "" {
				return func(ctx context.Context) (*adapters.Message, error) { return b.command(ctx, t, name, value) }
			}
		}
	}

	return nil
}

// isSourceNamed reports whether a text is an address, with or without its beginning, or an outlet's name.
func isSourceNamed(text string) bool {
	dot := strings.LastIndexByte(text, '.')

	isProgram := strings.EqualFold(text[dot+1:], "js") // no host ends so: Node.js

	return dot > 0 && dot < len(text)-2 && !isProgram && !strings.ContainsAny(text, " ,\"") || outletNamed(text) != ""
}

// codesOf are the languages in which a person may write: the chat's and that of their app. Whoever chose another one
// for the chat, by mistake even, is still understood.
func codesOf(t *turn.Turn) []string {
	codes := []string{t.Code()}
	if own := t.Request.User.Language; own != "" && news.BaseLanguage(own) != news.BaseLanguage(t.Code()) {
		codes = append(codes, own)
	}

	return codes
}

// answerAboutNumber answers a text that is about one subscription of a private chat: its number alone, or what is to
// be changed of it. nil: it names none, and may be a query.
func (b *Bot) answerAboutNumber(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	_, _, all, err := b.listing.OfTarget(ctx, t)
	if err != nil || len(all) == 0 {
		return nil, err
	}

	if s := listing.FindByNumber(all, text); s != nil {
		return b.offerSubscription(t, s), nil
	}

	for _, r := range intent.Requests(text, t.Code()) {
		if r.Key != intent.KeyChange {
			continue
		}

		if listing.NamesExactly(t.Words, r.Value, all) {
			if found := listing.Select(t.Words, r.Value, all).Like; len(found) == 1 {
				return b.change(ctx, t, found[0], r.By)
			}

			return b.listToChange(ctx, t) // several have no words in common
		}

		if _, ok := input.ParseNumbers(r.Value); ok {
			return t.Message("list.no_number", "number", button.Label(r.Value)), nil
		}
	}

	return nil, nil
}

// change changes the query of a subscription, or asks for the new one.
func (b *Bot) change(ctx context.Context, t *turn.Turn, s *store.Subscription, by string) (*adapters.Message, error) {
	if by == "" {
		return b.pressOneSubscription(ctx, t, button.Change, s.ID, "")
	}

	return b.command(ctx, t, "edit", strconv.Itoa(s.Number)+" "+by)
}

// offerSubscription shows a subscription with what can be done about it.
func (b *Bot) offerSubscription(t *turn.Turn, s *store.Subscription) *adapters.Message {
	m := &adapters.Message{Text: adapters.Text{{t.Subscription(s, nil)}}}
	m.Buttons = [][]adapters.Button{
		{{Label: t.Say("button.unsubscribe"), Data: button.Off + button.ID(s.ID)}, {Label: t.Say("button.change_query"), Data: button.Change + button.ID(s.ID)}, t.Button(t.Say("button.preview"), "preview", s.Query)},
	}

	return m
}

// listToChange offers the subscriptions of a chat to choose the one that gets other words.
func (b *Bot) listToChange(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := b.listing.OfTarget(ctx, t)

	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return listing.NothingFollowed(t.Words, dest.Name(t.Words)), nil
	case len(all) == 1:
		return b.change(ctx, t, all[0], "")
	case len(all) > listing.ChooseSize:
		return b.command(ctx, t, "list", "")
	}

	m := t.Message("ask.change")

	var offered []adapters.Button
	for _, s := range all {
		offered = append(offered, adapters.Button{Label: button.Label("#" + strconv.Itoa(s.Number) + " " + t.Spell(s.Query)), Data: button.Change + button.ID(s.ID)})
	}

	m.Buttons = button.Layout(c.Platform, offered, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}})

	return m, nil
}
