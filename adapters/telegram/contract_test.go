package telegram_test

import (
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/telegram"
	"newsbell/adapters/telegramtest"
)

// What every adapter has to hold, over real HTTP.
func TestSuite(t *testing.T) {
	tg := telegramtest.New(telegramtest.Options{})

	url, err := tg.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()

	ada := tg.NewUser("Ada")
	ada.Says("/start")

	bot := telegram.New(telegram.Config{Token: tg.Token(), APIURL: url})
	adapterstest.Suite(t, bot, adapters.ChatInfo{Chat: chatOf(ada.Private()), Kind: adapters.Private, Title: "Ada"}, "4711")

	if c := tg.Complaints(); len(c) > 0 {
		t.Error(c)
	}
}
