package reading

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/bundles"
	"newsbell/store"
)

// addSource adds the feed at an address, the outlets of a bundle that is named, or offers the feeds
// that were found at the address.
func (h *Handler) addSource(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.Text == "" {
		return t.Ask(t.Say("ask.source"), t.Say("hint.source"), turn.Join("add", t.OptionsText())), nil
	}

	if one := BundleNamed(t, t.Text); one != nil {
		return h.addBundle(ctx, t, dest, *one)
	}

	address, all := strings.CutPrefix(t.Text, everything)

	address, first, m := findService(t, address)
	if m != nil {
		return m, nil
	}

	found, m, err := h.discover(ctx, t, address, "sources", "add")
	if m != nil || err != nil {
		return m, err
	}

	if first {
		return showFeed(t, found), nil
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		r, s, err := h.saveSource(tx, t, dest, *found)
		if err != nil || !all {
			return r, err
		}

		return h.FollowSource(tx, t, dest, s)
	})
}

// Marks before an address that came from a button.
const (
	Exactly    = "="           // it was chosen from several
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
		return Exactly + rest, true, nil
	}

	if strings.HasPrefix(text, Exactly) {
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
		m.Buttons = [][]adapters.Button{{BrowseButton(t, t.Say("button.browse"), "")}}

		return "", false, m
	case 1:
		return Exactly + found[0].URL, true, nil
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
		{t.Button(t.Say("button.add_source"), "sources", add+" "+Exactly+found.URL), t.Button(t.Say("button.everything"), "sources", add+" "+everything+Exactly+found.URL)},
		{{Label: t.Say("button.cancel"), Data: button.Nothing}},
	}

	return m
}

// discover finds the feed at an address; or it makes the reply that there is none, or
// that asks which of several, to go on with a command and what leads its text.
func (h *Handler) discover(ctx context.Context, t *turn.Turn, address, command, lead string) (*sources.Candidate, *adapters.Message, error) {
	if h.Fetcher == nil {
		return nil, t.Message("sources.no_fetcher"), nil
	}

	address, exact := strings.CutPrefix(address, Exactly)

	found, err := h.Fetcher.Discover(ctx, address, true)
	if wrong, ok := errors.AsType[*sources.Error](err); ok {
		h.Log.Info("a source was not added", "reason", wrong.Reason)
		t.AskAgain()

		return nil, NoFeed(t.Words, wrong.Reason), nil
	}

	switch {
	case err != nil:
		return nil, nil, err
	case len(found) == 0:
		t.AskAgain()
		return nil, NoFeed(t.Words, ""), nil
	case len(found) > 1 && !exact:
		return nil, chooseFeed(t, found, command, lead), nil
	}

	return &found[0], nil, nil
}

// NoFeed says that no feed was found at an address, or why what is there cannot be read.
func NoFeed(w wording.Words, reason string) *adapters.Message {
	if reason == "" || strings.HasPrefix(reason, "no feed") {
		return w.Message("sources.no_feed")
	}

	return w.Message("sources.unreadable", "reason", strings.TrimSuffix(w.Translate(reason), "."))
}

// OfferFeed answers /subscribe with a web address: what is wanted from the
// feed there?
func (h *Handler) OfferFeed(ctx context.Context, t *turn.Turn, address string) (*adapters.Message, error) {
	found, m, err := h.discover(ctx, t, address, "subscribe", "")
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
		{t.Button(t.Say("button.everything"), "sources", add+" "+everything+Exactly+found.URL)},
		{t.Button(t.Say("button.only_matches"), "sources", add+" "+Exactly+found.URL)},
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
		rest := turn.Join(lead, t.OptionsText(), Exactly+f.URL)
		offered = append(offered, t.Button(button.Label(strconv.Itoa(i+1)+". "+name), command, rest))
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, offered, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}})

	return m
}

// saveSource adds a source to a chat and makes the reply.
func (h *Handler) saveSource(tx *store.Tx, t *turn.Turn, dest turn.Target, f sources.Candidate) (*turn.Reply, *store.Source, error) {
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
		if !h.IsOperator(t) {
			return nil, nil, t.Refuse("sources.is_off")
		}

		r, err := h.turnSource(tx, t, s, true)

		return r, s, err
	}

	t.DropToken(removedWord(c.ID, s.ID))

	row := []adapters.Button{{Label: t.Say("button.everything"), Data: button.FollowSource + button.ID(c.ID) + ":" + button.ID(s.ID)}}
	if had {
		return &turn.Reply{Answer: &adapters.Message{Text: t.Lines("sources.exists", "name", SourceName(s)), Buttons: [][]adapters.Button{row}}}, s, nil
	}

	if err := tx.Log(c.ID, t.PersonID(), "added a source"); err != nil {
		return nil, nil, err
	}

	follows, _, err := tx.CountSubscriptions(c.ID, "")
	if err != nil {
		return nil, nil, err
	}

	m := turn.Say(t.SourceAdded(SourceName(s), f.Newest, follows))
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

	switch room, err := tx.HasRoomFor(url, ChatSources); {
	case err != nil:
		return err
	case !room:
		return t.Refuse("sources.full")
	}

	return nil
}
