package store_test

import (
	"errors"
	"testing"

	"newsbell/news"
	"newsbell/store"
	"newsbell/store/storetest"
)

// TestLookupAndChange is about what buttons and /forget need: rows by their
// numbers, a chat's topics, and a person's traces.
func TestLookupAndChange(t *testing.T) {
	s := storetest.Open(t)

	err := s.Update(t.Context(), func(tx *store.Tx) error {
		chats := map[string]*store.Chat{}

		for _, address := range []string{"-1", "-1/7", "-10", "-1_/7"} {
			c, err := tx.EnsureChat(store.Chat{Platform: "telegram", Address: address, Kind: "group", SetUpBy: "5"})
			if err != nil {
				return err
			}

			chats[address] = c
		}

		under, err := tx.ChatsUnder("telegram", "-1")
		if err != nil {
			return err
		}

		if len(under) != 2 || under[0].Address != "-1" || under[1].Address != "-1/7" {
			t.Errorf("under -1: %v", under)
		}

		added, _, err := tx.AddSubscription(store.Subscription{Chat: chats["-1"].ID, Query: "a", Canonical: "a", CreatedBy: "5"})
		if err != nil {
			return err
		}

		if err := tx.SetDelivery(added.ID, "hourly", "77"); err != nil {
			return err
		}

		got, err := tx.SubscriptionByID(added.ID)
		if err != nil {
			return err
		}

		if got.Delivery != "hourly" || got.Ping != "77" || got.Version <= added.Version {
			t.Errorf("after SetDelivery: %+v", got)
		}

		if err := tx.SetDelivery(999, "", ""); !errors.Is(err, store.ErrNotFound) {
			t.Error("SetDelivery of nothing:", err)
		}

		if _, err := tx.SubscriptionByID(999); !errors.Is(err, store.ErrNotFound) {
			t.Error("SubscriptionByID of nothing:", err)
		}

		if _, err := tx.AlertByID(999); !errors.Is(err, store.ErrNotFound) {
			t.Error("AlertByID of nothing:", err)
		}

		if err := tx.RemoveSubscription(added.ID); err != nil {
			return err
		}

		if removed, err := tx.RemovedAt(chats["-1"].ID, tx.Now); err != nil || len(removed) != 1 {
			t.Errorf("removed now: %v %v", removed, err)
		}

		if err := tx.RestoreSubscription(added.ID); err != nil {
			return err
		}

		return forgotten(t, tx, chats["-1"], added)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func forgotten(t *testing.T, tx *store.Tx, c *store.Chat, s *store.Subscription) error {
	source, _, err := tx.AddSource(c.ID, "5", news.Source{URL: "https://site.example/feed"})
	if err != nil {
		return err
	}

	if own, err := tx.OwnSources(c.ID); err != nil || len(own) != 1 || own[0].ID != source.ID {
		t.Errorf("own sources: %v %v", own, err)
	}

	for word, owner := range map[string]string{"mine": "telegram:5", "theirs": "telegram:55"} {
		if err := tx.SetToken(word, owner, "a question"); err != nil {
			return err
		}
	}

	if err := tx.ForgetPerson("telegram", "5"); err != nil {
		return err
	}

	got, err := tx.SubscriptionByID(s.ID)
	if err != nil || got.CreatedBy != "" || got.Query != "a" {
		t.Errorf("a group's subscription after its maker is forgotten: %+v %v", got, err)
	}

	if again, err := tx.ChatByID(c.ID); err != nil || again.SetUpBy != "" {
		t.Errorf("the chat still knows who set it up: %+v %v", again, err)
	}

	if _, err := tx.Token("mine"); !errors.Is(err, store.ErrNotFound) {
		t.Error("a question to the person is left:", err)
	}

	if _, err := tx.Token("theirs"); err != nil {
		t.Error("a question to somebody else is gone:", err)
	}

	return nil
}
