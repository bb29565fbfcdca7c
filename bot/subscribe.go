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
	zonefinder "newsbell/subscriptions/zone"
)

// newSubscription is a subscription that somebody asked for and that is not
// saved yet.
type newSubscription struct {
	text   string
	query  *query.Query
	when   subscriptions.Schedule
	ping   string
	scope  string // as store.Subscription
	min    int    // outlets that have to tell a story
	target target
	advice *advice // nil: none
}

func (b *Bot) subscribe(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(askSubscribe, hintQuery, t.optionsText()), nil
	}

	if len(p.missing) > 0 {
		return nil, refuse(textMissing(p.name(), p.missing))
	}

	if isAddress(strings.TrimPrefix(t.text, exactly)) && b.Fetcher != nil {
		return b.subscribeToAddress(ctx, t, t.text)
	}

	w, err := b.parseSubscription(ctx, t, p)
	if err != nil {
		return nil, err
	}

	limits := quickLimits()
	limits.Everywhere, limits.Outlets = w.scope == store.ScopeEverywhere, w.min

	seen, err := b.search(ctx, t, p, w.query, limits)
	if err != nil {
		return nil, err
	}

	if m := t.doubts(w, seen); m != nil {
		return m, nil
	}

	if len(w.query.Bundles()) > 0 && seen.Articles == 0 { // it may be read for the first time
		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.addSubscription(tx, t, w, nil) })
	}

	if w.advice, err = b.advise(ctx, t, p, w.query, seen, "subscribe"); err != nil {
		return nil, err
	}

	if w.advice.misspelt && !t.sure {
		return t.askSpelling(w), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.addSubscription(tx, t, w, seen) })
}

// commandNarrow stands in the token of a button that asks for a narrower query.
const commandNarrow = "narrow"

// doubts asks before a query is followed that is probably not what is meant, or that
// matches very much; nil: there is no doubt, or the person was asked.
func (t *turn) doubts(w *newSubscription, seen *SearchResult) *adapters.Message {
	if t.sure {
		return nil
	}

	text := strings.TrimSpace(t.optionsText() + " " + t.text)

	if proposals := query.Propose(t.text); len(proposals) > 0 {
		m := say(proposals[0].Message)

		for _, p := range proposals {
			m.Buttons = append(m.Buttons, []adapters.Button{t.sureButton(p.Query, "subscribe", strings.TrimSpace(t.optionsText()+" "+p.Query))})
		}

		m.Buttons = append(m.Buttons, []adapters.Button{t.sureButton(btnAsTyped, "subscribe", text)})

		return m
	}

	if w.when.Kind != subscriptions.AtOnce || !seen.isFlood(t.now) {
		return nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(w.query.Words())}, {adapters.Plain(textFlood(seen.perDay(t.now), float64(seen.Articles)/float64(max(seen.looked, 1))))}}}
	m.Text = append(m.Text, warningLines(w.query)...)
	m.Buttons = [][]adapters.Button{
		{t.sureButton(btnNarrow, commandNarrow, ""), t.sureButton(btnOnceADay, "subscribe", strings.TrimSpace(t.optionsText()+" when:daily "+t.text))},
		{t.sureButton(btnAllOfIt, "subscribe", text)},
	}

	return m
}

// askToNarrow asks for a narrower query.
func (t *turn) askToNarrow() *adapters.Message {
	t.command = "subscribe"
	return t.ask(askNarrow, hintQuery, "")
}

// optionsText writes the given options as typed words, to be kept while a
// question is open.
func (t *turn) optionsText() string {
	var words []string

	for _, name := range optionWords() {
		if v := t.options[name]; v != "" {
			words = append(words, name+":"+v)
		}
	}

	return strings.Join(words, " ")
}

// parseSubscription reads the query and the options of /subscribe.
func (b *Bot) parseSubscription(ctx context.Context, t *turn, p target) (*newSubscription, error) {
	w := &newSubscription{text: t.text, target: p}

	var err error
	if w.query, err = query.Parse(t.text); err != nil {
		return nil, &refusal{t.queryErrorReply(err, "subscribe", t.optionsText(), t.text)}
	}

	w.text = onOneLine(t.text, w.query)
	if w.when, err = subscriptions.ParseSchedule(t.options["when"]); err != nil {
		t.askAgain()
		return nil, refuse(asSentence(err.Error()))
	}

	if w.scope, w.min, err = t.parseScope(); err != nil {
		return nil, err
	}

	if ping := t.options["ping"]; ping != "" {
		w.ping = strings.Trim(ping, "<@&>")
		if p.Platform != discord || !p.isShared() || !digits(w.ping) {
			return nil, refuse(textPing)
		}

		if err := b.checkPing(ctx, p, w.ping); err != nil {
			return nil, err
		}
	}

	return w, nil
}

// pingChecker is a platform that knows whether a role can be mentioned.
type pingChecker interface {
	CheckPing(ctx context.Context, chat adapters.ChatInfo, role string) error
}

// checkPing refuses a role that would not be mentioned.
func (b *Bot) checkPing(ctx context.Context, p target, role string) error {
	a, ok := b.Adapters[p.Platform].(pingChecker)
	if !ok {
		return nil
	}

	if err := a.CheckPing(ctx, p.ChatInfo, role); err != nil {
		return refuse(asSentence(err.Error()))
	}

	return nil
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

// addSubscription saves a subscription and makes the reply.
func (b *Bot) addSubscription(tx *store.Tx, t *turn, w *newSubscription, seen *SearchResult) (*reply, error) {
	c, err := t.ensureChat(tx, w.target)
	if err != nil {
		return nil, err
	}

	if c.State == store.Asleep && w.target.isShared() { // the bot may post there again, as was just asked
		if err := wakeChat(tx, c.ID); err != nil {
			return nil, err
		}

		c.State = store.Active
	}

	inChat, ofPerson, err := tx.CountSubscriptions(c.ID, t.r.User.ID)
	if err != nil {
		return nil, err
	}

	if inChat >= b.policy.Load().SubscriptionLimit || ofPerson >= b.policy.Load().SubscriptionLimit {
		if known, err := findByCanonical(tx, c.ID, w.query); err != nil || known == nil {
			return nil, errors.Join(err, refuse(textLimit(b.policy.Load().SubscriptionLimit, inChat >= b.policy.Load().SubscriptionLimit)))
		}
	}

	s, added, err := tx.AddSubscription(store.Subscription{
		Chat: c.ID, Query: w.text, Canonical: w.query.String(), CreatedBy: t.r.User.ID, Server: t.r.Chat.Server,
		Delivery: w.when.String(), Ping: w.ping, Scope: w.scope, Outlets: w.min,
	})
	if err != nil {
		return nil, err
	}

	if err := b.readNamedBundles(tx, t, c, w.query); err != nil {
		return nil, err
	}

	changed := !added && (s.Delivery != w.when.String() || s.Ping != w.ping) && (t.options["when"] != "" || t.options["ping"] != "")
	if changed {
		if err := tx.SetDelivery(s.ID, w.when.String(), w.ping); err != nil {
			return nil, err
		}

		s.Delivery, s.Ping = w.when.String(), w.ping
	}

	rescoped := !added && (t.options["in"] != "" && s.Scope != w.scope || t.options["min"] != "" && s.Outlets != w.min)
	if rescoped {
		if err := t.changeScope(tx, s, w); err != nil {
			return nil, err
		}
	}

	if changed = changed || rescoped; added || changed {
		if err := tx.Log(c.ID, t.personID(), fmt.Sprintf("subscribed to #%d", s.Number)); err != nil {
			return nil, err
		}
	}

	m := b.subscribedReply(t, w, s, c, seen, added, changed)

	if err := t.addScope(tx, m, w, s); err != nil {
		return nil, err
	}

	if w.target.here || !w.target.own {
		return &reply{Answer: m}, nil
	}

	closed := &adapters.Message{Text: append(slices.Clone(m.Text), adapters.Line{}, adapters.Line{adapters.Plain(textClosedKept)}), Buttons: m.Buttons}

	return sendPrivately(t, w.target, m, say(textSentDirect), closed), nil
}

// toOption names a target for a command that a button runs; "" for the usual one.
func toOption(p target) string {
	switch {
	case p.own:
		return ""
	case p.here:
		return "to:here"
	default:
		return "to:" + p.Address
	}
}

// findByCanonical returns the chat's subscription with the same query, or nil.
func findByCanonical(tx *store.Tx, chat int64, q *query.Query) (*store.Subscription, error) {
	all, err := tx.Subscriptions(chat)
	for _, s := range all {
		if s.Canonical == q.String() {
			return s, err
		}
	}

	return nil, err
}

func (b *Bot) subscribedReply(t *turn, w *newSubscription, s *store.Subscription, c *store.Chat, seen *SearchResult, added, changed bool) *adapters.Message {
	m := &adapters.Message{}

	switch {
	case changed:
		m.Text = adapters.Text{subscriptionLine(textChanged, s, w.query)}
	case !added:
		m.Text = adapters.Text{subscriptionLine(textFollows(w.target, "already"), s, w.query)}
	default:
		m.Text = adapters.Text{subscriptionLine(textFollows(w.target, "now"), s, w.query)}
	}

	if when := b.scheduleText(s.Delivery, c); when != "" {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textSchedule(when))})
	}

	if s.Ping != "" {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textPings), roleSpan(s.Ping)})
	}

	if c.State == store.Paused {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textStillPaused)})
	}

	m.Text = append(m.Text, warningLines(w.query)...)

	if seen != nil {
		m.Text = append(m.Text, seen.summaryLines()...)
	}

	if w.advice != nil {
		m.Text = append(m.Text, w.advice.text...)
	}

	var row []adapters.Button
	if added {
		row = append(row, adapters.Button{Label: btnUndo, Data: pressOff + formatID(s.ID)})
	}

	if when, _ := subscriptions.ParseSchedule(s.Delivery); added && seen != nil && when.Kind == subscriptions.AtOnce && seen.perDay(t.now) > digestAbove {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textMany)})
		row = append(row, t.sureButton(btnOnceADay, "subscribe", strings.TrimSpace(toOption(w.target)+" when:daily "+s.Query)))
	}

	if c.TimeZone == "" && w.target.own && (w.when.Kind == subscriptions.Daily || w.when.Kind == subscriptions.Weekly) {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textZoneNotSet)})
		row = append(row, t.button(btnZone, "settings", keyZone))
	}

	if len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	if w.advice != nil && len(w.advice.buttons) > 0 {
		m.Buttons = append(m.Buttons, w.advice.buttons)
	}

	return m
}

// roleSpan names a role.
func roleSpan(id string) adapters.Span { return adapters.Span{Text: "@" + id, Role: id} }

// scheduleText says when alerts come; "" means at once.
func (b *Bot) scheduleText(delivery string, c *store.Chat) string {
	d, err := subscriptions.ParseSchedule(delivery)
	if err != nil || d.Kind == subscriptions.AtOnce {
		return ""
	}

	switch d.Kind {
	case subscriptions.Hourly:
		return whenHourly
	case subscriptions.Weekly:
		return whenWeekly(d.Weekday, d.Minute, zonefinder.Label(b.zoneOf(c).String()))
	}

	return whenDaily(d.Minute, zonefinder.Label(b.zoneOf(c).String()))
}

// zoneOf returns the chat's time zone.
func (b *Bot) zoneOf(c *store.Chat) *time.Location {
	if c != nil && c.TimeZone != "" {
		if z, err := time.LoadLocation(c.TimeZone); err == nil {
			return z
		}
	}

	return b.TimeZone
}

// queryErrorReply says why a query does not parse: the position, one sentence,
// and a button with the correction.
func (t *turn) queryErrorReply(err error, command, leading, typed string) *adapters.Message {
	t.askAgain()

	wrong, ok := errors.AsType[*query.Error](err)
	if !ok {
		return say(asSentence(err.Error()))
	}

	m := &adapters.Message{}
	if option, fixed := misplacedOption(typed); option != "" {
		m.Text = adapters.Say(textOptionsFirst(option))
		m.Buttons = [][]adapters.Button{{t.button(buttonLabel("/"+command+" "+fixed), command, fixed)}}

		return m
	}

	m.Text = append(preformatted(wrong.Caret(typed)), adapters.Line{adapters.Plain(wrong.Message)})
	if wrong.Example {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textForExample), adapters.Code(wrong.Suggestion)})
		return m
	}

	if wrong.Suggestion != "" {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textDidYouMean), adapters.Code(wrong.Suggestion)})
		m.Buttons = [][]adapters.Button{{t.button(buttonLabel(wrong.Suggestion), command, strings.TrimSpace(leading+" "+wrong.Suggestion))}}
	}

	return m
}

// warningLines are the parser's remarks on a query that did parse.
func warningLines(q *query.Query) adapters.Text {
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

// preformatted shows lines in a fixed-width font.
func preformatted(s string) adapters.Text {
	var t adapters.Text
	for line := range strings.SplitSeq(s, "\n") {
		t = append(t, adapters.Line{{Text: line, Style: adapters.StylePre}})
	}

	return t
}

// subscriptionLine puts "#3 drone" in a sentence, where its % is.
func subscriptionLine(format string, s *store.Subscription, q *query.Query) adapters.Line {
	words := s.Query
	if q != nil {
		words = q.Words()
	}

	return fillIn(format, fmt.Sprintf("#%d %s", s.Number, words))
}

// fillIn puts words in bold in a sentence, where its % is.
func fillIn(format, words string) adapters.Line {
	before, after, _ := strings.Cut(format, "%")
	if before == "" {
		return adapters.Line{adapters.Bold(words), adapters.Plain(after)}
	}

	return adapters.Line{adapters.Plain(before), adapters.Bold(words), adapters.Plain(after)}
}
