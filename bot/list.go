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
	"newsbell/bot/input"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Sizes of a page.
const (
	listSize   = 15 // subscriptions that /list shows
	chooseSize = 8  // subscriptions that are offered as buttons
)

// listPage is what part of a chat's subscriptions is shown.
type listPage struct {
	number int    // from 0
	filter string // words or numbers that the subscriptions must have; "" shows all
	word   string // of the token that holds the filter
}

// data writes the page for the data of a button.
func (p listPage) data(number int) string {
	if p.word == "" {
		return strconv.Itoa(number)
	}

	return strconv.Itoa(number) + ":" + p.word
}

// newListPage is the first page of the subscriptions that meet a filter.
func (t *turn) newListPage(filter string) listPage {
	if filter == "" {
		return listPage{}
	}

	return listPage{filter: filter, word: t.saveToken(token{Who: t.personID(), Command: "list", Text: filter})}
}

// parseListPage reads the page in the data of a button: "2" or "2:word". Without its
// token, which is valid for a day, a filter is dropped.
func (b *Bot) parseListPage(ctx context.Context, t *turn, data string) (p listPage, err error) {
	number, word, _ := strings.Cut(data, ":")
	p.number, _ = strconv.Atoi(number)

	if word == "" {
		return p, nil
	}

	k, err := b.token(ctx, t, word)
	if k != nil {
		p.word, p.filter = word, k.Text
	}

	return p, err
}

// of returns the subscriptions that meet the filter.
func (p listPage) of(w words, all []*store.Subscription) []*store.Subscription {
	if p.filter == "" {
		return all
	}

	return w.filterSubscriptions(p.filter, all)
}

// list shows what a target follows; words after the command filter it.
func (b *Bot) list(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text != "" && len(all) > 0 && len(t.filterSubscriptions(t.text, all)) == 0 {
		return t.say("list.nothing_listed", "n", len(all), "words", buttonLabel(t.text)), nil
	}

	m := b.listReply(t, c, all, dest.name(t.words), t.newListPage(t.text))
	if t.r.Chat.Server != "" && t.options["to"] == "" {
		if err := b.addChannels(ctx, t, m); err != nil {
			return nil, err
		}
	}

	if t.private() && t.options["to"] == "" && t.text == "" && t.r.User.ID != "" {
		if err := b.addOtherChats(ctx, t, m); err != nil {
			return nil, err
		}
	}

	return m, nil
}

// listReply is a page of the subscriptions of a chat, which where names ("": here).
func (b *Bot) listReply(t *turn, c *store.Chat, all []*store.Subscription, where string, page listPage) *adapters.Message {
	m := &adapters.Message{}

	shown := page.of(t.words, all)
	if len(shown) == 0 {
		m.Text = t.nothingFollowed(where).Text
		return m
	}

	from, pages := pageRange(len(shown), listSize, &page.number)

	m.Text = adapters.Say(t.listHead(len(shown), where, page, pages))
	for _, s := range shown[from:min(from+listSize, len(shown))] {
		m.Text = append(m.Text, t.listLine(s, c, b.zoneOf(c)))
	}

	if state := t.state(c, b.zoneOf(c)); state != nil {
		m.Text = append(m.Text, adapters.Line{}, state)
	}

	row := t.pageButtons(pressList+formatID(c.ID)+":", page, pages)
	row = append(row, adapters.Button{Label: t.Say("button.unsubscribe"), Data: pressChoose + formatID(c.ID) + ":" + page.data(from/chooseSize)})

	if c.State == store.Paused {
		row = append(row, adapters.Button{Label: t.Say("button.resume"), Data: pressResume + formatID(c.ID)})
	}

	m.Buttons = [][]adapters.Button{row}

	return m
}

// listHead is "2 subscriptions in #news with drone, page 1 of 3:".
func (w words) listHead(n int, where string, page listPage, pages int) string {
	key := "list.head"
	if where != "" {
		key += "_in"
	}

	if page.filter != "" {
		key += "_with"
	}

	return w.Paged(w.Say(key, "n", n, "where", where, "words", buttonLabel(page.filter)), page.number, pages)
}

// nothingFollowed says that a chat has no subscription.
func (w words) nothingFollowed(where string) *adapters.Message {
	return w.say(wording.PickVariant("list.empty", where), "where", where)
}

// listLine is a subscription in a list: "#3 drone · every hour".
func (t *turn) listLine(s *store.Subscription, c *store.Chat, zone *time.Location) adapters.Line {
	line := adapters.Line{adapters.Bold("#" + strconv.Itoa(s.Number)), adapters.Plain(" " + wording.Cut(t.Spell(s.Query), 200))}
	for _, how := range t.DeliveryNotes(s, c, zone) {
		line = append(line, adapters.Plain(" · "+how))
	}

	line = append(line, t.ScopeSpans(s)...)

	if s.Ping != "" {
		line = append(append(line, adapters.Plain(" · ")), t.RoleSpans(s.Ping)...)
	}

	if s.Label != "" && chatInfo(c).Kind == adapters.Forum {
		line = append(line, adapters.Plain(" · "+t.Say("list.label", "label", s.Label)))
	}

	return line
}

// unsubscribe ends the subscriptions that numbers or words name. Where that is not clear, it offers
// them to choose from.
func (b *Bot) unsubscribe(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return t.nothingFollowed(dest.name(t.words)), nil
	}

	if t.text == "" {
		return chooseSubscription(t, c, all, listPage{}), nil
	}

	if strings.EqualFold(t.text, "all") {
		m := t.say("unsubscribe.all", "n", len(all))
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.unsubscribe_all"), Data: pressOffAll + formatID(c.ID), Danger: true}, {Label: t.Say("button.keep"), Data: pressNothing}}}

		return m, nil
	}

	found := t.selectSubscriptions(t.text, all)
	if found.clear {
		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
			r, err := endSubscriptions(tx, t, c, found.like)
			if err == nil && len(found.missing) > 0 {
				r.Answer.Text = append(r.Answer.Text, t.MissingNumbers(found.missing))
			}

			return r, err
		})
	}

	if len(found.like) == 0 {
		m := chooseSubscription(t, c, all, listPage{})
		m.Text = t.Lines("unsubscribe.no_such", "what", buttonLabel(t.text))

		return m, nil
	}

	m := chooseSubscription(t, c, all, t.newListPage(t.text))
	m.Text = t.Lines("unsubscribe.several", "n", len(found.like), "words", buttonLabel(t.text))

	return m, nil
}

// targetSubscriptions finds the target of a request and reads its row and subscriptions.
func (b *Bot) targetSubscriptions(ctx context.Context, t *turn) (dest target, c *store.Chat, all []*store.Subscription, err error) {
	if dest, err = b.findTarget(ctx, t); err == nil {
		c, all, err = b.loadSubscriptions(ctx, dest)
	}

	return dest, c, all, err
}

// loadSubscriptions reads the row and the subscriptions of a target.
func (b *Bot) loadSubscriptions(ctx context.Context, dest target) (c *store.Chat, all []*store.Subscription, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if c, err = findChat(tx, dest); err != nil || c.ID == 0 {
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
func (w words) selectSubscriptions(text string, all []*store.Subscription) (found selection) {
	found.like = w.filterSubscriptions(text, all)

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
func (w words) namesExactly(text string, all []*store.Subscription) bool {
	if _, numbers := input.ParseNumbers(text); numbers {
		return w.selectSubscriptions(text, all).clear
	}

	return findByQuery(text, all) != nil
}

// filterSubscriptions returns the subscriptions with the numbers, or with all the
// words in their query.
func (w words) filterSubscriptions(text string, all []*store.Subscription) (found []*store.Subscription) {
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
func (b *Bot) edit(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, c, all, err := b.targetSubscriptions(ctx, t)
	if err != nil {
		return nil, err
	}

	number, typed := input.CutWord(t.text)

	s := findByNumber(all, number)
	if s == nil {
		return t.say("list.no_number", "number", buttonLabel(number)), nil
	}

	q, err := query.Parse(typed)
	if err != nil {
		return t.queryErrorReply(err, "edit", joinWords(toOption(dest), number), typed), nil
	}

	seen, err := b.search(ctx, t, dest, q, scopedLimits(quickLimits(), s.Scope, s.Outlets))
	if err != nil {
		return nil, err
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		if err := b.replaceQuery(tx, t, dest, c, s, typed, q); err != nil {
			return nil, err
		}

		m := &adapters.Message{Text: adapters.Text{t.Line("subscribe.changed", "subscription", adapters.Bold(fmt.Sprintf("#%d %s", s.Number, t.InWords(q))))}}
		m.Text = append(append(m.Text, t.WarningLines(q)...), seen.Summary(t.Words)...)
		m.Buttons = [][]adapters.Button{{t.button(t.Say("button.undo"), "edit", joinWords(toOption(dest), number, s.Query))}}

		return &reply{Answer: m}, nil
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
func (b *Bot) replaceQuery(tx *store.Tx, t *turn, dest target, c *store.Chat, s *store.Subscription, typed string, q *query.Query) error {
	known, err := findByCanonical(tx, c.ID, q)
	if err != nil {
		return err
	}

	if known != nil && known.ID != s.ID {
		return &refusal{&adapters.Message{Text: adapters.Text{t.follows(dest, "already", t.Subscription(known, q))}}}
	}

	if _, err := b.readNamedBundles(tx, t, c, q); err != nil {
		return err
	}

	return errors.Join(
		tx.SetQuery(s.ID, input.OnOneLine(typed, q), q.String()),
		tx.Log(c.ID, t.personID(), fmt.Sprintf("changed the query of #%d", s.Number)),
	)
}

// undoWord is the word of the token that holds which subscriptions of a chat were
// ended together.
func undoWord(chat int64, at string) string { return "undo:" + formatID(chat) + ":" + at }

// endSubscriptions removes subscriptions and makes the reply.
func endSubscriptions(tx *store.Tx, t *turn, c *store.Chat, meant []*store.Subscription) (*reply, error) {
	for _, s := range meant {
		if err := tx.RemoveSubscription(s.ID); err != nil {
			return nil, err
		}

		if err := tx.Log(c.ID, t.personID(), "unsubscribed from #"+strconv.Itoa(s.Number)); err != nil {
			return nil, err
		}
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: append(t.SubscriptionLines("unsubscribe.ended", meant), t.Line("unsubscribe.left", "n", len(left)))}

	undo := pressOn + formatID(meant[0].ID)

	if len(meant) > 1 {
		at := formatID(tx.Now.UnixMilli())
		undo = pressOnAll + formatID(c.ID) + ":" + at
		t.keepToken(undoWord(c.ID, at), token{Command: "unsubscribe", Text: idList(meant)})
	}

	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: undo}}}

	return &reply{Answer: m}, nil
}

// idList is the rows of subscriptions for a token, "1,2,5".
func idList(all []*store.Subscription) string {
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = formatID(s.ID)
	}

	return strings.Join(ids, ",")
}

// chooseSubscription offers a chat's subscriptions as buttons that end them and come
// back to the same page.
func chooseSubscription(t *turn, c *store.Chat, all []*store.Subscription, page listPage) *adapters.Message {
	m := t.say("ask.unsubscribe")
	m.Buttons = chooseButtons(t, c, all, page, adapters.Button{Label: t.Say("button.cancel"), Data: pressNothing})

	return m
}

// chooseButtons are the buttons of a page of subscriptions to choose from, and last those that follow.
func chooseButtons(t *turn, c *store.Chat, all []*store.Subscription, page listPage, last ...adapters.Button) [][]adapters.Button {
	shown := page.of(t.words, all)
	from, pages := pageRange(len(shown), chooseSize, &page.number)

	var offered []adapters.Button
	for _, s := range shown[from:min(from+chooseSize, len(shown))] {
		offered = append(offered, adapters.Button{
			Label: buttonLabel("#" + strconv.Itoa(s.Number) + " " + t.Spell(s.Query)),
			Data:  pressOff + formatID(s.ID) + ":" + page.data(page.number),
		})
	}

	return layoutButtons(c.Platform, offered, append(t.pageButtons(pressChoose+formatID(c.ID)+":", page, pages), last...))
}

// discordRows is how many rows of buttons Discord shows ("Action Row" in its
// documentation: five).
const discordRows = 5

// layoutButtons puts choices into rows, one each where there is room, with the
// row last below them.
func layoutButtons(platform string, offered, last []adapters.Button) [][]adapters.Button {
	each := 1
	if platform == discord {
		each = (len(offered) + discordRows - 2) / (discordRows - 1)
	}

	var rows [][]adapters.Button
	for row := range slices.Chunk(offered, max(each, 1)) {
		rows = append(rows, row)
	}

	if len(last) > 0 {
		rows = append(rows, last)
	}

	return rows
}

// pageRange clamps page to the pages there are, and returns the index of its
// first item and the number of pages.
func pageRange(n, size int, page *int) (from, pages int) {
	pages = max((n+size-1)/size, 1)
	*page = max(0, min(*page, pages-1))

	return *page * size, pages
}

// pageButtons lead to the neighbouring pages of a list; data is what stands before the page.
func (w words) pageButtons(data string, page listPage, pages int) []adapters.Button {
	return w.turnButtons(page.number > 0, page.number < pages-1, func(step int) string { return data + page.data(page.number+step) })
}

// turnButtons lead to the page before (step -1) and to the one after (step 1), where there are
// such pages. data returns what the button to one carries.
func (w words) turnButtons(before, after bool, data func(step int) string) (row []adapters.Button) {
	if before {
		row = append(row, adapters.Button{Label: w.Say("button.back"), Data: data(-1)})
	}

	if after {
		row = append(row, adapters.Button{Label: w.Say("button.next"), Data: data(1)})
	}

	return row
}

// addRow adds a row of buttons to a message, none if there are none.
func addRow(m *adapters.Message, row ...adapters.Button) {
	if len(row) > 0 {
		m.Buttons = append(m.Buttons, row)
	}
}

// pressSubscription ends a subscription or takes its end back. Pressed twice, it
// shows the same again. page is where the button stands in a list, "" if in none.
func (b *Bot) pressSubscription(ctx context.Context, t *turn, n int64, on bool, data string) (*adapters.Message, error) {
	_, c, err := b.subscriptionToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	page, err := b.parseListPage(ctx, t, data)
	if err != nil {
		return nil, err
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		s, err := tx.SubscriptionByID(n)
		if err != nil {
			return nil, err
		}

		var r *reply
		if on {
			r, err = b.restoreSubscriptions(tx, t, []*store.Subscription{s})
		} else {
			r, err = endAgain(tx, t, c, s)
		}

		if err != nil || data == "" {
			return replaceInPlace(r), err
		}

		return returnToPage(tx, t, c, r, page, data)
	})
}

// subscriptionToManage reads a subscription and its chat, which the person must be allowed
// to manage.
func (b *Bot) subscriptionToManage(ctx context.Context, t *turn, n int64) (s *store.Subscription, c *store.Chat, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		if s, err = tx.SubscriptionByID(n); err == nil {
			c, err = tx.ChatByID(s.Chat)
		}

		return err
	})
	if err != nil {
		return nil, nil, err
	}

	return s, c, b.requireChatManager(ctx, t, c)
}

// endAgain ends a subscription; of one that is ended already it says the same.
func endAgain(tx *store.Tx, t *turn, c *store.Chat, s *store.Subscription) (*reply, error) {
	if s.RemovedAt.IsZero() {
		return endSubscriptions(tx, t, c, []*store.Subscription{s})
	}

	left, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{Text: adapters.Text{t.Line("unsubscribe.ended", "subscription", t.Subscription(s, nil)), t.Line("unsubscribe.left", "n", len(left))}}
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: pressOn + formatID(s.ID)}}}

	return &reply{Answer: m}, nil
}

// returnToPage puts the page of a list that a button stood on below the reply to it.
func returnToPage(tx *store.Tx, t *turn, c *store.Chat, r *reply, page listPage, data string) (*reply, error) {
	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	r = replaceInPlace(r)
	if len(page.of(t.words, all)) == 0 {
		return r, nil
	}

	var last []adapters.Button

	for _, b := range slices.Concat(r.Answer.Buttons...) {
		last = append(last, adapters.Button{Label: b.Label, Data: b.Data + ":" + data})
	}

	last = append(last, adapters.Button{Label: t.Say("button.done"), Data: pressList + formatID(c.ID) + ":0"})
	r.Answer.Buttons = chooseButtons(t, c, all, page, last...)

	return r, nil
}

// pressTogether ends subscriptions that were restored together, or restores those
// that were ended together, at a time that the button names.
func (b *Bot) pressTogether(ctx context.Context, t *turn, c *store.Chat, on bool, at string) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		all, err := endedTogether(tx, t, c, at)
		if err != nil {
			return nil, err
		}

		if on {
			r, err := b.restoreSubscriptions(tx, t, all)
			if err == nil && len(all) > 1 {
				r.Answer.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: pressOffTogether + formatID(c.ID) + ":" + at}}}
			}

			return replaceInPlace(r), err
		}

		r, err := endSubscriptions(tx, t, c, all)

		return replaceInPlace(r), err
	})
}

// endedTogether lists the subscriptions of a chat that were ended at a time. The
// token knows them also when they are back.
func endedTogether(tx *store.Tx, t *turn, c *store.Chat, at string) (all []*store.Subscription, err error) {
	k, err := t.readToken(tx, undoWord(c.ID, at))
	if err != nil || k == nil {
		return nil, errors.Join(err, t.refuse("error.too_late"))
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
func (b *Bot) restoreSubscriptions(tx *store.Tx, t *turn, ended []*store.Subscription) (*reply, error) {
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
		m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: pressOff + formatID(back[0].ID)}}}
		if len(brought) > 0 {
			m.Buttons[0][0] = t.undoWithBundles(back[0], brought)
		}
	}

	return &reply{Answer: m}, nil
}

// restoreSubscription makes a subscription live again, with the bundles that it brings
// back; refused says why it cannot.
func (b *Bot) restoreSubscription(tx *store.Tx, t *turn, s *store.Subscription) (brought []string, refused adapters.Line, err error) {
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

	if len(all) >= b.subscriptionLimit() {
		return nil, t.Line(limitKey(true), "limit", b.subscriptionLimit()), nil
	}

	if err := tx.RestoreSubscription(s.ID); err != nil {
		return nil, nil, err
	}

	if brought, err = b.readAgain(tx, t, s); err != nil {
		return nil, nil, err
	}

	return brought, nil, tx.Log(s.Chat, t.personID(), "subscribed to #"+strconv.Itoa(s.Number)+" again")
}

// readAgain has a chat read the bundles that a restored subscription names, without which
// it would find nothing, and returns those that it did not read.
func (b *Bot) readAgain(tx *store.Tx, t *turn, s *store.Subscription) (brought []string, err error) {
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
