package web

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// chatLink leads from a story's page to the chat with the bot.
type chatLink struct{ Platform, Address string }

// chatLinks are where the bot is found. It is safe for concurrent use.
type chatLinks struct {
	mu    sync.Mutex
	found []chatLink
}

// SetChat says at which address a platform opens the bot for somebody; "": nowhere. It is safe
// for concurrent use.
func (s *Server) SetChat(platform, address string) {
	name := map[string]string{"telegram": "Telegram", "discord": "Discord"}[platform]
	if name == "" || webAddress(address) == "" {
		return
	}

	defer s.kept.clear() // after the links have changed: the pages show those before

	s.chats.mu.Lock()
	defer s.chats.mu.Unlock()

	s.chats.found = append(slices.DeleteFunc(s.chats.found, func(c chatLink) bool { return c.Platform == name }), chatLink{name, address})
	slices.SortFunc(s.chats.found, func(a, b chatLink) int { return strings.Compare(a.Platform, b.Platform) })
}

// linksTo returns the links from the page of a story. Telegram's opens the story in the chat.
func (c *chatLinks) linksTo(story int64) []chatLink {
	c.mu.Lock()
	defer c.mu.Unlock()

	links := slices.Clone(c.found)
	for i := range links {
		if links[i].Platform == "Telegram" {
			links[i].Address += "?start=story-" + strconv.FormatInt(story, 10)
		}
	}

	return links
}
