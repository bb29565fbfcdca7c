package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/suggest"
	"newsbell/bot/wish"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// newSubscription is a subscription that somebody asked for and that is not
// saved yet.
type newSubscription struct {
	text     string
	query    *query.Query
	delivery subscriptions.Delivery
	ping     string
	label    string // as store.Subscription
	scope    string // as store.Subscription
	min      int    // outlets that have to tell a story
	only     string // as store.Subscription
	target   target
	advice   *advice // nil: none
	guessed  bool    // the time zone was, with it

	together []suggest.Word // that often stand with those of the query
}

// subscribe follows a query, or offers what stands behind an address. Before it does, it may ask: for
// the query, whether a guess at it is right or so many alerts are wanted ([turn.confirmQuery]), and
// whether a word is misspelt. A person who was asked once (turn.confirmed) is not asked again.
func (b *Bot) subscribe(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(t.Say("ask.subscribe"), t.Say("hint.query"), t.optionsText()), nil
	}

	if len(dest.missing) > 0 {
		return nil, &refusal{t.missing(dest.name(t.words), dest.missing)}
	}

	if input.IsAddress(strings.TrimPrefix(t.text, exactly)) && b.Fetcher != nil {
		return b.subscribeToAddress(ctx, t, t.text)
	}

	wanted, err := b.parseSubscription(ctx, t, dest)
	if err != nil {
		return nil, err
	}

	seen, counter, err := b.tryQuery(ctx, t, wanted)
	if err != nil {
		return nil, err
	}

	if m := t.confirmQuery(wanted, seen); m != nil {
		return m, nil
	}

	if len(wanted.query.Bundles()) > 0 && seen.Articles == 0 { // it may be read for the first time
		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.addSubscription(tx, t, wanted, nil) })
	}

	if wanted.advice, err = b.advise(ctx, t, dest, wanted.query, seen, "subscribe"); err != nil {
		return nil, err
	}

	if wanted.advice.misspelt && !t.confirmed {
		return t.askSpelling(wanted), nil
	}

	wanted.together = counter.Best(wordsOf(wanted.query), suggested)

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.addSubscription(tx, t, wanted, seen) })
}

// tryQuery finds what a new subscription would have caught, and counts the words of that for
// suggestions.
func (b *Bot) tryQuery(ctx context.Context, t *turn, wanted *newSubscription) (*search.Result, *suggest.Counter, error) {
	limits, counter := scopedLimits(quickLimits(), wanted.scope, wanted.min), suggest.NewCounter()
	limits.Each = func(a *store.Article, matches bool) {
		counter.Add(a.News.Title, a.News.Summary, cmp.Or(a.Story, -a.ID), matches)
	}

	seen, err := b.search(ctx, t, wanted.target, wanted.query, limits)

	return seen, counter, err
}

// confirmQuery asks before a query is followed that is probably not what is meant, or that
// matches very much. It returns nil where there is nothing to ask, or the person was asked before.
func (t *turn) confirmQuery(wanted *newSubscription, seen *search.Result) *adapters.Message {
	if t.confirmed {
		return nil
	}

	text := joinWords(t.optionsText(), t.text)

	if proposals := t.proposals(); len(proposals) > 0 {
		m := textMessage(t.Translate(proposals[0].Message))

		for _, p := range proposals {
			m.Buttons = append(m.Buttons, []adapters.Button{t.confirmedButton(p.Query, "subscribe", joinWords(t.optionsText(), p.Query))})
		}

		m.Buttons = append(m.Buttons, []adapters.Button{t.confirmedButton(t.Say("button.as_typed"), "subscribe", text)})

		return m
	}

	if wanted.delivery.When.Kind != subscriptions.AtOnce || wanted.delivery.Max > 0 || wanted.min > 1 || !seen.MatchesTooMuch(t.now) {
		return nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(wanted.query))}, {adapters.Plain(seen.TooMuch(t.Words, t.now))}}}
	m.Text = append(m.Text, t.WarningLines(wanted.query)...)
	m.Buttons = [][]adapters.Button{
		{t.confirmedButton(t.Say("button.narrow"), commandNarrow, ""), t.confirmedButton(t.Say("button.once_a_day"), "subscribe", joinWords(t.optionsText(), "when:daily", t.text))},
		{t.confirmedButton(t.Say("button.all_of_it"), "subscribe", text)},
	}

	return m
}

// optionsText writes the given options as typed words, to be kept while a
// question is open.
func (t *turn) optionsText() string {
	var words []string

	for _, name := range input.OptionNames() {
		if v := t.options[name]; v != "" {
			words = append(words, input.AsOption(name, v))
		}
	}

	return strings.Join(words, " ")
}

// parseSubscription reads the query and the options of /subscribe.
func (b *Bot) parseSubscription(ctx context.Context, t *turn, dest target) (*newSubscription, error) {
	wanted := &newSubscription{text: t.text, target: dest}

	if c, ok := wish.Connect(t.text, t.Code()); ok && c.Excludes == "" && !t.confirmed {
		t.text = c.Query // the reply says in words what it is read as
		wanted.text = c.Query
	}

	var err error
	if wanted.query, err = query.Parse(t.text); err != nil {
		return nil, &refusal{t.queryErrorReply(err, "subscribe", t.optionsText(), t.text)}
	}

	wanted.text = input.OnOneLine(t.text, wanted.query)
	if wanted.delivery, err = t.changedDelivery(subscriptions.Delivery{}); err != nil {
		t.askAgain()
		return nil, err
	}

	if wanted.scope, wanted.min, err = t.parseScope(); err != nil {
		return nil, err
	}

	if wanted.only, err = b.parseOnly(t); err != nil {
		t.askAgain()
		return nil, err
	}

	if wanted.delivery.Thread {
		if err := b.checkThreads(ctx, t, dest); err != nil {
			return nil, err
		}
	}

	if wanted.ping, err = b.parsePing(ctx, t, dest); err != nil {
		return nil, err
	}

	if wanted.label, err = b.parseLabel(ctx, t, dest); err != nil {
		return nil, err
	}

	return wanted, nil
}

// changedDelivery is a delivery as the options change it.
func (t *turn) changedDelivery(d subscriptions.Delivery) (subscriptions.Delivery, error) {
	d, err := input.ChangeDelivery(d, t.options)

	switch {
	case errors.Is(err, input.ErrNoThread):
		return d, t.refuse("subscribe.talk_how")
	case errors.Is(err, input.ErrOnlySpike):
		return d, t.refuse("subscribe.only_spike")
	case err != nil:
		return d, refuseRequest(t.Translated(err))
	default:
		return d, nil
	}
}

// parseOnly is what only: has a language model judge articles by.
func (b *Bot) parseOnly(t *turn) (string, error) {
	only := strings.TrimSpace(news.OneLine(t.options[input.OptionOnly]))

	switch {
	case t.options[input.OptionOnly] == "" || input.IsOff(only):
		return "", nil
	case only == "" || utf8.RuneCountInString(only) > subscriptions.LongestOnly:
		return "", t.refuse("subscribe.only_how", "n", subscriptions.LongestOnly)
	case !b.Writer.Works():
		return "", t.refuse("subscribe.only_needs")
	default:
		return only, nil
	}
}

// mostRoles is how many roles a subscription's alerts mention at most, as many as Discord's
// menu takes.
const mostRoles = 10

// parsePing reads the roles that ping: names, with commas between, and checks that each
// would be mentioned; "" for none.
func (b *Bot) parsePing(ctx context.Context, t *turn, dest target) (string, error) {
	ping := t.options["ping"]
	if ping == "" || input.IsOff(ping) {
		return "", nil
	}

	var roles []string

	for word := range strings.SplitSeq(ping, ",") {
		role := strings.Trim(strings.TrimSpace(word), "<@&>")
		if !input.IsDigits(role) {
			return "", t.refuse("subscribe.ping_needs")
		}

		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}

	if dest.Platform != discord || !dest.isShared() || len(roles) > mostRoles {
		return "", t.refuse("subscribe.ping_needs")
	}

	ping = strings.Join(roles, ",")

	return ping, b.checkPing(ctx, t, dest, ping)
}

// parseLabel is the tag that label: gives the posts of a subscription, as its forum writes it.
func (b *Bot) parseLabel(ctx context.Context, t *turn, dest target) (string, error) {
	label := strings.TrimSpace(news.OneLine(t.options[input.OptionLabel]))
	if label == "" || input.IsOff(label) {
		return "", nil
	}

	names, ok := b.labelsOf(ctx, dest)

	switch {
	case !ok:
		return "", t.refuse("subscribe.label_needs")
	case len(names) == 0:
		return "", t.refuse("subscribe.no_labels")
	}

	for _, name := range names {
		if strings.EqualFold(name, label) {
			return wording.Cut(name, store.LongestLabel), nil
		}
	}

	return "", t.refuse("subscribe.other_label", "label", wording.Cut(label, store.LongestLabel), "labels", t.And(names[:min(len(names), labelsNamed)]))
}

// labelsNamed is how many tags of a forum are named to who gave another: Discord allows 20.
const labelsNamed = 20

// completeLabel offers the tags of the forum that alerts go to.
func (b *Bot) completeLabel(ctx context.Context, t *turn) []adapters.Choice {
	dest, err := b.findTarget(ctx, t)
	if err != nil { // then the command itself will say why
		return nil
	}

	var all []adapters.Choice

	names, _ := b.labelsOf(ctx, dest)
	for _, name := range names {
		all = append(all, adapters.Choice{Label: name, Value: name})
	}

	return all
}

// addSubscription saves a subscription and makes the reply.
func (b *Bot) addSubscription(tx *store.Tx, t *turn, wanted *newSubscription, seen *search.Result) (*reply, error) {
	c, err := b.chatToSubscribe(tx, t, wanted)
	if err != nil {
		return nil, err
	}

	s, err := b.saveSubscription(tx, t, c, wanted)
	if err != nil {
		return nil, err
	}

	m := b.subscribedReply(t, wanted, s, c, seen)

	switch {
	case s.changed:
		undo := joinWords(toOption(wanted.target), input.DeliveryOptions(&s.before), s.Query)
		m.Buttons = prependButton(t.confirmedButton(t.Say("button.undo"), "subscribe", undo), m.Buttons)
	case s.added:
		t.addTogether(m, wanted)
	}

	if err := t.addScope(tx, m, wanted, s.Subscription); err != nil {
		return nil, err
	}

	if wanted.target.here || !wanted.target.own {
		return &reply{Answer: m}, nil
	}

	closed := &adapters.Message{Text: append(slices.Clone(m.Text), adapters.Line{}, adapters.Line{adapters.Plain(t.Say("subscribe.closed_kept"))}), Buttons: m.Buttons}

	return sendPrivately(t, wanted.target, m, t.say("subscribe.sent_direct"), closed), nil
}

// chatToSubscribe is the chat that a new subscription is for. One that slept is awake
// again: the bot may post there, as was just asked. A full chat is refused all but what it
// follows already.
func (b *Bot) chatToSubscribe(tx *store.Tx, t *turn, wanted *newSubscription) (*store.Chat, error) {
	c, err := t.ensureChat(tx, wanted.target)
	if err != nil {
		return nil, err
	}

	if c.State == store.Asleep && wanted.target.isShared() {
		if err := b.events().Wake(tx, c.ID); err != nil {
			return nil, err
		}

		c.State = store.Active
	}

	over, err := b.overLimit(tx, t, c)
	if err != nil || over == nil {
		return c, err
	}

	known, err := findByCanonical(tx, c.ID, wanted.query)
	if err != nil || known == nil {
		return nil, errors.Join(err, over)
	}

	return c, nil
}

// savedSubscription is a subscription with what saving it has done.
type savedSubscription struct {
	*store.Subscription
	before         store.Subscription // as it was
	added, changed bool
	brought        []string // bundles that the chat reads because of it
}

// saveSubscription adds a subscription, or changes the one to the same query.
func (b *Bot) saveSubscription(tx *store.Tx, t *turn, c *store.Chat, wanted *newSubscription) (s savedSubscription, err error) {
	s.Subscription, s.added, err = tx.AddSubscription(store.Subscription{
		Chat: c.ID, Query: wanted.text, Canonical: wanted.query.String(), CreatedBy: t.r.User.ID, Server: t.r.Chat.Server,
		Delivery: wanted.delivery.String(), Ping: wanted.ping, Label: wanted.label, Scope: wanted.scope, Outlets: wanted.min, Only: wanted.only,
	})
	if err != nil {
		return s, err
	}

	s.before = *s.Subscription

	if s.brought, err = b.readNamedBundles(tx, t, c, wanted.query); err != nil {
		return s, err
	}

	if wanted.delivery.When.HasTime() {
		if wanted.guessed, err = b.guessZone(tx, t, wanted.target, c); err != nil {
			return s, err
		}
	}

	if !s.added {
		s.changed, err = b.changeSubscription(tx, t, s.Subscription, wanted)
	}

	if err != nil || !s.added && !s.changed {
		return s, err
	}

	return s, tx.Log(c.ID, t.personID(), fmt.Sprintf("subscribed to #%d", s.Number))
}

// undoButton takes a new subscription back, with all that it brought.
func (t *turn) undoButton(s *savedSubscription) adapters.Button {
	if len(s.brought) > 0 {
		return t.undoWithBundles(s.Subscription, s.brought)
	}

	return adapters.Button{Label: t.Say("button.undo"), Data: pressOff + formatID(s.ID)}
}

// overLimit returns the refusal when a chat or the person has as many subscriptions as they
// may, nil when there is room.
func (b *Bot) overLimit(tx *store.Tx, t *turn, c *store.Chat) (over, err error) {
	inChat, ofPerson, err := tx.CountSubscriptions(c.ID, t.r.User.ID)
	if err != nil {
		return nil, err
	}

	if limit := b.subscriptionLimit(); inChat >= limit || ofPerson >= limit {
		over = t.refuse(limitKey(inChat >= limit), "limit", limit)
	}

	return over, nil
}

// changeSubscription changes a subscription as the options of a request say, and moves
// what waits because of it.
func (b *Bot) changeSubscription(tx *store.Tx, t *turn, s *store.Subscription, wanted *newSubscription) (changed bool, err error) {
	if changed, err = t.changeDelivery(tx, s, wanted); err != nil {
		return false, err
	}

	if t.options["in"] != "" && s.Scope != wanted.scope || t.options["min"] != "" && s.Outlets != wanted.min {
		changed = true

		if err := t.changeScope(tx, s, wanted); err != nil {
			return false, err
		}
	}

	if !changed {
		return false, nil
	}

	return true, tx.Reschedule(s.Chat, b.TimeZone, IsSpared)
}

// changeDelivery changes how a subscription is delivered as the options of a request say.
func (t *turn) changeDelivery(tx *store.Tx, s *store.Subscription, wanted *newSubscription) (changed bool, err error) {
	had, err := subscriptions.ParseDelivery(s.Delivery)
	if err != nil {
		return false, err
	}

	d, err := t.changedDelivery(had)
	if err != nil {
		return false, err
	}

	ping := s.Ping
	if t.options["ping"] != "" {
		ping = wanted.ping
	}

	only := s.Only
	if t.options[input.OptionOnly] != "" {
		only = wanted.only
	}

	label := s.Label
	if t.options[input.OptionLabel] != "" {
		label = wanted.label
	}

	if d == had && ping == s.Ping && only == s.Only && label == s.Label {
		return false, nil
	}

	if err := errors.Join(tx.SetDelivery(s.ID, d.String(), ping), tx.SetOnly(s.ID, only), tx.SetLabel(s.ID, label)); err != nil {
		return false, err
	}

	s.Delivery, s.Ping, s.Only, s.Label = d.String(), ping, only, label

	return true, nil
}

// toOption names a target for a command that a button runs; "" for the usual one.
func toOption(dest target) string {
	switch {
	case dest.own:
		return ""
	case dest.here:
		return "to:here"
	default:
		return "to:" + dest.Address
	}
}

// toTyped names a target as one types it: a channel of a server by its name.
func toTyped(dest target, w words) string {
	if dest.Platform == discord && !dest.own && !dest.here {
		return "to:" + dest.name(w)
	}

	return toOption(dest)
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

// subscribedText says what is followed now and what is to be known of it.
func (b *Bot) subscribedText(t *turn, wanted *newSubscription, s *savedSubscription, c *store.Chat, seen *search.Result) (text adapters.Text) {
	name := t.Subscription(s.Subscription, wanted.query)

	switch {
	case s.changed:
		text = adapters.Text{t.Line("subscribe.changed", "subscription", name)}
	case !s.added:
		text = adapters.Text{t.follows(wanted.target, "already", name)}
	default:
		text = adapters.Text{t.follows(wanted.target, "now", name)}
	}

	text = append(text, t.Delivery(s.Delivery, c, b.zoneOf(c))...)
	if s.Only != "" {
		text = append(text, t.Line("subscribe.only", "only", s.Only))
	}

	if s.Ping != "" {
		text = append(text, t.Line("subscribe.pings", "role", t.RoleSpans(s.Ping)))
	}

	if s.Label != "" {
		text = append(text, t.Line("subscribe.label", "label", s.Label))
	}

	if c.State == store.Paused {
		text = append(text, adapters.Line{adapters.Plain(t.Say("subscribe.paused"))})
	}

	text = append(text, t.WarningLines(wanted.query)...)

	if seen != nil {
		text = append(text, seen.Summary(t.Words)...)
	}

	if wanted.advice != nil {
		text = append(text, wanted.advice.text...)
	}

	return text
}

// subscribedReply says what is followed now, with buttons for what one may want next: to take it back,
// a digest instead of many alerts, the time zone, better queries, the roles that it pings.
func (b *Bot) subscribedReply(t *turn, wanted *newSubscription, s savedSubscription, c *store.Chat, seen *search.Result) *adapters.Message {
	m := &adapters.Message{Text: b.subscribedText(t, wanted, &s, c, seen)}

	var row []adapters.Button
	if s.added {
		row = append(row, t.undoButton(&s))
	}

	if b.isImmediate(s.Delivery, c) && s.added && seen != nil && seen.PerDay(t.now) > digestAbove {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(t.Say("subscribe.many"))})
		row = append(row, t.confirmedButton(t.Say("button.once_a_day"), "subscribe", joinWords(toOption(wanted.target), "when:daily", s.Query)))
	}

	if wanted.guessed || c.TimeZone == "" && wanted.target.own && wanted.delivery.When.HasTime() {
		asked := t.Lines("subscribe.zone_unset")
		if wanted.guessed {
			asked = b.guessedZone(t, c)
		}

		m.Text = append(m.Text, asked...)
		row = append(row, t.button(t.Say("button.zone"), "settings", input.KeyZone))
	}

	if len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	if wanted.advice != nil && len(wanted.advice.buttons) > 0 {
		m.Buttons = append(m.Buttons, wanted.advice.buttons)
	}

	if t.options["ping"] != "" && s.Ping != "" { // an option names one role, the menu several
		m.Menus = pingMenu(t, wanted.target, s.Subscription)
	}

	return m
}

// follows says who follows a subscription; which is "now" or "already".
func (w words) follows(dest target, which string, subscription adapters.Span) adapters.Line {
	who := "_group"

	switch {
	case dest.own:
		who = "_you"
	case !dest.here:
		who = "_in"
	case strings.Contains(dest.Address, "/"):
		who = "_topic"
	case dest.Platform == discord || dest.Kind == adapters.Channel:
		who = "_channel"
	}

	return w.Line("subscribe."+which+who, "subscription", subscription, "where", dest.name(w))
}

// limitKey names the text that says whose limit is reached.
func limitKey(ofChat bool) string {
	if ofChat {
		return "subscribe.limit_chat"
	}

	return "subscribe.limit_own"
}

// isImmediate reports whether all alerts of a subscription come at once.
func (b *Bot) isImmediate(delivery string, c *store.Chat) bool {
	plan, err := subscriptions.ParsePlan(delivery, c.Digest, "", c.TimeZone, b.TimeZone)
	return err == nil && plan.When().Kind == subscriptions.AtOnce && plan.Delivery.Max == 0
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

// askSpelling asks before a query is followed that probably has a misspelt word.
func (t *turn) askSpelling(wanted *newSubscription) *adapters.Message {
	m := &adapters.Message{Text: wanted.advice.text}
	for _, button := range wanted.advice.buttons {
		m.Buttons = append(m.Buttons, []adapters.Button{button})
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.confirmedButton(t.Say("button.as_typed"), "subscribe", joinWords(t.optionsText(), t.text))})

	return m
}

// suggested is how many words that often stand with those of a subscription are suggested.
const suggested = 3

// wordsOf are the words of a query, and the names of its fields.
func wordsOf(q *query.Query) []string {
	all := strings.FieldsFunc(q.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })

	return slices.DeleteFunc(all, func(w string) bool { return w == "or" || w == "and" || w == "not" })
}

// addTogether names words that often stand with those of the new subscription, each with a button
// that subscribes to it, too.
func (t *turn) addTogether(m *adapters.Message, wanted *newSubscription) {
	if len(wanted.together) == 0 {
		return
	}

	var (
		names []string
		row   []adapters.Button
	)

	for _, word := range wanted.together {
		names = append(names, word.Text)
		typed := word.Text

		if strings.Contains(typed, " ") {
			typed = `"` + typed + `"`
		}

		row = append(row, t.confirmedButton("+ "+word.Text, "subscribe", joinWords(toOption(wanted.target), typed)))
	}

	m.Text = append(m.Text, t.Line("subscribe.together", "words", t.Commas(names)))
	m.Buttons = append(m.Buttons, row)
}
