package adapterstest_test

import (
	"testing"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
)

func TestFake(t *testing.T) {
	f := adapterstest.New("telegram")
	f.Fail["404"] = &adapters.SendError{Fate: adapters.Gone, Reason: "there is no such chat"}
	known := adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "1"}, Kind: adapters.Private}
	adapterstest.Suite(t, f, known, "404")
}
