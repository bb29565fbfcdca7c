package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// askWord is under which an open question to a person in a chat is kept.
func askWord(r *adapters.Request) string { return "ask:" + r.Chat.String() + ":" + r.User.ID }

// ask asks for what a command lacks; the person's next text is the answer.
func (t *turn) ask(question, hint, text string) *adapters.Message {
	m := say(question)
	m.Ask = hint
	t.tokens[askWord(t.r)] = token{Who: t.personID(), Command: t.command, Text: text}

	return m
}

// token reads what stands behind a word, if the person may use it.
func (b *Bot) token(ctx context.Context, t *turn, word string) (k token, found bool, err error) {
	var value string

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		value, err = tx.Token(word)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return k, false, nil
	}

	if err != nil || json.Unmarshal([]byte(value), &k) != nil {
		return token{}, false, err
	}

	return k, k.Who == "" || k.Who == t.personID(), nil
}

// answerText answers text that is no command: the answer to an open question,
// or a query.
func (b *Bot) answerText(ctx context.Context, t *turn) (*adapters.Message, error) {
	word := askWord(t.r)

	k, asked, err := b.token(ctx, t, word)
	if err != nil {
		return nil, err
	}

	text := strings.TrimSpace(t.r.Text)
	if asked && strings.EqualFold(text, "cancel") {
		return b.command(ctx, t, "cancel", "")
	}

	if asked {
		return b.command(ctx, t, k.Command, strings.TrimSpace(k.Text+" "+text))
	}

	if !t.private() || text == "" {
		return nil, nil
	}

	if name, rest, ok := b.parseBareCommand(text); ok {
		return b.command(ctx, t, name, rest)
	}

	return b.offerQuery(t, text), nil
}

// parseBareCommand reads a command typed without its slash.
func (b *Bot) parseBareCommand(text string) (name, rest string, ok bool) {
	name, rest, _ = strings.Cut(text, " ")

	name = strings.ToLower(name)
	if b.commands[name] == nil {
		return "", "", false
	}

	alone := []string{"help", "start", "list", "status", "cancel", "pause", "resume"}
	leading := []string{"subscribe", "unsubscribe", "preview"}
	rest = strings.TrimSpace(rest)

	return name, rest, rest == "" && slices.Contains(alone, name) || rest != "" && slices.Contains(leading, name)
}

// offerQuery answers a bare query or address with what one can do with it.
func (b *Bot) offerQuery(t *turn, text string) *adapters.Message {
	if isAddress(text) {
		m := say(textOfferAddress)
		m.Buttons = [][]adapters.Button{{t.button(btnAddSource, "sources", "add "+text), t.button(btnWhyNot, "why", text)}}

		return m
	}

	q, err := query.Parse(text)
	if err != nil {
		return t.queryErrorReply(err, "subscribe", "", text)
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Plain(textOffer), adapters.Bold(q.Words())}}}
	m.Text = append(m.Text, warningLines(q)...)
	m.Buttons = [][]adapters.Button{{t.button(btnSubscribe, "subscribe", text), t.button(btnPreview, "preview", text)}}

	return m
}

// isAddress reports whether text is a web address and not a query.
func isAddress(text string) bool {
	return !strings.ContainsAny(text, " \n") && (strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://"))
}

// cancel drops the open question.
func (b *Bot) cancel(ctx context.Context, t *turn) (*adapters.Message, error) {
	word := askWord(t.r)

	_, asked, err := b.token(ctx, t, word)
	if err != nil {
		return nil, err
	}

	t.tokens[word] = token{}

	if !asked {
		return say(textNothingToCancel), nil
	}

	return say(textCancelled), nil
}
