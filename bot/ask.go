package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"newsbell/adapters"
	"newsbell/bot/wish"
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
	t.tokens[questionWord(t.r)] = token{Who: t.personID(), Command: t.command, Text: text, Hint: hint}

	return m
}

// askAgain keeps the question open whose answer could not be used.
func (t *turn) askAgain() {
	if t.answers {
		t.tokens[questionWord(t.r)] = *t.question
		t.asksOn = true
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

	if t.r.Forward != nil && t.private() {
		return b.answerForward(ctx, t, t.r.Forward)
	}

	if q := t.question; q != nil {
		if strings.EqualFold(text, "cancel") {
			return b.command(ctx, t, "cancel", "")
		}

		t.answers = true
		if q.Command == commandQuestion {
			return b.answerQuestion(ctx, t, strings.TrimSpace(q.Text+" "+text))
		}

		return b.command(ctx, t, q.Command, strings.TrimSpace(q.Text+" "+text))
	}

	if !t.private() && t.r.Interaction {
		return t.oldButton(), nil
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

	if link := linkIn.FindString(text); link != "" && !isAddress(text) { // a post that was copied
		return b.offerQuery(t, link), nil
	}

	if w, ok := wish.Understand(text, t.Code()); ok && w.Asked && w.Query != text {
		return b.offerWish(ctx, t, text, w)
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
		m := t.say("chatter.address")
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.subscribe"), "subscribe", text), t.button(t.Say("button.why_not"), "why", text)}}

		return m
	}

	q, err := query.Parse(text)
	if err != nil {
		return t.queryErrorReply(err, "subscribe", "", text)
	}

	if proposals := query.Propose(text); len(proposals) > 0 {
		p := proposals[0].Query
		m := &adapters.Message{Text: t.lines("subscribe.offer", "query", adapters.Bold(p))}
		m.Buttons = [][]adapters.Button{
			{t.sureButton(t.Say("button.subscribe"), "subscribe", p), t.button(t.Say("button.preview"), "preview", p)},
			{t.sureButton(t.Say("button.as_typed"), "subscribe", text)},
		}

		return m
	}

	m := &adapters.Message{Text: t.lines("subscribe.offer", "query", adapters.Bold(t.offeredWords(q, text)))}
	m.Text = append(m.Text, t.warningLines(q)...)
	m.Buttons = [][]adapters.Button{{t.button(t.Say("button.subscribe"), "subscribe", text), t.button(t.Say("button.preview"), "preview", text)}}
	t.offerBundle(m, text)

	return m
}

// answerForward answers a post that was passed on with what one can do with the feed of
// whoever published it.
func (b *Bot) answerForward(ctx context.Context, t *turn, f *adapters.Forward) (*adapters.Message, error) {
	switch {
	case f.Link == "" && f.From == "":
		return t.say("chatter.forward_no_link"), nil
	case f.Link == "":
		return t.say("chatter.forward_no_link_of", "channel", adapters.Bold(f.From)), nil
	}

	m, err := b.subscribeToAddress(ctx, t, f.Link)
	if m != nil {
		m.Buttons = append(m.Buttons, []adapters.Button{t.button(t.Say("button.why_not"), "why", f.Link)})
	}

	return m, err
}

// offerBundle adds a button for the outlets of a country or topic, if a text names one:
// they may be what is meant.
func (t *turn) offerBundle(m *adapters.Message, text string) {
	if one := t.bundleNamed(text); one != nil {
		m.Buttons = append(m.Buttons, []adapters.Button{t.browseButton(buttonLabel(t.Say("button.outlets_of", "name", one.Name(t.tag()))), bundleName+one.ID)})
	}
}

// offeredWords is a query as an offer names it: plain words as they were typed.
func (w words) offeredWords(q *query.Query, text string) string {
	sign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' && r != '-' }
	if strings.ContainsFunc(text, sign) || strings.Contains(text, " -") || strings.Contains(q.Words(), " or ") || strings.Contains(q.Words(), "not ") {
		return w.inWords(q)
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
		return t.say("ask.nothing_to_cancel"), nil
	}

	return t.say("ask.cancelled"), nil
}

// intent is what a person means by words that are no query.
type intent int

const (
	noIntent intent = iota
	greeting
	thanks
	nod    // "ok", an emoji: nothing to do
	stop   // end something; it is not clear what
	mute   // no alerts for a while
	unmute // alerts again
	less   // fewer alerts like the latest
	askWhy // why did an alert come?
	askHelp
	askNews
	askList
	askStatus
	askPrivacy
)

// intentOf reads an intent off a message. Only whole messages count: "stop oil" is a
// query.
func intentOf(text string) intent {
	words := plainText(text)
	if words == "" {
		switch {
		case strings.Contains(text, "?"):
			return askHelp
		case isEmoji(text):
			return nod
		default:
			return noIntent
		}
	}

	if i := phraseIntent(words); i != noIntent {
		return i
	}

	return phraseIntent(trimPolite(words))
}

// phraseIntent looks a phrase up.
func phraseIntent(words string) intent {
	switch words {
	case "hi", "hello", "hey", "hey there", "hi there", "hello there", "good morning", "good evening", "good afternoon", "hallo", "yo", "hi all":
		return greeting
	case "thanks", "thank you", "thank you very much", "thanks a lot", "many thanks", "thx", "ty", "cheers", "great thanks", "perfect thanks":
		return thanks
	case "ok", "okay", "k", "fine", "great", "cool", "nice", "good", "perfect", "yes", "no", "sure", "got it", "lol", "wow", "good bot":
		return nod
	case "stop", "stop it", "stop this", "stop that", "stop all", "stop everything", "stop alerts", "stop the alerts", "stop messages", "stop sending",
		"stop sending me alerts", "stop sending me messages", "stop sending me this", "unsubscribe", "unsubscribe me", "unsubscribe from all", "unsubscribe from this",
		"quit", "end", "leave me alone", "go away", "turn off", "turn it off", "turn this off", "turn off alerts", "cancel my subscription", "cancel subscription", "unfollow", "remove me":
		return stop
	case "mute", "mute alerts", "snooze", "quiet", "be quiet", "silence", "shut up", "pause alerts", "hold alerts", "not now", "do not disturb":
		return mute
	case "unmute", "resume alerts", "go on", "continue", "unpause", "start again":
		return unmute
	case "less", "less of this", "less like this", "fewer", "fewer alerts", "less alerts", "fewer of these", "not interested", "too many", "too much", "too many alerts",
		"too many messages", "spam", "this is spam", "not this", "i dont want this", "i dont care about this", "irrelevant", "not relevant":
		return less
	case "why", "why this", "why that", "why did i get this", "why did i get that", "why am i getting this", "why do i get this", "why are you sending me this", "why did you send this",
		"what is this", "whats this", "how come":
		return askWhy
	case "help", "help me", "what can you do", "what do you do", "how does this work", "how does it work", "how do you work", "how", "what", "what now", "commands", "instructions",
		"who are you", "what are you", "how to use this", "how do i use this":
		return askHelp
	case "news", "latest", "latest news", "the news", "the latest", "the latest news", "headlines", "whats new", "what is new", "whats the news", "any news", "anything new", "whats up":
		return askNews
	case "my subscriptions", "my alerts", "subscriptions", "what do i follow", "what am i following", "what i follow", "my list", "show my subscriptions", "show subscriptions":
		return askList
	case "are you there", "are you working", "are you alive", "does it work", "is it working", "is this working", "anybody there", "anyone there", "ping", "status":
		return askStatus
	case "privacy", "what do you know about me", "what do you store", "what do you store about me", "who can see this":
		return askPrivacy
	}

	return noIntent
}

// plainText keeps the words of a message: small letters, no punctuation.
func plainText(text string) string {
	keep := func(r rune) rune {
		switch {
		case r == '\'' || r == '’':
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`"#@$:*/=|()<>+&~`, r): // what queries are made of
			return unicode.ToLower(r)
		default:
			return ' '
		}
	}

	return strings.Join(strings.Fields(strings.Map(keep, text)), " ")
}

// trimPolite drops what people say around what they mean.
func trimPolite(words string) string {
	for _, lead := range []string{"please ", "pls ", "newsbell ", "hey newsbell ", "hi newsbell ", "bot ", "can you ", "could you ", "would you ", "how do i ", "how can i ", "i want to ", "i would like to ", "id like to ", "show me ", "give me "} {
		words = strings.TrimPrefix(words, lead)
	}

	for _, end := range []string{" please", " pls", " now", " newsbell", " bot", " for a while"} {
		words = strings.TrimSuffix(words, end)
	}

	return words
}

// isEmoji reports whether a text is nothing but symbols that people send as a nod.
func isEmoji(text string) bool {
	symbols := 0

	for _, r := range text {
		switch {
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r) && r > unicode.MaxASCII:
			symbols++
		case unicode.IsSpace(r), r == 0x200D, unicode.Is(unicode.Mn, r): // joiners and variants
		default:
			return false
		}
	}

	return symbols > 0
}

// answerIntent replies to an intent.
func (b *Bot) answerIntent(ctx context.Context, t *turn, i intent) (*adapters.Message, error) {
	switch i {
	case greeting:
		return b.greet(ctx, t, nil, nil)
	case thanks:
		return t.say("chatter.welcome"), nil
	case nod:
		return say("👍"), nil
	case stop:
		m := t.say("chatter.stop")
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.unsubscribe"), "unsubscribe", ""), t.button(t.Say("button.pause"), "pause", ""), t.button(t.Say("button.forget"), "forget", "")}}

		return m, nil
	case mute:
		return b.command(ctx, t, "pause", "")
	case unmute:
		return b.command(ctx, t, "resume", "")
	case less:
		return b.offerLess(ctx, t)
	case askWhy:
		return b.command(ctx, t, "why", "")
	case askNews:
		return b.command(ctx, t, "news", "")
	case askList:
		return b.command(ctx, t, "list", "")
	case askStatus:
		return b.command(ctx, t, "status", "")
	case askPrivacy:
		return b.command(ctx, t, "privacy", "")
	default:
		return b.command(ctx, t, "help", "")
	}
}

// offerLess offers what makes fewer alerts like the one that is replied to, or the
// latest, come.
func (b *Bot) offerLess(ctx context.Context, t *turn) (*adapters.Message, error) {
	a, err := b.alertMeant(ctx, t)
	if err != nil {
		return nil, err
	}

	if a == nil {
		return t.say("why.nothing"), nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Plain(t.Say("chatter.less"))}}}
	if a.Article != nil {
		m.Text = append(m.Text, t.articleLine(a.Article))
	}

	row := []adapters.Button{{Label: t.Say("button.unsubscribe"), Data: pressAlertOff + formatID(a.ID)}, {Label: t.Say("button.why"), Data: pressWhy + formatID(a.ID)}}
	m.Buttons = [][]adapters.Button{append(row, t.button(t.Say("button.pause"), "pause", ""))}

	return m, nil
}

// alertMeant is the alert that a message replies to, else the latest; nil: none.
func (b *Bot) alertMeant(ctx context.Context, t *turn) (a *store.Alert, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, target{ChatInfo: t.r.Chat})
		if err != nil || c.ID == 0 {
			return err
		}

		if t.r.Message != "" {
			if replied, err := tx.AlertsIn(c.ID, t.r.Message); err != nil || len(replied) > 0 {
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

// offerWish answers a wish in words with the query for it and what that finds.
func (b *Bot) offerWish(ctx context.Context, t *turn, text string, w wish.Wish) (*adapters.Message, error) {
	q, err := query.Parse(w.Query)
	if err != nil {
		return nil, err
	}

	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	seen, err := b.search(ctx, t, p, q, quickLimits())
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: t.lines("subscribe.offer", "query", adapters.Bold(w.Query))}
	m.Text = append(m.Text, t.summaryLines(seen)...)
	m.Buttons = [][]adapters.Button{
		{t.sureButton(t.Say("button.subscribe"), "subscribe", w.Query), t.button(t.Say("button.preview"), "preview", w.Query)},
		{t.sureButton(t.Say("button.as_typed"), "subscribe", text)},
	}

	t.offerBundle(m, w.Query)

	return m, nil
}

// proposals are what was probably meant by what somebody wants to subscribe to.
func (t *turn) proposals() []query.Proposal {
	if known := query.Propose(t.text); len(known) > 0 {
		return known
	}

	w, ok := wish.Understand(t.text, t.Code())
	if !ok || !w.Asked || w.Query == t.text {
		return nil
	}

	return []query.Proposal{{Query: w.Query, Message: t.Say("subscribe.sentence")}}
}
