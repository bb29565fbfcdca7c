package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// wish is a subscription that a person asked for.
type wish struct {
	text  string
	query *query.Query
	when  subscriptions.Schedule
	ping  string
	place place
}

func (b *Bot) subscribe(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.place(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(askSubscribe, hintQuery, t.leading()), nil
	}

	if len(p.missing) > 0 {
		return nil, refuse(textMissing(p.name(), p.missing))
	}

	w, err := b.wish(t, p)
	if err != nil {
		return nil, err
	}

	seen, err := b.look(ctx, p, w.query, sneak())
	if err != nil {
		return nil, err
	}

	return b.effect(ctx, t, func(tx *store.Tx) (*saved, error) { return b.follow(tx, t, w, seen) })
}

// leading are the options that were given, to be kept while a question is open.
func (t *turn) leading() string {
	var words []string

	for _, name := range optionWords() {
		if v := t.options[name]; v != "" {
			words = append(words, name+":"+v)
		}
	}

	return strings.Join(words, " ")
}

// wish reads what is to be followed, and how.
func (b *Bot) wish(t *turn, p place) (*wish, error) {
	w := &wish{text: t.text, place: p}

	var err error
	if w.query, err = query.Parse(t.text); err != nil {
		return nil, &refusal{t.badQuery(err, "subscribe", t.leading(), t.text)}
	}

	w.text = onOneLine(t.text, w.query)
	if w.when, err = subscriptions.ParseSchedule(t.options["when"]); err != nil {
		return nil, refuse(sentence(err.Error()))
	}

	if ping := t.options["ping"]; ping != "" {
		w.ping = strings.Trim(ping, "<@&>")
		if p.Platform != discord || !p.shared() || !digits(w.ping) {
			return nil, refuse(textPing)
		}
	}

	return w, nil
}

// onOneLine is a query for lists: a new line in it is a comma, where that means
// the same.
func onOneLine(text string, q *query.Query) string {
	var parts []string

	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			parts = append(parts, strings.TrimSuffix(line, ","))
		}
	}

	one := strings.Join(parts, ", ")
	if again, err := query.Parse(one); err == nil && again.String() == q.String() {
		return one
	}

	return text
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// follow makes the subscription and says what came of it.
func (b *Bot) follow(tx *store.Tx, t *turn, w *wish, seen *caught) (*saved, error) {
	c, err := t.ensure(tx, w.place)
	if err != nil {
		return nil, err
	}

	if c.State == store.Asleep && w.place.shared() { // the bot may post there again, as was just asked
		if err := wake(tx, c.ID); err != nil {
			return nil, err
		}

		c.State = store.Active
	}

	inChat, ofPerson, err := tx.CountSubscriptions(c.ID, t.r.User.ID)
	if err != nil {
		return nil, err
	}

	if inChat >= b.SubscriptionLimit || ofPerson >= b.SubscriptionLimit {
		if known, err := followed(tx, c.ID, w.query); err != nil || known == nil {
			return nil, errors.Join(err, refuse(textLimit(b.SubscriptionLimit, inChat >= b.SubscriptionLimit)))
		}
	}

	s, added, err := tx.AddSubscription(store.Subscription{
		Chat: c.ID, Query: w.text, Canonical: w.query.String(), CreatedBy: t.r.User.ID, Server: t.r.Chat.Server,
		Delivery: w.when.String(), Ping: w.ping,
	})
	if err != nil {
		return nil, err
	}

	changed := !added && (s.Delivery != w.when.String() || s.Ping != w.ping) && (t.options["when"] != "" || t.options["ping"] != "")
	if changed {
		if err := tx.SetDelivery(s.ID, w.when.String(), w.ping); err != nil {
			return nil, err
		}

		s.Delivery, s.Ping = w.when.String(), w.ping
	}

	if added || changed {
		if err := tx.Log(c.ID, t.who(), fmt.Sprintf("subscribed to #%d", s.Number)); err != nil {
			return nil, err
		}
	}

	m := b.followAnswer(t, w, s, c, seen, added, changed)
	if w.place.here || !w.place.mine {
		return &saved{Answer: m}, nil
	}

	closed := &adapters.Message{Text: append(slices.Clone(m.Text), adapters.Line{}, adapters.Line{adapters.Plain(textClosedKept)}), Buttons: m.Buttons}

	return toDirect(t, w.place, m, say(textSentDirect), closed), nil
}

// followed is the subscription with the same query that a chat has, nil if none.
func followed(tx *store.Tx, chat int64, q *query.Query) (*store.Subscription, error) {
	all, err := tx.Subscriptions(chat)
	for _, s := range all {
		if s.Canonical == q.String() {
			return s, err
		}
	}

	return nil, err
}

func (b *Bot) followAnswer(t *turn, w *wish, s *store.Subscription, c *store.Chat, seen *caught, added, changed bool) *adapters.Message {
	m := &adapters.Message{}

	switch {
	case changed:
		m.Text = adapters.Text{numbered(textChanged, s, w.query)}
	case !added:
		m.Text = adapters.Text{numbered(textFollowedAlready, s, w.query)}
	default:
		m.Text = adapters.Text{numbered(textFollowing, s, w.query)}
	}

	when := b.whenWords(s.Delivery, c)
	if where := w.place.name(); where != "" && !w.place.mine {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textAlertsThere(where, when))})
	} else if when != "" {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textAlertsCome(when))})
	}

	if c.State == store.Paused {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textStillPaused)})
	}

	m.Text = append(m.Text, warnings(w.query)...)

	m.Text = append(m.Text, seen.inShort()...)
	if added {
		m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: pressOff + id(s.ID)}}}
	}

	return m
}

// whenWords says when alerts come; "" at once.
func (b *Bot) whenWords(delivery string, c *store.Chat) string {
	d, err := subscriptions.ParseSchedule(delivery)
	if err != nil || d.Kind == subscriptions.AtOnce {
		return ""
	}

	if d.Kind == subscriptions.Hourly {
		return whenHourly
	}

	return whenDaily(d.Minute, b.zone(c).String())
}

// zone is the chat's time zone.
func (b *Bot) zone(c *store.Chat) *time.Location {
	if c != nil && c.TimeZone != "" {
		if z, err := time.LoadLocation(c.TimeZone); err == nil {
			return z
		}
	}

	return b.TimeZone
}

// badQuery says why a query cannot be read: the place, one sentence, and what
// would be read, as a button.
func (t *turn) badQuery(err error, command, leading, typed string) *adapters.Message {
	wrong, ok := errors.AsType[*query.Error](err)
	if !ok {
		return say(sentence(err.Error()))
	}

	m := &adapters.Message{}
	if option, fixed := misplaced(typed); option != "" {
		m.Text = adapters.Say(textOptionsFirst(option))
		m.Buttons = [][]adapters.Button{{t.button(short("/"+command+" "+fixed), command, fixed)}}

		return m
	}

	m.Text = append(pre(wrong.Caret(typed)), adapters.Line{adapters.Plain(wrong.Message)})
	if wrong.Suggestion != "" {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textDidYouMean), adapters.Code(wrong.Suggestion)})
		m.Buttons = [][]adapters.Button{{t.button(short(wrong.Suggestion), command, strings.TrimSpace(leading+" "+wrong.Suggestion))}}
	}

	return m
}

// warnings are what to know about a query that was read.
func warnings(q *query.Query) adapters.Text {
	var lines adapters.Text

	for _, w := range q.Warnings() {
		line := adapters.Line{adapters.Plain(textNote + w.Message)}
		if w.Suggestion != "" {
			line = append(line, adapters.Plain(" "+textDidYouMean), adapters.Code(w.Suggestion))
		}

		lines = append(lines, line)
	}

	return lines
}

// pre shows lines in a fixed width.
func pre(s string) adapters.Text {
	var t adapters.Text
	for _, line := range strings.Split(s, "\n") {
		t = append(t, adapters.Line{{Text: line, Style: adapters.StylePre}})
	}

	return t
}

// numbered is "#3 drone" in a sentence.
func numbered(format string, s *store.Subscription, q *query.Query) adapters.Line {
	before, after, _ := strings.Cut(format, "%")

	words := s.Query
	if q != nil {
		words = q.Words()
	}

	return adapters.Line{adapters.Plain(before), adapters.Bold(fmt.Sprintf("#%d %s", s.Number, words)), adapters.Plain(after)}
}
