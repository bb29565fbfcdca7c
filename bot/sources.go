package bot

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

const (
	sourcesPage = 10
	// sourcesPerChat bounds what one chat can make us poll.
	sourcesPerChat = 50
	// chatSources bounds what all chats can make us poll: more than any installation
	// reads by its configuration.
	chatSources = 10_000
)

// manageSources lists, adds, removes or browses the sources of a target.
func (b *Bot) manageSources(ctx context.Context, t *turn) (*adapters.Message, error) {
	switch sub := t.options["sub"]; sub {
	case "add":
		return b.addSource(ctx, t)
	case "remove":
		return b.removeSource(ctx, t)
	case "browse":
		return b.browse(ctx, t)
	default:
		if sub == "" && input.IsAddress(t.text) {
			return b.addSource(ctx, t)
		}

		dest, err := b.findTarget(ctx, t)
		if err != nil {
			return nil, err
		}

		return b.sourceList(ctx, t, dest, t.newListPage(t.text))
	}
}

// sourceList shows the sources that a chat hears, failing ones first. Operators also see
// those that are turned off.
func (b *Bot) sourceList(ctx context.Context, t *turn, dest target, page listPage) (*adapters.Message, error) {
	c, all, err := b.loadSources(ctx, t, dest)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return t.say("sources.none"), nil
	}

	all = filterSources(page.filter, all)
	m := &adapters.Message{}

	if len(all) == 0 {
		m.Text = t.Lines("sources.none_like", "words", buttonLabel(page.filter))
		return m, nil
	}

	slices.SortStableFunc(all, func(a, b *store.Source) int { return compareBools(a.Error == "", b.Error == "") })

	failing := 0

	for _, s := range all {
		if s.Error != "" {
			failing++
		}
	}

	from, pages := pageRange(len(all), sourcesPage, &page.number)

	m.Text = adapters.Say(t.SourcesHead(len(all), failing, page.number, pages))
	for _, s := range all[from:min(from+sourcesPage, len(all))] {
		m.Text = append(m.Text, adapters.Line{adapters.Bold(sourceName(s)), adapters.Plain(" · " + t.Health(s, t.now))})
	}

	m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Plain(t.Say("sources.how"))})
	addRow(m, t.pageButtons(pressSources+formatID(c.ID)+":", page, pages)...)

	return m, nil
}

// loadSources reads the sources that a chat hears and, for an operator, those that are
// turned off.
func (b *Bot) loadSources(ctx context.Context, t *turn, dest target) (c *store.Chat, all []*store.Source, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = findChat(tx, dest); err != nil {
			return err
		}

		if all, err = tx.SourcesFor(c.ID); err != nil || !b.isOperator(t) {
			return err
		}

		off, err := tx.SourcesOff()
		all = append(all, off...)

		return err
	})

	return c, all, err
}

// filterSources keeps the sources whose name, outlet or address has all of the words.
func filterSources(words string, all []*store.Source) []*store.Source {
	return slices.DeleteFunc(all, func(s *store.Source) bool {
		text := strings.ToLower(strings.Join([]string{s.Title, s.Outlet, sources.RedactURL(s.URL), s.Folder}, " "))

		return slices.ContainsFunc(strings.Fields(strings.ToLower(words)), func(word string) bool { return !strings.Contains(text, word) })
	})
}

// compareBools puts false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// sourceName is what a source is called, without secrets of its address.
func sourceName(s *store.Source) string {
	switch {
	case s.Title != "":
		return s.Title
	case s.Outlet != "":
		return s.Outlet
	case news.Host(s.URL) != "":
		return news.Host(s.URL)
	default:
		return sources.RedactURL(s.URL)
	}
}

// addSource adds the feed at an address, the outlets of a bundle that is named, or offers the feeds
// that were found at the address.
func (b *Bot) addSource(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(t.Say("ask.source"), t.Say("hint.source"), joinWords("add", t.optionsText())), nil
	}

	if one := t.bundleNamed(t.text); one != nil {
		return b.addBundle(ctx, t, dest, *one)
	}

	address, all := strings.CutPrefix(t.text, everything)

	address, first, m := t.findService(address)
	if m != nil {
		return m, nil
	}

	found, m, err := b.discover(ctx, t, address, "sources", "add")
	if m != nil || err != nil {
		return m, err
	}

	if first {
		return t.showFeed(found), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		r, s, err := b.saveSource(tx, t, dest, *found)
		if err != nil || !all {
			return r, err
		}

		return b.followSource(tx, t, dest, s)
	})
}

// Marks before an address that came from a button.
const (
	exactly    = "="           // it was chosen from several
	everything = "everything " // subscribe to all of it
)

// showFirst stands before an address whose feed is to be shown before it is added.
const showFirst = "?"

// outletsOffered is how many feeds of an outlet are offered.
const outletsOffered = 8

// findService finds what people call a place: by the rules of well-known services, and by
// the names of outlets. first: it is a guess, so it is shown before it is added. m is the
// reply if there are several, or none.
func (t *turn) findService(text string) (address string, first bool, m *adapters.Message) {
	if rest, ok := strings.CutPrefix(text, showFirst); ok {
		return exactly + rest, true, nil
	}

	if strings.HasPrefix(text, exactly) {
		return text, false, nil
	}

	switch feed, service := sources.KnownFeed(text); {
	case feed != "":
		return text, true, nil // the fetcher knows the rules, and looks at the page if they fail
	case service != "":
		t.askAgain()
		return "", false, t.say("sources.no_feeds_of", "service", service)
	case strings.ContainsAny(text, "./:"):
		return text, false, nil
	}

	found := bundles.Outlets(text, outletsOffered)

	switch len(found) {
	case 0:
		t.askAgain()

		m := t.say("sources.none_called", "name", buttonLabel(text))
		m.Buttons = [][]adapters.Button{{t.browseButton(t.Say("button.browse"), "")}}

		return "", false, m
	case 1:
		return exactly + found[0].URL, true, nil
	}

	return "", false, t.chooseOutlet(found)
}

// chooseOutlet asks which of the feeds that an outlet has is meant.
func (t *turn) chooseOutlet(found []bundles.Listing) *adapters.Message {
	m := t.say("sources.several", "n", len(found))

	var offered []adapters.Button

	for i, f := range found {
		name := f.Outlet + " · " + f.Bundle.Name(t.tag())
		m.Text = append(m.Text, adapters.Line{adapters.Plain(strconv.Itoa(i+1) + ". "), adapters.Bold(f.Outlet), adapters.Plain(" · " + f.Bundle.Name(t.tag()) + " · " + sources.RedactURL(f.URL))})
		offered = append(offered, t.button(buttonLabel(strconv.Itoa(i+1)+". "+name), "sources", joinWords("add", t.optionsText(), showFirst+f.URL)))
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, []adapters.Button{{Label: t.Say("button.cancel"), Data: pressNothing}})

	return m
}

// showFeed shows the newest titles of a feed, and asks whether it is meant.
func (t *turn) showFeed(found *sources.Candidate) *adapters.Message {
	name := cmp.Or(found.Title, sources.RedactURL(found.URL))

	m := t.say("sources.shown", "name", adapters.Bold(name))
	for _, title := range found.Titles {
		m.Text = append(m.Text, adapters.Line{adapters.Plain("• " + title)})
	}

	add := joinWords("add", t.optionsText())
	m.Buttons = [][]adapters.Button{
		{t.button(t.Say("button.add_source"), "sources", add+" "+exactly+found.URL), t.button(t.Say("button.everything"), "sources", add+" "+everything+exactly+found.URL)},
		{{Label: t.Say("button.cancel"), Data: pressNothing}},
	}

	return m
}

// discover finds the feed at an address; or it makes the reply that there is none, or
// that asks which of several, to go on with a command and what leads its text.
func (b *Bot) discover(ctx context.Context, t *turn, address, command, lead string) (*sources.Candidate, *adapters.Message, error) {
	if b.Fetcher == nil {
		return nil, t.say("sources.no_fetcher"), nil
	}

	address, exact := strings.CutPrefix(address, exactly)

	found, err := b.Fetcher.Discover(ctx, address, true)
	if wrong, ok := errors.AsType[*sources.Error](err); ok {
		b.Log.Info("a source was not added", "reason", wrong.Reason)
		t.askAgain()

		return nil, t.noFeed(wrong.Reason), nil
	}

	switch {
	case err != nil:
		return nil, nil, err
	case len(found) == 0:
		t.askAgain()
		return nil, t.noFeed(""), nil
	case len(found) > 1 && !exact:
		return nil, t.chooseFeed(found, command, lead), nil
	}

	return &found[0], nil, nil
}

func (w words) noFeed(reason string) *adapters.Message {
	if reason == "" || strings.HasPrefix(reason, "no feed") {
		return w.say("sources.no_feed")
	}

	return w.say("sources.unreadable", "reason", strings.TrimSuffix(w.Translate(reason), "."))
}

// subscribeToAddress answers /subscribe with a web address: what is wanted from the
// feed there?
func (b *Bot) subscribeToAddress(ctx context.Context, t *turn, address string) (*adapters.Message, error) {
	found, m, err := b.discover(ctx, t, address, "subscribe", "")
	if err != nil {
		return nil, err
	}

	if m != nil {
		if len(m.Buttons) == 0 { // no feed: the address still works as a query
			m.Buttons = [][]adapters.Button{{t.button(buttonLabel(t.Say("button.follow_site", "host", news.Host(address))), "subscribe", joinWords(t.optionsText(), "site:"+news.Host(address)))}}
		}

		return m, nil
	}

	name := cmp.Or(found.Title, sources.RedactURL(found.URL))
	add := joinWords("add", t.optionsText())

	m = t.say("sources.found", "name", adapters.Bold(name))
	if found.Newest != "" {
		m.Text = append(m.Text, t.Line("sources.newest", "title", found.Newest))
	}

	m.Buttons = [][]adapters.Button{
		{t.button(t.Say("button.everything"), "sources", add+" "+everything+exactly+found.URL)},
		{t.button(t.Say("button.only_matches"), "sources", add+" "+exactly+found.URL)},
	}

	return m, nil
}

// chooseFeed asks which of several feeds is meant.
func (t *turn) chooseFeed(found []sources.Candidate, command, lead string) *adapters.Message {
	m := t.say("sources.several", "n", len(found))

	var offered []adapters.Button

	for i, f := range found {
		name := f.Title
		if name == "" {
			name = sources.RedactURL(f.URL)
		}

		line := adapters.Line{adapters.Plain(strconv.Itoa(i+1) + ". "), adapters.Bold(name)}
		if f.Newest != "" {
			line = append(line, adapters.Plain(" · "+f.Newest))
		}

		m.Text = append(m.Text, line)
		rest := joinWords(lead, t.optionsText(), exactly+f.URL)
		offered = append(offered, t.button(buttonLabel(strconv.Itoa(i+1)+". "+name), command, rest))
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, []adapters.Button{{Label: t.Say("button.cancel"), Data: pressNothing}})

	return m
}

// saveSource adds a source to a chat and makes the reply.
func (b *Bot) saveSource(tx *store.Tx, t *turn, dest target, f sources.Candidate) (*reply, *store.Source, error) {
	c, err := t.ensureChat(tx, dest)
	if err != nil {
		return nil, nil, err
	}

	if err := checkSourceLimits(tx, t, c, f.URL); err != nil {
		return nil, nil, err
	}

	s, had, err := tx.AddSource(c.ID, t.r.User.ID, f.Source)
	if err != nil {
		return nil, nil, err
	}

	if s == nil {
		return nil, nil, errors.New("a source that was added is not there")
	}

	if !s.OffAt.IsZero() {
		if !b.isOperator(t) {
			return nil, nil, t.refuse("sources.is_off")
		}

		r, err := b.turnSource(tx, t, s, true)

		return r, s, err
	}

	t.dropToken(removedWord(c.ID, s.ID))

	row := []adapters.Button{{Label: t.Say("button.everything"), Data: pressFollowSource + formatID(c.ID) + ":" + formatID(s.ID)}}
	if had {
		return &reply{Answer: &adapters.Message{Text: t.Lines("sources.exists", "name", sourceName(s)), Buttons: [][]adapters.Button{row}}}, s, nil
	}

	if err := tx.Log(c.ID, t.personID(), "added a source"); err != nil {
		return nil, nil, err
	}

	follows, _, err := tx.CountSubscriptions(c.ID, "")
	if err != nil {
		return nil, nil, err
	}

	m := textMessage(t.SourceAdded(sourceName(s), f.Newest, follows))
	m.Buttons = [][]adapters.Button{append(row, adapters.Button{Label: t.Say("button.undo"), Data: pressDropSource + formatID(c.ID) + ":" + formatID(s.ID)})}

	return &reply{Answer: m}, s, nil
}

// checkSourceLimits refuses a source where the chat, or the bot, has as many as it may.
func checkSourceLimits(tx *store.Tx, t *turn, c *store.Chat, url string) error {
	own, err := tx.OwnSources(c.ID)
	if err != nil {
		return err
	}

	if len(own) >= sourcesPerChat {
		return t.refuse("sources.limit", "n", sourcesPerChat)
	}

	switch room, err := tx.HasRoomFor(url, chatSources); {
	case err != nil:
		return err
	case !room:
		return t.refuse("sources.full")
	}

	return nil
}

// followSource subscribes a chat to all articles of a source.
func (b *Bot) followSource(tx *store.Tx, t *turn, dest target, s *store.Source) (*reply, error) {
	q, err := query.Parse(feedQuery(s.URL))
	if err != nil {
		return nil, t.refuse("sources.not_followable")
	}

	delivery, err := t.changedDelivery(subscriptions.Delivery{})
	if err != nil {
		return nil, err
	}

	wanted := &newSubscription{text: feedQuery(s.URL), query: q, delivery: delivery, target: dest}

	return b.addSubscription(tx, t, wanted, nil)
}

// feedQuery is the query that all articles of a feed match.
func feedQuery(address string) string {
	if strings.ContainsAny(address, " ()|,\"") || strings.Contains(address, "?") {
		return `feed:"` + strings.ReplaceAll(address, `"`, "%22") + `"`
	}

	return "feed:" + address
}

// removeSource ends a source that the chat added. For an operator it also turns off those
// of the configuration and of imported lists, for everybody.
func (b *Bot) removeSource(ctx context.Context, t *turn) (*adapters.Message, error) {
	dest, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if one := t.bundleNamed(t.text); one != nil {
		return b.removeBundle(ctx, t, dest, *one)
	}

	var (
		c   *store.Chat
		own []*store.Source
	)

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = findChat(tx, dest); err == nil && c.ID != 0 {
			own, err = tx.OwnSources(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if s := selectSource(t.text, own); s != nil {
		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return removeSourceFrom(tx, t, c, s) })
	}

	offered := own

	if b.isOperator(t) && t.text != "" {
		_, all, err := b.loadSources(ctx, t, dest)
		if err != nil {
			return nil, err
		}

		all = slices.DeleteFunc(all, func(s *store.Source) bool { return !s.OffAt.IsZero() })

		if s := selectSource(t.text, all); s != nil {
			return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.turnSource(tx, t, s, false) })
		}

		if like := filterSources(t.text, all); len(like) > 0 {
			offered = like
		}
	}

	if len(offered) == 0 {
		return t.say("sources.no_own"), nil
	}

	return t.chooseRemoved(c, own, offered), nil
}

// chooseRemoved asks which source is to go. A chat's own are dropped, others turned off for
// everybody.
func (t *turn) chooseRemoved(c *store.Chat, own, offered []*store.Source) *adapters.Message {
	m := t.say("ask.remove_source")
	if t.text != "" && len(offered) == len(own) {
		m.Text = t.Lines("sources.no_such", "name", buttonLabel(t.text))
	}

	var rows []adapters.Button

	for _, s := range offered[:min(len(offered), 20)] {
		data := pressDropSource + formatID(c.ID) + ":" + formatID(s.ID)
		if !slices.ContainsFunc(own, func(o *store.Source) bool { return o.ID == s.ID }) {
			data = pressSourceOff + formatID(s.ID)
		}

		rows = append(rows, adapters.Button{Label: buttonLabel(sourceName(s)), Data: data})
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, rows, []adapters.Button{{Label: t.Say("button.cancel"), Data: pressNothing}})

	return m
}

// turnSource turns a source off for everybody, or on again.
func (b *Bot) turnSource(tx *store.Tx, t *turn, s *store.Source, on bool) (*reply, error) {
	if !b.isOperator(t) {
		return nil, t.refuse("access.operators_only")
	}

	if err := tx.TurnSource(s.ID, on); err != nil {
		return nil, err
	}

	b.Log.Info("an operator turned a source", "source", s.ID, "on", on)

	m, undo := t.say("sources.turned_off", "name", sourceName(s)), pressSourceOn
	if on {
		m, undo = t.say("sources.turned_on", "name", sourceName(s)), pressSourceOff
	}

	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: undo + formatID(s.ID)}}}
	m.Replace = t.r.Kind == adapters.PressRequest

	return &reply{Answer: m}, nil
}

// pressTurnSource is turnSource by a button.
func (b *Bot) pressTurnSource(ctx context.Context, t *turn, n int64, on bool) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		s, err := tx.Source(n)
		if err != nil {
			return nil, err
		}

		return b.turnSource(tx, t, s, on)
	})
}

// pollNow has a source polled at once, by its number.
func (b *Bot) pollNow(ctx context.Context, t *turn) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		number, _ := strconv.ParseInt(t.text, 10, 64) // 0, which no source has, if it is none

		s, err := tx.Source(number)
		if err == nil {
			err = tx.PollSource(s.ID)
		}

		if errors.Is(err, store.ErrNotFound) {
			return nil, t.refuse("sources.gone")
		}

		if err != nil {
			return nil, err
		}

		return &reply{Answer: t.say("operator.polling", "source", sourceName(s))}, tx.Log(0, t.personID(), "polled a source")
	})
}

// selectSource finds a source by address or name, nil if that is not clear.
func selectSource(text string, own []*store.Source) *store.Source {
	if text == "" {
		return nil
	}

	var like []*store.Source

	for _, s := range own {
		u, err := url.Parse(s.URL)
		if formatID(s.ID) == text || s.URL == text || news.Canonical(s.URL) == news.Canonical(text) && news.Canonical(text) != "" || strings.EqualFold(sourceName(s), text) {
			return s
		}

		if err == nil && strings.Contains(u.Host+u.Path, strings.ToLower(text)) || strings.Contains(strings.ToLower(sourceName(s)), strings.ToLower(text)) {
			like = append(like, s)
		}
	}

	if len(like) == 1 {
		return like[0]
	}

	return nil
}

func removeSourceFrom(tx *store.Tx, t *turn, c *store.Chat, s *store.Source) (*reply, error) {
	if err := tx.RemoveSource(c.ID, s.ID); errors.Is(err, store.ErrNotFound) {
		return nil, t.refuse("sources.gone")
	} else if err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.personID(), "removed a source"); err != nil {
		return nil, err
	}

	t.keepToken(removedWord(c.ID, s.ID), token{Command: "sources", Text: s.URL})

	m := t.say("sources.removed", "name", sourceName(s))
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: pressKeepSource + formatID(c.ID) + ":" + formatID(s.ID)}}}
	m.Replace = t.r.Kind == adapters.PressRequest

	return &reply{Answer: m}, nil
}

// removedWord is the word of the token that proves that a chat itself removed a
// source, less than a day ago.
func removedWord(chat, source int64) string {
	return "removed:" + formatID(chat) + ":" + formatID(source)
}

// pressSource removes a source from a chat, or takes its removal back.
func (b *Bot) pressSource(ctx context.Context, t *turn, restore bool, dest target, c *store.Chat, n int64) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		s, err := tx.Source(n)
		if err != nil {
			return nil, err
		}

		if !restore {
			return removeSourceFrom(tx, t, c, s)
		}

		removed, err := t.readToken(tx, removedWord(c.ID, s.ID))
		if err != nil {
			return nil, err
		}

		if removed == nil || removed.Text != s.URL {
			return nil, store.ErrNotFound
		}

		r, _, err := b.saveSource(tx, t, dest, sources.Candidate{Source: s.Source})

		return replaceInPlace(r), err
	})
}

// pressFollow subscribes a chat to all of a source that it has.
func (b *Bot) pressFollow(ctx context.Context, t *turn, dest target, c *store.Chat, n int64) (*adapters.Message, error) {
	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) {
		all, err := tx.SourcesFor(c.ID)
		if err != nil {
			return nil, err
		}

		for _, s := range all {
			if s.ID == n {
				return b.followSource(tx, t, dest, s)
			}
		}

		return nil, t.refuse("sources.gone")
	})
}
