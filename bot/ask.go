package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// questionWord is the word of the token that holds the open question to a person
// in a chat.
func questionWord(r *adapters.Request) string { return "ask:" + r.Chat.String() + ":" + r.User.ID }

// ask asks for what a command lacks; the person's next text is the answer.
func (t *turn) ask(question, hint, text string) *adapters.Message {
	m := say(question)
	m.Ask = hint
	t.tokens[questionWord(t.r)] = token{Who: t.personID(), Command: t.command, Text: text}

	return m
}

// askAgain keeps the question open whose answer could not be used.
func (t *turn) askAgain() {
	if t.answers {
		t.tokens[questionWord(t.r)] = *t.question
	}
}

// token reads the token that stands behind a word; nil if there is none that the
// person may use.
func (b *Bot) token(ctx context.Context, t *turn, word string) (k *token, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		k, err = t.readToken(tx, word)
		return err
	})

	return k, err
}

// readToken is token within a transaction.
func (t *turn) readToken(tx *store.Tx, word string) (*token, error) {
	value, err := tx.Token(word)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}

	k := &token{}
	if err != nil || json.Unmarshal([]byte(value), k) != nil {
		return nil, err
	}

	if k.Who != "" && k.Who != t.personID() {
		return nil, nil
	}

	return k, nil
}

// answerText answers text that is no command: the answer to an open question, or
// a query.
func (b *Bot) answerText(ctx context.Context, t *turn) (*adapters.Message, error) {
	text := strings.TrimSpace(t.r.Text)

	if q := t.question; q != nil {
		if strings.EqualFold(text, "cancel") {
			return b.command(ctx, t, "cancel", "")
		}

		t.answers = true

		return b.command(ctx, t, q.Command, strings.TrimSpace(q.Text+" "+text))
	}

	if !t.private() || text == "" {
		return nil, nil
	}

	if i := intentOf(text); i != noIntent {
		return b.answerIntent(ctx, t, i)
	}

	if name, rest, ok := b.parseBareCommand(text); ok {
		return b.command(ctx, t, name, rest)
	}

	if link := linkIn.FindString(text); link != "" && !isAddress(text) { // a post that was forwarded
		return b.offerQuery(t, link), nil
	}

	return b.offerQuery(t, text), nil
}

// parseBareCommand reads a command typed without its slash. Words that queries begin
// with as well, such as "track", are no commands.
func (b *Bot) parseBareCommand(text string) (name, rest string, ok bool) {
	typed, rest := cutWord(text)
	typed = strings.ToLower(typed)

	if row := b.commands[typed]; row == nil || row.operators {
		return "", "", false
	}

	name = b.commands[typed].Name

	switch typed {
	case "help", "start", "list", "status", "cancel", "resume", "privacy":
		return name, rest, rest == ""
	case "pause", "mute", "snooze":
		_, ok := subscriptions.ParseUntil(rest, time.Now(), time.UTC)
		return name, rest, ok
	case "subscribe", "sub", "follow":
		return name, strings.TrimPrefix(rest, "to "), rest != ""
	case "unsubscribe", "unsub", "unfollow":
		return name, strings.TrimPrefix(rest, "from "), rest != ""
	case "preview":
		return name, rest, rest != ""
	default:
		return "", "", false
	}
}

// offerQuery answers a bare query or address with what one can do with it.
func (b *Bot) offerQuery(t *turn, text string) *adapters.Message {
	if isAddress(text) {
		m := say(textOfferAddress)
		m.Buttons = [][]adapters.Button{{t.button(btnSubscribe, "subscribe", text), t.button(btnWhyNot, "why", text)}}

		return m
	}

	q, err := query.Parse(text)
	if err != nil {
		return t.queryErrorReply(err, "subscribe", "", text)
	}

	if proposals := query.Propose(text); len(proposals) > 0 {
		p := proposals[0].Query
		m := &adapters.Message{Text: adapters.Text{fillIn(textOffer, p)}}
		m.Buttons = [][]adapters.Button{
			{t.sureButton(btnSubscribe, "subscribe", p), t.button(btnPreview, "preview", p)},
			{t.sureButton(btnAsTyped, "subscribe", text)},
		}

		return m
	}

	m := &adapters.Message{Text: adapters.Text{fillIn(textOffer, offeredWords(q, text))}}
	m.Text = append(m.Text, warningLines(q)...)
	m.Buttons = [][]adapters.Button{{t.button(btnSubscribe, "subscribe", text), t.button(btnPreview, "preview", text)}}

	return m
}

// offeredWords is a query as an offer names it: plain words as they were typed.
func offeredWords(q *query.Query, text string) string {
	sign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' && r != '-' }
	if strings.ContainsFunc(text, sign) || strings.Contains(text, " -") || strings.Contains(q.Words(), " or ") || strings.Contains(q.Words(), "not ") {
		return q.Words()
	}

	return strings.Join(strings.Fields(text), " ")
}

// isAddress reports whether text is a web address and not a query.
func isAddress(text string) bool {
	return !strings.ContainsAny(text, " \n") && (strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://"))
}

// cancel drops the open question.
func (b *Bot) cancel(_ context.Context, t *turn) (*adapters.Message, error) {
	t.tokens[questionWord(t.r)] = token{}

	if t.question == nil {
		return say(textNothingToCancel), nil
	}

	return say(textCancelled), nil
}
