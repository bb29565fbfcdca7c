package delivery

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters/gate"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
	"newsbell/store"
)

// TestEachSubscriptionHasItsTopic: in a private chat that wants topics, on a strict Telegram,
// alerts come in the topic of their subscription. A topic that was deleted is opened again, and
// an alert whose topic cannot be opened comes in the chat itself: none is lost, none comes twice.
func TestEachSubscriptionHasItsTopic(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		tg := telegramtest.New(telegramtest.Options{Topics: true})
		rt := tg.Transport()
		a := telegram.New(telegram.Config{Token: tg.Token(), APIURL: "http://telegram.test", Transport: rt})
		ada := tg.NewUser("Ada")
		ada.Says("/start")

		subscriptions := map[string]int64{}

		var chat int64

		d.update(func(tx *store.Tx) error {
			c, err := tx.EnsureChat(store.Chat{Platform: "telegram", Address: fmt.Sprint(ada.ID), Kind: "private"})
			if err != nil {
				return err
			}

			chat = c.ID

			for _, query := range []string{"storm", "drone", "ferry"} {
				s, _, err := tx.AddSubscription(store.Subscription{Chat: c.ID, Query: query, Canonical: query})
				if err != nil {
					return err
				}

				subscriptions[query] = s.ID
			}

			return tx.SetTopics(c.ID, true)
		})

		stop := d.deliver(a, gate.Limits{})
		rings := func(title, query string) {
			d.ring(title, chat, subscriptions[query])
			time.Sleep(time.Minute)
			synctest.Wait()
		}

		rings("Storm one", "storm")
		rings("Drone one", "drone")
		rings("Storm two", "storm")
		ada.Private().Topic("storm").Delete()
		rings("Storm three", "storm")
		tg.Fails(telegramtest.Fault{Method: "createForumTopic", Every: 1, Code: 400, Text: "Bad Request: TOPICS_TOO_MUCH"})
		rings("Ferry one", "ferry")
		ada.Private().Topic("drone").Delete()
		rings("Drone two", "drone")
		stop()

		if c := d.counts(); c.Waiting != 0 || c.Sent != 6 {
			t.Errorf("%+v", c)
		}

		var told []string

		for _, m := range ada.Private().Messages() {
			where := "the chat"
			if m.Topic != 0 {
				where = ada.Private().TopicName(m.Topic)
			}

			title, _, _ := strings.Cut(m.Text, "\n")
			told = append(told, title+" in "+where)
		}

		want := "/start in the chat, Storm three in storm, Ferry one in the chat, Drone two in the chat" // with a topic goes what stood in it
		if got := strings.Join(told, ", "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}

		if n := len(tg.Calls("createForumTopic")); n != 5 {
			t.Errorf("%d topics were opened, or tried to", n)
		}

		rt.CloseIdleConnections()
		tg.Close()

		if c := tg.Complaints(); len(c) > 0 {
			t.Error(c)
		}
	})
}
