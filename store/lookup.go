package store

import (
	"strings"
	"time"
)

// SubscriptionByID finds a subscription by its row, also one that was removed.
func (t *Tx) SubscriptionByID(id int64) (*Subscription, error) {
	found, err := t.subscriptionsWhere("s.id = $1", id)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}

	if err != nil {
		return nil, err
	}

	return found[0], nil
}

// AlertByID finds an alert by its row.
func (t *Tx) AlertByID(id int64) (*Alert, error) { return t.alertWhere("a.id = $1", id) }

// ChatsUnder lists the chat at an address and its topics ("address/7").
func (t *Tx) ChatsUnder(platform, address string) ([]*Chat, error) {
	var chats []*Chat

	under := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(address) + "/%"
	err := t.rows("SELECT "+chatColumns+` FROM chats WHERE platform = $1 AND (address = $2 OR address LIKE $3 ESCAPE '\') ORDER BY id`,
		[]any{platform, address, under}, func(scan func(...any) error) error {
			c, err := scanChat(scan)
			chats = append(chats, c)

			return err
		})

	return chats, err
}

// OwnSources lists the sources that a chat added itself.
func (t *Tx) OwnSources(chat int64) ([]*Source, error) {
	return t.sourcesWhere("id IN (SELECT source FROM source_chats WHERE chat = $1) ORDER BY outlet, title, url", chat)
}

// RemovedAt lists the subscriptions of a chat that one transaction ended (see
// Tx.Now), as far as they can still be brought back.
func (t *Tx) RemovedAt(chat int64, at time.Time) ([]*Subscription, error) {
	return t.subscriptionsWhere("s.chat = $1 AND s.removed_at = $2 ORDER BY s.number", chat, millis(at))
}
