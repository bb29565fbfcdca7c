package reading

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/sources/bundles"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

const (
	bundlesPage  = 12 // bundles on a page: three rows on a telephone
	outletsShown = 12 // outlets that a bundle's page names
)

// BundleName stands before the ID of a bundle that came from a button.
const BundleName = "="

// BundlesOf reads which bundles a target reads.
func (h *Handler) BundlesOf(ctx context.Context, dest turn.Target) (read []string, err error) {
	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil || c.ID == 0 {
			return err
		}

		read, err = tx.BundlesOf(c.ID)

		return err
	})

	return read, err
}

// BundleNamed is the bundle that a text means exactly: "=pl", "pl", "Poland"; nil: none.
func BundleNamed(t *turn.Turn, text string) *bundles.Bundle {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), BundleName))

	if one := bundles.ByID(strings.ToLower(strings.ReplaceAll(text, " ", "-"))); one != nil {
		return one
	}

	return bundles.Named(text, t.Tag())
}

// addBundle makes a chat read a bundle.
func (h *Handler) addBundle(ctx context.Context, t *turn.Turn, dest turn.Target, one bundles.Bundle) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		added, err := h.FollowBundle(tx, t, c, one)
		if err != nil {
			return nil, err
		}

		name, options := one.Name(t.Tag()), t.OptionsText()

		m := t.Message(bundleKey(added), "name", name, "n", len(one.Sources))
		m.Buttons = [][]adapters.Button{bundleAlertButtons(t, one.ID)}

		if added {
			m.Buttons = append(m.Buttons, []adapters.Button{t.Button(t.Say("button.undo"), "sources", turn.Join("remove", options, BundleName+one.ID))})
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

// BundlesPerChat bounds what one chat can make us poll.
const BundlesPerChat = 40

// FollowBundle has a chat read a bundle. It reports whether that is new.
func (h *Handler) FollowBundle(tx *store.Tx, t *turn.Turn, c *store.Chat, one bundles.Bundle) (added bool, err error) {
	read, err := tx.BundlesOf(c.ID)
	if err != nil {
		return false, err
	}

	if len(read) >= BundlesPerChat && !slices.Contains(read, one.ID) {
		return false, t.Refuse("bundle.limit", "n", BundlesPerChat)
	}

	added, err = tx.FollowBundle(c.ID, t.Request.User.ID, one.ID, one.AsSources())
	if err == nil && added {
		err = tx.Log(c.ID, t.PersonID(), "began to read the bundle "+one.ID)
	}

	return added, err
}

// removeBundle ends that a chat reads a bundle. Ended twice, it says the same.
func (h *Handler) removeBundle(ctx context.Context, t *turn.Turn, dest turn.Target, one bundles.Bundle) (*adapters.Message, error) {
	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
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

		m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "sources", turn.Join("add", t.OptionsText(), BundleName+one.ID))}}
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

// BundleNames are the names of bundles by their IDs.
func BundleNames(t *turn.Turn, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		if one := bundles.ByID(id); one != nil {
			names[i] = one.Name(t.Tag())
		}
	}

	return t.And(names)
}

// ReadNamedBundles has a chat read the bundles that a query names, and refuses those
// that are in no catalogue. It returns those that the chat did not read before.
func (h *Handler) ReadNamedBundles(tx *store.Tx, t *turn.Turn, c *store.Chat, q *query.Query) (brought []string, err error) {
	for _, id := range q.Bundles() {
		one := bundles.ByID(id)
		if one == nil {
			return nil, t.Refuse("bundle.none_like", "words", button.Label(id))
		}

		added, err := h.FollowBundle(tx, t, c, *one)
		if err != nil {
			return nil, err
		}

		if added {
			brought = append(brought, id)
		}
	}

	return brought, nil
}

// UnfollowUnnamed ends reading those of some bundles that no subscription of a chat names,
// and returns them.
func UnfollowUnnamed(tx *store.Tx, t *turn.Turn, c *store.Chat, ids []string) (ended []string, err error) {
	named, err := BundlesNamed(tx, c)
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

// BundlesNamed are the bundles that subscriptions of a chat name, which it goes on reading.
func BundlesNamed(tx *store.Tx, c *store.Chat) (named []string, err error) {
	all, err := tx.Subscriptions(c.ID)
	for _, s := range all {
		if q, wrong := query.ParseCanonical(s.Canonical); wrong == nil {
			named = append(named, q.Bundles()...)
		}
	}

	return named, err
}

// BundleTitle is the name of a bundle, or its ID where it is none any more.
func BundleTitle(t *turn.Turn, id string) string {
	if one := bundles.ByID(id); one != nil {
		return one.Name(t.Tag())
	}

	return id
}
