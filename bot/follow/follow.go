// Package follow is what a chat follows: /subscribe, /unsubscribe, /list, and the buttons that change
// a subscription, end it or take its end back.
//
// Before a query is followed it is tried out, and who types what is probably not meant is asked. Each
// change says in words what holds now, and has a way back that survives being pressed twice.
package follow

import (
	"cmp"
	"context"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/search"
	"newsbell/bot/settings"
	"newsbell/bot/suggest"
	"newsbell/bot/trial"
	"newsbell/bot/turn"
	"newsbell/bot/wish"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// Handler answers what people ask of subscriptions. It is safe for concurrent use.
type Handler struct {
	*turn.Services
	Listing  *listing.Reader
	Trial    *trial.Searcher
	Reading  *reading.Handler  // bundles that a query names, and the feed at an address
	Settings *settings.Handler // guesses the time zone
}

// Wanted is a subscription that somebody asked for and that is not
// saved yet.
type Wanted struct {
	either   string     // the query for any of the names that were joined by *and*; "" none were
	pair     *wish.Pair // whether recent articles have those names as one; nil: none were joined
	Text     string
	Query    *query.Query
	Delivery subscriptions.Delivery
	ping     string
	label    string // as store.Subscription
	scope    string // as store.Subscription
	Min      int    // outlets that have to tell a story
	only     string // as store.Subscription
	Target   turn.Target
	advice   *trial.Advice // nil: none
	guessed  bool          // the time zone was, with it

	together []suggest.Word // that often stand with those of the query
}

// Subscribe follows a query, or offers what stands behind an address. Before it does, it may ask: for
// the query, whether a guess at it is right or so many alerts are wanted (confirmQuery), and
// whether a word is misspelt. A person who was asked once ([turn.Turn.Confirmed]) is not asked again.
func (h *Handler) Subscribe(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.Text == "" {
		return t.Ask(t.Say("ask.subscribe"), t.Say("hint.query"), t.OptionsText()), nil
	}

	if len(dest.Missing) > 0 {
		return nil, turn.AsRefusal(t.MissingRights(dest.Name(t.Words), dest.Missing))
	}

	if input.IsAddress(strings.TrimPrefix(t.Text, reading.Exactly)) && h.Reading.Fetcher != nil {
		return h.Reading.OfferFeed(ctx, t, t.Text)
	}

	wanted, err := h.parseSubscription(ctx, t, dest)
	if err != nil {
		return nil, err
	}

	seen, counter, err := h.tryQuery(ctx, t, wanted)
	if err != nil {
		return nil, err
	}

	if m := confirmQuery(t, wanted, seen); m != nil {
		return m, nil
	}

	if len(wanted.Query.Bundles()) > 0 && seen.Articles == 0 { // it may be read for the first time
		return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return h.addSubscription(tx, t, wanted, nil) })
	}

	if wanted.advice, err = h.Trial.Advise(ctx, t, dest, wanted.Query, seen, "subscribe"); err != nil {
		return nil, err
	}

	if wanted.advice.Misspelt && !t.Confirmed {
		return askSpelling(t, wanted), nil
	}

	wanted.together = counter.Best(wordsOf(wanted.Query), suggested)

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return h.addSubscription(tx, t, wanted, seen) })
}

// tryQuery finds what a new subscription would have caught, and counts the words of that for
// suggestions.
func (h *Handler) tryQuery(ctx context.Context, t *turn.Turn, wanted *Wanted) (*search.Result, *suggest.Counter, error) {
	limits, counter := search.Scoped(search.Quick(), wanted.scope, wanted.Min), suggest.NewCounter()
	limits.Each = func(a *store.Article, matches bool) {
		if wanted.pair != nil {
			wanted.pair.Add(a.News.Title + "\n" + a.News.Summary)
		}

		counter.Add(a.News.Title, a.News.Summary, cmp.Or(a.Story, -a.ID), matches)
	}

	seen, err := h.Trial.Search(ctx, t, wanted.Target, wanted.Query, limits)
	if wanted.pair != nil && wanted.pair.IsOneName() {
		wanted.either = ""
	}

	return seen, counter, err
}

// parseSubscription reads the query and the options of /subscribe.
func (h *Handler) parseSubscription(ctx context.Context, t *turn.Turn, dest turn.Target) (*Wanted, error) {
	wanted := &Wanted{Text: t.Text, Target: dest}

	if t.Request.Kind == adapters.TextRequest { // in words: who writes /subscribe has seen what it reads
		if either, ok := wish.Either(t.Text, t.Code()); ok {
			wanted.either, wanted.pair = either, wish.NewPair(t.Text, t.Code())
		}
	}

	if c, ok := wish.Connect(t.Text, t.Code()); ok && c.Excludes == "" && !t.Confirmed {
		t.Text = c.Query // the reply says in words what it is read as
		wanted.Text = c.Query
	}

	var err error
	if wanted.Query, err = query.Parse(t.Text); err != nil {
		return nil, turn.AsRefusal(t.QueryErrorReply(err, "subscribe", t.OptionsText(), t.Text))
	}

	wanted.Text = input.OnOneLine(t.Text, wanted.Query)
	if wanted.Delivery, err = changedDelivery(t, subscriptions.Delivery{}); err != nil {
		t.AskAgain()
		return nil, err
	}

	if wanted.scope, wanted.Min, err = trial.ParseScope(t); err != nil {
		return nil, err
	}

	if wanted.only, err = h.parseOnly(t); err != nil {
		t.AskAgain()
		return nil, err
	}

	if wanted.Delivery.Thread {
		if err := h.CheckThreads(ctx, t, dest); err != nil {
			return nil, err
		}
	}

	if wanted.ping, err = h.parsePing(ctx, t, dest); err != nil {
		return nil, err
	}

	if wanted.label, err = h.parseLabel(ctx, t, dest); err != nil {
		return nil, err
	}

	return wanted, nil
}
