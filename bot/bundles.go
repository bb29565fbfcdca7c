package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"newsbell/adapters"
	"newsbell/bot/start"
	"newsbell/news"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

const (
	bundlesPage  = 12  // bundles on a page: three rows on a telephone
	outletsShown = 12  // outlets that a bundle's page names
	bundleName   = "=" // before the ID of a bundle that came from a button
)

// browse shows the bundles by country and topic, those that words name, or one.
func (b *Bot) browse(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	read, err := b.bundlesOf(ctx, p)
	if err != nil {
		return nil, err
	}

	word, rest := cutWord(t.text)

	switch id, exact := strings.CutPrefix(word, bundleName); {
	case word == "":
		return b.browseReply(t, read), nil
	case exact:
		if one := bundles.ByID(id); one != nil {
			return b.bundleReply(ctx, t, p, *one, slices.Contains(read, id))
		}

		return b.oldButton(), nil
	case word == string(bundles.Country) || word == string(bundles.Topic):
		page, _ := strconv.Atoi(rest)
		return b.bundlePage(t, bundles.OfKind(bundles.Kind(word), t.tag()), word, page, read), nil
	}

	found := bundles.Find(t.text, t.tag())
	if len(found) == 1 {
		return b.bundleReply(ctx, t, p, found[0], slices.Contains(read, found[0].ID))
	}

	if len(found) == 0 {
		m := say(textNoBundle(t.text))
		m.Buttons = [][]adapters.Button{t.kindButtons(), {t.button(btnAddAsSource, "sources", strings.TrimSpace("add "+t.optionsText()+" "+t.text))}}

		return m, nil
	}

	m := say(textSeveralBundles(len(found), t.text))
	m.Buttons = t.bundleButtons(found[:min(len(found), bundlesPage)], read)

	return m, nil
}

// tag is the language in which bundles are named.
func (t *turn) tag() language.Tag { return language.English }

// bundlesOf reads which bundles a target reads.
func (b *Bot) bundlesOf(ctx context.Context, p target) (read []string, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := findChat(tx, p)
		if err != nil || c.ID == 0 {
			return err
		}

		read, err = tx.BundlesOf(c.ID)

		return err
	})

	return read, err
}

// browseReply leads to countries, topics, and what is read.
func (b *Bot) browseReply(t *turn, read []string) *adapters.Message {
	m := say(textBrowse(len(bundles.All())))
	if len(read) > 0 {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textReading(t.bundleNames(read)))})
	}

	var mine []bundles.Bundle

	for _, id := range read {
		if one := bundles.ByID(id); one != nil && len(mine) < bundlesPage {
			mine = append(mine, *one)
		}
	}

	m.Buttons = append([][]adapters.Button{t.kindButtons()}, t.bundleButtons(mine, read)...)
	m.Replace = t.r.Kind == adapters.PressRequest

	return m
}

func (t *turn) kindButtons() []adapters.Button {
	return []adapters.Button{
		t.browseButton(btnCountries, string(bundles.Country)),
		t.browseButton(btnTopics, string(bundles.Topic)),
	}
}

// browseButton leads to a page of browse.
func (t *turn) browseButton(label, page string) adapters.Button {
	return t.button(label, "sources", strings.TrimSpace("browse "+t.optionsText()+" "+page))
}

// bundlePage shows a page of the bundles of a kind.
func (b *Bot) bundlePage(t *turn, all []bundles.Bundle, kind string, page int, read []string) *adapters.Message {
	from, pages := pageRange(len(all), bundlesPage, &page)

	m := say(textBundlePage(kind, page, pages))
	m.Buttons = t.bundleButtons(all[from:min(from+bundlesPage, len(all))], read)

	var row []adapters.Button
	if page > 0 {
		row = append(row, t.browseButton(btnBack, kind+" "+strconv.Itoa(page-1)))
	}

	if page < pages-1 {
		row = append(row, t.browseButton(btnNext, kind+" "+strconv.Itoa(page+1)))
	}

	m.Buttons = append(m.Buttons, row)
	m.Replace = t.r.Kind == adapters.PressRequest

	return m
}

// bundleButtons are a button for each bundle, three in a row.
func (t *turn) bundleButtons(list []bundles.Bundle, read []string) (rows [][]adapters.Button) {
	for part := range slices.Chunk(list, 3) {
		var row []adapters.Button

		for _, one := range part {
			label := one.Name(t.tag())
			if slices.Contains(read, one.ID) {
				label = "✓ " + label
			}

			row = append(row, t.browseButton(buttonLabel(label), bundleName+one.ID))
		}

		rows = append(rows, row)
	}

	return rows
}

// bundleReply shows one bundle, with what can be done with it.
func (b *Bot) bundleReply(ctx context.Context, t *turn, p target, one bundles.Bundle, reads bool) (*adapters.Message, error) {
	name := one.Name(t.tag())

	var outlets []string
	for _, s := range one.Sources[:min(len(one.Sources), outletsShown)] {
		outlets = append(outlets, s.Outlet)
	}

	m := &adapters.Message{Text: adapters.Text{
		{adapters.Bold(name), adapters.Plain(textOutlets(len(one.Sources)))},
		{adapters.Plain(textNamed(outlets, len(one.Sources)-len(outlets)))},
	}}

	options := t.optionsText()
	if reads {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textBundleRead)})

		seen, err := b.search(ctx, t, p, mustBundleQuery(one.ID), quickLimits())
		if err != nil {
			return nil, err
		}

		m.Text = append(m.Text, seen.summaryLines()...)
		m.Buttons = [][]adapters.Button{t.bundleAlertButtons(one.ID), {
			t.button(btnStopReading, "sources", strings.TrimSpace("remove "+options+" "+bundleName+one.ID)),
			t.browseButton(btnBack, string(one.Kind)),
		}}
	} else {
		m.Buttons = [][]adapters.Button{{
			t.button(btnRead, "sources", strings.TrimSpace("add "+options+" "+bundleName+one.ID)),
			t.browseButton(btnBack, string(one.Kind)),
		}}
	}

	m.Replace = t.r.Kind == adapters.PressRequest

	return m, nil
}

// bundleAlertButtons subscribe to the stories of a bundle.
func (t *turn) bundleAlertButtons(id string) []adapters.Button {
	options := t.optionsText()
	q := "bundle:" + id

	return []adapters.Button{
		t.sureButton(btnBigStories, "subscribe", strings.TrimSpace(options+" min:"+strconv.Itoa(start.BigStory)+" "+q)),
		t.sureButton(btnOnceADay, "subscribe", strings.TrimSpace(options+" when:daily "+q)),
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
func (t *turn) bundleNamed(text string) *bundles.Bundle {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), bundleName))

	if one := bundles.ByID(strings.ToLower(strings.ReplaceAll(text, " ", "-"))); one != nil {
		return one
	}

	return bundles.Named(text, t.tag())
}

// addBundle makes a chat read a bundle.
func (b *Bot) addBundle(ctx context.Context, t *turn, p target, one bundles.Bundle) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, err := t.ensureChat(tx, p)
		if err != nil {
			return nil, err
		}

		added, err := b.followBundle(tx, t, c, one)
		if err != nil {
			return nil, err
		}

		name, options := one.Name(t.tag()), t.optionsText()

		m := say(textBundleAdded(name, len(one.Sources), added))
		m.Buttons = [][]adapters.Button{t.bundleAlertButtons(one.ID)}

		if added {
			m.Buttons = append(m.Buttons, []adapters.Button{t.button(btnUndo, "sources", strings.TrimSpace("remove "+options+" "+bundleName+one.ID))})
		}

		m.Replace = t.r.Kind == adapters.PressRequest

		return &reply{Answer: m}, nil
	})
}

// bundlesPerChat bounds what one chat can make us poll.
const bundlesPerChat = 40

// followBundle has a chat read a bundle. It reports whether that is new.
func (b *Bot) followBundle(tx *store.Tx, t *turn, c *store.Chat, one bundles.Bundle) (added bool, err error) {
	read, err := tx.BundlesOf(c.ID)
	if err != nil {
		return false, err
	}

	if len(read) >= bundlesPerChat && !slices.Contains(read, one.ID) {
		return false, refuse(textBundleLimit(bundlesPerChat))
	}

	added, err = tx.FollowBundle(c.ID, t.r.User.ID, one.ID, one.AsSources())
	if err == nil && added {
		err = tx.Log(c.ID, t.personID(), "began to read the bundle "+one.ID)
	}

	return added, err
}

// removeBundle ends that a chat reads a bundle. Ended twice, it says the same.
func (b *Bot) removeBundle(ctx context.Context, t *turn, p target, one bundles.Bundle) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		c, err := findChat(tx, p)
		if err != nil {
			return nil, err
		}

		err = tx.UnfollowBundle(c.ID, one.ID)
		if err == nil {
			err = tx.Log(c.ID, t.personID(), "ended reading the bundle "+one.ID)
		}

		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}

		m := say(textBundleRemoved(one.Name(t.tag())))
		m.Buttons = [][]adapters.Button{{t.button(btnUndo, "sources", strings.TrimSpace("add "+t.optionsText()+" "+bundleName+one.ID))}}
		m.Replace = t.r.Kind == adapters.PressRequest

		return &reply{Answer: m}, nil
	})
}

// bundleNames are the names of bundles by their IDs.
func (t *turn) bundleNames(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		if one := bundles.ByID(id); one != nil {
			names[i] = one.Name(t.tag())
		}
	}

	return joinWords(names)
}

// readNamedBundles has a chat read the bundles that a query names, and refuses those
// that are in no catalogue.
func (b *Bot) readNamedBundles(tx *store.Tx, t *turn, c *store.Chat, q *query.Query) error {
	for _, id := range q.Bundles() {
		one := bundles.ByID(id)
		if one == nil {
			return refuse(textNoBundle(id))
		}

		if _, err := b.followBundle(tx, t, c, *one); err != nil {
			return err
		}
	}

	return nil
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

// What is said of bundles.
const (
	btnCountries   = "Countries"
	btnTopics      = "Topics"
	btnRead        = "Read these"
	btnStopReading = "Stop reading"
	btnBigStories  = "Big stories at once"
	btnAddAsSource = "Look for it on the web"
	textBundleRead = "You read these: your keywords look there too."
)

func textBrowse(n int) string {
	return fmt.Sprintf("I know the outlets of %d countries and topics. Pick what you'd like to read, or search: /sources browse brazil", n)
}

func textReading(names string) string { return "You read " + names + "." }

func textBundlePage(kind string, page, pages int) string {
	what := "Countries"
	if kind == string(bundles.Topic) {
		what = "Topics"
	}

	return fmt.Sprintf("%s (page %d of %d). Which one?", what, page+1, pages)
}

func textNoBundle(words string) string {
	return fmt.Sprintf("I have no country or topic called %s. Browse what there is:", buttonLabel(words))
}

func textSeveralBundles(n int, words string) string {
	return fmt.Sprintf("%d match %s. Which one?", n, buttonLabel(words))
}

func textOutlets(n int) string { return " · " + plural(n, "outlet", "outlets") }

func textNamed(outlets []string, more int) string {
	if more == 0 {
		return joinWords(outlets)
	}

	return fmt.Sprintf("%s and %d more", strings.Join(outlets, ", "), more)
}

func textBundleAdded(name string, n int, added bool) string {
	if !added {
		return "You already read " + name + "."
	}

	return fmt.Sprintf("You now read %s: %s. Your keywords look there too. Do you also want its own news?", name, plural(n, "outlet", "outlets"))
}

func textBundleRemoved(name string) string { return "You no longer read " + name + "." }

func textBundleLimit(n int) string {
	return fmt.Sprintf("This chat already reads %d countries and topics. Stop one first: /sources browse", n)
}

// scopeText says what a subscription is matched against, where that is a choice; ""
// where it is none.
func scopeText(s *store.Subscription, n store.SourceCounts) string {
	switch {
	case n.Read == n.Everywhere:
		return ""
	case s.Scope == store.ScopeEverywhere:
		return fmt.Sprintf("I look everywhere: in all %s that I read.", plural(n.Everywhere, "source", "sources"))
	default:
		return fmt.Sprintf("I look in the %s you read.", plural(n.Read, "source", "sources"))
	}
}

// What in: takes.
const (
	scopeMine       = "mine"
	scopeEverywhere = "everywhere"
)

// parseScope reads in: and min:.
func (t *turn) parseScope() (scope string, outlets int, err error) {
	switch in := strings.ToLower(t.options["in"]); in {
	case "", scopeMine:
	case scopeEverywhere:
		scope = store.ScopeEverywhere
	default:
		return "", 0, refuse(textScopeHow)
	}

	if least := t.options["min"]; least != "" {
		outlets, err = strconv.Atoi(least)
		if err != nil || outlets < 1 || outlets > mostOutlets {
			return "", 0, refuse(textOutletsHow)
		}
	}

	return scope, outlets, nil
}

// mostOutlets is the largest number that min: takes.
const mostOutlets = 50

// changeScope gives a subscription the scope and the number of outlets that were asked for.
func (t *turn) changeScope(tx *store.Tx, s *store.Subscription, w *newSubscription) error {
	if t.options["in"] != "" {
		s.Scope = w.scope
	}

	if t.options["min"] != "" {
		s.Outlets = w.min
	}

	return tx.SetScope(s.ID, s.Scope, s.Outlets)
}

// addScope says what a subscription is matched against, with a button for the other
// choice where there is one.
func (t *turn) addScope(tx *store.Tx, m *adapters.Message, w *newSubscription, s *store.Subscription) error {
	if s.Outlets > 1 {
		m.Text = append(m.Text, adapters.Line{adapters.Plain(textMinOutlets(s.Outlets))})
	}

	n, err := tx.CountSources(s.Chat)
	if err != nil {
		return err
	}

	text := scopeText(s, n)
	if text == "" || len(w.query.Bundles()) > 0 {
		return nil
	}

	m.Text = append(m.Text, adapters.Line{adapters.Plain(text)})

	label, scope := btnEverywhere, scopeEverywhere
	if s.Scope == store.ScopeEverywhere {
		label, scope = btnMine, scopeMine
	}

	m.Buttons = append(m.Buttons, []adapters.Button{t.sureButton(label, "subscribe", strings.TrimSpace(toOption(w.target)+" in:"+scope+" "+s.Query))})

	return nil
}

const (
	btnEverywhere  = "Look everywhere"
	btnMine        = "Only what I read"
	textScopeHow   = "in: takes mine or everywhere, as in /subscribe in:everywhere drone"
	textOutletsHow = "min: takes how many outlets have to tell a story, from 1 to 50, as in /subscribe min:3 bundle:pl"
)

func textMinOutlets(n int) string {
	return fmt.Sprintf("Only stories that at least %d outlets tell.", n)
}

// scopeSpans are what a list says of a subscription's scope, where it is not the usual.
func scopeSpans(s *store.Subscription) (spans []adapters.Span) {
	if s.Outlets > 1 {
		spans = append(spans, adapters.Plain(fmt.Sprintf(" · %d outlets or more", s.Outlets)))
	}

	if s.Scope == store.ScopeEverywhere {
		spans = append(spans, adapters.Plain(" · everywhere"))
	}

	return spans
}
