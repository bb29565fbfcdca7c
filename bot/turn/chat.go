package turn

import (
	"context"
	"errors"
	"time"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// ChatInfo is a stored chat as the platforms see it.
func ChatInfo(c *store.Chat) adapters.ChatInfo {
	return adapters.ChatInfo{
		Chat: adapters.Chat{Platform: c.Platform, Address: c.Address}, Kind: adapters.Kind(c.Kind), Title: c.Title, Server: c.Server,
	}
}

// FindChat returns the target's row for reading; a new one has no ID.
func FindChat(tx *store.Tx, dest Target) (*store.Chat, error) {
	c, err := tx.Chat(dest.Platform, dest.Address)
	if errors.Is(err, store.ErrNotFound) {
		return &store.Chat{Platform: dest.Platform, Address: dest.Address, Kind: string(dest.Kind), State: store.Active, Pictures: true}, nil
	}

	return c, err
}

// LoadChat is FindChat in a transaction of its own.
func (s *Services) LoadChat(ctx context.Context, dest Target) (*store.Chat, error) {
	return store.Read(ctx, s.Store, func(tx *store.Tx) (*store.Chat, error) { return FindChat(tx, dest) })
}

// LoadChatByID reads a chat's row; store.ErrNotFound if it is gone.
func (s *Services) LoadChatByID(ctx context.Context, id int64) (*store.Chat, error) {
	return store.Read(ctx, s.Store, func(tx *store.Tx) (*store.Chat, error) { return tx.ChatByID(id) })
}

// EnsureChat returns the target's row, made if it is new.
func (t *Turn) EnsureChat(tx *store.Tx, dest Target) (*store.Chat, error) {
	c := store.Chat{
		Platform: dest.Platform, Address: dest.Address, Kind: string(dest.Kind), Title: dest.Title, Server: dest.Server, SetUpBy: t.Request.User.ID,
	}
	if dest.Own {
		c.Language = t.appLanguage
		return tx.EnsureChat(c)
	}

	// Where others read too, the server's language counts; without one, that of whoever
	// set the chat up.
	c.Language = dest.Language
	if c.Language == "" {
		switch _, err := tx.Chat(dest.Platform, dest.Address); {
		case errors.Is(err, store.ErrNotFound):
			c.Language = t.Request.User.Language
		case err != nil:
			return nil, err
		}
	}

	return tx.EnsureChat(c)
}

// ZoneOf returns the chat's time zone.
func (s *Services) ZoneOf(c *store.Chat) *time.Location {
	if c != nil && c.TimeZone != "" {
		if z, err := time.LoadLocation(c.TimeZone); err == nil {
			return z
		}
	}

	return s.TimeZone
}

// StateLine says that a chat is not active, nil if it is.
func StateLine(w wording.Words, c *store.Chat, zone *time.Location) adapters.Line {
	switch {
	case c.State == store.Paused && c.PausedUntil.IsZero():
		return w.Line("state.paused")
	case c.State == store.Paused:
		return w.Line("state.paused_until", "until", w.MomentSpan(c.PausedUntil, zone))
	case c.State == store.Asleep:
		return adapters.Line{adapters.Plain(events.WhyAsleep(w.Texts, c.Reason))}
	default:
		return nil
	}
}

// IsChannel reports whether few post in a chat and many read: buttons in it are for nobody.
func IsChannel(c *store.Chat) bool {
	return c.Kind == string(adapters.Channel) || c.Kind == string(adapters.Forum)
}

// IsSpared reports whether an article has what quiet hours let through. It is a [store.Spared].
func IsSpared(a *news.Article, except string) bool {
	q, err := query.Parse(except)
	if err != nil {
		return false
	}

	_, ok := index.Match(q, a)

	return ok
}
