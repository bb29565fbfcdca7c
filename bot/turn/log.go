package turn

import (
	"cmp"
	"errors"

	"newsbell/adapters"
	"newsbell/store"
)

// postChanges posts what a transaction has changed in a server where its managers have that
// posted.
func (s *Services) postChanges(tx *store.Tx, t *Turn) error {
	for _, change := range tx.Logged() {
		c, err := tx.ChatByID(change.Chat)
		if err != nil || c.Server == "" || c.Kind == string(adapters.Private) {
			if err != nil && !errors.Is(err, store.ErrNotFound) { // what was forgotten is gone
				return err
			}

			continue
		}

		into, err := tx.LogChat(c.Platform, c.Server)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}

		if err != nil {
			return err
		}

		w := s.WordsOf(into)

		who := w.Say("log.nobody")
		if t.PersonID() != "" && change.Actor == t.PersonID() {
			who = cmp.Or(t.Request.User.Name, t.Request.User.ID)
		}

		if err := tx.Notify(into.ID, w.Say("log.posted", "who", who, "where", cmp.Or(c.Title, c.Address), "what", w.Translate(change.What))); err != nil {
			return err
		}
	}

	return nil
}
