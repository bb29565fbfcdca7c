package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/suggest"
	"newsbell/bot/turn"
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
	target   turn.Target
	advice   *advice // nil: none
	guessed  bool    // the time zone was, with it

	together []suggest.Word // that often stand with those of the query
}

// subscribe follows a query, or offers what stands behind an address. Before it does, it may ask: for
// the query, whether a guess at it is right or so many alerts are wanted ([turn.confirmQuery]), and
// whether a word is misspelt. A person who was asked once (turn.confirmed) is not asked again.
func (b *Bot) subscribe(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.Text == "" {
		return t.Ask(t.Say("ask.subscribe"), t.Say("hint.query"), t.OptionsText()), nil
	}

	if len(dest.Missing) > 0 {
		return nil, turn.AsRefusal(t.MissingRights(dest.Name(t.Words), dest.Missing))
	}

	if input.IsAddress(strings.TrimPrefix(t.Text, exactly)) && b.fetcher != nil {
		return b.subscribeToAddress(ctx, t, t.Text)
	}

	wanted, err := b.parseSubscription(ctx, t, dest)
	if err != nil {
		return nil, err
	}

	seen, counter, err := b.tryQuery(ctx, t, wanted)
	if err != nil {
		return nil, err
	}

	if m := confirmQuery(t, wanted, seen); m != nil {
		return m, nil
	}

	if len(wanted.query.Bundles()) > 0 && seen.Articles == 0 { // it may be read for the first time
		return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return b.addSubscription(tx, t, wanted, nil) })
	}

	if wanted.advice, err = b.advise(ctx, t, dest, wanted.query, seen, "subscribe"); err != nil {
		return nil, err
	}

	if wanted.advice.misspelt && !t.Confirmed {
		return askSpelling(t, wanted), nil
	}

	wanted.together = counter.Best(wordsOf(wanted.query), suggested)

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return b.addSubscription(tx, t, wanted, seen) })
}

// tryQuery finds what a new subscription would have caught, and counts the words of that for
// suggestions.
func (b *Bot) tryQuery(ctx context.Context, t *turn.Turn, wanted *newSubscription) (*search.Result, *suggest.Counter, error) {
	limits, counter := scopedLimits(quickLimits(), wanted.scope, wanted.min), suggest.NewCounter()
	limits.Each = func(a *store.Article, matches bool) {
		counter.Add(a.News.Title, a.News.Summary, cmp.Or(a.Story, -a.ID), matches)
	}

	seen, err := b.search(ctx, t, wanted.target, wanted.query, limits)

	return seen, counter, err
}

// confirmQuery asks before a query is followed that is probably not what is meant, or that
// matches very much. It returns nil where there is nothing to ask, or the person was asked before.
func confirmQuery(t *turn.Turn, wanted *newSubscription, seen *search.Result) *adapters.Message {
	if t.Confirmed {
		return nil
	}

	text := turn.Join(t.OptionsText(), t.Text)

	if proposals := proposals(t); len(proposals) > 0 {
		m := turn.Say(t.Translate(proposals[0].Message))

		for _, p := range proposals {
			m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(p.Query, "subscribe", turn.Join(t.OptionsText(), p.Query))})
		}

		m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", text)})

		return m
	}

	if wanted.delivery.When.Kind != subscriptions.AtOnce || wanted.delivery.Max > 0 || wanted.min > 1 || !seen.MatchesTooMuch(t.Now) {
		return nil
	}

	m := &adapters.Message{Text: adapters.Text{{adapters.Bold(t.InWords(wanted.query))}, {adapters.Plain(seen.TooMuch(t.Words, t.Now))}}}
	m.Text = append(m.Text, t.WarningLines(wanted.query)...)
	m.Buttons = [][]adapters.Button{
		{t.ConfirmedButton(t.Say("button.narrow"), commandNarrow, ""), t.ConfirmedButton(t.Say("button.once_a_day"), "subscribe", turn.Join(t.OptionsText(), "when:daily", t.Text))},
		{t.ConfirmedButton(t.Say("button.all_of_it"), "subscribe", text)},
	}

	return m
}

// parseSubscription reads the query and the options of /subscribe.
func (b *Bot) parseSubscription(ctx context.Context, t *turn.Turn, dest turn.Target) (*newSubscription, error) {
	wanted := &newSubscription{text: t.Text, target: dest}

	if c, ok := wish.Connect(t.Text, t.Code()); ok && c.Excludes == "" && !t.Confirmed {
		t.Text = c.Query // the reply says in words what it is read as
		wanted.text = c.Query
	}

	var err error
	if wanted.query, err = query.Parse(t.Text); err != nil {
		return nil, turn.AsRefusal(t.QueryErrorReply(err, "subscribe", t.OptionsText(), t.Text))
	}

	wanted.text = input.OnOneLine(t.Text, wanted.query)
	if wanted.delivery, err = changedDelivery(t, subscriptions.Delivery{}); err != nil {
		t.AskAgain()
		return nil, err
	}

	if wanted.scope, wanted.min, err = parseScope(t); err != nil {
		return nil, err
	}

	if wanted.only, err = b.parseOnly(t); err != nil {
		t.AskAgain()
		return nil, err
	}

	if wanted.delivery.Thread {
		if err := b.CheckThreads(ctx, t, dest); err != nil {
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
func changedDelivery(t *turn.Turn, d subscriptions.Delivery) (subscriptions.Delivery, error) {
	d, err := input.ChangeDelivery(d, t.Options)

	switch {
	case errors.Is(err, input.ErrNoThread):
		return d, t.Refuse("subscribe.talk_how")
	case errors.Is(err, input.ErrOnlySpike):
		return d, t.Refuse("subscribe.only_spike")
	case err != nil:
		return d, turn.RefuseSaying(t.Translated(err))
	default:
		return d, nil
	}
}

// parseOnly is what only: has a language model judge articles by.
func (b *Bot) parseOnly(t *turn.Turn) (string, error) {
	only := strings.TrimSpace(news.OneLine(t.Options[input.OptionOnly]))

	switch {
	case t.Options[input.OptionOnly] == "" || input.IsOff(only):
		return "", nil
	case only == "" || utf8.RuneCountInString(only) > subscriptions.LongestOnly:
		return "", t.Refuse("subscribe.only_how", "n", subscriptions.LongestOnly)
	case !b.Writer.Works():
		return "", t.Refuse("subscribe.only_needs")
	default:
		return only, nil
	}
}

// mostRoles is how many roles a subscription's alerts mention at most, as many as Discord's
// menu takes.
const mostRoles = 10

// parsePing reads the roles that ping: names, with commas between, and checks that each
// would be mentioned; "" for none.
func (b *Bot) parsePing(ctx context.Context, t *turn.Turn, dest turn.Target) (string, error) {
	ping := t.Options["ping"]
	if ping == "" || input.IsOff(ping) {
		return "", nil
	}

	var roles []string

	for word := range strings.SplitSeq(ping, ",") {
		role := strings.Trim(strings.TrimSpace(word), "<@&>")
		if !input.IsDigits(role) {
			return "", t.Refuse("subscribe.ping_needs")
		}

		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}

	if dest.Platform != turn.Discord || !dest.IsShared() || len(roles) > mostRoles {
		return "", t.Refuse("subscribe.ping_needs")
	}

	ping = strings.Join(roles, ",")

	return ping, b.CheckPing(ctx, t, dest, ping)
}

// parseLabel is the tag that label: gives the posts of a subscription, as its forum writes it.
func (b *Bot) parseLabel(ctx context.Context, t *turn.Turn, dest turn.Target) (string, error) {
	label := strings.TrimSpace(news.OneLine(t.Options[input.OptionLabel]))
	if label == "" || input.IsOff(label) {
		return "", nil
	}

	names, ok := b.LabelsOf(ctx, dest)

	switch {
	case !ok:
		return "", t.Refuse("subscribe.label_needs")
	case len(names) == 0:
		return "", t.Refuse("subscribe.no_labels")
	}

	for _, name := range names {
		if strings.EqualFold(name, label) {
			return wording.Cut(name, store.LongestLabel), nil
		}
	}

	return "", t.Refuse("subscribe.other_label", "label", wording.Cut(label, store.LongestLabel), "labels", t.And(names[:min(len(names), labelsNamed)]))
}

// labelsNamed is how many tags of a forum are named to who gave another: Discord allows 20.
const labelsNamed = 20

// completeLabel offers the tags of the forum that alerts go to.
func (b *Bot) completeLabel(ctx context.Context, t *turn.Turn) []adapters.Choice {
	dest, err := b.FindTarget(ctx, t)
	if err != nil { // then the command itself will say why
		return nil
	}

	var all []adapters.Choice

	names, _ := b.LabelsOf(ctx, dest)
	for _, name := range names {
		all = append(all, adapters.Choice{Label: name, Value: name})
	}

	return all
}

// addSubscription saves a subscription and makes the reply.
func (b *Bot) addSubscription(tx *store.Tx, t *turn.Turn, wanted *newSubscription, seen *search.Result) (*turn.Reply, error) {
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
		undo := turn.Join(turn.ToOption(wanted.target), input.DeliveryOptions(&s.before), s.Query)
		m.Buttons = button.Prepend(t.ConfirmedButton(t.Say("button.undo"), "subscribe", undo), m.Buttons)
	case s.added:
		addTogether(t, m, wanted)
	}

	if err := addScope(t, tx, m, wanted, s.Subscription); err != nil {
		return nil, err
	}

	if wanted.target.Here || !wanted.target.Own {
		return &turn.Reply{Answer: m}, nil
	}

	closed := &adapters.Message{Text: append(slices.Clone(m.Text), adapters.Line{}, adapters.Line{adapters.Plain(t.Say("subscribe.closed_kept"))}), Buttons: m.Buttons}

	return turn.SendPrivately(t, wanted.target, m, t.Message("subscribe.sent_direct"), closed), nil
}

// chatToSubscribe is the chat that a new subscription is for. One that slept is awake
// again: the bot may post there, as was just asked. A full chat is refused all but what it
// follows already.
func (b *Bot) chatToSubscribe(tx *store.Tx, t *turn.Turn, wanted *newSubscription) (*store.Chat, error) {
	c, err := t.EnsureChat(tx, wanted.target)
	if err != nil {
		return nil, err
	}

	if c.State == store.Asleep && wanted.target.IsShared() {
		if err := b.Events().Wake(tx, c.ID); err != nil {
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
func (b *Bot) saveSubscription(tx *store.Tx, t *turn.Turn, c *store.Chat, wanted *newSubscription) (s savedSubscription, err error) {
	s.Subscription, s.added, err = tx.AddSubscription(store.Subscription{
		Chat: c.ID, Query: wanted.text, Canonical: wanted.query.String(), CreatedBy: t.Request.User.ID, Server: t.Request.Chat.Server,
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
		if wanted.guessed, err = b.settings.GuessZone(tx, t, wanted.target, c); err != nil {
			return s, err
		}
	}

	if !s.added {
		s.changed, err = b.changeSubscription(tx, t, s.Subscription, wanted)
	}

	if err != nil || !s.added && !s.changed {
		return s, err
	}

	return s, tx.Log(c.ID, t.PersonID(), fmt.Sprintf("subscribed to #%d", s.Number))
}

// undoButton takes a new subscription back, with all that it brought.
func undoButton(t *turn.Turn, s *savedSubscription) adapters.Button {
	if len(s.brought) > 0 {
		return undoWithBundles(t, s.Subscription, s.brought)
	}

	return adapters.Button{Label: t.Say("button.undo"), Data: button.Off + button.ID(s.ID)}
}

// overLimit returns the refusal when a chat or the person has as many subscriptions as they
// may, nil when there is room.
func (b *Bot) overLimit(tx *store.Tx, t *turn.Turn, c *store.Chat) (over, err error) {
	inChat, ofPerson, err := tx.CountSubscriptions(c.ID, t.Request.User.ID)
	if err != nil {
		return nil, err
	}

	if limit := b.SubscriptionLimit(); inChat >= limit || ofPerson >= limit {
		over = t.Refuse(limitKey(inChat >= limit), "limit", limit)
	}

	return over, nil
}

// changeSubscription changes a subscription as the options of a request say, and moves
// what waits because of it.
func (b *Bot) changeSubscription(tx *store.Tx, t *turn.Turn, s *store.Subscription, wanted *newSubscription) (changed bool, err error) {
	if changed, err = changeDelivery(t, tx, s, wanted); err != nil {
		return false, err
	}

	if t.Options["in"] != "" && s.Scope != wanted.scope || t.Options["min"] != "" && s.Outlets != wanted.min {
		changed = true

		if err := changeScope(t, tx, s, wanted); err != nil {
			return false, err
		}
	}

	if !changed {
		return false, nil
	}

	return true, tx.Reschedule(s.Chat, b.TimeZone, turn.IsSpared)
}

// changeDelivery changes how a subscription is delivered as the options of a request say.
func changeDelivery(t *turn.Turn, tx *store.Tx, s *store.Subscription, wanted *newSubscription) (changed bool, err error) {
	had, err := subscriptions.ParseDelivery(s.Delivery)
	if err != nil {
		return false, err
	}

	d, err := changedDelivery(t, had)
	if err != nil {
		return false, err
	}

	ping := s.Ping
	if t.Options["ping"] != "" {
		ping = wanted.ping
	}

	only := s.Only
	if t.Options[input.OptionOnly] != "" {
		only = wanted.only
	}

	label := s.Label
	if t.Options[input.OptionLabel] != "" {
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
func (b *Bot) subscribedText(t *turn.Turn, wanted *newSubscription, s *savedSubscription, c *store.Chat, seen *search.Result) (text adapters.Text) {
	name := t.Subscription(s.Subscription, wanted.query)

	switch {
	case s.changed:
		text = adapters.Text{t.Line("subscribe.changed", "subscription", name)}
	case !s.added:
		text = adapters.Text{followsLine(t.Words, wanted.target, "already", name)}
	default:
		text = adapters.Text{followsLine(t.Words, wanted.target, "now", name)}
	}

	text = append(text, t.Delivery(s.Delivery, c, b.ZoneOf(c))...)
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
func (b *Bot) subscribedReply(t *turn.Turn, wanted *newSubscription, s savedSubscription, c *store.Chat, seen *search.Result) *adapters.Message {
	m := &adapters.Message{Text: b.subscribedText(t, wanted, &s, c, seen)}

	var row []adapters.Button
	if s.added {
		row = append(row, undoButton(t, &s))
	}

	if b.isImmediate(s.Delivery, c) && s.added && seen != nil && seen.PerDay(t.Now) > digestAbove {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(t.Say("subscribe.many"))})
		row = append(row, t.ConfirmedButton(t.Say("button.once_a_day"), "subscribe", turn.Join(turn.ToOption(wanted.target), "when:daily", s.Query)))
	}

	if wanted.guessed || c.TimeZone == "" && wanted.target.Own && wanted.delivery.When.HasTime() {
		asked := t.Lines("subscribe.zone_unset")
		if wanted.guessed {
			asked = b.settings.GuessedZone(t, c)
		}

		m.Text = append(m.Text, asked...)
		row = append(row, t.Button(t.Say("button.zone"), "settings", input.KeyZone))
	}

	if len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	if wanted.advice != nil && len(wanted.advice.buttons) > 0 {
		m.Buttons = append(m.Buttons, wanted.advice.buttons)
	}

	if t.Options["ping"] != "" && s.Ping != "" { // an option names one role, the menu several
		m.Menus = pingMenu(t, wanted.target, s.Subscription)
	}

	return m
}

// followsLine says who follows a subscription; which is "now" or "already".
func followsLine(w wording.Words, dest turn.Target, which string, subscription adapters.Span) adapters.Line {
	who := "_group"

	switch {
	case dest.Own:
		who = "_you"
	case !dest.Here:
		who = "_in"
	case strings.Contains(dest.Address, "/"):
		who = "_topic"
	case dest.Platform == turn.Discord || dest.Kind == adapters.Channel:
		who = "_channel"
	}

	return w.Line("subscribe."+which+who, "subscription", subscription, "where", dest.Name(w))
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

// askSpelling asks before a query is followed that probably has a misspelt word.
func askSpelling(t *turn.Turn, wanted *newSubscription) *adapters.Message {
	m := &adapters.Message{Text: wanted.advice.text}
	for _, button := range wanted.advice.buttons {
		m.Buttons = append(m.Buttons, []adapters.Button{button})
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", turn.Join(t.OptionsText(), t.Text))})

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
func addTogether(t *turn.Turn, m *adapters.Message, wanted *newSubscription) {
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

		row = append(row, t.ConfirmedButton("+ "+word.Text, "subscribe", turn.Join(turn.ToOption(wanted.target), typed)))
	}

	m.Text = append(m.Text, t.Line("subscribe.together", "words", t.Commas(names)))
	m.Buttons = append(m.Buttons, row)
}
