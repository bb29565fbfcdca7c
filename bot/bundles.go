package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/search"
	"newsbell/bot/start"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

const (
	bundlesPage  = 12  // bundles on a page: three rows on a telephone
	outletsShown = 12  // outlets that a bundle's page names
	bundleName   = "=" // before the ID of a bundle that came from a button
)

// browse shows the bundles by country and topic, those that words name, or one.
func (b *Bot) browse(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	read, err := b.bundlesOf(ctx, dest)
	if err != nil {
		return nil, err
	}

	word, rest := input.CutWord(t.Text)

	switch id, exact := strings.CutPrefix(word, bundleName); {
	case word == "":
		return b.browseReply(t, read), nil
	case exact:
		if one := bundles.ByID(id); one != nil {
			return b.bundleReply(ctx, t, dest, *one, slices.Contains(read, id))
		}

		return t.OldButton(), nil
	case word == string(bundles.Country) || word == string(bundles.Topic):
		page, _ := strconv.Atoi(rest)
		return b.bundlePage(t, bundles.OfKind(bundles.Kind(word), t.Tag()), word, page, read), nil
	}

	found := bundles.Find(t.Text, t.Tag())
	if len(found) == 1 {
		return b.bundleReply(ctx, t, dest, found[0], slices.Contains(read, found[0].ID))
	}

	if len(found) == 0 {
		m := t.Message("bundle.none_like", "words", button.Label(t.Text))
		m.Buttons = [][]adapters.Button{kindButtons(t), {t.Button(t.Say("button.look_on_web"), "sources", turn.Join("add", t.OptionsText(), t.Text))}}

		return m, nil
	}

	m := t.Message("bundle.several", "n", len(found), "words", button.Label(t.Text))
	m.Buttons = bundleButtons(t, found[:min(len(found), bundlesPage)], read)

	return m, nil
}

// bundlesOf reads which bundles a target reads.
func (b *Bot) bundlesOf(ctx context.Context, dest turn.Target) (read []string, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil || c.ID == 0 {
			return err
		}

		read, err = tx.BundlesOf(c.ID)

		return err
	})

	return read, err
}

// browseReply leads to countries, topics, and what is read.
func (b *Bot) browseReply(t *turn.Turn, read []string) *adapters.Message {
	m := t.Message("bundle.browse", "n", len(bundles.All()))
	if len(read) > 0 {
		m.Text = append(m.Text, t.Line("bundle.reading", "names", bundleNames(t, read)))
	}

	var mine []bundles.Bundle

	for _, id := range read {
		if one := bundles.ByID(id); one != nil && len(mine) < bundlesPage {
			mine = append(mine, *one)
		}
	}

	m.Buttons = append([][]adapters.Button{kindButtons(t)}, bundleButtons(t, mine, read)...)
	m.Replace = t.Request.Kind == adapters.PressRequest

	return m
}

func kindButtons(t *turn.Turn) []adapters.Button {
	return []adapters.Button{
		browseButton(t, t.Say("button.countries"), string(bundles.Country)),
		browseButton(t, t.Say("button.topics"), string(bundles.Topic)),
	}
}

// browseButton leads to a page of browse.
func browseButton(t *turn.Turn, label, page string) adapters.Button {
	return t.Button(label, "sources", turn.Join("browse", t.OptionsText(), page))
}

// bundlePage shows a page of the bundles of a kind.
func (b *Bot) bundlePage(t *turn.Turn, all []bundles.Bundle, kind string, page int, read []string) *adapters.Message {
	from, pages := turn.PageRange(len(all), bundlesPage, &page)

	m := t.Message("bundle.page_"+kind, "page", page+1, "pages", pages)
	m.Buttons = bundleButtons(t, all[from:min(from+bundlesPage, len(all))], read)

	button.Add(m, turn.StepButtons(t.Words, page > 0, page < pages-1, func(step int) string { return browseButton(t, "", kind+" "+strconv.Itoa(page+step)).Data })...)

	m.Replace = t.Request.Kind == adapters.PressRequest

	return m
}

// bundleButtons are a button for each bundle, three in a row.
func bundleButtons(t *turn.Turn, list []bundles.Bundle, read []string) (rows [][]adapters.Button) {
	for part := range slices.Chunk(list, 3) {
		var row []adapters.Button

		for _, one := range part {
			label := one.Name(t.Tag())
			if slices.Contains(read, one.ID) {
				label = "✓ " + label
			}

			row = append(row, browseButton(t, button.Label(label), bundleName+one.ID))
		}

		rows = append(rows, row)
	}

	return rows
}

// foreignLines say which topics are in a language that the chat's is not: whoever picks "KI"
// would take it for German.
func foreignLines(t *turn.Turn, picked []bundles.Bundle) (text adapters.Text) {
	named := map[string][]string{}

	for _, one := range picked {
		if in := one.ForeignLanguage(t.Tag()); in != "" {
			named[in] = append(named[in], one.Name(t.Tag()))
		}
	}

	for _, in := range slices.Sorted(maps.Keys(named)) {
		text = append(text, t.Line("bundle.foreign", "language", in, "names", t.And(named[in])))
	}

	return text
}

// bundleReply shows one bundle, with what can be done with it.
func (b *Bot) bundleReply(ctx context.Context, t *turn.Turn, dest turn.Target, one bundles.Bundle, reads bool) (*adapters.Message, error) {
	name := one.Name(t.Tag())

	var outlets []string
	for _, s := range one.Sources[:min(len(one.Sources), outletsShown)] {
		outlets = append(outlets, s.Outlet)
	}

	m := &adapters.Message{Text: adapters.Text{
		t.Line("bundle.head", "name", adapters.Bold(name), "n", len(one.Sources)),
		{adapters.Plain(t.NamesAndMore(outlets, len(one.Sources)-len(outlets)))},
	}}
	m.Text = append(m.Text, foreignLines(t, []bundles.Bundle{one})...)

	options := t.OptionsText()
	if reads {
		m.Text = append(m.Text, t.Line("bundle.is_read"))

		seen, err := b.searchBundle(ctx, t, dest, one.ID)
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, seen.Summary(t.Words)...)
		m.Buttons = [][]adapters.Button{bundleAlertButtons(t, one.ID), {
			t.Button(t.Say("button.stop_reading"), "sources", turn.Join("remove", options, bundleName+one.ID)),
			browseButton(t, t.Say("button.back"), string(one.Kind)),
		}}
	} else {
		m.Buttons = [][]adapters.Button{{
			t.Button(t.Say("button.read"), "sources", turn.Join("add", options, bundleName+one.ID)),
			browseButton(t, t.Say("button.back"), string(one.Kind)),
		}}
	}

	m.Replace = t.Request.Kind == adapters.PressRequest

	return m, nil
}

// searchBundle finds what a chat got of a bundle.
func (b *Bot) searchBundle(ctx context.Context, t *turn.Turn, dest turn.Target, id string) (found *search.Result, err error) {
	err = b.ViewCharged(ctx, t, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		if found, err = search.Run(ctx, tx, c.ID, mustBundleQuery(id), lookBack, quickLimits()); err == nil {
			found.Zone = b.ZoneOf(c)
		}

		return err
	})

	return found, err
}

// bundleAlertButtons subscribe to the stories of a bundle.
func bundleAlertButtons(t *turn.Turn, id string) []adapters.Button {
	options := t.OptionsText()
	q := "bundle:" + id

	return []adapters.Button{
		t.ConfirmedButton(t.Say("button.big_stories"), "subscribe", turn.Join(options, "min:"+strconv.Itoa(start.BigStory), q)),
		t.ConfirmedButton(t.Say("button.once_a_day"), "subscribe", turn.Join(options, "when:daily", q)),
	}
}

// mustBundleQuery is the query for all of a bundle; its ID is one of the catalogue.
func mustBundleQuery(id string) *query.Query {
	q, err := query.Parse("bundle:" + id)
	if err != nil {
		panic(err) // a test parses every ID
	}

	return q
}

// bundleNamed is the bundle that a text means exactly: "=pl", "pl", "Poland"; nil: none.
func bundleNamed(t *turn.Turn, text string) *bundles.Bundle {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), bundleName))

	if one := bundles.ByID(strings.ToLower(strings.ReplaceAll(text, " ", "-"))); one != nil {
		return one
	}

	return bundles.Named(text, t.Tag())
}

// addBundle makes a chat read a bundle.
func (b *Bot) addBundle(ctx context.Context, t *turn.Turn, dest turn.Target, one bundles.Bundle) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		added, err := b.followBundle(tx, t, c, one)
		if err != nil {
			return nil, err
		}

		name, options := one.Name(t.Tag()), t.OptionsText()

		m := t.Message(bundleKey(added), "name", name, "n", len(one.Sources))
		m.Buttons = [][]adapters.Button{bundleAlertButtons(t, one.ID)}

		if added {
			m.Buttons = append(m.Buttons, []adapters.Button{t.Button(t.Say("button.undo"), "sources", turn.Join("remove", options, bundleName+one.ID))})
		}

		m.Replace = t.Request.Kind == adapters.PressRequest

		return &turn.Reply{Answer: m}, nil
	})
}

// bundleKey names the text that says that a bundle is read now.
func bundleKey(added bool) string {
	if added {
		return "bundle.added"
	}

	return "bundle.already"
}

// bundlesPerChat bounds what one chat can make us poll.
const bundlesPerChat = 40

// followBundle has a chat read a bundle. It reports whether that is new.
func (b *Bot) followBundle(tx *store.Tx, t *turn.Turn, c *store.Chat, one bundles.Bundle) (added bool, err error) {
	read, err := tx.BundlesOf(c.ID)
	if err != nil {
		return false, err
	}

	if len(read) >= bundlesPerChat && !slices.Contains(read, one.ID) {
		return false, t.Refuse("bundle.limit", "n", bundlesPerChat)
	}

	added, err = tx.FollowBundle(c.ID, t.Request.User.ID, one.ID, one.AsSources())
	if err == nil && added {
		err = tx.Log(c.ID, t.PersonID(), "began to read the bundle "+one.ID)
	}

	return added, err
}

// removeBundle ends that a chat reads a bundle. Ended twice, it says the same.
func (b *Bot) removeBundle(ctx context.Context, t *turn.Turn, dest turn.Target, one bundles.Bundle) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return nil, err
		}

		err = tx.UnfollowBundle(c.ID, one.ID)
		if err == nil {
			err = tx.Log(c.ID, t.PersonID(), "ended reading the bundle "+one.ID)
		}

		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}

		m := t.Message("bundle.removed", "name", one.Name(t.Tag()))

		named, err := subscriptionsNaming(tx, c.ID, one.ID)
		if err != nil {
			return nil, err
		}

		if len(named) > 0 {
			m.Text = append(m.Text, t.Line("bundle.still_named", "subscriptions", t.Commas(named)))
		}

		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "sources", turn.Join("add", t.OptionsText(), bundleName+one.ID))}}
		m.Replace = t.Request.Kind == adapters.PressRequest

		return &turn.Reply{Answer: m}, nil
	})
}

// subscriptionsNaming lists a chat's subscriptions to what a bundle brings, as "#2 bundle:pl".
func subscriptionsNaming(tx *store.Tx, chat int64, bundle string) (names []string, err error) {
	all, err := tx.Subscriptions(chat)

	for _, s := range all {
		if q, wrong := query.Parse(s.Query); wrong == nil && slices.Contains(q.Bundles(), bundle) {
			names = append(names, "#"+strconv.Itoa(s.Number)+" "+wording.Cut(s.Query, 200))
		}
	}

	return names, err
}

// bundleNames are the names of bundles by their IDs.
func bundleNames(t *turn.Turn, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		if one := bundles.ByID(id); one != nil {
			names[i] = one.Name(t.Tag())
		}
	}

	return t.And(names)
}

// readNamedBundles has a chat read the bundles that a query names, and refuses those
// that are in no catalogue. It returns those that the chat did not read before.
func (b *Bot) readNamedBundles(tx *store.Tx, t *turn.Turn, c *store.Chat, q *query.Query) (brought []string, err error) {
	for _, id := range q.Bundles() {
		one := bundles.ByID(id)
		if one == nil {
			return nil, t.Refuse("bundle.none_like", "words", button.Label(id))
		}

		added, err := b.followBundle(tx, t, c, *one)
		if err != nil {
			return nil, err
		}

		if added {
			brought = append(brought, id)
		}
	}

	return brought, nil
}

// undoWithBundles ends a subscription together with the bundles that it brought.
func undoWithBundles(t *turn.Turn, s *store.Subscription, brought []string) adapters.Button {
	word := t.SaveToken(turn.Token{Command: "unsubscribe", Text: strings.Join(brought, " ")})
	return adapters.Button{Label: t.Say("button.undo"), Data: button.OffBundles + button.ID(s.ID) + ":" + word}
}

// pressOffBundles ends a subscription and what was read because of it. What other
// subscriptions name stays.
func (b *Bot) pressOffBundles(ctx context.Context, t *turn.Turn, n int64, rest string) (*adapters.Message, error) {
	s, c, err := b.subscriptionToManage(ctx, t, n)
	if err != nil {
		return nil, err
	}

	word, data, _ := strings.Cut(rest, ":")

	page, err := b.ParsePage(ctx, t, data)
	if err != nil {
		return nil, err
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		k, err := t.ReadToken(tx, word)
		if err != nil {
			return nil, err
		}

		if s, err = tx.SubscriptionByID(n); err != nil {
			return nil, err
		}

		r, err := endAgain(tx, t, c, s)
		if err != nil || k == nil {
			return turn.ReplacingReply(r), err
		}

		ended, err := unfollowUnnamed(tx, t, c, strings.Fields(k.Text))
		if err != nil {
			return nil, err
		}

		if len(ended) > 0 {
			r.Answer.Text = append(r.Answer.Text, t.Line("bundle.removed", "name", bundleNames(t, ended)))
		}

		if data == "" {
			return turn.ReplacingReply(r), nil
		}

		return returnToPage(tx, t, c, r, page, data)
	})
}

// unfollowUnnamed ends reading those of some bundles that no subscription of a chat names,
// and returns them.
func unfollowUnnamed(tx *store.Tx, t *turn.Turn, c *store.Chat, ids []string) (ended []string, err error) {
	named, err := bundlesNamed(tx, c)
	if err != nil {
		return nil, err
	}

	for _, id := range ids {
		if slices.Contains(named, id) {
			continue
		}

		switch err := tx.UnfollowBundle(c.ID, id); {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			if err := tx.Log(c.ID, t.PersonID(), "ended reading the bundle "+id); err != nil {
				return nil, err
			}
		}

		ended = append(ended, id)
	}

	return ended, nil
}

// SyncBundles brings the sources of the bundles that anybody reads to the catalogue of
// this version.
func SyncBundles(tx *store.Tx) error {
	used, err := tx.BundlesInUse()
	if err != nil {
		return err
	}

	for _, id := range used {
		var list []news.Source
		if one := bundles.ByID(id); one != nil {
			list = one.AsSources()
		}

		if err := tx.SyncBundle(id, list); err != nil {
			return fmt.Errorf("bring bundle %s to the catalogue: %w", id, err)
		}
	}

	return nil
}

// parseScope reads in: and min:.
func parseScope(t *turn.Turn) (scope string, outlets int, err error) {
	switch in := strings.ToLower(t.Options["in"]); in {
	case "", input.ScopeMine:
	case input.ScopeEverywhere:
		scope = store.ScopeEverywhere
	default:
		return "", 0, t.Refuse("bundle.scope_how")
	}

	if least := t.Options["min"]; least != "" && !strings.EqualFold(least, "off") {
		outlets, err = strconv.Atoi(least)
		if err != nil || outlets < 1 || outlets > subscriptions.MostOutlets {
			return "", 0, t.Refuse("bundle.outlets_how")
		}
	}

	return scope, outlets, nil
}

// changeScope gives a subscription the scope and the number of outlets that were asked for.
func changeScope(t *turn.Turn, tx *store.Tx, s *store.Subscription, wanted *newSubscription) error {
	if t.Options["in"] != "" {
		s.Scope = wanted.scope
	}

	if t.Options["min"] != "" {
		s.Outlets = wanted.min
	}

	return tx.SetScope(s.ID, s.Scope, s.Outlets)
}

// addScope says what a subscription is matched against, with a button for the other
// choice where there is one.
func addScope(t *turn.Turn, tx *store.Tx, m *adapters.Message, wanted *newSubscription, s *store.Subscription) error {
	if s.Outlets > 1 {
		m.Text = append(m.Text, t.Line("bundle.min_outlets", "n", s.Outlets))
	}

	n, err := tx.CountSources(s.Chat)
	if err != nil {
		return err
	}

	text := t.ScopeText(s, n)
	if text == "" || len(wanted.query.Bundles()) > 0 {
		return nil
	}

	m.Text = append(m.Text, adapters.Line{adapters.Plain(text)})

	label, scope := t.Say("button.look_everywhere"), input.ScopeEverywhere
	if s.Scope == store.ScopeEverywhere {
		label, scope = t.Say("button.look_mine"), input.ScopeMine
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.ConfirmedButton(label, "subscribe", turn.Join(turn.ToOption(wanted.target), "in:"+scope, s.Query))})

	return nil
}
