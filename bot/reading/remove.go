package reading

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/store"
)

// removeSource ends a source that the chat added. For an operator it also turns off those
// of the configuration and of imported lists, for everybody.
func (h *Handler) removeSource(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if one := BundleNamed(t, t.Text); one != nil {
		return h.removeBundle(ctx, t, dest, *one)
	}

	var (
		c   *store.Chat
		own []*store.Source
	)

	err = h.Store.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = turn.FindChat(tx, dest); err == nil && c.ID != 0 {
			own, err = tx.OwnSources(c.ID)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if s := selectSource(t.Text, own); s != nil {
		return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return removeSourceFrom(tx, t, c, s) })
	}

	offered := own

	if h.IsOperator(t) && t.Text != "" {
		_, all, err := h.loadSources(ctx, t, dest)
		if err != nil {
			return nil, err
		}

		all = slices.DeleteFunc(all, func(s *store.Source) bool { return !s.OffAt.IsZero() })

		if s := selectSource(t.Text, all); s != nil {
			return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return h.turnSource(tx, t, s, false) })
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

		rows = append(rows, adapters.Button{Label: button.Label(SourceName(s)), Data: data})
	}

	m.Buttons = button.Layout(t.Request.Chat.Platform, rows, []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}})

	return m
}

// turnSource turns a source off for everybody, or on again.
func (h *Handler) turnSource(tx *store.Tx, t *turn.Turn, s *store.Source, on bool) (*turn.Reply, error) {
	if !h.IsOperator(t) {
		return nil, t.Refuse("access.operators_only")
	}

	if err := tx.TurnSource(s.ID, on); err != nil {
		return nil, err
	}

	h.Log.Info("an operator turned a source", "source", s.ID, "on", on)

	m, undo := t.Message("sources.turned_off", "name", SourceName(s)), button.SourceOn
	if on {
		m, undo = t.Message("sources.turned_on", "name", SourceName(s)), button.SourceOff
	}

	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: undo + button.ID(s.ID)}}}
	m.Replace = t.Request.Kind == adapters.PressRequest

	return &turn.Reply{Answer: m}, nil
}

// PressTurnSource is turnSource by a button.
func (h *Handler) PressTurnSource(ctx context.Context, t *turn.Turn, n int64, on bool) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		s, err := tx.Source(n)
		if err != nil {
			return nil, err
		}

		return h.turnSource(tx, t, s, on)
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
		if button.ID(s.ID) == text || s.URL == text || news.Canonical(s.URL) == news.Canonical(text) && news.Canonical(text) != "" || strings.EqualFold(SourceName(s), text) {
			return s
		}

		if err == nil && strings.Contains(u.Host+u.Path, strings.ToLower(text)) || strings.Contains(strings.ToLower(SourceName(s)), strings.ToLower(text)) {
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

	m := t.Message("sources.removed", "name", SourceName(s))
	m.Buttons = [][]adapters.Button{{{Label: t.Say("button.undo"), Data: button.KeepSource + button.ID(c.ID) + ":" + button.ID(s.ID)}}}
	m.Replace = t.Request.Kind == adapters.PressRequest

	return &turn.Reply{Answer: m}, nil
}

// removedWord is the word of the token that proves that a chat itself removed a
// source, less than a day ago.
func removedWord(chat, source int64) string {
	return "removed:" + button.ID(chat) + ":" + button.ID(source)
}

// PressSource removes a source from a chat, or takes its removal back.
func (h *Handler) PressSource(ctx context.Context, t *turn.Turn, restore bool, dest turn.Target, c *store.Chat, n int64) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
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

		r, _, err := h.saveSource(tx, t, dest, sources.Candidate{Source: s.Source})

		return turn.ReplacingReply(r), err
	})
}
