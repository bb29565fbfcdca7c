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
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
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
func (b *Bot) manageSources(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	switch sub := t.Options["sub"]; sub {
	case "add":
		return b.addSource(ctx, t)
	case "remove":
		return b.removeSource(ctx, t)
	case "browse":
		return b.browse(ctx, t)
	default:
		if sub == "" && input.IsAddress(t.Text) {
			return b.addSource(ctx, t)
		}

		dest, err := b.FindTarget(ctx, t)
		if err != nil {
			return nil, err
		}

		return b.sourceList(ctx, t, dest, t.NewPage(t.Text))
	}
}

// sourceList shows the sources that a chat hears, failing ones first. Operators also see
// those that are turned off.
func (b *Bot) sourceList(ctx context.Context, t *turn.Turn, dest turn.Target, page turn.Page) (*adapters.Message, error) {
	c, all, err := b.loadSources(ctx, t, dest)
	if err != nil {
		return nil, err
	}

	if len(all) == 0 {
		return t.Message("sources.none"), nil
	}

	all = filterSources(page.Filter, all)
	m := &adapters.Message{}

	if len(all) == 0 {
		m.Text = t.Lines("sources.none_like", "words", button.Label(page.Filter))
		return m, nil
	}

	slices.SortStableFunc(all, func(a, b *store.Source) int { return compareBools(a.Error == "", b.Error == "") })

	failing := 0

	for _, s := range all {
		if s.Error != "" {
			failing++
		}
	}

	from, pages := turn.PageRange(len(all), sourcesPage, &page.Number)

	m.Text = adapters.Say(t.SourcesHead(len(all), failing, page.Number, pages))
	for _, s := range all[from:min(from+sourcesPage, len(all))] {
		m.Text = append(m.Text, adapters.Line{adapters.Bold(sourceName(s)), adapters.Plain(" · " + t.Health(s, t.Now))})
	}

	m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Plain(t.Say("sources.how"))})
	button.Add(m, turn.PageButtons(t.Words, button.Sources+button.ID(c.ID)+":", page, pages)...)

	return m, nil
}

// loadSources reads the sources that a chat hears and, for an operator, those that are
// turned off.
func (b *Bot) loadSources(ctx context.Context, t *turn.Turn, dest turn.Target) (c *store.Chat, all []*store.Source, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = turn.FindChat(tx, dest); err != nil {
			return err
		}

		if all, err = tx.SourcesFor(c.ID); err != nil || !b.IsOperator(t) {
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
func (b *Bot) addSource(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.Text == "" {
		return t.Ask(t.Say("ask.source"), t.Say("hint.source"), turn.Join("add", t.OptionsText())), nil
	}

	if one := bundleNamed(t, t.Text); one != nil {
		return b.addBundle(ctx, t, dest, *one)
	}

	address, all := strings.CutPrefix(t.Text, everything)

	address, first, m := findService(t, address)
	if m != nil {
		return m, nil
	}

	found, m, err := b.discover(ctx, t, address, "sources", "add")
	if m != nil || err != nil {
		return m, err
	}

	if first {
		return showFeed(t, found), nil
	}

	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
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
func findService(t *turn.Turn, text string) (address string, first bool, m *adapters.Message) {
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
		t.AskAgain()
		return "", false, t.Message("sources.no_feeds_of", "service", service)
	case strings.ContainsAny(text, "./:"):
		return text, false, nil
	}

	found := bundles.Outlets(text, outletsOffered)

	switch len(found) {
	case 0:
		t.AskAgain()

		m := t.Message("sources.none_called", "name", button.Label(text))
		m.Buttons = [][]adapters.Button{{browseButton(t, t.Say("button.browse"), "")}}

		return "", false, m
	case 1:
		return exactly + found[0].URL, true, nil
	}

	return "", false, chooseOutlet(t, found)
}

// chooseOutlet asks which of the feeds that an outlet has is meant.
func chooseOutlet(t *turn.Turn, found []bundles.Listing) *adapters.Message {
	m := t.Message("sources.several", "n", len(found))

	var offered []adapters.Button

	for i, f := range found {
		name := f.Outlet + " · " + f.Bundle.Name(t.Tag())
		m.Text = append(m.Text, adapters.Line{adapters.Plain(strconv.Itoa(i+1) + ". "), adapters.Bold(f.Outlet), adapters.Plain(" · " + f.Bundle.Name(t.Tag()) + " · " + sources.RedactURL(f.URL))})
		offered = append(offered, t.Button(button.Label(strconv.Itoa(i+1)+". "+name), "sources", turn.Join("add", t.OptionsText(), showFirst+f.URL)))
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}})

	return m
}

// showFeed shows the newest titles of a feed, and asks whether it is meant.
func showFeed(t *turn.Turn, found *sources.Candidate) *adapters.Message {
	name := cmp.Or(found.Title, sources.RedactURL(found.URL))

	m := t.Message("sources.shown", "name", adapters.Bold(name))
	for _, title := range found.Titles {
		m.Text = append(m.Text, adapters.Line{adapters.Plain("• " + title)})
	}

	add := turn.Join("add", t.OptionsText())
	m.Buttons = [][]adapters.Button{
		{t.Button(t.Say("button.add_source"), "sources", add+" "+exactly+found.URL), t.Button(t.Say("button.everything"), "sources", add+" "+everything+exactly+found.URL)},
		{{Label: t.Say("button.cancel"), Data: button.Nothing}},
	}

	return m
}

// discover finds the feed at an address; or it makes the reply that there is none, or
// that asks which of several, to go on with a command and what leads its text.
func (b *Bot) discover(ctx context.Context, t *turn.Turn, address, command, lead string) (*sources.Candidate, *adapters.Message, error) {
	if b.fetcher == nil {
		return nil, t.Message("sources.no_fetcher"), nil
	}

	address, exact := strings.CutPrefix(address, exactly)

	found, err := b.fetcher.Discover(ctx, address, true)
	if wrong, ok := errors.AsType[*sources.Error](err); ok {
		b.Log.Info("a source was not added", "reason", wrong.Reason)
		t.AskAgain()

		return nil, noFeed(t.Words, wrong.Reason), nil
	}

	switch {
	case err != nil:
		return nil, nil, err
	case len(found) == 0:
		t.AskAgain()
		return nil, noFeed(t.Words, ""), nil
	case len(found) > 1 && !exact:
		return nil, chooseFeed(t, found, command, lead), nil
	}

	return &found[0], nil, nil
}

func noFeed(w wording.Words, reason string) *adapters.Message {
	if reason == "" || strings.HasPrefix(reason, "no feed") {
		return w.Message("sources.no_feed")
	}

	return w.Message("sources.unreadable", "reason", strings.TrimSuffix(w.Translate(reason), "."))
}

// subscribeToAddress answers /subscribe with a web address: what is wanted from the
// feed there?
func (b *Bot) subscribeToAddress(ctx context.Context, t *turn.Turn, address string) (*adapters.Message, error) {
	found, m, err := b.discover(ctx, t, address, "subscribe", "")
	if err != nil {
		return nil, err
	}

	if m != nil {
		if len(m.Buttons) == 0 { // no feed: the address still works as a query
			m.Buttons = [][]adapters.Button{{t.Button(button.Label(t.Say("button.follow_site", "host", news.Host(address))), "subscribe", turn.Join(t.OptionsText(), "site:"+news.Host(address)))}}
		}

		return m, nil
	}

	name := cmp.Or(found.Title, sources.RedactURL(found.URL))
	add := turn.Join("add", t.OptionsText())

	m = t.Message("sources.found", "name", adapters.Bold(name))
	if found.Newest != "" {
		m.Text = append(m.Text, t.Line("sources.newest", "title", found.Newest))
	}

	m.Buttons = [][]adapters.Button{
		{t.Button(t.Say("button.everything"), "sources", add+" "+everything+exactly+found.URL)},
		{t.Button(t.Say("button.only_matches"), "sources", add+" "+exactly+found.URL)},
	}

	return m, nil
}

// chooseFeed asks which of several feeds is meant.
func chooseFeed(t *turn.Turn, found []sources.Candidate, command, lead string) *adapters.Message {
	m := t.Message("sources.several", "n", len(found))

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
		rest := turn.Join(lead, t.OptionsText(), exactly+f.URL)
		offered = append(offered, t.Button(button.Label(strconv.Itoa(i+1)+". "+name), command, rest))
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}})

	return m
}

// saveSource adds a source to a chat and makes the reply.
func (b *Bot) saveSource(tx *store.Tx, t *turn.Turn, dest turn.Target, f sources.Candidate) (*turn.Reply, *store.Source, error) {
	c, err := t.EnsureChat(tx, dest)
	if err != nil {
		return nil, nil, err
	}

	if err := checkSourceLimits(tx, t, c, f.URL); err != nil {
		return nil, nil, err
	}

	s, had, err := tx.AddSource(c.ID, t.Request.User.ID, f.Source)
	if err != nil {
		return nil, nil, err
	}

	if s == nil {
		return nil, nil, errors.New("a source that was added is not there")
	}

	if !s.OffAt.IsZero() {
		if !b.IsOperator(t) {
			return nil, nil, t.Refuse("sources.is_off")
		}

		r, err := b.turnSource(tx, t, s, true)

		return r, s, err
	}

	t.DropToken(removedWord(c.ID, s.ID))

	row := []adapters.Button{{Label: t.Say("button.everything"), Data: button.FollowSource + button.ID(c.ID) + ":" + button.ID(s.ID)}}
	if had {
		return &turn.Reply{Answer: &adapters.Message{Text: t.Lines("sources.exists", "name", sourceName(s)), Buttons: [][]adapters.Button{row}}}, s, nil
	}

	if err := tx.Log(c.ID, t.PersonID(), "added a source"); err != nil {
		return nil, nil, err
	}

	follows, _, err := tx.CountSubscriptions(c.ID, "")
	if err != nil {
		return nil, nil, err
	}

	m := turn.Say(t.SourceAdded(sourceName(s), f.Newest, follows))
	m.Buttons = [][]adapters.Button{append(row, adapters.Button{Label: t.Say("button.undo"), Data: button.DropSource + button.ID(c.ID) + ":" + button.ID(s.ID)})}

	return &turn.Reply{Answer: m}, s, nil
}

// checkSourceLimits refuses a source where the chat, or the bot, has as many as it may.
func checkSourceLimits(tx *store.Tx, t *turn.Turn, c *store.Chat, url string) error {
	own, err := tx.OwnSources(c.ID)
	if err != nil {
		return err
	}

	if len(own) >= sourcesPerChat {
		return t.Refuse("sources.limit", "n", sourcesPerChat)
	}

	switch room, err := tx.HasRoomFor(url, chatSources); {
	case err != nil:
		return err
	case !room:
		return t.Refuse("sources.full")
	}

	return nil
}

// followSource subscribes a chat to all articles of a source.
func (b *Bot) followSource(tx *store.Tx, t *turn.Turn, dest turn.Target, s *store.Source) (*turn.Reply, error) {
	q, err := query.Parse(feedQuery(s.URL))
	if err != nil {
		return nil, t.Refuse("sources.not_followable")
	}

	delivery, err := changedDelivery(t, subscriptions.Delivery{})
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
func (b *Bot) removeSource(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if one := bundleNamed(t, t.Text); one != nil {
		return b.removeBundle(ctx, t, dest, *one)
	}

	var (
		c   *store.Chat
		own []*store.Source
	)

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = turn.FindChat(tx, dest); err == nil && c.ID != 0 {
			own, err = tx.OwnSources(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if s := selectSource(t.Text, own); s != nil {
		return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return removeSourceFrom(tx, t, c, s) })
	}

	offered := own

	if b.IsOperator(t) && t.Text != "" {
		_, all, err := b.loadSources(ctx, t, dest)
		if err != nil {
			return nil, err
		}

		all = slices.DeleteFunc(all, func(s *store.Source) bool { return !s.OffAt.IsZero() })

		if s := selectSource(t.Text, all); s != nil {
			return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return b.turnSource(tx, t, s, false) })
		}

		if like := filterSources(t.Text, all); len(like) > 0 {
			offered = like
		}
	}

	if len(offered) == 0 {
		return t.Message("sources.no_own"), nil
	}

	return chooseRemoved(t, c, own, offered), nil
}

// chooseRemoved asks which source is to go. A chat's own are dropped, others turned off for
// everybody.
func chooseRemoved(t *turn.Turn, c *store.Chat, own, offered []*store.Source) *adapters.Message {
	m := t.Message("ask.remove_source")
	if t.Text != "" && len(offered) == len(own) {
		m.Text = t.Lines("sources.no_such", "name", button.Label(t.Text))
	}

	var rows []adapters.Button

	for _, s := range offered[:min(len(offered), 20)] {
		data := button.DropSource + button.ID(c.ID) + ":" + button.ID(s.ID)
		if !slices.ContainsFunc(own, func(o *store.Source) bool { return o.ID == s.ID }) {
			data = button.SourceOff + button.ID(s.ID)
		}

		rows = append(rows, adapters.Button{Label: button.Label(sourceName(s)), Data: data})
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, rows, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}})

	return m
}

// turnSource turns a source off for everybody, or on again.
func (b *Bot) turnSource(tx *store.Tx, t *turn.Turn, s *store.Source, on bool) (*turn.Reply, error) {
	if !b.IsOperator(t) {
		return nil, t.Refuse("access.operators_only")
	}

	if err := tx.TurnSource(s.ID, on); err != nil {
		return nil, err
	}

	b.Log.Info("an operator turned a source", "source", s.ID, "on", on)

	m, undo := t.Message("sources.turned_off", "name", sourceName(s)), button.SourceOn
	if on {
		m, undo = t.Message("sources.turned_on", "name", sourceName(s)), button.SourceOff
	}

	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: undo + button.ID(s.ID)}}}
	m.Replace = t.Request.Kind == adapters.PressRequest

	return &turn.Reply{Answer: m}, nil
}

// pressTurnSource is turnSource by a button.
func (b *Bot) pressTurnSource(ctx context.Context, t *turn.Turn, n int64, on bool) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		s, err := tx.Source(n)
		if err != nil {
			return nil, err
		}

		return b.turnSource(tx, t, s, on)
	})
}

// pollNow has a source polled at once, by its number.
func (b *Bot) pollNow(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		number, _ := strconv.ParseInt(t.Text, 10, 64) // 0, which no source has, if it is none

		s, err := tx.Source(number)
		if err == nil {
			err = tx.PollSource(s.ID)
		}

		if errors.Is(err, store.ErrNotFound) {
			return nil, t.Refuse("sources.gone")
		}

		if err != nil {
			return nil, err
		}

		return &turn.Reply{Answer: t.Message("operator.polling", "source", sourceName(s))}, tx.Log(0, t.PersonID(), "polled a source")
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
		if button.ID(s.ID) == text || s.URL == text || news.Canonical(s.URL) == news.Canonical(text) && news.Canonical(text) != "" || strings.EqualFold(sourceName(s), text) {
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

func removeSourceFrom(tx *store.Tx, t *turn.Turn, c *store.Chat, s *store.Source) (*turn.Reply, error) {
	if err := tx.RemoveSource(c.ID, s.ID); errors.Is(err, store.ErrNotFound) {
		return nil, t.Refuse("sources.gone")
	} else if err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.PersonID(), "removed a source"); err != nil {
		return nil, err
	}

	t.KeepToken(removedWord(c.ID, s.ID), turn.Token{Command: "sources", Text: s.URL})

	m := t.Message("sources.removed", "name", sourceName(s))
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.KeepSource + button.ID(c.ID) + ":" + button.ID(s.ID)}}}
	m.Replace = t.Request.Kind == adapters.PressRequest

	return &turn.Reply{Answer: m}, nil
}

// removedWord is the word of the token that proves that a chat itself removed a
// source, less than a day ago.
func removedWord(chat, source int64) string {
	return "removed:" + button.ID(chat) + ":" + button.ID(source)
}

// pressSource removes a source from a chat, or takes its removal back.
func (b *Bot) pressSource(ctx context.Context, t *turn.Turn, restore bool, dest turn.Target, c *store.Chat, n int64) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		s, err := tx.Source(n)
		if err != nil {
			return nil, err
		}

		if !restore {
			return removeSourceFrom(tx, t, c, s)
		}

		removed, err := t.ReadToken(tx, removedWord(c.ID, s.ID))
		if err != nil {
			return nil, err
		}

		if removed == nil || removed.Text != s.URL {
			return nil, store.ErrNotFound
		}

		r, _, err := b.saveSource(tx, t, dest, sources.Candidate{Source: s.Source})

		return turn.ReplacingReply(r), err
	})
}

// pressFollow subscribes a chat to all of a source that it has.
func (b *Bot) pressFollow(ctx context.Context, t *turn.Turn, dest turn.Target, c *store.Chat, n int64) (*adapters.Message, error) {
	return b.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		all, err := tx.SourcesFor(c.ID)
		if err != nil {
			return nil, err
		}

		for _, s := range all {
			if s.ID == n {
				return b.followSource(tx, t, dest, s)
			}
		}

		return nil, t.Refuse("sources.gone")
	})
}
