package store

import "fmt"

// SetDelivery changes when a subscription's alerts come and whom they mention.
func (t *Tx) SetDelivery(subscription int64, delivery, ping string) error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}

	n, err := t.exec("UPDATE subscriptions SET delivery = $2, ping = $3, version = $4 WHERE id = $1", subscription, delivery, ping, version)
	if err == nil && n == 0 {
		err = ErrNotFound
	}

	return err
}

// ForgetPerson removes a person's id from what is not theirs alone: who made a
// subscription in a group, who set a chat up, who added a source, who changed
// what. Open questions and buttons of theirs are deleted.
func (t *Tx) ForgetPerson(platform, user string) error {
	for _, statement := range []string{
		"UPDATE subscriptions SET created_by = '' WHERE created_by = $2 AND chat IN (SELECT id FROM chats WHERE platform = $1)",
		"UPDATE source_chats SET added_by = '' WHERE added_by = $2 AND chat IN (SELECT id FROM chats WHERE platform = $1)",
		"UPDATE chats SET set_up_by = '' WHERE platform = $1 AND set_up_by = $2",
		"UPDATE log SET actor = '' WHERE actor = $1 || ':' || $2",
		"DELETE FROM tokens WHERE instr(value, '\"who\":\"' || $1 || ':' || $2 || '\"') > 0",
	} {
		if _, err := t.exec(statement, platform, user); err != nil {
			return fmt.Errorf("forget a person: %w", err)
		}
	}

	return nil
}
