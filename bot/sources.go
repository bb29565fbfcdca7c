package bot

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
)

const (
	sourcesPage = 10
	// sourcesPerChat bounds what one chat can make us poll.
	sourcesPerChat = 50
)

func (b *Bot) manageSources(ctx context.Context, t *turn) (*adapters.Message, error) {
	switch sub := t.options["sub"]; sub {
	case "add":
		return b.addSource(ctx, t)
	case "remove":
		return b.removeSource(ctx, t)
	default:
		if sub == "" && isAddress(t.text) {
			return b.addSource(ctx, t)
		}

		p, err := b.findTarget(ctx, t)
		if err != nil {
			return nil, err
		}

		return b.sourceList(ctx, t, p, 0)
	}
}

func (b *Bot) sourceList(ctx context.Context, t *turn, p target, page int) (*adapters.Message, error) {
	var (
		all []*store.Source
		c   *store.Chat
	)

	err := b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = findChat(tx, p); err == nil {
			all, err = tx.SourcesFor(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}
	if len(all) == 0 {
		m.Text = adapters.Say(textNoSources)
		return m, nil
	}
	// What needs a look comes first.
	slices.SortStableFunc(all, func(a, b *store.Source) int { return compareBools(a.Error == "", b.Error == "") })

	failing := 0

	for _, s := range all {
		if s.Error != "" {
			failing++
		}
	}

	from, pages := pageRange(len(all), sourcesPage, &page)

	m.Text = adapters.Say(textSources(len(all), failing, page, pages))
	for _, s := range all[from:min(from+sourcesPage, len(all))] {
		m.Text = append(m.Text, adapters.Line{adapters.Bold(sourceName(s)), adapters.Plain(" · " + healthText(s, t))})
	}

	m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Plain(textSourcesHow)})
	if row := pageButtons(pressSources+formatID(c.ID)+":", listPage{number: page}, pages); len(row) > 0 {
		m.Buttons = [][]adapters.Button{row}
	}

	return m, nil
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
		return sources.Shown(s.URL)
	}
}

// healthText says how a source is doing.
func healthText(s *store.Source, t *turn) string {
	switch {
	case s.LastPollAt.IsZero():
		return healthNew
	case s.Error == "":
		return healthOK(adapters.Ago(t.now.Sub(s.LastPollAt)))
	case s.LastOKAt.IsZero():
		return healthNever(s.Error)
	default:
		return healthFailing(s.Error, adapters.Ago(t.now.Sub(s.LastOKAt)))
	}
}

func (b *Bot) addSource(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if t.text == "" {
		return t.ask(askSource, hintSource, strings.TrimSpace("add "+t.optionsText())), nil
	}

	if b.Fetcher == nil {
		return say(textNoFetcher), nil
	}

	exact := strings.HasPrefix(t.text, exactly)

	found, err := b.Fetcher.Discover(ctx, strings.TrimPrefix(t.text, exactly), true)
	if wrong, ok := errors.AsType[*sources.Error](err); ok {
		b.Log.Info("a source was not added", "reason", wrong.Reason)
		t.askAgain()

		return say(textNoFeed(wrong.Reason)), nil
	}

	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		t.askAgain()
		return say(textNoFeed("")), nil
	case len(found) > 1 && !exact:
		return t.chooseFeed(found), nil
	}

	return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return b.saveSource(tx, t, p, found[0]) })
}

// exactly marks an address that was chosen from several.
const exactly = "="

// chooseFeed asks which of several feeds is meant.
func (t *turn) chooseFeed(found []sources.Candidate) *adapters.Message {
	m := &adapters.Message{Text: adapters.Say(textSeveralFeeds(len(found)))}

	var offered []adapters.Button

	for i, f := range found {
		name := f.Title
		if name == "" {
			name = sources.Shown(f.URL)
		}

		line := adapters.Line{adapters.Plain(strconv.Itoa(i+1) + ". "), adapters.Bold(name)}
		if f.Newest != "" {
			line = append(line, adapters.Plain(" · "+f.Newest))
		}

		m.Text = append(m.Text, line)
		rest := strings.TrimSpace("add " + t.optionsText() + " " + exactly + f.URL)
		offered = append(offered, t.button(buttonLabel(strconv.Itoa(i+1)+". "+name), "sources", rest))
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, []adapters.Button{{Label: btnCancel, Data: pressNothing}})

	return m
}

func (b *Bot) saveSource(tx *store.Tx, t *turn, p target, f sources.Candidate) (*reply, error) {
	c, err := t.ensureChat(tx, p)
	if err != nil {
		return nil, err
	}

	own, err := tx.OwnSources(c.ID)
	if err != nil {
		return nil, err
	}

	if len(own) >= sourcesPerChat {
		return nil, refuse(textSourceLimit(sourcesPerChat))
	}

	s, had, err := tx.AddSource(c.ID, t.r.User.ID, f.Source)
	if err != nil {
		return nil, err
	}

	if s == nil {
		return nil, errors.New("a source that was added is not there")
	}

	if err := tx.Log(c.ID, t.personID(), "added a source"); err != nil {
		return nil, err
	}

	t.tokens[removedWord(c.ID, s.ID)] = token{}

	m := &adapters.Message{}
	if had {
		m.Text = adapters.Say(textSourceExists(sourceName(s)))
		return &reply{Answer: m}, nil
	}

	m.Text = adapters.Say(textSourceAdded(sourceName(s), f.Newest))
	m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: pressDropSource + formatID(c.ID) + ":" + formatID(s.ID)}}}

	return &reply{Answer: m}, nil
}

func (b *Bot) removeSource(ctx context.Context, t *turn) (*adapters.Message, error) {
	p, err := b.findTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var (
		c   *store.Chat
		own []*store.Source
	)

	err = b.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = findChat(tx, p); err == nil && c.ID != 0 {
			own, err = tx.OwnSources(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if len(own) == 0 {
		return say(textNoOwnSources), nil
	}

	if s := selectSource(t.text, own); s != nil {
		return b.commit(ctx, t, func(tx *store.Tx) (*reply, error) { return removeSourceFrom(tx, t, c, s) })
	}

	m := say(askRemoveSource)
	if t.text != "" {
		m.Text = adapters.Say(textNoSuchSource(t.text))
	}

	var offered []adapters.Button
	for _, s := range own[:min(len(own), 20)] {
		offered = append(offered, adapters.Button{Label: buttonLabel(sourceName(s)), Data: pressDropSource + formatID(c.ID) + ":" + formatID(s.ID)})
	}

	m.Buttons = layoutButtons(t.r.Chat.Platform, offered, []adapters.Button{{Label: btnCancel, Data: pressNothing}})

	return m, nil
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
		return nil, refuse(textSourceGone)
	} else if err != nil {
		return nil, err
	}

	if err := tx.Log(c.ID, t.personID(), "removed a source"); err != nil {
		return nil, err
	}

	t.tokens[removedWord(c.ID, s.ID)] = token{Command: "sources", Text: s.URL}

	m := say(textSourceRemoved(sourceName(s)))
	m.Buttons = [][]adapters.Button{{{Label: btnUndo, Data: pressKeepSource + formatID(c.ID) + ":" + formatID(s.ID)}}}
	m.Replace = t.r.Kind == adapters.PressRequest

	return &reply{Answer: m}, nil
}

// removedWord is the word of the token that proves that a chat itself removed a
// source, less than a day ago.
func removedWord(chat, source int64) string {
	return "removed:" + formatID(chat) + ":" + formatID(source)
}

// pressSource removes a source from a chat, or takes its removal back.
func (b *Bot) pressSource(ctx context.Context, t *turn, restore bool, p target, c *store.Chat, n int64) (*adapters.Message, error) {
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

		r, err := b.saveSource(tx, t, p, sources.Candidate{Source: s.Source})

		return replacing(r), err
	})
}
