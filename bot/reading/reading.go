// Package reading is what a chat reads (/sources): sources of its own, which are found at an address
// or by a name, and bundles, by country and topic. How much one chat may have polled is bounded here.
package reading

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
)

// Handler answers /sources. It is safe for concurrent use.
type Handler struct {
	*turn.Services
	Fetcher *sources.Fetcher // nil: no source can be added

	// FollowSource subscribes a chat to all articles of a source. It is package follow's, which knows this one; set
	// before the first turn.
	FollowSource func(tx *store.Tx, t *turn.Turn, dest turn.Target, s *store.Source) (*turn.Reply, error)
}

const (
	sourcesPage = 10
	// sourcesPerChat bounds what one chat can make us poll.
	sourcesPerChat = 50
	// ChatSources bounds what all chats can make us poll: more than any installation
	// reads by its configuration.
	ChatSources = 10_000
)

// Manage lists, adds, removes or browses the sources of a target.
func (h *Handler) Manage(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	switch sub := t.Options["sub"]; sub {
	case "add":
		return h.addSource(ctx, t)
	case "remove":
		return h.removeSource(ctx, t)
	case "browse":
		return h.browse(ctx, t)
	default:
		if sub == "" && input.IsAddress(t.Text) {
			return h.addSource(ctx, t)
		}

		dest, err := h.FindTarget(ctx, t)
		if err != nil {
			return nil, err
		}

		return h.List(ctx, t, dest, t.NewPage(t.Text))
	}
}

// List shows the sources that a chat hears, failing ones first. Operators also see
// those that are turned off.
func (h *Handler) List(ctx context.Context, t *turn.Turn, dest turn.Target, page turn.Page) (*adapters.Message, error) {
	c, all, err := h.loadSources(ctx, t, dest)
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
		m.Text = append(m.Text, adapters.Line{adapters.Bold(SourceName(s)), adapters.Plain(" · " + t.Health(s, t.Now))})
	}

	m.Text = append(m.Text, adapters.Line{}, adapters.Line{adapters.Plain(t.Say("sources.how"))})
	button.Add(m, turn.PageButtons(t.Words, button.Sources+button.ID(c.ID)+":", page, pages)...)

	return m, nil
}

// loadSources reads the sources that a chat hears and, for an operator, those that are
// turned off.
func (h *Handler) loadSources(ctx context.Context, t *turn.Turn, dest turn.Target) (c *store.Chat, all []*store.Source, err error) {
	err = h.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = turn.FindChat(tx, dest); err != nil {
			return err
		}

		if all, err = tx.SourcesFor(c.ID); err != nil || !h.IsOperator(t) {
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

// SourceName is what a source is called, without secrets of its address.
func SourceName(s *store.Source) string {
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

// PollNow has a source polled at once, by its number.
func (h *Handler) PollNow(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
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

		return &turn.Reply{Answer: t.Message("operator.polling", "source", SourceName(s))}, tx.Log(0, t.PersonID(), "polled a source")
	})
}

// AnyAnswered reports whether of sources that all fail one has a server that answered: then it isn't for the network.
func AnyAnswered(p store.PollTimes) bool {
	return slices.ContainsFunc(p.Errors, func(reason string) bool { return !sources.IsNoAnswer(reason) })
}
