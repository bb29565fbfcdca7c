package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Sizes of a page.
const (
	listSize   = 15 // subscriptions that /list shows
	chooseSize = 8  // subscriptions that are offered as buttons
)

// ofPage returns the subscriptions that meet the filter.
func ofPage(p turn.Page, w wording.Words, all []*store.Subscription) []*store.Subscription {
	if p.Filter == "" {
		return all
	}

	return filterSubscriptions(w, p.Filter, all)
}

// list shows what a target follows; words after the command filter it.
func (b *Bot) list(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.Text != "" && len(all) > 0 && len(filterSubscriptions(t.Words, t.Text, all)) == 0 {
		return t.Message("list.nothing_listed", "n", len(all), "words", button.Label(t.Text)), nil
	}

	m := b.listReply(t, c, all, dest.Name(t.Words), t.NewPage(t.Text))
	if t.Request.Chat.Server != "" && t.Options["to"] == "" {
		if err := b.addChannels(ctx, t, m); err != nil {
			return nil, err
		}
	}

	if t.IsPrivate() && t.Options["to"] == "" && t.Text == "" && t.Request.User.ID != "" {
		if err := b.addOtherChats(ctx, t, m); err != nil {
			return nil, err
		}
	}

	return m, nil
}

// listReply is a page of the subscriptions of a chat, which where names ("": here).
func (b *Bot) listReply(t *turn.Turn, c *store.Chat, all []*store.Subscription, where string, page turn.Page) *adapters.Message {
	m := &adapters.Message{}

	shown := ofPage(page, t.Words, all)
	if len(shown) == 0 {
		m.Text = nothingFollowed(t.Words, where).Text
		return m
	}

	from, pages := turn.PageRange(len(shown), listSize, &page.Number)

	m.Text = adapters.Say(listHead(t.Words, len(shown), where, page, pages))
	for _, s := range shown[from:min(from+listSize, len(shown))] {
		m.Text = append(m.Text, listLine(t, s, c, b.ZoneOf(c)))
	}

	if state := turn.StateLine(t.Words, c, b.ZoneOf(c)); state != nil {
		m.Text = append(m.Text, adapters.Line{}, state)
	}

	row := turn.PageButtons(t.Words, button.List+button.ID(c.ID)+":", page, pages)
	row = append(row, adapters.Button{Label: t.Say("button.unsubscribe"), Data: button.Choose + button.ID(c.ID) + ":" + page.Data(from/chooseSize)})

	if c.State == store.Paused {
		row = append(row, adapters.Button{Label: t.Say("button.resume"), Data: button.Resume + button.ID(c.ID)})
	}

	m.Buttons = [][]adapters.Button{row}

	return m
}

// listHead is "2 subscriptions in #news with drone, page 1 of 3:".
func listHead(w wording.Words, n int, where string, page turn.Page, pages int) string {
	key := "list.head"
	if where != "" {
		key += "_in"
	}

	if page.Filter != "" {
		key += "_with"
	}

	return w.Paged(w.Say(key, "n", n, "where", where, "words", button.Label(page.Filter)), page.Number, pages)
}

// nothingFollowed says that a chat has no subscription.
func nothingFollowed(w wording.Words, where string) *adapters.Message {
	return w.Message(wording.PickVariant("list.empty", where), "where", where)
}

// listLine is a subscription in a list: "#3 drone · every hour".
func listLine(t *turn.Turn, s *store.Subscription, c *store.Chat, zone *time.Location) adapters.Line {
	line := adapters.Line{adapters.Bold("#" + strconv.Itoa(s.Number)), adapters.Plain(" " + wording.Cut(t.Spell(s.Query), 200))}
	for _, how := range t.DeliveryNotes(s, c, zone) {
		line = append(line, adapters.Plain(" · "+how))
	}

	line = append(line, t.ScopeSpans(s)...)

	if s.Ping != "" {
		line = append(append(line, adapters.Plain(" · ")), t.RoleSpans(s.Ping)...)
	}

	if s.Label != "" && turn.ChatInfo(c).Kind == adapters.Forum {
		line = append(line, adapters.Plain(" · "+t.Say("list.label", "label", s.Label)))
	}

	return line
}

// unsubscribe ends the subscriptions that numbers or words name. Where that is not clear, it offers
// them to choose from.
func (b *Bot) unsubscribe(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return nothingFollowed(t.Words, dest.Name(t.Words)), nil
	}

	if t.Text == "" {
		return chooseSubscription(t, c, all, turn.Page{}), nil
	}

	if strings.EqualFold(t.Text, "all") {
		m := t.Message("unsubscribe.all", "n", len(all))
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.unsubscribe_all"), Data: button.OffAll + button.ID(c.ID), Danger: true}, {Label: t.Say("button.keep"), Data: button.Nothing}}}

		return m, nil
	}

	found := selectSubscriptions(t.Words, t.Text, all)
	if found.clear {
		return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
			r, err := endSubscriptions(tx, t, c, found.like)
			if err == nil && len(found.missing) > 0 {
				r.Answer.Text = append(r.Answer.Text, t.MissingNumbers(found.missing))
			}

			return r, err
		})
	}

	if len(found.like) == 0 {
		m := chooseSubscription(t, c, all, turn.Page{})
		m.Text = t.Lines("unsubscribe.no_such", "what", button.Label(t.Text))

		return m, nil
	}

	m := chooseSubscription(t, c, all, t.NewPage(t.Text))
	m.Text = t.Lines("unsubscribe.several", "n", len(found.like), "words", button.Label(t.Text))

	return m, nil
}

// targetSubscriptions finds the target of a request and reads its row and subscriptions.
func (b *Bot) targetSubscriptions(ctx context.Context, t *turn.Turn) (dest turn.Target, c *store.Chat, all []*store.Subscription, err error) {
	if dest, err = b.FindTarget(ctx, t); err == nil {
		c, all, err = b.loadSubscriptions(ctx, dest)
	}

	return dest, c, all, err
}

// loadSubscriptions reads the row and the subscriptions of a target.
func (b *Bot) loadSubscriptions(ctx context.Context, dest turn.Target) (c *store.Chat, all []*store.Subscription, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if c, err = turn.FindChat(tx, dest); err != nil || c.ID == 0 {
			return err
		}

		all, err = tx.Subscriptions(c.ID)

		return err
	})

	return c, all, err
}

// selection is which subscriptions a text names.
type selection struct {
	like    []*store.Subscription
	clear   bool  // no doubt that they are meant
	missing []int // numbers that there are none of
}

// selectSubscriptions finds the subscriptions that are named by number ("3", "#1 #2",
// "5-10"), by query, or by words that are in their query.
func selectSubscriptions(w wording.Words, text string, all []*store.Subscription) (found selection) {
	found.like = filterSubscriptions(w, text, all)

	if ranges, ok := input.ParseNumbers(text); ok {
		for _, r := range ranges { // of a range, some may be gone
			if r.First == r.Last && !slices.ContainsFunc(found.like, func(s *store.Subscription) bool { return s.Number == r.First }) {
				found.missing = append(found.missing, r.First)
			}
		}

		found.clear = len(found.like) > 0

		return found
	}

	if s := findByQuery(text, all); s != nil {
		return selection{like: []*store.Subscription{s}, clear: true}
	}

	found.clear = len(found.like) == 1

	return found
}

// findByQuery is the subscription whose query a text is; nil: there is none.
func findByQuery(text string, all []*store.Subscription) *store.Subscription {
	canonical := ""
	if q, err := query.Parse(text); err == nil {
		canonical = q.String()
	}

	for _, s := range all {
		if s.Canonical == canonical || strings.EqualFold(s.Query, text) {
			return s
		}
	}

	return nil
}

// namesExactly reports whether a text is the number of a subscription or its whole query.
func namesExactly(w wording.Words, text string, all []*store.Subscription) bool {
	if _, numbers := input.ParseNumbers(text); numbers {
		return selectSubscriptions(w, text, all).clear
	}

	return findByQuery(text, all) != nil
}

// filterSubscriptions returns the subscriptions with the numbers, or with all the
// words in their query.
func filterSubscriptions(w wording.Words, text string, all []*store.Subscription) (found []*store.Subscription) {
	ranges, numbers := input.ParseNumbers(text)
	words := strings.Fields(strings.ToLower(text))

	for _, s := range all {
		query := strings.ToLower(s.Query + " " + w.Spell(s.Query))
		lacks := func(word string) bool { return !strings.Contains(query, word) }
		has := func(r input.Range) bool { return r.First <= s.Number && s.Number <= r.Last }

		if numbers && slices.ContainsFunc(ranges, has) || !numbers && !slices.ContainsFunc(words, lacks) {
			found = append(found, s)
		}
	}

	return found
}

// edit gives a subscription another query: "3 storm -sand". Its number, its schedule and
// its history stay.
func (b *Bot) edit(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	number, typed := input.CutWord(t.Text)

	s := findByNumber(all, number)
	if s == nil {
		return t.Message("list.no_number", "number", button.Label(number)), nil
	}

	q, err := query.Parse(typed)
	if err != nil {
		return t.QueryErrorReply(err, "edit", turn.Join(turn.ToOption(dest), number), typed), nil
	}

	seen, err := b.search(ctx, t, dest, q, scopedLimits(quickLimits(), s.Scope, s.Outlets))
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		if err := b.replaceQuery(tx, t, dest, c, s, typed, q); err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: adapters.Text{t.Line("subscribe.changed", "subscription", adapters.Bold(fmt.Sprintf("#%d %s", s.Number, t.InWords(q))))}}
		m.Text = append(append(m.Text, t.WarningLines(q)...), seen.Summary(t.Words)...)
		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "edit", turn.Join(turn.ToOption(dest), number, s.Query))}}

		return &turn.Reply{Answer: m}, nil
	})
}

// findByNumber returns the subscription that "3" or "#3" names, nil if there is none.
func findByNumber(all []*store.Subscription, number string) *store.Subscription {
	for _, s := range all {
		if strconv.Itoa(s.Number) == strings.TrimPrefix(number, "#") {
			return s
		}
	}

	return nil
}

// replaceQuery saves another query of a subscription. One that the chat follows already is refused.
func (b *Bot) replaceQuery(tx *store.Tx, t *turn.Turn, dest turn.Target, c *store.Chat, s *store.Subscription, typed string, q *query.Query) error {
	known, err := findByCanonical(tx, c.ID, q)
	if err != nil {
		return err
	}

	if known != nil && known.ID != s.ID {
		return turn.AsRefusal(&adapters.Message{Text: adapters.Text{followsLine(t.Words, dest, "already", t.Subscription(known, q))}})
	}

	if _, err := b.readNamedBundles(tx, t, c, q); err != nil {
		return err
	}

	return errors.Join(
		tx.SetQuery(s.ID, input.OnOneLine(typed, q), q.String()),
		tx.Log(c.ID, t.PersonID(), fmt.Sprintf("changed the query of #%d", s.Number)),
	)
}

// undoWord is the word of the token that holds which subscriptions of a chat were
// ended together.
func undoWord(chat int64, at string) string { return "undo:" + button.ID(chat) + ":" + at }

// endSubscriptions removes subscriptions and makes the reply.
func endSubscriptions(tx *store.Tx, t *turn.Turn, c *store.Chat, meant []*store.Subscription) (*turn.Reply, error) {
	for _, s := range meant {
		if err := tx.RemoveSubscription(s.ID); err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.PersonID(), "unsubscribed from #"+strconv.Itoa(s.Number)); err != nil {
			return nil, err
		}
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: append(t.SubscriptionLines("unsubscribe.ended", meant), t.Line("unsubscribe.left", "n", len(left)))}

	undo := button.On + button.ID(meant[0].ID)

	if len(meant) > 1 {
		at := button.ID(tx.Now.UnixMilli())
		undo = button.OnAll + button.ID(c.ID) + ":" + at
		t.KeepToken(undoWord(c.ID, at), turn.Token{Command: "unsubscribe", Text: idList(meant)})
	}

	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: undo}}}

	return &turn.Reply{Answer: m}, nil
}

// idList is the rows of subscriptions for a token, "1,2,5".
func idList(all []*store.Subscription) string {
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = button.ID(s.ID)
	}

	return strings.Join(ids, ",")
}

// chooseSubscription offers a chat's subscriptions as buttons that end them and come
// back to the same page.
func chooseSubscription(t *turn.Turn, c *store.Chat, all []*store.Subscription, page turn.Page) *adapters.Message {
	m := t.Message("ask.unsubscribe")
	m.Buttons = chooseButtons(t, c, all, page, adapters.Button{Label: t.Say("button.cancel"), Data: button.Nothing})

	return m
}

// chooseButtons are the buttons of a page of subscriptions to choose from, and last those that follow.
func chooseButtons(t *turn.Turn, c *store.Chat, all []*store.Subscription, page turn.Page, last ...adapters.Button) [][]adapters.Button {
	shown := ofPage(page, t.Words, all)
	from, pages := turn.PageRange(len(shown), chooseSize, &page.Number)

	var offered []adapters.Button
	for _, s := range shown[from:min(from+chooseSize, len(shown))] {
		offered = append(offered, adapters.Button{
			Label: button.Label("#" + strconv.Itoa(s.Number) + " " + t.Spell(s.Query)),
			Data:  button.Off + button.ID(s.ID) + ":" + page.Data(page.Number),
		})
	}

	return button.Layout(c.Platform, offered, append(turn.PageButtons(t.Words, button.Choose+button.ID(c.ID)+":", page, pages), last...))
}

// pressSubscription ends a subscription or takes its end back. Pressed twice, it
// shows the same again. page is where the button stands in a list, "" if in none.
func (b *Bot) pressSubscription(ctx context.Context, t *turn.Turn, n int64, on bool, data string) (*adapters.Message, error) {
	_, c, err := b.subscriptionToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	page, err := b.ParsePage(ctx, t, data)
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		s, err := tx.SubscriptionByID(n)
		if err != nil {
			return nil, err
		}

		var r *turn.Reply
		if on {
			r, err = b.restoreSubscriptions(tx, t, []*store.Subscription{s})
		} else {
			r, err = endAgain(tx, t, c, s)
		}

		if err != nil || data == "" {
			return turn.ReplacingReply(r), err
		}

		return returnToPage(tx, t, c, r, page, data)
	})
}

// subscriptionToManage reads a subscription and its chat, which the person must be allowed
// to manage.
func (b *Bot) subscriptionToManage(ctx context.Context, t *turn.Turn, n int64) (s *store.Subscription, c *store.Chat, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if s, err = tx.SubscriptionByID(n); err == nil {
			c, err = tx.ChatByID(s.Chat)
		}

		return err
	})
	if err != nil {
		return nil, nil, err
	}

	return s, c, b.RequireChatManager(ctx, t, c)
}

// endAgain ends a subscription; of one that is ended already it says the same.
func endAgain(tx *store.Tx, t *turn.Turn, c *store.Chat, s *store.Subscription) (*turn.Reply, error) {
	if s.RemovedAt.IsZero() {
		return endSubscriptions(tx, t, c, []*store.Subscription{s})
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{t.Line("unsubscribe.ended", "subscription", t.Subscription(s, nil)), t.Line("unsubscribe.left", "n", len(left))}}
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.On + button.ID(s.ID)}}}

	return &turn.Reply{Answer: m}, nil
}

// returnToPage puts the page of a list that a button stood on below the reply to it.
func returnToPage(tx *store.Tx, t *turn.Turn, c *store.Chat, r *turn.Reply, page turn.Page, data string) (*turn.Reply, error) {
	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	r = turn.ReplacingReply(r)
	if len(ofPage(page, t.Words, all)) == 0 {
		return r, nil
	}

	var last []adapters.Button

	for _, b := range slices.Concat(r.Answer.Buttons...) {
		last = append(last, adapters.Button{Label: b.Label, Data: b.Data + ":" + data})
	}

	last = append(last, adapters.Button{Label: t.Say("button.done"), Data: button.List + button.ID(c.ID) + ":0"})
	r.Answer.Buttons = chooseButtons(t, c, all, page, last...)

	return r, nil
}

// pressTogether ends subscriptions that were restored together, or restores those
// that were ended together, at a time that the button names.
func (b *Bot) pressTogether(ctx context.Context, t *turn.Turn, c *store.Chat, on bool, at string) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		all, err := endedTogether(tx, t, c, at)
		if err != nil {
			return nil, err
		}

		if on {
			r, err := b.restoreSubscriptions(tx, t, all)
			if err == nil && len(all) > 1 {
				r.Answer.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.OffTogether + button.ID(c.ID) + ":" + at}}}
			}

			return turn.ReplacingReply(r), err
		}

		r, err := endSubscriptions(tx, t, c, all)

		return turn.ReplacingReply(r), err
	})
}

// endedTogether lists the subscriptions of a chat that were ended at a time. The
// token knows them also when they are back.
func endedTogether(tx *store.Tx, t *turn.Turn, c *store.Chat, at string) (all []*store.Subscription, err error) {
	k, err := t.ReadToken(tx, undoWord(c.ID, at))
	if err != nil || k == nil {
		return nil, errors.Join(err, t.Refuse("error.too_late"))
	}

	for part := range strings.SplitSeq(k.Text, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}

		s, err := tx.SubscriptionByID(n)
		if err != nil {
			return nil, err
		}

		all = append(all, s)
	}

	return all, nil
}

// restoreSubscriptions undoes the end of subscriptions. Of those that are back
// already it says the same.
func (b *Bot) restoreSubscriptions(tx *store.Tx, t *turn.Turn, ended []*store.Subscription) (*turn.Reply, error) {
	m := &adapters.Message{}

	var (
		back    []*store.Subscription
		brought []string
	)

	for _, s := range ended {
		read, refused, err := b.restoreSubscription(tx, t, s)
		if err != nil {
			return nil, err
		}

		if refused != nil {
			m.Text = append(m.Text, refused)
			continue
		}

		back, brought = append(back, s), append(brought, read...)
	}

	m.Text = append(t.SubscriptionLines("unsubscribe.restored", back), m.Text...)
	if len(back) == 1 {
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.Off + button.ID(back[0].ID)}}}
		if len(brought) > 0 {
			m.Buttons[0][0] = undoWithBundles(t, back[0], brought)
		}
	}

	return &turn.Reply{Answer: m}, nil
}

// restoreSubscription makes a subscription live again, with the bundles that it brings
// back; refused says why it cannot.
func (b *Bot) restoreSubscription(tx *store.Tx, t *turn.Turn, s *store.Subscription) (brought []string, refused adapters.Line, err error) {
	if s.RemovedAt.IsZero() {
		return nil, nil, nil
	}

	all, err := tx.Subscriptions(s.Chat)
	if err != nil {
		return nil, nil, err
	}

	for _, other := range all {
		if other.Canonical == s.Canonical {
			return nil, t.Line("unsubscribe.already_subscribed", "subscription", t.Subscription(other, nil)), nil
		}
	}

	if len(all) >= b.SubscriptionLimit() {
		return nil, t.Line(limitKey(true), "limit", b.SubscriptionLimit()), nil
	}

	if err := tx.RestoreSubscription(s.ID); err != nil {
		return nil, nil, err
	}

	if brought, err = b.readAgain(tx, t, s); err != nil {
		return nil, nil, err
	}

	return brought, nil, tx.Log(s.Chat, t.PersonID(), "subscribed to #"+strconv.Itoa(s.Number)+" again")
}

// readAgain has a chat read the bundles that a restored subscription names, without which
// it would find nothing, and returns those that it did not read.
func (b *Bot) readAgain(tx *store.Tx, t *turn.Turn, s *store.Subscription) (brought []string, err error) {
	q, wrong := query.ParseCanonical(s.Canonical)
	if wrong != nil {
		return nil, nil // a query of an older version: it is restored as it was
	}

	c, err := tx.ChatByID(s.Chat)
	if err != nil {
		return nil, err
	}

	return b.readNamedBundles(tx, t, c, q)
}
