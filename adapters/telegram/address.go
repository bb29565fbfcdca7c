package telegram

import (
	"errors"
	"strconv"
	"strings"

	"newsbell/adapters"
)

// address is a chat's address taken apart: "-1001234/7" is topic 7 of a forum.
type address struct {
	Chat  int64
	Topic int
}

var errAddress = errors.New("not an address of a Telegram chat")

func parseAddress(s string) (address, error) {
	chat, topic, inTopic := strings.Cut(s, "/")

	id, err := strconv.ParseInt(chat, 10, 64)
	if err != nil || id == 0 {
		return address{}, errAddress
	}

	a := address{Chat: id}
	if inTopic {
		a.Topic, err = strconv.Atoi(topic)
		if err != nil || a.Topic <= 0 {
			return address{}, errAddress
		}
	}

	return a, nil
}

func (a address) String() string {
	s := strconv.FormatInt(a.Chat, 10)
	if a.Topic != 0 {
		s += "/" + strconv.Itoa(a.Topic)
	}

	return s
}

func (a address) chat() adapters.Chat {
	return adapters.Chat{Platform: platform, Address: a.String()}
}

// params starts the fields of a request about the chat.
func (a address) params() params {
	p := params{"chat_id": strconv.FormatInt(a.Chat, 10)}
	if a.Topic != 0 {
		p["message_thread_id"] = strconv.Itoa(a.Topic)
	}

	return p
}

// baseAddress is the address without its topic.
func baseAddress(s string) string {
	base, _, _ := strings.Cut(s, "/")
	return base
}
