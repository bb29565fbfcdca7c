// Package listing is the subscriptions of a chat as people see them: read with its row, listed on
// pages, found by number or words, and offered to choose from. It changes nothing.
package listing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/events"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Reader reads and lists subscriptions. It is safe for concurrent use.
type Reader struct{ *turn.Services }

// Sizes of a page.
const (
	listSize   = 15 // subscriptions that /list shows
	ChooseSize = 8  // subscriptions that are offered as buttons
)

// Reply is a page of the subscriptions of a chat, which where names ("": here).
func (r *Reader) Reply(t *turn.Turn, c *store.Chat, all []*store.Subscription, where string, page turn.Page) *adapters.Message {
	m := &adapters.Message{}

	shown := OfPage(page, t.Words, all)
	if len(shown) == 0 {
		m.Text = NothingFollowed(t.Words, where).Text
		return m
	}

	from, pages := turn.PageRange(len(shown), listSize, &page.Number)

	m.Text = adapters.Say(head(t.Words, len(shown), where, page, pages))
	for _, s := range shown[from:min(from+listSize, len(shown))] {
		m.Text = append(m.Text, Line(t, s, c, r.ZoneOf(c)))
	}

	if state := turn.StateLine(t.Words, c, r.ZoneOf(c)); state != nil {
		m.Text = append(m.Text, adapters.Line{}, state)
	}

	row := turn.PageButtons(t.Words, button.List+button.ID(c.ID)+":", page, pages)
	row = append(row, adapters.Button{Label: t.Say("button.unsubscribe"), Data: button.Choose + button.ID(c.ID) + ":" + page.Data(from/ChooseSize)})

	if c.State == store.Paused {
		row = append(row, adapters.Button{Label: t.Say("button.resume"), Data: button.Resume + button.ID(c.ID)})
	}

	m.Buttons = [][]adapters.Button{row}

	return m
}

// head is "2 subscriptions in #news with drone, page 1 of 3:".
func head(w wording.Words, n int, where string, page turn.Page, pages int) string {
	key := "list.head"
	if where != "" {
		key += "_in"
	}

	if page.Filter != "" {
		key += "_with"
	}

	return w.Paged(w.Say(key, "n", n, "where", where, "words", button.Label(page.Filter)), page.Number, pages)
}

// NothingFollowed says that a chat has no subscription.
func NothingFollowed(w wording.Words, where string) *adapters.Message {
	return w.Message(wording.PickVariant("list.empty", where), "where", where)
}

// Line is a subscription in a list: "#3 drone · every hour".
func Line(t *turn.Turn, s *store.Subscription, c *store.Chat, zone *time.Location) adapters.Line {
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

// OfTarget finds the target of a request and reads its row and subscriptions.
func (r *Reader) OfTarget(ctx context.Context, t *turn.Turn) (dest turn.Target, c *store.Chat, all []*store.Subscription, err error) {
	if dest, err = r.FindTarget(ctx, t); err == nil {
		c, all, err = r.Load(ctx, dest)
	}

	return dest, c, all, err
}

// Load reads the row and the subscriptions of a target.
func (r *Reader) Load(ctx context.Context, dest turn.Target) (c *store.Chat, all []*store.Subscription, err error) {
	err = r.Store.View(ctx, func(tx *store.Tx) error {
		if c, err = turn.FindChat(tx, dest); err != nil || c.ID == 0 {
			return err
		}

		all, err = tx.Subscriptions(c.ID)

		return err
	})

	return c, all, err
}

// LoadToManage reads a subscription and its chat, which the person must be allowed
// to manage.
func (r *Reader) LoadToManage(ctx context.Context, t *turn.Turn, n int64) (s *store.Subscription, c *store.Chat, err error) {
	err = r.Store.View(ctx, func(tx *store.Tx) error {
		if s, err = tx.SubscriptionByID(n); err == nil {
			c, err = tx.ChatByID(s.Chat)
		}

		return err
	})
	if err != nil {
		return nil, nil, err
	}

	return s, c, r.RequireChatManager(ctx, t, c)
}

// SetUpByLine names who set something up, as a line that may look fainter.
func SetUpByLine(t *turn.Turn, who adapters.Span) adapters.Line {
	line := t.Line("server.set_up_by", "who", who)
	for i := range line {
		line[i].Style = adapters.StyleDim
	}

	return line
}

// ChannelLine counts the subscriptions of a channel.
func ChannelLine(w wording.Words, c *store.Chat, n int) adapters.Line {
	if events.IsDeleted(c) {
		return w.Line("list.channel_deleted", "channel", adapters.Bold(c.Title), "n", n)
	}

	return w.Line("list.channel", "channel", adapters.Bold(c.Title), "n", n)
}

// FindByCanonical returns the chat's subscription with the same query, or nil.
func FindByCanonical(tx *store.Tx, chat int64, q *query.Query) (*store.Subscription, error) {
	all, err := tx.Subscriptions(chat)
	for _, s := range all {
		if s.Canonical == q.String() {
			return s, err
		}
	}

	return nil, err
}

// FollowsLine says who follows a subscription; which is "now" or "already".
func FollowsLine(w wording.Words, dest turn.Target, which string, subscription adapters.Span) adapters.Line {
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

// LimitKey names the text that says whose limit is reached.
func LimitKey(ofChat bool) string {
	if ofChat {
		return "subscribe.limit_chat"
	}

	return "subscribe.limit_own"
}
